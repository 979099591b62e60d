"""From the last definition of a recorded market to the command that settles it.

Runners of an ODDS market say themselves how they ended. In Asian markets they do too, line by line, and what settles
these is a number of goals: the one under which every line ends as it is recorded. A LINE market's own number is in no
recording, so its bets can only be settled by somebody who knows it. A market in which everybody is removed is void.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator.backtest.following import key_of
from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import ResettleMarket, RunnerResult, SettleMarket, VoidMarket
from simulator.exchange.lines import Fate, Numbers
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import RunnerKey
from simulator.exchange.statuses import RunnerStatus
from simulator.recorded.happenings import REMOVED, RESULTS
from simulator.recorded.messages import MarketDefinition

ENDINGS: Final = RESULTS | {"REMOVED"}
"""How a runner can be recorded in a market that has ended."""
MOST_GOALS: Final = 500
"""How far numbers are looked for: markets of totals are on runs and points too."""
_STATUSES: Final = {
    Fate.LOST: "LOSER",
    Fate.HALF_LOST: "LOSER",
    Fate.REFUNDED: "REMOVED",
    Fate.HALF_WON: "WINNER",
    Fate.WON: "WINNER",
}


class NoResult(Exception):
    """The recording does not say how a market ended; the sentence says what is missing."""


def settlement(
    market: Market, definition: MarketDefinition, line_result: int | None = None
) -> SettleMarket | VoidMarket:
    """Return the command that settles a market as it was recorded; raise `NoResult` where that cannot be known.

    `line_result` is the number of a LINE market, in hundredths.
    """
    statuses = _recorded(definition)
    if statuses and all(statuses.get(key) == "REMOVED" for key in statuses.keys() | market.runners.keys()):
        return VoidMarket(market.market_id)
    if definition.betting_type == BettingType.LINE:
        if line_result is None:
            raise NoResult("the recording does not say in which number the market ended")
        return SettleMarket(market.market_id, line_result=line_result)
    if not any(status in RESULTS for status in statuses.values()):
        raise NoResult("no runner is recorded as a winner or a loser")
    active = [key for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE]
    return SettleMarket(market.market_id, **_result(market, statuses, active))


def resettlement(market: Market, definition: MarketDefinition) -> ResettleMarket | None:
    """Return the command that settles a market anew which was settled otherwise than a later definition says.

    There is `None` where it says the same, or nothing, as of a LINE market. Raise `NoResult` where it cannot be settled
    so: there is no number that leads to what it says, or something is other than its result.
    """
    if definition.betting_type == BettingType.LINE:
        return None
    recorded = _recorded(definition)
    before = {key: runner.status for key, runner in market.runners.items() if runner.ended_by_result}
    statuses = {key: recorded[key] if recorded.get(key) in ENDINGS else status for key, status in before.items()}
    for key, runner in market.runners.items():
        if not runner.ended_by_result and recorded.get(key) in RESULTS:
            raise NoResult(f"runner {key.selection_id} was {runner.status} to the end, and its bets stay as they are")
    places = definition.number_of_winners
    if places != market.definition.number_of_winners:
        raise NoResult(f"it has {places} winners now, and had {market.definition.number_of_winners}")
    if statuses == before:
        return None
    return ResettleMarket(market.market_id, **_result(market, statuses, statuses))


def removed_by_correction(market: Market, definition: MarketDefinition) -> list[RunnerKey]:
    """Return who took part to the end and is removed later, with a factor by which prices of others are reduced.

    Nobody is where all are: then there are no others.
    """
    removed = [told for told in definition.runners if told.status in REMOVED]
    if len(removed) == len(definition.runners) or Numbers.of(market.definition) is not None:
        return []
    return [
        key_of(told)
        for told in removed
        if told.adjustment_factor
        and (runner := market.runners.get(key_of(told))) is not None
        and runner.ended_by_result
    ]


def _recorded(definition: MarketDefinition) -> dict[RunnerKey, str]:
    """Return how runners are recorded, with one word for all who are removed."""
    return {key_of(runner): "REMOVED" if runner.status in REMOVED else runner.status for runner in definition.runners}


def _result(market: Market, statuses: Mapping[RunnerKey, str], keys: Iterable[RunnerKey]) -> dict[str, Any]:
    """Return the members of the result that ends some runners as they are recorded, however few of them won."""
    numbers = Numbers.of(market.definition)
    if numbers is not None:
        return _number(numbers, {key: statuses[key] for key in keys if statuses.get(key) in ENDINGS})
    unnamed = [key for key in keys if statuses.get(key) not in ENDINGS]
    if unnamed:
        raise NoResult(f"it is not recorded how runner {unnamed[0].selection_id} ended")
    return {"results": tuple(RunnerResult(key, statuses[key]) for key in keys), "fewer_may_win": True}


def _number(numbers: Numbers, statuses: Mapping[RunnerKey, str]) -> dict[str, Any]:
    """Return the number nearest to nothing under which all lines end as recorded, as a member of the result.

    Where there is none under which all are refunded that are removed, these are void whatever it is.
    """
    what = "margin" if numbers.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE else "total"
    goals = _goals(numbers, statuses)
    if goals is not None:
        return {what: goals}
    goals = _goals(numbers, {key: status for key, status in statuses.items() if status in RESULTS})
    if goals is None:
        raise NoResult("there is no number of goals under which every line ended as it is recorded")
    void = (key for key, status in statuses.items() if status == "REMOVED")
    return {what: goals, "results": tuple(RunnerResult(key, "REMOVED") for key in void)}


def _goals(numbers: Numbers, statuses: Mapping[RunnerKey, str]) -> int | None:
    lines = [(numbers.line_of(key, 0), status) for key, status in statuses.items()]
    for goals in sorted(range(-MOST_GOALS, MOST_GOALS + 1), key=abs):
        if numbers.least is not None and goals < numbers.least:
            continue
        if all(_STATUSES[line.fate(goals * HUNDREDTHS)] == status for line, status in lines):
            return goals
    return None

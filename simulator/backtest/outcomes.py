"""From the last definition of a recorded market to the command that settles it.

Runners of an ODDS market say themselves how they ended. In Asian markets they do too, line by line, and what settles
these is a number of goals: the one under which every line ends as it is recorded. A LINE market's own number is in no
recording, so its bets can only be settled by somebody who knows it. A market in which everybody is removed is void.
"""

from collections.abc import Mapping
from typing import Final

from simulator.backtest.following import key_of
from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import RunnerResult, SettleMarket, VoidMarket
from simulator.exchange.lines import Fate, Numbers
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import RunnerKey
from simulator.exchange.statuses import RunnerStatus
from simulator.recorded.happenings import REMOVED, RESULTS
from simulator.recorded.messages import MarketDefinition

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
    statuses = {key_of(runner): runner.status for runner in definition.runners}
    if statuses and all(statuses.get(key) in REMOVED for key in statuses.keys() | market.runners.keys()):
        return VoidMarket(market.market_id)
    if definition.betting_type == BettingType.LINE:
        if line_result is None:
            raise NoResult("the recording does not say in which number the market ended")
        return SettleMarket(market.market_id, line_result=line_result)
    if not any(status in RESULTS for status in statuses.values()):
        raise NoResult("no runner is recorded as a winner or a loser")
    numbers = Numbers.of(market.definition)
    if numbers is not None:
        return _by_number(market, numbers, statuses)
    active = [key for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE]
    unnamed = [key for key in active if statuses.get(key) not in RESULTS | REMOVED]
    if unnamed:
        raise NoResult(f"it is not recorded how runner {unnamed[0].selection_id} ended")
    results = [RunnerResult(key, "REMOVED" if statuses[key] in REMOVED else statuses[key]) for key in active]
    return SettleMarket(market.market_id, tuple(results))


def _by_number(market: Market, numbers: Numbers, statuses: Mapping[RunnerKey, str]) -> SettleMarket:
    """Return the settlement by the number nearest to nothing under which all lines end as recorded."""
    lines = [(numbers.line_of(key, 0), statuses[key]) for key in market.runners if statuses.get(key) in RESULTS]
    for goals in sorted(range(-MOST_GOALS, MOST_GOALS + 1), key=abs):
        if numbers.least is not None and goals < numbers.least:
            continue
        if all(_STATUSES[line.fate(goals * HUNDREDTHS)] == status for line, status in lines):
            if numbers.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE:
                return SettleMarket(market.market_id, margin=goals)
            return SettleMarket(market.market_id, total=goals)
    raise NoResult("there is no number of goals under which every line ended as it is recorded")

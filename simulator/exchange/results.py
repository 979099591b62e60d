"""From an operator's words to a verdict on every bet: who won, by which share, or which number a market ended in.

Which of them a market takes is said by `BettingType.settled_by`. Runners without a result have lost. Where a number
settles the market, results can only say which runners are void. More winners than places are a dead heat: who tied can
be said, otherwise all winners share all places (exchange mechanics).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import AddMarket, Result, RunnerResult
from simulator.exchange.lines import Fate, Numbers
from simulator.exchange.market import Market, Verb
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import RunnerKey
from simulator.exchange.payouts import ALL, NONE, Share
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import RunnerStatus
from simulator.exchange.verdicts import EachWayVerdict, NumberVerdict, OddsVerdict, Statuses, Verdict

LOSER, PLACED, REMOVED, WINNER = (
    RunnerStatus.LOSER,
    RunnerStatus.PLACED,
    RunnerStatus.REMOVED,
    RunnerStatus.WINNER,
)

RESULTS: Final = (WINNER, LOSER, REMOVED)
"""How a runner can end in a market of winners and losers."""
EACH_WAY_RESULTS: Final = (WINNER, PLACED, LOSER, REMOVED)
"""How a runner can end in a market with an each way divisor."""

NUMBERS: Final = {
    "margin": ("the margin of goals", HUNDREDTHS),
    "total": ("the total of goals", HUNDREDTHS),
    "line_result": ("its line result", 1),
}
"""The members of `Result` that are numbers: what each is called, and how many hundredths are one of it."""


def refuse_unsound_type(definition: AddMarket) -> None:
    """Raise `Impossible` for a market that could never be settled."""
    market_id, betting_type, divisor = definition.market_id, definition.betting_type, definition.each_way_divisor
    if divisor is not None and (betting_type != BettingType.ODDS or divisor <= 0 or definition.number_of_winners < 1):
        raise Impossible(f"market {market_id} has an each way divisor and must be an ODDS market that has places")
    sides = {runner.key.selection_id for runner in definition.runners}
    if betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE and len(sides) > 2:
        raise Impossible(f"market {market_id} is between two sides, and {len(sides)} are listed")


def verdict_on(market: Market, command: Result) -> Verdict:
    """Return the verdict that settles a market; raise `Impossible` where the results do not fit it."""
    numbers = Numbers.of(market.definition)
    number = _number(market, command)
    if numbers is not None and number is not None:
        return _number_verdict(market, command, numbers, number)
    if market.definition.each_way_divisor is not None:
        return _each_way_verdict(market, command, market.definition.each_way_divisor)
    return _odds_verdict(market, command)


def verdict_on_some(market: Market, results: Sequence[RunnerResult]) -> Verdict:
    """Return the verdict on some runners of an ODDS market that goes on without them.

    Raises `Impossible` where the market is of another type, or would have no runner or no winner left to wait for.
    """
    market.demand(Verb.SETTLE_RUNNERS)
    if market.definition.betting_type != BettingType.ODDS or market.definition.each_way_divisor is not None:
        problem = "is not of a type that is settled runner by runner: only ODDS is, and not each way"
        raise Impossible(f"market {market.market_id} {problem}")
    statuses = _named(market, results, RESULTS)
    ended = list(statuses.values())
    runners_left = market.active_runners - len(ended)
    winners_left = market.winners_left - ended.count(WINNER)
    if not ended or not runners_left or (market.winners_left and winners_left < 1):
        raise Impossible(f"these results leave market {market.market_id} nothing to wait for, or settle nothing")
    if market.definition.complete and ended.count(LOSER) and winners_left > runners_left:
        raise Impossible(
            f"market {market.market_id} would have {winners_left} winners to be named of {runners_left} runners"
        )
    return OddsVerdict(
        statuses,
        {key: ALL if status is WINNER else NONE for key, status in statuses.items() if status is not REMOVED},
    )


# Results of runners


def _odds_verdict(market: Market, command: Result) -> OddsVerdict:
    statuses = _all_statuses(market, command, RESULTS)
    _demand(market, "winners", _keys(statuses, WINNER), _least(market, command, market.winners_left, statuses))
    tied = _tied(market, command, statuses)
    losers = [*_keys(statuses, LOSER), *market.hidden_runners]
    winners = _shares(market, market.winners_left, _ranked(statuses, tied, WINNER))
    return OddsVerdict(statuses, {**dict.fromkeys(losers, NONE), **winners})


def _each_way_verdict(market: Market, command: Result, divisor: int) -> EachWayVerdict:
    """Judge both parts; where no more runners ended than there are places, the place parts are void."""
    statuses = _all_statuses(market, command, EACH_WAY_RESULTS)
    places = market.definition.number_of_winners
    _demand(market, "winners", _keys(statuses, WINNER), _least(market, command, 1, statuses))
    tied = _tied(market, command, statuses)
    win_shares = _shares(market, 1, _ranked(statuses, tied, WINNER))
    if sum(status is not REMOVED for status in statuses.values()) <= places:
        return EachWayVerdict(statuses, divisor, win_shares, None, market.hidden_runners)
    _demand(market, "places", _keys(statuses, WINNER, PLACED), _least(market, command, places, statuses))
    place_shares = _shares(market, places, [*_ranked(statuses, tied, WINNER), *_ranked(statuses, tied, PLACED)])
    return EachWayVerdict(statuses, divisor, win_shares, place_shares, market.hidden_runners)


def _all_statuses(market: Market, command: Result, allowed: Collection[RunnerStatus]) -> Statuses:
    """Return how every active runner ended."""
    named = _named(market, command.results, allowed)
    active = [key for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE]
    return {key: named.get(key, LOSER) for key in active}


def _named(market: Market, results: Iterable[RunnerResult], allowed: Collection[RunnerStatus]) -> Statuses:
    """Return what the results say, each of an active runner and none said twice."""
    statuses: dict[RunnerKey, RunnerStatus] = {}
    for result in results:
        runner = market.runners.get(result.key)
        if runner is None or runner.status is not RunnerStatus.ACTIVE:
            raise Impossible(f"market {market.market_id} has no active runner {result.key.selection_id}")
        if result.status not in allowed:
            raise Impossible(
                f"a runner of market {market.market_id} ends as one of {', '.join(allowed)}, not {result.status}"
            )
        if result.key in statuses:
            raise Impossible(f"the results of market {market.market_id} name a runner twice")
        statuses[result.key] = RunnerStatus(result.status)
    return statuses


def _keys(statuses: Statuses, *wanted: RunnerStatus) -> list[RunnerKey]:
    return [key for key, status in statuses.items() if status in wanted]


def _least(market: Market, command: Result, places: int, statuses: Statuses) -> int:
    """Return how many have to be named, in a market whose winners must all be among its runners."""
    if command.fewer_may_win or not market.definition.complete:
        return 0
    return min(places, sum(status is not REMOVED for status in statuses.values()))


def _demand(market: Market, what: str, named: Collection[RunnerKey], least: int) -> None:
    """Raise `Impossible` if too few are named."""
    if len(named) < least:
        raise Impossible(f"market {market.market_id} has {least} {what} to be named, and {len(named)} are")


def _tied(market: Market, command: Result, statuses: Statuses) -> Collection[RunnerKey]:
    """Return who ran a dead heat, if that is said."""
    tied = command.dead_heat
    if tied and (len(set(tied)) < max(2, len(tied)) or not set(tied) <= set(_keys(statuses, WINNER, PLACED))):
        raise Impossible(
            f"a dead heat in market {market.market_id} is between two or more runners that won or were placed, "
            f"each named once"
        )
    return tied


def _ranked(statuses: Statuses, tied: Collection[RunnerKey], wanted: RunnerStatus) -> list[list[RunnerKey]]:
    """Return the runners of one status in two groups: those that came in before a dead heat, and those in it."""
    keys = _keys(statuses, wanted)
    return [[key for key in keys if key not in tied], [key for key in keys if key in tied]]


def _shares(market: Market, places: int, groups: Iterable[Sequence[RunnerKey]]) -> dict[RunnerKey, Share]:
    """Share out the places, first come first served; a group for which they do not suffice shares what is left.

    No places are as many as it takes: where any number of runners may win, there is no dead heat.
    """
    shares: dict[RunnerKey, Share] = {}
    for group in groups:
        left = places - len(shares) if places else len(group)
        if group and left <= 0:
            raise Impossible(f"market {market.market_id} has {places} places, and all went to others than {group[0]}")
        shares.update(dict.fromkeys(group, Share(min(left, len(group)), len(group)) if group else ALL))
    return shares


# Results that are numbers


def _number(market: Market, command: Result) -> int | None:
    """Return the number that settles a market in hundredths, `None` where runners do; refuse the wrong kind."""
    said = {"margin": command.margin, "total": command.total, "line_result": command.line_result}
    market_id, member = market.market_id, market.definition.betting_type.settled_by
    what, unit = NUMBERS.get(member, ("the results of its runners", 1))
    given = said.pop(member, None)
    wrong = [NUMBERS[name][0] for name, value in said.items() if value is not None]
    if wrong:
        raise Impossible(f"market {market_id} is settled by {what}, and not by {wrong[0]}")
    if member not in NUMBERS:
        return None
    if given is None or command.dead_heat:
        raise Impossible(f"market {market_id} is settled by {what}, which has to be named, and by nothing else")
    if member == "total" and given < 0:
        raise Impossible(f"market {market_id} cannot end with {given} goals")
    return given * unit


def _number_verdict(market: Market, command: Result, numbers: Numbers, number: int) -> NumberVerdict:
    """Judge by a number; the runners of handicaps win and lose by their own lines, halves counting as wholes (chosen).

    A handicap at which all bets are refunded ends as REMOVED, and the runner of a LINE market as WINNER (chosen).
    """
    void = _named(market, command.results, (REMOVED,))
    words = {Fate.LOST: LOSER, Fate.HALF_LOST: LOSER, Fate.REFUNDED: REMOVED, Fate.HALF_WON: WINNER, Fate.WON: WINNER}
    statuses = {
        key: WINNER if numbers.betting_type == BettingType.LINE else words[numbers.line_of(key, 0).fate(number)]
        for key, runner in market.runners.items()
        if runner.status is RunnerStatus.ACTIVE
    }
    return NumberVerdict({**statuses, **void}, numbers, number)

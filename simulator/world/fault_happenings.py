"""What a fault lets happen, made what it is for one request: in its market, to its runner, with a result of its bet."""

from typing import Final, NamedTuple

from msgspec.structs import replace

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.exchange import Exchange
from simulator.exchange.lines import Fate, Numbers
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import RunnerStatus
from simulator.world.faults import FaultHappening
from simulator.world.format.happenings import (
    Hide,
    MakeOffers,
    MarketHappening,
    Reinstate,
    Resettle,
    ResultEntry,
    Settle,
    Withdraw,
)
from simulator.world.format.quantities import in_units

OF_RUNNERS: Final = (Withdraw, Hide, Reinstate, MakeOffers)
"""What happens to a runner that the market has."""

_FURTHEST: Final = 1000 * HUNDREDTHS
"""More goals or runs than a line has."""
_BEYOND: Final = HUNDREDTHS


class Subject(NamedTuple):
    """What a request is about, as far as it says: a market, bets in it, and what is to be placed."""

    account: str
    market_id: str
    bet_ids: tuple[int, ...]
    instructions: tuple[PlaceInstruction, ...]


def happening_of(planned: FaultHappening, subject: Subject, exchange: Exchange) -> MarketHappening:
    """Return what happens to the market that a request is about; raise `Impossible` where it names too little."""
    if not subject.market_id:
        raise Impossible("the request names no market to which it could happen")
    happening = replace(planned.happening, market=subject.market_id)
    if planned.is_of_request and isinstance(happening, OF_RUNNERS):
        runner = _runner_of(subject, exchange)
        handicap = in_units(runner.handicap)
        return replace(happening, selection_id=runner.selection_id, handicap=handicap)
    if isinstance(happening, Settle) and says_no_result(happening):
        return _decided(happening, _runner_of(subject, exchange), exchange)
    return happening


def says_no_result(settle: Settle) -> bool:
    """Return whether a settlement leaves open how it ends."""
    said = (settle.results, settle.dead_heat, settle.margin, settle.total, settle.line_result)
    return all(value is None for value in said)


def _runner_of(subject: Subject, exchange: Exchange) -> RunnerKey:
    """Return the runner of the first bet that a request is about."""
    for instruction in subject.instructions:
        return instruction.runner
    for bet_id in subject.bet_ids:
        order = exchange.orders.get(bet_id)
        if order is not None and order.account == subject.account:
            return order.runner
    raise Impossible("the request names no bet to whose runner it could happen")


def _decided(settle: Settle, runner: RunnerKey, exchange: Exchange) -> Settle:
    """Return a settlement by which a runner wins, or where it corrects another one, loses."""
    market = exchange.markets.get(settle.market)
    if market is None or runner not in market.runners:
        raise Impossible(f"market {settle.market!r} has no runner {runner.selection_id} that could win or lose")
    wins = not isinstance(settle, Resettle)
    numbers = Numbers.of(market.definition)
    if numbers is None:
        return replace(settle, results=_results(market, runner, wins=wins))
    number = _number(market, numbers, runner, Fate.WON if wins else Fate.LOST)
    match market.definition.betting_type:
        case BettingType.LINE:
            return replace(settle, line_result=in_units(number))
        case BettingType.ASIAN_HANDICAP_SINGLE_LINE:
            return replace(settle, total=number // HUNDREDTHS)
    return replace(settle, margin=number // HUNDREDTHS)


def _results(market: Market, runner: RunnerKey, *, wins: bool) -> tuple[ResultEntry, ...]:
    """Return who wins: a runner or whoever stands next, and as many after these as the market has winners or places."""
    can_win = [key for key, each in market.runners.items() if each.status in _CAN_WIN]
    others = [key for key in can_win if key != runner]
    places = max(1, market.definition.number_of_winners)
    in_front = ([runner, *others] if wins else others)[:places]
    others_place = "PLACED" if market.definition.each_way_divisor is not None else "WINNER"
    return tuple(
        ResultEntry(
            selection_id=key.selection_id,
            handicap=in_units(key.handicap),
            status="WINNER" if place == 0 else others_place,
        )
        for place, key in enumerate(in_front)
    )


_CAN_WIN: Final = frozenset({RunnerStatus.ACTIVE, RunnerStatus.WINNER, RunnerStatus.LOSER, RunnerStatus.PLACED})


def _number(market: Market, numbers: Numbers, runner: RunnerKey, fate: Fate) -> int:
    """Return a number far from every line, in hundredths, in which backers of a runner fare like this."""
    bands = market.ladder.bands
    candidates = (
        (bands[0].lowest - _BEYOND, bands[-1].highest + _BEYOND)
        if numbers.betting_type == BettingType.LINE
        else (_FURTHEST, 0, -_FURTHEST)
    )
    line = numbers.line_of(runner, bands[0].lowest)
    for number in candidates:
        if line.fate(number) is fate and (numbers.least is None or number >= numbers.least):
            return number
    raise Impossible(f"market {market.market_id} has no end in which this bet is settled so")

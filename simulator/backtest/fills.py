"""Fills: which bet of ours was matched with what, and what the model knew when it did so."""

from collections.abc import Iterable, Iterator
from typing import Final, cast

from msgspec import Struct
from msgspec.structs import replace

from simulator.backtest.books import How, RestingFill
from simulator.exchange.events import Event, OrderMatched, OrderMatchedAtStartingPrice, VirtualBetMatched
from simulator.exchange.orders import ANONYMOUS, RunnerKey, Side

_TAKEN: Final = How.TAKEN

Used = tuple[RunnerKey, int, int]
"""Recorded volume that a fill used up: runner, price in hundredths, size in pence."""


class Fill(Struct, frozen=True, gc=False):
    """One match of a bet of ours: `size` pence of backer's stake at a `price` in hundredths.

    `used` is the level that was taken, or the price of the recorded trade or offer that filled a bet which rested: of a
    virtual bet one for each leg, of a match with a bet of ours and of one at the starting price none. `queue_ahead` is
    how many pence stood before the bet when it began to wait, or when its price came in sight, 0 where it did not wait
    or nobody knows.
    """

    at: int
    market_id: str
    bet_id: int
    match_id: int
    runner: RunnerKey
    side: Side
    price: int
    size: int
    model: str
    how: How
    used: tuple[Used, ...] = ()
    queue_ahead: int = 0


def fills_of(events: Iterable[Event], model: str) -> list[Fill]:
    """Return the fills of bets that took something, and of those matched at the starting price, that events tell of."""
    fills: list[Fill] = []
    for event in events:
        kind = type(event)
        if kind is OrderMatched:
            fills += _match(cast(OrderMatched, event), model)
        elif kind is VirtualBetMatched:
            fills += _virtual_match(cast(VirtualBetMatched, event), model)
        elif kind is OrderMatchedAtStartingPrice:
            fills.append(_starting_price_match(cast(OrderMatchedAtStartingPrice, event), model))
    return fills


def resting_fills(events: Iterable[Event], resting: Iterable[RestingFill], model: str) -> Iterator[Fill]:
    """Yield the fills of bets that rested, from the events that tell of them and from what they came of."""
    matches = [event for event in events if isinstance(event, OrderMatched)]
    for event, came_of in zip(matches, resting, strict=True):
        yield Fill(
            event.at,
            event.market_id,
            event.resting_bet_id,
            event.match_id,
            event.runner,
            event.taker_side.opposite,
            event.price,
            event.size,
            model,
            came_of.how,
            ((event.runner, came_of.price, event.size),),
            came_of.arrived_behind,
        )


def _match(event: OrderMatched, model: str) -> list[Fill]:
    """Return the fill of who took recorded volume, or those of both where a bet of ours was taken."""
    runner, price, size = event.runner, event.price, event.size
    is_recorded = event.resting_account == ANONYMOUS
    taken = Fill(
        event.at, event.market_id, event.taker_bet_id, event.match_id, runner, event.taker_side, price, size, model,
        _TAKEN if is_recorded else How.OWN, ((runner, price, size),) if is_recorded else (),
    )  # fmt: skip
    if is_recorded:
        return [taken]
    return [taken, replace(taken, bet_id=event.resting_bet_id, side=event.taker_side.opposite)]


def _starting_price_match(event: OrderMatchedAtStartingPrice, model: str) -> Fill:
    return Fill(
        event.at, event.market_id, event.bet_id, event.match_id, event.runner, event.side, event.price, event.size,
        model, How.STARTING_PRICE,
    )  # fmt: skip


def _virtual_match(event: VirtualBetMatched, model: str) -> Iterator[Fill]:
    used = tuple((leg.runner, leg.price, leg.size) for leg in event.legs if leg.account == ANONYMOUS)
    yield Fill(
        event.at, event.market_id, event.taker_bet_id, event.match_id, event.runner, event.taker_side,
        event.price, event.size, model, How.TAKEN, used,
    )  # fmt: skip
    for leg in event.legs:
        if leg.account != ANONYMOUS:
            # A leg has the side of the taker: who backs is matched against backs of all the others.
            yield Fill(
                event.at, event.market_id, leg.bet_id, event.match_id, leg.runner, event.taker_side,
                leg.price, leg.size, model, How.OWN,
            )  # fmt: skip

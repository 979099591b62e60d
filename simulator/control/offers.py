"""What became of offers that were made: what each was matched with at once, and what of it rests."""

from collections.abc import Iterable, Iterator

from simulator.control.schema import MatchedPart, OfferedBet
from simulator.exchange.events import Event, OrderMatched, OrderPlaced, VirtualBetMatched
from simulator.exchange.exchange import Exchange
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import Order
from simulator.world.happened import Happened


def offered_bets(happened: Happened, story: Iterable[Happened], exchange: Exchange) -> list[OfferedBet]:
    """Return the bets that make offers, in the order in which they were placed.

    `happened` came of making them. `story` is what was told from then on, because whoever acts in the world may have
    taken what they offer.
    """
    parts: dict[int, list[MatchedPart]] = {
        event.bet_id: [] for event in happened.events if isinstance(event, OrderPlaced)
    }
    for entry in story:
        for event in entry.events:
            for bet_id, part in _matched_parts(event):
                if bet_id in parts:
                    parts[bet_id].append(part)
    return [_describe(exchange.orders[bet_id], matched) for bet_id, matched in parts.items()]


def _matched_parts(event: Event) -> Iterator[tuple[int, MatchedPart]]:
    """Yield what was matched of each bet that an event is about, with the bets on the other side."""
    if isinstance(event, OrderMatched):
        yield event.taker_bet_id, _part(event.price, event.size, [event.resting_bet_id])
        yield event.resting_bet_id, _part(event.price, event.size, [event.taker_bet_id])
    elif isinstance(event, VirtualBetMatched):
        yield event.taker_bet_id, _part(event.price, event.size, [leg.bet_id for leg in event.legs])
        for leg in event.legs:
            yield leg.bet_id, _part(leg.price, leg.size, [event.taker_bet_id])


def _part(price: int, size: int, bet_ids: list[int]) -> MatchedPart:
    return MatchedPart(price / HUNDREDTHS, size / HUNDREDTHS, [str(bet_id) for bet_id in bet_ids])


def _describe(order: Order, matched: list[MatchedPart]) -> OfferedBet:
    return OfferedBet(
        bet_id=str(order.bet_id),
        selection_id=order.runner.selection_id,
        handicap=order.runner.handicap / HUNDREDTHS,
        side=order.side.name,
        price=order.price / HUNDREDTHS,
        size=order.size / HUNDREDTHS,
        matched=matched,
        size_matched=order.size_matched / HUNDREDTHS,
        size_resting=order.size_remaining / HUNDREDTHS,
    )

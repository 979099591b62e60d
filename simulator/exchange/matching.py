"""How an incoming LIMIT order meets the book (exchange mechanics, section 4).

Best price first, then first come first served; the taker gets the price of the bet that rested. Matching reads the
order and the book and plans; `Market` carries the plan out, so that money, traded volume and both orders change in
one place.
"""

from typing import NamedTuple

from simulator.exchange.book import RunnerBook
from simulator.exchange.orders import Order, TimeInForce


class Fill(NamedTuple):
    """One match to be made: `size` pence against a resting order, at that order's price."""

    resting: Order
    size: int


def plan_fills(order: Order, book: RunnerBook) -> list[Fill]:
    """Return the matches an incoming order makes now, in the order in which they are made.

    A FILL_OR_KILL order that cannot have its minimum (`min_fill_size`, or the whole size) makes none.
    """
    fills: list[Fill] = []
    wanted = order.size_remaining
    offers = book.offers_to(order.side)
    for level in offers.best_first():
        if not wanted or not offers.meets(level.price, order.price):
            break
        for resting in level.queue.values():
            size = min(wanted, resting.size_remaining)
            fills.append(Fill(resting, size))
            wanted -= size
            if not wanted:
                break
    if order.time_in_force is TimeInForce.FILL_OR_KILL:
        minimum = order.size if order.min_fill_size is None else order.min_fill_size
        if order.size_remaining - wanted < minimum:
            return []
    return fills

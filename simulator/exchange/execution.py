"""Orders on their way through a market: into the books, matched, cancelled, lapsed, and waiting for the auction.

`matching` plans how an order meets the market; here the plan is carried out, and whatever changes an order lets its
account's index and position know. Functions that end or match something answer with the events that say so.
"""

from collections.abc import Callable, Iterable
from typing import ParamSpec

from simulator.exchange.events import (
    Event,
    OrderFilledAtAuction,
    OrderKilled,
    OrderLapsed,
    OrderMatched,
    VirtualBetMatched,
)
from simulator.exchange.market import Market
from simulator.exchange.matching import Fill, VirtualFill, plan_matches
from simulator.exchange.orders import FILL_OR_KILL, AnonymousBet, Fragment, LapseReason, Order, Side
from simulator.exchange.runner import Runner
from simulator.exchange.telling import filled_leg, order_lapsed

P = ParamSpec("P")


def enter(market: Market, order: Order, at: int, next_match_id: Callable[[], int]) -> list[Event]:
    """Bring an order to the matcher: it takes what it can, and the rest is queued at its own price."""
    book = market.runners[order.runner].book
    plan = plan_matches(order, book.offers_to(order.side), market.other_runners(order.runner, order.side))
    if order.bet_target is not None:
        change(market, order, order.restate, sum(fill.size for fill in plan.fills) + plan.rest)
    events: list[Event] = []
    for fill in plan.fills:
        match_id = next_match_id()
        if isinstance(fill, Fill):
            events.append(_match(market, order, fill, match_id, at))
        else:
            events.append(_match_virtually(market, order, fill, match_id, at))
    if events:
        market.last_match_at = at
    if order.size_remaining:
        if order.time_in_force is FILL_OR_KILL:
            events.append(_kill(market, order, at))
        else:
            book.queue_of(order.side).add(order)
            market.orders_of[order.account].rest(order)
    return events


def _match(market: Market, order: Order, fill: Fill, match_id: int, at: int) -> Event:
    price = fill.resting.price
    fill_resting(market, fill, match_id, at)
    order.match(Fragment.at_price(match_id, price, fill.size, at, in_play=market.in_play))
    market.count(order)
    return OrderMatched(
        at,
        market.market_id,
        match_id,
        order.runner,
        price,
        fill.size,
        order.side,
        order.bet_id,
        order.account,
        fill.resting.bet_id,
        fill.resting.account,
    )


def _match_virtually(market: Market, order: Order, fill: VirtualFill, match_id: int, at: int) -> Event:
    """Match an order with the house, which takes the other side of every leg, as it does at settlement."""
    for leg in fill.legs:
        fill_resting(market, leg, match_id, at)
    order.match(Fragment.at_price(match_id, fill.price, fill.size, at, in_play=market.in_play))
    market.count(order)
    market.trade(order.runner, fill.price, fill.size)
    return VirtualBetMatched(
        at,
        market.market_id,
        match_id,
        order.runner,
        fill.price,
        fill.size,
        order.side,
        order.bet_id,
        order.account,
        tuple(filled_leg(leg.resting, leg.size) for leg in fill.legs),
    )


def fill_resting(market: Market, fill: Fill, match_id: int, at: int) -> None:
    """Match a part of a bet that rests, at its own price."""
    resting, size = fill
    market.runners[resting.runner].book.queue_of(resting.side).reduce(resting, size)
    market.trade(resting.runner, resting.price, size)
    if isinstance(resting, AnonymousBet):
        return
    resting.match(Fragment.at_price(match_id, resting.price, size, at, in_play=market.in_play))
    if not resting.size_remaining:
        market.orders_of[resting.account].note(resting)
    market.count(resting)


def cancel(market: Market, order: Order, size: int, at: int) -> None:
    """Take `size`, in the money of the account, off the unmatched part of an order.

    It keeps its place unless nothing is left.
    """
    market.runners[order.runner].book.queue_of(order.side).reduce(order, order.pence_of_rest(size))
    change(market, order, order.cancel, size, at)


def wait_for_starting_price(market: Market, order: Order) -> None:
    """Queue an order for the starting price."""
    market.runners[order.runner].starting_price_queue(order.side)[order.bet_id] = order


def edit_starting_price_limit(market: Market, order: Order, successor: Order, at: int) -> None:
    """Put an order with an easier limit into the place of another that waits for the starting price."""
    queue = market.runners[order.runner].starting_price_queue(order.side)
    places = [(successor.bet_id, successor) if waiting is order else (key, waiting) for key, waiting in queue.items()]
    queue.clear()
    queue.update(places)
    change(market, order, order.hand_over, at)
    change(market, successor, successor.take_over, order)


def queue_for_starting_price(market: Market, order: Order) -> None:
    """Take what is unmatched of a LIMIT order out of the book and let it wait for the starting price."""
    runner = market.runners[order.runner]
    runner.book.queue_of(order.side).reduce(order, order.size_remaining)
    change(market, order, order.queue_for_starting_price)
    runner.starting_price_queue(order.side)[order.bet_id] = order


def fill_at_auction(
    market: Market, runner: Runner, side: Side, price: int, size: int, next_match_id: Callable[[], int], at: int
) -> list[Event]:
    """Match `size` pence of the exchange's own bets at a price, first come first served, against the auction."""
    events: list[Event] = []
    for order in list(runner.book.queue_of(side).levels[price].queue.values()):
        if not size:
            break
        part = min(size, order.size_remaining)
        match_id = next_match_id()
        fill_resting(market, Fill(order, part), match_id, at)
        own_part = order.own.fragments[-1].size
        events.append(
            OrderFilledAtAuction(
                at, market.market_id, order.bet_id, order.account, order.runner, match_id, side, price, own_part
            )
        )
        size -= part
    market.last_match_at = at
    return events


def end_starting_price_order(market: Market, order: Order, at: int, reason: LapseReason) -> list[Event]:
    """Take an order out of the queue for the starting price and lapse what of it found no match."""
    del market.runners[order.runner].starting_price_queue(order.side)[order.bet_id]
    lapsed = order.own.liability_waiting
    change(market, order, order.end_waiting, at, reason)
    return [order_lapsed(order, lapsed, reason, at)] if lapsed else []


def lapse(market: Market, order: Order, at: int, reason: LapseReason) -> OrderLapsed:
    """Take what is unmatched of an order out of its queue: the exchange's doing."""
    market.runners[order.runner].book.queue_of(order.side).reduce(order, order.size_remaining)
    return _lapse_unqueued(market, order, at, reason)


def lapse_whole(market: Market, order: Order, at: int, reason: LapseReason) -> list[Event]:
    """Lapse whatever of an order is unmatched, in the book or waiting for the starting price."""
    events: list[Event] = [lapse(market, order, at, reason)] if order.size_remaining else []
    if order.liability_waiting:
        events.extend(end_starting_price_order(market, order, at, reason))
    return events


def _kill(market: Market, order: Order, at: int) -> OrderKilled:
    """Cancel what could not be filled of a FILL_OR_KILL order, which is in no queue."""
    size = order.own.size_remaining
    change(market, order, order.cancel, size, at)
    return OrderKilled(at, order.market_id, order.bet_id, order.account, order.runner, size)


def _lapse_unqueued(market: Market, order: Order, at: int, reason: LapseReason) -> OrderLapsed:
    size = order.own.size_remaining
    change(market, order, order.lapse, at, reason)
    return order_lapsed(order, size, reason, at)


def reprice(market: Market, order: Order, price: int) -> None:
    """Move what is unmatched of an order to the back of the queue at another price."""
    queue = market.runners[order.runner].book.queue_of(order.side)
    queue.reduce(order, order.size_remaining)
    change(market, order, order.reprice, price)
    queue.add(order)


def change(market: Market, order: Order, change: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Change an order, and let its account's index and position know."""
    change(*args, **kwargs)
    market.orders_of[order.account].note(order)
    market.count(order)


def lapse_all(market: Market, at: int, reason: LapseReason, which: Callable[[Order], bool]) -> list[Event]:
    """Lapse the unmatched bets that `which` picks, in order of their bet ids."""
    picked = [order for order in _unmatched(market) if which(order)]
    return [lapse(market, order, at, reason) for order in sorted(picked, key=lambda order: order.bet_id)]


def lapse_for_good(market: Market, at: int, reason: LapseReason) -> list[Event]:
    """Lapse every unmatched bet, and what waits for a starting price that there will not be."""
    events = lapse_all(market, at, reason, lambda _: True)
    for runner in market.runners.values():
        for order in [*runner.starting_price_backs.values(), *runner.starting_price_lays.values()]:
            events.extend(end_starting_price_order(market, order, at, reason))
    return events


def _unmatched(market: Market) -> Iterable[Order]:
    for runner in market.runners.values():
        yield from runner.book.backs.orders()
        yield from runner.book.lays.orders()

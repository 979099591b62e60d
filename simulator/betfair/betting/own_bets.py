"""A customer's own orders and matches, as books show them beside the prices.

What the interface definition says of each parameter, with what it leaves open:

- `orderProjection` picks the orders shown, by status. Matches come from all orders, so that EXECUTABLE shows what is
  still unmatched beside the whole matched position (manual, listMarketBook, "Mejores prácticas").
- `matchProjection` says how matches are added up; without it they are not. Alone, it shows matches and no orders.
- `betIds` and `matchedSince` restrict the orders that count at all.
- `customerStrategyRefs` restricts orders and the breakdown by strategy, never the overall position: so says the stream
  interface of its own filter of that name, and nothing says otherwise here.
- A runner without an order of the customer has none of these fields (recorded).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from simulator.betfair.betting.order_amounts import (
    average_price_matched,
    bsp_liability,
    price_asked_for,
    size_asked_for,
)
from simulator.betfair.betting.order_filters import named
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketBookRequest, ListRunnerBookRequest
from simulator.betfair.schema.sports_enums import MatchProjection, OrderProjection, OrderStatus
from simulator.betfair.schema.sports_markets import Runner
from simulator.betfair.schema.sports_orders import Match, Matches
from simulator.betfair.schema.sports_orders import Order as WireOrder
from simulator.betfair.schema.wire import double, order_date
from simulator.exchange.order_index import Ending, MarketIndex
from simulator.exchange.orders import Fragment, Order, RunnerKey, Side
from simulator.exchange.timeline import Stretch

BookRequest = ListMarketBookRequest | ListRunnerBookRequest
BookCall = Call[ListMarketBookRequest] | Call[ListRunnerBookRequest]

_PROJECTED_STATUSES: Final = {
    OrderProjection.EXECUTABLE: OrderStatus.EXECUTABLE,
    OrderProjection.EXECUTION_COMPLETE: OrderStatus.EXECUTION_COMPLETE,
}


class OwnBets:
    """The orders of one customer in the markets that one request asks for."""

    def __init__(self, call: BookCall, market_ids: Iterable[str]) -> None:
        request = call.params
        self._order_projection = request.orderProjection
        self._positions_wanted = request.includeOverallPosition is not False
        self._partition = bool(request.partitionMatchedByStrategyRef)
        self._strategies = frozenset(request.customerStrategyRefs or ())
        self._write_matches = _WRITERS[request.matchProjection or MatchProjection.NO_ROLLUP]
        self._by_runner: dict[tuple[str, RunnerKey], list[Order]] = {}
        markets = call.world.exchange.accounts[call.account.username].index.markets
        for market_id in set(market_ids):
            if market_id in markets:
                self._add_market(call, market_id, markets[market_id])

    def _add_market(self, call: BookCall, market_id: str, index: MarketIndex) -> None:
        request = call.params
        if not request.betIds and request.matchedSince is None:
            self._by_runner.update({(market_id, runner): [] for runner in index.runners})
        for order in _candidates(call, index):
            if order.market_id == market_id and _counts(order, request):
                self._by_runner.setdefault((market_id, order.runner), []).append(order.own)

    def add_to(self, runner: Runner, market_id: str, key: RunnerKey) -> None:
        """Write the customer's orders and matches into a runner, if there are any."""
        orders = self._by_runner.get((market_id, key))
        if orders is None:
            return
        own = [order for order in orders if self._strategy_is_wanted(order)]
        runner.orders = [order_in_book(order) for order in own if is_projected(order, self._order_projection)]
        if self._positions_wanted:
            runner.matches = self._write_matches(orders)
        if self._partition:
            runner.matchesByStrategy = self._matches_by_strategy(own)

    def _strategy_is_wanted(self, order: Order) -> bool:
        return not self._strategies or order.customer_strategy_reference in self._strategies

    def _matches_by_strategy(self, orders: Iterable[Order]) -> dict[str, Matches]:
        """Return the matches of each strategy; those of none stand under the empty text."""
        strategies: dict[str, list[Order]] = {}
        for order in orders:
            if order.size_matched:
                strategies.setdefault(order.customer_strategy_reference or "", []).append(order)
        return {reference: Matches(matches=self._write_matches(own)) for reference, own in strategies.items()}


def own_bets(call: BookCall, market_ids: Iterable[str]) -> OwnBets | None:
    """Return the customer's bets in these markets, or `None` where the request does not ask for any."""
    if call.params.orderProjection is None and call.params.matchProjection is None:
        return None
    return OwnBets(call, market_ids)


def is_projected(order: Order, projection: OrderProjection | None) -> bool:
    """Return whether an order's status is the one asked for; without a projection no order is."""
    if projection is None or projection is OrderProjection.ALL:
        return projection is not None
    return order.status is _PROJECTED_STATUSES[projection]


def order_in_book(order: Order) -> WireOrder:
    """Return an order as books show it."""
    return WireOrder(
        betId=str(order.bet_id),
        orderType=order.order_type,
        status=order.status,
        persistenceType=order.persistence,
        side=order.side,
        price=price_asked_for(order),
        size=size_asked_for(order),
        bspLiability=bsp_liability(order),
        placedDate=order_date(order.placed_at),
        avgPriceMatched=average_price_matched(order),
        sizeMatched=double(order.size_matched),
        sizeRemaining=double(order.size_remaining),
        sizeLapsed=double(order.size_lapsed),
        sizeCancelled=double(order.size_cancelled),
        sizeVoided=double(order.size_voided),
        customerOrderRef=order.customer_order_reference,
        customerStrategyRef=order.customer_strategy_reference,
    )


def _candidates(call: BookCall, index: MarketIndex) -> Iterable[Order]:
    """Return, in order of placing, as few orders as it takes to find all that count in what is asked for."""
    request = call.params
    if request.betIds:
        return named(call.world.exchange, call.account.username, request.betIds)
    wants_all = request.orderProjection in (OrderProjection.ALL, OrderProjection.EXECUTION_COMPLETE)
    if wants_all and request.matchedSince is None:
        return index.orders
    if request.matchedSince is None or not wants_all:
        return index.live
    # A voided order has matches too: they are not shown, but they give it its date.
    return sorted({*index.live, *Stretch(index.ended[Ending.VOIDED])}, key=lambda order: order.bet_id)


def _counts(order: Order, request: BookRequest) -> bool:
    since = request.matchedSince
    if since is None or order.status is OrderStatus.EXECUTABLE:
        return True
    return any(fragment.matched_at >= since for fragment in order.fragments)


# Matches


def _fragments(orders: Iterable[Order]) -> list[tuple[Order, Fragment]]:
    """Return the matches of orders in the order in which they were made; void ones are gone."""
    pairs = [(order, fragment) for order in orders if order.size_matched for fragment in order.fragments]
    pairs.sort(key=lambda pair: pair[1].match_id)
    return pairs


def _every_match(orders: Sequence[Order]) -> list[Match]:
    return [
        Match(
            betId=str(order.bet_id),
            matchId=str(fragment.match_id),
            side=order.side,
            price=double(fragment.price),
            size=double(fragment.size),
            matchDate=order_date(fragment.matched_at),
        )
        for order, fragment in _fragments(orders)
    ]


def _matches_by_price(orders: Sequence[Order]) -> list[Match]:
    """Return one line a side and price, backs first and then by rising price."""
    sizes: dict[tuple[Side, int], int] = {}
    for order, fragment in _fragments(orders):
        line = (order.side, fragment.price)
        sizes[line] = sizes.get(line, 0) + fragment.size
    return [Match(side=side, price=double(price), size=double(size)) for (side, price), size in sorted(sizes.items())]


def _matches_by_average_price(orders: Sequence[Order]) -> list[Match]:
    """Return one line a side, backs first, at the average price with two decimals, halves up."""
    matches: list[Match] = []
    for side in Side:
        own = [order for order in orders if order.side is side]
        size = sum(order.size_matched for order in own)
        if size:
            payout = sum(order.matched_payout for order in own)
            matches.append(Match(side=side, price=double((2 * payout + size) // (2 * size)), size=double(size)))
    return matches


_WRITERS: Final[dict[MatchProjection, Callable[[Sequence[Order]], list[Match]]]] = {
    MatchProjection.NO_ROLLUP: _every_match,
    MatchProjection.ROLLED_UP_BY_PRICE: _matches_by_price,
    MatchProjection.ROLLED_UP_BY_AVG_PRICE: _matches_by_average_price,
}

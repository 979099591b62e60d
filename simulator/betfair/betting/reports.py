"""listCurrentOrders: a customer's orders in markets that are not settled.

Sources: manual and `SportsAPING.xml`, listCurrentOrders, OrderBy, SortDir and CurrentOrderSummary; recorded answers.
Orders that are complete stay until their market is settled, those on runners that are settled before the others too:
BY_SETTLED_TIME "applies to markets that are settled in part".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from simulator.betfair.betting.limits import check_number_of_ids
from simulator.betfair.betting.order_amounts import (
    average_price_matched,
    bsp_liability,
    price_asked_for,
    size_asked_for,
)
from simulator.betfair.betting.order_filters import (
    Criterion,
    meeting,
    named,
    one_of,
    page_of,
    page_of_orders,
    whole_seconds_within,
    within,
)
from simulator.betfair.betting.own_bets import is_projected
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListCurrentOrdersRequest
from simulator.betfair.schema.sports_enums import OrderBy, OrderProjection, SortDir
from simulator.betfair.schema.sports_inputs import MarketVersion
from simulator.betfair.schema.sports_orders import (
    CurrentItemDescription,
    CurrentOrderSummary,
    CurrentOrderSummaryReport,
    PriceSize,
)
from simulator.betfair.schema.wire import double, order_date
from simulator.exchange.jurisdictions import NATIONAL_RULES
from simulator.exchange.orders import Order
from simulator.exchange.timeline import Stretch


class Ordering(NamedTuple):
    """One way to sort orders: which date its range looks at, and what it sorts by.

    Orders without that date are left out, as OrderBy says of each.
    """

    date: Callable[[Order], int | None]
    key: Callable[[Order], tuple[int | str, ...]]


def _matched_at(order: Order) -> int | None:
    """Return the time of the last match; a bet that waits for the starting price is "matched" since it was placed.

    So it is recorded: such a bet waits as EXECUTION_COMPLETE, with the date of its placing.
    """
    waits = order.is_for_starting_price and order.liability_waiting
    return order.placed_at if order.matched_at is None and waits else order.matched_at


def _settled_at(order: Order) -> int | None:
    """Return when what was matched of an order was settled; where nothing was matched, nothing is settled."""
    return None if order.profit is None else order.settled_at


def _by_time_of(date: Callable[[Order], int | None]) -> Ordering:
    return Ordering(date, lambda order: (date(order) or 0, _matched_at(order) or 0, order.placed_at, order.bet_id))


_BY_PLACE_TIME: Final = Ordering(lambda order: order.placed_at, lambda order: (order.placed_at, order.bet_id))

ORDERINGS: Final[dict[OrderBy, Ordering]] = {
    OrderBy.BY_BET: _BY_PLACE_TIME,
    OrderBy.BY_PLACE_TIME: _BY_PLACE_TIME,
    OrderBy.BY_MARKET: Ordering(
        lambda order: order.placed_at, lambda order: (order.market_id, order.placed_at, order.bet_id)
    ),
    OrderBy.BY_MATCH_TIME: _by_time_of(_matched_at),
    OrderBy.BY_VOID_TIME: _by_time_of(lambda order: order.voided_at),
    OrderBy.BY_SETTLED_TIME: _by_time_of(_settled_at),
}


def list_current_orders(call: Call[ListCurrentOrdersRequest]) -> CurrentOrderSummaryReport:
    """Return a page of the customer's current orders, by default all of them in the order of placing.

    Raises REQUEST_SIZE_EXCEEDS_LIMIT for more than 250 bet and market ids, INVALID_INPUT_DATA for a page there cannot
    be.
    """
    request = call.params
    check_number_of_ids(request.betIds, request.marketIds)
    ordering = ORDERINGS[request.orderBy or OrderBy.BY_BET]
    is_latest_first = request.sortDir is SortDir.LATEST_TO_EARLIEST
    orders, criteria = _candidates(call, is_latest_first=is_latest_first)
    criteria = [*criteria, *_criteria(request)]
    page: Sequence[Order]
    if ordering is _BY_PLACE_TIME:
        page, more_available = page_of_orders(orders, criteria, request.fromRecord, request.recordCount)
    else:
        found = sorted(meeting(orders, criteria), key=ordering.key, reverse=is_latest_first)
        page, more_available = page_of(found, request.fromRecord, request.recordCount)
    return CurrentOrderSummaryReport(
        currentOrders=[_summary(call, order.own) for order in page], moreAvailable=more_available
    )


def _candidates(
    call: Call[ListCurrentOrdersRequest], *, is_latest_first: bool
) -> tuple[Iterable[Order], Iterable[Criterion]]:
    """Return as few orders as it takes to find all that are asked for, by place time, and what more they have to meet.

    The ways to them: their ids, their markets, that they are executable, when they were placed.
    """
    request, exchange, username = call.params, call.world.exchange, call.account.username
    is_executable, status_criteria = request.orderProjection is OrderProjection.EXECUTABLE, [*_of_status(request)]
    placed = [*within(request.placedDateRange, lambda order: order.placed_at)]
    by_market = [*one_of(request.marketIds, lambda order: order.market_id)]
    index = exchange.accounts[username].index
    orders: list[Order]
    if request.betIds:
        orders = [
            order
            for order in named(exchange, username, request.betIds)
            if exchange.markets[order.market_id].settled_at is None
        ]
        remaining = [*status_criteria, *placed, *by_market]
    elif request.marketIds:
        wanted = [index.markets[market_id] for market_id in set(request.marketIds) if market_id in index.markets]
        found = [list(own.executable.values()) if is_executable else own.orders for own in wanted]
        orders = found[0] if len(found) == 1 else sorted(chain(*found), key=lambda order: order.bet_id)
        remaining = [*placed] if is_executable else [*status_criteria, *placed]
    elif is_executable:
        orders, remaining = list(index.executable.values()), placed
    else:
        start, end = whole_seconds_within(request.placedDateRange)
        return Stretch(index.in_open_markets, start, end, is_latest_first=is_latest_first), status_criteria
    return orders[::-1] if is_latest_first else orders, remaining


def _of_status(request: ListCurrentOrdersRequest) -> Iterator[Criterion]:
    projection = request.orderProjection
    if projection not in (None, OrderProjection.ALL):
        yield lambda order: is_projected(order, projection)


def _criteria(request: ListCurrentOrdersRequest) -> Iterator[Criterion]:
    """Yield the criteria for which there is no index."""
    yield from one_of(request.customerOrderRefs, lambda order: order.customer_order_reference)
    yield from one_of(request.customerStrategyRefs, lambda order: order.customer_strategy_reference)
    ordering = ORDERINGS[request.orderBy or OrderBy.BY_BET]
    if ordering.date is not _BY_PLACE_TIME.date:
        yield lambda order: ordering.date(order) is not None
    yield from within(request.dateRange, ordering.date)


def _summary(call: Call[ListCurrentOrdersRequest], order: Order) -> CurrentOrderSummary:
    world, market_id, runner, matched_at = call.world, order.market_id, order.runner, _matched_at(order)
    summary = CurrentOrderSummary(
        betId=str(order.bet_id),
        marketId=market_id,
        selectionId=runner.selection_id,
        handicap=double(runner.handicap),
        priceSize=PriceSize(price_asked_for(order), size_asked_for(order)),
        bspLiability=bsp_liability(order),
        side=order.side,
        status=order.status,
        persistenceType=order.persistence,
        orderType=order.order_type,
        placedDate=order_date(order.placed_at),
        matchedDate=None if matched_at is None else order_date(matched_at),
        averagePriceMatched=average_price_matched(order),
        sizeMatched=double(order.size_matched),
        sizeRemaining=double(order.size_remaining),
        sizeLapsed=double(order.size_lapsed),
        sizeCancelled=double(order.size_cancelled),
        sizeVoided=double(order.size_voided),
        customerOrderRef=order.customer_order_reference,
        regulatorCode=_regulator(call, market_id),
        customerStrategyRef=order.customer_strategy_reference,
    )
    if call.params.includeItemDescription:
        version = world.exchange.markets[market_id].version
        summary.currentItemDescription = CurrentItemDescription(marketVersion=MarketVersion(version=version))
    return summary


def _regulator(call: Call[ListCurrentOrdersRequest], market_id: str) -> str | None:
    """Return who regulates a bet: the authority of its owner's country, and else the first that the market names."""
    national = NATIONAL_RULES.get(call.account.jurisdiction)
    if national is not None:
        return national.regulator
    return next(iter(call.world.catalogue.markets[market_id].regulators), None)

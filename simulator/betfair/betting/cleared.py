"""listClearedOrders: a customer's bets that have ended, latest first, bet by bet or added up.

    SETTLED     the matched part of a bet that won or lost, once its market or its runner is settled
    VOIDED      the part that was matched and then voided: at once, whether or not the market is settled (chosen)
    LAPSED      the part that the exchange ended: at once, too
    CANCELLED   the part that the customer cancelled, or that FILL_OR_KILL did: at once, too

One bet can be in several of these lists, with another part of it in each. Sources: manual and `SportsAPING.xml`,
listClearedOrders, BetStatus and ClearedOrderSummary; recorded answers.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final, NamedTuple

from simulator.betfair.betting.cleared_levels import ClearedBet, groups_of, item_description_of, summary_of
from simulator.betfair.betting.limits import check_number_of_ids
from simulator.betfair.betting.names import Names, names_for
from simulator.betfair.betting.order_filters import (
    Criterion,
    meeting,
    named,
    one_of,
    page_of,
    page_of_orders,
    whole_seconds_within,
)
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListClearedOrdersRequest
from simulator.betfair.schema.sports_enums import BetStatus, GroupBy
from simulator.betfair.schema.sports_inputs import RunnerId
from simulator.betfair.schema.sports_orders import ClearedOrderSummary, ClearedOrderSummaryReport
from simulator.betfair.schema.wire import double, hundredths
from simulator.exchange.order_index import ENDED_PARTS, Ending
from simulator.exchange.orders import Order
from simulator.exchange.timeline import Stretch
from simulator.world.catalogue import Catalogue

HISTORY_MILLISECONDS: Final = 90 * 24 * 60 * 60 * 1000
"""How far back cleared bets can be read (manual, 90 days)."""

MAXIMUM_BET_IDS: Final = 1000
"""The most bet ids that one request may name (newer published page of listClearedOrders)."""

_UNMATCHED_FIELDS: Final = frozenset(
    {"betOutcome", "lastMatchedDate", "betCount", "priceMatched", "priceReduced", "sizeSettled", "profit"}
)


class _Part(NamedTuple):
    """The part of a bet that a status is about, and the fields that do not apply to it."""

    ending: Ending
    without: frozenset[str]


PARTS: Final[dict[BetStatus, _Part]] = {
    BetStatus.SETTLED: _Part(Ending.SETTLED, frozenset()),
    # Outcomes are three, all of settled bets, and the last match is "available on settled orders only".
    BetStatus.VOIDED: _Part(Ending.VOIDED, frozenset({"betOutcome", "lastMatchedDate"})),
    BetStatus.LAPSED: _Part(Ending.LAPSED, _UNMATCHED_FIELDS),
    BetStatus.CANCELLED: _Part(Ending.CANCELLED, _UNMATCHED_FIELDS),
}


def list_cleared_orders(call: Call[ListClearedOrdersRequest]) -> ClearedOrderSummaryReport:
    """Return a page of the customer's bets that ended with a status within the last 90 days, latest first.

    A line of several bets stands at the place of the latest of them. Raises REQUEST_SIZE_EXCEEDS_LIMIT for more than
    1000 bet ids, INVALID_INPUT_DATA for a page there cannot be, and for adding up bets that are not SETTLED.
    """
    request = call.params
    level = request.groupBy or GroupBy.BET
    names = names_for(call, request.locale)
    _check(request, level)
    part = PARTS[request.betStatus]
    candidates, criteria = _candidates(call, part), [*_criteria(request, call.world.catalogue)]
    page: Iterable[list[ClearedBet]]
    if level is GroupBy.BET:
        orders, more_available = page_of_orders(candidates, criteria, request.fromRecord, request.recordCount)
        page = [[_ended(call, order, part)] for order in orders]
    else:
        bets = [_ended(call, order, part) for order in meeting(candidates, criteria)]
        page, more_available = page_of(groups_of(bets, level), request.fromRecord, request.recordCount)
    return ClearedOrderSummaryReport(
        clearedOrders=[_line(request, bets, level, part, names) for bets in page], moreAvailable=more_available
    )


def _check(request: ListClearedOrdersRequest, level: GroupBy) -> None:
    check_number_of_ids(request.marketIds)
    if len(request.betIds or ()) > MAXIMUM_BET_IDS:
        raise ApiError(
            ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT,
            f"the request names {len(request.betIds or ())} bets, and may name {MAXIMUM_BET_IDS}",
        )
    if level is not GroupBy.BET and request.betStatus is not BetStatus.SETTLED:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, f"groupBy {level} does not apply to {request.betStatus} bets")


def _line(
    request: ListClearedOrdersRequest, bets: list[ClearedBet], level: GroupBy, part: _Part, names: Names
) -> ClearedOrderSummary:
    summary = summary_of(bets, level, part.without)
    if request.includeItemDescription:
        summary.itemDescription = item_description_of(bets[0], level, names)
    if request.betStatus in (BetStatus.LAPSED, BetStatus.CANCELLED):
        summary.sizeCancelled = double(bets[0].size)
    return summary


def _candidates(call: Call[ListClearedOrdersRequest], part: _Part) -> Iterable[Order]:
    """Return orders with such a part, latest first, from the smallest index that holds all that are asked for.

    The ways to them: their ids, their markets, those of their events or runners, and when they ended.
    """
    request, exchange, username = call.params, call.world.exchange, call.account.username
    start, end = whole_seconds_within(request.settledDateRange)
    start = max(start or 0, call.now - HISTORY_MILLISECONDS)
    size, ended_at = ENDED_PARTS[part.ending]

    def newness(order: Order) -> tuple[int, int]:
        return ended_at(order) or 0, order.bet_id

    if request.betIds:
        found = [
            order
            for order in named(exchange, username, request.betIds)
            if size(order) and (at := ended_at(order)) is not None and start <= at and (end is None or at < end)
        ]
        return sorted(found, key=newness, reverse=True)
    markets = _markets(request, call.world.catalogue)
    if markets is None:
        timelines = [exchange.accounts[username].index.ended]
    else:
        known = [exchange.markets[market_id].orders_of for market_id in markets if market_id in exchange.markets]
        timelines = [orders_of[username].ended for orders_of in known if username in orders_of]
    stretches = [Stretch(ended[part.ending], start, end, is_latest_first=True) for ended in timelines]
    return stretches[0] if len(stretches) == 1 else merge(*stretches, key=newness, reverse=True)


def _markets(request: ListClearedOrdersRequest, catalogue: Catalogue) -> Iterable[str] | None:
    """Return the ids of the markets in which all that is asked for must be, `None` where it may be in any."""
    if request.marketIds:
        return dict.fromkeys(request.marketIds)
    if request.runnerIds:
        return dict.fromkeys(runner.marketId for runner in request.runnerIds)
    if request.eventIds:
        events = dict.fromkeys(request.eventIds)
        return [market.id for event in events for market in catalogue.markets_of_event.get(event, ())]
    return None


def _ended(call: Call[ListClearedOrdersRequest], order: Order, part: _Part) -> ClearedBet:
    size, ended_at = ENDED_PARTS[part.ending]
    world = call.world
    return ClearedBet(
        order.own,
        world.exchange.markets[order.market_id],
        world.catalogue.markets[order.market_id],
        ended_at(order) or 0,
        size(order.own),
    )


def _criteria(request: ListClearedOrdersRequest, catalogue: Catalogue) -> Iterator[Criterion]:
    """Yield what more than to be among the candidates is asked for."""
    markets = catalogue.markets
    yield from one_of(request.eventTypeIds, lambda order: markets[order.market_id].event.event_type_id)
    if request.betIds or request.marketIds or request.runnerIds:
        yield from one_of(request.eventIds, lambda order: markets[order.market_id].event.id)
    if request.betIds:
        yield from one_of(request.marketIds, lambda order: order.market_id)
    yield from _of_runners(request.runnerIds)
    yield from one_of(request.customerOrderRefs, lambda order: order.customer_order_reference)
    yield from one_of(request.customerStrategyRefs, lambda order: order.customer_strategy_reference)
    yield from one_of(request.side and (request.side,), lambda order: order.side)


def _of_runners(runners: Iterable[RunnerId] | None) -> Iterator[Criterion]:
    """Yield the restriction to these runners, or nothing; one without a handicap stands for the selection at any."""
    if not runners:
        return
    with_handicap, without_handicap = set(), set()
    for runner in runners:
        if runner.handicap is None:
            without_handicap.add((runner.marketId, runner.selectionId))
        else:
            with_handicap.add((runner.marketId, runner.selectionId, hundredths(runner.handicap)))
    yield (
        lambda order: (
            (order.market_id, order.runner.selection_id) in without_handicap
            or (order.market_id, *order.runner) in with_handicap
        )
    )

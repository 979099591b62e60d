"""listClearedOrders: a customer's bets that have ended, latest first, bet by bet or added up.

    SETTLED     the matched part of a bet that won or lost, once its market or its runner is settled
    VOIDED      the part that was matched and then voided: at once, whether or not the market is settled (chosen)
    LAPSED      the part that the exchange ended: at once, too
    CANCELLED   the part that the customer cancelled, or that FILL_OR_KILL did: at once, too

One bet can be in several of these lists, with another part of it in each. Sources: manual and `SportsAPING.xml`,
listClearedOrders, BetStatus and ClearedOrderSummary; wire reference, sections 4.4 to 4.6.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from simulator.betfair.betting.cleared_levels import ClearedBet, groups_of, item_description_of, summary_of
from simulator.betfair.betting.codes import check_locale
from simulator.betfair.betting.order_filters import Criterion, meeting, one_of, page_of, within
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListClearedOrdersRequest
from simulator.betfair.schema.sports_enums import BetStatus, GroupBy
from simulator.betfair.schema.sports_inputs import RunnerId
from simulator.betfair.schema.sports_orders import ClearedOrderSummary, ClearedOrderSummaryReport
from simulator.betfair.schema.wire import double, hundredths
from simulator.exchange.orders import Order
from simulator.world.catalogue import Catalogue

HISTORY_MILLISECONDS: Final = 90 * 24 * 60 * 60 * 1000
"""How far back cleared bets can be read (manual, 90 days)."""

MAXIMUM_BET_IDS: Final = 1000
"""Of one request (wire reference, row 7.8)."""

_UNMATCHED_FIELDS: Final = frozenset(
    {"betOutcome", "lastMatchedDate", "betCount", "priceMatched", "priceReduced", "sizeSettled", "profit"}
)


class _Part(NamedTuple):
    """The part of a bet that a status is about: its size in pence, when it ended, and what does not apply to it."""

    size: Callable[[Order], int]
    ended_at: Callable[[Order], int | None]
    without: frozenset[str]


PARTS: Final[dict[BetStatus, _Part]] = {
    BetStatus.SETTLED: _Part(
        lambda order: 0 if order.settled_at is None else order.size_matched, lambda order: order.settled_at, frozenset()
    ),
    BetStatus.VOIDED: _Part(
        lambda order: order.size_voided,
        lambda order: order.voided_at,
        # Outcomes are three, all of settled bets, and the last match is "available on settled orders only".
        frozenset({"betOutcome", "lastMatchedDate"}),
    ),
    BetStatus.LAPSED: _Part(lambda order: order.size_lapsed, lambda order: order.lapsed_at, _UNMATCHED_FIELDS),
    BetStatus.CANCELLED: _Part(lambda order: order.size_cancelled, lambda order: order.cancelled_at, _UNMATCHED_FIELDS),
}


def list_cleared_orders(call: Call[ListClearedOrdersRequest]) -> ClearedOrderSummaryReport:
    """Return a page of the customer's bets that ended with a status within the last 90 days, latest first.

    Lines of several bets stand where the latest of these would. Raises REQUEST_SIZE_EXCEEDS_LIMIT for more than 1000
    bet ids, INVALID_INPUT_DATA for a page there cannot be, and for adding up bets that are not SETTLED.
    """
    request = call.params
    level = request.groupBy or GroupBy.BET
    _check(request, level)
    part = PARTS[request.betStatus]
    page, more_available = page_of(groups_of(_latest_first(call, part), level), request.fromRecord, request.recordCount)
    return ClearedOrderSummaryReport(
        clearedOrders=[_line(request, bets, level, part) for bets in page], moreAvailable=more_available
    )


def _check(request: ListClearedOrdersRequest, level: GroupBy) -> None:
    check_locale(request.locale)
    if len(request.betIds or ()) > MAXIMUM_BET_IDS:
        raise ApiError(
            ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT, explanation=f"more than {MAXIMUM_BET_IDS} bet ids in a request"
        )
    if level is not GroupBy.BET and request.betStatus is not BetStatus.SETTLED:
        raise ApiError(
            ApiErrorCode.INVALID_INPUT_DATA, explanation=f"groupBy {level} does not apply to {request.betStatus} bets"
        )


def _line(
    request: ListClearedOrdersRequest, bets: list[ClearedBet], level: GroupBy, part: _Part
) -> ClearedOrderSummary:
    summary = summary_of(bets, level, part.without)
    if request.includeItemDescription:
        summary.itemDescription = item_description_of(bets[0], level)
    if request.betStatus in (BetStatus.LAPSED, BetStatus.CANCELLED):
        summary.sizeCancelled = double(bets[0].size)
    return summary


def _latest_first(call: Call[ListClearedOrdersRequest], part: _Part) -> list[ClearedBet]:
    request, world = call.params, call.world
    account = world.exchange.accounts[call.account.username]
    ended: dict[int, int] = {}
    orders: list[Order] = []
    for order in chain(account.cleared_orders.values(), account.current_orders.values()):
        at = part.ended_at(order)
        if at is not None and at >= call.now - HISTORY_MILLISECONDS and part.size(order):
            ended[order.bet_id] = at
            orders.append(order)
    wanted = meeting(orders, _criteria(request, world.catalogue, part))
    wanted.sort(key=lambda order: (ended[order.bet_id], order.bet_id), reverse=True)
    return [
        ClearedBet(
            order,
            world.exchange.markets[order.market_id],
            world.catalogue.markets[order.market_id],
            ended[order.bet_id],
            part.size(order),
        )
        for order in wanted
    ]


def _criteria(request: ListClearedOrdersRequest, catalogue: Catalogue, part: _Part) -> Iterator[Criterion]:
    markets = catalogue.markets
    yield from one_of(request.eventTypeIds, lambda order: markets[order.market_id].event.event_type_id)
    yield from one_of(request.eventIds, lambda order: markets[order.market_id].event.id)
    yield from one_of(request.marketIds, lambda order: order.market_id)
    yield from _of_runners(request.runnerIds)
    yield from one_of(request.betIds, lambda order: str(order.bet_id))
    yield from one_of(request.customerOrderRefs, lambda order: order.customer_order_reference)
    yield from one_of(request.customerStrategyRefs, lambda order: order.customer_strategy_reference)
    yield from one_of(request.side and (request.side,), lambda order: order.side)
    yield from within(request.settledDateRange, part.ended_at)


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

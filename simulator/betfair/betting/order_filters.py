"""What reports on orders have in common: restrictions that every order must meet, and pages of what is left."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import Order
from simulator.exchange.timeline import Stretch

T = TypeVar("T")

PAGE: Final = 1000
"""The most records that an answer holds."""

_AT_ONCE: Final = 200
"""How many orders are held against all criteria before the next ones are fetched."""
_BET_ID: Final = re.compile("[1-9][0-9]{0,18}")

Criterion = Callable[[Order], bool]


def one_of(wanted: Collection[object] | None, attribute: Callable[[Order], object]) -> Iterator[Criterion]:
    """Yield the restriction to orders with one of these values, or nothing: an empty set restricts nothing."""
    if wanted:
        values = frozenset(wanted)
        yield lambda order: attribute(order) in values


def within(wanted: TimeRange | None, date: Callable[[Order], int | None]) -> Iterator[Criterion]:
    """Yield the restriction to orders with a date in a range, both ends included to the millisecond, or nothing.

    The dates of orders are those that reports show, to the second, so that a range may begin or end at one of them
    (`SportsAPING.xml`, listCurrentOrders and CurrentOrderSummary). A range that ends before it begins holds no order.
    """
    if wanted is None:
        return
    if wanted.from_ is not None:
        earliest = wanted.from_
        yield lambda order: (at := date(order)) is not None and _shown(at) >= earliest
    if wanted.to is not None:
        latest = wanted.to
        yield lambda order: (at := date(order)) is not None and _shown(at) <= latest


def _shown(at: int) -> int:
    """Return a time as reports show it, `simulator.betfair.schema.wire.order_date`."""
    return at - at % 1000


def whole_seconds_within(wanted: TimeRange | None) -> tuple[int | None, int | None]:
    """Return from when on, and until before when, a date lies in a range as `within` has it."""
    earliest, latest = (None, None) if wanted is None else (wanted.from_, wanted.to)
    return None if earliest is None else -_shown(-earliest), None if latest is None else _shown(latest) + 1000


def named(exchange: Exchange, account: str, bet_ids: Iterable[str]) -> list[Order]:
    """Return the account's orders of which these are the ids, in order of placing."""
    wanted = {int(bet_id) for bet_id in bet_ids if _BET_ID.fullmatch(bet_id)}
    found = (exchange.orders.get(bet_id) for bet_id in sorted(wanted))
    return [order for order in found if order is not None and order.account == account]


def meeting(orders: Iterable[Order], criteria: Collection[Criterion]) -> Iterator[Order]:
    """Yield the orders that meet every criterion, in the order in which they come."""
    left = iter(orders)
    while some := list(islice(left, _AT_ONCE)):
        for criterion in criteria:
            some = [order for order in some if criterion(order)]
        yield from some


def page_of_orders(
    orders: Iterable[Order], criteria: Collection[Criterion], from_record: int | None, record_count: int | None
) -> tuple[Sequence[Order], bool]:
    """Return what `page_of` returns of the orders that meet every criterion.

    Where there is none, a page of a stretch or a list is found without a walk over what comes before it; where there
    are some, nothing is looked at behind the page.
    """
    first, end = _bounds(from_record, record_count)
    if isinstance(orders, Stretch) and not criteria:
        return orders.page(first, end), end < len(orders)
    if isinstance(orders, list) and not criteria:
        return orders[first:end], end < len(orders)
    found = list(islice(meeting(orders, criteria), first, end + 1))
    return found[: end - first], len(found) > end - first


def page_of(records: Sequence[T], from_record: int | None, record_count: int | None) -> tuple[Sequence[T], bool]:
    """Return the records from the `from_record`th on, counted from 0, and whether there are more behind them.

    A count of 0, or none, asks for as many as a page holds; no page holds more than 1000, however many are asked for.
    Raises INVALID_INPUT_DATA for negative numbers.
    """
    first, end = _bounds(from_record, record_count)
    return records[first:end], end < len(records)


def _bounds(from_record: int | None, record_count: int | None) -> tuple[int, int]:
    first, count = from_record or 0, record_count or PAGE
    if first < 0 or count < 0:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "fromRecord and recordCount must not be below 0")
    return first, first + min(count, PAGE)

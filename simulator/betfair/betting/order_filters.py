"""What reports on orders have in common: restrictions that every order must meet, and pages of what is left."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.exchange.orders import Order

T = TypeVar("T")

PAGE: Final = 1000
"""How many records an answer holds at most."""

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


def meeting(orders: Iterable[Order], criteria: Iterable[Criterion]) -> list[Order]:
    """Return the orders that meet every criterion, in the order in which they came."""
    left = list(orders)
    for criterion in criteria:
        left = [order for order in left if criterion(order)]
    return left


def page_of(records: Sequence[T], from_record: int | None, record_count: int | None) -> tuple[Sequence[T], bool]:
    """Return the records from the `from_record`th on, counted from 0, and whether there are more behind them.

    A count of 0, or none, asks for as many as a page holds; no page holds more than 1000, however many are asked for.
    Raises INVALID_INPUT_DATA for negative numbers.
    """
    first, count = from_record or 0, record_count or PAGE
    if first < 0 or count < 0:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, explanation="fromRecord and recordCount must not be below 0")
    end = first + min(count, PAGE)
    return records[first:end], end < len(records)

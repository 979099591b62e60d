"""How an order is told on the stream: its members, in recorded order.

Source: recorded order streams; published, Exchange Stream API specification.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.betfair.betting.order_amounts import price_asked_for, size_asked_for
from simulator.betfair.stream.numbers import number, whole_or_double
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import LapseReason, Order, OrderStatus, OrderType, Persistence, Side

MALTA: Final = "REG_LGA"
"""The regulator of bets (recorded; older ones have another)."""

_SIDES: Final = {Side.BACK: "B", Side.LAY: "L"}
_PERSISTENCES: Final = {Persistence.LAPSE: "L", Persistence.PERSIST: "P", Persistence.MARKET_ON_CLOSE: "MOC"}
_TYPES: Final = {OrderType.LIMIT: "L", OrderType.LIMIT_ON_CLOSE: "LOC", OrderType.MARKET_ON_CLOSE: "MOC"}
_STATUSES: Final = {OrderStatus.EXECUTABLE: "E", OrderStatus.EXECUTION_COMPLETE: "EC"}
_LAPSE_REASONS: Final = {
    LapseReason.TURNED_IN_PLAY: "SP_IN_PLAY",
    LapseReason.NO_MATCH_AT_STARTING_PRICE: "SP_IN_PLAY",
    LapseReason.SMALL_STAKE: "SMALL_STAKE",
    LapseReason.MARKET_SUSPENDED: "MKT_SUSPENDED",
    LapseReason.RUNNER_REMOVED: "RNR_UNKNOWN",
    LapseReason.OTHER_RUNNER_REMOVED: "PRICE_IMP_TOO_LARGE",
    LapseReason.RUNNER_HIDDEN: "RNR_UNKNOWN",
    LapseReason.RUNNER_SETTLED: "RNR_UNKNOWN",
    LapseReason.BETTING_CLOSED: "MKT_INVALID",
    LapseReason.MARKET_SETTLED: "MKT_INVALID",
    LapseReason.MARKET_VOIDED: "MKT_INVALID",
}
"""Which of the published codes stands for each reason (chosen where no recording shows it: docs/fidelity.md)."""


def words_of(order: Order) -> Mapping[str, Any]:
    """Return an order as it is told, its members in recorded order."""
    return {name: value for name, value in _members(order) if value is not None}


def _members(order: Order) -> Iterator[tuple[str, Any]]:
    yield "id", str(order.bet_id)
    yield "p", whole_or_double(float(price_asked_for(order)))
    yield "s", whole_or_double(float(size_asked_for(order)))
    yield "side", _SIDES[order.side]
    yield "status", _STATUSES[order.status]
    # Recorded: what was placed for the starting price has the persistence that goes with it.
    for_starting_price = order.order_type is not OrderType.LIMIT
    yield "pt", "MOC" if for_starting_price else _PERSISTENCES[order.persistence]
    yield "ot", _TYPES[order.order_type]
    yield "pd", _second(order.placed_at)
    yield "md", _second(order.matched_at)
    yield "cd", _second(order.cancelled_at)
    yield "ld", _second(order.lapsed_at)
    yield "bsp", number(order.liability) if order.liability else None
    if order.size_lapsed and order.lapse_reason is not None:
        yield "lsrc", _LAPSE_REASONS[order.lapse_reason]
    if order.size_matched:
        yield "avp", whole_or_double(order.matched_payout / order.size_matched / HUNDREDTHS)
    for name, pence in (
        ("sm", order.size_matched),
        ("sr", order.size_remaining),
        ("sl", order.size_lapsed),
        ("sc", order.size_cancelled),
        ("sv", order.size_voided),
    ):
        yield name, number(pence)
    yield "rac", ""
    yield "rc", MALTA
    yield "rfo", order.customer_order_reference or ""
    yield "rfs", order.customer_strategy_reference or ""


def _second(milliseconds: int | None) -> int | None:
    """Return a time as it is told: in milliseconds, and to the second (recorded)."""
    return None if milliseconds is None else milliseconds - milliseconds % 1000

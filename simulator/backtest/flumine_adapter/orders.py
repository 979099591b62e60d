"""flumine's orders, filled by an exchange of ours: what is asked for them, and how they show what came of it."""

from functools import lru_cache
from typing import Any, Final

from flumine.order.ordertype import OrderTypes
from flumine.simulation.simulatedorder import SimulatedOrder

from simulator.backtest.amounts import hundredths_or_none, of_hundredths, to_hundredths
from simulator.backtest.asking import whole_number
from simulator.backtest.own_orders import AskedFor
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.money import HUNDREDTHS, INEXACT
from simulator.exchange.orders import (
    BACK,
    EXECUTABLE,
    EXECUTION_COMPLETE,
    LAPSE,
    LIMIT,
    BetTargetType,
    Order,
    OrderType,
    Persistence,
    RunnerKey,
    Side,
    TimeInForce,
)

LAPSED: Final = frozenset({"BET_TAKEN_OR_LAPSED", "BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE"})
"""Refusals of which flumine says that the order has lapsed; else it is void."""


class FollowedOrder(SimulatedOrder):
    """`simulated` of a flumine order: what flumine would match itself, as the exchange has it, at any time."""

    def __init__(self, order: Any) -> None:
        # `SimulatedOrder` would keep figures of its own.
        self.order: Final = order
        self.bet: Order | None = None
        """The bet, once flumine knows of it."""
        self.refusal = ""
        self.is_swept = False
        """Whether the blotter has it among those that are complete."""
        self.market_version: int | None = None

    def __call__(self, market_book: Any, runner_traded: Any) -> None:
        """Do nothing: the exchange matches."""

    @property
    def size_matched(self) -> float:
        """Return what is matched."""
        return 0 if self.bet is None else of_hundredths(self.bet.own.size_matched)

    @property
    def average_price_matched(self) -> float:
        """Return the average price of that, to a hundredth as flumine has it."""
        if self.bet is None or not self.bet.own.size_matched:
            return 0
        bet = self.bet.own
        return round(bet.matched_payout / bet.size_matched / HUNDREDTHS, 2)

    @property
    def matched(self) -> list[list[float]]:
        """Return the matches: publish time, price and size of each."""
        if self.bet is None:
            return []
        fragments = self.bet.own.fragments
        return [[each.matched_at, of_hundredths(each.price), of_hundredths(each.size)] for each in fragments]

    @property
    def size_cancelled(self) -> float:
        """Return what was cancelled."""
        return 0.0 if self.bet is None else of_hundredths(self.bet.own.size_cancelled)

    @property
    def size_lapsed(self) -> float:
        """Return what has lapsed."""
        if self.bet is None:
            return self._size_asked if self.refusal in LAPSED else 0.0
        return of_hundredths(self.bet.own.size_lapsed)

    @property
    def size_voided(self) -> float:
        """Return what is void."""
        if self.bet is None:
            return self._size_asked if self.refusal and self.refusal not in LAPSED else 0.0
        return of_hundredths(self.bet.own.size_voided)

    @property
    def size_remaining(self) -> float:
        """Return what can still be matched, 0 of an order for the starting price."""
        if self.order.order_type.ORDER_TYPE is not OrderTypes.LIMIT:
            return 0.0
        if self.bet is None:
            return 0.0 if self.refusal else self._size_asked
        return of_hundredths(self.bet.own.size_remaining or self.bet.own.liability_waiting)

    @property
    def _size_asked(self) -> float:
        """Return the size asked for, 0 of an order for the starting price, as flumine has it."""
        order_type = self.order.order_type
        if order_type.ORDER_TYPE is not OrderTypes.LIMIT:
            return 0.0
        size: float = order_type.size or order_type.bet_target_size
        return size

    @property
    def status(self) -> str:
        """Return EXECUTABLE or EXECUTION_COMPLETE."""
        bet = self.bet
        if bet is None:
            return EXECUTION_COMPLETE if self.refusal else EXECUTABLE
        return EXECUTABLE if bet.liability_waiting else bet.status

    @property
    def is_complete(self) -> bool:
        """Return whether nothing of it can be matched any more."""
        bet = self.bet
        return bool(self.refusal) if bet is None else not (bet.size_remaining or bet.liability_waiting)

    @property
    def profit(self) -> float:
        """Return what it has brought, before commission: 0 as long as it is not settled."""
        profit = None if self.bet is None else self.bet.own.profit
        return 0.0 if profit is None else of_hundredths(profit)

    @property
    def info(self) -> dict[str, Any]:
        """Return what is logged of it."""
        return {"profit": self.profit, "piq": None, "matched": self.matched}


def placing(order: Any) -> PlaceInstruction:
    """Return the instruction that places an order of flumine's."""
    order_type = order.order_type
    runner = _runner(order.selection_id, order.handicap)
    side = BACK if order.side == "BACK" else Side(order.side)
    if order_type.ORDER_TYPE is OrderTypes.LIMIT:
        return PlaceInstruction(
            runner,
            side,
            LIMIT,
            hundredths_or_none(order_type.price),
            hundredths_or_none(order_type.size),
            LAPSE if order_type.persistence_type == "LAPSE" else Persistence(order_type.persistence_type),
            _named(TimeInForce, order_type.time_in_force),
            _amount(order_type.min_fill_size),
            _named(BetTargetType, order_type.bet_target_type),
            _amount(order_type.bet_target_size),
        )
    liability = hundredths_or_none(order_type.liability)
    if order_type.ORDER_TYPE is OrderTypes.LIMIT_ON_CLOSE:
        price = hundredths_or_none(order_type.price)
        return PlaceInstruction(runner, side, OrderType.LIMIT_ON_CLOSE, price, liability=liability)
    return PlaceInstruction(runner, side, OrderType.MARKET_ON_CLOSE, liability=liability)


def asked_for(order: Any, instruction: PlaceInstruction) -> AskedFor | None:
    """Return what was asked for, `None` where the instruction says it."""
    if INEXACT not in (instruction.price, instruction.size, instruction.liability, instruction.runner.handicap):
        return None
    order_type = order.order_type
    size = getattr(order_type, "size", None) or getattr(order_type, "liability", None) or 0
    return AskedFor(order.handicap, getattr(order_type, "price", None), size)


@lru_cache
def _runner(selection_id: int, handicap: float) -> RunnerKey:
    return RunnerKey(whole_number(selection_id, "a selection id"), to_hundredths(handicap))


def _named(names: Any, name: str | None) -> Any:
    return None if not name else names(name)


def _amount(value: float | None) -> int | None:
    return None if not value else to_hundredths(value)

"""What a strategy may ask for, whoever carries it out: orders as their words say them, before any wire or exchange."""

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from msgspec import Struct

from simulator.backtest.strategy import RunnerView
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, Side, TimeInForce

Own = TypeVar("Own")


class Wish(Struct, frozen=True, kw_only=True):
    """An order that is asked for: prices are decimal odds, and amounts in the account's money."""

    selection_id: int
    handicap: float
    side: Side
    order_type: OrderType
    price: float | None
    size: float | None = None
    """The backer's stake; `None` where the order has a target, or is for the starting price."""
    liability: float | None = None
    persistence: Persistence | None = None
    time_in_force: TimeInForce | None = None
    min_fill_size: float | None = None
    bet_target_type: BetTargetType | None = None
    bet_target_size: float | None = None
    customer_order_ref: str | None = None
    market_version: int | None = None


class Asking(ABC, Generic[Own]):
    """The orders that can be asked for, as `OwnOrders` of `strategy` says them."""

    __slots__ = ()

    @abstractmethod
    def place(self, wish: Wish) -> Own:
        """Ask for an order, and return it at once."""

    def back(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> Own:
        """Back a runner at a price or a better one."""
        return self._limit(Side.BACK, runner, price, size, more)

    def lay(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> Own:
        """Lay a runner at a price or a better one."""
        return self._limit(Side.LAY, runner, price, size, more)

    def back_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> Own:
        """Back a runner at its starting price."""
        return self._at_starting_price(Side.BACK, runner, liability, limit, more)

    def lay_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> Own:
        """Lay a runner at its starting price."""
        return self._at_starting_price(Side.LAY, runner, liability, limit, more)

    def _limit(self, side: Side, runner: RunnerView | int, price: float, size: float, more: dict[str, Any]) -> Own:
        target = more.pop("bet_target_size", None)
        return self._wish(
            runner,
            more,
            side=side,
            order_type=OrderType.LIMIT,
            price=price,
            size=None if target is not None and not size else size,
            persistence=Persistence(more.pop("persistence", None) or Persistence.LAPSE),
            time_in_force=_named(TimeInForce, more.pop("time_in_force", None)),
            min_fill_size=more.pop("min_fill_size", None),
            bet_target_type=_named(BetTargetType, more.pop("bet_target_type", None)),
            bet_target_size=target,
        )

    def _at_starting_price(
        self, side: Side, runner: RunnerView | int, liability: float, limit: float | None, more: dict[str, Any]
    ) -> Own:
        order_type = OrderType.MARKET_ON_CLOSE if limit is None else OrderType.LIMIT_ON_CLOSE
        return self._wish(runner, more, side=side, order_type=order_type, price=limit, liability=liability)

    def _wish(self, runner: RunnerView | int, more: dict[str, Any], **asked: Any) -> Own:
        """Place what is asked for; `TypeError` names what of `more` no order has."""
        handicap = more.pop("handicap", 0.0)
        wish = Wish(
            selection_id=runner if isinstance(runner, int) else runner.selection_id,
            handicap=handicap if isinstance(runner, int) else runner.handicap,
            customer_order_ref=more.pop("customer_order_ref", None),
            market_version=more.pop("market_version", None),
            **asked,
        )
        if more:
            raise TypeError(f"an order has no {', '.join(sorted(more))}")
        return self.place(wish)


def _named(names: Any, name: str | None) -> Any:
    return None if name is None else names(name)

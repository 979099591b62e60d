"""What a strategy may ask for, whoever carries it out: orders as their words say them, before any wire or exchange."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, structs

from simulator.backtest.strategy import RunnerView
from simulator.exchange.orders import BACK, LAPSE, LAY, LIMIT, BetTargetType, OrderType, Persistence, Side, TimeInForce

PENDING: Final = "PENDING"
REFUSED: Final = "REFUSED"
NOT_THERE_YET: Final = "BET_IN_PROGRESS"
"""The exchange's code for what is asked of an order that it has not taken yet."""

Own = TypeVar("Own")


class Wish(Struct, frozen=True):
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


def _as_it_is(value: Any) -> Any:
    return value


_MORE_OF_ANY: Final[Mapping[str, Callable[[Any], Any]]] = {
    "customer_order_ref": _as_it_is,
    "market_version": _as_it_is,
}
_MORE_OF_LIMIT: Final[Mapping[str, Callable[[Any], Any]]] = {
    **_MORE_OF_ANY,
    "persistence": Persistence,
    "time_in_force": TimeInForce,
    "min_fill_size": _as_it_is,
    "bet_target_type": BetTargetType,
    "bet_target_size": _as_it_is,
}
"""What can be said of an order beside whom it is on, its price and its size, and what it is made into."""


class Asking(ABC, Generic[Own]):
    """The orders that can be asked for, as `OwnOrders` of `strategy` says them."""

    __slots__ = ()

    @abstractmethod
    def place(self, wish: Wish) -> Own:
        """Ask for an order, and return it at once."""

    def back(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> Own:
        """Back a runner at a price or a better one."""
        return self._limit(BACK, runner, price, size, more)

    def lay(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> Own:
        """Lay a runner at a price or a better one."""
        return self._limit(LAY, runner, price, size, more)

    def back_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> Own:
        """Back a runner at its starting price."""
        return self._at_starting_price(BACK, runner, liability, limit, more)

    def lay_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> Own:
        """Lay a runner at its starting price."""
        return self._at_starting_price(LAY, runner, liability, limit, more)

    def _limit(self, side: Side, runner: RunnerView | int, price: float, size: float, more: dict[str, Any]) -> Own:
        selection_id, handicap = _ids_of(runner, more)
        wish = Wish(selection_id, handicap, side, LIMIT, price, size, None, LAPSE)
        if more:
            wish = _with_more(wish, more, _MORE_OF_LIMIT)
            if wish.bet_target_size is not None and not size:
                wish = structs.replace(wish, size=None)
        return self.place(wish)

    def _at_starting_price(
        self, side: Side, runner: RunnerView | int, liability: float, limit: float | None, more: dict[str, Any]
    ) -> Own:
        order_type = OrderType.MARKET_ON_CLOSE if limit is None else OrderType.LIMIT_ON_CLOSE
        selection_id, handicap = _ids_of(runner, more)
        wish = Wish(selection_id, handicap, side, order_type, limit, None, liability)
        return self.place(_with_more(wish, more, _MORE_OF_ANY) if more else wish)


def _ids_of(runner: RunnerView | int, more: dict[str, Any]) -> tuple[int, float]:
    """Return whom an order is on; only who names a runner by its number says its handicap."""
    handicap = more.pop("handicap", 0.0) if more else 0.0
    return (runner, handicap) if isinstance(runner, int) else (runner.selection_id, runner.handicap)


def _with_more(wish: Wish, more: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]]) -> Wish:
    """Return a wish of which more is said, as far as it is not `None`; `TypeError` names what no order has."""
    unknown = more.keys() - known.keys()
    if unknown:
        raise TypeError(f"an order has no {', '.join(sorted(unknown))}")
    return structs.replace(wish, **{name: known[name](value) for name, value in more.items() if value is not None})

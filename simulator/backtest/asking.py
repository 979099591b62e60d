"""What a strategy may ask for, whoever carries it out: orders as their words say them, before any wire or exchange."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from operator import index
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, structs

from simulator.backtest.strategy import RunnerView
from simulator.exchange.orders import BACK, LAPSE, LAY, LIMIT, BetTargetType, OrderType, Persistence, Side, TimeInForce

PENDING: Final = "PENDING"
REFUSED: Final = "REFUSED"
NOT_THERE_YET: Final = "BET_IN_PROGRESS"
"""The exchange's code for what is asked of an order that it has not taken yet."""

_BEYOND: Final = 2**63
"""The whole numbers of tables and of the exchange are smaller, and none is below its negative."""

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


def whole_number(value: Any, name: str) -> int:
    """Return a number that a strategy gives; raise `TypeError` and `ValueError`, which call it by a name.

    A truth value is none, and one of more than 64 bits, with its sign, is none that anybody could keep.
    """
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number, and {value!r} is none")
    if not -_BEYOND <= number < _BEYOND:
        raise ValueError(f"{name} has no more than 64 bits")
    return number


def _market_version(value: Any) -> int:
    return whole_number(value, "a market version")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a customer order reference is text, and {value!r} is none")
    # Half of a character can neither be sent nor kept: that raises a `ValueError`.
    value.encode()
    return value


def _as_it_is(value: Any) -> Any:
    return value


_MORE_OF_ANY: Final[Mapping[str, Callable[[Any], Any]]] = {
    "customer_order_ref": _text,
    "market_version": _market_version,
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
    selection_id: Any = runner
    if type(runner) is not int:
        told: Any = runner
        try:
            selection_id, handicap = told.selection_id, told.handicap
        except AttributeError:
            selection_id = runner
    if type(selection_id) is not int or not -_BEYOND <= selection_id < _BEYOND:
        selection_id = whole_number(selection_id, "a selection id")
    if isinstance(handicap, bool):
        raise TypeError(f"a handicap is a number, and {handicap!r} is none")
    return selection_id, handicap


def _with_more(wish: Wish, more: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]]) -> Wish:
    """Return a wish of which more is said, as far as it is not `None`; `TypeError` names what no order has."""
    unknown = more.keys() - known.keys()
    if unknown:
        raise TypeError(f"an order has no {', '.join(sorted(unknown))}")
    return structs.replace(wish, **{name: known[name](value) for name, value in more.items() if value is not None})

"""A strategy at play: what happens in its lane becomes calls of the strategy.

It is called after messages, in this order: for all markets in which something has happened to its orders, and then for
the market that has changed. A market that is settled is told of at once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from simulator.backtest.followed import Followed
from simulator.backtest.lane import ACCOUNT, Lane, Settings
from simulator.backtest.own_orders import RecordedOrders
from simulator.backtest.strategy import Strategy
from simulator.backtest.views import RecordedMarketView
from simulator.exchange.events import Event, MarketEvent, accounts_of


class AtPlay(Protocol):
    """A strategy at play, of whatever kind."""

    @property
    def lane(self) -> Lane:
        """Return its lane, to be given to an engine."""

    @property
    def orders(self) -> Mapping[str, RecordedOrders]:
        """Return by market id what it has asked for."""

    def finish(self) -> None:
        """Take note that the recording has ended."""


class Play:
    """One strategy in one lane: `lane` is to be given to an engine."""

    def __init__(self, strategy: Any, settings: Settings | None = None) -> None:
        self.strategy: Final = strategy
        self.orders: Final[dict[str, RecordedOrders]] = {}
        """By market id, for each market that the strategy was called for."""
        self._on_market: Final = _method(strategy, "on_market")
        self._on_orders: Final = _method(strategy, "on_orders")
        self._on_close: Final = _method(strategy, "on_close")
        self._touched: Final[dict[str, None]] = {}
        self.lane: Final = Lane(
            settings,
            on_update=self._update,
            on_events=self._hear if self._on_orders is not None else None,
            on_close=self._close,
        )

    def finish(self) -> None:
        """Do nothing: a strategy is told of what happens in markets."""

    def _update(self, followed: Followed) -> None:
        if self._touched:
            self._tell_of_orders()
        if self._on_market is not None:
            orders = self.orders.get(followed.recorded.market_id)
            if orders is None:
                orders = self._orders_in(followed)
            self._on_market(orders.market, orders)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, MarketEvent) and ACCOUNT in accounts_of(event):
                self._touched[event.market_id] = None

    def _tell_of_orders(self) -> None:
        touched = list(self._touched)
        self._touched.clear()
        for market_id in touched:
            if self._on_orders is not None and market_id in self.orders:
                self._on_orders(self.orders[market_id])

    def _close(self, followed: Followed) -> None:
        if self._touched:
            self._tell_of_orders()
        if self._on_close is not None:
            self._on_close(self._orders_in(followed).market)

    def _orders_in(self, followed: Followed) -> RecordedOrders:
        market_id = followed.recorded.market_id
        orders = self.orders.get(market_id)
        if orders is None:
            orders = RecordedOrders(self.lane, RecordedMarketView(followed, ACCOUNT))
            self.orders[market_id] = orders
        return orders


def _method(strategy: Any, name: str) -> Callable[..., None] | None:
    """Return a method of a strategy that does something, `None` for none: nobody is called to do nothing."""
    method = getattr(strategy, name, None)
    if method is None or getattr(method, "__func__", None) is getattr(Strategy, name):
        return None
    found: Callable[..., None] = method
    return found

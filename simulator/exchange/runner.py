"""A runner of a market: its state, its order book, and who waits for its starting price."""

from typing import Final

from simulator.exchange.book import RunnerBook
from simulator.exchange.commands import RunnerDefinition
from simulator.exchange.money import Price
from simulator.exchange.orders import Order, Side
from simulator.exchange.statuses import RunnerStatus


class Runner:
    """One runner of a market and its order book, an empty one where none is given."""

    __slots__ = (
        "adjustment_factor",
        "book",
        "ended_by_result",
        "key",
        "orders",
        "removed_at",
        "sort_priority",
        "starting_price",
        "starting_price_backs",
        "starting_price_lays",
        "starting_price_taken",
        "status",
    )

    def __init__(self, definition: RunnerDefinition, book: RunnerBook | None = None) -> None:
        self.key: Final = definition.key
        self.sort_priority = definition.sort_priority
        self.adjustment_factor = definition.adjustment_factor
        self.status = RunnerStatus.HIDDEN if definition.is_hidden else RunnerStatus.ACTIVE
        self.removed_at: int | None = None
        self.ended_by_result = False
        """Whether a result, or the market's being void, has ended it: it was not withdrawn before."""
        self.starting_price: Price | None = None
        """Once the market is reconciled."""
        self.starting_price_backs: dict[int, Order] = {}
        self.starting_price_lays: dict[int, Order] = {}
        self.starting_price_taken = {Side.BACK: 0, Side.LAY: 0}
        """Back stakes and lay liabilities that the auction matched, in pence."""
        self.book = RunnerBook() if book is None else book
        self.orders: dict[int, Order] = {}
        """By bet id: all there ever were on this runner, in the order of placing."""

    def end(self, status: RunnerStatus, at: int) -> None:
        """Note how the runner ended."""
        self.status, self.ended_by_result = status, True
        self.removed_at = at if status is RunnerStatus.REMOVED else None

    def starting_price_queue(self, side: Side) -> dict[int, Order]:
        """Return the orders of a side that wait for the starting price, by bet id, in queue order."""
        return self.starting_price_backs if side is Side.BACK else self.starting_price_lays

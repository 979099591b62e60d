"""A strategy's own orders in a market of a server: `OwnOrders` and `OwnOrder` of `simulator.backtest.strategy`.

What is asked for goes to the server in the order in which it is asked, from a thread of its own, so that an order is
there at once, PENDING until the answer has come. What becomes of it the stream of orders tells.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from simulator.backtest.strategy import RunnerView
from simulator.live.views import LiveMarketView

PENDING: Final = "PENDING"
REFUSED: Final = "REFUSED"
NOT_THERE_YET: Final = "BET_IN_PROGRESS"
UNKNOWN: Final = "UNKNOWN"
"""What stands for a code where the server has given none: whether the order is there has to be looked up."""
EXECUTABLE: Final = "EXECUTABLE"
COMPLETE: Final = "EXECUTION_COMPLETE"
LIMIT: Final = "LIMIT"

Ask = Callable[..., Any]
"""Calls a function of the library, and returns its report, or what was wrong with it as a text."""


class LiveOrder:
    """An order on a server. `known` is what the library says of it, `None` before it says anything."""

    def __init__(self, selection_id: int, handicap: float, side: str, price: float | None, size: float) -> None:
        self.selection_id: Final = selection_id
        self.handicap: Final = handicap
        self.side: Final = side
        self.price: Final = price
        self.size: Final = float(size)
        self.bet_id: int | None = None
        self.refusal = ""
        self.known: Any = None
        self.profit: float | None = None
        self._matched_at_once: tuple[float, float] = (0.0, 0.0)
        self._is_complete = False

    def __repr__(self) -> str:
        asked = f"{self.side} {self.selection_id} {self.size} at {self.price}"
        return f"<{asked}: {self.refusal or self.status}, {self.size_matched} matched>"

    def take(self, report: Any) -> None:
        """Take in the part of a report that is about this order."""
        if report.bet_id is None:
            self.refuse(report.error_code or UNKNOWN)
            return
        self.bet_id = int(report.bet_id)
        self._is_complete = report.order_status == COMPLETE
        self._matched_at_once = float(report.size_matched or 0.0), float(report.average_price_matched or 0.0)

    def refuse(self, code: str) -> None:
        """Note why the order was not taken."""
        self.refusal = code

    @property
    def status(self) -> str:
        """Return PENDING, EXECUTABLE, EXECUTION_COMPLETE or REFUSED."""
        if self.refusal:
            return REFUSED
        if self.known is not None:
            return str(self.known.status)
        if self.bet_id is None:
            return PENDING
        return COMPLETE if self._is_complete else EXECUTABLE

    @property
    def size_matched(self) -> float:
        """Return what of it is matched."""
        return self._matched_at_once[0] if self.known is None else float(self.known.size_matched or 0.0)

    @property
    def size_remaining(self) -> float:
        """Return what of it is not."""
        if self.known is not None:
            return float(self.known.size_remaining or 0.0)
        return self.size - self.size_matched if self.is_live else 0.0

    @property
    def average_price_matched(self) -> float | None:
        """Return the average price of what is matched."""
        if self.known is None:
            return self._matched_at_once[1] or None
        return float(self.known.average_price_matched or 0.0) or None

    @property
    def is_live(self) -> bool:
        """Return whether it may still be matched."""
        return self.status in (PENDING, EXECUTABLE)


class LiveOrders:
    """The own orders in a market of a server."""

    def __init__(
        self, market: LiveMarketView, client: Any, ask: Ask, executor: Executor, answered: Callable[[str], None]
    ) -> None:
        self.market: Final = market
        self._orders: Final[list[LiveOrder]] = []
        self._client: Final = client
        self._ask: Final = ask
        self._executor: Final = executor
        self._answered: Final = answered

    def __iter__(self) -> Iterator[LiveOrder]:
        return iter(self._orders)

    def __len__(self) -> int:
        return len(self._orders)

    @property
    def live(self) -> Sequence[LiveOrder]:
        """Return those that may still be matched."""
        return [order for order in self._orders if order.is_live]

    def by_bet_id(self, bet_id: int) -> LiveOrder | None:
        """Return an order by its number."""
        return next((order for order in self._orders if order.bet_id == bet_id), None)

    # What can be asked for

    def back(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> LiveOrder:
        """Back a runner at a price or a better one."""
        return self._limit("BACK", runner, price, size, more)

    def lay(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> LiveOrder:
        """Lay a runner at a price or a better one."""
        return self._limit("LAY", runner, price, size, more)

    def back_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> LiveOrder:
        """Back a runner at its starting price."""
        return self._at_starting_price("BACK", runner, liability, limit, more)

    def lay_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> LiveOrder:
        """Lay a runner at its starting price."""
        return self._at_starting_price("LAY", runner, liability, limit, more)

    def cancel(self, order: Any = None, size_reduction: float | None = None) -> Any:
        """Cancel what is unmatched of an order, or so much of it; without an order, all of the market."""
        instructions = None
        if order is not None:
            if order.bet_id is None:
                return order
            reduction = {} if size_reduction is None else {"sizeReduction": size_reduction}
            instructions = [{"betId": str(order.bet_id), **reduction}]
        self._send(self._client.betting.cancel_orders, market_id=self.market.market_id, instructions=instructions)
        return order

    def replace(self, order: Any, price: float) -> LiveOrder:
        """Cancel what is unmatched of an order, and place as much at another price."""
        placed = LiveOrder(order.selection_id, order.handicap, order.side, price, order.size_remaining)
        self._orders.append(placed)
        if order.bet_id is None:
            placed.refuse(NOT_THERE_YET)
            return placed
        instructions = [{"betId": str(order.bet_id), "newPrice": price}]

        def parts(report: Any) -> list[Any]:
            return [each.place_instruction_reports for each in report.replace_instruction_reports]

        self._send(
            self._client.betting.replace_orders,
            _taking(
                placed, lambda report: [each.place_instruction_reports for each in report.replace_instruction_reports]
            ),
            market_id=self.market.market_id,
            instructions=instructions,
        )
        return placed

    def update(self, order: Any, persistence: str) -> Any:
        """Let what is unmatched of an order have another persistence."""
        if order.bet_id is not None:
            instructions = [{"betId": str(order.bet_id), "newPersistenceType": persistence}]
            self._send(self._client.betting.update_orders, market_id=self.market.market_id, instructions=instructions)
        return order

    def _limit(self, side: str, runner: RunnerView | int, price: float, size: float, more: dict[str, Any]) -> LiveOrder:
        limit: dict[str, Any] = {"price": price, "persistenceType": more.pop("persistence", "LAPSE")}
        if size or "bet_target_size" not in more:
            limit["size"] = size
        for name, wire_name in (
            ("time_in_force", "timeInForce"),
            ("min_fill_size", "minFillSize"),
            ("bet_target_type", "betTargetType"),
            ("bet_target_size", "betTargetSize"),
        ):
            if (value := more.pop(name, None)) is not None:
                limit[wire_name] = value
        return self._place(side, runner, (price, size), {"orderType": LIMIT, "limitOrder": limit}, more)

    def _at_starting_price(
        self, side: str, runner: RunnerView | int, liability: float, limit: float | None, more: dict[str, Any]
    ) -> LiveOrder:
        if limit is None:
            order: dict[str, Any] = {"orderType": "MARKET_ON_CLOSE", "marketOnCloseOrder": {"liability": liability}}
        else:
            at_limit = {"liability": liability, "price": limit}
            order = {"orderType": "LIMIT_ON_CLOSE", "limitOnCloseOrder": at_limit}
        return self._place(side, runner, (limit, liability), order, more)

    def _place(
        self,
        side: str,
        runner: RunnerView | int,
        asked: tuple[float | None, float],
        order: dict[str, Any],
        more: dict[str, Any],
    ) -> LiveOrder:
        selection_id = runner if isinstance(runner, int) else runner.selection_id
        handicap = more.pop("handicap", 0.0) if isinstance(runner, int) else runner.handicap
        version, reference = more.pop("market_version", None), more.pop("customer_order_ref", None)
        if more:
            raise TypeError(f"an order has no {', '.join(sorted(more))}")
        placed = LiveOrder(selection_id, handicap, side, *asked)
        self._orders.append(placed)
        instruction = {"selectionId": selection_id, "handicap": handicap, "side": side, **order}
        if reference is not None:
            instruction["customerOrderRef"] = reference
        self._send(
            self._client.betting.place_orders,
            _taking(placed, lambda report: report.place_instruction_reports),
            market_id=self.market.market_id,
            instructions=[instruction],
            market_version=None if version is None else {"version": version},
        )
        return placed

    def _send(self, call: Callable[..., Any], take: Callable[[Any], None] | None = None, **named: Any) -> None:
        def send() -> None:
            report = self._ask(call, **named)
            if take is not None:
                take(report)
            self._answered(self.market.market_id)

        self._executor.submit(send)


def _taking(placed: LiveOrder, parts: Callable[[Any], Sequence[Any]]) -> Callable[[Any], None]:
    """Return what takes in a report on an order, or a text of what was wrong in its place."""

    def take(report: Any) -> None:
        if isinstance(report, str):
            placed.refuse(report)
            return
        about = parts(report)
        if about:
            placed.take(about[0])
        else:
            placed.refuse(report.error_code or UNKNOWN)

    return take

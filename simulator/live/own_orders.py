"""A strategy's own orders in a market of a server: `OwnOrders` and `OwnOrder` of `simulator.backtest.strategy`.

What is asked for goes to the server in the order in which it is asked, from a thread of its own, so that an order is
there at once, PENDING until the answer has come. What becomes of it the stream of orders tells.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from simulator.backtest.amounts import NO_RULE_ACCEPTS, as_shown, sendable
from simulator.backtest.asking import NOT_THERE_YET, PENDING, REFUSED, Asking, Wish
from simulator.exchange.orders import OrderType, Persistence
from simulator.exchange.statuses import CLOSED
from simulator.live.views import LiveMarketView

UNKNOWN: Final = "UNKNOWN"
"""What stands for a code where the server has given none: whether the order is there has to be looked up."""
EXECUTABLE: Final = "EXECUTABLE"
COMPLETE: Final = "EXECUTION_COMPLETE"
ENDED: Final = (COMPLETE, "EXPIRED")
"""What an answer says of an order of which nothing is left: EXPIRED where it was to be matched at once, and was not."""

GENERAL: Final = frozenset({"ERROR_IN_ORDER", "RELATED_ACTION_FAILED", "BET_ACTION_ERROR"})
"""Codes which say that the reason stands elsewhere in the report, in that of the request or of another instruction."""

Ask = Callable[..., Any]
"""Calls a function of the library, and returns its report, or what was wrong with it: a code, or an exception."""
Take = Callable[[Any], None]
"""Takes in a report."""
Answering = Callable[["LiveOrders", Any, Take | None], None]
"""Is told that a request about orders is answered, in the thread in which it was sent."""


class LiveOrder:
    """An order on a server. `known` is what the library says of it, `None` before it says anything.

    What waits for the starting price is EXECUTION_COMPLETE on the wire, with nothing that remains: here it waits.
    """

    def __init__(
        self,
        market: LiveMarketView,
        wanted: tuple[int, float, str],
        order_type: OrderType,
        price: float | None,
        size: float,
    ) -> None:
        self.selection_id: Final = wanted[0]
        self.handicap: Final = as_shown(wanted[1])
        self.side: Final = wanted[2]
        self.order_type: Final = order_type
        self.price: Final = None if price is None else as_shown(price)
        self.size: Final = as_shown(size)
        self.bet_id: int | None = None
        self.refusal = ""
        self.known: Any = None
        self.profit: float | None = None
        self._market: Final = market
        self._matched_at_once: tuple[float, float] = (0.0, 0.0)
        self._matched_before_the_off = 0.0
        self._is_complete = False

    def __repr__(self) -> str:
        asked = f"{self.side} {self.selection_id} {self.size} at {self.price}"
        if self.bet_id is not None:
            asked = f"{self.bet_id} {asked}"
        return f"<{asked}: {self.refusal or self.status}, {self.size_matched} matched>"

    def take(self, report: Any, *others: Any) -> None:
        """Take in the part of a report that is about this order, given the other parts that may say why it failed."""
        if report.bet_id is None:
            self.refuse(_reason_of(report, *others))
            return
        self.bet_id = int(report.bet_id)
        self._is_complete = report.order_status in ENDED
        self._matched_at_once = float(report.size_matched or 0.0), float(report.average_price_matched or 0.0)

    def hear(self, known: Any) -> None:
        """Take in what the library says of it."""
        self.known = known
        if known.order_type == OrderType.LIMIT:
            self._matched_before_the_off = float(known.size_matched or 0.0)

    def refuse(self, code: str) -> None:
        """Note why the order was not taken."""
        self.refusal = code

    @property
    def status(self) -> str:
        """Return PENDING, EXECUTABLE, EXECUTION_COMPLETE or REFUSED."""
        if self.refusal:
            return REFUSED
        if self.bet_id is None:
            return PENDING
        if self._is_over:
            return COMPLETE
        if self._waiting:
            return EXECUTABLE
        if self.known is not None:
            return str(self.known.status)
        return COMPLETE if self._is_complete else EXECUTABLE

    @property
    def size_matched(self) -> float:
        """Return what of it is matched."""
        return self._matched_at_once[0] if self.known is None else float(self.known.size_matched or 0.0)

    @property
    def size_remaining(self) -> float:
        """Return what of it is not, and may still be."""
        if self._is_over:
            return 0.0
        if self.known is not None:
            return float(self.known.size_remaining or 0.0) or self._waiting
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
        return self.status in (PENDING, EXECUTABLE) and not self._is_over

    @property
    def _is_over(self) -> bool:
        """Return whether the market is closed: what was unmatched has lapsed, which may be told later or never."""
        return self._market.status == CLOSED

    @property
    def _waiting(self) -> float:
        """Return what of it waits for the starting price: the stake of a back, what a lay risks.

        It has ended when any of it is matched there, and what is not has lapsed with it. A limit order that the off has
        sent there may have been matched and cancelled in part before. That the market is reconciled is not looked at:
        it may be told before what has come of the order.
        """
        known, is_limit = self.known, self.order_type is OrderType.LIMIT
        if known is None:
            return 0.0 if is_limit else self.size
        if known.order_type == OrderType.LIMIT or float(known.size_matched or 0.0) > self._matched_before_the_off:
            return 0.0
        if known.size_lapsed or known.size_voided or (known.size_cancelled and not is_limit):
            return 0.0
        return float(known.bsp_liability or 0.0)


class LiveOrders(Asking[LiveOrder]):
    """The own orders in a market of a server."""

    def __init__(
        self, market: LiveMarketView, client: Any, ask: Ask, executor: Executor, answered: "Answering"
    ) -> None:
        self.market: Final = market
        self._orders: Final[list[LiveOrder]] = []
        self._by_bet_id: Final[dict[int, LiveOrder]] = {}
        self._unnumbered: list[LiveOrder] = []
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
        return self._by_bet_id.get(bet_id)

    def numbered(self) -> list[LiveOrder]:
        """Note the numbers of orders that have got one since this was asked last, and return these orders."""
        new = [order for order in self._unnumbered if order.bet_id is not None]
        self._by_bet_id.update({order.bet_id: order for order in new if order.bet_id is not None})
        self._unnumbered = [order for order in self._unnumbered if order.bet_id is None and not order.refusal]
        return new

    # What can be asked for

    def cancel(self, order: Any = None, size_reduction: float | None = None) -> Any:
        """Cancel what is unmatched of an order, or so much of it; without an order, all of the market."""
        reduction = {} if size_reduction is None else {"sizeReduction": sendable(size_reduction)}
        instructions = None
        if order is not None:
            if order.bet_id is None:
                return order
            instructions = [{"betId": str(order.bet_id), **reduction}]
        self._send(self._client.betting.cancel_orders, market_id=self.market.market_id, instructions=instructions)
        return order

    def replace(self, order: Any, price: float) -> LiveOrder:
        """Cancel what is unmatched of an order, and place as much at another price."""
        new_price = sendable(price)
        wanted = order.selection_id, order.handicap, order.side
        placed = LiveOrder(self.market, wanted, order.order_type, price, order.size_remaining)
        self._orders.append(placed)
        self._unnumbered.append(placed)
        if order.bet_id is None:
            placed.refuse(NOT_THERE_YET)
            return placed
        instructions = [{"betId": str(order.bet_id), "newPrice": new_price}]

        def parts(report: Any) -> list[Any]:
            return [
                (each.place_instruction_reports, each.cancel_instruction_reports, each, report)
                for each in report.replace_instruction_reports
            ]

        self._send(
            self._client.betting.replace_orders,
            _taking(placed, parts),
            market_id=self.market.market_id,
            instructions=instructions,
        )
        return placed

    def update(self, order: Any, persistence: str) -> Any:
        """Let what is unmatched of an order have another persistence."""
        if order.bet_id is not None:
            instructions = [{"betId": str(order.bet_id), "newPersistenceType": Persistence(persistence)}]
            self._send(self._client.betting.update_orders, market_id=self.market.market_id, instructions=instructions)
        return order

    def place(self, wish: Wish) -> LiveOrder:
        """Ask for an order, and return it at once."""
        instruction = _instruction(wish)
        size = (wish.size if wish.liability is None else wish.liability) or 0.0
        wanted = wish.selection_id, wish.handicap or 0.0, wish.side
        placed = LiveOrder(self.market, wanted, wish.order_type, wish.price, size)
        self._orders.append(placed)
        self._unnumbered.append(placed)
        version = wish.market_version
        self._send(
            self._client.betting.place_orders,
            _taking(placed, lambda report: [(each, report) for each in report.place_instruction_reports]),
            market_id=self.market.market_id,
            instructions=[instruction],
            market_version=None if version is None else {"version": version},
        )
        return placed

    def _send(self, call: Callable[..., Any], take: Take | None = None, **named: Any) -> None:
        def send() -> None:
            self._answered(self, self._ask(call, **named), take)

        self._executor.submit(send)


def _instruction(wish: Wish) -> dict[str, Any]:
    """Return an order as the wire has it; raise `TypeError` for what is no number."""
    names = {
        OrderType.LIMIT: "limitOrder",
        OrderType.LIMIT_ON_CLOSE: "limitOnCloseOrder",
        OrderType.MARKET_ON_CLOSE: "marketOnCloseOrder",
    }
    # What an order cannot do without the exchange refuses by a code, and a server without it as no request at all.
    needed = "price" if wish.order_type is OrderType.LIMIT else "liability"
    order = {
        "price": _sendable_or_none(wish.price),
        "size": _sendable_or_none(wish.size),
        "liability": _sendable_or_none(wish.liability),
        "persistenceType": wish.persistence,
        "timeInForce": wish.time_in_force,
        "minFillSize": _sendable_or_none(wish.min_fill_size),
        "betTargetType": wish.bet_target_type,
        "betTargetSize": _sendable_or_none(wish.bet_target_size),
    }
    instruction = {
        "selectionId": wish.selection_id,
        "handicap": _sendable_or_none(wish.handicap),
        "side": wish.side,
        "orderType": wish.order_type,
        names[wish.order_type]: {needed: NO_RULE_ACCEPTS, **_given(order)},
        "customerOrderRef": wish.customer_order_ref,
    }
    return _given(instruction)


def _sendable_or_none(value: float | None) -> float | None:
    return None if value is None else sendable(value)


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _reason_of(*parts: Any) -> str:
    """Return the code of the first part of a report that says why, as the exchange's own reasons are told in parts."""
    codes = [part.error_code for part in parts if part.error_code]
    return next((code for code in codes if code not in GENERAL), codes[0] if codes else UNKNOWN)


def _taking(placed: LiveOrder, parts: Callable[[Any], Sequence[Any]]) -> Take:
    """Return what takes in a report on an order, or a text of what was wrong in its place.

    `parts` makes the report into those of its instructions, each with the other parts that may say why it failed.
    """

    def take(report: Any) -> None:
        if isinstance(report, str):
            placed.refuse(report)
            return
        about = parts(report)
        if about:
            placed.take(*about[0])
        else:
            placed.refuse(_reason_of(report))

    return take

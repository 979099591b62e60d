"""A strategy's own orders in a market that follows a recording: `OwnOrders` and `OwnOrder` of `strategy`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from simulator.backtest.amounts import as_a_float, hundredths_or_none, of_hundredths, to_hundredths
from simulator.backtest.asking import NOT_THERE_YET, PENDING, REFUSED, Asking, Wish
from simulator.backtest.lane import Lane, Request
from simulator.backtest.views import RecordedMarketView
from simulator.exchange.commands import (
    CancelInstruction,
    PlaceInstruction,
    ReplaceInstruction,
    UpdateInstruction,
)
from simulator.exchange.money import HUNDREDTHS, INEXACT
from simulator.exchange.orders import (
    BACK,
    EXECUTABLE,
    LIMIT,
    Order,
    Persistence,
    RunnerKey,
)
from simulator.exchange.records import new_record


class RecordedOrder:
    """An order of a strategy over a recording."""

    __slots__ = ("_index", "_order", "_refusal", "_request", "instruction", "shown_price")

    def __init__(
        self,
        instruction: PlaceInstruction,
        request: Request | None,
        shown_price: int | None,
        index: int = 0,
        refusal: str = NOT_THERE_YET,
    ) -> None:
        self.instruction: Final = instruction
        self._request: Final = request
        self._index: Final = index
        self._order: Order | None = None
        self._refusal: Final = refusal
        """Why nothing could be asked of the exchange, where there is no request."""
        self.shown_price: Final = shown_price
        """The best price on its side when it was asked for, in hundredths."""

    def __repr__(self) -> str:
        asked = f"{self.side} {self.selection_id} {self.size} at {self.price}"
        return f"<{asked}: {self.refusal or self.status}, {self.size_matched} matched>"

    @property
    def request(self) -> Request | None:
        """Return what was asked of the exchange, `None` where nothing could be."""
        return self._request

    @property
    def order(self) -> Order | None:
        """Return the bet, `None` as long as the exchange has not taken it."""
        if self._order is None and self._request is not None:
            self._order = self._request.order_of(self._index)
        return self._order

    @property
    def bet_id(self) -> int | None:
        """Return its number."""
        order = self.order
        return None if order is None else order.bet_id

    @property
    def selection_id(self) -> int:
        """Return whom it is on."""
        return self.instruction.runner.selection_id

    @property
    def handicap(self) -> float:
        """Return the runner's handicap."""
        return of_hundredths(self.instruction.runner.handicap)

    @property
    def side(self) -> str:
        """Return BACK or LAY."""
        return self.instruction.side

    @property
    def price(self) -> float | None:
        """Return the price asked for."""
        return None if self.instruction.price is None else of_hundredths(self.instruction.price)

    @property
    def size(self) -> float:
        """Return the size asked for, of an order for the starting price its liability."""
        order = self.order
        if order is not None and order.order_type is LIMIT:
            return of_hundredths(order.own.size)
        return of_hundredths(self.instruction.size or self.instruction.liability or 0)

    @property
    def status(self) -> str:
        """Return PENDING, EXECUTABLE, EXECUTION_COMPLETE or REFUSED."""
        order = self.order
        if order is not None:
            return EXECUTABLE if order.liability_waiting else order.status
        return REFUSED if self.refusal else PENDING

    @property
    def refusal(self) -> str:
        """Return why it was not taken: the exchange's code, unless it never reached the exchange."""
        return self._refusal if self._request is None else self._request.reason_of(self._index)

    @property
    def size_matched(self) -> float:
        """Return what of it is matched."""
        order = self.order
        return 0.0 if order is None else of_hundredths(order.own.size_matched)

    @property
    def size_remaining(self) -> float:
        """Return what of it is not."""
        order = self.order
        if order is None:
            return 0.0 if self.refusal else self.size
        return of_hundredths(order.own.size_remaining or order.own.liability_waiting)

    @property
    def average_price_matched(self) -> float | None:
        """Return the average price of what is matched."""
        order = self.order
        if order is None or not order.own.size_matched:
            return None
        return order.own.matched_payout / order.own.size_matched / HUNDREDTHS

    @property
    def is_live(self) -> bool:
        """Return whether it may still be matched."""
        order = self.order
        if order is not None:
            return bool(order.size_remaining or order.liability_waiting)
        return not self.refusal

    @property
    def profit(self) -> float | None:
        """Return what it has brought, before commission."""
        order = self.order
        return None if order is None or order.own.profit is None else of_hundredths(order.own.profit)


class InexactOrder(RecordedOrder):
    """An order with a number that no rule accepts, so that it is refused: it shows what was asked for all the same."""

    __slots__ = ("_asked",)

    def __init__(
        self,
        instruction: PlaceInstruction,
        request: Request | None,
        shown_price: int | None,
        index: int,
        refusal: str,
        asked: "AskedFor",
    ) -> None:
        super().__init__(instruction, request, shown_price, index, refusal)
        self._asked: Final = asked

    @property
    def handicap(self) -> float:
        """Return the runner's handicap."""
        return as_a_float(self._asked.handicap)

    @property
    def price(self) -> float | None:
        """Return the price asked for."""
        return None if self._asked.price is None else as_a_float(self._asked.price)

    @property
    def size(self) -> float:
        """Return the size asked for, of an order for the starting price its liability."""
        return as_a_float(self._asked.size)


class AskedFor(NamedTuple):
    """The numbers of an order as they were asked for."""

    handicap: float
    price: float | None
    size: float
    """Of an order for the starting price its liability."""


class RecordedOrders(Asking[RecordedOrder]):
    """The own orders in a market that follows a recording."""

    __slots__ = ("_lane", "_live", "_orders", "market")

    def __init__(self, lane: Lane, market: RecordedMarketView) -> None:
        self._lane: Final = lane
        self.market: Final = market
        self._orders: Final[list[RecordedOrder]] = []
        self._live: list[RecordedOrder] = []

    def __iter__(self) -> Iterator[RecordedOrder]:
        return iter(self._orders)

    def __len__(self) -> int:
        return len(self._orders)

    @property
    def live(self) -> Sequence[RecordedOrder]:
        """Return those that may still be matched."""
        self._live = [order for order in self._live if order.is_live]
        return self._live

    # What can be asked for

    def cancel(self, order: Any = None, size_reduction: float | None = None) -> Any:
        """Cancel what is unmatched of an order, or so much of it; without an order, all of the market."""
        market_id = self.market.market_id
        if order is None:
            self._lane.cancel(market_id)
        elif order.bet_id is not None:
            self._lane.cancel(market_id, CancelInstruction(order.bet_id, hundredths_or_none(size_reduction)))
        return order

    def replace(self, order: Any, price: float) -> RecordedOrder:
        """Cancel what is unmatched of an order, and place as much at another price."""
        size = order.size_remaining
        instruction = PlaceInstruction(
            order.instruction.runner,
            order.instruction.side,
            order.instruction.order_type,
            to_hundredths(price),
            to_hundredths(size),
            order.instruction.persistence,
        )
        asked = AskedFor(order.handicap, price, size) if instruction.price == INEXACT else None
        request = None
        if order.bet_id is not None:
            request = self._lane.replace(self.market.market_id, ReplaceInstruction(order.bet_id, to_hundredths(price)))
        return self.keep(instruction, request, asked=asked)

    def update(self, order: Any, persistence: str) -> Any:
        """Let what is unmatched of an order have another persistence."""
        if order.bet_id is not None:
            instruction = UpdateInstruction(order.bet_id, Persistence(persistence))
            self._lane.update(self.market.market_id, instruction)
        return order

    def place(self, wish: Wish) -> RecordedOrder:
        """Ask for an order, and return it at once."""
        handicap = to_hundredths(wish.handicap) if wish.handicap else 0
        price, size = hundredths_or_none(wish.price), hundredths_or_none(wish.size)
        liability = hundredths_or_none(wish.liability)
        instruction = PlaceInstruction(
            new_record(RunnerKey, (wish.selection_id, handicap)),
            wish.side,
            wish.order_type,
            price,
            size,
            wish.persistence,
            wish.time_in_force,
            hundredths_or_none(wish.min_fill_size),
            wish.bet_target_type,
            hundredths_or_none(wish.bet_target_size),
            liability,
            wish.customer_order_ref,
        )
        request = self._lane.place(self.market.market_id, instruction, market_version=wish.market_version)
        asked = None
        if INEXACT in (price, size, handicap, liability):
            asked = AskedFor(wish.handicap, wish.price, wish.size or wish.liability or 0)
        return self.keep(instruction, request, asked=asked)

    def keep(
        self,
        instruction: PlaceInstruction,
        request: Request | None,
        index: int = 0,
        *,
        refusal: str = NOT_THERE_YET,
        asked: AskedFor | None = None,
    ) -> RecordedOrder:
        """Keep the order that a request asks for, by its instruction of this number, counted from 0.

        `refusal` is why there is no request, where there is none; `asked` is what was asked for where that is
        no hundredths.
        """
        recorded = self.market.followed.recorded.runners.get(instruction.runner)
        shown = None
        if recorded is not None:
            shown = recorded.best_back if instruction.side is BACK else recorded.best_lay
        if asked is None:
            order = RecordedOrder(instruction, request, shown, index, refusal)
        else:
            order = InexactOrder(instruction, request, shown, index, refusal, asked)
        self._orders.append(order)
        self._live.append(order)
        return order

"""Packages of flumine's orders as requests of a lane, and the answers, told as flumine's execution tells them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flumine import config
from flumine.order.orderpackage import OrderPackageType
from flumine.order.ordertype import LimitOnCloseOrder, OrderTypes
from flumine.simulation.utils import SimulatedCancelResponse, SimulatedPlaceResponse, SimulatedUpdateResponse

from simulator.backtest.amounts import of_hundredths, to_hundredths
from simulator.backtest.flumine_adapter.orders import asked_for, placing
from simulator.backtest.flumine_adapter.sparing import note_response
from simulator.backtest.lane import Lane, Request
from simulator.backtest.own_orders import AskedFor
from simulator.exchange.commands import (
    CancelInstruction,
    PlaceInstruction,
    ReplaceInstruction,
    UpdateInstruction,
)
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import Persistence

if TYPE_CHECKING:
    from simulator.backtest.flumine_adapter.play import MarketAtPlay

PLACE: Final = OrderPackageType.PLACE
CANCEL: Final = OrderPackageType.CANCEL
UPDATE: Final = OrderPackageType.UPDATE
REPLACE: Final = OrderPackageType.REPLACE


class Asked:
    """A request, and the orders of flumine's whose fate it is."""

    __slots__ = ("orders", "package", "request", "successors")

    def __init__(self, package: Any, orders: list[Any], request: Request) -> None:
        self.package: Final = package
        self.orders: Final = orders
        self.request: Final = request
        self.successors: list[Any] | None = None
        """Of a replacement whose cancel leg is told: the new orders, `None` where there is none."""


def ask(lane: Lane, at_play: "MarketAtPlay", package: Any) -> None:
    """Ask the exchange for what a package says."""
    market_id, kind = package.market_id, package.package_type
    orders = package.orders_pending if kind is PLACE else package.orders
    version = package._market_version
    if kind is PLACE:
        instructions = [placing(order) for order in orders]
        request = lane.place(market_id, *instructions, market_version=version)
        for index, (order, instruction) in enumerate(zip(orders, instructions, strict=True)):
            at_play.orders.keep(instruction, request, index, asked=asked_for(order, instruction))
    elif kind is CANCEL:
        request = lane.cancel(market_id, *(_cancelling(order) for order in orders))
    elif kind is UPDATE:
        request = lane.update(
            market_id,
            *(UpdateInstruction(int(order.bet_id), Persistence(order.order_type.persistence_type)) for order in orders),
        )
    else:
        replacing = [
            ReplaceInstruction(int(order.bet_id), to_hundredths(order.update_data["new_price"])) for order in orders
        ]
        request = lane.replace(market_id, *replacing, market_version=version)
        for index, (order, replaced) in enumerate(zip(orders, replacing, strict=True)):
            instruction = _replaced(order, replaced.new_price)
            asked = None
            if replaced.new_price == INEXACT:
                asked = AskedFor(order.handicap, order.update_data["new_price"], order.simulated.size_remaining)
            at_play.orders.keep(instruction, request, index, asked=asked)
    at_play.asked.append(Asked(package, orders, request))


def _cancelling(order: Any) -> CancelInstruction:
    reduction = order.update_data.get("size_reduction")
    return CancelInstruction(int(order.bet_id), None if not reduction else to_hundredths(reduction))


def _replaced(order: Any, new_price: int) -> PlaceInstruction:
    """Return the instruction that would place what is left of an order at another price."""
    bet = order.simulated.bet.own
    return PlaceInstruction(
        bet.runner,
        bet.side,
        bet.order_type,
        new_price,
        bet.size_remaining or None,
        bet.persistence,
        liability=bet.liability_waiting or None,
    )


class Answers:
    """What flumine's orders of a market are told of their requests."""

    def __init__(self, at_play: "MarketAtPlay", by_bet: dict[int, Any]) -> None:
        self._at_play: Final = at_play
        self._by_bet: Final = by_bet
        self._execution: Final = at_play.market.flumine.simulated_execution

    def tell(self) -> None:
        """Tell what came of the requests that are answered."""
        self._at_play.asked[:] = [
            asked for asked in self._at_play.asked if asked.request.events is None or not self._is_told(asked)
        ]

    def _is_told(self, asked: Asked) -> bool:
        """Tell as much as is known of a request that has reached the exchange, and return whether that is all."""
        request, kind = asked.request, asked.package.package_type
        if kind is REPLACE:
            if asked.successors is None:
                self._cancelled_to_be_replaced(asked)
            if not request.is_answered:
                return False
            for index, order in enumerate(asked.successors or ()):
                if order is not None:
                    self._successor(request, order, index)
            return True
        if not request.is_answered:
            return False
        # No dictionary: an enumeration's members are hashed by a function in Python.
        tell = self._placed if kind is PLACE else self._cancelled if kind is CANCEL else self._updated
        for index, order in enumerate(asked.orders):
            with order.trade:
                tell(request, order, index)
            self._at_play.touched[order] = None
        return True

    def _placed(self, request: Request, order: Any, index: int) -> bool:
        response = self._bind(request, order, index)
        note_response(self._execution, order, response, PLACE)
        if response.status == "SUCCESS":
            order.executable()
        else:
            order.execution_complete()
        order.client.add_transaction(1)
        return bool(response.status == "SUCCESS")

    def _bind(self, request: Request, order: Any, index: int) -> SimulatedPlaceResponse:
        """Let an order know its bet, or why there is none."""
        bet, simulated = request.order_of(index), order.simulated
        if bet is None:
            simulated.refusal = request.reason_of(index)
            return SimulatedPlaceResponse(
                "FAILURE", "EXPIRED", placed_date=config.current_time, error_code=simulated.refusal
            )
        simulated.bet = bet
        self._by_bet[bet.bet_id] = order
        return SimulatedPlaceResponse(
            "SUCCESS",
            simulated.status,
            str(bet.bet_id),
            simulated.average_price_matched,
            simulated.size_matched,
            config.current_time,
        )

    def _cancelled(self, request: Request, order: Any, index: int) -> bool:
        reason = request.reason_of(index)
        if reason:
            response = SimulatedCancelResponse("FAILURE", error_code=reason)
        else:
            size = request.cancelled_of(index)
            response = SimulatedCancelResponse("SUCCESS", of_hundredths(size), config.current_time)
        note_response(self._execution, order, response, CANCEL)
        self._go_on(order)
        if reason:
            order.client.add_transaction(1, failed=True)
        return not reason

    def _updated(self, request: Request, order: Any, index: int) -> bool:
        reason = request.reason_of(index)
        response = SimulatedUpdateResponse("FAILURE", reason) if reason else SimulatedUpdateResponse("SUCCESS")
        note_response(self._execution, order, response, UPDATE)
        self._go_on(order)
        if reason:
            order.client.add_transaction(1, failed=True)
        return not reason

    @staticmethod
    def _go_on(order: Any) -> None:
        """Let an order be what its bet is."""
        if order.simulated.is_complete:
            if not order.complete:
                order.execution_complete()
        else:
            order.executable()

    def _cancelled_to_be_replaced(self, asked: Asked) -> None:
        """Tell of the cancel legs, and make the new orders."""
        request, created = asked.request, asked.package.date_time_created
        successors: list[Any] = []
        for index, order in enumerate(asked.orders):
            new_price = order.update_data.get("new_price")
            size = request.cancelled_of(index)
            with order.trade:
                if order.order_type.ORDER_TYPE is OrderTypes.LIMIT_ON_CLOSE:
                    successors.append(self._edited_limit_on_close(request, order, index, new_price, created))
                else:
                    self._cancelled(request, order, index) if not size else self._cancelled_whole(order, size)
                    successors.append(self._new_order(order, new_price, size, created) if size else None)
            self._at_play.touched[order] = None
        asked.successors = successors

    def _cancelled_whole(self, order: Any, size: int) -> None:
        response = SimulatedCancelResponse("SUCCESS", of_hundredths(size), config.current_time)
        note_response(self._execution, order, response, CANCEL)
        order.execution_complete()

    @staticmethod
    def _new_order(order: Any, new_price: float, size: int, created: datetime) -> Any:
        successor = order.trade.create_order_replacement(order, new_price, of_hundredths(size), created)
        successor.placing()
        return successor

    def _edited_limit_on_close(
        self, request: Request, order: Any, index: int, new_price: float, created: datetime
    ) -> Any:
        """Tell of an order for the starting price, and return the one that has followed it, `None` where none has.

        flumine cannot make one: its replacements are limit orders.
        """
        bet = request.order_of(index)
        if bet is None:
            self._cancelled(request, order, index)
            return None
        self._cancelled_whole(order, 0)
        edited = LimitOnCloseOrder(
            of_hundredths(bet.own.liability_waiting), new_price, order.order_type.price_ladder_definition
        )
        successor = order.trade.create_order(
            order.side, edited, sep=order.sep, context=order.context, notes=order.notes
        )
        successor.date_time_created = successor.responses.date_time_created = created
        successor.update_client(order.client)
        successor.placing()
        return successor

    def _successor(self, request: Request, order: Any, index: int) -> None:
        with order.trade:
            response = self._bind(request, order, index)
            if response.status == "SUCCESS":
                note_response(self._execution, order, response, REPLACE)
                self._at_play.market.place_order(order, execute=False, client=order.client)
                order.executable()
                self._at_play.touched[order] = None
            else:
                order.execution_complete()
            order.client.add_transaction(1)

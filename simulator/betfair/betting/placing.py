"""placeOrders: all orders of a request or none; in play the answer comes after the bet delay.

Shapes of the answers: manual and `SportsAPING.xml`, placeOrders and PlaceExecutionReport; recorded answers.
"""

from collections.abc import Awaitable
from functools import partial

from msgspec.structs import replace

from simulator.betfair.betting.instructions import (
    check_instructions,
    check_market_id,
    customer_reference,
    place_command,
    version_number,
    why_forbidden,
)
from simulator.betfair.betting.order_amounts import average_price_matched
from simulator.betfair.betting.telling import tell_failures, tell_forbidden, tell_refused, tell_unknown
from simulator.betfair.betting.waiting import Fates, report_when_resolved
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import PlaceOrdersRequest
from simulator.betfair.schema.sports_inputs import PlaceInstruction
from simulator.betfair.schema.sports_orders import PlaceExecutionReport, PlaceInstructionReport
from simulator.betfair.schema.wire import as_echoed, double, order_date
from simulator.exchange.commands import PlaceOrders
from simulator.exchange.events import OrderPlaced, OrdersHeld
from simulator.exchange.orders import Order, OrderStatus, OrderType, TimeInForce
from simulator.exchange.refusals import Reason


def place_orders(call: Call[PlaceOrdersRequest]) -> PlaceExecutionReport | Awaitable[PlaceExecutionReport]:
    """Place new orders into a market; an asynchronous request is answered PENDING as soon as it is accepted."""
    request = call.params
    check_market_id(request.marketId)
    check_instructions(request.instructions)
    command = PlaceOrders(
        call.account.username,
        request.marketId,
        tuple([place_command(instruction) for instruction in request.instructions]),
        customer_reference(request.customerRef),
        request.customerStrategyRef or None,
        version_number(request.marketVersion),
    )
    if (why := why_forbidden(call)) is not None:
        tell_forbidden(call, why)
        return _refused(request, Reason.PERMISSION_DENIED, ())
    happened = call.world.do(command)
    if (refusal := happened.refusal) is not None:
        tell_refused(call, refusal)
        return _refused(request, refusal.reason, refusal.instruction_reasons)
    events = happened.events
    if request.async_:
        return _report(request, [pending_placement(instruction) for instruction in request.instructions])
    if type(held := events[0]) is OrdersHeld:
        return report_when_resolved(call.world, held.ticket, partial(_after_bet_delay, call))
    orders = call.world.exchange.orders
    placed = [orders[event.bet_id].own for event in events if type(event) is OrderPlaced]
    return _report(request, [placement(*pair) for pair in zip(request.instructions, placed, strict=True)])


def _after_bet_delay(call: Call[PlaceOrdersRequest], fates: Fates | None) -> PlaceExecutionReport:
    request = call.params
    if fates is None:
        tell_unknown(call)
        reports = [failed_placement(instruction, "", "TIMEOUT") for instruction in request.instructions]
        return _report(request, reports, status="TIMEOUT")
    if reasons := tuple(fate.reason for fate in fates if fate.reason):
        tell_failures(call, Reason.BET_ACTION_ERROR, reasons)
        return _refused(request, Reason.BET_ACTION_ERROR, reasons)
    placed = [call.world.exchange.orders[fate.bet_id].own for fate in fates if fate.bet_id is not None]
    return _report(request, [placement(*pair) for pair in zip(request.instructions, placed, strict=True)])


def placement(instruction: PlaceInstruction, order: Order) -> PlaceInstructionReport:
    """Report an order that was accepted, as its owner sees it, with what of it is matched by now.

    One that waits for the starting price is EXECUTION_COMPLETE from the start, as in all reports, and has no matches
    to report (manual, its sample of a MARKET_ON_CLOSE bet).
    """
    report = PlaceInstructionReport(
        status="SUCCESS",
        instruction=_echo(instruction),
        betId=str(order.bet_id),
        placedDate=order_date(order.placed_at),
        orderStatus=OrderStatus.EXPIRED if order.was_killed else order.status,
    )
    if order.order_type is OrderType.LIMIT:
        report.averagePriceMatched = average_price_matched(order)
        report.sizeMatched = double(order.size_matched)
    return report


def failed_placement(instruction: PlaceInstruction, reason: str, status: str = "FAILURE") -> PlaceInstructionReport:
    """Report an order that was not accepted, or of which nobody knows; an empty reason is none."""
    return PlaceInstructionReport(status=status, errorCode=reason or None, instruction=_echo(instruction))


def pending_placement(instruction: PlaceInstruction) -> PlaceInstructionReport:
    """Report an order of an asynchronous request: it was accepted and has no bet id yet."""
    return PlaceInstructionReport(status="SUCCESS", instruction=_echo(instruction), orderStatus=OrderStatus.PENDING)


def _echo(instruction: PlaceInstruction) -> PlaceInstruction:
    """Return the instruction as reports repeat it: without empty words, or a persistence fill-or-kill made void."""
    if instruction.customerOrderRef == "":
        instruction = replace(instruction, customerOrderRef=None)
    limit = instruction.limitOrder
    if limit is not None and limit.timeInForce is TimeInForce.FILL_OR_KILL and limit.persistenceType is not None:
        instruction = replace(instruction, limitOrder=replace(limit, persistenceType=None))
    return as_echoed(instruction)


def _report(
    request: PlaceOrdersRequest, reports: list[PlaceInstructionReport], status: str = "SUCCESS"
) -> PlaceExecutionReport:
    return PlaceExecutionReport(
        customerRef=request.customerRef or None,
        status=status,
        marketId=request.marketId,
        instructionReports=reports,
    )


def _refused(request: PlaceOrdersRequest, reason: Reason, guilt: tuple[Reason, ...]) -> PlaceExecutionReport:
    reasons = guilt or (Reason.ERROR_IN_ORDER,) * len(request.instructions)
    return PlaceExecutionReport(
        customerRef=request.customerRef or None,
        status="FAILURE",
        errorCode=reason,
        marketId=request.marketId,
        instructionReports=[failed_placement(*pair) for pair in zip(request.instructions, reasons, strict=True)],
    )

"""cancelOrders, replaceOrders and updateOrders: every instruction succeeds or fails on its own.

Shapes of the answers: manual and `SportsAPING.xml`, those three operations and their reports; recorded answers.
"""

from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from simulator.betfair.betting.instructions import (
    bet_id_numbers,
    check_instructions,
    check_market_id,
    customer_reference,
    version_number,
    why_forbidden,
)
from simulator.betfair.betting.placing import failed_placement, pending_placement, placement
from simulator.betfair.betting.replacement_words import (
    Orders,
    failed_cancellation,
    failed_replacement,
    own_bet,
    words_of_new_order,
)
from simulator.betfair.betting.telling import tell_empty_cancellation, tell_failures, tell_forbidden, tell_refused
from simulator.betfair.betting.waiting import Fates, report_when_resolved
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import CancelOrdersRequest, ReplaceOrdersRequest, UpdateOrdersRequest
from simulator.betfair.schema.sports_inputs import (
    CancelInstruction,
    ReplaceInstruction,
    UpdateInstruction,
)
from simulator.betfair.schema.sports_orders import (
    CancelExecutionReport,
    CancelInstructionReport,
    PlaceInstructionReport,
    ReplaceExecutionReport,
    ReplaceInstructionReport,
    UpdateExecutionReport,
    UpdateInstructionReport,
)
from simulator.betfair.schema.wire import as_echoed, double, hundredths, order_date
from simulator.exchange import commands
from simulator.exchange.events import (
    Event,
    InstructionRefused,
    OrderCancelled,
    OrderPlaced,
    OrdersHeld,
    ReplacementRefused,
)
from simulator.exchange.orders import Order, OrderType
from simulator.exchange.refusals import Reason

SUCCESS: Final = "SUCCESS"
FAILURE: Final = "FAILURE"
TIMEOUT: Final = "TIMEOUT"
PROCESSED_WITH_ERRORS: Final = "PROCESSED_WITH_ERRORS"


Instruction = TypeVar("Instruction", CancelInstruction, ReplaceInstruction, UpdateInstruction)
Report = TypeVar("Report", CancelInstructionReport, ReplaceInstructionReport, UpdateInstructionReport)


def cancel_orders(call: Call[CancelOrdersRequest]) -> CancelExecutionReport:
    """Cancel the named bets of a market, all of a market, or all.

    An empty list of instructions is as none: all of the market is cancelled. Clients know, and guard against it; the
    log warns.
    """
    request = call.params
    if request.marketId is not None:
        check_market_id(request.marketId)
    given = request.instructions or None
    if given is not None and request.marketId is None:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "instructions need a market id")
    command = commands.CancelOrders(
        call.account.username, request.marketId, _cancellations(given), customer_reference(request.customerRef)
    )
    if (why := why_forbidden(call)) is not None:
        tell_forbidden(call, why)
        return _refused_cancellation(request, Reason.PERMISSION_DENIED)
    if request.instructions == ():
        tell_empty_cancellation(call.account.username, request.marketId)
    happened = call.world.do(command)
    if (refusal := happened.refusal) is not None:
        tell_refused(call, refusal)
        return _refused_cancellation(request, refusal.reason, refusal.instruction_reasons)
    reports = [
        _cancellation(given[event.index] if given else None, event)
        for event in happened.events
        if isinstance(event, OrderCancelled | InstructionRefused)
    ]
    return _cancel_report(request, *_verdict(call, reports), reports)


def replace_orders(call: Call[ReplaceOrdersRequest]) -> ReplaceExecutionReport | Awaitable[ReplaceExecutionReport]:
    """Cancel bets and place what was unmatched of them at other prices; in play the placing waits for the bet delay.

    Bets for the starting price are edited at once, asynchronous or not (`SportsAPING.xml`, replaceOrders).
    """
    request, world = call.params, call.world
    check_market_id(request.marketId)
    check_instructions(request.instructions)
    command = commands.ReplaceOrders(
        call.account.username,
        request.marketId,
        tuple(
            commands.ReplaceInstruction(bet_id, hundredths(instruction.newPrice))
            for bet_id, instruction in _numbered(request.instructions)
        ),
        customer_reference(request.customerRef),
        version_number(request.marketVersion),
    )
    if (why := why_forbidden(call)) is not None:
        tell_forbidden(call, why)
        return _refused_replacement(call, Reason.PERMISSION_DENIED)
    happened = world.do(command)
    if (refusal := happened.refusal) is not None:
        tell_refused(call, refusal)
        return _refused_replacement(call, refusal.reason, refusal.instruction_reasons)
    events = happened.events
    held = next((event for event in events if isinstance(event, OrdersHeld)), None)
    if held is None or request.async_:
        return _replace_report(call, world.exchange.orders, events, ())
    # The orders of this exchange: a world that begins again has another one, to which these bets are unknown.
    return report_when_resolved(world, held.ticket, partial(_after_bet_delay, call, world.exchange.orders, events))


def update_orders(call: Call[UpdateOrdersRequest]) -> UpdateExecutionReport:
    """Give bets another persistence."""
    request = call.params
    check_market_id(request.marketId)
    check_instructions(request.instructions)
    command = commands.UpdateOrders(
        call.account.username,
        request.marketId,
        tuple(
            commands.UpdateInstruction(bet_id, instruction.newPersistenceType)
            for bet_id, instruction in _numbered(request.instructions)
        ),
        customer_reference(request.customerRef),
    )
    if (why := why_forbidden(call)) is not None:
        tell_forbidden(call, why)
        return _refused_update(request, Reason.PERMISSION_DENIED)
    happened = call.world.do(command)
    if (refusal := happened.refusal) is not None:
        tell_refused(call, refusal)
        return _refused_update(request, refusal.reason, refusal.instruction_reasons)
    reasons = {event.index: event.reason for event in happened.events if isinstance(event, InstructionRefused)}
    reports = [_update(instruction, reasons.get(index)) for index, instruction in enumerate(request.instructions)]
    return _update_report(request, *_verdict(call, reports), reports)


def _numbered(instructions: Sequence[Instruction]) -> Iterable[tuple[int, Instruction]]:
    """Return instructions with the bet ids that they name, as the exchange counts them."""
    return zip(bet_id_numbers(instruction.betId for instruction in instructions), instructions, strict=True)


def _guilty(instructions: Sequence[Instruction], guilt: Sequence[Reason]) -> Iterable[tuple[Instruction, Reason]]:
    """Return the instructions of a refused request with their error codes: their own, or ERROR_IN_ORDER without any."""
    return zip(instructions, guilt or [Reason.ERROR_IN_ORDER] * len(instructions), strict=True)


def _verdict(call: Call[Any], reports: Sequence[Report]) -> tuple[str, str | None]:
    """Return status and error code of a request from those of its instructions, and tell what failed.

    All failed is FAILURE with BET_ACTION_ERROR, as a recorded replacement has it.
    """
    failures = sum(report.status == FAILURE for report in reports)
    if not failures:
        return SUCCESS, None
    status, error_code = PROCESSED_WITH_ERRORS, PROCESSED_WITH_ERRORS
    if failures == len(reports):
        status, error_code = FAILURE, Reason.BET_ACTION_ERROR
    tell_failures(call, error_code, [report.errorCode for report in reports])
    return status, error_code


# Cancelling


def _cancellations(
    instructions: Sequence[CancelInstruction] | None,
) -> tuple[commands.CancelInstruction, ...] | None:
    if instructions is None:
        return None
    return tuple(
        commands.CancelInstruction(
            bet_id, None if instruction.sizeReduction is None else hundredths(instruction.sizeReduction)
        )
        for bet_id, instruction in _numbered(instructions)
    )


def _cancellation(
    instruction: CancelInstruction | None, event: OrderCancelled | InstructionRefused
) -> CancelInstructionReport:
    """Report one cancellation; that of a part carries no date, as recorded."""
    if instruction is None:
        instruction = CancelInstruction(betId=str(event.bet_id))
    if isinstance(event, InstructionRefused):
        return failed_cancellation(instruction, event.reason)
    return CancelInstructionReport(
        status=SUCCESS,
        instruction=as_echoed(instruction),
        sizeCancelled=double(event.size),
        cancelledDate=order_date(event.at) if instruction.sizeReduction is None else None,
    )


def _refused_cancellation(
    request: CancelOrdersRequest, reason: Reason, guilt: tuple[Reason, ...] = ()
) -> CancelExecutionReport:
    reports = [failed_cancellation(*pair) for pair in _guilty(request.instructions or (), guilt)]
    return _cancel_report(request, FAILURE, reason, reports)


def _cancel_report(
    request: CancelOrdersRequest, status: str, error_code: str | None, reports: list[CancelInstructionReport]
) -> CancelExecutionReport:
    return CancelExecutionReport(
        customerRef=request.customerRef or None,
        status=status,
        errorCode=error_code,
        marketId=request.marketId,
        instructionReports=reports,
    )


# Replacing


class _Leg(NamedTuple):
    """What is known of one replacement: the cancelled bet, the size, and what became of the new order."""

    cancelled: OrderCancelled | None = None
    refused: InstructionRefused | None = None
    not_placed: Reason | None = None
    new_bet_id: int | None = None


def _after_bet_delay(
    call: Call[ReplaceOrdersRequest], orders: Orders, events: Sequence[Event], fates: Fates | None
) -> ReplaceExecutionReport:
    report = _replace_report(call, orders, events, fates or ())
    return report if fates is not None else _timed_out(report)


def _timed_out(report: ReplaceExecutionReport) -> ReplaceExecutionReport:
    """Turn a report on orders that still wait into one that says TIMEOUT: their world has ended or begun again."""
    report.status, report.errorCode = TIMEOUT, None
    for each in report.instructionReports or ():
        placed = each.placeInstructionReport
        if each.status == SUCCESS and placed is not None:
            each.status = TIMEOUT
            each.placeInstructionReport = PlaceInstructionReport(status=TIMEOUT, instruction=placed.instruction)
    return report


def _replace_report(
    call: Call[ReplaceOrdersRequest], orders: Orders, events: Sequence[Event], fates: Fates
) -> ReplaceExecutionReport:
    request = call.params
    legs = {index: _Leg() for index in range(len(request.instructions))}
    for event in events:
        if isinstance(event, OrderCancelled):
            legs[event.index] = legs[event.index]._replace(cancelled=event)
        elif isinstance(event, InstructionRefused):
            legs[event.index] = legs[event.index]._replace(refused=event)
        elif isinstance(event, ReplacementRefused):
            legs[event.index] = legs[event.index]._replace(not_placed=event.reason)
        elif isinstance(event, OrderPlaced) and not (request.async_ and _is_limit(orders, event)):
            # An asynchronous request does not wait for the new bet, so its report has none, placed at once or not.
            legs[event.index] = legs[event.index]._replace(new_bet_id=event.bet_id)
    for fate in fates:
        legs[fate.index] = legs[fate.index]._replace(not_placed=fate.reason, new_bet_id=fate.bet_id)
    reports = [
        _replacement(call, orders, instruction, legs[index]) for index, instruction in enumerate(request.instructions)
    ]
    status, error_code = _verdict(call, reports)
    return ReplaceExecutionReport(
        customerRef=request.customerRef or None,
        status=status,
        errorCode=error_code,
        marketId=request.marketId,
        instructionReports=reports,
    )


def _is_limit(orders: Orders, placed: OrderPlaced) -> bool:
    return orders[placed.bet_id].order_type is OrderType.LIMIT


def _replacement(
    call: Call[ReplaceOrdersRequest], orders: Orders, instruction: ReplaceInstruction, leg: _Leg
) -> ReplaceInstructionReport:
    cancelled = leg.cancelled
    if cancelled is None:
        reason = leg.refused.reason if leg.refused else Reason.ERROR_IN_ORDER
        return failed_replacement(
            _own_bet(call, orders, instruction), instruction, reason, Reason.RELATED_ACTION_FAILED
        )
    new_order = words_of_new_order(orders[cancelled.bet_id].own, instruction, cancelled.size)
    placed: PlaceInstructionReport
    if leg.not_placed is not None:
        placed = failed_placement(new_order, leg.not_placed)
    elif leg.new_bet_id is None:
        placed = pending_placement(new_order)
    else:
        placed = placement(new_order, orders[leg.new_bet_id].own)
    return ReplaceInstructionReport(
        status=FAILURE if leg.not_placed else SUCCESS,
        errorCode=Reason.CANCELLED_NOT_PLACED if leg.not_placed else None,
        cancelInstructionReport=_cancellation(CancelInstruction(betId=instruction.betId), cancelled),
        placeInstructionReport=placed,
    )


def _own_bet(call: Call[ReplaceOrdersRequest], orders: Orders, instruction: ReplaceInstruction) -> Order | None:
    return own_bet(orders, call.account.username, call.params.marketId, instruction.betId)


def _refused_replacement(
    call: Call[ReplaceOrdersRequest], reason: Reason, guilt: tuple[Reason, ...] = ()
) -> ReplaceExecutionReport:
    """Report a request that was refused whole; where each cancellation has its own reason, placing failed by it."""
    request, innocent = call.params, Reason.ERROR_IN_ORDER
    reasons = [(each, Reason.RELATED_ACTION_FAILED) for each in guilt] or [(innocent, innocent)] * len(
        request.instructions
    )
    return ReplaceExecutionReport(
        customerRef=request.customerRef or None,
        status=FAILURE,
        errorCode=reason,
        marketId=request.marketId,
        instructionReports=[
            failed_replacement(_own_bet(call, call.world.exchange.orders, instruction), instruction, *pair)
            for instruction, pair in zip(request.instructions, reasons, strict=True)
        ],
    )


# Updating


def _update(instruction: UpdateInstruction, reason: Reason | None) -> UpdateInstructionReport:
    return UpdateInstructionReport(status=FAILURE if reason else SUCCESS, errorCode=reason, instruction=instruction)


def _refused_update(
    request: UpdateOrdersRequest, reason: Reason, guilt: tuple[Reason, ...] = ()
) -> UpdateExecutionReport:
    reports = [_update(*pair) for pair in _guilty(request.instructions, guilt)]
    return _update_report(request, FAILURE, reason, reports)


def _update_report(
    request: UpdateOrdersRequest, status: str, error_code: str | None, reports: list[UpdateInstructionReport]
) -> UpdateExecutionReport:
    return UpdateExecutionReport(
        customerRef=request.customerRef or None,
        status=status,
        errorCode=error_code,
        marketId=request.marketId,
        instructionReports=reports,
    )

"""What the exchange's services answer where a fault that a tester has ordered refuses a request or times it out."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from msgspec import Struct

from simulator.betfair.betting.instructions import bet_id_numbers, place_command
from simulator.betfair.errors import ApiError, ApiErrorCode, ExceptionType, Fault, ProtocolError
from simulator.betfair.schema.sports_aping import (
    CancelOrdersRequest,
    PlaceOrdersRequest,
    ReplaceOrdersRequest,
    UpdateOrdersRequest,
)
from simulator.betfair.schema.sports_enums import ExecutionReportErrorCode, InstructionReportErrorCode
from simulator.betfair.schema.sports_inputs import CancelInstruction
from simulator.betfair.schema.sports_orders import (
    CancelExecutionReport,
    CancelInstructionReport,
    PlaceExecutionReport,
    PlaceInstructionReport,
    ReplaceExecutionReport,
    ReplaceInstructionReport,
    UpdateExecutionReport,
    UpdateInstructionReport,
)
from simulator.betfair.schema.wire import as_echoed
from simulator.exchange import commands
from simulator.world.fault_words import ABOUT_ORDERS, SLOW_EXPOSURE
from simulator.world.faults import Fired

FAILURE, TIMEOUT = "FAILURE", "TIMEOUT"

_FAULTS: Final = {fault.text: fault for fault in Fault}
_REPORT_CODES: Final = frozenset(map(str, ExecutionReportErrorCode))
_INSTRUCTION_CODES: Final = frozenset(map(str, InstructionReportErrorCode))


class Verdict(Struct, frozen=True):
    """How a request of orders went that was not carried out, or as if it had not been."""

    status: str
    code: str | None = None
    instruction_code: str | None = None


@cache
def _codes(operation: str, numbers: frozenset[str]) -> frozenset[str]:
    of_reports = _REPORT_CODES | _INSTRUCTION_CODES if operation in ABOUT_ORDERS else frozenset[str]()
    return numbers | frozenset(_FAULTS) | of_reports


def codes_of(operation: str, exception: ExceptionType) -> frozenset[str]:
    """Return every code with which an operation can be refused: of its interface, the framework and its reports."""
    return _codes(operation, frozenset(map(str, exception.numbers)))


def refusal(fired: Fired, operation: str, exception: ExceptionType, params: Any) -> Struct | ApiError | ProtocolError:
    """Return the answer of a request that is refused with a code: an error, or a report that says no."""
    fault, why = fired.fault, f"fault {fired.number} was ordered"
    if fault.do == SLOW_EXPOSURE:
        return report(params, Verdict(FAILURE, "INSUFFICIENT_FUNDS", "ERROR_IN_ORDER"))
    error = error_of(fault.code, exception, why)
    if error is not None:
        return error
    code, instruction_code = fault.code, fault.instruction_code or InstructionReportErrorCode.ERROR_IN_ORDER
    if code not in _REPORT_CODES:
        code, instruction_code = ExecutionReportErrorCode.BET_ACTION_ERROR, code
    return report(params, Verdict(FAILURE, code, instruction_code))


def error_of(code: str, exception: ExceptionType, why: str) -> ApiError | ProtocolError | None:
    """Return the error of the framework or of an interface that has a code, `None` where neither has it."""
    if code in _FAULTS:
        return ProtocolError(_FAULTS[code], why)
    return ApiError(ApiErrorCode(code), "", explanation=why) if code in exception.numbers else None


def timeout(operation: str, exception: ExceptionType, params: Any) -> Struct | ApiError | ProtocolError:
    """Return the answer that leaves open what has become of a request.

    That is a report with status TIMEOUT, TIMEOUT_ERROR, or DSC-0019 where an interface has no such error.
    """
    if operation in ABOUT_ORDERS:
        return report(params, Verdict(TIMEOUT))
    if ApiErrorCode.TIMEOUT_ERROR in exception.numbers:
        return ApiError(ApiErrorCode.TIMEOUT_ERROR, "", explanation="a fault was ordered")
    return ProtocolError(Fault.TIMEOUT, "a fault was ordered")


def market_of(params: Any) -> str:
    """Return the market that a request is about, of several the first one, empty where it names none."""
    market_id = getattr(params, "marketId", None)
    if isinstance(market_id, str):
        return market_id
    named = getattr(params, "marketIds", None) or getattr(getattr(params, "filter", None), "marketIds", None)
    return next(iter(named or ()), "")


def bets_of(params: Any) -> tuple[int, ...]:
    """Return the bets that a request wants changed, as the exchange counts them."""
    if not isinstance(params, CancelOrdersRequest | ReplaceOrdersRequest | UpdateOrdersRequest):
        return ()
    return tuple(bet_id_numbers(instruction.betId for instruction in params.instructions or ()))


def placements_of(params: Any) -> tuple[commands.PlaceInstruction, ...]:
    """Return what a request wants placed; nothing where that is refused anyway."""
    if not isinstance(params, PlaceOrdersRequest):
        return ()
    try:
        return tuple(place_command(instruction) for instruction in params.instructions)
    except ApiError:
        # The operation itself says what is wrong with it.
        return ()


# Reports


def report(params: Any, verdict: Verdict) -> Struct:
    """Return the report on a request of orders in which each instruction went alike."""
    make, instructions = _REPORTS[type(params)]
    status = verdict.status if verdict.status == TIMEOUT else FAILURE
    reports = [instructions(each, status, verdict.instruction_code) for each in params.instructions or ()]
    made: Struct = make(
        customerRef=params.customerRef or None,
        status=verdict.status,
        errorCode=verdict.code,
        marketId=params.marketId,
        instructionReports=reports,
    )
    return made


def _placement(instruction: Any, status: str, code: str | None) -> Struct:
    return PlaceInstructionReport(status=status, errorCode=code, instruction=as_echoed(instruction))


def _cancellation(instruction: Any, status: str, code: str | None) -> CancelInstructionReport:
    return CancelInstructionReport(status=status, errorCode=code, instruction=as_echoed(instruction))


def _replacement(instruction: Any, status: str, code: str | None) -> Struct:
    cancelled = _cancellation(CancelInstruction(betId=instruction.betId), status, code)
    return ReplaceInstructionReport(status=status, errorCode=code, cancelInstructionReport=cancelled)


def _update(instruction: Any, status: str, code: str | None) -> Struct:
    return UpdateInstructionReport(status=status, errorCode=code, instruction=as_echoed(instruction))


_REPORTS: Final[dict[type, tuple[Callable[..., Struct], Callable[[Any, str, str | None], Struct]]]] = {
    PlaceOrdersRequest: (PlaceExecutionReport, _placement),
    CancelOrdersRequest: (CancelExecutionReport, _cancellation),
    ReplaceOrdersRequest: (ReplaceExecutionReport, _replacement),
    UpdateOrdersRequest: (UpdateExecutionReport, _update),
}

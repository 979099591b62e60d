"""What the exchange's services answer where a fault that a tester has ordered refuses a request or times it out."""

from functools import cache
from typing import Any, Final

from msgspec import Struct

from simulator.betfair.asked import Asked
from simulator.betfair.betting.instructions import bet_id_numbers, place_command
from simulator.betfair.errors import ApiError, ApiErrorCode, ExceptionType, Fault, ProtocolError
from simulator.betfair.fault_reports import ALL, ERROR_IN_ORDER, PROCESSED_WITH_ERRORS, Verdict, report
from simulator.betfair.schema.sports_aping import (
    CancelOrdersRequest,
    PlaceOrdersRequest,
    ReplaceOrdersRequest,
    UpdateOrdersRequest,
)
from simulator.betfair.schema.sports_enums import ExecutionReportErrorCode, InstructionReportErrorCode
from simulator.exchange import commands
from simulator.world.fault_words import ABOUT_ORDERS, SLOW_EXPOSURE
from simulator.world.faults import Fired

FAILURE, TIMEOUT = "FAILURE", "TIMEOUT"

_FAULTS: Final = {fault.text: fault for fault in Fault}
_REPORT_CODES: Final = frozenset(map(str, ExecutionReportErrorCode))
_INSTRUCTION_CODES: Final = frozenset(map(str, InstructionReportErrorCode))


@cache
def _codes(operation: str, numbers: frozenset[str]) -> frozenset[str]:
    of_reports = _REPORT_CODES | _INSTRUCTION_CODES if operation in ABOUT_ORDERS else frozenset[str]()
    return numbers | frozenset(_FAULTS) | of_reports


def codes_of(operation: str, exception: ExceptionType) -> frozenset[str]:
    """Return every code with which an operation can be refused: of its interface, the framework and its reports."""
    return _codes(operation, frozenset(map(str, exception.numbers)))


def verdict_of(fired: Fired) -> Verdict:
    """Return how a request of orders goes that a fault refuses with a code of its report or of its instructions."""
    fault = fired.fault
    if fault.do == SLOW_EXPOSURE:
        return Verdict(FAILURE, ExecutionReportErrorCode.INSUFFICIENT_FUNDS, ERROR_IN_ORDER)
    if fault.code == PROCESSED_WITH_ERRORS:
        return Verdict(
            PROCESSED_WITH_ERRORS, PROCESSED_WITH_ERRORS, fault.instruction_code or ERROR_IN_ORDER, fault.most_bets or 1
        )
    guilty = fault.most_bets or ALL
    if fault.code in _REPORT_CODES:
        return Verdict(FAILURE, fault.code, fault.instruction_code or ERROR_IN_ORDER, guilty)
    code = ExecutionReportErrorCode.BET_ACTION_ERROR
    return Verdict(FAILURE, code, fault.instruction_code or fault.code, guilty)


def error_of(code: str, exception: ExceptionType, why: str) -> ApiError | ProtocolError | None:
    """Return the error of the framework or of an interface that has a code, `None` where neither has it."""
    if code in _FAULTS:
        return ProtocolError(_FAULTS[code], why)
    return ApiError(ApiErrorCode(code), "", explanation=why) if code in exception.numbers else None


def timeout(asked: Asked) -> Struct | ApiError | ProtocolError:
    """Return the answer that leaves open what has become of a request.

    That is a report with status TIMEOUT, TIMEOUT_ERROR, or DSC-0019 where an interface has no such error.
    """
    if asked.operation in ABOUT_ORDERS:
        return report(asked, Verdict(TIMEOUT))
    if ApiErrorCode.TIMEOUT_ERROR in asked.exception.numbers:
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

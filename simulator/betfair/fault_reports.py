"""Reports on requests of orders that a fault refuses, in whole or in part, or leaves in doubt.

| status                | errorCode             | instructions                                                      |
|-----------------------|-----------------------|-------------------------------------------------------------------|
| FAILURE               | that of the order     | each ERROR_IN_ORDER, or a code of its own                         |
| FAILURE               | BET_ACTION_ERROR      | those to blame with their code, the others ERROR_IN_ORDER         |
| PROCESSED_WITH_ERRORS | PROCESSED_WITH_ERRORS | the first have failed, the others were carried out                |
| TIMEOUT               |                       | each TIMEOUT                                                      |

An order that is PROCESSED_WITH_ERRORS was accepted, and some or all of its actions went wrong; one with a
BET_ACTION_ERROR was rejected whole because of an action (`SportsAPING.xml`, ExecutionReportErrorCode). A replacement
that is CANCELLED_NOT_PLACED has cancelled its bet (recorded).
"""

import sys
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.betfair.asked import Asked
from simulator.betfair.betting.instructions import bet_id_numbers
from simulator.betfair.betting.placing import failed_placement
from simulator.betfair.betting.replacement_words import (
    failed_cancellation,
    failed_replacement,
    own_bet,
    words_of_new_order,
)
from simulator.betfair.schema.sports_aping import (
    CancelOrdersRequest,
    PlaceOrdersRequest,
    ReplaceOrdersRequest,
    UpdateOrdersRequest,
)
from simulator.betfair.schema.sports_enums import (
    ExecutionReportErrorCode,
    ExecutionReportStatus,
    InstructionReportErrorCode,
)
from simulator.betfair.schema.sports_inputs import CancelInstruction
from simulator.betfair.schema.sports_orders import (
    CancelExecutionReport,
    CancelInstructionReport,
    PlaceExecutionReport,
    ReplaceExecutionReport,
    ReplaceInstructionReport,
    UpdateExecutionReport,
    UpdateInstructionReport,
)
from simulator.betfair.schema.wire import as_echoed, double, order_date
from simulator.exchange import commands
from simulator.exchange.events import OrderCancelled

PROCESSED_WITH_ERRORS: Final = ExecutionReportErrorCode.PROCESSED_WITH_ERRORS
ERROR_IN_ORDER: Final = InstructionReportErrorCode.ERROR_IN_ORDER

_FAILURE, _TIMEOUT = ExecutionReportStatus.FAILURE, ExecutionReportStatus.TIMEOUT
_NOT_PLACED: Final = InstructionReportErrorCode.CANCELLED_NOT_PLACED


ALL: Final = sys.maxsize
"""More instructions than any request has."""


class Verdict(Struct, frozen=True):
    """How a request of orders went: its status and code, and the code of the first `guilty` instructions.

    The others are ERROR_IN_ORDER, because nothing else is wrong with them.
    """

    status: str
    code: str | None = None
    instruction_code: str | None = None
    guilty: int = ALL


def report(asked: Asked, verdict: Verdict) -> Struct:
    """Return the report on a request of which nothing was carried out, or nobody knows what."""
    return _made(asked, verdict.status, verdict.code, failures(asked, verdict))


def failures(asked: Asked, verdict: Verdict) -> list[Struct]:
    """Return the reports on all instructions of a request, which have failed or timed out."""
    instructions = asked.params.instructions or ()
    status = _TIMEOUT if verdict.status == _TIMEOUT else _FAILURE
    failed = _FAILED[type(asked.params)]
    return [
        failed(
            asked, instruction, status, (verdict.instruction_code or "") if place < verdict.guilty else ERROR_IN_ORDER
        )
        for place, instruction in enumerate(instructions)
    ]


def changes_bets(asked: Asked, verdict: Verdict) -> bool:
    """Return whether a verdict on a request comes of something that is done: by others of it, or to a bet replaced."""
    is_half_done = verdict.instruction_code == _NOT_PLACED and isinstance(asked.params, ReplaceOrdersRequest)
    return is_half_done or lets_others_be(asked, verdict)


def lets_others_be(asked: Asked, verdict: Verdict) -> bool:
    """Return whether a verdict concerns some instructions of a request, and the others are carried out."""
    return verdict.status == PROCESSED_WITH_ERRORS and len(asked.params.instructions or ()) > verdict.guilty


def parts(asked: Asked, number: int) -> tuple[Asked, Asked]:
    """Return the first instructions of a request, and the others, as requests."""
    instructions = asked.params.instructions or ()
    first = replace(asked.params, instructions=instructions[:number])
    others = replace(asked.params, instructions=instructions[number:])
    return asked._replace(params=first), asked._replace(params=others)


def with_failures(failed: list[Struct], answer: Any) -> Struct:
    """Return the report on the others of a request with the reports on those that have failed before them.

    Where all others were refused, too, or timed out, it is still that which it says.
    """
    made: Struct = replace(answer, instructionReports=[*failed, *(answer.instructionReports or ())])
    if answer.status in (_FAILURE, _TIMEOUT):
        return made
    return replace(made, status=PROCESSED_WITH_ERRORS, errorCode=PROCESSED_WITH_ERRORS)


def _made(asked: Asked, status: str, code: str | None, reports: list[Struct]) -> Struct:
    made: Struct = _REPORTS[type(asked.params)](
        customerRef=asked.params.customerRef or None,
        status=status,
        errorCode=code,
        marketId=asked.params.marketId,
        instructionReports=reports,
    )
    return made


def _placement(_: Asked, instruction: Any, status: str, code: str) -> Struct:
    return failed_placement(instruction, code, status)


def _cancellation(_: Asked, instruction: Any, status: str, code: str) -> Struct:
    return failed_cancellation(instruction, code, status)


def _update(_: Asked, instruction: Any, status: str, code: str) -> Struct:
    return UpdateInstructionReport(status=status, errorCode=code or None, instruction=as_echoed(instruction))


def _replacement(asked: Asked, instruction: Any, status: str, code: str) -> Struct:
    """Report a bet that was not replaced: neither part of it was done, or the first one was and not the second."""
    if code == _NOT_PLACED:
        return _cancelled_not_placed(asked, instruction)
    order = own_bet(asked.world.exchange.orders, asked.account, asked.params.marketId, instruction.betId)
    is_own = code not in ("", ERROR_IN_ORDER)
    place_code = InstructionReportErrorCode.RELATED_ACTION_FAILED if is_own else code
    return failed_replacement(order, instruction, code, place_code, status)


def _cancelled_not_placed(asked: Asked, instruction: Any) -> Struct:
    """Cancel a bet and report that none stands in its place: the matcher is to blame, as nothing is wrong with it."""
    order = own_bet(asked.world.exchange.orders, asked.account, asked.params.marketId, instruction.betId)
    (bet_id,) = bet_id_numbers([instruction.betId])
    cancel = commands.CancelOrders(asked.account, asked.params.marketId, (commands.CancelInstruction(bet_id),))
    happened = asked.world.do(cancel)
    cancelled = next((event for event in happened.events if isinstance(event, OrderCancelled)), None)
    if order is None or cancelled is None:
        related = InstructionReportErrorCode.RELATED_ACTION_FAILED
        return failed_replacement(order, instruction, ERROR_IN_ORDER, related)
    return ReplaceInstructionReport(
        status=_FAILURE,
        errorCode=_NOT_PLACED,
        cancelInstructionReport=CancelInstructionReport(
            status=ExecutionReportStatus.SUCCESS,
            instruction=as_echoed(CancelInstruction(betId=instruction.betId)),
            sizeCancelled=double(cancelled.size),
            cancelledDate=order_date(cancelled.at),
        ),
        placeInstructionReport=failed_placement(
            words_of_new_order(order, instruction, cancelled.size), InstructionReportErrorCode.ERROR_IN_MATCHER
        ),
    )


_FAILED: Final[dict[type, Callable[[Asked, Any, str, str], Struct]]] = {
    PlaceOrdersRequest: _placement,
    CancelOrdersRequest: _cancellation,
    ReplaceOrdersRequest: _replacement,
    UpdateOrdersRequest: _update,
}
_REPORTS: Final[dict[type, Callable[..., Struct]]] = {
    PlaceOrdersRequest: PlaceExecutionReport,
    CancelOrdersRequest: CancelExecutionReport,
    ReplaceOrdersRequest: ReplaceExecutionReport,
    UpdateOrdersRequest: UpdateExecutionReport,
}

"""The heartbeat service: a customer who falls silent has the unmatched bets cancelled.

Sources: manual, "API de pulso"; `HeartbeatAPING.xml`. It is documented for JSON-RPC; a REST path by the pattern of the
other services does no harm (chosen, docs/fidelity.md).
"""

from typing import Final

from simulator.betfair.errors import HEARTBEAT_EXCEPTION, ApiError, ApiErrorCode
from simulator.betfair.operations import Call, Operation, Service
from simulator.betfair.schema.heartbeat_aping import HeartbeatReport, HeartbeatRequest
from simulator.exchange.commands import Heartbeat
from simulator.exchange.events import HeartbeatReceived


def heartbeat(call: Call[HeartbeatRequest]) -> HeartbeatReport:
    """Register the next heartbeat of the account, or with 0 seconds expect none; say what was done since the last one.

    The heartbeat is the account's, not the session's: one session may send it for bets of another. Raises
    INVALID_INPUT_DATA for a negative number of seconds.
    """
    command = Heartbeat(call.account.username, call.params.preferredTimeoutSeconds)
    happened = call.world.do(command)
    if happened.refusal is not None:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, happened.refusal.problem)
    received = next(event for event in happened.events if isinstance(event, HeartbeatReceived))
    return HeartbeatReport(actualTimeoutSeconds=received.timeout_seconds, actionPerformed=received.action)


HEARTBEAT: Final = Service(
    name="heartbeat",
    interface="HeartbeatAPING",
    exception=HEARTBEAT_EXCEPTION,
    operations=(Operation("heartbeat", HeartbeatRequest, heartbeat),),
)
"""The heartbeat service."""

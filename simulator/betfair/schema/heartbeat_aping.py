"""The heartbeat interface, HeartbeatAPING v1.0.

Source: `HeartbeatAPING.xml`; field order from the manual's sample answers. What was done is the kernel's own
enumeration, so no value has to be translated on its way.
"""

from typing import Final

from simulator.betfair.schema.types import Answer, Input, Int, Signature
from simulator.exchange.events import ActionPerformed

__all__ = ["OPERATIONS", "ActionPerformed", "HeartbeatReport", "HeartbeatRequest"]


class HeartbeatReport(Answer, kw_only=True):
    """How long the next heartbeat may take, and what was done since the last one."""

    actualTimeoutSeconds: Int
    actionPerformed: ActionPerformed


class HeartbeatRequest(Input, frozen=True, kw_only=True):
    """The caller is alive, and means to say so again within so many seconds; 0 is never."""

    preferredTimeoutSeconds: Int


OPERATIONS: Final[dict[str, Signature]] = {"heartbeat": Signature(HeartbeatRequest, HeartbeatReport)}
"""The operations, by their names."""

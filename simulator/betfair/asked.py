"""A call of an operation as faults see it, and what may come of one."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from simulator.betfair.errors import ApiError, ExceptionType, ProtocolError
from simulator.betfair.operations import Told
from simulator.http import Request
from simulator.world.world import World

Outcome = bytes | ApiError | ProtocolError
"""An encoded answer, or why there is none."""


class Asked(NamedTuple):
    """A call: in which world, of which operation, by whom, with what, and how its answer is encoded.

    `told` is what the journal says where the operation itself has nothing to say against its answer.
    """

    world: World
    operation: str
    exception: ExceptionType
    account: str
    token: str
    params: Any
    encode: Callable[[Any], bytes]
    request: Request
    told: Told | None = None


Begin = Callable[[Asked], Outcome | Awaitable[Outcome]]
"""Carries a call out, as if nothing were wrong."""

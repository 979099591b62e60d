"""A call of an operation to which a fault happens that a tester has ordered."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from msgspec import Struct

from simulator.betfair.errors import ApiError, ExceptionType, ProtocolError
from simulator.betfair.fault_answers import bets_of, codes_of, market_of, placements_of, refusal, timeout
from simulator.exchange.commands import Heartbeat
from simulator.fault_delivery import OF_THE_ANSWER, come_late, is_answered_by_fault, meet
from simulator.http import Request
from simulator.request_log import RequestLog
from simulator.world.fault_handlers import follows
from simulator.world.fault_words import (
    BEFORE,
    HEARTBEAT_LOST,
    LATENCY,
    REFUSE,
    SLOW_EXPOSURE,
    STREAM_BEFORE_RESPONSE,
    TIMEOUT_AFTER,
    TIMEOUT_BEFORE,
)
from simulator.world.faults import Fired
from simulator.world.inputs import FollowFault, MeetFaults
from simulator.world.world import World
from simulator.world.worlds import Worlds

Outcome = bytes | ApiError | ProtocolError
"""An encoded answer, or why there is none."""
Begin = Callable[[], Outcome | Awaitable[Outcome]]
"""Carries the call out, as if nothing were wrong."""


class Asked(NamedTuple):
    """A call: of which operation, by whom, with what, and how its answer is encoded."""

    operation: str
    exception: ExceptionType
    account: str
    token: str
    params: Any
    encode: Callable[[Any], bytes]
    request: Request


def fault_of(worlds: Worlds, world: World, asked: Asked) -> Fired | None:
    """Return the fault that happens to a call, with what it does to the world done."""
    met = MeetFaults(
        asked.operation,
        asked.account,
        asked.request.path,
        asked.token,
        market_of(asked.params),
        bets_of(asked.params),
        placements_of(asked.params),
    )
    return meet(worlds, world, met, codes_of(asked.operation, asked.exception))


def go_wrong(world: World, fired: Fired, asked: Asked, begin: Begin, log: RequestLog) -> Outcome | Awaitable[Outcome]:
    """Return what comes of a call to which a fault happens: now, or later where it has to wait."""
    word = fired.fault.do
    if word in (REFUSE, SLOW_EXPOSURE):
        return _instead(refusal(fired, asked.operation, asked.exception, asked.params), world, fired, asked, log)
    if word == TIMEOUT_BEFORE:
        return _instead(timeout(asked.operation, asked.exception, asked.params), world, fired, asked, log)
    if is_answered_by_fault(fired):
        asked.request.faults.append(fired)
        status = str(fired.fault.status)
        log.refused(world, asked.operation, asked.account, status, f"{status}: fault {fired.number} was ordered")
        return b"null"
    if word == LATENCY and fired.fault.when == BEFORE:
        return _later(world, fired, begin)
    if follows(fired.fault):
        return _followed(world, fired, asked, begin)
    if word in OF_THE_ANSWER:
        asked.request.faults.append(fired)
    outcome = begin()
    if word == HEARTBEAT_LOST:
        # Nobody is waited for any more, and nothing is cancelled: the caller is told otherwise.
        world.do(Heartbeat(asked.account, 0))
    if word in (LATENCY, STREAM_BEFORE_RESPONSE):
        return _with_delay(world, fired, outcome)
    if word == TIMEOUT_AFTER:
        return _with_doubt(outcome, world, fired, asked, log)
    return outcome


def _instead(
    answer: Struct | ApiError | ProtocolError, world: World, fired: Fired, asked: Asked, log: RequestLog
) -> Outcome:
    """Return an answer that stands in the place of the operation's; errors are written down by who sends them."""
    if isinstance(answer, ApiError | ProtocolError):
        return answer
    code = getattr(answer, "errorCode", None) or fired.fault.do
    log.refused(world, asked.operation, asked.account, code, f"{code}: fault {fired.number} was ordered")
    return asked.encode(answer)


async def _later(world: World, fired: Fired, begin: Begin) -> Outcome:
    await come_late(world, fired)
    outcome = begin()
    return outcome if isinstance(outcome, (bytes, ApiError, ProtocolError)) else await outcome


async def _with_delay(world: World, fired: Fired, outcome: Outcome | Awaitable[Outcome]) -> Outcome:
    await come_late(world, fired)
    return outcome if isinstance(outcome, (bytes, ApiError, ProtocolError)) else await outcome


def _followed(world: World, fired: Fired, asked: Asked, begin: Begin) -> Outcome | Awaitable[Outcome]:
    """Carry a call out, and then let the world be changed as a fault wants it: what is answered was before that."""
    follow = FollowFault(
        fired.number, fired.fault, asked.account, market_of(asked.params), bets_of(asked.params),
        placements_of(asked.params),
    )  # fmt: skip
    faults, outcome = world.faults, begin()

    def go_on() -> None:
        # In a world that has begun again, or has ended, nobody has asked for anything.
        if world.faults is faults and not world.has_ended:
            world.do(follow)

    async def after(waited_for: Awaitable[Outcome]) -> Outcome:
        answer = await waited_for
        go_on()
        return answer

    if not isinstance(outcome, (bytes, ApiError, ProtocolError)):
        return after(outcome)
    go_on()
    return outcome


async def _with_doubt(
    outcome: Outcome | Awaitable[Outcome], world: World, fired: Fired, asked: Asked, log: RequestLog
) -> Outcome:
    if not isinstance(outcome, (bytes, ApiError, ProtocolError)):
        await outcome
    return _instead(timeout(asked.operation, asked.exception, asked.params), world, fired, asked, log)

"""A call of an operation to which a fault happens that a tester has ordered."""

from collections.abc import Awaitable
from functools import cache

from msgspec import Struct

from simulator.betfair.asked import Asked, Begin, Outcome
from simulator.betfair.errors import ApiError, ProtocolError
from simulator.betfair.fault_answers import (
    bets_of,
    codes_of,
    error_of,
    market_of,
    placements_of,
    timeout,
    verdict_of,
)
from simulator.betfair.fault_reports import (
    PROCESSED_WITH_ERRORS,
    changes_bets,
    failures,
    lets_others_be,
    parts,
    report,
    with_failures,
)
from simulator.betfair.operations import Told
from simulator.exchange.commands import Heartbeat
from simulator.fault_delivery import OF_THE_ANSWER, come_late, is_answered_by_fault, meet
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


def fault_of(worlds: Worlds, asked: Asked) -> Fired | None:
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
    return meet(worlds, asked.world, met, codes_of(asked.operation, asked.exception))


def go_wrong(fired: Fired, asked: Asked, begin: Begin, log: RequestLog) -> Outcome | Awaitable[Outcome]:
    """Return what comes of a call to which a fault happens: now, or later where it has to wait."""
    word, world = fired.fault.do, asked.world
    if word in (REFUSE, SLOW_EXPOSURE):
        return _refused(fired, asked, begin, log)
    if word == TIMEOUT_BEFORE:
        return _instead(timeout(asked), fired, asked, log)
    if is_answered_by_fault(fired):
        asked.request.faults.append(fired)
        status = str(fired.fault.status)
        log.refused(world, asked.operation, asked.account, status, f"{status}: {_why(fired)}")
        return b"null"
    if word == LATENCY and fired.fault.when == BEFORE:
        return _later(fired, asked, begin)
    if follows(fired.fault):
        return _followed(fired, asked, begin)
    if word in OF_THE_ANSWER:
        asked.request.faults.append(fired)
    outcome = begin(asked)
    if word == HEARTBEAT_LOST and not isinstance(outcome, (ApiError, ProtocolError)):
        # Nobody is waited for any more, and nothing is cancelled: the caller is told otherwise.
        world.do(Heartbeat(asked.account, 0))
    if word in (LATENCY, STREAM_BEFORE_RESPONSE):
        return _with_delay(world, fired, outcome)
    if word == TIMEOUT_AFTER:
        return _with_doubt(outcome, fired, asked, log)
    return outcome


def _why(fired: Fired) -> str:
    return f"fault {fired.number} was ordered"


def _refused(fired: Fired, asked: Asked, begin: Begin, log: RequestLog) -> Outcome | Awaitable[Outcome]:
    """Refuse a call: by an error, or by a report, which may say no to a part of it and to the others what they are."""
    error = None if fired.fault.do == SLOW_EXPOSURE else error_of(fired.fault.code, asked.exception, _why(fired))
    if error is not None:
        return error
    verdict = verdict_of(fired)
    if not changes_bets(asked, verdict):
        return _instead(report(asked, verdict), fired, asked, log)
    if asked.world.session(asked.token) is None:
        # Nobody's bets are touched by who is not let in.
        return begin(asked)
    if not lets_others_be(asked, verdict):
        return _instead(report(asked, verdict), fired, asked, log)
    first, others = parts(asked, verdict.guilty)
    # Which may cancel bets: so once the others have been begun, since an error of theirs leaves everything as it was.
    failed = cache(lambda: failures(first, verdict))
    told = Told(PROCESSED_WITH_ERRORS, _why(fired))
    outcome = begin(others._replace(encode=lambda answer: asked.encode(with_failures(failed(), answer)), told=told))
    if not isinstance(outcome, (bytes, ApiError, ProtocolError)):
        failed()
    return outcome


def _instead(answer: Struct | ApiError | ProtocolError, fired: Fired, asked: Asked, log: RequestLog) -> Outcome:
    """Return an answer that stands in the place of the operation's; errors are written down by who sends them."""
    if isinstance(answer, ApiError | ProtocolError):
        return answer
    code = getattr(answer, "errorCode", None) or fired.fault.do
    log.refused(asked.world, asked.operation, asked.account, code, f"{code}: {_why(fired)}")
    return asked.encode(answer)


async def _later(fired: Fired, asked: Asked, begin: Begin) -> Outcome:
    await come_late(asked.world, fired)
    outcome = begin(asked)
    return outcome if isinstance(outcome, (bytes, ApiError, ProtocolError)) else await outcome


async def _with_delay(world: World, fired: Fired, outcome: Outcome | Awaitable[Outcome]) -> Outcome:
    await come_late(world, fired)
    return outcome if isinstance(outcome, (bytes, ApiError, ProtocolError)) else await outcome


def _followed(fired: Fired, asked: Asked, begin: Begin) -> Outcome | Awaitable[Outcome]:
    """Carry a call out, and then let the world be changed as a fault wants it: what is answered was before that."""
    follow = FollowFault(
        fired.number, fired.fault, asked.account, market_of(asked.params), bets_of(asked.params),
        placements_of(asked.params),
    )  # fmt: skip
    world = asked.world
    faults, outcome = world.faults, begin(asked)

    def go_on() -> None:
        # In a world that has begun again nobody has asked for anything.
        if world.faults is faults:
            world.do(follow)

    async def after(waited_for: Awaitable[Outcome]) -> Outcome:
        answer = await waited_for
        go_on()
        return answer

    if not isinstance(outcome, (bytes, ApiError, ProtocolError)):
        return after(outcome)
    go_on()
    return outcome


async def _with_doubt(outcome: Outcome | Awaitable[Outcome], fired: Fired, asked: Asked, log: RequestLog) -> Outcome:
    if not isinstance(outcome, (bytes, ApiError, ProtocolError)):
        await outcome
    return _instead(timeout(asked), fired, asked, log)

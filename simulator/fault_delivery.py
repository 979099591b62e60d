"""How an answer gets to its caller, or does not, where a fault has happened to its request: the same for all faces.

A connection is closed, reset or stalled where there is one: the server tells of it in the extension `betsim.connection`
of ASGI. A program that uses the application in process has none, and gets an `AnswerLost`.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from simulator.http import Receive, Response, Scope, Send, respond, until_gone
from simulator.world.fault_words import (
    BEFORE,
    DRIP,
    HTTP,
    LATENCY,
    LOSE_ANSWER,
    MALFORMED,
    REFUSE,
    RESET,
    STALL,
    STREAM_BEFORE_RESPONSE,
    TIME_PASSES,
    TIMEOUT_AFTER,
    TIMEOUT_BEFORE,
    TRUNCATE,
    WORLDS,
)
from simulator.world.faults import Fired, Meeting
from simulator.world.happened import AnswerReleased, FaultFired, Happened, WorldClosed, WorldReset, WorldRestored
from simulator.world.inputs import AdvanceClock, MeetFaults
from simulator.world.world import World
from simulator.world.worlds import Worlds

CONNECTION: Final = "betsim.connection"
"""The extension of ASGI in which a server tells how a connection can be ended."""

OF_THE_ANSWER: Final = frozenset({LOSE_ANSWER, HTTP, MALFORMED, TRUNCATE, DRIP})
"""The faults that happen to an answer on its way, whatever stands in it."""

_NO_LINGERING: Final = struct.pack("ii", 1, 0)


class AnswerLost(Exception):
    """An answer is lost on its way; whoever asked in process learns of it by this."""


class AnswerNeverComes(AnswerLost):
    """An answer is waited for in vain, on a connection that goes on."""


class Connection:
    """A connection of a server, which can be ended in ways that clients have to survive."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport: Final = transport

    def close(self) -> None:
        """End in order, once what has been written is sent."""
        self._transport.close()

    def reset(self) -> None:
        """End at once, with a reset instead of an orderly end where the transport has a socket of its own."""
        bound = self._transport.get_extra_info("socket")
        if bound is not None:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self._transport.abort()


class Wire(NamedTuple):
    """One request as ASGI has it."""

    scope: Scope
    receive: Receive
    send: Send

    @property
    def connection(self) -> Connection | None:
        """Return the connection that it came on, `None` in process."""
        found: Connection | None = (self.scope.get("extensions") or {}).get(CONNECTION)
        return found


def is_answered_by_fault(fired: Fired) -> bool:
    """Return whether a fault answers in the place of the operation, which has no effect then."""
    return fired.fault.do == HTTP and fired.fault.when == BEFORE


def meet(worlds: Worlds, world: World, request: MeetFaults, codes: Collection[str]) -> Fired | None:
    """Let a request meet the faults of its world, and return the one that happens to it.

    What it does to the world before the request is carried out is done then. A fault that refuses with another code
    than one of `codes` does not happen.
    """
    if world not in worlds.faulty:
        return None
    meeting = Meeting(request.operation, request.account, request.path)
    if not world.faults.concern(meeting, world.run_due()):
        return None
    unfit = tuple(
        each.number for each in world.faults.pending if each.fault.do == REFUSE and each.fault.code not in codes
    )
    happened = world.do(replace(request, unfit=unfit))
    has_fired = any(isinstance(event, FaultFired) for event in happened.events)
    if not has_fired:
        return None
    fired = world.faults.fired[-1]
    if fired.fault.do == TIME_PASSES:
        world.do(AdvanceClock(fired.fault.passes))
    return fired


async def deliver(fired: Fired, response: Response, headers: dict[bytes, bytes], wire: Wire) -> None:
    """Send an answer as a fault wants it."""
    fault = fired.fault
    if fault.do == HTTP:
        extra = () if fault.retry_after_seconds is None else ((b"retry-after", b"%d" % fault.retry_after_seconds),)
        instead = Response(fault.status, fault.body.encode(), fault.content_type.encode("latin-1", "replace"), extra)
        await respond(wire.send, instead, headers)
    elif fault.do == MALFORMED:
        await respond(wire.send, replace(response, body=_broken(response.body), compressed=None), headers)
    elif fault.do == TRUNCATE:
        await _start(response, wire)
        await wire.send(_part(response.body[: len(response.body) // 2], is_last=False))
        await _end(wire, Connection.close)
    elif fault.do == DRIP:
        await _drip(fired, response, wire)
    elif fault.how == STALL:
        await _stall(wire)
    else:
        await _end(wire, Connection.reset if fault.how == RESET else Connection.close)


def _broken(body: bytes) -> bytes:
    """Return a body as long as another that no reader takes for a document."""
    half = len(body) // 2
    return body[:half] + b"\x00" * (len(body) - half) if body else b"\x00"


async def _start(response: Response, wire: Wire) -> None:
    headers = [(b"content-type", response.content_type), *response.headers]
    headers.append((b"content-length", b"%d" % len(response.body)))
    await wire.send({"type": "http.response.start", "status": response.status, "headers": headers})


def _part(body: bytes, *, is_last: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": not is_last}


async def _drip(fired: Fired, response: Response, wire: Wire) -> None:
    """Send an answer in pieces, over a time; nobody is left to send them to once the client has hung up."""
    body, chunks = response.body, fired.fault.chunks
    await _start(response, wire)
    gone = asyncio.ensure_future(until_gone(wire.receive))
    try:
        for number in range(chunks):
            await asyncio.wait((gone,), timeout=fired.milliseconds / 1000 / chunks)
            if gone.done():
                break
            piece = body[number * len(body) // chunks : (number + 1) * len(body) // chunks]
            await wire.send(_part(piece, is_last=number == chunks - 1))
    finally:
        gone.cancel()


async def _end(wire: Wire, end: Callable[[Connection], None]) -> None:
    connection = wire.connection
    if connection is None:
        raise AnswerLost("the connection ends before the answer has come")
    end(connection)
    await _stall(wire)


async def _stall(wire: Wire) -> None:
    """Say nothing until the client has hung up."""
    if wire.connection is None:
        raise AnswerNeverComes("the answer never comes")
    await until_gone(wire.receive)


class Dialect(NamedTuple):
    """How a service refuses a request with a code, and how it leaves open what has become of one."""

    refusal: Callable[[str], Response]
    timeout: Callable[[], Response]


async def answer_with(
    world: World, fired: Fired, faults: list[Fired], dialect: Dialect, answer: Callable[[], Awaitable[Response]]
) -> Response:
    """Return the answer to a request to which a fault happens; what happens to it on its way is added to `faults`."""
    fault = fired.fault
    if fault.do == REFUSE:
        return dialect.refusal(fault.code)
    if fault.do == TIMEOUT_BEFORE:
        return dialect.timeout()
    if fault.do in OF_THE_ANSWER:
        faults.append(fired)
    if is_answered_by_fault(fired):
        return Response(fault.status, b"")
    if fault.when == BEFORE:
        await come_late(world, fired)
    response = await answer()
    if fault.do == TIMEOUT_AFTER:
        return dialect.timeout()
    if fault.when != BEFORE:
        await come_late(world, fired)
    return response


# Late answers


async def come_late(world: World, fired: Fired) -> None:
    """Wait as long as a latency says, by the real clock or until the world's clock has come so far.

    A world that begins again, goes back or ends lets go whoever waits.
    """
    if fired.fault.do not in (LATENCY, STREAM_BEFORE_RESPONSE):
        return
    if world.has_ended or not fired.milliseconds:
        # One that waits for the world's clock has been released already.
        return
    released = asyncio.Event()

    def hear(happened: Happened) -> None:
        for event in happened.events:
            is_ours = isinstance(event, AnswerReleased) and event.ticket == fired.ticket
            if is_ours or isinstance(event, WorldReset | WorldRestored | WorldClosed):
                released.set()

    stop = world.listen(hear)
    timer = None
    if fired.fault.latency.clock != WORLDS:
        timer = asyncio.get_running_loop().call_later(fired.milliseconds / 1000, released.set)
    try:
        await released.wait()
    finally:
        stop()
        if timer is not None:
            timer.cancel()

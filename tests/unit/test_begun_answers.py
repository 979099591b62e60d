"""A request is answered as soon as it is there: a task is made for what waits, and goes on where the answer stood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from simulator.http import Exchange, Responder
from simulator.http_parts import HeldFlow, IdleTimer, WholeCycle, answer_at_once, begin_to_answer

Steps = Callable[[list[str]], Awaitable[None]]


class Transport:
    """A transport on which nobody is."""

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


def new_cycle() -> WholeCycle:
    """A request that is there as a whole."""
    transport = cast(asyncio.Transport, Transport())
    cycle = WholeCycle(
        scope=cast(Any, {"type": "http", "method": "POST", "headers": []}),
        transport=transport,
        flow=HeldFlow(transport),
        logger=logging.getLogger(),
        access_logger=logging.getLogger(),
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=True,
        on_response=lambda: None,
    )
    cycle.body, cycle.more_body = bytearray(b"{}"), False
    cycle.message_event.set()
    return cycle


async def story_of(steps: Steps, during: Callable[[WholeCycle], None] = lambda _: None) -> tuple[list[str], list[str]]:
    """What has happened when an answer has begun, and what once it and its tasks have ended."""
    story: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        story.append((await receive())["body"].decode())
        await steps(story)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        story.append("answered")

    cycle = new_cycle()
    begin_to_answer(cycle, app, asyncio.get_running_loop(), tasks)
    at_once = [*story, *("a task" for _ in tasks)]
    during(cycle)
    while tasks:
        await asyncio.sleep(0)
    return at_once, story


async def nothing(story: list[str]) -> None:
    pass


def test_an_answer_that_waits_for_nothing_is_given_without_a_task() -> None:
    at_once, story = asyncio.run(story_of(nothing))

    assert at_once == story == ["{}", "answered"]


async def turn(story: list[str]) -> None:
    await asyncio.sleep(0)
    story.append("after a turn")


async def future(story: list[str]) -> None:
    waited_for = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(waited_for.set_result, "a result")
    story.append(await waited_for)
    await turn(story)


async def failure(story: list[str]) -> None:
    waited_for = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(waited_for.set_exception, ValueError("a failure"))
    try:
        await waited_for
    except ValueError as error:
        story.append(str(error))


@pytest.mark.parametrize(
    ("steps", "told"), [(turn, ["after a turn"]), (future, ["a result", "after a turn"]), (failure, ["a failure"])]
)
def test_an_answer_that_waits_goes_on_in_a_task_where_it_stood(steps: Steps, told: list[str]) -> None:
    at_once, story = asyncio.run(story_of(steps))

    assert at_once == ["{}", "a task"]
    assert story == ["{}", *told, "answered"]


async def go_on(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def give_answer(exchange: Exchange) -> None:
    assert exchange.whole_body() == b"{}"
    assert exchange.tls is None
    assert exchange.answer_whole(200, b"\r\n", b"")


def fail(exchange: Exchange) -> None:
    raise ValueError("a failure")


@pytest.mark.parametrize(
    ("responder", "status"), [(give_answer, b"200"), (lambda exchange: go_on, b"204"), (fail, b"500")]
)
def test_a_request_is_answered_at_once_or_goes_on_by_asgi(
    responder: Responder, status: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails is told as of any application."""

    async def answered() -> bytes:
        cycle, written, tasks = new_cycle(), [], set()
        cycle.transport.write = written.append  # type: ignore[method-assign]
        app = answer_at_once(responder, cycle)
        assert (app is None) == cycle.response_complete
        if app is not None:
            begin_to_answer(cycle, app, asyncio.get_running_loop(), tasks)
        assert not tasks
        assert cycle.response_complete
        return b"".join(written)

    assert asyncio.run(answered()).startswith(b"HTTP/1.1 " + status)
    assert ("a failure" in caplog.text) == (status == b"500")


def test_a_body_that_is_not_there_whole_is_not_taken() -> None:
    async def bodies() -> list[bytes | None]:
        cycle = new_cycle()
        cycle.more_body = True
        missing = cycle.whole_body()
        cycle.more_body = False
        whole = cycle.whole_body()
        cycle.disconnected = True
        return [missing, whole, cycle.whole_body()]

    assert asyncio.run(bodies()) == [None, b"{}", None]


def test_a_body_is_received_once_and_then_the_end_of_the_connection() -> None:
    async def received() -> list[str]:
        cycle = new_cycle()
        first = await cycle.receive()
        second = asyncio.ensure_future(cycle.receive())
        await asyncio.sleep(0)
        assert not second.done()
        cycle.disconnected = True
        cycle.message_event.set()
        return [first["type"], (await second)["type"]]

    assert asyncio.run(received()) == ["http.request", "http.disconnect"]


class Clock:
    """A loop's clock and its timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.set = 0

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> Any:
        self.set += 1
        self.timers.append((self.now + seconds, call))
        return (seconds, call)

    def advance_to(self, end: float) -> None:
        while due := [timer for timer in self.timers if timer[0] <= end]:
            self.timers.remove(due[0])
            self.now = due[0][0]
            due[0][1]()
        self.now = end


def test_what_is_idle_ends_after_its_seconds_without_a_break_and_needs_no_timer_for_each() -> None:
    clock, ends = Clock(), list[float]()
    timer = IdleTimer(cast(asyncio.AbstractEventLoop, clock), 10.0, lambda: ends.append(clock.now))
    for second in range(8):
        clock.advance_to(second)
        timer.rest()
        timer.start()
    assert clock.set == 1

    clock.advance_to(16.9)
    assert not ends
    clock.advance_to(17.0)
    assert ends == [17.0]


def test_what_rests_does_not_end() -> None:
    clock, ends = Clock(), list[float]()
    timer = IdleTimer(cast(asyncio.AbstractEventLoop, clock), 10.0, lambda: ends.append(clock.now))
    timer.start()
    timer.rest()
    clock.advance_to(50.0)
    assert not ends
    assert not timer.runs

    timer.start()
    clock.advance_to(60.0)
    assert ends == [60.0]

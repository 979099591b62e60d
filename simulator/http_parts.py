"""What `http_protocol` is made of beside itself: parsing, how a request gets its answer, and control of the flow."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import unquote

import httptools
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from simulator.http import Exchange, Responder, tls_of
from simulator.known_heads import write_whole


def new_parser(protocol: HttpToolsProtocol) -> Any:
    """Return a parser as the web server sets up its own: what follows `Connection: close` is no fault."""
    parser = httptools.HttpRequestParser(protocol)
    if hasattr(parser, "set_dangerous_leniencies"):
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def head_without_upgrade(parser: Any, url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the request line and the headers that a parser has read, without the wish for another protocol."""
    lines = [b"%b %b HTTP/%b" % (parser.get_method(), url, parser.get_http_version().encode())]
    for name, value in headers:
        if name == b"connection":
            options = [option.strip() for option in value.split(b",")]
            lines.extend(b"connection: %b" % option for option in options if option.lower() != b"upgrade")
        elif name != b"upgrade":
            lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join([*lines, b"", b""])


def address_of(url: bytes) -> Mapping[str, str | bytes]:
    """Return the members of a scope of ASGI that say where a request is sent."""
    return _known_address_of(url) if len(url) <= _LONGEST_KNOWN_BYTES else _address_of(url)


def _address_of(url: bytes) -> Mapping[str, str | bytes]:
    parsed = httptools.parse_url(url)
    path = parsed.path.decode("ascii")
    return {
        "path": unquote(path) if "%" in path else path,
        "raw_path": parsed.path,
        "query_string": parsed.query or b"",
    }


_LONGEST_KNOWN_BYTES: Final = 128
"""Of a URL that is remembered: those of our operations are shorter, and nobody can make us remember long ones."""
_known_address_of: Final = lru_cache(maxsize=256)(_address_of)


class WholeCycle(RequestResponseCycle):
    """The web server's request and its answer, which can be given whole, as a request that is there can be taken."""

    flow: "HeldFlow"
    head = b""
    """What may be all of the head of the request, as it was sent; empty where it did not come as the first."""
    url = b""
    """What the request line names, as it was sent."""
    waits_for_end = False
    """The application has all of the request, and waits for the client to be gone."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop in which it is answered."""
        return asyncio.get_running_loop()

    @property
    def tls(self) -> Mapping[str, Any] | None:
        """Return what is told of the security of its connection."""
        return tls_of(cast(Any, self.scope))

    def whole_body(self) -> bytes | None:
        """Return the body if all of it is there, and nobody has taken it."""
        return None if self.more_body or self.disconnected or self.response_complete else bytes(self.body)

    async def receive(self) -> Any:
        """Return the body if all of it is there, and else wait as the web server does.

        To an application that has all of it, a client that sends nothing any more is gone.
        """
        if self.more_body or self.disconnected or self.response_complete or not self.message_event.is_set():
            self.waits_for_end = not self.more_body
            if self.waits_for_end and self.flow.is_at_end:
                self.transport.close()
            return await super().receive()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Send a part of an answer. The last one of a connection says so: not every version of the web server does."""
        if message["type"] == "http.response.start" and not self.keep_alive:
            headers = list(message.get("headers", ()))
            if not any(name.lower() == b"connection" for name, _ in headers):
                message = {**message, "headers": [*headers, (b"connection", b"close")]}
        await super().send(message)

    def answer_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Answer in one write, as `simulator.http.Exchange` says; where something stands against it do nothing."""
        if (
            self.response_started
            or self.disconnected
            or self.flow.write_paused
            or not self.keep_alive
            or self.scope["method"] == "HEAD"
        ):
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        write_whole(self.transport, status, self.default_headers, lines, body)
        self.message_event.set()
        self.on_response()
        # It has been called for the last time, and is not to keep its connection.
        self.on_response = _do_nothing
        return True


def responder_of(app: Any, scope: Any) -> Responder | None:
    """Return what answers a request at once; `None` where an application is no `simulator.http.RespondsByHead`."""
    find = getattr(app, "responder", None)
    return None if find is None else find(scope)


def answer_at_once(responder: Responder, exchange: Exchange) -> ASGIApp | None:
    """Have a request answered without waiting; return the application that is to go on where that was not all."""
    try:
        return responder(exchange)
    except Exception as error:  # noqa: BLE001, it is told like one that comes later
        return _failing(error)


def begin_to_answer(
    cycle: RequestResponseCycle, app: Any, loop: asyncio.AbstractEventLoop, tasks: set[asyncio.Task[None]]
) -> None:
    """Have an application answer a request. What it need not wait for is done when this returns.

    Most answers are there at once, and a task, which only begins in the next turn of the loop, is a good part of what
    they would cost. It is made where an application waits, and goes on from there; before it has waited it is in none.
    """
    answering = cycle.run_asgi(app)
    try:
        waited_for = answering.send(None)
    except StopIteration:
        return
    answer_in_task(_rest_of(_Begun(answering, waited_for)), loop, tasks)


def _do_nothing() -> None:
    """Stand for what is not to be called any more."""


def _failing(error: Exception) -> ASGIApp:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    return fail


def answer_in_task(
    answering: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop, tasks: set[asyncio.Task[None]]
) -> None:
    """Answer a request in a task, which is kept with the others until it is done."""
    task = loop.create_task(answering)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


class _Begun:
    """A coroutine that has begun and waits for something; it is waited for in its stead."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waited_for: Any) -> None:
        self._coroutine: Final = coroutine
        self._waited_for: Final = waited_for

    def __await__(self) -> Generator[Any, Any, None]:
        waited_for = self._waited_for
        try:
            if waited_for is None:
                # It wanted the others to have their turn, and they have had it when a task begins.
                waited_for = self._coroutine.send(None)
            while True:
                try:
                    sent = yield waited_for
                except BaseException as error:  # noqa: BLE001, it is the coroutine's
                    waited_for = self._coroutine.throw(error)
                else:
                    waited_for = self._coroutine.send(sent)
        except StopIteration:
            return


async def _rest_of(begun: _Begun) -> None:
    await begun


class HeldFlow(FlowControl):
    """The web server's control of what flows, in which reading can be held up whatever else happens."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self.is_at_end = False
        """The client sends nothing any more."""
        self._is_held = False

    def hold(self) -> None:
        """Read no more until `release`."""
        self._is_held = True
        self.pause_reading()

    def release(self) -> None:
        """Read again."""
        self._is_held = False
        self.resume_reading()

    def resume_reading(self) -> None:
        """Read again, unless reading is held up."""
        if not self._is_held:
            super().resume_reading()


class IdleTimer:
    """Ends what has been idle for so many seconds without a break.

    While there is something to do in between it is one timer and not one each time, because it is set for the rest only
    once it goes off.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, end: Callable[[], None]) -> None:
        self._loop: Final = loop
        self._seconds: Final = seconds
        self._end: Final = end
        self._idle_since: float | None = None
        """By the clock of the loop."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def runs(self) -> bool:
        """Return whether it is idle now."""
        return self._idle_since is not None

    def start(self) -> None:
        """Be idle from now on."""
        self._idle_since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._go_off)

    def rest(self) -> None:
        """Be idle no more."""
        self._idle_since = None

    def cancel(self) -> None:
        """Let go of everything."""
        self._idle_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_off(self) -> None:
        self._timer = None
        if self._idle_since is None:
            return
        rest = self._idle_since + self._seconds - self._loop.time()
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._go_off)
        else:
            self._end()

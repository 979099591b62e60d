"""HTTP/1.1 on a connection, with bounds on what a client may make us hold before its request is complete.

The web server's own protocol reads whatever comes: a line without an end, requests by the thousand whose answers nobody
reads, half a request for ever. Here each of these ends. What a client may do, and what becomes of it otherwise:

    | bound                                                        | beyond it                              |
    |--------------------------------------------------------------|----------------------------------------|
    | `request_seconds` from the first byte of a request to its last | 408, and the connection ends          |
    | `idle_seconds` without a request, or without reading answers   | the connection ends                   |
    | `idle_seconds` for what is answered after the client's last byte | the connection ends                 |
    | `MAXIMUM_UNFINISHED_BYTES` that complete no part of a request  | 431 or 400, and the connection ends   |
    | `SLICE_BYTES` of requests sent ahead of their answers          | the next are read once those are done |

A request that asks to go on in another protocol (`Upgrade: h2c`) is answered in this one, as if it had not asked
(RFC 9110, section 7.8).
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httptools
from msgspec import Struct
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from simulator.fault_delivery import CONNECTION, Connection
from simulator.http import tls_of
from simulator.http_parts import (
    HeldFlow,
    IdleTimer,
    WholeCycle,
    address_of,
    answer_at_once,
    answer_in_task,
    begin_to_answer,
    head_without_upgrade,
    new_parser,
    responder_of,
)
from simulator.known_heads import END_OF_HEAD, KnownHead, KnownHeads, KnownRequest
from simulator.refusal_log import log_refusal

MAXIMUM_UNFINISHED_BYTES: Final = 128 * 1024
"""A request line, headers, trailers or the head of a chunk; headers of a quarter are refused once they are complete."""
TLS_EXTENSION: Final = "tls"
"""Under which name a transport that speaks TLS tells what the extension of ASGI of that name says of its client."""
SLICE_BYTES: Final = 8 * 1024
"""How much is parsed at a time: no more requests than fit in here are ever taken apart ahead of their answers."""
NO_REQUEST: Final = "Invalid HTTP request received."
LINGER_SECONDS: Final = 0.5
"""How long a client that is refused while it still sends is listened to, so that it gets to read why."""


class ConnectionLimits(Struct, frozen=True, kw_only=True):
    """How long a connection may keep us waiting, in seconds: idle, and in the middle of a request."""

    idle_seconds: float = 75.0
    request_seconds: float = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """The web server's protocol, bounded. The usual request, which comes whole, costs no timer and no copy."""

    flow: "HeldFlow"

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
        heads: KnownHeads | None = None,
    ) -> None:
        """Speak on a connection of a server; its `heads` are those of all its connections."""
        super().__init__(config, server_state, app_state, _loop)
        self._limits: Final = limits
        self._heads: Final = KnownHeads() if heads is None else heads
        self._unknown_head = b""
        """With what a request begins whose head was not known, until the parser has found the end of that."""
        self._held_head = b""
        """A known head, as long as nothing of its body is there."""
        self._unparsed = b""
        self._unanswered: list[WholeCycle] = []
        """What is being answered, and what comes after it."""
        self._to_begin: WholeCycle | None = None
        """The request that is to be answered once what has arrived is taken in."""
        self._idle_timer: Final = IdleTimer(self.loop, limits.idle_seconds, self.timeout_keep_alive_handler)
        self._is_refused = False
        self._extensions: dict[str, Any] = {}
        self._tls: Mapping[str, Any] | None = None
        self._is_receiving = False
        """A request has begun and is not complete."""
        self._has_head = False
        """Of the request that began last, all headers are there."""
        self._head_without_upgrade = b""
        self._made_progress = False
        self._unfinished_bytes = 0
        self._request_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and wait for the first request no longer than for any other."""
        super().connection_made(transport)
        self.flow = HeldFlow(transport)
        self._extensions = {CONNECTION: Connection(transport)}
        extension = transport.get_extra_info(TLS_EXTENSION)
        if extension is not None:
            self._extensions[TLS_EXTENSION] = extension
        self._tls = tls_of({"scheme": self.scheme, "extensions": self._extensions})
        self._idle_timer.start()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Go on with what is whole and not answered yet: a client that sends nothing any more may still read."""
        self.flow.is_at_end = True
        self._read_held_head()
        answering = next((cycle for cycle in self._unanswered if not cycle.response_complete), None)
        if self._is_refused or answering is None or answering.more_body or answering.waits_for_end:
            return False
        # As likely the client is gone, which is the same to see until something is sent to it.
        self._idle_timer.start()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and let go of everything."""
        # The web server tells only the request that came last.
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._idle_timer.cancel()
        self._unset_request_timer()
        self._unset_write_timer()
        self._unparsed = self._held_head = b""

    def shutdown(self) -> None:
        """End as soon as what is being answered has been; who has not sent a whole request is not waited for."""
        self._read_held_head()
        if self._is_refused:
            self.transport.close()
        elif self._is_receiving and not self._is_answering_another() and self._is_answering():
            self._refuse(408, "The server stops, and the request is not complete.")
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Wait until the client reads, for a time."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._limits.idle_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._unset_write_timer()

    # What arrives

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived, now or once the requests before it are answered."""
        if self._is_refused:
            return
        self._idle_timer.rest()
        if self._unparsed:
            self._unparsed += data
        elif self._held_head or not (self._is_receiving or self._is_answering()):
            self._receive_anew(data)
        else:
            self._parse(data)

    def _receive_anew(self, data: bytes) -> None:
        """Take in the first bytes of a request, which is parsed unless its head is known and its body comes whole."""
        held, self._held_head = self._held_head, b""
        data = held + data
        head = data[: data.find(END_OF_HEAD) + len(END_OF_HEAD)]
        known = self._heads.find(head)
        if known is None:
            self._unknown_head = head
            self._parse(data)
            return
        body = data[len(head) :]
        if len(body) == known.body_bytes and not self.flow.write_paused:
            self._is_receiving = False
            self._unset_request_timer()
            self._answer_known(known, body)
        elif body or held or not known.body_bytes:
            self._parse(data)
        else:
            self._held_head = head
            self._is_receiving = True
            self._set_timers()

    def _read_held_head(self) -> None:
        """Have a head parsed for whose body nobody is to wait any more, so that its request is like any other."""
        if self._held_head:
            head, self._held_head = self._held_head, b""
            self._parse(head)

    def _answer_known(self, known: KnownHead, body: bytes) -> None:
        # Empty lines that came before it are part of no other request.
        self._unfinished_bytes = 0
        usual = self.server_state.default_headers
        app = answer_at_once(known.responder, KnownRequest(body, self.transport, usual, self.loop, self._tls))
        if app is None:
            self.server_state.total_requests += 1
            if not self.transport.is_closing():
                self._idle_timer.start()
            return
        self.scope = {
            **known.scope,  # type: ignore[typeddict-item]
            "headers": list(known.scope["headers"]),
            "client": self.client,
            "server": self.server,
            "scheme": self.scheme,
            "state": self.app_state.copy(),
            "extensions": self._extensions,
        }
        self._has_head = True
        self.cycle = self._new_cycle(expects_to_go_on=False, keep_alive=True)
        self.cycle.body, self.cycle.more_body = bytearray(body), False
        self.cycle.message_event.set()
        self._unanswered[:] = [self.cycle]
        begin_to_answer(self.cycle, app, self.loop, self.tasks)

    def on_response_complete(self) -> None:
        """Go on with the request that waits for this one, with what has been held back, or else wait for the client."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            waiting, _ = self.pipeline.pop()
            # Not at once: there may be hundreds, and each would be answered inside the one before it.
            answer_in_task(waiting.run_asgi(self.app), self.loop, self.tasks)
        else:
            self._idle_timer.start()
        if self._unparsed and not self.pipeline:
            data, self._unparsed = self._unparsed, b""
            self._idle_timer.rest()
            self.flow.release()
            self._parse(data)
        if self.flow.is_at_end and not self._is_answering():
            self.transport.close()

    def _parse(self, data: bytes) -> None:
        """Parse slice by slice, hold back what comes after a slice that has further requests in it, then answer."""
        for start in range(0, len(data), SLICE_BYTES):
            if self.pipeline:
                self._unparsed = data[start:]
                self.flow.hold()
                break
            if not self._feed(data[start : start + SLICE_BYTES]):
                break
        if not self.transport.is_closing() and not self._is_refused:
            self._set_timers()
        if self._to_begin is not None:
            # Not while it is parsed: a parser takes in nothing else until what it calls has returned.
            begun, self._to_begin = self._to_begin, None
            self._begin(begun)

    def _begin(self, cycle: WholeCycle) -> None:
        """Have a request answered, and learn its head where that alone says how."""
        responder = responder_of(self.app, cycle.scope)
        app: ASGIApp | None = self.app
        if responder is not None:
            if cycle.head and cycle.keep_alive:
                self._heads.learn(cycle.head, cycle.url, cycle.scope, responder)
            app = answer_at_once(responder, cycle)
        if app is not None:
            begin_to_answer(cycle, app, self.loop, self.tasks)

    def _feed(self, data: bytes) -> bool:
        """Give a slice to the parser; return whether the connection goes on."""
        self._made_progress = False
        rest = data
        while rest:
            try:
                self.parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = self._without_upgrade(rest[upgrade.args[0] :])
            except httptools.HttpParserError:
                self.logger.warning(NO_REQUEST)
                self._end_at_what_is_no_request()
                return False
        self._unfinished_bytes = 0 if self._made_progress else self._unfinished_bytes + len(data)
        if self._unfinished_bytes > MAXIMUM_UNFINISHED_BYTES:
            if self._has_head:
                self._refuse(400, "The body of the request has a part without an end.")
            else:
                self._refuse(431, "The request line or a header has no end.")
            return False
        return True

    def _end_at_what_is_no_request(self) -> None:
        """End the connection, and before that answer the requests that came whole: they are carried out."""
        if self.pipeline and self.pipeline[0][0].more_body:
            self.pipeline.popleft()
        if self._to_begin is not None and not self._to_begin.more_body:
            begun, self._to_begin = self._to_begin, None
            self._begin(begun)
        whole = [cycle for cycle in self._unanswered if not (cycle.more_body or cycle.response_complete)]
        if whole:
            whole[-1].keep_alive = False
            self.flow.hold()
        else:
            self.send_400_response(NO_REQUEST)

    def _without_upgrade(self, rest: bytes) -> bytes:
        """Return the bytes to go on with after a request for another protocol: itself, without the wish for it."""
        if not self._head_without_upgrade:
            # CONNECT: whatever follows is for somebody else, with whom we do not connect.
            self.cycle.keep_alive = False
            return b""
        # The parser takes the body of such a request for words of the other protocol, so another one begins anew.
        self.parser = new_parser(self)
        head, self._head_without_upgrade = self._head_without_upgrade, b""
        return head + rest

    # What the parser finds

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._is_receiving = True
        self._has_head = False

    def on_headers_complete(self) -> None:
        """Have the request answered soon, unless it is for another protocol; then it is first made one that is not."""
        self._made_progress = True
        parser, scope = self.parser, self.scope
        method = parser.get_method()
        if parser.should_upgrade() and method != b"CONNECT":
            self._head_without_upgrade = head_without_upgrade(parser, self.url, self.headers)
            return
        self._has_head = True
        scope["method"] = method.decode("ascii")
        scope["http_version"] = parser.get_http_version()
        scope.update(address_of(self.url))  # type: ignore[typeddict-item]
        has_its_turn = not self._is_answering()
        is_old = scope["http_version"] == "1.0"
        self.cycle = self._new_cycle(
            # Those who speak the version before take it for their answer (RFC 9110, section 10.1.1).
            expects_to_go_on=self.expect_100_continue and not is_old,
            keep_alive=not is_old and parser.should_keep_alive(),
        )
        self.cycle.url = self.url
        self.cycle.head, self._unknown_head = self._unknown_head, b""
        if has_its_turn:
            self._to_begin = self.cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        if not self.pipeline:
            self._unanswered.clear()
        self._unanswered.append(self.cycle)

    def _new_cycle(self, *, expects_to_go_on: bool, keep_alive: bool) -> WholeCycle:
        return WholeCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=expects_to_go_on,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )

    def on_body(self, body: bytes) -> None:
        """Take in a part of a body, unless the request was answered without it."""
        self._made_progress = True
        if not self.cycle.response_complete:
            self.cycle.body += body
            if len(self.cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Note that a request is complete."""
        if self._head_without_upgrade:
            return
        self._made_progress = True
        self._is_receiving = False
        self._unset_request_timer()
        if not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    # Time

    def _set_timers(self) -> None:
        """Set the timer for what the client has to do next, if it is its turn."""
        if self._is_receiving:
            if self._request_timer is None:
                self._time_request()
        elif not self._idle_timer.runs and not self._is_answering():
            self._idle_timer.start()

    def _time_request(self) -> None:
        self._request_timer = self.loop.call_later(self._limits.request_seconds, self._request_timed_out)

    def _request_timed_out(self) -> None:
        self._request_timer = None
        if self.transport.is_closing():
            return
        self._read_held_head()
        if self._is_answering_another():
            # What it is answered cannot come before.
            self._time_request()
        elif self._has_head and self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(408, f"The request was not complete after {self._limits.request_seconds:g} seconds.")

    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _is_answering_another(self) -> bool:
        """Return whether a request before the one that is being received is not answered yet."""
        return bool(self.pipeline or self._unparsed) or (not self._has_head and self._is_answering())

    def _unset_request_timer(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _unset_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    # The end

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer a request that is not read any further, and end the connection once that could be read."""
        log_refusal("a request that is not complete", "", f"{status}: {sentence}")
        self._unset_request_timer()
        if self._is_answering_another() or (self._has_head and self.cycle.response_started):
            # There is no place for another answer.
            self.transport.close()
            return
        body = sentence.encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, body))
        self._is_refused = True
        if self._has_head:
            # What waits for the rest of the request learns that there will be none.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if status == 408:
            self.transport.close()
            return
        self.transport.write_eof()
        self._idle_timer.cancel()
        self.timeout_keep_alive_task = self.loop.call_later(LINGER_SECONDS, self.timeout_keep_alive_handler)

"""What `http_protocol` is made of beside itself: a parser, a head written anew, and the control of what flows."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle


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


class WholeCycle(RequestResponseCycle):
    """The web server's request and its answer, which can be given whole."""

    def answer_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Answer in one write, as `simulator.http.respond` wants it; where something stands against it do nothing."""
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
        usual = b"".join([b"%b: %b\r\n" % header for header in self.default_headers])
        self.transport.write(b"%b%b%b%b" % (STATUS_LINE[status], usual, lines, body))
        self.message_event.set()
        self.on_response()
        return True


class HeldFlow(FlowControl):
    """The web server's control of what flows, in which reading can be held up whatever else happens."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
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

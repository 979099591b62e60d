"""Heads of requests that have been read before: clients send the same request line and headers again and again.

Where a head is known by its bytes, and the body is there as a whole, a request is answered without a parser, without
the objects in which the web server keeps a request, and without a look at any of its headers. All other requests are
read as ever, and so is whatever comes with one or instead of its body: nothing is known that a parser has not accepted.
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from simulator.http import Responder

END_OF_HEAD: Final = b"\r\n\r\n"
MOST_HEADS: Final = 1024
MOST_SEEN: Final = 4096
"""So many heads that came once are told from others: no more is known of them, as they may never come again."""
LONGEST_HEAD_BYTES: Final = 2048
"""Of a head that is remembered: those of common clients have 300 to 600, and all together must not take much memory."""

_OF_A_CONNECTION: Final = frozenset({"client", "server", "scheme", "state", "extensions"})
"""The members of a scope of ASGI that are not from the head of a request."""
_NEVER_KNOWN: Final = frozenset({b"expect", b"transfer-encoding"})
"""Headers after which something else comes than a body of a known length. A wish for another protocol is ignored."""


class KnownHead(Struct, frozen=True):
    """What the head of a request says: the scope of ASGI without its connection, and how long the body is."""

    scope: Mapping[str, Any]
    responder: Responder
    body_bytes: int


class KnownHeads:
    """The heads that a server knows, for all of its connections, and no more than `MOST_HEADS` of them.

    Once there are as many all are forgotten: those that are still sent are soon known again, and to tell which was sent
    last would cost every request. One is remembered when it comes for the second time, since some clients put a number
    of its own into every request.
    """

    def __init__(self) -> None:
        self._seen: Final[set[int]] = set()
        self._by_bytes: Final[dict[bytes, KnownHead]] = {}
        self.find: Final = self._by_bytes.get
        """Return what is known of a head, to the empty line at its end, or `None`."""

    def learn(self, head: bytes, url: bytes, scope: Mapping[str, Any], responder: Responder) -> None:
        """Remember a head that a parser has accepted, and after whose request the connection goes on.

        `head` is what came up to the first empty line, and it; `url` and `scope` are what the parser made of it. Where
        it may have found the end of the head elsewhere, nothing is remembered, nor where the answer has no body because
        of the method.
        """
        if self._is_new(head):
            return
        names = dict(scope["headers"])
        if (
            len(head) > LONGEST_HEAD_BYTES
            or scope["method"] == "HEAD"
            or not head.startswith(b"%b %b HTTP/1.1\r\n" % (scope["method"].encode(), url))
            or not head.endswith(END_OF_HEAD)
            or head.count(b"\n") != head.count(b"\r\n")
            or not _NEVER_KNOWN.isdisjoint(names)
        ):
            return
        if len(self._by_bytes) >= MOST_HEADS:
            self._by_bytes.clear()
        kept = {name: value for name, value in scope.items() if name not in _OF_A_CONNECTION}
        kept["headers"] = tuple(scope["headers"])
        self._by_bytes[head] = KnownHead(kept, responder, int(names.get(b"content-length", b"0")))

    def _is_new(self, head: bytes) -> bool:
        mark = hash(head)
        if mark in self._seen:
            return False
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen.add(mark)
        return True


class KnownRequest:
    """A request of a known head that is there as a whole: a `simulator.http.Exchange`."""

    __slots__ = ("_body", "_transport", "_usual", "loop", "tls")

    def __init__(
        self,
        body: bytes,
        transport: asyncio.WriteTransport,
        usual: Iterable[tuple[bytes, bytes]],
        loop: asyncio.AbstractEventLoop,
        tls: Mapping[str, Any] | None,
    ) -> None:
        """Make one of a connection that has nothing else to answer and may write; `usual` are the headers of all."""
        self._body: Final = body
        self._transport: Final = transport
        self._usual: Final = usual
        self.loop: Final = loop
        self.tls: Final = tls

    def whole_body(self) -> bytes:
        """Return the body."""
        return self._body

    def answer_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Answer in one write, as `simulator.http.Exchange` says."""
        write_whole(self._transport, status, self._usual, lines, body)
        return True


def write_whole(
    transport: asyncio.WriteTransport, status: int, usual: Iterable[tuple[bytes, bytes]], lines: bytes, body: bytes
) -> None:
    """Write an answer at once: `usual` are headers that all answers have, `lines` those of this one, with the end."""
    transport.write(b"%b%b%b%b" % (STATUS_LINE[status], _lines_of(tuple(usual)), lines, body))


@lru_cache(maxsize=4)
def _lines_of(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return the lines of headers that are the same for all answers of a second."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])

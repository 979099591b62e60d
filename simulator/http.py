"""The little of HTTP that the faces need, on bare ASGI: read a body, answer once.

No framework stands between the server and the dispatch, because the time of a request is part of what this simulator
imitates: the overhead here is a dictionary and the lines of the headers, and two awaits where an answer has to wait.
"""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Protocol

from msgspec import Struct
from starlette.types import ASGIApp

from simulator.world.faults import Fired

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Final = b"application/json"
NO_CONTENT: Final = 204

COMPRESSION_THRESHOLD_BYTES: Final = 256
"""Shorter answers are not compressed (published: the framework, betfair/cougar)."""


class Exchange(Protocol):
    """A request of a server of ours and its answer, as `send` and `receive` of ASGI belong to, and without waiting."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop in which it is answered."""

    @property
    def tls(self) -> Mapping[str, Any] | None:
        """Return what is told of the security of its connection, as `tls_of` does."""

    def whole_body(self) -> bytes | None:
        """Return the body, `None` where it is not there as a whole."""

    def answer_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Answer in one write, and return whether that could be done; where it could not nothing has happened.

        `lines` are those of all headers, with the empty one after them. One write instead of two is one system call
        less, and the client wakes up once.
        """


Responder = Callable[[Exchange], ASGIApp | None]
"""Answers a request at once, or returns the application of ASGI that is to answer it, or to go on with that."""


class RespondsByHead(Protocol):
    """An application that says by the head of a request alone what answers it, once for all requests of that head."""

    def responder(self, scope: Scope) -> Responder | None:
        """Return what answers a request, `None` where the application itself is to answer it, by ASGI.

        `scope` has what ASGI says of the head of a request, and nothing of its connection.
        """


ANSWER_WHOLE: Final = "answer_whole"
"""By this method it is told whether `send` belongs to an `Exchange`."""


LISTS: Final = (b"accept", b"accept-encoding")
"""The headers we look at that are lists, and may come in several lines (RFC 9110, section 5.3)."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers of a request. Of repeated ones the last counts, but lists are one list."""
    lines = scope["headers"]
    headers = dict(lines)
    if len(headers) < len(lines):
        for name in LISTS:
            if name in headers:
                headers[name] = b",".join(value for given, value in lines if given == name)
    return headers


class Request(Struct, frozen=True):
    """A request whose body has been read, with its headers as `headers_of` returns them: names are lower case.

    `tls` is what ASGI tells of a connection that is secured, in its extension of that name: empty where the server
    does not say more, `None` in plain HTTP.
    """

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes
    when_answered: list[Callable[[], None]]
    """What is to be done once the answer is written, or nobody waits for it any more."""
    faults: list[Fired]
    """What a tester has ordered to go wrong with the answer on its way."""
    tls: Mapping[str, Any] | None = None

    def header(self, name: bytes) -> str:
        """Return a header as text, empty where it is absent or blank."""
        return self.headers.get(name, b"").decode("latin-1").strip()


def tls_of(scope: Scope) -> Mapping[str, Any] | None:
    """Return what is told of the security of a connection, `None` in plain HTTP."""
    told: Mapping[str, Any] | None = (scope.get("extensions") or {}).get("tls")
    return {} if told is None and scope.get("scheme") == "https" else told


def do_all(tasks: list[Callable[[], None]]) -> None:
    """Do what is on a list, and take it off."""
    while tasks:
        tasks.pop()()


class Response(Struct, frozen=True, gc=False):
    """An answer: one status, one body."""

    status: int
    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    compressed: bytes | None = None
    """The body as `gzip` returns it, where it is kept for many answers."""


class BodyTooLarge(Exception):
    """A body is, or says it is, longer than the limit."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit_bytes: int) -> bytes:
    """Return the whole body; raises `BodyTooLarge` before reading more than the limit, and `ClientGone`."""
    if announced_length(headers) > limit_bytes:
        raise BodyTooLarge
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit_bytes:
            raise BodyTooLarge
        return body
    chunks: list[bytes] = []
    length = 0
    while message["type"] == "http.request":
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > limit_bytes:
            raise BodyTooLarge
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()
    raise ClientGone


async def until_gone(receive: Receive) -> None:
    """Return once the client has hung up. Messages before that are of a request whose body nobody reads."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


def announced_length(headers: dict[bytes, bytes]) -> int:
    """Return how many bytes of body the headers of a request announce: 0 where they say nothing that is a number."""
    announced = headers.get(b"content-length", b"")
    # Twenty digits are more than any limit, and few enough to read.
    return int(announced[:20]) if announced.isdigit() else 0


async def respond(send: Send, response: Response, headers: dict[bytes, bytes]) -> None:
    """Send an answer, compressed where it is long enough or must be, and the headers of its request allow it.

    One of status 204 has no body, and says neither how long it is nor of what kind (RFC 9110, sections 8.6 and 15.3.5).
    """
    if response.status == NO_CONTENT:
        sent = [(b"cache-control", b"no-cache"), *response.headers]
        await send({"type": "http.response.start", "status": NO_CONTENT, "headers": sent})
        await send({"type": "http.response.body", "body": b""})
        return
    exchange: Any = getattr(send, "__self__", None)
    if hasattr(exchange, ANSWER_WHOLE) and respond_at_once(exchange, response, headers):
        return
    body, is_compressed = _coded(response, headers)
    sent = [(b"content-type", response.content_type), (b"cache-control", b"no-cache"), *response.headers]
    if is_compressed:
        sent += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
    sent.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def respond_at_once(exchange: Exchange, response: Response, headers: dict[bytes, bytes]) -> bool:
    """Send an answer as `respond` does without waiting; return whether it was sent, and if not nothing has been."""
    # Headers of its own may say what a client has said, and go the way on which they are looked at.
    if response.headers or response.status == NO_CONTENT:
        return False
    body, is_compressed = _coded(response, headers)
    lines = _LINES_OF_COMPRESSED if is_compressed else _LINES
    return exchange.answer_whole(response.status, lines % (response.content_type, len(body)), body)


def _coded(response: Response, headers: dict[bytes, bytes]) -> tuple[bytes, bool]:
    """Return the body of an answer as it is to travel, and whether it is compressed."""
    body = response.body
    wish = headers.get(b"accept-encoding")
    coding = Coding.PLAIN if wish is None else wanted_coding(wish)
    if coding is Coding.GZIP_ALONE or (coding is Coding.GZIP and len(body) >= COMPRESSION_THRESHOLD_BYTES):
        return (gzip(body) if response.compressed is None else response.compressed), True
    return body, False


_LINES: Final = b"content-type: %b\r\ncache-control: no-cache\r\ncontent-length: %d\r\n\r\n"
_LINES_OF_COMPRESSED: Final = (
    b"content-type: %b\r\ncache-control: no-cache\r\ncontent-encoding: gzip\r\nvary: Accept-Encoding\r\n"
    b"content-length: %d\r\n\r\n"
)


def gzip(body: bytes) -> bytes:
    """Compress, fast rather than small, and without a time stamp: equal answers are equal bytes."""
    compressor = zlib.compressobj(level=1, wbits=31)
    return compressor.compress(body) + compressor.flush()


# What the client would like


class Coding(Enum):
    """How the body of an answer may travel, as far as its request has a say in that."""

    PLAIN = "plain"
    GZIP = "compressed where it is worth it"
    GZIP_ALONE = "compressed in any case"
    NONE = "in no way we know"


@lru_cache(maxsize=256)
def wanted_coding(accept_encoding: bytes) -> Coding:
    """Return how an Accept-Encoding header wants an answer to travel (RFC 9110, section 12.5.3).

    Compressed where gzip is named, or everything, and not liked less than the body as it is, `identity`. That is always
    welcome unless it has `q=0`, itself or among everything that is not named.
    """
    wishes = {}
    for wish in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameters = wish.partition(";")
        wishes[coding.strip()] = quality(parameters)
    gzip_quality = wishes.get("gzip", wishes.get("x-gzip", wishes.get("*", 0.0)))
    identity_quality = wishes.get("identity", wishes.get("*"))
    if identity_quality == 0:
        return Coding.GZIP_ALONE if gzip_quality else Coding.NONE
    return Coding.GZIP if gzip_quality and gzip_quality >= (identity_quality or 0) else Coding.PLAIN


_QUALITY: Final = re.compile(r"(?:^|;)\s*q\s*=\s*(\d{1,9}(?:\.\d{0,99})?|\.\d{1,99})\s*(?:;|$)", re.ASCII)


def quality(parameters: str) -> float:
    """Return how much one of the alternatives of a header is wanted, from its parameters: 1.0 where nothing is said."""
    match = _QUALITY.search(parameters)
    return min(float(match[1]), 1.0) if match else 1.0

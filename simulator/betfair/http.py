"""The little of HTTP that the Betfair face needs, on bare ASGI: read a body, answer once.

No framework stands between the server and the dispatch, because the time of a request is part of what this simulator
imitates: the overhead here is a dictionary, two awaits and a list of headers.
"""

import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

from simulator.betfair.errors import ProtocolError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Final = b"application/json"
XML: Final = b"application/xml"
HTML: Final = b"text/html;charset=UTF-8"

COMPRESSION_THRESHOLD_BYTES: Final = 256
"""Shorter answers are not compressed (wire reference, section 2.1)."""


class Request(NamedTuple):
    """A request whose body has been read. Header names are lower case; of repeated headers the last counts."""

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes

    def header(self, name: bytes) -> str:
        """Return a header as text, empty where it is absent or blank."""
        return self.headers.get(name, b"").decode("latin-1").strip()


class Response(NamedTuple):
    """An answer: one status, one body."""

    status: int
    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Endpoint(Protocol):
    """What answers under a path."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the HTTP methods it understands."""
        ...

    async def answer(self, request: Request) -> Response:
        """Answer a request of one of the methods."""
        ...

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that never got as far as `answer`, in the dialect of this endpoint."""
        ...


class BodyTooLarge(Exception):
    """A body is, or says it is, longer than the limit."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit_bytes: int) -> bytes:
    """Return the whole body; raises `BodyTooLarge` before reading more than the limit, and `ClientGone`."""
    if _announced_length(headers) > limit_bytes:
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


def _announced_length(headers: dict[bytes, bytes]) -> int:
    announced = headers.get(b"content-length", b"")
    # Twenty digits are more than any limit, and few enough to read.
    return int(announced[:20]) if announced.isdigit() else 0


async def respond(send: Send, response: Response, headers: dict[bytes, bytes]) -> None:
    """Send an answer, compressed where it is long enough and the headers of its request allow it."""
    body = response.body
    sent = [(b"content-type", response.content_type), (b"cache-control", b"no-cache"), *response.headers]
    if len(body) >= COMPRESSION_THRESHOLD_BYTES and accepts_gzip(headers.get(b"accept-encoding", b"")):
        body = gzip(body)
        sent.append((b"content-encoding", b"gzip"))
        sent.append((b"vary", b"Accept-Encoding"))
    sent.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def gzip(body: bytes) -> bytes:
    """Compress, fast rather than small, and without a time stamp: equal answers are equal bytes."""
    compressor = zlib.compressobj(level=1, wbits=31)
    return compressor.compress(body) + compressor.flush()


# What the client would like


_REFUSED: Final = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)")


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Return whether an Accept-Encoding header names gzip, or everything, and does not refuse it."""
    answers = {}
    for coding in accept_encoding.decode("latin-1").lower().split(","):
        answers[coding.partition(";")[0].strip()] = not _REFUSED.search(coding)
    return answers.get("gzip", answers.get("*", False))


_MEDIA_TYPES: Final = {
    "*/*": JSON,
    "application/*": JSON,
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": b"text/xml",
}


@lru_cache(maxsize=256)
def acceptable(accept: bytes) -> bytes | None:
    """Return the media type of the answer an Accept header asks for, or `None` where we have none of them.

    No header means JSON: what the live service does is not known, and the framework's own default, XML, would surprise
    everyone (wire reference, section 3.2). Of equally good types the first wins.
    """
    wishes = []
    for wish in accept.decode("latin-1").lower().split(","):
        media_type, _, parameters = wish.partition(";")
        if media_type.strip() in _MEDIA_TYPES and not _REFUSED.search(wish):
            wishes.append((-_quality(parameters), media_type.strip()))
    if not accept.strip():
        return JSON
    return _MEDIA_TYPES[min(wishes, key=lambda wish: wish[0])[1]] if wishes else None


def _quality(parameters: str) -> float:
    match = re.search(r"(?:^|;)\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", parameters, re.ASCII)
    return float(match[1]) if match else 1.0

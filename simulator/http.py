"""The little of HTTP that the faces need, on bare ASGI: read a body, answer once.

No framework stands between the server and the dispatch, because the time of a request is part of what this simulator
imitates: the overhead here is a dictionary, two awaits and a list of headers.
"""

import re
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Final = b"application/json"
NO_CONTENT: Final = 204

COMPRESSION_THRESHOLD_BYTES: Final = 256
"""Shorter answers are not compressed (published: the framework, betfair/cougar)."""


class Request(NamedTuple):
    """A request whose body has been read. Header names are lower case; of repeated headers the last counts.

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


class Response(NamedTuple):
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
    """Send an answer, compressed where it is long enough and the headers of its request allow it.

    One of status 204 has no body, and says neither how long it is nor of what kind (RFC 9110, sections 8.6 and 15.3.5).
    """
    if response.status == NO_CONTENT:
        sent = [(b"cache-control", b"no-cache"), *response.headers]
        await send({"type": "http.response.start", "status": NO_CONTENT, "headers": sent})
        await send({"type": "http.response.body", "body": b""})
        return
    body = response.body
    sent = [(b"content-type", response.content_type), (b"cache-control", b"no-cache"), *response.headers]
    if len(body) >= COMPRESSION_THRESHOLD_BYTES and accepts_gzip(headers.get(b"accept-encoding", b"")):
        body = gzip(body) if response.compressed is None else response.compressed
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


REFUSED: Final = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)")
"""How a header says of one of its alternatives that it is not wanted."""


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Return whether an Accept-Encoding header names gzip, or everything, and does not refuse it."""
    answers = {}
    for coding in accept_encoding.decode("latin-1").lower().split(","):
        answers[coding.partition(";")[0].strip()] = not REFUSED.search(coding)
    return answers.get("gzip", answers.get("*", False))

"""What the Betfair face adds to HTTP: its media types, and the endpoints that answer under its paths."""

import re
from collections.abc import Awaitable
from functools import lru_cache
from typing import Final, Protocol

from simulator.betfair.errors import Fault, ProtocolError
from simulator.http import JSON, Request, Response, quality

XML: Final = b"application/xml"
TEXT_XML: Final = b"text/xml"
HTML: Final = b"text/html;charset=UTF-8"


class Endpoint(Protocol):
    """What answers under a path."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the HTTP methods it understands; none where a method makes no difference."""
        ...

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Answer a request of one of the methods: at once, or later where something has to be waited for."""
        ...

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that never got as far as `answer`, in the dialect of this endpoint."""
        ...


async def awaited(answer: Response | Awaitable[Response]) -> Response:
    """Return an answer of an endpoint once it is there."""
    return answer if isinstance(answer, Response) else await answer


_MEDIA_TYPES: Final = {
    "*": JSON,
    "*/*": JSON,
    "application/*": JSON,
    "application/json": JSON,
    "application/xml": XML,
    "text/*": TEXT_XML,
    "text/xml": TEXT_XML,
}
_MEDIA_TYPE: Final = re.compile(r"[!#$%&'*+.^_`|~\w-]+/[!#$%&'*+.^_`|~\w-]+", re.ASCII)
"""What can be told for a media type, whether anybody knows it or not (RFC 9110, section 8.3.1)."""


@lru_cache(maxsize=256)
def acceptable(accept: bytes) -> bytes:
    """Return the media type of the answer an Accept header asks for.

    No header means JSON: what the live service does is not known, and the framework's own default, XML, would surprise
    everyone (chosen, docs/fidelity.md). Of equally good types the first wins. Raises `ProtocolError` where a type is
    none at all (DSC-0012), and where none of them is one of ours (DSC-0013).
    """
    if not accept.strip():
        return JSON
    wishes = []
    for wish in accept.decode("latin-1").lower().split(","):
        media_type, _, parameters = wish.partition(";")
        name = media_type.strip()
        if name and name != "*" and _MEDIA_TYPE.fullmatch(name) is None:
            raise ProtocolError(Fault.MEDIA_TYPE_PARSE_FAILURE, f"{name[:80]!r} in the header Accept is no media type")
        wanted = quality(parameters)
        if name in _MEDIA_TYPES and wanted:
            wishes.append((-wanted, name))
    if not wishes:
        raise ProtocolError(Fault.ACCEPT_TYPE_NOT_VALID, "neither JSON nor XML is acceptable")
    return _MEDIA_TYPES[min(wishes, key=lambda wish: wish[0])[1]]


def wants_json(request: Request) -> bool:
    """Return whether the Accept header names JSON. A wildcard does not: the identity service answers it with a page."""
    return JSON in request.headers.get(b"accept", b"").lower()


def demand_json(content_type: bytes) -> None:
    """Raise `ProtocolError` unless a Content-Type header says that the body is JSON.

    DSC-0011 where there is none or it is of another kind, DSC-0012 where it is no media type, and DSC-0010 for a
    wildcard (published: betfair/cougar, `ContentTypeNormaliserImpl`). Parameters, a charset among them, do not matter.
    """
    name = content_type.decode("latin-1").partition(";")[0].strip().lower()
    if name == "application/json":
        return
    if not name:
        raise ProtocolError(Fault.CONTENT_TYPE_NOT_VALID, "the request has no Content-Type")
    if _MEDIA_TYPE.fullmatch(name) is None:
        raise ProtocolError(Fault.MEDIA_TYPE_PARSE_FAILURE, f"the Content-Type {name[:80]!r} is no media type")
    if "*" in name.split("/"):
        raise ProtocolError(Fault.INPUT_MEDIA_TYPE_INVALID, f"the Content-Type {name[:80]!r} is not one, but many")
    raise ProtocolError(Fault.CONTENT_TYPE_NOT_VALID, f"the Content-Type {name[:80]!r} is not application/json")

"""What the Betfair face adds to HTTP: its media types, and the endpoints that answer under its paths."""

import re
from functools import lru_cache
from typing import Final, Protocol

from simulator.betfair.errors import ProtocolError
from simulator.http import JSON, REFUSED, Request, Response

XML: Final = b"application/xml"
HTML: Final = b"text/html;charset=UTF-8"


class Endpoint(Protocol):
    """What answers under a path."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the HTTP methods it understands; none where a method makes no difference."""
        ...

    async def answer(self, request: Request) -> Response:
        """Answer a request of one of the methods."""
        ...

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that never got as far as `answer`, in the dialect of this endpoint."""
        ...


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
    everyone (chosen, docs/fidelity.md). Of equally good types the first wins.
    """
    wishes = []
    for wish in accept.decode("latin-1").lower().split(","):
        media_type, _, parameters = wish.partition(";")
        if media_type.strip() in _MEDIA_TYPES and not REFUSED.search(wish):
            wishes.append((-_quality(parameters), media_type.strip()))
    if not accept.strip():
        return JSON
    return _MEDIA_TYPES[min(wishes, key=lambda wish: wish[0])[1]] if wishes else None


def _quality(parameters: str) -> float:
    match = re.search(r"(?:^|;)\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", parameters, re.ASCII)
    return float(match[1]) if match else 1.0

"""One address and everything that can be done with it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.control.problems import WrongMethod

Handler = Callable[[Request], Awaitable[Response]]

JSON: Final = "application/json"

_encoder: Final = msgspec.json.Encoder()


class Resource:
    """Answers the methods it has handlers for, HEAD as GET, and refuses all others with the list of those it has.

    One resource a path: two routes of one path would each refuse the methods of the other.
    """

    def __init__(
        self,
        *,
        get: Handler | None = None,
        post: Handler | None = None,
        put: Handler | None = None,
        delete: Handler | None = None,
    ) -> None:
        offered = {"DELETE": delete, "GET": get, "HEAD": get, "POST": post, "PUT": put}
        self._handlers: Final = {method: handler for method, handler in offered.items() if handler is not None}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive, send)
        handler = self._handlers.get(request.method)
        if handler is None:
            raise WrongMethod(request.method, self._handlers)
        response = await handler(request)
        await response(scope, receive, send)


def answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a document as a response in JSON."""
    return Response(_encoder.encode(document), status, headers, JSON)

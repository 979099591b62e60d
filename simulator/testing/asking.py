"""An application asked in its own event loop, without a socket and without a library."""

from typing import Any, NamedTuple

import msgspec
from starlette.types import ASGIApp


class Heard(NamedTuple):
    """An answer: its status and its body."""

    status: int
    content: bytes

    @property
    def document(self) -> Any:
        """Return the body read as JSON, `None` where there is none."""
        return msgspec.json.decode(self.content) if self.content else None


async def ask(app: ASGIApp, method: str, path: str, body: bytes = b"") -> Heard:
    """Send a request, with a document in JSON if there is one, and return the answer.

    A path is as it is meant, without escapes; it may have a query after a question mark.
    """
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"content-type", b"application/json"), (b"accept", b"application/json")],
    }
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return Heard(messages[0]["status"], b"".join(message.get("body", b"") for message in messages))

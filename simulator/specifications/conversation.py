"""A conversation with an application in this process, from which the examples in the documents are taken.

The world is that of the built-in scenario, begun at a noon at which the real time stands still, so that the same
questions always have the same answers, to the byte.
"""

import asyncio
import json
from typing import Any, Final, NamedTuple

from simulator.app import Application, create_app
from simulator.control.bodies import YAML
from simulator.control.journal import LINES
from simulator.control.worlds import Addresses
from simulator.world.clock import RealTime
from simulator.world.format.quantities import instant_of
from simulator.world.loading.named import builtin_scenario
from simulator.world.worlds import Worlds

URL: Final = "http://127.0.0.1:8000"
NOW: Final = "2026-06-06T12:00:00.000Z"
JSON: Final = {"content-type": "application/json", "accept": "application/json"}
FORM: Final = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


class Heard(NamedTuple):
    """An answer: its status, and its body read as JSON, `None` where there is none; of a page or of lines, the text."""

    status: int
    content: Any


class Conversation:
    """Asks a new application one question after the other."""

    def __init__(self) -> None:
        self.worlds: Final = Worlds(real_time=RealTime(lambda: instant_of(NOW), lambda: 0.0))
        self.worlds.create(builtin_scenario("demo"))
        self._app: Final[Application] = create_app(self.worlds, Addresses(URL))

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Heard:
        """Send a request and return its answer. A body that is no text is sent as JSON."""
        content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return asyncio.run(self._ask(method, path, content, JSON if headers is None else headers))

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Heard:
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self._app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in messages)
        media_type = dict(messages[0]["headers"]).get(b"content-type", b"").partition(b";")[0]
        is_text = media_type in (b"text/html", LINES.encode(), YAML.encode())
        return Heard(messages[0]["status"], content.decode() if is_text else json.loads(content) if content else None)

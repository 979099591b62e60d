"""The yardstick: a bare Starlette route that decodes what it is sent and answers a constant JSON document.

Run as `python -m benchmarks.baseline ANSWER_FILE...`; it prints its port once it listens. Route `/N` answers file N.
"""

import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def constant_route(number: int, answer: bytes) -> Route:
    """Return a route that decodes the body of a request and answers always the same."""

    async def answer_constant(request: Request) -> Response:
        msgspec.json.decode(await request.body())
        return Response(answer, media_type="application/json")

    return Route(f"/{number}", answer_constant, methods=["POST"])


class AnnouncingServer(uvicorn.Server):
    """A server that prints the port it got."""

    async def startup(self, sockets: list | None = None) -> None:  # type: ignore[type-arg]
        """Start, then print."""
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def main(files: list[str]) -> None:
    """Serve the answers in these files until stopped."""
    routes = [constant_route(number, Path(name).read_bytes()) for number, name in enumerate(files)]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error", access_log=False)
    AnnouncingServer(config).run()


if __name__ == "__main__":
    main(sys.argv[1:])

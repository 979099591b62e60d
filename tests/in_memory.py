"""Connections to an application with the server's own protocol at their end, and neither sockets nor time."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from simulator.http_protocol import BoundedProtocol, ConnectionLimits
from simulator.known_heads import KnownHeads


def request(path: str, document: object, headers: Mapping[str, str], *lines: str) -> bytes:
    """Return a POST request as it is sent, with lines of further headers; a document that is no bytes goes as JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), *lines]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


class Connection:
    """What a server has of a connection: its transport, which remembers what is written."""

    def __init__(self, server: "ServerInMemory") -> None:
        self.written = b""
        self._is_closing = False
        loop, limits = asyncio.get_running_loop(), ConnectionLimits()
        self.protocol = BoundedProtocol(server.config, server.state, {}, loop, limits=limits, heads=server.heads)
        self.protocol.connection_made(cast(asyncio.Transport, self))

    def post(self, path: str, document: object, headers: Mapping[str, str]) -> None:
        """Let a client send a request in one piece."""
        self.protocol.data_received(request(path, document, headers))

    # The transport

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self._is_closing = True

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return self._is_closing

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_extra_info(self, name: str) -> Any:
        return None


class ServerInMemory:
    """A server to which connections are made in memory; all that is to happen happens in a running loop."""

    def __init__(self, app: ASGIApp) -> None:
        self.config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
        self.config.load()
        # As our own server has it: no middleware stands before the application.
        self.config.loaded_app = app
        self.state = ServerState()
        self.heads = KnownHeads()

    def connect(self) -> Connection:
        """Return a new connection."""
        return Connection(self)

    async def answer_all(self) -> None:
        """Wait until nothing is being answered any more."""
        while self.state.tasks:
            await asyncio.wait(self.state.tasks)

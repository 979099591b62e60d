"""The stream's socket: lines in and out, as fast as the client reads."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Final, cast

from simulator.betfair.stream.connection import Connection
from simulator.betfair.stream.framing import Lines, MessageTooLong
from simulator.betfair.stream.hub import Hub, StreamSettings
from simulator.betfair.stream.late_wire import LINE_END
from simulator.betfair.stream.publisher import Publisher
from simulator.fault_delivery import Connection as EndableConnection
from simulator.world.worlds import Worlds

UNREAD_BYTES: Final = 256 * 1024
"""How much may wait to be read before changes are no longer sent one by one, but together once the client reads."""
MOST_UNREAD_BYTES: Final = 64 * 1024 * 1024
"""Of whoever has so much to read the connection ends."""
NODE: Final = "002"


class StreamProtocol(asyncio.Protocol):
    """One socket."""

    def __init__(self, hub: Hub, next_id: Callable[[], str]) -> None:
        self._hub: Final = hub
        self._next_id: Final = next_id
        self._lines: Final = Lines()
        self._transport: asyncio.Transport
        self._connection: Connection
        self.is_behind = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Speak first."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(UNREAD_BYTES)
        self._connection = Connection(self._hub, self, self._next_id())
        self._connection.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._connection.lost()

    def data_received(self, data: bytes) -> None:
        """Hand on the lines that are complete."""
        try:
            for line in self._lines.feed(data):
                self._connection.take(line)
                if self._transport.is_closing():
                    return
        except MessageTooLong:
            self._connection.refuse_line("The message is too long")

    def pause_writing(self) -> None:
        """Note that the client does not keep up; what it asks for waits until it has read what there is."""
        self.is_behind = True
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Note that the client reads again."""
        self.is_behind = False
        if not self._transport.is_closing():
            self._transport.resume_reading()
        self._connection.catch_up()

    def write(self, line: bytes) -> None:
        """Send a line and its end in one piece: some clients look for the end at the end of what they receive."""
        self.write_piece(line + LINE_END)

    def write_piece(self, data: bytes) -> None:
        """Send bytes that are no line, or several."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._transport.abort()

    def close(self) -> None:
        """End the connection once everything is sent."""
        self._transport.close()

    def reset(self) -> None:
        """End the connection at once, with a reset."""
        EndableConnection(self._transport).reset()


class StreamServer:
    """Listens for the stream's clients on a bound socket; with a context it speaks TLS."""

    def __init__(
        self,
        worlds: Worlds,
        bound: socket.socket,
        *,
        settings: StreamSettings | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.bound: Final = bound
        self._worlds: Final = worlds
        self._hub: Final = Hub(worlds, settings or StreamSettings())
        self._tls: Final = tls
        self._numbers: Final = count(1)
        self._server: asyncio.Server | None = None

    @property
    def publisher(self) -> Publisher:
        """Return what tells of all worlds, for who follows them beside the clients."""
        return self._hub.publisher

    async def start(self) -> None:
        """Accept connections from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: StreamProtocol(self._hub, self._next_id), sock=self.bound, ssl=self._tls
        )

    def stop(self) -> None:
        """Accept no more connections, and end those that there are."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._hub.connections):
            connection.end()

    def _next_id(self) -> str:
        world = next(iter(self._worlds), None)
        now = 0 if world is None else world.clock.now()
        return f"{NODE}-{datetime.fromtimestamp(now // 1000, UTC):%d%m%y%H%M%S}-{next(self._numbers)}"

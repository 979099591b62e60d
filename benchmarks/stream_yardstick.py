"""The yardstick of the stream: a bare server that writes one line to all who said so, each time somebody asks for it.

Run as `python -m benchmarks.stream_yardstick FILE`, whose content is the line; it prints its port once it listens.
"""

import asyncio
import sys
from pathlib import Path
from typing import ClassVar


class _Bare(asyncio.Protocol):
    listeners: ClassVar[list[asyncio.Transport]] = []
    line = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Note who wants to be told, and tell."""
        if data.startswith(b"listen"):
            self.listeners.append(self._transport)
        else:
            self._transport.write(b"placed\r\n")
            for listener in self.listeners:
                listener.write(self.line)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Bare, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    _Bare.line = Path(sys.argv[1]).read_bytes()
    asyncio.run(_serve())

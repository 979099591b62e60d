"""The server around the application: its sockets, its start and its end."""

import errno
import ipaddress
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

KEEP_ALIVE_SECONDS: Final = 75
"""How long a connection may be idle: long enough for a bot that polls once a minute."""
SHUTDOWN_SECONDS: Final = 2
"""How long requests may still take once the server is told to stop."""


class CannotListen(Exception):
    """The address or the port cannot be had; the sentence says why."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound, to a free port where `port` is 0; raise `CannotListen`.

    Bound here and not by the web server, so that the port is known before the first world is described.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise CannotListen(f"{host!r} is not an address of this machine: {error}.") from None
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    if os.name == "posix":
        # A port whose last connections are still winding down is free.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        # Two processes can bind one port until one of them listens; the second learns of it here.
        bound.listen(2048)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"Port {port} of {host} is in use; port 0 finds a free one.") from None
        raise CannotListen(f"Port {port} of {host} cannot be had: {error.strerror}.") from None
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Return whether only this machine can reach a bound socket."""
    return ipaddress.ip_address(bound.getsockname()[0].partition("%")[0]).is_loopback


def url_of(bound: socket.socket) -> str:
    """Return the URL under which this machine reaches a bound socket."""
    host, port = bound.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        # A client cannot connect to "every address"; the loopback one is among them.
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"


def ready_line(url: str, control_url: str) -> str:
    """Return what is printed on standard output when every port answers. `stream=-` says that there is no stream."""
    return f"betsim ready http={url} stream=- control={control_url}"


class Server(uvicorn.Server):
    """A web server that says when it is ready and when it stops. SIGTERM and Ctrl-C stop it without an error."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_ready: Callable[[], None],
        on_stop: Callable[[], None],
        on_signal: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Make a server. `on_signal` may take a signal upon itself by returning `True`; any other stops the server."""
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        self._on_ready: Final = on_ready
        self._on_stop: Final = on_stop
        self._on_signal: Final = on_signal

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so once connections are answered."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, once what is still being answered has been."""
        self._on_stop()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal, or at the second one in haste."""
        if not self._on_signal(sig):
            super().handle_exit(sig, frame)

    def run_on(self, bound: socket.socket) -> None:
        """Serve on a bound socket until the server is stopped."""
        # Once it has stopped, the web server raises the signal that stopped it again, for the handler before its own.
        # That is for it to be the end of the program, and here the program has come to its end already.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _over)
        self.run(sockets=[bound])


def _over(_: int, __: FrameType | None) -> None:
    """Do nothing: the signal has been obeyed."""

"""The server around the application: its sockets, its start and its end."""

import asyncio
import errno
import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple, Protocol, cast

import uvicorn
from starlette.types import ASGIApp

from simulator.http_protocol import BoundedProtocol, ConnectionLimits
from simulator.known_heads import KnownHeads

SHUTDOWN_SECONDS: Final = 2
"""How long requests may still take once the server is told to stop; then their connections end."""


class CannotListen(Exception):
    """The address or the port cannot be had; the sentence says why."""


class CannotWrite(Exception):
    """A file of certificates cannot be written; the sentence says why."""


class CannotAnnounce(Exception):
    """That the server is ready cannot be said; the sentence says why."""


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


def host_and_port_of(bound: socket.socket) -> tuple[str, int]:
    """Return where this machine reaches a bound socket."""
    host, port = bound.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        # A client cannot connect to "every address"; the loopback one is among them.
        host = "127.0.0.1" if address.version == 4 else "::1"
    return host, port


def url_of(bound: socket.socket, scheme: str = "http") -> str:
    """Return the URL under which this machine reaches a bound socket."""
    host, port = host_and_port_of(bound)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def ready_line(
    url: str | None, stream: str, control_url: str, https_url: str | None = None, ca: Path | None = None
) -> str:
    """Return what is printed on standard output when every port answers.

    `-` says that something is not there. Where TLS is spoken two fields follow: the address, and the certificate to
    trust, whose name goes on to the end of the line.
    """
    line = f"betsim ready http={url or '-'} stream={stream} control={control_url}"
    return line if https_url is None else f"{line} https={https_url} ca={ca}"


class Companion(Protocol):
    """What is served on a port of its own beside HTTP."""

    async def start(self) -> None:
        """Accept connections from now on."""

    def stop(self) -> None:
        """Accept no more connections, and end those that there are."""


class SecureSocket(NamedTuple):
    """A bound socket on which TLS is spoken: `protect` makes of what makes a protocol what makes one in TLS.

    It is handed as well where connections are kept that have not greeted yet, and how many seconds they have for it.
    """

    bound: socket.socket
    protect: Callable[[Callable[[], asyncio.Protocol], set[Any], float], Callable[[], asyncio.Protocol]]


class Server(uvicorn.Server):
    """A web server that says when it is ready and when it stops. SIGTERM and Ctrl-C stop it without an error."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_ready: Callable[[], None],
        on_stop: Callable[[], None],
        on_signal: Callable[[int], bool] = lambda _: False,
        limits: ConnectionLimits = ConnectionLimits(),  # noqa: B008, it is frozen
        secure: SecureSocket | None = None,
        companions: Sequence[Companion] = (),
    ) -> None:
        """Make a server. `on_signal` may take a signal upon itself by returning `True`; any other stops the server."""
        super().__init__(
            uvicorn.Config(
                app,
                # Called like the class that it stands for, and with the limits as well.
                http=cast(type[asyncio.Protocol], partial(BoundedProtocol, limits=limits, heads=KnownHeads())),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # The web server only hands them on to the loop, which takes fractions of a second too.
                timeout_keep_alive=cast(int, limits.idle_seconds),
                timeout_graceful_shutdown=SHUTDOWN_SECONDS + 1,
            )
        )
        self._limits: Final = limits
        self._secure: Final = secure
        self._companions: Final = companions
        self._loop: asyncio.AbstractEventLoop | None = None
        self._not_announced: OSError | None = None
        self._on_ready: Final = on_ready
        self._on_stop: Final = on_stop
        self._on_signal: Final = on_signal

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so once connections are answered."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            await self._start_securely()
            for companion in self._companions:
                await companion.start()
            try:
                self._on_ready()
            except OSError as error:
                # Told by `run_on` once the server has stopped: the web server would make a traceback of it.
                self._not_announced = error
                # A little later: many versions of the web server do not end in order what is stopped while it starts.
                self._loop.call_soon(self._leave)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, once what is still being answered has been."""
        self._on_stop()
        for companion in self._companions:
            companion.stop()
        # Tasks that the web server would have to cancel end by themselves when their connections do, and quietly.
        patience = asyncio.get_running_loop().call_later(SHUTDOWN_SECONDS, self._end_connections)
        await super().shutdown(sockets)
        patience.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal; at the second one leave whoever is still being answered."""
        if self._on_signal(sig):
            return
        if self.should_exit and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_connections)
        else:
            super().handle_exit(sig, frame)

    async def _start_securely(self) -> None:
        """Answer on the socket on which TLS is spoken, too, with the same protocol inside."""
        if self._secure is None:
            return

        def protocol() -> asyncio.Protocol:
            state = self.lifespan.state
            return self.config.http_protocol_class(  # type: ignore[call-arg]
                config=self.config, server_state=self.server_state, app_state=state
            )

        protect, connections = self._secure.protect, cast(set[Any], self.server_state.connections)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            protect(protocol, connections, self._limits.request_seconds), sock=self._secure.bound
        )
        self.servers.append(server)

    def _leave(self) -> None:
        self.should_exit = True

    def _end_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def run_on(self, bound: socket.socket | None) -> None:
        """Serve on a bound socket until something stops the server; raise `CannotAnnounce` where `on_ready` failed.

        Without one there is only the socket on which TLS is spoken.
        """
        # Once it has stopped, the web server raises the signal that stopped it again, for the handler before its own.
        # That is for it to be the end of the program, and here the program has come to its end already.
        for number in (signal.SIGINT, signal.SIGTERM):
            # Ignored and not handled: what a handler is for the interpreter forgets before the program has ended.
            signal.signal(number, signal.SIG_IGN)
        self.run(sockets=[] if bound is None else [bound])
        if self._not_announced is not None:
            why = self._not_announced.strerror
            raise CannotAnnounce(f"it cannot be said that the server is ready: {why}.") from self._not_announced

"""A server in a thread of this process: all services under their real paths on one port, the stream on another."""

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from simulator.betfair.stream.listener import StreamServer
from simulator.launch import TlsMissing, TlsOptions, secured
from simulator.reading_recordings import open_recordings
from simulator.server import Server as WebServer
from simulator.server import host_and_port_of, listen, url_of
from simulator.testing.errors import BetsimError, is_sentence
from simulator.testing.place import Place
from simulator.testing.scenarios import DEFAULT_SCENARIO, ScenarioLike, scenario_of
from simulator.testing.world import World
from simulator.world.worlds import Worlds

__tracebackhide__ = is_sentence

if TYPE_CHECKING:
    from simulator.certificates import ClientFiles
    from simulator.secure_serving import SecureServing

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 30.0


class Server(Place):
    """A server that runs until it is closed, on free ports of the loopback address.

    `url` is its address and `stream` host and port of the stream, `None` where there is none. With TLS there are
    `https_url` and `ca`, the certificate to trust, too.
    """

    def __init__(
        self,
        scenario: ScenarioLike = DEFAULT_SCENARIO,
        *,
        seed: int = 0,
        stream: bool = True,
        tls: bool = False,
        certificates_for: Iterable[str] = (),
    ) -> None:
        """Serve a world of a scenario as the default one; raise `BetsimError` where that cannot be done.

        Certificates are made for its customers, and for those of worlds to come that are called `certificates_for`.
        """
        checked = scenario_of(scenario, seed)
        usernames = {*certificates_for, *(account.username for account in checked.accounts)}
        self._secure: Final = _secured(usernames) if tls else None
        worlds = Worlds(
            certificates={} if self._secure is None else self._secure.fingerprints, open_recordings=open_recordings
        )
        bound = listen(HOST, 0)
        listening = (
            StreamServer(worlds, listen(HOST, 0), tls=None if self._secure is None else self._secure.stream_context)
            if stream
            else None
        )
        super().__init__(
            worlds, url=url_of(bound), stream=None if listening is None else host_and_port_of(listening.bound)
        )
        self.world: Final = World(scenario, seed=seed, place=self)
        """The default world."""
        ready = threading.Event()
        self._server: Final = WebServer(
            self.app,
            on_ready=ready.set,
            on_stop=self.end_all,
            secure=None if self._secure is None else self._secure.socket,
            companions=() if listening is None else (listening,),
        )
        self._served: Final = self.engine.submit(self._server.serve(sockets=[bound]))
        self._served.add_done_callback(lambda _: ready.set())
        ready.wait(START_SECONDS)
        if self._served.done() or not ready.is_set():
            self.close()
            raise BetsimError(f"The server has not started within {START_SECONDS:g} seconds.")

    @property
    def https_url(self) -> str | None:
        """Return the address under which TLS is spoken, or `None`."""
        return None if self._secure is None else self._secure.url

    @property
    def ca(self) -> Path | None:
        """Return the certificate to trust, or `None` where no TLS is spoken."""
        return None if self._secure is None else self._secure.ca

    @property
    def certificates(self) -> "dict[str, ClientFiles]":
        """Return the files of the customers' certificates by the names that the scenario has; none without TLS."""
        return {} if self._secure is None else self._secure.clients

    def new_world(self, scenario: ScenarioLike = DEFAULT_SCENARIO, *, seed: int = 0) -> World:
        """Begin one more world, which whoever calls has to close.

        Usernames, app keys and tokens lead into it. Where another world of the server has them they get a suffix: take
        them from the world's `account()` and `bettune_user()`.
        """
        return World(scenario, seed=seed, place=self)

    def close(self) -> None:
        """Stop the server, with all its worlds. Once more does nothing."""
        if not self.engine.is_running:
            return
        self._server.should_exit = True
        try:
            self._served.result()
        finally:
            super().close()
            if self._secure is not None:
                self._secure.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<betsim at {self.url}>"


def serve(
    scenario: ScenarioLike = DEFAULT_SCENARIO, *, seed: int = 0, stream: bool = True, tls: bool = False
) -> Server:
    """Start a server in a thread, whose default world is `server.world`; use it in a `with`, or close it.

    Ports are free ones. `stream` and `tls` say whether the stream and HTTPS are served too. Raise `BetsimError`.
    """
    return Server(scenario, seed=seed, stream=stream, tls=tls)


def _secured(usernames: Iterable[str]) -> "SecureServing":
    try:
        return secured(HOST, TlsOptions(port=0), usernames)
    except TlsMissing as error:
        raise BetsimError(str(error)) from None

"""A client of betfairlightweight that talks to a server of its own, and its streams, each read in a thread.

What comes goes into one queue, so that a strategy is called from one thread alone.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from msgspec import Struct

FIELDS: Final = ["EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF", "SP_TRADED", "SP_PROJECTED"]
SECONDS_WITHOUT_A_WORD: Final = 30.0


class CannotRun(Exception):
    """A strategy cannot run against a server, or not any longer; the sentence says why."""


class Server(Struct, frozen=True, kw_only=True):
    """Where a server is, and as whom to bet: its URL, `HOST:PORT` of its stream, and the credentials of a customer.

    `ca` is a file with the certificate to trust; with it the stream speaks TLS.
    """

    url: str
    stream: str
    username: str
    password: str
    app_key: str
    ca: Path | None = None


class Lost(Struct, frozen=True):
    """What is put into the queue when a stream has ended; `problem` is what the library says of it."""

    problem: str


class Answered(Struct, frozen=True):
    """What is put into the queue when a request about orders in a market is answered."""

    market_id: str


class Library:
    """A client that is logged in; raises `CannotRun` where it is not to be had or the server does not let it in."""

    def __init__(self, server: Server) -> None:
        self.queue: Final[SimpleQueue[Any]] = SimpleQueue()
        self._server: Final = server
        self._streams: Final[list[Any]] = []
        self._is_closed = False
        try:
            self._library: Final[Any] = import_module("betfairlightweight")
            requests: Any = import_module("requests")
        except ImportError:
            raise CannotRun("strategies run with betfairlightweight: pip install betfairlightweight.") from None
        self.session: Final[Any] = requests.Session()
        self.session.trust_env = False
        if server.ca is not None:
            self.session.verify = str(server.ca)
        self.client: Final[Any] = self._library.APIClient(
            server.username, server.password, app_key=server.app_key, session=self.session
        )
        self.client.identity_uri = f"{server.url}/api/"
        self.client.api_uri = f"{server.url}/exchange/"
        self.ask(self.client.login_interactive)

    def ask(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function of the library; raise `CannotRun` for any error of it."""
        try:
            return call(*arguments, **named)
        except self._library.BetfairError as error:
            raise CannotRun(f"{self._server.url}: {error}.") from error

    def follow_markets(self, market_filter: dict[str, Any]) -> None:
        """Subscribe to markets; lists of their books come into the queue."""
        data = {"fields": FIELDS, "ladderLevels": 10}
        self._follow(lambda stream: stream.subscribe_to_markets(market_filter=market_filter, market_data_filter=data))

    def follow_orders(self) -> None:
        """Subscribe to one's own orders; lists of those of a market come into the queue."""
        self._follow(lambda stream: stream.subscribe_to_orders())

    def _follow(self, subscribe: Callable[[Any], object]) -> None:
        listener = self._library.StreamListener(output_queue=self.queue, max_latency=None)
        stream = self.client.streaming.create_stream(listener=listener, timeout=SECONDS_WITHOUT_A_WORD)
        # The library knows one host, and TLS without a look at the certificate.
        stream._create_socket = self._connect
        self._streams.append(stream)
        Thread(target=self._read, args=(stream, subscribe), daemon=True).start()

    def _read(self, stream: Any, subscribe: Callable[[Any], object]) -> None:
        try:
            subscribe(stream)
            stream.start()
        except Exception as error:  # noqa: BLE001, the library stumbles in every way over a stream that is hung up
            if not self._is_closed:
                self.queue.put(Lost(str(error)))

    def _connect(self) -> socket.socket:
        host, _, port = self._server.stream.rpartition(":")
        connection = socket.create_connection((host, int(port)), timeout=SECONDS_WITHOUT_A_WORD)
        if self._server.ca is None:
            return connection
        context = ssl.create_default_context(cafile=str(self._server.ca))
        return context.wrap_socket(connection, server_hostname=host)

    def close(self) -> None:
        """Hang up and log out."""
        self._is_closed = True
        for stream in self._streams:
            stream.stop()
        with suppress(CannotRun):
            self.ask(self.client.logout)
        self.session.close()

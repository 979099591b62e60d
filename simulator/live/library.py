"""A client of betfairlightweight that talks to a server of its own, and its streams, each read in a thread.

What comes goes into one queue, so that a strategy is called from one thread alone.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Final

from msgspec import Struct

from simulator.access import Access

FIELDS: Final = ["EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF", "SP_TRADED", "SP_PROJECTED"]
SECONDS_WITHOUT_A_WORD: Final = 30.0
SESSION_CODES: Final = frozenset({"INVALID_SESSION_INFORMATION", "NO_SESSION"})
"""What a request is refused with, before anything of it is done, where its session is unknown or has ended."""


class CannotRun(Exception):
    """A strategy cannot run against a server, or not any longer; the sentence says why."""


class Lost(Struct, frozen=True):
    """What is put into the queue when a stream has ended; `problem` is what the library says of it."""

    problem: str


class Library:
    """A client that is logged in; raises `CannotRun` where it is not to be had or the server does not let it in."""

    def __init__(self, access: Access) -> None:
        self.queue: Final[SimpleQueue[Any]] = SimpleQueue()
        self._access: Final = access
        self._streams: Final[list[Any]] = []
        self._is_closed = False
        try:
            self._library: Final[Any] = import_module("betfairlightweight")
            requests: Any = import_module("requests")
        except ImportError:
            raise CannotRun("strategies run with betfairlightweight: pip install betfairlightweight.") from None
        self.session: Final[Any] = requests.Session()
        self.session.trust_env = False
        if access.ca is not None:
            self.session.verify = str(access.ca)
        self.client: Final[Any] = self._library.APIClient(
            access.username, access.password, app_key=access.app_key, session=self.session
        )
        self.client.identity_uri = f"{access.url}/api/"
        self.client.api_uri = f"{access.url}/exchange/"
        # Held while the session changes: the library notes the token of an answer, also of one that comes late.
        self._renewing: Final = Lock()
        self._ask_once(self.client.login_interactive)

    def ask(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function of the library, once more where the session had ended; raise `CannotRun` for any error of it.

        A request that is refused for its session has done nothing, so that it can be sent again after a login.
        """
        token = self.client.session_token
        try:
            return self._ask_once(call, *arguments, **named)
        except CannotRun as refused:
            if _code_of(refused.__cause__) not in SESSION_CODES:
                raise
        self._log_in_anew(token)
        return self._ask_once(call, *arguments, **named)

    def keep_alive(self) -> None:
        """Let the session last its full length from now on, or log in anew where it has ended; raise `CannotRun`."""
        with self._renewing:
            token = self.client.session_token
            try:
                self._ask_once(self.client.keep_alive)
                return
            except CannotRun as refused:
                if _code_of(refused.__cause__) not in SESSION_CODES:
                    raise
        self._log_in_anew(token)

    def _log_in_anew(self, token: str) -> None:
        """Log in, unless another thread has done so since a token was refused."""
        with self._renewing:
            if self.client.session_token == token:
                self._ask_once(self.client.login_interactive)

    def _ask_once(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except self._library.BetfairError as error:
            raise CannotRun(_sentence(self._access.url, error)) from error

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
        host, _, port = self._access.stream.rpartition(":")
        connection = socket.create_connection((host, int(port)), timeout=SECONDS_WITHOUT_A_WORD)
        if self._access.ca is None:
            return connection
        context = ssl.create_default_context(cafile=str(self._access.ca))
        return context.wrap_socket(connection, server_hostname=host)

    def close(self) -> None:
        """Hang up and log out."""
        self._is_closed = True
        for stream in self._streams:
            stream.stop()
        with suppress(CannotRun):
            self._ask_once(self.client.logout)
        self.session.close()


def _code_of(error: BaseException | None) -> str:
    """Return the code by which a request was refused: what the library raises has the answer; empty without one."""
    response = getattr(error, "response", None)
    told = response.get("error") if isinstance(response, dict) else None
    if isinstance(told, dict):
        # Of an interface, whose exception has a name: {"exceptionname": "APINGException", "APINGException": {...}}.
        data = told.get("data") or {}
        told = (data.get(data.get("exceptionname")) or {}).get("errorCode")
    return told if isinstance(told, str) else ""


def _sentence(url: str, error: Exception) -> str:
    """Return in one line what the library raises: where there is no connection, why that is, as the system says it."""
    reason = getattr(error, "exception", None)
    if not isinstance(reason, OSError):
        return f"{url}: {' '.join(str(error).split())}."
    # Every library on the way has wrapped it once more.
    told: BaseException | None = reason
    words = type(reason).__name__
    while told is not None:
        if isinstance(told, OSError) and told.strerror:
            words = told.strerror
        told = told.__cause__ or told.__context__
    return f"{url} cannot be reached: {words}."

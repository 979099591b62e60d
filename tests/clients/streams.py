"""betfairlightweight's own streams, in a thread as its users run them, read from by a test."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from betfairlightweight import APIClient, StreamListener, filters
from betfairlightweight.exceptions import BetfairError
from betfairlightweight.streaming.betfairstream import BetfairStream

from tests.clients.library import ServedWorld
from tests.serving import PATIENCE_SECONDS, Served

NOTHING_YET_SECONDS = 0.05
FIELDS = ["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF"]


def lead_streams_to(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library connect to a server of ours: the host and the port are all that is changed."""
    host, _, port = served.stream.rpartition(":")
    monkeypatch.setattr(BetfairStream, "HOSTS", {None: host, "integration": host})
    monkeypatch.setattr(BetfairStream, "_BetfairStream__port", int(port))


def logged_in(world: ServedWorld, number: int) -> Iterator[APIClient]:
    account = world.accounts[number]
    with requests.Session() as session:
        session.trust_env, session.verify = False, world.served.ca
        client = APIClient(account.username, account.password, app_key=account.app_key, session=session)
        client.identity_uri = f"{world.served.https_url}/api/"
        client.api_uri = f"{world.served.https_url}/exchange/"
        client.login_interactive()
        yield client


class RunningStream:
    """A stream that is read in its own thread."""

    def __init__(self, client: APIClient, subscribe: Callable[[Any], object], **listener: Any) -> None:
        self._client = client
        self._queue: queue.Queue[Any] = queue.Queue()
        self.listener = StreamListener(output_queue=self._queue, **listener)
        self.connect(subscribe)

    def connect(self, subscribe: Callable[[Any], object]) -> None:
        """Connect, for the first time or again with what the listener knows, and subscribe."""
        self.stream = self._client.streaming.create_stream(listener=self.listener)
        subscribe(self.stream)
        self.error: BetfairError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.stream.start()
        except BetfairError as error:
            self.error = error

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds of what the library has been told."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert self.error is None, self.error
            assert time.monotonic() < deadline, f"never: {what}"
            threading.Event().wait(NOTHING_YET_SECONDS)

    def until_cut_off(self) -> BetfairError:
        """Wait until the library has lost its connection, and return what it says."""
        self._thread.join(PATIENCE_SECONDS)
        assert self.error is not None, "the stream goes on"
        return self.error

    def until_something_came(self, what: str) -> None:
        """Wait until anything has come, at the latest a heartbeat: what was told before has come as well."""
        before = self.stream.receive_count
        self.until(lambda: self.stream.receive_count > before + 1, what)

    def books(self) -> dict[str, Any]:
        """The library's own books, by market id."""
        return {book.market_id: book for book in self.listener.snap()}

    def orders(self) -> dict[str, Any]:
        """The library's own list of the customer's orders, by bet id."""
        return {order.bet_id: order for market in self.listener.snap() for order in market.orders}

    def stop(self) -> None:
        self.stream.stop()
        self._thread.join(PATIENCE_SECONDS)


@contextmanager
def running(client: APIClient, subscribe: Callable[[Any], object], **listener: Any) -> Iterator[RunningStream]:
    """Yield a stream that is connected and has subscribed, and stop it."""
    stream = RunningStream(client, subscribe, **listener)
    try:
        yield stream
    finally:
        stream.stop()


def to_markets(*market_ids: str, **options: Any) -> Any:
    return lambda stream: stream.subscribe_to_markets(
        market_filter=filters.streaming_market_filter(market_ids=list(market_ids)),
        market_data_filter=filters.streaming_market_data_filter(fields=FIELDS, ladder_levels=3),
        **options,
    )


def assert_shows(stream: RunningStream, client: APIClient, market_id: str) -> None:
    """Hold the library's own book of a market, made of messages, against listMarketBook."""
    projection = filters.price_projection(price_data=["EX_ALL_OFFERS", "EX_TRADED"])
    (book,) = client.betting.list_market_book([market_id], price_projection=projection)

    def lines(runner: Any) -> Any:
        sides = (runner.ex.available_to_back, runner.ex.available_to_lay, runner.ex.traded_volume)
        return [[(line.price, line.size) for line in side] for side in sides]

    def agrees() -> bool:
        shown = stream.books().get(market_id)
        return shown is not None and (shown.status, shown.version, shown.total_matched) == (
            book.status,
            book.version,
            book.total_matched,
        ) and [lines(runner) for runner in shown.runners] == [lines(runner) for runner in book.runners]  # fmt: skip

    stream.until(agrees, f"the stream shows {market_id} as listMarketBook does")

"""betfairlightweight's own streams, in a thread as its users run them, read from by a test."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from betfairlightweight import APIClient, StreamListener
from betfairlightweight.exceptions import BetfairError
from betfairlightweight.streaming.betfairstream import BetfairStream

from tests.serving import PATIENCE_SECONDS, Served

NOTHING_YET_SECONDS = 0.05


def lead_streams_to(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library connect to a server of ours: the host and the port are all that is changed."""
    host, _, port = served.stream.rpartition(":")
    monkeypatch.setattr(BetfairStream, "HOSTS", {None: host, "integration": host})
    monkeypatch.setattr(BetfairStream, "_BetfairStream__port", int(port))


class RunningStream:
    """A stream that is read in its own thread."""

    def __init__(self, client: APIClient, subscribe: Callable[[Any], object], **listener: Any) -> None:
        self._queue: queue.Queue[Any] = queue.Queue()
        self.listener = StreamListener(output_queue=self._queue, **listener)
        self.stream = client.streaming.create_stream(listener=self.listener)
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

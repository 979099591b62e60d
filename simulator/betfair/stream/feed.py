"""Feeds: what has changed in the markets of a world, worked out and encoded once for all who see it alike.

A feed belongs to a view, which knows what can be seen of a market and how two states of it differ. Markets that
something has happened to are marked; when the feed is flushed each of them is read once, and the difference to what was
published before goes, encoded, to everybody who has subscribed to the market. So the cost of a change is that of one
market, and of handing the same bytes to its subscribers.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any, Final, Protocol

State = Any
"""What a view reads of a market: a value that nobody changes, with nothing of the kernel in it."""


class View(Protocol):
    """What can be seen of the markets of a world by all who see alike."""

    def read(self, market_id: str, before: State | None, bets: Iterable[int]) -> State | None:
        """Return the state of a market as it is now, or `None` where there is none to be seen.

        `before` is the state that was read last, if any was, and `bets` are those that something has happened to since.
        """

    def difference(self, before: State | None, after: State, *, merged: bool = False) -> bytes | None:
        """Return the change from one state to another as it is written, `None` where there is none to be told.

        From nothing it is an image. `merged` says that several changes are told as one.
        """

    def known(self, before: State | None, after: State) -> State:
        """Return a state as it is known to who was told how it differs from one before: an image may leave things out.

        Where all of it is known it is the state itself.
        """

    def nothing(self, market_id: str) -> State | None:
        """Return the state from which a market is told that comes up while a subscription goes on."""

    def next_due(self, market_id: str) -> int | None:
        """Return when, by the clock of the world, a market is to be looked at again although nothing happens to it."""


class Subscriber(Protocol):
    """Somebody who is told of changes."""

    def take(self, market_id: str, before: State | None, after: State, change: bytes) -> None:
        """Note a change of a market."""

    def send(self) -> None:
        """Send what was noted as one message."""


class Feed:
    """The changes of the markets that anybody has subscribed to, as one view shows them."""

    def __init__(self, view: View) -> None:
        self.view: Final = view
        self._published: Final[dict[str, State]] = {}
        self._subscribers: Final[dict[str, dict[Subscriber, None]]] = {}
        self._marked: dict[str, set[int]] = {}
        """With the bets that something has happened to."""
        self._due: Final[dict[str, int]] = {}
        """When markets are to be looked at again, by the clock of the world."""
        self._next: Final[list[tuple[int, str]]] = []
        """A heap of what is, or was, in `_due`."""

    def subscribe(self, subscriber: Subscriber, market_ids: Iterable[str]) -> dict[str, State]:
        """Tell a subscriber of some markets from now on, and return the states from which the changes go on."""
        states: dict[str, State] = {}
        for market_id in market_ids:
            self._subscribers.setdefault(market_id, {})[subscriber] = None
            state = self._published.get(market_id)
            if state is None:
                state = self._read(market_id, None, ())
                if state is not None:
                    self._published[market_id] = state
            if state is not None:
                states[market_id] = state
        return states

    def unsubscribe(self, subscriber: Subscriber, market_ids: Iterable[str]) -> None:
        """Tell a subscriber no more."""
        for market_id in market_ids:
            subscribers = self._subscribers.get(market_id)
            if subscribers is None:
                continue
            subscribers.pop(subscriber, None)
            if not subscribers:
                del self._subscribers[market_id]
                for known in (self._published, self._marked, self._due):
                    known.pop(market_id, None)

    def mark(self, market_id: str, bets: Iterable[int]) -> bool:
        """Note that something has happened to a market, and to these bets; return whether anybody wants to know."""
        if market_id not in self._subscribers:
            return False
        self._marked.setdefault(market_id, set()).update(bets)
        return True

    def flush(self) -> None:
        """Tell everybody what has changed since the last time."""
        marked, self._marked = self._marked, {}
        touched: dict[Subscriber, None] = {}
        for market_id, bets in marked.items():
            subscribers = self._subscribers.get(market_id)
            before = self._published.get(market_id)
            if before is None:
                # Subscribed to before there was anything to be seen.
                before = self.view.nothing(market_id)
            after = None if subscribers is None else self._read(market_id, before, bets)
            if subscribers is None or after is None:
                continue
            change = self.view.difference(before, after)
            # Kept also where nothing is told: a state may remember what is to be told later.
            self._published[market_id] = after
            if change is not None:
                for subscriber in subscribers:
                    subscriber.take(market_id, before, after, change)
                touched.update(subscribers)
        for subscriber in touched:
            subscriber.send()

    def state(self, market_id: str) -> State | None:
        """Return what was published of a market last."""
        return self._published.get(market_id)

    def begin_again(self) -> None:
        """Forget what was published, because the world has begun again or gone back: all are to subscribe again."""
        for known in (self._published, self._marked, self._due, self._next):
            known.clear()

    @property
    def next_due(self) -> int | None:
        """Return when a market is next to be looked at although nothing happens to it, by the clock of the world."""
        while self._next and self._due.get(self._next[0][1]) != self._next[0][0]:
            heappop(self._next)
        return self._next[0][0] if self._next else None

    def mark_due(self, now: int) -> None:
        """Mark the markets that are to be looked at again by now."""
        while (due := self.next_due) is not None and due <= now:
            _, market_id = heappop(self._next)
            del self._due[market_id]
            self._marked.setdefault(market_id, set())

    def _read(self, market_id: str, before: State | None, bets: Iterable[int]) -> State | None:
        state = self.view.read(market_id, before, bets)
        due = self.view.next_due(market_id)
        if due is None:
            self._due.pop(market_id, None)
        elif self._due.get(market_id) != due:
            self._due[market_id] = due
            heappush(self._next, (due, market_id))
        return state

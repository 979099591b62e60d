"""What falls due in a world: one agenda of many sources, each of which knows when it is next due."""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Final, Protocol

from simulator.exchange.commands import Tick
from simulator.exchange.exchange import Exchange
from simulator.world.faults import Faults
from simulator.world.format.scenario import AnyHappening
from simulator.world.inputs import Input, ReleaseAnswer


class Source(Protocol):
    """Something that has things happen at times of its own."""

    @property
    def name(self) -> str:
        """Return what the story calls the source of what happens."""

    @property
    def next_due(self) -> int | None:
        """Return when it is next due, in milliseconds since 1970, or `None` for never as things stand."""

    def run(self, due: int) -> Iterable[Input]:
        """Take what is due at a time and return the inputs that make it happen, in order.

        Afterwards `next_due` is later, or what is next was due at the same time as well.
        """


class Agenda:
    """The sources of a world. What is due at the same millisecond happens in the order in which they were added."""

    def __init__(self, *sources: Source) -> None:
        self._sources: tuple[Source, ...] = sources

    def add(self, source: Source) -> None:
        """Add a source, after those that are there."""
        self._sources = (*self._sources, source)

    def add_first(self, source: Source) -> None:
        """Add a source before those that are there."""
        self._sources = (source, *self._sources)

    @property
    def next_due(self) -> int | None:
        """Return when the first source is due, or `None` where none will be."""
        earliest = None
        for source in self._sources:
            due = source.next_due
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        return earliest

    def first(self, due: int) -> Source:
        """Return the first source that is due at a time which `next_due` has named."""
        return next(source for source in self._sources if source.next_due == due)


class HeldOrders:
    """Orders in the bet delay: who sent them was earlier than whatever else is due at the same time."""

    name: Final = "held orders"

    def __init__(self, exchange: Exchange) -> None:
        self._queue: Final = exchange.held_queue

    @property
    def next_due(self) -> int | None:
        """Return when the first held request reaches the matcher."""
        return self._queue[0].due_at if self._queue else None

    def run(self, due: int) -> Iterable[Input]:
        """Let time pass in the exchange."""
        return (Tick(),)


class Heartbeats:
    """Customers who were to be heard of by now."""

    name: Final = "heartbeats"

    def __init__(self, exchange: Exchange) -> None:
        self._deadlines: Final = exchange.heartbeats

    @property
    def next_due(self) -> int | None:
        """Return when the first heartbeat is missed."""
        return self._deadlines.first

    def run(self, due: int) -> Iterable[Input]:
        """Let time pass in the exchange."""
        return (Tick(),)


class LateAnswers:
    """Answers that a fault holds back until the world's clock has come to a time."""

    name: Final = "late answers"

    def __init__(self, faults: Faults) -> None:
        self._faults: Final = faults

    @property
    def next_due(self) -> int | None:
        """Return when the first answer may go."""
        return self._faults.next_due

    def run(self, due: int) -> Iterable[Input]:
        """Let it go."""
        return (ReleaseAnswer(),)


class Schedule:
    """Happenings in order of time, and at the same time in the order in which they were added."""

    name: Final = "schedule"

    def __init__(self) -> None:
        self._heap: Final[list[tuple[int, int, AnyHappening]]] = []
        self._added = 0

    @property
    def next_due(self) -> int | None:
        """Return when the first happening is due, or `None` where none is left."""
        return self._heap[0][0] if self._heap else None

    @property
    def pending(self) -> Sequence[tuple[int, AnyHappening]]:
        """Return what is still to come, in order, with the times at which it is due."""
        return [(due_at, happening) for due_at, _, happening in sorted(self._heap, key=lambda entry: entry[:2])]

    def add(self, due_at: int, happening: AnyHappening) -> None:
        """Add a happening."""
        self._added += 1
        heappush(self._heap, (due_at, self._added, happening))

    def run(self, due: int) -> Iterable[Input]:
        """Take the first happening."""
        return (heappop(self._heap)[2],)

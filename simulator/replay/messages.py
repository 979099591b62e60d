"""The messages of several recordings in the order of time, read as they are needed."""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final, NamedTuple

from simulator.recorded.messages import Kind, Line
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source
from simulator.world.format.scenario import RecordedFile

MOST_PROBLEMS: Final = 100
"""How many broken lines of all files are told of; the rest is counted."""


class _Next(NamedTuple):
    """What a file says next: at what time it counts, and of which file it is, in the order in which they were named."""

    at: int
    file: int
    line: Line


class Messages:
    """The messages of some files. A file is opened when the time of its first message has come.

    What is told late in a file, after something later, counts at the time of that.
    """

    def __init__(self, files: Sequence[RecordedFile], sources: Sequence[Source]) -> None:
        """Begin before the first message of the files, which are opened in this order."""
        self._sources: Final = sources
        self._waiting: Final = [(file.first_at, place) for place, file in enumerate(files)]
        heapify(self._waiting)
        self._lines: Final[dict[int, Iterator[Line]]] = {}
        self._open: Final[list[_Next]] = []
        self.ended: Final[list[int]] = []
        """The places of the files that have come to their end since somebody looked."""
        self.problems: Final[list[str]] = []
        """What could not be read since somebody looked."""
        self._problems = 0
        self.followed = 0
        """How many messages were taken."""

    @property
    def next_due(self) -> int | None:
        """Return when the next message counts, `None` after the last."""
        times = [heap[0][0] for heap in (self._waiting, self._open) if heap]
        return min(times, default=None)

    def until(self, at: int) -> Iterator[tuple[int, Line]]:
        """Take and yield the messages up to a time, each with the place of its file, in order.

        At the same time those of the file come first that was named first. What was taken has been taken, whether or
        not the rest is asked for.
        """
        while True:
            while self._waiting and self._waiting[0][0] <= at:
                first_at, place = heappop(self._waiting)
                self._lines[place] = any_lines(self._sources[place])
                self._read_on(place, first_at)
            if not self._open or self._open[0].at > at:
                return
            taken = self._open[0]
            self._advance(taken)
            self.followed += 1
            yield taken.file, taken.line

    def _read_on(self, place: int, after: int) -> None:
        line = self._next_line(place)
        if line is not None:
            heappush(self._open, _Next(max(after, line.published_at), place, line))

    def _advance(self, taken: _Next) -> None:
        line = self._next_line(taken.file)
        if line is None:
            heappop(self._open)
        else:
            heapreplace(self._open, _Next(max(taken.at, line.published_at), taken.file, line))

    def _next_line(self, place: int) -> Line | None:
        for line in self._lines[place]:
            if line.kind is Kind.CHANGES:
                return line
            if line.kind is Kind.BROKEN:
                self._tell(f"{self._sources[place].name}, line {line.number}: it is left out, {line.problem}")
        del self._lines[place]
        self.ended.append(place)
        return None

    def _tell(self, problem: str) -> None:
        self._problems += 1
        if self._problems <= MOST_PROBLEMS:
            self.problems.append(problem)
        elif self._problems == MOST_PROBLEMS + 1:
            self.problems.append("there are more lines that are left out, which are not told of")

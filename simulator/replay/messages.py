"""The messages of several recordings in the order of time, read as they are needed."""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heapreplace
from itertools import chain
from threading import Lock
from typing import Final, NamedTuple

from msgspec.structs import replace

from simulator.recorded.messages import Kind, Line
from simulator.recorded.recording import Problem
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source
from simulator.recorded.wanted import Chosen
from simulator.world.format.scenario import RecordedFile

MOST_PROBLEMS: Final = 100
"""How many broken lines of all files are told of; the rest is counted."""


class Position(NamedTuple):
    """How far a file is read: when its next message counts, and how many lines come before that one."""

    at: int
    after: int


class _Reading(NamedTuple):
    """A file that is open: its next message, and the lines that follow."""

    next: Line
    rest: Iterator[Line]


class Messages:
    """The messages of some files. A file is opened when the time of its next message has come.

    So who goes on from positions reads nothing before there is something to be told, or somebody asks to read ahead.
    What is told late in a file, after something later, counts at the time of that. Messages are those that change
    markets which are wanted, or of which nobody knows yet; nobody waits for the time of others.
    """

    def __init__(self, files: Sequence[RecordedFile], sources: Sequence[Source], chosen: Chosen) -> None:
        """Begin before the first message of the files, which are opened in this order."""
        self.chosen: Final = chosen
        self._sources: Final = sources
        self._after: Final = [0] * len(files)
        """By the place of a file that has not ended: how many of its lines are taken or passed over."""
        self._due: Final = [(file.first_at, place) for place, file in enumerate(files)]
        """A heap: when the next message of each file counts that has one, in the order in which they were named."""
        heapify(self._due)
        self._reading: Final[dict[int, _Reading]] = {}
        self._read_ahead: Final[dict[int, Iterator[Line]]] = {}
        """The lines from the next message on, of files of which nothing was taken since positions were gone on from."""
        self._opening: Final = [Lock() for _ in files]
        """By the place of a file: held by who opens it, which may be another thread that reads ahead."""
        self._opened: Final[set[int]] = set()
        """The places of the files that were opened to be followed: nobody reads ahead in these any more."""
        self.ended: Final[list[int]] = []
        """The places of the files that have come to their end since somebody looked."""
        self.problems: Final[list[str]] = []
        """What could not be read since somebody looked."""
        self.problem_count = 0
        self.followed = 0
        """How many messages were taken."""

    @property
    def next_due(self) -> int | None:
        """Return when the next message counts, `None` after the last."""
        return self._due[0][0] if self._due else None

    @property
    def positions(self) -> list[Position | None]:
        """Return how far each file is read, `None` for one that has ended."""
        positions: list[Position | None] = [None] * len(self._after)
        for at, place in self._due:
            positions[place] = Position(at, self._after[place])
        return positions

    def go_on(self, positions: Sequence[Position | None], followed: int, problem_count: int) -> None:
        """Go on from positions, after so many messages and problems; raise `ValueError` where they are of others."""
        if len(positions) != len(self._after):
            raise ValueError(f"there are positions in {len(positions)} files, and {len(self._after)} are followed")
        self._due[:] = [(position.at, place) for place, position in enumerate(positions) if position is not None]
        heapify(self._due)
        self.followed, self.problem_count = followed, problem_count
        self._after[:] = [0 if position is None else position.after for position in positions]

    def read_ahead(self) -> None:
        """Read the files in the middle of which it goes on as far as their next messages, the first one first.

        Else that is done when each has come: to unpack a file up to there takes a while. Another thread may do it.
        """
        for _, place in sorted(self._due):
            # One lock each: what is due in one file does not wait until another is unpacked.
            with self._opening[place]:
                if self._after[place] and place not in self._opened and place not in self._read_ahead:
                    lines = any_lines(self._sources[place], self._after[place])
                    first = next(lines, None)
                    self._read_ahead[place] = lines if first is None else chain((first,), lines)

    def _open(self, place: int) -> Iterator[Line]:
        with self._opening[place]:
            self._opened.add(place)
            return self._read_ahead.pop(place, None) or any_lines(self._sources[place], self._after[place])

    def until(self, at: int) -> Iterator[tuple[int, Line]]:
        """Take and yield the messages up to a time, each with the place of its file, in order.

        At the same time those of the file come first that was named first. What was taken has been taken, whether or
        not the rest is asked for.
        """
        while self._due and self._due[0][0] <= at:
            due, place = self._due[0]
            reading = self._reading.get(place)
            if reading is None:
                self._read_on(due, place, self._open(place))
                continue
            self._read_on(due, place, reading.rest)
            # Another file may have told meanwhile that what was read ahead is not wanted.
            line = self._wanted_of(reading.next)
            if line is not None:
                self.followed += 1
                yield place, line

    def _read_on(self, due: int, place: int, lines: Iterator[Line]) -> None:
        """Read the next message of the file whose turn it is."""
        line = self._next_line(place, lines)
        if line is None:
            heappop(self._due)
            self._reading.pop(place, None)
            self._after[place] = 0
            self.ended.append(place)
        else:
            self._after[place] = line.number - 1
            self._reading[place] = _Reading(line, lines)
            heapreplace(self._due, (max(due, line.published_at), place))

    def _next_line(self, place: int, lines: Iterator[Line]) -> Line | None:
        for line in lines:
            if line.kind is Kind.CHANGES:
                wanted = self._wanted_of(line)
                if wanted is not None:
                    return wanted
            if line.kind is Kind.BROKEN:
                told = f"it is left out, {line.problem}" if line.number else line.problem
                self._tell(str(Problem(self._sources[place].name, line.number, told)))
        return None

    def _wanted_of(self, line: Line) -> Line | None:
        """Return a line with the changes of wanted markets, and of those of which nobody knows yet, if it has any."""
        changes = self.chosen.of(line.changes)
        if not changes:
            return None
        return line if len(changes) == len(line.changes) else replace(line, changes=changes)

    def _tell(self, problem: str) -> None:
        self.problem_count += 1
        if self.problem_count <= MOST_PROBLEMS:
            self.problems.append(problem)
        elif self.problem_count == MOST_PROBLEMS + 1:
            self.problems.append("there are more lines that are left out, which are not told of")

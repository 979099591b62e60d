"""The messages of several recordings in the order of time, read as they are needed."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from pathlib import Path
from typing import Final, NamedTuple

from simulator.recorded.messages import Kind, Line, read_lines
from simulator.recorded.remote import is_url
from simulator.recorded.selection import Selection, is_prepared
from simulator.recorded.sources import Source, SourceError, sources
from simulator.recorded.wanted import EVERYTHING, Wanted
from simulator.world.format.scenario import RecordedFile
from simulator.world.recordings import CannotFollow

_CHUNK_BYTES: Final = 1024 * 1024
MOST_PROBLEMS: Final = 100
"""How many broken lines of all files are told of; the rest is counted."""


def recorded_files(paths: Iterable[str], wanted: Wanted = EVERYTHING) -> tuple[RecordedFile, ...]:
    """Return the files that some paths, folders or patterns stand for, each with its digest and its first message.

    Files in which no market is wanted, or nothing recorded, are left out. Raise `CannotFollow` where one of them is not
    there, no other is left, or one is prepared.
    """
    files: list[RecordedFile] = []
    digests: dict[Path, str] = {}
    empty: list[str] = []
    selection = Selection(_on_this_machine(paths), wanted)
    try:
        for source in selection:
            if is_prepared(source):
                raise CannotFollow(
                    f"{source.name}: it is a prepared recording, which is for backtests; "
                    "what it was prepared of can be replayed."
                )
            first = next(_changes_of(source), None)
            if first is None:
                empty.append(source.name)
                continue
            if source.file not in digests:
                digests[source.file] = _digest(source.file)
            path = str(Path(source.name).absolute())
            files.append(RecordedFile(path=path, sha256=digests[source.file], first_at=first.published_at))
    except SourceError as error:
        raise CannotFollow(str(error)) from None
    if selection.left_out and not files:
        raise CannotFollow(selection.nothing_found())
    if not empty and not files:
        raise CannotFollow("No file is named whose markets are to be followed.")
    if not files:
        others = f" and in {len(empty) - 1} others" if len(empty) > 1 else ""
        raise CannotFollow(f"{empty[0]}: there are no market changes recorded in it{others}.")
    return tuple(files)


def _on_this_machine(paths: Iterable[str]) -> list[str]:
    """Return the paths; raise `CannotFollow` for what lies elsewhere: a server connects to nobody."""
    listed = list(paths)
    for path in listed:
        if is_url(path):
            raise CannotFollow(f"{path}: a server connects to nobody, and replays what lies on its own machine.")
    return listed


def _changes_of(source: Source) -> Iterator[Line]:
    return (line for line in read_lines(source) if line.kind is Kind.CHANGES)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise CannotFollow(f"{file}: {error.strerror}.") from None
    return digest.hexdigest()


class _Next(NamedTuple):
    """What a file says next: at what time it counts, and of which file it is, in the order in which they were named."""

    at: int
    file: int
    line: Line


class Messages:
    """The messages of some files. A file is opened when the time of its first message has come.

    What is told late in a file, after something later, counts at the time of that.
    """

    def __init__(self, files: Sequence[RecordedFile]) -> None:
        """Check that the files are those that are meant; raise `CannotFollow`."""
        self._sources: Final = _opened(files)
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
                self._lines[place] = read_lines(self._sources[place])
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


def _opened(files: Sequence[RecordedFile]) -> list[Source]:
    digests: dict[Path, str] = {}
    opened: list[Source] = []
    _on_this_machine(file.path for file in files)
    for file in files:
        try:
            source = next((each for each in sources([file.path]) if each.name == file.path), None)
        except SourceError as error:
            raise CannotFollow(str(error)) from None
        if source is None:
            raise CannotFollow(f"{file.path}: it is no file with lines of messages.")
        if source.file not in digests:
            digests[source.file] = _digest(source.file)
        if digests[source.file] != file.sha256:
            raise CannotFollow(f"{file.path}: it is another file than the one that was followed before.")
        opened.append(source)
    return opened

"""The lines of some files in the order of time, with what they say of wanted markets and nothing else.

So heartbeats, messages of other kinds and markets that nobody has asked for move no time, as in a prepared recording.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from typing import Final

from msgspec.structs import replace

from simulator.backtest.engine import FAR_BACK_MILLISECONDS
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import Kind, Line, MarketChange
from simulator.recorded.recording import Problem
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source
from simulator.recorded.wanted import EVERYTHING, Chosen, Wanted

MOST_WAITING: Final = 1_000
"""How many lines of a file of which nothing is known to be wanted are held until something is."""


class Lines:
    """The lines of some files that change wanted markets, and the broken ones. It is gone through once."""

    def __init__(self, found: Iterable[Source], wanted: Wanted = EVERYTHING) -> None:
        self.undecided: Final[dict[str, RecordedMarket]] = {}
        """By id: markets without a definition so far, so that nobody knows whether they are wanted."""
        self.stand_still: Final[dict[str, str]] = {}
        """By the name of a file: where in it time stands still for the first time, as a sentence."""
        self._chosen: Final = Chosen(wanted)
        self._files: Final = [_File(source, self._chosen) for source in found]

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines in the order of time, those of the first file before those of the second.

        None was published before one that was yielded. What is wrong with one names the file and the place, and comes
        when its turn is.
        """
        now = 0
        # Each file is read one line ahead, so what is wanted is decided here, when the turn of a line has come.
        for at, file, line in merge(*(file.lines() for file in self._files), key=itemgetter(0)):
            if line.kind is Kind.BROKEN:
                problem = str(Problem(file.source.name, line.number, line.problem))
                yield replace(line, published_at=max(now, at), problem=problem)
                continue
            changes = self._wanted_of(line)
            if not changes:
                continue
            now = max(now, at, line.published_at)
            if line.published_at >= file.latest:
                file.latest, file.number = line.published_at, line.number
            elif line.published_at < file.latest - FAR_BACK_MILLISECONDS and file.source.name not in self.stand_still:
                self.stand_still[file.source.name] = _stands_still(file, line)
            is_as_told = line.published_at == now and len(changes) == len(line.changes)
            yield line if is_as_told else replace(line, published_at=now, changes=changes)

    def decided_by(self, line: Line) -> Iterator[RecordedMarket]:
        """Yield what is known of the markets of a line that were undecided, as it was before the line."""
        for change in line.changes:
            market = self.undecided.pop(change.id, None)
            if market is not None:
                yield market

    def _wanted_of(self, line: Line) -> list[MarketChange]:
        """Return the changes of wanted markets, and keep those of markets of which nobody knows yet."""
        chosen = self._chosen.of(line.changes)
        if self._chosen.is_everything:
            return chosen
        if self.undecided and len(chosen) < len(line.changes):
            for change in line.changes:
                if self._chosen.refuses(change.id):
                    self.undecided.pop(change.id, None)
        changes: list[MarketChange] = []
        begun: set[str] = set()
        for change in chosen:
            if self._chosen.knows(change.id):
                changes.append(change)
                continue
            market = self.undecided.setdefault(change.id, RecordedMarket(change.id))
            if change.id in begun:
                market.go_on(change)
            else:
                market.apply(change, line.published_at)
                begun.add(change.id)
        return changes


class _File:
    """A file, and how far time has come in it by what is wanted."""

    def __init__(self, source: Source, chosen: Chosen) -> None:
        self.source: Final = source
        self.latest = 0
        """When the latest wanted line was published."""
        self.number = 0
        """Which line that is."""
        self._chosen: Final = chosen
        self._of_file: Final = chosen.anew()

    def lines(self) -> Iterator[tuple[int, "_File", Line]]:
        """Yield each line that may be wanted with the time at which its turn is, once the one before has been taken.

        Reading ahead decides nothing for others. Lines of which it is not known that they are wanted have their turn
        before what is wanted after them, whenever they were published: they move no time.
        """
        waiting: deque[Line] = deque()
        for line in any_lines(self.source):
            if line.kind is Kind.BROKEN:
                yield self.latest, self, line
            elif line.changes and self._is_wanted(line):
                at = max(self.latest, line.published_at)
                while waiting:
                    before = waiting.popleft()
                    yield min(max(self.latest, before.published_at), at), self, before
                yield max(self.latest, line.published_at), self, line
            elif line.changes and not all(self._chosen.refuses(change.id) for change in line.changes):
                waiting.append(line)
                if len(waiting) > MOST_WAITING:
                    before = waiting.popleft()
                    yield max(self.latest, before.published_at), self, before
        for before in waiting:
            yield max(self.latest, before.published_at), self, before

    def _is_wanted(self, line: Line) -> bool:
        """Return whether something in a line is wanted, as this file says or as all have said up to now."""
        if self._chosen.is_everything:
            return True
        self._of_file.of(line.changes)
        return any(self._of_file.wants(change.id) or self._chosen.wants(change.id) for change in line.changes)


def where_time_stands_still(found: Iterable[Source], wanted: Wanted = EVERYTHING) -> Iterator[str]:
    """Read files once more, and yield for each where time stands still in it for the first time."""
    for source in found:
        lines = Lines([source], wanted)
        if any(lines.stand_still for _ in lines):
            yield lines.stand_still[source.name]


def _stands_still(file: _File, line: Line) -> str:
    return (
        f"{file.source.name}, line {file.number}: it was published at {file.latest}, and line {line.number} "
        f"after it at {line.published_at}: time stands still here until something later is told."
    )

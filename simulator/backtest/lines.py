"""The lines of some files in the order of time, with what they say of wanted markets and nothing else.

So heartbeats, messages of other kinds and markets that nobody has asked for move no time, as in a prepared recording.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final

from msgspec.structs import replace

from simulator.backtest.engine import FAR_BACK_MILLISECONDS
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import Kind, Line, MarketChange
from simulator.recorded.recording import Problem
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source
from simulator.recorded.wanted import EVERYTHING, Chosen, Wanted


class Lines:
    """The lines of some files that change wanted markets, and the broken ones. It is gone through once."""

    def __init__(self, found: Iterable[Source], wanted: Wanted = EVERYTHING) -> None:
        self.undecided: Final[dict[str, RecordedMarket]] = {}
        """By id: markets without a definition so far, so that nobody knows whether they are wanted."""
        self.stand_still: Final[dict[str, str]] = {}
        """By the name of a file: where in it time stands still for the first time, as a sentence."""
        self._found: Final = tuple(found)
        self._wanted: Final = wanted
        self._chosen: Final = Chosen(wanted)

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines in the order of time, those of the first file before those of the second.

        None was published before one that was yielded. What is wrong with one names the file and the place, and comes
        when its turn is.
        """
        return merge(*(self._lines_of(source) for source in self._found), key=lambda line: line.published_at)

    def decided_by(self, line: Line) -> Iterator[RecordedMarket]:
        """Yield what is known of the markets of a line that were undecided, as it was before the line."""
        for change in line.changes:
            market = self.undecided.pop(change.id, None)
            if market is not None:
                yield market

    def _lines_of(self, source: Source) -> Iterator[Line]:
        latest, number, is_everything = 0, 0, self._wanted.is_everything
        for line in any_lines(source):
            if line.kind is Kind.BROKEN:
                yield replace(line, published_at=latest, problem=str(Problem(source.name, line.number, line.problem)))
                continue
            changes = line.changes
            if not is_everything:
                changes = self._wanted_of(line)
            if not changes:
                continue
            if line.published_at >= latest:
                latest, number = line.published_at, line.number
                yield line if len(changes) == len(line.changes) else replace(line, changes=changes)
                continue
            if line.published_at < latest - FAR_BACK_MILLISECONDS and source.name not in self.stand_still:
                self.stand_still[source.name] = _stands_still(source.name, number, latest, line)
            yield replace(line, published_at=latest, changes=changes)

    def _wanted_of(self, line: Line) -> list[MarketChange]:
        """Return the changes of wanted markets, and keep those of markets of which nobody knows yet."""
        changes: list[MarketChange] = []
        begun: set[str] = set()
        for change in self._chosen.of(line.changes):
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


def where_time_stands_still(found: Iterable[Source], wanted: Wanted = EVERYTHING) -> Iterator[str]:
    """Read files once more, and yield for each where time stands still in it for the first time."""
    for source in found:
        lines = Lines([source], wanted)
        if any(lines.stand_still for _ in lines):
            yield lines.stand_still[source.name]


def _stands_still(name: str, number: int, latest: int, line: Line) -> str:
    return (
        f"{name}, line {number}: it was published at {latest}, and line {line.number} after it at {line.published_at}: "
        "time stands still here until something later is told."
    )

"""What a recording is, and what is odd in it: `betsim recorded info` and `betsim recorded check`."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from msgspec import Struct

from simulator.recorded.happenings import REMOVED, RESULTS
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import Kind, Line, MarketChange, MarketDefinition, runner_id
from simulator.recorded.recording import Problem
from simulator.recorded.selection import any_lines, is_prepared
from simulator.recorded.sources import Source
from simulator.recorded.wanted import EVERYTHING, Wanted

MOST_FINDINGS: Final = 100
"""How many findings of one kind are told of a file; the rest is counted."""

MOST_BASE_RATE: Final = 100
"""Percent."""
PROBLEMS_SHOWN: Final = 3
"""How many lines that are left out a description names."""


class Package(StrEnum):
    """The three packages of historic data, by what they show; captures are as good as PRO where they have ladders."""

    BASIC = "BASIC"
    ADVANCED = "ADVANCED"
    PRO = "PRO"


WARNINGS: Final = {
    Package.BASIC: "it has last traded prices once a minute and no offers: no bet can be matched in it",
    Package.ADVANCED: "it has the best levels of offers and no ladders: at other prices nobody knows what waits there",
    Package.PRO: "",
}


class MarketSummary(Struct):
    """What is known of a market at the end of a file. Times are as recorded, or in milliseconds since 1970."""

    market_id: str
    event_type_id: str | None
    country_code: str | None
    market_type: str | None
    market_time: str | None
    status: str | None
    runners: int
    updates: int
    first_at: int
    last_at: int
    went_in_play: bool


class Description(Struct):
    """What a file is."""

    name: str
    package: Package
    """BASIC also where there is nothing at all."""
    lines: dict[str, int]
    """How many there are of each kind."""
    markets: list[MarketSummary]
    """Those that are wanted."""
    problems: list[Problem]
    """The first lines that are left out, and why."""

    @property
    def warning(self) -> str:
        """Return what cannot be done with a file of this package, empty where everything can."""
        return WARNINGS[self.package]


class Finding(NamedTuple):
    """Something that is odd in a file; line 0 is about the file as a whole."""

    name: str
    line: int
    text: str


def describe(source: Source, wanted: Wanted = EVERYTHING) -> Description:
    """Read a file to its end and say what it is; raise `PyarrowMissing` for a prepared one."""
    reading = _Reading()
    lines, problems = Counter[str](), list[Problem]()
    for line in any_lines(source):
        lines[reading.take(line).kind.value] += 1
        if line.kind is Kind.BROKEN and len(problems) < PROBLEMS_SHOWN:
            problems.append(Problem(source.name, line.number, line.problem))
    return Description(source.name, reading.package, dict(lines), reading.summaries(wanted), problems)


def odd_things(source: Source, wanted: Wanted = EVERYTHING) -> Iterator[Finding]:
    """Read a file and yield what is odd in it, at most so many of a kind; of its end, what is odd in wanted markets.

    Markets that are told whole once more are so again and again, so each is told once, at the end. A prepared file has
    other messages than what it was prepared of, so of them only what was left out is told. Raise `PyarrowMissing` for
    one.
    """
    reading, told, told_whole = _Reading(), Counter[str](), _ToldWhole()
    are_messages_as_recorded = not is_prepared(source)
    for line in any_lines(source):
        if are_messages_as_recorded:
            told_whole.take(line, reading)
        for kind, text in _odd_in(line, reading) if are_messages_as_recorded else _broken(line):
            told[kind] += 1
            if told[kind] <= MOST_FINDINGS:
                yield Finding(source.name, line.number, text)
        reading.take(line)
    for market_id, (first, number) in islice(told_whole.markets.items(), MOST_FINDINGS):
        times = f", {number:,} times from here on" if number > 1 else ""
        yield Finding(source.name, first, f"market {market_id} is told whole once more{times}")
    told["image"] = len(told_whole.markets)
    for kind, number in told.items():
        if number > MOST_FINDINGS:
            yield Finding(source.name, 0, f"{number - MOST_FINDINGS} more findings of the kind {kind!r}")
    if not reading.markets:
        yield Finding(source.name, 0, "it has no market")
    for market in reading.wanted(wanted):
        yield from (Finding(source.name, 0, f"market {market.market_id}: {text}") for text in _odd_at_the_end(market))


class _ToldWhole:
    """Markets that are told whole once more: by their ids the line where they first are, and how often."""

    def __init__(self) -> None:
        self.markets: Final[dict[str, tuple[int, int]]] = {}

    def take(self, line: Line, before: "_Reading") -> None:
        for change in line.changes:
            if change.img and change.id in before.markets:
                first, number = self.markets.get(change.id, (line.number, 0))
                self.markets[change.id] = first, number + 1


class _Reading:
    """The markets of a file so far."""

    def __init__(self) -> None:
        self.markets: Final[dict[str, RecordedMarket]] = {}
        self._first_at: Final[dict[str, int]] = {}
        self._in_play: Final[set[str]] = set()
        self._has_ladders = False
        self._has_levels = False
        self.last_at = 0

    @property
    def package(self) -> Package:
        if self._has_ladders:
            return Package.PRO
        return Package.ADVANCED if self._has_levels else Package.BASIC

    def take(self, line: Line) -> Line:
        updated: set[str] = set()
        for change in line.changes:
            market = self.markets.setdefault(change.id, RecordedMarket(change.id))
            self._first_at.setdefault(change.id, line.published_at)
            if change.id in updated:
                market.go_on(change)
            else:
                updated.add(change.id)
                market.apply(change, line.published_at)
            if change.market_definition is not None and change.market_definition.in_play:
                self._in_play.add(change.id)
            for runner in change.rc or ():
                self._has_ladders = self._has_ladders or bool(runner.atb or runner.atl)
                self._has_levels = self._has_levels or bool(runner.batb or runner.batl or runner.bdatb or runner.bdatl)
        if line.changes:
            self.last_at = line.published_at
        return line

    def wanted(self, wanted: Wanted) -> list[RecordedMarket]:
        """Return the markets that are wanted, as they are now; all, where all are."""
        return [
            market
            for market in self.markets.values()
            if wanted.is_everything
            or (market.definition is not None and not wanted.refusal(market.market_id, market.definition))
        ]

    def summaries(self, wanted: Wanted) -> list[MarketSummary]:
        return [self._summary(market) for market in self.wanted(wanted)]

    def _summary(self, market: RecordedMarket) -> MarketSummary:
        definition = market.definition
        return MarketSummary(
            market.market_id,
            None if definition is None else definition.event_type_id,
            None if definition is None else definition.country_code,
            None if definition is None else definition.market_type,
            None if definition is None else definition.market_time,
            None if definition is None else definition.status,
            len(market.runners),
            market.updates,
            self._first_at[market.market_id],
            market.published_at,
            market.market_id in self._in_play,
        )


def _broken(line: Line) -> Iterator[tuple[str, str]]:
    if line.kind is Kind.BROKEN:
        yield "broken", f"it is no message: {line.problem}"


def _odd_in(line: Line, before: _Reading) -> Iterator[tuple[str, str]]:
    yield from _broken(line)
    if line.changes and line.published_at < before.last_at:
        yield "time", f"it was published at {line.published_at}, before the one before it ({before.last_at})"
    ids = [change.id for change in line.changes]
    if len(set(ids)) < len(ids):
        twice = next(market_id for market_id in ids if ids.count(market_id) > 1)
        yield "twice", f"market {twice} is in it twice"
    for change in line.changes:
        yield from _odd_in_change(change, before.markets.get(change.id))


def _odd_in_change(change: MarketChange, market: RecordedMarket | None) -> Iterator[tuple[str, str]]:
    if change.market_definition is not None:
        yield from _odd_in_definition(change.id, change.market_definition)
    definition = None if market is None else market.definition
    if market is None and change.market_definition is None:
        yield "definition", f"market {change.id} begins without a definition"
    if definition is not None and definition.status == "CLOSED" and change.rc:
        yield "closed", f"market {change.id} goes on after it was closed"
    if definition is not None and change.market_definition is not None:
        yield from _odd_after(change.id, definition, change.market_definition)


def _odd_after(market_id: str, before: MarketDefinition, after: MarketDefinition) -> Iterator[tuple[str, str]]:
    """Yield what a definition takes back of the one before."""
    if before.status == "CLOSED" and after.status != "CLOSED":
        yield "opened", f"market {market_id} is {after.status} after it was closed"
    statuses = {runner_id(runner.id, runner.hc): runner.status for runner in before.runners}
    for runner in after.runners:
        was = statuses.get(runner_id(runner.id, runner.hc))
        if was in REMOVED and runner.status not in REMOVED:
            yield "returned", f"runner {runner.id} of market {market_id} is {runner.status} after it was {was}"
        elif was in RESULTS and was != runner.status:
            yield "corrected", f"runner {runner.id} of market {market_id} is {runner.status} after it was {was}"


def _odd_in_definition(market_id: str, definition: MarketDefinition) -> Iterator[tuple[str, str]]:
    """Yield what no market of the exchange can have, so that this one can be followed no further."""
    if definition.bet_delay < 0:
        yield "bounds", f"market {market_id} has a bet delay below zero ({definition.bet_delay})"
    if definition.version < 0:
        yield "bounds", f"market {market_id} has a version below zero ({definition.version})"
    if not 0 <= definition.market_base_rate <= MOST_BASE_RATE:
        yield "bounds", f"market {market_id} has a base rate that is no percentage ({definition.market_base_rate})"
    runners = [runner_id(runner.id, runner.hc) for runner in definition.runners]
    if len(set(runners)) < len(runners):
        selection_id, _ = next(runner for runner in runners if runners.count(runner) > 1)
        yield "runner", f"market {market_id} has runner {selection_id} twice"


def _odd_at_the_end(market: RecordedMarket) -> Iterator[str]:
    definition = market.definition
    if definition is None:
        yield "it has no definition"
    elif definition.status != "CLOSED":
        yield f"it ends {definition.status}, without a result"

"""A recording as its markets: message by message those that have changed, with what is wrong named on the way."""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import (
    NO_MESSAGE,
    NOTHING,
    Kind,
    Line,
    MarketChange,
    decode_message,
    read_line,
)
from simulator.recorded.sources import Source, SourceError
from simulator.recorded.wanted import EVERYTHING, Wanted

MOST_PROBLEMS: Final = 100
"""How many problems of a file are kept with their sentences; the rest is counted."""


class Problem(NamedTuple):
    """A line that is left out, and why; as line 0, what is wrong with a whole file, in words that name it."""

    name: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return it as one sentence."""
        return self.text if not self.line else f"{self.name}, line {self.line}: {self.text}"


class Played(Protocol):
    """A recording that can be played, from the file that it is or from what was prepared of it."""

    name: str
    markets: dict[str, RecordedMarket]
    """Those that are wanted, as they are after the last message."""
    problems: list[Problem]
    problem_count: int

    def messages(self) -> Iterator[list[RecordedMarket]]:
        """Play it, and yield after each message the markets that it has changed."""


class Recording:
    """The markets of a file, to be played once."""

    def __init__(self, source: Source, wanted: Wanted = EVERYTHING, *, is_watched: bool = False) -> None:
        """Markets are watched from their first message on where `is_watched` says so."""
        self.name: str = source.name
        self.markets: dict[str, RecordedMarket] = {}
        self.problems: list[Problem] = []
        self.problem_count = 0
        self.left_out: Final[dict[str, str]] = {}
        """Markets that are not wanted, and why."""
        self.changes: list[MarketChange] = NOTHING
        """What the message said after which somebody is told of markets, those that are not wanted included."""
        self._source: Final = source
        self._wanted: Final = wanted
        self._is_watched: Final = is_watched
        self._undecided: Final[dict[str, RecordedMarket]] = {}
        """Markets without a definition as yet, so that nobody knows whether they are wanted."""

    def messages(self) -> Iterator[list[RecordedMarket]]:
        """Play the file, and yield after each message the wanted markets that it has changed; nothing is raised."""
        # What `read_lines` and `_take` do, written out for the usual line: through them it would cost a tenth more.
        number = 0
        markets = self.markets
        try:
            for number, line in enumerate(self._source.lines(), start=1):
                try:
                    message = decode_message(line)
                except NO_MESSAGE:
                    if line:
                        self._note(read_line(line, number))
                    continue
                changes, published_at = message.mc, message.pt
                if not changes or published_at is None or message.op != "mcm":
                    self._note(read_line(line, number))
                    continue
                self.changes = changes
                market = markets.get(changes[0].id)
                if market is not None and len(changes) == 1:
                    market.apply(changes[0], published_at)
                    yield market.alone
                elif changed := self._take(changes, published_at):
                    yield changed
        except SourceError as error:
            self._note(Line(number + 1, Kind.BROKEN, 0, NOTHING, str(error)))

    def _take(self, changes: list[MarketChange], published_at: int) -> list[RecordedMarket]:
        changed: dict[str, RecordedMarket] = {}
        for change in changes:
            if change.id in self.left_out:
                continue
            market = self.markets.get(change.id) or self._undecided.get(change.id) or self._new_market(change.id)
            if change.id not in changed:
                changed[change.id] = market
                market.begin_update(published_at)
            market.go_on(change)
        for market_id in changed:
            if market_id in self._undecided:
                self._decide(self._undecided[market_id])
        return [market for market_id, market in changed.items() if market_id in self.markets]

    def _decide(self, market: RecordedMarket) -> None:
        """Decide whether a market is wanted, once it has a definition."""
        if market.definition is None:
            return
        del self._undecided[market.market_id]
        refusal = self._wanted.refusal(market.market_id, market.definition)
        if refusal:
            self.left_out[market.market_id] = refusal
        else:
            self.markets[market.market_id] = market

    def _new_market(self, market_id: str) -> RecordedMarket:
        market = RecordedMarket(market_id)
        market.is_watched = self._is_watched
        (self.markets if self._wanted.is_everything else self._undecided)[market_id] = market
        return market

    def _note(self, line: Line) -> None:
        if line.kind is Kind.BROKEN:
            self.problem_count += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(Problem(self.name, line.number, line.problem))

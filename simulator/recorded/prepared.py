"""Plays the prepared form of a recording: the same markets as the recording itself, message by message, for less."""

from array import array
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import MarketDefinition
from simulator.recorded.recording import Problem
from simulator.recorded.rows import (
    DEFINITION,
    FIRST_UPDATE,
    IMAGE,
    KEY,
    MARKET,
    PROBLEM,
    RUNNERS,
    STEP,
    TOLD_PRICES,
    VERSION,
    arrow,
)
from simulator.recorded.runner import LADDERS, Ladder, Move, Quantity, RecordedRunner
from simulator.recorded.sources import SourceError
from simulator.recorded.unpacking import Opener
from simulator.recorded.wanted import EVERYTHING, Wanted

Row = tuple[int, int, int]

_decode_definition: Final = msgspec.json.Decoder(MarketDefinition).decode
_decode_runners: Final = msgspec.json.Decoder(list[tuple[int, int, int, int]]).decode
_decode_told: Final = msgspec.json.Decoder(list[tuple[int, int, list[float]]]).decode
_BROKEN: Final = (SourceError, LookupError, ValueError, OverflowError, msgspec.DecodeError)
"""What to play something that was not written by `preparing` can come to."""
_NOBODY: Final = RecordedRunner([0], {})
"""Whose ladders are that nobody watches."""
_NOBODY_BEFORE: Final = (_NOBODY,) * LADDERS[0]
_NOBODY_AFTER: Final = (_NOBODY,) * (STEP - 1 - LADDERS[-1])


class PreparedRecording:
    """The markets of a prepared file, to be played once. `name` is what it was prepared of.

    Where it does not lie on the disk by itself, `open_file` opens it.
    """

    def __init__(
        self, file: Path, wanted: Wanted = EVERYTHING, name: str = "", open_file: Opener | None = None
    ) -> None:
        self.name: str = name or str(file)
        self.markets: dict[str, RecordedMarket] = {}
        self.problems: list[Problem] = []
        self.problem_count = 0
        self.is_broken = False
        """It is no prepared recording, or breaks off."""
        self.left_out: Final[dict[str, str]] = {}
        """Markets that are not wanted, and why."""
        self.file: Final = file
        self._open: Final[Opener] = open_file or (lambda: file.open("rb"))
        self._wanted: Final = wanted
        self._all: Final[list[RecordedMarket]] = []
        """The markets of the file, by their number."""
        self._unwanted: Final[set[int]] = set()
        """Numbers of markets of which nobody knows that they are wanted."""
        self._quantities: Final[list[Ladder]] = []
        """By code."""
        self._nowhere: Final[Ladder] = {}
        """For codes that no quantity has."""
        self._owners: Final[list[RecordedRunner]] = []
        """By code: whose ladder it is, `_NOBODY`'s where it is none of `LADDERS`."""
        self._definitions: Final[dict[int, MarketDefinition]] = {}
        self._images: Final[set[int]] = set()
        """Numbers of markets whose next update was told as an image."""
        self._telling: Final[list[RecordedMarket]] = []
        """The markets of which the message that is played tells bets at the starting price."""
        self._next_runners: Final[dict[int, list[tuple[int, int, int, int]]]] = {}
        self._to_define: Final[set[int]] = set()
        """Numbers of markets of which any of these was told for the update that comes."""
        self.next_at = 0
        """When the next message was published, where it is announced."""

    def messages(
        self, before: Callable[[RecordedMarket], None] = lambda _: None, *, announces: bool = False
    ) -> Iterator[list[RecordedMarket]]:
        """Play the file, and yield after each message the wanted markets that it has changed.

        `before` is called with a wanted market that is about to be changed: it has the time and the definition of the
        message already, and everything else as it was. `announces` yields an empty list before each message that
        changes a wanted market, when `next_at` says the time of it and no such market is changed yet. A file that is
        no prepared recording, or breaks off, is among the problems. Raises `PyarrowMissing`.
        """
        changed: list[RecordedMarket] = []
        is_unannounced = announces
        try:
            for rows, texts in _groups(self.name, self._open):
                for code, price, size in rows:
                    if code > FIRST_UPDATE:
                        self._take(code, price, size, texts.popleft())
                        continue
                    if is_unannounced and self._will_be_wanted(FIRST_UPDATE - code):
                        is_unannounced, self.next_at = False, size
                        yield []
                    self._update(FIRST_UPDATE - code, size, islice(rows, price >> 1), before, changed)
                    if not price & 1:
                        is_unannounced = announces
                        if changed:
                            yield changed
                            changed = []
                            if self._telling:
                                self._tell_no_more()
        except _BROKEN as error:
            self._note_broken(error)

    @property
    def undecided(self) -> list[str]:
        """Return the ids of the markets without a definition as yet, so that nobody knows whether they are wanted."""
        return [self._all[place].market_id for place in sorted(self._unwanted) if self._all[place].definition is None]

    def _will_be_wanted(self, place: int) -> bool:
        """Return whether a market is wanted, as its definition says that comes with the next update at the latest."""
        if place not in self._unwanted:
            return True
        market, definition = self._all[place], self._definitions.get(place)
        if definition is None or market.market_id in self.left_out:
            return False
        return not self._wanted.refusal(market.market_id, definition)

    def look_through(self) -> bool:
        """Note the problems of the file without playing it, and return whether it has a market.

        What was left out when it was prepared stands at its end. Raises `PyarrowMissing`.
        """
        has_market = False
        try:
            for rows, texts in _groups(self.name, self._open, only_ends=True):
                for code, _, size in rows:
                    if FIRST_UPDATE < code < 0:
                        text = texts.popleft()
                        has_market = has_market or code == MARKET
                        if code == PROBLEM:
                            self._take(code, 0, size, text)
        except _BROKEN as error:
            self._note_broken(error)
        return has_market

    def _update(
        self,
        place: int,
        at: int,
        rows: Iterator[Row],
        before: Callable[[RecordedMarket], None],
        changed: list[RecordedMarket],
    ) -> None:
        """Take in the rows of an update of a market, and add it to those that are changed where it is wanted."""
        market = self._all[place]
        market.begin_update(at)
        if place in self._to_define:
            self._define(market, place)
        if place not in self._unwanted:
            before(market)
            changed.append(market)
        if market.is_watched:
            self._change_and_tell(market, rows)
        elif market.watched_runners:
            self._change_and_note(market, rows)
        else:
            quantities = self._quantities
            for code, price, size in rows:
                if size:
                    quantities[code][price] = size
                else:
                    quantities[code].pop(price, None)

    def _change_and_note(self, market: RecordedMarket, rows: Iterator[Row]) -> None:
        """Take rows in, and note where they change what is wanted of a runner that is watched."""
        quantities, owners, last = self._quantities, self._owners, _NOBODY
        for code, price, size in rows:
            quantity, owner = quantities[code], owners[code]
            moves = owner.moves
            if moves is not None and price in moves.wanted[code % STEP]:
                if owner is not last:
                    last, market.noted[owner] = owner, moves
                moves.ladders[code % STEP].setdefault(price, quantity.get(price, 0))
            if size:
                quantity[price] = size
            else:
                quantity.pop(price, None)

    def _change_and_tell(self, market: RecordedMarket, rows: Iterator[Row]) -> None:
        """Take rows in, and tell where they change a ladder."""
        moves: list[Move] = []
        for code, price, size in rows:
            quantity, owner = self._quantities[code], self._owners[code]
            if owner is not _NOBODY:
                moves.append((owner, code % STEP, price, quantity.get(price, 0), size))
            if size:
                quantity[price] = size
            else:
                quantity.pop(price, None)
        market.tell(moves)

    def _take(self, code: int, price: int, size: int, text: str) -> None:
        if code == MARKET:
            market = RecordedMarket(text)
            self._all.append(market)
            self._add(size, _NOBODY, (market.values,) * len(Quantity))
            if self._wanted.is_everything:
                self.markets[text] = market
            else:
                self._unwanted.add(price)
        elif code == DEFINITION:
            self._definitions[price] = _decode_definition(text)
            self._to_define.add(price)
        elif code == RUNNERS:
            self._next_runners[price] = _decode_runners(text)
            self._to_define.add(price)
        elif code == TOLD_PRICES:
            market = self._all[price]
            market.told_prices = {(key, handicap): prices for key, handicap, prices in _decode_told(text)}
            self._telling.append(market)
        elif code == IMAGE:
            self._images.add(price)
            self._to_define.add(price)
        elif code == PROBLEM and size:
            self._note(size, text)
        elif code == PROBLEM:
            self.problem_count = int(text)

    def _tell_no_more(self) -> None:
        for market in self._telling:
            market.told_prices = None
        self._telling.clear()

    def _note(self, line: int, text: str) -> None:
        self.problem_count += 1
        self.problems.append(Problem(self.name, line, text))

    def _note_broken(self, error: Exception) -> None:
        self.is_broken = True
        broken = f"{self.name}: it is no prepared recording, or a broken one ({error!r})."
        self._note(0, str(error) if isinstance(error, SourceError) else broken)

    def _add(self, number: int, runner: RecordedRunner, quantities: tuple[Ladder, ...]) -> None:
        if number * STEP != len(self._quantities):
            raise SourceError(f"{self.name}: it is no prepared recording, or a broken one.")
        # As few objects as can be: with more of them, markets of many runners cost a collection of all that there is.
        own = _NOBODY_BEFORE + (runner,) * len(LADDERS) + _NOBODY_AFTER
        self._owners.extend(own)
        self._quantities.extend(quantities + (self._nowhere,) * (STEP - len(quantities)))

    def _define(self, market: RecordedMarket, place: int) -> None:
        self._to_define.remove(place)
        if place in self._images:
            self._images.remove(place)
            market.is_image = True
        definition = self._definitions.pop(place, None)
        if definition is not None:
            market.definition = definition
            if place in self._unwanted and market.market_id not in self.left_out:
                self._decide(market, place, definition)
        runners = self._next_runners.pop(place, None)
        if runners is not None:
            # Numbers rise with the order in which they were given, which is not that of the runners.
            for number, selection_id, handicap, _ in sorted(runners):
                if number * STEP >= len(self._quantities):
                    runner = market.runner(selection_id, handicap / 100)
                    self._add(number, runner, runner.quantities)
            market.runners.clear()
            for _, selection_id, handicap, is_here in runners:
                if is_here:
                    market.runner(selection_id, handicap / 100)

    def _decide(self, market: RecordedMarket, place: int, definition: MarketDefinition) -> None:
        refusal = self._wanted.refusal(market.market_id, definition)
        if refusal:
            self.left_out[market.market_id] = refusal
        else:
            self._unwanted.remove(place)
            self.markets[market.market_id] = market


def _groups(name: str, open_file: Opener, *, only_ends: bool = False) -> Iterator[tuple[Iterator[Row], deque[str]]]:
    """Yield the rows of each group, and the texts of those that have one, in order; or of the first and the last."""
    pyarrow, parquet = arrow()
    try:
        with closing(open_file()) as file, parquet.ParquetFile(file, page_checksum_verification=True) as opened:
            version = (opened.schema_arrow.metadata or {}).get(KEY)
            if version is None:
                raise SourceError(f"{name}: it is no recording that was prepared.")
            if version != str(VERSION).encode():
                told = version.decode(errors="replace")
                raise SourceError(
                    f"{name}: another version of betsim has prepared it, in format {told}; this one reads {VERSION}. "
                    "What it was prepared of is to be prepared again (betsim recorded prepare)."
                )
            step = max(opened.num_row_groups - 1, 1) if only_ends else 1
            for group in range(0, opened.num_row_groups, step):
                table = opened.read_row_group(group, use_threads=False)
                columns = (
                    _numbers(table.column(0), "i"),
                    _numbers(table.column(1), "i"),
                    _numbers(table.column(2), "q"),
                )
                yield zip(*columns, strict=True), deque(table.column(3).drop_null().to_pylist())
    except (pyarrow.ArrowException, OSError) as error:
        raise SourceError(f"{name}: it is no prepared recording, or a broken one ({error}).") from None


def _numbers(column: Any, kind: str) -> "array[int]":
    """Return the numbers of a column as they lie in memory: to make objects of all at once costs twice as much."""
    numbers: array[int] = array(kind)
    width = numbers.itemsize
    for chunk in column.chunks:
        numbers.frombytes(memoryview(chunk.buffers()[1])[chunk.offset * width : (chunk.offset + len(chunk)) * width])
    return numbers

"""Writes the prepared form of a recording, group by group, while it plays the recording once."""

from array import array
from pathlib import Path
from typing import Any, Final

import msgspec

from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import MarketDefinition
from simulator.recorded.recording import Recording
from simulator.recorded.rows import (
    DEFINITION,
    FIRST_UPDATE,
    IMAGE,
    KEY,
    MARKET,
    PROBLEM,
    ROWS_A_GROUP,
    RUNNERS,
    STEP,
    TOLD_PRICES,
    VERSION,
    arrow,
)
from simulator.recorded.runner import LEVELS, Ladder, Quantity, RecordedRunner, Value
from simulator.recorded.starting_prices import told_prices

_VALUES: Final = int(Quantity.VALUES)
_RISES: Final = int(Quantity.RISES)
_TRADED: Final = int(Quantity.TRADED)
_DIFFERING: Final = (_VALUES, *map(int, LEVELS.values()))
"""What is compared with what was written; the rest is told as moves."""
_BESTS: Final = (
    (int(Value.BEST_BACK), int(Quantity.AVAILABLE_TO_BACK), max),
    (int(Value.BEST_LAY), int(Quantity.AVAILABLE_TO_LAY), min),
)


def prepare(recording: Recording, file: Path) -> None:
    """Play a watched recording and write its prepared form; raise `PyarrowMissing`, or `OSError` of the file."""
    with _Writer(file) as writer:
        preparing = _Preparing(recording, writer)
        for changed in recording.messages():
            preparing.take(changed)
            writer.end_message()
        preparing.take_problems()


class _Writer:
    """Rows on their way into a file."""

    def __init__(self, file: Path) -> None:
        self._arrow, parquet = arrow()
        fields = [("code", "int32"), ("price", "int32"), ("size", "int64"), ("text", "string")]
        schema = self._arrow.schema(fields, metadata={KEY: str(VERSION).encode()})
        self._writer: Final[Any] = parquet.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=["code", "price", "text"],
            write_page_checksum=True,
        )
        self._schema: Final = schema
        self._begin()

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self.codes:
            self._flush()
        self._writer.close()

    def _begin(self) -> None:
        self.codes: array[int] = array("i")
        self.prices: array[int] = array("i")
        self.sizes: array[int] = array("q")
        self._texts: dict[int, str] = {}

    def row(self, code: int, price: int, size: int, text: str | None = None) -> None:
        if text is not None:
            self._texts[len(self.codes)] = text
        self.codes.append(code)
        self.prices.append(price)
        self.sizes.append(size)

    def end_message(self) -> None:
        """End a group where it is big enough: a message is never divided."""
        if len(self.codes) >= ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        texts = [self._texts.get(place) for place in range(len(self.codes))]
        columns = [
            self._arrow.Array.from_buffers(kind, len(numbers), [None, self._arrow.py_buffer(numbers)])
            for kind, numbers in (
                (self._arrow.int32(), self.codes),
                (self._arrow.int32(), self.prices),
                (self._arrow.int64(), self.sizes),
            )
        ]
        columns.append(self._arrow.array(texts, self._arrow.string()))
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema), ROWS_A_GROUP * 1024)
        self._begin()


class _Preparing:
    """What was written of a recording so far."""

    def __init__(self, recording: Recording, writer: _Writer) -> None:
        self._recording: Final = recording
        self._writer: Final = writer
        self._markets: Final[dict[str, _Written]] = {}
        self._numbers = 0
        self._problems = 0

    def take(self, changed: list[RecordedMarket]) -> None:
        """Write what a message has changed."""
        for market in changed:
            self._write_told_prices(market, self._markets.get(market.market_id) or self._begin(market))
        for market in changed:
            written = self._markets[market.market_id]
            self._write_definition(market, written)
            self._write_runners(market, written)
            if market.is_image:
                self._writer.row(IMAGE, written.place, 0, "")
            rows = [*self._moves(market, written), *self._differences(market, written)]
            more = market is not changed[-1]
            self._writer.row(FIRST_UPDATE - written.place, 2 * len(rows) + more, market.published_at)
            for row in rows:
                self._writer.row(*row)

    def take_problems(self) -> None:
        """Write what was left out."""
        problems = self._recording.problems
        for problem in problems:
            self._writer.row(PROBLEM, 0, problem.line, problem.text)
        if self._recording.problem_count > len(problems):
            self._writer.row(PROBLEM, 0, 0, str(self._recording.problem_count))

    def _begin(self, market: RecordedMarket) -> "_Written":
        written = self._markets[market.market_id] = _Written(len(self._markets), self._number())
        self._writer.row(MARKET, written.place, written.number, market.market_id)
        return written

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers - 1

    def _write_definition(self, market: RecordedMarket, written: "_Written") -> None:
        if market.definition is not written.definition and market.definition is not None:
            written.definition = market.definition
            text = msgspec.json.encode(market.definition).decode()
            self._writer.row(DEFINITION, written.place, 0, text)

    def _write_told_prices(self, market: RecordedMarket, written: "_Written") -> None:
        """Write at what prices bets were matched at the starting price: ladders have hundredths, and definitions too.

        They are said once, with the definition that has the starting prices or in the message after it.
        """
        if market.definition is None or not market.definition.bsp_reconciled:
            return
        own = (change for change in self._recording.changes if change.id == market.market_id)
        told = told_prices(one for change in own for one in change.rc or ())
        if told is not None:
            text = msgspec.json.encode([(*key, prices) for key, prices in told.items()]).decode()
            self._writer.row(TOLD_PRICES, written.place, 0, text)

    def _write_runners(self, market: RecordedMarket, written: "_Written") -> None:
        runners = list(market.runners.values())
        is_as_before = len(runners) == len(written.runners) and all(map(_is, runners, written.runners))
        if is_as_before and len(written.numbers) == len(market.all_runners):
            return
        here = set(market.runners)
        new = {key: runner for key, runner in market.all_runners.items() if id(runner) not in written.numbers}
        for runner in new.values():
            written.numbers[id(runner)] = self._number()
            written.known.append((runner, {quantity: {} for quantity in _DIFFERING}))
        written.runners = runners
        told = [(key, runner, 0) for key, runner in new.items() if key not in here]
        told += [(key, runner, 1) for key, runner in market.runners.items()]
        text = msgspec.json.encode([(written.numbers[id(runner)], *key, is_here) for key, runner, is_here in told])
        self._writer.row(RUNNERS, written.place, 0, text.decode())

    def _moves(self, market: RecordedMarket, written: "_Written") -> list[tuple[int, int, int]]:
        rows = []
        for runner, ladder, price, before, after in market.moves:
            code = STEP * written.numbers[id(runner)]
            rows.append((code + ladder, price, after))
            if ladder == _TRADED and after > before:
                rows.append((code + _RISES, price, after - before))
        return rows

    def _differences(self, market: RecordedMarket, written: "_Written") -> list[tuple[int, int, int]]:
        rows = [
            (STEP * written.number + _VALUES, key, value) for key, value in _difference(written.values, market.values)
        ]
        for runner, known in written.known:
            code = STEP * written.numbers[id(runner)]
            _keep_bests(runner)
            for quantity, before in known.items():
                now = runner.quantities[quantity]
                if before != now:
                    rows += [(code + quantity, key, value) for key, value in _difference(before, now)]
        return rows


class _Written:
    """What was written of a market."""

    def __init__(self, place: int, number: int) -> None:
        self.place: Final = place
        self.number: Final = number
        self.definition: MarketDefinition | None = None
        self.values: Final[Ladder] = {}
        self.runners: list[RecordedRunner] = []
        self.numbers: Final[dict[int, int]] = {}
        """By the identity of the runner."""
        self.known: Final[list[tuple[RecordedRunner, dict[int, Ladder]]]] = []


def _is(one: object, other: object) -> bool:
    return one is other


def _keep_bests(runner: RecordedRunner) -> None:
    """Work out the best prices of the ladders, where they are not known."""
    for value, ladder, best in _BESTS:
        if value not in runner.values and runner.quantities[ladder]:
            runner.values[value] = best(runner.quantities[ladder])


def _difference(before: Ladder, now: Ladder) -> list[tuple[int, int]]:
    """Return what is new, and 0 for what is gone, and take it in."""
    rows = [(key, value) for key, value in now.items() if before.get(key, 0) != value]
    rows += [(key, 0) for key in before if key not in now]
    before.clear()
    before.update(now)
    return rows

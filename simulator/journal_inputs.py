"""The inputs in the journal on disk: in its tail first, and from there in its table, many at a time.

In the table those of a world stand together, so that they are found, and taken away, without others being looked at.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

import msgspec

from simulator.journal_contents import Contents, has_secrets
from simulator.journal_tail import DamagedTail, Tail
from simulator.world.journal import accounts_of_input, market_of_input, name_of
from simulator.world.retelling import Told, decode_told, encode_told

INPUTS_TABLE: Final = """
CREATE TABLE inputs (
    place INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL,
    account TEXT, market TEXT, content BLOB, hidden INTEGER NOT NULL, sum INTEGER NOT NULL,
    world INTEGER AS (place >> 40), number INTEGER AS (place & 0xffffffffff)
)"""
_NUMBER_BITS: Final = 40
"""How much of the place of an input is its number within its world."""
_NEW_INPUT: Final = (
    "INSERT INTO inputs (place, at, name, account, market, content, hidden, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOST_BEHIND, _MOST_BYTES_BEHIND = 256, 1024 * 1024
"""So many inputs, or so many bytes of them, are in the tail alone; then they go into the table."""
TIME_PASSED: Final = "time"
"""The name of a row that is no input: by then something had happened by itself."""

_RestOfRow = tuple[int, str, str | None, str | None, bytes | None, bool, int]
_Row = tuple[int, int, str, str | None, str | None, bytes | None, bool, int]
"""An input as it is written: its place, time, name, account, market, content, whether that is hidden, and its sum."""

_encode_row: Final = msgspec.msgpack.Encoder().encode
_read_row: Final = msgspec.msgpack.Decoder(_Row).decode


class WrittenInputs:
    """The inputs of one file. What cannot be written raises `sqlite3.Error` or `OSError`, and nothing is written."""

    def __init__(
        self,
        database: sqlite3.Connection,
        tail: Tail,
        contents: Contents,
        at_once: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """Let go into the table what is in the tail; raise `JournalError`."""
        self._database: Final = database
        self._tail: Final = tail
        self._contents: Final = contents
        self._at_once: Final = at_once
        self._last: Final[dict[int, int]] = self._last_numbers()
        """The number of the last input of each world that has not ended."""
        self._behind: list[_Row] = []
        """What is in the tail alone."""
        self._bytes_behind = 0
        self.orphans = 0
        """How many inputs were in the tail whose forerunners are nowhere; they are dropped."""
        self._take_in_tail()

    def _last_numbers(self) -> dict[int, int]:
        # Where an image has been written there may be no inputs after it.
        found = self._database.execute(
            "SELECT number, coalesce(after, 0) FROM worlds LEFT JOIN images ON world = number WHERE NOT ended"
        )
        last = {}
        for world, after in found.fetchall():
            row = self._database.execute("SELECT max(number) FROM inputs WHERE place BETWEEN ? AND ?", _places(world))
            last[world] = max(after, row.fetchone()[0] or 0)
        return last

    def _take_in_tail(self) -> None:
        try:
            rows = list(self._missing())
        except DamagedTail as error:
            raise self._contents.damaged_tail(str(error)) from None
        if rows:
            with self._at_once():
                self._database.executemany(_NEW_INPUT, rows)
        self._tail.clear()

    def _missing(self) -> Iterator[_Row]:
        """Yield what is in the tail and not in the table; raise `JournalError` and `DamagedTail`."""
        for entry in self._tail.entries():
            try:
                row = _read_row(entry)
            except msgspec.DecodeError as error:
                raise self._contents.unreadable("an entry of its tail", error) from None
            world, number = row[0] >> _NUMBER_BITS, row[0] & ~(-1 << _NUMBER_BITS)
            last = self._last.get(world)
            # A process may have ended just when what was in the tail had gone into the table, or its world with it.
            if last is None or number <= last:
                continue
            if self.orphans or number > last + 1:
                # The tail is cleared before the disk has what went into the table, and the power may fail then.
                self.orphans += 1
                continue
            self._last[world] = number
            yield row

    @property
    def worlds(self) -> list[int]:
        """Return the numbers of the worlds that have not ended, in order."""
        return sorted(self._last)

    def last(self, world: int) -> int:
        """Return the number of the last input of a world, 0 where there is none."""
        return self._last[world]

    # Writing

    def begin(self, world: int) -> None:
        """Expect inputs of a world."""
        self._last[world] = 0

    def write(self, world: int, told: Told) -> None:
        """Write an input of a world."""
        one, hidden = told.input, has_secrets(told.input)
        encoded = encode_told(told)
        content = self._contents.hidden(encoded) if hidden else encoded
        accounts = accounts_of_input(one)
        account = accounts[0] if accounts else None
        row = (told.at, name_of(one), account, market_of_input(one), content, hidden, zlib.crc32(encoded))
        self._write(world, row)

    def let_pass(self, world: int, at: int) -> None:
        """Write that by this time something had happened in a world by itself."""
        self._write(world, (at, TIME_PASSED, None, None, None, False, _sum_of_time(at)))

    def _write(self, world: int, rest: _RestOfRow) -> None:
        # Before and not after: where this fails nothing has been written of what is not answered.
        if len(self._behind) >= _MOST_BEHIND or self._bytes_behind > _MOST_BYTES_BEHIND:
            self.catch_up()
        number = self._last[world] + 1
        row = (world << _NUMBER_BITS | number, *rest)
        encoded = _encode_row(row)
        self._tail.append(encoded)
        self._last[world] = number
        self._behind.append(row)
        self._bytes_behind += len(encoded)

    def catch_up(self) -> None:
        """Let what is in the tail go into the table."""
        if self._behind:
            with self._at_once():
                self._database.executemany(_NEW_INPUT, self._behind)
            self._clear_tail()

    def drop(self, world: int, rest: Callable[[], None], *, has_ended: bool = False) -> None:
        """Take away all inputs of a world, and do the rest of what belongs together with that."""
        first, last = _places(world)
        with self._at_once():
            self._database.execute("DELETE FROM inputs WHERE place BETWEEN ? AND ?", (first, last))
            others = [row for row in self._behind if not first <= row[0] <= last]
            self._database.executemany(_NEW_INPUT, others)
            rest()
        self._clear_tail()
        if has_ended:
            del self._last[world]

    def _clear_tail(self) -> None:
        self._tail.clear()
        self._behind, self._bytes_behind = [], 0

    # Reading

    def story(self, world: int, after: int) -> Iterator[Told | int]:
        """Yield what came after an input: inputs, and times that had passed; raise `JournalError`.

        What is in the tail alone is not among it.
        """
        rows = self._database.execute(
            "SELECT number, at, content, hidden, sum FROM inputs WHERE place BETWEEN ? AND ? ORDER BY place",
            _places(world, after + 1),
        )
        for number, at, content, hidden, expected in rows:
            what = f"entry {number}"
            if content is None:
                if expected != _sum_of_time(at):
                    raise self._contents.damage(what)
                yield at
                continue
            try:
                yield decode_told(self._contents.checked(content, hidden, expected, what))
            except msgspec.DecodeError as error:
                raise self._contents.unreadable(what, error) from None

    def close(self) -> None:
        """Let what is in the tail go into the table, and close the tail."""
        self.catch_up()
        self._tail.close()


def _places(world: int, first: int = 0) -> tuple[int, int]:
    """Return the places of the inputs of a world from one of them on: the first and the last that there can be."""
    return world << _NUMBER_BITS | first, (world + 1 << _NUMBER_BITS) - 1


def _sum_of_time(at: int) -> int:
    return zlib.crc32(b"%d" % at)

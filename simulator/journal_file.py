"""The journal of a server on disk: an SQLite file with how each world began, its inputs, and now and then an image.

What a person may look at is readable: when, what, by whom, in which market, and what the input says. What may have
passwords or tokens in it, which images have too, is written so that nobody reads it by chance. That is no encryption:
the key lies in the file, and scenarios, which lie there as they are, have the passwords anyway.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from simulator import __version__
from simulator.world.format.scenario import Scenario
from simulator.world.ids import unguessable_token
from simulator.world.inputs import Restore
from simulator.world.journal import SECRETS, accounts_of_input, market_of_input, name_of
from simulator.world.retelling import Beginning, Told, decode_beginning, decode_told, encode_beginning, encode_told
from simulator.world.snapshot import Snapshot, SnapshotError, decode_snapshot, encode_snapshot

FORMAT: Final = 1
APPLICATION_ID: Final = 0x62657473
"""Says of an SQLite file that it is a journal of betsim: the letters `bets`."""

_TABLES: Final = """
CREATE TABLE about (format INTEGER NOT NULL, version TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE worlds (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    scenario TEXT NOT NULL, beginning BLOB NOT NULL, hidden INTEGER NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE inputs (
    number INTEGER PRIMARY KEY, world INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL,
    account TEXT, market TEXT, content BLOB, hidden INTEGER NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE images (world INTEGER PRIMARY KEY, after INTEGER NOT NULL, image BLOB NOT NULL, sum INTEGER NOT NULL);
"""
_NEW_INPUT: Final = "INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PAGES_BESIDE: Final = 4_000
TIME_PASSED: Final = "time"
"""The name of a row that is no input: by then something had happened by itself."""


class JournalError(Exception):
    """A file is no journal, or not whole, or cannot be had; the sentence says what is wrong. It was left alone."""


class WrittenWorld(NamedTuple):
    """A world as the file has it: its number there, how it began, and the last image of it after which inputs come."""

    number: int
    beginning: Beginning
    image: Snapshot | None
    after: int


class JournalFile:
    """An open file. What a method has written is in it when the method returns, whatever becomes of the process.

    Where it cannot be written `sqlite3.Error` is raised, and the file is as it was before.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, or make it; raise `JournalError`."""
        self.path: Final = path
        self.lost_bytes = _unfinished_bytes(path)
        """How long what was being written was when the last process ended; nobody had been told that it was done."""
        with self._complaints():
            self._database: Final = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            with self._complaints():
                self._key: Final = self._opened()
                (last,) = self._database.execute("SELECT coalesce(max(number), 0) FROM inputs").fetchone()
                self._last: int = last
        except JournalError:
            self._database.close()
            raise

    def _opened(self) -> bytes:
        """Make the file a journal if it is new, and return its key."""
        # Nobody else is let in, so that no two servers go on with one story.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        is_new = not self._pragma("page_count")
        if not is_new:
            self._refuse_others()
        self._database.execute("PRAGMA journal_mode = WAL")
        # What is written survives the process. A machine that loses its power may lose the last moments, whole.
        self._database.execute("PRAGMA synchronous = NORMAL")
        # The disk is waited for once in so many pages, and whoever bets just then waits, too.
        self._database.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BESIDE}")
        with self.at_once():
            if is_new:
                self._make()
        row = self._database.execute("SELECT format, key FROM about").fetchone()
        if row is None or row[0] != FORMAT:
            raise JournalError(f"{self.path} is of another format than {FORMAT}, which this version reads and writes.")
        return str(row[1]).encode()

    def _make(self) -> None:
        for statement in _TABLES.split(";\n"):
            self._database.execute(statement)
        self._database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._database.execute("INSERT INTO about VALUES (?, ?, ?)", (FORMAT, __version__, unguessable_token()))

    def _refuse_others(self) -> None:
        if self._pragma("application_id") != APPLICATION_ID:
            raise JournalError(f"{self.path} is another file, and no journal of betsim; it was left alone.")
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise JournalError(f"{self.path} is damaged and was left alone: {str(found).strip()}.")

    def _pragma(self, name: str) -> int:
        (value,) = self._database.execute(f"PRAGMA {name}").fetchone()
        return int(value)

    @contextmanager
    def _complaints(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise JournalError(f"{self.path} is in use: another server writes its journal there.") from None
            raise JournalError(f"{self.path} cannot be used as a journal: {error}.") from None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Write all of what is written meanwhile, or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file; what was written beside it goes into it."""
        self._database.close()

    # Writing

    def begin(self, beginning: Beginning) -> int:
        """Write how a world began, and return its number."""
        encoded, hidden = encode_beginning(beginning), beginning.restoration is not None
        created = (beginning.world_id, beginning.created_at, beginning.scenario.name)
        cursor = self._database.execute(
            "INSERT INTO worlds (id, created, scenario, beginning, hidden, sum) VALUES (?, ?, ?, ?, ?, ?)",
            (*created, self._hidden(encoded) if hidden else encoded, hidden, zlib.crc32(encoded)),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def write(self, world: int, told: Told) -> None:
        """Write an input of a world."""
        one, kind = told.input, type(told.input)
        hidden = _HAS_SECRETS.get(kind)
        if hidden is None:
            hidden = _HAS_SECRETS[kind] = kind is Restore or not _SECRET.isdisjoint(kind.__struct_fields__)
        encoded = encode_told(told)
        content = self._hidden(encoded) if hidden else encoded
        account = next(iter(accounts_of_input(one)), None)
        row = (world, told.at, name_of(one), account, market_of_input(one), content, hidden, zlib.crc32(encoded))
        self._database.execute(_NEW_INPUT, (self._last + 1, *row))
        self._last += 1

    def let_pass(self, world: int, at: int) -> None:
        """Write that by this time something had happened in a world by itself."""
        row = (world, at, TIME_PASSED, None, None, None, False, _sum_of_time(at))
        self._database.execute(_NEW_INPUT, (self._last + 1, *row))
        self._last += 1

    def write_image(self, world: int, snapshot: Snapshot) -> None:
        """Write what a world is after all its inputs up to now, instead of the image before."""
        encoded = encode_snapshot(snapshot)
        self._database.execute(
            "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?)",
            (world, self._last, self._hidden(encoded), zlib.crc32(encoded)),
        )

    def end(self, world: int) -> None:
        """Write that a world has ended. Nothing of it is kept but that there was one of its id."""
        with self.at_once():
            self._database.execute("DELETE FROM images WHERE world = ?", (world,))
            self._database.execute("DELETE FROM inputs WHERE world = ?", (world,))
            self._database.execute("UPDATE worlds SET ended = 1, beginning = x'', sum = 0 WHERE number = ?", (world,))

    # Reading

    def scenario(self) -> Scenario | None:
        """Return the scenario of the first world, `None` where there is none yet; raise `JournalError`."""
        return next((written.beginning.scenario for written in self.worlds()), None)

    def ids(self) -> list[str]:
        """Return the ids of all worlds that there ever were."""
        with self._complaints():
            return [str(row[0]) for row in self._database.execute("SELECT id FROM worlds ORDER BY number")]

    def worlds(self) -> Iterator[WrittenWorld]:
        """Yield the worlds that have not ended, in the order in which they were made; raise `JournalError`."""
        with self._complaints():
            rows = self._database.execute(
                "SELECT number, id, beginning, worlds.hidden, worlds.sum, after, image, images.sum FROM worlds "
                "LEFT JOIN images ON images.world = worlds.number WHERE NOT ended ORDER BY number"
            ).fetchall()
        for number, world_id, encoded, hidden, expected, after, image, expected_of_image in rows:
            what = f"how the world {world_id!r} began"
            try:
                beginning = decode_beginning(self._checked(encoded, hidden, expected, what))
                snapshot = None
                if image is not None:
                    what = f"the image of the world {world_id!r}"
                    snapshot = decode_snapshot(self._checked(image, True, expected_of_image, what))
            except (msgspec.DecodeError, SnapshotError) as error:
                raise JournalError(
                    f"{self.path} is damaged and was left alone: {what} cannot be read ({error})."
                ) from None
            yield WrittenWorld(number, beginning, snapshot, after or 0)

    def story(self, world: WrittenWorld) -> Iterator[Told | int]:
        """Yield what came after the last image of a world: inputs, and times that had passed; raise `JournalError`."""
        with self._complaints():
            rows = self._database.execute(
                "SELECT number, at, content, hidden, sum FROM inputs WHERE world = ? AND number > ? ORDER BY number",
                (world.number, world.after),
            )
            for number, at, content, hidden, expected in rows:
                what = f"entry {number}"
                if content is None:
                    if expected != _sum_of_time(at):
                        raise self._damage(what)
                    yield at
                    continue
                try:
                    yield decode_told(self._checked(content, hidden, expected, what))
                except msgspec.DecodeError as error:
                    raise JournalError(
                        f"{self.path} is damaged and was left alone: {what} cannot be read ({error})."
                    ) from None

    def _checked(self, content: bytes, hidden: int, expected: int, what: str) -> bytes:
        try:
            encoded = self._shown(content) if hidden else bytes(content)
        except (zlib.error, TypeError):
            raise self._damage(what) from None
        if zlib.crc32(encoded) != expected:
            raise self._damage(what)
        return encoded

    def _damage(self, what: str) -> JournalError:
        return JournalError(f"{self.path} is damaged and was left alone: {what} is not as it was written.")

    # Hiding

    def _hidden(self, content: bytes) -> bytes:
        return _mixed(zlib.compress(content, 1), self._key)

    def _shown(self, content: bytes) -> bytes:
        return zlib.decompress(_mixed(bytes(content), self._key))


_SECRET: Final = SECRETS | {"subscription_token"}
_HAS_SECRETS: Final[dict[type, bool]] = {}


def _sum_of_time(at: int) -> int:
    return zlib.crc32(b"%d" % at)


def _mixed(content: bytes, key: bytes) -> bytes:
    """Return a content mixed with what follows from a key; mixed once more it is as it was."""
    other = hashlib.shake_256(key).digest(len(content))
    mixed = int.from_bytes(content, "little") ^ int.from_bytes(other, "little")
    return mixed.to_bytes(len(content), "little")


# What is beside the file: a header, then frames, each a header with the salts of the file and a page.
_WAL_HEADER, _FRAME_HEADER = 32, 24


def _unfinished_bytes(path: Path) -> int:
    """Return how much was written beside a file after what was last finished there.

    The layout is SQLite's, "WAL-mode File Format": a frame with the size of the database in pages ends what belongs
    together, and a frame with other salts is of an earlier round.
    """
    try:
        content = path.with_name(f"{path.name}-wal").read_bytes()
    except OSError:
        return 0
    if len(content) < _WAL_HEADER:
        return len(content)
    size = _FRAME_HEADER + int.from_bytes(content[8:12])
    unfinished = 0
    for place in range(_WAL_HEADER, len(content), size):
        frame = content[place : place + size]
        if len(frame) >= 16 and frame[8:16] != content[16:24]:
            return unfinished
        unfinished += len(frame)
        if len(frame) == size and int.from_bytes(frame[4:8]):
            unfinished = 0
    return unfinished

"""The journal of a server on disk: an SQLite file with how each world began, its last image, and the inputs since.

What a person may look at is readable: when, what, by whom, in which market, and what an input says. Inputs are in the
tail beside the file first (`journal_inputs`), and go into it many at a time.
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
from simulator.journal_contents import Contents, JournalError
from simulator.journal_inputs import INPUTS_TABLE, WrittenInputs
from simulator.journal_tail import ENDING, Tail, unfinished_bytes
from simulator.world.format.scenario import Scenario
from simulator.world.ids import unguessable_token
from simulator.world.retelling import Beginning, Told, decode_beginning, encode_beginning
from simulator.world.snapshot import Snapshot, SnapshotError, decode_snapshot, encode_snapshot

__all__ = ["JournalError", "JournalFile", "WrittenWorld"]

FORMAT: Final = 2
APPLICATION_ID: Final = 0x62657473
"""Says of an SQLite file that it is a journal of betsim: the letters `bets`."""

_TABLES: Final = (
    "CREATE TABLE about (format INTEGER NOT NULL, version TEXT NOT NULL, key TEXT NOT NULL)",
    """
CREATE TABLE worlds (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    scenario TEXT NOT NULL, beginning BLOB NOT NULL, hidden INTEGER NOT NULL, sum INTEGER NOT NULL
)""",
    INPUTS_TABLE,
    """
CREATE TABLE images (
    world INTEGER PRIMARY KEY, after INTEGER NOT NULL, image BLOB NOT NULL, sum INTEGER NOT NULL
)""",
)
_PAGES_BESIDE: Final = 4_000
_BYTES_BESIDE: Final = 16 * 1024 * 1024
"""How long what SQLite writes beside the file stays once it is in the file: an image may have made it longer."""


class WrittenWorld(NamedTuple):
    """A world as the file has it: its number there, how it began, and the last image of it after which inputs come."""

    number: int
    beginning: Beginning
    image: Snapshot | None
    after: int


def _refuse_emptied(path: Path) -> None:
    """Raise `JournalError` for a file of no bytes beside which there is what belongs to a journal.

    Which is none that begins: a journal has a page before anything is beside it, and SQLite would throw that away.
    """
    if path.is_file() and not path.stat().st_size:
        for beside in (path.with_name(path.name + "-wal"), path.with_name(path.name + ENDING)):
            if beside.is_file() and beside.stat().st_size:
                raise JournalError(f"{path} is damaged and was left alone: it is empty, and {beside.name} is not.")


class JournalFile:
    """An open file. What a method has written is there when the method returns, whatever becomes of the process.

    Where it cannot be written `sqlite3.Error` or `OSError` is raised, and everything is as it was before.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, or make it; raise `JournalError`."""
        self.path: Final = path
        self.losses: Final[list[str]] = []
        """What is dropped of what was there, and why that is right: sentences for a log."""
        _refuse_emptied(path)
        unfinished = unfinished_bytes(path)
        with self._complaints():
            self._database: Final = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            with self._complaints():
                key, is_empty = self._opened()
                self._contents: Final = Contents(path, key)
                tail = self._tail(key, is_empty)
                try:
                    self._inputs: Final = WrittenInputs(self._database, tail, self._contents, self.at_once)
                except BaseException:
                    tail.close()
                    raise
        except JournalError:
            self._database.close()
            raise
        self._tell_losses(unfinished + tail.lost_bytes, self._inputs.orphans)

    def _opened(self) -> tuple[bytes, bool]:
        """Make the file a journal if it is new, and return its key and whether there never was a world."""
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
        self._database.execute(f"PRAGMA journal_size_limit = {_BYTES_BESIDE}")
        with self.at_once():
            if is_new:
                self._make()
        row = self._database.execute("SELECT format, key FROM about").fetchone()
        if row is None or row[0] != FORMAT:
            raise JournalError(f"{self.path} is of another format than {FORMAT}, which this version reads and writes.")
        return str(row[1]).encode(), self._database.execute("SELECT 1 FROM worlds").fetchone() is None

    def _make(self) -> None:
        for statement in _TABLES:
            self._database.execute(statement)
        self._database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._database.execute("INSERT INTO about VALUES (?, ?, ?)", (FORMAT, __version__, unguessable_token()))

    def _tail(self, key: bytes, is_empty: bool) -> Tail:
        tail = Tail(self.path, hashlib.sha256(key).digest())
        if tail.is_of_another:
            if not is_empty:
                tail.close()
                raise JournalError(f"{tail.path} is of another journal than {self.path}; both were left alone.")
            self.losses.append(f"{tail.path} was left by a journal that is no longer there, and is dropped")
            tail.clear()
        return tail

    def _tell_losses(self, lost_bytes: int, orphans: int) -> None:
        if lost_bytes:
            self.losses.append(
                f"the journal {self.path} ended in the middle of an entry: "
                f"{lost_bytes} bytes are dropped of which nobody was told"
            )
        if orphans:
            self.losses.append(
                f"the last {orphans} entries of the journal {self.path} are dropped, because those before them "
                "never reached the disk: the machine has lost its power"
            )

    def _refuse_others(self) -> None:
        if self._pragma("application_id") != APPLICATION_ID:
            raise JournalError(f"{self.path} is another file, and no journal of betsim; it was left alone.")
        # All of the file is read for this, which is as long as what there is to bring back.
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
        except OSError as error:
            raise JournalError(f"{self.path} cannot be used as a journal: {error.strerror}.") from None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Write all of what is written into the file meanwhile, or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            # Where there is no room left SQLite has rolled back by itself.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file; what was written beside it goes into it."""
        self._inputs.close()
        self._database.close()

    # Writing

    def begin(self, beginning: Beginning) -> int:
        """Write how a world began, and return its number."""
        encoded, hidden = encode_beginning(beginning), beginning.restoration is not None
        created = (beginning.world_id, beginning.created_at, beginning.scenario.name)
        cursor = self._database.execute(
            "INSERT INTO worlds (id, created, scenario, beginning, hidden, sum) VALUES (?, ?, ?, ?, ?, ?)",
            (*created, self._contents.hidden(encoded) if hidden else encoded, hidden, zlib.crc32(encoded)),
        )
        assert cursor.lastrowid is not None
        self._inputs.begin(cursor.lastrowid)
        return cursor.lastrowid

    def write(self, world: int, told: Told) -> None:
        """Write an input of a world."""
        self._inputs.write(world, told)

    def let_pass(self, world: int, at: int) -> None:
        """Write that by this time something had happened in a world by itself."""
        self._inputs.let_pass(world, at)

    def write_image(self, world: int, snapshot: Snapshot) -> int:
        """Write what a world is after all its inputs up to now, instead of these and the image before.

        Return how long it is in bytes, before it is compressed.
        """
        encoded = encode_snapshot(snapshot)
        row = (world, self._inputs.last(world), self._contents.hidden(encoded), zlib.crc32(encoded))

        def replace() -> None:
            self._database.execute("INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?)", row)

        self._inputs.drop(world, replace)
        return len(encoded)

    def end(self, world: int) -> None:
        """Write that a world has ended. Nothing of it is kept but that there was one of its id."""

        def forget() -> None:
            self._database.execute("DELETE FROM images WHERE world = ?", (world,))
            self._database.execute(
                "UPDATE worlds SET ended = 1, scenario = '', beginning = x'', sum = 0 WHERE number = ?", (world,)
            )

        self._inputs.drop(world, forget, has_ended=True)

    # Reading

    def scenario(self) -> Scenario | None:
        """Return the scenario of the first world, `None` where there is none yet; raise `JournalError`."""
        with self._complaints():
            row = self._database.execute(
                "SELECT id, beginning, hidden, sum FROM worlds WHERE NOT ended ORDER BY number"
            ).fetchone()
        return None if row is None else self._beginning(*row).scenario

    def ids(self) -> list[str]:
        """Return the ids of all worlds that there ever were."""
        with self._complaints():
            return [str(row[0]) for row in self._database.execute("SELECT id FROM worlds ORDER BY number")]

    def worlds(self) -> Iterator[WrittenWorld]:
        """Yield the worlds that have not ended, in the order in which they were made; raise `JournalError`.

        Each is read when its turn comes: no more than one image is held at a time.
        """
        for number in self._inputs.worlds:
            with self._complaints():
                world_id, encoded, hidden, expected, after, image, expected_of_image = self._database.execute(
                    "SELECT id, beginning, worlds.hidden, worlds.sum, after, image, images.sum FROM worlds "
                    "LEFT JOIN images ON images.world = worlds.number WHERE number = ?",
                    (number,),
                ).fetchone()
            beginning = self._beginning(world_id, encoded, hidden, expected)
            snapshot = None if image is None else self._image(world_id, image, expected_of_image)
            yield WrittenWorld(number, beginning, snapshot, after or 0)

    def _beginning(self, world_id: str, encoded: bytes, hidden: int, expected: int) -> Beginning:
        what = f"how the world {world_id!r} began"
        try:
            return decode_beginning(self._contents.checked(encoded, hidden, expected, what))
        except msgspec.DecodeError as error:
            raise self._contents.unreadable(what, error) from None

    def _image(self, world_id: str, encoded: bytes, expected: int) -> Snapshot:
        what = f"the image of the world {world_id!r}"
        try:
            return decode_snapshot(self._contents.checked(encoded, True, expected, what))
        except SnapshotError as error:
            raise self._contents.unreadable(what, error) from None

    def story(self, world: WrittenWorld) -> Iterator[Told | int]:
        """Yield what came after the last image of a world: inputs, and times that had passed; raise `JournalError`."""
        with self._complaints():
            yield from self._inputs.story(world.number, world.after)

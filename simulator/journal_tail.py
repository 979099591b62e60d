"""What stands beside the file of a journal: what SQLite keeps there, and the tail, the latest inputs.

A transaction of SQLite costs many times what an input does, so inputs are appended to the tail, one write each, and go
into the file many at a time. What is in the tail has been handed to the operating system: it outlives the process.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ENDING: Final = "-tail"
_MAGIC: Final = b"betsim\0\1"
_IDENTITY_BYTES: Final = 16
_BEGINNING_BYTES: Final = len(_MAGIC) + _IDENTITY_BYTES
_HEAD: Final = struct.Struct("<II")
"""Before each entry: how long it is, and its sum."""


class DamagedTail(Exception):
    """An entry is whole and not as it was written; the sentence says which one."""


class Tail:
    """The tail of a journal, which is known by its `identity`. Methods raise `OSError`."""

    def __init__(self, path: Path, identity: bytes) -> None:
        self.path: Final = path.with_name(path.name + ENDING)
        self._beginning: Final = _MAGIC + identity[:_IDENTITY_BYTES]
        self._file: Final = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._length = os.fstat(self._file).st_size
        self.is_of_another = self._read(0, _BEGINNING_BYTES) != self._beginning[: self._length]
        """Whether it was left beside this journal by another one."""
        self.lost_bytes = 0
        """How much at its end was being written when the process ended, once all `entries` have been read."""

    def entries(self) -> Iterator[bytes]:
        """Yield what was appended since the tail was last cleared; raise `DamagedTail`."""
        place, number = _BEGINNING_BYTES, 0
        while place < self._length:
            number += 1
            head = self._read(place, _HEAD.size)
            length, expected = _HEAD.unpack(head.ljust(_HEAD.size, b"\0"))
            start = place + _HEAD.size
            if start + length > self._length or not length:
                break
            entry = self._read(start, length)
            if zlib.crc32(entry) != expected:
                raise DamagedTail(f"entry {number} of {self.path.name} is not as it was written")
            yield entry
            place = start + length
        self.lost_bytes = max(0, self._length - place)

    def append(self, entry: bytes) -> None:
        """Append an entry: all of it, or nothing."""
        written = b"%b%b" % (_HEAD.pack(len(entry), zlib.crc32(entry)), entry)
        if os.write(self._file, written) != len(written):
            os.ftruncate(self._file, self._length)
            raise OSError("there is no room for a whole entry")
        self._length += len(written)

    def clear(self) -> None:
        """Let go of all entries."""
        if self._length != _BEGINNING_BYTES or self.is_of_another:
            os.ftruncate(self._file, 0)
            self._length = os.write(self._file, self._beginning)
            self.is_of_another = False

    def close(self) -> None:
        """Close the tail; where nothing is in it, it is no longer there."""
        os.close(self._file)
        if self._length == _BEGINNING_BYTES and not self.is_of_another:
            self.path.unlink()

    def _read(self, place: int, length: int) -> bytes:
        return os.pread(self._file, length, place)


# What SQLite keeps beside a file: a header, then frames, each a header with the salts of the file and a page.
_WAL_HEADER, _FRAME_HEADER = 32, 24


def unfinished_bytes(path: Path) -> int:
    """Return how much SQLite has written beside a file after what was last finished there.

    The layout is SQLite's, "WAL-mode File Format": a frame with the size of the database in pages ends what belongs
    together, and a frame with other salts is of an earlier round.
    """
    try:
        beside = path.with_name(f"{path.name}-wal").open("rb")
    except OSError:
        return 0
    with beside:
        length = os.fstat(beside.fileno()).st_size
        header = beside.read(_WAL_HEADER)
        if length < _WAL_HEADER:
            return length
        size = _FRAME_HEADER + int.from_bytes(header[8:12])
        finished = place = _WAL_HEADER
        while place < length:
            beside.seek(place)
            frame = beside.read(_FRAME_HEADER)
            if len(frame) >= 16 and frame[8:16] != header[16:24]:
                return place - finished
            place = min(place + size, length)
            if (place - _WAL_HEADER) % size == 0 and int.from_bytes(frame[4:8]):
                finished = place
    return length - finished

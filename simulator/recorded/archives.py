"""Archives: .zip and .tar of files, of packed files, and of archives in turn.

Members are read where they lie, without what stands before them: of a .tar by their place in it, of a .zip by its
directory. An archive that is itself packed is unpacked once into a temporary file, which goes when nobody needs it.
"""

import io
import shutil
import tarfile
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

from simulator.recorded.unpacking import BROKEN, Opener, SourceError, is_tar, lines_of, reason, start_of, unpacker

MOST_NESTED: Final = 5
"""How deep archives may lie in archives."""

_TAR_BLOCK_BYTES: Final = 512
_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_NAMES_OF_PACKED_TARS: Final = (".tar", ".tbz", ".tb2", ".tgz", ".txz")


class Source(NamedTuple):
    """A file, or one that is packed in another with others: then its name is that of the other, a slash and its own."""

    name: str
    lines: Callable[[], Iterator[bytes]]
    """Yields the lines without their ends; raises `SourceError`, also in the middle of a file that breaks off."""
    file: Path
    """What lies on the disk, where it does."""
    open: Opener
    """Opens it as it is packed."""


class _Member(NamedTuple):
    name: str
    open: Opener


def unpacked(file: Path) -> Iterator[Source]:
    """Yield a file, or what is in it where it is an archive. What cannot be read raises when its lines are read."""
    yield from expanded(str(file), lambda: file.open("rb"), file)


def unreadable(file: Path, problem: str) -> Source:
    """Return what is there and cannot be read, so that it is named: its lines raise `SourceError` with a problem."""
    return _unreadable(str(file), file, lambda: file.open("rb"), problem)


def expanded(name: str, open_file: Opener, file: Path) -> Iterator[Source]:
    """Yield a file, or what is in it where it is an archive, given what opens it."""
    yield from _expand(name, open_file, file, 0)


def _expand(name: str, open_file: Opener, file: Path, depth: int) -> Iterator[Source]:
    try:
        members = _members(name, open_file)
        if members is None:
            yield Source(name, lambda: lines_of(name, open_file), file, open_file)
        elif depth == MOST_NESTED:
            yield _unreadable(name, file, open_file, f"archives lie in archives more than {MOST_NESTED} times")
        else:
            for member in members:
                yield from _expand(f"{name}/{member.name}", member.open, file, depth + 1)
    except BROKEN as error:
        yield _unreadable(name, file, open_file, reason(error))


def _unreadable(name: str, file: Path, open_file: Opener, problem: str) -> Source:
    def lines() -> Iterator[bytes]:
        raise SourceError(f"{name}: it cannot be read, {problem}.")

    return Source(name, lines, file, open_file)


def _members(name: str, open_file: Opener) -> Iterator[_Member] | None:
    """Return what is in an archive, with what opens it; `None` for a file that is none."""
    start = start_of(open_file, _TAR_BLOCK_BYTES)
    unpack = unpacker(start)
    if unpack is not None:
        if not any(part in name.lower() for part in _NAMES_OF_PACKED_TARS):
            return None
        with closing(open_file()) as packed, closing(unpack(packed)) as inner:
            if not is_tar(inner.read(_TAR_BLOCK_BYTES)):
                return None
        return _members_of_tar(_spooled(open_file, unpack))
    if start.startswith(_ZIP_STARTS):
        return _members_of_zip(_spooled(open_file))
    if is_tar(start):
        return _members_of_tar(_spooled(open_file))
    return None


def _members_of_zip(open_file: Opener) -> Iterator[_Member]:
    with closing(open_file()) as file, _known_to_python(), zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    for member in members:
        yield _Member(member.filename, _of_zip(open_file, member.filename))


def _of_zip(open_archive: Opener, member: str) -> Opener:
    def open_member() -> IO[bytes]:
        file = open_archive()
        try:
            with _known_to_python(), zipfile.ZipFile(file) as archive:
                # What was opened keeps the archive open, and closes the file with itself.
                return _Closing(archive.open(member), file)
        except BaseException:
            file.close()
            raise

    return open_member


@contextmanager
def _known_to_python() -> Iterator[None]:
    """Let a zip with a password, or packed in a way of which Python knows nothing, be one that is broken."""
    try:
        yield
    except RuntimeError as error:
        raise zipfile.BadZipFile(str(error)) from None


class _Closing(io.BufferedReader):
    """A file that closes another one with itself."""

    def __init__(self, raw: IO[bytes], other: IO[bytes]) -> None:
        super().__init__(raw)  # type: ignore[arg-type]
        self._other: Final = other

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._other.close()


def _members_of_tar(open_file: Opener) -> Iterator[_Member]:
    with closing(open_file()) as file, tarfile.open(fileobj=file, mode="r:") as archive:
        while (member := archive.next()) is not None:
            if member.isfile():
                yield _Member(member.name, _part(open_file, member.offset_data, member.size))
            # It would keep them all for as long as it is open.
            archive.members.clear()  # type: ignore[attr-defined]
        file.seek(archive.offset)
        # The standard library takes a head that is cut short or wrong for the end, unless it is the first.
        if file.read(_TAR_BLOCK_BYTES) != bytes(_TAR_BLOCK_BYTES):
            raise tarfile.ReadError("its end is missing, and all that came after")


def _part(open_whole: Opener, offset: int, size: int) -> Opener:
    def open_part() -> IO[bytes]:
        file = open_whole()
        file.seek(offset)
        return io.BufferedReader(_Limited(file, size))

    return open_part


class _Limited(io.RawIOBase):
    """So many bytes of a file, from where it stands; one that ends before breaks off."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file: Final = file
        self._start: Final = file.tell()
        self._size: Final = size
        self._left = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size - self._left

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        place = min(max(base + offset, 0), self._size)
        self._file.seek(self._start + place)
        self._left = self._size - place
        return place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        if not data and self._left and len(buffer):
            raise EOFError("the archive ends in the middle of it")
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _spooled(open_file: Opener, unpack: Callable[[IO[bytes]], IO[bytes]] | None = None) -> Opener:
    """Return what opens an archive so that any place of it is at hand, unpacked and on the disk."""
    with closing(open_file()) as file:
        if unpack is None and isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO | _Limited):
            return open_file
        return _Spool(file if unpack is None else unpack(file)).open


class _Spool:
    """A copy of a file in a temporary folder, which goes with the last one who can open it."""

    def __init__(self, file: IO[bytes]) -> None:
        folder = tempfile.mkdtemp(prefix="betsim-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._copy: Final = Path(folder, "unpacked")
        with self._copy.open("wb") as copy:
            try:
                while chunk := file.read1(1024 * 1024):  # type: ignore[attr-defined]
                    copy.write(chunk)
            except BROKEN:
                # What is there of it is read; the member that is cut short says so.
                return

    def open(self) -> IO[bytes]:
        return self._copy.open("rb")

"""Files with recorded messages, whatever they are packed in: plain, .bz2, .gz, .xz, and .zip and .tar of these.

A folder stands for every file in it, and a pattern for every file that it fits. Files are read line by line and never
whole.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

MOST_LINE_BYTES: Final = 64 * 1024 * 1024
"""How long a line may be: an image of thousands of markets has a fraction of that."""

_BROKEN: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, ValueError)
_OPENERS: Final[dict[bytes, Callable[[IO[bytes]], IO[bytes]]]] = {
    b"BZh": bz2.open,
    b"\x1f\x8b": gzip.open,  # type: ignore[dict-item]
    b"\xfd7zXZ": lzma.open,
}
"""How what is packed begins. Names may say anything, and these do not."""
_LONGEST_START: Final = 6


class SourceError(Exception):
    """A file could not be read, or not to its end; the sentence names the file and says why."""


class Source(NamedTuple):
    """A file, or one that is packed in another with others."""

    name: str
    lines: Callable[[], Iterator[bytes]]
    """Yields the lines without their ends; raises `SourceError`, also in the middle of a file that breaks off."""


def sources(paths: Iterable[str]) -> Iterator[Source]:
    """Yield the files that some paths, folders or patterns stand for, in order; raise `SourceError` for what is none.

    What is in an archive comes in the order in which it is packed.
    """
    for path in paths:
        files = list(_files(path))
        if not files:
            raise SourceError(f"{path}: there is no such file.")
        for file in files:
            yield from _unpacked(file)


def _files(path: str) -> Iterator[Path]:
    here = Path(path)
    if here.is_dir():
        yield from sorted(file for file in here.rglob("*") if file.is_file())
    elif here.exists():
        yield here
    else:
        folder = Path(here.anchor or ".")
        pattern = str(here.relative_to(folder)) if here.anchor else path
        yield from sorted(found for found in folder.glob(pattern) if found.is_file())


def _unpacked(file: Path) -> Iterator[Source]:
    try:
        if zipfile.is_zipfile(file):
            yield from _members_of_zip(file)
        elif _is_tar(file):
            yield from _members_of_tar(file)
        else:
            yield Source(str(file), lambda: _lines(str(file), lambda: file.open("rb")))
    except _BROKEN as error:
        raise SourceError(f"{file}: {_reason(error)}.") from None


def _is_tar(file: Path) -> bool:
    # A plain file of zeros or an empty one would pass for an archive without members.
    return file.stat().st_size > 0 and tarfile.is_tarfile(file)


def _members_of_zip(file: Path) -> Iterator[Source]:
    with zipfile.ZipFile(file) as archive:
        names = [member.filename for member in archive.infolist() if not member.is_dir()]
    for name in names:
        yield Source(f"{file}/{name}", _of_zip(file, name))


def _of_zip(file: Path, name: str) -> Callable[[], Iterator[bytes]]:
    def lines() -> Iterator[bytes]:
        with zipfile.ZipFile(file) as archive:
            yield from _lines(f"{file}/{name}", lambda: archive.open(name))

    return lines


def _members_of_tar(file: Path) -> Iterator[Source]:
    with tarfile.open(file) as archive:
        names = [member.name for member in archive if member.isfile()]
    for name in names:
        yield Source(f"{file}/{name}", _of_tar(file, name))


def _of_tar(file: Path, name: str) -> Callable[[], Iterator[bytes]]:
    def lines() -> Iterator[bytes]:
        with tarfile.open(file) as archive:
            member = archive.extractfile(name)
            if member is None:
                raise SourceError(f"{file}/{name}: it is no file.")
            yield from _lines(f"{file}/{name}", lambda: member)

    return lines


def _lines(name: str, open_file: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    try:
        with closing(open_file()) as raw, closing(_plain(raw)) as plain:
            while line := plain.readline(MOST_LINE_BYTES):
                if len(line) == MOST_LINE_BYTES and not line.endswith(b"\n"):
                    raise SourceError(f"{name}: a line is longer than {MOST_LINE_BYTES} bytes.")
                yield line.rstrip(b"\r\n")
    except _BROKEN as error:
        raise SourceError(f"{name}: it breaks off, {_reason(error)}.") from None


def _plain(raw: IO[bytes]) -> IO[bytes]:
    """Return what a file is when it is unpacked, by how it begins."""
    start = raw.read(_LONGEST_START)
    raw.seek(0)
    return next((opener(raw) for magic, opener in _OPENERS.items() if start.startswith(magic)), raw)


def _reason(error: BaseException) -> str:
    words: Any = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(words)[:200].rstrip(".")

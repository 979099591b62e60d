"""What is packed, unpacked: bytes to lines, however a file is compressed, and ahead of whoever reads them.

Files are told apart by how they begin; names may say anything. To unpack lets go of Python's lock, so what is big
enough is unpacked by a thread while its reader decodes what it has, where a processor is idle.
"""

import bz2
import gzip
import hashlib
import lzma
import os
import tarfile
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import IO, Any, Final

Opener = Callable[[], IO[bytes]]
"""Opens something at its beginning, as often as it is called."""

MOST_LINE_BYTES: Final = 64 * 1024 * 1024
"""How long a line may be: an image of thousands of markets has a fraction of that."""

BROKEN: Final = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    ValueError,
)
"""What the standard library raises of files that are broken, or not for us."""

_UNPACKERS: Final[dict[bytes, Callable[[IO[bytes]], IO[bytes]]]] = {
    b"BZh": bz2.open,
    b"\x1f\x8b": gzip.open,  # type: ignore[dict-item]
    b"\xfd7zXZ": lzma.open,
}
_CHUNK_BYTES: Final = 1024 * 1024
_WORTH_A_THREAD_BYTES: Final = 64 * 1024
_CHUNKS_AHEAD: Final = 4
PARQUET: Final = b"PAR1"
"""How Parquet begins."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class SourceError(Exception):
    """A file could not be read, or not to its end; the sentence names the file and says why."""


def unpacker(start: bytes) -> Callable[[IO[bytes]], IO[bytes]] | None:
    """Return what unpacks a file that begins so, `None` for one that is not compressed."""
    return next((unpack for magic, unpack in _UNPACKERS.items() if start.startswith(magic)), None)


def is_tar(start: bytes) -> bool:
    """Return whether a file that begins so is a .tar."""
    return start[257:262] == b"ustar"


def start_of(open_file: Opener, length: int) -> bytes:
    """Return the first bytes of a file."""
    with closing(open_file()) as file:
        return file.read(length)


def digest_of(open_file: Opener, algorithm: Callable[[], Any]) -> str:
    """Return the digest of a file as it is packed, in hexadecimal; `algorithm` is one of `hashlib`."""
    with closing(open_file()) as file:
        # Whatever opens a file here opens one that reads into a buffer, which the type says nothing of.
        return hashlib.file_digest(file, algorithm).hexdigest()  # type: ignore[arg-type]


def lines_of(name: str, open_file: Opener) -> Iterator[bytes]:
    """Yield the lines of a file without their ends; raise `SourceError`, also in the middle of one that breaks off."""
    try:
        start = start_of(open_file, _WORTH_A_THREAD_BYTES)
        unpack = unpacker(start)
        blocks = _blocks(name, open_file, unpack)
        if unpack is not None and len(start) == _WORTH_A_THREAD_BYTES and has_processors():
            blocks = ahead(blocks)
        with closing(blocks):
            for lines in blocks:
                yield from lines
    except BROKEN as error:
        raise SourceError(f"{name}: it breaks off, {reason(error)}.") from None


def reason(error: BaseException) -> str:
    """Return what an exception of the standard library says, short and without a full stop."""
    words: Any = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(words)[:200].rstrip(".")


def has_processors() -> bool:
    """Return whether a processor is idle for a thread beside the reader; where none is, it delays the reader."""
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):
        return False
    return busy < (os.cpu_count() or 1) - 1


def _blocks(
    name: str, open_file: Opener, unpack: Callable[[IO[bytes]], IO[bytes]] | None
) -> Generator[list[bytes], None, None]:
    """Yield some lines at a time. What a file says before it breaks off is all yielded."""
    rest = b""
    is_first = True
    problem: BaseException | None = None
    with closing(open_file()) as packed, closing(packed if unpack is None else unpack(packed)) as file:
        while True:
            try:
                chunk = file.read1(_CHUNK_BYTES)  # type: ignore[attr-defined]
            except BROKEN as error:
                problem, chunk = error, b""
            if is_first:
                _refuse_archives(name, chunk)
                chunk, is_first = chunk.removeprefix(_BYTE_ORDER_MARK), False
            if not chunk:
                break
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            if len(rest) > MOST_LINE_BYTES:
                raise SourceError(f"{name}: a line is longer than {MOST_LINE_BYTES} bytes.")
            yield [line.rstrip(b"\r") for line in lines]
    if rest:
        yield [rest.rstrip(b"\r")]
    if problem is not None:
        raise problem


def _refuse_archives(name: str, start: bytes) -> None:
    if start.startswith(PARQUET):
        raise SourceError(f"{name}: it is Parquet, as prepared recordings are, and has no lines.")
    # Whether .bz2 has a .tar in it can be known by unpacking a good deal of it, so its name is asked before.
    if is_tar(start):
        raise SourceError(f"{name}: it is a packed .tar under another name; call it .tar.bz2 and it is read.")


def ahead(blocks: Generator[list[bytes], None, None]) -> Generator[list[bytes], None, None]:
    """Yield what another thread makes, a few blocks ahead; what it raises is raised here, in its place."""
    made: deque[list[bytes] | BaseException | None] = deque()
    is_made, has_room = threading.Semaphore(0), threading.Semaphore(_CHUNKS_AHEAD)
    has_ended = threading.Event()

    def make() -> None:
        end: BaseException | None = None
        try:
            with closing(blocks):
                for block in blocks:
                    has_room.acquire()
                    if has_ended.is_set():
                        break
                    made.append(block)
                    is_made.release()
        except BaseException as error:  # noqa: BLE001, it is raised where somebody waits for the next block
            end = error
        made.append(end)
        is_made.release()

    thread = threading.Thread(target=make, name="unpacking", daemon=True)
    thread.start()
    try:
        while True:
            is_made.acquire()
            block = made.popleft()
            if block is None:
                return
            if isinstance(block, BaseException):
                raise block
            has_room.release()
            yield block
    finally:
        has_ended.set()
        has_room.release()
        thread.join()

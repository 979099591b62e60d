"""Which files are played: those that may have a wanted market. And a cache of what is prepared of them."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from simulator.recorded.messages import Line, read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.prepared_lines import prepared_lines
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.rows import VERSION, arrow
from simulator.recorded.sources import CACHE_TAG, Source, SourceError, sources
from simulator.recorded.unpacking import BROKEN, PARQUET, digest_of, reason, start_of
from simulator.recorded.wanted import EVERYTHING, Wanted, why_left_out

_DIGEST: Final = partial(hashlib.blake2b, digest_size=16)
_TAG: Final = "Signature: 8a477f597d28d172789f06886806bc55\n# Recordings that betsim has prepared; it may be deleted.\n"


class Selection:
    """The files of some paths, folders or patterns that may have a wanted market, in order."""

    def __init__(self, paths: Iterable[str], wanted: Wanted = EVERYTHING) -> None:
        self.wanted: Final = wanted
        self.left_out: Final[dict[str, str]] = {}
        """Names of the files that have none, and why."""
        self._paths: Final = tuple(paths)

    def __iter__(self) -> Iterator[Source]:
        """Yield them; raise `SourceError` for a path that leads to no file."""
        for source in sources(self._paths):
            why = "" if is_prepared(source) else why_left_out(source, self.wanted)
            if why:
                self.left_out[source.name] = why
            else:
                yield source

    def nothing_found(self) -> str:
        """Return the sentence for the case that no file has a market that could be played."""
        if not self.left_out:
            return f"there is no recorded market in {', '.join(self._paths)}."
        name, why = next(iter(self.left_out.items()))
        others = f" (and so on: {len(self.left_out)} files are left out)" if len(self.left_out) > 1 else ""
        return f"{name} is left out: {why}{others}."


def is_prepared(source: Source) -> bool:
    """Return whether a file is a prepared recording, by how it begins."""
    try:
        return start_of(source.open, len(PARQUET)) == PARQUET
    except BROKEN:
        return False


class CannotKeep(SourceError):
    """What is prepared cannot be written."""


class Cache:
    """A folder with prepared recordings, each found again by what is in the file that it was prepared of.

    So it does not matter where the file lies, how it is called and when it was copied, and a file that has changed is
    prepared anew. Several processes may share a folder, also of several users: who may read what is
    prepared is as the umask says.
    """

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def file_of(self, source: Source) -> Path:
        """Return the prepared file of a recording, made if it is not there.

        Raises `SourceError` where the recording cannot be opened, `CannotKeep` where the folder cannot be written, and
        `PyarrowMissing`.
        """
        arrow()
        try:
            file = self._folder / f"{digest_of(source.open, _DIGEST)}-{VERSION}.parquet"
        except BROKEN as error:
            raise SourceError(f"{source.name}: it cannot be read, {reason(error)}.") from None
        try:
            if file.exists():
                return file
            beside = self._begin()
        except OSError as error:
            raise CannotKeep(f"{self._folder}: nothing can be kept there, {error.strerror or error}.") from None
        try:
            with beside as folder:
                # In a folder of its own and not as a temporary file, which nobody else might read.
                part = Path(folder, file.name)
                prepare(Recording(source, is_watched=True), part)
                part.replace(file)
        except OSError as error:
            raise CannotKeep(f"{file}: it cannot be written, {error.strerror or error}.") from None
        return file

    def _begin(self) -> "tempfile.TemporaryDirectory[str]":
        """Make the folder and say what it is, where others who use it have not, and return one for what is written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        tag = self._folder / CACHE_TAG
        if not tag.exists():
            tag.write_text(_TAG, encoding="ascii")
        return tempfile.TemporaryDirectory(dir=self._folder, suffix=".part")


def drop(copies: Iterable[PreparedRecording]) -> None:
    """Remove files of a cache: they are prepared anew when they are asked for again. Raises `CannotKeep`."""
    for copy in copies:
        try:
            copy.file.unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise CannotKeep(f"{copy.file}: it is damaged and cannot be removed, {why}.") from None


def play(source: Source, wanted: Wanted = EVERYTHING, cache: Cache | None = None) -> Recording | PreparedRecording:
    """Return a recording to play: of the file, of what is prepared of it where there is a cache, or a prepared one."""
    if is_prepared(source):
        return PreparedRecording(source.file, wanted, source.name, source.open)
    if cache is None:
        return Recording(source, wanted)
    return PreparedRecording(cache.file_of(source), wanted, source.name)


def any_lines(source: Source, after: int = 0) -> Iterator[Line]:
    """Yield what the lines of a file are, as `read_lines` does, also of one that is prepared: its messages as lines.

    Raise `PyarrowMissing`.
    """
    return prepared_lines(source, after) if is_prepared(source) else read_lines(source, after)

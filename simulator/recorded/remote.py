"""Recordings that lie elsewhere, named by a URL as fsspec understands it: `s3://bucket/2021/*.bz2`, `memory://one`.

They are read where they are wanted, by whoever works on them, and kept nowhere.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from urllib.parse import unquote

from simulator.recorded.archives import Source, expanded
from simulator.recorded.unpacking import SourceError

SCHEME_END: Final = "://"
CHAINED: Final = "::"
"""What stands in a URL between one file system and another that it reads through, as fsspec has it."""
_MAGIC: Final = frozenset("*?[")


class Facts(NamedTuple):
    """What tells a file that has changed from what it was: how many bytes it has, and when it was changed, as said."""

    size_bytes: int
    changed: str


def is_url(path: str) -> bool:
    """Return whether a path is a URL."""
    return SCHEME_END in path


def lies_under(url: str, other: str) -> bool:
    """Return whether a URL is another one or lies in its folder, with nothing in it that leads out of there."""
    if url == other:
        return True
    place = unquote(url)
    if CHAINED in place or ".." in place.replace("\\", "/").split("/"):
        return False
    return _spelt(url) == _spelt(other) or _spelt(url).startswith(f"{_spelt(other)}/")


def _spelt(url: str) -> str:
    """Return a URL as all spell it: `memory://one` is `memory:///one/`."""
    scheme, _, path = url.partition(SCHEME_END)
    return f"{scheme.lower()}{SCHEME_END}{path.strip('/')}"


def sources_of_url(url: str) -> Iterator[Source]:
    """Yield the files that a URL stands for: itself, all of a folder, all that fit a pattern, or what is in an archive.

    Raises `SourceError` where fsspec, or what it needs for such a URL, is not installed or does not know it.
    """
    files, path = _file_system(url)
    scheme = url.partition(SCHEME_END)[0]
    try:
        if _MAGIC.intersection(path):
            names = sorted(files.glob(path))
        elif files.isdir(path):
            names = sorted(files.find(path))
        elif files.exists(path):
            names = [path]
        else:
            yield from _in_an_archive(files, scheme, path)
            return
        for name in names:
            if files.isfile(name):
                yield from _source(files, scheme, name)
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001, every store has errors of its own
        raise SourceError(f"{url}: it cannot be read, {type(error).__name__}: {error}.") from None


def _in_an_archive(files: Any, scheme: str, path: str) -> Iterator[Source]:
    parent = path
    while "/" in parent.lstrip("/"):
        parent = parent.rpartition("/")[0]
        if files.isfile(parent):
            wanted = _url(scheme, path)
            for source in _source(files, scheme, parent):
                if source.name == wanted or source.name.startswith(f"{wanted}/"):
                    yield source
            return


def _source(files: Any, scheme: str, name: str) -> Iterator[Source]:
    def open_file() -> IO[bytes]:
        opened: IO[bytes] = files.open(name, "rb")
        return opened

    url = _url(scheme, name)
    yield from expanded(url, open_file, Path(url))


def _url(scheme: str, path: str) -> str:
    return f"{scheme}{SCHEME_END}{path.removeprefix(f'{scheme}{SCHEME_END}')}"


def facts_of_url(url: str) -> Facts:
    """Return what is known of a file, or of the archive in which it lies; raise `SourceError` where nothing is."""
    files, path = _file_system(url)
    while "/" in path.lstrip("/") and not files.exists(path):
        path = path.rpartition("/")[0]
    try:
        known: dict[str, Any] = files.info(path)
    except Exception as error:  # noqa: BLE001, as above
        raise SourceError(f"{url}: it cannot be read, {type(error).__name__}: {error}.") from None
    changed = next(
        (known[name] for name in ("mtime", "LastModified", "updated", "ETag", "created") if name in known), ""
    )
    return Facts(int(known.get("size") or 0), str(changed))


def _file_system(url: str) -> tuple[Any, str]:
    try:
        fsspec: Any = import_module("fsspec")
    except ImportError:
        raise SourceError(f"{url}: files that lie elsewhere are read by fsspec: pip install fsspec.") from None
    try:
        found: tuple[Any, str] = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise SourceError(f"{url}: {error}.") from None
    return found

"""Files with recorded messages, whatever they are packed in: plain, .bz2, .gz, .xz, and .zip and .tar of these.

A folder stands for every file in it, caches left out, and a pattern for every file that it fits; a path that leads into
an archive, as `year.tar/2021` does, for what is there. A path may be a URL (`remote`). Files are read line by line and
never whole.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from simulator.recorded.archives import Source, unpacked, unreadable
from simulator.recorded.remote import is_url, sources_of_url
from simulator.recorded.unpacking import MOST_LINE_BYTES, SourceError, reason

__all__ = ["CACHE_TAG", "MOST_LINE_BYTES", "Source", "SourceError", "sources"]

CACHE_TAG: Final = "CACHEDIR.TAG"
"""What lies in a folder that is a cache, by the convention that backup programs know: no recordings of its own."""


def sources(paths: Iterable[str]) -> Iterator[Source]:
    """Yield the files that some paths, folders or patterns stand for, in order; raise `SourceError` for what is none.

    What is in an archive comes in the order in which it is packed. A file that is there and cannot be read is yielded
    too, and raises when its lines are read, so that the others are read.
    """
    for path in paths:
        if not path:
            raise SourceError("A file is named by an empty text, which leads to none.")
        has_any = False
        try:
            for source in sources_of_url(path) if is_url(path) else _sources_of(path):
                has_any = True
                yield source
        except (OSError, ValueError) as error:
            raise SourceError(f"{path}: {reason(error)}.") from None
        if not has_any:
            what = "there is no file in it" if Path(path).exists() else "there is no such file"
            raise SourceError(f"{path}: {what}.")


def _sources_of(path: str) -> Iterator[Source]:
    here = Path(path)
    if here.is_dir():
        yield from _sources_in(here)
    elif here.is_file():
        yield from unpacked(here)
    elif here.exists():
        raise SourceError(f"{path}: it is a device or a pipe, and what is recorded is read more than once.")
    elif (archive := next((parent for parent in here.parents if parent.is_file()), None)) is not None:
        inside = (str(here), f"{here}/")
        yield from (
            source for source in unpacked(archive) if source.name == inside[0] or source.name.startswith(inside[1])
        )
    else:
        folder = Path(here.anchor or ".")
        pattern = str(here.relative_to(folder)) if here.anchor else path
        for file in sorted(found for found in folder.glob(pattern) if found.is_file()):
            yield from unpacked(file)


def _sources_in(folder: Path) -> Iterator[Source]:
    """Yield what is in a folder, in order; what of it cannot be looked at is yielded too, to be named by who reads."""
    problems: dict[Path, str] = {}

    def note(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        problems[Path(error.filename)] = reason(error)

    files: list[Path] = []
    for place, _, names in os.walk(folder, onerror=note):
        for file in (Path(place, name) for name in names):
            if file.is_file():
                files.append(file)
            elif file.is_symlink() and not file.exists():
                problems[file] = "it is a link that leads nowhere"
    caches = {file.parent for file in files if file.name == CACHE_TAG and file.parent != folder}
    for file in sorted([*files, *problems]):
        if not caches.isdisjoint(file.parents) or file.name == CACHE_TAG:
            continue
        if file in problems:
            yield unreadable(file, problems[file])
        else:
            yield from unpacked(file)

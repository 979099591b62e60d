"""The files that ship with the package: scenarios and recordings in `fixtures`, templates, documents in `specs`.

A wheel carries both folders inside the package; in a checkout they lie beside it, where people look for them. Callers
need not know which of the two they run from. The templates always lie inside the package.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

_TEMPLATES: Final = "templates"
_FAILURES: Final = "fixtures/failures"
_RECORDED: Final = "fixtures/recorded"


class UnknownDataFile(LookupError):
    """No file of that name ships with the package; the sentence lists those that do."""


def fixture_names() -> tuple[str, ...]:
    """Return the file names of the scenarios that ship with the package, such as `demo.yaml`, in alphabetical order."""
    return _names("fixtures")


def fixture_bytes(name: str) -> bytes:
    """Return the content of one of `fixture_names()`; raise `UnknownDataFile` for any other name."""
    return _bytes("fixtures", name)


def failure_names() -> tuple[str, ...]:
    """Return the file names of the faults that ship with the package, such as `answer-lost.yaml`, alphabetically."""
    return _names(_FAILURES)


def failure_bytes(name: str) -> bytes:
    """Return the content of one of `failure_names()`; raise `UnknownDataFile` for any other name."""
    return _bytes(_FAILURES, name)


def recording_names() -> tuple[str, ...]:
    """Return the file names of the recorded markets that ship with the package, such as `1.260606101.bz2`, in order."""
    return _names(_RECORDED, ".bz2")


def recording_bytes(name: str) -> bytes:
    """Return the content of one of `recording_names()`; raise `UnknownDataFile` for any other name."""
    return _bytes(_RECORDED, name, ".bz2")


def template_names() -> tuple[str, ...]:
    """Return the file names of scenarios to start from, such as `football.yaml`, in alphabetical order."""
    return _names(_TEMPLATES)


def template_bytes(name: str) -> bytes:
    """Return the content of one of `template_names()`; raise `UnknownDataFile` for any other name."""
    return _bytes(_TEMPLATES, name)


def specification_names() -> tuple[str, ...]:
    """Return the file names of the OpenAPI documents that ship with the package, in alphabetical order."""
    return _names("specs")


def specification_bytes(name: str) -> bytes:
    """Return the content of one of `specification_names()`; raise `UnknownDataFile` for any other name."""
    return _bytes("specs", name)


def _folder(folder: str) -> Traversable:
    package = files("simulator")
    if folder == _TEMPLATES:
        return package / folder
    packaged = package / "_data" / folder
    # Asked of the package and not of this file's path: inside a zip archive there is no path to go up from.
    if packaged.is_dir() or not isinstance(package, Path):
        return packaged
    return package.parent / folder


def _names(folder: str, ending: str = ".yaml") -> tuple[str, ...]:
    place = _folder(folder)
    if not place.is_dir():
        return ()
    return tuple(sorted(file.name for file in place.iterdir() if file.name.endswith(ending)))


def _bytes(folder: str, name: str, ending: str = ".yaml") -> bytes:
    # Only listed names are opened, so a name that climbs out of the folder is unknown like any other.
    names = _names(folder, ending)
    if name not in names:
        known = ", ".join(names) or "none"
        raise UnknownDataFile(f"There is no file {name!r} in {folder}; there are: {known}.")
    return (_folder(folder) / name).read_bytes()

"""Where the modules of strategies are loaded: a file that has been edited is another module, loaded anew.

So is what it imports of its own, as soon as any of that has been edited since it was loaded from here. A module that
the program itself had imported before is taken as it was imported.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Final, NamedTuple

from simulator.backtest.own_finder import OwnFinder
from simulator.backtest.own_source import MAIN, OwnModule, OwnSource, of_file, of_module


class NotLoaded(Exception):
    """A module cannot be had; the sentence says what and why."""


class Loaded(NamedTuple):
    """A module, and the digest of the source that it was loaded from."""

    module: ModuleType
    source: str


_LOADED: Final[dict[tuple[str, str], Loaded]] = {}
"""By place and source."""
_IMPORTED: Final[dict[str, OwnModule]] = {}
"""Modules of strategies' own, by name, as they were when they were imported from here."""
_ADDED: Final[set[str]] = set()
"""Folders of strategies from which nothing was imported before they were loaded."""
_ONE_AT_A_TIME: Final = RLock()


def load(place: str, source: str = "") -> Loaded:
    """Return the module that is in a file or has a name, as it is now; raise `NotLoaded`.

    With the digest of a source, it is that one, and `NotLoaded` where it is another one now.
    """
    with _ONE_AT_A_TIME:
        is_file = place.endswith(".py")
        where = str(Path(place).resolve()) if is_file else place
        if source and (where, source) in _LOADED:
            return _LOADED[where, source]
        own = _own_source(place, is_file=is_file)
        if source and source != own.digest:
            raise NotLoaded(f"{place} is not what it was when the backtest began, or something that it imports is not.")
        if place == MAIN:
            # It runs already, and what it imports of its own is not to be another under its hands.
            return _LOADED.setdefault((where, own.digest), Loaded(sys.modules[MAIN], own.digest))
        known = _LOADED.get((where, own.digest))
        if known is None:
            try:
                with _imported_anew(own):
                    module = _of_file(Path(where), own) if is_file else importlib.import_module(place)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a script may end the program where it is imported
                raise NotLoaded(_why_not(place, error, is_file=is_file)) from error
            known = _LOADED[where, own.digest] = Loaded(module, own.digest)
        return known


@contextmanager
def without_folders_of_strategies() -> Iterator[None]:
    """Have nothing imported from them meanwhile: a file there may be called as what a process needs to begin."""
    with _ONE_AT_A_TIME:
        before = list(sys.path)
        sys.path[:] = [each for each in before if each not in _ADDED]
        try:
            yield
        finally:
            sys.path[:] = before


def _own_source(place: str, *, is_file: bool) -> OwnSource:
    path = Path(place).resolve()
    if is_file and not path.is_file():
        raise NotLoaded(f"there is no file {place}.")
    try:
        return of_file(path) if is_file else of_module(place)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # looking for a module may run the packages that it is of
        raise NotLoaded(_why_not(place, error, is_file=is_file)) from error


def _of_file(path: Path, own: OwnSource) -> ModuleType:
    # The same file is the same module wherever it is loaded: what strategies leave behind can be unpickled.
    name = f"betsim_strategy_{sha256(f'{path} {own.digest}'.encode()).hexdigest()[:16]}"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None:
        raise ImportError("it is no Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(specification)
    folder = str(path.parent)
    if folder not in sys.path:
        _ADDED.add(folder)
    if sys.path[:1] != [folder]:
        # That of another strategy may have modules of the same names.
        sys.path[:] = [folder, *(each for each in sys.path if each != folder)]
    try:
        # Not by its loader, which takes what was compiled of a file of the same size and second for the same.
        exec(compile(own.modules[""].content, str(path), "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextmanager
def _imported_anew(own: OwnSource) -> Iterator[None]:
    """Have what is a strategy's own imported anew, where any of it is other than when it was imported from here."""
    named = {name: module for name, module in own.modules.items() if name}
    finder = OwnFinder(own)
    hidden: dict[str, ModuleType] = {}
    if any(name in sys.modules and _IMPORTED.get(name, module) != module for name, module in named.items()):
        for name in list(sys.modules):
            if name in finder.namespaces or any(name == each or name.startswith(f"{each}.") for each in named):
                hidden[name] = sys.modules.pop(name)
    importlib.invalidate_caches()
    before = set(sys.modules)
    try:
        with finder.in_force():
            yield
    except BaseException:
        for name in (named.keys() | finder.namespaces.keys()) - before:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        raise
    _IMPORTED.update(named)


def _why_not(place: str, error: BaseException, *, is_file: bool) -> str:
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "flumine":
        return f"{place} has a strategy for flumine, and flumine is not installed here: pip install flumine."
    told = f"{type(error).__name__}: {error}."
    return f"{place} cannot be loaded: {told}" if is_file else f"module {place} cannot be imported: {told}"

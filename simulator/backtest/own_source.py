"""The source of a strategy: its file, and all of its own that it imports, as its `import` statements say.

Its own is what lies in the folder of the file, or in the package that a module is of. Nothing of it is run to find out,
so that it is the same in every process; but for a package whose modules lie elsewhere than in its folder, which only
it knows. What is imported by other means than these statements is not seen.
"""

import ast
import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

MAIN: Final = "__main__"
"""The name of the module that is the program itself."""
_OF_BETSIM: Final = __name__.partition(".")[0]
_OF_OTHERS: Final = frozenset(
    Path(path).resolve() for name, path in sysconfig.get_paths().items() if name in ("stdlib", "purelib", "platlib")
)
"""Folders in which a module has only the package that it is of for its own."""


class OwnModule(NamedTuple):
    """A module of a strategy's own."""

    file: Path
    content: bytes


class OwnSource(NamedTuple):
    """What a strategy is made of."""

    modules: dict[str, OwnModule]
    """By the names by which they are imported; a file that is named as such has the name that is empty."""

    @property
    def digest(self) -> str:
        """Return what tells it from what it may become, wherever it lies."""
        known = sorted((name, sha256(module.content).hexdigest()) for name, module in self.modules.items())
        return sha256(msgspec.json.encode(known)).hexdigest()


def of_file(path: Path) -> OwnSource:
    """Return the source of a file of Python; raise `OSError`."""
    modules = {"": OwnModule(path, path.read_bytes())}
    return _with_imported(modules, path.parent, path.stem if path.parent in _OF_OTHERS else "")


def of_module(name: str) -> OwnSource:
    """Return the source of a module, nothing where it has none; raise what looking for it raises."""
    if name == MAIN:
        # The program itself, which is not looked for: of a notebook there is no file.
        script = Path(getattr(sys.modules[name], "__file__", None) or "")
        return of_file(script.resolve()) if script.is_file() else OwnSource({})
    top, *below = name.split(".")
    file = None if top == _OF_BETSIM else _file_of(name)
    if file is None:
        return OwnSource({})
    folder = file.parents[len(below) + (file.name == "__init__.py")]
    modules = {each: module for each in _packages_of(name) for module in _module_of(folder, each)}
    modules[name] = OwnModule(file, file.read_bytes())
    return _with_imported(modules, folder, top if folder in _OF_OTHERS else "")


def _file_of(name: str) -> Path | None:
    """Return where a module of Python is; raise what looking for it raises."""
    importlib.invalidate_caches()
    module = sys.modules.get(name)
    if module is not None and module.__spec__ is None:
        # Somebody has made it, and it is of no file.
        return None
    top, *below = name.split(".")
    specification = importlib.util.find_spec(top)
    if below and specification is not None:
        # Not by `find_spec`, which runs the packages above it.
        for folder in specification.submodule_search_locations or ():
            place = Path(folder).joinpath(*below)
            for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
                if file.is_file():
                    return file.resolve()
        specification = importlib.util.find_spec(name)
    origin = "" if specification is None else specification.origin or ""
    return Path(origin).resolve() if origin.endswith(".py") else None


def _with_imported(modules: dict[str, OwnModule], folder: Path, only: str) -> OwnSource:
    """Add what is imported of a folder, of one package `only` where that is not empty."""
    left = list(modules)
    while left:
        name = left.pop()
        for imported in _imports(name, modules[name]):
            top = imported.partition(".")[0]
            if top == _OF_BETSIM or (only and top != only):
                continue
            for each in (*_packages_of(imported), imported):
                if each not in modules:
                    for module in _module_of(folder, each):
                        modules[each] = module
                        left.append(each)
    return OwnSource(modules)


def _packages_of(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:number]) for number in range(1, len(parts))]


def _module_of(folder: Path, name: str) -> Iterator[OwnModule]:
    """Yield the module of a name in a folder, where there is one that can be read."""
    place = folder.joinpath(*name.split("."))
    for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
        try:
            yield OwnModule(file, file.read_bytes())
        except (OSError, ValueError):
            continue
        return


def _imports(name: str, module: OwnModule) -> Iterator[str]:
    """Yield what a module may import by its statements: `from a import b` may be of the module `a.b`."""
    try:
        tree = ast.parse(module.content)
    except (SyntaxError, ValueError, RecursionError):
        # Who loads it says what is wrong with it.
        return
    package = name.split(".") if module.file.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level > len(package):
                continue
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            if base:
                yield base
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names if alias.name != "*")

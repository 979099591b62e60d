"""How modules of a strategy's own are imported: from the content that its source was told by, not from files.

A file may be another one by then, and what was compiled of a file of the same size and second is taken for the same.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from simulator.backtest.own_source import OwnSource


class OwnFinder(MetaPathFinder):
    """Finds what is a strategy's own, and the packages above it that have no module themselves."""

    def __init__(self, own: OwnSource) -> None:
        self._own = own
        self.namespaces: dict[str, Path] = {}
        """The folders of packages without a module, by name."""
        for name, module in own.modules.items():
            parts = name.split(".")
            folder = module.file.parents[len(parts) - 1 + (module.file.name == "__init__.py")]
            for number in range(1, len(parts)):
                package = ".".join(parts[:number])
                if package not in own.modules:
                    self.namespaces[package] = folder.joinpath(*parts[:number])

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Have it asked before all others."""
        sys.meta_path.insert(0, self)
        try:
            yield
        finally:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Return where a module is, where it is the strategy's own."""
        module = self._own.modules.get(fullname)
        if module is not None:
            is_package = module.file.name == "__init__.py"
            place = module.file.parent if is_package else module.file
            if fullname in sys.builtin_module_names or not _is_in(place.parent, path):
                return None
            return spec_from_file_location(
                fullname,
                module.file,
                loader=_OfContent(fullname, module.file, module.content),
                submodule_search_locations=[str(place)] if is_package else None,
            )
        folder = self.namespaces.get(fullname)
        if folder is None or not _is_in(folder.parent, path):
            return None
        others = PathFinder.find_spec(fullname, path)
        if others is not None and others.origin is not None:
            # A package that has a module goes before one that has none.
            return None
        specification = ModuleSpec(fullname, _OfNone(), is_package=True)
        elsewhere = [] if others is None else list(others.submodule_search_locations or ())
        specification.submodule_search_locations = [str(folder), *(each for each in elsewhere if Path(each) != folder)]
        return specification


def _is_in(folder: Path, path: Sequence[str] | None) -> bool:
    """Return whether a package, of which the path is, has a folder; no package has none."""
    return path is None or any(Path(each).resolve() == folder for each in path)


class _OfContent(SourceFileLoader):
    """Runs what was read of a file."""

    def __init__(self, name: str, file: Path, content: bytes) -> None:
        super().__init__(name, str(file))
        self._content = content

    def get_code(self, _fullname: str, /) -> CodeType:
        code: CodeType = compile(self._content, self.path, "exec", dont_inherit=True)
        return code


class _OfNone(Loader):
    """Makes a package that has no module."""

    def exec_module(self, module: ModuleType) -> None:
        # What is of other folders may have been imported of it before.
        for name, each in list(sys.modules.items()):
            package, _, last = name.rpartition(".")
            if package == module.__name__:
                setattr(module, last, each)

"""Scenarios by name: those that ship with the package, written down or made up, and those in files."""

import os
import stat
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final

from simulator import data
from simulator.world.format.document import MAXIMUM_BYTES, ScenarioError
from simulator.world.format.scenario import Scenario
from simulator.world.format.suggestions import suggestion
from simulator.world.loading.loading import load_scenario


def _saturday(seed: int) -> Scenario:
    from simulator.world.loading.saturday.programme import saturday  # noqa: PLC0415, nobody needs it who has another

    return saturday(seed)


MADE_UP: Final[Mapping[str, Callable[[int], Scenario]]] = {"saturday": _saturday}
"""The scenarios that are made up from a seed."""


def builtin_scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, in alphabetical order."""
    return tuple(sorted((*MADE_UP, *(name.removesuffix(".yaml") for name in data.fixture_names()))))


def builtin_scenario(name: str, seed: int = 0) -> Scenario:
    """Return a scenario that ships with the package; raise `LookupError` where there is none of that name.

    The seed makes a difference to one that is made up, and to no other.
    """
    return _made_up(name, seed) if name in MADE_UP else _written(name)


@cache
def _written(name: str) -> Scenario:
    return load_scenario(data.fixture_bytes(f"{name}.yaml"), f"{name}.yaml")


@lru_cache(maxsize=2)
def _made_up(name: str, seed: int) -> Scenario:
    return MADE_UP[name](seed)


def scenario_called(name: str, seed: int = 0) -> Scenario:
    """Return a scenario that ships with the package or, where none has that name, the one in the file of that name.

    The seed is that of one that is made up. Raise `ScenarioError` where there is neither, or the file is wrong.
    """
    if name in builtin_scenario_names():
        return builtin_scenario(name, seed)
    try:
        text = _content_of(name)
    except (OSError, ValueError) as error:
        known = ", ".join(builtin_scenario_names())
        why = error.strerror if isinstance(error, OSError) else error
        problem = f"No scenario of that name ships with the package ({known} do), and as a file: {why}."
        problem += suggestion(name, builtin_scenario_names())
        raise ScenarioError(name, "$", problem) from None
    return load_scenario(text, name)


def _content_of(name: str) -> bytes:
    """Return the content of a file, one byte more than a document may have at the most.

    Raise `OSError`, or `ValueError` for what is not a file with a content: a device or a pipe may never end, or never
    begin.
    """
    # Without O_NONBLOCK to open a pipe waits for somebody who writes.
    descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("It is a directory, a device or a pipe")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAXIMUM_BYTES + 1)

"""Scenarios by name: those that ship with the package, and those in files."""

from functools import cache
from pathlib import Path

from simulator import data
from simulator.world.format.document import ScenarioError
from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario


def builtin_scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, in alphabetical order."""
    return tuple(name.removesuffix(".yaml") for name in data.fixture_names())


@cache
def builtin_scenario(name: str) -> Scenario:
    """Return a scenario that ships with the package; raise `LookupError` where there is none of that name."""
    return load_scenario(data.fixture_bytes(f"{name}.yaml"), f"{name}.yaml")


def scenario_called(name: str) -> Scenario:
    """Return a scenario that ships with the package or, where none has that name, the one in the file of that name.

    Raise `ScenarioError` where there is neither, or the file is wrong.
    """
    if name in builtin_scenario_names():
        return builtin_scenario(name)
    try:
        text = Path(name).read_bytes()
    except OSError as error:
        known = ", ".join(builtin_scenario_names())
        problem = f"No scenario of that name ships with the package ({known} do), and as a file: {error.strerror}."
        raise ScenarioError(name, "$", problem) from None
    return load_scenario(text, name)

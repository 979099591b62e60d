"""How a test names the scenario that a world begins with."""

import os
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from simulator.testing.errors import BetsimError, is_sentence
from simulator.world.format.document import ScenarioError
from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario
from simulator.world.loading.named import scenario_called

__tracebackhide__ = is_sentence

ScenarioLike = str | os.PathLike[str] | Mapping[str, Any]
"""The name of a scenario that ships with the package, a file, or the document itself as plain data."""

DEFAULT_SCENARIO: Final = "derby"
"""One match that stands still until its clock is moved."""
NOBODY: Final[Mapping[str, Any]] = {"name": "nobody"}
"""A scenario in which nobody and nothing is: its world takes no names that others could have."""

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def scenario_of(scenario: ScenarioLike, seed: int = 0) -> Scenario:
    """Return the scenario that is meant; raise `BetsimError` where there is none of that name, or it is wrong.

    The seed makes a difference to one that is made up.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise BetsimError(f"A seed is a whole number, not {seed!r}.")
    try:
        if isinstance(scenario, str | os.PathLike):
            return scenario_called(os.fspath(scenario), seed)
        if isinstance(scenario, Mapping):
            return load_scenario(_encoder.encode(dict(scenario)), "the scenario")
    except ScenarioError as error:
        raise BetsimError(str(error)) from None
    except (TypeError, UnicodeEncodeError) as error:
        raise BetsimError(f"The scenario is no plain data: {error}.") from None
    raise BetsimError(f"A scenario is a name, a file or a mapping, not {scenario!r}.")

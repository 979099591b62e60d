"""A running world is read as a scenario, as it is now."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import YAML
from simulator.control.collection import full_collections_put_off
from simulator.control.problems import Impossible
from simulator.world.format.document import ScenarioError
from simulator.world.format.scenario import Scenario
from simulator.world.format.writing import scenario_text
from simulator.world.loading.loading import load_scenario
from simulator.world.present import present_of
from simulator.world.world import World


class ScenarioHandlers:
    """What is under `/control/v1/worlds/{world}/scenario`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def read(self, request: Request) -> Response:
        """Answer the world as it is now as a scenario in YAML, with comments about what that does not say."""
        world = self._world_of(request)
        present = present_of(world)
        head = f"The world {world.id} at {present.scenario.clock.now}, as a scenario. What it does not say:"
        comments = [head, *(f"- {sentence}" for sentence in present.left_out)]
        # From here on it is a document like any other, and takes as long as one to write and to check.
        text = await asyncio.to_thread(_checked_text, present.scenario, comments)
        return Response(text, media_type=YAML)


def _checked_text(scenario: Scenario, comments: Sequence[str]) -> str:
    """Return the text of a scenario; raise `Impossible` where no world could begin with it."""
    text = scenario_text(scenario, comments)
    try:
        with full_collections_put_off():
            load_scenario(text, "it")
    except ScenarioError as error:
        raise Impossible(f"This world cannot be said as a scenario. At {error.path}: {error.problem}") from None
    return text

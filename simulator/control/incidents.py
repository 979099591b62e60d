"""What happens in the matches of a world of which there are scores."""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.performing import performed
from simulator.control.problems import UnknownEvent
from simulator.control.resources import answer
from simulator.control.schema import ScoreboardDocument, SideDocument
from simulator.world.loading.loading import load_incident
from simulator.world.scoreboards import Scoreboard, Side
from simulator.world.world import World


class IncidentHandlers:
    """Everything under `/control/v1/worlds/{world}/events/{event}`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def tell(self, request: Request) -> Response:
        """Let something happen in the match of the address, and answer how it stands then."""
        _, board = self._board_of(request)
        incident = await loaded(await read_body(request), partial(load_incident, event_id=board.event_id))
        # Asked for again: while the document was on its way the world may have been deleted.
        world, _ = self._board_of(request)
        performed(world, incident)
        return answer(describe_scoreboard(world.scoreboards.by_event[board.event_id], world.clock.now()))

    def _board_of(self, request: Request) -> tuple[World, Scoreboard]:
        world, event_id = self._world_of(request), request.path_params["event"]
        board = world.scoreboards.by_event.get(event_id)
        if board is None:
            raise UnknownEvent(f"World {world.id!r} has no event {event_id[:40]!r} of which there are scores.")
        return world, board


def describe_scoreboard(board: Scoreboard, now: int) -> ScoreboardDocument:
    """Return how a match stands as it is answered."""
    minute, _, _ = board.minutes(now)
    return ScoreboardDocument(
        event_id=board.event_id,
        event_status=board.event_status,
        status=board.status or None,
        minute=minute or None,
        incidents=board.number,
        home=_describe_side(board.home),
        away=_describe_side(board.away),
    )


def _describe_side(side: Side) -> SideDocument:
    return SideDocument(side.name, side.score, side.sets, side.games)

"""The football matches of a world: listed, and finished with a score that settles what it decides."""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bettune_schema import FinishedDocument, LeftAlone, MatchDocument, MatchesDocument, ScoreDocument
from simulator.control.bodies import loaded, read_body
from simulator.control.markets import describe_market
from simulator.control.performing import performed, sentence
from simulator.control.problems import UnknownMatch
from simulator.control.resources import answer
from simulator.control.schema import instant_text
from simulator.exchange.events import MarketClosed
from simulator.world.bettune.bettune import Match
from simulator.world.happened import MarketLeftAlone
from simulator.world.loading.loading import load_finish
from simulator.world.world import World


class MatchHandlers:
    """Everything under `/control/v1/worlds/{world}/matches`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def list_all(self, request: Request) -> Response:
        """Answer all matches."""
        matches = sorted(
            self._world_of(request).bettune.matches.values(), key=lambda match: (match.starts_at, match.id)
        )
        return answer(MatchesDocument([describe_match(match) for match in matches]))

    async def finish(self, request: Request) -> Response:
        """End the match of the address with the score that is sent."""
        _, match = self._match_of(request)
        finish = await loaded(await read_body(request), partial(load_finish, match_id=match.id))
        # Asked for again: while the document was on its way the world may have been deleted.
        world, match = self._match_of(request)
        happened = performed(world, finish)
        settled = [
            describe_market(world.exchange.markets[event.market_id])
            for event in happened.events
            if isinstance(event, MarketClosed)
        ]
        left_alone = [
            LeftAlone(event.market_id, sentence(event.problem))
            for event in happened.events
            if isinstance(event, MarketLeftAlone)
        ]
        return answer(FinishedDocument(describe_match(match), settled, left_alone))

    def _match_of(self, request: Request) -> tuple[World, Match]:
        world = self._world_of(request)
        return world, match_of(world, request)


def match_of(world: World, request: Request) -> Match:
    """Return the match of the address; raise `UnknownMatch`."""
    number = request.path_params["match"]
    # Compared as a text: a number of a million digits is not worth reading.
    match = next((match for match in world.bettune.matches.values() if str(match.id) == number), None)
    if match is None:
        raise UnknownMatch(f"World {world.id!r} has no match {number[:40]!r}.")
    return match


def describe_match(match: Match) -> MatchDocument:
    """Return a match as it is answered."""
    score = None if match.score is None else ScoreDocument(match.score.home, match.score.away)
    return MatchDocument(
        id=match.id,
        date=instant_text(match.starts_at),
        home=match.home.name,
        away=match.away.name,
        event=match.event,
        finished=match.finished,
        score=score,
    )

"""The in-play service, which the web site asks for scores, and so do clients.

    GET /inplayservice/v1.1/scores?eventIds=1,2         how matches stand; `scoresAndBroadcast` the same
    GET /inplayservice/v1.1/eventTimeline?eventId=1     how a match stands, and what happened in it
    GET /inplayservice/v1.1/eventTimelines?eventIds=1,2     of several

Of events that are not in play nothing is told: they are missing from lists, and a timeline of one is empty (as a client
finds it). Source: what clients send, and what they read.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from simulator.betfair.dispatch import Dispatcher
from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.http import Endpoint
from simulator.betfair.in_play_scores import Translate, scores_of, timeline_of
from simulator.betfair.schema.in_play import EventScores, EventTimeline
from simulator.betfair.site_endpoints import Query, anybody, numbers_of, site_endpoint
from simulator.world.scoreboards import Scoreboard
from simulator.world.world import World

PATH: Final = re.compile(r"/inplayservice/v1(?:\.\d+)?/(\w+)/?", re.ASCII)
"""The address; what stands in it is the operation."""
PREFIX: Final = "/inplayservice/"


def _event_timeline(world: World, query: Query) -> EventTimeline:
    event_ids = numbers_of(query, "eventId")
    if len(event_ids) > 1:
        raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, "eventId is one number, and here are several")
    return next(iter(_timelines(world, query, event_ids)), EventTimeline())


def _event_timelines(world: World, query: Query) -> list[EventTimeline]:
    return list(_timelines(world, query, numbers_of(query, "eventIds")))


def _timelines(world: World, query: Query, event_ids: list[str]) -> Iterator[EventTimeline]:
    now, events = world.clock.now(), world.catalogue.events
    for board in _in_play(world, event_ids):
        yield timeline_of(board, events[board.event_id], now, _translate(world, query))


def _scores(world: World, query: Query, *, with_broadcasts: bool) -> list[EventScores]:
    now, events, translate = world.clock.now(), world.catalogue.events, _translate(world, query)
    return [
        scores_of(board, events[board.event_id], now, translate, with_broadcasts=with_broadcasts)
        for board in _in_play(world, numbers_of(query, "eventIds"))
    ]


def _in_play(world: World, event_ids: list[str]) -> Iterator[Scoreboard]:
    """Yield those of some events that are in play, or were."""
    for event_id in event_ids:
        board = world.scoreboards.by_event.get(event_id)
        if board is not None and board.status:
            yield board


def _translate(world: World, query: Query) -> Translate:
    return world.catalogue.names_in(query.get("locale", "")[:2].lower())


OPERATIONS: Final[Mapping[str, Callable[[World, Query], Any]]] = {
    "scores": partial(_scores, with_broadcasts=False),
    "scoresAndBroadcast": partial(_scores, with_broadcasts=True),
    "eventTimeline": _event_timeline,
    "eventTimelines": _event_timelines,
}
"""The functions that answer, by the names of operations."""


def in_play_endpoints(dispatcher: Dispatcher) -> dict[str, Endpoint]:
    """Return what answers, by the names of operations."""
    return {name: site_endpoint(dispatcher, name, anybody, answer) for name, answer in OPERATIONS.items()}

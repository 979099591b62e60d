"""The scores service where it is about matches: which there are, how they stand, and what happened in them.

No document describes it. Members, and what a game of tennis has among the `values`, are recorded; other sports have
their score there (chosen, docs/fidelity.md).
"""

from collections.abc import Iterator
from typing import Final

from simulator.betfair.operations import Call, Operation
from simulator.betfair.schema.live_scores import (
    AvailableEvent,
    Incident,
    Incidents,
    ListAvailableEventsRequest,
    ListIncidentsRequest,
    ListScoresRequest,
    Score,
    UpdateContext,
    UpdateKey,
)
from simulator.betfair.schema.wire import date_time, order_date
from simulator.world import scoreboards
from simulator.world.catalogue import EventDescription
from simulator.world.races import RaceResponse
from simulator.world.scoreboards import EventStatus, Scoreboard, Side
from simulator.world.world import World

TENNIS: Final = "2"
"""The event type whose scores are sets, games and points."""
_SECONDS_OF_MINUTE: Final = 60
_WORDS_OF_STATUS: Final = {EventStatus.IN_PROGRESS: "inPlay", EventStatus.FINISHED: "finished"}


def list_available_events(call: Call[ListAvailableEventsRequest]) -> list[AvailableEvent]:
    """List the events for which there are scores: all, or those that all restrictions let through."""
    wanted, events = call.params, call.world.catalogue.events
    return [
        AvailableEvent(
            eventId=board.event_id, eventTypeId=events[board.event_id].event_type_id, eventStatus=board.event_status
        )
        for board in call.world.scoreboards
        if (not wanted.eventIds or board.event_id in wanted.eventIds)
        and (not wanted.eventTypeIds or events[board.event_id].event_type_id in wanted.eventTypeIds)
        and (not wanted.eventStatus or board.event_status in wanted.eventStatus)
    ]


def list_scores(call: Call[ListScoresRequest]) -> list[Score]:
    """List how events stand, where that is news to who knows the change that each key names."""
    return [_score(call.world, key) for key in call.params.updateKeys]


def list_incidents(call: Call[ListIncidentsRequest]) -> list[Incidents]:
    """List what happened in events after the change that each key names, by the numbers of the changes."""
    return [_incidents(call.world, key) for key in call.params.updateKeys]


def _score(world: World, key: UpdateKey) -> Score:
    board = world.scoreboards.by_event.get(key.eventId)
    if board is None:
        return Score(eventId=key.eventId, responseCode=RaceResponse.NO_LIVE_DATA_AVAILABLE)
    values = _Values(world, board)
    score = Score(
        eventId=key.eventId,
        eventTypeId=values.event.event_type_id,
        eventStatus=board.event_status,
        responseCode=RaceResponse.OK,
    )
    if key.lastUpdateSequenceProcessed is not None and key.lastUpdateSequenceProcessed >= board.number:
        score.responseCode = RaceResponse.NO_NEW_UPDATES
        return score
    changed_at = order_date(board.updated_at)
    score.updateContext = UpdateContext(
        eventTime=changed_at[11:19], lastUpdated=changed_at, updateSequence=board.number, updateType="score"
    )
    score.values = values.of(board.status, board.home, board.away)
    return score


def _incidents(world: World, key: UpdateKey) -> Incidents:
    board = world.scoreboards.by_event.get(key.eventId)
    if board is None:
        return Incidents(eventId=key.eventId, responseCode=RaceResponse.NO_LIVE_DATA_AVAILABLE)
    values = _Values(world, board)
    known = -1 if key.lastUpdateSequenceProcessed is None else key.lastUpdateSequenceProcessed
    found = {str(number): incident for number, incident in _told(board, values) if number > known}
    return Incidents(
        eventId=key.eventId,
        eventTypeId=values.event.event_type_id,
        incidents=found or None,
        eventStatus=board.event_status,
        responseCode=RaceResponse.OK if found else RaceResponse.NO_NEW_UPDATES,
    )


def _told(board: Scoreboard, values: "_Values") -> Iterator[tuple[int, Incident]]:
    """Yield what happened by its numbers; first, as recorded, that the event is there."""
    there = UpdateContext(eventTime="", lastUpdated=order_date(board.began_at), updateSequence=0, updateType="")
    yield 0, Incident(updateContext=there, values=values.of_event())
    for incident in board.incidents:
        yield (
            incident.number,
            Incident(
                updateContext=UpdateContext(
                    eventTime=_match_time(incident.elapsed_milliseconds),
                    lastUpdated=order_date(incident.at),
                    updateSequence=incident.number,
                    updateType=incident.type,
                ),
                values=values.of_incident(incident),
            ),
        )


class _Values:
    """The `values` of an event: texts by names, in which the sides are players 1 and 2."""

    def __init__(self, world: World, board: Scoreboard) -> None:
        self.event: Final[EventDescription] = world.catalogue.events[board.event_id]
        self._players: Final = _players(world, board.event_id)

    def of_event(self) -> dict[str, str]:
        """Return who plays, and when that began or was to begin."""
        return {**self._players, "startDate": date_time(self.event.open_date)}

    def of(self, status: str, home: Side, away: Side) -> dict[str, str]:
        """Return how the event stands."""
        so_far = EventStatus.PENDING if not status else EventStatus.IN_PROGRESS
        if status == scoreboards.FINISHED:
            so_far = EventStatus.FINISHED
        values = {**self.of_event(), "isLive": str(int(so_far is EventStatus.IN_PROGRESS))}
        if so_far in _WORDS_OF_STATUS:
            values["eventTypeStatus"] = _WORDS_OF_STATUS[so_far]
        for number, side in enumerate((home, away), start=1):
            values |= {f"player{number}{name}": text for name, text in self._points(side).items()}
        return values

    def of_incident(self, incident: scoreboards.Incident) -> dict[str, str]:
        """Return what an incident was, and how the event stood after it."""
        values = self.of(incident.status, incident.home, incident.away)
        if incident.team is not None:
            values["wonBy"] = "1" if incident.team == scoreboards.HOME else "2"
        return {**values, "matchTime": _match_time(incident.elapsed_milliseconds), "strokeType": incident.type}

    def _points(self, side: Side) -> dict[str, str]:
        if self.event.event_type_id != TENNIS:
            return {"Score": side.score}
        games = side.games or 0
        return {
            "SetsWon": str(side.sets or 0),
            "GamesWon": str(games),
            "PointsWon": side.score,
            "SetScores": ",".join(map(str, (*side.game_sequence, games))),
        }


def _players(world: World, event_id: str) -> dict[str, str]:
    """Return the selection ids of the two sides, which stand first among the runners of the market of who wins."""
    for market in world.catalogue.markets_of_event.get(event_id, ()):
        if market.market_type == "MATCH_ODDS" and len(market.runners) > 1:
            home, away, *_ = market.runners
            return {"player1": str(home.selection_id), "player2": str(away.selection_id)}
    return {}


def _match_time(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, _SECONDS_OF_MINUTE)
    hours, minutes = divmod(minutes, _SECONDS_OF_MINUTE)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


LIVE_SCORES: Final = (
    Operation("listAvailableEvents", ListAvailableEventsRequest, list_available_events),
    Operation("listScores", ListScoresRequest, list_scores),
    Operation("listIncidents", ListIncidentsRequest, list_incidents),
)
"""The operations."""

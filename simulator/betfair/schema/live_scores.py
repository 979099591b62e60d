"""The scores interface, ScoresAPING v1.0, where it is about matches: no document describes these operations.

Source: what a client asks for, and answers in its test data that were recorded in 2017; order of members from there.
"""

from typing import Final

from simulator.betfair.schema.types import Answer, DateTime, Input, InputWithSets, Long, SetOf, Signature
from simulator.world.races import RaceResponse
from simulator.world.scoreboards import EventStatus


class AvailableEvent(Answer, kw_only=True):
    """An event for which there are scores."""

    eventId: str
    eventTypeId: str
    eventStatus: EventStatus


class ListAvailableEventsRequest(InputWithSets, frozen=True, kw_only=True):
    """Some events, those of some sports, or those that are so far."""

    eventIds: SetOf[str] | None = None
    eventTypeIds: SetOf[str] | None = None
    eventStatus: SetOf[EventStatus] | None = None


class UpdateKey(Input, frozen=True, kw_only=True):
    """An event, and the number of the last change of it that the caller knows."""

    eventId: str
    lastUpdateSequenceProcessed: Long | None = None


class ListScoresRequest(InputWithSets, frozen=True, kw_only=True):
    """The events whose scores are wanted."""

    updateKeys: SetOf[UpdateKey]


class ListIncidentsRequest(InputWithSets, frozen=True, kw_only=True):
    """The events of which it is to be told what happened."""

    updateKeys: SetOf[UpdateKey]


class UpdateContext(Answer, kw_only=True):
    """When something changed, by the match and by the day, and the number of the change."""

    eventTime: str
    lastUpdated: DateTime
    updateSequence: Long
    updateType: str


class Score(Answer, kw_only=True):
    """How an event stands; without context and values where the response code says that there is nothing new."""

    eventId: str
    eventTypeId: str | None = None
    updateContext: UpdateContext | None = None
    values: dict[str, str] | None = None
    eventStatus: EventStatus | None = None
    responseCode: RaceResponse


class Incident(Answer, kw_only=True):
    """A change of an event, and how it stood after it."""

    updateContext: UpdateContext
    values: dict[str, str]


class Incidents(Answer, kw_only=True):
    """What happened in an event, by the number of the change."""

    eventId: str
    eventTypeId: str | None = None
    incidents: dict[str, Incident] | None = None
    eventStatus: EventStatus | None = None
    responseCode: RaceResponse


OPERATIONS: Final[dict[str, Signature]] = {
    "listAvailableEvents": Signature(ListAvailableEventsRequest, list[AvailableEvent]),
    "listScores": Signature(ListScoresRequest, list[Score]),
    "listIncidents": Signature(ListIncidentsRequest, list[Incidents]),
}
"""The operations, by their names."""

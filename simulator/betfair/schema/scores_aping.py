"""The scores interface, ScoresAPING v1.0, of which the manual describes the races.

Source: manual, "API de estado de carrera"; field order from recorded answers. What a race is told are the world's own
enumerations, so no value has to be translated on its way.
"""

from typing import Final

from simulator.betfair.schema import live_scores
from simulator.betfair.schema.types import Answer, DateTime, InputWithSets, SetOf, Signature
from simulator.world.races import RaceResponse, RaceStatus


class RaceDetails(Answer, kw_only=True):
    """How a race stands, and when that was told; both are absent where the response code says that it is not known."""

    meetingId: str
    raceId: str
    lastUpdated: DateTime | None = None
    raceStatus: RaceStatus | None = None
    responseCode: RaceResponse


class ListRaceDetailsRequest(InputWithSets, frozen=True, kw_only=True):
    """The races of some meetings, or with some ids."""

    meetingIds: SetOf[str] | None = None
    raceIds: SetOf[str] | None = None


OPERATIONS: Final[dict[str, Signature]] = {
    "listRaceDetails": Signature(ListRaceDetailsRequest, list[RaceDetails]),
    **live_scores.OPERATIONS,
}
"""The operations, by their names."""

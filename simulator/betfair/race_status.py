"""The scores service: how the races of horses and greyhounds in the United Kingdom and in Ireland stand.

Source: manual, "API de estado de carrera". It is documented for JSON-RPC; a REST path by the pattern of the other
services does no harm (chosen, docs/fidelity.md).
"""

from typing import Final

from simulator.betfair.errors import SCORES_EXCEPTION
from simulator.betfair.live_scores import LIVE_SCORES
from simulator.betfair.operations import Call, Operation, Service
from simulator.betfair.schema.scores_aping import ListRaceDetailsRequest, RaceDetails
from simulator.betfair.schema.wire import date_time
from simulator.world.races import WITH_DATA, Race


def list_race_details(call: Call[ListRaceDetailsRequest]) -> list[RaceDetails]:
    """List how races stand: all of them, those of some meetings, or those with some ids; both restrict together."""
    meetings, races = call.params.meetingIds, call.params.raceIds
    return [
        _details(race)
        for race in call.world.races
        if (not meetings or race.meeting_id in meetings) and (not races or race.id in races)
    ]


def _details(race: Race) -> RaceDetails:
    details = RaceDetails(meetingId=race.meeting_id, raceId=race.id, responseCode=race.response)
    if race.response in WITH_DATA:
        details.lastUpdated, details.raceStatus = date_time(race.updated_at), race.status
    return details


SCORES: Final = Service(
    name="scores",
    interface="ScoresAPING",
    exception=SCORES_EXCEPTION,
    operations=(Operation("listRaceDetails", ListRaceDetailsRequest, list_race_details), *LIVE_SCORES),
)
"""The scores service."""

"""What must be true of the scores of an event, and of what happens in its match, beyond their types."""

from collections.abc import Collection

from simulator.world.format.document import Place, describe
from simulator.world.format.scenario import EventEntry, TellIncident
from simulator.world.loading.checks import Inspection
from simulator.world.scoreboards import OF_A_TEAM, sides_of


def check_in_play(inspection: Inspection, place: Place, event: EventEntry) -> None:
    """Check how a match stands at first, if there are scores of the event."""
    entry = event.in_play
    if entry is None:
        return
    here = (*place, "inPlay")
    is_named = sides_of(event.name) is not None or (entry.home.name is not None and entry.away.name is not None)
    problem = f"By its name {describe(event.name)} is not between two sides: home and away need names here."
    inspection.demand(is_named, here, problem)
    begins = entry.status is not None or entry.match_time is None
    inspection.demand(begins, (*here, "matchTime"), "A match that has no status has not begun, and is in no minute.")


def check_incident(inspection: Inspection, place: Place, incident: TellIncident, scored: Collection[str]) -> None:
    """Check what happens in a match, by a schedule or at once; `scored` are the events of which there are scores."""
    problem = f"There are no scores of event {incident.event}: it has no inPlay."
    inspection.demand(incident.event in scored, (*place, "event"), problem)
    inspection.moment((*place, "at"), incident.at)
    is_of_team = incident.team is not None or incident.type not in OF_A_TEAM
    inspection.demand(is_of_team, (*place, "team"), f"{incident.type} is of a team, home or away.")

"""From the plain data of a document to the types of `format.scenario`: unknown keys and wrong types are found here."""

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from simulator.world.format.document import Document, Place, describe
from simulator.world.format.scenario import ChangePlan, Finish, MarketHappening, TellIncident
from simulator.world.format.suggestions import suggestion
from simulator.world.loading.needs import complaint

VERBS: Final = tuple(happening.__struct_config__.tag for happening in MarketHappening.__args__)
"""What can be done to a market, in a schedule and through the control API."""
FINISH: Final = str(Finish.__struct_config__.tag)
"""What can be done to a match."""
INCIDENT: Final = str(TellIncident.__struct_config__.tag)
"""What can be done to an event of which there are scores."""
CHANGE_PLAN: Final = str(ChangePlan.__struct_config__.tag)
"""What can be done to a user of BetTune."""

_STEP: Final = re.compile(r"\.(?P<key>[A-Za-z_]\w*)|\[(?P<position>[0-9]+)\]")


def convert(document: Document, content: object, kind: Any, within: Place = (), given: Collection[str] = ()) -> Any:
    """Return the content of a document, or what was made of it, as a value of a type.

    `within` is where in the document a content stands that is not the whole of it, and `given` are keys of it that the
    document has no place for: complaints do not name them. Raise `ScenarioError` where a key is unknown or missing, or
    a value has the wrong type: the types of `format.scenario` take no keys but their own. Where the decoder gives up,
    `needs` says what should be there.
    """
    schedule = content.get("schedule") if isinstance(content, dict) else None
    for index, happening in enumerate(schedule if isinstance(schedule, list) else ()):
        if isinstance(happening, dict) and isinstance(happening.get("do"), str):
            check_verb(document, ("schedule", index), happening["do"], (*VERBS, INCIDENT, FINISH, CHANGE_PLAN))
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        _, _, path = str(error).partition(" - at `$")
        place, problem = complaint(kind, content, _place_of(path), given)
        raise document.error((*within, *place), problem) from None


def check_verb(document: Document, place: Place, verb: str, verbs: Sequence[str]) -> None:
    """Raise `ScenarioError` unless a verb is among those that can be done."""
    if verb not in verbs:
        problem = f"{describe(verb)} cannot be done; {', '.join(verbs)} can.{suggestion(verb, verbs)}"
        raise document.error((*place, "do"), problem)


def _place_of(path: str) -> Place:
    """Return the place that a path of the decoder leads to; inside a mapping of any keys it stops at the mapping."""
    steps = _STEP.finditer(path.partition("[...]")[0])
    return tuple(step["key"] if step["position"] is None else int(step["position"]) for step in steps)

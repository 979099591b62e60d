"""The paths of our own API under which the journal of a world is read."""

from typing import Any, Final

from simulator.control.journal import DEFAULT_LIMIT, LINES, LONGEST_WAIT_SECONDS, MOST_LIMIT
from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.conversation import NOW
from simulator.world.clock import RealTime
from simulator.world.export import Export, encode_export
from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import Scenario
from simulator.world.journal import KINDS
from simulator.world.retelling import Beginning
from simulator.world.world import World

_COUNT: Final[JsonSchema] = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT}
_PARAMETERS: Final[dict[str, tuple[str, JsonSchema]]] = {
    "after": ("Only entries of higher numbers: `next` of the answer before.", {"type": "integer", "minimum": 0}),
    "limit": ("How many entries at most.", {**_COUNT, "default": DEFAULT_LIMIT}),
    "kind": ("Only entries of this kind.", {"enum": list(KINDS)}),
    "operation": ("Only requests of this operation, and inputs of this name.", {"type": "string"}),
    "account": ("Only what is about this customer or user.", {"type": "string"}),
    "market": ("Only what is about this market.", {"type": "string"}),
    "event": ("Only events of this name.", {"type": "string"}),
    "wait": (
        f"How long to wait, in real time, until there are `count` entries: PT{LONGEST_WAIT_SECONDS}S at most.",
        {"type": "string", "pattern": r"^PT(60|([0-9]|[1-5][0-9])(\.[0-9]{1,3})?)S$"},
    ),
    "count": ("How many entries are waited for, and the limit where that is less.", {**_COUNT, "default": 1}),
}


def journal() -> JsonSchema:
    """Return these paths."""
    read = operation(
        "readJournal",
        "journal",
        ("Read the journal", "Requests, inputs, events and refusals in one order. It may wait for what is to come."),
        "JournalDocument",
        refusals=(400, 404),
    )
    read["parameters"] = [_parameter(name, *described) for name, described in _PARAMETERS.items()]
    exported = operation(
        "exportJournal",
        "journal",
        (
            "Export the journal",
            (
                "Lines of JSON, which `betsim journal replay` tells again to the same digest. Of a world that went "
                "back to a snapshot, and whose recordings are gone, there may be none."
            ),
        ),
        None,
        refusals=(404, 409),
    )
    exported["responses"]["200"] = {
        "description": "The beginning, every input since, and the end.",
        "content": {LINES: {"schema": {"type": "string"}, "examples": {"empty": {"value": _empty_world()}}}},
    }
    return {
        f"{WORLD}/journal": path_item("world", get=read),
        f"{WORLD}/journal/export": path_item("world", get=exported),
    }


def _empty_world() -> str:
    """Return the export of a world in which nothing is and nothing has happened."""
    world = World(Scenario(name="empty"), real_time=RealTime(lambda: instant_of(NOW), lambda: 0.0))
    return encode_export(Export.of(world, Beginning.of(world), [])).decode()


def _parameter(name: str, description: str, schema: JsonSchema) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}

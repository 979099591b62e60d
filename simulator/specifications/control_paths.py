"""The paths of our own API: the server, worlds and clocks here, and all others from beside."""

from typing import Final

from simulator.control.bodies import YAML
from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_accounts import accounts
from simulator.specifications.control_bettune import bettune, events, matches
from simulator.specifications.control_faults import faults
from simulator.specifications.control_journal import journal
from simulator.specifications.control_markets import AT_MOST, VERBS, markets, operation_id
from simulator.specifications.control_operations import (
    MARKET_OF_DERBY,
    METHODS,
    WORLD,
    add_answers,
    operation,
    path_item,
)
from simulator.specifications.control_schemas import NOTHING, only, reference
from simulator.specifications.control_snapshots import SNAPSHOT_OR_NAME, snapshots
from simulator.specifications.conversation import NOW
from simulator.world.clock import RealTime
from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import Scenario
from simulator.world.format.writing import scenario_text
from simulator.world.loading.named import builtin_scenario_names
from simulator.world.present import present_of
from simulator.world.world import World

_INSTANT: Final = (
    r"^[2-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z$"
)
_DURATION: Final = r"^P([0-9]{1,4}D|T([0-9]{1,5}H)?([0-9]{1,5}M)?[0-9]{1,5}(\.[0-9]{1,3})?S)$"


def paths() -> JsonSchema:
    """Return all paths, with an example of every answer: to the requests in the document, or to an empty one."""
    described = {
        **_server(),
        **_worlds(),
        **snapshots(),
        **_clock(),
        **journal(),
        **faults(),
        **markets(),
        **events(),
        **matches(),
        **accounts(),
        **bettune(),
    }
    for path, item in described.items():
        for method in METHODS:
            if method in item:
                add_answers(path, method, item[method])
    return described


def _server() -> JsonSchema:
    words = ("Ask whether the server is there", "It answers once its worlds are there and its ports are bound.")
    return {"/health": path_item(get=operation("health", "server", words, "Health"))}


def _worlds() -> JsonSchema:
    new = {
        "anyOf": [
            reference("Scenario"),
            only("fixture", {"enum": list(builtin_scenario_names())}),
            only("snapshot", SNAPSHOT_OR_NAME),
            only("fork", {"type": "string"}),
            reference("RecordedMarkets"),
        ]
    }
    there = {
        name: {"operationId": called, "parameters": {"world": "$response.body#/id"}, "description": description}
        for name, called, description in (
            ("read", "readWorld", "What was made can be read,"),
            ("reset", "resetWorld", "begin again,"),
            ("move", "changeClock", "move in time,"),
            ("delete", "deleteWorld", "and be ended."),
        )
    }
    there |= {
        verb: {
            "operationId": operation_id(verb),
            "parameters": {"world": "$response.body#/id", "market": MARKET_OF_DERBY},
            "description": f"Of the scenario derby: {words[0].lower()}.",
        }
        for verb, words in VERBS.items()
    }
    return {
        "/control/v1/worlds": path_item(
            get=operation(
                "listWorlds", "worlds", ("List all worlds", "In the order they were made."), "WorldsDocument"
            ),
            post=operation(
                "createWorld",
                "worlds",
                (
                    "Make a world",
                    (
                        "Of a scenario, in JSON or YAML; of one that ships with the package, by its name; of a "
                        "snapshot, by itself or the name under which it is kept; as another world is now (fork); or of "
                        "recorded markets in files on the server's machine, which go on in it as they did then. "
                        f"{AT_MOST} With a snapshot it may be 32 MiB long."
                    ),
                ),
                "WorldDocument",
                body=new,
                body_required=True,
                status=201,
                refusals=(409,),
                examples={"shipped": {"fixture": "derby"}, "empty": {"name": "empty"}, "fork": {"fork": "default"}},
                links=there,
            ),
        ),
        WORLD: path_item(
            "world",
            get=operation(
                "readWorld", "worlds", ("Read a world", "With all credentials."), "WorldDocument", refusals=(404,)
            ),
            delete=operation(
                "deleteWorld",
                "worlds",
                ("End a world", "All its sessions end; the default world cannot be ended."),
                None,
                status=204,
                refusals=(404, 409),
            ),
        ),
        f"{WORLD}/reset": path_item(
            "world",
            post=operation(
                "resetWorld",
                "worlds",
                ("Begin again", "From the scenario, with the same ids."),
                "WorldDocument",
                body=NOTHING,
                refusals=(404, 409),
            ),
        ),
        f"{WORLD}/scenario": path_item("world", get=_scenario()),
        f"{WORLD}/state-hash": path_item(
            "world",
            get=operation(
                "readStateHash",
                "worlds",
                ("Read the digest of a world", "Equal worlds have equal digests."),
                "StateHash",
                refusals=(404,),
            ),
        ),
    }


def _scenario() -> JsonSchema:
    read = operation(
        "readScenario",
        "worlds",
        (
            "Read a world as a scenario",
            "In YAML, from which another world can begin where this one is now; comments say what is left out of it.",
        ),
        None,
        refusals=(404, 409),
    )
    described = RealTime(lambda: instant_of(NOW), lambda: 0.0)
    empty = scenario_text(present_of(World(Scenario(name="empty"), real_time=described)).scenario)
    read["responses"]["200"] = {
        "description": "The world as it is now.",
        "content": {YAML: {"schema": {"type": ["object", "string"]}, "examples": {"empty": {"value": empty}}}},
    }
    return read


def _clock() -> JsonSchema:
    moves = [
        only("advance", {"type": "string", "pattern": _DURATION}),
        only("set", {"type": "string", "pattern": _INSTANT}),
        only("rate", {"type": "number", "minimum": 0, "maximum": 10**9}),
        only("toNext", {"const": True}),
    ]
    return {
        f"{WORLD}/clock": path_item(
            "world",
            get=operation(
                "readClock", "clock", ("Read the time", "And what is due next."), "ClockDocument", refusals=(404,)
            ),
            post=operation(
                "changeClock",
                "clock",
                ("Move the time on", "Through everything that is due on the way; or let it run at another rate."),
                "ClockDocument",
                body={"anyOf": moves},
                body_required=True,
                refusals=(404, 409),
                examples={"advance": {"advance": "PT5S"}, "rate": {"rate": 1}},
            ),
        )
    }

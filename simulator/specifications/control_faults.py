"""The paths of our own API under which faults are ordered."""

from typing import Final

from simulator.betfair.faultable import FAULTABLE
from simulator.betfair.stream.faults import FAULTABLE as STREAM
from simulator.bettune.face import FAULTABLE as BETTUNE
from simulator.control.fault_entries import LONGEST_BODY, MOST_BETS, MOST_FAULTS, MOST_TIMES, OPTIONS, failures
from simulator.control.happening_entries import MOST_HAPPENINGS
from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import content_of, only, reference
from simulator.world.fault_happenings import OF_RUNNERS
from simulator.world.fault_words import ANY, WORDS
from simulator.world.format.happenings import MarketHappening

_OPERATIONS: Final = {**FAULTABLE, **STREAM, **BETTUNE}
_LENGTH: Final[JsonSchema] = {"type": "string", "pattern": r"^PT[0-5]?[0-9](\.[0-9]{1,3})?S$"}
_LASTING: Final[JsonSchema] = {"type": "string", "pattern": r"^PT[1-9][0-9]{0,4}S$"}
_TIMES: Final[JsonSchema] = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
_OPTIONS: Final[dict[str, JsonSchema]] = {
    "how": {"enum": ["close", "reset", "stall"]},
    "fixed": _LENGTH,
    "uniform": {"type": "array", "items": _LENGTH, "minItems": 2, "maxItems": 2},
    "logNormal": {
        "type": "object",
        "properties": {
            "median": {"type": "string", "pattern": r"^PT[1-9][0-9]?S$"},
            "sigma": {"enum": [0, 0.25, 0.5, 1, 2, 3]},
        },
        "required": ["median", "sigma"],
        "additionalProperties": False,
    },
    "clock": {"enum": ["real", "world"]},
    "when": {"enum": ["before", "after"]},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "body": {"type": "string", "maxLength": LONGEST_BODY},
    "contentType": {"type": "string", "pattern": r"^[a-z]{1,20}/[a-z]{1,20}$"},
    "retryAfter": {"type": "integer", "minimum": 0, "maximum": MOST_TIMES},
    "over": _LENGTH,
    "chunks": {"type": "integer", "minimum": 1, "maximum": 1000},
    "share": {"enum": [0.001, 0.1, 0.25, 0.5, 0.75, 1]},
    "bets": {"type": "integer", "minimum": 1, "maximum": MOST_BETS},
    "within": _LENGTH,
    "advance": {"type": "string", "pattern": r"^PT[1-9][0-9]{0,6}S$"},
    "happenings": {
        "type": "array",
        "items": reference("FaultHappening"),
        "minItems": 1,
        "maxItems": MOST_HAPPENINGS,
    },
}
"""What can be said of each word. Of some the document says less than is taken: any share of three decimals is."""

_EXAMPLES: Final = {
    "shipped": {"failure": "answer-lost"},
    "lost": {"faults": [{"operation": "placeOrders", "account": "alice", "do": "lose-answer", "how": "reset"}]},
    "busy": {"faults": [{"operation": "*", "do": "http", "status": 503, "retryAfter": 2, "for": "PT10S"}]},
    "non-runner": {
        "faults": [{"operation": "placeOrders", "do": "happen", "happenings": [{"do": "remove", "at": "+PT1M"}]}]
    },
    "slow": {
        "faults": [
            {"operation": "listMarketBook", "after": 3, "times": 5, "do": "latency", "uniform": ["PT0.1S", "PT0.8S"]},
            {"operation": "placeOrders", "do": "refuse", "code": "ERROR_IN_MATCHER"},
        ]
    },
}


def faults() -> JsonSchema:
    """Return these paths."""
    words = (
        "Each waits for requests of an operation, lets some pass, and is used up by those that follow, in order. "
        "Or one that ships with the package, by its name."
    )
    return {
        f"{WORLD}/faults": path_item(
            "world",
            get=operation(
                "listFaults",
                "faults",
                ("List the faults", "Those that are still to happen, and those that have."),
                "FaultsDocument",
                refusals=(404,),
            ),
            post=operation(
                "orderFaults",
                "faults",
                ("Order faults", words),
                "FaultsDocument",
                body={"anyOf": [reference("FaultsEntry"), only("failure", {"enum": list(failures())})]},
                body_required=True,
                status=201,
                refusals=(404, 409),
                examples=_EXAMPLES,
            ),
            delete=operation(
                "clearFaults",
                "faults",
                ("Clear the faults", "What was ordered does not happen any more."),
                None,
                status=204,
                refusals=(404,),
            ),
        )
    }


def fault_schemas() -> JsonSchema:
    """Return the schemas of what orders faults.

    Which words an operation knows, which codes it may be refused with and what a word takes is told in words, and in
    the refusals themselves: as a schema it would have some hundred alternatives.
    """
    codes = sorted({code for of_operation in _OPERATIONS.values() for code in of_operation})
    known: JsonSchema = {"anyOf": [{"enum": [ANY, *sorted(_OPERATIONS)]}, {"type": "string", "pattern": "^/"}]}
    return {
        "FaultsEntry": {
            "type": "object",
            "description": "Faults, in the order in which they are to happen.",
            "properties": {
                "faults": {
                    "type": "array",
                    "items": reference("FaultEntry"),
                    "minItems": 1,
                    "maxItems": MOST_FAULTS,
                }
            },
            "required": ["faults"],
            "additionalProperties": False,
        },
        "FaultEntry": {
            "type": "object",
            "description": "What is to go wrong, and with which requests. "
            + " ".join(f"{word} takes {_taken_by(word)}." for word in WORDS),
            "properties": {
                "operation": known,
                "do": {"enum": list(WORDS)},
                "account": {"type": "string"},
                "after": {"type": "integer", "minimum": 0, "maximum": MOST_TIMES},
                "times": _TIMES,
                "for": _LASTING,
                "code": {"enum": codes},
                "instructionCode": {"enum": codes},
                **_OPTIONS,
            },
            "required": ["operation", "do"],
            "additionalProperties": False,
        },
        "FaultHappening": {
            "description": "Something that is done to the market of a request, as a schedule has it. What is done to a "
            "runner is, without a selectionId, done to that of the first bet of the request. With no result at all, "
            "that runner wins by settle, and by resettle another one does. Times are relative to the request.",
            "anyOf": [_happening(kind) for kind in MarketHappening.__args__],
        },
    }


def _happening(kind: type[MarketHappening]) -> JsonSchema:
    left_to_request = ("selectionId", "handicap") if kind in OF_RUNNERS else ()
    schema = content_of(kind, may_be_later=True)
    required = [name for name in schema["required"] if name not in left_to_request]
    verb = {"enum": [kind.__struct_config__.tag]}
    return {**schema, "properties": {"do": verb, **schema["properties"]}, "required": ["do", *required]}


def _taken_by(word: str) -> str:
    return ", ".join(OPTIONS.get(word, ())) or "nothing more"

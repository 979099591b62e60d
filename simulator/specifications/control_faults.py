"""The paths of our own API under which faults are ordered."""

from collections.abc import Iterator
from typing import Any, Final

from simulator.betfair.faultable import FAULTABLE
from simulator.betfair.stream.faults import FAULTABLE as STREAM
from simulator.bettune.face import FAULTABLE as BETTUNE
from simulator.control.fault_entries import LONGEST_BODY, MOST_FAULTS, MOST_TIMES, OPTIONS, failures
from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import only, reference
from simulator.world.faults import ABOUT_ORDERS, ANY, IN_ORDER, REFUSE, WORDS, can_happen_to

_OPERATIONS: Final = {**FAULTABLE, **STREAM, **BETTUNE}
_LENGTH: Final[JsonSchema] = {"type": "string", "pattern": r"^PT[0-5]?[0-9](\.[0-9]{1,3})?S$"}
_LASTING: Final[JsonSchema] = {"type": "string", "pattern": r"^PT[1-9][0-9]{0,4}S$"}
_TIMES: Final[JsonSchema] = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
_LATENCIES: Final = ("fixed", "uniform", "logNormal")
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
    "within": _LENGTH,
}
"""What can be said of each word. Of some the document says less than is taken: any share of three decimals is."""

_EXAMPLES: Final = {
    "shipped": {"failure": "answer-lost"},
    "lost": {"faults": [{"operation": "placeOrders", "account": "alice", "do": "lose-answer", "how": "reset"}]},
    "busy": {"faults": [{"operation": "*", "do": "http", "status": 503, "retryAfter": 2, "for": "PT10S"}]},
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
                refusals=(404,),
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
    """Return the schemas of what orders faults: one for each word, because each takes options of its own."""
    lastings: tuple[dict[str, Any], ...] = ({"times": _TIMES}, {"for": _LASTING})
    kinds = [kind for word in WORDS for lasting in lastings for kind in _kinds(word, lasting)]
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
        "FaultEntry": {"description": "What is to go wrong, and with which requests.", "anyOf": kinds},
    }


def _kinds(word: str, lasting: dict[str, Any]) -> Iterator[JsonSchema]:
    options = {name: _OPTIONS[name] for name in OPTIONS.get(word, ()) if name in _OPTIONS}
    operations = [each for each in sorted(_OPERATIONS) if can_happen_to(each, word)]
    anything: JsonSchema = {"anyOf": [{"enum": [ANY, *operations]}, {"type": "string", "pattern": "^/"}]}
    if word == REFUSE:
        for codes in sorted(map(sorted, set(map(frozenset, _OPERATIONS.values())))):
            named = [name for name in sorted(_OPERATIONS) if set(_OPERATIONS[name]) == set(codes)]
            of_orders = {"instructionCode": {"enum": codes}} if set(named) <= ABOUT_ORDERS else {}
            yield _kind(word, {"enum": named}, {"code": {"enum": codes}, **of_orders}, lasting, "code")
        every = sorted({code for codes in _OPERATIONS.values() for code in codes})
        yield _kind(word, {"enum": [ANY]}, {"code": {"enum": every}}, lasting, "code")
    elif any(name in options for name in _LATENCIES):
        others = {name: schema for name, schema in options.items() if name not in _LATENCIES}
        for name in _LATENCIES:
            yield _kind(word, anything, {name: _OPTIONS[name], **others}, lasting, name)
        if word in IN_ORDER:
            yield _kind(word, anything, others, lasting)
    else:
        yield _kind(word, anything, options, lasting)


def _kind(
    word: str, operation: JsonSchema, options: dict[str, Any], lasting: dict[str, Any], *required: str
) -> JsonSchema:
    properties = {
        "operation": operation,
        "do": {"const": word},
        "account": {"type": "string"},
        "after": {"type": "integer", "minimum": 0, "maximum": MOST_TIMES},
        **lasting,
        **options,
    }
    return {
        "type": "object",
        "description": f"What {word} takes.",
        "properties": properties,
        "required": ["operation", "do", *required],
        "additionalProperties": False,
    }

"""The paths of our own API: every operation with its words, bodies, refusals and examples."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_schemas import (
    NOTHING,
    content_of,
    only,
    reference,
)
from simulator.specifications.examples import INCOMPLETE_MARKET, control_example
from simulator.world.format.scenario import (
    ChangePlan,
    ChangeStartTime,
    Entry,
    Finish,
    Hide,
    IntroduceRunner,
    MakeOffers,
    Odds,
    Reinstate,
    Settle,
    SettleSome,
    Withdraw,
)
from simulator.world.loading.bounds import MOST_OFFERS, MOST_RUNNERS
from simulator.world.loading.named import builtin_scenario_names

_INSTANT: Final = (
    r"^[2-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z$"
)
_DURATION: Final = r"^P([0-9]{1,4}D|T([0-9]{1,5}H)?([0-9]{1,5}M)?[0-9]{1,5}(\.[0-9]{1,3})?S)$"
_WORLD: Final = "/control/v1/worlds/{world}"
_MARKET: Final = f"{_WORLD}/markets/{{market}}"
_JSON: Final = "application/json"

_MARKET_OF_DERBY: Final = "1.113197491"
_VERBS: Final = {
    "suspend": ("Suspend a market", "It takes no bets for a while; nothing lapses."),
    "resume": ("Open a market", "It takes bets: for the first time, or again."),
    "turn-in-play": ("Turn a market in play", "Starting prices are made, LAPSE bets lapse, the bet delay begins."),
    "reconcile": ("Make the starting prices", "The auction is held without turning the market in play."),
    "change-start-time": ("Change the start time", "And with it the time of suspension; bets stay good."),
    "add-runner": ("Add a runner", "To a market that is not complete."),
    "lapse": ("Lapse every unmatched bet", "As the operator of a managed market does at a goal."),
    "close": ("End betting for good", "The result is still to come."),
    "void": ("Void every bet", "Stakes come back, no bet wins or loses, and the market is closed."),
    "settle": ("Settle a market", "By results, a margin, a total or a line, as its betting type asks for."),
    "settle-runners": ("Settle some runners", "Of an ODDS market that goes on for the others."),
    "offers": ("Make offers", "Of the world's liquidity account. The answer says what was matched, and what rests."),
}
_RUNNER_VERBS: Final[Mapping[str, tuple[type[Entry], tuple[str, str]]]] = {
    "remove": (Withdraw, ("Withdraw a runner", "With all that follows for bets on it and on the others.")),
    "hide": (Hide, ("Hide a runner", "Unmatched bets on it lapse, and matched ones are at 1.0.")),
    "reinstate": (Reinstate, ("Reinstate a runner", "That was hidden: its bets have their prices again.")),
}
_NAMES: Final = {"change-start-time": "changeStartTime", "add-runner": "addRunner"}
"""The operation ids of verbs that are not done to the whole of a market."""
METHODS: Final = ("get", "put", "post", "delete")
EXAMPLES: Final = {
    "world": "default",
    "market": _MARKET_OF_DERBY,
    "selection": "6830593",
    "match": "1611243",
    "user": "alice",
    "filter": "11583",
}
_ELSEWHERE: Final = {
    "reconcileMarket": {"market": "1.113198101"},
    "addRunner": {"market": INCOMPLETE_MARKET},
}
"""Where examples of answers are taken from, if not from the market above: the race has starting prices."""
_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "settle": {"home": {"results": [{"selectionId": 6830593, "status": "WINNER"}]}},
    "settle-runners": {"draw": {"results": [{"selectionId": 58805, "status": "LOSER"}]}},
    "change-start-time": {"later": {"startTime": "+PT10M"}},
    "add-runner": {"late": {"selectionId": 4, "name": "Northfield"}},
    "offers": {
        "resting": {"selectionId": 6830593, "availableToBack": [[2.14, 10]]},
        "matched": {"selectionId": 6830593, "availableToBack": [[3.0, 5]]},
    },
}
_EVENT: Final[JsonSchema] = {
    "id": "32165009",
    "name": "Eastbridge v Westhaven",
    "eventType": {"id": "1", "name": "Soccer"},
    "openDate": "+PT2H",
    "markets": [
        {
            "id": "1.165000009",
            "name": "Match Odds",
            "marketType": "MATCH_ODDS",
            "startTime": "+PT2H",
            "runners": [
                {"selectionId": 1, "name": "Eastbridge"},
                {"selectionId": 2, "name": "Westhaven"},
                {"selectionId": 58805, "name": "The Draw"},
            ],
        }
    ],
}
_FILTER: Final[JsonSchema] = {"id": 12001, "name": "Away wins", "betType": "Away", "user": "alice", "stake": 5}
_MATCH: Final[JsonSchema] = {"id": 1611301, "date": "+PT2H", "home": "Eastbridge", "away": "Westhaven"}
_CONTENT: Final[dict[str, type[Entry]]] = {
    "change-start-time": ChangeStartTime,
    "add-runner": IntroduceRunner,
    "settle": Settle,
    "settle-runners": SettleSome,
    "offers": MakeOffers,
}


_AT_MOST: Final = (
    f"All markets together have at most {MOST_RUNNERS} runners and, with what the schedule offers, {MOST_OFFERS} "
    "offers."
)
_ONE_BY_ONE: Final = "Many markets are added one after the other, while other requests are answered."


def paths() -> JsonSchema:
    """Return all paths, with an example of every answer: to the requests in the document, or to an empty one."""
    described = {**_server(), **_worlds(), **_clock(), **_markets(), **_matches(), **_bettune()}
    for path, item in described.items():
        for method in METHODS:
            if method in item:
                _add_answers(path, method, item[method])
    return described


def _operation(  # noqa: PLR0913, an operation has so many parts
    operation_id: str,
    tag: str,
    words: tuple[str, str],
    answer: str | None,
    *,
    body: JsonSchema | None = None,
    body_required: bool = False,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    examples: dict[str, Any] | None = None,
    links: JsonSchema | None = None,
) -> JsonSchema:
    success: JsonSchema = {"description": "Done; this is how it stands now." if answer else "Done."}
    if answer:
        success["content"] = {_JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}}
    if links:
        success["links"] = links
    if status == 201 and answer == "WorldDocument":
        success["headers"] = {"Location": {"$ref": "#/components/headers/Location"}}
    numbers = {401, 403, 405, 431, *refusals, *((400, 413, 415) if body is not None else ())}
    operation: JsonSchema = {
        "operationId": operation_id,
        "tags": [tag],
        "summary": words[0],
        "description": words[1],
        "responses": {
            str(status): success,
            **{str(number): {"$ref": f"#/components/responses/Problem{number}"} for number in sorted(numbers)},
        },
    }
    if body is not None:
        content: JsonSchema = {_JSON: {"schema": body}}
        if examples:
            content[_JSON]["examples"] = {name: {"value": value} for name, value in examples.items()}
        operation["requestBody"] = {"required": body_required, "content": content}
    return operation


def _add_answers(path: str, method: str, operation: JsonSchema) -> None:
    content = next((answer["content"] for answer in operation["responses"].values() if "content" in answer), None)
    if content is None:
        return
    requests = operation.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("examples", {"now": {}})
    where = _ELSEWHERE.get(operation["operationId"], {})
    address = path.format(**{**EXAMPLES, **where})
    content[_JSON]["examples"] = {
        name: {"value": _answer(operation["operationId"], method, address, request.get("value"))}
        for name, request in requests.items()
    }


def _answer(operation_id: str, method: str, address: str, body: Any) -> Any:
    if operation_id == "readStateHash":
        # Every version has digests of its own, so that this one is of nothing at all.
        return {"stateHash": hashlib.sha256().hexdigest()}
    return control_example(method.upper(), address, body)


def _path(*parameters: str, **operations: JsonSchema) -> JsonSchema:
    references = [{"$ref": f"#/components/parameters/{name}"} for name in parameters]
    return {**({"parameters": references} if references else {}), **operations}


def _server() -> JsonSchema:
    words = ("Ask whether the server is there", "It answers once its worlds are there and its ports are bound.")
    return {"/health": _path(get=_operation("health", "server", words, "Health"))}


def _worlds() -> JsonSchema:
    new = {"anyOf": [reference("Scenario"), only("fixture", {"enum": list(builtin_scenario_names())})]}
    there = {
        name: {"operationId": operation, "parameters": {"world": "$response.body#/id"}, "description": description}
        for name, operation, description in (
            ("read", "readWorld", "What was made can be read,"),
            ("reset", "resetWorld", "begin again,"),
            ("move", "changeClock", "move in time,"),
            ("delete", "deleteWorld", "and be ended."),
        )
    }
    there |= {
        verb: {
            "operationId": _operation_id(verb),
            "parameters": {"world": "$response.body#/id", "market": _MARKET_OF_DERBY},
            "description": f"Of the scenario derby: {words[0].lower()}.",
        }
        for verb, words in _VERBS.items()
    }
    return {
        "/control/v1/worlds": _path(
            get=_operation(
                "listWorlds", "worlds", ("List all worlds", "In the order they were made."), "WorldsDocument"
            ),
            post=_operation(
                "createWorld",
                "worlds",
                (
                    "Make a world",
                    f"Of a scenario, in JSON or YAML, or of one that ships with the package, by its name. {_AT_MOST}",
                ),
                "WorldDocument",
                body=new,
                body_required=True,
                status=201,
                examples={"shipped": {"fixture": "derby"}, "empty": {"name": "empty"}},
                links=there,
            ),
        ),
        _WORLD: _path(
            "world",
            get=_operation(
                "readWorld", "worlds", ("Read a world", "With all credentials."), "WorldDocument", refusals=(404,)
            ),
            delete=_operation(
                "deleteWorld",
                "worlds",
                ("End a world", "All its sessions end; the default world cannot be ended."),
                None,
                status=204,
                refusals=(404, 409),
            ),
        ),
        f"{_WORLD}/reset": _path(
            "world",
            post=_operation(
                "resetWorld",
                "worlds",
                ("Begin again", "From the scenario, with the same ids."),
                "WorldDocument",
                body=NOTHING,
                refusals=(404,),
            ),
        ),
        f"{_WORLD}/state-hash": _path(
            "world",
            get=_operation(
                "readStateHash",
                "worlds",
                ("Read the digest of a world", "Equal worlds have equal digests."),
                "StateHash",
                refusals=(404,),
            ),
        ),
    }


def _clock() -> JsonSchema:
    moves = [
        only("advance", {"type": "string", "pattern": _DURATION}),
        only("set", {"type": "string", "pattern": _INSTANT}),
        only("rate", {"type": "number", "minimum": 0, "maximum": 10**9}),
        only("toNext", {"const": True}),
    ]
    return {
        f"{_WORLD}/clock": _path(
            "world",
            get=_operation(
                "readClock", "clock", ("Read the time", "And what is due next."), "ClockDocument", refusals=(404,)
            ),
            post=_operation(
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


def _markets() -> JsonSchema:
    paths: JsonSchema = {
        f"{_WORLD}/markets": _path(
            "world",
            post=_operation(
                "addMarkets",
                "markets",
                (
                    "Add events and markets",
                    f"And happenings, in the shape of a scenario. {_ONE_BY_ONE} {_AT_MOST}",
                ),
                "MarketsDocument",
                body=reference("Additions"),
                body_required=True,
                status=201,
                refusals=(404, 409),
                examples={"match": {"events": [_EVENT]}},
            ),
        )
    }
    for verb, words in _VERBS.items():
        content = _CONTENT.get(verb)
        paths[f"{_MARKET}/{verb}"] = _path(
            "world",
            "market",
            post=_operation(
                _operation_id(verb),
                "markets",
                words,
                "OffersDocument" if verb == "offers" else "MarketDocument",
                body=NOTHING if content is None else content_of(content),
                body_required=content is not None,
                refusals=(404, 409),
                examples=_BODIES.get(verb),
            ),
        )
    for verb, (kind, words) in _RUNNER_VERBS.items():
        paths[f"{_MARKET}/runners/{{selection}}/{verb}"] = _path(
            "world",
            "market",
            "selection",
            post=_operation(
                f"{verb}Runner",
                "markets",
                words,
                "MarketDocument",
                body={"anyOf": [content_of(kind, "selectionId"), {"type": "null"}]},
                refusals=(404, 409),
            ),
        )
    return paths


def _matches() -> JsonSchema:
    return {
        f"{_WORLD}/matches": _path(
            "world",
            get=_operation(
                "listMatchesOfWorld",
                "matches",
                ("List the matches", "In order of time."),
                "MatchesDocument",
                refusals=(404,),
            ),
        ),
        f"{_WORLD}/matches/{{match}}/finish": _path(
            "world",
            "match",
            post=_operation(
                "finishMatch",
                "matches",
                ("End a match", "BetTune knows its score, and the markets that it decides are settled."),
                "FinishedDocument",
                body=content_of(Finish),
                body_required=True,
                refusals=(404, 409),
                examples={"home": {"score": {"home": 2, "away": 1}}},
            ),
        ),
    }


def _operation_id(verb: str) -> str:
    return _NAMES.get(verb, f"{_camel(verb)}Market")


def _bettune() -> JsonSchema:
    user = f"{_WORLD}/bettune/users/{{user}}"
    changes: Final[Mapping[str, tuple[str, tuple[str, str], JsonSchema, dict[str, Any] | None]]] = {
        "token": ("regenerateToken", ("Make a new token", "Those there are are revoked."), NOTHING, None),
        "revoke": ("revokeTokens", ("Revoke all tokens", "Until a new one is made nothing is open."), NOTHING, None),
        "plan": (
            "changePlan",
            ("Change a plan", "At once, or at a time: as when a subscription begins or ends."),
            content_of(ChangePlan, "user", may_be_later=True),
            {"end": {"plan": "free"}, "later": {"plan": "free", "at": "+PT1H"}},
        ),
    }
    return {
        f"{_WORLD}/bettune": _path(
            "world",
            post=_operation(
                "addToBetTune",
                "bettune",
                (
                    "Add filters and matches",
                    "In the shape of a scenario, all or none; matches may be those of events that were added before.",
                ),
                "AddedDocument",
                body=reference("BetTuneAdditions"),
                body_required=True,
                status=201,
                refusals=(404, 409),
                examples={"both": {"filters": [_FILTER], "matches": [_MATCH]}, "match": {"matches": [_MATCH]}},
            ),
        ),
        user: _path(
            "world",
            "user",
            get=_operation("readUser", "bettune", ("Read a user", "With all tokens."), "UserDocument", refusals=(404,)),
        ),
        **{
            f"{user}/{ending}": _path(
                "world",
                "user",
                post=_operation(
                    operation_id,
                    "bettune",
                    words,
                    "UserDocument",
                    body=body,
                    body_required=examples is not None,
                    refusals=(404, 409),
                    examples=examples,
                ),
            )
            for ending, (operation_id, words, body, examples) in changes.items()
        },
        f"{_WORLD}/bettune/filters/{{filter}}/matches/{{match}}/prediction": _path(
            "world",
            "filter",
            "match",
            put=_operation(
                "predictByHand",
                "bettune",
                ("Predict by hand", "As in the user interface: the source of the prediction is ui."),
                "PredictionDocument",
                body=content_of(Odds),
                body_required=True,
                refusals=(404,),
                examples={"odds": {"odds": 2.15}},
            ),
            delete=_operation(
                "takePredictionBack",
                "bettune",
                ("Take a prediction back", "Whether there was one makes no difference."),
                None,
                status=204,
                refusals=(404,),
            ),
        ),
    }


def _camel(verb: str) -> str:
    first, *rest = verb.split("-")
    return first + "".join(part.capitalize() for part in rest)

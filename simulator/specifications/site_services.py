"""The OpenAPI documents of the services behind the web site: the in-play service, and the race card service."""

from collections.abc import Mapping
from typing import Any, Final

from simulator import __version__
from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.race_card_service import EARLIEST_FIRST, LATEST_FIRST
from simulator.betfair.race_cards import CARD_ENTRIES, RESULT_ENTRIES
from simulator.betfair.schema.in_play import EventScores, EventTimeline
from simulator.betfair.schema.race_card import RaceCard
from simulator.specifications.answers import EXPECTATION_FAILED, JsonSchema, answer_schemas
from simulator.specifications.betfair import error_schemas, security_schemes
from simulator.specifications.examples import in_play_examples, race_card_examples

_FAULT: Final[JsonSchema] = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
_IN_PLAY: Final = "/inplayservice/v1.1"
_NUMBERS: Final = r"^[0-9]{1,19}(,[0-9]{1,19}){0,99}$"
_MARKET_IDS: Final = r"^[0-9]{1,3}\.[0-9]{1,15}(,[0-9]{1,3}\.[0-9]{1,15}){0,99}$"
_ALTERNATIVE: Final[JsonSchema] = {"type": "string", "pattern": "^([jJ][sS][oO][nN])?$"}
_ANYBODY: Final[list[JsonSchema]] = [{}, {"AppKey": []}, {"AppKey": [], "Session": []}]
_BY_KEY: Final[list[JsonSchema]] = [{"AppKey": []}, {"AppKey": [], "Session": []}]
_REFUSALS: Final = {
    "400": "A parameter is missing or cannot be read, or the app key or the session is not known.",
    "403": "The app key is not the caller's.",
    "406": "Neither JSON nor a coding of the answer is acceptable.",
    "413": "The body is longer than any that is read.",
    "415": "The media type that is asked for is none.",
    "500": "The service failed.",
}


def in_play_document() -> JsonSchema:
    """Return the document of the in-play service."""
    (scores, timeline), schemas = answer_schemas([EventScores, EventTimeline], absent_beats_null=True)
    events = _parameter("eventIds", "The ids of events, separated by commas.", _NUMBERS, "27165685")
    event = _parameter("eventId", "The id of an event.", r"^[0-9]{1,19}$", "27165685")
    usual = [
        {"name": "alt", "in": "query", "description": "The representation.", "schema": _ALTERNATIVE},
        {"name": "regionCode", "in": "query", "description": "It does not matter.", "schema": {"type": "string"}},
        {"name": "locale", "in": "query", "description": "The language of names.", "schema": {"type": "string"}},
    ]
    examples = in_play_examples()
    of_several = "Those of them that are not in play, and never were, are left out."
    described = (
        ("scores", "Read scores", of_several, events, _list_of(scores)),
        ("scoresAndBroadcast", "Read scores, and where matches can be seen", of_several, events, _list_of(scores)),
        ("eventTimelines", "Read what happened in matches", of_several, events, _list_of(timeline)),
        ("eventTimeline", "Read what happened in a match", "Of one that is not in play, nothing.", event, timeline),
    )
    paths = {
        f"{_IN_PLAY}/{name}": {
            "get": _operation(name, "in-play", (summary, words), [parameter, *usual], answer, examples[name])
        }
        for name, summary, words, parameter, answer in described
    }
    about = (
        "Betfair Exchange, in-play",
        "How matches stand, and what happened in them: what the web site asks for, and some clients do.",
    )
    return _document(about, {"in-play": "Matches in play."}, paths, schemas, _ANYBODY)


def race_card_document() -> JsonSchema:
    """Return the document of the race card service, and of the page that shows its app key."""
    (card,), schemas = answer_schemas([RaceCard], absent_beats_null=True)
    markets = _parameter("marketId", "The ids of markets, separated by commas.", _MARKET_IDS, "1.113198101")
    sort = {
        "name": "sortBy",
        "in": "query",
        "description": "Which race comes first.",
        "schema": {"enum": [LATEST_FIRST, EARLIEST_FIRST]},
    }
    examples = race_card_examples()
    described: tuple[tuple[str, str, str, list[JsonSchema], tuple[str, ...]], ...] = (
        ("raceCard", "Read the cards of races", "Of races of horses, by their markets.", [], CARD_ENTRIES),
        ("raceResults", "Read the results of races", "Of those that have one.", [sort], RESULT_ENTRIES),
    )
    paths: JsonSchema = {
        f"/rest/v2/{name}": {
            "get": _operation(
                name, "races", (summary, words), [markets, _entries(known), *more], _list_of(card), examples[name]
            )
        }
        for name, summary, words, more, known in described
    }
    page = _operation("exchangePage", "races", ("Show the exchange", "A page with the app key of the site."), [], {})
    page["responses"]["200"] = {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
    del page["responses"]["415"]
    paths["/exchange/plus/"] = {"get": {**page, "security": _ANYBODY}}
    about = (
        "Betfair Exchange, race cards",
        "Which horses run, who rides them, and how they ended: what the web site asks for, and some clients do.",
    )
    return _document(about, {"races": "Races of horses."}, paths, schemas, _BY_KEY)


def _list_of(schema: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": schema}


def _parameter(name: str, description: str, pattern: str, example: str) -> JsonSchema:
    return {
        "name": name,
        "in": "query",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
        "example": example,
    }


def _entries(known: tuple[str, ...]) -> JsonSchema:
    word = "|".join(known)
    pattern = rf"^({word})(, ?({word})){{0,9}}$"
    description = "What is to be told, separated by commas; all of it where nothing is said."
    return {
        "name": "dataEntries",
        "in": "query",
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
    }


def _operation(
    operation_id: str,
    tag: str,
    words: tuple[str, str],
    parameters: list[JsonSchema],
    answer: JsonSchema,
    example: Any = None,
) -> JsonSchema:
    content: JsonSchema = {"schema": answer} | ({} if example is None else {"examples": {"demo": {"value": example}}})
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": words[0],
        "description": words[1],
        "parameters": parameters,
        "responses": {
            "200": {"description": "What there is.", "content": {"application/json": content}},
            **{status: {"description": text, "content": _FAULT} for status, text in _REFUSALS.items()},
            "405": {
                "description": "Only GET does something here.",
                "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
                "content": _FAULT,
            },
            "417": EXPECTATION_FAILED,
            "431": {
                "description": "The headers are longer than any that are read.",
                "content": {"application/problem+json": {"schema": {"type": "object"}}},
            },
        },
    }


def _document(
    about: tuple[str, str],
    tags: Mapping[str, str],
    paths: JsonSchema,
    schemas: Mapping[str, JsonSchema],
    security: list[JsonSchema],
) -> JsonSchema:
    errors = error_schemas(BETTING_EXCEPTION)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": about[0],
            "version": __version__,
            "description": about[1],
            "license": {"name": "See the project", "identifier": "LicenseRef-betsim"},
        },
        "servers": [{"url": "/", "description": "The paths of the real hosts, on this one."}],
        "security": security,
        "tags": [{"name": name, "description": words} for name, words in tags.items()],
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(),
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}}
            },
            "schemas": {
                **dict(sorted(schemas.items())),
                **{name: errors[name] for name in (BETTING_EXCEPTION.name, "ExceptionDetail", "Fault")},
            },
        },
    }

"""The schemas of what our own API reads and sends, with the values of every text that has no others."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from msgspec.structs import fields

from simulator.control.problems import TYPE_PREFIX, Problem
from simulator.exchange.betting_types import BettingType
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.orders import Side
from simulator.exchange.results import EACH_WAY_RESULTS
from simulator.exchange.rules import RULE_SETS
from simulator.exchange.statuses import MarketStatus
from simulator.specifications.answers import JsonSchema, answer_schemas
from simulator.world.accounts import ACCOUNT_STATUSES
from simulator.world.bettune.autopilot import AUTOPILOT
from simulator.world.bettune.bettune import SOURCES
from simulator.world.bettune.users import PLANS
from simulator.world.fault_words import ON_WORLDS
from simulator.world.format.scenario import (
    Entry,
)
from simulator.world.journal import KINDS
from simulator.world.loading.bettune_checks import FILTER_STATUSES
from simulator.world.loading.bounds import (
    MOST_ACCOUNTS,
    MOST_BETS_OF_MATCH,
    MOST_EVENTS,
    MOST_HAPPENINGS,
    MOST_MARKETS,
    MOST_OF_BETTUNE,
    MOST_OFFERS_OF_RUNNER,
    MOST_RUNNERS_OF_MARKET,
)
from simulator.world.loading.conversion import CHANGE_PLAN, FINISH, INCIDENT, VERBS
from simulator.world.loading.market_checks import LADDERS, MARKET_STATUSES, RUNNER_STATUSES
from simulator.world.races import RaceResponse, RaceStatus
from simulator.world.recordings import FOLLOW, READ
from simulator.world.scenario_commands import WALLET_STATUSES
from simulator.world.scoreboards import EventStatus
from simulator.world.settings import FORBIDDEN_BETS
from simulator.world.snapshot import FORMAT, Snapshot

_DECIMAL: Final[JsonSchema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,2})?$"}]
}
_FACTOR: Final[JsonSchema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3})?$"}, {"type": "null"}]
}
"""The one number that has three decimals."""
_CURRENCIES: Final = {currency for rules in RULE_SETS.values() for currency in rules.currencies}
_IN_THE_ADDRESS: Final = frozenset({"do", "market", "event", "match", "at"})

PROBLEM_DOCUMENT: Final[JsonSchema] = {
    "type": "object",
    "description": "A problem (RFC 9457); path and value are of the document that was sent.",
    "properties": {
        "type": {"enum": sorted(TYPE_PREFIX + kind.kind for kind in Problem.__subclasses__())},
        "title": {"type": "string"},
        "status": {"enum": sorted({kind.status for kind in Problem.__subclasses__()})},
        "detail": {"type": "string"},
        "path": {"type": "string"},
        "value": {"type": ["string", "number", "boolean", "null"]},
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}

SNAPSHOT_DOCUMENT: Final[JsonSchema] = {
    "type": "object",
    "description": "A world at a point of its story, whole, with credentials. Its image is for betsim alone to read.",
    "properties": {
        "format": {"const": FORMAT},
        "version": {"type": "string", "description": "Of the betsim that wrote it."},
        "worldId": {"type": "string"},
        "scenario": {"type": "object", "description": "With the credentials that the world has."},
        "seed": {"type": "integer"},
        "createdAt": {"type": "integer", "description": "Milliseconds since 1970, as is now."},
        "sequence": {"type": "integer", "minimum": 0},
        "now": {"type": "integer"},
        "rate": {"type": "number", "minimum": 0},
        "image": {"type": "object"},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "The SHA-256 of all the rest."},
    },
    "required": [field.encode_name for field in fields(Snapshot)],
    "additionalProperties": False,
}

CLOSED_LISTS: Final[Mapping[str, Mapping[str, Collection[str]]]] = {
    "Health": {"status": ["ready"]},
    "EntryDocument": {"kind": KINDS},
    "AccountDocument": {"currency": _CURRENCIES},
    "TokenDocument": {"plan": PLANS},
    "NoticeDocument": {"do": [*VERBS, INCIDENT, FINISH, CHANGE_PLAN, AUTOPILOT, FOLLOW, READ, *ON_WORLDS]},
    "MarketDocument": {"status": [status.value for status in MarketStatus]},
    "ScoreboardDocument": {"eventStatus": list(EventStatus)},
    "OfferedBet": {"side": [side.name for side in Side]},
    "StandingEntry": {"walletStatus": WALLET_STATUSES},
    "StandingDocument": {"jurisdiction": list(Jurisdiction), "walletStatus": WALLET_STATUSES},
    "LoginChange": {"status": ACCOUNT_STATUSES},
    "LoginDocument": {"status": ACCOUNT_STATUSES},
    "Scenario": {"rules": RULE_SETS, "forbiddenBets": FORBIDDEN_BETS},
    "AccountEntry": {
        "currency": _CURRENCIES,
        "status": ACCOUNT_STATUSES,
        "jurisdiction": list(Jurisdiction),
        "walletStatus": WALLET_STATUSES,
    },
    "MarketEntry": {"bettingType": list(BettingType), "ladder": LADDERS, "status": MARKET_STATUSES},
    "RunnerEntry": {"status": RUNNER_STATUSES},
    "ResultEntry": {"status": EACH_WAY_RESULTS},
    "BetTuneUser": {"plan": PLANS},
    "UserDocument": {"plan": PLANS},
    "PlanChange": {"plan": PLANS},
    "PredictionDocument": {"source": SOURCES},
    "ChangeRaceStatus": {"status": list(RaceStatus), "responseCode": list(RaceResponse)},
    "ChangePlan": {"plan": PLANS},
    "BetTuneFilter": {"status": FILTER_STATUSES},
    "FilterDocument": {"status": FILTER_STATUSES},
    "BetTunePrediction": {"source": SOURCES},
}
"""The values of texts that have no others, by struct and member: the very lists by which they are checked."""

LONGEST_LISTS: Final[Mapping[str, Mapping[str, int]]] = {
    "Scenario": {"accounts": MOST_ACCOUNTS, "events": MOST_EVENTS, "schedule": MOST_HAPPENINGS},
    "Additions": {"events": MOST_EVENTS, "schedule": MOST_HAPPENINGS},
    "EventEntry": {"markets": MOST_MARKETS},
    "MarketEntry": {"runners": MOST_RUNNERS_OF_MARKET},
    "RunnerEntry": {"availableToBack": MOST_OFFERS_OF_RUNNER, "availableToLay": MOST_OFFERS_OF_RUNNER},
    "MakeOffers": {"availableToBack": MOST_OFFERS_OF_RUNNER, "availableToLay": MOST_OFFERS_OF_RUNNER},
    "Settle": {"results": MOST_RUNNERS_OF_MARKET},
    "Resettle": {"results": MOST_RUNNERS_OF_MARKET},
    "SettleSome": {"results": MOST_RUNNERS_OF_MARKET},
    "BetTuneEntry": MOST_OF_BETTUNE,
    "BetTuneAdditions": {name: MOST_OF_BETTUNE[name] for name in ("filters", "matches")},
    "BetTuneMatch": {"bets": MOST_BETS_OF_MATCH},
}
"""How many members lists can have, by struct and member. What they may have together no schema can say."""

NOTHING: Final[JsonSchema] = {"anyOf": [{"type": "object", "maxProperties": 0}, {"type": "null"}]}
"""There is nothing to be said."""


def reference(name: str) -> JsonSchema:
    """Return a reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def only(name: str, schema: JsonSchema) -> JsonSchema:
    """Return the schema of an object with one member, which it has to have."""
    return {"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": False}


def close_lists(schemas: dict[str, JsonSchema]) -> None:
    """Put the values of texts that have no others, and how long lists can be, into the schemas of structs."""
    for struct, lengths in LONGEST_LISTS.items():
        for name, most in lengths.items() if struct in schemas else ():
            member = schemas[struct]["properties"][name]
            for schema in member.get("anyOf", [member]):
                if schema.get("type") == "array":
                    schema["maxItems"] = most
    for struct, lists in CLOSED_LISTS.items():
        for name, values in lists.items():
            if struct in schemas:
                member = schemas[struct]["properties"][name]
                closed = {"type": "string", "enum": sorted(map(str, values))}
                schemas[struct]["properties"][name] = (
                    {"anyOf": [closed, {"type": "null"}]} if "anyOf" in member else {**member, **closed}
                )


def content_of(kind: type[Entry], *named_in_the_address: str, may_be_later: bool = False) -> JsonSchema:
    """Return the schema of what is said of something that is done, without what the address says.

    It is done at once, unless it may be said when.
    """
    _, schemas = answer_schemas([kind])
    close_lists(schemas)
    schema = readable(schemas[kind.__name__])
    left_out = {*_IN_THE_ADDRESS, *named_in_the_address} - ({"at"} if may_be_later else set())
    properties = {name: member for name, member in schema["properties"].items() if name not in left_out}
    required = [name for name in schema.get("required", ()) if name not in left_out]
    return {**schema, "properties": properties, **({"required": required} if required else {"required": []})}


def readable(schema: Any) -> Any:
    """Return a schema of what is read: decimals as numbers, and patterns that every reader of schemas understands."""
    if isinstance(schema, list):
        return [readable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return _DECIMAL
    written: dict[str, Any] = {
        key: _FACTOR if key == "adjustmentFactor" else readable(value)
        for key, value in schema.items()
        if key != "default"
    }
    if isinstance(written.get("pattern"), str):
        written["pattern"] = written["pattern"].replace(r"\Z", "$")
    return written

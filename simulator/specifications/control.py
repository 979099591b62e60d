"""The OpenAPI document of our own API: its paths and its schemas put together."""

from typing import Final

from simulator import __version__
from simulator.control.bettune_schema import (
    AddedDocument,
    FinishedDocument,
    MatchesDocument,
    PredictionDocument,
    UserDocument,
)
from simulator.control.fault_schema import FaultsDocument
from simulator.control.schema import (
    AppKeyDocument,
    AppKeysDocument,
    ClockDocument,
    Health,
    JournalDocument,
    KeptSnapshotsDocument,
    LoginDocument,
    MarketDocument,
    MarketsDocument,
    OffersDocument,
    PaymentDocument,
    RecordedMarkets,
    ScoreboardDocument,
    StandingDocument,
    StateHash,
    WorldDocument,
    WorldsDocument,
)
from simulator.specifications.answers import JsonSchema, answer_schemas
from simulator.specifications.control_faults import fault_schemas
from simulator.specifications.control_operations import EXAMPLES
from simulator.specifications.control_paths import paths
from simulator.specifications.control_schemas import (
    PROBLEM_DOCUMENT,
    SNAPSHOT_DOCUMENT,
    close_lists,
    readable,
    reference,
)
from simulator.world.format.scenario import (
    Additions,
    BetTuneAdditions,
    Finish,
    LoginChange,
    MarketHappening,
    Scenario,
    StandingEntry,
    TellIncident,
)

PROBLEM: Final = "application/problem+json"


def document() -> JsonSchema:
    """Return the document of our own API."""
    answers = (
        Health,
        WorldDocument,
        WorldsDocument,
        ClockDocument,
        FaultsDocument,
        JournalDocument,
        MarketDocument,
        MarketsDocument,
        OffersDocument,
        ScoreboardDocument,
        MatchesDocument,
        FinishedDocument,
        AppKeyDocument,
        AppKeysDocument,
        PaymentDocument,
        LoginDocument,
        StandingDocument,
        UserDocument,
        AddedDocument,
        PredictionDocument,
        StateHash,
        KeptSnapshotsDocument,
    )
    _, sent = answer_schemas(answers)
    changes = (LoginChange, StandingEntry)
    _, read = answer_schemas(
        [
            Scenario,
            RecordedMarkets,
            Additions,
            BetTuneAdditions,
            *changes,
            *MarketHappening.__args__,
            TellIncident,
            Finish,
        ]
    )
    close_lists(sent)
    close_lists(read)
    inputs = {f"{name}Input" if name in sent else name: readable(schema) for name, schema in read.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "betsim, control",
            "version": __version__,
            "description": "Worlds are made, their clocks moved, and things done to their markets and matches.",
            "license": {"name": "See the project", "identifier": "LicenseRef-betsim"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "security": [{}, {"ControlToken": []}],
        "tags": [
            {"name": "server", "description": "The server itself."},
            {"name": "worlds", "description": "Worlds, each with markets, customers and a clock of its own."},
            {"name": "journal", "description": "What happened in a world, in one order."},
            {"name": "faults", "description": "What is to go wrong with requests, on order."},
            {"name": "snapshots", "description": "Worlds kept as they are, gone back to, and made again."},
            {"name": "clock", "description": "The time of a world."},
            {"name": "markets", "description": "What happens to markets, and by schedule could happen as well."},
            {"name": "events", "description": "What happens in matches of which there are scores."},
            {"name": "matches", "description": "Football matches, which BetTune knows."},
            {
                "name": "accounts",
                "description": "Customers' app keys and logins, and what they pay in and out.",
            },
            {"name": "bettune", "description": "Users of BetTune and what they do by hand, and filters and matches."},
        ],
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "ControlToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Printed as the server starts; on a loopback address it needs none by default.",
                }
            },
            "parameters": {
                name: {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": description,
                    "schema": {"type": "string"},
                    "example": EXAMPLES[name],
                }
                for name, description in (
                    ("world", "The id of a world."),
                    ("market", "The id of a market."),
                    ("selection", "The selection id of a runner."),
                    ("event", "The id of an event of which there are scores."),
                    ("match", "The number of a match."),
                    ("user", "The name of a user of BetTune."),
                    ("username", "The username of a customer."),
                    ("key", "An app key."),
                    ("username", "The name of a customer."),
                    ("filter", "The number of a prediction filter."),
                    ("name", "The name under which a snapshot is kept."),
                )
            },
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}},
                "Challenge": {
                    "description": "What kind of token is wanted.",
                    "required": True,
                    "schema": {"const": "Bearer"},
                },
                "Location": {"description": "Where the new world is.", "required": True, "schema": {"type": "string"}},
            },
            "responses": _responses(),
            "schemas": dict(
                sorted(
                    {
                        **sent,
                        "ProblemDocument": PROBLEM_DOCUMENT,
                        "SnapshotDocument": SNAPSHOT_DOCUMENT,
                        **fault_schemas(),
                        **inputs,
                    }.items()
                )
            ),
        },
    }


def _responses() -> JsonSchema:
    described = {
        400: "The document or a parameter in the address is wrong; the problem says where.",
        401: "The control token is missing or another one.",
        403: "A page of another site asks, or the request is for another host than this machine.",
        404: "There is no such world, market, runner, match, account, app key, user, filter or snapshot.",
        405: "The method does nothing here.",
        409: "This cannot be done in the present state; nothing is left of it.",
        413: "The document is longer than any that is read.",
        415: "The document is neither JSON nor YAML.",
        431: "The headers are longer than any that are read.",
    }
    responses: JsonSchema = {
        f"Problem{status}": {
            "description": description,
            "content": {PROBLEM: {"schema": reference("ProblemDocument")}},
        }
        for status, description in described.items()
    }
    responses["Problem401"]["headers"] = {"WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}}
    responses["Problem405"]["headers"] = {"Allow": {"$ref": "#/components/headers/Allow"}}
    return responses

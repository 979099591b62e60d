"""The paths of our own API for what happens in matches, and in BetTune: its matches, filters, users and predictions."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import WORLD, operation, path_item
from simulator.specifications.control_schemas import NOTHING, content_of, reference
from simulator.world.format.happenings import ChangePlan, Finish, TellIncident
from simulator.world.format.scenario import Odds

_FILTER: Final[JsonSchema] = {"id": 12001, "name": "Away wins", "betType": "Away", "user": "alice", "stake": 5}
_MATCH: Final[JsonSchema] = {"id": 1611301, "date": "+PT2H", "home": "Eastbridge", "away": "Westhaven"}


def events() -> JsonSchema:
    """Return the paths of events."""
    return {
        f"{WORLD}/events/{{event}}/incident": path_item(
            "world",
            "event",
            post=operation(
                "tellIncident",
                "events",
                ("Let something happen in a match", "For the services that tell scores: a goal, a set, the half-time."),
                "ScoreboardDocument",
                body=content_of(TellIncident),
                body_required=True,
                refusals=(404, 409),
                examples={
                    "begin": {"type": "KickOff"},
                    "goal": {"type": "Goal", "team": "home", "matchTime": 36},
                    "correction": {"type": "Correction", "home": {"score": 0}},
                },
            ),
        ),
    }


def matches() -> JsonSchema:
    """Return the paths of matches."""
    return {
        f"{WORLD}/matches": path_item(
            "world",
            get=operation(
                "listMatchesOfWorld",
                "matches",
                ("List the matches", "In order of time."),
                "MatchesDocument",
                refusals=(404,),
            ),
        ),
        f"{WORLD}/matches/{{match}}/finish": path_item(
            "world",
            "match",
            post=operation(
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


def bettune() -> JsonSchema:
    """Return the paths under which BetTune is added to, and of its users and predictions."""
    user = f"{WORLD}/bettune/users/{{user}}"
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
        f"{WORLD}/bettune": path_item(
            "world",
            post=operation(
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
        user: path_item(
            "world",
            "user",
            get=operation("readUser", "bettune", ("Read a user", "With all tokens."), "UserDocument", refusals=(404,)),
        ),
        **{
            f"{user}/{ending}": path_item(
                "world",
                "user",
                post=operation(
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
        f"{WORLD}/bettune/filters/{{filter}}/matches/{{match}}/prediction": path_item(
            "world",
            "filter",
            "match",
            put=operation(
                "predictByHand",
                "bettune",
                ("Predict by hand", "As in the user interface: the source of the prediction is ui."),
                "PredictionDocument",
                body=content_of(Odds),
                body_required=True,
                refusals=(404,),
                examples={"odds": {"odds": 2.15}},
            ),
            delete=operation(
                "takePredictionBack",
                "bettune",
                ("Take a prediction back", "Whether there was one makes no difference."),
                None,
                status=204,
                refusals=(404,),
            ),
        ),
    }

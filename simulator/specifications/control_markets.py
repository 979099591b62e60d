"""The paths of our own API under which markets are added and things are done to them."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.specifications.answers import JsonSchema
from simulator.specifications.control_operations import MARKET, WORLD, operation, path_item
from simulator.specifications.control_schemas import NOTHING, content_of, reference
from simulator.world.format.entry import Entry
from simulator.world.format.happenings import (
    ChangeRaceStatus,
    ChangeStartTime,
    Hide,
    IntroduceRunner,
    MakeOffers,
    Reinstate,
    Resettle,
    Settle,
    SettleSome,
    Withdraw,
)
from simulator.world.loading.bounds import MOST_OFFERS, MOST_RUNNERS

VERBS: Final = {
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
    "resettle": ("Settle a market anew", "What came of a wrong result is taken back, and this one counts."),
    "settle-runners": ("Settle some runners", "Of an ODDS market that goes on for the others."),
    "race-status": ("Change the status of a race", "That of the market, for listRaceDetails."),
    "offers": ("Make offers", "Of the world's liquidity account. The answer says what was matched, and what rests."),
}
_RUNNER_VERBS: Final[Mapping[str, tuple[type[Entry], tuple[str, str]]]] = {
    "remove": (Withdraw, ("Withdraw a runner", "With all that follows for bets on it and on the others.")),
    "hide": (Hide, ("Hide a runner", "Unmatched bets on it lapse, and matched ones are at 1.0.")),
    "reinstate": (Reinstate, ("Reinstate a runner", "That was hidden: its bets have their prices again.")),
}
_NAMES: Final = {"change-start-time": "changeStartTime", "add-runner": "addRunner", "race-status": "changeRaceStatus"}
"""The operation ids of verbs that are not done to the whole of a market."""
_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    "settle": {"home": {"results": [{"selectionId": 6830593, "status": "WINNER"}]}},
    "resettle": {"draw": {"results": [{"selectionId": 58805, "status": "WINNER"}]}},
    "settle-runners": {"draw": {"results": [{"selectionId": 58805, "status": "LOSER"}]}},
    "change-start-time": {"later": {"startTime": "+PT10M"}},
    "race-status": {
        "parading": {"status": "PARADING"},
        "stale": {"status": "OFF", "responseCode": "LIVE_DATA_TEMPORARILY_UNAVAILABLE"},
    },
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
_CONTENT: Final[dict[str, type[Entry]]] = {
    "change-start-time": ChangeStartTime,
    "add-runner": IntroduceRunner,
    "race-status": ChangeRaceStatus,
    "settle": Settle,
    "resettle": Resettle,
    "settle-runners": SettleSome,
    "offers": MakeOffers,
}
AT_MOST: Final = (
    f"All markets together have at most {MOST_RUNNERS} runners and, with what the schedule offers, {MOST_OFFERS} "
    "offers."
)
_ONE_BY_ONE: Final = "Many markets are added one after the other, while other requests are answered."


def markets() -> JsonSchema:
    """Return the paths under which markets are added and done to."""
    paths: JsonSchema = {
        f"{WORLD}/markets": path_item(
            "world",
            post=operation(
                "addMarkets",
                "markets",
                (
                    "Add events and markets",
                    f"And happenings, in the shape of a scenario. {_ONE_BY_ONE} {AT_MOST}",
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
    for verb, words in VERBS.items():
        content = _CONTENT.get(verb)
        paths[f"{MARKET}/{verb}"] = path_item(
            "world",
            "market",
            post=operation(
                operation_id(verb),
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
        paths[f"{MARKET}/runners/{{selection}}/{verb}"] = path_item(
            "world",
            "market",
            "selection",
            post=operation(
                f"{verb}Runner",
                "markets",
                words,
                "MarketDocument",
                body={"anyOf": [content_of(kind, "selectionId"), {"type": "null"}]},
                refusals=(404, 409),
            ),
        )
    return paths


def operation_id(verb: str) -> str:
    """Return the id of the operation that does something to a market."""
    return _NAMES.get(verb, f"{_camel(verb)}Market")


def _camel(verb: str) -> str:
    first, *rest = verb.split("-")
    return first + "".join(part.capitalize() for part in rest)

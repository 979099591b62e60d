"""A document holds no more than can be done while others wait, and says so with the number and the place."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.world.format.document import Document, ScenarioError
from simulator.world.format.scenario import Scenario
from simulator.world.loading.bounds import check_size_of_scenario
from simulator.world.loading.checks import Inspection
from simulator.world.loading.conversion import convert
from tests.unit.scenario_builder import small


def event_of(*markets: int, offers: int = 0) -> dict[str, Any]:
    """An event whose markets have so many runners each, with so many offers on either side of the first one."""
    event: dict[str, Any] = small()["events"][0]
    (market,) = event["markets"]
    runner = {"selectionId": 1, "name": "Runner"}
    first = runner | {"availableToBack": [[2, 2]] * offers, "availableToLay": [[3, 2]] * offers}
    return event | {"markets": [market | {"runners": [first] + [runner] * (runners - 1)} for runners in markets]}


def offers_of(count: int) -> dict[str, Any]:
    return {"do": "offers", "market": "1.1", "selectionId": 1, "at": "+PT1M", "availableToLay": [[3, 2]] * count}


def results_of(count: int) -> dict[str, Any]:
    results = [{"selectionId": 1, "status": "LOSER"}] * count
    return {"do": "settle", "market": "1.1", "at": "+PT1M", "results": results}


def bettune(name: str, entry: dict[str, Any]) -> Callable[[int], dict[str, Any]]:
    return lambda count: {"bettune": {name: [entry] * count}}


MATCH = {"id": 1, "date": "2026-06-06", "home": "A", "away": "B"}
SUSPEND = {"do": "suspend", "market": "1.1", "at": "+PT1M"}
BET = {"betType": "Home", "market": "1.1", "selectionId": 1}

BOUNDS: list[tuple[int, Callable[[int], dict[str, Any]], str, str]] = [
    (1_000, lambda count: {"accounts": [{"username": "a", "password": "b"}] * count}, "$.accounts", "accounts"),
    (1_000, lambda count: {"events": [event_of()] * count}, "$.events", "events"),
    (1_000, lambda count: {"events": [event_of(*[1] * count)]}, "$.events", "markets"),
    (1_000, lambda count: {"events": [event_of(count)]}, "$.events[0].markets[0].runners", "runners in a market"),
    (20_000, lambda count: {"events": [event_of(*[1_000] * 19, 999, count - 19_999)]}, "$.events", "runners"),
    (
        1_000,
        lambda count: {"events": [event_of(1, offers=count)]},
        "$.events[0].markets[0].runners[0].availableToBack",
        "offers on a side of a runner",
    ),
    (
        20_000,
        lambda count: {
            "events": [event_of(*[1] * 19, offers=500)],
            "schedule": [offers_of(500), offers_of(count - 19_500)],
        },
        "$.events",
        "offers",
    ),
    (10_000, lambda count: {"schedule": [SUSPEND] * count}, "$.schedule", "happenings"),
    (1_000, lambda count: {"schedule": [offers_of(count)]}, "$.schedule[0].availableToLay", "offers on a side"),
    (1_000, lambda count: {"schedule": [results_of(count)]}, "$.schedule[0].results", "results"),
    (1_000, bettune("users", {"token": "t"}), "$.bettune.users", "users"),
    (1_000, bettune("sports", {"id": 1, "name": "Soccer"}), "$.bettune.sports", "sports"),
    (1_000, bettune("filters", {"id": 1, "name": "f", "betType": "Home"}), "$.bettune.filters", "filters"),
    (5_000, bettune("matches", MATCH), "$.bettune.matches", "matches"),
    (10_000, bettune("predictions", {"filter": 1, "match": 1, "odds": 2}), "$.bettune.predictions", "predictions"),
    (
        100,
        lambda count: {"bettune": {"matches": [MATCH | {"bets": [BET] * count}]}},
        "$.bettune.matches[0].bets",
        "bets of a match",
    ),
]  # fmt: skip


def check(content: dict[str, Any]) -> None:
    document = Document("document", {"name": "large", "events": [], **content}, {})
    check_size_of_scenario(Inspection(document), convert(document, document.data, Scenario))


@pytest.mark.parametrize(
    ("most", "content", "path", "what"), BOUNDS, ids=[f"{what} in {path}" for *_, path, what in BOUNDS]
)
def test_there_may_be_so_many_and_not_one_more(
    most: int, content: Callable[[int], dict[str, Any]], path: str, what: str
) -> None:
    check(content(most))

    with pytest.raises(ScenarioError, match=rf"at most {most} {what}.*, and here are {most + 1}\.$") as caught:
        check(content(most + 1))

    assert path == caught.value.path

"""The derby as a document, the addresses of our own API, and a look at the problems that it answers with."""

import copy
from typing import Any

from tests.scenario import OFF, SOCCER, account, event, happening, match_odds, runner, scenario

DERBY = scenario(
    event(
        "27165685",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds(
            "1.1",
            runner(1, "Newcastle", lay=[(2.0, 120)]),
            runner(2, "Chelsea"),
            runner(3, "The Draw", back=[(3.0, 250)]),
            turnInPlay=True,
            betDelay=5,
        ),
    ),
    name="derby",
    now="2026-06-06T17:55:00.000Z",
    accounts=[account("alice", currency="GBP")],
    schedule=[happening(OFF, "1.1", "turn-in-play")],
    bettune={"users": [{"token": "alice-bettune", "plan": "pro"}]},
)

WORLD = "/control/v1/worlds/default"
MARKET = f"{WORLD}/markets/1.1"

ROUTES = {
    "/health": "GET, HEAD",
    "/control/v1/worlds": "GET, HEAD, POST",
    WORLD: "DELETE, GET, HEAD",
    f"{WORLD}/reset": "POST",
    f"{WORLD}/scenario": "GET, HEAD",
    f"{WORLD}/state-hash": "GET, HEAD",
    f"{WORLD}/faults": "DELETE, GET, HEAD, POST",
    f"{WORLD}/journal": "GET, HEAD",
    f"{WORLD}/journal/export": "GET, HEAD",
    f"{WORLD}/snapshot": "GET, HEAD",
    f"{WORLD}/snapshots": "GET, HEAD",
    f"{WORLD}/restore": "POST",
    "/control/v1/snapshots": "GET, HEAD",
    f"{WORLD}/clock": "GET, HEAD, POST",
    f"{WORLD}/markets": "POST",
    **{
        f"{MARKET}/{verb}": "POST"
        for verb in (
            "suspend",
            "resume",
            "turn-in-play",
            "reconcile",
            "change-start-time",
            "add-runner",
            "lapse",
            "close",
            "void",
            "settle",
            "resettle",
            "settle-runners",
            "offers",
        )
    },
    **{f"{MARKET}/runners/1/{verb}": "POST" for verb in ("remove", "hide", "reinstate")},
    f"{WORLD}/accounts/alice/login": "GET, HEAD, POST",
    f"{WORLD}/bettune": "POST",
    f"{WORLD}/bettune/users/alice-bettune": "GET, HEAD",
    **{f"{WORLD}/bettune/users/alice-bettune/{what}": "POST" for what in ("token", "revoke", "plan")},
    f"{WORLD}/bettune/filters/1/matches/1/prediction": "DELETE, PUT",
}


def problem_of(response: Any) -> dict[str, Any]:
    """The problem document that a response is, after a look at what all of them have."""
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("urn:betsim:problem:")
    assert problem["title"]
    assert problem["detail"].endswith((".", "?", ")"))
    assert set(problem) <= {"type", "title", "status", "detail", "path", "value"}
    return problem


def changed(path: str, value: object) -> dict[str, Any]:
    """The derby with another value at a path such as `events.0.name`; `...` takes away what is there."""
    document = copy.deepcopy(DERBY)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = document
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def event_with_market(event_id: str, market_id: str) -> dict[str, Any]:
    event: dict[str, Any] = copy.deepcopy(DERBY["events"][0])
    event["id"] = event_id
    event["markets"][0]["id"] = market_id
    return event

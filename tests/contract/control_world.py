"""The derby as a document, the addresses of our own API, and a look at the problems that it answers with."""

import copy
from typing import Any

DERBY: dict[str, Any] = {
    "name": "derby",
    "clock": {"now": "2026-06-06T17:55:00.000Z", "rate": 0},
    "accounts": [
        {
            "username": "alice",
            "password": "secret",
            "appKey": "alice-live",
            "delayedAppKey": "alice-delayed",
            "currency": "GBP",
            "balance": 1000.00,
        }
    ],
    "events": [
        {
            "id": "27165685",
            "name": "Newcastle v Chelsea",
            "eventType": {"id": "1", "name": "Soccer"},
            "openDate": "2026-06-06T18:00:00.000Z",
            "markets": [
                {
                    "id": "1.1",
                    "name": "Match Odds",
                    "marketType": "MATCH_ODDS",
                    "startTime": "2026-06-06T18:00:00.000Z",
                    "turnInPlay": True,
                    "betDelay": 5,
                    "runners": [
                        {"selectionId": 1, "name": "Newcastle", "availableToLay": [[2.0, 120]]},
                        {"selectionId": 2, "name": "Chelsea"},
                        {"selectionId": 3, "name": "The Draw", "availableToBack": [[3.0, 250]]},
                    ],
                }
            ],
        }
    ],
    "bettune": {"users": [{"token": "alice-bettune", "plan": "pro"}]},
    "schedule": [{"at": "2026-06-06T18:00:00.000Z", "market": "1.1", "do": "turn-in-play"}],
}

WORLD = "/control/v1/worlds/default"
MARKET = f"{WORLD}/markets/1.1"

ROUTES = {
    "/health": "GET, HEAD",
    "/control/v1/worlds": "GET, HEAD, POST",
    WORLD: "DELETE, GET, HEAD",
    f"{WORLD}/reset": "POST",
    f"{WORLD}/state-hash": "GET, HEAD",
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
            "settle-runners",
            "offers",
        )
    },
    **{f"{MARKET}/runners/1/{verb}": "POST" for verb in ("remove", "hide", "reinstate")},
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
    assert problem["detail"].endswith((".", ")"))
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

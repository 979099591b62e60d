"""Our own API does what its table of addresses says, and says of wrong input what is wrong and where."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.in_process import URL, Client, client_of

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
        for verb in ("suspend", "resume", "turn-in-play", "lapse", "close", "void", "settle", "offers")
    },
}


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


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


# What there is


def test_health_says_that_the_server_is_ready_and_which_version_it_is(client: Client) -> None:
    health = client.get("/health")

    assert health.status_code == 200
    assert health.json().keys() == {"status", "version"}
    assert health.json()["status"] == "ready"


@pytest.mark.parametrize("path", ROUTES)
def test_every_address_refuses_other_methods_with_the_list_of_its_own(client: Client, path: str) -> None:
    for method in ("OPTIONS", "PATCH", "PUT", "TRACE", *({"GET", "POST", "DELETE"} - set(ROUTES[path].split(", ")))):
        refusal = client.request(method, path)

        assert refusal.status_code == 405, method
        assert refusal.headers["allow"] == ROUTES[path]
        problem_of(refusal)


@pytest.mark.parametrize("path", [path for path, methods in ROUTES.items() if "HEAD" in methods])
def test_what_can_be_got_can_be_asked_for_its_head(client: Client, path: str) -> None:
    assert client.request("HEAD", path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/health/",
        "/control/v1",
        "/control/v2/worlds",
        "/control/v1/worlds/",
        f"{WORLD}/snapshot",
        f"{WORLD}/faults",
        f"{WORLD}/journal",
        f"{MARKET}/reconcile",
        f"{MARKET}/runners/1/remove",
        f"{MARKET}/nonsense",
        "/control/v1/worlds/%00/%0a",
    ],
)
def test_what_is_not_served_is_a_problem_too(client: Client, path: str) -> None:
    for method in ("GET", "POST"):
        refusal = client.request(method, path)

        assert refusal.status_code == 404
        problem_of(refusal)


@pytest.mark.parametrize("path", [path for path in ROUTES if path.startswith(WORLD)])
def test_an_unknown_world_is_not_found(client: Client, path: str) -> None:
    method = "GET" if "GET" in ROUTES[path] else "POST"

    refusal = client.request(method, path.replace("default", "nowhere"))

    assert refusal.status_code == 404
    assert problem_of(refusal)["type"] == "urn:betsim:problem:unknown-world"


@pytest.mark.parametrize("path", [path for path in ROUTES if path.startswith(MARKET)])
def test_an_unknown_market_is_not_found(client: Client, path: str) -> None:
    refusal = client.post(path.replace("1.1", "1.2"))

    assert refusal.status_code == 404
    assert problem_of(refusal)["type"] == "urn:betsim:problem:unknown-market"


# Worlds


def test_a_world_says_all_that_is_needed_to_use_it(client: Client) -> None:
    expected = {
        "id": "default",
        "scenario": "derby",
        "now": "2026-06-06T17:55:00.000Z",
        "betfair": {
            "accounts": [
                {
                    "username": "alice",
                    "password": "secret",
                    "appKey": "alice-live",
                    "delayedAppKey": "alice-delayed",
                    "currency": "GBP",
                    "balance": 1000.0,
                }
            ]
        },
        "bettune": {"tokens": [{"token": "alice-bettune", "user": None, "plan": "pro"}]},
        "stream": None,
        "http": {"url": URL},
    }

    assert client.get(WORLD).json() == expected
    assert client.get("/control/v1/worlds").json() == {"worlds": [expected]}


def test_a_world_is_made_of_a_scenario_in_json(client: Client) -> None:
    created = client.post("/control/v1/worlds", json=DERBY)

    assert created.status_code == 201
    assert created.json() == client.get(created.headers["location"]).json()
    assert len(client.get("/control/v1/worlds").json()["worlds"]) == 2


@pytest.mark.parametrize("media_type", ["application/yaml", "text/yaml; charset=utf-8", "application/x-yaml"])
def test_a_world_is_made_of_a_scenario_in_yaml(client: Client, media_type: str) -> None:
    scenario = "name: quiet\nclock: {rate: 0, now: 2026-06-06T17:55:00Z}\n"

    created = client.post("/control/v1/worlds", content=scenario, headers={"content-type": media_type})

    assert created.status_code == 201
    assert created.json()["scenario"] == "quiet"
    assert created.json()["now"] == "2026-06-06T17:55:00.000Z"


def test_a_second_world_of_a_scenario_has_credentials_of_its_own(client: Client) -> None:
    account = client.post("/control/v1/worlds", json=DERBY).json()["betfair"]["accounts"][0]

    assert account["username"] == "alice-2"
    assert account["appKey"] == "alice-live-2"


def test_a_world_that_is_deleted_is_gone(client: Client) -> None:
    path = client.post("/control/v1/worlds", json=DERBY).headers["location"]

    deleted = client.delete(path)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert len(client.get("/control/v1/worlds").json()["worlds"]) == 1


def test_the_default_world_stays(client: Client) -> None:
    refusal = client.delete(WORLD)

    assert refusal.status_code == 409
    problem_of(refusal)
    assert client.get(WORLD).status_code == 200


def test_a_reset_leads_back_to_the_scenario(client: Client) -> None:
    world, state_hash = client.get(WORLD).json(), client.get(f"{WORLD}/state-hash").json()
    client.post(f"{WORLD}/clock", json={"advance": "PT10M"})
    assert client.get(f"{WORLD}/state-hash").json() != state_hash

    reset = client.post(f"{WORLD}/reset")

    assert reset.json() == world
    assert client.get(f"{WORLD}/state-hash").json() == state_hash


def test_the_same_history_has_the_same_state_hash(client: Client) -> None:
    hashes = []
    for _ in range(2):
        client.post(f"{WORLD}/reset")
        client.post(f"{WORLD}/clock", json={"toNext": True})
        client.post(f"{MARKET}/suspend")
        hashes.append(client.get(f"{WORLD}/state-hash").json()["stateHash"])

    assert hashes[0] == hashes[1]


# Time


def test_the_clock_says_what_time_it_is_and_what_is_next(client: Client) -> None:
    expected = {"now": "2026-06-06T17:55:00.000Z", "rate": 0, "nextDue": "2026-06-06T18:00:00.000Z"}

    assert client.get(f"{WORLD}/clock").json() == expected


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"advance": "PT5S"}, "2026-06-06T17:55:05.000Z"),
        ({"advance": "PT0.001S"}, "2026-06-06T17:55:00.001Z"),
        ({"advance": "P1DT1H"}, "2026-06-07T18:55:00.000Z"),
        ({"advance": "PT0S"}, "2026-06-06T17:55:00.000Z"),
        ({"set": "2026-06-06T18:00:01.500Z"}, "2026-06-06T18:00:01.500Z"),
        ({"set": "2026-06-06T18:00:00Z"}, "2026-06-06T18:00:00.000Z"),
        ({"toNext": True}, "2026-06-06T18:00:00.000Z"),
        ({"rate": 0}, "2026-06-06T17:55:00.000Z"),
    ],
)
def test_the_clock_can_be_moved_on(client: Client, change: dict[str, Any], now: str) -> None:
    moved = client.post(f"{WORLD}/clock", json=change)

    assert moved.status_code == 200
    assert moved.json()["now"] == now
    assert client.get(WORLD).json()["now"] == now


def test_the_clock_can_be_made_to_run(client: Client) -> None:
    assert client.post(f"{WORLD}/clock", json={"rate": 2.5}).json()["rate"] == 2.5


def test_what_is_due_happens_as_the_clock_passes(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"advance": "PT5M"})

    market = client.worlds.default.exchange.markets["1.1"]
    assert market.in_play
    assert client.get(f"{WORLD}/clock").json()["nextDue"] is None


# Markets


def test_a_market_is_led_through_its_life(client: Client) -> None:
    states = []
    for verb in ("suspend", "resume", "turn-in-play", "close", "settle"):
        content = {"json": {"results": [{"selectionId": 3, "status": "WINNER"}]}} if verb == "settle" else {}
        done = client.post(f"{MARKET}/{verb}", **content)
        assert done.status_code == 200, done.text
        states.append((verb, done.json()["status"], done.json()["inPlay"]))

    assert states == [
        ("suspend", "SUSPENDED", False),
        ("resume", "OPEN", False),
        ("turn-in-play", "OPEN", True),
        ("close", "SUSPENDED", True),
        ("settle", "CLOSED", True),
    ]


def test_what_is_done_to_a_market_raises_its_version(client: Client) -> None:
    versions = [client.post(f"{MARKET}/{verb}").json()["version"] for verb in ("suspend", "resume", "suspend")]

    assert versions == sorted(set(versions))


def test_a_void_closes_a_market(client: Client) -> None:
    assert client.post(f"{MARKET}/void").json()["status"] == "CLOSED"


def test_unmatched_bets_lapse_on_demand(client: Client) -> None:
    market = client.worlds.default.exchange.markets["1.1"]
    assert market.total_available > 0

    client.post(f"{MARKET}/lapse")

    assert market.total_available == 0


def test_offers_are_made(client: Client) -> None:
    market = client.worlds.default.exchange.markets["1.1"]
    before = market.total_available

    made = client.post(
        f"{MARKET}/offers",
        json={"selectionId": 2, "handicap": 0, "availableToBack": [[3.0, 10]], "availableToLay": [[3.2, 5.5]]},
    )

    assert made.status_code == 200
    assert market.total_available == before + 1550


def test_events_markets_and_happenings_are_added_to_a_running_world(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"advance": "PT1S"})
    additions = {
        "events": [event_with_market("5", "1.5"), event_with_market("6", "1.6")],
        "schedule": [{"at": "+PT10S", "market": "1.1", "do": "suspend"}],
    }

    added = client.post(f"{WORLD}/markets", json=additions)

    assert added.status_code == 201
    assert [market["marketId"] for market in added.json()["markets"]] == ["1.5", "1.6"]
    assert client.get(f"{WORLD}/clock").json()["nextDue"] == "2026-06-06T17:55:11.000Z"
    assert client.post(f"{WORLD}/markets/1.6/suspend").status_code == 200


def test_a_dead_heat_may_be_named(client: Client) -> None:
    winners = [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "status": "WINNER"}]

    settled = client.post(f"{MARKET}/settle", json={"results": winners, "deadHeat": [1, 2]})

    assert settled.status_code == 200
    assert settled.json()["status"] == "CLOSED"


@pytest.mark.parametrize(("number_of_winners", "winners", "tied"), [(2, 2, 2), (2, 3, 2), (0, 2, 2)])
def test_a_dead_heat_that_would_be_settled_wrongly_is_refused(number_of_winners: int, winners: int, tied: int) -> None:
    with client_of(changed("events.0.markets.0.numberOfWinners", number_of_winners)) as client:
        results = [{"selectionId": number, "status": "WINNER"} for number in (1, 2, 3)[:winners]]

        refusal = client.post(f"{MARKET}/settle", json={"results": results, "deadHeat": [1, 2, 3][:tied]})

        assert refusal.status_code == 400
        assert problem_of(refusal)["path"] == "$.deadHeat"


# What cannot be done now


@pytest.mark.parametrize(
    ("before", "path", "document"),
    [
        ([], "markets/1.1/resume", {}),
        (["suspend"], "markets/1.1/suspend", {}),
        (["turn-in-play"], "markets/1.1/turn-in-play", {}),
        (["close"], "markets/1.1/resume", {}),
        (["void"], "markets/1.1/void", {}),
        (["void"], "markets/1.1/lapse", {}),
        (["void"], "markets/1.1/close", {}),
        (["void"], "markets/1.1/settle", {"results": [{"selectionId": 1, "status": "WINNER"}]}),
        (["suspend"], "markets/1.1/offers", {"selectionId": 1, "availableToLay": [[2.0, 5]]}),
        ([], "clock", {"set": "2026-06-06T17:54:59.999Z"}),
    ],
)
def test_what_makes_no_sense_now_changes_nothing(
    client: Client, before: list[str], path: str, document: dict[str, Any]
) -> None:
    for verb in before:
        assert client.post(f"{MARKET}/{verb}").status_code == 200
    state_hash = client.get(f"{WORLD}/state-hash").json()

    refusal = client.post(f"{WORLD}/{path}", json=document)

    assert refusal.status_code == 409
    problem_of(refusal)
    assert client.get(f"{WORLD}/state-hash").json() == state_hash


def test_the_clock_stops_at_the_end_of_time(client: Client) -> None:
    assert client.post(f"{WORLD}/clock", json={"set": "9999-12-31T23:59:59.999Z"}).status_code == 200

    refusal = client.post(f"{WORLD}/clock", json={"advance": "PT0.001S"})

    assert refusal.status_code == 409
    assert client.get(f"{WORLD}/clock").json()["now"] == "9999-12-31T23:59:59.999Z"


def test_there_is_no_next_thing_where_nothing_is_due(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"toNext": True})

    assert client.post(f"{WORLD}/clock", json={"toNext": True}).status_code == 409


# Wrong input

SCENARIO = "/control/v1/worlds"

WRONG: list[tuple[str, object, str]] = [
    # address, document, path of the fault
    (SCENARIO, {}, "$"),
    (SCENARIO, [], "$"),
    (SCENARIO, "derby", "$"),
    (SCENARIO, 7, "$"),
    (SCENARIO, None, "$"),
    (SCENARIO, {"fixture": "nothing of that name"}, "$.fixture"),
    (SCENARIO, {"fixture": 7}, "$.fixture"),
    (SCENARIO, {"fixture": "demo", "colour": "red"}, "$"),
    (SCENARIO, {"fixture": "../demo"}, "$.fixture"),
    (SCENARIO, changed("name", ...), "$"),
    (SCENARIO, changed("colour", "red"), "$"),
    (SCENARIO, changed("clock.now", "yesterday"), "$.clock.now"),
    (SCENARIO, changed("clock.rate", -1), "$.clock.rate"),
    (SCENARIO, changed("accounts.0.currency", "XXX"), "$.accounts[0].currency"),
    (SCENARIO, changed("accounts.0.balance", -1), "$.accounts[0].balance"),
    (SCENARIO, changed("accounts.0.balance", 0.001), "$.accounts[0].balance"),
    (SCENARIO, changed("accounts.0.username", 7), "$.accounts[0].username"),
    (SCENARIO, changed("events.0.id", 27165685), "$.events[0].id"),
    (SCENARIO, changed("events.0.markets.0.id", "x"), "$.events[0].markets[0].id"),
    (SCENARIO, changed("events.0.markets.0.runners", []), "$.events[0].markets[0].runners"),
    (
        SCENARIO,
        changed("events.0.markets.0.runners.0.availableToLay.0.0", 2.01),
        "$.events[0].markets[0].runners[0].availableToLay[0][0]",
    ),
    (SCENARIO, changed("schedule.0.do", "explode"), "$.schedule[0].do"),
    (SCENARIO, changed("schedule.0.market", "1.9"), "$.schedule[0].market"),
    (f"{WORLD}/reset", {"hard": True}, "$"),
    (f"{WORLD}/reset", [], "$"),
    (f"{WORLD}/clock", {}, "$"),
    (f"{WORLD}/clock", [], "$"),
    (f"{WORLD}/clock", {"advance": "PT5S", "rate": 0}, "$"),
    (f"{WORLD}/clock", {"backwards": True}, "$"),
    (f"{WORLD}/clock", {"advance": "5s"}, "$.advance"),
    (f"{WORLD}/clock", {"advance": "-PT5S"}, "$.advance"),
    (f"{WORLD}/clock", {"advance": 5}, "$.advance"),
    (f"{WORLD}/clock", {"advance": None}, "$.advance"),
    (f"{WORLD}/clock", {"set": "noon"}, "$.set"),
    (f"{WORLD}/clock", {"set": "2026-06-06T18:00:00"}, "$.set"),
    (f"{WORLD}/clock", {"set": 1780768800000}, "$.set"),
    (f"{WORLD}/clock", {"rate": -1}, "$.rate"),
    (f"{WORLD}/clock", {"rate": 1e12}, "$.rate"),
    (f"{WORLD}/clock", {"rate": "fast"}, "$.rate"),
    (f"{WORLD}/clock", {"rate": True}, "$.rate"),
    (f"{WORLD}/clock", {"toNext": False}, "$.toNext"),
    (f"{WORLD}/clock", {"toNext": 1}, "$.toNext"),
    (f"{WORLD}/markets", {"name": "not a scenario"}, "$"),
    (f"{WORLD}/markets", {"events": [event_with_market("5", "1.1")]}, "$.events[0].markets[0].id"),
    (f"{WORLD}/markets", {"events": {}}, "$.events"),
    (f"{WORLD}/markets", {"schedule": [{"market": "1.1", "do": "suspend"}]}, "$.schedule[0]"),
    (f"{MARKET}/suspend", {"at": "+PT5S"}, "$.at"),
    (f"{MARKET}/suspend", {"for": "PT5S"}, "$"),
    (f"{MARKET}/suspend", [], "$"),
    (f"{MARKET}/settle", {}, "$"),
    (f"{MARKET}/settle", {"results": []}, "$.results"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1}]}, "$.results[0]"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "FIRST"}]}, "$.results[0].status"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 9, "status": "WINNER"}]}, "$.results[0].selectionId"),
    (f"{MARKET}/settle", {"results": [{"selectionId": "1", "status": "WINNER"}]}, "$.results[0].selectionId"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}] * 2}, "$.results"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}], "deadHeat": [1]}, "$.deadHeat"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}], "deadHeat": [1, 2]}, "$.deadHeat[1]"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}], "deadHeat": [1, 1]}, "$.deadHeat[1]"),
    (f"{MARKET}/offers", {}, "$"),
    (f"{MARKET}/offers", {"selectionId": 1}, "$"),
    (f"{MARKET}/offers", {"selectionId": 9, "availableToBack": [[2, 2]]}, "$.selectionId"),
    (f"{MARKET}/offers", {"selectionId": 1, "handicap": 1, "availableToBack": [[2, 2]]}, "$.selectionId"),
    (f"{MARKET}/offers", {"selectionId": 1, "availableToBack": [[2.01, 2]]}, "$.availableToBack[0][0]"),
    (f"{MARKET}/offers", {"selectionId": 1, "availableToBack": [[2, 0]]}, "$.availableToBack[0][1]"),
    (f"{MARKET}/offers", {"selectionId": 1, "availableToBack": [[2, -2]]}, "$.availableToBack[0][1]"),
    (f"{MARKET}/offers", {"selectionId": 1, "availableToBack": [[2, 2.001]]}, "$.availableToBack[0][1]"),
    (f"{MARKET}/offers", {"selectionId": 1, "availableToBack": [[2]]}, "$.availableToBack[0]"),
    (
        f"{MARKET}/offers",
        {"selectionId": 1, "availableToBack": [[2, 2]], "availableToLay": [[1.9, 2]]},
        "$",
    ),
]


@pytest.mark.parametrize(("address", "document", "path"), WRONG)
def test_wrong_input_is_refused_with_the_place_of_the_fault(
    client: Client, address: str, document: object, path: str
) -> None:
    state_hash = client.get(f"{WORLD}/state-hash").json()

    refusal = client.post(address, content=json.dumps(document), headers={"content-type": "application/json"})

    assert refusal.status_code == 400, refusal.text
    assert problem_of(refusal)["path"] == path
    assert client.get(f"{WORLD}/state-hash").json() == state_hash
    assert len(client.worlds) == 1


def test_a_problem_shows_the_value_where_it_is_short(client: Client) -> None:
    short = client.post(f"{WORLD}/clock", json={"advance": "5s"})
    long = client.post(f"{WORLD}/clock", json={"advance": "5s" * 1000})
    deep = client.post(SCENARIO, json=changed("accounts.0.balance", -1))

    assert short.json()["value"] == "5s"
    assert "value" not in long.json()
    assert len(long.content) < 5000
    assert deep.json()["value"] == -1


def test_a_wrong_yaml_document_is_told_its_line(client: Client) -> None:
    scenario = "name: quiet\naccounts:\n  - username: alice\n"

    refusal = client.post(SCENARIO, content=scenario, headers={"content-type": "application/yaml"})

    assert problem_of(refusal)["path"] == "$.accounts[0]"
    assert "line 3" in refusal.json()["detail"]


BYTES = {
    "truncated": b'{"name": "derby"',
    "empty": b"",
    "only a brace": b"{",
    "not JSON but YAML": b"{name: derby}",
    "a comma too many": b'{"name": "derby",}',
    "not a number": b'{"name": "derby", "clock": {"rate": NaN}}',
    "infinite": b'{"name": "derby", "clock": {"rate": Infinity}}',
    "too great a number": b'{"name": "derby", "clock": {"rate": 1e400}}',
    "a great exponent": b'{"name": "derby", "clock": {"rate": 1e99999999999999999999}}',
    "a long number": b'{"name": "derby", "clock": {"rate": ' + b"9" * 100_000 + b"}}",
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "control characters": b'{"name": "a\x00b"}',
    "escaped control characters": rb'{"name": "a\u0000b"}',
    "half a surrogate": rb'{"name": "\ud800"}',
    "not UTF-8": b'{"name": "\xff"}',
    "a key twice": b'{"name": "a", "name": "b"}',
    "UTF-16": '{"name": "derby"}'.encode("utf-16"),
}


@pytest.mark.parametrize("media_type", ["application/json", "application/yaml"])
@pytest.mark.parametrize("name", BYTES)
def test_no_bytes_at_all_are_more_than_a_wrong_document(client: Client, name: str, media_type: str) -> None:
    if media_type == "application/yaml" and name in ("not JSON but YAML", "a comma too many"):
        pytest.skip("this is YAML")
    for path in (path for path, methods in ROUTES.items() if "POST" in methods):
        if name == "empty" and path not in (SCENARIO, f"{WORLD}/clock", f"{MARKET}/settle", f"{MARKET}/offers"):
            continue
        refusal = client.post(path, content=BYTES[name], headers={"content-type": media_type})

        assert refusal.status_code == 400, (path, refusal.text)
        problem_of(refusal)


@pytest.mark.parametrize("path", [path for path, methods in ROUTES.items() if "POST" in methods])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "text/plain"},
        {"content-type": "application/jsonp"},
        {"content-type": "nonsense"},
        {"content-type": "\xff"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_document_of_another_kind_is_not_read(client: Client, path: str, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    refusal = client.post(path, content=b"{}", headers=encoded)

    assert refusal.status_code == 415
    problem_of(refusal)


@pytest.mark.parametrize("path", [path for path, methods in ROUTES.items() if "POST" in methods])
def test_a_document_of_ten_megabytes_is_not_read(client: Client, path: str) -> None:
    headers = {"content-type": "application/json"}

    async def in_pieces() -> Any:
        for _ in range(160):
            yield b" " * 65536

    for content in (b" " * 10_000_000, in_pieces()):
        refusal = client.post(path, content=content, headers=headers)

        assert refusal.status_code == 413
        problem_of(refusal)


def test_an_announced_length_is_believed_up_to_any_number_of_digits(client: Client) -> None:
    for length in ("10000000", "9" * 5000):
        headers = {"content-type": "application/json", "content-length": length}

        refusal = client.post(SCENARIO, content=b"{}", headers=headers)

        assert refusal.status_code == 413


@pytest.mark.parametrize("path", ["/health", SCENARIO, "/exchange/betting/json-rpc/v1", "/api/login", "/nothing"])
def test_headers_of_64_kilobytes_are_refused_everywhere(client: Client, path: str) -> None:
    refusal = client.get(path, headers={"x-long": "x" * 65536})

    assert refusal.status_code == 431
    problem_of(refusal)


# Who may


def test_with_a_control_token_our_own_addresses_are_closed_to_everybody_else() -> None:
    with client_of(DERBY, control_token="s3cret") as client:
        wrong = [
            {},
            {"authorization": "Bearer wrong"},
            {"authorization": "bearer"},
            {"authorization": "Basic s3cret"},
            {"authorization": "s3cret"},
            [("authorization", "Bearer s3cret"), ("authorization", "Bearer s3cret")],
            [(b"authorization", b"Bearer \xff\xfe")],
        ]
        for path, methods in ROUTES.items():
            if path == "/health":
                continue
            for method in (*methods.split(", "), "PATCH"):
                for headers in wrong:
                    refusal = client.request(method, path, headers=headers)

                    assert refusal.status_code == 401, (method, path)
                    assert refusal.headers["www-authenticate"] == "Bearer"
                    if method != "HEAD":
                        problem_of(refusal)


def test_with_the_control_token_everything_is_as_without_one() -> None:
    with client_of(DERBY, control_token="s3cret") as client:
        right = {"authorization": "Bearer s3cret"}

        assert client.get(WORLD, headers=right).status_code == 200
        assert client.post(f"{MARKET}/suspend", headers=right).status_code == 200
        assert client.get(f"{WORLD}/nothing", headers=right).status_code == 404


def test_health_needs_no_token() -> None:
    with client_of(DERBY, control_token="s3cret") as client:
        assert client.get("/health").status_code == 200


def test_the_host_header_does_not_matter(client: Client) -> None:
    for host in ("api.betfair.com", "evil.example", "", "a b", "[", "[::1"):
        assert client.get(WORLD, headers={"host": host}).json()["http"]["url"] == URL
        assert client.get("/nothing", headers={"host": host}).status_code == 404

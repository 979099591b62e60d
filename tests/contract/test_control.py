"""Our own API does what its table of addresses says with worlds and their time, for those who may."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.control_world import DERBY, MARKET, ROUTES, WORLD, problem_of
from tests.in_process import URL, Client, client_of


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


# What there is


def test_health_says_that_the_server_is_ready_and_which_version_it_is(client: Client) -> None:
    health = client.get("/health")

    assert health.status_code == 200
    assert health.json().keys() == {"status", "version"}
    assert health.json()["status"] == "ready"


@pytest.mark.parametrize("path", ROUTES)
def test_every_address_refuses_other_methods_with_the_list_of_its_own(client: Client, path: str) -> None:
    for method in ("OPTIONS", "PATCH", "TRACE", *({"GET", "POST", "PUT", "DELETE"} - set(ROUTES[path].split(", ")))):
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
        "/nothing",
        "/health/",
        "/control/v1",
        "/control/v2/worlds",
        "/control/v1/worlds/",
        f"{WORLD}/journal/nothing",
        f"{MARKET}/remove",
        f"{MARKET}/runners/1",
        f"{MARKET}/runners/1/suspend",
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
    method = next(method for method in ("GET", "POST", "PUT") if method in ROUTES[path])

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
        "bettune": {"tokens": [{"token": "alice-bettune", "user": "alice-bettune", "plan": "pro", "revoked": False}]},
        "stream": None,
        "http": {"url": URL},
        "notices": [],
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


def test_there_are_no_more_worlds_than_the_server_may_have() -> None:
    with client_of(DERBY, most_worlds=2) as client:
        second = client.post("/control/v1/worlds", json=DERBY)
        refusals = [client.post("/control/v1/worlds", json=content) for content in (DERBY, {"fork": "default"})]
        client.delete(second.headers["location"])

        assert [refusal.status_code for refusal in refusals] == [409, 409]
        for refusal in refusals:
            assert problem_of(refusal)["detail"].startswith("There are 2 worlds, and this server has 2 at the most.")
        assert client.post("/control/v1/worlds", json=DERBY).status_code == 201


def test_worlds_of_the_same_text_share_what_it_says(client: Client) -> None:
    first, second = (client.post("/control/v1/worlds", json=DERBY).json()["id"] for _ in range(2))

    one, other = client.worlds.get(first).scenario, client.worlds.get(second).scenario
    assert one.events is other.events
    assert one.accounts != other.accounts


def test_a_text_that_is_known_is_still_no_json_where_it_says_so(client: Client) -> None:
    headers = {"content-type": "application/yaml"}
    assert client.post("/control/v1/worlds", content="name: derby", headers=headers).status_code == 201

    headers = {"content-type": "application/json"}
    assert client.post("/control/v1/worlds", content="name: derby", headers=headers).status_code == 400


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


def test_the_clock_stops_at_the_end_of_time(client: Client) -> None:
    assert client.post(f"{WORLD}/clock", json={"set": "9999-12-31T23:59:59.999Z"}).status_code == 200

    refusal = client.post(f"{WORLD}/clock", json={"advance": "PT0.001S"})

    assert refusal.status_code == 409
    assert client.get(f"{WORLD}/clock").json()["now"] == "9999-12-31T23:59:59.999Z"


def test_there_is_no_next_thing_where_nothing_is_due(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"toNext": True})

    assert client.post(f"{WORLD}/clock", json={"toNext": True}).status_code == 409


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


# Who may ask


LOOPBACK = (
    *("127.0.0.1", "127.0.0.1:8000", "127.7.7.7", "localhost", "LOCALHOST:80", "localhost.", "betsim.localhost"),
    *("[::1]", "[::1]:9000"),
)
ELSEWHERE = (
    *(
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example@localhost",
    ),
    *("192.168.0.1", "0.0.0.0", "[::2]", "[::1", "[", "", "a b", "127.0.0.1:8000:1", "2130706433", "notlocalhost"),
)


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_host_that_is_this_machine_may_be_asked(client: Client, host: str) -> None:
    assert client.get(WORLD, headers={"host": host}).json()["http"]["url"] == URL


@pytest.mark.parametrize("host", ELSEWHERE)
def test_without_a_token_no_other_host_may_be_asked(client: Client, host: str) -> None:
    """A page whose name leads to this machine asks with its own name."""
    for method, path in (
        ("GET", WORLD),
        ("POST", f"{MARKET}/suspend"),
        ("GET", "/control/nothing"),
        ("GET", "/control"),
    ):
        refusal = client.request(method, path, headers={"host": host})

        assert refusal.status_code == 403
        assert problem_of(refusal)["type"] == "urn:betsim:problem:forbidden"
    assert client.worlds.default.exchange.markets["1.1"].status == "OPEN"


def test_one_of_two_hosts_is_one_too_many(client: Client) -> None:
    assert client.get(WORLD, headers=[("host", "localhost"), ("host", "evil.example")]).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "", "["])
def test_what_is_not_the_control_api_may_be_asked_under_any_host(client: Client, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200
    assert client.get("/nothing", headers={"host": host}).status_code == 404


def test_with_a_token_any_host_may_be_asked() -> None:
    with client_of(DERBY, control_token="s3cret") as client:
        headers = {"authorization": "Bearer s3cret", "host": "betsim.example"}

        assert client.get(WORLD, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://127.0.0.1"},
        {"origin": "https://127.0.0.1"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://127.0.0.1:8000@evil.example"},
        {"origin": "file://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "Cross-Site"},
    ],
)
@pytest.mark.parametrize("token", [None, "s3cret"])
def test_no_page_of_another_site_drives_the_control_api(headers: dict[str, str], token: str | None) -> None:
    """Nothing happens, whether there is a token, and whether the page knows it."""
    with client_of(DERBY, control_token=token) as client:
        authorization = {"authorization": f"Bearer {token}"} if token else {}
        refusal = client.post(f"{MARKET}/suspend", headers={"host": "127.0.0.1:8000", **headers, **authorization})

        assert refusal.status_code == 403
        assert problem_of(refusal)["type"] == "urn:betsim:problem:forbidden"
        assert client.worlds.default.exchange.markets["1.1"].status == "OPEN"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost"),
        ("localhost:80", "http://localhost"),
        ("localhost", "https://LOCALHOST:443"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_of_our_own_may_ask(client: Client, host: str, origin: str, site: str) -> None:
    """So that requests can be tried out on the page of the documents."""
    headers = {"host": host, "origin": origin, "sec-fetch-site": site}

    assert client.post(f"{MARKET}/suspend", headers=headers).status_code == 200

"""Our own API says of wrong input what is wrong and where, whatever the bytes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.control_world import DERBY, MARKET, ROUTES, WORLD, changed, event_with_market, problem_of
from tests.in_process import Client, client_of


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


SCENARIO = "/control/v1/worlds"
REMOVE = f"{MARKET}/runners/1/remove"

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
    (f"{WORLD}/bettune", {}, "$"),
    (f"{WORLD}/bettune", [], "$"),
    (f"{WORLD}/bettune", {"filters": [], "matches": []}, "$"),
    (f"{WORLD}/bettune", {"filters": [{"id": 1}]}, "$.filters[0]"),
    (f"{WORLD}/bettune", {"predictions": []}, "$"),
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
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "PLACED"}]}, "$.results[0].status"),
    (f"{MARKET}/settle", {"margin": 1}, "$.margin"),
    (f"{MARKET}/settle", {"total": 3}, "$.total"),
    (f"{MARKET}/settle", {"lineResult": 10.5}, "$.lineResult"),
    (f"{MARKET}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}], "total": 3}, "$.total"),
    (f"{MARKET}/settle", {"winner": 1}, "$"),
    (f"{MARKET}/settle-runners", {}, "$"),
    (f"{MARKET}/settle-runners", {"results": []}, "$.results"),
    (f"{MARKET}/settle-runners", {"results": [{"selectionId": 9, "status": "LOSER"}]}, "$.results[0].selectionId"),
    (f"{MARKET}/settle-runners", {"results": [{"selectionId": 1, "status": "PLACED"}]}, "$.results[0].status"),
    (f"{MARKET}/settle-runners", {"results": [{"selectionId": 1, "status": "LOSER"}], "deadHeat": [1, 2]}, "$"),
    (f"{MARKET}/reconcile", {"price": 2.0}, "$"),
    (REMOVE, {"selectionId": 2}, "$.selectionId"),
    (REMOVE, {"handicap": 0.5}, "$.handicap"),
    (REMOVE, {"handicap": 0.001}, "$.handicap"),
    (f"{MARKET}/change-start-time", {}, "$"),
    (f"{MARKET}/change-start-time", {"startTime": "soon"}, "$.startTime"),
    (f"{MARKET}/change-start-time", {"startTime": "+PT1M", "suspendTime": "soon"}, "$.suspendTime"),
    (f"{MARKET}/add-runner", {"selectionId": 9}, "$"),
    (f"{MARKET}/add-runner", {"selectionId": 1, "name": "Newcastle"}, "$.selectionId"),
    (f"{MARKET}/add-runner", {"selectionId": 9, "name": ""}, "$.name"),
    (f"{MARKET}/runners/1/hide", {"handicap": 0.5}, "$.handicap"),
    (f"{MARKET}/runners/1/reinstate", {"selectionId": 1}, "$.selectionId"),
    (REMOVE, {"adjustmentFactor": 100}, "$.adjustmentFactor"),
    (REMOVE, {"adjustmentFactor": -1}, "$.adjustmentFactor"),
    (REMOVE, {"adjustmentFactor": 9.1001}, "$.adjustmentFactor"),
    (REMOVE, {"adjustmentFactor": "much"}, "$.adjustmentFactor"),
    (REMOVE, {"factor": 9.1}, "$"),
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


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, 'The key "startTime" is missing; needed are startTime.'),
        ({"start": "+PT1M"}, 'There is no key "start" here; there are startTime, suspendTime. '),
    ],
)
def test_a_problem_names_no_keys_that_the_address_says(client: Client, document: dict[str, str], sentence: str) -> None:
    assert client.post(f"{MARKET}/change-start-time", json=document).json()["detail"].startswith(sentence)


def test_a_wrong_yaml_document_is_told_its_line(client: Client) -> None:
    scenario = "name: quiet\naccounts:\n  - username: alice\n"

    refusal = client.post(SCENARIO, content=scenario, headers={"content-type": "application/yaml"})

    assert problem_of(refusal)["path"] == "$.accounts[0]"
    assert "line 3" in refusal.json()["detail"]


NEEDING_MORE = (
    SCENARIO,
    f"{WORLD}/clock",
    f"{MARKET}/settle",
    f"{MARKET}/settle-runners",
    f"{MARKET}/offers",
)
"""Where the empty document says too little."""

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
        if name == "empty" and path not in NEEDING_MORE:
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
def test_a_document_of_ten_megabytes_is_not_read_unless_it_may_be_a_snapshot(client: Client, path: str) -> None:
    headers = {"content-type": "application/json"}
    pieces = 600 if path in (SCENARIO, f"{WORLD}/restore") else 160

    async def in_pieces() -> Any:
        for _ in range(pieces):
            yield b" " * 65536

    for content in (b" " * 65536 * pieces, in_pieces()):
        refusal = client.post(path, content=content, headers=headers)

        assert refusal.status_code == 413
        problem_of(refusal)


def test_an_announced_length_is_believed_up_to_any_number_of_digits(client: Client) -> None:
    for length in ("100000000", "9" * 5000):
        headers = {"content-type": "application/json", "content-length": length}

        refusal = client.post(SCENARIO, content=b"{}", headers=headers)

        assert refusal.status_code == 413


@pytest.mark.parametrize("path", ["/health", SCENARIO, "/exchange/betting/json-rpc/v1", "/api/login", "/nothing"])
def test_headers_of_64_kilobytes_are_refused_everywhere(client: Client, path: str) -> None:
    refusal = client.get(path, headers={"x-long": "x" * 65536})

    assert refusal.status_code == 431
    problem_of(refusal)

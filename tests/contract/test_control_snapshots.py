"""Worlds are kept as they are, gone back to and made again through our own API."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.control import beginnings, kept_snapshots
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.snapshot import Snapshot
from tests.contract.bettor import (
    CONTROL,
    HOME,
    MATCH,
    RACE,
    SCENARIO,
    Bettor,
    back,
    lay,
)
from tests.contract.control_world import DERBY, MARKET, WORLD, problem_of
from tests.in_process import Client, client_of

WORLDS = "/control/v1/worlds"
SNAPSHOTS = "/control/v1/snapshots"
SNAPSHOT, RESTORE = f"{WORLD}/snapshot", f"{WORLD}/restore"


@pytest.fixture
def derby() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


def state_hash(client: Client, world: str = WORLD) -> str:
    answer: str = client.get(f"{world}/state-hash").json()["stateHash"]
    return answer


def advance(client: Client, world: str = WORLD, by: str = "PT1M") -> httpx.Response:
    return client.post(f"{world}/clock", json={"advance": by})


def test_a_world_goes_back_to_a_snapshot_and_its_document_says_so(derby: Client) -> None:
    before, described = state_hash(derby), derby.get(WORLD).json()
    snapshot = derby.get(SNAPSHOT).json()
    advance(derby, by="PT1H")
    assert state_hash(derby) != before

    restored = derby.post(RESTORE, json={"snapshot": snapshot})

    assert restored.status_code == 200
    assert restored.json() == described
    assert state_hash(derby) == before


def test_a_snapshot_makes_a_second_world_with_credentials_that_are_free(derby: Client) -> None:
    snapshot = derby.get(SNAPSHOT).json()

    created = derby.post(WORLDS, json={"snapshot": snapshot})

    assert created.status_code == 201
    assert created.headers["location"] == f"{WORLDS}/world-2"
    account = created.json()["betfair"]["accounts"][0]
    assert (account["username"], account["password"], account["appKey"]) == ("alice-2", "secret", "alice-live-2")
    assert created.json()["bettune"]["tokens"][0]["token"] == "alice-bettune-2"


def test_a_snapshot_makes_the_same_world_on_another_server_and_sessions_go_on_there(client: Client) -> None:
    alice = Bettor(client)
    bet_id = alice.bet(back(), market=RACE)
    snapshot = client.get(SNAPSHOT).json()
    with client_of() as other:
        created = other.post(WORLDS, json={"snapshot": snapshot})

        assert created.status_code == 201
        assert created.json() == client.get(WORLD).json()
        assert state_hash(other) == state_hash(client)
        orders = ask(other, alice.headers, "listCurrentOrders", {}).json()["currentOrders"]
        assert [order["betId"] for order in orders] == [bet_id]


def test_a_fork_has_the_bets_of_its_world_and_goes_its_own_way(client: Client) -> None:
    alice = Bettor(client)
    alice.bet(back(), market=RACE)

    fork = client.post(WORLDS, json={"fork": "default"}).json()

    before = state_hash(client)
    client.post(f"{WORLDS}/{fork['id']}/markets/{RACE}/void")
    assert state_hash(client) == before
    names = [account["username"] for account in fork["betfair"]["accounts"]]
    assert names[:2] == ["alice-2", "bob-2"]
    assert Bettor(client).ask("listCurrentOrders")["currentOrders"]


def test_tokens_and_app_keys_that_were_made_lead_into_their_world_and_not_into_its_fork(client: Client) -> None:
    token = client.post(f"{WORLD}/bettune/users/alice/token").json()["token"]
    fork = client.post(WORLDS, json={"fork": "default"}).json()

    tokens = [one["token"] for one in fork["bettune"]["tokens"]]

    assert token not in tokens
    assert len(set(tokens)) == 2
    assert client.worlds.by_bettune_token(token) is client.worlds.default
    assert all(client.worlds.by_bettune_token(one) is client.worlds.get(fork["id"]) for one in tokens)


def test_snapshots_are_kept_under_names_until_they_are_let_go(derby: Client) -> None:
    taken = derby.get(SNAPSHOT, params={"name": "begun"})
    advance(derby)
    derby.get(SNAPSHOT, params={"name": "later"})
    other = derby.post(WORLDS, json=DERBY).json()["id"]

    listed = derby.get(SNAPSHOTS).json()["snapshots"]

    assert [(one["name"], one["world"], one["scenario"], one["now"]) for one in listed] == [
        ("begun", "default", "derby", "2026-06-06T17:55:00.000Z"),
        ("later", "default", "derby", "2026-06-06T17:56:00.000Z"),
    ]
    assert listed[0]["bytes"] == len(taken.content)
    assert derby.get(f"{WORLD}/snapshots").json()["snapshots"] == listed
    assert derby.get(f"{WORLDS}/{other}/snapshots").json() == {"snapshots": []}
    assert derby.get(f"{SNAPSHOTS}/begun").content == taken.content
    assert derby.post(RESTORE, json={"snapshot": "begun"}).json()["now"] == "2026-06-06T17:55:00.000Z"
    assert derby.post(WORLDS, json={"snapshot": "later"}).json()["now"] == "2026-06-06T17:56:00.000Z"
    yaml = {"content-type": "application/yaml"}
    assert derby.post(RESTORE, content="snapshot: later", headers=yaml).json()["now"] == "2026-06-06T17:56:00.000Z"
    assert derby.delete(f"{SNAPSHOTS}/begun").status_code == 204
    for method in ("GET", "DELETE"):
        gone = derby.request(method, f"{SNAPSHOTS}/begun")
        assert gone.status_code == 404
        assert problem_of(gone)["type"] == "urn:betsim:problem:unknown-snapshot"


def test_a_name_that_is_given_again_means_the_newer_snapshot(derby: Client) -> None:
    derby.get(SNAPSHOT, params={"name": "again"})
    advance(derby)
    derby.get(SNAPSHOT, params={"name": "again"})

    (kept,) = derby.get(SNAPSHOTS).json()["snapshots"]

    assert kept["now"] == "2026-06-06T17:56:00.000Z"


def test_a_snapshot_that_is_kept_survives_its_world(derby: Client) -> None:
    world = derby.post(WORLDS, json=DERBY).json()["id"]
    derby.get(f"{WORLDS}/{world}/snapshot", params={"name": "kept"})
    derby.delete(f"{WORLDS}/{world}")

    assert derby.post(WORLDS, json={"snapshot": "kept"}).status_code == 201


# What is refused


@pytest.mark.parametrize("name", ["", " ", "-a", ".hidden", "a b", "a/b", "a\n", "ä", "a" * 101])
def test_what_cannot_be_a_name_is_refused_and_nothing_is_kept(derby: Client, name: str) -> None:
    refused = derby.get(SNAPSHOT, params={"name": name})

    assert refused.status_code == 400
    assert problem_of(refused)["type"] == "urn:betsim:problem:wrong-query"
    assert derby.get(SNAPSHOTS).json() == {"snapshots": []}


def test_a_snapshot_is_kept_under_one_name(derby: Client) -> None:
    assert derby.get(f"{SNAPSHOT}?name=a&name=b").status_code == 400


def test_a_server_keeps_so_many_snapshots_and_no_more(derby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_snapshots, "MOST_KEPT", 2)
    for name in ("a", "b"):
        assert derby.get(SNAPSHOT, params={"name": name}).status_code == 200

    refused = derby.get(SNAPSHOT, params={"name": "c"})

    assert refused.status_code == 409
    assert "2 snapshots are kept" in problem_of(refused)["detail"]
    assert derby.get(SNAPSHOT, params={"name": "b"}).status_code == 200
    assert derby.get(SNAPSHOT).status_code == 200


def test_what_is_kept_may_have_so_many_bytes_together(derby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    length = len(derby.get(SNAPSHOT).content)
    monkeypatch.setattr(kept_snapshots, "MOST_KEPT_BYTES", 2 * length - 1)
    assert derby.get(SNAPSHOT, params={"name": "a"}).status_code == 200

    refused = derby.get(SNAPSHOT, params={"name": "b"})

    assert refused.status_code == 409
    assert f"{2 * length - 1} bytes" in problem_of(refused)["detail"]
    assert derby.get(SNAPSHOT, params={"name": "a"}).status_code == 200


def test_a_document_may_be_longer_with_a_snapshot_than_without(derby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = derby.get(SNAPSHOT).json()
    monkeypatch.setattr(beginnings, "MAXIMUM_BYTES", 100)
    assert derby.post(RESTORE, json={"snapshot": snapshot}).status_code == 200
    assert derby.post(WORLDS, json={"snapshot": snapshot}).status_code == 201

    refused = derby.post(WORLDS, json=DERBY)

    assert refused.status_code == 413
    assert "Without a snapshot" in problem_of(refused)["detail"]


@pytest.mark.parametrize("address", [WORLDS, RESTORE])
def test_a_document_with_a_snapshot_has_its_own_bound(derby: Client, address: str) -> None:
    content = b'{"snapshot": "' + b"a" * beginnings.MOST_SNAPSHOT_BYTES + b'"}'

    refused = derby.post(address, content=content, headers={"content-type": "application/json"})

    assert refused.status_code == 413
    assert str(beginnings.MOST_SNAPSHOT_BYTES) in problem_of(refused)["detail"]


def test_a_world_does_not_go_back_to_the_snapshot_of_another_one(derby: Client) -> None:
    other = derby.post(WORLDS, json=DERBY).json()["id"]
    snapshot = derby.get(f"{WORLDS}/{other}/snapshot").json()
    before = state_hash(derby)

    refused = derby.post(RESTORE, json={"snapshot": snapshot})

    assert refused.status_code == 409
    assert "of another world" in problem_of(refused)["detail"]
    assert state_hash(derby) == before


WRONG: list[tuple[Any, str]] = [
    # what stands in the place of the snapshot, path of the fault
    ("nothing of that name", "$.snapshot"),
    ("", "$.snapshot"),
    (7, "$.snapshot"),
    (None, "$.snapshot"),
    ([], "$.snapshot"),
    ({}, "$.snapshot"),
    ({"format": "5"}, "$.snapshot"),
    ({"format": 4}, "$.snapshot.format"),
    ({"format": 5}, "$.snapshot"),
]


@pytest.mark.parametrize("address", [WORLDS, RESTORE])
@pytest.mark.parametrize(("snapshot", "path"), WRONG)
def test_what_is_no_snapshot_is_refused_with_its_place(derby: Client, address: str, snapshot: Any, path: str) -> None:
    before = state_hash(derby)

    refused = derby.post(address, json={"snapshot": snapshot})

    assert refused.status_code == 400
    assert problem_of(refused)["path"] == path
    assert state_hash(derby) == before
    assert len(derby.worlds) == 1


@pytest.mark.parametrize(
    ("address", "document"),
    [
        (WORLDS, {"snapshot": "begun", "fork": "default"}),
        (WORLDS, {"snapshot": "begun", "name": "derby"}),
        (WORLDS, {"fork": "nowhere"}),
        (WORLDS, {"fork": 7}),
        (WORLDS, {"fork": {}}),
        (RESTORE, {}),
        (RESTORE, []),
        (RESTORE, None),
        (RESTORE, {"fork": "default"}),
        (RESTORE, {"snapshot": "begun", "hard": True}),
        (RESTORE, {"snapshots": "begun"}),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(derby: Client, address: str, document: Any) -> None:
    derby.get(SNAPSHOT, params={"name": "begun"})

    refused = derby.post(address, json=document)

    assert refused.status_code == 400
    problem_of(refused)
    assert len(derby.worlds) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"snapshot": ',
        b'{"snapshot": {"format": 5',
        b'{"snapshot": ' + b"[" * 50_000,
        b'{"snapshot": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        b'{"snapshot": {"format": 1e999}}',
        b'{"snapshot": "\xff"}',
        b'{"snapshot": {"format": "\xff"}}',
        b'{"snapshot": "\\ud800"}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("address", [WORLDS, RESTORE])
@pytest.mark.parametrize("media_type", ["application/json", "application/yaml"])
def test_bytes_that_are_no_document_are_refused(derby: Client, address: str, media_type: str, body: bytes) -> None:
    headers = {"content-type": media_type} if body else {}

    refused = derby.post(address, content=body, headers=headers)

    assert refused.status_code == 400
    problem_of(refused)


def test_a_snapshot_is_sent_in_json(derby: Client) -> None:
    refused = derby.post(RESTORE, content="snapshot:\n  format: 1\n", headers={"content-type": "application/yaml"})

    assert refused.status_code == 400
    assert "in JSON" in problem_of(refused)["detail"]


@pytest.mark.parametrize("member", [field.encode_name for field in msgspec.structs.fields(Snapshot)])
def test_nothing_of_a_snapshot_can_be_changed(derby: Client, member: str) -> None:
    snapshot = derby.get(SNAPSHOT).json()
    value = snapshot[member]
    if isinstance(value, dict):
        snapshot[member] = {**value, "name": "other", "root": ["plain", []]}
    else:
        snapshot[member] = f"{value}0" if isinstance(value, str) else value + 1

    for address in (WORLDS, RESTORE):
        assert derby.post(address, json={"snapshot": snapshot}).status_code == 400
    assert len(derby.worlds) == 1


@pytest.mark.parametrize("written", [{"indent": 2}, {"sort_keys": True}, {"separators": (",", ":")}])
def test_how_a_program_writes_a_snapshot_again_does_not_matter(derby: Client, written: dict[str, Any]) -> None:
    content = json.dumps({"snapshot": derby.get(SNAPSHOT).json()}, **written)

    for address, status in ((WORLDS, 201), (RESTORE, 200)):
        answer = derby.post(address, content=content, headers={"content-type": "application/json"})
        assert answer.status_code == status


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """A snapshot that somebody has written by hand, with the digest that is right."""
    snapshot = msgspec.json.decode(json.dumps(document), type=Snapshot)
    image = msgspec.Raw(msgspec.json.encode(document["image"], order="deterministic"))
    digest = msgspec.structs.replace(snapshot, image=image).digest_of_rest()
    assert len(digest) == hashlib.sha256().digest_size * 2
    return {**document, "digest": digest}


def test_a_snapshot_that_nobody_has_changed_has_the_digest_that_is_right(derby: Client) -> None:
    snapshot = derby.get(SNAPSHOT).json()
    assert signed(snapshot) == snapshot


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"scenario": {"name": "other"}}, "$.snapshot.image"),
        ({"scenario": {"name": "other", "clock": {"now": "yesterday"}}}, "$.snapshot.scenario"),
        ({"image": {}}, "$.snapshot.image"),
        ({"image": {"root": ["plain", []], "tables": {}}}, "$.snapshot.image"),
        ({"now": -1}, "$.snapshot.image"),
        ({"now": 10**18}, "$.snapshot.image"),
        ({"rate": -1.0}, "$.snapshot.image"),
    ],
)
def test_what_somebody_wrote_by_hand_is_tried_out_before_anybody_meets_it(
    derby: Client, changes: dict[str, Any], path: str
) -> None:
    before = state_hash(derby)
    snapshot = signed({**derby.get(SNAPSHOT).json(), **changes})

    for address in (WORLDS, RESTORE):
        refused = derby.post(address, json={"snapshot": snapshot})
        assert refused.status_code == 400
        assert problem_of(refused)["path"] == path
    assert len(derby.worlds) == 1
    assert state_hash(derby) == before


@given(st.data())
@settings(max_examples=min(60, settings().max_examples * 3 // 5))
def test_whatever_stands_in_an_image_no_answer_is_a_failure_of_ours(data: st.DataObject) -> None:
    """One value anywhere in an image is another one, and the digest is right."""
    with client_of(DERBY) as derby:
        snapshot = derby.get(SNAPSHOT).json()
        place = snapshot["image"]
        while True:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(keys))
            if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.integers(0, 9)) == 0:
                break
            place = place[key]
        place[key] = data.draw(st.sampled_from([None, -1, 0, 10**12, "", "alice", [], {}, ["same", 1, 10**9]]))
        snapshot = signed(snapshot)

        statuses = [derby.post(address, json={"snapshot": snapshot}).status_code for address in (WORLDS, RESTORE)]

        assert set(statuses) <= {200, 201, 400, 409}
        for path in (WORLDS, f"{WORLD}/state-hash", SNAPSHOT):
            assert derby.get(path).status_code == 200


def test_a_bet_that_waits_while_its_world_goes_back_is_told_so_at_once(client: Client) -> None:
    alice = Bettor(client)
    client.post(f"{CONTROL}/markets/{MATCH}/turn-in-play")
    client.get(SNAPSHOT, params={"name": "before"})

    async def meanwhile(http: httpx.AsyncClient) -> httpx.Response:
        params = {"marketId": MATCH, "instructions": [back()]}
        url = "/exchange/betting/rest/v1.0/placeOrders/"
        waiting = asyncio.ensure_future(http.post(url, json=params, headers=alice.headers))
        while not client.worlds.default.exchange.held_orders:
            await asyncio.sleep(0)
        await http.post(RESTORE, json={"snapshot": "before"})
        return await asyncio.wait_for(waiting, 10)

    reset = client.run(meanwhile)

    assert reset.status_code < 500
    assert "SUCCESS" not in reset.text


# Going on in both


def ask(client: Client, headers: dict[str, str], operation: str, params: dict[str, Any]) -> httpx.Response:
    return client.post(f"/exchange/betting/rest/v1.0/{operation}/", json=params, headers=headers)


Deed = Callable[[Client, dict[str, str]], object]
"""Something that is done to a world over HTTP by a customer or by the tester, and what is answered."""


def of_customer(operation: str, params: dict[str, Any]) -> Deed:
    return lambda client, headers: ask(client, headers, operation, params).content


def of_tester(path: str, body: Any = None) -> Deed:
    return lambda client, _: client.post(f"{WORLD}/{path}", json=body).content


def held(side: Side, price: int) -> Deed:
    """A bet of somebody who does not wait for the answer."""
    instruction = PlaceInstruction(RunnerKey(HOME), side, OrderType.LIMIT, price, 300)
    return lambda client, _: client.worlds.default.do(PlaceOrders("bob", MATCH, (instruction,)))


def placed(instruction: dict[str, Any]) -> Deed:
    return of_customer("placeOrders", {"marketId": RACE, "instructions": [instruction]})


DEEDS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(lambda make, price, size: placed(make(price, size)), st.sampled_from([back, lay]),
              st.sampled_from([1.9, 2.0, 2.02]), st.sampled_from([2.0, 7.5, 30.0])),
    st.builds(held, st.sampled_from(Side), st.sampled_from([190, 200])),
    st.builds(of_tester, st.just("clock"),
              st.sampled_from([{"advance": "PT5S"}, {"advance": "PT2H"}, {"toNext": True}])),
    st.builds(of_tester, st.sampled_from([f"markets/{market}/{verb}" for market in (MATCH, RACE)
                                          for verb in ("suspend", "resume", "turn-in-play", "lapse", "void")])),
    st.just(of_tester("bettune/users/alice/token")),
    st.just(of_tester("reset")),
    st.just(of_customer("cancelOrders", {})),
    st.just(of_customer("listCurrentOrders", {})),
    st.just(of_customer("listMarketBook", {"marketIds": [MATCH, RACE],
                                           "priceProjection": {"priceData": ["EX_ALL_OFFERS"]}})),
)  # fmt: skip


@given(st.lists(DEEDS, max_size=8), st.lists(DEEDS, max_size=8))
@settings(max_examples=min(25, settings().max_examples // 4))
def test_who_goes_on_from_a_snapshot_anywhere_gets_the_same_answers(before: list[Deed], after: list[Deed]) -> None:
    with client_of(SCENARIO) as client, client_of() as other:
        headers = Bettor(client).headers
        for deed in before:
            deed(client, headers)
        created = other.post(WORLDS, content=b'{"snapshot":' + client.get(SNAPSHOT).content + b"}",
                             headers={"content-type": "application/json"})  # fmt: skip
        assert created.json() == client.get(WORLD).json()
        assert state_hash(other) == state_hash(client)
        for deed in after:
            assert deed(other, headers) == deed(client, headers)
            assert state_hash(other) == state_hash(client)


def test_what_was_done_since_is_undone_by_going_back(derby: Client) -> None:
    """Once and again, as a test suite does it between its tests."""
    derby.get(SNAPSHOT, params={"name": "begun"})
    before = state_hash(derby)
    for verb in ("suspend", "turn-in-play", "void"):
        assert derby.post(f"{MARKET}/{verb}").status_code == 200
        assert derby.post(RESTORE, json={"snapshot": "begun"}).status_code == 200
        assert state_hash(derby) == before

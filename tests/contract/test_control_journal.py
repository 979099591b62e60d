"""The journal of a world over the wire: every request of every face, waiting for what comes, and what is told again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.exchange.commands import SuspendMarket, TurnInPlay
from simulator.world.inputs import AdvanceClock, ChangeLogin, OpenVendorSession, Reset
from simulator.world.state_hash import state_hash
from tests.contract.bettor import CONTROL, JSON_RPC, MATCH, SCENARIO, Bettor, back, envelopes, world_of
from tests.contract.waiting_bets import advancing, report_during
from tests.in_process import Client, client_of

JOURNAL = f"{CONTROL}/journal"
CODE_IN_VAIN = (
    '{"at":0,"input":{"input":"LogIn","username":"alice","password":"","app_key":"alice-live"},'
    '"found":{"password":"right, and then code 7"}}'
)
FORM = {"accept": "application/json", "x-application": "alice-live"}


def journal(client: Client, **parameters: Any) -> list[Any]:
    response = client.get(JOURNAL, params=parameters)
    assert response.status_code == 200, response.text
    entries: list[Any] = response.json()["entries"]
    return entries


def requests(client: Client, **parameters: Any) -> list[tuple[str, str, str]]:
    """Operation, account and outcome of each request."""
    found = [entry["content"] for entry in journal(client, kind="request", **parameters)]
    return [(content["operation"], content["account"], content["outcome"]) for content in found]


# Requests


def test_requests_over_json_rpc_and_rest_are_written_down_with_what_came_of_them(client: Client, alice: Bettor) -> None:
    alice.bet(back(2.0, 5))
    world_of(client).do(SuspendMarket(MATCH)).accepted()
    alice.place(back(2.0, 5))
    alice.rest("listMarketBook", marketIds=["nonsense"])
    alice.rest("listEvents")
    alice.cancel({"betId": "999999"})

    assert requests(client) == [
        ("placeOrders", "alice", "SUCCESS"),
        ("placeOrders", "alice", "MARKET_SUSPENDED"),
        ("listMarketBook", "alice", "INVALID_INPUT_DATA"),
        ("listEvents", "alice", "DSC-0018"),
        ("cancelOrders", "alice", "MARKET_SUSPENDED"),
    ]
    entries = journal(client, kind="request")
    assert MATCH in entries[1]["content"]["problem"]
    assert entries[2]["content"]["request_uuid"].startswith("prdang001-")
    assert entries[2]["accounts"] == ["alice"]


def test_each_call_of_a_batch_is_written_down(client: Client, alice: Bettor) -> None:
    alice.batch(("listEventTypes", {"filter": {}}), ("listNothing", {}), ("listEventTypes", {"filter": {}}))

    assert requests(client) == [
        ("listEventTypes", "alice", "SUCCESS"),
        ("SportsAPING/v1.0/listNothing", "alice", "DSC-0021"),
        ("listEventTypes", "alice", "SUCCESS"),
    ]


def test_a_bet_in_play_is_written_down_once_its_delay_is_over(client: Client, alice: Bettor) -> None:
    world_of(client).do(TurnInPlay(MATCH)).accepted()
    params = {"instructions": [back(2.0, 5)]}
    report_during(client, alice, "placeOrders", params, lambda _: None, advancing(5_000))
    report_during(client, alice, "placeOrders", params, lambda world: world.do(Reset()))

    assert requests(client) == [("placeOrders", "alice", "SUCCESS"), ("placeOrders", "alice", "TIMEOUT")]


def test_requests_of_all_other_faces_are_written_down(client: Client, alice: Bettor) -> None:
    client.post("/api/login", data={"username": "alice", "password": "wrong"}, headers=FORM)
    client.post("/api/login", data={"username": "bob", "password": "secret"}, headers=FORM)
    client.post("/api/certlogin", data={"username": "nobody", "password": "secret"}, headers=FORM)
    client.post("/api/keepAlive", headers=alice.headers)
    client.post("/exchange/account/rest/v1.0/getAccountFunds/", json={}, headers=alice.headers)
    client.post("/exchange/heartbeat/rest/v1.0/heartbeat/", json={"preferredTimeoutSeconds": 0}, headers=alice.headers)
    client.get("/exchange/betting/rest/v1/en/navigation/menu.json", headers=alice.headers)
    client.get("/bet-tune-api/v1/sports", headers={"authorization": "Bearer a-bettune"})
    client.get("/bet-tune-api/v1/matches", headers={"authorization": "Bearer a-bettune"})
    client.get("/bet-tune-api/v1/sports")
    client.get("/api/nothing", headers=alice.headers)
    client.get(JSON_RPC, headers=alice.headers)
    client.post("/api/logout", headers=alice.headers)

    assert requests(client) == [
        ("login", "alice", "INVALID_USERNAME_OR_PASSWORD"),
        ("login", "bob", "SUCCESS"),
        ("certlogin", "nobody", "INVALID_USERNAME_OR_PASSWORD"),
        ("keepAlive", "alice", "SUCCESS"),
        ("getAccountFunds", "alice", "SUCCESS"),
        ("heartbeat", "alice", "SUCCESS"),
        ("navigation", "alice", "SUCCESS"),
        ("listSports", "alice", "SUCCESS"),
        ("listMatches", "alice", "date_invalid"),
        ("listSports", "", "missing_token"),
        ("GET /api/nothing", "alice", "DSC-0023"),
        (f"GET {JSON_RPC}", "alice", "DSC-0021"),
        ("logout", "alice", "SUCCESS"),
    ]


@pytest.mark.parametrize("token", ["none", ""])
def test_who_has_an_app_key_of_a_world_and_no_session_asks_in_that_world(token: str) -> None:
    with client_of(SCENARIO, SCENARIO) as client:
        headers = {"X-Application": "alice-live-2", "X-Authentication": token}
        for path in ("/api/keepAlive", "/api/logout"):
            client.get(path, headers=headers)

        read = [client.get(f"/control/v1/worlds/{world.id}/journal?kind=request").json() for world in client.worlds]
        assert [[entry["name"] for entry in journal["entries"]] for journal in read] == [[], ["keepAlive", "logout"]]


def test_what_a_stranger_asks_is_in_the_journal_of_the_default_world() -> None:
    with client_of(SCENARIO, SCENARIO) as client:
        client.post(JSON_RPC, json=envelopes(("listEvents", {"filter": {}})), headers={"x-application": "nobody"})
        second = next(world for world in client.worlds if world.id == "world-2")
        login = {"username": "alice-2", "password": "secret"}
        client.post("/api/login", data=login, headers=FORM)

        assert requests(client) == [("listEvents", "", "INVALID_APP_KEY")]
        (entry,) = client.get(f"/control/v1/worlds/{second.id}/journal?kind=request").json()["entries"]
        assert entry["name"] == "login"


# Reading


def test_pages_follow_one_another_and_say_where_they_end(client: Client, alice: Bettor) -> None:
    alice.bet(back(2.0, 5))
    first = client.get(JOURNAL, params={"limit": 3}).json()
    rest = client.get(JOURNAL, params={"after": first["next"]}).json()

    assert [entry["number"] for entry in [*first["entries"], *rest["entries"]]] == list(range(1, rest["next"] + 1))
    assert first["dropped"] == 0
    assert {"PlaceOrders", "OrderPlaced", "placeOrders"} <= {entry["name"] for entry in rest["entries"]}


def test_entries_are_chosen_by_what_they_are_about(client: Client, alice: Bettor) -> None:
    alice.bet(back(2.0, 5))
    Bettor(client, "bob").bet(back(2.0, 5))

    assert [entry["name"] for entry in journal(client, event="OrderPlaced", account="bob")] == ["OrderPlaced"]
    assert {entry["marketId"] for entry in journal(client, market=MATCH)} == {MATCH}
    assert len(journal(client, operation="placeOrders")) == 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown name": ({"acount": "alice"}, "did you mean account?"),
    "a kind that is none": ({"kind": "requests"}, "request, input, event, refusal"),
    "a limit too high": ({"limit": 1001}, "from 1 to 1000"),
    "a limit of none": ({"limit": 0}, "from 1 to 1000"),
    "a number that is none": ({"after": "-1"}, "whole number from 0 on"),
    "a wait too long": ({"wait": "PT61S"}, "from PT0S to PT60S"),
    "a wait backwards": ({"wait": "-PT1S"}, "from PT0S to PT60S"),
    "a wait that is none": ({"wait": "5"}, "is not a duration"),
    "a name twice": ({"kind": ["event", "input"]}, "once only"),
}


@pytest.mark.parametrize(("parameters", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_parameter_is_a_problem_that_names_it(
    client: Client, parameters: dict[str, Any], sentence: str
) -> None:
    problem = client.get(JOURNAL, params=parameters)

    assert problem.status_code == 400
    assert problem.json()["type"] == "urn:betsim:problem:wrong-query"
    assert sentence in problem.json()["detail"]
    assert problem.json()["path"] == next(iter(parameters))


# Waiting


def waiting(client: Client, act: Any, **parameters: Any) -> httpx.Response:
    """The answer to a request that waits while something is done."""

    async def work(http: httpx.AsyncClient) -> httpx.Response:
        waits = asyncio.ensure_future(http.get(JOURNAL, params={"wait": "PT60S", **parameters}))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waits.done()
        await act(http)
        return await asyncio.wait_for(waits, 30)

    return client.run(work)


def test_a_reader_waits_for_as_many_entries_as_it_wants_and_blocks_nobody(client: Client, alice: Bettor) -> None:
    async def bet_twice(http: httpx.AsyncClient) -> None:
        for _ in range(2):
            body = envelopes(("placeOrders", {"marketId": MATCH, "instructions": [back(2.0, 5)]}))
            await http.post(JSON_RPC, json=body, headers=alice.headers)

    answer = waiting(client, bet_twice, event="OrderPlaced", count=2)

    assert [entry["name"] for entry in answer.json()["entries"]] == ["OrderPlaced", "OrderPlaced"]


def test_a_wait_ends_with_its_world() -> None:
    with client_of(SCENARIO, SCENARIO) as client:

        async def work(http: httpx.AsyncClient) -> httpx.Response:
            address = "/control/v1/worlds/world-2"
            waits = asyncio.ensure_future(http.get(f"{address}/journal?wait=PT60S&event=WorldClosed&count=5"))
            for _ in range(20):
                await asyncio.sleep(0)
            await http.delete(address)
            return await asyncio.wait_for(waits, 30)

        answer = client.run(work)

        assert [entry["name"] for entry in answer.json()["entries"]] == ["WorldClosed"]


def test_a_wait_that_is_over_answers_what_there_is(client: Client) -> None:
    answer = client.get(JOURNAL, params={"wait": "PT0.02S", "kind": "refusal"})

    assert answer.json()["entries"] == []


def test_a_reader_who_has_hung_up_waits_no_more(client: Client) -> None:
    async def work(_: httpx.AsyncClient) -> None:
        messages = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(_: Any) -> None:
            return None

        scope = {
            "type": "http",
            "method": "GET",
            "path": JOURNAL,
            "query_string": b"wait=PT60S&kind=refusal",
            "headers": [(b"host", b"127.0.0.1")],
        }
        await asyncio.wait_for(client.app(scope, receive, send), 30)

    client.run(work)


# Telling again


def exported(client: Client) -> str:
    response = client.get(f"{JOURNAL}/export")
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == "application/x-ndjson"
    return response.text


def replayed(text: str, folder: Path) -> Any:
    file = folder / "journal.jsonl"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["journal", "replay", str(file)])


def test_what_is_exported_leads_to_the_same_state_and_has_no_secrets(
    client: Client, alice: Bettor, tmp_path: Path
) -> None:
    alice.bet(back(2.0, 5))
    for form in ({"username": "bob", "password": "secret"}, {"username": "bob", "password": "S3CRETS"}):
        client.post("/api/login", data=form, headers=FORM)
    client.post("/api/keepAlive", headers=alice.headers)
    other = Bettor(client, "alice")
    client.post("/api/logout", headers=other.headers)
    world_of(client).do(AdvanceClock(60_000)).accepted()
    text = exported(client)

    assert replayed(text, tmp_path).output == f"{state_hash(world_of(client))}\n"
    told = "\n".join(text.splitlines()[1:])
    assert "S3CRETS" not in text
    assert "secret" not in told
    assert alice.headers["X-Authentication"] not in text
    assert other.headers["X-Authentication"] not in text
    found = [json.loads(line).get("found") for line in told.splitlines()]
    assert {"token": "session 2 of alice"} in found
    assert {"password": "wrong"} in found


def log_in(client: Client, password: str) -> str:
    answer = client.post("/api/login", data={"username": "bob", "password": password}, headers=FORM)
    return str(answer.json()["error"])


def test_a_code_that_followed_a_password_is_not_exported_and_counts_again_as_it_did(
    client: Client, tmp_path: Path
) -> None:
    world = world_of(client)
    world.do(ChangeLogin("bob", two_step_code="918273")).accepted()
    assert (log_in(client, "secret918273"), log_in(client, "secret555111")) == ("", "STRONG_CODE_FAIL")
    world.do(ChangeLogin("bob", two_step_code="64738")).accepted()
    assert (log_in(client, "secret918273"), log_in(client, "secret64738")) == ("STRONG_CODE_FAIL", "")
    world.do(ChangeLogin("bob", two_step_code=None)).accepted()
    assert log_in(client, "secret64738") == "INVALID_USERNAME_OR_PASSWORD"
    text = exported(client)

    assert replayed(text, tmp_path).output == f"{state_hash(world)}\n"
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["found"]["password"] for line in lines if "found" in line] == [
        "right, and then code 1",
        "right, and then no code of the account",
        "right, and then code 1",
        "right, and then code 2",
        "right, and then code 2",
    ]
    assert "555111" not in text
    typed = "\n".join(line for line in text.splitlines()[1:] if '"LogIn"' in line)
    assert not [code for code in ("918273", "64738") if code in typed]


def test_a_code_of_the_snapshot_to_which_a_world_went_back_is_found_again(client: Client, tmp_path: Path) -> None:
    world = world_of(client)
    world.do(ChangeLogin("bob", two_step_code="918273")).accepted()
    kept = client.get(f"{CONTROL}/snapshot").json()
    world.do(ChangeLogin("bob", two_step_code=None)).accepted()
    assert client.post(f"{CONTROL}/restore", json={"snapshot": kept}).status_code == 200
    assert (log_in(client, "secret918273"), log_in(client, "secret555111")) == ("", "STRONG_CODE_FAIL")
    text = exported(client)

    assert replayed(text, tmp_path).output == f"{state_hash(world)}\n"
    assert "right, and then code 1" in text
    assert "555111" not in text


def test_a_story_that_goes_on_from_a_snapshot_of_another_version_is_refused(client: Client, tmp_path: Path) -> None:
    kept = client.get(f"{CONTROL}/snapshot").json()
    assert client.post(f"{CONTROL}/restore", json={"snapshot": kept}).status_code == 200
    text = exported(client)
    assert text.count('"snapshot":{"format":5,') == 1

    result = replayed(text.replace('"snapshot":{"format":5,', '"snapshot":{"format":4,'), tmp_path)

    assert result.exit_code == 2
    assert "line 1: format: 4 is not the format of this version, which is 5" in result.output


def test_a_code_that_no_vendor_was_given_is_not_exported(client: Client, tmp_path: Path) -> None:
    world = world_of(client)
    assert world.do(OpenVendorSession("bob", authorisation_code="TYPED-BY-HAND")).refusal is not None
    assert world.do(OpenVendorSession("bob", refresh_token="TYPED-TOO")).refusal is not None
    text = exported(client)

    assert "TYPED" not in text
    assert replayed(text, tmp_path).output == f"{state_hash(world)}\n"


def test_a_file_that_is_no_journal_is_refused_with_its_line(client: Client, alice: Bettor, tmp_path: Path) -> None:
    alice.bet(back(2.0, 5))
    lines = exported(client).splitlines()
    wrong = {
        "": "line 1: the line",
        "nonsense\n": "line 1: this is no line of a journal",
        "\n".join([*lines[:2], "{}", *lines[2:]]): "line 3: this is no line of a journal",
        "\n".join(lines[:-1]): f"line {len(lines)}: the line",
        "\n".join([*lines, lines[1]]): f"line {len(lines) + 1}: nothing follows",
        "\n".join([lines[0].replace('"format":1', '"format":9', 1)]): "line 1: format 9",
        "\n".join([lines[0], '{"at":99999999999999,"input":{"input":"Fly"}}']): "line 2: this is no input",
        "\n".join([lines[0], '{"at":0,"input":{"input":"LogOut","token":""},"found":{"token":"?"}}']): "line 2: ",
        "\n".join([lines[0], CODE_IN_VAIN]): "found.password: alice has had no code '7' by then",
    }

    for text, sentence in wrong.items():
        result = replayed(text, tmp_path)
        assert result.exit_code == 2
        assert sentence in result.output
        assert "journal.jsonl" in result.output


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["journal", "replay", str(tmp_path / "nothing")]).exit_code == 2

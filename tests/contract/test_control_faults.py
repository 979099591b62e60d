"""Faults over the wire: ordered through our own API, and met by requests of every face in their own dialects."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from simulator.data import failure_bytes, failure_names
from simulator.fault_delivery import AnswerLost
from simulator.world.inputs import AdvanceClock, EndWorld
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests import documented
from tests.contract.bettor import CONTROL, JSON_RPC, MATCH, REST, Bettor, back, envelopes, lay, world_of
from tests.contract.waiting_bets import during, until_all_wait
from tests.in_process import Client

FAULTS = f"{CONTROL}/faults"
FORM = {"accept": "application/json", "x-application": "alice-live"}
BETTUNE = {"authorization": "Bearer a-bettune"}


@pytest.fixture
def undocumented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are not held against the documents, which do not know what only a fault answers."""
    monkeypatch.setattr(documented, "check", lambda *_: None)


def order(client: Client, *faults: dict[str, Any]) -> Any:
    response = client.post(FAULTS, json={"faults": faults})
    assert response.status_code == 201, response.text
    return response.json()


def bets(alice: Bettor) -> int:
    return len(alice.ask("listCurrentOrders")["currentOrders"])


# Ordering


def test_what_is_pending_and_what_has_fired_can_be_read_and_cleared(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "listEventTypes", "do": "refuse", "code": "SERVICE_BUSY", "times": 2, "after": 1})
    for _ in range(2):
        alice._answer("listEventTypes", {"filter": {}})

    assert client.get(FAULTS).json() == {
        "pending": [
            {
                "number": 1,
                "operation": "listEventTypes",
                "account": None,
                "do": "refuse",
                "happenings": [],
                "toSkip": 0,
                "timesLeft": 1,
                "until": None,
                "fired": 1,
            }
        ],
        "fired": [
            {
                "fault": 1,
                "do": "refuse",
                "happenings": [],
                "at": "2026-06-06T17:00:00.250Z",
                "milliseconds": 0,
                "request": {"operation": "listEventTypes", "account": "alice"},
            }
        ],
    }
    assert client.delete(FAULTS).status_code == 204
    assert client.get(FAULTS).json()["pending"] == []
    assert alice.ask("listEventTypes", filter={})


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a word": ({"operation": "*", "do": "loose-answer"}, "do", "did you mean lose-answer?"),
    "an operation": ({"operation": "placeOrder", "do": "truncate"}, "operation", "did you mean placeOrders?"),
    "a code": ({"operation": "login", "do": "refuse", "code": "SUSPEND"}, "code", "did you mean SUSPENDED?"),
    "a code of another service": (
        {"operation": "heartbeat", "do": "refuse", "code": "TOO_MUCH_DATA"}, "code", "is no code"
    ),
    "no code": ({"operation": "*", "do": "refuse"}, "code", "needs the code"),
    "an option of another word": ({"operation": "*", "do": "truncate", "status": 500}, "status", "cannot be said"),
    "an operation it cannot happen to": ({"operation": "login", "do": "match-before"}, "operation", "only"),
    "what answers over HTTP have": ({"operation": "stream", "do": "truncate"}, "operation", "happens to"),
    "what only a stream has": ({"operation": "placeOrders", "do": "silence"}, "operation", "happens to"),
    "a code of a stream": ({"operation": "stream", "do": "refuse", "code": "TIMEOUTS"}, "code", "mean TIMEOUT?"),
    "a connection of somebody": (
        {"operation": "connection", "do": "silence", "account": "alice"}, "account", "nobody yet"
    ),
    "a delay of nothing": ({"operation": "stream", "do": "delay"}, "", "one of fixed"),
    "times and for": ({"operation": "*", "do": "drip", "times": 1, "for": "PT1S"}, "for", "not both"),
    "no times": ({"operation": "*", "do": "drip", "times": 0}, "times", "from 1"),
    "a duration": ({"operation": "*", "do": "drip", "for": "soon"}, "for", "not a duration"),
    "a duration of none": ({"operation": "*", "do": "drip", "for": "PT0S"}, "for", "positive"),
    "no latency": ({"operation": "*", "do": "latency"}, "", "one of fixed"),
    "two latencies": ({"operation": "*", "do": "latency", "fixed": "PT1S", "uniform": []}, "", "one of fixed"),
    "half a latency": ({"operation": "*", "do": "latency", "uniform": ["PT1S"]}, "uniform", "shortest and a longest"),
    "a latency too long": ({"operation": "*", "do": "latency", "fixed": "PT1H"}, "fixed", "0 to 600 s"),
    "no bets": ({"operation": "cancelOrders", "do": "cancel-races-match", "bets": 0}, "bets", "from 1"),
    "a share": ({"operation": "cancelOrders", "do": "match-before", "share": 1.5}, "share", "at most 1"),
    "a status": ({"operation": "*", "do": "http", "status": 204}, "status", "no body"),
    "a media type": ({"operation": "*", "do": "http", "contentType": "a\r\nb: c"}, "contentType", "visible ASCII"),
    "how": ({"operation": "*", "do": "lose-answer", "how": "softly"}, "how", "close, reset, stall"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "name", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_fault_is_refused_at_once_with_its_place(
    client: Client, fault: dict[str, Any], name: str, sentence: str
) -> None:
    problem = client.post(FAULTS, json={"faults": [fault]})

    assert problem.status_code == 400
    assert problem.json()["path"] == (f"$.faults[0].{name}" if name else "$.faults[0]")
    assert sentence in problem.json()["detail"]
    assert client.get(FAULTS).json()["pending"] == []


def test_a_fault_of_an_unknown_account_and_no_fault_at_all_are_refused(client: Client) -> None:
    unknown = {"operation": "*", "do": "truncate", "account": "nobody"}

    assert client.post(FAULTS, json={"faults": [unknown]}).status_code == 404
    assert client.post(FAULTS, json={"faults": []}).status_code == 400
    assert client.post(FAULTS, json={"faults": [{"operation": "*"}]}).status_code == 400


def test_so_many_faults_are_pending_and_no_more(client: Client) -> None:
    over = {"operation": "login", "do": "malformed", "for": "PT1S"}
    order(client, *[over] * 100)
    world_of(client).do(AdvanceClock(1_000)).accepted()
    for _ in range(10):
        order(client, *[{"operation": "login", "do": "malformed"}] * 100)

    problem = client.post(FAULTS, json={"faults": [{"operation": "login", "do": "malformed"}]})

    assert problem.status_code == 409
    assert "1000 faults can be pending" in problem.json()["detail"]
    assert len(client.get(FAULTS).json()["pending"]) == 1000


def test_failures_that_ship_with_the_package_are_ordered_by_name(client: Client) -> None:
    for name in failure_names():
        assert client.post(FAULTS, json={"failure": name.removesuffix(".yaml")}).status_code == 201
        text = failure_bytes(name)
        assert client.post(FAULTS, content=text, headers={"content-type": "application/yaml"}).status_code == 201

    problem = client.post(FAULTS, json={"failure": "answer-loss"}).json()
    assert problem["path"] == "$.failure"
    assert "did you mean answer-lost?" in problem["detail"]


# Answers


@pytest.mark.parametrize("how", ["close", "reset", "stall"])
def test_an_answer_is_lost_after_the_bet_is_placed(client: Client, alice: Bettor, how: str) -> None:
    order(client, {"operation": "placeOrders", "do": "lose-answer", "how": how})

    with pytest.raises(AnswerLost):
        alice.place(back(2.0, 5))

    assert bets(alice) == 1


@pytest.mark.parametrize(("word", "effect"), [("timeout-before", 0), ("timeout-after", 1)])
def test_a_report_with_status_timeout_leaves_open_what_has_happened(
    client: Client, alice: Bettor, word: str, effect: int
) -> None:
    order(client, {"operation": "placeOrders", "do": word})

    report = alice.place(back(2.0, 5), customerRef="mine")

    assert (report["status"], report["customerRef"], report["marketId"]) == ("TIMEOUT", "mine", MATCH)
    (instruction,) = report["instructionReports"]
    assert instruction["status"] == "TIMEOUT"
    assert instruction["instruction"]["selectionId"] == 1
    assert "betId" not in instruction
    assert bets(alice) == effect


@pytest.mark.parametrize("operation", ["cancelOrders", "replaceOrders", "updateOrders"])
def test_edits_time_out_too(client: Client, alice: Bettor, operation: str) -> None:
    bet_id = alice.bet(back(2.0, 5))
    edit = {"betId": bet_id, "newPrice": 3.0, "newPersistenceType": "PERSIST"}
    order(client, {"operation": operation, "do": "timeout-before"})
    before = state_hash(world_of(client))

    report = alice.ask(operation, marketId=MATCH, instructions=[edit])

    assert report["status"] == "TIMEOUT"
    assert before != state_hash(world_of(client)), "the fault is used up"
    assert alice.ask("listCurrentOrders")["currentOrders"][0]["sizeRemaining"] == 5


@pytest.mark.usefixtures("undocumented")
def test_what_has_no_report_times_out_with_an_error(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "*", "do": "timeout-after", "times": 4})

    assert alice.refusal("listEventTypes", filter={})[0] == "TIMEOUT_ERROR"
    assert alice.rest("listEventTypes", filter={}).json()["detail"]["APINGException"]["errorCode"] == "TIMEOUT_ERROR"
    heartbeat = client.post(
        "/exchange/heartbeat/rest/v1.0/heartbeat/", json={"preferredTimeoutSeconds": 60}, headers=alice.headers
    )
    assert (heartbeat.status_code, heartbeat.json()["faultstring"]) == (504, "DSC-0019")
    assert client.get("/bet-tune-api/v1/sports", headers=BETTUNE).status_code == 504


def test_every_dialect_refuses_in_its_own_words(client: Client, alice: Bettor) -> None:
    refusals = [
        ("listEventTypes", "TOO_MANY_REQUESTS"),
        ("listEventTypes", "DSC-0024"),
        ("login", "PENDING_AUTH"),
        ("certlogin", "STRONG_AUTH_CODE_REQUIRED"),
        ("keepAlive", "INTERNAL_ERROR"),
        ("listSports", "rate_limit_exceeded"),
        ("navigation", "SERVICE_BUSY"),
    ]
    order(client, *({"operation": operation, "do": "refuse", "code": code} for operation, code in refusals))
    form = {"username": "alice", "password": "secret"}

    assert alice.refusal("listEventTypes", filter={})[0] == "TOO_MANY_REQUESTS"
    fault = alice.rest("listEventTypes", filter={})
    assert (fault.status_code, fault.json()["faultstring"]) == (400, "DSC-0024")
    login = client.post("/api/login", data=form, headers=FORM).json()
    assert (login["status"], login["error"], login["token"]) == ("FAIL", "PENDING_AUTH", "")
    assert client.post("/api/certlogin", data=form, headers=FORM).json() == {"loginStatus": "STRONG_AUTH_CODE_REQUIRED"}
    kept = client.post("/api/keepAlive", headers={**alice.headers, "accept": "application/json"}).json()
    assert (kept["status"], kept["error"]) == ("FAIL", "INTERNAL_ERROR")
    assert client.get("/bet-tune-api/v1/sports", headers=BETTUNE).status_code == 429
    menu = client.get("/exchange/betting/rest/v1/en/navigation/menu.json", headers=alice.headers)
    assert menu.json()["detail"]["APINGException"]["errorCode"] == "SERVICE_BUSY"
    assert client.get(FAULTS).json()["pending"] == []


def test_a_code_that_does_not_fit_lets_a_request_pass(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "*", "do": "refuse", "code": "BET_IN_PROGRESS"})

    assert alice.ask("listEventTypes", filter={})
    assert alice.place(back(2.0, 5))["instructionReports"][0]["errorCode"] == "BET_IN_PROGRESS"


@pytest.mark.usefixtures("undocumented")
def test_an_answer_of_http_stands_in_the_place_of_the_operation(client: Client, alice: Bettor) -> None:
    busy = {"operation": "/exchange/*/rest/*", "do": "http", "status": 503, "retryAfter": 2, "body": "busy"}
    order(client, busy, {**busy, "when": "after", "contentType": "text/html"})

    for content_type, effect in (("text/plain; charset=utf-8", 0), ("text/html", 1)):
        response = alice.rest("placeOrders", marketId=MATCH, instructions=[back(2.0, 5)])
        assert (response.status_code, response.text) == (503, "busy")
        assert (response.headers["retry-after"], response.headers["content-type"]) == ("2", content_type)
        assert bets(alice) == effect


@pytest.mark.usefixtures("undocumented")
def test_a_malformed_answer_is_no_json(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "listEventTypes", "do": "malformed"})

    response = alice.rest("listEventTypes", filter={})

    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_dripping_answer_comes_whole_in_the_end(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "listEventTypes", "do": "drip", "over": "PT0.02S", "chunks": 4})

    assert len(alice.ask("listEventTypes", filter={})) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_late_answer_waits_for_the_worlds_clock(client: Client, alice: Bettor, when: str) -> None:
    late = {"operation": "placeOrders", "do": "latency", "fixed": "PT3S", "clock": "world", "when": when}
    order(client, late)
    world = world_of(client)

    async def work(http: httpx.AsyncClient) -> Any:
        call = envelopes(("placeOrders", {"marketId": MATCH, "instructions": [back(2.0, 5)]}))
        request = asyncio.ensure_future(http.post(JSON_RPC, json=call, headers=alice.headers))
        await until_all_wait()
        world.do(AdvanceClock(2_999)).accepted()
        await until_all_wait()
        assert not request.done()
        assert len(world.exchange.orders) == (0 if when == "before" else 1)
        world.do(AdvanceClock(1)).accepted()
        return (await request).json()

    assert client.run(work)[0]["result"]["status"] == "SUCCESS"
    assert client.get(FAULTS).json()["fired"][0]["milliseconds"] == 3_000


def test_a_late_answer_waits_for_the_real_clock(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "*", "do": "latency", "uniform": ["PT0.01S", "PT0.02S"], "times": 2})

    assert alice.ask("listEventTypes", filter={})
    client.post("/api/keepAlive", headers=alice.headers)
    assert {10 <= fired["milliseconds"] <= 20 for fired in client.get(FAULTS).json()["fired"]} == {True}


@pytest.mark.usefixtures("nothing_is_logged")
@pytest.mark.parametrize("clock", ["real", "world"])
@pytest.mark.parametrize("is_deleted", [True, False])
def test_who_waits_for_a_late_answer_gets_it_when_the_world_ends(
    client: Client, alice: Bettor, clock: str, is_deleted: bool
) -> None:
    """Where it is deleted, or the server stops. What was not carried out is refused: nobody is known any more."""
    late = {"operation": "listEventTypes", "do": "latency", "fixed": "PT5M", "clock": clock}
    order(client, {**late, "when": "before"}, {**late, "when": "after"})
    calls = [("listEventTypes", {"filter": {}})] * 2

    def end(world: World) -> None:
        if is_deleted:
            client.worlds.delete(world.id)
        else:
            world.do(EndWorld())

    refused, carried_out = during(client, alice, calls, end)

    code = "INVALID_APP_KEY" if is_deleted else "INVALID_SESSION_INFORMATION"
    assert refused["error"]["data"]["APINGException"]["errorCode"] == code
    assert "result" in carried_out


def test_only_the_call_of_a_batch_that_it_happens_to_is_refused(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "listEvents", "do": "refuse", "code": "TIMEOUT_ERROR"})

    types, events = alice.batch(("listEventTypes", {"filter": {}}), ("listEvents", {"filter": {}}))

    assert "result" in types
    assert events["error"]["data"]["APINGException"]["errorCode"] == "TIMEOUT_ERROR"


@pytest.mark.usefixtures("undocumented")
def test_an_answer_to_a_batch_is_lost_whole(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "listEvents", "do": "http"})

    calls = envelopes(("listEventTypes", {"filter": {}}), ("listEvents", {"filter": {}}))
    assert client.post(JSON_RPC, json=calls, headers=alice.headers).status_code == 503


# What happens to the world


def test_a_session_is_lost_in_mid_flight(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "placeOrders", "account": "alice", "do": "session-lost"})

    assert alice.refusal("placeOrders", marketId=MATCH, instructions=[back(2.0, 5)])[0] == "INVALID_SESSION_INFORMATION"


def test_a_market_suspends_before_the_bet_arrives(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "placeOrders", "do": "suspend-before"})

    assert alice.place(back(2.0, 5))["errorCode"] == "MARKET_SUSPENDED"


def test_a_market_turns_in_play_before_the_cancellation_arrives(client: Client, alice: Bettor) -> None:
    bet_id = alice.bet(back(2.0, 5))
    order(client, {"operation": "cancelOrders", "do": "turn-in-play-before"})

    report = alice.cancel({"betId": bet_id})

    assert report["instructionReports"][0]["errorCode"] == "BET_TAKEN_OR_LAPSED"


@pytest.mark.parametrize("word", ["match-before", "cancel-races-match"])
def test_a_bet_is_matched_before_the_cancellation_arrives(client: Client, alice: Bettor, word: str) -> None:
    bet_id = alice.bet(back(2.0, 5))
    order(client, {"operation": "cancelOrders", "do": word})

    report = alice.cancel({"betId": bet_id})

    assert report["instructionReports"][0]["errorCode"] == "BET_TAKEN_OR_LAPSED"
    assert alice.ask("listCurrentOrders")["currentOrders"][0]["sizeMatched"] == 5


def test_a_bet_is_matched_in_part_before_it_is_replaced(client: Client, alice: Bettor) -> None:
    bet_id = alice.bet(back(2.0, 5))
    order(client, {"operation": "replaceOrders", "do": "cancel-races-match", "share": 0.4})

    report = alice.replace({"betId": bet_id, "newPrice": 3.0})

    placed = report["instructionReports"][0]["placeInstructionReport"]
    assert placed["instruction"]["limitOrder"]["size"] == 3


def test_others_take_what_a_bet_would_have_been_matched_with(client: Client, alice: Bettor) -> None:
    Bettor(client, "bob").bet(lay(2.0, 5))
    order(client, {"operation": "placeOrders", "do": "match-before"})

    report = alice.place(back(2.0, 5))

    assert report["instructionReports"][0]["sizeMatched"] == 0
    assert bets(alice) == 1


def test_exposure_that_is_still_worked_out_refuses_the_next_bet(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "placeOrders", "do": "slow-exposure", "within": "PT2S"})
    alice.bet(back(2.0, 5))

    assert alice.place(back(2.0, 5))["errorCode"] == "INSUFFICIENT_FUNDS"
    assert alice.place(back(2.0, 5))["status"] == "SUCCESS"


def test_a_heartbeat_is_confirmed_and_lost(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "heartbeat", "do": "heartbeat-lost"})
    alice.bet(back(2.0, 5))

    answer = client.post(
        "/exchange/heartbeat/rest/v1.0/heartbeat/", json={"preferredTimeoutSeconds": 10}, headers=alice.headers
    )
    world_of(client).do(AdvanceClock(60_000)).accepted()

    assert answer.json()["actualTimeoutSeconds"] == 10
    assert alice.ask("listCurrentOrders")["currentOrders"][0]["status"] == "EXECUTABLE"


def test_a_heartbeat_that_is_refused_anyway_loses_none(client: Client, alice: Bettor) -> None:
    """Who is not let in changes nothing: the heartbeat from before is waited for, and then bets are cancelled."""
    path, wanted = "/exchange/heartbeat/rest/v1.0/heartbeat/", {"preferredTimeoutSeconds": 10}
    alice.bet(back(2.0, 5))
    assert client.post(path, json=wanted, headers=alice.headers).status_code == 200
    order(client, {"operation": "heartbeat", "do": "heartbeat-lost"})

    answer = client.post(path, json=wanted, headers={**alice.headers, "X-Authentication": "nobody"})
    world_of(client).do(AdvanceClock(60_000)).accepted()

    assert answer.status_code == 400
    assert alice.ask("listCurrentOrders")["currentOrders"][0]["status"] == "EXECUTION_COMPLETE"


def test_what_was_wrong_is_in_the_journal(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "placeOrders", "do": "refuse", "code": "ERROR_IN_MATCHER"})
    alice.place(back(2.0, 5))

    (fired,) = client.get(f"{CONTROL}/journal", params={"event": "FaultFired", "account": "alice"}).json()["entries"]
    assert fired["content"]["do"] == "refuse"
    (request,) = client.get(f"{CONTROL}/journal", params={"kind": "request"}).json()["entries"]
    assert request["content"]["outcome"] == "ERROR_IN_MATCHER"


@pytest.mark.usefixtures("undocumented")
def test_faults_of_one_account_do_not_happen_to_another(client: Client, alice: Bettor) -> None:
    order(client, {"operation": "*", "account": "bob", "do": "http"})

    assert alice.ask("listEventTypes", filter={})
    bob = Bettor(client, "bob")
    assert client.post(f"{REST}/listEventTypes/", json={"filter": {}}, headers=bob.headers).status_code == 503

"""Whoever wonders why a request was refused finds it in the log: a line for each, with operation, code and sentence."""

import logging
from typing import Any

import pytest

from simulator.exchange.commands import SuspendMarket, TurnInPlay
from simulator.refusal_log import LOGGER, LONGEST_LINE, log_refusal, one_line
from tests.contract.bettor import MATCH, Bettor, back, world_of
from tests.contract.waiting_bets import advancing, report_during
from tests.in_process import Client

JSON = {"accept": "application/json", "x-application": "alice-live"}


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture, alice: Bettor) -> pytest.LogCaptureFixture:
    """The log, empty once alice is logged in."""
    caplog.set_level(logging.INFO, LOGGER)
    caplog.clear()
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == LOGGER]


def rest(client: Client, alice: Bettor, operation: str, params: Any, **headers: str) -> None:
    client.post(
        f"/exchange/betting/rest/v1.0/{operation}/",
        json=params,
        headers={**alice.headers, **headers},
    )


def test_what_succeeds_is_no_refusal(alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    alice.bet(back(2.0, 5))

    assert [] == lines(log)


def test_an_error_of_an_interface(client: Client, alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    rest(client, alice, "listMarketBook", {"marketIds": ["nonsense"]})
    rest(client, alice, "listEvents", {"filter": {}}, **{"x-authentication": "unheard-of"})
    rest(client, alice, "listEvents", {"filter": {}}, **{"x-application": ""})

    assert [line.partition(":")[0] for line in lines(log)] == [
        "refused listMarketBook of alice",
        "refused listEvents of alice",
        "refused listEvents of alice",
    ]
    assert lines(log)[1] == (
        "refused listEvents of alice: INVALID_SESSION_INFORMATION: the token is unknown or has expired"
    )
    assert lines(log)[2] == "refused listEvents of alice: NO_APP_KEY: the request has no X-Application"


def test_an_error_of_the_framework(client: Client, alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    headers = alice.headers
    path = "/exchange/betting/json-rpc/v1"
    client.post(path, content=b"{", headers=headers)
    client.post(path, json={"method": "SportsAPING/v1.0/listThings", "params": {}}, headers=headers)
    client.post(path, json={"method": "SportsAPING/v1.0/listEvents", "params": {}}, headers=headers)
    client.get(path)
    client.post("/exchange/nothing/json-rpc/v1")
    client.post("/exchange/betting/rest/v1.0/listEvents/", content=b"{}", headers={"content-type": "text/plain"})

    assert [line.partition("DSC")[0] for line in lines(log)] == [
        "refused a call over JSON-RPC of alice: ",
        "refused SportsAPING/v1.0/listThings of alice: ",
        "refused listEvents of alice: ",
        f"refused GET {path}: ",
        "refused POST /exchange/nothing/json-rpc/v1: ",
        "refused listEvents: ",
    ]
    assert "DSC-0021 NO_SUCH_OPERATION: no method is called 'SportsAPING/v1.0/listThings'" in lines(log)[1]
    assert "DSC-0018 MANDATORY_NOT_DEFINED: missing: filter of ListEventsRequest" in lines(log)[2]


def test_an_order_that_is_refused(client: Client, alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    alice.place(back(2.0, 5), back(2.001, 5))
    world_of(client).do(SuspendMarket(MATCH)).accepted()
    alice.place(back(2.0, 5))

    first, second = lines(log)
    assert first.startswith("refused placeOrders of alice: BET_ACTION_ERROR: ")
    assert second.startswith("refused placeOrders of alice: MARKET_SUSPENDED: ")
    assert MATCH in second


def test_instructions_that_fail(client: Client, alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    bet_id = alice.bet(back(2.0, 5))
    cancels = [{"betId": bet_id}, {"betId": "999999"}]
    rest(client, alice, "cancelOrders", {"marketId": MATCH, "instructions": cancels})
    updates = [{"betId": "999999", "newPersistenceType": "PERSIST"}]
    rest(client, alice, "updateOrders", {"marketId": MATCH, "instructions": updates})
    rest(client, alice, "replaceOrders", {"marketId": MATCH, "instructions": [{"betId": "999999", "newPrice": 3}]})

    first, second, third = lines(log)
    assert first == "refused cancelOrders of alice: PROCESSED_WITH_ERRORS: instruction 1 INVALID_BET_ID"
    assert second == "refused updateOrders of alice: BET_ACTION_ERROR: instruction 0 INVALID_BET_ID"
    assert third == "refused replaceOrders of alice: BET_ACTION_ERROR: instruction 0 INVALID_BET_ID"


def test_a_delayed_app_key(client: Client, alice: Bettor, log: pytest.LogCaptureFixture) -> None:
    edit = {"betId": "1", "newPrice": 3, "newPersistenceType": "PERSIST"}
    operations = ("placeOrders", "replaceOrders", "cancelOrders", "updateOrders")
    for operation in operations:
        instruction = back(2.0, 5) if operation == "placeOrders" else edit
        params = {"marketId": MATCH, "instructions": [instruction]}
        rest(client, alice, operation, params, **{"x-application": "alice-delayed"})

    assert lines(log) == [
        f"refused {operation} of alice: PERMISSION_DENIED: the app key is a delayed one" for operation in operations
    ]


def test_a_login_that_fails(client: Client, log: pytest.LogCaptureFixture) -> None:
    for path, form in (
        ("/api/login", {"username": "alice", "password": "wrong"}),
        ("/api/certlogin", {"username": "nobody", "password": "wrong"}),
        ("/api/login", {"username": "alice"}),
    ):
        client.post(path, data=form, headers=JSON)
    client.post("/api/keepAlive", headers={**JSON, "x-authentication": "unheard-of"})
    client.get("/view/login", params={"product": "alice-live", "url": "http://elsewhere/"})

    *others, page = lines(log)
    assert page.startswith("refused loginPage: FORBIDDEN: ")
    assert others == [
        "refused login of alice: INVALID_USERNAME_OR_PASSWORD: no account has this username and password",
        "refused certlogin of nobody: INVALID_USERNAME_OR_PASSWORD: no account is called 'nobody'",
        "refused login of alice: INPUT_VALIDATION_ERROR: the form needs a username and a password",
        "refused keepAlive: NO_SESSION: the token is unknown or has expired",
    ]


def test_a_request_of_bettune(client: Client, log: pytest.LogCaptureFixture) -> None:
    client.get("/bet-tune-api/v1/sports")
    client.get("/bet-tune-api/v1/matches", headers={"authorization": "Bearer a-bettune"})

    first, second = lines(log)
    assert first == "refused listSports: missing_token: No token provided"
    assert second.startswith("refused listMatches of alice: ")


def test_a_request_of_the_control_api(client: Client, log: pytest.LogCaptureFixture) -> None:
    client.post("/control/v1/worlds/default/clock", json={"advance": "-PT1S"})
    client.get("/control/v1/worlds/nowhere")
    client.get("/nothing")

    assert lines(log) == [
        "refused POST /control/v1/worlds/default/clock: wrong-document: at $.advance: Time can't go backwards.",
        "refused GET /control/v1/worlds/nowhere: unknown-world: There is no world 'nowhere'.",
        "refused GET /nothing: unknown-address: Nothing is served under '/nothing'.",
    ]


def test_a_bet_that_is_refused_at_the_end_of_its_delay(
    client: Client, alice: Bettor, log: pytest.LogCaptureFixture
) -> None:
    world_of(client).do(TurnInPlay(MATCH)).accepted()
    report_during(
        client,
        alice,
        "placeOrders",
        {"instructions": [back(2.0, 5)]},
        lambda world: world.do(SuspendMarket(MATCH)).accepted(),
        advancing(5_000),
    )

    assert lines(log) == ["refused placeOrders of alice: BET_ACTION_ERROR: instruction 0 BET_TAKEN_OR_LAPSED"]


def test_a_line_is_one_line_whatever_a_request_names(log: pytest.LogCaptureFixture) -> None:
    log_refusal("op\r\neration", "al\x1b[2Jice", "CODE: \u2028\ud800 é")

    assert lines(log) == [r"refused op\r\neration of al\x1b[2Jice: CODE: \u2028\ud800 é"]
    assert len(one_line("x" * 10_000)) == LONGEST_LINE

"""Reports on orders that a fault refuses: every code there is, in every operation, in whole and in part."""

from typing import Any

import pytest

from simulator.betfair.schema.sports_enums import ExecutionReportErrorCode, InstructionReportErrorCode
from tests.contract.bettor import CONTROL, HOME, MATCH, Bettor, back
from tests.in_process import Client

OPERATIONS = ("placeOrders", "cancelOrders", "replaceOrders", "updateOrders")
OF_REPORTS = frozenset(ExecutionReportErrorCode)


def refuse(client: Client, operation: str, code: str, **rest: Any) -> None:
    fault = {"operation": operation, "do": "refuse", "code": code, **rest}
    response = client.post(f"{CONTROL}/faults", json={"faults": [fault]})
    assert response.status_code == 201, response.text


def instructions(alice: Bettor, operation: str, number: int) -> list[dict[str, Any]]:
    """Instructions of an operation that would be carried out, on bets that are there where it is about such."""
    if operation == "placeOrders":
        return [back(2.0, 5) for _ in range(number)]
    more = {"replaceOrders": {"newPrice": 3.0}, "updateOrders": {"newPersistenceType": "PERSIST"}}.get(operation, {})
    return [{"betId": alice.bet(back(2.0, 5)), **more} for _ in range(number)]


def ask(alice: Bettor, operation: str, number: int) -> Any:
    return alice.ask(operation, marketId=MATCH, instructions=instructions(alice, operation, number))


def bets(alice: Bettor) -> list[tuple[float, str, float]]:
    return [
        (order["priceSize"]["price"], order["persistenceType"], order["sizeRemaining"])
        for order in alice.ask("listCurrentOrders")["currentOrders"]
    ]


def codes(report: Any) -> list[tuple[str, str | None]]:
    return [(each["status"], each.get("errorCode")) for each in report["instructionReports"]]


RESTING, CANCELLED = (2.0, "LAPSE", 5.0), (2.0, "LAPSE", 0.0)
DONE = {
    "placeOrders": [RESTING, RESTING],
    "cancelOrders": [RESTING, CANCELLED, CANCELLED],
    "replaceOrders": [RESTING, CANCELLED, CANCELLED, (3.0, "LAPSE", 5.0), (3.0, "LAPSE", 5.0)],
    "updateOrders": [RESTING, (2.0, "PERSIST", 5.0), (2.0, "PERSIST", 5.0)],
}
"""The bets after the second and the third of three instructions were carried out."""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("code", [*ExecutionReportErrorCode, *InstructionReportErrorCode])
def test_a_request_is_refused_whole_with_every_code(client: Client, alice: Bettor, operation: str, code: str) -> None:
    refuse(client, operation, code)

    report = ask(alice, operation, 1)

    (instruction,) = report["instructionReports"]
    is_of_report, is_half_done = code in OF_REPORTS, (operation, code) == ("replaceOrders", "CANCELLED_NOT_PLACED")
    status = "PROCESSED_WITH_ERRORS" if code == "PROCESSED_WITH_ERRORS" else "FAILURE"
    assert (report["status"], report["errorCode"]) == (status, code if is_of_report else "BET_ACTION_ERROR")
    assert codes(report) == [("FAILURE", "ERROR_IN_ORDER" if is_of_report else code)]
    assert "betId" not in instruction
    assert bets(alice) == ([] if operation == "placeOrders" else [CANCELLED if is_half_done else RESTING])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_processed_with_errors_is_the_status_too_and_the_others_are_carried_out(
    client: Client, alice: Bettor, operation: str
) -> None:
    refuse(client, operation, "PROCESSED_WITH_ERRORS", instructionCode="BET_IN_PROGRESS")

    report = ask(alice, operation, 3)

    assert (report["status"], report["errorCode"]) == ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS")
    assert codes(report) == [("FAILURE", "BET_IN_PROGRESS"), ("SUCCESS", None), ("SUCCESS", None)]
    assert sorted(bets(alice)) == sorted(DONE[operation])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_all_may_be_to_blame_for_what_is_processed_with_errors(client: Client, alice: Bettor, operation: str) -> None:
    refuse(client, operation, "PROCESSED_WITH_ERRORS", bets=7)

    report = ask(alice, operation, 2)

    assert (report["status"], report["errorCode"]) == ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS")
    assert codes(report) == [("FAILURE", "ERROR_IN_ORDER")] * 2
    assert bets(alice) == ([] if operation == "placeOrders" else [RESTING] * 2)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_of_an_order_that_is_rejected_for_some_the_others_are_innocent(
    client: Client, alice: Bettor, operation: str
) -> None:
    refuse(client, operation, "INVALID_ODDS", bets=1)

    report = ask(alice, operation, 2)

    assert (report["status"], report["errorCode"]) == ("FAILURE", "BET_ACTION_ERROR")
    assert codes(report) == [("FAILURE", "INVALID_ODDS"), ("FAILURE", "ERROR_IN_ORDER")]


def test_where_the_others_are_refused_by_themselves_it_is_that_which_the_report_says(
    client: Client, alice: Bettor
) -> None:
    refuse(client, "placeOrders", "PROCESSED_WITH_ERRORS")
    client.post(f"{CONTROL}/markets/{MATCH}/suspend")

    report = alice.place(back(2.0, 5), back(2.0, 5))

    assert (report["status"], report["errorCode"]) == ("FAILURE", "MARKET_SUSPENDED")
    assert {status for status, _ in codes(report)} == {"FAILURE"}
    assert len(codes(report)) == 2


def test_what_is_left_of_a_cancellation_of_one_bet_cancels_no_others(client: Client, alice: Bettor) -> None:
    """An empty list of instructions cancels everything: what is left of one must never become that."""
    alice.bet(back(2.0, 5))
    refuse(client, "cancelOrders", "PROCESSED_WITH_ERRORS")

    assert codes(alice.cancel({"betId": alice.bet(back(2.0, 5))})) == [("FAILURE", "ERROR_IN_ORDER")]
    assert bets(alice) == [RESTING] * 2
    refuse(client, "cancelOrders", "PROCESSED_WITH_ERRORS")
    assert alice.ask("cancelOrders", marketId=MATCH)["instructionReports"] == []
    assert bets(alice) == [RESTING] * 2


def test_an_order_is_repeated_as_in_a_refusal_that_nobody_has_ordered(client: Client, alice: Bettor) -> None:
    """Without empty words, and without the persistence that fill-or-kill makes void."""
    limit = {"price": 2.0, "size": 5, "persistenceType": "LAPSE", "timeInForce": "FILL_OR_KILL"}
    instruction = {**back(2.0, 5), "limitOrder": limit, "customerOrderRef": ""}
    refuse(client, "placeOrders", "MARKET_SUSPENDED")
    ordered = alice.place(instruction)
    client.post(f"{CONTROL}/markets/{MATCH}/suspend")

    assert ordered == alice.place(instruction)


def test_a_replacement_that_is_refused_has_both_its_parts(client: Client, alice: Bettor) -> None:
    refuse(client, "replaceOrders", "BET_IN_PROGRESS")

    (instruction,) = ask(alice, "replaceOrders", 1)["instructionReports"]

    cancelled, placed = instruction["cancelInstructionReport"], instruction["placeInstructionReport"]
    assert (cancelled["status"], cancelled["errorCode"]) == ("FAILURE", "BET_IN_PROGRESS")
    assert (placed["status"], placed["errorCode"]) == ("FAILURE", "RELATED_ACTION_FAILED")
    assert (placed["instruction"]["selectionId"], placed["instruction"]["limitOrder"]["price"]) == (HOME, 3.0)


def test_a_replacement_that_is_cancelled_and_not_placed_has_cancelled_its_bet(client: Client, alice: Bettor) -> None:
    refuse(client, "replaceOrders", "CANCELLED_NOT_PLACED")
    bet_id = alice.bet(back(2.0, 5))

    report = alice.replace({"betId": bet_id, "newPrice": 3.0}, {"betId": "7", "newPrice": 3.0})

    half_done, unknown = report["instructionReports"]
    cancelled, placed = half_done["cancelInstructionReport"], half_done["placeInstructionReport"]
    assert (report["status"], report["errorCode"]) == ("FAILURE", "BET_ACTION_ERROR")
    assert codes(report) == [("FAILURE", "CANCELLED_NOT_PLACED"), ("FAILURE", "ERROR_IN_ORDER")]
    assert (cancelled["status"], cancelled["sizeCancelled"], "cancelledDate" in cancelled) == ("SUCCESS", 5.0, True)
    assert (placed["status"], placed["errorCode"], "betId" in placed) == ("FAILURE", "ERROR_IN_MATCHER", False)
    assert unknown["cancelInstructionReport"]["status"] == "FAILURE"
    assert bets(alice) == [CANCELLED]


@pytest.mark.parametrize(("code", "number"), [("CANCELLED_NOT_PLACED", 1), ("PROCESSED_WITH_ERRORS", 2)])
def test_who_is_not_let_in_changes_no_bets_by_being_refused(
    client: Client, alice: Bettor, code: str, number: int
) -> None:
    given = instructions(alice, "replaceOrders", number)
    refuse(client, "replaceOrders", code)
    stranger = Bettor(client)
    stranger.headers = {**alice.headers, "X-Authentication": "nobody"}

    refusal = stranger.refusal("replaceOrders", marketId=MATCH, instructions=given)

    assert refusal[0] == "INVALID_SESSION_INFORMATION"
    assert bets(alice) == [RESTING] * number


BROKEN = {
    "a reference that is too long": ({"customerRef": 33 * "a"}, "INVALID_INPUT_DATA"),
    "a market that cannot be": ({"marketId": "the 3.30"}, "INVALID_INPUT_DATA"),
    "an app key of somebody else": ({}, "INVALID_APP_KEY"),
}


@pytest.mark.parametrize(("more", "error"), BROKEN.values(), ids=BROKEN)
def test_a_request_that_ends_in_an_error_has_changed_nothing(
    client: Client, alice: Bettor, more: dict[str, str], error: str
) -> None:
    """Whatever a fault would have let happen to its first bet."""
    given = instructions(alice, "replaceOrders", 2)
    refuse(client, "replaceOrders", "PROCESSED_WITH_ERRORS", instructionCode="CANCELLED_NOT_PLACED")
    asks = Bettor(client)
    asks.headers = alice.headers if more else {**alice.headers, "X-Application": "nobody's"}

    refusal = asks.refusal("replaceOrders", **{"marketId": MATCH, "instructions": given, **more})

    assert refusal[0] == error
    assert bets(alice) == [RESTING] * 2


def test_of_a_replacement_one_may_be_cancelled_and_not_placed_and_the_others_replaced(
    client: Client, alice: Bettor
) -> None:
    refuse(client, "replaceOrders", "PROCESSED_WITH_ERRORS", instructionCode="CANCELLED_NOT_PLACED")

    report = ask(alice, "replaceOrders", 2)

    assert (report["status"], report["errorCode"]) == ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS")
    assert codes(report) == [("FAILURE", "CANCELLED_NOT_PLACED"), ("SUCCESS", None)]
    assert sorted(bets(alice)) == [CANCELLED, CANCELLED, (3.0, "LAPSE", 5.0)]


def test_the_journal_says_what_was_processed_with_errors(client: Client, alice: Bettor) -> None:
    refuse(client, "placeOrders", "PROCESSED_WITH_ERRORS")
    alice.place(back(2.0, 5), back(2.0, 5))

    entries = client.get(f"{CONTROL}/journal", params={"kind": "request"}).json()["entries"]

    assert [(each["name"], each["content"]["outcome"]) for each in entries] == [
        ("placeOrders", "PROCESSED_WITH_ERRORS")
    ]

"""Changing bets in play over the wire: only what is placed anew waits for the bet delay.

Sources: exchange mechanics, sections 4 and 8.1; `SportsAPING.xml`, replaceOrders (`async`). That edits are not delayed
is published.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.commands import SuspendMarket, TurnInPlay
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import AWAY, CONTROL, MATCH, Bettor, back, betting, codes, lay, world_of
from tests.contract.waiting_bets import advancing, doing, post, report_during
from tests.in_process import Client


@pytest.fixture
def client() -> Iterator[Client]:
    with betting() as client:
        world_of(client).do(TurnInPlay(MATCH)).accepted()
        yield client


@pytest.fixture
def bet_id(client: Client, alice: Bettor) -> str:
    """A bet of alice's that rests in play, since 17:00:05."""
    report = report_during(client, alice, "placeOrders", {"instructions": [back()]}, advancing(5000))
    found: str = report["instructionReports"][0]["betId"]
    return found


def test_cancelling_and_updating_do_not_wait(alice: Bettor, bet_id: str) -> None:
    """The bet delay is for new bets alone."""
    assert "SUCCESS" == alice.update({"betId": bet_id, "newPersistenceType": "PERSIST"})["status"]
    assert "SUCCESS" == alice.cancel({"betId": bet_id, "sizeReduction": 0.5})["status"]
    assert "SUCCESS" == alice.cancel({"betId": bet_id})["status"]


def test_a_replacement_cancels_at_once_and_waits_to_place(client: Client, alice: Bettor, bet_id: str) -> None:
    """The bet is gone while its successor waits; each leg has its own date."""
    seen: list[Any] = []

    report = report_during(
        client,
        alice,
        "replaceOrders",
        {"instructions": [{"betId": bet_id, "newPrice": 4}]},
        advancing(4999),
        lambda world: seen.append(len(world.exchange.orders)),
        lambda world: seen.append(world.exchange.orders[int(bet_id)].size_cancelled),
        advancing(1),
    )

    assert [1, 200] == seen
    assert "SUCCESS" == report["status"]
    (replacement,) = report["instructionReports"]
    assert "2026-06-06T17:00:05.000Z" == replacement["cancelInstructionReport"]["cancelledDate"]
    assert "2026-06-06T17:00:10.000Z" == replacement["placeInstructionReport"]["placedDate"]
    assert "EXECUTABLE" == alice.order(replacement["placeInstructionReport"]["betId"])["status"]


def test_what_a_fault_lets_be_cancelled_and_not_placed_is_cancelled_before_the_others_have_waited(
    client: Client, alice: Bettor, bet_id: str
) -> None:
    fault = {"operation": "replaceOrders", "do": "refuse", "code": "PROCESSED_WITH_ERRORS"}
    fault["instructionCode"] = "CANCELLED_NOT_PLACED"
    assert client.post(f"{CONTROL}/faults", json={"faults": [fault]}).status_code == 201
    placed = report_during(client, alice, "placeOrders", {"instructions": [back()]}, advancing(5000))
    other_id = placed["instructionReports"][0]["betId"]
    seen: list[Any] = []

    report = report_during(
        client,
        alice,
        "replaceOrders",
        {"instructions": [{"betId": each, "newPrice": 4} for each in (bet_id, other_id)]},
        lambda world: seen.append(world.exchange.orders[int(bet_id)].size_cancelled),
        advancing(5000),
    )

    assert [200] == seen
    assert codes(report) == ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS", ["CANCELLED_NOT_PLACED", None])


def test_a_replacement_that_lapses_was_cancelled_and_not_placed(client: Client, alice: Bettor, bet_id: str) -> None:
    """The cancellation stands; a bet that could not be replaced in the first place keeps its own reason."""
    instructions = [{"betId": bet_id, "newPrice": 4}, {"betId": "7", "newPrice": 4}]

    report = report_during(
        client, alice, "replaceOrders", {"instructions": instructions}, doing(SuspendMarket(MATCH)), advancing(5000)
    )

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED", "INVALID_BET_ID"]) == codes(report)
    lapsed = report["instructionReports"][0]
    assert ("SUCCESS", 2.0) == (
        lapsed["cancelInstructionReport"]["status"],
        lapsed["cancelInstructionReport"]["sizeCancelled"],
    )
    assert "BET_TAKEN_OR_LAPSED" == lapsed["placeInstructionReport"]["errorCode"]
    assert ["EXECUTION_COMPLETE"] == [order["status"] for order in alice.orders()]


def test_an_asynchronous_replacement_is_pending(client: Client, alice: Bettor, bet_id: str) -> None:
    """The cancellation is reported at once, the new bet has no id yet."""
    report = alice.replace({"betId": bet_id, "newPrice": 4}, **{"async": True})

    (replacement,) = report["instructionReports"]
    assert 2.0 == replacement["cancelInstructionReport"]["sizeCancelled"]
    assert ["status", "instruction", "orderStatus"] == list(replacement["placeInstructionReport"])
    assert "PENDING" == replacement["placeInstructionReport"]["orderStatus"]
    world_of(client).do(AdvanceClock(5000)).accepted()
    assert ["EXECUTION_COMPLETE", "EXECUTABLE"] == [order["status"] for order in alice.orders()]


def test_a_reset_times_out_a_replacement(client: Client, alice: Bettor, bet_id: str) -> None:
    """The cancellation had been made; of the new bet nobody will ever know."""
    instructions = [{"betId": bet_id, "newPrice": 4}, {"betId": "7", "newPrice": 4}]

    report = report_during(client, alice, "replaceOrders", {"instructions": instructions}, post(f"{CONTROL}/reset"))

    assert ("TIMEOUT", None, [None, "INVALID_BET_ID"]) == codes(report)
    replacement, failure = report["instructionReports"]
    assert ("TIMEOUT", "FAILURE") == (replacement["status"], failure["status"])
    assert 2.0 == replacement["cancelInstructionReport"]["sizeCancelled"]
    limit = {"size": 2.0, "price": 4.0, "persistenceType": "LAPSE"}
    assert {
        "status": "TIMEOUT",
        "instruction": {"selectionId": 1, "limitOrder": limit, "orderType": "LIMIT", "side": "BACK"},
    } == replacement["placeInstructionReport"]


def test_a_reset_does_not_make_reports_forget_the_bets_that_were_left_as_they_were(
    client: Client, alice: Bettor, bet_id: str
) -> None:
    """They are written of the bets as they were when the world began again, in which there are no such bets."""
    other = report_during(client, alice, "placeOrders", {"instructions": [lay(2.0, runner=AWAY)]}, advancing(5000))
    left_id = other["instructionReports"][0]["betId"]
    instructions = [{"betId": bet_id, "newPrice": 4}, {"betId": left_id, "newPrice": 2}]

    report = report_during(client, alice, "replaceOrders", {"instructions": instructions}, post(f"{CONTROL}/reset"))

    assert ("TIMEOUT", None, [None, "NO_ACTION_REQUIRED"]) == codes(report)
    words = report["instructionReports"][1]["placeInstructionReport"]["instruction"]
    assert (AWAY, "LAY") == (words["selectionId"], words["side"])

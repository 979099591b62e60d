"""Orders for the starting price over the wire: which of them can be changed, and what the reports say.

Sources: manual, BET_TAKEN_OR_LAPSED, INVALID_PRICE_EDIT and ReplaceInstruction; `SportsAPING.xml`, replaceOrders;
exchange mechanics, section 9.5.
"""

from typing import Any

import pytest

from simulator.exchange.commands import Reconcile, RemoveRunner
from simulator.exchange.orders import RunnerKey
from tests.contract.bettor import (
    RACE,
    Bettor,
    back,
    cleared_ids,
    codes,
    limit_on_close,
    market_on_close,
    of,
    world_of,
)
from tests.in_process import Client


def bet(bettor: Bettor, instruction: dict[str, Any]) -> str:
    return bettor.bet(instruction, market=RACE)


# Cancelling, updating


@pytest.mark.parametrize("instruction", [market_on_close("BACK", 2), limit_on_close("LAY", 10, 3)])
def test_it_can_be_neither_cancelled_nor_updated(alice: Bettor, instruction: dict[str, Any]) -> None:
    """Manual, BET_TAKEN_OR_LAPSED: cancelling or editing MARKET_ON_CLOSE bets and cancelling LIMIT_ON_CLOSE bets."""
    bet_id = bet(alice, instruction)
    taken = ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"])

    for reduction in ({}, {"sizeReduction": 1}):
        assert taken == codes(alice.cancel({"betId": bet_id, **reduction}, market=RACE))
    assert taken == codes(alice.update({"betId": bet_id, "newPersistenceType": "PERSIST"}, market=RACE))
    assert instruction["side"] == alice.order(bet_id)["side"]


def test_cancelling_everything_leaves_it(alice: Bettor) -> None:
    """Only LIMIT orders are cancelled, in a market and everywhere."""
    bet(alice, market_on_close("BACK", 2))

    for params in ({"marketId": RACE}, {}):
        assert ("SUCCESS", None, []) == codes(alice.ask("cancelOrders", **params))
    assert [0.0] == [order["sizeCancelled"] for order in alice.orders()]


# Editing its price


@pytest.fixture
def waiting(alice: Bettor) -> str:
    """A LIMIT_ON_CLOSE lay of 20.00 at risk at 3.0 or less."""
    return bet(alice, {**limit_on_close("LAY", 20, 3), "customerOrderRef": "mine"})


def test_an_easier_price_is_reported_as_a_new_bet(alice: Bettor, waiting: str) -> None:
    """What waited is cancelled, and all of it waits again; the place in the queue stays (see the unit tests)."""
    alice.replace({"betId": waiting, "newPrice": 3.5}, market=RACE)

    assert (
        '{"status":"SUCCESS","marketId":"1.201","instructionReports":[{"status":"SUCCESS","cancelInstructionReport":'
        '{"status":"SUCCESS","instruction":{"betId":"442000000001"},"sizeCancelled":20.0,'
        '"cancelledDate":"2026-06-06T17:00:00.000Z"},"placeInstructionReport":{"status":"SUCCESS","instruction":'
        '{"selectionId":1,"limitOnCloseOrder":{"liability":20.0,"price":3.5},"customerOrderRef":"mine",'
        '"orderType":"LIMIT_ON_CLOSE","side":"LAY"},"betId":"442000000002","placedDate":"2026-06-06T17:00:00.000Z",'
        '"orderStatus":"EXECUTION_COMPLETE"}}]}'
    ) in alice.text


def test_the_old_bet_is_cancelled_and_the_new_one_waits(client: Client, alice: Bettor, waiting: str) -> None:
    """Both are listed, and the money counts once."""
    report = alice.replace({"betId": waiting, "newPrice": 3.5}, market=RACE)
    new = report["instructionReports"][0]["placeInstructionReport"]["betId"]

    fields = ("priceSize", "bspLiability", "sizeCancelled", "status")
    assert ({"price": 3.0, "size": 0.0}, 20.0, 20.0, "EXECUTION_COMPLETE") == of(alice.order(waiting), *fields)
    assert ({"price": 3.5, "size": 0.0}, 20.0, 0.0, "EXECUTION_COMPLETE") == of(alice.order(new), *fields)
    assert [waiting] == cleared_ids(alice, "CANCELLED")
    assert 20_00 == world_of(client).exchange.accounts["alice"].exposure


def test_an_edit_is_reported_at_once_also_to_whoever_does_not_wait(alice: Bettor, waiting: str) -> None:
    """`async` is "not available for MOC or LOC bets" (definition)."""
    report = alice.replace({"betId": waiting, "newPrice": 3.5}, market=RACE, **{"async": True})

    assert "442000000002" == report["instructionReports"][0]["placeInstructionReport"]["betId"]


REPLACEMENTS = [
    ("LAY", 2.5, "INVALID_PRICE_EDIT"),
    ("BACK", 3.5, "INVALID_PRICE_EDIT"),
    ("LAY", 3, "NO_ACTION_REQUIRED"),
    ("LAY", 3.01, "INVALID_ODDS"),
    ("LAY", 3.001, "INVALID_ODDS"),
    ("LAY", 0, "INVALID_ODDS"),
]


@pytest.mark.parametrize(("side", "price", "code"), REPLACEMENTS)
def test_a_price_may_only_become_easier(alice: Bettor, side: str, price: float, code: str) -> None:
    """Manual, INVALID_PRICE_EDIT: up for a lay, down for a back. What is refused leaves the bet as it was."""
    bet_id = bet(alice, limit_on_close(side, 20, 3))
    before = alice.orders()

    report = alice.replace({"betId": bet_id, "newPrice": price}, market=RACE)

    assert ("FAILURE", "BET_ACTION_ERROR", [code]) == codes(report)
    (item,) = report["instructionReports"]
    assert {"status": "FAILURE", "errorCode": code, "instruction": {"betId": bet_id}} == item["cancelInstructionReport"]
    assert "RELATED_ACTION_FAILED" == item["placeInstructionReport"]["errorCode"]
    order = {"liability": 20.0, "price": float(price)}
    assert order == item["placeInstructionReport"]["instruction"]["limitOnCloseOrder"]
    assert before == alice.orders()


def test_a_bet_at_any_price_has_none_to_edit(alice: Bettor) -> None:
    """Manual, BET_TAKEN_OR_LAPSED; the report shows the order that it is."""
    bet_id = bet(alice, market_on_close("BACK", 2))

    report = alice.replace({"betId": bet_id, "newPrice": 3}, market=RACE)

    assert ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"]) == codes(report)
    instruction = report["instructionReports"][0]["placeInstructionReport"]["instruction"]
    assert ("MARKET_ON_CLOSE", {"liability": 2.0}) == of(instruction, "orderType", "marketOnCloseOrder")
    assert "limitOrder" not in instruction


def test_after_the_auction_nothing_is_edited(client: Client, alice: Bettor, waiting: str) -> None:
    """Whatever became of the bet."""
    world_of(client).do(Reconcile(RACE)).accepted()

    report = alice.replace({"betId": waiting, "newPrice": 3.5}, market=RACE)

    assert ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"]) == codes(report)


def test_an_edit_for_an_old_version_of_the_market_leaves_the_bet(client: Client, alice: Bettor, waiting: str) -> None:
    """Unlike a LIMIT order, of which the cancellation would stand."""
    world_of(client).do(RemoveRunner(RACE, RunnerKey(2))).accepted()

    report = alice.replace({"betId": waiting, "newPrice": 3.5}, market=RACE, marketVersion={"version": 2})

    assert ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"]) == codes(report)
    assert 0.0 == alice.order(waiting)["sizeCancelled"]


def test_of_both_kinds_all_new_bets_are_placed_or_none(alice: Bettor, waiting: str) -> None:
    """Manual, replaceOrders; the cancellation stands, and what cannot be cancelled waits as it did."""
    for price, limit_price, codes_wanted in (
        (8, 2.5, ["CANCELLED_NOT_PLACED", "INVALID_PRICE_EDIT"]),
        (8.01, 3.5, ["CANCELLED_NOT_PLACED", "RELATED_ACTION_FAILED"]),
    ):
        limit = bet(alice, back(9.0, 2))

        report = alice.replace(
            {"betId": limit, "newPrice": price}, {"betId": waiting, "newPrice": limit_price}, market=RACE
        )

        assert ("FAILURE", "BET_ACTION_ERROR", codes_wanted) == codes(report)
        assert (0.0, 2.0) == of(alice.order(limit), "sizeRemaining", "sizeCancelled")
        assert ({"price": 3.0, "size": 0.0}, 0.0) == of(alice.order(waiting), "priceSize", "sizeCancelled")
        assert [] == alice.orders(orderProjection="EXECUTABLE")


def test_bets_of_both_kinds_are_replaced_in_one_request(alice: Bettor, waiting: str) -> None:
    """Together; one that there is not fails by itself."""
    limit = bet(alice, back(9.0, 2))

    report = alice.replace(
        {"betId": limit, "newPrice": 8}, {"betId": waiting, "newPrice": 3.5}, {"betId": "1", "newPrice": 2}, market=RACE
    )

    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS", [None, None, "INVALID_BET_ID"]) == codes(report)
    placed = [item["placeInstructionReport"]["instruction"] for item in report["instructionReports"][:2]]
    assert [8.0, 3.5] == [placed[0]["limitOrder"]["price"], placed[1]["limitOnCloseOrder"]["price"]]

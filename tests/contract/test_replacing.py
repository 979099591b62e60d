"""replaceOrders over the wire: a cancellation that stands, and a new bet that may not come to be.

Sources: manual and `SportsAPING.xml`, replaceOrders and ReplaceExecutionReport; recorded `replace_orders.json`.
"""

from typing import Any

import pytest

from simulator.exchange.commands import CloseMarket, SuspendMarket, TouchMarket, VoidMarket
from simulator.world.inputs import AdvanceClock
from simulator.world.state_hash import state_hash
from tests.contract.bettor import (
    AWAY,
    MATCH,
    NEXT_MATCH,
    Bettor,
    back,
    codes,
    lay,
    world_of,
)
from tests.in_process import Client

FIRST, SECOND = "442000000001", "442000000002"


def to(new_price: object, bet_id: str = FIRST) -> dict[str, Any]:
    """Return the instruction that gives a bet another price."""
    return {"betId": bet_id, "newPrice": new_price}


# What succeeds


def test_a_replacement_reports_both_its_legs(client: Client, alice: Bettor) -> None:
    """The new bet has a new id, its own date, and the instruction that would have placed it, without a handicap."""
    alice.bet({**back(3.0, 2, persistenceType="PERSIST"), "handicap": 0, "customerOrderRef": "o"})
    world_of(client).do(AdvanceClock(2000)).accepted()

    alice.replace(to("4"), customerRef="r")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"r","status":"SUCCESS","marketId":"1.101","instructionReports":['
        '{"status":"SUCCESS","cancelInstructionReport":{"status":"SUCCESS","instruction":{"betId":"442000000001"},'
        '"sizeCancelled":2.0,"cancelledDate":"2026-06-06T17:00:02.000Z"},"placeInstructionReport":{'
        '"status":"SUCCESS","instruction":{"selectionId":1,"limitOrder":{"size":2.0,"price":4.0,'
        '"persistenceType":"PERSIST"},"customerOrderRef":"o","orderType":"LIMIT","side":"BACK"},'
        '"betId":"442000000002","placedDate":"2026-06-06T17:00:02.000Z","averagePriceMatched":0.0,'
        '"sizeMatched":0.0,"orderStatus":"EXECUTABLE"}}]},"id":1}'
    ) == alice.text


def test_the_new_bet_is_like_the_old_one_but_for_its_price(alice: Bettor) -> None:
    """It keeps side, runner, persistence and references; the old one is cancelled."""
    alice.bet({**lay(3.0, 2, AWAY, persistenceType="PERSIST"), "customerOrderRef": "o"}, customerStrategyRef="s")
    before = alice.order(FIRST)

    alice.replace(to(2.9))

    expected = {**before, "betId": SECOND, "priceSize": {"price": 2.9, "size": 2.0}}
    assert expected == alice.order(SECOND)
    assert ("EXECUTION_COMPLETE", 2.0) == (alice.order(FIRST)["status"], alice.order(FIRST)["sizeCancelled"])


def test_only_what_is_left_is_placed_again(alice: Bettor, bob: Bettor) -> None:
    """A rest may be smaller than any new bet could be."""
    bob.bet(lay(3.0, 1.5))
    bet_id = alice.bet(back(3.0, 2))

    report = alice.replace(to(4, bet_id))

    (replacement,) = report["instructionReports"]
    assert 0.5 == replacement["cancelInstructionReport"]["sizeCancelled"]
    assert 0.5 == replacement["placeInstructionReport"]["instruction"]["limitOrder"]["size"]
    assert "SUCCESS" == report["status"]


def test_the_new_bet_is_matched_at_once_where_it_can_be(alice: Bettor, bob: Bettor) -> None:
    """With the average of what it got."""
    alice.bet(back(3.0, 2))
    bob.bet(lay(2.5, 1))
    bob.bet(lay(2.4, 5))

    placed = alice.replace(to(2.4))["instructionReports"][0]["placeInstructionReport"]

    assert ("EXECUTION_COMPLETE", 2.45, 2.0) == (
        placed["orderStatus"],
        placed["averagePriceMatched"],
        placed["sizeMatched"],
    )


def test_an_asynchronous_replacement_is_pending_and_has_no_bet_id(alice: Bettor) -> None:
    """The cancellation is told; the new bet is found by its reference."""
    alice.bet({**back(), "customerOrderRef": "o"})

    (replacement,) = alice.replace(to(4), **{"async": True})["instructionReports"]

    assert 2.0 == replacement["cancelInstructionReport"]["sizeCancelled"]
    assert ["status", "instruction", "orderStatus"] == list(replacement["placeInstructionReport"])
    assert "PENDING" == replacement["placeInstructionReport"]["orderStatus"]
    assert [FIRST, SECOND] == [order["betId"] for order in alice.orders(customerOrderRefs=["o"])]


def test_rest_answers_the_same_report(alice: Bettor) -> None:
    """Bare, as all its results."""
    alice.bet(back())

    response = alice.rest("replaceOrders", marketId=MATCH, instructions=[to(4)])

    assert (200, ("SUCCESS", None, [None])) == (response.status_code, codes(response.json()))


# What is cancelled and not placed


@pytest.mark.parametrize("price", [2.57 + 0.001, 3.01, 0, -3, 1.0, 1001, 1e300, "1e-300"])
def test_a_price_off_the_ladder_leaves_the_bet_cancelled(alice: Bettor, price: object) -> None:
    """The live recording of August 2026: the bet really is cancelled, the new one has no id."""
    alice.bet(back(3.0, 5))

    report = alice.replace(to(price))

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED"]) == codes(report)
    (replacement,) = report["instructionReports"]
    assert ["status", "errorCode", "cancelInstructionReport", "placeInstructionReport"] == list(replacement)
    assert {"status": "SUCCESS", "instruction": {"betId": FIRST}, "sizeCancelled": 5.0} == {
        name: replacement["cancelInstructionReport"][name] for name in ("status", "instruction", "sizeCancelled")
    }
    assert {
        "status": "FAILURE",
        "errorCode": "INVALID_ODDS",
        "instruction": {
            "selectionId": 1,
            "limitOrder": {"size": 5.0, "price": float(str(price)), "persistenceType": "LAPSE"},
            "orderType": "LIMIT",
            "side": "BACK",
        },
    } == replacement["placeInstructionReport"]
    assert ["EXECUTION_COMPLETE"] == [order["status"] for order in alice.orders()]


def test_a_bet_that_becomes_too_expensive_is_cancelled_and_not_placed(client: Client) -> None:
    """The money of the cancelled bet is free again."""
    poor = Bettor(client, "poor")
    poor.bet(lay(3.0, 5))

    report = poor.replace(to(3.5))

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED"]) == codes(report)
    assert "INSUFFICIENT_FUNDS" == report["instructionReports"][0]["placeInstructionReport"]["errorCode"]
    assert 10_00 == world_of(client).exchange.available_to_bet("poor")


def test_a_bet_may_become_cheaper_for_who_has_nothing_left(client: Client) -> None:
    """The cancellation comes first and frees the money for the new bet."""
    poor = Bettor(client, "poor")
    poor.bet(lay(3.0, 5))

    assert "SUCCESS" == poor.replace(to(2.9))["status"]


def test_new_bets_are_placed_together_or_not_at_all(alice: Bettor) -> None:
    """Of two of which one has a wrong price both are cancelled, and neither is placed."""
    alice.bet(back(3.0))
    alice.bet(back(3.0, 2, AWAY))

    report = alice.replace(to(4), to(4.01, SECOND))

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED"] * 2) == codes(report)
    assert ["RELATED_ACTION_FAILED", "INVALID_ODDS"] == [
        each["placeInstructionReport"]["errorCode"] for each in report["instructionReports"]
    ]
    assert [2.0, 2.0] == [order["sizeCancelled"] for order in alice.orders()]


def test_a_version_that_is_too_old_leaves_the_bet_cancelled(client: Client, alice: Bettor) -> None:
    """The new bet lapses before it is one."""
    alice.bet(back())
    market = world_of(client).exchange.markets[MATCH]

    report = alice.replace(to(4), marketVersion={"version": market.material_version - 1})

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED"]) == codes(report)
    assert "BET_TAKEN_OR_LAPSED" == report["instructionReports"][0]["placeInstructionReport"]["errorCode"]
    assert "EXECUTION_COMPLETE" == alice.order(FIRST)["status"]


def test_a_version_that_is_not_the_latest_may_do(client: Client, alice: Bettor) -> None:
    """Changes that are not material do not matter."""
    alice.bet(back())
    version = world_of(client).exchange.markets[MATCH].version
    world_of(client).do(TouchMarket(MATCH)).accepted()

    assert "SUCCESS" == alice.replace(to(4), marketVersion={"version": version})["status"]


# What is neither cancelled nor placed


def test_a_bet_that_is_taken_keeps_what_it_got(alice: Bettor, bob: Bettor) -> None:
    """The cancellation says why, and the new order that it was to make room for failed with it."""
    alice.bet(back(3.0, 2))
    bob.bet(lay(3.0, 2))

    report = alice.replace(to(4))

    assert ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"]) == codes(report)
    assert {
        "status": "FAILURE",
        "errorCode": "BET_TAKEN_OR_LAPSED",
        "cancelInstructionReport": {
            "status": "FAILURE",
            "errorCode": "BET_TAKEN_OR_LAPSED",
            "instruction": {"betId": FIRST},
        },
        "placeInstructionReport": {
            "status": "FAILURE",
            "errorCode": "RELATED_ACTION_FAILED",
            "instruction": {
                "selectionId": 1,
                "limitOrder": {"size": 2.0, "price": 4.0, "persistenceType": "LAPSE"},
                "orderType": "LIMIT",
                "side": "BACK",
            },
        },
    } == report["instructionReports"][0]
    assert 2.0 == alice.order(FIRST)["sizeMatched"]


def test_the_new_order_of_a_bet_that_is_not_replaced_has_the_size_of_what_is_left(
    client: Client, alice: Bettor, bob: Bettor
) -> None:
    """Two of five are matched, and then the market is suspended."""
    alice.bet(back(3.0, 5))
    bob.bet(lay(3.0, 2))
    world_of(client).do(SuspendMarket(MATCH)).accepted()

    (report,) = alice.replace(to(4))["instructionReports"]

    assert 3.0 == report["placeInstructionReport"]["instruction"]["limitOrder"]["size"]


@pytest.mark.parametrize("bet_id", ["7", "x", "", "-1", SECOND])
def test_a_bet_that_is_not_ones_own_is_an_invalid_id(alice: Bettor, bob: Bettor, bet_id: str) -> None:
    """Unknown, no number, or somebody else's. Its order is reported all the same, with all that has to be named."""
    alice.bet(back(9.0))
    bob.bet(back(9.0))

    report = alice.replace(to(8, bet_id))

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_BET_ID"]) == codes(report)
    assert {
        "status": "FAILURE",
        "errorCode": "RELATED_ACTION_FAILED",
        "instruction": {"selectionId": 0, "limitOrder": {"price": 8.0}, "orderType": "LIMIT", "side": "BACK"},
    } == report["instructionReports"][0]["placeInstructionReport"]
    assert ["EXECUTABLE"] == [order["status"] for order in bob.orders()]


@pytest.mark.parametrize("price", [3, 3.0, "3.00"])
def test_the_price_it_has_needs_no_action(client: Client, alice: Bettor, price: object) -> None:
    """The bet stays where it is in its queue."""
    alice.bet(back(3.0))
    state = state_hash(world_of(client))

    assert ("FAILURE", "BET_ACTION_ERROR", ["NO_ACTION_REQUIRED"]) == codes(alice.replace(to(price)))
    assert state == state_hash(world_of(client))


def test_some_may_fail_where_others_succeed(alice: Bettor) -> None:
    """Every instruction that could be cancelled is; of the others nothing is known to be wrong but themselves."""
    alice.bet(back(3.0))
    alice.bet(back(9.0))

    report = alice.replace(to(4), to(4, "7"), to(9, SECOND))

    expected = [None, "INVALID_BET_ID", "NO_ACTION_REQUIRED"]
    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS", expected) == codes(report)
    assert [2.0, 0.0, 0.0] == [order["sizeCancelled"] for order in alice.orders()]


# What is refused whole


def test_a_bet_named_twice_fails_the_request(client: Client, alice: Bettor) -> None:
    """DUPLICATE_BETIDS, and nothing is cancelled."""
    alice.bet(back())
    state = state_hash(world_of(client))

    assert ("FAILURE", "DUPLICATE_BETIDS", ["ERROR_IN_ORDER"] * 2) == codes(alice.replace(to(4), to(5)))
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize(
    ("market", "params", "code"),
    [
        ("1.999", {}, "INVALID_MARKET_ID"),
        (NEXT_MATCH, {}, "MARKET_SUSPENDED"),
        (MATCH, {"marketVersion": {"version": -1}}, "INVALID_MARKET_VERSION"),
        (MATCH, {"marketVersion": {"version": 10**12}}, "INVALID_MARKET_VERSION"),
    ],
)
def test_a_refusal_of_the_request_cancels_nothing(
    client: Client, alice: Bettor, market: str, params: dict[str, Any], code: str
) -> None:
    """Both the instruction and its cancellation carry ERROR_IN_ORDER."""
    alice.bet(back())
    world_of(client).do(SuspendMarket(NEXT_MATCH)).accepted()
    state = state_hash(world_of(client))

    report = alice.replace(to(4), market=market, **params)

    assert ("FAILURE", code, ["ERROR_IN_ORDER"]) == codes(report)
    cancellation = report["instructionReports"][0]["cancelInstructionReport"]
    assert {"status": "FAILURE", "errorCode": "ERROR_IN_ORDER", "instruction": {"betId": FIRST}} == cancellation
    assert state == state_hash(world_of(client))


def test_a_rest_whose_profit_would_round_too_far_is_cancelled_and_not_placed(alice: Bettor) -> None:
    """0.13 at 9.0 may rest; at 1.06 it would win 0.01 for 0.0078."""
    bet_id = alice.bet(back(9.0, 10))
    alice.cancel({"betId": bet_id, "sizeReduction": 9.87})

    report = alice.replace(to(1.06))

    assert ("FAILURE", "BET_ACTION_ERROR", ["CANCELLED_NOT_PLACED"]) == codes(report)
    (item,) = report["instructionReports"]
    assert "INVALID_PROFIT_RATIO" == item["placeInstructionReport"]["errorCode"]
    assert 0.13 == item["cancelInstructionReport"]["sizeCancelled"]


def test_nothing_is_replaced_in_a_market_that_is_settled(client: Client, alice: Bettor) -> None:
    """Bets of a closed market are history, also where its result is still to come, and each instruction says so."""
    alice.bet(back())
    world_of(client).do(CloseMarket(MATCH)).accepted()
    over = alice.replace(to(4))
    world_of(client).do(VoidMarket(MATCH)).accepted()

    code = "MARKET_NOT_OPEN_FOR_BETTING"
    assert ("FAILURE", code, [code]) == codes(over) == codes(alice.replace(to(4)))
    (report,) = over["instructionReports"]
    assert code == report["cancelInstructionReport"]["errorCode"]
    assert "RELATED_ACTION_FAILED" == report["placeInstructionReport"]["errorCode"]


def test_a_reference_is_used_up_for_sixty_seconds(client: Client, alice: Bettor) -> None:
    """Sent again by mistake, a replacement does not replace the replacement."""
    alice.bet(back())
    alice.replace(to(4), customerRef="r")

    again = alice.replace(to(5, SECOND), customerRef="r")
    assert ("FAILURE", "DUPLICATE_TRANSACTION", ["ERROR_IN_ORDER"]) == codes(again)
    world_of(client).do(AdvanceClock(60_000)).accepted()
    assert "SUCCESS" == alice.replace(to(5, SECOND), customerRef="r")["status"]

"""placeOrders over the wire: what its reports say, and how they say it.

Sources: manual and `SportsAPING.xml`, placeOrders and PlaceExecutionReport; recorded answers to placeOrders.
"""

import json
from typing import Any

import pytest

from simulator.world.state_hash import state_hash
from tests.contract.bettor import (
    AWAY,
    HOME,
    LINE,
    MATCH,
    RACE,
    Bettor,
    back,
    codes,
    lay,
    limit_order,
    placed,
    world_of,
)
from tests.in_process import Client

FIRST_BET_ID = 442_000_000_001


# The answer, byte for byte


def test_an_unmatched_bet_is_reported_as_recorded(alice: Bettor) -> None:
    """The recording of March 2021, with our ids and our time."""
    instruction = {**lay(2.58, 10, persistenceType="PERSIST"), "handicap": "0", "customerOrderRef": "o1"}

    alice.place(instruction, customerRef="r1")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"r1","status":"SUCCESS","marketId":"1.101","instructionReports":['
        '{"status":"SUCCESS","instruction":{"selectionId":1,"handicap":0.0,"limitOrder":{"size":10.0,"price":2.58,'
        '"persistenceType":"PERSIST"},"customerOrderRef":"o1","orderType":"LIMIT","side":"LAY"},'
        '"betId":"442000000001","placedDate":"2026-06-06T17:00:00.000Z","averagePriceMatched":0.0,"sizeMatched":0.0,'
        '"orderStatus":"EXECUTABLE"}]},"id":1}'
    ) == alice.text


def test_a_killed_order_is_a_success_with_a_bet_id(alice: Bettor) -> None:
    """The documented sample: sent in texts and with a persistence, answered in doubles and without it."""
    limit = {
        "size": "5", "price": "21", "persistenceType": "LAPSE", "timeInForce": "FILL_OR_KILL", "minFillSize": "5",
    }  # fmt: skip
    instruction = {"selectionId": "1", "handicap": "0", "side": "BACK", "orderType": "LIMIT", "limitOrder": limit}

    alice.place(instruction)

    assert (
        '{"jsonrpc":"2.0","result":{"status":"SUCCESS","marketId":"1.101","instructionReports":[{"status":"SUCCESS",'
        '"instruction":{"selectionId":1,"handicap":0.0,"limitOrder":{"size":5.0,"price":21.0,"minFillSize":5.0,'
        '"timeInForce":"FILL_OR_KILL"},"orderType":"LIMIT","side":"BACK"},"betId":"442000000001",'
        '"placedDate":"2026-06-06T17:00:00.000Z","averagePriceMatched":0.0,"sizeMatched":0.0,"orderStatus":"EXPIRED"}'
        ']},"id":1}'
    ) == alice.text


def test_a_refused_order_has_status_code_and_instruction_and_no_more(alice: Bettor) -> None:
    """The recorded failure: the request's code above, the instruction as it was understood below."""
    alice.place({**lay(1.805, 10, persistenceType="PERSIST"), "customerOrderRef": "o-1"}, customerRef="o-1")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"o-1","status":"FAILURE","errorCode":"BET_ACTION_ERROR",'
        '"marketId":"1.101","instructionReports":[{"status":"FAILURE","errorCode":"INVALID_ODDS","instruction":{'
        '"selectionId":1,"limitOrder":{"size":10.0,"price":1.805,"persistenceType":"PERSIST"},'
        '"customerOrderRef":"o-1","orderType":"LIMIT","side":"LAY"}}]},"id":1}'
    ) == alice.text


def test_rest_answers_the_same_report_without_an_envelope(client: Client, alice: Bettor) -> None:
    """A bet over REST is a bet, and its report is the bare result."""
    response = alice.rest("placeOrders", marketId=MATCH, instructions=[back()], customerRef="rest")

    assert 200 == response.status_code
    assert list(response.json()) == ["customerRef", "status", "marketId", "instructionReports"]
    assert str(FIRST_BET_ID) == response.json()["instructionReports"][0]["betId"]
    assert [str(FIRST_BET_ID)] == [order["betId"] for order in alice.orders()]


def test_a_refusal_over_rest_is_an_answer_and_not_a_fault(alice: Bettor) -> None:
    """An execution report that says FAILURE has HTTP status 200."""
    response = alice.rest("placeOrders", marketId=MATCH, instructions=[back(2.01), back()])

    assert 200 == response.status_code
    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_ODDS", "ERROR_IN_ORDER"]) == codes(response.json())


# What the report repeats


def echo(alice: Bettor, instruction: dict[str, Any]) -> str:
    """Return the instruction of a report in JSON, whatever became of it."""
    return json.dumps(alice.place(instruction)["instructionReports"][0]["instruction"])


LIMIT = {"size": 2, "price": 3}
PLAIN = {"selectionId": 1, "side": "BACK", "orderType": "LIMIT"}
ECHOED = '{"selectionId": 1, %s"limitOrder": {"size": 2.0, "price": 3.0%s}, %s"orderType": "LIMIT", "side": "BACK"}'


@pytest.mark.parametrize(
    ("limit", "more", "expected"),
    [
        ({}, {}, ("", "", "")),
        ({}, {"handicap": 0}, ('"handicap": 0.0, ', "", "")),
        ({}, {"handicap": "0"}, ('"handicap": 0.0, ', "", "")),
        ({}, {"handicap": None}, ("", "", "")),
        ({}, {"handicap": ""}, ("", "", "")),
        ({}, {"handicap": -0.25}, ('"handicap": -0.25, ', "", "")),
        ({"size": "2", "price": "3.00"}, {"selectionId": "1"}, ("", "", "")),
        ({"persistenceType": "LAPSE"}, {}, ("", ', "persistenceType": "LAPSE"', "")),
        ({"persistenceType": None}, {}, ("", "", "")),
        ({"timeInForce": "FILL_OR_KILL"}, {}, ("", ', "timeInForce": "FILL_OR_KILL"', "")),
        (
            {"persistenceType": "LAPSE", "timeInForce": "FILL_OR_KILL"},
            {},
            ("", ', "timeInForce": "FILL_OR_KILL"', ""),
        ),
        (
            {"timeInForce": "FILL_OR_KILL", "minFillSize": 1},
            {},
            ("", ', "minFillSize": 1.0, "timeInForce": "FILL_OR_KILL"', ""),
        ),
        ({}, {"customerOrderRef": "mine"}, ("", "", '"customerOrderRef": "mine", ')),
        ({}, {"customerOrderRef": 7}, ("", "", '"customerOrderRef": "7", ')),
        ({}, {"customerOrderRef": ""}, ("", "", "")),
        ({}, {"customerOrderRef": None}, ("", "", "")),
        ({"unheardOf": 1}, {"unheardOf": {"a": 1}}, ("", "", "")),
    ],
)
def test_the_instruction_comes_back_as_it_was_understood(
    alice: Bettor, limit: dict[str, Any], more: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    """What was given comes back, as a double where it is one; what was not given, or void, does not."""
    assert ECHOED % expected == echo(alice, {**PLAIN, **more, "limitOrder": {**LIMIT, **limit}})


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["status", "marketId", "instructionReports"]),
        ({"customerRef": "r-1"}, ["customerRef", "status", "marketId", "instructionReports"]),
        ({"customerRef": ""}, ["status", "marketId", "instructionReports"]),
        ({"customerRef": None}, ["status", "marketId", "instructionReports"]),
        ({"customerStrategyRef": "value"}, ["status", "marketId", "instructionReports"]),
        ({"customerStrategyRef": ""}, ["status", "marketId", "instructionReports"]),
    ],
)
def test_the_report_repeats_the_reference_of_the_request_alone(
    alice: Bettor, params: dict[str, Any], names: list[str]
) -> None:
    """`customerRef` is the first member where the request had one; the strategy is not repeated at all."""
    assert names == list(alice.place(back(), **params))


def test_references_stay_with_the_bet(alice: Bettor) -> None:
    """Reports of orders carry those of order and strategy; empty ones count as none."""
    known = alice.bet({**back(), "customerOrderRef": "o" * 32}, customerStrategyRef="s" * 15)
    unknown = alice.bet({**back(), "customerOrderRef": ""}, customerStrategyRef="")

    assert ("o" * 32, "s" * 15) == (
        alice.order(known)["customerOrderRef"],
        alice.order(known)["customerStrategyRef"],
    )
    assert not {"customerOrderRef", "customerStrategyRef"} & set(alice.order(unknown))
    assert [known] == [order["betId"] for order in alice.orders(customerStrategyRefs=["s" * 15])]


def test_parts_that_an_order_type_does_not_use_do_not_matter(alice: Bettor) -> None:
    """A LIMIT order may carry a `marketOnCloseOrder`: it is repeated, and nothing else."""
    report = placed(alice, {**back(), "marketOnCloseOrder": {"liability": 5}})

    assert {"liability": 5.0} == report["instruction"]["marketOnCloseOrder"]
    assert "LIMIT" == alice.order(report["betId"])["orderType"]


# What became of the order


def matched(report: Any) -> tuple[str, float, float]:
    """Return status, average price and size of what an instruction report says is matched."""
    return report["orderStatus"], report["averagePriceMatched"], report["sizeMatched"]


def test_a_bet_is_matched_at_the_better_price_that_was_there(alice: Bettor, bob: Bettor) -> None:
    """Best execution: a back at 2.9 gets the 2.92 that somebody lays."""
    bob.bet(lay(2.92, 2))

    assert ("EXECUTION_COMPLETE", 2.92, 2.0) == matched(placed(alice, back(2.9, 2)))


def test_a_bet_that_is_matched_in_part_is_executable(alice: Bettor, bob: Bettor) -> None:
    """The rest waits at its own price."""
    bob.bet(lay(3.0, 2))

    report = placed(alice, back(3.0, 5))

    assert ("EXECUTABLE", 3.0, 2.0) == matched(report)
    assert 3.0 == alice.order(report["betId"])["sizeRemaining"]


def test_the_average_price_has_two_decimals_weighed_by_size(alice: Bettor, bob: Bettor) -> None:
    """2 at 3.0, 1 at 2.9 and 4 at 2.5: 18.9 over 7."""
    for price, size in ((3.0, 2), (2.9, 1), (2.5, 4)):
        bob.bet(lay(price, size))

    assert ("EXECUTION_COMPLETE", 2.7, 7.0) == matched(placed(alice, back(2.5, 7)))


def test_the_average_price_is_rounded_half_up(alice: Bettor, bob: Bettor) -> None:
    """1 at 1.02 and 1 at 1.01 are 1.015 on average."""
    for price in (1.02, 1.01):
        bob.bet(lay(price, 1))

    assert ("EXECUTION_COMPLETE", 1.02, 2.0) == matched(placed(alice, back(1.01, 2)))


def test_orders_of_one_request_are_reported_in_their_order(alice: Bettor, bob: Bettor) -> None:
    """Each with its own bet id, rising, and its own state; one that comes first is matched first."""
    bob.bet(lay(3.0, 3))

    report = alice.place(back(3.0, 2), back(3.0, 2), back(9.0, 2, AWAY))

    reports = report["instructionReports"]
    assert [HOME, HOME, AWAY] == [each["instruction"]["selectionId"] for each in reports]
    assert [str(FIRST_BET_ID + number) for number in (1, 2, 3)] == [each["betId"] for each in reports]
    assert [("EXECUTION_COMPLETE", 2.0), ("EXECUTABLE", 1.0), ("EXECUTABLE", 0.0)] == [
        (each["orderStatus"], each["sizeMatched"]) for each in reports
    ]


@pytest.mark.parametrize(
    ("size", "more", "expected"),
    [
        (2, {}, ("EXECUTION_COMPLETE", 3.0, 2.0)),
        (3, {}, ("EXECUTION_COMPLETE", 3.0, 3.0)),
        (4, {}, ("EXPIRED", 0.0, 0.0)),
        (4, {"minFillSize": 3}, ("EXECUTION_COMPLETE", 3.0, 3.0)),
        (5, {"minFillSize": 4}, ("EXPIRED", 0.0, 0.0)),
    ],
)
def test_fill_or_kill_is_filled_to_its_minimum_or_expires(
    alice: Bettor, bob: Bettor, size: float, more: dict[str, Any], expected: tuple[str, float, float]
) -> None:
    """3 are there: without `minFillSize` all or nothing, with it at least so much; nothing rests in either case."""
    bob.bet(lay(3.0, 3))

    report = placed(alice, back(3.0, size, timeInForce="FILL_OR_KILL", **more))

    assert expected == matched(report)
    order = alice.order(report["betId"])
    assert ("EXECUTION_COMPLETE", 0.0, size) == (
        order["status"],
        order["sizeRemaining"],
        order["sizeMatched"] + order["sizeCancelled"],
    )


def test_a_line_is_bet_on_at_even_money(alice: Bettor, bob: Bettor) -> None:
    """On a LINE market the price is the line."""
    bob.bet(lay(2.5, 10), market=LINE)

    report = placed(alice, back(2.5, 10), market=LINE)

    assert ("EXECUTION_COMPLETE", 2.5, 10.0) == matched(report)


def test_a_bet_may_wait_for_the_starting_price(alice: Bettor) -> None:
    """MARKET_ON_CLOSE is a persistence that markets with a starting price offer."""
    report = placed(alice, back(3.0, 2, persistenceType="MARKET_ON_CLOSE"), market=RACE)

    assert "MARKET_ON_CLOSE" == report["instruction"]["limitOrder"]["persistenceType"]
    assert "MARKET_ON_CLOSE" == alice.order(report["betId"])["persistenceType"]


def test_the_persistence_of_a_bet_that_gives_none_is_lapse(alice: Bettor) -> None:
    """Neither `persistenceType` nor `timeInForce`: LAPSE."""
    assert "LAPSE" == alice.order(alice.bet(back()))["persistenceType"]


@pytest.mark.parametrize(("size", "price"), [(1, 10), (0.1, 100), (0.01, 1000), (1, 1.01)])
def test_a_small_stake_is_enough_where_it_returns_enough(alice: Bettor, size: float, price: float) -> None:
    """The manual's examples of bets that return 10 pounds; a pound is enough at any price."""
    assert ("EXECUTABLE", 0.0, 0.0) == matched(placed(alice, limit_order("BACK", price, size, HOME)))


# Together or not at all


def test_one_wrong_order_spoils_all_of_its_request(client: Client, alice: Bettor) -> None:
    """The guilty one carries its code, the innocent ones ERROR_IN_ORDER, and nothing at all was placed."""
    before = state_hash(world_of(client))

    report = alice.place(back(), back(2.01), back(9.0, 2, runner=77), back())

    assert codes(report) == (
        "FAILURE",
        "BET_ACTION_ERROR",
        ["ERROR_IN_ORDER", "INVALID_ODDS", "INVALID_RUNNER", "ERROR_IN_ORDER"],
    )
    assert all(["status", "errorCode", "instruction"] == list(each) for each in report["instructionReports"])
    assert before == state_hash(world_of(client))


def test_the_calls_of_a_batch_are_requests_of_their_own(alice: Bettor, bob: Bettor) -> None:
    """One that is refused leaves the others alone; they are carried out in the order in which they stand."""
    answers = alice.batch(
        ("placeOrders", {"marketId": MATCH, "instructions": [back(3.0, 2)], "customerRef": "once"}),
        ("placeOrders", {"marketId": MATCH, "instructions": [back(2.01, 2)]}),
        ("placeOrders", {"marketId": MATCH, "instructions": [back(3.0, 2)], "customerRef": "once"}),
        ("placeOrders", {"marketId": "", "instructions": [back(3.0, 2)]}),
        ("placeOrders", {"marketId": MATCH, "instructions": [lay(3.0, 2)]}),
    )

    assert [0, 1, 2, 3, 4] == [answer["id"] for answer in answers]
    assert ["SUCCESS", "BET_ACTION_ERROR", "DUPLICATE_TRANSACTION", "SUCCESS"] == [
        answers[number]["result"].get("errorCode", "SUCCESS") for number in (0, 1, 2, 4)
    ]
    assert "INVALID_INPUT_DATA" == answers[3]["error"]["data"]["APINGException"]["errorCode"]
    first, last = (answers[number]["result"]["instructionReports"][0] for number in (0, 4))
    assert [str(FIRST_BET_ID), str(FIRST_BET_ID + 1)] == [first["betId"], last["betId"]]
    assert ("EXECUTION_COMPLETE", 3.0, 2.0) == matched(last)


# Asynchronous


def test_an_asynchronous_order_is_pending_and_has_no_bet_id(alice: Bettor) -> None:
    """`betId`, `placedDate`, `averagePriceMatched` and `sizeMatched` are null, so absent."""
    alice.place({**back(), "customerOrderRef": "later"}, **{"async": True})

    assert (
        '{"jsonrpc":"2.0","result":{"status":"SUCCESS","marketId":"1.101","instructionReports":[{"status":"SUCCESS",'
        '"instruction":{"selectionId":1,"limitOrder":{"size":2.0,"price":3.0},"customerOrderRef":"later",'
        '"orderType":"LIMIT","side":"BACK"},"orderStatus":"PENDING"}]},"id":1}'
    ) == alice.text
    (order,) = alice.orders(customerOrderRefs=["later"])
    assert (str(FIRST_BET_ID), "EXECUTABLE") == (order["betId"], order["status"])


@pytest.mark.parametrize("value", [False, None, "false", ""])
def test_an_order_is_synchronous_unless_it_says_otherwise(alice: Bettor, value: object) -> None:
    """False, null and the empty text say no."""
    assert "betId" in alice.place(back(), **{"async": value})["instructionReports"][0]


def test_an_asynchronous_order_is_refused_at_once(alice: Bettor) -> None:
    """What is wrong with it is known when it is sent."""
    report = alice.place(back(2.01), **{"async": "true"})

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_ODDS"]) == codes(report)

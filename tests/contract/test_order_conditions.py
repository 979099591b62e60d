"""Fill-or-kill and bet targets over the wire: what the reports say, and how such orders are listed afterwards.

The numbers are those of the manual and of exchange mechanics, sections 6 and 7; that a killed order is EXPIRED is
recorded in a public report of 2020 (flumine, pull request 296).
"""

import json
from typing import Any

import pytest

from simulator.exchange.commands import TurnInPlay
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import HOME, LINE, MATCH, Bettor, back, cleared_ids, lay, of, placed, world_of
from tests.in_process import Client

KILL = {"timeInForce": "FILL_OR_KILL"}
LISTED = ("priceSize", "sizeMatched", "sizeRemaining", "sizeCancelled", "averagePriceMatched")


def matched(report: Any) -> tuple[Any, ...]:
    """Return status, average price and matched size of an instruction report."""
    return of(report, "orderStatus", "averagePriceMatched", "sizeMatched")


KILLED = ("EXPIRED", 0.0, 0.0)


# Fill or kill


def offer(bob: Bettor, side: str, *offers: tuple[float, float]) -> None:
    for price, size in offers:
        bob.bet((lay if side == "LAY" else back)(price, size))


def test_the_price_is_a_limit_on_the_average(alice: Bettor, bob: Bettor) -> None:
    """The manual's example: 10.00 at 5.4 take 2.00 at 5.5, 6.00 at 5.4 and 2.00 at 5.3."""
    offer(bob, "LAY", (5.5, 2), (5.4, 6), (5.3, 5))

    report = placed(alice, back(5.4, 10, **KILL))

    assert ("EXECUTION_COMPLETE", 5.4, 10.0) == matched(report)
    (runner,) = [
        runner
        for runner in alice.ask("listMarketBook", marketIds=[MATCH], matchProjection="NO_ROLLUP")[0]["runners"]
        if runner["selectionId"] == HOME
    ]
    assert [(5.5, 2.0), (5.4, 6.0), (5.3, 2.0)] == [of(match, "price", "size") for match in runner["matches"]]


@pytest.mark.parametrize(("price", "size"), [(5.5, 10), (5.4, 10.01)])
def test_its_neighbours_are_killed(alice: Bettor, bob: Bettor, price: float, size: float) -> None:
    """A tick more, or a penny more, and the average cannot be had."""
    offer(bob, "LAY", (5.5, 2), (5.4, 6), (5.3, 5))

    report = placed(alice, back(price, size, **KILL))

    assert KILLED == matched(report)
    listed = ({"price": price, "size": size}, 0.0, 0.0, size, 0.0)
    assert listed == of(alice.order(report["betId"]), *LISTED)
    assert [report["betId"]] == cleared_ids(alice, "CANCELLED")
    assert "EXECUTION_COMPLETE" == alice.order(report["betId"])["status"]


def test_a_killed_lay_is_reported_as_recorded(alice: Bettor) -> None:
    """Of October 2020, with our ids and our time."""
    report = placed(alice, lay(1.01, 2, **KILL))

    recorded = {
        "status": "SUCCESS",
        "instruction": {
            "selectionId": HOME, "limitOrder": {"size": 2.0, "price": 1.01, "timeInForce": "FILL_OR_KILL"},
            "orderType": "LIMIT", "side": "LAY",
        },
        "betId": "442000000001", "placedDate": "2026-06-06T17:00:00.000Z", "averagePriceMatched": 0.0,
        "sizeMatched": 0.0, "orderStatus": "EXPIRED",
    }  # fmt: skip
    assert json.dumps(recorded) == json.dumps(report)


def test_at_least_the_minimum_is_matched_and_the_rest_is_gone(alice: Bettor, bob: Bettor) -> None:
    """The request of the manual: 5.00 at 21 with a minimum of 3.00, and 4.00 there."""
    offer(bob, "LAY", (21, 4), (20, 0.5))

    report = placed(alice, back(21, 5, minFillSize=3, **KILL))

    assert ("EXECUTION_COMPLETE", 21.0, 4.0) == matched(report)
    assert ({"price": 21.0, "size": 5.0}, 4.0, 0.0, 1.0, 21.0) == of(alice.order(report["betId"]), *LISTED)


def test_short_of_the_minimum_it_is_killed(alice: Bettor, bob: Bettor) -> None:
    """The same with a minimum of 5.00."""
    offer(bob, "LAY", (21, 4), (20, 0.5))

    assert KILLED == matched(placed(alice, back(21, 5, minFillSize=5, **KILL)))
    assert [] == alice.orders(orderProjection="EXECUTABLE")


def test_in_play_it_meets_what_is_there_after_the_delay(client: Client, alice: Bettor, bob: Bettor) -> None:
    """What was there when it came does not count."""
    world_of(client).do(TurnInPlay(MATCH)).accepted()
    asynchronously = {"async": True}
    bob.place(lay(3.0, 2), **asynchronously)
    alice.place({**back(3.0, 2, **KILL), "customerOrderRef": "same time"}, **asynchronously)
    alice.place({**back(3.0, 2, **KILL), "customerOrderRef": "too late"}, **asynchronously)
    world_of(client).do(AdvanceClock(5000)).accepted()

    assert [("same time", 2.0, 0.0), ("too late", 0.0, 2.0)] == [
        of(order, "customerOrderRef", "sizeMatched", "sizeCancelled") for order in alice.orders()
    ]


def test_lines_are_not_averaged(alice: Bettor, bob: Bettor) -> None:
    """Manual: on LINE markets the limit is one on every match."""
    for line in (2.5, 3.5):
        bob.bet(back(line, 2), market=LINE)

    assert KILLED == matched(placed(alice, lay(2.5, 4, **KILL), market=LINE))
    assert ("EXECUTION_COMPLETE", 3.0, 4.0) == matched(placed(alice, lay(3.5, 4, **KILL), market=LINE))


# Bet targets


def target(side: str, price: float, target_type: str, amount: float, **limit: Any) -> dict[str, Any]:
    """An order for a payout or a profit, with the words in the order in which reports repeat them."""
    order = {"price": price, **limit, "betTargetType": target_type, "betTargetSize": amount}
    return {"selectionId": HOME, "limitOrder": order, "orderType": "LIMIT", "side": side}


@pytest.mark.parametrize(
    ("limit", "echo"),
    [
        ({"persistenceType": "LAPSE"}, '"price":4.0,"persistenceType":"LAPSE",'),
        ({}, '"price":4.0,'),
        (KILL, '"price":4.0,"timeInForce":"FILL_OR_KILL",'),
        ({"persistenceType": "LAPSE", **KILL}, '"price":4.0,"timeInForce":"FILL_OR_KILL",'),
        ({"minFillSize": 1, **KILL}, '"price":4.0,"minFillSize":1.0,"timeInForce":"FILL_OR_KILL",'),
        ({"size": None}, '"price":4.0,'),
    ],
)
def test_the_target_comes_back_without_a_size(alice: Bettor, limit: dict[str, Any], echo: str) -> None:
    """Price, persistence or time in force, type and size of the target: the order is chosen, nobody has recorded it."""
    placed(alice, target("LAY", 4, "PAYOUT", 10, **limit))

    assert f'"limitOrder":{{{echo}"betTargetType":"PAYOUT","betTargetSize":10.0}}' in alice.text


@pytest.mark.parametrize(
    ("instruction", "offers", "report", "listed"),
    [
        (
            target("LAY", 4, "PAYOUT", 10), [("BACK", 3.8, 1), ("BACK", 4, 10)],
            ("EXECUTION_COMPLETE", 3.92, 2.55), (2.55, 2.55, 0.0),
        ),
        (target("LAY", 4, "PAYOUT", 10), [("BACK", 3.8, 1)], ("EXECUTABLE", 3.8, 1.0), (2.55, 1.0, 1.55)),
        (target("BACK", 4, "PAYOUT", 10), [("LAY", 5, 20)], ("EXECUTION_COMPLETE", 5.0, 2.0), (2.0, 2.0, 0.0)),
        (target("BACK", 3, "PAYOUT", 10), [("LAY", 3.05, 20)], ("EXECUTION_COMPLETE", 3.05, 3.27), (3.27, 3.27, 0.0)),
        (target("BACK", 3, "BACKERS_PROFIT", 20), [], ("EXECUTABLE", 0.0, 0.0), (10.0, 0.0, 10.0)),
        (target("LAY", 3, "BACKERS_PROFIT", 20), [("BACK", 2, 4)], ("EXECUTABLE", 2.0, 4.0), (12.0, 4.0, 8.0)),
    ],
)  # fmt: skip
def test_what_a_target_comes_to(
    alice: Bettor, bob: Bettor, instruction: dict[str, Any], offers: list[Any], report: Any, listed: Any
) -> None:
    """The table of exchange mechanics, section 7: from then on the order has a size, a backer's stake."""
    for side, price, size in offers:
        offer(bob, side, (price, size))

    answer = placed(alice, instruction)
    order = alice.order(answer["betId"])

    assert report == matched(answer)
    assert listed == (order["priceSize"]["size"], order["sizeMatched"], order["sizeRemaining"])
    assert instruction["limitOrder"]["price"] == order["priceSize"]["price"]


def test_what_is_left_of_a_target_is_cancelled_as_a_stake(alice: Bettor) -> None:
    """And in parts, like that of any other bet."""
    bet_id = placed(alice, target("BACK", 3, "PAYOUT", 30))["betId"]

    (part,) = alice.cancel({"betId": bet_id, "sizeReduction": 4})["instructionReports"]
    (rest,) = alice.cancel({"betId": bet_id})["instructionReports"]

    assert [4.0, 6.0] == [part["sizeCancelled"], rest["sizeCancelled"]]


def test_what_is_left_of_a_target_is_replaced_as_a_stake(alice: Bettor) -> None:
    """The new order has a size and no target."""
    bet_id = placed(alice, target("BACK", 3, "PAYOUT", 30))["betId"]

    (report,) = alice.replace({"betId": bet_id, "newPrice": 5})["instructionReports"]

    limit = report["placeInstructionReport"]["instruction"]["limitOrder"]
    assert {"size": 10.0, "price": 5.0, "persistenceType": "LAPSE"} == limit


def test_a_target_may_have_to_be_met_at_once(alice: Bettor, bob: Bettor) -> None:
    """All of it at the average, or nothing, whatever the minimum fill: that is ignored."""
    offer(bob, "LAY", (4.2, 1), (4, 1))

    short = placed(alice, target("BACK", 4, "PAYOUT", 10, minFillSize=1, **KILL))
    enough = placed(alice, target("BACK", 4, "PAYOUT", 8.2, **KILL))

    assert KILLED == matched(short)
    assert ({"price": 4.0, "size": 2.5}, 0.0, 0.0, 2.5, 0.0) == of(alice.order(short["betId"]), *LISTED)
    assert ("EXECUTION_COMPLETE", 4.1, 2.0) == matched(enough)

"""Orders for the starting price over the wire: how they are placed, listed and matched.

Sources: manual, its sample of a MARKET_ON_CLOSE bet and ClearedOrderSummary; two answers recorded in 2026;
`SportsAPING.xml`. The prices: exchange mechanics, section 9.
"""

from typing import Any

import pytest

from simulator.exchange.commands import RemoveRunner, RunnerResult, SettleMarket, TurnInPlay
from simulator.exchange.orders import RunnerKey
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import (
    HOME,
    RACE,
    Bettor,
    back,
    cleared_ids,
    lay,
    limit_on_close,
    market_on_close,
    of,
    world_of,
)
from tests.in_process import Client

PLACED, LATER = "2026-06-06T17:00:00.000Z", "2026-06-06T17:05:00.000Z"
FIVE_MINUTES = 5 * 60 * 1000
AT_CLOSE = {"persistenceType": "MARKET_ON_CLOSE"}


def bet(bettor: Bettor, instruction: dict[str, Any]) -> str:
    return bettor.bet(instruction, market=RACE)


def reconcile(client: Client) -> None:
    """Hold the auction five minutes after the bets were placed."""
    world_of(client).do(AdvanceClock(FIVE_MINUTES)).accepted()
    world_of(client).do(TurnInPlay(RACE)).accepted()


# Placing


def test_a_bet_is_reported_as_the_manual_prints_it(alice: Bettor) -> None:
    """The manual's sample, in the order that reports have now: nothing is said of matches. `orderStatus` came later.

    Such orders are EXECUTION_COMPLETE as soon as they are placed: so they are listed, and so flumine's makers tell.
    """
    alice.place(market_on_close("BACK", "2", selectionId="1", handicap="0"), market=RACE)

    assert (
        '{"jsonrpc":"2.0","result":{"status":"SUCCESS","marketId":"1.201","instructionReports":[{"status":"SUCCESS",'
        '"instruction":{"selectionId":1,"handicap":0.0,"marketOnCloseOrder":{"liability":2.0},'
        '"orderType":"MARKET_ON_CLOSE","side":"BACK"},"betId":"442000000001","placedDate":"2026-06-06T17:00:00.000Z",'
        '"orderStatus":"EXECUTION_COMPLETE"}]},"id":1}'
    ) == alice.text


def test_a_limit_on_close_order_comes_back_with_liability_and_price(alice: Bettor) -> None:
    """In the order of its definition, as doubles."""
    alice.place(limit_on_close("LAY", 20, "3"), market=RACE)

    assert '"limitOnCloseOrder":{"liability":20.0,"price":3.0},"orderType":"LIMIT_ON_CLOSE","side":"LAY"' in alice.text


def test_it_may_be_placed_asynchronously(alice: Bettor) -> None:
    """The definition and newer pages say so, the manual does not: PENDING, and then it waits like any other."""
    (report,) = alice.place(market_on_close("BACK", 2), market=RACE, **{"async": True})["instructionReports"]

    assert ("SUCCESS", "PENDING", False) == (report["status"], report["orderStatus"], "betId" in report)
    assert [2.0] == [order["bspLiability"] for order in alice.orders()]


def test_its_liability_is_what_it_can_lose(client: Client, alice: Bettor, bob: Bettor) -> None:
    """The stake of a back, the risk of a lay."""
    bet(alice, market_on_close("BACK", 7))
    bet(bob, market_on_close("LAY", 30))

    exposures = [world_of(client).exchange.accounts[name].exposure for name in ("alice", "bob")]

    assert [7_00, 30_00] == exposures


# listCurrentOrders


WAITING = {
    "betId": "442000000001", "marketId": RACE, "selectionId": HOME, "handicap": 0.0,
    "priceSize": {"price": 1000.0, "size": 0.0}, "bspLiability": 2.0, "side": "BACK", "status": "EXECUTION_COMPLETE",
    "persistenceType": "LAPSE", "orderType": "MARKET_ON_CLOSE", "placedDate": PLACED, "matchedDate": PLACED,
    "averagePriceMatched": 0.0, "sizeMatched": 0.0, "sizeRemaining": 0.0, "sizeLapsed": 0.0, "sizeCancelled": 0.0,
    "sizeVoided": 0.0, "customerOrderRef": "O-1", "regulatorCode": "MALTA LOTTERIES AND GAMBLING AUTHORITY",
}  # fmt: skip


def test_a_waiting_order_is_listed_as_recorded(alice: Bettor) -> None:
    """Complete although nothing is matched, with the date of its placing for a matched date, and in this order."""
    bet(alice, market_on_close("BACK", 2, customerOrderRef="O-1"))

    (order,) = alice.orders()

    assert list(WAITING.items()) == list(order.items())


def test_a_matched_order_is_listed_as_recorded(client: Client, alice: Bettor, bob: Bettor) -> None:
    """Only date, average and matched size are new: its size stays 0.0, its liability what it was."""
    bet(alice, market_on_close("BACK", 2, customerOrderRef="O-1"))
    bet(bob, market_on_close("BACK", 3))
    bet(bob, market_on_close("LAY", 12.1))
    reconcile(client)

    (order,) = alice.orders()

    assert {**WAITING, "matchedDate": LATER, "averagePriceMatched": 3.42, "sizeMatched": 2.0} == order


@pytest.mark.parametrize(
    ("instruction", "price"),
    [
        (market_on_close("BACK", 2), 1000.0),
        (market_on_close("LAY", 10), 1.01),
        (limit_on_close("BACK", 2, 3.5), 3.5),
        (limit_on_close("LAY", 10, 3.5), 3.5),
    ],
)
def test_the_price_is_the_limit_or_the_best_there_is(alice: Bettor, instruction: dict[str, Any], price: float) -> None:
    """Recorded of a back that takes any price; a lay is thought to stand at the other end."""
    order = alice.order(bet(alice, instruction))

    assert {"price": price, "size": 0.0} == order["priceSize"]
    assert (instruction["orderType"], "LAPSE") == (order["orderType"], order["persistenceType"])


def test_the_starting_price_is_shown_with_two_decimals(client: Client, alice: Bettor, bob: Bettor) -> None:
    """10.00 of risk for 3.00 of stake is 4.333..., and settled at that."""
    bet_id = bet(alice, market_on_close("BACK", 3))
    bet(bob, market_on_close("LAY", 10))
    reconcile(client)

    assert 4.33 == alice.order(bet_id)["averagePriceMatched"]
    world_of(client).do(SettleMarket(RACE, (RunnerResult(RunnerKey(HOME), "WINNER"),))).accepted()
    (cleared,) = alice.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]
    assert (4.33, 10.0) == (cleared["priceMatched"], cleared["profit"])


def test_what_finds_no_match_has_lapsed(client: Client, alice: Bettor, bob: Bettor) -> None:
    """At its own limit a bet is matched for a share: the manual's rule for LIMIT_ON_CLOSE, mechanics 9.6, row 9."""
    bet(bob, market_on_close("LAY", 600))
    bet(alice, market_on_close("BACK", 100))
    share = bet(alice, limit_on_close("BACK", 100, 5))
    none = bet(alice, limit_on_close("BACK", 2, 6))
    reconcile(client)

    assert (50.0, 50.0, 5.0) == of(alice.order(share), "sizeMatched", "sizeLapsed", "averagePriceMatched")
    assert (0.0, 2.0, 0.0) == of(alice.order(none), "sizeMatched", "sizeLapsed", "averagePriceMatched")
    assert "matchedDate" not in alice.order(none)
    assert none not in {order["betId"] for order in alice.orders(orderBy="BY_MATCH_TIME")}
    assert [none, share] == cleared_ids(alice, "LAPSED")


def test_without_a_starting_price_all_of_it_lapses(client: Client, alice: Bettor) -> None:
    """Nobody lays: the order never was matched, and what it would have staked is what lapsed."""
    bet_id = bet(alice, market_on_close("BACK", 2))
    reconcile(client)

    order = alice.order(bet_id)

    assert (0.0, 2.0, 2.0) == of(order, "sizeMatched", "sizeLapsed", "bspLiability")
    (cleared,) = alice.ask("listClearedOrders", betStatus="LAPSED")["clearedOrders"]
    assert (2.0, LATER) == of(cleared, "sizeCancelled", "settledDate")


def test_a_limit_order_that_takes_the_starting_price_says_so(client: Client, alice: Bettor, bob: Bettor) -> None:
    """Manual: MARKET_ON_CLOSE by type and by persistence is a bet that was a LIMIT order; it keeps price and size."""
    bet(bob, lay(6.0, 4))
    bet_id = bet(alice, back(6.0, 10, **AT_CLOSE))
    before = alice.order(bet_id)
    bet(bob, market_on_close("LAY", 12))
    reconcile(client)

    after = alice.order(bet_id)

    fields = ("orderType", "persistenceType", "priceSize", "bspLiability", "sizeMatched", "sizeRemaining")
    assert ("LIMIT", "MARKET_ON_CLOSE", {"price": 6.0, "size": 10.0}, 0.0, 4.0, 6.0) == of(before, *fields)
    assert ("MARKET_ON_CLOSE", "MARKET_ON_CLOSE", {"price": 6.0, "size": 10.0}, 6.0, 10.0, 0.0) == of(after, *fields)
    # 4.00 at 6.0 and 6.00 at the starting price of 3.0.
    assert 4.2 == after["averagePriceMatched"]


def test_a_lay_that_takes_the_starting_price_keeps_its_risk(client: Client, alice: Bettor, bob: Bettor) -> None:
    """20.00 laid at 1.5 risk 10.00: at a starting price of 3.0 that is a stake of 5.00. 9.99 would have lapsed."""
    kept = bet(alice, lay(1.5, 20, **AT_CLOSE))
    small = bet(alice, lay(1.4, 20, **AT_CLOSE))
    bet(bob, market_on_close("BACK", 5))
    reconcile(client)

    assert ({"price": 1.5, "size": 5.0}, 10.0, 5.0, 0.0) == of(
        alice.order(kept), "priceSize", "bspLiability", "sizeMatched", "sizeLapsed"
    )
    assert ("LIMIT", 0.0, 20.0) == of(alice.order(small), "orderType", "sizeMatched", "sizeLapsed")


def test_a_waiting_order_has_a_matched_date_to_sort_by(client: Client, alice: Bettor, bob: Bettor) -> None:
    """BY_MATCH_TIME leaves out orders without a matched date, and this one is listed with one."""
    waiting = bet(alice, market_on_close("BACK", 2))
    bet(alice, back(9.0))
    world_of(client).do(AdvanceClock(FIVE_MINUTES)).accepted()
    matched = bet(alice, back(3.0))
    bet(bob, lay(3.0))

    assert [waiting, matched] == [order["betId"] for order in alice.orders(orderBy="BY_MATCH_TIME")]
    later = {"from": LATER}
    assert [matched] == [order["betId"] for order in alice.orders(orderBy="BY_MATCH_TIME", dateRange=later)]


def test_it_is_complete_for_every_filter(alice: Bettor) -> None:
    """By its status, whatever waits."""
    bet_id = bet(alice, market_on_close("BACK", 2))

    assert [] == alice.orders(orderProjection="EXECUTABLE")
    assert [bet_id] == [order["betId"] for order in alice.orders(orderProjection="EXECUTION_COMPLETE")]


def test_a_removal_lowers_what_a_lay_risks(client: Client, alice: Bettor) -> None:
    """50.00 less 9.1 %, because the runner has no factor of its own (mechanics 10.4); backs stay as they are."""
    bets = [bet(alice, market_on_close("LAY", 50)), bet(alice, market_on_close("BACK", 50))]

    world_of(client).do(RemoveRunner(RACE, RunnerKey(2), 9_100)).accepted()

    assert [45.45, 50.0] == [alice.order(bet_id)["bspLiability"] for bet_id in bets]


# listClearedOrders


def test_a_settled_bet_at_the_starting_price(client: Client, alice: Bettor, bob: Bettor) -> None:
    """Without a persistence, which "will be empty or omitted on true SP bets", at the price it was listed with."""
    bet(alice, market_on_close("BACK", 5))
    bet(bob, market_on_close("LAY", 10))
    reconcile(client)
    world_of(client).do(SettleMarket(RACE, (RunnerResult(RunnerKey(HOME), "WINNER"),))).accepted()

    (cleared,) = alice.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]

    expected = {
        "eventTypeId": "7", "eventId": "200", "marketId": RACE, "selectionId": HOME, "handicap": 0.0,
        "betId": "442000000001", "placedDate": PLACED, "orderType": "MARKET_ON_CLOSE", "side": "BACK",
        "betOutcome": "WON", "priceRequested": 1000.0, "settledDate": LATER, "lastMatchedDate": LATER, "betCount": 1,
        "priceMatched": 3.0, "priceReduced": False, "sizeSettled": 5.0, "profit": 10.0,
    }  # fmt: skip
    assert list(expected.items()) == list(cleared.items())


def test_a_settled_bet_that_took_the_starting_price(client: Client, alice: Bettor, bob: Bettor) -> None:
    """MARKET_ON_CLOSE by type and by persistence, at its own price."""
    bet(alice, back(6.0, 5, **AT_CLOSE))
    bet(bob, market_on_close("LAY", 10))
    reconcile(client)
    world_of(client).do(SettleMarket(RACE, (RunnerResult(RunnerKey(2), "WINNER"),))).accepted()

    (cleared,) = alice.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]

    fields = ("orderType", "persistenceType", "priceRequested", "priceMatched", "profit")
    assert ("MARKET_ON_CLOSE", "MARKET_ON_CLOSE", 6.0, 3.0, -5.0) == of(cleared, *fields)

"""The whole loop over HTTP: a prediction is put, the bet appears in listCurrentOrders, and the match settles it."""

from collections.abc import Iterator

import pytest

from simulator.world.inputs import SetClockRate
from tests.contract.bettor import Bettor
from tests.contract.bettune_user import BetTuneUser
from tests.in_process import Client, client_of_shipped

FILTER, GOALS, BOTH_SCORE_DISABLED = 11583, 11584, 11585
MATCH = 1611243
MATCH_ODDS, OVER_UNDER = "1.165000001", "1.165000002"
NORTHAM, OVER = 101, 47973


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


def lay(selection_id: int, price: float, size: float) -> dict[str, object]:
    return {
        "selectionId": selection_id,
        "side": "LAY",
        "orderType": "LIMIT",
        "limitOrder": {"price": price, "size": size, "persistenceType": "LAPSE"},
    }


def test_a_prediction_becomes_a_bet_that_the_match_settles(client: Client) -> None:
    """Nobody offers 2.15 until bob lays 2.16, the next price that exists; alice wins 10 times 1.16, less 5 %."""
    alice, bob = Bettor(client), Bettor(client, "bob")
    BetTuneUser(client).put(FILTER, MATCH, "2.15")
    assert alice.ask("listCurrentOrders")["currentOrders"] == []

    bob.ask("placeOrders", marketId=MATCH_ODDS, instructions=[lay(NORTHAM, 2.16, 50)])

    (order,) = alice.ask("listCurrentOrders")["currentOrders"]
    assert (order["marketId"], order["selectionId"], order["side"]) == (MATCH_ODDS, NORTHAM, "BACK")
    assert (order["orderType"], order["persistenceType"]) == ("LIMIT", "LAPSE")
    assert order["priceSize"] == {"price": 2.16, "size": 10.0}
    assert (order["sizeMatched"], order["averagePriceMatched"]) == (10.0, 2.16)
    assert (order["customerStrategyRef"], order["customerOrderRef"]) == ("bettune", "11583-1611243")

    finished = client.post(
        f"/control/v1/worlds/default/matches/{MATCH}/finish", json={"score": {"home": 2, "away": 1}}
    )  # fmt: skip

    assert finished.status_code == 200
    assert alice.ask("listCurrentOrders")["currentOrders"] == []
    (cleared,) = alice.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]
    assert (cleared["betOutcome"], cleared["profit"], cleared["customerStrategyRef"]) == ("WON", 11.6, "bettune")
    assert client.worlds.default.exchange.available_to_bet("alice") == 101_102


def test_a_price_that_is_there_is_taken_at_once_and_at_its_best(client: Client) -> None:
    """2.10 is offered and 2.00 would do."""
    BetTuneUser(client).put(FILTER, MATCH, 2)

    (order,) = Bettor(client).ask("listCurrentOrders")["currentOrders"]

    assert (order["priceSize"]["price"], order["sizeMatched"], order["averagePriceMatched"]) == (2.0, 10.0, 2.1)


def test_the_answer_of_an_offer_says_what_the_autopilot_took_of_it(client: Client) -> None:
    BetTuneUser(client).put(FILTER, MATCH, "2.15")
    offers = {"selectionId": NORTHAM, "availableToBack": [[2.16, 100]]}

    answer = client.post(f"/control/v1/worlds/default/markets/{MATCH_ODDS}/offers", json=offers)

    (bet,) = answer.json()["bets"]
    (order,) = Bettor(client).ask("listCurrentOrders")["currentOrders"]
    assert bet["matched"] == [{"price": 2.16, "size": 10.0, "bets": [order["betId"]]}]
    assert (bet["sizeMatched"], bet["sizeResting"]) == (10.0, 90.0)


def test_bets_can_be_selected_by_the_strategy(client: Client) -> None:
    alice = Bettor(client)
    alice.ask("placeOrders", marketId=MATCH_ODDS, instructions=[lay(NORTHAM, 2.0, 5)])
    BetTuneUser(client).put(FILTER, MATCH, "2.1")
    BetTuneUser(client).put(GOALS, MATCH, "2.06")

    found = alice.ask("listCurrentOrders", customerStrategyRefs=["bettune"])["currentOrders"]

    assert [(order["marketId"], order["selectionId"]) for order in found] == [(MATCH_ODDS, NORTHAM), (OVER_UNDER, OVER)]


def test_a_disabled_filter_does_not_bet(client: Client) -> None:
    BetTuneUser(client).put(BOTH_SCORE_DISABLED, MATCH, "1.01")

    assert Bettor(client).ask("listCurrentOrders")["currentOrders"] == []


def test_the_demo_bets_too() -> None:
    with client_of_shipped("demo") as client:
        world = client.worlds.default
        world.do(SetClockRate(0)).accepted()

        assert BetTuneUser(client).put(FILTER, MATCH, "1.5").status_code == 200

        (order,) = world.exchange.accounts["alice"].current_orders.values()
        assert (order.size, order.size_matched, order.customer_strategy_reference) == (200, 200, "bettune")

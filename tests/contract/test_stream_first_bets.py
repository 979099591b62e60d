"""The order stream tells of an account's first bets in a market whole, however late or complete they are."""

from collections.abc import Iterator

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders, TurnInPlay
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.world.inputs import AdvanceClock, Reset
from tests.contract.stream_theatre import Message, StreamClient, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

MARKET = "1.1"


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    market = win(MARKET, runner(1, back=[[2.0, 100]]), runner(2), turnInPlay=True, betDelay=5)
    with streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, market)))) as theatre:
        yield theatre


def held_bet(theatre: StreamTheatre, alice: StreamClient, **more: TimeInForce) -> Message:
    """What is told of a bet that has waited out the delay."""
    theatre.do(TurnInPlay(MARKET)).accepted()
    bet = PlaceInstruction(
        RunnerKey(1), Side.BACK, OrderType.LIMIT, 250 if more else 200, 5_00, Persistence.LAPSE, **more
    )
    theatre.do(PlaceOrders("alice", MARKET, (bet,))).accepted()
    assert alice.read() == []
    theatre.do(AdvanceClock(5_000))
    (message,) = alice.read()
    (told,) = message["oc"]
    assert isinstance(told, dict)
    return told


def test_a_first_bet_that_is_matched_when_its_delay_is_over_is_told_as_complete(theatre: StreamTheatre) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders()

    told = held_bet(theatre, alice)

    assert told["fullImage"] is True
    (of_runner,) = told["orc"]
    assert (of_runner["fullImage"], of_runner["mb"]) == (True, [[2, 5]])
    assert [(order["status"], order["sm"]) for order in of_runner["uo"]] == [("EC", 5)]


def test_a_first_bet_that_is_killed_when_its_delay_is_over_is_told_as_complete(theatre: StreamTheatre) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders()

    told = held_bet(theatre, alice, time_in_force=TimeInForce.FILL_OR_KILL)

    (of_runner,) = told["orc"]
    assert [(order["status"], order["sc"]) for order in of_runner["uo"]] == [("EC", 5)]


def test_a_first_bet_after_a_reset_is_told_as_complete_although_there_was_one_to_tell_before(
    theatre: StreamTheatre,
) -> None:
    alice = theatre.client()
    alice.send({"op": "orderSubscription", "id": 3, "conflateMs": 500})
    theatre.bet("alice", MARKET, Side.BACK, 300, 2_00)
    theatre.do(Reset())
    alice.read()
    theatre.bet("alice", MARKET, Side.BACK, 200, 2_00)

    theatre.let_pass(0.5)

    (message,) = alice.read()
    (order,) = message["oc"][0]["orc"][0]["uo"]
    assert (order["status"], order["sm"], message["oc"][0]["fullImage"]) == ("EC", 2, True)


def bet(theatre: StreamTheatre, selection_id: int, strategy: str) -> str:
    """Let alice bet by a strategy, and return the id of the bet."""
    resting = PlaceInstruction(RunnerKey(selection_id), Side.BACK, OrderType.LIMIT, 300, 2_00, Persistence.LAPSE)
    theatre.do(PlaceOrders("alice", MARKET, (resting,), customer_strategy_reference=strategy)).accepted()
    return str(max(theatre.world.exchange.orders))


@pytest.mark.parametrize("is_behind", [False, True], ids=["at once", "late"])
def test_a_runner_whose_bets_were_others_until_now_is_told_whole_and_the_market_is_not(
    theatre: StreamTheatre, *, is_behind: bool
) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders(customerStrategyRefs=["mine"], includeOverallPosition=False)
    if is_behind:
        alice.fall_behind()
    bet(theatre, 2, "another")
    first = bet(theatre, 1, "mine")
    (told,) = alice.read_on() if is_behind else alice.read()
    assert told["oc"][0]["fullImage"] is True
    assert [(each["id"], each["uo"][0]["id"]) for each in told["oc"][0]["orc"]] == [(1, first)]

    second = bet(theatre, 2, "mine")

    (update,) = alice.read()
    (market,) = update["oc"]
    assert "fullImage" not in market
    assert [(each["fullImage"], each["id"], [order["id"] for order in each["uo"]]) for each in market["orc"]] == [
        (True, 2, [second])
    ]

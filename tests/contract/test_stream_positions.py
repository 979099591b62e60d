"""An order subscription shows the orders and positions that its filter asks for, on every runner apart."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from tests.contract.stream_theatre import StreamTheatre, streaming
from tests.scenario import SOCCER, asian_handicap, event, loaded, scenario, sides

HANDICAP = "1.1"
HOME, AWAY = RunnerKey(1, -50), RunnerKey(2, 50)


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    market = asian_handicap(HANDICAP, *sides("Lens", "Lille", -0.5))
    with streaming(loaded(scenario(event("20", "Lens v Lille", SOCCER, market)))) as theatre:
        yield theatre


def bet(
    theatre: StreamTheatre, username: str, key: RunnerKey, side: Side, size: int, strategy: str | None = None
) -> None:
    one = PlaceInstruction(key, side, OrderType.LIMIT, 200, size, Persistence.LAPSE)
    theatre.do(PlaceOrders(username, HANDICAP, (one,), customer_strategy_reference=strategy)).accepted()


def bet_and_be_matched(theatre: StreamTheatre) -> None:
    """Back the home side in two strategies and in none, and lay the away side; the last back is matched in part."""
    for strategy, size in (("a", 10_00), ("b", 4_00), (None, 3_00)):
        bet(theatre, "alice", HOME, Side.BACK, size, strategy)
    bet(theatre, "bob", HOME, Side.LAY, 16_00)
    bet(theatre, "alice", AWAY, Side.LAY, 5_00, "a")
    bet(theatre, "bob", AWAY, Side.BACK, 5_00)


BY_STRATEGY = {"a": {"mb": [[2, 10]]}, "b": {"mb": [[2, 4]]}, "": {"mb": [[2, 2]]}}


@pytest.mark.parametrize(
    ("order_filter", "home", "away"),
    [
        ({}, {"mb": [[2, 16]]}, {"ml": [[2, 5]]}),
        ({"includeOverallPosition": True}, {"mb": [[2, 16]]}, {"ml": [[2, 5]]}),
        ({"includeOverallPosition": False}, {}, {}),
        (
            {"partitionMatchedByStrategyRef": True},
            {"mb": [[2, 16]], "smc": BY_STRATEGY},
            {"ml": [[2, 5]], "smc": {"a": {"ml": [[2, 5]]}}},
        ),
        (
            {"partitionMatchedByStrategyRef": True, "includeOverallPosition": False, "customerStrategyRefs": ["b"]},
            {"smc": {"b": {"mb": [[2, 4]]}}},
            {},
        ),
    ],
)
def test_an_image_has_the_positions_that_are_asked_for(
    theatre: StreamTheatre, order_filter: dict[str, Any], home: dict[str, Any], away: dict[str, Any]
) -> None:
    bet_and_be_matched(theatre)

    image = theatre.client().subscribe_to_orders(**order_filter)

    positions = {
        (runner["id"], runner["hc"]): {name: runner[name] for name in ("mb", "ml", "smc") if name in runner}
        for runner in image["oc"][0]["orc"]
    }
    expected = {(1, -0.5): home, (2, 0.5): away}
    is_open_of_home = "customerStrategyRefs" not in order_filter
    assert positions == {
        key: shown for key, shown in expected.items() if shown or (key == (1, -0.5) and is_open_of_home)
    }


def test_a_change_names_the_runner_with_its_handicap_and_the_strategy(theatre: StreamTheatre) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders(partitionMatchedByStrategyRef=True)
    bet(theatre, "alice", HOME, Side.BACK, 10_00, "a")
    alice.read()

    bet(theatre, "bob", HOME, Side.LAY, 4_00)

    (message,) = alice.read()
    (runner,) = message["oc"][0]["orc"]
    assert (runner["id"], runner["hc"], runner["mb"], runner["smc"]) == (1, -0.5, [[2, 4]], {"a": {"mb": [[2, 4]]}})
    assert [(order["rfs"], order["sm"], order["sr"]) for order in runner["uo"]] == [("a", 4, 6)]


def test_orders_of_other_strategies_are_not_told(theatre: StreamTheatre) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders(customerStrategyRefs=["a"])

    bet(theatre, "alice", HOME, Side.BACK, 3_00, "b")
    bet(theatre, "alice", HOME, Side.BACK, 5_00, "a")

    told = [runner["uo"] for message in alice.read() for runner in message["oc"][0]["orc"] if "uo" in runner]
    assert [[(order["rfs"], order["sr"]) for order in orders] for orders in told] == [[("a", 5)]]

"""What is told of a customer's bets costs what has changed, however many bets there are beside."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    PlaceInstruction,
    PlaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.inputs import Input
from tests.contract.stream_theatre import StreamClient, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, account, event, loaded, runner, scenario, win
from tests.steps import steps

MARKET = "1.1"
FEW, MANY = 40, 2_000
AT_ONCE = 40


def with_bets(theatre: StreamTheatre, number: int) -> StreamClient:
    """Let alice have so many bets, nearly all at a high price, and subscribe to them."""
    for _ in range(0, number, AT_ONCE):
        theatre.do(PlaceOrders("alice", MARKET, (placing(1000_00),) * AT_ONCE)).accepted()
    theatre.bet("alice", MARKET, Side.BACK, 400, 20_00)
    alice = theatre.client()
    alice.subscribe_to_orders(partitionMatchedByStrategyRef=True)
    return alice


def placing(price: int, side: Side = Side.BACK, size: int = 2_00) -> PlaceInstruction:
    return PlaceInstruction(RunnerKey(1), side, OrderType.LIMIT, price, size, Persistence.LAPSE)


@pytest.fixture(scope="module")
def theatres() -> Iterator[list[tuple[StreamTheatre, StreamClient]]]:
    market = win(MARKET, runner(1), runner(2), turnInPlay=True)
    accounts = [account("alice", balance=1_000_000), "bob"]
    document = loaded(scenario(event("1", "Meeting", HORSE_RACING, market), accounts=accounts))
    with ExitStack() as stack:
        stages = [stack.enter_context(streaming(document)) for _ in (FEW, MANY)]
        yield [(stage, with_bets(stage, number)) for stage, number in zip(stages, (FEW, MANY), strict=True)]


def last_bet(theatre: StreamTheatre) -> int:
    return max(theatre.world.exchange.orders)


CHANGES: dict[str, Callable[[StreamTheatre], Input]] = {
    "another bet": lambda _: PlaceOrders("alice", MARKET, (placing(900_00),)),
    "a bet that is changed": lambda theatre: UpdateOrders(
        "alice", MARKET, (UpdateInstruction(last_bet(theatre), Persistence.PERSIST),)
    ),
    "a bet that is cancelled": lambda theatre: CancelOrders(
        "alice", MARKET, (CancelInstruction(last_bet(theatre)),)
    ),
    "a bet that is matched in part": lambda _: PlaceOrders("bob", MARKET, (placing(400, Side.LAY),)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_many_other_bets_make_no_change_of_one_dearer(
    theatres: list[tuple[StreamTheatre, StreamClient]], change: Callable[[StreamTheatre], Input]
) -> None:
    costs = []
    for theatre, alice in theatres:
        costs.append(steps(lambda theatre=theatre: theatre.do(change(theatre)).accepted()))  # type: ignore[misc]
        (message,) = alice.read()
        assert len(message["oc"][0]["orc"][0]["uo"]) == 1

    few, many = costs
    assert few > 1_000
    assert many < 1.2 * few

"""What is told of a customer's bets costs what has changed, however many there are, and nothing where nobody hears."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from simulator.betfair.stream import market_view
from simulator.betfair.stream.market_view import MarketState
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
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.contract.stream_theatre import StreamClient, StreamTheatre, meeting, streaming
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


@pytest.fixture
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


def test_a_change_of_a_market_costs_the_same_however_many_others_are_subscribed_to() -> None:
    few, many = (steps_of_a_told_bet(number) for number in (2, 200))

    assert few > 1_000
    assert many < 1.1 * few


def steps_of_a_told_bet(number_of_markets: int) -> int:
    markets = [win(f"1.{number}", runner(1), runner(2)) for number in range(1, number_of_markets + 1)]
    with streaming(meeting(*markets)) as theatre:
        alice = theatre.client()
        assert len(alice.subscribe_to_markets()["mc"]) == number_of_markets
        bet = PlaceOrders("bob", MARKET, (placing(500_00),))
        theatre.do(bet).accepted()
        cost = min(steps(lambda: theatre.do(bet).accepted()) for _ in range(3))
        assert [len(message["mc"]) for message in alice.read()] == [1, 1, 1, 1]
        return cost


def test_a_change_is_worked_out_once_for_all_who_see_it_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: list[bytes | None] = []

    def difference(before: MarketState | None, after: MarketState, *, merged: bool = False) -> bytes | None:
        worked_out.append(of_market_view(before, after, merged=merged))
        return worked_out[-1]

    of_market_view = market_view.difference
    with streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, win(MARKET, runner(1)))))) as theatre:
        alike = [theatre.client(username) for username in ("alice", "alice", "bob", "bob")]
        for client in alike:
            client.subscribe_to_markets(MARKET, fields=["EX_ALL_OFFERS"])
        other = theatre.client()
        other.subscribe_to_markets(MARKET, fields=["EX_TRADED", "EX_ALL_OFFERS"])
        monkeypatch.setattr(market_view, "difference", difference)

        theatre.bet("bob", MARKET, Side.BACK, 500, 2_00)

        told = [message["mc"] for client in (*alike, other) for message in client.read()]
    assert told == [[{"id": MARKET, "rc": [{"atl": [[5, 2]], "id": 1}]}]] * 5
    assert len(worked_out) == 2


def test_a_bet_that_nobody_is_told_of_costs_nothing_for_the_stream() -> None:
    document = loaded(scenario(event("1", "Meeting", HORSE_RACING, win(MARKET, runner(1), runner(2)))))
    without = Worlds().create(document)
    with streaming(document) as theatre:
        costs = []
        for _ in range(2):
            costs.append(steps_of_a_bet(theatre.world))
            # From now on there was a subscriber once.
            alice = theatre.client()
            alice.subscribe_to_orders()
            alice.subscribe_to_markets(MARKET)
            theatre.bet("bob", MARKET, Side.BACK, 500, 2_00)
            assert alice.read()
            alice.leave()

    assert costs == [steps_of_a_bet(without)] * 2


def steps_of_a_bet(world: World) -> int:
    bet = PlaceOrders("bob", MARKET, (placing(500_00),))
    # The first one makes what is made only once, and of others the collector may make use.
    world.do(bet).accepted()
    return min(steps(lambda: world.do(bet).accepted()) for _ in range(5))

"""The demo has a market of every kind, and whoever bets in it sees every kind of bet through to its end."""

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.events import StartingPriceMade
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.statuses import MarketStatus
from simulator.world.inputs import AdvanceClock, MoveToNext, SetClockRate
from simulator.world.loading.named import builtin_scenario
from simulator.world.world import World
from tests.unit.world_builder import MINUTE, START, FakeRealTime, heard_by

WIN, PLACE, EACH_WAY = "1.113198101", "1.113198102", "1.113198103"
CORNERS, TOTAL_GOALS, ASIAN_HANDICAP = "1.113197608", "1.113197492", "1.113197512"
FAVOURITE, WINNER = 7424001, 7424003
SAMTREDIA = 6830593


@pytest.fixture
def demo() -> World:
    """The demo as it is in the evening: in the last minute of a day its main match has kicked off as it begins."""
    world = World(builtin_scenario("demo"), real_time=FakeRealTime(START).real_time)
    world.do(SetClockRate(0)).accepted()
    return world


def back(world: World, market: str, runner: RunnerKey, price: int) -> Order:
    instruction = PlaceInstruction(runner, Side.BACK, OrderType.LIMIT, price, 1000, Persistence.LAPSE)
    world.do(PlaceOrders("alice", market, (instruction,))).accepted()
    return list(world.exchange.orders.values())[-1]


def to_the_end(world: World) -> None:
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()


def test_a_bet_of_every_kind_is_settled_by_the_end(demo: World) -> None:
    bets = {
        "the winner": back(demo, WIN, RunnerKey(WINNER), 600),
        "the second to win": back(demo, WIN, RunnerKey(FAVOURITE), 365),
        "the second to be placed": back(demo, PLACE, RunnerKey(FAVOURITE), 144),
        "the winner each way": back(demo, EACH_WAY, RunnerKey(WINNER), 600),
        "the second each way": back(demo, EACH_WAY, RunnerKey(FAVOURITE), 350),
        "two goals or more": back(demo, TOTAL_GOALS, RunnerKey(285470, -200), 160),
        "three goals or more": back(demo, TOTAL_GOALS, RunnerKey(285471, -300), 315),
        "the home side, giving three quarters": back(demo, ASIAN_HANDICAP, RunnerKey(SAMTREDIA, -75), 252),
        "the away side, given a half": back(demo, ASIAN_HANDICAP, RunnerKey(6843866, 50), 183),
        "corners sold at 9.5": back(demo, CORNERS, RunnerKey(9120431), 950),
    }
    assert {order.size_matched for order in bets.values()} == {1000}

    to_the_end(demo)

    assert {name: order.profit for name, order in bets.items()} == {
        "the winner": 5000,
        "the second to win": -1000,
        "the second to be placed": 440,
        "the winner each way": 5000 + 1000,  # the place part at 1 + 5.0 / 5
        "the second each way": -1000 + 500,  # the place part at 1 + 2.5 / 5
        "two goals or more": 600,
        "three goals or more": 2150,  # there were three
        "the home side, giving three quarters": 760,  # it won by one: half is won, half refunded
        "the away side, given a half": -1000,
        "corners sold at 9.5": -1000,  # there were eleven
    }
    assert all(market.status is MarketStatus.CLOSED for market in demo.exchange.markets.values())


def test_the_race_has_starting_prices_from_the_off_on(demo: World) -> None:
    instruction = PlaceInstruction(
        RunnerKey(WINNER), Side.BACK, OrderType.MARKET_ON_CLOSE, liability=1000
    )  # fmt: skip
    demo.do(PlaceOrders("alice", WIN, (instruction,))).accepted()
    order = list(demo.exchange.orders.values())[-1]
    heard = heard_by(demo)

    demo.do(AdvanceClock(45 * MINUTE)).accepted()

    prices = [event for event in heard if isinstance(event, StartingPriceMade)]
    assert [event.market_id for event in prices] == [WIN] * 8 + [PLACE] * 8
    assert (order.size_matched, order.average_price_matched) == (1000, 600)
    assert [demo.exchange.markets[market].in_play for market in (WIN, PLACE, EACH_WAY)] == [True, True, False]


def test_virtual_bets_are_there_for_a_taker(demo: World) -> None:
    """Whoever backs more of the favourite than is offered is matched with those who back all the others."""
    instruction = PlaceInstruction(
        RunnerKey(FAVOURITE), Side.BACK, OrderType.LIMIT, 340, 95_000, Persistence.LAPSE
    )  # fmt: skip

    demo.do(PlaceOrders("alice", WIN, (instruction,))).accepted()

    order = list(demo.exchange.orders.values())[-1]
    others = [runner for key, runner in demo.exchange.markets[WIN].runners.items() if key.selection_id != FAVOURITE]
    assert [(fragment.price, fragment.size) for fragment in order.fragments] == [
        (365, 12_476), (360, 28_461), (355, 49_121), (340, 4942)
    ]  # fmt: skip
    assert all(runner.book.total_matched for runner in others)

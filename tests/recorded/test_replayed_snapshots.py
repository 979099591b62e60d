"""Every recording goes on from snapshots, with bets in it, as the world of which they were taken does."""

import random
from decimal import Decimal
from itertools import cycle

import pytest

from simulator.backtest.models import MODELS
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, Side
from simulator.reading_recordings import open_recordings
from simulator.world.inputs import MoveToNext
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.evidence import STREAMS, needs
from tests.recorded.test_replayed_streams import NAMES
from tests.unit.test_replay import FROZEN
from tests.unit.test_replay_snapshots import going_on_from
from tests.unit.test_snapshot import written

pytestmark = needs(STREAMS)

PRICES = (1_01, 1_50, 3_00, 5_00, 50_00, 1000_00)


def some_bets(world: World, chance: random.Random) -> None:
    for _ in range(4):
        market = chance.choice(list(world.exchange.markets.values()))
        order = PlaceInstruction(
            chance.choice(list(market.runners)),
            chance.choice(list(Side)),
            OrderType.LIMIT,
            chance.choice(PRICES),
            chance.choice([2_00, 10_00]),
            chance.choice(list(Persistence)),
        )
        world.do(PlaceOrders("alice", market.market_id, (order,)))


def goes_on(world: World, messages: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(messages):
        if world.next_due is None:
            return
        world.do(MoveToNext()).accepted()
        if number % 100 == 0:
            some_bets(world, chance)


@pytest.mark.parametrize(("name", "model"), list(zip(NAMES, cycle(MODELS), strict=False)))
def test_a_recording_goes_on_from_snapshots(name: str, model: str) -> None:
    scenario = open_recordings.scenario_of(
        [str(STREAMS / name)], rate=Decimal(0), model=model, cross_matching=model == "queue"
    )
    world = World(scenario, real_time=FROZEN, open_recordings=open_recordings)
    for seed in range(5):
        again = going_on_from(written(world))
        goes_on(world, 3_000, seed)
        goes_on(again, 3_000, seed)
        assert state_hash(again) == state_hash(world)
    assert again.notices == world.notices

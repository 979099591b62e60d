"""What it costs to take a snapshot of a world with many bets, and to go on from one, beside telling its story again."""

import json
from statistics import median
from time import process_time
from typing import Any

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.loading.loading import load_scenario
from simulator.world.snapshot import decode_snapshot, encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.world import World

BETS = 10_000
ROUNDS = 5
MARKETS = 20


def run() -> None:
    """Measure and print."""
    start = process_time()
    world = new_world()
    _bet(world)
    story = process_time() - start
    taken, restored = [], []
    for _ in range(ROUNDS):
        start = process_time()
        document = encode_snapshot(world.snapshot())
        taken.append(process_time() - start)
        start = process_time()
        again = _restored(document)
        restored.append(process_time() - start)
        assert state_hash(again) == state_hash(world)
    print(f"snapshot: a world with {BETS:,} bets, a third of them unmatched")
    print(f"  to write it          {1000 * median(taken):>7.1f} ms, {len(document) / BETS:,.0f} bytes a bet")
    print(f"  to go on from it     {1000 * median(restored):>7.1f} ms (aim: at most 100)")
    print(f"  to tell its story    {1000 * story:>7.1f} ms, {story / median(restored):.0f} times as long")


def _restored(document: bytes) -> World:
    return World.of_snapshot(decode_snapshot(document))


def _bet(world: World) -> None:
    for number in range(BETS):
        side, price = (Side.BACK, 200) if number % 2 else (Side.LAY, 190 if number % 3 else 200)
        instruction = PlaceInstruction(RunnerKey(1 + number % 3), side, OrderType.LIMIT, price, 200)
        account = "alice" if side is Side.BACK else "bob"
        world.do(PlaceOrders(account, f"1.{number % MARKETS}", (instruction,))).accepted()


def new_world() -> World:
    """Return a world of twenty markets and two customers who can pay for anything."""
    markets: list[dict[str, Any]] = [
        {
            "id": f"1.{number}",
            "name": "Market",
            "marketType": "WIN",
            "startTime": "2026-06-06T18:00:00.000Z",
            "runners": [{"selectionId": runner, "name": f"Runner {runner}"} for runner in (1, 2, 3)],
        }
        for number in range(MARKETS)
    ]
    event = {
        "id": "1",
        "name": "Event",
        "eventType": {"id": "7", "name": "Horse Racing"},
        "openDate": "2026-06-06T18:00:00.000Z",
        "markets": markets,
    }
    scenario = {
        "name": "snapshot",
        "clock": {"now": "2026-06-06T17:00:00.000Z", "rate": 0},
        "accounts": [
            {"username": name, "password": "secret", "balance": 10_000_000, "exposureLimit": None}
            for name in ("alice", "bob")
        ],
        "events": [event],
    }
    return World(load_scenario(json.dumps(scenario), "snapshot.json"))

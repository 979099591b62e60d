"""What it costs that a world is a fold: a bet through the door of a world beside the same bet in a bare exchange.

And how many inputs a second are told again, from JSON to the state they lead to, and how many bytes an input takes.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.happened import Happened
from simulator.world.loading.loading import load_scenario
from simulator.world.retelling import Beginning, Retelling, decode_told, encode_told, told
from simulator.world.state_hash import state_hash
from simulator.world.world import World

ROUNDS = 7
BETS_A_ROUND = 4_000
MARKET_ID = "1.1"


def run() -> None:
    """Measure and print."""
    bare, heard = _world(), _world()
    story: list[Happened] = []
    heard.listen(story.append)
    beginning = Beginning.of(heard)
    pairs = [
        (
            _seconds(lambda bet: bare.exchange.apply(bet, bare.clock.now())),
            _seconds(heard.do),
        )
        for _ in range(ROUNDS)
    ]
    lines = [encode_told(one) for one in told(story)]
    start = perf_counter()
    retelling = Retelling(beginning)
    for line in lines:
        retelling.tell(decode_told(line))
    seconds = perf_counter() - start
    assert state_hash(retelling.world) == state_hash(heard)
    print("fold: a world that is told what to do, and tells what happened")
    print(f"  a bet in a bare exchange      {1e6 * median(pair[0] for pair in pairs) / BETS_A_ROUND:>7.1f} us")
    print(f"  the same through a world      {1e6 * median(pair[1] for pair in pairs) / BETS_A_ROUND:>7.1f} us")
    print(f"  ratio                         {median(pair[1] / pair[0] for pair in pairs):>7.2f}")
    print(f"  inputs told again per second  {len(lines) / seconds:>7,.0f}")
    print(f"  bytes an input                {sum(map(len, lines)) / len(lines):>7.0f}")


def _seconds(place: Callable[[PlaceOrders], object]) -> float:
    """Return how long a round of bets takes, of which each one is matched by the next."""
    start = perf_counter()
    for number in range(BETS_A_ROUND):
        place(_LAY if number % 2 else _BACK)
    return perf_counter() - start


def _bet(account: str, side: Side) -> PlaceOrders:
    instruction = PlaceInstruction(RunnerKey(1), side, OrderType.LIMIT, 200, 200, Persistence.LAPSE)
    return PlaceOrders(account, MARKET_ID, (instruction,))


_BACK, _LAY = _bet("alice", Side.BACK), _bet("bob", Side.LAY)


def _world() -> World:
    scenario: dict[str, Any] = {
        "name": "fold",
        "clock": {"now": "2026-06-06T17:00:00.000Z", "rate": 0},
        "accounts": [
            {"username": name, "password": "secret", "balance": 10_000_000, "exposureLimit": None}
            for name in ("alice", "bob")
        ],
        "events": [
            {
                "id": "1",
                "name": "Event",
                "eventType": {"id": "7", "name": "Horse Racing"},
                "openDate": "2026-06-06T18:00:00.000Z",
                "markets": [
                    {
                        "id": MARKET_ID,
                        "name": "Market",
                        "marketType": "WIN",
                        "startTime": "2026-06-06T18:00:00.000Z",
                        "runners": [{"selectionId": number, "name": f"Runner {number}"} for number in (1, 2, 3)],
                    }
                ],
            }
        ],
    }
    return World(load_scenario(json.dumps(scenario), "fold.json"))

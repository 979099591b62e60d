"""Cross-matching markets with offers on them, and words for what was matched virtually."""

from collections.abc import Callable
from itertools import combinations

from simulator.exchange.events import VirtualBetMatched
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import Order, RunnerKey
from tests.unit.exchange_builder import A, B, C, World

NEWCASTLE, CHELSEA, DRAW = A, B, C

Offers = list[tuple[int, int]]
"""Price and size, as the mechanics' tables have them the other way round: 3.0 for 150.00 is (3_00, 150_00)."""


def market(
    *,
    backs: dict[RunnerKey, Offers] | None = None,
    lays: dict[RunnerKey, Offers] | None = None,
    runners: tuple[RunnerKey, ...] = (A, B, C),
    **definition: object,
) -> World:
    """A cross-matching market in which bob has unmatched backs (available to lay) and carol unmatched lays."""
    rich = {"alice": 1_000_000_00, "bob": 1_000_000_00, "carol": 1_000_000_00}
    world = World(balances=rich, runners=runners, cross_matching=True, **definition)
    for runner, offers in (backs or {}).items():
        for price, size in offers:
            world.back("bob", size, at=price, runner=runner)
    for runner, offers in (lays or {}).items():
        for price, size in offers:
            world.lay("carol", size, at=price, runner=runner)
    return world


def first_example() -> World:
    """The manual's first example, as far as its text tells it."""
    return market(
        backs={NEWCASTLE: [(2_00, 120_00), (2_50, 75_00)], CHELSEA: [(3_00, 150_00)]},
        lays={DRAW: [(5_00, 150_00), (3_00, 250_00), (1_01, 999_00)]},
    )


def virtual_bets(world: World, order: Order) -> list[VirtualBetMatched]:
    return [
        event for event in world.events if isinstance(event, VirtualBetMatched) and event.taker_bet_id == order.bet_id
    ]


def legs_of(bet: VirtualBetMatched) -> list[tuple[RunnerKey, int, int]]:
    """Runner, price and size of what a virtual bet was matched against."""
    return [(leg.runner, leg.price, leg.size) for leg in bet.legs]


def house_by_outcome(build: Callable[[], World]) -> list[int]:
    """What the house has in pence after the market is settled, for every possible set of winners."""
    definition = build().market.definition
    results = []
    for winners in combinations([runner.key for runner in definition.runners], definition.number_of_winners):
        world = build()
        world.settle(*winners)
        results.append(world.balance(HOUSE))
    return results

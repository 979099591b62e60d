"""The manual's first example of virtual bets, and words for what was matched virtually."""

from collections.abc import Callable
from itertools import combinations

from simulator.exchange.events import VirtualBetMatched
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import Order, RunnerKey
from tests.unit.exchange_builder import A, B, C, World, cross_matching_market

NEWCASTLE, CHELSEA, DRAW = A, B, C


def first_example() -> World:
    """The manual's first example, as far as its text tells it."""
    return cross_matching_market(
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

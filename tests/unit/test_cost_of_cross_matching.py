"""What a bet costs in a cross-matching market grows with its runners at most as their number does."""

import pytest

from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import RunnerKey
from tests.steps import steps
from tests.unit.exchange_builder import World, cross_matching_market

FEW, MANY = 20, 80
CLASSIC = Ladder.CLASSIC


def market_of(number: int) -> World:
    """A market of so many runners, with an offer on both sides of each, of whom nobody lays the first."""
    runners = [RunnerKey(each) for each in range(1, number + 1)]
    middle = CLASSIC.tick_of(CLASSIC.ceiling(100 * number))
    # No two runners in turn have the same price, so that no sum of them is a round one.
    prices = {runner: middle + place % 5 for place, runner in enumerate(runners)}
    return cross_matching_market(
        runners=runners,
        backs={runner: [(CLASSIC.price_at(tick + 10), 200)] for runner, tick in prices.items()},
        lays={runner: [(CLASSIC.price_at(tick - 10), 200)] for runner, tick in prices.items() if runner != runners[0]},
    )


def cost_of(number: int) -> dict[str, int]:
    """The steps of all the offers of such a market, and those of a bet in it."""
    markets: list[World] = []
    offers = steps(lambda: markets.append(market_of(number)))
    (world,) = markets
    return {
        "all offers": offers,
        "a bet that waits": steps(lambda: world.back("alice", 200, at=1000_00, runner=RunnerKey(1))),
        "a bet that is matched": steps(lambda: world.lay("alice", 200, at=1000_00, runner=RunnerKey(number // 2))),
    }


@pytest.fixture(scope="module")
def costs() -> tuple[dict[str, int], dict[str, int]]:
    return cost_of(FEW), cost_of(MANY)


@pytest.mark.parametrize(("what", "power"), [("all offers", 2), ("a bet that waits", 1), ("a bet that is matched", 1)])
def test_no_bet_costs_more_than_in_proportion_to_the_runners(
    costs: tuple[dict[str, int], dict[str, int]], what: str, power: int
) -> None:
    few, many = (cost[what] for cost in costs)

    assert few > 1_000
    assert many / few < 1.3 * (MANY / FEW) ** power

"""How the cost of a bet in a cross-matching market grows with its runners: at most as their number.

Markets of different sizes are measured in turn, round after round, and ratios are taken round by round, so that a
machine that slows down for a moment slows all of them. No garbage is collected meanwhile, since what that costs depends
on what else there is.
"""

import gc
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    LadderDefinition,
    OpenAccount,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    RunnerDefinition,
)
from simulator.exchange.events import Event, VirtualBetMatched
from simulator.exchange.exchange import Exchange
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS

RUNNERS: Final = (75, 150, 300, 600)
LEVELS: Final = 3
ROUNDS: Final = 5
BETS: Final = 20
MARKET_ID: Final = "1.1"
LADDER: Final = Ladder.CLASSIC


class Costs(NamedTuple):
    """Of one round in one market: seconds for all its offers, for a bet that rests, and for a leg of a virtual bet."""

    offers: float
    resting: float
    matched: float


def run() -> None:
    """Measure and print."""
    print(
        f"cross_matching: {LEVELS} prices on both sides of every runner, nobody lays the first, on whom bets are placed"
    )
    titles = ("offers ms", "ratio", "resting us", "ratio", "leg us", "ratio")
    print(f"  {'runners':>9}" + "".join(f"{title:>12}" for title in titles))
    rounds = [[_measured(number) for number in RUNNERS] for _ in range(ROUNDS)]
    for place, number in enumerate(RUNNERS):
        columns = ""
        for cost, unit in zip(range(3), (1e3, 1e6, 1e6), strict=True):
            columns += f"{median(costs[place][cost] for costs in rounds) * unit:>12,.1f}"
            columns += f"{median(costs[place][cost] / costs[0][cost] for costs in rounds):>12.1f}"
        print(f"  {number:>9}{columns}")
    times = RUNNERS[-1] // RUNNERS[0]
    print(f"  aim, at {times} times the runners: {times**2} times for all offers, {times} times for a bet, 1 for a leg")


def _measured(runners: int) -> Costs:
    gc.collect()
    gc.disable()
    try:
        return _measure(runners)
    finally:
        gc.enable()


def _measure(runners: int) -> Costs:
    exchange = Exchange(RULE_SETS[DEFAULT_RULE_SET])
    exchange.apply(OpenAccount("maker", "GBP", 0, unlimited=True), 0)
    listed = tuple(RunnerDefinition(RunnerKey(number), number) for number in range(1, runners + 1))
    ladder = LadderDefinition("CLASSIC")
    exchange.apply(AddMarket(MARKET_ID, BettingType.ODDS, ladder, 1, listed, cross_matching=True), 0)
    exchange.apply(OpenMarket(MARKET_ID), 0)
    middle = LADDER.tick_of(LADDER.ceiling(100 * runners))
    start = perf_counter()
    for number in range(1, runners + 1):
        # No two runners in turn have the same prices, so that no sum of them is a round one.
        tick = middle + number % 5
        for level in range(1, LEVELS + 1):
            _bet(exchange, number, Side.BACK, LADDER.price_at(tick + 10 + level))
            if number != 1:
                _bet(exchange, number, Side.LAY, LADDER.price_at(tick - 10 - level))
    offered = perf_counter()
    for _ in range(BETS):
        _bet(exchange, 1, Side.BACK, LADDER.highest)
    rested = perf_counter()
    legs = 0
    for _ in range(BETS):
        events = _bet(exchange, 1, Side.BACK, LADDER.lowest)
        legs += sum(len(event.legs) for event in events if isinstance(event, VirtualBetMatched))
    matched = perf_counter()
    return Costs(offered - start, (rested - offered) / BETS, (matched - rested) / legs)


def _bet(exchange: Exchange, runner: int, side: Side, price: int) -> tuple[Event, ...]:
    instruction = PlaceInstruction(RunnerKey(runner), side, OrderType.LIMIT, price, 200)
    return exchange.apply(PlaceOrders("maker", MARKET_ID, (instruction,)), 0)

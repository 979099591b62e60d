"""Starting prices as recorded, and what they would have been with our money in them.

A recording tells the price that was made without us. What our bets would have done to it is worked out by the kernel's
own auction over what is recorded just before: once with our bets and once without. The price moves, in odds, as one of
these results does against the other, so that where the auction cannot be told again to the penny its error drops out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from simulator.backtest.following import key_of
from simulator.exchange.book import Offer
from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.runner import Runner
from simulator.exchange.starting_price import StartingPriceBet, reconcile
from simulator.recorded.market import Ladder, RecordedRunner
from simulator.recorded.messages import MarketDefinition
from simulator.recorded.starting_prices import ToldPrices

CUT: Final = 0.01
"""Historic files cut starting prices to hundredths: the exact one is less than this away."""
MOST_DENOMINATOR: Final = 10**12


def starting_prices(definition: MarketDefinition, told: ToldPrices) -> dict[RunnerKey, Fraction]:
    """Return the starting prices that a message tells, as exactly as it does.

    After the reconciliation the bets that were matched stand at the very price. Historic files show it there and have
    it cut to hundredths in the definition; with captures it is the other way round.
    """
    prices: dict[RunnerKey, Fraction] = {}
    for runner in definition.runners:
        if isinstance(runner.bsp, float) and 1 < runner.bsp < float("inf"):
            said, key = runner.bsp, key_of(runner)
            near = [price for price in told.get(key, ()) if abs(price - said) < CUT]
            prices[key] = Fraction(max((str(price) for price in (said, *near)), key=len))
    return prices


def with_our_money(
    prices: Mapping[RunnerKey, Fraction],
    runners: Mapping[RunnerKey, Runner],
    recorded: Mapping[tuple[int, int], RecordedRunner],
    lapses: Callable[[Order], bool],
) -> dict[RunnerKey, Fraction]:
    """Return the starting prices as our bets that take part would have moved them; where none does, as recorded.

    Runners have none here on which so much of ours would have stood that there had been none. `lapses` says which of
    our LIMIT orders for the off take no part.
    """
    moved = {key: _moved(price, runners[key], recorded[key], lapses) for key, price in prices.items() if key in runners}
    return {key: price for key, price in moved.items() if price is not None}


def _moved(
    price: Fraction, runner: Runner, recorded: RecordedRunner, lapses: Callable[[Order], bool]
) -> Fraction | None:
    our_backs, our_lays = _ours(runner, Side.BACK, lapses), _ours(runner, Side.LAY, lapses)
    if not our_backs and not our_lays:
        return price
    backs, lays = _bets(recorded.starting_price_backs, LOWEST_PRICE), _bets(recorded.starting_price_lays, HIGHEST_PRICE)
    to_back = [Offer(rung, size) for rung, size in sorted(recorded.available_to_back.items(), reverse=True)]
    to_lay = [Offer(rung, size) for rung, size in sorted(recorded.available_to_lay.items())]
    if to_back and to_lay and to_back[0].price >= to_lay[0].price:
        return price
    without = reconcile(backs, lays, to_back, to_lay).price
    ours = reconcile([*backs, *our_backs], [*lays, *our_lays], to_back, to_lay).price
    if not isinstance(without, Fraction):
        return price
    if not isinstance(ours, Fraction):
        return None
    moved = 1 + (price - 1) * (ours - 1) / (without - 1)
    bounds = Fraction(LOWEST_PRICE, HUNDREDTHS), Fraction(HIGHEST_PRICE, HUNDREDTHS)
    return min(max(moved, bounds[0]), bounds[1]).limit_denominator(MOST_DENOMINATOR)


def _bets(ladder: Ladder, any_price: int) -> list[StartingPriceBet]:
    """Return the recorded bets at the starting price; those at the end of the ladder take any price."""
    return [StartingPriceBet(size, None if price == any_price else price) for price, size in sorted(ladder.items())]


def _ours(runner: Runner, side: Side, lapses: Callable[[Order], bool]) -> Sequence[StartingPriceBet]:
    """Return our bets that take part: those that wait for the starting price, and those that are about to."""
    waiting = [
        StartingPriceBet(order.liability_waiting, order.price if order.order_type is OrderType.LIMIT_ON_CLOSE else None)
        for order in runner.starting_price_queue(side).values()
    ]
    return [
        *waiting,
        *(StartingPriceBet(order.liability_of_rest) for order in _turning(runner, side) if not lapses(order)),
    ]


def _turning(runner: Runner, side: Side) -> Iterable[Order]:
    return (
        order
        for order in runner.book.queue_of(side).orders()
        if order.persistence is Persistence.MARKET_ON_CLOSE and order.size_remaining
    )

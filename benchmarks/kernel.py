"""How many orders a second the kernel places and matches, in a shallow book and in a deep one.

The two are measured in turn, round after round, and the ratio is taken round by round, so that a machine that slows
down for a moment slows both. The cost of an order may not grow with the orders that rest elsewhere, nor with the other
markets in which its account has bets.
"""

from statistics import median
from time import perf_counter

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
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS

SHALLOW, DEEP = 100, 10_000
OTHER_MARKETS = 1_000
ROUNDS = 7
ORDERS_A_ROUND = 8_000
MARKET_ID = "1.1"
RUNNER = RunnerKey(1)


def run() -> None:
    """Measure and print."""
    shallow, deep, busy = _book(SHALLOW), _book(DEEP), _book(SHALLOW, OTHER_MARKETS)
    rates = [(_rate(shallow), _rate(deep), _rate(busy)) for _ in range(ROUNDS)]
    print("kernel: orders placed and matched per second, one core")
    print(f"  {SHALLOW:>6} resting orders  {median(rate for rate, _, _ in rates):>9,.0f}")
    print(f"  {DEEP:>6} resting orders  {median(rate for _, rate, _ in rates):>9,.0f}")
    print(f"  {OTHER_MARKETS:>6} other markets   {median(rate for _, _, rate in rates):>9,.0f}")
    for place, what in ((1, "in the deep book"), (2, "of accounts with bets in other markets")):
        cost = median(rate[0] / rate[place] for rate in rates)
        print(f"  an order {what} costs {cost:.2f} times one in the shallow book (aim: at most 1.30)")


def _book(resting_orders: int, other_markets: int = 0) -> Exchange:
    """Return an exchange with one runner whose two queues hold so many orders, none of which the measured ones meet.

    Those who place the measured ones have a bet in each of so many other markets.
    """
    exchange = Exchange(RULE_SETS[DEFAULT_RULE_SET])
    for account in ("maker", "taker", "crowd"):
        exchange.apply(OpenAccount(account, "GBP", 10**12), 0)
    runners = tuple(RunnerDefinition(RunnerKey(number), number) for number in (1, 2, 3))
    for market_id in (MARKET_ID, *(f"2.{number}" for number in range(other_markets))):
        exchange.apply(AddMarket(market_id, BettingType.ODDS, LadderDefinition("CLASSIC"), 1, runners), 0)
        exchange.apply(OpenMarket(market_id), 0)
        if market_id != MARKET_ID:
            _place(exchange, "maker", Side.LAY, 300, 200, market_id)
            _place(exchange, "taker", Side.BACK, 300, 200, market_id)
    for number in range(resting_orders):
        if number % 2:
            _place(exchange, "crowd", Side.LAY, 101 + number // 2 % 90, 200)
        else:
            _place(exchange, "crowd", Side.BACK, 1000 + 50 * (number // 2 % 20), 200)
    return exchange


def _rate(exchange: Exchange) -> float:
    """Place pairs of orders that match each other between the two queues, and return orders a second."""
    start = perf_counter()
    for _ in range(ORDERS_A_ROUND // 4):
        _place(exchange, "maker", Side.LAY, 300, 200)
        _place(exchange, "taker", Side.BACK, 300, 200)
        _place(exchange, "maker", Side.BACK, 300, 200)
        _place(exchange, "taker", Side.LAY, 300, 200)
    return ORDERS_A_ROUND / (perf_counter() - start)


def _place(exchange: Exchange, account: str, side: Side, price: int, size: int, market_id: str = MARKET_ID) -> None:
    instruction = PlaceInstruction(RUNNER, side, OrderType.LIMIT, price, size)
    exchange.apply(PlaceOrders(account, market_id, (instruction,)), 0)

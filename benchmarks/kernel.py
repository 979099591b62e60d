"""How many orders a second the kernel places and matches, in a shallow book and in a deep one.

The two are measured in turn, round after round, and the ratio is taken round by round, so that a machine that slows
down for a moment slows both. The cost of an order may not grow with the orders that rest elsewhere.
"""

from statistics import median
from time import perf_counter

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
ROUNDS = 7
ORDERS_A_ROUND = 8_000
MARKET_ID = "1.1"
RUNNER = RunnerKey(1)


def run() -> None:
    """Measure and print."""
    shallow, deep = _book(SHALLOW), _book(DEEP)
    rates = [(_rate(shallow), _rate(deep)) for _ in range(ROUNDS)]
    print("kernel: orders placed and matched per second, one core")
    print(f"  {SHALLOW:>6} resting orders  {median(rate for rate, _ in rates):>9,.0f}")
    print(f"  {DEEP:>6} resting orders  {median(rate for _, rate in rates):>9,.0f}")
    cost = median(shallow_rate / deep_rate for shallow_rate, deep_rate in rates)
    print(f"  an order in the deep book costs {cost:.2f} times one in the shallow book (aim: at most 1.30)")


def _book(resting_orders: int) -> Exchange:
    """Return an exchange with one runner whose two queues hold so many orders, none of which the measured ones meet."""
    exchange = Exchange(RULE_SETS[DEFAULT_RULE_SET])
    for account in ("maker", "taker", "crowd"):
        exchange.apply(OpenAccount(account, "GBP", 10**12), 0)
    runners = tuple(RunnerDefinition(RunnerKey(number), number) for number in (1, 2, 3))
    exchange.apply(AddMarket(MARKET_ID, "ODDS", LadderDefinition("CLASSIC"), 1, runners), 0)
    exchange.apply(OpenMarket(MARKET_ID), 0)
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


def _place(exchange: Exchange, account: str, side: Side, price: int, size: int) -> None:
    instruction = PlaceInstruction(RUNNER, side, OrderType.LIMIT, price, size)
    exchange.apply(PlaceOrders(account, MARKET_ID, (instruction,)), 0)

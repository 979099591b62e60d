"""What books show of a runner's starting price: first projections and what is staked, then the price and what it took.

|                          | nearPrice, farPrice | backStakeTaken, layLiabilityTaken  | actualSP          |
|--------------------------|---------------------|------------------------------------|-------------------|
| not reconciled           | as last worked out  | at 1.01 and 1000, or at the limits | absent            |
| reconciled               | absent              | all at the starting price          | with all decimals |
| reconciled, no price     | absent              | empty                              | `Infinity`        |
| removed, not reconciled  | `NaN`               | empty                              | absent            |
| removed, reconciled      | absent              | empty                              | `NaN`             |
| closed, never reconciled | `NaN`               | empty                              | absent            |
| closed, reconciled       | absent              | empty                              | as it was         |

Which of SP_AVAILABLE and SP_TRADED was asked for makes no difference. Sources: manual, StartingPrices;
recorded `list_market_book.json`, and the SP volumes of `1.127236622.bz2`, which moved to the one price at the off and
went to nothing before the market was closed.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

from simulator.betfair.schema.sports_markets import StartingPrices
from simulator.betfair.schema.sports_orders import PriceSize
from simulator.betfair.schema.wire import NotANumber, double
from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.exchange.market import Market
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.orders import Order, OrderType, Side
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import RunnerStatus
from simulator.world.inputs import ReadStartingPrices
from simulator.world.starting_price_cache import StartingPriceCache
from simulator.world.world import World

WITHOUT_LIMIT = {Side.BACK: LOWEST_PRICE, Side.LAY: HIGHEST_PRICE}
"""Where bets at any starting price are listed: at the worst price there is."""

REMOVED = (RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT)


def refresh_projections(world: World, market: Market, runners: Iterable[Runner], at: int) -> None:
    """Have the near and far prices worked out of those runners that are about to be shown with old ones or none."""
    if market.bsp_reconciled or not market.definition.bsp_market:
        return
    cache = world.starting_price_cache
    keys = [runner.key for runner in runners if not _is_over(market, runner)]
    due = tuple(key for key in keys if cache.is_due(market.market_id, key, at))
    if due:
        world.do(ReadStartingPrices(market.market_id, due))


def _is_over(market: Market, runner: Runner) -> bool:
    return market.settled_at is not None or runner.status in REMOVED


def starting_prices(
    market: Market, runner: Runner, cache: StartingPriceCache, amount: Callable[[int], float]
) -> StartingPrices:
    """Return the starting prices of a runner of a BSP market; `amount` writes pence in the currency asked for."""
    is_over = _is_over(market, runner)
    if market.bsp_reconciled:
        return _reconciled(runner, is_over, amount)
    if is_over:
        return StartingPrices(nearPrice="NaN", farPrice="NaN", backStakeTaken=[], layLiabilityTaken=[])
    projection = cache.of(market.market_id, runner.key)
    return StartingPrices(
        nearPrice=_double(projection.near),
        farPrice=_double(projection.far),
        backStakeTaken=_waiting(runner, Side.BACK, amount),
        layLiabilityTaken=_waiting(runner, Side.LAY, amount),
    )


def _reconciled(runner: Runner, is_over: bool, amount: Callable[[int], float]) -> StartingPrices:
    price = runner.starting_price
    if price is None or runner.status in REMOVED:
        price = NoPrice.NOT_A_NUMBER
    taken: dict[Side, list[PriceSize]] = {side: [] for side in Side}
    if isinstance(price, Fraction) and not is_over:
        for side, money in runner.starting_price_taken.items():
            taken[side] = [PriceSize(float(price), amount(money))] if money else []
    return StartingPrices(backStakeTaken=taken[Side.BACK], layLiabilityTaken=taken[Side.LAY], actualSP=_double(price))


def _waiting(runner: Runner, side: Side, amount: Callable[[int], float]) -> list[PriceSize]:
    """Return the stakes of backs, or what lays risk, that wait for the starting price, by rising price."""
    money: dict[int, int] = {}
    for order in runner.starting_price_queue(side).values():
        limit = _limit(order)
        money[limit] = money.get(limit, 0) + order.liability_waiting
    return [PriceSize(double(price), amount(pence)) for price, pence in sorted(money.items())]


def _limit(order: Order) -> int:
    return order.price if order.order_type is OrderType.LIMIT_ON_CLOSE else WITHOUT_LIMIT[order.side]


def _double(price: Price) -> float | NotANumber:
    """Return a price with all its decimals."""
    if isinstance(price, Fraction):
        return float(price)
    return "Infinity" if price is NoPrice.INFINITY else "NaN"

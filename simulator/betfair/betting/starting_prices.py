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
| told by a recording      | as told             | as told, and our own               | with all decimals |

Which of SP_AVAILABLE and SP_TRADED was asked for makes no difference. Sources: manual, StartingPrices;
recorded `list_market_book.json`, and the SP volumes of `1.127236622.bz2`, which moved to the one price at the off and
went to nothing before the market was closed.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

from simulator.betfair.schema.sports_markets import StartingPrices
from simulator.betfair.schema.sports_orders import PriceSize
from simulator.betfair.schema.wire import NotANumber, double
from simulator.exchange.book import ToldStartingPrices
from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS, NoPrice, Price
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
    keys = [
        runner.key for runner in runners if not _is_over(market, runner) and runner.book.told_starting_prices is None
    ]
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
    told = runner.book.told_starting_prices
    if told is not None:
        return _told(market, runner, told, amount)
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


def _told(market: Market, runner: Runner, told: ToldStartingPrices, amount: Callable[[int], float]) -> StartingPrices:
    """Return what another exchange says, with the bets that wait here beside those that wait there."""
    price = runner.starting_price if market.bsp_reconciled else None
    lists = []
    for side, others in ((Side.BACK, told.backs), (Side.LAY, told.lays)):
        money = dict(others)
        for limit, pence in _money_waiting(runner, side).items():
            money[limit] = money.get(limit, 0) + pence
        matched = runner.starting_price_taken[side]
        if matched and isinstance(price, Fraction):
            at = round(price * HUNDREDTHS)
            money[at] = money.get(at, 0) + matched
        lists.append([PriceSize(double(at), amount(pence)) for at, pence in sorted(money.items())])
    return StartingPrices(
        nearPrice=None if told.near is None else _double(told.near),
        farPrice=None if told.far is None else _double(told.far),
        backStakeTaken=lists[0],
        layLiabilityTaken=lists[1],
        actualSP=None if price is None else _double(price),
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
    return [PriceSize(double(price), amount(pence)) for price, pence in sorted(_money_waiting(runner, side).items())]


def _money_waiting(runner: Runner, side: Side) -> dict[int, int]:
    """Return the money of our own that waits for the starting price, by its limits."""
    money: dict[int, int] = {}
    for order in runner.starting_price_queue(side).values():
        limit = _limit(order)
        money[limit] = money.get(limit, 0) + order.liability_waiting
    return money


def _limit(order: Order) -> int:
    return order.price if order.order_type is OrderType.LIMIT_ON_CLOSE else WITHOUT_LIMIT[order.side]


def _double(price: Price) -> float | NotANumber:
    """Return a price with all its decimals."""
    if isinstance(price, Fraction):
        return float(price)
    return "Infinity" if price is NoPrice.INFINITY else "NaN"

"""What rows add up to: by run and model, and by market, runner, hour and whatever else a row says."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final, NamedTuple

from simulator.backtest.rows import MarketRow, OrderRow, Rows

Key = tuple[str, ...]


class Line(NamedTuple):
    """The figures of some orders, money in the account's currency; `None` is what there is nothing to reckon from."""

    markets: int
    orders: int
    refused: int
    matched: int
    unsettled: int
    """Those of the matched that are not settled: they count in no profit."""
    turnover: float
    profit: float
    commission: float
    net_profit: float
    drawdown: float | None
    """The most that net profit fell below what it had been, market after market in the order of settlement."""
    strike_rate: float | None
    """The share of settled orders that won."""
    average_price: float | None
    """Of what was matched, by size."""
    against_starting_price: float | None
    """How much better the matched prices were than starting prices, as a share of these, by size."""
    slippage: float | None
    """How much worse prices were at the match than those shown when the orders were asked for, likewise."""


COLUMNS: Final = Line._fields


def by_run(rows: Rows) -> dict[Key, Line]:
    """Return the figures of every run with every model."""
    return _grouped(rows, lambda market: (market.run, market.model), lambda order: (order.run, order.model))


def by_market(rows: Rows) -> dict[Key, Line]:
    """Return the figures of every market of every run."""
    return _grouped(
        rows,
        lambda market: (market.run, market.model, market.market_id),
        lambda order: (order.run, order.model, order.market_id),
    )


def by_runner(rows: Rows) -> dict[Key, Line]:
    """Return the figures of every runner with orders; commission is on markets, and so in none of them."""

    def key(order: OrderRow) -> Key:
        return (order.run, order.model, order.market_id, order.runner_name or str(order.selection_id))

    return _grouped(rows, None, key)


def by_hour(rows: Rows) -> dict[Key, Line]:
    """Return the figures of every hour of the day, in UTC, at which orders were asked for."""

    def key(order: OrderRow) -> Key:
        return (order.run, order.model, _hour(order.sent_at))

    return _grouped(rows, None, key)


class Breakdown(NamedTuple):
    """What the figures of runs are made of: `names` are what tells its lines apart within a run."""

    heading: str
    names: tuple[str, ...]
    lines: dict[Key, Line]

    def largest(self, most: int) -> dict[Key, Line]:
        """Return the lines with most turnover, in their own order."""
        largest = sorted(self.lines.items(), key=lambda each: (-each[1].turnover, each[0]))[:most]
        return dict(sorted(largest))


def breakdowns(rows: Rows) -> list[Breakdown]:
    """Return the figures of every run by market, runner and hour, as far as there are orders."""
    of_markets = {key: line for key, line in by_market(rows).items() if line.orders}
    return [
        Breakdown("By market with orders", ("market",), of_markets),
        Breakdown("By runner", ("market", "runner"), by_runner(rows)),
        Breakdown("By hour", ("hour",), by_hour(rows)),
    ]


def _hour(time: int | None) -> str:
    return "not sent" if time is None else f"{datetime.fromtimestamp(time / 1000, UTC):%H}:00"


def equity(markets: Iterable[MarketRow]) -> list[tuple[int, float]]:
    """Return the net profit so far after each settled market, with the time of settlement."""
    total = 0.0
    curve = []
    for market in in_order_of_settlement(markets):
        total = round(total + market.net_profit, 2)
        curve.append((market.settled_at or 0, total))
    return curve


def in_order_of_settlement(markets: Iterable[MarketRow]) -> list[MarketRow]:
    """Return the settled markets, the first to be settled first."""
    settled = (market for market in markets if market.settled_at is not None)
    return sorted(settled, key=lambda market: (market.settled_at or 0, market.market_id))


def markets_by_run(rows: Rows) -> dict[Key, list[MarketRow]]:
    """Return the markets of every run with every model, in order of these."""
    found: dict[Key, list[MarketRow]] = {}
    for market in rows.markets:
        found.setdefault((market.run, market.model), []).append(market)
    return dict(sorted(found.items()))


def falls(values: Iterable[float]) -> list[float]:
    """Return how far each value of a curve from nothing is below the highest up to it.

    >>> falls([2.0, 5.0, 1.0, 4.0])
    [0.0, 0.0, 4.0, 1.0]
    """
    known = list(values)
    highest = list(accumulate(known, max, initial=0.0))[1:]
    return [round(most - value, 2) for value, most in zip(known, highest, strict=True)]


def drawdown(values: Iterable[float]) -> float:
    """Return the most that a curve from nothing falls below what it was before.

    >>> drawdown([2.0, 5.0, 1.0, 4.0])
    4.0
    """
    return max(falls(values), default=0.0)


def _grouped(
    rows: Rows, market_key: Callable[[MarketRow], Key] | None, order_key: Callable[[OrderRow], Key]
) -> dict[Key, Line]:
    markets: dict[Key, list[MarketRow]] = {}
    orders: dict[Key, list[OrderRow]] = {}
    if market_key is not None:
        for market in rows.markets:
            markets.setdefault(market_key(market), []).append(market)
    for order in rows.orders:
        orders.setdefault(order_key(order), []).append(order)
    return {key: _line(markets.get(key, []), orders.get(key, [])) for key in sorted(markets.keys() | orders.keys())}


def _line(markets: Sequence[MarketRow], orders: Sequence[OrderRow]) -> Line:
    matched = [order for order in orders if order.size_matched]
    settled = [order for order in matched if order.profit is not None]
    profit = _sum(order.profit for order in settled)
    commission = _sum(market.commission for market in markets)
    return Line(
        markets=len(markets) or len({order.market_id for order in orders}),
        orders=len(orders),
        refused=sum(bool(order.refusal) for order in orders),
        matched=len(matched),
        unsettled=len(matched) - len(settled),
        turnover=_sum(order.size_matched for order in matched),
        profit=profit,
        commission=commission,
        net_profit=round(profit - commission, 2),
        drawdown=drawdown(value for _, value in equity(markets)) if markets else None,
        strike_rate=_share(sum((order.profit or 0) > 0 for order in settled), len(settled)),
        average_price=_weighted((order.average_price_matched, order.size_matched) for order in matched),
        against_starting_price=_weighted(
            (_edge(order, order.starting_price, order.average_price_matched), order.size_matched) for order in matched
        ),
        slippage=_negative(
            _weighted(
                (_edge(order, order.shown_price, order.average_price_filled), order.size_matched) for order in matched
            )
        ),
    )


def _sum(values: Iterable[float | None]) -> float:
    return round(sum((value or 0.0 for value in values), 0.0), 2)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def _edge(order: OrderRow, price: float | None, matched: float | None) -> float | None:
    """Return how much better a matched price was than another one: higher for a back, lower for a lay."""
    if price is None or not price or matched is None:
        return None
    better = matched - price
    return (better if order.side == "BACK" else -better) / price


def _weighted(values: Iterable[tuple[float | None, float]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None]
    weights = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / weights if weights else None

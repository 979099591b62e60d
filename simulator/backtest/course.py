"""How the offers of one runner went, with the orders on it: of the market and the runner with the most matched."""

from collections import defaultdict
from itertools import chain
from typing import NamedTuple

from simulator.backtest.amounts import of_hundredths, to_hundredths
from simulator.backtest.results import Results
from simulator.backtest.rows import OrderRow
from simulator.recorded.selection import play
from simulator.recorded.sources import sources
from simulator.recorded.wanted import Wanted

MOST_POINTS = 2_000


class Course(NamedTuple):
    """Best prices at the times at which they changed, in milliseconds since 1970, and the orders of one run."""

    market_id: str
    runner_name: str
    times: list[int]
    backs: list[float | None]
    lays: list[float | None]
    orders: list[OrderRow]


def course(results: Results) -> Course | None:
    """Return the course of the runner with the most matched, by reading its market again; `None` without orders."""
    sizes: dict[tuple[str, str, str, int, float], float] = defaultdict(float)
    for order in results.rows.orders:
        sizes[order.run, order.model, order.market_id, order.selection_id, order.handicap] += order.size_matched
    if not sizes:
        return None
    run, model, market_id, selection_id, handicap = max(sizes, key=lambda key: (sizes[key], key))
    chosen = (run, model, market_id, selection_id, handicap)
    orders = [
        order
        for order in results.rows.orders
        if (order.run, order.model, order.market_id, order.selection_id, order.handicap) == chosen
    ]
    points = _best_prices(results.files[market_id], market_id, (selection_id, to_hundredths(handicap)))
    points = points[:: len(points) // MOST_POINTS + 1]
    return Course(
        market_id,
        orders[0].runner_name or str(selection_id),
        [at for at, _, _ in points],
        [None if back is None else of_hundredths(back) for _, back, _ in points],
        [None if lay is None else of_hundredths(lay) for _, _, lay in points],
        orders,
    )


def _best_prices(
    files: tuple[str, ...], market_id: str, key: tuple[int, int]
) -> list[tuple[int, int | None, int | None]]:
    points: list[tuple[int, int | None, int | None]] = []
    for source in sources(files):
        for market in chain.from_iterable(play(source, Wanted(market_ids=frozenset({market_id}))).messages()):
            runner = market.runners.get(key)
            if runner is not None and (not points or points[-1][1:] != (runner.best_back, runner.best_lay)):
                points.append((market.published_at, runner.best_back, runner.best_lay))
    return points

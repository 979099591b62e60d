"""How the ladder of one runner went, with the orders on it: of the market and the runner with the most matched.

It is of the orders of one run with one model, from some minutes before the first to some minutes after the last of
them. What waits is looked at no more than some hundred times, and in no more than some forty rows of prices, so that
who draws it need not hold more.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest, nsmallest
from itertools import chain
from typing import Final, NamedTuple

from simulator.backtest.amounts import of_hundredths, to_hundredths
from simulator.backtest.results import Results
from simulator.backtest.rows import FillRow, OrderRow
from simulator.recorded.market import RecordedMarket
from simulator.recorded.runner import RecordedRunner
from simulator.recorded.selection import play
from simulator.recorded.sources import sources
from simulator.recorded.wanted import Wanted

MOST_POINTS: Final = 2_000
MOST_TIMES: Final = 300
MOST_ROWS: Final = 40
DEPTH: Final = 10
"""How many prices of each side are looked at, and how far the rows go beyond the usual best prices."""
UNUSUAL: Final = 20
"""One of so many best prices is an unusual one, to either side."""
BEFORE_AND_AFTER_MILLISECONDS: Final = 5 * 60_000
ALWAYS: Final = (0, 2**63)

Sizes = Mapping[int, int]
"""Hundredths by price in hundredths."""


class Seen(NamedTuple):
    """What waited at the best prices at a time, in milliseconds since 1970: what could be backed and what laid."""

    at: int
    backs: Sizes
    lays: Sizes


class Ladder(NamedTuple):
    """What waited: in rows of prices, the lowest price first, a size for each of the times, `None` for nothing.

    A row is of one price, and of neighbouring ones from its `lowest` to its `highest` where there are too many.
    """

    times: list[int]
    lowest: list[float]
    highest: list[float]
    backs: list[list[float | None]]
    lays: list[list[float | None]]


class Course(NamedTuple):
    """Best prices at the times at which they changed, in milliseconds since 1970, the ladder, and the orders of a run.

    `fills` are the matches of these orders.
    """

    run: str
    model: str
    market_id: str
    runner_name: str
    times: list[int]
    backs: list[float | None]
    lays: list[float | None]
    ladder: Ladder
    orders: list[OrderRow]
    fills: list[FillRow]


def course(results: Results) -> Course | None:
    """Return the course of the runner with the most matched, by reading its market again; `None` without orders."""
    sizes: dict[tuple[str, str, str, int, float], float] = defaultdict(float)
    for order in results.rows.orders:
        sizes[_whose(order)] += order.size_matched
    if not sizes:
        return None
    chosen = max(sizes, key=lambda key: (sizes[key], key))
    run, model, market_id, selection_id, handicap = chosen
    orders = [order for order in results.rows.orders if _whose(order) == chosen]
    fills = [fill for fill in results.rows.fills if _whose(fill) == chosen]
    watching = _Watching((selection_id, to_hundredths(handicap)), _span(orders, fills))
    for source in sources(results.files[market_id]):
        watching.watch(chain.from_iterable(play(source, Wanted(market_ids=frozenset({market_id}))).messages()))
    points = watching.points[:: len(watching.points) // MOST_POINTS + 1]
    return Course(
        run,
        model,
        market_id,
        orders[0].runner_name or str(selection_id),
        [at for at, _, _ in points],
        [None if back is None else of_hundredths(back) for _, back, _ in points],
        [None if lay is None else of_hundredths(lay) for _, _, lay in points],
        _ladder(watching.seen),
        orders,
        fills,
    )


def _whose(row: OrderRow | FillRow) -> tuple[str, str, str, int, float]:
    return row.run, row.model, row.market_id, row.selection_id, row.handicap


def _span(orders: Iterable[OrderRow], fills: Iterable[FillRow]) -> tuple[int, int]:
    """Return from when to when is looked at: always, where no order was ever sent."""
    times = [order.sent_at for order in orders if order.sent_at is not None]
    if not times:
        return ALWAYS
    last = max(chain(times, (fill.at for fill in fills)))
    return min(times) - BEFORE_AND_AFTER_MILLISECONDS, last + BEFORE_AND_AFTER_MILLISECONDS


class _Watching:
    """Takes note of how a runner goes, of what waits ever more seldom, so that it keeps a bounded number of times."""

    def __init__(self, key: tuple[int, int], span: tuple[int, int]) -> None:
        self.points: Final[list[tuple[int, int | None, int | None]]] = []
        self.seen: list[Seen] = []
        self._key: Final = key
        self._span: Final = span
        self._step = 1

    def watch(self, market_after_each_message: Iterable[RecordedMarket]) -> None:
        first, last = self._span
        for market in market_after_each_message:
            runner = market.runners.get(self._key)
            if runner is not None and first <= market.published_at <= last:
                self._take(runner, market.published_at)

    def _take(self, runner: RecordedRunner, at: int) -> None:
        best = runner.best_back, runner.best_lay
        if not self.points or self.points[-1][1:] != best:
            self.points.append((at, *best))
        if not self.seen or at - self.seen[-1].at >= self._step:
            backs, lays = runner.available_to_back, runner.available_to_lay
            best_backs, best_lays = nlargest(DEPTH, backs), nsmallest(DEPTH, lays)
            self.seen.append(
                Seen(at, {each: backs[each] for each in best_backs}, {each: lays[each] for each in best_lays})
            )
        while len(self.seen) > MOST_TIMES:
            self._step *= 2
            self.seen = list(_thinned(self.seen, self._step))


def _thinned(seen: Iterable[Seen], step: int) -> Iterator[Seen]:
    latest: int | None = None
    for each in seen:
        if latest is None or each.at - latest >= step:
            latest = each.at
            yield each


def _ladder(seen: Sequence[Seen]) -> Ladder:
    rows = _rows(seen)
    lowest = [row[0] for row in rows]
    highest = [row[-1] for row in rows]
    return Ladder(
        [each.at for each in seen],
        list(map(of_hundredths, lowest)),
        list(map(of_hundredths, highest)),
        _waiting([each.backs for each in seen], lowest, highest),
        _waiting([each.lays for each in seen], lowest, highest),
    )


def _rows(seen: Sequence[Seen]) -> list[list[int]]:
    """Return the prices of each row: those at which something waited, around what was usually the best."""
    prices = sorted({price for each in seen for price in chain(each.backs, each.lays)})
    best_backs = sorted(max(each.backs) for each in seen if each.backs)
    best_lays = sorted(min(each.lays) for each in seen if each.lays)
    if not prices:
        return []
    usual = sorted(_usual(best_backs) + _usual(best_lays))
    first = max(0, bisect_right(prices, usual[0]) - 1 - DEPTH)
    shown = prices[first : bisect_right(prices, usual[-1]) + DEPTH]
    of_a_row = -(-len(shown) // MOST_ROWS)
    return [shown[place : place + of_a_row] for place in range(0, len(shown), of_a_row)]


def _usual(prices: Sequence[int]) -> list[int]:
    """Return the lowest and the highest of prices in rising order, the unusual ones left out."""
    unusual = len(prices) // UNUSUAL
    return [prices[unusual], prices[-1 - unusual]] if prices else []


def _waiting(sizes: Sequence[Sizes], lowest: Sequence[int], highest: Sequence[int]) -> list[list[float | None]]:
    sums = [[0] * len(sizes) for _ in lowest]
    for column, by_price in enumerate(sizes):
        for price, size in by_price.items():
            row = bisect_right(lowest, price) - 1
            if row >= 0 and price <= highest[row]:
                sums[row][column] += size
    return [[of_hundredths(size) if size else None for size in row] for row in sums]

"""What workers bring: a hundred markets on one process and on two, and what a Dask cluster adds to each.

The markets are copies of the recordings that ship, each an event of its own. Shown are seconds of the clock and of
processors, all processes counted, and both for one market.
"""

import bz2
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from simulator.backtest.running import backtest
from simulator.backtest.workers import Doing, here, on_a_cluster, on_this_machine
from simulator.data import recording_bytes, recording_names
from tests.dask_cluster import dask_cluster

MARKETS = 100
STRATEGY = """
class Backs:
    def __init__(self):
        self.next_time = 0

    def on_market(self, market, orders):
        if market.status == "OPEN" and market.time >= self.next_time:
            self.next_time = market.time + 5_000
            for runner in market.active_runners:
                if runner.best_back:
                    orders.back(runner, runner.best_back, 2.0)
                    break
"""


class Cost(NamedTuple):
    """Seconds of the clock, and of the processors of this process and of those that it has waited for."""

    clock: float
    processors: float


def run() -> None:
    """Measure and print."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        strategy = folder / "strategy.py"
        strategy.write_text(STRATEGY)
        recordings = _copies(folder / "recordings")
        print(f"workers: {MARKETS} markets, load {os.getloadavg()[0]:.1f} before")
        one = _cost(f"{strategy}:Backs", recordings, here)
        two = _cost(f"{strategy}:Backs", recordings, on_this_machine(2))
        print(f"  one process    {_written(one)}")
        print(f"  two processes  {_written(two)}   {one.clock / two.clock:.2f} x as fast")
        with dask_cluster(folder) as address:
            dask = _cost(f"{strategy}:Backs", recordings, on_a_cluster(address))
        more = 1000 * (dask.clock - two.clock) / MARKETS
        print(f"  Dask, two      {dask.clock:6.2f} s, {more:+.1f} ms a market beside two processes")
        hours = one.processors / MARKETS * 1e6 / 3600
        print(f"  a million such markets on one processor, reckoned from this: {hours:.0f} hours")


def _written(cost: Cost) -> str:
    each = 1000 * cost.processors / MARKETS
    return f"{cost.clock:6.2f} s, {cost.processors:6.2f} s of processors, {each:5.1f} ms a market"


def _copies(folder: Path) -> str:
    """Write the recording of a race many times, each as a market and an event of its own."""
    folder.mkdir()
    lines = bz2.decompress(recording_bytes(recording_names()[0])).decode()
    first = lines.partition('"id":"')[2].partition('"')[0]
    event = lines.partition('"eventId":"')[2].partition('"')[0]
    for number in range(MARKETS):
        text = lines.replace(f'"{first}"', f'"1.{number}"').replace(f'"eventId":"{event}"', f'"eventId":"{number}"')
        (folder / f"1.{number}.bz2").write_bytes(bz2.compress(text.encode()))
    return str(folder)


def _cost(strategy: str, recordings: str, doing: Doing) -> Cost:
    began, used = perf_counter(), _processors()
    results = backtest(strategy, [recordings], doing=doing)
    assert len(results.rows.markets) == MARKETS
    return Cost(perf_counter() - began, _processors() - used)


def _processors() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

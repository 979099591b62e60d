"""What workers bring: a hundred markets on one process and on two, and what a Dask cluster adds to each.

The markets are copies of one recording, each an event of its own: of the recording that ships, which is played in some
milliseconds, and of a horse race as recorded (`tests/evidence.py`), where there is one. Shown are seconds of the clock
and of processors, all processes counted, and how many times as fast two processes are: by the clock, which needs a
second processor that is free, and by what a market costs the processors of both.
"""

import bz2
import gzip
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from simulator.backtest.running import backtest
from simulator.backtest.workers import Doing, here, on_a_cluster, on_this_machine
from simulator.data import recording_bytes, recording_names
from tests.dask_cluster import dask_cluster
from tests.evidence import STREAMS

MARKETS = 100
RACE = "1.181223995.bz2"
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
    packed = {"of the recording that ships": recording_bytes(recording_names()[0])}
    if (STREAMS / RACE).exists():
        packed["of a horse race"] = (STREAMS / RACE).read_bytes()
    for title, content in packed.items():
        with TemporaryDirectory() as name:
            folder = Path(name)
            strategy = folder / "strategy.py"
            strategy.write_text(STRATEGY)
            print(f"workers: {MARKETS} markets, copies {title}, load {os.getloadavg()[0]:.1f} before")
            _compare(f"{strategy}:Backs", _copies(bz2.decompress(content).decode(), folder / "recordings"), folder)


def _compare(strategy: str, recordings: str, folder: Path) -> None:
    one = _cost(strategy, recordings, here)
    two = _cost(strategy, recordings, on_this_machine(2))
    print(f"  one process    {_written(one)}")
    by_clock, by_processors = one.clock / two.clock, 2 * one.processors / two.processors
    print(f"  two processes  {_written(two)}   {by_clock:.2f} x by the clock, {by_processors:.2f} x reckoned")
    with dask_cluster(folder) as address:
        dask = _cost(strategy, recordings, on_a_cluster(address))
    more = 1000 * (dask.clock - two.clock) / MARKETS
    print(f"  Dask, two      {dask.clock:6.2f} s, {more:+.1f} ms a market beside two processes")
    hours = one.processors / MARKETS * 1e6 / 3600
    print(f"  a million such markets on one processor, reckoned from this: {hours:.0f} hours")


def _written(cost: Cost) -> str:
    each = 1000 * cost.processors / MARKETS
    return f"{cost.clock:6.2f} s, {cost.processors:6.2f} s of processors, {each:5.1f} ms a market"


def _copies(lines: str, folder: Path) -> str:
    """Write a recording many times, each as a market and an event of its own."""
    folder.mkdir()
    market, event = (re.findall(f'"{name}": ?"([0-9.]+)"', lines)[0] for name in ("id", "eventId"))
    for number in range(MARKETS):
        text = lines.replace(f'"{market}"', f'"1.{number}"').replace(f'"{event}"', f'"{number}"')
        (folder / f"1.{number}.gz").write_bytes(gzip.compress(text.encode(), 1))
    return str(folder)


def _cost(strategy: str, recordings: str, doing: Doing) -> Cost:
    began, used = perf_counter(), _processors()
    results = backtest(strategy, [recordings], doing=doing)
    assert len(results.rows.markets) == MARKETS
    return Cost(perf_counter() - began, _processors() - used)


def _processors() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

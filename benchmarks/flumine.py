"""The same strategies in flumine's own simulation, by the adapter, and written for betsim, with bets and profits.

A back of the favourite every ten seconds, and one behind those who wait. All are measured in turn in one process, in
processor time, decompression apart, and ratios are taken round by round. In a round a short run is done several times,
so that it meets as much of what else a machine does as a long one. It needs an interpreter that has flumine,
which `BETSIM_FLUMINE` names; where that has pyarrow too, prepared recordings are played as well.

Run with files as arguments, or without: then with recordings of the evidence (`tests/evidence.py`).
"""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Final, NamedTuple

from simulator.backtest.collection import seldom_collected

ROUNDS: Final = 5
LEAST_SECONDS: Final = 2.0
"""How long a run is repeated in a round."""
FILES: Final = ("1.127236622.bz2", "1.181223995.bz2")
AIMS: Final = {
    "adapter": 8,
    "adapter, prepared": 8,
    "native": 17,
    "native, prepared": 25,
}
"""How many times as fast as flumine it has to be."""


class Came(NamedTuple):
    """What came of a run."""

    orders: int
    matched: int
    turnover: float
    profit: float


Run = Callable[[], Came]


def run() -> None:
    """Measure and print, in a process of the interpreter that has flumine."""
    interpreter = os.environ.get("BETSIM_FLUMINE")
    files = [argument for argument in sys.argv[1:] if "." in argument] or _evidence()
    if interpreter is None:
        print("flumine: left out, BETSIM_FLUMINE names no interpreter that has it")
    elif not files:
        print("flumine: left out, its recordings are not here")
    else:
        sys.stdout.flush()
        subprocess.run([interpreter, "-m", "benchmarks.flumine", *files], check=True)


def _evidence() -> list[str]:
    from tests.evidence import STREAMS  # noqa: PLC0415, the interpreter that has flumine need not have pytest

    return [str(STREAMS / name) for name in FILES if (STREAMS / name).exists()]


def race(files: Sequence[str]) -> None:
    """Measure and print."""
    from benchmarks.flumine_runs import runs_of  # noqa: PLC0415, flumine is here

    print("flumine: processor time of one run, decompression apart, and how many times as fast as flumine itself")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for file in files:
        # As `betsim backtest` has it, also for flumine: it looks for garbage seldom.
        with tempfile.TemporaryDirectory() as folder, seldom_collected():
            for strategy in ("takes", "waits"):
                runs = runs_of(file, strategy, Path(folder), has_pyarrow=find_spec("pyarrow") is not None)
                _race(f"{Path(file).name}, {strategy}", runs)


def _race(title: str, runs: dict[str, Run]) -> None:
    rounds: list[dict[str, float]] = []
    came: dict[str, Came] = {}
    for _ in range(ROUNDS):
        times = {}
        for name, each in runs.items():
            costs: list[float] = []
            while sum(costs) < LEAST_SECONDS:
                gc.collect()
                start = process_time()
                came[name] = each()
                costs.append(process_time() - start)
            times[name] = 1_000 * mean(costs)
        rounds.append(times)
    print(title)
    for name in runs:
        cost = median(times[name] for times in rounds)
        ratio = median(times["flumine"] / times[name] for times in rounds)
        aim = f"(aim: at least {AIMS[name]})" if name in AIMS else ""
        what = came[name]
        print(
            f"  {name:<18}{cost:>9.1f} ms {ratio:>6.1f} x  {what.orders:>6,} orders, {what.matched:>6,} matched, "
            f"turnover {what.turnover:>10,.2f}, profit {what.profit:>9,.2f} {aim}"
        )


if __name__ == "__main__":
    race(sys.argv[1:])

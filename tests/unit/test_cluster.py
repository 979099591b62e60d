"""A Dask cluster does the same work as one process, and brings the same results."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.backtest.running import backtest
from simulator.backtest.workers import NoCluster, on_a_cluster
from tests.recording_files import a_race

CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
STRATEGY = """
class Backs:
    def on_market(self, market, orders):
        if not orders and market.runner(1).best_back:
            orders.back(1, 3.0, 2.0)
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of the scheduler of a cluster of two workers on this machine."""
    pytest.importorskip("distributed")
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.communicate()


def test_a_cluster_brings_the_same_results(scheduler: str, tmp_path: Path) -> None:
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    files = [str(a_race(f"1.{number}", event_id=str(number)).write(tmp_path)) for number in range(12)]
    expected = backtest(f"{strategy}:Backs", files)
    results = backtest(f"{strategy}:Backs", files, doing=on_a_cluster(scheduler))
    assert len(results.rows.orders) == 12
    assert results.rows == expected.rows


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    with pytest.raises(NoCluster, match=r"^no scheduler answers at tcp://127\.0\.0\.1:9: "):
        backtest(f"{strategy}:Backs", [str(a_race().write(tmp_path))], doing=on_a_cluster("tcp://127.0.0.1:9"))

"""A Dask cluster does the same work as one process, and brings the same results."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.backtest import workers
from simulator.backtest.running import backtest
from simulator.backtest.workers import NoCluster, on_a_cluster
from tests.dask_cluster import dask_cluster
from tests.recording_files import a_race

STRATEGY = """
import os


class Backs:
    def on_market(self, market, orders):
        if not orders and market.runner(1).best_back:
            orders.back(1, 3.0, 2.0)


class Dies(Backs):
    def on_close(self, market):
        if market.market_id == "1.2":
            os._exit(1)
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of the scheduler of a cluster of two workers on this machine."""
    pytest.importorskip("distributed")
    with dask_cluster(tmp_path) as address:
        yield address


def test_a_cluster_brings_the_same_results(scheduler: str, tmp_path: Path) -> None:
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    files = [str(a_race(f"1.{number}", event_id=str(number)).write(tmp_path)) for number in range(12)]
    expected = backtest(f"{strategy}:Backs", files)
    results = backtest(f"{strategy}:Backs", files, doing=on_a_cluster(scheduler))
    assert len(results.rows.orders) == 12
    assert results.rows == expected.rows


def test_a_job_that_always_loses_its_worker_is_named_and_the_others_go_on(scheduler: str, tmp_path: Path) -> None:
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    files = [str(a_race(f"1.{number}", event_id=str(number)).write(tmp_path)) for number in range(12)]
    expected = backtest(f"{strategy}:Backs", files).rows
    results = backtest(f"{strategy}:Dies", files, doing=on_a_cluster(scheduler))
    assert [each.where for each in results.failures] == ["event 2"]
    assert results.rows.orders == [row for row in expected.orders if row.market_id != "1.2"]


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "SCHEDULER_SECONDS", 0.5)
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    with pytest.raises(NoCluster, match=r"^no scheduler answers at tcp://127\.0\.0\.1:9: "):
        backtest(f"{strategy}:Backs", [str(a_race().write(tmp_path))], doing=on_a_cluster("tcp://127.0.0.1:9"))

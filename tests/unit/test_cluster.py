"""A Dask cluster does the same work as one process, and brings the same results."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from platform import node

import pytest

from simulator.backtest import workers
from simulator.backtest.job import Job, Outcome
from simulator.backtest.lane import Settings
from simulator.backtest.running import Runs, backtest
from simulator.backtest.variants import Variant
from simulator.backtest.workers import Doing, NoCluster, do_batch, on_a_cluster
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


def test_paths_lead_from_the_folder_in_which_the_command_is_given(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers have another one."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "strategy.py").write_text(STRATEGY)
    a_race("1.1", event_id="1").write(folder)
    empty = folder / "empty.json"
    empty.write_text("\n")
    monkeypatch.chdir(folder)
    files, runs = ["1.1.bz2", "empty.json"], Runs(cache=Path("cache"))
    expected = backtest("strategy.py:Backs", files, folder=Path("kept"))
    results = backtest("strategy.py:Backs", files, runs, doing=on_a_cluster(scheduler), folder=Path("kept"))
    assert len(results.rows.orders) == 1
    assert (results.rows, results.files) == (expected.rows, expected.files)
    assert (results.failures, results.problems) == (expected.failures, expected.problems) == ([], [])
    assert (folder / "cache").is_dir()


def test_what_a_worker_does_not_see_is_told_as_such(tmp_path: Path) -> None:
    """Here the jobs of a cluster are done by this process, to which files are lost before it does them."""
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    file = a_race().write(tmp_path)

    def loses(path: Path) -> Doing:
        def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
            path.unlink()
            yield from do_batch(jobs)

        return doing

    (failure,) = backtest(f"{strategy}:Backs", [str(file)], doing=loses(file)).failures
    assert failure.error == f"on the worker {node()}: {file}: there is no such file."
    a_race().write(tmp_path)
    elsewhere = tmp_path / "elsewhere.py"
    elsewhere.write_text(STRATEGY)
    reference = f"{elsewhere}:Backs#{'0' * 64}"
    job = Job("9", (str(file),), reference, (Variant({}, "queue"),), Settings())
    (outcome,) = do_batch([job])
    assert outcome.failures[0].error.startswith(f"on the worker {node()}: {elsewhere} is not what it was")
    elsewhere.unlink()
    (outcome,) = do_batch([job])
    assert outcome.failures[0].error == f"on the worker {node()}: there is no file {elsewhere}."


def test_a_cluster_on_which_nobody_has_the_strategy_is_refused_as_a_whole(scheduler: str, tmp_path: Path) -> None:
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)

    def loses_it(jobs: Sequence[Job]) -> Iterator[Outcome]:
        strategy.unlink()
        yield from on_a_cluster(scheduler)(jobs)

    with pytest.raises(NoCluster, match=rf"^no worker of the cluster has the strategy: on tcp:\S+ .*{strategy}"):
        backtest(f"{strategy}:Backs", [str(a_race().write(tmp_path))], doing=loses_it)


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "SCHEDULER_SECONDS", 0.5)
    strategy = tmp_path / "strategy.py"
    strategy.write_text(STRATEGY)
    with pytest.raises(NoCluster, match=r"^no scheduler answers at tcp://127\.0\.0\.1:9: "):
        backtest(f"{strategy}:Backs", [str(a_race().write(tmp_path))], doing=on_a_cluster("tcp://127.0.0.1:9"))

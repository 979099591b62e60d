"""A backtest is spread over workers, keeps what is done, and goes on there."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator.backtest.engine import Engine
from simulator.backtest.job import Job, Outcome
from simulator.backtest.results import Results
from simulator.backtest.running import Runs, backtest
from simulator.backtest.workers import here, on_this_machine
from tests.recording_files import BEGINNING


def test_jobs_of_a_worker_that_is_lost_are_done_by_another(script: str, recordings: str, tmp_path: Path) -> None:
    expected = backtest(f"{script}:Backs", [recordings])
    mark = tmp_path / "died"
    runs = Runs(parameters=(f"mark={mark}",))
    results = backtest(f"{script}:DiesOnce", [recordings], runs, doing=on_this_machine(2))
    assert mark.exists()
    assert [row.profit for row in results.rows.markets] == [row.profit for row in expected.rows.markets]


@pytest.mark.parametrize("settled_at", [1_614_600_000_000, None, 2**70], ids=["settled", "open", "more than 64 bits"])
def test_rows_go_from_one_process_to_another_as_they_are(script: str, recordings: str, settled_at: int | None) -> None:
    rows = backtest(f"{script}:Backs", [recordings]).rows
    rows.markets[0] = replace(rows.markets[0], settled_at=settled_at)
    assert rows.orders
    assert rows.fills
    assert pickle.loads(pickle.dumps(rows)) == rows


def test_a_job_that_always_loses_its_worker_is_named_and_the_others_go_on(script: str, recordings: str) -> None:
    expected = backtest(f"{script}:Backs", [recordings]).rows
    results = backtest(f"{script}:DiesAlways", [recordings], doing=on_this_machine(2))
    assert [(each.where, each.error) for each in results.failures] == [
        ("event 10", "workers were lost with it, one after the other")
    ]
    assert results.rows.orders == [row for row in expected.orders if row.market_id != "1.2"]


def test_files_beside_a_strategy_are_not_taken_for_what_a_worker_needs_to_begin(
    script: str, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is called as a module of Python that is needed to read recordings."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("bz2", "grp", "heapq"):
        Path(script).with_name(f"{name}.py").write_text("raise RuntimeError('this is not what was wanted')\n")
    expected = backtest(f"{script}:Backs", [recordings])
    assert backtest(f"{script}:Backs", [recordings], doing=on_this_machine(2)).rows == expected.rows


def test_a_script_that_its_workers_would_run_again_is_told_so_once(
    script: str, recordings: str, tmp_path: Path
) -> None:
    """As one does that begins a backtest with workers whenever it is imported, which they do."""
    begins = tmp_path / "begins.py"
    begins.write_text(
        "from simulator.backtest.running import backtest\n"
        "from simulator.backtest.workers import on_this_machine\n"
        f"backtest({script + ':Backs'!r}, [{recordings!r}], doing=on_this_machine(2))\n"
    )
    ended = subprocess.run([sys.executable, begins], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "NoWorkers: no worker could be started: each of them ended at once. A script that " in ended.stderr
    assert ended.stderr.count("NoWorkers: ") == 1


def test_a_file_that_is_gone_by_its_turn_is_named_and_the_others_go_on(script: str, recordings: str) -> None:
    def loses_a_file(jobs: Sequence[Job]) -> Iterator[Outcome]:
        Path(recordings, "1.2.bz2").unlink()
        yield from here(jobs)

    results = backtest(f"{script}:Backs", [recordings], doing=loses_a_file)
    assert [(each.where, each.error) for each in results.failures] == [
        ("event 10", f"{recordings}/1.2.bz2: there is no such file.")
    ]
    assert len(results.rows.markets) == 3


def test_a_market_that_we_fail_in_is_told_with_its_traceback_and_the_others_go_on(
    script: str, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_end = Engine.end

    def ends(engine: Engine) -> None:
        really_end(engine)
        if "1.2" in engine.followed:
            raise ArithmeticError("it does not add up")

    monkeypatch.setattr(Engine, "end", ends)
    results = backtest(f"{script}:Backs", [recordings])
    (failure,) = results.failures
    assert (failure.where, failure.error) == ("event 10", "ArithmeticError: it does not add up")
    assert "in ends\n" in failure.traceback
    assert len(results.rows.markets) == 3


def test_what_has_failed_is_done_again_where_a_backtest_goes_on(script: str, recordings: str, tmp_path: Path) -> None:
    results = backtest(f"{script}:DiesAlways", [recordings], doing=on_this_machine(2), folder=tmp_path)
    done: list[str] = []

    def notes(jobs: Sequence[Job]) -> Iterator[Outcome]:
        done.extend(job.name for job in jobs)
        return iter(())

    backtest(f"{script}:DiesAlways", [recordings], doing=notes, folder=tmp_path, resumes=True)
    assert (len(results.failures), done) == (1, ["10"])


def test_an_interrupt_keeps_what_is_finished_and_a_rerun_goes_on_there(
    script: str, recordings: str, tmp_path: Path
) -> None:
    done: list[str] = []

    def breaks_off(jobs: Sequence[Job]) -> Iterator[Outcome]:
        for number, outcome in enumerate(here(jobs)):
            if number == 2:
                raise KeyboardInterrupt
            done.append(outcome.name)
            yield outcome

    def goes_on(jobs: Sequence[Job]) -> Iterator[Outcome]:
        for outcome in here(jobs):
            done.append(outcome.name)
            yield outcome

    def attempt(doing: object, *, resumes: bool) -> Results:
        return backtest(f"{script}:Backs", [recordings], doing=doing, folder=tmp_path, resumes=resumes)  # type: ignore[arg-type]

    broken_off = attempt(breaks_off, resumes=False)
    assert len(done) == 2
    whole = attempt(goes_on, resumes=True)
    assert sorted(done) == ["10", "11", "9"]
    assert len(broken_off.rows.markets) < len(whole.rows.markets) == 4
    assert [row.market_id for row in backtest(f"{script}:Backs", [recordings]).rows.markets] == [
        row.market_id for row in whole.rows.markets
    ]


def test_what_was_done_of_other_files_or_by_another_strategy_does_not_count(
    script: str, recordings: str, tmp_path: Path
) -> None:
    done: list[str] = []

    def counts(jobs: Sequence[Job]) -> Iterator[Outcome]:
        done.extend(job.name for job in jobs)
        yield from here(jobs)

    def attempt() -> None:
        backtest(f"{script}:Backs", [recordings], doing=counts, folder=tmp_path, resumes=True)

    attempt()
    file = Path(recordings, "1.4.bz2")
    os.utime(file, (BEGINNING / 1000, BEGINNING / 1000))
    done.clear()
    attempt()
    assert done == ["11"]
    Path(script).write_text(Path(script).read_text() + "\n# changed\n")
    done.clear()
    attempt()
    assert len(done) == 3


@pytest.mark.parametrize("is_folder", [True, False], ids=["a folder", "half of it"])
def test_what_is_kept_and_cannot_be_read_is_done_again(
    is_folder: bool, script: str, recordings: str, tmp_path: Path
) -> None:
    expected = backtest(f"{script}:Backs", [recordings], folder=tmp_path)
    spoilt = min((tmp_path / "done").iterdir())
    content = spoilt.read_bytes()
    spoilt.unlink()
    if is_folder:
        (spoilt / "something").mkdir(parents=True)
    else:
        spoilt.write_bytes(content[:100])
    results = backtest(f"{script}:Backs", [recordings], folder=tmp_path, resumes=True)
    assert results.rows == expected.rows
    assert spoilt.read_bytes() == content

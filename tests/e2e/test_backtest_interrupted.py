"""A backtest as a process that is broken off: it keeps what is finished, ends at once and leaves nobody behind."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.recording_files import a_race

STRATEGY = """
import os
import threading
from pathlib import Path


class Sits:
    def __init__(self, mark):
        self.mark = Path(mark)

    def on_market(self, market, orders):
        if not orders and market.runner(1).best_back:
            orders.back(1, 3.0, 2.0)

    def on_close(self, market):
        if market.market_id == "1.4" and not self.mark.with_suffix(".off").exists():
            self.mark.with_suffix(".part").write_text(str(os.getpid()))
            self.mark.with_suffix(".part").replace(self.mark)
            threading.Event().wait()
"""
MOST_SECONDS = 60.0


class Backtest:
    """A backtest of two markets that end and of a last one that never does."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.workers = folder, workers
        self.mark, self.output = folder / "mark", folder / "results"
        (folder / "sits.py").write_text(STRATEGY)
        (folder / "recordings").mkdir()
        for number in (2, 3):
            race = a_race(f"1.{number}", event_id=str(number))
            for size in range(20):
                race.says(race.messages[1].replace("50.0", f"5{size}.0"))
            race.write(folder / "recordings")
        a_race("1.4", event_id="4").write(folder / "recordings")
        self.process: subprocess.Popen[str] | None = None

    def start(self, *more: str) -> subprocess.Popen[str]:
        arguments = [
            "backtest", "sits.py:Sits", "recordings", "--set", f"mark={self.mark}", "--workers", str(self.workers),
            "--output", str(self.output), "--quiet", "--no-report", *more,
        ]  # fmt: skip
        # Where these tests run in the background Ctrl-C is ignored, and what they start would ignore it, too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "simulator", *arguments], cwd=self.folder, text=True, start_new_session=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        finally:
            signal.signal(signal.SIGINT, before)
        return self.process

    def wait_for_the_last(self) -> int:
        """Wait until only the last market is left, and return the process that sits in it."""
        began = monotonic()
        while self.finished() < 2 or not self.mark.exists():
            assert self.process is not None
            assert self.process.poll() is None, self.process.communicate()
            assert monotonic() - began < MOST_SECONDS
            sleep(0.05)
        return int(self.mark.read_text())

    def finished(self) -> int:
        return sum(not file.suffix for file in self.output.glob("done/*"))

    def markets(self) -> list[str]:
        with (self.output / "markets.csv").open() as file:
            return [row["market_id"] for row in csv.DictReader(file)]


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def backtest(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backtest]:
    started = Backtest(tmp_path, request.param)
    yield started
    if started.process is not None and started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.communicate()


def is_gone(process: int) -> bool:
    """Return whether a process has ended, or ends within a moment."""
    began = monotonic()
    while monotonic() - began < MOST_SECONDS:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        sleep(0.05)
    return False


@pytest.mark.parametrize("to_all", [True, False], ids=["as a terminal does", "to the process alone"])
def test_ctrl_c_keeps_what_is_finished_and_a_rerun_does_the_rest(backtest: Backtest, to_all: bool) -> None:
    process = backtest.start()
    who_sits = backtest.wait_for_the_last()
    if to_all:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    printed, complaints = process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == 130, complaints
    assert complaints == "betsim: it was interrupted; jobs that are left: 1, and --resume does them.\n"
    assert printed.splitlines()[1].split()[:4] == ["mark=" + str(backtest.mark), "queue", "2", "2"]
    assert backtest.markets() == ["1.2", "1.3"]
    assert is_gone(who_sits)
    backtest.mark.with_suffix(".off").touch()
    again = backtest.start("--resume")
    _, complaints = again.communicate(timeout=MOST_SECONDS)
    assert (again.returncode, complaints) == (0, "")
    assert backtest.markets() == ["1.2", "1.3", "1.4"]


def test_workers_end_with_a_backtest_that_is_killed(backtest: Backtest) -> None:
    process = backtest.start()
    who_sits = backtest.wait_for_the_last()
    process.kill()
    process.communicate(timeout=MOST_SECONDS)
    assert is_gone(who_sits)

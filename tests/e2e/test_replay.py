"""`betsim replay` as people start it: a recorded market goes on at a rate, or as the control API moves it."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.recording_files import a_race
from tests.serving import CHECKOUT, DOCUMENTED, PATIENCE_SECONDS, Served, first_line, started

WIN = "1.1"


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return a_race().write(tmp_path)


@contextmanager
def replaying(*arguments: str) -> Iterator[Served]:
    with tempfile.TemporaryFile("w+") as errors:
        command = [*DOCUMENTED, "replay", "--port", "0", *arguments]
        with started(command, stdout=subprocess.PIPE, stderr=errors, cwd=CHECKOUT) as process:
            served = Served(process, first_line(process), errors)
            yield served
        assert "AssertionError" not in served.errors, served.errors


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_recorded_market_that_is_recorded_again_says_the_same(race: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    with replaying(str(race), "--rate", "0", "--record", str(folder)) as served:
        while served.control("clock", {"toNext": True})["nextDue"] is not None:
            pass
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any('"CLOSED"' in file.read_text() for file in folder.glob("*")):
            assert time.monotonic() < deadline, "the end is not recorded"
            time.sleep(0.05)

    (file,) = folder.iterdir()
    told = [(message["pt"], change) for message in lines(file) for change in message["mc"]]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    prices = [
        {name: value for name, value in one.items() if name in ("id", "atb", "atl", "trd", "ltp") and value}
        for _, change in told
        if not change.get("img")
        for one in change.get("rc", ())
    ]
    assert {"id": 1, "atb": [[3, 50], [2.9, 20]], "atl": [[3.1, 40]]} in prices
    assert {"id": 1, "trd": [[3, 100]], "ltp": 3} in prices
    definition = told[-1][1]["marketDefinition"]
    assert [runner["status"] for runner in definition["runners"]] == ["WINNER", "LOSER", "LOSER"]


def test_a_recorded_market_goes_on_by_itself_at_a_rate(race: Path) -> None:
    with replaying(str(race), "--rate", "60", "--at", "2020-09-13T12:26:30Z") as served:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            clock = httpx.get(f"{served.control_url}/worlds/default/clock").json()
            if clock["nextDue"] is None:
                break
            assert time.monotonic() < deadline, "the recording does not come to its end"
            time.sleep(0.05)

    assert clock["rate"] == 60
    assert clock["now"] > "2020-09-13T12:26:50"

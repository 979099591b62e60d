"""`betsim record` and `betsim serve --record` write files in the form of the historic data."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.scenario import HORSE_RACING, event, runner, scenario, win
from tests.serving import BETSIM, CHECKOUT, PATIENCE_SECONDS, WITH_TLS, Served, serving, started

WIN = "1.1"


@pytest.fixture
def file(tmp_path: Path) -> str:
    race = event("1", "Meeting", HORSE_RACING, win(WIN, runner(1, back=[[2.0, 100]]), runner(2)))
    (tmp_path / "race.json").write_text(json.dumps(scenario(race)))
    return str(tmp_path / "race.json")


@contextmanager
def recorder(served: Served, target: Path) -> Iterator["subprocess.Popen[str]"]:
    """Yield a recording of the race that does not outlive the block."""
    alice = served.accounts()[0]
    command = [*BETSIM, "record", "--url", served.https_url or served.url, "--stream", served.stream]
    command += ["--username", alice.username, "--password", alice.password, "--app-key", alice.app_key]
    if served.ca:
        command += ["--ca", served.ca]
    command += ["--markets", WIN, str(target)]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CHECKOUT) as process:
        yield process


def wait_for_a_line(target: Path, recording: "subprocess.Popen[str]") -> None:
    """Wait until a recording has begun."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (target.exists() and target.read_text().endswith("\n")):
        assert recording.poll() is None, recording.communicate()
        assert time.monotonic() < deadline, "nothing is recorded"
        time.sleep(0.05)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize("options", [(), WITH_TLS], ids=["plain", "tls"])
def test_a_market_is_recorded_from_outside_until_it_closes(file: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    target = tmp_path / "recorded"
    with serving("--scenario", file, *options) as served, recorder(served, target) as recording:
        wait_for_a_line(target, recording)
        served.control(f"markets/{WIN}/suspend")
        results = [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "status": "LOSER"}]
        served.control(f"markets/{WIN}/settle", {"results": results})
        output, errors = recording.communicate(timeout=PATIENCE_SECONDS)

    assert recording.returncode == 0, errors
    recorded = lines(target)
    assert output == f"{len(recorded)} messages\n"
    assert recorded[0]["mc"][0]["img"] is True
    assert recorded[-1]["mc"][0]["marketDefinition"]["status"] == "CLOSED"


def test_a_server_records_every_market_into_a_folder(file: str, tmp_path: Path) -> None:
    with serving("--scenario", file, "--record", str(tmp_path / "captures")) as served:
        served.control(f"markets/{WIN}/suspend")

    recorded = lines(tmp_path / "captures" / WIN)
    assert [message["mc"][0]["marketDefinition"]["status"] for message in recorded] == ["OPEN", "SUSPENDED"]


def test_what_cannot_be_recorded_is_said_in_a_sentence(file: str, tmp_path: Path) -> None:
    with serving("--scenario", file) as served:
        alice = served.accounts()[0]
        command = [*BETSIM, "record", "--url", served.url, "--stream", served.stream, "--username", alice.username]
        command += ["--password", "wrong", "--app-key", alice.app_key, "--markets", WIN, str(tmp_path / "recorded")]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
        with recorder(served, tmp_path / "recorded") as ended:
            wait_for_a_line(tmp_path / "recorded", ended)
            served.process.terminate()
            _, errors = ended.communicate(timeout=PATIENCE_SECONDS)

    assert refused.returncode == 1
    assert "betsim: the login of 'alice' is refused: INVALID_USERNAME_OR_PASSWORD" in refused.stderr
    assert ended.returncode == 1
    assert f"before {WIN} closed" in errors

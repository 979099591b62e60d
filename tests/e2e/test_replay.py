"""`betsim replay` as people start it: a recorded market goes on at a rate, or as the control API moves it."""

import json
import re
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.recording_files import a_race
from tests.serving import (
    BETSIM,
    PATIENCE_SECONDS,
    Served,
    get,
    post,
    serving,
)

WIN = "1.1"
replaying = partial(serving, command="replay")


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return a_race().write(tmp_path)


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
            clock = get(f"{served.control_url}/worlds/default/clock").json()
            if clock["nextDue"] is None:
                break
            assert time.monotonic() < deadline, "the recording does not come to its end"
            time.sleep(0.05)

    assert clock["rate"] == 60
    assert clock["now"] > "2020-09-13T12:26:50"


# Kept, and gone on with


def state_hash(served: Served, world: str = "default") -> str:
    answer: str = get(f"{served.control_url}/worlds/{world}/state-hash").json()["stateHash"]
    return answer


def bet(served: Served, price: float) -> str:
    """Back the first runner and return the id of the bet."""
    account = served.accounts()[0]
    headers = {"X-Application": account.app_key, "Accept": "application/json"}
    login = {"username": account.username, "password": account.password}
    token = post(f"{served.url}/api/login", data=login, headers=headers).json()["token"]
    order = {"size": 2, "price": price, "persistenceType": "LAPSE"}
    params = {
        "marketId": WIN,
        "instructions": [{"selectionId": 1, "side": "BACK", "orderType": "LIMIT", "limitOrder": order}],
    }
    address = f"{served.url}/exchange/betting/rest/v1.0/placeOrders/"
    report = post(address, json=params, headers={**headers, "X-Authentication": token}).json()
    return str(report["instructionReports"][0]["betId"])


def killed(served: Served) -> None:
    served.process.kill()
    served.process.wait()


def test_recorded_worlds_are_kept_in_a_journal_whatever_ends_the_server(race: Path, tmp_path: Path) -> None:
    journal, folder = str(tmp_path / "journal"), tmp_path / "other"
    folder.mkdir()
    other = a_race("1.2", event_id="2").write(folder)
    with replaying(str(race), "--rate", "0", "--journal", journal) as served:
        served.control("clock", {"advance": "PT2S"})
        bet(served, 3.0)
        post(f"{served.control_url}/worlds", json={"recorded": [str(other)], "rate": 0})
        post(f"{served.control_url}/worlds/world-2/clock", json={"toNext": True})
        before = [state_hash(served), state_hash(served, "world-2")]
        killed(served)

    with serving("--journal", journal) as served:
        assert [state_hash(served), state_hash(served, "world-2")] == before
        bet(served, 100.0)
        before = [state_hash(served), state_hash(served, "world-2")]
        killed(served)

    with replaying(str(race), "--journal", journal) as served:
        assert [state_hash(served), state_hash(served, "world-2")] == before
        while served.control("clock", {"toNext": True})["nextDue"] is not None:
            pass

    other.unlink()
    ended = subprocess.run(
        [*BETSIM, "serve", "--port", "0", "--journal", journal], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(
        r"betsim: The world 'world-2' of .*journal cannot be told: its recordings cannot be followed: "
        r".*1\.2\.bz2: there is no such file\. The one that is followed has the SHA-256 [0-9a-f]{64}\.\n",
        ended.stderr,
    )


def test_another_server_goes_on_from_a_snapshot_of_a_recorded_market(race: Path, tmp_path: Path) -> None:
    with replaying(str(race), "--rate", "0") as served:
        served.control("clock", {"advance": "PT2S"})
        bet(served, 3.0)
        before = state_hash(served)
        (tmp_path / "snapshot.json").write_bytes(get(f"{served.control_url}/worlds/default/snapshot").content)

    with serving("--snapshot", str(tmp_path / "snapshot.json")) as served:
        assert state_hash(served) == before
        assert served.control("clock", {"advance": "PT1M"})["nextDue"] is None


def test_a_prepared_recording_is_replayed(race: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "prepared"
    subprocess.run([*BETSIM, "recorded", "prepare", "--to", str(folder), str(race)], capture_output=True, check=True)
    (prepared,) = folder.glob("*.parquet")

    with replaying(str(prepared), "--rate", "0") as served:
        served.control("clock", {"advance": "PT2S"})
        assert bet(served, 3.0)
        assert served.control("clock", {"advance": "PT1M"})["nextDue"] is None


def test_a_recording_is_read_by_its_url_where_the_command_line_names_or_allows_it(race: Path, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    folder = tmp_path / "others"
    folder.mkdir()
    other = a_race("1.2", event_id="2").write(folder)

    with replaying(f"file://{race}", "--rate", "0", "--recordings-from", f"file://{folder}") as served:
        served.control("clock", {"advance": "PT2S"})
        assert bet(served, 3.0)
        made = [
            post(f"{served.control_url}/worlds", json={"recorded": [url], "rate": 0})
            for url in (
                f"file://{other}",
                f"file://{folder}/*.bz2",
                f"file://{tmp_path}",
                f"file://{folder}/../1.1.bz2",
            )
        ]

    assert [answer.status_code for answer in made] == [201, 201, 400, 400]
    assert all("betsim connects to nobody by itself" in answer.json()["detail"] for answer in made[2:])

"""`betsim serve` goes on from a snapshot, and with a journal where it was when it ended."""

import sqlite3
from pathlib import Path

from tests.serving import Served, get, serving


def state_hash(served: Served, world: str = "default") -> str:
    answer: str = get(f"{served.control_url}/worlds/{world}/state-hash").json()["stateHash"]
    return answer


def test_a_server_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    options = ("--journal", str(tmp_path / "journal"))
    with serving("--scenario", "derby", *options) as served:
        served.control("clock", {"advance": "PT1M"})
        before = state_hash(served)

    with serving(*options) as served:
        assert state_hash(served) == before
        assert served.world()["scenario"] == "derby"

    assert [path.name for path in tmp_path.iterdir()] == ["journal"]
    with sqlite3.connect(tmp_path / "journal") as database:
        # What was done is in the image.
        assert database.execute("SELECT after FROM images").fetchall() == [(1,)]
        assert not database.execute("SELECT name FROM inputs").fetchall()
    database.close()


def test_a_server_goes_on_from_a_snapshot_in_a_file(tmp_path: Path) -> None:
    with serving("--scenario", "derby") as served:
        served.control("clock", {"advance": "PT1M"})
        before = state_hash(served)
        (tmp_path / "snapshot.json").write_bytes(get(f"{served.control_url}/worlds/default/snapshot").content)

    with serving("--snapshot", str(tmp_path / "snapshot.json")) as served:
        assert state_hash(served) == before

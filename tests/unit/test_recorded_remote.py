"""Recordings that lie elsewhere are read as those on the disk are, alone, by the folder, by pattern and in archives."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.backtest.running import backtest
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import SourceError, sources
from tests.recording_files import a_race

STRATEGY = """
class Backs:
    def on_market(self, market, orders):
        if not orders and market.runner(1).best_back:
            orders.back(1, 3.0, 2.0)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    """A store in memory: two recordings in a folder, and an archive with one of them."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    for market_id in ("1.1", "1.2"):
        file = a_race(market_id, event_id=market_id).write(tmp_path)
        files.pipe(f"/races/{market_id}.bz2", file.read_bytes())
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(tmp_path / "1.1.bz2", "day/1.1.bz2")
    files.pipe("/year.tar", archive.getvalue())
    yield files
    files.rm("/", recursive=True)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("memory://races/1.1.bz2", ["memory:///races/1.1.bz2"]),
        ("memory://races", ["memory:///races/1.1.bz2", "memory:///races/1.2.bz2"]),
        ("memory://races/*.2.bz2", ["memory:///races/1.2.bz2"]),
        ("memory://year.tar", ["memory:///year.tar/day/1.1.bz2"]),
        ("memory:///year.tar/day", ["memory:///year.tar/day/1.1.bz2"]),
        ("memory:///year.tar/day/1.1.bz2", ["memory:///year.tar/day/1.1.bz2"]),
    ],
)
def test_a_url_stands_for_what_a_path_stands_for(store: Any, url: str, names: list[str]) -> None:
    found = list(sources([url]))
    assert [source.name for source in found] == names
    assert all(sum(len(line.changes) for line in read_lines(source)) == 11 for source in found)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory://nowhere", r"^memory://nowhere: there is no such file\.$"),
        ("memory://year.tar/night", r"^memory://year\.tar/night: there is no such file\.$"),
        ("nobody://knows", r"^nobody://knows: Protocol not known: nobody"),
    ],
)
def test_a_url_that_leads_nowhere_is_said(store: Any, url: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        list(sources([url]))


def test_a_backtest_of_urls_brings_what_one_of_paths_brings_and_goes_on_where_it_was(
    store: Any, tmp_path: Path
) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(STRATEGY)
    files = [str(tmp_path / "1.1.bz2"), str(tmp_path / "1.2.bz2")]
    expected = backtest(f"{script}:Backs", files)
    for _ in range(2):
        results = backtest(f"{script}:Backs", ["memory://races"], folder=tmp_path / "results", resumes=True)
        assert results.rows == expected.rows
    assert len(list((tmp_path / "results" / "done").iterdir())) == 2

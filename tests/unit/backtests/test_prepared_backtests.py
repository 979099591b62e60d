"""A backtest of what is prepared of recordings has the results of the recordings themselves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.backtest.course import course
from simulator.backtest.running import Runs, backtest
from simulator.cli import main
from simulator.recorded.description import describe
from simulator.recorded.selection import Cache
from simulator.recorded.sources import sources
from simulator.recorded.wanted import Wanted
from tests.recording_files import a_race


def test_what_is_prepared_brings_the_same_results_also_of_an_event_of_several_files(
    script: str, recordings: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    expected = backtest(f"{script}:Backs", [recordings], Runs(models="all"))
    for _ in range(2):
        results = backtest(f"{script}:Backs", [recordings], Runs(models="all", cache=tmp_path / "cache"))
        assert results.rows == expected.rows
    assert len(list((tmp_path / "cache").glob("*.parquet"))) == 4
    prepared = backtest(f"{script}:Backs", [str(tmp_path / "cache")], Runs(models="all"))
    assert prepared.rows == expected.rows
    shown = course(expected)
    assert shown is not None
    assert len(shown.times) > 1
    assert course(prepared) == shown


@pytest.mark.parametrize("place", [0.0, 0.1, 1.0])
def test_what_is_damaged_in_a_cache_is_prepared_anew(
    script: str, recordings: str, tmp_path: Path, place: float
) -> None:
    """Wherever it is damaged, its beginning and its end included; what it was prepared of can still be read."""
    pytest.importorskip("pyarrow")
    expected = backtest(f"{script}:Backs", [recordings], Runs(cache=tmp_path / "cache"))
    whole = {file: file.read_bytes() for file in (tmp_path / "cache").glob("*.parquet")}
    for file, content in whole.items():
        start = int(place * (len(content) - 9))
        file.write_bytes(content[:start] + b"?" * 9 + content[start + 9 :])
    again = backtest(f"{script}:Backs", [recordings], Runs(cache=tmp_path / "cache"))
    assert (again.rows, again.problems, again.failures) == (expected.rows, [], [])
    assert {file: file.read_bytes() for file in whole} == whole


def test_a_damaged_file_that_was_asked_for_itself_is_named_and_stays(
    script: str, recordings: str, tmp_path: Path
) -> None:
    """Also where it lies in the cache: nothing is there that it could be made of."""
    pytest.importorskip("pyarrow")
    (source,) = sources([f"{recordings}/1.1.bz2"])
    file = Cache(tmp_path / "cache").file_of(source)
    file.write_bytes(file.read_bytes()[:-9] + b"?" * 9)
    results = backtest(f"{script}:Backs", [str(file)], Runs(cache=tmp_path / "cache"))
    assert file.exists()
    assert any("a broken one" in problem for problem in results.problems)


def test_files_of_an_event_may_be_prepared_or_not_without_a_cache(script: str, recordings: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    expected = backtest(f"{script}:Backs", [recordings], Runs(models="all"))
    (source,) = sources([f"{recordings}/1.1.bz2"])
    prepared = Cache(tmp_path / "cache").file_of(source)
    Path(recordings, "1.1.bz2").unlink()
    mixed = backtest(f"{script}:Backs", [recordings, str(prepared)], Runs(models="all"))
    assert (mixed.rows, mixed.failures, mixed.problems) == (expected.rows, [], [])


def test_a_market_that_goes_on_in_another_file_is_one_market_also_where_both_are_prepared(
    script: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "captured"
    folder.mkdir()
    race = a_race("1.1", event_id="9")
    expected = backtest(f"{script}:Backs", [str(race.write(tmp_path))], Runs(models="all"))
    first, second = a_race("1.1", event_id="9"), a_race("1.1", event_id="9")
    first.messages, second.messages = race.messages[:4], [race.messages[0], *race.messages[4:]]
    first.write(folder, "a.bz2")
    second.write(folder, "b.bz2")
    split = backtest(f"{script}:Backs", [str(folder)], Runs(models="all"))
    for _ in range(2):
        cached = backtest(f"{script}:Backs", [str(folder)], Runs(models="all", cache=tmp_path / "cache"))
        assert cached.rows == split.rows
    prepared = backtest(f"{script}:Backs", [str(tmp_path / "cache")], Runs(models="all"))
    assert prepared.rows == split.rows
    assert [row.profit for row in split.rows.orders] == [row.profit for row in expected.rows.orders] != []


def test_markets_of_prepared_files_are_seen_in_the_order_of_time(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    script = tmp_path / "looks.py"
    script.write_text(
        "from pathlib import Path\n\n\nclass Looks:\n    def __init__(self, file):\n        self.file = Path(file)\n\n"
        "    def on_market(self, market, orders):\n        with self.file.open('a') as file:\n"
        "            print(market.time, market.market_id, file=file)\n"
    )
    folder = tmp_path / "recordings"
    folder.mkdir()
    a_race("1.1").write(folder)
    a_race("1.2", market_type="PLACE").write(folder)
    seen = []
    for name, cache in (("raw", None), ("prepared", tmp_path / "cache")):
        runs = Runs(parameters=(f"file={tmp_path / name}",), cache=cache)
        backtest(f"{script}:Looks", [str(folder)], runs)
        seen.append((tmp_path / name).read_text().splitlines())
    assert seen[0] == seen[1] == sorted(seen[0])
    assert len(seen[0]) == 20


def in_the_place_of_the_folder(cache: Path, _: str) -> str:
    cache.write_text("no folder")
    return f"attention: {cache}: nothing can be kept there, File exists."


def in_the_place_of_a_file(cache: Path, recording: str) -> str:
    (source,) = sources([recording])
    file = Cache(cache).file_of(source)
    file.unlink()
    file.mkdir()
    return f"attention: {file}: it is damaged and cannot be removed, Is a directory."


def where_nothing_can_be_written(cache: Path, _: str) -> str:
    cache.symlink_to("/proc/nothing-can-be-here")
    return f"attention: {cache}: nothing can be kept there, "


@pytest.mark.parametrize(
    "something", [in_the_place_of_the_folder, in_the_place_of_a_file, where_nothing_can_be_written]
)
def test_where_nothing_can_be_kept_the_recordings_are_read_themselves_and_that_is_told_once(
    something: Callable[[Path, str], str], script: str, recordings: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    expected = backtest(f"{script}:Backs", [recordings], Runs(models="all"))
    cache = tmp_path / "cache"
    sentence = something(cache, f"{recordings}/1.1.bz2")
    results = backtest(f"{script}:Backs", [recordings], Runs(models="all", cache=cache))
    assert (results.rows, results.failures, results.updates) == (expected.rows, [], expected.updates)
    (problem,) = results.problems
    assert f"attention: {problem}".startswith(sentence)
    if cache.is_file():
        return
    options = ["--models", "all", "--cache", str(cache), "--output", str(tmp_path / "to"), "--quiet", "--no-report"]
    told = CliRunner().invoke(main, ["backtest", f"{script}:Backs", recordings, *options])
    (attention,) = told.stderr.splitlines()
    assert attention.startswith(sentence)
    assert attention.endswith(" What is recorded is read itself, which takes longer.")
    assert told.exit_code == 0


def test_what_is_damaged_and_cannot_be_removed_is_not_played(
    script: str, recordings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    expected = backtest(f"{script}:Backs", [recordings], Runs(cache=tmp_path / "cache"))
    for file in (tmp_path / "cache").glob("*.parquet"):
        file.write_bytes(b"?")

    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuses)
    results = backtest(f"{script}:Backs", [recordings], Runs(cache=tmp_path / "cache"))
    assert (results.rows, results.failures) == (expected.rows, [])
    assert all("it is damaged and cannot be removed, Permission denied" in problem for problem in results.problems)


@pytest.mark.parametrize("is_image", [False, True])
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(market_types=frozenset({"WIN"}))], ids=["all", "some"])
def test_a_market_that_is_twice_in_a_message_has_one_update_in_every_form(
    wanted: Wanted, is_image: bool, script: str, tmp_path: Path
) -> None:
    """Also before anybody knows whether it is wanted, and what is told of files counts the same."""
    pytest.importorskip("pyarrow")
    race = a_race("1.1")
    for place in (1, 3, 6):
        message = json.loads(race.messages[place])
        (change,) = message["mc"]
        first = {**change, "rc": [{"id": 3, "ltp": 9.0}], "img": is_image and place == 6}
        message["mc"] = [first, change, {"id": "1.7", "rc": [{"id": 1, "ltp": 2.0}]}]
        race.messages[place] = json.dumps(message)
    race.messages.insert(0, race.messages.pop(1))
    file = str(race.write(tmp_path))
    (source,) = sources([file])
    prepared = Cache(tmp_path / "cache").file_of(source)
    raw = backtest(f"{script}:Backs", [file], Runs(models="all", wanted=wanted))
    cached = backtest(f"{script}:Backs", [file], Runs(models="all", wanted=wanted, cache=tmp_path / "cache"))
    alone = backtest(f"{script}:Backs", [str(prepared)], Runs(models="all", wanted=wanted))
    assert raw.rows == cached.rows == alone.rows
    of_others = 3 if wanted.is_everything else 0
    assert raw.updates == cached.updates == alone.updates == 11 + of_others
    (market, *_) = describe(source).markets
    (same, *_) = describe(next(sources([str(prepared)]))).markets
    assert (market.market_id, market.updates) == (same.market_id, same.updates) == ("1.1", 11)

"""A recording as its markets: which are played, what happens in them, and what is kept of them for the next time."""

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from simulator.recorded.happenings import (
    BetDelayChanged,
    FactorChanged,
    InPlayChanged,
    Reconciled,
    ResultKnown,
    RunnerAdded,
    RunnerRemoved,
    RunnerStatusChanged,
    StartingPriceMade,
    StatusChanged,
    TimesChanged,
    VersionChanged,
)
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import read_line
from simulator.recorded.moves import EVERY_PRICE, NO_PRICE, Moves
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.rows import KEY, VERSION, PyarrowMissing
from simulator.recorded.runner import Quantity
from simulator.recorded.selection import Cache, Selection, play
from simulator.recorded.sources import Source, SourceError, sources
from simulator.recorded.wanted import Wanted, WrongFilter, event_type_id, why_left_out
from tests.unit.test_recorded import CONTENT, LINES, change, definition, message, prices


def source(file: Path) -> Source:
    (found,) = sources([str(file)])
    return found


def market_after(*lines: bytes, watched: bool = False) -> RecordedMarket:
    market = RecordedMarket("1.1")
    market.is_watched = watched
    for line in lines:
        read = read_line(line, 1)
        for one in read.changes:
            market.apply(one, read.published_at)
    return market


def defined(**more: Any) -> dict[str, Any]:
    return {"marketDefinition": {**definition(), **more}}


ACTIVE = {"id": 1, "sortPriority": 1, "adjustmentFactor": 20.5}
BASE = {"version": 1, "runners": [ACTIVE, {"id": 2, "hc": -0.5}], "marketTime": "2026-06-06T12:00:00.000Z"}
REMOVED = {**ACTIVE, "status": "REMOVED", "removalDate": "2026-06-06T11:00:00.000Z"}
HAPPENINGS: dict[str, tuple[dict[str, Any], tuple[object, ...]]] = {
    "nothing new": ({}, ()),
    "suspended": ({"status": "SUSPENDED", "version": 2}, (VersionChanged(1, 2), StatusChanged("OPEN", "SUSPENDED"))),
    "the off": ({"inPlay": True, "betDelay": 5}, (InPlayChanged(in_play=True), BetDelayChanged(0, 5))),
    "later": ({"marketTime": "2026-06-06T12:05:00.000Z"}, (TimesChanged("2026-06-06T12:05:00.000Z", None),)),
    "removed": (
        {"runners": [REMOVED, {"id": 2, "hc": -0.5}]},
        (RunnerRemoved((1, 0), 20.5, "2026-06-06T11:00:00.000Z"),),
    ),
    "factor": (
        {"runners": [{**ACTIVE, "adjustmentFactor": 25.0}, {"id": 2, "hc": -0.5}]},
        (FactorChanged((1, 0), 20.5, 25.0),),
    ),
    "another runner": ({"runners": [*BASE["runners"], {"id": 3}]}, (RunnerAdded((3, 0)),)),  # type: ignore[misc]
    "hidden": (
        {"runners": [ACTIVE, {"id": 2, "hc": -0.5, "status": "HIDDEN"}]},
        (RunnerStatusChanged((2, -50), "ACTIVE", "HIDDEN"),),
    ),
    "reconciled": (
        {"bspReconciled": True, "runners": [{**ACTIVE, "bsp": 3.55}, {"id": 2, "hc": -0.5}]},
        (Reconciled(), StartingPriceMade((1, 0), 3.55)),
    ),
    "result": (
        {"runners": [{**ACTIVE, "status": "WINNER"}, {"id": 2, "hc": -0.5, "status": "LOSER"}]},
        (ResultKnown((1, 0), "WINNER"), ResultKnown((2, -50), "LOSER")),
    ),
}


@pytest.mark.parametrize(("new", "happened"), HAPPENINGS.values(), ids=HAPPENINGS)
def test_what_is_new_in_a_definition_is_told_typed(new: dict[str, Any], happened: tuple[object, ...]) -> None:
    market = market_after(message(1, change(**defined(**BASE))), message(2, change(**defined(**{**BASE, **new}))))

    assert market.happenings == happened
    assert market.has_new_definition is bool(happened)


def test_the_first_definition_tells_the_market_and_its_runners() -> None:
    market = market_after(message(1, change(**defined(**BASE))))

    assert market.happenings == (
        VersionChanged(0, 1),
        StatusChanged(None, "OPEN"),
        RunnerAdded((1, 0)),
        RunnerAdded((2, -50)),
    )


def test_what_has_happened_is_that_of_the_last_update_alone() -> None:
    market = market_after(message(1, change(**defined())), message(2, change(rc=[prices(1, ltp=2)])))

    assert (market.happenings, market.has_new_definition) == ((), False)


def test_the_last_rise_of_what_is_traded_is_kept_by_price() -> None:
    market = market_after(
        message(1, change(rc=[prices(1, trd=[[2, 10], [3, 4]])])),
        message(2, change(rc=[prices(1, trd=[[2, 16]])])),
        message(3, change(rc=[prices(1, trd=[[2, 16], [3, 3]])])),
    )

    assert market.runners[1, 0].rises == {200: 600, 300: 400}
    assert market.runners[1, 0].traded == {200: 1600, 300: 300}


def test_a_full_image_makes_nothing_rise_that_was_known_before() -> None:
    market = market_after(
        message(1, change(img=True, rc=[prices(1, trd=[[2, 10], [3, 4]], atb=[[2, 5], [1.9, 1]])])),
        message(2, change(img=True, rc=[prices(1, trd=[[2, 10], [3, 6]], atb=[[2, 5], [1.8, 1]])])),
        watched=True,
    )

    runner = market.runners[1, 0]
    assert runner.rises == {200: 1000, 300: 200}
    assert sorted(move[1:] for move in market.moves) == [
        (Quantity.AVAILABLE_TO_BACK, 180, 0, 100),
        (Quantity.AVAILABLE_TO_BACK, 190, 100, 0),
        (Quantity.TRADED, 300, 400, 600),
    ]


def test_moves_are_told_of_watched_markets_and_of_the_last_update() -> None:
    lines = (
        message(1, change(rc=[prices(1, atb=[[2, 5]])])),
        message(2, change(rc=[prices(1, atb=[[2, 5], [2, 0], [1.9, 3]], spl=[[1.01, 7]])])),
    )

    assert market_after(*lines).moves == []
    market = market_after(*lines, watched=True)
    assert [move[1:] for move in market.moves] == [(1, 200, 500, 0), (1, 190, 0, 300), (4, 101, 0, 700)]
    assert market.runners[1, 0].best_back == 190


def test_a_runner_that_is_watched_notes_what_was_before_until_who_watches_has_looked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(
        b"\n".join(
            (
                message(1, change(rc=[prices(1, atb=[[2, 5]], trd=[[2, 9]]), prices(2, atl=[[3, 1]])])),
                message(2, change(rc=[prices(1, atb=[[2, 4]]), prices(2, atl=[[3, 0]])])),
                message(3, change(rc=[prices(1, atb=[[2, 0], [1.9, 3]], trd=[[2, 10]], spl=[[1.01, 7]])])),
            )
        )
    )
    prepare(Recording(source(tmp_path / "file"), is_watched=True), tmp_path / "prepared")
    for played in (Recording(source(tmp_path / "file")), PreparedRecording(tmp_path / "prepared")):
        messages = played.messages()
        (market,) = next(messages)
        runner = market.runners[1, 0]
        runner.moves, market.watched_runners = Moves(), [runner]
        assert not market.noted
        assert len(list(messages)) == 2
        assert market.noted == {runner: runner.moves}
        assert (market.moves, market.runners[2, 0].moves) == ([], None)
        assert runner.moves.available_to_back == {200: 500, 190: 0}
        assert runner.moves.traded == {200: 900}
        runner.moves.clear()
        assert not any(runner.moves.ladders)


def test_of_a_runner_that_is_watched_only_what_is_wanted_is_noted_however_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(
        b"\n".join(
            (
                message(1, change(rc=[prices(1, atb=[[2, 5], [1.9, 5]], atl=[[3, 1]], trd=[[2, 9]])])),
                message(2, change(rc=[prices(1, atb=[[2, 4], [1.9, 4]], atl=[[3, 0]], trd=[[2, 11], [1.9, 2]])])),
                message(3, change(img=True, rc=[prices(1, atb=[[2, 3], [1.9, 3]], trd=[[2, 11], [1.9, 3]])])),
            )
        )
    )
    prepare(Recording(source(tmp_path / "file"), is_watched=True), tmp_path / "prepared")
    for played in (
        Recording(source(tmp_path / "file")),
        Recording(source(tmp_path / "file"), is_watched=True),
        PreparedRecording(tmp_path / "prepared"),
    ):
        messages = played.messages()
        (market,) = next(messages)
        runner = market.runners[1, 0]
        runner.moves, market.watched_runners = Moves(), [runner]
        runner.moves.want({2_00}, NO_PRICE, EVERY_PRICE)
        for before, trades in ((5_00, {2_00: 9_00, 1_90: 0}), (4_00, {1_90: 2_00})):
            next(messages)
            assert market.noted == {runner: runner.moves}
            assert (runner.moves.available_to_back, runner.moves.traded) == ({2_00: before}, trades)
            assert runner.moves.available_to_lay == {}
            runner.moves.clear()
            market.noted.clear()


def test_a_market_that_is_in_a_message_twice_is_updated_once(tmp_path: Path) -> None:
    both = (change(rc=[prices(1, ltp=2)]), change("1.2", rc=[]), change(rc=[prices(1, tv=5)], **defined()))
    (tmp_path / "file").write_bytes(message(7, *both))
    recording = Recording(source(tmp_path / "file"))

    assert [[market.market_id for market in changed] for changed in recording.messages()] == [["1.1", "1.2"]]
    market = recording.markets["1.1"]
    assert (market.updates, market.published_at, market.has_new_definition) == (1, 7, True)
    assert (market.runners[1, 0].last_price_traded, market.runners[1, 0].total_matched) == (200, 500)


def test_what_is_wrong_is_noted_with_its_file_and_line_and_the_rest_is_played(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\n".join([LINES[0], b"", b"copied", *LINES[1:], b'{"op":"mcm"']))
    recording = Recording(source(tmp_path / "file"))

    assert len(list(recording.messages())) == 4
    assert [(problem.name, problem.line) for problem in recording.problems] == [
        (str(tmp_path / "file"), 3),
        (str(tmp_path / "file"), 7),
    ]
    assert str(recording.problems[0]).startswith(f"{tmp_path}/file, line 3: ")


HORSES = {"eventTypeId": "7", "countryCode": "GB", "marketType": "WIN", "marketTime": "2026-06-06T12:00:00.000Z"}
REFUSED: dict[str, tuple[Wanted, str]] = {
    "sport": (Wanted(event_types=frozenset("2")), "its event type is 7, and 2 is asked for"),
    "country": (Wanted(countries=frozenset({"IE", "FR"})), "its country is GB, and FR, IE is asked for"),
    "type": (Wanted(market_types=frozenset({"PLACE"})), "its type is WIN, and PLACE is asked for"),
    "id": (Wanted(market_ids=frozenset({"1.9"})), "its id is 1.1, and 1.9 is asked for"),
    "since": (Wanted(since=date(2026, 6, 7)), "its date is 2026-06-06, and 2026-06-07 to any is asked for"),
    "until": (Wanted(until=date(2026, 6, 5)), "its date is 2026-06-06, and any to 2026-06-05 is asked for"),
}


@pytest.mark.parametrize(("wanted", "why"), REFUSED.values(), ids=REFUSED)
def test_a_market_that_is_not_wanted_is_left_out_and_it_is_said_why(tmp_path: Path, wanted: Wanted, why: str) -> None:
    (tmp_path / "1.1").write_bytes(message(1, change(**defined(**HORSES))) + b"\n" + LINES[1])
    selection = Selection([str(tmp_path)], wanted)

    assert list(selection) == []
    assert selection.left_out == {str(tmp_path / "1.1"): why}
    assert why in selection.nothing_found()


def test_a_market_with_all_that_is_asked_for_is_played(tmp_path: Path) -> None:
    day = date(2026, 6, 6)
    wanted = Wanted(
        event_types=frozenset("7"),
        countries=frozenset({"GB", "IE"}),
        market_types=frozenset({"WIN"}),
        market_ids=frozenset({"1.1"}),
        since=day,
        until=day,
    )
    (tmp_path / "1.1").write_bytes(message(1, change(**defined(**HORSES))) + b"\n" + LINES[1])

    (found,) = Selection([str(tmp_path)], wanted)
    assert len(list(Recording(found, wanted).messages())) == 2


@pytest.mark.parametrize(("name", "most"), [("1.1", 1), ("1.1.bz2", 1), ("capture", 2), ("1.11", 2)])
def test_a_file_called_by_its_market_is_left_out_by_its_first_definition(tmp_path: Path, name: str, most: int) -> None:
    read = []

    def lines() -> Any:
        for line in (message(1, change(**defined(**HORSES))), LINES[1]):
            read.append(line)
            yield line

    (tmp_path / name).touch()
    why = why_left_out(source(tmp_path / name)._replace(lines=lines), Wanted(event_types=frozenset("2")))

    assert why == "its event type is 7, and 2 is asked for"
    assert len(read) == most


def test_markets_are_told_apart_within_a_file(tmp_path: Path) -> None:
    place = {**HORSES, "marketType": "PLACE"}
    lines = (
        message(1, change("1.3", rc=[prices(1, ltp=2)])),
        message(2, change(**defined(**HORSES)), change("1.2", **defined(**place))),
        message(3, change(rc=[prices(1, ltp=3)]), change("1.2", rc=[prices(1, ltp=4)])),
        message(4, change("1.3", **defined(**place))),
    )
    (tmp_path / "event").write_bytes(b"\n".join(lines))
    wanted = Wanted(market_types=frozenset({"PLACE"}))
    recording = Recording(next(iter(Selection([str(tmp_path)], wanted))), wanted)

    assert [[market.market_id for market in changed] for changed in recording.messages()] == [["1.2"], ["1.2"], ["1.3"]]
    assert recording.markets["1.3"].runners[1, 0].last_price_traded == 200, "what came before its definition is known"
    assert recording.left_out == {"1.1": "its type is WIN, and PLACE is asked for"}


@pytest.mark.parametrize(
    ("name", "number"), [("horse racing", "7"), ("Horse-Racing", "7"), ("7", "7"), ("98765", "98765")]
)
def test_sports_have_names_and_ids(name: str, number: str) -> None:
    assert event_type_id(name) == number


def test_a_sport_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WrongFilter, match="there is no sport 'chess'"):
        event_type_id("chess")


def states(recording: Recording | PreparedRecording) -> list[tuple[str, int, int | None]]:
    return [
        (market.market_id, market.published_at, market.runners[1, 0].best_back)
        for changed in recording.messages()
        for market in changed
    ]


def test_what_is_prepared_is_found_again_by_what_is_in_the_file(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(CONTENT)
    file = cache.file_of(source(tmp_path / "one"))
    written = file.stat()

    assert cache.file_of(source(tmp_path / "two")) == file
    assert file.stat() == written
    (tmp_path / "two").write_bytes(CONTENT + LINES[0])
    assert cache.file_of(source(tmp_path / "two")) != file
    assert [found.name for found in sources([str(tmp_path)])] == [str(tmp_path / "one"), str(tmp_path / "two")]


def test_a_recording_is_played_from_the_cache_without_being_unpacked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT + b"nonsense\n")
    cache, found = Cache(tmp_path / "cache"), source(tmp_path / "file")
    raw, first = Recording(found), play(found, cache=cache)

    def refuse() -> Any:
        raise AssertionError("it is read again")

    second = play(found._replace(lines=refuse), cache=cache)

    assert states(raw) == states(first) == states(second)
    assert raw.problems == first.problems == second.problems != []
    assert isinstance(play(source(cache.file_of(found))), PreparedRecording), "a prepared file is a recording itself"


def test_a_prepared_file_that_breaks_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"PAR1 and more")
    recording = play(source(tmp_path / "file"))

    assert list(recording.messages()) == []
    assert "it is no prepared recording" in recording.problems[0].text


def test_a_parquet_file_of_something_else_is_named(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), tmp_path / "file")
    recording = play(source(tmp_path / "file"))

    assert list(recording.messages()) == []
    assert "it is no recording that was prepared" in recording.problems[0].text


def test_what_another_version_has_prepared_is_refused_with_what_to_do(tmp_path: Path) -> None:
    table = pyarrow.table({"code": [1]}).replace_schema_metadata({KEY: b"3"})
    pyarrow.parquet.write_table(table, tmp_path / "file")
    recording = play(source(tmp_path / "file"))

    assert list(recording.messages()) == []
    assert recording.problems[0].text.endswith(
        f"another version of betsim has prepared it, in format 3; this one reads {VERSION}. "
        "What it was prepared of is to be prepared again (betsim recorded prepare)."
    )


def test_a_cache_without_pyarrow_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "file").write_bytes(CONTENT)

    with pytest.raises(PyarrowMissing, match=r"pip install 'betsim\[backtest\]'"):
        play(source(tmp_path / "file"), cache=Cache(tmp_path / "cache"))


@pytest.mark.skipif(sys.platform == "win32", reason="files have no modes there")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_what_is_prepared_may_be_read_by_whom_the_umask_says(tmp_path: Path, umask: int) -> None:
    """As any file that is written. What others have put into a folder that is shared is left as it is."""
    pytest.importorskip("pyarrow")
    (tmp_path / "file").write_bytes(CONTENT)
    folder = tmp_path / "cache"
    folder.mkdir()
    tag = folder / "CACHEDIR.TAG"
    tag.write_text("somebody else has said what it is")
    before = os.umask(umask)
    try:
        file = Cache(folder).file_of(source(tmp_path / "file"))
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask
    assert tag.read_text() == "somebody else has said what it is"
    assert sorted(folder.iterdir()) == sorted([tag, file])


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT)

    with pytest.raises(SourceError, match="nothing can be kept there"):
        Cache(tmp_path / "file" / "cache").file_of(source(tmp_path / "file"))


def test_nothing_but_a_cache_loads_pyarrow() -> None:
    program = "import sys, simulator.cli, simulator.recorded.selection; print('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout.split() == [b"False"]


def test_definitions_are_one_object_until_something_is_new() -> None:
    line = json.loads(LINES[0])
    market = market_after(LINES[0])
    known = market.definition

    market.apply(read_line(json.dumps(line).encode(), 1).changes[0], 2000)

    assert market.definition is known

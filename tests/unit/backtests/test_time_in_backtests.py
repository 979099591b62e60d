"""Only what is told of wanted markets moves the clock of a backtest, in whatever form a recording comes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.backtest.results import Results
from simulator.backtest.running import Runs, backtest
from simulator.recorded.selection import Cache
from simulator.recorded.sources import sources
from simulator.recorded.wanted import Wanted
from tests.recording_files import BEGINNING, Race, a_race

STRATEGIES = """
class BacksAtTimes:
    def __init__(self):
        self.next_time = 0

    def on_market(self, market, orders):
        if market.status == "OPEN" and market.time >= self.next_time and market.runner(1).best_back:
            orders.back(1, market.runner(1).best_back, 2.0)
            self.next_time = market.time + 2_000
"""
LATE = 4_070_908_800_000
"""The first second of the year 2099."""


def heartbeat(at: int) -> str:
    return json.dumps({"op": "mcm", "id": 1, "ct": "HEARTBEAT", "clk": "A", "pt": at})


def order_change(at: int) -> str:
    return json.dumps({"op": "ocm", "id": 1, "pt": at, "oc": [{"id": "1.1"}]})


def another_market(at: int) -> str:
    race = Race("1.2", event_id="9", market_type="PLACE")
    race.at = at - 1_000
    race.messages.clear()
    race.defines()
    return race.messages[0]


def nobody_knows_which(at: int) -> str:
    return json.dumps({"op": "mcm", "clk": "A", "pt": at, "mc": [{"id": "1.3", "rc": [{"id": 1, "ltp": 2.0}]}]})


def run(script: str, paths: list[Path], cache: Path | None, wanted: Wanted) -> Results:
    named = [str(path) for path in paths]
    runs = Runs(latencies_milliseconds=(0, 1_500), models="all", cache=cache, wanted=wanted)
    return backtest(f"{script}:BacksAtTimes", named, runs)


def results_of(script: str, paths: list[Path], folder: Path, wanted: Wanted) -> list[Results]:
    """What comes of files, as they are, by a cache, and prepared."""
    forms = [run(script, paths, None, wanted), run(script, paths, folder / "cache", wanted)]
    cache = Cache(folder / "named")
    prepared = [cache.file_of(source) for source in sources([str(path) for path in paths])]
    return [*forms, run(script, prepared, None, wanted)]


@pytest.mark.parametrize("at", [BEGINNING + 7_500, LATE])
@pytest.mark.parametrize("line", [heartbeat, order_change, another_market, nobody_knows_which])
def test_what_is_not_of_a_wanted_market_moves_no_time_in_any_form(
    line: Callable[[int], str], at: int, script: str, tmp_path: Path
) -> None:
    """Also where several files are merged, in which it would come too early or too late."""
    pytest.importorskip("pyarrow")
    wanted = Wanted(market_types=frozenset({"WIN"}))
    first, second = a_race("1.1"), a_race("1.5")
    second.messages = second.messages[::2]
    paths = [first.write(tmp_path), second.write(tmp_path)]
    expected = run(script, paths, None, wanted)
    assert len(expected.rows.orders) > 6
    first.messages.insert(3, line(at))
    first.write(tmp_path)
    for results in results_of(script, paths, tmp_path, wanted):
        assert results.rows == expected.rows
        assert not [problem for problem in results.problems if "never defined" not in problem]


def test_a_market_that_is_never_defined_is_told_of_in_every_form_where_some_markets_are_wanted(
    script: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    race = a_race("1.1")
    race.messages.insert(3, nobody_knows_which(BEGINNING + 4_000))
    file = race.write(tmp_path)
    for results in results_of(script, [file], tmp_path, Wanted(market_types=frozenset({"WIN"})))[:2]:
        assert results.problems == [f"{file}: market 1.3 is never defined, and so left out."]


def test_a_market_that_is_wanted_by_a_later_definition_has_what_was_told_before_in_every_form(
    script: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    race = a_race("1.1")
    race.messages.insert(0, race.messages.pop(1))
    file = race.write(tmp_path)
    raw, *prepared = results_of(script, [file], tmp_path, Wanted(market_types=frozenset({"WIN"})))
    assert raw.rows.orders
    for results in prepared:
        assert (results.rows, results.updates, results.problems) == (raw.rows, raw.updates, [])


def test_a_change_far_in_the_future_stops_time_and_is_told_once_a_file_by_its_line(script: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    race = a_race("1.1")
    for line in (5, 7):
        told = json.loads(race.messages[line])
        race.messages[line] = json.dumps({**told, "pt": LATE})
    file = race.write(tmp_path)
    raw, cached, prepared = results_of(script, [file], tmp_path, Wanted())
    sentence = (
        f"line 6: it was published at {LATE}, and line 7 after it at {BEGINNING + 7_000}: time stands still here until "
        "something later is told."
    )
    assert raw.problems == cached.problems == [f"{file}, {sentence}"]
    (problem,) = prepared.problems
    assert problem.endswith(sentence)
    assert raw.rows == cached.rows == prepared.rows


def test_lines_that_are_a_little_out_of_order_are_not_told_of(script: str, tmp_path: Path) -> None:
    race = a_race("1.1")
    race.messages[4], race.messages[5] = race.messages[5], race.messages[4]
    assert run(script, [race.write(tmp_path)], None, Wanted()).problems == []


def test_a_market_has_nothing_of_what_another_file_tells_of_it_later_where_some_markets_are_wanted(
    script: str, tmp_path: Path
) -> None:
    """The other file is read ahead, and goes on with the market before it defines it itself."""
    first, other = a_race("1.1"), a_race("1.1")
    first.messages, other.messages = first.messages[:6], other.messages[6:]
    (tmp_path / "0").mkdir()
    paths = [other.write(tmp_path / "0"), first.write(tmp_path)]
    every = run(script, paths, None, Wanted())
    some = run(script, paths, None, Wanted(market_types=frozenset({"WIN"})))
    assert every.rows.orders
    assert (some.rows, some.problems) == (every.rows, every.problems)


def test_a_market_that_is_defined_late_and_not_wanted_is_not_told_as_never_defined(script: str, tmp_path: Path) -> None:
    race = a_race("1.1")
    late = json.loads(another_market(BEGINNING + 5_000))
    early = {**late, "pt": BEGINNING + 4_000, "mc": [{"id": "1.2", "rc": [{"id": 1, "ltp": 2.0}]}]}
    race.messages[3:3] = [json.dumps(early), json.dumps(late)]
    assert run(script, [race.write(tmp_path)], None, Wanted(market_types=frozenset({"WIN"}))).problems == []

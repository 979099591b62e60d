"""A market of which something is recorded that cannot be is followed no further, and costs no other market anything."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.backtest.followed import Followed
from simulator.backtest.results import Results
from simulator.backtest.running import Runs, backtest
from tests.recording_files import Race, a_race

STRATEGIES = """
class BacksAndWaits:
    def on_market(self, market, orders):
        if market.status == "OPEN" and market.runner(1).best_back and len(orders) < 2:
            orders.back(1, 2.9, 2.0, persistence="PERSIST")
            orders.back(1, 900.0, 2.0, persistence="PERSIST")
"""
RUNNERS = [{"id": number, "sortPriority": number, "status": "ACTIVE"} for number in (1, 2, 3)]
CANNOT_BE: dict[str, dict[str, Any]] = {
    "bet delay": {"betDelay": -1},
    "version": {"version": -1},
    "base rate": {"marketBaseRate": -5.0},
    "winners": {"numberOfWinners": -1},
    "winner while it goes on": {"runners": [{**RUNNERS[0], "status": "WINNER"}, *RUNNERS[1:]]},
}
CANNOT_BEGIN = {
    **{name: told for name, told in CANNOT_BE.items() if name != "winner while it goes on"},
    "runner twice": {"runners": [*RUNNERS, RUNNERS[0]]},
    "betting type": {"bettingType": "WISHES"},
}
FORMS = ["lines", "cache", "prepared"]


def redefined(race: Race, place: int, told: dict[str, Any]) -> Race:
    """The race, where another definition says something else."""
    message = json.loads(race.messages[place])
    message["mc"][0]["marketDefinition"] |= told
    race.messages[place] = json.dumps(message)
    return race


def results_of(script: str, races: Sequence[Race], folder: Path, form: str, *, together: bool = False) -> Results:
    """What comes of races of one event, each in a file of its own or all in one."""
    recordings = folder / "recordings"
    recordings.mkdir(parents=True)
    if together:
        first, *others = races
        for other in others:
            first.messages += other.messages
        first.messages.sort(key=lambda message: int(json.loads(message)["pt"]))
        races = [first]
    for race in races:
        race.write(recordings)
    cache = None if form == "lines" else folder / "cache"
    runs = Runs(models="queue,optimistic", latencies_milliseconds=(0, 1_500), cache=cache)
    if cache is not None:
        pytest.importorskip("pyarrow")
    results = backtest(f"{script}:BacksAndWaits", [str(recordings)], runs)
    if form == "prepared":
        results = backtest(f"{script}:BacksAndWaits", [str(cache)], replace(runs, cache=None))
    return results


def of_market(results: Results, market_id: str) -> list[object]:
    """The rows of a market, without the numbers of bets, which are those of a whole job."""
    rows = [*results.rows.markets, *map(_unnumbered, results.rows.orders), *map(_unnumbered, results.rows.fills)]
    return [row for row in rows if row.market_id == market_id]


def _unnumbered(row: Any) -> Any:
    return replace(row, bet_id=0)


@pytest.mark.parametrize("together", [False, True], ids=["two files", "one file"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("told", CANNOT_BE.values(), ids=CANNOT_BE)
def test_a_market_that_becomes_what_cannot_be_is_left_with_its_bets_and_the_others_go_on(
    told: dict[str, Any], form: str, together: bool, script: str, tmp_path: Path
) -> None:
    alone = results_of(script, [a_race("1.2", market_type="PLACE")], tmp_path / "alone", form)
    broken = redefined(a_race("1.1"), 5, told)
    results = results_of(script, [broken, a_race("1.2", market_type="PLACE")], tmp_path, form, together=together)

    assert results.failures == []
    assert of_market(results, "1.2") == of_market(alone, "1.2") != []
    rows = [row for row in results.rows.markets if row.market_id == "1.1"]
    assert len(rows) == 4
    (problem,) = {row.problem for row in rows}
    assert problem.startswith("it is followed no further, because ")
    (attention,) = results.problems
    assert attention.endswith(f": market 1.1: {problem}.")
    assert {(row.matched_orders, row.profit, row.settled_at) for row in rows if row.run == "latency=0"} == {
        (1, 0.0, None)
    }
    waiting = [row for row in results.rows.orders if row.market_id == "1.1" and row.price == 900.0]
    assert {(row.status, row.size_matched) for row in waiting} == {("EXECUTABLE", 0.0)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("told", CANNOT_BEGIN.values(), ids=CANNOT_BEGIN)
def test_a_market_that_begins_as_none_can_be_is_named_and_the_others_go_on(
    told: dict[str, Any], form: str, script: str, tmp_path: Path
) -> None:
    alone = results_of(script, [a_race("1.2", market_type="PLACE")], tmp_path / "alone", form)
    broken = redefined(a_race("1.1"), 0, told)
    results = results_of(script, [broken, a_race("1.2", market_type="PLACE")], tmp_path, form)

    assert results.failures == []
    assert of_market(results, "1.2") == of_market(alone, "1.2") != []
    assert of_market(results, "1.1") == []
    (attention,) = results.problems
    assert ": market 1.1: it is followed no further, because " in attention
    assert attention.endswith(".")
    assert not attention.endswith("..")


def test_a_market_that_is_left_is_suspended_so_that_nobody_bets_in_it_from_another_one(tmp_path: Path) -> None:
    script = tmp_path / "strategies.py"
    script.write_text(
        "class BacksElsewhere:\n    first = None\n\n    def on_market(self, market, orders):\n"
        "        if market.market_id == '1.1':\n            self.first = orders\n"
        "        elif market.in_play and not self.first:\n            self.first.back(1, 3.0, 2.0)\n"
    )
    races = [redefined(a_race("1.1"), 4, {"betDelay": -1}), a_race("1.2", market_type="PLACE")]
    results = backtest(f"{script}:BacksElsewhere", [str(race.write(tmp_path)) for race in races])
    (order,) = results.rows.orders
    assert (order.market_id, order.refusal) == ("1.1", "MARKET_SUSPENDED")


@pytest.mark.parametrize("form", FORMS)
def test_a_defect_of_ours_in_one_market_is_told_with_its_traceback_and_costs_the_event(
    form: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows how the exchange stands after it, and there the account is that of all markets."""

    def fails(followed: Followed, *_: object) -> None:
        if followed.recorded.market_id == "1.1":
            raise ArithmeticError("it does not add up")

    monkeypatch.setattr(Followed, "define", fails)
    results = results_of(script, [a_race("1.1"), a_race("1.3", event_id="10")], tmp_path, form)
    assert {(each.where, each.error) for each in results.failures} == {
        ("event 9", "ArithmeticError: it does not add up")
    }
    assert "in fails\n" in results.failures[0].traceback
    assert {row.market_id for row in results.rows.markets} == {"1.3"}

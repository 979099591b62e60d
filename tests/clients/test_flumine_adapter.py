"""Strategies of flumine's run over recordings unchanged, and bet as in its own simulation where that is honest."""

import atexit
import csv
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import stream
from tests.recording_files import Race

FLUMINE = os.environ.get("BETSIM_FLUMINE")
"""The interpreter of an environment that has flumine, and betsim as well."""
HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
STRATEGIES = HERE / "flumine_strategies.py"
WHOLE = {"numberOfActiveRunners": 3, "regulators": ["MR_INT"], "runnersVoidable": False, "timezone": "Europe/London"}
"""What flumine needs of a definition."""
ONE_MARKET = ("1.166811431.bz2", "1.180305278.bz2", "1.181223995.bz2", "1.127236622.bz2", "1.197931751.bz2")
LARGEST = "1.181223995.bz2"
"""What is left to the long run: another race is nearly as long."""
SHORT = ("1.211006011.bz2", "1.223716976.bz2", "1.132153978-basic.bz2", "1.197931751.bz2", "1.180305278.bz2")


def has_flumine() -> bool:
    """Return whether flumine is there; that betsim cannot be imported beside it is a failure of each test."""
    told = "from importlib.util import find_spec; print(find_spec('flumine') is not None)"
    return bool(FLUMINE) and run("-c", told).stdout.strip() == "True"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONWARNINGS": "ignore"}


def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [str(FLUMINE), *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


pytestmark = pytest.mark.skipif(not has_flumine(), reason="BETSIM_FLUMINE names no interpreter that has flumine")


def side(which: str, name: str, file: Path, **parameters: Any) -> Any:
    """Run a strategy by flumine's simulation, or by ours."""
    sides = both_sides()
    assert sides.stdin is not None
    assert sides.stdout is not None
    sides.stdin.write(json.dumps([which, name, str(file), parameters]) + "\n")
    sides.stdin.flush()
    told = sides.stdout.readline().strip()
    assert told, "it has failed, and says why on standard error"
    return json.loads(told)


@cache
def both_sides() -> "subprocess.Popen[str]":
    """Start what runs strategies on either side: it has imported flumine already whenever it is asked."""
    command = [str(FLUMINE), str(HERE / "flumine_sides.py")]
    process = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)
    return process


def betsim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "simulator", "backtest", *arguments, "--no-report", "--quiet", check=False)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with folder.joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def a_race(market_id: str = "1.5", **definition: Any) -> Race:
    """Return a race with enough offered that nobody is in nobody's way, which goes in play, and which runner 1 wins."""
    race = Race(market_id, **{**WHOLE, **definition})
    for step in range(6):
        race.offers(1, atb=[(3.0 + step * 0.05, 50.0 + step), (2.9, 9.0)], atl=[(3.4, 40.0 + step)])
        race.offers(1, trd=[(3.0, 10.0 * (step + 1))], ltp=3.0, tv=10.0 * (step + 1))
        race.offers(2, atb=[(2.0, 50.0 + step)], atl=[(2.02, 40.0 + step)])
        race.offers(3, atb=[(4.0, 50.0 + step)], atl=[(4.1, 40.0 + step)])
    race.defines(status="SUSPENDED")
    race.defines(status="OPEN", inPlay=True, betDelay=1)
    for step in range(4):
        race.offers(1, atb=[(3.2, 5.0 + step)])
        race.offers(2, atl=[(2.02, 30.0 + step)])
    race.ends(winner=1)
    return race


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return a_race().write(tmp_path)


def test_bets_that_take_what_is_there_once_are_the_same_as_in_flumine(race: Path) -> None:
    theirs, ours = side("flumine", "BacksOnce", race), side("betsim", "BacksOnce", race)
    assert len(theirs["orders"]) == 6
    assert sum(order["matched"] for order in theirs["orders"]) == 12.0
    assert {order["profit"] > 0 for order in theirs["orders"]} == {True, False}
    assert ours == theirs


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.deep] if name == LARGEST else []) for name in ONE_MARKET]
)
def test_bets_that_take_what_is_there_once_are_the_same_over_real_recordings(name: str) -> None:
    file = stream(name)
    theirs, ours = side("flumine", "BacksOnce", file), side("betsim", "BacksOnce", file)
    assert len(theirs["orders"]) >= 4
    assert ours == theirs


def test_bets_that_wait_are_matched_by_trades_at_their_price_as_in_flumine(tmp_path: Path) -> None:
    race = Race("1.6", **WHOLE)
    race.offers(1, atb=[(3.0, 10.0)], atl=[(3.2, 8.0)])
    race.offers(2, atb=[(2.0, 50.0)], atl=[(2.02, 40.0)])
    race.offers(1, atl=[(3.2, 20.0)])
    for traded in (12.0, 30.0, 44.0):
        race.offers(1, trd=[(3.2, traded)])
        race.offers(1, trd=[(3.0, traded)])
    race.ends(winner=1)
    file = race.write(tmp_path)
    theirs, ours = side("flumine", "Waits", file), side("betsim", "Waits", file)
    told = ("side", "price", "matched", "average price", "profit")
    assert [[order[name] for name in told] for order in theirs["orders"]] == [
        ["BACK", 3.2, 14.0, 3.2, 30.8],
        ["LAY", 3.0, 12.0, 3.0, -24.0],
    ]
    assert [[order[name] for name in told] for order in ours["orders"]] == [
        [order[name] for name in told] for order in theirs["orders"]
    ]


def test_a_strategy_is_told_the_same_in_the_same_order_with_orders_in_the_same_states(race: Path) -> None:
    """It places in transactions, cancels in part and whole, updates, kills, violates a control, and errs.

    At the off there is one difference: flumine lets orders lapse with the suspension before it, the exchange with it.
    """
    theirs, ours = side("flumine", "Tells", race)["told"], side("betsim", "Tells", race)["told"]
    names = [call[0].split(" ", 1)[0] for call in theirs]
    assert names[:3] == ["add", "start", "process_new_market"]
    assert names[-2:] == ["process_closed_market", "finish"]
    assert len(theirs) == len(ours) > 60
    different = [
        (their_call[0], their_call[2])
        for their_call, our_call in zip(theirs, ours, strict=True)
        if our_call != their_call
    ]
    assert different == [("process_orders", "SUSPENDED")]


def test_what_a_strategy_changes_in_what_flumine_remembers_of_its_trades_is_so(race: Path) -> None:
    theirs, ours = side("flumine", "ForgetsTrades", race)["told"], side("betsim", "ForgetsTrades", race)["told"]
    assert len({call[0] for call in theirs}) > 3
    assert ours == theirs


def test_an_order_is_replaced_at_once_where_flumine_waits_for_another_book(race: Path) -> None:
    theirs = side("flumine", "Tells", race, replaces=True)["told"]
    ours = side("betsim", "Tells", race, replaces=True)["told"]

    def replacements(told: list[Any]) -> list[Any]:
        found = [(call[1], order) for call in told for order in call[3] if order[1].get("price") == 12.0]
        return [(at, order[2], order[5]) for at, order in found]

    placed_by_flumine, placed_by_us = replacements(theirs)[0], replacements(ours)[0]
    assert placed_by_flumine == ("2020-09-13 12:26:47+00:00", "Executable", 4.0)
    assert placed_by_us == ("2020-09-13 12:26:46+00:00", "Executable", 4.0)
    # In the end orders are what they are in flumine, but for when this one was placed.
    assert [order[1:14] for order in ours[-2][3]] == [order[1:14] for order in theirs[-2][3]]


def test_the_limit_of_an_order_for_the_starting_price_is_edited_as_the_exchange_does(tmp_path: Path) -> None:
    """flumine's simulation refuses it always; the exchange gives easier limits, and an order of a new number."""
    race = a_race(bspMarket=True).write(tmp_path)
    theirs = side("flumine", "EditsStartingPriceLimit", race)["told"]
    ours = side("betsim", "EditsStartingPriceLimit", race)["told"]
    assert theirs[6] == [[3.0, 20.0, "Executable", True, ["FAILURE"], "Live"]]
    followed = [3.0, 20.0, "Execution complete", True, ["SUCCESS"], "Live"]
    assert ours[6] == [followed, [4.0, 20.0, "Executable", True, [], "Live"]]
    assert ours[9] == [followed, [4.0, 20.0, "Executable", True, ["FAILURE"], "Live"]]


def test_an_order_that_a_control_refuses_has_a_row_that_says_what_the_control_says(race: Path, tmp_path: Path) -> None:
    theirs, ours = side("flumine", "Violates", race)["told"], side("betsim", "Violates", race)["told"]
    assert ours == theirs
    done = betsim(f"{STRATEGIES}:Violates", str(race), "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    orders = rows(tmp_path / "out", "orders")
    assert [order["refusal"] for order in orders] == [message or "" for _, message in theirs]
    assert [order["status"] for order in orders] == 6 * ["REFUSED"] + ["EXECUTION_COMPLETE"]
    assert [order["size"] for order in orders] == ["2.0", "2.005", "0.5", "20.0", "2.0", "0.0", "2.0"]


def test_controls_say_what_they_say_in_flumine_and_those_of_a_strategy_see_every_order(race: Path) -> None:
    theirs, ours = side("flumine", "MeetsControls", race)["told"], side("betsim", "MeetsControls", race)["told"]
    assert ours == theirs
    assert ["LAY", 1.01, "Cancel"] in ours
    assert any("MAX_TRANSACTION_COUNT" in str(told) for told in ours)
    assert any("ORDER_VALIDATION" in str(told) for told in ours)


def test_what_was_traded_with_each_message_is_what_flumine_says_from_the_second_look_on(race: Path) -> None:
    theirs, ours = side("flumine", "ReadsTraded", race)["told"], side("betsim", "ReadsTraded", race)["told"]
    assert sum(bool(traded) for told in theirs[1:] for _, traded, _ in told) >= 5
    assert ours[1:] == theirs[1:]
    assert [traded for _, traded, _ in ours[0]] == [[], [], []]


def test_what_was_traded_is_what_flumine_says_over_a_real_recording() -> None:
    file = stream("1.197931751.bz2")
    theirs, ours = side("flumine", "ReadsTraded", file)["told"], side("betsim", "ReadsTraded", file)["told"]
    assert sum(bool(traded) for told in theirs[1:] for _, traded, _ in told) >= 5
    assert ours[1:] == theirs[1:]


def test_orders_that_nobody_matched_have_lapsed_when_the_market_is_closed(race: Path) -> None:
    """flumine leaves them as they were."""
    orders = side("betsim", "Waits", race)["orders"]
    assert {order["status"] for order in orders} == {"Execution complete"}


def test_a_book_in_which_nobody_bets_is_the_one_of_flumine_member_by_member(race: Path) -> None:
    theirs, ours = side("flumine", "Reads", race), side("betsim", "Reads", race)
    assert len(theirs["told"]) > 20
    assert ours == theirs


@pytest.mark.parametrize("name", SHORT)
def test_books_are_those_of_flumine_member_by_member_over_real_recordings(name: str) -> None:
    file = stream(name)
    theirs, ours = side("flumine", "Reads", file), side("betsim", "Reads", file)
    assert ours == theirs


def test_what_a_strategy_holds_on_to_stays_as_it_was(race: Path) -> None:
    theirs, ours = side("flumine", "Holds", race), side("betsim", "Holds", race)
    assert ours["told"] == theirs["told"]


def test_what_a_strategy_writes_on_a_book_is_on_no_other(race: Path) -> None:
    theirs, ours = side("flumine", "Marks", race), side("betsim", "Marks", race)
    assert len(theirs["told"]) > 20
    assert ours["told"] == theirs["told"]


COUNTS_BOOKS = """
import sys
from simulator.backtest.flumine_adapter.books import LazyMarketBook
made = []
begin = LazyMarketBook.__init__
LazyMarketBook.__init__ = lambda book, *given: (made.append(given[1]), begin(book, *given))[1]
sys.path.insert(0, sys.argv[1])
import flumine_sides
flumine_sides.by_betsim(sys.argv[2], sys.argv[3], {})
print(len(made))
"""


def test_a_book_that_nobody_looks_at_is_the_next_one_too(race: Path) -> None:
    looks, holds = (int(run("-c", COUNTS_BOOKS, str(HERE), name, str(race)).stdout) for name in ("Places", "Holds"))
    assert 0 < looks < holds / 2


COUNTS_WHOLE_RUNNERS = """
import sys
from simulator.backtest.flumine_adapter.runners import LazyRunner
whole = []
make_whole = LazyRunner.make_whole
LazyRunner.make_whole = lambda runner: (whole.append(runner.selection_id), make_whole(runner))
sys.path.insert(0, sys.argv[1])
import flumine_sides
flumine_sides.by_betsim(sys.argv[2], sys.argv[3], {})
print(len(whole))
"""


def test_what_a_strategy_does_not_hold_on_to_is_not_made_whole(race: Path) -> None:
    holds, looks = (
        int(run("-c", COUNTS_WHOLE_RUNNERS, str(HERE), name, str(race)).stdout) for name in ("Holds", "BacksOnce")
    )
    assert holds > 10
    assert looks == 0


def test_what_flumine_logs_and_goes_on_after_does_not_end_a_run(race: Path) -> None:
    assert len(side("betsim", "RaisesFlumineErrors", race)["orders"]) == 6


def test_the_command_runs_a_strategy_and_writes_what_it_bet(race: Path, tmp_path: Path) -> None:
    done = betsim(f"{STRATEGIES}:BacksOnce", str(race), "--set", "stake=2,3", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    orders = rows(tmp_path / "out", "orders")
    assert [order["run"] for order in orders] == 6 * ["stake=2"] + 6 * ["stake=3"]
    assert {order["size_matched"] for order in orders} == {"2.0", "3.0"}
    # No latency was asked for, so it is that of flumine's configuration.
    assert {int(order["placed_at"]) - int(order["sent_at"]) for order in orders} == {120}


def test_parameters_with_a_dot_are_members_of_the_context(race: Path, tmp_path: Path) -> None:
    done = betsim(
        f"{STRATEGIES}:UsesContext", str(race), "--set", "context.stake=2,4", "--latency", "50",
        "--output", str(tmp_path / "out"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    orders = rows(tmp_path / "out", "orders")
    assert [(order["run"], order["size_matched"]) for order in orders] == [
        ("context.stake=2", "2.0"),
        ("context.stake=4", "4.0"),
    ]
    assert {int(order["placed_at"]) - int(order["sent_at"]) for order in orders} == {50}


def test_two_runs_write_the_same_bytes(race: Path, tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        done = betsim(f"{STRATEGIES}:BacksOnce", str(race), "--output", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        written.append({file.name: file.read_bytes() for file in (tmp_path / name).glob("*.csv")})
    assert written[0]
    assert written[0] == written[1]


def test_a_strategy_that_raises_is_told_with_its_market_and_the_others_go_on(race: Path, tmp_path: Path) -> None:
    done = betsim(f"{STRATEGIES}:Raises", str(race), "--output", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "market 1.5: RuntimeError: this market is too much" in done.stderr


def test_a_parameter_that_the_strategy_does_not_take_is_named(race: Path, tmp_path: Path) -> None:
    done = betsim(f"{STRATEGIES}:BacksOnce", str(race), "--set", "edge=1", "--output", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "unexpected keyword argument 'edge'" in done.stderr

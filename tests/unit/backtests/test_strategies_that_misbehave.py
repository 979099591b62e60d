"""A strategy can harm nothing but its own run: what it raises is told, and what it is shown it cannot change."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from simulator.backtest.course import course
from simulator.backtest.job import Job, Outcome
from simulator.backtest.results import Results
from simulator.backtest.running import Runs, backtest
from simulator.backtest.variants import WrongStrategy
from simulator.backtest.workers import Doing, here, on_this_machine
from simulator.cli import main
from tests.recording_files import a_race

STRATEGIES = """
import asyncio


class Backs:
    def __init__(self, stake=2.0, context={}):
        self.stake = stake

    def on_market(self, market, orders):
        if market.status == "OPEN" and not orders and market.runner(1).best_back:
            orders.back(1, 3.0, self.stake)


class Leaves(Backs):
    def on_close(self, market):
        raise SystemExit(3)


class Unspeakable(Backs):
    def on_close(self, market):
        class Error(Exception):
            def __str__(self):
                raise RuntimeError("no words")

        raise Error


class IsCancelled(Backs):
    def on_close(self, market):
        raise asyncio.CancelledError


class OfItsOwn(Backs):
    def on_close(self, market):
        class Own(BaseException):
            pass

        raise Own("nobody else has it")


class HalfACharacter(Backs):
    def on_close(self, market):
        raise ValueError("half of it: " + chr(0xD83D))


class WithoutATraceback(Backs):
    def on_close(self, market):
        class Error(Exception):
            __suppress_context__ = property(lambda self: 1 / 0)

        raise Error("and no more")


class IsNotMade(Backs):
    def __init__(self):
        raise asyncio.CancelledError("not today")


class Generates(Backs):
    def on_market(self, market, orders):
        yield orders.back(1, 3.0, 2.0)


class Waits(Backs):
    async def on_orders(self, orders):
        orders.cancel()


class Spoils(Backs):
    def __init__(self, spoils):
        super().__init__()
        self.spoils = spoils
        self.failed = 0

    def on_market(self, market, orders):
        super().on_market(market, orders)
        if self.spoils:
            for spoil in (
                lambda: setattr(market.definition, "status", "CLOSED"),
                lambda: market.definition.runners.clear(),
                lambda: setattr(market.definition.runners[0], "status", "REMOVED"),
            ):
                try:
                    spoil()
                except AttributeError:
                    self.failed += 1
            for runner in market.runners:
                runner.available_to_back.clear()
                runner.available_to_lay.clear()
                runner.traded.clear()
            market.runners.clear()
            market.active_runners.clear()
            orders.live.clear()


class AsksInWords(Backs):
    def on_market(self, market, orders):
        orders.back(1, "2.0", 2.0)


class AsksForWhatIsNone(Backs):
    def __init__(self, asks):
        self.asks = asks

    def on_market(self, market, orders):
        runner, more = eval(self.asks)
        if not orders and market.runner(1).best_back:
            orders.back(runner, 3.0, 2.0, **more)


class SaysHalfACharacter(Backs):
    def on_close(self, market):
        raise ValueError("half: \\ud800")


class SitsInPlay(Backs):
    def on_market(self, market, orders):
        if not orders and market.runner(1).best_back:
            orders.lay(1, 1.01, 2.0, persistence="PERSIST")
"""


@pytest.fixture
def race(tmp_path: Path) -> str:
    return str(a_race().write(tmp_path))


def rows(results: Results, run: str) -> list[object]:
    return [row for row in (*results.rows.orders, *results.rows.fills, *results.rows.markets) if row.run == run]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("Leaves", "SystemExit: 3"),
        ("Unspeakable", "Error: its text cannot be had, for RuntimeError"),
        ("IsCancelled", "CancelledError: "),
        ("OfItsOwn", "Own: nobody else has it"),
        ("HalfACharacter", "ValueError: half of it: \\ud83d"),
    ],
)
def test_what_a_strategy_raises_of_any_kind_is_told_with_its_market(
    name: str, error: str, script: str, race: str
) -> None:
    (failure,) = backtest(f"{script}:{name}", [race]).failures
    assert (failure.where, failure.error) == ("market 1.1", error)
    assert "on_close" in failure.traceback


def test_an_error_whose_traceback_cannot_be_had_is_told_without(script: str, race: str) -> None:
    (failure,) = backtest(f"{script}:WithoutATraceback", [race]).failures
    assert (failure.error, failure.traceback) == (
        "Error: and no more",
        "Its traceback cannot be had, for ZeroDivisionError.\n",
    )


@pytest.mark.parametrize(
    ("name", "where", "error"),
    [
        ("IsCancelled", "market 1.1", "CancelledError: "),
        ("OfItsOwn", "market 1.1", "Own: nobody else has it"),
        ("HalfACharacter", "market 1.1", "ValueError: half of it: \\ud83d"),
        ("IsNotMade", "before any market", "CancelledError: not today"),
    ],
)
def test_what_a_strategy_raises_of_any_kind_is_told_by_processes_too_and_others_go_on(
    name: str, where: str, error: str, script: str, race: str, tmp_path: Path
) -> None:
    """Whatever it is, what crosses between them is text."""
    other = str(a_race("1.2", event_id="10").write(tmp_path))
    options = ["--workers", "2", "--quiet", "--no-report", "--output", str(tmp_path / "to")]
    told = CliRunner().invoke(main, ["backtest", f"{script}:{name}", race, other, *options])
    assert told.exit_code == 1
    assert f"default, queue, {where}: {error}".rstrip() in told.stderr
    assert "markets.csv" in told.stdout
    results = backtest(f"{script}:{name}", [race, other], doing=on_this_machine(2))
    assert len(results.failures) == 2


def test_an_order_whose_price_is_no_number_is_told_in_a_sentence(script: str, race: str) -> None:
    (failure,) = backtest(f"{script}:AsksInWords", [race]).failures
    assert failure.error == "TypeError: prices and amounts are numbers, and '2.0' is none"


@pytest.mark.parametrize(
    ("asks", "error"),
    [
        ("2**64, {}", "ValueError: a selection id has no more than 64 bits"),
        ("10**30, {}", "ValueError: a selection id has no more than 64 bits"),
        ("2**63, {}", "ValueError: a selection id has no more than 64 bits"),
        ("-2**63 - 1, {}", "ValueError: a selection id has no more than 64 bits"),
        ("True, {}", "TypeError: a selection id is a whole number, and True is none"),
        ("1.0, {}", "TypeError: a selection id is a whole number, and 1.0 is none"),
        ("None, {}", "TypeError: a selection id is a whole number, and None is none"),
        ("1, {'handicap': True}", "TypeError: a handicap is a number, and True is none"),
        ("1, {'handicap': 'x'}", "TypeError: prices and amounts are numbers, and 'x' is none"),
        ("1, {'customer_order_ref': 5}", "TypeError: a customer order reference is text, and 5 is none"),
        ("1, {'customer_order_ref': [5]}", "TypeError: a customer order reference is text, and [5] is none"),
        ("1, {'market_version': 'x'}", "TypeError: a market version is a whole number, and 'x' is none"),
        ("1, {'market_version': 2**70}", "ValueError: a market version has no more than 64 bits"),
    ],
)
def test_what_can_be_of_no_order_fails_where_it_is_asked_for_and_the_others_go_on(
    asks: str, error: str, script: str, race: str, tmp_path: Path
) -> None:
    asked = asks.replace('"', "")
    parameters = (f'asks="{asked}","1, {{}}"',)
    results = backtest(f"{script}:AsksForWhatIsNone", [race], Runs(parameters=parameters), folder=tmp_path / "kept")
    results.write(tmp_path / "kept")
    (failure,) = results.failures
    assert (failure.where, failure.error) == ("market 1.1", error)
    assert "orders.back(runner" in failure.traceback
    assert [(row.run, row.profit) for row in results.rows.orders] == [("asks=1, {}", 4.0)]


def test_the_largest_number_that_can_be_kept_is_a_runner_that_is_not_there(
    script: str, race: str, tmp_path: Path
) -> None:
    parameters = ('asks="2**63 - 1, {}","-2**63, {}"',)
    results = backtest(f"{script}:AsksForWhatIsNone", [race], Runs(parameters=parameters), folder=tmp_path / "kept")
    results.write(tmp_path / "kept")
    assert {row.refusal for row in results.rows.orders} == {"INVALID_RUNNER"}
    assert (results.failures, results.problems) == ([], [])


@pytest.mark.parametrize("handicap", ["nan", "inf"])
def test_a_handicap_that_is_no_number_is_a_runner_that_is_not_there_also_in_the_report(
    handicap: str, script: str, race: str, tmp_path: Path
) -> None:
    parameters = (f"asks=\"1, dict(handicap=float('{handicap}'))\"",)
    results = backtest(f"{script}:AsksForWhatIsNone", [race], Runs(parameters=parameters), folder=tmp_path / "kept")
    results.write(tmp_path / "kept")
    assert {row.refusal for row in results.rows.orders} == {"INVALID_RUNNER"}
    drawn = course(results)
    assert drawn is not None
    assert drawn.orders == results.rows.orders


def spoils(event: str, selection_id: int) -> Doing:
    """What does jobs and brings a number that no table has, for one event."""

    def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
        for outcome in here(jobs):
            if outcome.name == event:
                outcome.rows.orders[:] = [replace(row, selection_id=selection_id) for row in outcome.rows.orders]
            yield outcome

    return doing


@pytest.mark.parametrize("selection_id", [2**70, True])
def test_what_cannot_be_kept_of_a_job_is_its_failure_and_the_others_go_on(
    selection_id: int, script: str, tmp_path: Path
) -> None:
    files = [str(a_race(f"1.{event}", event_id=event).write(tmp_path)) for event in ("8", "9")]
    results = backtest(f"{script}:Backs", files, doing=spoils("8", selection_id), folder=tmp_path / "kept")
    (failure,) = results.failures
    assert (failure.where, failure.error.partition(": ")[0]) == ("event 8", "what came of it cannot be kept")
    assert [row.market_id for row in results.rows.orders] == ["1.9"]


def test_a_table_that_cannot_be_written_as_parquet_is_named_and_the_others_are_written(
    script: str, race: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    results = backtest(f"{script}:Backs", [race], doing=spoils("9", 2**70))
    names = {file.name for file in results.write(tmp_path / "to")}
    assert {"orders.csv", "fills.parquet", "summary.json"} <= names
    assert "orders.parquet" not in names
    (problem,) = results.problems
    assert problem.startswith("orders.parquet cannot be written: ")


def test_what_an_exception_says_is_written_whatever_it_is(script: str, race: str, tmp_path: Path) -> None:
    results = backtest(f"{script}:SaysHalfACharacter", [race], folder=tmp_path / "kept")
    results.write(tmp_path / "kept")
    (failure,) = results.failures
    assert failure.error == "ValueError: half: \\ud800"


@pytest.mark.parametrize(("name", "method"), [("Generates", "on_market"), ("Waits", "on_orders")])
def test_a_method_that_would_never_run_is_refused(name: str, method: str, script: str, race: str) -> None:
    with pytest.raises(WrongStrategy, match=f"{name} is no strategy: {method} is a generator or async"):
        backtest(f"{script}:{name}", [race])


def test_a_strategy_cannot_change_what_others_are_shown(script: str, race: str) -> None:
    both = backtest(f"{script}:Spoils", [race], Runs(parameters=("spoils=true,false",)))
    alone = backtest(f"{script}:Spoils", [race], Runs(parameters=("spoils=false",)))
    assert not both.failures
    assert rows(both, "spoils=False") == rows(alone, "spoils=False") != []


def test_a_strategy_that_clears_what_it_is_shown_sees_all_of_it_again(script: str, race: str) -> None:
    cleared = backtest(f"{script}:Spoils", [race], Runs(parameters=("spoils=true",)))
    (market,) = cleared.rows.markets
    assert (market.orders, market.matched_orders, market.profit) == (1, 1, 4.0)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (("stake=2,2",), "two runs called 'stake=2'"),
        (('stake=2,"2"',), "two runs called 'stake=2'"),
        (("context=5", "context.edge=1"), "context is set as a whole, too"),
    ],
)
def test_parameters_that_are_told_twice_are_refused(
    parameters: tuple[str, ...], sentence: str, script: str, race: str
) -> None:
    with pytest.raises(WrongStrategy, match=sentence):
        backtest(f"{script}:Backs", [race], Runs(parameters=parameters))


def test_latencies_that_are_named_twice_are_refused(script: str, race: str) -> None:
    with pytest.raises(WrongStrategy, match="two runs called 'latency=5'"):
        backtest(f"{script}:Backs", [race], Runs(latencies_milliseconds=(5, 5)))


@pytest.mark.parametrize("option", ["--balance", "--commission", "--discount"])
def test_what_is_no_number_is_refused_in_a_sentence(option: str, script: str, race: str) -> None:
    result = CliRunner().invoke(main, ["backtest", f"{script}:Backs", race, option, "nan"])
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': 'nan' is no number." in result.stderr


def test_a_request_that_takes_years_arrives_after_the_end_without_ado(script: str, race: str) -> None:
    years = 1_000_000_000_000
    (order,) = backtest(f"{script}:Backs", [race], Runs(latencies_milliseconds=(years,))).rows.orders
    assert (order.status, order.refusal) == ("REFUSED", "MARKET_NOT_OPEN_FOR_BETTING")

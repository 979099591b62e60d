"""A backtest says what came of a strategy, in which markets, and what went wrong."""

import csv
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from simulator.backtest.course import MOST_ROWS, MOST_TIMES, course
from simulator.backtest.job import NO_OFFERS, Job, Outcome
from simulator.backtest.lane import Settings
from simulator.backtest.planning import plan, to_do_together
from simulator.backtest.report import report
from simulator.backtest.results import Results
from simulator.backtest.rows import Rows
from simulator.backtest.running import Runs, backtest
from simulator.backtest.summary import by_hour, by_market, by_run, by_runner
from simulator.backtest.variants import Variant
from simulator.backtest.workers import Doing, here
from simulator.cli import main
from simulator.recorded.selection import Selection
from simulator.recorded.wanted import Wanted
from tests.recording_files import BEGINNING, Race, a_race


def run(script: str, name: str, *more: str) -> tuple[int, str, str]:
    """Run the command; return its exit status and what it prints."""
    result = CliRunner().invoke(main, ["backtest", f"{script}:{name}", *more, "--quiet", "--no-report"])
    return result.exit_code, result.stdout, result.stderr


# What there is to do


def test_recordings_of_one_event_are_one_job_and_the_largest_comes_first(recordings: str) -> None:
    jobs = plan(Selection([recordings, f"{recordings}/1.1.bz2"]), "s.py:S", [Variant({}, "queue")], Settings())
    assert jobs[0].files == (f"{recordings}/1.1.bz2", f"{recordings}/1.3.bz2")
    assert jobs[0].name == "9"
    assert sorted(job.name for job in jobs) == ["10", "11", "9"]
    assert [job.size_bytes for job in jobs] == sorted((job.size_bytes for job in jobs), reverse=True)


# What comes of it


def test_results_have_a_row_for_every_market_order_and_fill_of_every_run(script: str, recordings: str) -> None:
    results = backtest(f"{script}:Backs", [recordings], Runs(parameters=("stake=2,5",), models="all"))
    assert len(results.rows.markets) == 4 * 6
    assert len(results.rows.orders) == len(results.rows.fills) == 3 * 6
    order, fill = results.rows.orders[0], results.rows.fills[0]
    assert (order.run, order.model, order.side, order.price, order.size_matched, order.profit) == (
        "stake=2", "optimistic", "BACK", 3.0, 2.0, 4.0,
    )  # fmt: skip
    assert (fill.price, fill.size, fill.how, fill.used) == (3.0, 2.0, "TAKEN", "2.0 at 3.0 of 1")
    market = next(row for row in results.rows.markets if row.run == "stake=5" and row.market_id == "1.4")
    assert (market.profit, market.commission, market.net_profit, market.turnover) == (10.0, 0.5, 9.5, 5.0)


def test_figures_are_of_runs_markets_runners_and_hours(script: str, recordings: str) -> None:
    rows = backtest(f"{script}:Backs", [recordings]).rows
    of_run = by_run(rows)["default", "queue"]
    assert (of_run.markets, of_run.orders, of_run.turnover, of_run.profit, of_run.commission) == (4, 3, 6.0, 12.0, 0.6)
    assert (of_run.net_profit, of_run.drawdown, of_run.strike_rate, of_run.average_price) == (11.4, 0.0, 1.0, 3.0)
    assert by_market(rows)["default", "queue", "1.3"].orders == 0
    assert by_runner(rows)["default", "queue", "1.1", "Runner 1"].profit == 4.0
    assert by_hour(rows)["default", "queue", "12:00"].orders == 3
    assert by_hour(rows)["default", "queue", "12:00"].drawdown is None
    # As flumine's controls refuse some before anything is sent.
    rows.orders[0] = replace(rows.orders[0], sent_at=None)
    assert by_hour(rows)["default", "queue", "not sent"].orders == 1


@pytest.mark.parametrize("report", [True, False])
def test_two_backtests_write_the_same_bytes_on_one_worker_and_on_two(
    script: str, recordings: str, tmp_path: Path, report: bool
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, workers in zip(folders, ("1", "2"), strict=True):
        wanted = [] if report else ["--no-report"]
        arguments = ["--models", "all", "--output", str(folder), "--workers", workers, "--quiet", *wanted]
        assert CliRunner().invoke(main, ["backtest", f"{script}:Backs", recordings, *arguments]).exit_code == 0
    written = [{file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()} for folder in folders]
    assert written[0] == written[1]
    assert ("report.html" in written[0]) is report
    assert {"markets.csv", "orders.csv", "fills.csv", "equity.csv", "summary.json"} <= written[0].keys()


def test_tables_can_be_read_as_csv_and_as_parquet(script: str, recordings: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    results = backtest(f"{script}:Backs", [recordings])
    results.write(tmp_path)
    with (tmp_path / "orders.csv").open() as file:
        as_csv = list(csv.DictReader(file))
    table = parquet.read_table(tmp_path / "orders.parquet").to_pylist()
    assert [row["bet_id"] for row in as_csv] == [str(row["bet_id"]) for row in table]
    assert table == [msgspec.structs.asdict(row) for row in results.rows.orders]
    equity = parquet.read_table(tmp_path / "equity.parquet").to_pylist()
    with (tmp_path / "equity.csv").open() as file:
        assert [{name: str(value) for name, value in row.items()} for row in equity] == list(csv.DictReader(file))
    assert [row["net_profit"] for row in equity] == [3.8, 7.6, 7.6, 11.4]


def test_figures_are_printed_by_market_runner_and_hour_too(script: str, recordings: str, tmp_path: Path) -> None:
    status, printed, _ = run(script, "Backs", recordings, "--output", str(tmp_path / "results"))
    assert (status, len(printed.split("\n\n")[0].splitlines())) == (0, 2)
    told = [[line.split() for line in part.splitlines()] for part in printed.split("\n\n")[1:]]
    assert [" ".join(lines[0]) for lines in told] == ["By market with orders", "By runner", "By hour"]
    of_markets, of_runners, of_hours = told
    assert [line[2] for line in of_markets[2:]] == ["1.1", "1.2", "1.4"]
    assert [line[2:5] for line in of_runners[2:]] == [[name, "Runner", "1"] for name in ("1.1", "1.2", "1.4")]
    assert of_hours[2][:5] == ["default", "queue", "12:00", "3", "3"]


def test_of_many_lines_those_with_most_turnover_are_printed(script: str, tmp_path: Path) -> None:
    for number in range(4):
        a_race(f"1.{number}", event_id=str(number)).write(tmp_path)
    stakes = "--set", "stake=2,3,4"
    status, printed, _ = run(script, "Backs", str(tmp_path / "*.bz2"), *stakes, "--output", str(tmp_path / "results"))
    of_markets = printed.split("\n\n")[1].splitlines()
    assert (status, len(of_markets)) == (0, 2 + 10 + 1)
    assert [line.split()[0] for line in of_markets[2:-1]] == 2 * ["stake=2"] + 4 * ["stake=3"] + 4 * ["stake=4"]
    assert of_markets[-1] == "these have most turnover; 2 more are in the report and the tables."


def test_a_report_stands_alone_and_says_what_happened(script: str, recordings: str, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    arguments = [f"{script}:Backs", recordings, "--models", "all", "--quiet", "--output", str(tmp_path)]
    assert CliRunner().invoke(main, ["backtest", *arguments]).exit_code == 0
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r"""<(script|link|img)\b[^>]*(src|href)=["']?http""", page)
    ladder = "Offers of Runner 1 in market 1.4, and the orders of default, queue"
    for heading in ("Net profit by market", "Prices asked for and prices matched", ladder):
        assert f"<h2>{heading}</h2>" in page


def test_the_ladder_shows_what_waited_and_the_orders_of_one_run(script: str, tmp_path: Path) -> None:
    results = backtest(f"{script}:Backs", [str(a_race("1.4").write(tmp_path))], Runs(models="all"))
    shown = course(results)
    assert shown is not None
    assert [at - BEGINNING for at in shown.ladder.times] == list(range(1_000, 12_000, 1_000))
    assert shown.ladder.lowest == shown.ladder.highest == [2.9, 3.0, 3.1]
    none = [None] * 11
    assert shown.ladder.backs == [[None, *[20.0] * 5, *[60.0] * 5], [None, *[50.0] * 5, *[None] * 5], none]
    assert shown.ladder.lays == [none, none, [None, *[40.0] * 10]]
    assert {(row.run, row.model) for row in (*shown.orders, *shown.fills)} == {(shown.run, shown.model)}
    assert [(fill.price, fill.size) for fill in shown.fills] == [(3.0, 2.0)]


BETS_TWICE = """
class BetsTwice:
    def on_market(self, market, orders):
        runner = market.runner(1)
        if runner.best_back and len(orders) < 2 and (not orders or market.time > BEGINNING + 4_000_000):
            orders.back(runner, runner.best_back, 2.0)
"""


def a_long_race() -> Race:
    """A race of 6,000 seconds, the price of which goes up through a hundred over and over, with a far one beside it."""
    race = Race("1.4")
    for number in range(3_000):
        back, lay = round(3.0 + number % 100 / 20, 2), round(3.05 + number % 100 / 20, 2)
        race.offers(1, atb=[(back, 1.0 + number)], atl=[(lay, 5.0), (900.0, 1.0 + number)])
        race.offers(1, atb=[(back, 0.0)], atl=[(lay, 0.0)])
    race.ends(winner=1)
    return race


def test_the_ladder_is_bounded_and_is_of_the_time_of_the_orders(tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(f"BEGINNING = {BEGINNING}\n{BETS_TWICE}")
    shown = course(backtest(f"{script}:BetsTwice", [str(a_long_race().write(tmp_path))]))
    assert shown is not None
    ladder, (first, second) = shown.ladder, [order.sent_at or 0 for order in shown.orders]
    assert MOST_TIMES // 3 < len(ladder.times) <= MOST_TIMES
    assert MOST_ROWS // 3 < len(ladder.lowest) == len(ladder.backs) == len(ladder.lays) <= MOST_ROWS
    assert {len(row) for row in (*ladder.backs, *ladder.lays)} == {len(ladder.times)}
    assert first - 300_000 <= ladder.times[0] <= first
    assert second < ladder.times[-1] <= second + 300_000
    bounds = [price for row in zip(ladder.lowest, ladder.highest, strict=True) for price in row]
    assert (bounds[0], bounds) == (3.0, sorted(bounds))


def test_a_report_counts_markets_whose_matched_bets_are_not_settled(script: str, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    _, reopened, broken_off, without_bets = races = [a_race(f"1.{number}", event_id=str(number)) for number in range(4)]
    reopened.defines(status="SUSPENDED")
    del broken_off.messages[-2:], without_bets.messages[1:]
    results = backtest(f"{script}:Backs", [str(race.write(tmp_path)) for race in races], Runs(models="all"))
    row = next(row for row in results.rows.markets if row.market_id == reopened.market_id)
    assert row.problem
    assert row.settled_at is not None
    page = report(results, "four races")
    assert "1 market has bets that are not settled" in page
    assert "left unsettled" not in page


def test_a_notebook_shows_the_summary(script: str, recordings: str) -> None:
    shown = backtest(f"{script}:Backs", [recordings])._repr_html_()
    assert '<td class="text">default</td><td class="text">queue</td><td>4</td><td>3</td>' in shown


def test_a_notebook_shows_what_went_wrong(script: str, recordings: str) -> None:
    Path(recordings, "1.4.bz2").write_bytes(b"nonsense")
    shown = backtest(f"{script}:Raises", [recordings])._repr_html_()
    assert "<h3>default, queue, market 1.2: RuntimeError: this market is too much</h3><pre>Traceback " in shown
    assert "1.4.bz2" in shown


@pytest.mark.parametrize("form", ["lines", "cache"])
def test_that_a_recording_has_no_offers_is_told_once(script: str, recordings: str, tmp_path: Path, form: str) -> None:
    """As history of the package BASIC has none."""
    runs = Runs(cache=None if form == "lines" else tmp_path / "cache")
    assert NO_OFFERS not in backtest(f"{script}:Backs", [recordings], runs).problems
    for number in (5, 6):
        race = Race(f"1.{number}", event_id=f"1{number}")
        race.offers(1, ltp=3.0)
        race.ends(winner=1)
        race.write(Path(recordings))
    assert backtest(f"{script}:Backs", [recordings], runs).problems == [NO_OFFERS]


def test_bets_that_are_not_settled_are_counted_and_told(script: str, tmp_path: Path) -> None:
    race, whole = a_race("1.1"), a_race("1.2", event_id="10")
    del race.messages[-2:]
    files = [str(race.write(tmp_path)), str(whole.write(tmp_path))]
    told = "market 1.1: its bets are not settled, and count in no profit: the recording ends before its result."
    arguments = [f"{script}:Backs", *files, "--quiet", "--output", str(tmp_path / "results")]
    assert f"attention: {told}\n" in CliRunner().invoke(main, ["backtest", *arguments]).output
    assert json.loads((tmp_path / "results" / "summary.json").read_text())["problems"] == [told]
    (line,) = backtest(f"{script}:Backs", files).summary.values()
    assert (line.matched, line.unsettled, line.profit) == (2, 1, 4.0)


def test_a_parameter_with_a_dot_sets_a_member_and_leaves_the_others(script: str, recordings: str) -> None:
    results = backtest(f"{script}:Told", [recordings], Runs(parameters=("context.stake=4,5",)))
    assert {(order.run, order.price, order.size) for order in results.rows.orders} == {
        ("context.stake=4", 3.0, 4.0),
        ("context.stake=5", 3.0, 5.0),
    }


# What goes wrong


@pytest.mark.skipif(find_spec("flumine") is not None, reason="flumine is installed here")
def test_a_strategy_of_flumine_without_flumine_is_told_in_one_sentence(recordings: str, tmp_path: Path) -> None:
    script = tmp_path / "theirs.py"
    script.write_text("from flumine import BaseStrategy\n\n\nclass Theirs(BaseStrategy):\n    pass\n")
    status, _, complaints = run(str(script), "Theirs", recordings, "--output", str(tmp_path / "results"))
    assert (status, complaints) == (
        2,
        f"betsim: {script} has a strategy for flumine, and flumine is not installed here: pip install flumine.\n",
    )


def test_a_strategy_that_raises_loses_its_market_with_the_traceback_and_no_other(
    script: str, recordings: str, tmp_path: Path
) -> None:
    status, printed, complaints = run(script, "Raises", recordings, "--output", str(tmp_path / "results"))
    assert status == 1
    assert "default, queue, market 1.2: RuntimeError: this market is too much\nTraceback" in complaints
    assert printed.splitlines()[1].split()[:4] == ["default", "queue", "3", "2"]


def test_a_strategy_that_cannot_be_made_is_said_for_every_job(script: str, recordings: str, tmp_path: Path) -> None:
    status, _, complaints = run(script, "CannotBeMade", recordings, "--output", str(tmp_path / "results"))
    assert (status, complaints.count("before any market: RuntimeError: not today")) == (1, 3)


def test_a_strategy_that_asks_for_nothing_is_told_so(script: str, recordings: str, tmp_path: Path) -> None:
    status, _, complaints = run(script, "AsksForNothing", recordings, "--output", str(tmp_path / "results"))
    assert (status, complaints) == (0, "the strategy has asked for nothing.\n")


def test_thousands_of_orders_are_taken_or_refused(script: str, tmp_path: Path) -> None:
    file = a_race().write(tmp_path)
    results = backtest(f"{script}:AsksForALot", [str(file)], Runs(lane=Settings(balance=10_000_00)))
    refusals = {order.refusal for order in results.rows.orders}
    assert len(results.rows.orders) == 20_000
    assert refusals == {"", "INSUFFICIENT_FUNDS", "MARKET_SUSPENDED"}


def test_broken_lines_are_named_with_file_and_line_and_left_out(script: str, tmp_path: Path) -> None:
    race = a_race()
    race.messages.insert(3, "half of a mess")
    race.messages.append('{"op":"mcm","pt":1,"mc":[')
    file = race.write(tmp_path)
    status, printed, complaints = run(script, "Backs", str(file), "--output", str(tmp_path / "results"))
    told = [line.split(": ")[1] for line in complaints.splitlines()]
    assert (status, told) == (0, [f"{file}, line 4", f"{file}, line 13"])
    assert printed.splitlines()[1].split()[:4] == ["default", "queue", "1", "1"]


def test_a_market_without_a_definition_is_named_and_is_no_market(script: str, tmp_path: Path) -> None:
    race = a_race()
    race.messages = [message for message in race.messages if "marketDefinition" not in message]
    file = race.write(tmp_path)
    status, _, complaints = run(script, "Backs", str(file), "--output", str(tmp_path / "results"))
    assert status == 2
    assert complaints.splitlines() == [
        f"attention: {file}: market 1.1 is never defined, and so left out.",
        "betsim: there is no market in what was named.",
    ]


@pytest.mark.parametrize("is_cached", [True, False], ids=["prepared", "as it is"])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(
    script: str, recordings: str, tmp_path: Path, is_cached: bool
) -> None:
    if is_cached:
        pytest.importorskip("pyarrow")
    broken = Path(recordings, "1.5.zip")
    broken.write_bytes(b"PK\x03\x04 and no more")
    cached = ["--cache", str(tmp_path / "cache")] if is_cached else []
    output = str(tmp_path / "results")
    status, printed, complaints = run(script, "Backs", recordings, "--output", output, *cached)
    assert status == 0, complaints
    assert f"{broken}: it cannot be read" in complaints
    assert printed.splitlines()[1].split()[:4] == ["default", "queue", "4", "3"]


@pytest.mark.parametrize("is_cached", [True, False], ids=["prepared", "as it is"])
def test_what_is_whole_in_an_archive_that_breaks_off_counts_once(
    script: str, recordings: str, tmp_path: Path, is_cached: bool
) -> None:
    if is_cached:
        pytest.importorskip("pyarrow")
    archive = tmp_path / "year.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(f"{recordings}/1.1.bz2", "1.1.bz2")
        is_whole = tar.offset
        tar.add(f"{recordings}/1.2.bz2", "1.2.bz2")
    archive.write_bytes(archive.read_bytes()[: is_whole + 300])
    results = backtest(
        f"{script}:Backs", [str(archive)], Runs(cache=tmp_path / "cache" if is_cached else None), folder=tmp_path / "to"
    )
    assert [row.market_id for row in results.rows.markets] == ["1.1"]
    assert any(f"{archive}: it cannot be read" in problem for problem in results.problems)


def of_two_events(folder: Path, *, split: bool = False) -> Path:
    """A recording that begins with one event, and has a market of another: all of it, or its second half."""
    of_a_day, others = a_race("1.8", event_id="12"), a_race("1.1", event_id="9")
    of_a_day.messages += others.messages[5:] if split else others.messages
    return of_a_day.write(folder, "day")


@pytest.mark.parametrize("split", [False, True], ids=["all of it", "its second half"])
@pytest.mark.parametrize("is_cached", [True, False], ids=["prepared", "as it is"])
def test_a_market_that_is_in_recordings_of_several_events_counts_once(
    script: str, recordings: str, tmp_path: Path, is_cached: bool, split: bool
) -> None:
    """As it does alone, whichever of them has which part of it."""
    expected = backtest(f"{script}:Backs", [recordings], Runs(models="all")).rows
    file = of_two_events(tmp_path, split=split)
    if is_cached:
        pytest.importorskip("pyarrow")
    runs = Runs(models="all", cache=tmp_path / "cache" if is_cached else None)
    if split:
        race = a_race("1.1", event_id="9")
        race.messages = race.messages[:5]
        race.write(Path(recordings))
    results = backtest(f"{script}:Backs", [recordings, str(file)], runs)
    assert results.problems == []
    assert (results.markets, results.jobs_left) == (5, 0)
    # Bets are numbered by the job in which they are placed.
    numbered = [replace(row, bet_id=0) for row in expected.orders]
    assert [replace(row, bet_id=0) for row in results.rows.orders if row.market_id != "1.8"] == numbered
    assert [row for row in results.rows.markets if row.market_id != "1.8"] == expected.markets


def test_recordings_that_have_a_market_in_common_one_after_the_other_are_one_job(tmp_path: Path) -> None:
    def came_of(job: Job, *market_ids: str) -> Outcome:
        return Outcome(job.name, Rows(), job.files, market_ids=market_ids)

    jobs = [Job(name, (f"{name}.bz2",), "a:B", (), Settings(), size_bytes=size) for size, name in enumerate("abcdef")]
    a, b, c, d, e, f = jobs
    outcomes = [came_of(a, "1", "2"), came_of(b, "3"), came_of(c, "2", "4"), came_of(d, "5"), came_of(e, "3", "6")]
    outcomes.append(came_of(f, "6", "4"))
    for order in (jobs, jobs[::-1]):
        (joined,) = to_do_together(order, outcomes)
        assert (joined.name, joined.size_bytes) == ("a and 4 others", 12)
        assert joined.files == ("a.bz2", "b.bz2", "c.bz2", "e.bz2", "f.bz2")
    assert [job.name for job in to_do_together(jobs, [came_of(a, "1"), came_of(d, "1"), came_of(e, "2")])] == [
        "a and d"
    ]


def test_who_breaks_off_before_markets_are_played_together_has_the_others_and_goes_on_there(
    script: str, recordings: str, tmp_path: Path
) -> None:
    file, done = of_two_events(tmp_path), list[str]()

    def breaks_off_late(jobs: Sequence[Job]) -> Iterator[Outcome]:
        if len(jobs) == 1:
            raise KeyboardInterrupt
        yield from here(jobs)

    def notes(jobs: Sequence[Job]) -> Iterator[Outcome]:
        done.extend(job.name for job in jobs)
        yield from here(jobs)

    def attempt(doing: Doing) -> Results:
        return backtest(f"{script}:Backs", [recordings, str(file)], doing=doing, folder=tmp_path / "to", resumes=True)

    broken_off = attempt(breaks_off_late)
    assert ({row.market_id for row in broken_off.rows.markets}, broken_off.jobs_left) == ({"1.2", "1.4"}, 1)
    whole = attempt(notes)
    assert done == ["12 and 9"]
    assert (len(whole.rows.markets), whole.jobs_left) == (5, 0)


def test_a_market_that_was_played_apart_and_no_more_is_named_since_it_counts_twice(
    script: str, recordings: str, tmp_path: Path
) -> None:
    file = of_two_events(tmp_path)

    def breaks_off(jobs: Sequence[Job]) -> Iterator[Outcome]:
        yield from here([job for job in jobs if job.name in ("9", "12")])
        raise KeyboardInterrupt

    results = backtest(f"{script}:Backs", [recordings, str(file)], doing=breaks_off)
    (problem,) = results.problems
    assert problem == (
        f"market 1.1 is in {file} and in {recordings}/1.1.bz2, {recordings}/1.3.bz2, which were played "
        "apart since they begin with other events: it counts twice."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.bz2"], "betsim: nowhere.bz2: there is no such file.\n"),
        (["{recordings}", "--models", "best"], "there is no model 'best'; there are optimistic, queue"),
        (["{recordings}", "--set", "edge=1"], "'edge'; it takes stake, price.\n"),
        (["{recordings}", "--latency", "-1"], "betsim: --latency -1: latencies are whole milliseconds, as 0,120.\n"),
        (["{recordings}", "--latency", "soon"], "betsim: --latency soon: latencies are whole milliseconds, "),
        (["{empty}"], "betsim: there is no market in what was named.\n"),
        (["{recordings}", "--scheduler", "nowhere"], "betsim: "),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_said_in_a_sentence(
    arguments: list[str], sentence: str, script: str, recordings: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("\n")
    named = [argument.format(recordings=recordings, empty=empty) for argument in arguments]
    status, _, complaints = run(script, "Backs", *named, "--output", str(tmp_path / "results"))
    assert status == 2
    assert sentence in complaints
    assert "Traceback" not in complaints


def test_a_folder_that_results_cannot_be_kept_in_is_said_before_the_work(script: str, recordings: str) -> None:
    status, _, complaints = run(script, "Backs", recordings, "--output", f"{script}/results")
    assert (status, complaints) == (2, f"betsim: {script}/results: Not a directory.\n")


def test_a_table_that_cannot_be_written_is_named(script: str, recordings: str, tmp_path: Path) -> None:
    (tmp_path / "results" / "orders.csv").mkdir(parents=True)
    status, _, complaints = run(script, "Backs", recordings, "--output", str(tmp_path / "results"))
    assert (status, complaints) == (1, f"betsim: {tmp_path}/results/orders.csv: Is a directory.\n")


# Which markets


def test_a_filter_leaves_out_files_and_markets_and_says_so_where_nothing_is_left(
    script: str, recordings: str, tmp_path: Path
) -> None:
    only = Runs(wanted=Wanted(market_types=frozenset({"WIN"}), market_ids=frozenset({"1.1", "1.3"})))
    assert [row.market_id for row in backtest(f"{script}:Backs", [recordings], only).rows.markets] == ["1.1"]
    status, _, complaints = run(
        script, "Backs", recordings, "--event-type", "Tennis", "--output", str(tmp_path / "none")
    )
    assert (status, "its event type is 7, and 2 is asked for" in complaints) == (2, True)


def test_a_market_of_a_file_of_several_is_left_out_by_its_definition(script: str, tmp_path: Path) -> None:
    first, second = a_race("1.1"), a_race("1.2", market_type="PLACE")
    first.messages = [message for both in zip(first.messages, second.messages, strict=True) for message in both]
    file = first.write(tmp_path, "event.bz2")
    only = Runs(wanted=Wanted(market_types=frozenset({"PLACE"})))
    assert [row.market_id for row in backtest(f"{script}:Backs", [str(file)], only).rows.markets] == ["1.2"]

"""The command `betsim backtest`: a strategy is run over recorded markets, and its results are told and written."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from math import isnan
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import click

from simulator.backtest.collection import seldom_collected
from simulator.backtest.lane import Settings
from simulator.backtest.latency import Latency
from simulator.backtest.models import QUEUE
from simulator.backtest.report import PlotlyMissing, report
from simulator.backtest.results import RUN, Results
from simulator.backtest.running import Progress, Runs, backtest
from simulator.backtest.summary import Breakdown, breakdowns
from simulator.backtest.tables import text_table
from simulator.backtest.variants import WrongStrategy
from simulator.backtest.workers import NoWorkers, on_a_cluster, on_this_machine
from simulator.ending import end
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS
from simulator.recorded.rows import PyarrowMissing
from simulator.recorded.sources import SourceError
from simulator.recorded_options import chooses_cache, chooses_markets

CANNOT_RUN: Final = 2
FAILED: Final = 1
INTERRUPTED: Final = 130
OUTPUT: Final = Path("backtest")
MOST_LINES: Final = 10
"""How many lines are printed of what the figures of runs are made of."""


class Number(click.FloatRange):
    """A number in a range, which `nan` is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; a click error says what is wrong with another value."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


MONEY: Final = Number(0.01, 1e12)
PERCENT: Final = Number(0, 100)
WORKERS: Final = click.IntRange(1, 256)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)


@click.command(name="backtest")
@click.argument("strategy", metavar="STRATEGY.py:NAME")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--set", "parameters", multiple=True, metavar="NAME=VALUE[,VALUE...]",
    help="A parameter of the strategy; several values are several runs.",
)  # fmt: skip
@click.option("--models", default=QUEUE.name, show_default=True, metavar="NAME[,NAME...]|all", help="Who fills orders.")
@click.option("--latency", default="0", show_default=True, metavar="MS[,MS...]", help="How long requests take.")
@click.option("--balance", default=10_000.0, show_default=True, type=MONEY, help="What the account has at first.")
@click.option("--commission", type=PERCENT, help="A rate in percent, in the place of that of each market.")
@click.option("--discount", default=0.0, show_default=True, type=PERCENT, help="On commission, in percent.")
@click.option("--rules", default=DEFAULT_RULE_SET, show_default=True, type=click.Choice(sorted(RULE_SETS)))
@click.option("--cross-matching", is_flag=True, help="Let orders take virtual offers where a market has them.")
@click.option("--workers", default=1, show_default=True, type=WORKERS, help="Processes of this machine.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster that does the work, as tcp://host:8786.")
@click.option("--output", default=OUTPUT, show_default=True, type=FOLDER, help="For tables and the report.")
@chooses_markets
@chooses_cache
@click.option("--resume", is_flag=True, help="Leave out what was done before and is in the folder.")
@click.option("--report/--no-report", default=True, show_default=True, help="Draw a page, report.html.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@seldom_collected()
def backtest_command(strategy: str, files: tuple[str, ...], **options: Any) -> None:
    """Run a strategy over recorded markets.

    FILEs are recordings, archives, folders or patterns of them. Every combination of parameters, latencies and models
    is a run of its own; all runs of a file share one reading of it.
    """
    workers, scheduler = options["workers"], options["scheduler"]
    if scheduler is not None and workers != 1:
        end("--workers is of this machine and --scheduler of another one: only one of them can be given.", CANNOT_RUN)
    try:
        # Whether results can be kept is known before hours of work, not after.
        options["output"].mkdir(parents=True, exist_ok=True)
        with _progress(quiet=options["quiet"]) as tell:
            results = backtest(
                strategy,
                files,
                _runs(options),
                doing=on_this_machine(workers) if scheduler is None else on_a_cluster(scheduler),
                folder=options["output"],
                resumes=options["resume"],
                tell=tell,
            )
    except (WrongStrategy, SourceError, PyarrowMissing, NoWorkers) as error:
        end(str(error), CANNOT_RUN)
    except OSError as error:
        end(f"{error.filename or options['output']}: {error.strerror or error}.", CANNOT_RUN)
    except KeyboardInterrupt:
        end("nothing was finished.", INTERRUPTED)
    _tell(results)
    _write(results, strategy, options["output"], wants_report=options["report"])
    if results.jobs_left:
        end(f"it was interrupted; jobs that are left: {results.jobs_left:,}, and --resume does them.", INTERRUPTED)
    if results.failures:
        raise SystemExit(FAILED)


def _runs(options: Mapping[str, Any]) -> Runs:
    latencies, commission = _latencies(options["latency"]), options["commission"]
    lane = Settings(
        latency=Latency.fixed(latencies[0]),
        balance=round(options["balance"] * HUNDREDTHS),
        commission_rate=None if commission is None else round(commission * HUNDREDTHS),
        discount_rate=round(options["discount"] * HUNDREDTHS),
        rules=options["rules"],
        cross_matching=options["cross_matching"],
    )
    return Runs(
        parameters=options["parameters"],
        models=options["models"],
        latencies_milliseconds=latencies if len(latencies) > 1 else (),
        lane=lane,
        wanted=options["wanted"],
        cache=options["cache"],
    )


def _latencies(text: str) -> tuple[int, ...]:
    try:
        latencies = tuple(int(each) for each in text.split(","))
    except ValueError:
        latencies = (-1,)
    if min(latencies) < 0:
        end(f"--latency {text}: latencies are whole milliseconds, as 0,120.", CANNOT_RUN)
    return latencies


def _tell(results: Results) -> None:
    # What is wrong with a cache is so for every job.
    for problem in dict.fromkeys(results.problems):
        click.echo(f"attention: {problem}", err=True)
    for failure in results.failures:
        click.echo(
            f"{failure.run}, {failure.model}, {failure.where}: {failure.error}\n{failure.traceback}".rstrip(), err=True
        )
    if not results.markets and not results.failures:
        end("there is no market in what was named.", CANNOT_RUN)
    if not results.rows.orders and not results.failures:
        click.echo("the strategy has asked for nothing.", err=True)
    click.echo(text_table(RUN, results.summary.items()))
    if results.rows.orders:
        for breakdown in breakdowns(results.rows):
            click.echo(f"\n{breakdown.heading}\n{_shortened(breakdown)}")


def _shortened(breakdown: Breakdown) -> str:
    """Return a table that can be taken in, however many lines there are."""
    shown = breakdown.largest(MOST_LINES)
    table = text_table((*RUN, *breakdown.names), shown.items())
    rest = len(breakdown.lines) - len(shown)
    return f"{table}\nthese have most turnover; {rest:,} more are in the report and the tables." if rest else table


def _write(results: Results, strategy: str, output: Path, *, wants_report: bool) -> None:
    known = len(results.problems)
    try:
        files = results.write(output)
        for problem in results.problems[known:]:
            click.echo(f"attention: {problem}", err=True)
        if wants_report and results.rows.markets:
            page = output / "report.html"
            page.write_text(report(results, strategy), encoding="utf-8")
            files.append(page)
    except PlotlyMissing as error:
        click.echo(str(error), err=True)
    except OSError as error:
        end(f"{error.filename or output}: {error.strerror or error}.", FAILED)
    if find_spec("pyarrow") is None:
        click.echo("tables are written as .csv alone: Parquet needs pip install 'betsim[backtest]'.", err=True)
    click.echo(f"{', '.join(file.name for file in files)} in {output}")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show how far it is, where somebody looks and rich is installed."""
    if quiet or find_spec("rich") is None:
        yield lambda _: None
        return
    bars: Any = import_module("rich.progress")
    console: Any = import_module("rich.console")
    columns = (
        bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[told]}"), bars.TimeRemainingColumn(),
    )  # fmt: skip
    with bars.Progress(*columns, console=console.Console(stderr=True), transient=True) as shown:
        task = shown.add_task("backtest", total=None, told="")
        began = perf_counter()

        def tell(progress: Progress) -> None:
            speed = progress.updates / max(perf_counter() - began, 0.001)
            told = f"{progress.markets:,} markets, {speed:,.0f} updates/s"
            shown.update(task, total=progress.of_size_bytes, completed=progress.size_bytes, told=told)

        yield tell

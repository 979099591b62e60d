"""The results of a backtest: rows, failures, and the files that hold them.

A folder of results has `markets`, `orders`, `fills` and `equity`, each as .parquet and .csv, `summary.json` and
`report.html`. Two runs write the same bytes: rows are in order of run, model, market and number, and no file says when
or where it was written. In `done` it keeps what came of every job, so that a run that was broken off goes on where it
was.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from simulator.backtest.job import Failure, Outcome, as_text
from simulator.backtest.rows import TABLES, MarketRow, Rows
from simulator.backtest.summary import Key, Line, by_run, equity, markets_by_run
from simulator.backtest.tables import html_table

DONE: Final = "done"
MOST_UNSETTLED: Final = 20
"""How many markets whose bets are not settled are told one by one."""
RUN: Final = ("run", "model")
"""What tells runs apart."""


class EquityRow(Struct, frozen=True, gc=False):
    """The net profit of a run so far, after a market was settled."""

    run: str
    model: str
    settled_at: int
    net_profit: float


class Results:
    """What came of all jobs that were done."""

    def __init__(self, outcomes: Iterable[Outcome], jobs_left: int = 0) -> None:
        self.jobs_left: Final = jobs_left
        """How many jobs were not done, since somebody has broken it off."""
        self.rows: Final = Rows()
        self.failures: Final[list[Failure]] = []
        self.problems: Final[list[str]] = []
        self.updates = 0
        self.markets = 0
        self.files: Final[dict[str, tuple[str, ...]]] = {}
        """By market id: what it was read from."""
        known_problems: set[str] = set()
        for outcome in sorted(outcomes, key=lambda outcome: outcome.name):
            self.rows.extend(outcome.rows)
            self.failures.extend(map(_legible, outcome.failures))
            # What concerns all jobs, as a cache in which nothing can be kept, each of them says.
            self.problems.extend(problem for problem in outcome.problems if problem not in known_problems)
            known_problems.update(outcome.problems)
            self.updates += outcome.updates
            self.markets += outcome.markets
            for market_id in dict.fromkeys(row.market_id for row in outcome.rows.markets):
                known = self.files.setdefault(market_id, outcome.files)
                if known is not outcome.files:
                    self.problems.append(_told_twice(market_id, known, outcome.files))
        self.problems.extend(_unsettled(self.rows.markets, self.problems))
        self.rows.markets.sort(key=lambda row: (row.run, row.model, row.start_time, row.market_id))
        self.rows.orders.sort(key=lambda row: (row.run, row.model, row.market_id, row.number))
        self.rows.fills.sort(key=lambda row: (row.run, row.model, row.market_id, row.at, row.bet_id))

    @property
    def summary(self) -> dict[Key, Line]:
        """Return the figures of every run with every model."""
        return by_run(self.rows)

    def _repr_html_(self) -> str:
        """Return the summary as a notebook shows it, and what went wrong."""
        return html_table(RUN, self.summary.items()) + self.told_as_html()

    def told_as_html(self) -> str:
        """Return what went wrong as HTML, with tracebacks: nothing where nothing did."""
        told = "".join(
            f"<h3>{escape(each.run)}, {escape(each.model)}, {escape(each.where)}: {escape(each.error)}</h3>"
            f"<pre>{escape(each.traceback)}</pre>"
            for each in self.failures
        )
        told += "".join(f"<p>{escape(problem)}</p>" for problem in dict.fromkeys(self.problems))
        if self.jobs_left:
            told += f"<p>It was interrupted; jobs that are left: {self.jobs_left:,}.</p>"
        return f"<h2>What went wrong</h2>{told}" if told else ""

    def write(self, folder: Path) -> list[Path]:
        """Write the tables and the summary, and return the files; without pyarrow there is no .parquet.

        A table that has no form as .parquet becomes one of the problems. Raises `OSError`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        tables: list[tuple[str, type[Struct], list[Any]]]
        tables = [(name, kind, getattr(self.rows, name)) for name, kind in TABLES.items()]
        tables.append(("equity", EquityRow, list(_curves(self.rows))))
        for name, kind, found in tables:
            rows = [structs.asdict(row) for row in found]
            fields = [field.name for field in structs.fields(kind)]
            files.append(_write(folder / f"{name}.csv", _as_csv(fields, (row.values() for row in rows))))
            parquet = folder / f"{name}.parquet"
            try:
                if _write_parquet(parquet, kind, rows):
                    files.append(parquet)
            except (OverflowError, TypeError, ValueError) as error:
                # Such as pyarrow raises for what is of no kind of a table's; the other tables are written all the same.
                parquet.unlink(missing_ok=True)
                self.problems.append(f"{parquet.name} cannot be written: {error}.")
        summary = [{**dict(zip(RUN, key, strict=True)), **line._asdict()} for key, line in self.summary.items()]
        document = {"summary": summary, "failures": self.failures, "problems": self.problems}
        files.append(_write(folder / "summary.json", msgspec.json.format(msgspec.json.encode(document), indent=1)))
        return files


def _curves(rows: Rows) -> Iterator[EquityRow]:
    """Yield the net profit of every run after each settled market, in order of settlement."""
    for (run, model), markets in markets_by_run(rows).items():
        for at, total in equity(markets):
            yield EquityRow(run, model, at, total)


def _legible(failure: Failure) -> Failure:
    """Return a failure with what an exception says, which may be anything, as text that can be written."""
    return structs.replace(failure, error=as_text(failure.error), traceback=as_text(failure.traceback))


def _unsettled(markets: Iterable[MarketRow], told: Iterable[str]) -> Iterator[str]:
    """Yield which markets have matched bets that are not settled as recorded, and why, where nobody has told so yet."""
    known = "\n".join(told)
    found = {row.market_id: row for row in markets if row.problem and row.matched_orders and row.problem not in known}
    for market_id in sorted(found)[:MOST_UNSETTLED]:
        row = found[market_id]
        count = "its bets are not settled, and count in no profit: " if row.settled_at is None else ""
        yield f"market {market_id}: {count}{row.problem.rstrip('.')}."
    if len(found) > MOST_UNSETTLED:
        yield f"{len(found) - MOST_UNSETTLED:,} more markets are not settled as recorded; their rows say why."


def _told_twice(market_id: str, files: Sequence[str], others: Sequence[str]) -> str:
    return (
        f"market {market_id} is in {', '.join(files)} and in {', '.join(others)}, which were played apart since they "
        "begin with other events: it counts twice."
    )


def _write(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def _as_csv(fields: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return text.getvalue().encode()


def _write_parquet(file: Path, kind: type[Struct], rows: list[dict[str, Any]]) -> bool:
    if find_spec("pyarrow") is None:
        return False
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    types = {"str": pyarrow.string(), "int": pyarrow.int64(), "float": pyarrow.float64()}
    fields = [
        pyarrow.field(field.name, types[str(getattr(field.type, "__name__", field.type)).split(" |")[0]])
        for field in structs.fields(kind)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields)), file)
    return True


class CannotBeKept(Exception):
    """What came of a job is of no form that could be read again; the sentence says why."""


class Done:
    """What came of jobs, kept in a folder of results as they end."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder / DONE

    def keep(self, fingerprint: str, outcome: Outcome) -> None:
        """Keep what came of a job; raise `CannotBeKept`, and `OSError` where the folder cannot be written to."""
        try:
            content = msgspec.msgpack.encode(outcome)
            msgspec.msgpack.decode(content, type=Outcome)
        except (msgspec.MsgspecError, OverflowError, TypeError, ValueError) as error:
            raise CannotBeKept(f"what came of it cannot be kept: {error}") from error
        self._folder.mkdir(parents=True, exist_ok=True)
        # Written beside and then renamed, so that a file that is there is whole.
        beside = self._folder / f"{fingerprint}.part"
        beside.write_bytes(content)
        whole = self._folder / fingerprint
        if whole.is_dir():
            # It is none of ours, and nothing of it can be taken for what came of a job.
            rmtree(whole)
        beside.replace(whole)

    def find(self, fingerprint: str) -> Outcome | None:
        """Return what came of a job, `None` where it was not done or what is kept of it cannot be read."""
        try:
            return msgspec.msgpack.decode((self._folder / fingerprint).read_bytes(), type=Outcome)
        except (OSError, msgspec.DecodeError):
            return None

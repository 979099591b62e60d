"""A job: the files of one event, read once, for all runs of a strategy. It is what is handed to whoever works.

Nothing in a job or in what comes of it depends on who does it, when, or beside what: results are the same however the
work is spread.
"""

import traceback
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from simulator.backtest.engine import Engine, MarketOfTwo
from simulator.backtest.lane import Settings
from simulator.backtest.latency import Latency
from simulator.backtest.lines import Lines, where_time_stands_still
from simulator.backtest.playing import AtPlay, Play
from simulator.backtest.rows import Rows, rows_of
from simulator.backtest.variants import Variant, WrongStrategy, arguments, check_parameters, is_flumine, strategy_class
from simulator.recorded.messages import Kind
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.remote import Facts
from simulator.recorded.selection import Cache, CannotKeep, drop, is_prepared, play
from simulator.recorded.sources import Source, SourceError, sources
from simulator.recorded.wanted import EVERYTHING, Wanted

NO_OFFERS: Final = (
    "there are markets of which no offers are recorded, as in BASIC history: no bet can be matched in them."
)
MOST_PROBLEMS: Final = 20
"""How many broken lines of a job are told one by one."""


class Job(Struct, frozen=True):
    """Files, in the order in which they were named, and what is to be run over them."""

    name: str
    files: tuple[str, ...]
    """Paths, each of one source: see `simulator.recorded.sources`."""
    strategy: str
    variants: tuple[Variant, ...]
    settings: Settings
    size_bytes: int = 0
    """How much there is to read, packed: the largest jobs are done first."""
    facts: tuple[Facts, ...] = ()
    """What tells each file from what it may become."""
    wanted: Wanted = EVERYTHING
    cache: str = ""
    """A folder for what is prepared of files, empty for none."""


class Failure(Struct, frozen=True):
    """A run that ended before its end: a strategy has raised something, or what it runs over cannot be played."""

    run: str
    model: str
    where: str
    """A market, or what else it happened in."""
    error: str
    traceback: str


class Outcome(Struct):
    """What came of a job."""

    name: str
    rows: Rows
    files: tuple[str, ...] = ()
    failures: list[Failure] = []
    problems: list[str] = []
    """Lines that could not be read, and files that broke off."""
    updates: int = 0
    """How many messages changed each market, over all that were followed."""
    markets: int = 0
    market_ids: tuple[str, ...] = ()
    """All that the files tell of and that are wanted, in the order in which they turn up."""


class DamagedCopy(Exception):
    """What is prepared of a recording cannot be read, and what it was prepared of can."""


def do(job: Job) -> Outcome:
    """Do a job: read its files once, in the order of time, for all its variants.

    What a strategy raises ends its own run and nothing else. A market that cannot be played is followed no further, and
    the others of the job go on. Anything else that is raised is a defect of ours, and then nobody knows how the lanes'
    exchanges stand, in which all markets have one account: it ends this job and no other. So does a strategy that
    cannot be had here: who has begun the backtest had it, and others may have it still.
    """
    try:
        strategy = strategy_class(job.strategy)
        for variant in job.variants:
            check_parameters(strategy, variant.parameters, job.strategy)
    except KeyboardInterrupt:
        raise
    except WrongStrategy as error:
        return given_up(job, str(error))
    except BaseException as error:  # noqa: BLE001, what its module raises may be of any kind, as its classes may be
        return given_up(job, _words_of(error), _told(error))
    with _world_of(strategy):
        try:
            return _do(job, strategy)
        except SourceError as error:
            return given_up(job, str(error))
        except Exception as error:  # noqa: BLE001, it is told with its traceback, and the other jobs go on
            return given_up(job, _words_of(error), _told(error))


def given_up(job: Job, error: str, told: str = "") -> Outcome:
    """Return what comes of a job that cannot be done: all its runs have failed."""
    where = f"event {job.name}" if job.name not in job.files else job.name
    failures = [Failure(variant.name, variant.model, where, error, told) for variant in job.variants]
    return Outcome(job.name, Rows(), job.files, failures)


def _world_of(strategy: Callable[..., Any]) -> AbstractContextManager[None]:
    """Return what has to be around a strategy while it plays."""
    if not is_flumine(strategy):
        return nullcontext()
    session: AbstractContextManager[None] = import_module(
        "simulator.backtest.flumine_adapter.session"
    ).flumine_session()
    return session


def _do(job: Job, strategy: Callable[..., Any]) -> Outcome:
    found = _sources_of(job.files)
    # Where some are prepared and others are not, all are read line by line, as either can be.
    uncached = ""
    if job.cache or all(map(is_prepared, found)):
        for heals in (True, False):
            try:
                return _played(job, strategy, found, partial(_play_prepared, heals=heals))
            except DamagedCopy:
                # It is gone, and the next attempt makes another one.
                continue
            except MarketOfTwo:
                # A capture that was broken off and goes on in another file: line by line the one follows on the other.
                break
            except CannotKeep as error:
                # A cache spares time, and has nothing that cannot be had without it.
                uncached = f"{error} What is recorded is read itself, which takes longer."
                break
    outcome = _played(job, strategy, found, _play_lines)
    if uncached:
        outcome.problems.append(uncached)
    return outcome


def _played(
    job: Job,
    strategy: Callable[..., Any],
    found: Sequence[Source],
    read: Callable[[Job, Sequence[Source], Engine, Outcome], None],
) -> Outcome:
    plays = [_Guarded(variant, strategy, job.settings) for variant in job.variants]
    engine = Engine([guarded.play.lane for guarded in plays if guarded.play is not None])
    outcome = Outcome(job.name, Rows(), job.files)
    read(job, found, engine, outcome)
    engine.end()
    for guarded in plays:
        guarded.finish()
    outcome.market_ids = tuple(engine.followed)
    outcome.updates = sum(followed.recorded.updates for followed in engine.followed.values())
    for market_id, followed in engine.followed.items():
        if followed.recorded.definition is not None:
            outcome.markets += 1
        else:
            outcome.problems.append(_undefined(job, market_id))
        if followed.left:
            outcome.problems.append(f"{', '.join(job.files)}: market {market_id}: {followed.left.rstrip('.')}.")
    if any(followed.recorded.shows_no_offers for followed in engine.followed.values()):
        outcome.problems.append(NO_OFFERS)
    for guarded in plays:
        if guarded.failure is not None:
            outcome.failures.append(guarded.failure)
        elif guarded.play is not None:
            outcome.rows.extend(rows_of(guarded.play, guarded.variant.name))
    return outcome


def _sources_of(files: Collection[str]) -> list[Source]:
    """Return where files are read: an archive that breaks off is one of them, and what is in it is named by itself."""
    return [source for source in sources(files) if source.name in files]


def _play_prepared(job: Job, found: Sequence[Source], engine: Engine, outcome: Outcome, *, heals: bool) -> None:
    """Play prepared recordings.

    Raises `DamagedCopy` where one of the cache is damaged, is gone now, and so `heals`, and `CannotKeep`.
    """
    cache = Cache(Path(job.cache)) if job.cache else None
    prepared, copies = [], []
    for source in found:
        try:
            recording = play(source, job.wanted, cache)
        except CannotKeep:
            raise
        except SourceError as error:
            outcome.problems.append(str(error))
            continue
        if isinstance(recording, PreparedRecording):
            prepared.append(recording)
            if recording.file != source.file:
                copies.append(recording)
    engine.play(*prepared)
    damaged = [copy for copy in copies if copy.is_broken]
    if damaged and heals:
        drop(damaged)
        raise DamagedCopy
    for recording in prepared:
        outcome.problems.extend(str(problem) for problem in recording.problems)
        if recording.problem_count > len(recording.problems):
            outcome.problems.append(_more(recording.name, recording.problem_count - len(recording.problems)))
        undecided = [market_id for market_id in recording.undecided if market_id not in engine.followed]
        outcome.problems.extend(_undefined(job, market_id) for market_id in undecided)
    if engine.went_far_back:
        # What is prepared does not know which line it is.
        outcome.problems.extend(where_time_stands_still(found, job.wanted))


def _play_lines(job: Job, found: Sequence[Source], engine: Engine, outcome: Outcome) -> None:
    broken = 0
    lines = Lines(found, job.wanted)
    for line in lines:
        if line.kind is Kind.BROKEN:
            broken += 1
            if broken <= MOST_PROBLEMS:
                outcome.problems.append(line.problem)
            continue
        if lines.undecided:
            for market in lines.decided_by(line):
                engine.go_on(market)
        engine.take_changes(line.changes, line.published_at)
    if broken > MOST_PROBLEMS:
        outcome.problems.append(_more(job.name, broken - MOST_PROBLEMS))
    outcome.problems.extend(lines.stand_still.values())
    outcome.problems.extend(_undefined(job, market_id) for market_id in lines.undecided)


def _undefined(job: Job, market_id: str) -> str:
    return f"{', '.join(job.files)}: market {market_id} is never defined, and so left out."


def _more(name: str, number: int) -> str:
    return f"{name}: {number} more lines could not be read."


class _Guarded:
    """A strategy at play, which is somebody else's and may raise what it likes: it loses its own run by it and no more.

    But for `KeyboardInterrupt`, which cannot be told from somebody's Ctrl-C. What it raises is kept as text: its class
    may be one that no other process has.
    """

    def __init__(self, variant: Variant, strategy: Callable[..., Any], settings_of_all: Settings) -> None:
        self.variant: Final = variant
        self.failure: Failure | None = None
        self.play: AtPlay | None = None
        try:
            self.play = _play_of(strategy, variant, settings_of_all)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001, somebody else's
            self._fail(error, "before any market")
            return
        lane = self.play.lane
        lane.on_update = self._guard(lane.on_update)
        lane.on_close = self._guard(lane.on_close)

    def _guard(self, call: Callable[[Any], None] | None) -> Callable[[Any], None] | None:
        if call is None:
            return None
        really: Callable[[Any], None] = call

        def guarded(followed: Any) -> None:
            if self.failure is not None:
                return
            try:
                really(followed)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001, somebody else's
                self._fail(error, f"market {followed.recorded.market_id}")
                followed.lane.on_update = followed.lane.on_close = followed.lane.on_events = None

        return guarded

    def finish(self) -> None:
        """Let the strategy know that the recording has ended."""
        if self.play is not None and self.failure is None:
            try:
                self.play.finish()
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001, somebody else's
                self._fail(error, "after the last market")

    def _fail(self, error: BaseException, where: str) -> None:
        self.failure = Failure(self.variant.name, self.variant.model, where, _words_of(error), _told(error))


def _words_of(error: BaseException) -> str:
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as another:  # noqa: BLE001, somebody else's
        text = f"its text cannot be had, for {type(another).__name__}"
    return as_text(f"{type(error).__name__}: {text}")


def _told(error: BaseException) -> str:
    """Return the traceback of an error."""
    try:
        return as_text("".join(traceback.format_exception(error)))
    except KeyboardInterrupt:
        raise
    except BaseException as another:  # noqa: BLE001, somebody else's
        return f"Its traceback cannot be had, for {type(another).__name__}.\n"


def as_text(text: str) -> str:
    """Return a text as it can be written, half characters in words."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _play_of(strategy: Callable[..., Any], variant: Variant, settings_of_all: Settings) -> AtPlay:
    """Return a strategy at play. One of flumine's has flumine's own latency where none is asked for."""
    settings, wanted = variant.settings(settings_of_all), arguments(strategy, variant.parameters)
    if not is_flumine(strategy):
        return Play(strategy(**wanted), settings)
    is_asked_for = variant.latency_milliseconds is not None or settings.latency != Latency()
    adapter = import_module("simulator.backtest.flumine_adapter.play")
    play: AtPlay = adapter.play_of(strategy, wanted, settings, takes_flumine_latency=not is_asked_for)
    return play

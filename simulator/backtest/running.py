"""A backtest from its beginning to its results: what the command line does, for programs and notebooks.

    runs = Runs(parameters=("stake=2,4",), models="all")
    results = backtest("strategy.py:BackTheFavourite", ["recordings/"], runs)
    results.write(Path("results"))

In a notebook, `results` shows its summary.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from simulator.backtest.collection import seldom_collected
from simulator.backtest.job import Job, Outcome, given_up
from simulator.backtest.lane import Settings
from simulator.backtest.planning import fingerprint, plan, to_do_together
from simulator.backtest.results import CannotBeKept, Done, Results
from simulator.backtest.variants import check_parameters, pinned, strategy_class, variants
from simulator.backtest.workers import Doing, here
from simulator.recorded.selection import Selection
from simulator.recorded.sources import SourceError
from simulator.recorded.wanted import EVERYTHING, Wanted


class Progress(NamedTuple):
    """How far a backtest is. Sizes are those of the files as they are packed."""

    jobs: int
    of_jobs: int
    size_bytes: int
    of_size_bytes: int
    markets: int
    updates: int

    def with_one(self, outcome: Outcome, sizes_bytes: Mapping[str, int]) -> "Progress":
        """Return how far it is once another job is done, given the sizes of all by their names."""
        return self._replace(
            jobs=self.jobs + 1,
            size_bytes=self.size_bytes + sizes_bytes[outcome.name],
            markets=self.markets + outcome.markets,
            updates=self.updates + outcome.updates,
        )


class Runs(Struct, frozen=True, kw_only=True):
    """What of a strategy is run, and how: every combination of parameters, latencies and models is a run."""

    parameters: tuple[str, ...] = ()
    """Texts as `stake=2,4`."""
    models: str = "queue"
    """Names with commas, or `all`."""
    latencies_milliseconds: tuple[int, ...] = ()
    """Where there are several; else that of the lane counts."""
    lane: Settings = Settings()
    wanted: Wanted = EVERYTHING
    """Which markets, of all that are in the files."""
    cache: Path | None = None
    """A folder for what is prepared of each file, so that the next backtest has nothing to unpack and to decode."""


DEFAULT: Final = Runs()


@seldom_collected()
def backtest(
    strategy: str,
    files: Sequence[str],
    runs: Runs = DEFAULT,
    *,
    doing: Doing = here,
    folder: Path | None = None,
    resumes: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Results:
    """Run a strategy over recordings, and return what came of it.

    With a folder, what comes of each job is kept there as it ends, and what is there already is not done again if
    `resumes`. `KeyboardInterrupt` ends it early, with the results of what is done. Raises `WrongStrategy`,
    `SourceError`, and what `doing` raises.
    """
    every = variants(runs.parameters, runs.models, runs.latencies_milliseconds)
    # What is edited while it is at work is none of it: all jobs are those of one source.
    reference = pinned(strategy)
    chosen = strategy_class(reference)
    for variant in every:
        check_parameters(chosen, variant.parameters, strategy)
    selection = Selection(files, runs.wanted)
    jobs = plan(selection, reference, every, runs.lane, "" if runs.cache is None else str(runs.cache))
    if not jobs:
        raise SourceError(selection.nothing_found())
    done = None if folder is None else Done(folder)
    outcomes = _do(jobs, doing, done, resumes=resumes, tell=tell)
    if len(outcomes) < len(jobs):
        return Results(outcomes, jobs_left=len(jobs) - len(outcomes))
    # What these jobs have brought counts for nothing: some of their markets would count twice.
    again = to_do_together(jobs, outcomes)
    done_apart = set(chain.from_iterable(job.files for job in again))
    outcomes = [outcome for outcome in outcomes if done_apart.isdisjoint(outcome.files)]
    try:
        joined = _do(again, doing, done, resumes=resumes, tell=tell) if again else []
    except KeyboardInterrupt:
        joined = []
        if not outcomes:
            raise
    return Results([*outcomes, *joined], jobs_left=len(again) - len(joined))


def _do(
    jobs: Sequence[Job], doing: Doing, done: Done | None, *, resumes: bool, tell: Callable[[Progress], None]
) -> list[Outcome]:
    prints = {job.name: fingerprint(job) for job in jobs} if done is not None else {}
    outcomes: dict[str, Outcome] = {}
    if done is not None and resumes:
        for job in jobs:
            found = done.find(prints[job.name])
            if found is not None:
                outcomes[job.name] = found
    left = [job for job in jobs if job.name not in outcomes]
    by_name = {job.name: job for job in jobs}
    sizes = {job.name: job.size_bytes for job in jobs}
    progress = Progress(0, len(jobs), 0, sum(sizes.values()), 0, 0)
    for outcome in outcomes.values():
        progress = progress.with_one(outcome, sizes)
    tell(progress)
    try:
        for came in doing(left):
            outcome = came
            # What has failed is done again: the machine may have been in the way, or a file that has come since.
            if done is not None and not outcome.failures:
                try:
                    done.keep(prints[outcome.name], outcome)
                except CannotBeKept as error:
                    outcome = given_up(by_name[outcome.name], str(error))
            outcomes[outcome.name] = outcome
            progress = progress.with_one(outcome, sizes)
            tell(progress)
    except KeyboardInterrupt:
        if not outcomes:
            raise
    return list(outcomes.values())

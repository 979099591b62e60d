"""Who does the jobs: this process, several of this machine, or a cluster. What comes of them is the same.

A worker that is lost, as one that the system has killed is, costs its jobs nothing but time: they are given to another.
A job that loses one worker after the other is given up, and the others go on. Processes are started fresh, so that
nothing of this one is in them.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from platform import node
from threading import Thread
from typing import Any, Final

from msgspec.structs import replace

from simulator.backtest.collection import collect_seldom, seldom_collected
from simulator.backtest.job import Job, Outcome, do, given_up
from simulator.backtest.loading import without_folders_of_strategies
from simulator.backtest.variants import WrongStrategy, absolute, strategy_class
from simulator.recorded.remote import is_url

MOST_ATTEMPTS: Final = 3
BATCH: Final = 10
"""How many jobs a task of a cluster has: what it costs to hand one over is shared."""
SCHEDULER_SECONDS: Final = 10.0
"""How long a scheduler may take to answer at first."""
_LOST: Final = "workers were lost with it, one after the other"
_NOT_STARTED: Final = (
    "no worker could be started: each of them ended at once. A script that begins a backtest with workers has to do so "
    'under `if __name__ == "__main__":`, since every worker imports it.'
)


class NoWorkers(Exception):
    """There is nobody who could do jobs; the sentence says why."""


class NoCluster(NoWorkers):
    """There is no cluster to be had."""


Doing = Callable[[Sequence[Job]], Iterator[Outcome]]


def here(jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Do jobs one after the other in this process."""
    for job in jobs:
        yield do(job)


def on_this_machine(workers: int) -> Doing:
    """Return what does jobs in several processes; it raises `NoWorkers` where none can be started."""
    if workers == 1:
        return here

    def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
        left = dict(enumerate(jobs))
        has_begun = False
        while left:
            try:
                with processes(workers) as pool:
                    with ctrl_c_waits(), without_folders_of_strategies():
                        beginning = pool.submit(_nothing)
                        running = {pool.submit(do, job): number for number, job in left.items()}
                    yield from _as_they_end(running, left)
            except BrokenProcessPool as error:
                has_begun = has_begun or beginning.exception() is None
                if not has_begun:
                    raise NoWorkers(_NOT_STARTED) from error
                # Jobs are begun in their order: with one of the first of those that are left a worker was lost.
                for number in list(left)[:workers]:
                    yield _alone(left[number])
                    del left[number]

    return doing


def _nothing() -> None:
    """Do nothing: whoever does has been started."""


def _alone(job: Job) -> Outcome:
    """Do a job with which a worker may have been lost, in a process that no other job is lost with."""
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            with processes(1) as pool:
                with ctrl_c_waits(), without_folders_of_strategies():
                    future = pool.submit(do, job)
                return future.result()
        except BrokenProcessPool:
            continue
    return given_up(job, _LOST)


@contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """Let Ctrl-C wait until processes are started. Those have it wait, too, until they leave it to us.

    A terminal sends it to them as well, and one that has just begun would end with a traceback. Where a system cannot
    have a signal wait, it does not.
    """
    if sys.platform == "win32":
        yield
        return
    # What multiprocessing starts first of all for itself, it starts with signals that wait no longer afterwards.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(number: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that take jobs; whoever waits for no more jobs does not wait for those that have begun."""
    others = active_children()
    with ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_begin) as pool:
        try:
            yield pool
        except BrokenProcessPool:
            raise
        except BaseException:
            for process in active_children():
                if process not in others:
                    process.terminate()
            raise


def _begin() -> None:
    """Let a worker leave Ctrl-C to its parent, and end with it, however that ends, and look for garbage seldom."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _as_they_end(running: dict[Future[Outcome], int], left: dict[int, Job]) -> Iterator[Outcome]:
    waiting = set(running)
    while waiting:
        ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        # Those that ended well come first: who is lost takes down those that follow only.
        for future in sorted(ended, key=lambda future: (future.exception() is not None, running[future])):
            outcome = future.result()
            del left[running[future]]
            yield outcome


def on_a_cluster(address: str) -> Doing:
    """Return what does jobs on the Dask cluster whose scheduler has this address; it raises `NoCluster` without one.

    Files are read where the workers are, so paths have to lead to them there, those that are relative from the folder
    of this process; and betsim has to be installed. What is not there is named with its worker.
    """

    def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise NoCluster("clusters need Dask: pip install 'betsim[cluster]'") from None
        try:
            client = distributed.Client(address, timeout=SCHEDULER_SECONDS)
        except (OSError, ValueError) as error:
            raise NoCluster(f"no scheduler answers at {address}: {error}") from error
        with client:
            yield from _on_workers_of(client, jobs, distributed)

    return doing


def _on_workers_of(client: Any, jobs: Sequence[Job], distributed: Any) -> Iterator[Outcome]:
    """Do jobs whose paths lead from everywhere, and yield what comes of them as of those that were given."""
    given = [_from_everywhere(job) for job in jobs]
    _refuse_where_nobody_has_it(client, {job.strategy for job in given})
    by_name = {there.name: job for there, job in zip(given, jobs, strict=True)}
    for outcome in _in_batches(client, given, distributed):
        job = by_name[outcome.name]
        outcome.name, outcome.files = job.name, job.files
        yield outcome


def _refuse_where_nobody_has_it(client: Any, strategies: Iterable[str]) -> None:
    """Raise `NoCluster` where no worker that is there now has a strategy: every job would fail, and say so."""
    for strategy in strategies:
        told = client.run(what_keeps_from, strategy)
        if told and all(told.values()):
            worker, problem = min(told.items())
            raise NoCluster(f"no worker of the cluster has the strategy: on {worker} {problem}")


def what_keeps_from(strategy: str) -> str:
    """Return why a worker does not have a strategy, empty where it has: what its module raises is no reason."""
    try:
        strategy_class(strategy)
    except WrongStrategy as error:
        return str(error)
    except Exception:  # noqa: BLE001, whatever it is, who does a job tells it with its traceback
        return ""
    return ""


def _from_everywhere(job: Job) -> Job:
    """Return a job with paths that do not depend on the folder of a process."""
    return replace(
        job,
        name=_path_from_everywhere(job.name) if job.name in job.files else job.name,
        files=tuple(map(_path_from_everywhere, job.files)),
        strategy=absolute(job.strategy),
        cache=_path_from_everywhere(job.cache) if job.cache else "",
    )


def _path_from_everywhere(path: str) -> str:
    return path if is_url(path) else str(Path.cwd() / path)


def _in_batches(client: Any, jobs: Sequence[Job], distributed: Any) -> Iterator[Outcome]:
    batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
    given = {client.submit(do_batch, batch, pure=False): batch for batch in batches}
    suspects: list[Job] = []
    for future in distributed.as_completed(given):
        try:
            yield from future.result()
        except distributed.KilledWorker:
            suspects.extend(given[future])
        # What a cluster keeps, and would do again where it is lost, is what somebody still asks for.
        del given[future]
    for job in suspects:
        # Alone, since who loses a worker takes down the jobs of others with it.
        try:
            yield from client.submit(do_batch, [job], pure=False).result()
        except distributed.KilledWorker:
            yield given_up(job, _LOST)


@seldom_collected()
def do_batch(jobs: Sequence[Job]) -> list[Outcome]:
    """Do some jobs one after the other, as a task of a cluster."""
    return [_named_if_not_here(job, do(job)) for job in jobs]


def _named_if_not_here(job: Job, outcome: Outcome) -> Outcome:
    """Return what came of a job, with the name of the worker where this does not see its files or its strategy."""
    if outcome.failures and not (
        all(is_url(file) or _is_here(Path(file)) for file in job.files) and not what_keeps_from(job.strategy)
    ):
        outcome.failures = [
            replace(failure, error=f"on the worker {node()}: {failure.error}") for failure in outcome.failures
        ]
    return outcome


def _is_here(path: Path) -> bool:
    """Return whether a file is here, or an archive that it may be in."""
    return path.exists() or any(parent.is_file() for parent in path.parents)

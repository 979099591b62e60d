"""Who does the jobs: this process, several of this machine, or a cluster. What comes of them is the same.

A worker that is lost, as one that the system has killed is, costs its jobs nothing but time: they are given to another,
three times at most. Processes are started fresh, so that nothing of this one is in them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Any, Final

from simulator.backtest.job import Job, Outcome, do

MOST_ATTEMPTS: Final = 3
BATCH: Final = 10
"""How many jobs a task of a cluster has: what it costs to hand one over is shared."""


class WorkersLost(Exception):
    """Workers were lost over and over; the sentence says with which job."""


class NoCluster(Exception):
    """There is no cluster to be had; the sentence says why."""


Doing = Callable[[Sequence[Job]], Iterator[Outcome]]


def here(jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Do jobs one after the other in this process."""
    for job in jobs:
        yield do(job)


def on_this_machine(workers: int) -> Doing:
    """Return what does jobs in several processes; it raises `WorkersLost` where these do not last."""
    if workers == 1:
        return here

    def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
        left = dict.fromkeys(range(len(jobs)), 0)
        while left:
            others = active_children()
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
                try:
                    running = {pool.submit(do, jobs[number]): number for number in left}
                    yield from _as_they_end(running, left)
                except BrokenProcessPool:
                    for number in left:
                        left[number] += 1
                    lost = [number for number, attempts in left.items() if attempts >= MOST_ATTEMPTS]
                    if lost:
                        raise WorkersLost(
                            f"workers were lost {MOST_ATTEMPTS} times with {jobs[lost[0]].name}"
                        ) from None
                except BaseException:
                    # Whoever does not wait for the rest does not wait for the jobs that have begun either.
                    for process in active_children():
                        if process not in others:
                            process.terminate()
                    raise

    return doing


def _begin() -> None:
    """Let a worker leave Ctrl-C to its parent, and end with it, however that ends."""
    signal(SIGINT, SIG_IGN)
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _as_they_end(running: dict[Future[Outcome], int], left: dict[int, int]) -> Iterator[Outcome]:
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

    Files are read where the workers are, so paths have to be good there, and betsim has to be installed.
    """

    def doing(jobs: Sequence[Job]) -> Iterator[Outcome]:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise NoCluster("clusters need Dask: pip install 'betsim[cluster]'") from None
        try:
            client = distributed.Client(address, timeout="10s")
        except (OSError, ValueError) as error:
            raise NoCluster(f"no scheduler answers at {address}: {error}") from error
        with client:
            batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
            futures = client.map(do_batch, batches, retries=MOST_ATTEMPTS - 1, pure=False)
            for _, outcomes in distributed.as_completed(futures, with_results=True):
                yield from outcomes

    return doing


def do_batch(jobs: Sequence[Job]) -> list[Outcome]:
    """Do some jobs one after the other, as a task of a cluster."""
    return list(here(jobs))

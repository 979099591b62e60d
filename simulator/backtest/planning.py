"""Which jobs there are to do: recordings of one event belong together, and a strategy sees them as they happened."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import chain
from typing import Final

import msgspec
from msgspec.structs import replace

from simulator import __version__
from simulator.backtest.job import Job, Outcome
from simulator.backtest.lane import Settings
from simulator.backtest.variants import Variant, said
from simulator.recorded.messages import read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.remote import Facts, facts_of_url, is_url
from simulator.recorded.selection import Selection, is_prepared
from simulator.recorded.sources import Source

MOST_LINES: Final = 1_000
"""How far a file is looked into for its first definition."""


def plan(
    files: Selection, strategy: str, variants: Iterable[Variant], settings: Settings, cache: str = ""
) -> list[Job]:
    """Return the jobs, the largest first; raise `SourceError` for a file that is not there.

    A file without a definition is a job of its own, in which nothing will be found to do. `cache` is a folder for what
    is prepared of files, empty for none.
    """
    together: dict[str, list[Source]] = {}
    for source in files:
        together.setdefault(_event_of(source) or source.name, []).append(source)
    of_all = tuple(variants)
    jobs = []
    for name, group in together.items():
        # The same file may be named twice, once by itself and once by its folder.
        facts = {source.name: _facts(source) for source in group}
        size = sum({source.file: facts[source.name].size_bytes for source in group}.values())
        known = tuple(facts.values())
        jobs.append(Job(name, tuple(facts), strategy, of_all, settings, size, known, files.wanted, cache))
    return sorted(jobs, key=lambda job: (-job.size_bytes, job.name))


def to_do_together(jobs: Iterable[Job], outcomes: Iterable[Outcome]) -> list[Job]:
    """Return jobs that take the place of those which, as has turned out, tell of one market in several.

    A file is planned by the event that it begins with, since to know all its markets it has to be read. The jobs of a
    chain, each with a market of the one before, become one, so that no market is in two.
    """
    by_name = {job.name: job for job in jobs}
    groups: dict[str, list[str]] = {name: [name] for name in sorted(by_name)}
    first: dict[str, str] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.name):
        for market_id in outcome.market_ids:
            other = groups[first.setdefault(market_id, outcome.name)]
            own = groups[outcome.name]
            if own is not other:
                other += own
                groups.update(dict.fromkeys(own, other))
    together = {id(names): sorted(names) for names in groups.values() if len(names) > 1}
    joined = [_joined([by_name[name] for name in names]) for names in together.values()]
    return sorted(joined, key=lambda job: (-job.size_bytes, job.name))


def _joined(jobs: Sequence[Job]) -> Job:
    first, *others = jobs
    return replace(
        first,
        name=f"{first.name} and {others[0].name if len(others) == 1 else f'{len(others)} others'}",
        files=tuple(chain.from_iterable(job.files for job in jobs)),
        facts=tuple(chain.from_iterable(job.facts for job in jobs)),
        size_bytes=sum(job.size_bytes for job in jobs),
    )


def _event_of(source: Source) -> str:
    """Return the id of the event that a file begins with, empty where none is told."""
    if is_prepared(source):
        first = next(iter(PreparedRecording(source.file, open_file=source.open).messages()), [])
        return next((market.definition.event_id or "" for market in first if market.definition is not None), "")
    for number, line in enumerate(read_lines(source)):
        for change in line.changes:
            if change.market_definition is not None:
                return change.market_definition.event_id or ""
        if number >= MOST_LINES:
            break
    return ""


def fingerprint(job: Job) -> str:
    """Return what tells a job from others: what is run by which betsim, with what, over which files as planned.

    What is run is a strategy whose reference is `pinned`, so that its source counts.
    """
    variants = [(said(each.parameters), each.model, each.latency_milliseconds) for each in job.variants]
    asked = (__version__, job.name, variants, job.settings, job.strategy, job.wanted, job.files, job.facts)
    return sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()


def _facts(source: Source) -> Facts:
    if is_url(source.name):
        return facts_of_url(source.name)
    known = source.file.stat(follow_symlinks=source.file.exists())
    return Facts(known.st_size, str(known.st_mtime_ns))

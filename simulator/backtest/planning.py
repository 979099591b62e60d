"""Which jobs there are to do: recordings of one event belong together, and a strategy sees them as they happened."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from simulator.backtest.job import Job
from simulator.backtest.lane import Settings
from simulator.backtest.variants import Variant
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
    """Return what tells a job from others: what is run, with what, over which files as they were planned."""
    asked = (job.name, job.variants, job.settings, job.strategy, job.wanted, job.files, job.facts)
    digest = sha256(msgspec.json.encode(asked, order="sorted"))
    script = Path(job.strategy.rpartition(":")[0])
    digest.update(script.read_bytes() if script.is_file() else b"")
    return digest.hexdigest()


def _facts(source: Source) -> Facts:
    if is_url(source.name):
        return facts_of_url(source.name)
    known = source.file.stat()
    return Facts(known.st_size, str(known.st_mtime_ns))

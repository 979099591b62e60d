"""The files that a world follows: which they are, by name and digest, and that they are there and the same."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from simulator.recorded.messages import Kind, MarketChange
from simulator.recorded.remote import Facts, facts_of_url, is_url, lies_under
from simulator.recorded.rows import PyarrowMissing, arrow
from simulator.recorded.selection import Selection, any_lines, is_prepared
from simulator.recorded.sources import Source, SourceError, sources
from simulator.recorded.unpacking import BROKEN, Opener, digest_of, reason
from simulator.recorded.wanted import Chosen, Wanted
from simulator.world.format.scenario import RecordedFile
from simulator.world.recordings import CannotFollow

KnownDigests = dict[str, tuple[Facts, str]]
"""By URL: the SHA-256 of what lay there, and what it was told from what it may become."""


def recorded_files(
    paths: Iterable[str], wanted: Wanted, urls: Sequence[str], known: KnownDigests
) -> tuple[RecordedFile, ...]:
    """Return the files that some paths, folders or patterns stand for, each with its digest and its first message.

    Files in which no market is wanted, or nothing recorded, are left out. One of which nothing can be read is not: who
    follows it notes that, with the first message of all. Raise `CannotFollow` where one of them is not there, no other
    is left, or one lies elsewhere and under none of the `urls`; digests of what does are `known`, or are from now on.
    """
    found: list[_Found] = []
    selection = Selection(_permitted(paths, urls), wanted)
    digests = _Digests(known)
    try:
        for source in selection:
            first_at, defines, problem = _beginning_of(source, Chosen(wanted))
            is_followed = first_at is not None or bool(problem)
            found.append(_Found(source, digests.of(source) if is_followed else "", first_at, defines, problem))
        # Files are read on only where none of them begins with a definition.
        is_any_defined = any(file.defines for file in found) or any(
            _defines_any(file.source, Chosen(wanted)) for file in found
        )
    except (SourceError, PyarrowMissing) as error:
        raise CannotFollow(str(error)) from None
    first = [file.first_at for file in found if file.first_at is not None]
    if not first:
        raise CannotFollow(_why_nothing(selection, found))
    if not is_any_defined:
        raise CannotFollow(f"{found[0].source.name}: no market is defined in it{_others(found)}: none could be served.")
    return tuple(
        RecordedFile(
            path=file.source.name if is_url(file.source.name) else str(Path(file.source.name).absolute()),
            sha256=file.sha256,
            first_at=min(first) if file.first_at is None else file.first_at,
        )
        for file in found
        if file.sha256
    )


class _Found(NamedTuple):
    """A file, when its first message was published, `None` for none, and what could not be read before that."""

    source: Source
    sha256: str
    first_at: int | None
    defines: bool
    """Whether its first message defines a market."""
    problem: str


def _why_nothing(selection: Selection, found: Sequence[_Found]) -> str:
    """Return the sentence for the case that there is no message in any file."""
    broken = next((file for file in found if file.problem), None)
    if selection.left_out and broken is None:
        return selection.nothing_found()
    if not found:
        return "No file is named whose markets are to be followed."
    why = "" if broken is None else f" It cannot be read: {broken.problem.rstrip('.')}."
    return f"{(broken or found[0]).source.name}: there are no market changes recorded in it{_others(found)}.{why}"


def _others(found: Sequence[_Found]) -> str:
    return f" and in {len(found) - 1} others" if len(found) > 1 else ""


def opened(files: Sequence[RecordedFile], urls: Sequence[str], known: KnownDigests) -> list[Source]:
    """Return where the messages of some files are read, in this order.

    Raise `CannotFollow` where one is not there, or is another one than the digest says; or where it lies elsewhere and
    under none of the `urls`. Of what does, digests are `known`, or are from now on.
    """
    digests = _Digests(known)
    _permitted((file.path for file in files), urls)
    return [_opened(file, digests) for file in files]


def opened_here(files: Sequence[RecordedFile]) -> list[Source]:
    """Return where those of the files are read that lie on this machine; raise `CannotFollow`, as `opened` does."""
    return opened([file for file in files if not is_url(file.path)], (), {})


def _opened(file: RecordedFile, digests: "_Digests") -> Source:
    meant = f"The one that is followed has the SHA-256 {file.sha256}."
    try:
        source = next((each for each in sources([file.path]) if each.name == file.path), None)
        if source is None:
            raise CannotFollow(f"{file.path}: it is no file with lines of messages. {meant}")
        found = digests.of(source)
        if found != file.sha256:
            raise CannotFollow(
                f"{file.path}: it is another file than the one that was followed before, with the SHA-256 {found}. "
                f"{meant}"
            )
        if is_prepared(source):
            arrow()
    except (SourceError, PyarrowMissing) as error:
        raise CannotFollow(f"{error} {meant}") from None
    return source


def _permitted(paths: Iterable[str], urls: Sequence[str]) -> list[str]:
    """Return the paths; raise `CannotFollow` for what lies elsewhere, and under none of the URLs that may be read."""
    listed = list(paths)
    for path in listed:
        if is_url(path) and not any(lies_under(path, url) for url in urls):
            raise CannotFollow(
                f"{path}: betsim connects to nobody by itself. Who starts it lets worlds read what lies under a URL "
                "with --recordings-from URL."
            )
    return listed


def _beginning_of(source: Source, chosen: Chosen) -> tuple[int | None, bool, str]:
    """Return when the first message of a file was published, whether it defines a market, and what is broken before it.

    What is said of markets that are not wanted is no message: there is `None` where nothing else is said.
    """
    problem = ""
    for line in any_lines(source):
        if line.kind is Kind.CHANGES:
            changes = chosen.of(line.changes)
            if changes:
                return line.published_at, _is_defined(changes), problem
        if line.kind is Kind.BROKEN:
            problem = problem or line.problem
    return None, False, problem


def _defines_any(source: Source, chosen: Chosen) -> bool:
    """Return whether a file defines a wanted market anywhere."""
    return any(_is_defined(chosen.of(line.changes)) for line in any_lines(source))


def _is_defined(changes: Iterable[MarketChange]) -> bool:
    return any(change.market_definition is not None for change in changes)


class _Digests:
    """The SHA-256 of files: of an archive on the disk as a whole, and once for all that is in it."""

    def __init__(self, elsewhere: KnownDigests) -> None:
        self._known: Final[dict[str, str]] = {}
        self._elsewhere: Final = elsewhere

    def of(self, source: Source) -> str:
        """Return the digest of what lies on the disk, or of what a URL leads to; raise `SourceError`."""
        if is_url(source.name):
            return self._of_elsewhere(source)
        name = str(source.file)
        if name not in self._known:
            self._known[name] = _sha256(name, lambda: source.file.open("rb"))
        return self._known[name]

    def _of_elsewhere(self, source: Source) -> str:
        """Return the digest of what a URL leads to, which is read for it only where it has changed."""
        facts = facts_of_url(source.name)
        known = self._elsewhere.get(source.name)
        if known is not None and facts.changed and known[0] == facts:
            return known[1]
        digest = _sha256(source.name, source.open)
        self._elsewhere[source.name] = facts, digest
        return digest


def _sha256(name: str, open_file: Opener) -> str:
    try:
        return digest_of(open_file, hashlib.sha256)
    except BROKEN as error:
        raise SourceError(f"{name}: it cannot be read, {reason(error)}.") from None

"""What a new world begins with: a scenario, one that ships with the package, a snapshot, or another world.

A snapshot may be longer than any other document. It is JSON as a server has written it, and at first only so much of it
is read as says that there is one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from simulator.control.bodies import shown
from simulator.control.kept_snapshots import Kept, KeptSnapshots
from simulator.control.known_scenarios import KnownScenarios
from simulator.control.performing import sentence
from simulator.control.problems import TooLarge, WrongDocument
from simulator.control.schema import NamedFixture, RecordedMarkets
from simulator.reading_recordings import RecordingReader
from simulator.world.format.document import MAXIMUM_BYTES, Document, ScenarioError, read_document
from simulator.world.format.scenario import Scenario
from simulator.world.loading.checks import MOST_RATE
from simulator.world.loading.conversion import convert
from simulator.world.loading.loading import scenario_of_document
from simulator.world.loading.named import builtin_scenario, builtin_scenario_names
from simulator.world.recordings import CannotFollow
from simulator.world.snapshot import Snapshot, SnapshotError, decode_snapshot, encode_snapshot
from simulator.world.trial import try_out

MOST_SNAPSHOT_BYTES: Final = 32 * 1024 * 1024
"""How long a document may be that has a snapshot in it: one of 140,000 bets is as long."""

SNAPSHOT, FORK, RECORDED = "snapshot", "fork", "recorded"


class Fork(NamedTuple):
    """A world begins as the one of this id is now."""

    world_id: str


def beginnings(
    kept: KeptSnapshots, seed: int, recordings: RecordingReader
) -> Callable[[bytes, str], Scenario | Kept | Fork]:
    """Return what reads with what a new world begins; it raises `ScenarioError`, `TooLarge` and `WrongDocument`."""
    known = KnownScenarios()

    def load(text: bytes, name: str) -> Scenario | Kept | Fork:
        scenario = known.get(text)
        if scenario is not None:
            return scenario
        asked = _asked(text, name)
        if isinstance(asked, Document):
            scenario = _scenario_of(asked, seed, recordings)
            known.keep(text, scenario)
            return scenario
        if FORK in asked:
            return Fork(_text_of(asked, FORK, "the id of a world"))
        return _snapshot_of(asked, kept, recordings)

    return load


def snapshots(kept: KeptSnapshots, recordings: RecordingReader) -> Callable[[bytes, str], Kept]:
    """Return what reads to which snapshot a world goes back; it raises what `beginnings` raise."""

    def load(text: bytes, name: str) -> Kept:
        asked = _asked(text, name)
        if isinstance(asked, Document) or SNAPSHOT not in asked:
            raise WrongDocument(
                'A world goes back to a snapshot: {"snapshot": the document, or the name of a kept one}.'
            )
        return _snapshot_of(asked, kept, recordings)

    return load


def wrong_snapshot(error: SnapshotError) -> WrongDocument:
    """Return the problem that tells what is wrong with a snapshot that was sent."""
    path = f"$.{SNAPSHOT}.{error.member}" if error.member else f"$.{SNAPSHOT}"
    return WrongDocument(sentence(error.problem), path)


def _asked(text: bytes, name: str) -> Document | Mapping[str, Any]:
    """Return a document, or where it names a snapshot or a world its one member, a document in it unread."""
    asked: Mapping[str, Any] | None = _members_of(text)
    document = None
    if asked is None or not {SNAPSHOT, FORK} & asked.keys():
        if len(text) > MAXIMUM_BYTES:
            raise TooLarge(f"Without a snapshot a document may have {MAXIMUM_BYTES} bytes, and this one has more.")
        document = read_document(text, name)
        asked = document.data if isinstance(document.data, dict) else {}
    found = {SNAPSHOT, FORK} & asked.keys()
    if document is not None and not found:
        return document
    if len(asked) > 1:
        raise WrongDocument(f"Beside {min(found)!r} a document says nothing else.")
    return asked


def _members_of(text: bytes) -> Mapping[str, msgspec.Raw] | None:
    """Return the members of an object in JSON, unread; `None` for anything else."""
    try:
        return _MEMBERS.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _text_of(asked: Mapping[str, Any], member: str, what: str) -> str:
    value: Any = asked[member]
    if isinstance(value, msgspec.Raw):
        value = _value_of(value, member)
    if not isinstance(value, str):
        raise WrongDocument(f"This is {what}, which is a text.", f"$.{member}", shown(value))
    return value


def _value_of(raw: msgspec.Raw, member: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongDocument(f"This cannot be read: {error}.", f"$.{member}") from None


def _snapshot_of(asked: Mapping[str, Any], kept: KeptSnapshots, recordings: RecordingReader) -> Kept:
    value = asked[SNAPSHOT]
    if isinstance(value, msgspec.Raw) and bytes(value).lstrip().startswith(b"{"):
        return _checked(value, recordings)
    if isinstance(value, dict):
        raise WrongDocument("A snapshot is sent in JSON, as it was written.", f"$.{SNAPSHOT}")
    name = _text_of(asked, SNAPSHOT, "the document that a snapshot is, or the name of one that is kept")
    found = kept.get(name)
    if found is None:
        there = f"{', '.join(kept.names)} are" if kept.names else "none is"
        raise WrongDocument(f"No snapshot is kept under that name; {there}.", f"$.{SNAPSHOT}", shown(name))
    return found


def _checked(encoded: msgspec.Raw, recordings: RecordingReader) -> Kept:
    """Return a snapshot that was sent, once it is known that a world can go on from it; raise `WrongDocument`."""
    try:
        snapshot = checked_snapshot(encoded, recordings)
    except SnapshotError as error:
        raise wrong_snapshot(error) from None
    return Kept(snapshot, encode_snapshot(snapshot))


def checked_snapshot(encoded: bytes | msgspec.Raw, recordings: RecordingReader) -> Snapshot:
    """Return a snapshot that comes from outside, once it is known that a world can go on from it.

    Raise `SnapshotError`.
    """
    snapshot = decode_snapshot(encoded)
    _check_scenario(snapshot)
    try_out(snapshot, recordings)
    return snapshot


def _check_scenario(snapshot: Snapshot) -> None:
    """Hold the scenario of a snapshot to the rules of scenarios; raise `SnapshotError`."""
    try:
        scenario_of_document(Document("scenario", msgspec.to_builtins(snapshot.scenario), {}))
    except ScenarioError as error:
        raise SnapshotError(f"at {error.path}: {error.problem.rstrip('.')}", "scenario") from None


def _scenario_of(document: Document, seed: int, recordings: RecordingReader) -> Scenario:
    """Return the scenario that a document is or names; raise `ScenarioError` and `WrongDocument`."""
    if isinstance(document.data, dict) and RECORDED in document.data:
        return _recorded(convert(document, document.data, RecordedMarkets), recordings)
    if not isinstance(document.data, dict) or "fixture" not in document.data:
        return scenario_of_document(document)
    fixture: str = convert(document, document.data, NamedFixture).fixture
    known = builtin_scenario_names()
    if fixture not in known:
        raise WrongDocument(
            f"No scenario of that name ships with the package; {', '.join(known)} do.", "$.fixture", fixture
        )
    return builtin_scenario(fixture, seed)


def _recorded(wanted: RecordedMarkets, recordings: RecordingReader) -> Scenario:
    """Return the scenario of a world that follows recorded markets; raise `WrongDocument`."""
    # A server that is asked for no such world starts without what reads recordings.
    from simulator.recorded.wanted import Wanted, WrongFilter, event_type_id  # noqa: PLC0415

    if not wanted.rate.is_finite() or not 0 <= wanted.rate <= MOST_RATE:
        raise WrongDocument(f"A rate is a number from 0 to {MOST_RATE}.", "$.rate", str(wanted.rate))
    try:
        return recordings.scenario_of(
            wanted.recorded,
            at=wanted.at,
            rate=wanted.rate,
            model=wanted.model,
            cross_matching=wanted.cross_matching,
            wanted=Wanted(
                event_types=frozenset(map(event_type_id, wanted.event_types)),
                countries=frozenset(each.upper() for each in wanted.countries),
                market_types=frozenset(each.upper() for each in wanted.market_types),
                market_ids=frozenset(wanted.market_ids),
                since=wanted.since,
                until=wanted.until,
            ),
        )
    except WrongFilter as error:
        raise WrongDocument(sentence(str(error)), "$.eventTypes", ", ".join(wanted.event_types)) from None
    except CannotFollow as error:
        raise WrongDocument(str(error), f"$.{error.member or RECORDED}") from None

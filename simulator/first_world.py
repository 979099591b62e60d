"""With what the first world of a server begins: a scenario, a snapshot in a file, or what a journal says of it."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from simulator.control.beginnings import checked_snapshot
from simulator.journal_file import JournalFile
from simulator.reading_recordings import RecordingReader, open_recordings
from simulator.world.format.scenario import Scenario
from simulator.world.loading.named import scenario_called
from simulator.world.snapshot import Snapshot, SnapshotError


class FirstWorld(Struct, frozen=True):
    """The scenario of the first world; the snapshot from which it goes on, if any; the journal, if one is kept.

    Where the command line `names_recordings`, they are those of the scenario, and may lie elsewhere.
    """

    scenario: Scenario
    snapshot: Snapshot | None = None
    journal: JournalFile | None = None
    names_recordings: bool = False

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the recordings that lie elsewhere and were named by who serves."""
        recordings = self.scenario.recordings if self.names_recordings else None
        return () if recordings is None else tuple(file.path for file in recordings.files)


class CannotBegin(Exception):
    """The first world cannot begin as the options say; the sentence says why."""


def first_world(
    scenario: str | None,
    snapshot: Path | None,
    journal: Path | None,
    seed: int,
    recordings: RecordingReader = open_recordings,
) -> FirstWorld:
    """Return what the options say; `scenario` is `None` where it is not said, and then it is the demo.

    Raise `ScenarioError`, `JournalError` and `CannotBegin`.
    """
    if scenario is not None and snapshot is not None:
        raise CannotBegin("--scenario and --snapshot both say how the world begins; one of them can.")
    file = None if journal is None else JournalFile(journal)
    written = None if file is None else file.scenario()
    if written is not None:
        asked = "--snapshot" if snapshot is not None else "--scenario" if scenario is not None else None
        if asked is not None and not (scenario is not None and scenario_called(scenario, seed).name == written.name):
            raise CannotBegin(
                f"{journal} has a world of the scenario {written.name!r} already, which goes on; "
                f"leave out {asked}, or keep another journal."
            )
        return FirstWorld(written, journal=file)
    if snapshot is None:
        return FirstWorld(scenario_called("demo" if scenario is None else scenario, seed), journal=file)
    read = _read(snapshot, recordings)
    return FirstWorld(read.scenario, read, file)


def first_recorded(recorded: Callable[[], Scenario], journal: Path | None) -> FirstWorld:
    """Return with what a world of recorded markets begins, or with which world the journal goes on: with the same ones.

    Raise `JournalError`, `CannotFollow` and `CannotBegin`.
    """
    if journal is None:
        return FirstWorld(recorded(), names_recordings=True)
    file = JournalFile(journal)
    try:
        written = file.scenario()
        if written is not None and written.recordings is not None:
            # Before any other word: this one knows the digests of what is gone.
            open_recordings.check_here(written.recordings)
        scenario = recorded()
        if written is not None and written.recordings != scenario.recordings:
            raise CannotBegin(
                f"{journal} has a world of the scenario {written.name!r} already, which goes on, and not with what is "
                "named here; name the same files, markets, model and --cross-matching again, or keep another journal."
            )
    except BaseException:
        file.close()
        raise
    return FirstWorld(written or scenario, journal=file, names_recordings=True)


def _read(path: Path, recordings: RecordingReader) -> Snapshot:
    try:
        return checked_snapshot(path.read_bytes(), recordings)
    except OSError as error:
        raise CannotBegin(f"the snapshot {path} cannot be read: {error.strerror}.") from None
    except SnapshotError as error:
        raise CannotBegin(f"the snapshot {path} is none that a world can go on from: {error}.") from None

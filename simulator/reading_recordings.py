"""How worlds of a server come to recordings: what reads them is loaded when a world first follows some."""

from collections.abc import Iterable
from typing import Any

from simulator.world.format.scenario import RecordingsEntry, Scenario
from simulator.world.recordings import Recordings


def open_recordings(entry: RecordingsEntry) -> Recordings:
    """Open the recordings of a scenario; raise `CannotFollow`."""
    from simulator.replay import following  # noqa: PLC0415, most servers never need it

    return following.open_recordings(entry)


def scenario_of_recordings(paths: Iterable[str], **wanted: Any) -> Scenario:
    """Return the scenario of a world that follows recorded files; raise `CannotFollow`."""
    from simulator.replay import beginning  # noqa: PLC0415, as above

    return beginning.scenario_of(paths, **wanted)

"""How worlds of a server come to recordings: what reads them is loaded when a world first follows some."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from simulator.world.format.scenario import RecordingsEntry, Scenario
from simulator.world.recordings import Recordings
from simulator.world.world import World

if TYPE_CHECKING:
    from simulator.replay.files import KnownDigests


class RecordingReader:
    """Opens recordings that lie on this machine, and those elsewhere that lie under one of some URLs.

    Nobody is connected to for any other: whoever serves has to have named them.
    """

    def __init__(self, urls: Iterable[str] = ()) -> None:
        self._urls: Final = tuple(urls)
        self._digests: Final[KnownDigests] = {}
        """Of what lies elsewhere, so that it is not read for its digest each time that a world goes on with it."""

    def __call__(self, entry: RecordingsEntry) -> Recordings:
        """Open the recordings of a scenario; raise `CannotFollow`."""
        from simulator.replay import following  # noqa: PLC0415, most servers never need it

        return following.open_recordings(entry, self._urls, self._digests)

    def check_here(self, entry: RecordingsEntry) -> None:
        """Raise `CannotFollow` where one of the recordings that lie on this machine is gone, or another one."""
        from simulator.replay import files  # noqa: PLC0415, as above

        files.opened_here(entry.files)

    def scenario_of(self, paths: Iterable[str], **wanted: Any) -> Scenario:
        """Return the scenario of a world that follows recorded files; raise `CannotFollow`."""
        from simulator.replay import beginning  # noqa: PLC0415, as above

        return beginning.scenario_of(paths, urls=self._urls, known=self._digests, **wanted)


def read_ahead(worlds: Iterable[World]) -> None:
    """Read the recordings of worlds that go on in their middle as far as their next messages.

    To unpack a file up to there takes a while, in which a server that does it when the message comes answers nobody.
    """
    for world in worlds:
        if world.parts.recordings is not None:
            world.parts.recordings.read_ahead()


open_recordings: Final = RecordingReader()
"""Opens what lies on this machine alone."""

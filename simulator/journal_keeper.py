"""Writes down what happens in the worlds of a server as it happens, and brings them back when the server starts again.

An input is in the file before anybody learns what came of it: whoever was answered finds all of it again, whatever
ended the process. What happens by itself happens again, and the file is told when it has, so that it does at the same
place of the story. Where the file cannot be written nothing may be answered any more.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, NoReturn

from simulator.journal_file import JournalError, JournalFile, WrittenWorld
from simulator.world.clock import REAL_TIME, ClockError, RealTime
from simulator.world.format.quantities import Unusable
from simulator.world.happened import BEGINNING, CALLER, ClockMoved, Happened
from simulator.world.inputs import AdvanceClock, EndWorld, MoveToNext, Reset, Restore, SetClock
from simulator.world.recordings import CannotFollow
from simulator.world.retelling import Beginning, Retelling, Told, is_to_be_told
from simulator.world.snapshot import Snapshot, SnapshotError
from simulator.world.world import World
from simulator.world.worlds import Worlds

INPUTS_BETWEEN_IMAGES: Final = 5_000
"""After how many inputs of a world its image is written, so that a start costs no more than to tell these again.

What happened by itself counts as well: a recorded market goes on although nobody asks for anything.
"""
SMALL_IMAGE_BYTES: Final = 750_000
"""How long an image may be for that. After a longer one there are as many more inputs as it is longer.

That is about as many inputs as there are bets in it: so an input costs the same share of an image, and a start the same
times of what it takes to read one, however much has happened.
"""

_log: Final = logging.getLogger(__name__)


class JournalKeeper:
    """Keeps the journal of the worlds of a server in a file."""

    def __init__(
        self,
        file: JournalFile,
        worlds: Worlds,
        *,
        on_failure: Callable[[str], NoReturn],
        call_soon: Callable[[Callable[[], None]], object],
        real_time: RealTime = REAL_TIME,
        inputs_between_images: int = INPUTS_BETWEEN_IMAGES,
    ) -> None:
        """Bring back the worlds of a file and write down what happens from now on; raise `JournalError`.

        `on_failure` is called with a sentence where the file cannot be written, and must end the process. `call_soon`
        has something done once what is being done has been.
        """
        self._file: Final = file
        self._worlds: Final = worlds
        self._on_failure: Final = on_failure
        self._call_soon: Final = call_soon
        self._real_time: Final = real_time
        self._inputs_between_images: Final = inputs_between_images
        self._numbers: Final[dict[str, int]] = {}
        """The number of each world in the file."""
        self._since: Final[dict[str, int]] = {}
        """How many inputs were written since the last image."""
        self._enough: Final[dict[str, int]] = {}
        """How many there are to be before the next one."""
        self._times: Final[dict[str, int]] = {}
        """The latest time of each world to which what is in the file leads."""
        self._is_closed = False
        self._brings_back = True
        for loss in file.losses:
            _log.warning("%s", loss)
        worlds.listen(self._hear)
        worlds.reserve_ids(file.ids())
        for written in file.worlds():
            self._bring_back(written)
        self._brings_back = False

    def close(self) -> None:
        """Write an image of each world, so that the next start is quick, and nothing of what happens after it."""
        for world in self._worlds:
            self._write_image(world)
        self._is_closed = True
        self._file.close()

    # Bringing back

    def _bring_back(self, written: WrittenWorld) -> None:
        snapshot = self._told_again(written)
        self._numbers[snapshot.world_id] = written.number
        self._times[snapshot.world_id] = snapshot.now
        world = self._worlds.bring_back(snapshot)
        # A world that runs with the real time has not stood still meanwhile. Others go on where they were.
        now = self._real_time.wall_milliseconds()
        if world.scenario.clock.now == "real" and world.clock.rate == 1 and now > world.clock.now():
            world.do(SetClock(now))
        self._write_image(world)

    def _told_again(self, written: WrittenWorld) -> Snapshot:
        """Return what a world was when it was last written about; raise `JournalError`."""
        beginning, image = written.beginning, written.image
        if image is not None:
            beginning = beginning.with_snapshot(image)
        try:
            retelling = Retelling(beginning, self._worlds.open_recordings)
            for one in self._file.story(written):
                if isinstance(one, Told):
                    retelling.tell(one)
                else:
                    retelling.world.clock.reach(one)
                    retelling.world.run_due()
            return retelling.world.snapshot()
        except (SnapshotError, CannotFollow, ClockError, Unusable) as error:
            raise JournalError(
                f"The world {beginning.world_id!r} of {self._file.path} cannot be told: {str(error).rstrip('.')}."
            ) from None

    # Writing

    def _hear(self, world: World, happened: Happened) -> None:
        if self._is_closed:
            return
        try:
            self._write(world, happened)
        except Exception as error:  # noqa: BLE001, whatever the reason is, what happened is not written
            self._fail(error)

    def _write(self, world: World, happened: Happened) -> None:
        number = self._numbers.get(world.id)
        if happened.source == BEGINNING:
            if number is None:
                self._numbers[world.id] = self._file.begin(Beginning.of(world))
                self._times[world.id] = happened.at
            return
        assert number is not None
        if is_to_be_told(happened):
            if isinstance(happened.input, EndWorld):
                self._file.end(number)
                self._forget(world)
                return
            self._file.write(number, Told(happened.at, happened.input))
            self._times[world.id] = _passed_after(happened)
            self._count(world)
        elif happened.source != CALLER:
            if happened.at > self._times[world.id]:
                self._file.let_pass(number, happened.at)
                self._times[world.id] = happened.at
            self._count(world)

    def _forget(self, world: World) -> None:
        for kept in (self._numbers, self._since, self._enough, self._times):
            kept.pop(world.id, None)

    def _count(self, world: World) -> None:
        if self._brings_back:
            # An image is written at the end of that.
            return
        since = self._since[world.id] = self._since.get(world.id, 0) + 1
        if since == self._enough.get(world.id, self._inputs_between_images):
            # Not at once: what the input leads to has not all happened yet.
            self._call_soon(partial(self._write_image_later, world))

    def _write_image_later(self, world: World) -> None:
        if not self._is_closed and world.id in self._numbers:
            self._write_image(world)

    def _write_image(self, world: World) -> None:
        try:
            image_bytes = self._file.write_image(self._numbers[world.id], world.snapshot())
            times = max(1.0, image_bytes / SMALL_IMAGE_BYTES)
            self._enough[world.id] = round(self._inputs_between_images * times)
            self._since[world.id] = 0
        except Exception as error:  # noqa: BLE001, as above
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        self._on_failure(
            f"the journal {self._file.path} cannot be written ({error}), so nothing is answered any more. "
            "Everything that was answered is in it."
        )


def _passed_after(told: Happened) -> int:
    """Return by when everything happens by itself that an input leads to where it is told again."""
    if isinstance(told.input, Reset | Restore):
        # Whoever goes back begins to pass times again that had passed before.
        return -1
    if isinstance(told.input, AdvanceClock | MoveToNext | SetClock):
        return max((event.to for event in told.events if isinstance(event, ClockMoved)), default=told.at)
    return told.at

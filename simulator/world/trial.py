"""A world that is made of a snapshot from outside is looked at before anybody meets it.

The digest of a snapshot shows that it is as it was written. Who writes one by hand can give it a digest too, so that
what is read of it may be anything: it has to hold together before it takes the place of something that does.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from simulator.world.clock import RealTime
from simulator.world.recordings import OpenRecordings
from simulator.world.snapshot import Snapshot, SnapshotError
from simulator.world.state_hash import state_hash
from simulator.world.world import World

_NO_TIME: Final = RealTime(lambda: 0, lambda: 0.0)


def try_out(snapshot: Snapshot, open_recordings: OpenRecordings) -> None:
    """Let a world that nobody meets go on from a snapshot; raise `SnapshotError` where it cannot."""
    tried(partial(World.of_snapshot, snapshot, _NO_TIME, open_recordings))


def tried(make: Callable[[], World]) -> World:
    """Return the world that is made of a snapshot, once all of it could be read; raise `SnapshotError`."""
    try:
        world = make()
        state_hash(world)
        own, written = set(world.accounts.by_username), {account.username for account in world.scenario.accounts}
    except SnapshotError:
        raise
    except Exception as error:  # noqa: BLE001, what somebody writes by hand can be wrong in every way
        raise SnapshotError(f"no world can go on from it ({type(error).__name__})", "image") from None
    if own != written:
        raise SnapshotError("it has other accounts than the scenario", "image")
    return world

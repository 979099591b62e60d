"""Lets what falls due in a world happen when its time comes, also while no request comes in."""

import asyncio
from collections.abc import Iterable
from typing import Final

from simulator.world.happened import Happened
from simulator.world.inputs import AdvanceClock, Input, MoveToNext, Reset, Restore, SetClock, SetClockRate
from simulator.world.world import World
from simulator.world.worlds import Worlds

LONGEST_WAIT_SECONDS: Final = 3600.0
SHORTEST_WAIT_SECONDS: Final = 0.001
"""An event loop may be early by a fraction of a millisecond; the rest is waited for and not spun away."""

_CLOCK_CHANGES: Final[frozenset[type[Input]]] = frozenset(
    {AdvanceClock, SetClock, MoveToNext, SetClockRate, Reset, Restore}
)


class Timekeeper:
    """One timer for all worlds, set to what falls due first.

    It belongs to the event loop in which `start` was last called, and moves on to another when it is called there: an
    application may outlive a loop, as in tests that have a loop each.
    """

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: Final[dict[str, int | None]] = {}
        """When each world was next due when it was last heard of."""
        self._changed: Final[dict[str, World]] = {}
        """The worlds for which the timer may be too late, by id; they are looked at soon."""
        worlds.listen(self._hear)

    def start(self) -> None:
        """Keep the time from now on in the running event loop. Costs next to nothing where that is done already."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._timer = loop, None
            self._changed.clear()
            self._be_in_time_for(self._worlds)

    def stop(self) -> None:
        """Keep the time no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop = self._timer = None
        self._changed.clear()

    def _hear(self, world: World, happened: Happened) -> None:
        """Look soon at a world that has something to do earlier or later than before."""
        if world.has_ended:
            self._due.pop(world.id, None)
            self._changed.pop(world.id, None)
            return
        due = world.next_due
        # When the clock is moved the due time may be the same and the wait for it another.
        if due != self._due.get(world.id) or type(happened.input) in _CLOCK_CHANGES:
            self._due[world.id] = due
            self._look_soon(world)

    def _look_soon(self, world: World) -> None:
        # Nothing is lost on a loop that has ended: the next one starts with a timer of its own.
        if self._loop is None or self._loop.is_closed():
            return
        if not self._changed:
            # Not at once: one request can change what is due many times.
            self._loop.call_soon(self._look)
        self._changed[world.id] = world

    def _look(self) -> None:
        changed = list(self._changed.values())
        self._changed.clear()
        self._be_in_time_for(changed)

    def _be_in_time_for(self, worlds: Iterable[World]) -> None:
        """Set the timer to what falls due first in these worlds, unless it is early enough.

        It may be earlier than anything is due: then it is set anew once it has gone off. So what one world does costs
        the same however many there are.
        """
        waits = [wait for world in worlds if (wait := world.real_seconds_to_next_due()) is not None]
        if not waits or self._loop is None:
            return
        end = self._loop.time() + min(max(min(waits), SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        if self._timer is not None:
            if self._timer.when() <= end:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(end, self._let_happen)

    def _let_happen(self) -> None:
        self._timer = None
        worlds = list(self._worlds)
        for world in worlds:
            world.run_due()
        self._be_in_time_for(worlds)

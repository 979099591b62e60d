"""Lets what falls due in a world happen when its time comes, also while no request comes in."""

import asyncio
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
        self._timer: asyncio.Handle | None = None
        self._due: Final[dict[str, int | None]] = {}
        """When each world was next due when it was last heard of."""
        worlds.listen(self._hear)

    def start(self) -> None:
        """Keep the time from now on in the running event loop. Costs next to nothing where that is done already."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._timer = loop, None
            self._set_timer()

    def stop(self) -> None:
        """Keep the time no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop = self._timer = None

    def _hear(self, world: World, happened: Happened) -> None:
        """Set the timer anew where a world has something to do earlier or later than before."""
        if world.has_ended:
            self._due.pop(world.id, None)
            self._set_timer_soon()
            return
        due = world.next_due
        # When the clock is moved the due time may be the same and the wait for it another.
        if due != self._due.get(world.id) or type(happened.input) in _CLOCK_CHANGES:
            self._due[world.id] = due
            self._set_timer_soon()

    def _set_timer_soon(self) -> None:
        # Nothing is lost on a loop that has ended: the next one starts with a timer of its own.
        if self._loop is None or self._loop.is_closed():
            return
        if self._timer is not None:
            self._timer.cancel()
        # Not at once: one request can change what is due many times.
        self._timer = self._loop.call_soon(self._set_timer)

    def _set_timer(self) -> None:
        waits = [wait for world in self._worlds if (wait := world.real_seconds_to_next_due()) is not None]
        self._timer = None
        if waits and self._loop is not None:
            wait = min(max(min(waits), SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
            self._timer = self._loop.call_later(wait, self._let_happen)

    def _let_happen(self) -> None:
        for world in list(self._worlds):
            world.run_due()
        self._set_timer()

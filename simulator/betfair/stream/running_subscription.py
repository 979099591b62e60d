"""A subscription of a connection: where it reads, what it is told, and its heartbeats."""

import asyncio
from typing import Final

from simulator.betfair.stream.changes import Changes
from simulator.betfair.stream.publisher import Channel, Reader
from simulator.world.world import World


class RunningSubscription:
    """A subscription of a connection, with its heartbeats."""

    def __init__(self, world: World, channel: Channel, criteria: object) -> None:
        self.world: Final = world
        self.channel: Final = channel
        self.criteria: Final = criteria
        self.reader: Reader
        self.changes: Changes
        self.has_ended = False
        self._beat: asyncio.TimerHandle | None = None
        self._sent_at = 0.0
        """When something was sent last, by the loop's clock."""

    @property
    def criteria_of_era(self) -> object:
        """What has to be asked for, and when, to go on from what is told."""
        return self.changes.era, self.criteria

    def beat_later(self) -> None:
        """Send a heartbeat once nothing has been sent for so long: something has been sent just now."""
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        if self._beat is None and not self.has_ended:
            self._beat = loop.call_at(self._sent_at + self._silence_seconds, self._beat_if_silent)

    @property
    def _silence_seconds(self) -> float:
        return self.changes.terms.heartbeat_milliseconds / 1000

    def stop_beating(self) -> None:
        """Send no more heartbeats."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None

    def _beat_if_silent(self) -> None:
        # Messages do not move the timer, which would cost more than to look again.
        loop, due = asyncio.get_running_loop(), self._sent_at + self._silence_seconds
        self._beat = None
        if due > loop.time():
            self._beat = loop.call_at(due, self._beat_if_silent)
        else:
            self._send_beat()

    def _send_beat(self) -> None:
        self.changes.beat()
        self.beat_later()

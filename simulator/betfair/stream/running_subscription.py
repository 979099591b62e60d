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

    @property
    def criteria_of_era(self) -> object:
        """What has to be asked for, and when, to go on from what is told."""
        return self.changes.era, self.criteria

    def beat_later(self) -> None:
        """Send a heartbeat once nothing has been sent for so long."""
        self.stop_beating()
        if self.has_ended:
            return
        seconds = self.changes.terms.heartbeat_milliseconds / 1000
        self._beat = asyncio.get_running_loop().call_later(seconds, self._send_beat)

    def stop_beating(self) -> None:
        """Send no more heartbeats."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None

    def _send_beat(self) -> None:
        self.changes.beat()
        self.beat_later()

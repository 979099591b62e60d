"""A connection on which messages are late, or come piece by piece, because a tester has ordered it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from simulator.world.fault_words import WORLDS
from simulator.world.faults import Fired
from simulator.world.happened import AnswerReleased, Happened, WorldClosed, WorldReset, WorldRestored
from simulator.world.world import World

LINE_END: Final = b"\r\n"
MOST_LATE_BYTES: Final = 64 * 1024 * 1024
"""How much may wait to be sent before the connection ends, as it does where so much waits to be read."""


class Wire(Protocol):
    """The socket of a connection."""

    @property
    def is_behind(self) -> bool:
        """Return whether the client does not read as fast as is written to it."""

    def write(self, line: bytes) -> None:
        """Send a line, with its end, at once."""

    def write_piece(self, data: bytes) -> None:
        """Send bytes that are no line, or several."""

    def close(self) -> None:
        """End the connection once everything is sent."""

    def reset(self) -> None:
        """End the connection at once, with a reset."""


class _Release:
    """The moment at which the world's clock has come to a time; a world that begins again or ends waits no longer."""

    def __init__(self, world: World, ticket: int) -> None:
        self._ticket: Final = ticket
        self._has_come = False
        self._then: Callable[[], None] | None = None
        # From now on, because what is waited for before may come at the same time.
        self._stop: Final = world.listen(self._hear)

    def call_soon_after(self, then: Callable[[], None]) -> None:
        """Call a function once it has come: never at once, for whoever hears the story must not change the world."""
        self._then = then
        if self._has_come:
            asyncio.get_running_loop().call_soon(then)

    def _hear(self, happened: Happened) -> None:
        for event in happened.events:
            is_ours = isinstance(event, AnswerReleased) and event.ticket == self._ticket
            if is_ours or isinstance(event, WorldReset | WorldRestored | WorldClosed):
                self._stop()
                self._has_come = True
                if self._then is not None:
                    asyncio.get_running_loop().call_soon(self._then)
                return


class LateWire:
    """Another wire, on which everything that follows what is late is late as well: nothing overtakes.

    What has waited together is sent together.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire: Final = wire
        self._steps: Final[deque[bytes | Callable[[], None]]] = deque()
        """What is still to be sent, and between that what is to be waited for."""
        self._bytes = 0
        self._is_waiting = False
        self._split: Fired | None = None
        self._is_closing = False

    @property
    def is_behind(self) -> bool:
        """Return whether the client does not read as fast as is written to it."""
        return self._wire.is_behind

    def hold(self, world: World, fired: Fired) -> None:
        """Let what is written from now on be late."""
        if fired.fault.latency.clock == WORLDS:
            if not fired.milliseconds:
                # It has been released already.
                return
            release = _Release(world, fired.ticket)
            self._steps.append(lambda: self._wait_for(release))
        else:
            self._steps.append(lambda: self._wait(fired.milliseconds / 1000))
        self._go_on()

    def split_next(self, fired: Fired) -> None:
        """Let the next line come in pieces."""
        self._split = fired

    def write(self, line: bytes) -> None:
        """Send a line, with its end, when it is its turn."""
        fired, self._split = self._split, None
        if fired is None:
            self.write_piece(line + LINE_END)
            return
        whole, chunks = line + LINE_END, max(fired.fault.chunks, 1)
        for number in range(chunks):
            self._steps.append(lambda: self._wait(fired.milliseconds / 1000 / chunks))
            self.write_piece(whole[number * len(whole) // chunks : (number + 1) * len(whole) // chunks])
        self._go_on()

    def write_piece(self, data: bytes) -> None:
        """Send bytes when it is their turn."""
        if not self._steps and not self._is_waiting:
            self._wire.write_piece(data)
            return
        self._steps.append(data)
        self._bytes += len(data)
        if self._bytes > MOST_LATE_BYTES:
            self.reset()

    def close(self) -> None:
        """End the connection once everything is sent."""
        self._is_closing = True
        self._go_on()

    def reset(self) -> None:
        """End the connection at once: what is late never comes."""
        self._steps.clear()
        self._bytes = 0
        self._wire.reset()

    def _go_on(self) -> None:
        if self._is_waiting:
            return
        together: list[bytes] = []
        while self._steps and not self._is_waiting:
            step = self._steps.popleft()
            if isinstance(step, bytes):
                self._bytes -= len(step)
                together.append(step)
                continue
            self._send(together)
            step()
        self._send(together)
        if self._is_closing and not self._is_waiting:
            self._wire.close()

    def _send(self, together: list[bytes]) -> None:
        if together:
            self._wire.write_piece(b"".join(together))
            together.clear()

    def _wait(self, seconds: float) -> None:
        self._is_waiting = True
        asyncio.get_running_loop().call_later(seconds, self._arrive)

    def _wait_for(self, release: "_Release") -> None:
        self._is_waiting = True
        release.call_soon_after(self._arrive)

    def _arrive(self) -> None:
        self._is_waiting = False
        self._go_on()

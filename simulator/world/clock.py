"""The one source of time in a world: real, faster, slower, frozen, or moved by hand.

Everything that waits (bet delays, sessions, bans, scheduled happenings) waits on this clock and on no other.
"""

import math
import time
from collections.abc import Callable
from typing import Final, NamedTuple, final

END_OF_TIME: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, the last one that the date formats of the wire can say."""

_NANOSECONDS_PER_MILLISECOND: Final = 1_000_000
_NANOSECONDS_PER_SECOND: Final = 1_000_000_000


class ClockError(ValueError):
    """A clock was asked for something no clock does; the sentence says what."""


def _wall_milliseconds() -> int:
    return time.time_ns() // _NANOSECONDS_PER_MILLISECOND


class RealTime(NamedTuple):
    """Where a clock gets the real time from. A test passes two functions of its own instead.

    `wall_milliseconds` is the time in milliseconds since 1970, where a clock that starts at the real time starts;
    `seconds` counts real seconds from anywhere and never goes back, which is what makes a clock run.
    """

    wall_milliseconds: Callable[[], int] = _wall_milliseconds
    seconds: Callable[[], float] = time.monotonic


REAL_TIME: Final = RealTime()


@final
class Clock:
    """A clock with a rate.

    `start` is in milliseconds since 1970. `rate` is clock seconds per real second: 1 runs with the real time, 60 makes
    a minute of every second, 0 stands still until it is moved. `real` counts real seconds from anywhere.

    State is two bases and a rate, so the time is computed and never accumulated: a clock that is read a million
    times, or whose rate changes a million times, shows the same time as one that was left alone. Readings are whole
    milliseconds. A clock that reaches `END_OF_TIME` stays there.

    Attention: a running clock also runs while it is being moved. Freeze it first (`set_rate(0)`) where a test needs to
    know the time to the millisecond.
    """

    def __init__(self, start: int, rate: float = 1, real: Callable[[], float] = time.monotonic) -> None:
        self._real: Final = real
        self._real_base = real()
        self._base_nanoseconds = _within_time(start) * _NANOSECONDS_PER_MILLISECOND
        self._rate = _usable_rate(rate)

    @property
    def rate(self) -> float:
        """Return how many seconds this clock goes in a real one; 0 is frozen."""
        return self._rate

    def now(self) -> int:
        """Return the time in milliseconds since 1970."""
        if not self._rate:
            return self._base_nanoseconds // _NANOSECONDS_PER_MILLISECOND
        return self._nanoseconds_at(self._real()) // _NANOSECONDS_PER_MILLISECOND

    def set_rate(self, rate: float, at: int | None = None) -> None:
        """Go on from the present time at another rate; `ClockError` unless it is a finite number from 0 up.

        `at` is the present time as it was read before, in milliseconds: the clock goes on from exactly there.
        """
        usable = _usable_rate(rate)
        real = self._real()
        self._rebase(real, self._nanoseconds_at(real) if at is None else at * _NANOSECONDS_PER_MILLISECOND)
        self._rate = usable

    def advance(self, milliseconds: int) -> None:
        """Jump ahead; `ClockError` where that would be backwards or past the end of time."""
        if milliseconds < 0:
            raise ClockError(f"Time can't go backwards: {milliseconds} ms is not an advance.")
        real = self._real()
        now = self._nanoseconds_at(real)
        _within_time(now // _NANOSECONDS_PER_MILLISECOND + milliseconds)
        self._rebase(real, now + milliseconds * _NANOSECONDS_PER_MILLISECOND)

    def set(self, milliseconds: int) -> None:
        """Jump to a time; `ClockError` where it has passed. Setting the present millisecond changes nothing."""
        self.refuse_past(milliseconds)
        self.reach(milliseconds)

    def reach(self, milliseconds: int) -> None:
        """Jump to a time unless it has passed; `ClockError` past the end of time."""
        real = self._real()
        if milliseconds > self._nanoseconds_at(real) // _NANOSECONDS_PER_MILLISECOND:
            self._rebase(real, _within_time(milliseconds) * _NANOSECONDS_PER_MILLISECOND)

    def refuse_past(self, milliseconds: int, now: int | None = None) -> None:
        """Raise `ClockError` for a time to which this clock cannot be set, and change nothing.

        `now` is the time as it was read before, where what is asked is judged by that.
        """
        now = self.now() if now is None else now
        if milliseconds < now:
            raise ClockError(f"Time can't go backwards: the clock shows {now} and cannot be set to {milliseconds}.")
        _within_time(milliseconds)

    def real_seconds_until(self, milliseconds: int) -> float | None:
        """Return how long one must really wait for that time: 0 when it has come, `None` on a frozen clock."""
        missing = milliseconds * _NANOSECONDS_PER_MILLISECOND - self._nanoseconds_at(self._real())
        if missing <= 0:
            return 0.0
        return missing / _NANOSECONDS_PER_SECOND / self._rate if self._rate else None

    def _nanoseconds_at(self, real: float) -> int:
        if not self._rate:
            return self._base_nanoseconds
        # The real time since the base is small, so a float holds it to the nanosecond; the sum is an integer because
        # milliseconds since 1970 with a fraction are more than a float can hold.
        elapsed = (real - self._real_base) * self._rate * _NANOSECONDS_PER_SECOND
        end = END_OF_TIME * _NANOSECONDS_PER_MILLISECOND
        return end if elapsed >= end else min(self._base_nanoseconds + round(elapsed), end)

    def _rebase(self, real: float, nanoseconds: int) -> None:
        self._real_base = real
        self._base_nanoseconds = nanoseconds


def _usable_rate(rate: float) -> float:
    if not math.isfinite(rate) or rate < 0:
        raise ClockError(f"A clock's rate is a finite number from 0 up, not {rate}.")
    return rate


def _within_time(milliseconds: int) -> int:
    if not 0 <= milliseconds <= END_OF_TIME:
        raise ClockError(f"A clock's time lies between the years 1970 and 9999, not at {milliseconds} ms since 1970.")
    return milliseconds

"""How often a user may ask: so many requests in a window of time that begins with the first of them."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct


class RateLimit(Struct, frozen=True):
    """So many requests in so many seconds."""

    requests: int
    window_seconds: int


class RateLimiter:
    """Counts requests by the name of their user. Times are milliseconds of the world's clock."""

    def __init__(self, limit: RateLimit | None) -> None:
        """`None`: no request is refused and none is counted."""
        self.limit: Final = limit
        self._windows: Final[dict[str, tuple[int, int]]] = {}
        """By user, in the order in which they end: one that has ended goes when the next one begins."""

    def full_until(self, name: str, now: int) -> int | None:
        """Return the end of a window that has no room for another request, or `None` where one may be sent now."""
        if self.limit is None:
            return None
        end, count = self._window(name, now)
        return None if count < self.limit.requests else end

    def seconds_to_wait(self, name: str, now: int) -> int | None:
        """Return how many seconds to wait for the next request, rounded up, or `None` where one may be sent now."""
        end = self.full_until(name, now)
        return None if end is None else -((now - end) // 1000)

    def admit(self, name: str, now: int) -> int | None:
        """Count a request and return `None`; for one too many, the seconds to wait for the next, rounded up."""
        wait_seconds = self.seconds_to_wait(name, now)
        if self.limit is not None and wait_seconds is None:
            end, count = self._window(name, now)
            if not count:
                self._drop_ended(now)
            self._windows[name] = (end, count + 1)
        return wait_seconds

    def _drop_ended(self, now: int) -> None:
        ended: list[str] = []
        for name, (end, _) in self._windows.items():
            if end > now:
                break
            ended.append(name)
        for name in ended:
            del self._windows[name]

    def _window(self, name: str, now: int) -> tuple[int, int]:
        """Return the end of the window that a request falls into, and how many have been counted in it."""
        end, count = self._windows.get(name, (now, 0))
        if self.limit is not None and now >= end:
            return now + 1000 * self.limit.window_seconds, 0
        return end, count

    def state(self) -> Iterator[tuple[str, int, int]]:
        """Yield, by user, the end of the window and the number of requests in it."""
        for name, (end, count) in self._windows.items():
            yield name, end, count

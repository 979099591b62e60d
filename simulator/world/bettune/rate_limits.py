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

    def admit(self, name: str, now: int) -> int | None:
        """Count a request and return `None`; for one too many, the seconds to wait for the next, rounded up."""
        if self.limit is None:
            return None
        end, count = self._windows.get(name, (now, 0))
        if now >= end:
            end, count = now + 1000 * self.limit.window_seconds, 0
        if count >= self.limit.requests:
            return -((now - end) // 1000)
        self._windows[name] = (end, count + 1)
        return None

    def state(self) -> Iterator[tuple[str, int, int]]:
        """Yield, by user, the end of the window and the number of requests in it."""
        for name, (end, count) in self._windows.items():
            yield name, end, count

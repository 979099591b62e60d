"""What was traded of each runner with the last message: `market.context["simulated"]`, for strategies that read it.

flumine works it out for its own matching, for every runner at every message. Here it is worked out, by flumine's own
middleware, from when a strategy first asks for it; then nothing is known to have been traded, and from the next message
on it is what flumine has.
"""

from collections.abc import Callable
from typing import Any, Final

from flumine.markets.middleware import SimulatedMiddleware

NAME: Final = "simulated"

Analytics = dict[tuple[int, float], Any]
"""flumine's figures, by selection id and handicap."""


class MarketContext(dict[str, Any]):
    """What is kept with a market; it begins to follow what is traded when it is asked for that."""

    def __init__(self, begin: Callable[[], Analytics]) -> None:
        super().__init__()
        self._begin: Final = begin

    def __missing__(self, name: str) -> Any:
        if name != NAME:
            raise KeyError(name)
        analytics = self[NAME] = self._begin()
        return analytics

    def __contains__(self, name: object) -> bool:
        return name == NAME or super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what is kept under a name."""
        try:
            return self[name]
        except KeyError:
            return default


def follow(analytics: Analytics, book: Any) -> None:
    """Take in what was traded of the runners of a book since the last one."""
    for runner in book.runners:
        if runner.status == "ACTIVE":
            SimulatedMiddleware._process_runner(analytics, runner)

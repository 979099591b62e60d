"""The scenarios that worlds were made of last: whoever sends the same text again gets what was read and checked then.

What a scenario says never changes, so that all worlds of it share it.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Final

from simulator.world.format.scenario import Scenario

MOST_SCENARIOS: Final = 32
MOST_BYTES: Final = 8 * 1024 * 1024
"""How long the texts may be together of which the scenarios are kept."""


class KnownScenarios:
    """Scenarios by their text, the one asked for last at the end. Several threads may ask at a time."""

    def __init__(self) -> None:
        self._known: Final[OrderedDict[bytes, tuple[Scenario, int]]] = OrderedDict()
        """By the SHA-256 of the text, with its length."""
        self._bytes = 0
        self._lock: Final = Lock()

    def get(self, text: bytes) -> Scenario | None:
        """Return the scenario of a text, if it is still known."""
        digest = hashlib.sha256(text).digest()
        with self._lock:
            found = self._known.get(digest)
            if found is None:
                return None
            self._known.move_to_end(digest)
            return found[0]

    def keep(self, text: bytes, scenario: Scenario) -> None:
        """Know the scenario of a text, and forget those that nobody has asked for longest where there are too many."""
        digest = hashlib.sha256(text).digest()
        with self._lock:
            if digest in self._known:
                return
            self._known[digest] = scenario, len(text)
            self._bytes += len(text)
            while len(self._known) > MOST_SCENARIOS or self._bytes > MOST_BYTES:
                _, (_, length) = self._known.popitem(last=False)
                self._bytes -= length

"""Full collections of garbage put off, because they stop everybody for as long as there are objects to look at.

A large document makes a million objects that stay. On the way there the collector would look at all of them time and
again; so it looks at them once, when they are there.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NEVER: Final = 2**31 - 1

_lock: Final = threading.Lock()
_usual: Final[list[tuple[int, int, int]]] = []
"""The thresholds that were found, once for each who puts full collections off now."""


@contextmanager
def full_collections_put_off() -> Iterator[None]:
    """Let only young objects be collected meanwhile, in all threads; the last who leaves puts back what was."""
    with _lock:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        gc.set_threshold(*_usual[0][:2], NEVER)
    try:
        yield
    finally:
        with _lock:
            usual = _usual.pop()
            if not _usual:
                gc.set_threshold(*usual)

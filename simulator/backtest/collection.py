"""How seldom garbage is looked for while strategies play.

Hardly anything that a backtest lets go of has to be looked for, and what it makes lasts: orders, fills and rows to the
end of a job, what was imported for ever. To look through that time and again takes a twentieth of a run. So what was
there before is left alone, and the rest is looked through when there are many more objects than the last time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

FEWEST_COLLECTED: Final = 200_000
"""How many objects there have to be more than before until garbage is looked for: an order of flumine's has dozens.

So where a market has no more than a few thousand orders, its objects are looked at when all is over, if then.
"""
SECOND_LOOKS: Final = 1
"""After how many times what has lasted is looked at again: more would let the garbage of several markets pile up."""


_lock: Final = Lock()
_before: Final[list[tuple[bool, tuple[int, int, int]]]] = []
"""Once for each who has it looked for seldom now: whether anything was frozen, and the thresholds, at first."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have garbage looked for seldom meanwhile; the last who leaves, in whatever thread, puts back what was."""
    with _lock:
        _before.append(_before[0] if _before else (gc.get_freeze_count() > 0, gc.get_threshold()))
        collect_seldom()
    try:
        yield
    finally:
        with _lock:
            was_frozen, thresholds = _before.pop()
            if not _before:
                gc.set_threshold(*thresholds)
                if not was_frozen:
                    gc.unfreeze()


def collect_seldom() -> None:
    """Have garbage looked for seldom from now on: for a process that does nothing but backtests."""
    if not gc.get_freeze_count():
        gc.freeze()
    young, middle, old = gc.get_threshold()
    if young:  # 0 is never
        gc.set_threshold(max(young, FEWEST_COLLECTED), min(middle, SECOND_LOOKS), old)

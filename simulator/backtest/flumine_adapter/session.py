"""What is different in flumine while a strategy of its runs over a recording: the time, the ids, and what an order is.

flumine's own simulation puts a class in the place of `datetime.datetime` that tells the time of the recording, and so
does this, with the same class. Ids of orders and trades are counted in the place of being drawn, so that two runs are
the same. Both are in the process as a whole, so at most one job with flumine strategies runs in it at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from threading import Lock
from typing import Any, Final

import flumine.order.order
import flumine.order.orderpackage
import flumine.order.trade
from flumine import config
from flumine.simulation.utils import SimulatedDateTime

from simulator.backtest.flumine_adapter.orders import FollowedOrder

FIRST_ID: Final = 10**17
"""Order ids have 18 digits, as flumine's."""
BEGINNING: Final = datetime.fromtimestamp(0, tz=timezone.utc)  # noqa: UP017, flumine's books have this very object
"""The time before a recording has told any."""

_one_at_a_time: Final = Lock()


class _NumberedId:
    """What is asked of an id: a number, and a text."""

    __slots__ = ("time",)

    def __init__(self, number: int) -> None:
        self.time: Final = number

    def __str__(self) -> str:
        digits = f"{self.time:032d}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class _Ids:
    """In the place of the module `uuid`: ids that are counted."""

    def __init__(self) -> None:
        self._number = FIRST_ID

    def uuid1(self) -> _NumberedId:
        """Return the next id."""
        self._number += 1
        return _NumberedId(self._number)

    uuid4 = uuid1


@contextmanager
def flumine_session() -> Iterator[None]:
    """Let flumine tell the time of a recording, and count its ids; all is as it was afterwards."""
    with _one_at_a_time:
        ids = _Ids()
        patches: list[tuple[Any, str, Any]] = [
            (flumine.order.order, "uuid", ids),
            (flumine.order.trade, "uuid", ids),
            (flumine.order.orderpackage, "uuid", ids),
            (flumine.order.order, "SimulatedOrder", FollowedOrder),
            (config, "simulated", True),
            (config, "current_time", BEGINNING),
        ]
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
        try:
            with SimulatedDateTime():
                for owner, name, value in patches:
                    setattr(owner, name, value)
                yield
        finally:
            for owner, name, value in before:
                setattr(owner, name, value)

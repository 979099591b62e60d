"""What is different in flumine while a strategy of its runs over a recording: the time, the ids, and what an order is.

flumine's own simulation puts a class in the place of `datetime.datetime` that tells the time of the recording, and so
does this, with the same class, while a strategy is called and no longer. Ids of orders and trades are counted in the
place of being drawn, so that two runs are the same. All this is in the process as a whole, so at most one job with
flumine strategies runs in it at a time. Meanwhile garbage is looked for seldom: flumine brings a hundred thousand
objects that last, and its orders last, too.
"""

import datetime as datetime_module
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from threading import Lock
from typing import Any, Final, TypeVar

import flumine.execution.transaction
import flumine.markets.market
import flumine.order.order
import flumine.order.orderpackage
import flumine.order.trade
import flumine.strategy.strategy
import flumine.utils
from flumine import config
from flumine.simulation.utils import NewDateTime

from simulator.backtest.collection import seldom_collected
from simulator.backtest.flumine_adapter.orders import FollowedOrder
from simulator.backtest.flumine_adapter.sparing import (
    FINEST_PRICES,
    PRICES,
    SparingRunnerContext,
    complete_trade,
    market_notes,
)
from simulator.backtest.flumine_adapter.transactions import BacktestTransaction

FIRST_ID: Final = 10**17
"""Order ids have 18 digits, as flumine's."""
BEGINNING: Final = datetime.fromtimestamp(0, tz=timezone.utc)  # noqa: UP017, flumine's books have this very object
"""The time before a recording has told any."""

_one_at_a_time: Final = Lock()
Argument = TypeVar("Argument")


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
def simulated_time() -> Iterator[None]:
    """Let `datetime.datetime` tell the time of the recording."""
    datetime_module.datetime = NewDateTime  # type: ignore[misc]
    try:
        yield
    finally:
        datetime_module.datetime = datetime  # type: ignore[misc]


def in_simulated_time(call: Callable[[Argument], None]) -> Callable[[Argument], None]:
    """Return a function whose calls are in simulated time; a context manager would cost three times as much."""

    def called(argument: Argument) -> None:
        datetime_module.datetime = NewDateTime  # type: ignore[misc]
        try:
            call(argument)
        finally:
            datetime_module.datetime = datetime  # type: ignore[misc]

    return called


@contextmanager
def flumine_session() -> Iterator[None]:
    """Let flumine count its ids, and have orders that an exchange of ours fills; all is as it was afterwards."""
    with _one_at_a_time:
        ids = _Ids()
        patches: list[tuple[Any, str, Any]] = [
            (flumine.order.order, "uuid", ids),
            (flumine.order.trade, "uuid", ids),
            (flumine.order.orderpackage, "uuid", ids),
            (flumine.order.order, "SimulatedOrder", FollowedOrder),
            (flumine.execution.transaction, "get_market_notes", market_notes),
            (flumine.markets.market, "Transaction", BacktestTransaction),
            (flumine.order.trade.Trade, "complete_trade", complete_trade),
            (flumine.strategy.strategy, "RunnerContext", SparingRunnerContext),
            (flumine.utils, "PRICES", PRICES),
            (flumine.utils, "FINEST_PRICES", FINEST_PRICES),
            (config, "simulated", True),
            (config, "current_time", BEGINNING),
        ]
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
        try:
            for owner, name, value in patches:
                setattr(owner, name, value)
            with seldom_collected():
                yield
        finally:
            for owner, name, value in before:
                setattr(owner, name, value)

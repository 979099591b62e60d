"""What flumine does for each order in a way that costs much, done for less; what a strategy sees is the same.

For each new order it looks through all trades of the runner, through the prices of the ladder from the lowest on, and
through the runners of the market.
Of a trade that is complete, and of each response, it words what would be logged, also when nobody logs.
"""

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from flumine import config, utils
from flumine.order.orderpackage import OrderPackageType
from flumine.order.trade import TradeStatus
from flumine.strategy.runnercontext import RunnerContext

logger: Final = logging.getLogger("flumine.order.trade")
execution_logger: Final = logging.getLogger("flumine.execution.baseexecution")
CANCEL: Final = OrderPackageType.CANCEL
UPDATE: Final = OrderPackageType.UPDATE


class Findable(list[Any]):
    """A list of which it is known at once what is in it."""

    def __init__(self, members: Iterable[Any] = ()) -> None:
        super().__init__(members)
        self._known = set(self)

    def append(self, member: Any) -> None:
        """Add a member at the end."""
        self._known.add(member)
        super().append(member)

    def remove(self, member: Any) -> None:
        """Take the first of those away that are equal to a member; raise `ValueError` where there is none."""
        super().remove(member)
        self._known.discard(member)

    def __contains__(self, member: object) -> bool:
        if len(self._known) != len(self):
            # Somebody has taken some away, or put some in by other ways.
            self._known = set(self)
        return member in self._known


PRICES: Final = Findable(utils.PRICES)
"""The prices of the classic ladder."""
FINEST_PRICES: Final = Findable(utils.FINEST_PRICES)
"""All prices of two decimals."""


class SparingRunnerContext(RunnerContext):
    """What flumine knows of a strategy's trades on a runner."""

    def __init__(self, selection_id: int) -> None:
        super().__init__(selection_id)
        self.trades = Findable()
        self.live_trades = Findable()


def complete_trade(trade: Any) -> None:
    """Let a trade be complete, and its runner open to another one: `Trade.complete_trade`."""
    trade._update_status(TradeStatus.COMPLETE)
    trade.date_time_complete = config.current_time
    trade.strategy.get_runner_context(trade.market_id, trade.selection_id, trade.handicap).reset(trade.id)
    if logger.isEnabledFor(logging.INFO):
        logger.info("Trade completed: %s", trade.status.value, extra=trade.info)


def note_response(execution: Any, order: Any, response: Any, package_type: OrderPackageType) -> None:
    """Let an order have a response to what was asked for it: `BaseExecution._order_logger`."""
    if execution_logger.isEnabledFor(logging.INFO) or execution.flumine._logging_controls:
        execution._order_logger(order, response, package_type)
    elif package_type is CANCEL:
        order.responses.cancelled(response)
    elif package_type is UPDATE:
        order.responses.updated(response)
    else:
        order.responses.placed(response)
        if response.bet_id:
            order.bet_id = response.bet_id


def market_notes(market: Any, selection_id: int) -> str:
    """Return the best prices and the last one of a runner without a handicap: `utils.get_market_notes`."""
    runner = market.market_book.runner(selection_id)
    if runner is None:
        return ""
    back, lay = utils.get_price(runner.available_to_back, 0), utils.get_price(runner.available_to_lay, 0)
    return f"{_text(back)},{_text(lay)},{_text(runner.last_price_traded)}"


@lru_cache(maxsize=2 * len(PRICES), typed=True)
def _text(price: float | None) -> str:
    # To word a number takes long, and there are few prices.
    return str(price)

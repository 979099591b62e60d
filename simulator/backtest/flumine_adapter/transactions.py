"""flumine's transactions, as they are in a backtest of ours."""

import logging
from itertools import chain
from typing import Any, Final

from flumine import config
from flumine.exceptions import ControlError
from flumine.execution.transaction import Transaction
from flumine.order import orderpackage
from flumine.order.orderpackage import BetfairOrderPackage, OrderPackageType

from simulator.backtest.flumine_adapter.controls import HAVE_NOTHING_TO_SAY

logger: Final = logging.getLogger("flumine.execution.transaction")


class SentPackage(BetfairOrderPackage):
    """A package of which nothing is known but what is sent, for an exchange that has a latency of its own."""

    def __init__(
        self, market_id: str, orders: list[Any], package_type: OrderPackageType, market_version: int | None
    ) -> None:
        # `BetfairOrderPackage` would work out latencies, and prepare for being sent again.
        self._time_created = config.current_time
        self.id = orderpackage.uuid.uuid4()
        self.market_id = market_id
        self._orders = orders
        self.package_type = package_type
        self._market_version = market_version


class BacktestTransaction(Transaction):
    """A transaction that tells which orders a control has refused to place, and packs a single one without grouping."""

    def _validate_controls(self, order: Any, package_type: OrderPackageType) -> bool:
        try:
            for control in chain(self.market.flumine.trading_controls, self._client.trading_controls):
                has_nothing_to_say = HAVE_NOTHING_TO_SAY.get(type(control))
                if has_nothing_to_say is None or not has_nothing_to_say(control, order, package_type):
                    control(order, package_type)
        except ControlError:
            if package_type is OrderPackageType.PLACE:
                self.market.flumine.refuse(order)
            else:
                order.executable()
            return False
        return True

    def _create_order_package(
        self, orders: list[Any], package_type: OrderPackageType, async_: bool = False
    ) -> list[Any]:
        if len(orders) > 1 or logger.isEnabledFor(logging.INFO):
            packages: list[Any] = super()._create_order_package(orders, package_type, async_)
            return packages
        # Most have one order, of which nothing has to be sorted by market version and cut in pieces.
        order, market_version = orders.pop()
        return [SentPackage(self.market.market_id, [order], package_type, market_version)]

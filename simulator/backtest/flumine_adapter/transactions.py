"""flumine's transactions, as they are in a backtest of ours."""

from itertools import chain
from typing import Any

from flumine.exceptions import ControlError
from flumine.execution.transaction import Transaction
from flumine.order.orderpackage import BetfairOrderPackage, OrderPackageType

from simulator.backtest.flumine_adapter.controls import has_nothing_to_say


class BacktestPackage(BetfairOrderPackage):
    """A package of orders for an exchange that has a latency and a bet delay of its own, and looks at none here."""

    def calc_simulated_latency(self) -> float:
        """Return what flumine has where it does not simulate."""
        return -1

    calc_simulated_latency_delay = calc_simulated_latency


class BacktestTransaction(Transaction):
    """A transaction that tells which orders a control has refused to place, and packs a single one without grouping."""

    def _validate_controls(self, order: Any, package_type: OrderPackageType) -> bool:
        try:
            for control in chain(self.market.flumine.trading_controls, self._client.trading_controls):
                if not has_nothing_to_say(control, order, package_type):
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
        if len(orders) > 1:
            packages: list[Any] = super()._create_order_package(orders, package_type, async_)
            return packages
        # Most have one order, of which nothing has to be sorted by market version and cut in pieces.
        order, market_version = orders.pop()
        return [
            BacktestPackage(
                client=self._client,
                market_id=self.market.market_id,
                orders=[order],
                package_type=package_type,
                bet_delay=self.market.bet_delay,
                market_version=market_version,
                customer_strategy_ref=self.customer_strategy_ref,
                async_=async_,
            )
        ]

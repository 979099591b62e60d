"""Which of flumine's own controls have nothing to say of an order, known without calling them.

Each order passes every control, and nearly all orders are of one kind: a limit order at a price of the classic ladder,
in an open market, far from the most transactions of an hour. What is not plainly so is left to the control itself, as
is everything to controls that are not flumine's own.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flumine import config
from flumine.clients import VenueType
from flumine.controls.clientcontrols import MaxTransactionCount
from flumine.controls.tradingcontrols import MarketValidation, OrderValidation, StrategyExposure
from flumine.order.orderpackage import OrderPackageType
from flumine.order.ordertype import OrderTypes
from flumine.utils import PRICES_FLOAT

BETFAIR: Final = VenueType.BETFAIR
CANCEL: Final = OrderPackageType.CANCEL
LIMIT: Final = OrderTypes.LIMIT

CLASSIC_PRICES: Final = frozenset(PRICES_FLOAT)
HOUR: Final = timedelta(hours=1)


def _is_valid(_control: Any, order: Any, _package_type: OrderPackageType) -> bool:
    order_type = order.order_type
    if order_type.ORDER_TYPE is not LIMIT or order.VENUE is not BETFAIR:
        return False
    size = order_type.size
    return (
        bool(size)
        and size >= order.client.min_bet_size
        and size == round(size, 2)
        and order_type.price_ladder_definition == "CLASSIC"
        and order_type.price in CLASSIC_PRICES
    )


def _is_in_open_market(control: Any, order: Any, _package_type: OrderPackageType) -> bool:
    market = control.flumine.markets.markets.get(order.trade.market_id)
    return market is not None and order.VENUE is BETFAIR and market.market_book.status == "OPEN"


def _adds_no_exposure(_control: Any, _order: Any, package_type: OrderPackageType) -> bool:
    return package_type is CANCEL


def _is_within_hour(control: Any, _order: Any, package_type: OrderPackageType) -> bool:
    end = control._next_hour
    if end is None or not end - HOUR <= config.current_time < end:
        return False
    limit = control.client.transaction_limit
    return package_type is CANCEL or limit is None or control.current_transaction_count_total <= limit


HAVE_NOTHING_TO_SAY: Final[dict[type[Any], Callable[[Any, Any, OrderPackageType], bool]]] = {
    OrderValidation: _is_valid,
    MarketValidation: _is_in_open_market,
    StrategyExposure: _adds_no_exposure,
    MaxTransactionCount: _is_within_hour,
}
"""By the class of a control: whether it plainly lets an order by, and remembers nothing of it."""

"""The operations that read books, orders and results, for the betting service."""

from typing import Any, Final

from simulator.betfair.betting.books import list_market_book, list_runner_book
from simulator.betfair.betting.cleared import list_cleared_orders
from simulator.betfair.betting.profit_and_loss import list_market_profit_and_loss
from simulator.betfair.betting.reports import list_current_orders
from simulator.betfair.operations import Operation
from simulator.betfair.schema.sports_aping import (
    ListClearedOrdersRequest,
    ListCurrentOrdersRequest,
    ListMarketBookRequest,
    ListMarketProfitAndLossRequest,
    ListRunnerBookRequest,
)


def _always(_: Any) -> bool:
    return True


def _asks_for_bets(request: ListMarketBookRequest | ListRunnerBookRequest) -> bool:
    return request.orderProjection is not None or request.matchProjection is not None


# Which of them count against the three requests of an account at a time: manual, TOO_MANY_REQUESTS.
READING: Final = (
    Operation("listMarketBook", ListMarketBookRequest, list_market_book, counts=_asks_for_bets),
    Operation("listRunnerBook", ListRunnerBookRequest, list_runner_book, counts=_asks_for_bets),
    Operation("listCurrentOrders", ListCurrentOrdersRequest, list_current_orders, counts=_always),
    Operation("listClearedOrders", ListClearedOrdersRequest, list_cleared_orders, counts=_always),
    Operation("listMarketProfitAndLoss", ListMarketProfitAndLossRequest, list_market_profit_and_loss, counts=_always),
)
"""In the order of the interface definition's books and reports."""

"""What reports say of bets that were to be cancelled or replaced, and of the orders that were to take their place."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from simulator.betfair.betting.instructions import bet_id_numbers
from simulator.betfair.betting.placing import failed_placement
from simulator.betfair.schema.sports_inputs import (
    CancelInstruction,
    LimitOnCloseOrder,
    LimitOrder,
    MarketOnCloseOrder,
    PlaceInstruction,
    ReplaceInstruction,
)
from simulator.betfair.schema.sports_orders import (
    CancelInstructionReport,
    ReplaceInstructionReport,
)
from simulator.betfair.schema.wire import as_echoed, double
from simulator.exchange.orders import Order, OrderType, Side

FAILURE: Final = "FAILURE"
NO_SELECTION: Final = 0

Orders = Mapping[int, Order]
"""Orders by bet id."""


def failed_cancellation(instruction: CancelInstruction, reason: str, status: str = FAILURE) -> CancelInstructionReport:
    """Report a bet that was not cancelled: without size and date, as recorded; an empty reason is none."""
    return CancelInstructionReport(status=status, errorCode=reason or None, instruction=as_echoed(instruction))


def failed_replacement(
    order: Order | None, instruction: ReplaceInstruction, reason: str, place_reason: str, status: str = FAILURE
) -> ReplaceInstructionReport:
    """Report a bet that was not even cancelled, `order` where it is one of the customer's.

    Of both its cancellation and its new order, because clients take either report for granted, betfairlightweight for
    one. The new order would have had the size of what waits to be matched; that of a bet that is gone is shown with the
    size of the bet.
    """
    if order is None:
        words = _unknown_order(instruction)
    else:
        words = words_of_new_order(order, instruction, order.size_remaining or order.size)
    return ReplaceInstructionReport(
        status=status,
        errorCode=reason or None,
        cancelInstructionReport=failed_cancellation(CancelInstruction(betId=instruction.betId), reason, status),
        placeInstructionReport=failed_placement(words, place_reason, status),
    )


def _unknown_order(instruction: ReplaceInstruction) -> PlaceInstruction:
    """Return words for the new order of a bet that is not known: only its price is, but a side has to be named."""
    return PlaceInstruction(
        selectionId=NO_SELECTION,
        orderType=OrderType.LIMIT,
        side=Side.BACK,
        limitOrder=LimitOrder(price=instruction.newPrice),
    )


def own_bet(orders: Orders, username: str, market_id: str, bet_id: str) -> Order | None:
    """Return the bet of a customer in a market as its owner sees it, `None` where there is no such one."""
    (number,) = bet_id_numbers([bet_id])
    order = orders.get(number)
    if order is None or order.account != username or order.market_id != market_id:
        return None
    return order.own


def words_of_new_order(old: Order, instruction: ReplaceInstruction, size: int) -> PlaceInstruction:
    """Return the new order in the words of a request: with its size and without a handicap, as recorded."""
    price, liability = instruction.newPrice, double(old.liability)
    words = PlaceInstruction(
        selectionId=old.runner.selection_id,
        customerOrderRef=old.customer_order_reference,
        orderType=old.order_type,
        side=old.side,
    )
    match old.order_type:
        case OrderType.LIMIT:
            limit = LimitOrder(size=double(size), price=price, persistenceType=old.persistence)
            return replace(words, limitOrder=limit)
        case OrderType.LIMIT_ON_CLOSE:
            return replace(words, limitOnCloseOrder=LimitOnCloseOrder(liability=liability, price=price))
        case OrderType.MARKET_ON_CLOSE:
            return replace(words, marketOnCloseOrder=MarketOnCloseOrder(liability=liability))

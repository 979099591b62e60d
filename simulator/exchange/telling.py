"""How the events of an order are made of it, where more than one place tells of the same."""

from simulator.exchange.events import (
    CancelReason,
    FilledLeg,
    MoneyMoved,
    OrderCancelled,
    OrderLapsed,
    OrderPlaced,
    OrderQueuedForStartingPrice,
    OrderVoided,
)
from simulator.exchange.ledger import Posting
from simulator.exchange.orders import LIMIT, LapseReason, Order, OrderType, Resting


def order_placed(order: Order, index: int, ticket: int | None, at: int) -> OrderPlaced:
    """Return the event that an order has its bet id, with all its terms."""
    own = order.mirror or order
    return OrderPlaced(
        at,
        order.market_id,
        order.bet_id,
        order.account,
        order.runner,
        index,
        ticket,
        order.side,
        order.order_type,
        order.persistence,
        order.price if order.order_type is LIMIT or order.order_type is OrderType.LIMIT_ON_CLOSE else None,
        own.size or None,
        own.liability or None,
        order.time_in_force,
        own.min_fill_size,
        order.bet_target_type,
        own.bet_target,
        order.customer_order_reference,
        order.customer_strategy_reference,
    )


def order_queued(order: Order, at: int) -> OrderQueuedForStartingPrice:
    """Return the event that an order waits for the starting price with its liability."""
    return OrderQueuedForStartingPrice(
        at, order.market_id, order.bet_id, order.account, order.runner, order.own.liability
    )


def order_cancelled(order: Order, index: int, size: int, reason: CancelReason, at: int) -> OrderCancelled:
    """Return the event that `size` of an order, in the money of its account, was cancelled."""
    return OrderCancelled(at, order.market_id, order.bet_id, order.account, order.runner, index, size, reason)


def order_lapsed(order: Order, size: int, reason: LapseReason, at: int) -> OrderLapsed:
    """Return the event that `size` of an order, in the money of its account, lapsed."""
    return OrderLapsed(at, order.market_id, order.bet_id, order.account, order.runner, size, reason)


def order_voided(order: Order, size: int, at: int) -> OrderVoided:
    """Return the event that a matched `size` of an order, in the money of its account, is void."""
    return OrderVoided(at, order.market_id, order.bet_id, order.account, order.runner, size)


def filled_leg(order: Resting, size: int) -> FilledLeg:
    """Return a resting order, `size` pence of it, as a leg of a virtual bet."""
    return FilledLeg(order.bet_id, order.account, order.runner, order.price, size)


def money_moved(posting: Posting) -> MoneyMoved:
    """Return the event of a posting."""
    return MoneyMoved(
        posting.at,
        posting.debit,
        posting.credit,
        posting.amount,
        posting.memo,
        posting.market_id,
        posting.bet_id,
        posting.transaction_id,
        None if posting.own is None else posting.own.amount,
    )

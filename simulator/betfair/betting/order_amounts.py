"""The amounts that every report of an order shows: its price, size and liability, and its average price matched.

Recorded in 2026 of a MARKET_ON_CLOSE back: a price of 1000.0, a size of 0.0 that stays 0.0 when it is matched, its
stake as the liability, and the status EXECUTION_COMPLETE from the start. A lay stands at
the other end of the ladder. A LIMIT order with MARKET_ON_CLOSE persistence keeps its price when it goes to the auction;
its size is then what was matched of it, and what waits is its liability.
"""

from simulator.betfair.schema.wire import double
from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.exchange.orders import Order, OrderType, Persistence, Side


def price_asked_for(order: Order) -> float:
    """Return the price of an order, its line where prices are lines, or the best there is where it takes any."""
    if order.order_type is not OrderType.MARKET_ON_CLOSE or _was_converted(order):
        return double(order.price)
    return double(HIGHEST_PRICE if order.side is Side.BACK else LOWEST_PRICE)


def size_asked_for(order: Order) -> float:
    """Return the size of an order; one that was placed for the starting price has none."""
    return double(order.size) if order.order_type is OrderType.LIMIT or _was_converted(order) else 0.0


def average_price_matched(order: Order) -> float:
    """Return the average price of what an order has matched, to the nearest hundredth; 0.0 while nothing is matched."""
    return double(order.average_price_matched)


def bsp_liability(order: Order) -> float:
    """Return what an order puts in at the starting price: the stake of a back, what a lay risks."""
    return double(order.liability)


def _was_converted(order: Order) -> bool:
    return order.persistence is Persistence.MARKET_ON_CLOSE

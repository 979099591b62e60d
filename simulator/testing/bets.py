"""Bets as a test looks at them: all that customers have placed in a world, in whole units."""

from collections.abc import Iterator

from msgspec import Struct

from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import Order
from simulator.world.world import World


class Bet(Struct, frozen=True):
    """A bet of a customer, in the account's own currency. Sizes are the backer's stake, also on a LAY.

    `status` is EXECUTABLE while a part is unmatched and else EXECUTION_COMPLETE. Once the bet is settled `outcome` is
    WON, LOST, PLACE or VOIDED, and `profit` what it came to before commission. `price` is 0 of a bet for the starting
    price without a limit, and `average_price_matched` while nothing is matched.
    """

    bet_id: str
    account: str
    market_id: str
    selection_id: int
    handicap: float
    side: str
    order_type: str
    price: float
    size: float
    status: str
    size_matched: float
    average_price_matched: float
    size_remaining: float
    size_lapsed: float
    size_cancelled: float
    size_voided: float
    outcome: str | None
    profit: float | None
    customer_order_ref: str | None
    customer_strategy_ref: str | None


def bets_of(world: World) -> Iterator[Bet]:
    """Yield the bets of the customers of a world, in the order in which they were placed, the ended ones too."""
    customers = world.accounts.by_username
    for order in world.exchange.orders.values():
        if order.account in customers:
            yield _seen(order.own)


def _seen(order: Order) -> Bet:
    return Bet(
        bet_id=str(order.bet_id),
        account=order.account,
        market_id=order.market_id,
        selection_id=order.runner.selection_id,
        handicap=order.runner.handicap / HUNDREDTHS,
        side=order.side.value,
        order_type=order.order_type.value,
        price=order.price / HUNDREDTHS,
        size=order.size / HUNDREDTHS,
        status=order.status.value,
        size_matched=order.size_matched / HUNDREDTHS,
        average_price_matched=order.average_price_matched / HUNDREDTHS,
        size_remaining=order.size_remaining / HUNDREDTHS,
        size_lapsed=order.size_lapsed / HUNDREDTHS,
        size_cancelled=order.size_cancelled / HUNDREDTHS,
        size_voided=order.size_voided / HUNDREDTHS,
        outcome=None if order.outcome is None else order.outcome.value,
        profit=None if order.profit is None else order.profit / HUNDREDTHS,
        customer_order_ref=order.customer_order_reference,
        customer_strategy_ref=order.customer_strategy_reference,
    )

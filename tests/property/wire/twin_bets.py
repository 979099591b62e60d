"""The twin of the machine over the wire, as far as bets can be changed: copies of them, and what may become of them.

A customer's bets are copied before a request; each rule here looks at such a copy and at the scenario, and says which
error code an instruction owes. Written from the manual's error codes and exchange mechanics, sections 3 and 9.
"""

from typing import Any, NamedTuple

from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.world.world import World
from tests.property.kernel.twin_acceptance import is_rounded_too_far
from tests.property.kernel.twin_book import CLASSIC_PRICES
from tests.property.wire.worlds import MARKET_ENTRIES

EVEN_MONEY = 200


class Bet(NamedTuple):
    """A bet as its owner saw it at some time: sizes, liabilities and prices in hundredths."""

    bet_id: int
    account: str
    market: str
    runner: RunnerKey
    side: Side
    order_type: OrderType
    persistence: Persistence
    price: int
    size: int
    unmatched: int
    cancelled: int
    liability: int
    waits: bool
    """Whether it waits for a starting price that may not be worse than its own: such a bet is edited, not cancelled."""
    reference: str | None


def bets_of(world: World, account: str) -> dict[int, Bet]:
    """Copy an account's bets, in the order of their ids."""
    orders = world.exchange.orders
    return {bet_id: copied(orders[bet_id].own) for bet_id in sorted(orders) if orders[bet_id].account == account}


def copied(order: Order) -> Bet:
    return Bet(
        order.bet_id,
        order.account,
        order.market_id,
        order.runner,
        order.side,
        order.order_type,
        order.persistence,
        order.price,
        order.size,
        order.size_remaining,
        order.size_cancelled,
        order.liability,
        order.order_type is OrderType.LIMIT_ON_CLOSE and order.liability_waiting > 0,
        order.customer_order_reference,
    )


# Why an instruction fails


def why_not_changed(bet: Bet | None, market: str) -> str | None:
    """Only what is unmatched of an own bet in the market that is named can be changed."""
    if bet is None or bet.market != market:
        return "INVALID_BET_ID"
    return None if bet.unmatched else "BET_TAKEN_OR_LAPSED"


def why_not_cancelled(bet: Bet | None, market: str, reduction: int | None) -> str | None:
    reason = why_not_changed(bet, market)
    if bet is None or reason is not None or reduction is None:
        return reason
    if reduction <= 0:
        return "INVALID_BET_SIZE"
    return why_not_so_small(bet, bet.unmatched - reduction, bet.price) if reduction < bet.unmatched else None


def why_not_updated(bet: Bet | None, market: Market, wanted: Persistence) -> str | None:
    reason = why_not_changed(bet, market.market_id)
    if bet is None or reason is not None:
        return reason
    if bet.persistence is wanted:
        return "NO_ACTION_REQUIRED"
    entry = MARKET_ENTRIES[market.market_id]
    needs = {Persistence.PERSIST: "turnInPlay", Persistence.MARKET_ON_CLOSE: "bspMarket"}.get(wanted)
    if needs is not None and not entry.get(needs):
        return "INVALID_PERSISTENCE_TYPE"
    if wanted is Persistence.MARKET_ON_CLOSE and (market.in_play or market.bsp_reconciled):
        return "MARKET_NOT_OPEN_FOR_BSP_BETTING"
    return None


def why_not_replaced(bet: Bet | None, market: str, price: int) -> str | None:
    """Why a bet is left as it is, rather than cancelled for the sake of a new one."""
    waits = bet is not None and bet.market == market and bet.waits
    reason = None if waits else why_not_changed(bet, market)
    return "NO_ACTION_REQUIRED" if bet is not None and reason is None and bet.price == price else reason


def why_not_placed_anew(bet: Bet, price: int, market: Market, version: int | None) -> str | None:
    """What is wrong with a bet's successor at a new price, apart from the money for it."""
    if comes_too_late(version, market):
        return "BET_TAKEN_OR_LAPSED"
    if not is_on_ladder(price, bet.market):
        return "INVALID_ODDS"
    if not bet.waits:
        return why_not_so_small(bet, bet.unmatched, price)
    is_easier = price < bet.price if bet.side is Side.BACK else price > bet.price
    return None if is_easier else "INVALID_PRICE_EDIT"


def why_not_so_small(bet: Bet, size: int, price: int) -> str | None:
    odds = EVEN_MONEY if MARKET_ENTRIES[bet.market].get("bettingType") == "LINE" else price
    return "INVALID_PROFIT_RATIO" if is_rounded_too_far(size, odds) else None


def comes_too_late(version: int | None, market: Market) -> bool:
    """Whether a bet was meant for a market as it was before its last material change."""
    return version is not None and version < market.material_version


def is_on_ladder(price: int, market: str) -> bool:
    entry: dict[str, Any] = MARKET_ENTRIES[market]
    if entry.get("bettingType") == "LINE":
        line = entry["line"]
        least, most, step = (round(line[name] * 100) for name in ("minUnitValue", "maxUnitValue", "interval"))
        return price in range(least, most + 1, step)
    if entry.get("bettingType", "ODDS") == "ODDS":
        return price in CLASSIC_PRICES
    return price in range(101, 100_001)

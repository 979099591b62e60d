"""Fills from outside: unmatched bets that are matched with bets which are in no book here.

So it is where a market follows a recording: who takes a resting bet is not a customer of this exchange but somebody of
whom the recording shows no more than that there was such a bet.
"""

from simulator.exchange.commands import FillFromOutside
from simulator.exchange.events import Event, OrderMatched
from simulator.exchange.execution import fill_resting
from simulator.exchange.market import Market
from simulator.exchange.matching import Fill
from simulator.exchange.orders import ANONYMOUS, ANONYMOUS_BET_ID, Order
from simulator.exchange.refusals import Impossible
from simulator.exchange.state import State


def fill_from_outside(state: State, command: FillFromOutside, at: int) -> list[Event]:
    """Match unmatched bets, in pence of their stakes and each at its own price.

    Raises `Impossible`, and fills none, where a bet is not one of the market or less of it is unmatched.
    """
    market = state.market_to_run(command.market_id)
    left: dict[int, int] = {}
    for bet_id, size in command.fills:
        order = market.orders.get(bet_id)
        before = 0 if order is None else left.get(bet_id, order.size_remaining)
        left[bet_id] = before - size
        if size <= 0 or left[bet_id] < 0:
            raise Impossible(f"of bet {bet_id} in market {market.market_id} {before} pence are unmatched, not {size}")
    return [_fill(market, market.orders[bet_id], size, state.match_ids.take(), at) for bet_id, size in command.fills]


def _fill(market: Market, order: Order, size: int, match_id: int, at: int) -> Event:
    fill_resting(market, Fill(order, size), match_id, at)
    market.last_match_at = at
    return OrderMatched(
        at,
        market.market_id,
        match_id,
        order.runner,
        order.price,
        size,
        order.side.opposite,
        ANONYMOUS_BET_ID,
        ANONYMOUS,
        order.bet_id,
        order.account,
    )

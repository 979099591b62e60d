"""What an account's matched bets make of a market that is not over: profit and loss if a runner wins, loses, is placed.

Only ODDS markets have such figures (manual, listMarketProfitAndLoss). Where one runner wins the others lose, so the
figure of a runner is the result of the whole market. Where several may win, nothing says how the others end: figures
are those of the bets on the runner itself (chosen).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from simulator.exchange.accounts import Account
from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, RunnerKey
from simulator.exchange.profits import ALL, NONE, Share, each_way_profit, matched_winnings, owners_profit, shared_profit
from simulator.exchange.results import ODDS
from simulator.exchange.runner import RunnerStatus


class RunnerProfit(NamedTuple):
    """Profit, or negative loss, in pence before commission; `None` where the market has no such figure."""

    if_win: int
    if_lose: int | None = None
    if_place: int | None = None


def runner_profits(
    market: Market, account: Account, *, include_settled_bets: bool = False, include_starting_price_bets: bool = False
) -> dict[RunnerKey, RunnerProfit]:
    """Return the figures of the active runners of an ODDS market, and none for markets of other types.

    `include_settled_bets` is for markets settled in part. Where one runner wins, what the settled bets brought is in
    every figure; where several may win, a settled runner has figures of its own, both what its bets brought (chosen).
    Bets at the starting price, those too that only became such, are left out unless asked for.
    """
    definition = market.definition
    if definition.betting_type != ODDS:
        return {}
    bets: dict[RunnerKey, list[Order]] = {
        key: [] for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE
    }
    for order in account.current_orders.values():
        counts = include_starting_price_bets or order.order_type is OrderType.LIMIT
        if order.market_id == market.market_id and order.size_matched and counts:
            bets[order.runner].append(order)
    settled = _settled_profits(market, account) if include_settled_bets else {}
    if definition.each_way_divisor is not None:
        return {key: _if_placed(orders, market, definition.each_way_divisor) for key, orders in bets.items()}
    if definition.number_of_winners == 1:
        return _if_the_others_lose(bets, sum(settled.values()))
    figures = {key: RunnerProfit(_total(orders, ALL), _total(orders, NONE)) for key, orders in bets.items()}
    return figures | {key: RunnerProfit(profit, profit) for key, profit in settled.items()}


def _settled_profits(market: Market, account: Account) -> dict[RunnerKey, int]:
    """Return what the settled bets of a market brought, by runner."""
    profits: dict[RunnerKey, int] = {}
    for order in account.settled_in_part.values():
        if order.market_id == market.market_id and order.profit is not None:
            profits[order.runner] = profits.get(order.runner, 0) + order.profit
    return profits


def _total(orders: Iterable[Order], share: Share) -> int:
    return sum(
        owners_profit(order, shared_profit(order.size_matched, matched_winnings(order), share)) for order in orders
    )


def _if_the_others_lose(bets: Mapping[RunnerKey, Sequence[Order]], settled: int) -> dict[RunnerKey, RunnerProfit]:
    lost = {key: _total(orders, NONE) for key, orders in bets.items()}
    if_all_lose = settled + sum(lost.values())
    return {key: RunnerProfit(if_all_lose - lost[key] + _total(orders, ALL)) for key, orders in bets.items()}


def _if_placed(orders: Sequence[Order], market: Market, divisor: int) -> RunnerProfit:
    places_are_void = market.field.places_are_void

    def total(win: Share, place: Share) -> int:
        return sum(
            owners_profit(
                order,
                each_way_profit(
                    order.size_matched, matched_winnings(order), divisor, win, None if places_are_void else place
                ),
            )
            for order in orders
        )

    return RunnerProfit(if_win=total(ALL, ALL), if_lose=total(NONE, NONE), if_place=total(NONE, ALL))

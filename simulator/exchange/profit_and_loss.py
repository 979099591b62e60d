"""What an account's matched bets make of a market that is not over: profit and loss if a runner wins, loses, is placed.

Only ODDS markets have such figures (manual, listMarketProfitAndLoss). Where one runner wins the others lose, so the
figure of a runner is the result of the whole market. Where several may win, nothing says how the others end: figures
are those of the bets on the runner itself (chosen).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from simulator.exchange.betting_types import BettingType
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import BetOutcome, Order, OrderType, RunnerKey
from simulator.exchange.payouts import ALL, NONE, Share, each_way_profit, matched_winnings, owners_profit, shared_profit
from simulator.exchange.statuses import RunnerStatus


class _Matched(NamedTuple):
    """What counts of an order: its stake in pence, and what that wins for its backer, in hundredths of pence."""

    order: Order
    size: int
    winnings: int


class RunnerProfit(NamedTuple):
    """Profit, or negative loss, in pence before commission; `None` where the market has no such figure."""

    if_win: int
    if_lose: int | None = None
    if_place: int | None = None


def runner_profits(
    market: Market, account: str, *, include_settled_bets: bool = False, include_starting_price_bets: bool = False
) -> dict[RunnerKey, RunnerProfit]:
    """Return the figures of the active runners of an ODDS market, and none for markets of other types.

    `include_settled_bets` is for markets settled in part. Where one runner wins, what the settled bets brought is in
    every figure; where several may win, a settled runner has figures of its own, both what its bets brought (chosen).
    Bets on hidden runners are lost in every figure of a market with one winner, and have none of their own elsewhere
    (chosen). What was matched at the starting price is left out unless asked for; what else the same bet has matched is
    not.
    """
    definition = market.definition
    if definition.betting_type != BettingType.ODDS:
        return {}
    bets: dict[RunnerKey, list[_Matched]] = {
        key: [] for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE
    }
    on_hidden: list[_Matched] = []
    index = market.orders_of.get(account)
    for order in () if index is None else index.live:
        if order.size_matched and order.settled_at is None:
            bets.get(order.runner, on_hidden).append(_counted(order.own, include_starting_price_bets))
    settled = {}
    if index is not None and include_settled_bets:
        settled = _settled_profits(market, index.orders, include_starting_price_bets)
    if definition.each_way_divisor is not None:
        return {key: _if_placed(counted, market, definition.each_way_divisor) for key, counted in bets.items()}
    if definition.number_of_winners == 1:
        return _if_the_others_lose(bets, sum(settled.values()) + _total(on_hidden, NONE))
    figures = {key: RunnerProfit(_total(counted, ALL), _total(counted, NONE)) for key, counted in bets.items()}
    return figures | {key: RunnerProfit(profit, profit) for key, profit in settled.items()}


def _counted(order: Order, include_starting_price_bets: bool) -> _Matched:
    if include_starting_price_bets or order.order_type is OrderType.LIMIT:
        return _Matched(order, order.size_matched, matched_winnings(order))
    counted = [fragment for fragment in order.fragments if not fragment.at_starting_price]
    size = sum(fragment.size for fragment in counted)
    return _Matched(order, size, sum(fragment.payout for fragment in counted) - size * HUNDREDTHS)


def _settled_profits(
    market: Market, orders: Iterable[Order], include_starting_price_bets: bool
) -> dict[RunnerKey, int]:
    """Return what the settled bets of a market brought, by runner."""
    profits: dict[RunnerKey, int] = {}
    for order in (each.own for each in orders):
        if order.profit is not None:
            brought = order.profit if include_starting_price_bets else _ordinary_profit(market, order)
            profits[order.runner] = profits.get(order.runner, 0) + brought
    return profits


def _ordinary_profit(market: Market, order: Order) -> int:
    """Return what a settled bet brought without what it had matched at the starting price."""
    if order.outcome is BetOutcome.VOIDED:
        return 0
    # A runner that is settled before its market has won or lost whole: dead heats wait for the end.
    share = ALL if market.runners[order.runner].status is RunnerStatus.WINNER else NONE
    return _total([_counted(order, include_starting_price_bets=False)], share)


def _total(bets: Iterable[_Matched], share: Share) -> int:
    return sum(owners_profit(bet.order, shared_profit(bet.size, bet.winnings, share)) for bet in bets)


def _if_the_others_lose(bets: Mapping[RunnerKey, Sequence[_Matched]], settled: int) -> dict[RunnerKey, RunnerProfit]:
    lost = {key: _total(counted, NONE) for key, counted in bets.items()}
    if_all_lose = settled + sum(lost.values())
    return {key: RunnerProfit(if_all_lose - lost[key] + _total(counted, ALL)) for key, counted in bets.items()}


def _if_placed(bets: Sequence[_Matched], market: Market, divisor: int) -> RunnerProfit:
    places_are_void = market.field.places_are_void

    def total(win: Share, place: Share) -> int:
        return sum(
            owners_profit(
                bet.order, each_way_profit(bet.size, bet.winnings, divisor, win, None if places_are_void else place)
            )
            for bet in bets
        )

    return RunnerProfit(if_win=total(ALL, ALL), if_lose=total(NONE, NONE), if_place=total(NONE, ALL))

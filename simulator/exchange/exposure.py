"""What an account can lose: the worst outcome of a market, over every result and every fate of its unmatched bets.

Everything is in whole pence, because a bet's profit is rounded once for the whole bet and that rounding is applied
here as it will be at settlement. So exposure is never a penny less than a loss that can really happen (exchange
mechanics, section 13).
"""

from collections.abc import Iterable
from heapq import nsmallest
from typing import NamedTuple

from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BetTargetType, Order, RunnerKey, Side, yield_of_a_penny


class Stakes(NamedTuple):
    """What one order, or all of an account's orders on one runner, stand to win or lose, in pence.

    `win` and `lose` are the result of the matched parts if the runner wins or loses; `unmatched_win` and
    `unmatched_lose` are what the unmatched parts could take off that, were they matched at their own price.
    """

    win: int = 0
    lose: int = 0
    unmatched_win: int = 0
    unmatched_lose: int = 0


NOTHING = Stakes()


def stakes_of(order: Order) -> Stakes:
    """Return what an order stands to win or lose now."""
    if order.bet_target is not None and not order.size:
        return _stakes_of_target(order, order.bet_target)
    matched, remaining = order.size_matched, order.size_remaining
    profit = order.matched_profit if matched else 0
    waiting = order.liability_waiting
    if order.side is Side.BACK:
        return Stakes(profit, -matched, 0, remaining + waiting)
    if not remaining:
        return Stakes(-profit, matched, waiting, 0)
    payout = order.matched_payout + remaining * order.price
    whole_liability = divide_half_away(payout - (matched + remaining) * HUNDREDTHS, HUNDREDTHS)
    return Stakes(-profit, matched, whole_liability - profit, 0)


def _stakes_of_target(order: Order, target: int) -> Stakes:
    """Return what an order with a bet target can lose before it has met the market and has a size.

    Most at its own limit: there a backer stakes most for the target, and a layer of a payout keeps least of it.
    """
    if order.side is Side.BACK:
        return Stakes(unmatched_lose=target * HUNDREDTHS // yield_of_a_penny(order.bet_target_type, order.price))
    if order.bet_target_type is BetTargetType.BACKERS_PROFIT:
        return Stakes(unmatched_win=target)
    return Stakes(unmatched_win=-(-target * (order.price - HUNDREDTHS) // order.price))


class Field(NamedTuple):
    """Who can win a market: `number_of_winners` of `active_runners`; if not `complete`, somebody not listed may."""

    number_of_winners: int
    active_runners: int
    complete: bool = True


class Position:
    """One account's bets in one market, summed per runner as they change."""

    __slots__ = ("_field", "exposure_is_stale", "stakes")

    def __init__(self, field: Field) -> None:
        self._field = field
        self.stakes: dict[RunnerKey, Stakes] = {}
        self.exposure_is_stale = False

    def set_field(self, field: Field) -> None:
        """Say anew who can win."""
        self._field = field
        self.exposure_is_stale = True

    def change(self, key: RunnerKey, before: Stakes, after: Stakes) -> None:
        """Replace what one order contributes by what it contributes now."""
        win, lose, unmatched_win, unmatched_lose = self.stakes.get(key, NOTHING)
        self.stakes[key] = Stakes(
            win + after.win - before.win,
            lose + after.lose - before.lose,
            unmatched_win + after.unmatched_win - before.unmatched_win,
            unmatched_lose + after.unmatched_lose - before.unmatched_lose,
        )
        self.exposure_is_stale = True

    def exposure(self) -> int:
        """Return the loss in the worst case, in pence, zero or more: a sure profit is no credit."""
        return max(0, -worst_outcome(self.stakes.values(), self._field))


def worst_outcome(stakes: Iterable[Stakes], field: Field) -> int:
    """Return the result in pence of the worst combination of winners and of unmatched bets being matched.

    A runner that loses brings `lose`; one that wins brings its difference on top. The worst case lets those with the
    smallest differences win, as many as must; runners without bets differ by nothing. Without a number of winners,
    any runner may win. In an incomplete market the winners may all be unlisted (chosen, so that the figure is never
    too low).
    """
    base = 0
    differences: list[int] = []
    for win, lose, unmatched_win, unmatched_lose in stakes:
        worst_lose = lose - unmatched_lose
        base += worst_lose
        differences.append(win - unmatched_win - worst_lose)
    winners = field.number_of_winners
    if not winners:
        return base + sum(difference for difference in differences if difference < 0)
    idle_runners = winners if not field.complete else max(0, field.active_runners - len(differences))
    if winners == 1:
        if idle_runners:
            differences.append(0)
        return base + min(differences, default=0)
    differences.extend([0] * min(idle_runners, winners))
    return base + sum(nsmallest(winners, differences))

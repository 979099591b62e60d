"""What one order stands to win or lose, in whole pence, as its market's type has it.

A bet's profit is rounded once for the whole bet, and that rounding is applied here as it will be at settlement: with
the unmatched part matched at its own price, and without it (exchange mechanics, sections 11 and 13).
"""

from collections.abc import Callable
from typing import NamedTuple

from simulator.exchange.lines import Line, LineBet, Numbers, line_bets
from simulator.exchange.money import EVEN_MONEY, HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BetTargetType, Order, Side, yield_of_a_penny
from simulator.exchange.profits import matched_winnings, placed_profit, won_profit


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


# Odds


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


# Each way and lines: what is unmatched, in one shape for all kinds of orders


class Unmatched(NamedTuple):
    """The unmatched part of an order as its owner could lose by it: a layer by the winnings, a backer by the stake.

    `stake` in pence, `winnings` above the stake in hundredths of pence.
    """

    stake: int
    winnings: int


def unmatched_part(order: Order) -> Unmatched:
    """Return what of an order could still be matched, at the price that costs its owner most."""
    if order.size_remaining:
        odds = EVEN_MONEY if order.is_line_bet else order.price
        return Unmatched(order.size_remaining, order.size_remaining * (odds - HUNDREDTHS))
    # Without a size yet: a bet target that has not met the market, or a bet that waits for the starting price.
    _, _, liability, stake = stakes_of(order)
    return Unmatched(stake, liability * HUNDREDTHS)


# Each way: two parts of one bet, which is rounded once. The divisor is in hundredths.


def place_part_stakes(order: Order, divisor: int) -> Stakes:
    """Return what the place part of an each way order stands to win or lose.

    It is what being placed brings above losing both parts, because where a penny goes in rounding is decided there.
    """
    return _part_stakes(order, lambda stake, winnings: stake + placed_profit(stake, winnings, divisor))


def win_part_stakes(order: Order, divisor: int) -> Stakes:
    """Return what the win part stands to win or lose: what winning brings above being placed.

    So both parts together are the profit of the bet, to the penny.
    """
    return _part_stakes(
        order, lambda stake, winnings: won_profit(winnings, divisor) - stake - placed_profit(stake, winnings, divisor)
    )


def _part_stakes(order: Order, profit_of: Callable[[int, int], int]) -> Stakes:
    """Return the stakes of a part that wins its backer so much for a stake and what that wins at the full odds."""
    matched, winnings = order.size_matched, matched_winnings(order)
    unmatched = unmatched_part(order)
    profit = profit_of(matched, winnings)
    if order.side is Side.BACK:
        return Stakes(profit, -matched, 0, unmatched.stake)
    whole_profit = profit_of(matched + unmatched.stake, winnings + unmatched.winnings)
    # Less than nothing where the penny of a rounding moves to the other part, which then has one more.
    return Stakes(-profit, matched, whole_profit - profit, 0)


# Lines


class LineStakes(NamedTuple):
    """The worst that an order, or all orders on a line, can bring at each fate of a backer, in pence.

    Unmatched parts count where they would lose.
    """

    lost: int = 0
    half_lost: int = 0
    refunded: int = 0
    half_won: int = 0
    won: int = 0


def line_stakes(order: Order, numbers: Numbers) -> dict[Line, LineStakes]:
    """Return what an order in a market that ends in a number can bring at worst, by the lines it bets on."""
    sign = 1 if order.side is Side.BACK else -1
    matched = {bet.line: bet for bet in line_bets(order, numbers)}
    stakes = {line: LineStakes(*(sign * profit for profit in bet.profits())) for line, bet in matched.items()}
    stake, winnings = unmatched_part(order)
    if stake or winnings:
        line = numbers.line_of(order.runner, order.price)
        before = matched.get(line, LineBet(line, 0, 0))
        whole = LineBet(line, before.stake + stake, before.winnings + winnings)
        stakes[line] = LineStakes(
            *(min(sign * was, sign * is_now) for was, is_now in zip(before.profits(), whole.profits(), strict=True))
        )
    return stakes

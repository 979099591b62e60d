"""What one order stands to win or lose, in whole pence, as its market's type has it.

A bet's profit is rounded once for the whole bet, and that rounding is applied here as it will be at settlement: with
the unmatched part matched at its own price, and without it (exchange mechanics).
"""

from typing import NamedTuple

from simulator.exchange.lines import Line, LineBet, Numbers, line_bets
from simulator.exchange.money import EVEN_MONEY, HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BACK, BetTargetType, Order, target_per_penny
from simulator.exchange.payouts import matched_winnings, placed_profit, won_profit
from simulator.exchange.records import new_record


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
    if order.side is BACK:
        return new_record(Stakes, (profit, -matched, 0, remaining + waiting))
    if not remaining:
        return new_record(Stakes, (-profit, matched, waiting, 0))
    payout = order.matched_payout + remaining * order.price
    whole_liability = divide_half_away(payout - (matched + remaining) * HUNDREDTHS, HUNDREDTHS)
    return new_record(Stakes, (-profit, matched, whole_liability - profit, 0))


def _stakes_of_target(order: Order, target: int) -> Stakes:
    """Return what an order with a bet target can lose before it has met the market and has a size.

    Most at its own limit: there a backer stakes most for the target, and a layer of a payout keeps least of it.
    """
    if order.side is BACK:
        return Stakes(unmatched_lose=target * HUNDREDTHS // target_per_penny(order.bet_target_type, order.price))
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


NOTHING_UNMATCHED = Unmatched(0, 0)


def unmatched_part(order: Order) -> Unmatched:
    """Return what of an order could still be matched, at the price that costs its owner most."""
    if order.size_remaining:
        odds = EVEN_MONEY if order.is_line_bet else order.price
        return Unmatched(order.size_remaining, order.size_remaining * (odds - HUNDREDTHS))
    # Without a size yet: a bet target that has not met the market, or a bet that waits for the starting price.
    _, _, liability, stake = stakes_of(order)
    return Unmatched(stake, liability * HUNDREDTHS)


# Each way: two parts of one bet, which is rounded once. The divisor is in hundredths.


class EachWayStakes(NamedTuple):
    """The worst that an each way order, or all orders on a runner, can bring by how the runner ends, in pence.

    Unmatched parts count where they would lose.
    """

    lost: int = 0
    placed: int = 0
    won: int = 0


def each_way_stakes(order: Order, divisor: int, *, places_are_void: bool) -> EachWayStakes:
    """Return what an each way order can bring at worst, both parts together.

    It is never too much, and exact for an order that has its size: without one it is not known yet at which
    price it will be matched, and so what a place is worth.
    """
    sign = 1 if order.side is BACK else -1
    stake, winnings = order.size_matched, matched_winnings(order)
    unmatched = unmatched_part(order)
    standing = _each_way_profits(stake, winnings, divisor, places_are_void)
    if unmatched == NOTHING_UNMATCHED:
        return EachWayStakes(*(sign * profit for profit in standing))
    whole = _each_way_profits(stake + unmatched.stake, winnings + unmatched.winnings, divisor, places_are_void)
    return EachWayStakes(*(min(sign * was, sign * is_now) for was, is_now in zip(standing, whole, strict=True)))


def _each_way_profits(stake: int, winnings: int, divisor: int, places_are_void: bool) -> tuple[int, int, int]:
    """Return what a backer gets where the runner loses, is placed and wins; without places, being placed is losing."""
    if places_are_void:
        return -stake, -stake, divide_half_away(winnings, HUNDREDTHS)
    return -2 * stake, placed_profit(stake, winnings, divisor), won_profit(winnings, divisor)


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
    sign = 1 if order.side is BACK else -1
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

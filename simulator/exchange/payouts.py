"""What a bet wins for its backer, by the type of its market: exact, and rounded once to the nearest penny.

The layer's profit is the same with the other sign, because halves are rounded away from zero. Everywhere `winnings`
are what the backer gets above the stake if all of it wins, in hundredths of pence; stakes are in pence (exchange
mechanics).
"""

from fractions import Fraction
from typing import Final, NamedTuple

from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BACK, Order


class Share(NamedTuple):
    """How much of a stake wins: `won` parts `of` so many; the other parts lose."""

    won: int
    of: int


ALL: Final = Share(1, 1)
NONE: Final = Share(0, 1)


def matched_winnings(order: Order) -> int:
    """Return what the matched part of an order wins for its backer above the stake, in hundredths of pence."""
    return order.matched_payout - order.size_matched * HUNDREDTHS


def owners_profit(order: Order, backers_profit: int) -> int:
    """Return what a profit of the backer is to the owner of an order."""
    return backers_profit if order.side is BACK else -backers_profit


def shared_profit(stake: int, winnings: int, share: Share) -> int:
    """Return the profit of a bet on a runner of which a share won: all, nothing, or in a dead heat something between.

    300.00 at 4.0 win 100.00 if three tie for one place: 100.00 at 4.0 win, 200.00 lose.
    """
    won, of = share
    if not won:
        return -stake
    return divide_half_away(winnings * won - stake * HUNDREDTHS * (of - won), HUNDREDTHS * of)


# Each way: a bet to win at the price, and one of the same stake to be placed at 1 + (price - 1) / divisor


def won_profit(winnings: int, divisor: int) -> int:
    """Return what an each way bet brings if the runner wins; the divisor is in hundredths (400 for a quarter)."""
    return divide_half_away(winnings * (divisor + HUNDREDTHS), divisor * HUNDREDTHS)


def placed_profit(stake: int, winnings: int, divisor: int) -> int:
    """Return what an each way bet brings if the runner is placed: winnings at a fraction, less the stake to win."""
    return divide_half_away(winnings - stake * divisor, divisor)


def each_way_profit(stake: int, winnings: int, divisor: int, win: Share, place: Share | None) -> int:
    """Return the profit of an each way bet of which a share of either part won, rounded once for both parts.

    Without a share for the place part, that part is void.
    """
    exact = _shared(stake, Fraction(winnings, HUNDREDTHS), win)
    if place is not None:
        exact += _shared(stake, Fraction(winnings, divisor), place)
    return divide_half_away(exact.numerator, exact.denominator)


def _shared(stake: int, winnings: Fraction, share: Share) -> Fraction:
    return (winnings * share.won - stake * (share.of - share.won)) / share.of

"""The naive twin's money: profit, commission, and the worst that can happen, found by trying everything.

Written from the exchange mechanics, sections 1, 11, 12 and 13. Exact fractions until the one rounding of a bet.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product

from simulator.exchange.orders import RunnerKey, Side
from tests.property.kernel.twin_book import NaiveBet
from tests.property.kernel.twin_matching import Ask

WON, LOST = Fraction(1), Fraction(0)

MOST_BETS_TRIED_TOGETHER = 6
"""Up to here every subset of unmatched bets is tried; there are 2 to the power of their number."""


def nearest_penny(amount: Fraction) -> int:
    """Round to the nearest penny, halves away from zero."""
    pence = math.floor(abs(amount) + Fraction(1, 2))
    return pence if amount >= 0 else -pence


def profit(side: Side, matches: Sequence[tuple[int | Fraction, int]], share: Fraction) -> int:
    """What a bet brings its owner, in pence, rounded once for the whole bet; `matches` are prices and sizes.

    `share` is the part of the stake that wins: all of it on a winner, none on a loser, something between in a dead
    heat.
    """
    return _profit(side, tuple(matches), share)


@lru_cache(100_000)
def _profit(side: Side, matches: tuple[tuple[int | Fraction, int], ...], share: Fraction) -> int:
    # What it says of a bet is asked after every step, and fractions are slow.
    stake, payout = sum(size for _, size in matches), Fraction(sum(size * price for price, size in matches), 100)
    backer = share * (payout - stake) - (1 - share) * stake
    return nearest_penny(backer if side is Side.BACK else -backer)


def commission(net_winnings: int, rate_percent: Fraction, discount_percent: Fraction) -> int:
    """What is charged on the net winnings of an account in a market, in pence: nothing on a loss."""
    if net_winnings <= 0:
        return 0
    return nearest_penny(net_winnings * rate_percent / 100 * (1 - discount_percent / 100))


def possible_winners(
    runners: list[RunnerKey], number_of_winners: int, complete: bool
) -> Iterator[tuple[RunnerKey, ...]]:
    """Every set of listed runners that can turn out to be the winners.

    With no number of winners any runners can win, all of them or none. In an incomplete market a winner may be
    somebody who is not listed.
    """
    if not number_of_winners:
        counts = range(len(runners) + 1)
    elif complete:
        counts = range(min(number_of_winners, len(runners)), min(number_of_winners, len(runners)) + 1)
    else:
        counts = range(min(number_of_winners, len(runners)) + 1)
    for count in counts:
        yield from combinations(runners, count)


def worst_result(
    bets: list[NaiveBet], runners: list[RunnerKey], number_of_winners: int = 1, complete: bool = True
) -> int:
    """The least an account can end up with in a market, over all winners and all fates of its unmatched bets.

    Each unmatched bet stays unmatched or is matched at its own price, whatever happens to the others.
    """
    fates_of = [(bet.runner, fates(bet, WON), fates(bet, LOST)) for bet in bets]
    return min(
        worst_sum([if_won if runner in winners else if_lost for runner, if_won, if_lost in fates_of])
        for winners in possible_winners(runners, number_of_winners, complete)
    )


def fates(bet: NaiveBet, share: Fraction) -> list[int]:
    """What a bet can bring once its runner's result is known: as it stands, and with all of the rest matched."""
    standing = [(match.exact_price, match.size) for match in bet.stands]
    loses = (share == WON) is (bet.side is Side.LAY)
    if bet.target is not None:
        return [0, most_lost_to_target(bet) if loses else 0]
    certain = profit(bet.side, standing, share) - (bet.waiting if loses else 0)
    if not bet.remaining:
        return [certain]
    return [certain, profit(bet.side, [*standing, (bet.price, bet.remaining)], share)]


def most_lost_to_target(bet: NaiveBet) -> int:
    """What a bet with a target costs if it loses before it has a size: what it takes at its own limit, in pence."""
    assert bet.target is not None
    ask = Ask(bet.side, bet.price, target_type=bet.target_type)
    stake = bet.target / ask.worth(bet.price)
    return -math.floor(stake) if bet.side is Side.BACK else -math.ceil(stake * (bet.price - 100) / 100)


def worst_sum(choices: list[list[int]]) -> int:
    """The least sum that one choice for each bet can give."""
    open_choices = [choice for choice in choices if len(choice) > 1]
    settled = sum(choice[0] for choice in choices if len(choice) == 1)
    if len(open_choices) > MOST_BETS_TRIED_TOGETHER:
        # The bets' fates are independent of each other, so the least sum is the sum of the least.
        return settled + sum(map(min, open_choices))
    return settled + min(map(sum, product(*open_choices)))


def exposure(bets: list[NaiveBet], runners: list[RunnerKey], number_of_winners: int = 1, complete: bool = True) -> int:
    """What an account can lose in a market, in pence; a profit whatever happens is no exposure, and no credit."""
    return max(0, -worst_result(bets, runners, number_of_winners, complete))

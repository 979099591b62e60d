"""What the exchange's unmatched bets give to the starting price auction: best first, each at its own price.

`direction` is 1 for exchange lays, which are taken for a surplus of SP stakes, and -1 for exchange backs, taken for a
surplus of SP liabilities. Odds are a price less one, in hundredths, and so is what a stake wins: hundredths of pence.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor, isqrt
from typing import Final

from simulator.exchange.book import Offer
from simulator.exchange.money import HUNDREDTHS

ROOT_SCALE: Final = 10**12
"""How many times a square root is magnified before it is cut to a whole number."""


def odds_balancing(stake: int, liability: int, offers: Sequence[Offer], direction: int) -> Fraction:
    """Return the odds at which a stake and a liability, in hundredths of pence, balance with the help of offers.

    They are the average odds of what is taken, unless the offers are used up: then only the stakes balance.
    """
    size = winnings = 0
    for offer in offers:
        odds = offer.price - HUNDREDTHS
        size_after = size + offer.size
        winnings_after = winnings + offer.size * odds
        # At the average odds of all offers up to this one, is no more wanted than they are?
        surplus = (stake - direction * size_after) * winnings_after - liability * size_after
        if direction * surplus <= 0:
            return _odds_within(stake, liability, odds, winnings - size * odds, direction)
        size, winnings = size_after, winnings_after
    return Fraction(liability, stake - direction * size)


def _odds_within(stake: int, liability: int, odds: int, edge: int, direction: int) -> Fraction:
    """Return the odds x that balance where the last offer taken is at `odds`, and those before have won `edge` more.

    Of lays, t = stake - liability / x is taken, which wins t odds + edge = t x. Without t, that is

        stake x**2 - (stake odds + liability + edge) x + liability odds = 0

    and x is the larger root, since it is above `odds`. For backs t and `edge` change their signs, and x is the smaller.
    """
    middle = stake * odds + liability + direction * edge
    if not stake:
        return Fraction(liability * odds, middle)
    root = isqrt((middle * middle - 4 * stake * liability * odds) * ROOT_SCALE**2)
    return Fraction(middle * ROOT_SCALE + direction * root, 2 * stake * ROOT_SCALE)


def stake_averaging(offers: Sequence[Offer], price: int) -> Fraction:
    """Return the stake, from the best offer on, whose average is `price`; all there is where that averages better.

    The price is no better than the best offer.
    """
    size = edge = 0
    for offer in offers:
        beyond = (offer.price - price) * (offer.price - offers[0].price) > 0
        if beyond and abs(edge) <= abs(offer.price - price) * offer.size:
            return size + Fraction(edge, price - offer.price)
        size += offer.size
        edge += offer.size * (offer.price - price)
    return Fraction(size)


def winnings_of(offers: Sequence[Offer], stake: Fraction) -> Fraction:
    """Return what a stake taken from offers wins in all, or what the offers win where they are less."""
    winnings = Fraction()
    for offer in offers:
        part = min(stake, Fraction(offer.size))
        winnings += part * (offer.price - HUNDREDTHS)
        stake -= part
    return winnings


def fills(offers: Sequence[Offer], stake: Fraction) -> tuple[Offer, ...]:
    """Return whole offers as far as a stake goes, and of the last one the part of it to the nearest penny."""
    left = floor(stake + Fraction(1, 2))
    taken: list[Offer] = []
    for offer in offers:
        size = min(offer.size, left)
        if not size:
            break
        taken.append(Offer(offer.price, size))
        left -= size
    return tuple(taken)

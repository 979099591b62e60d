"""The naive twin of the starting price auction: it tries prices, and halves the distance until nothing is left of it.

Written from the exchange mechanics, section 9.2, with nothing in it but the definition: at a price p, who takes part,
what they balance to, and how much of the exchange's offers averages p. Exact fractions of pounds and of prices.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from simulator.exchange.crossmatching import Offer
from simulator.exchange.starting_price import StartingPriceBet

HIGHEST = Fraction(2**30)
STEPS = 60


class NaiveRunner(NamedTuple):
    """The bets at the starting price and the exchange's offers, best first."""

    backs: Sequence[StartingPriceBet]
    lays: Sequence[StartingPriceBet]
    to_back: Sequence[Offer]
    to_lay: Sequence[Offer]

    def stake_at(self, price: Fraction) -> Fraction:
        return Fraction(sum(back.money for back in self.backs if back.limit is None or back.limit < price * 100))

    def liability_at(self, price: Fraction) -> Fraction:
        return Fraction(sum(lay.money for lay in self.lays if lay.limit is None or lay.limit > price * 100))

    def taken_at(self, price: Fraction) -> tuple[Fraction, Fraction]:
        """The least and the most stake of the exchange's lays that averages a price; backs count as negative."""
        if self.to_back and price * 100 < self.to_back[0].price:
            return (taken_averaging(self.to_back, price),) * 2
        if self.to_lay and price * 100 > self.to_lay[0].price:
            return (-taken_averaging(self.to_lay, price),) * 2
        least = -self.to_lay[0].size if self.to_lay and price * 100 == self.to_lay[0].price else 0
        most = self.to_back[0].size if self.to_back and price * 100 == self.to_back[0].price else 0
        return Fraction(least), Fraction(most)

    def is_too_high(self, price: Fraction) -> bool:
        """More is staked than the lays and the exchange take at this price."""
        _, most = self.taken_at(price)
        return (self.stake_at(price) - most) * (price - 1) > self.liability_at(price)

    def is_too_low(self, price: Fraction) -> bool:
        least, _ = self.taken_at(price)
        return (self.stake_at(price) - least) * (price - 1) < self.liability_at(price)


def taken_averaging(offers: Sequence[Offer], price: Fraction) -> Fraction:
    """How much of the offers, best first, averages a price worse than the best of them; at most all."""
    taken = better = Fraction(0)  # `better`: what the offers taken so far are better than the price, in all
    for offer in offers:
        distance = Fraction(offer.price, 100) - price
        if better * distance < 0 and abs(better) <= abs(distance) * offer.size:
            return taken - better / distance
        taken += offer.size
        better += distance * offer.size
    return taken


def naive_price_range(runner: NaiveRunner) -> tuple[Fraction, Fraction]:
    """The lowest and the highest price that is neither too low nor too high, to within 1e-9."""
    low, high = Fraction(1), HIGHEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if runner.is_too_low(middle) else (low, middle)
    lowest = high
    low, high = lowest, HIGHEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if runner.is_too_high(middle) else (middle, high)
    return lowest, low


def naive_price(runner: NaiveRunner) -> Fraction:
    """The price to within 1e-9; of many, the nearest to the middle of the best offers. Both sides have offers.

    There are many where nobody takes part, and where backs alone ask for just as much as the exchange has.
    """
    lowest, highest = naive_price_range(runner)
    middle = Fraction(runner.to_back[0].price + runner.to_lay[0].price, 200)
    return max(lowest, min(middle, highest))

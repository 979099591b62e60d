"""The naive twin of the starting price auction: it tries prices, and halves the distance until nothing is left of it.

Written from the exchange mechanics, section 9.2, with nothing in it but the definition: at a price p, who takes part,
what they balance to, and how much of the exchange's offers averages p. Exact fractions of pounds and of prices.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from simulator.exchange.book import Offer
from simulator.exchange.starting_price import StartingPriceBet

HIGHEST = Fraction(2**30)
STEPS = 60
STEPS_TO_BE_EXACT = 150
"""So many that only one fraction with a denominator up to the following one is left."""
LARGEST_DENOMINATOR = 10**17


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


def naive_price_range(runner: NaiveRunner, steps: int = STEPS) -> tuple[Fraction, Fraction]:
    """The lowest and the highest price that is neither too low nor too high, to within 1e-9, or less in more steps."""
    low, high = Fraction(1), HIGHEST
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if runner.is_too_low(middle) else (low, middle)
    lowest = high
    low, high = lowest, HIGHEST
    for _ in range(steps):
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


class NaiveResult(NamedTuple):
    """Who gets what at the starting price, in pence, in the order in which the bets were given.

    Of the exchange's offers some are taken of one side: lays, or else backs, each with its price.
    """

    price: Fraction
    back_stakes: list[int]
    lay_liabilities: list[int]
    lay_stakes: list[int]
    lays_taken: list[Offer]
    backs_taken: list[Offer]


def naive_result(runner: NaiveRunner) -> NaiveResult | None:
    """Hold the auction of a runner; `None` where there is no starting price.

    With nobody to take part, it takes offers on both sides to say what a price is.
    """
    price = exact_price(runner)
    if not Fraction("1.01") <= price <= 1000:
        return None
    stakes, liabilities = shares_at(runner, price)
    if not (any(stakes) or any(liabilities) or (runner.to_back and runner.to_lay)):
        return None
    taken = sum(stakes) - sum(liabilities) / (price - 1)
    offers = runner.to_back if taken > 0 else runner.to_lay
    one_sided = not (sum(stakes) and sum(liabilities))
    if taken and one_sided and price != average_price(offers, abs(taken)) and not is_limit_in_reach(runner, price):
        return None
    fills = filled(offers, math.floor(abs(taken) + Fraction(1, 2)))
    return NaiveResult(
        price,
        [math.floor(stake) for stake in stakes],
        [math.ceil(liability) for liability in liabilities],
        [math.floor(liability / (price - 1)) for liability in liabilities],
        fills if taken > 0 else [],
        fills if taken < 0 else [],
    )


def exact_price(runner: NaiveRunner) -> Fraction:
    """The price with every decimal if it is a fraction, or else a root to 1e-35; where many would do, `twin_price`."""
    lowest, highest = (as_fraction(runner, end) for end in naive_price_range(runner, STEPS_TO_BE_EXACT))
    if lowest == highest or not (runner.to_back and runner.to_lay):
        return highest
    middle = Fraction(runner.to_back[0].price + runner.to_lay[0].price, 200)
    return max(lowest, min(middle, highest))


def is_limit_in_reach(runner: NaiveRunner, price: Fraction) -> bool:
    """Whether bets with this limit are left over by an exchange that has enough for all who asked for less."""
    there_are = any(bet.limit == price * 100 for bet in (*runner.backs, *runner.lays))
    to_win = sum(offer.size for offer in runner.to_back)
    to_lose = sum(Fraction(offer.size * (offer.price - 100), 100) for offer in runner.to_lay)
    return there_are and runner.stake_at(price) <= to_win and runner.liability_at(price) <= to_lose


def as_fraction(runner: NaiveRunner, found: Fraction) -> Fraction:
    """The fraction that a search has come close to, if it is one: somebody's limit, or what makes all even."""
    simple = found.limit_denominator(LARGEST_DENOMINATOR)
    if any(bet.limit is not None and simple * 100 == bet.limit for bet in (*runner.backs, *runner.lays)):
        return simple
    return found if runner.is_too_low(simple) or runner.is_too_high(simple) else simple


def shares_at(runner: NaiveRunner, price: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """The stakes and the liabilities that take part, bet by bet.

    Better limits do in full. With those at their limit as much as possible takes part: all of them, if the exchange
    takes what is too much of one side at this price, and else that side is held back, whoever came last first.
    """
    at_limit_backs = sum(back.money for back in runner.backs if back.limit == price * 100)
    at_limit_lays = sum(lay.money for lay in runner.lays if lay.limit == price * 100)
    least, most = runner.taken_at(price)
    too_much = runner.stake_at(price) + at_limit_backs - (runner.liability_at(price) + at_limit_lays) / (price - 1)
    left_to_back = at_limit_backs - max(Fraction(0), too_much - most)
    left_to_lay = at_limit_lays - max(Fraction(0), least - too_much) * (price - 1)
    stakes, liabilities = [], []
    for back in runner.backs:
        is_in = back.limit is None or back.limit < price * 100
        part = Fraction(0) if back.limit != price * 100 else max(Fraction(0), min(Fraction(back.money), left_to_back))
        left_to_back -= part
        stakes.append(Fraction(back.money) if is_in else part)
    for lay in runner.lays:
        is_in = lay.limit is None or lay.limit > price * 100
        part = Fraction(0) if lay.limit != price * 100 else max(Fraction(0), min(Fraction(lay.money), left_to_lay))
        left_to_lay -= part
        liabilities.append(Fraction(lay.money) if is_in else part)
    return stakes, liabilities


def average_price(offers: Sequence[Offer], stake: Fraction) -> Fraction | None:
    """What a stake taken from offers is matched at on average, best first; `None` where they are less."""
    left, worth = stake, Fraction(0)
    for offer in offers:
        part = min(left, Fraction(offer.size))
        left -= part
        worth += part * offer.price / 100
    return None if left else worth / stake


def filled(offers: Sequence[Offer], pence: int) -> list[Offer]:
    """Take the offers penny by penny, best first."""
    fills = []
    for offer in offers:
        part = min(offer.size, pence)
        pence -= part
        if part:
            fills.append(Offer(offer.price, part))
    return fills

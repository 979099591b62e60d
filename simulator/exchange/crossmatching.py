"""Virtual bets: offers on one runner that follow from the offers on all the others.

In a market of n runners and k winners, whoever holds bets of equal payout against every other runner holds a bet on
this one. So if each other runner has an unmatched BACK bet, the exchange can lay them all and let somebody back this
runner, at the price that completes the book to k times 100 %; unmatched LAY bets on the others let somebody lay it.
The exchange's own account stands between, at prices rounded to the ladder against the taker, and cannot lose by it.

Exact without fractions: a level is held as its payout, stake times price, in hundredths of pence. One step of the
walk takes the smallest of the others' best payouts off each of them (exchange mechanics, section 5.2; manual,
"Apuestas virtuales").
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from simulator.exchange.book import Level
from simulator.exchange.ladder import Ladder
from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import Side


class VirtualStep(NamedTuple):
    """One step of the walk: the taker is offered `price`, every leg gives `payout` (hundredths of pence) at its own."""

    price: int
    payout: int
    leg_prices: tuple[int, ...]


class Offer(NamedTuple):
    """So many pence of backer's stake at a price, as a ladder of offers shows them."""

    price: int
    size: int


def virtual_price(leg_prices: Sequence[int], number_of_winners: int, taker: Side, ladder: Ladder) -> int | None:
    """Return the price in hundredths that completes a book of these prices, or `None` where there is no valid one.

    The exact price is 1 / (k - sum of 1 / leg price). A backer is offered the highest rung at or below it, a layer
    the lowest at or above it.
    """
    product = 1
    for price in leg_prices:
        product *= price
    taken = sum(product // price for price in leg_prices) * HUNDREDTHS
    rest = number_of_winners * product - taken
    if rest <= 0:
        return None
    if taker is Side.BACK:
        exact = HUNDREDTHS * product // rest
        return None if exact < ladder.lowest else ladder.floor(min(exact, ladder.highest))
    exact = -(-HUNDREDTHS * product // rest)
    return None if exact > ladder.highest else ladder.ceiling(max(exact, ladder.lowest))


def virtual_steps(
    legs: Sequence[Iterable[Offer]], number_of_winners: int, taker: Side, ladder: Ladder
) -> Iterator[VirtualStep]:
    """Yield the virtual bets for a taker, best first.

    `legs` is for every other active runner its offers, best first, that a taker of the *same* side's opposite would
    meet: the unmatched BACK bets of the others for a backer, their unmatched LAY bets for a layer. The price only
    gets worse on the way; the walk ends when a runner has no more offers or no price completes the book.
    """
    walks = [iter(leg) for leg in legs]
    prices: list[int] = []
    payouts: list[int] = []
    for walk in walks:
        offer = next(walk, None)
        if offer is None:
            return
        prices.append(offer.price)
        payouts.append(offer.price * offer.size)
    while True:
        price = virtual_price(prices, number_of_winners, taker, ladder)
        if price is None:
            return
        payout = min(payouts)
        yield VirtualStep(price, payout, tuple(prices))
        for index, left in enumerate(payouts):
            payouts[index] = left - payout
            while not payouts[index]:
                offer = next(walks[index], None)
                if offer is None:
                    return
                prices[index], payouts[index] = offer.price, offer.price * offer.size


def virtual_offers(steps: Iterable[VirtualStep], depth: int) -> list[Offer]:
    """Return at most `depth` levels of the walk: steps of one price together, sizes to the nearest penny."""
    payouts: dict[int, int] = {}
    for step in steps:
        if step.price not in payouts and len(payouts) == depth:
            break
        payouts[step.price] = payouts.get(step.price, 0) + step.payout
    return [Offer(price, size) for price, payout in payouts.items() if (size := divide_half_away(payout, price))]


def merged_offers(real: Iterable[Offer], virtual: Iterable[Offer], taker: Side) -> list[Offer]:
    """Return real and virtual offers as one ladder, best first, same prices together."""
    sizes: dict[int, int] = {}
    for price, size in (*real, *virtual):
        sizes[price] = sizes.get(price, 0) + size
    return [Offer(price, sizes[price]) for price in sorted(sizes, reverse=taker is Side.BACK)]


def offers_of(levels: Iterable[Level]) -> Iterator[Offer]:
    """Yield the levels of a queue as offers."""
    for level in levels:
        yield Offer(level.price, level.total)

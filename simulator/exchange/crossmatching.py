"""Virtual bets: offers on one runner that follow from the offers on all the others.

In a market of n runners and k winners, bets of equal payout against every other runner are together a bet on this
one. So if each other runner has an unmatched BACK bet, the exchange can lay them all and offer a back of this runner,
at the price that completes the book to k times 100 %; from unmatched LAY bets on the others it can offer a lay.
The exchange's own account stands between, at prices rounded to the ladder against the taker. It loses by it less than
a penny a leg, unless a leg becomes void.

Exact without fractions: a level is held as its payout, stake times price, in hundredths of pence. One step of the
walk takes the smallest of the others' best payouts off each of them (exchange mechanics; manual,
"Apuestas virtuales"). At any point of the walk every runner has given the same payout. So a level ends at the sum of
its runner's payouts up to and including it, and the steps are the stretches between such ends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heapreplace
from typing import Final, NamedTuple

from simulator.exchange.book import Offer
from simulator.exchange.ladder import Ladder
from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BACK, Side

SCALE: Final = 10**18
"""How many times inverse prices are magnified before they are cut to whole numbers."""

NO_OFFER: Final = 0
"""Stands where a queue has no more offers."""


class VirtualStep(NamedTuple):
    """One step of the walk: the taker is offered `price`, every leg gives `payout` (hundredths of pence) at its own."""

    price: int
    payout: int


def virtual_price(leg_prices: Sequence[int], number_of_winners: int, taker: Side, ladder: Ladder) -> int | None:
    """Return the price in hundredths that completes a book of these prices, or `None` where there is no valid one.

    The exact price is 1 / (k - sum of 1 / leg price). A backer is offered the highest rung at or below it, a layer
    the lowest at or above it.
    """
    taken, whole = _sum_of_fractions([(HUNDREDTHS * legs, price) for price, legs in Counter(leg_prices).items()])
    rest = number_of_winners * whole - taken
    if rest <= 0:
        return None
    if taker is BACK:
        exact = HUNDREDTHS * whole // rest
        return None if exact < ladder.lowest else ladder.floor(exact)
    exact = -(-HUNDREDTHS * whole // rest)
    return None if exact > ladder.highest else ladder.ceiling(exact)


def _sum_of_fractions(fractions: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the sum of numerators over denominators as one such pair, which is not reduced.

    Neighbours are added first, so that the long numbers of many legs meet only in the last few additions.
    """
    while len(fractions) > 1:
        pairs = zip(fractions[::2], fractions[1::2], strict=False)
        odd_one = fractions[-1:] if len(fractions) % 2 else []
        fractions = [(a * d + c * b, b * d) for (a, b), (c, d) in pairs] + odd_one
    return fractions[0] if fractions else (0, 1)


class Walk:
    """The levels of all queues of a side, in the order in which they end when every runner gives the same payout.

    That order is the same for the virtual offers on each of the runners, who only leave out their own queue. So it is
    worked out once for all of them, as far as the first of them needs it.
    """

    __slots__ = ("_ends", "_first_prices", "_next_ends", "_queues")

    def __init__(self, queues: Iterable[Iterable[Offer]]) -> None:
        self._queues = [iter(queue) for queue in queues]
        first = [next(queue, None) for queue in self._queues]
        self._first_prices = [NO_OFFER if offer is None else offer.price for offer in first]
        self._next_ends = [(offer.price * offer.size, queue) for queue, offer in enumerate(first) if offer is not None]
        heapify(self._next_ends)
        self._ends: list[tuple[int, int, int]] = []
        """The payout at which a level ends, its queue, and the price of the next level."""

    def steps(
        self, number_of_winners: int, taker: Side, ladder: Ladder, without: int | None = None
    ) -> Iterator[VirtualStep]:
        """Yield the virtual bets that all queues together make for a taker, or all but one of them, best first."""
        completion = Completion(self._first_prices, number_of_winners, taker, ladder, without)
        if not completion.is_possible:
            return
        begin = position = 0
        while position < len(self._ends) or self._read_on():
            end, queue, next_price = self._ends[position]
            position += 1
            if queue == without:
                continue
            if end > begin:
                price = completion.price
                if price is None:
                    return
                yield VirtualStep(price, end - begin)
                begin = end
            if next_price == NO_OFFER:
                return
            completion.change(queue, next_price)

    def _read_on(self) -> bool:
        """Find where the next level ends; return whether there is one."""
        if not self._next_ends:
            return False
        end, queue = self._next_ends[0]
        offer = next(self._queues[queue], None)
        if offer is None:
            heappop(self._next_ends)
        else:
            heapreplace(self._next_ends, (end + offer.price * offer.size, queue))
        self._ends.append((end, queue, NO_OFFER if offer is None else offer.price))
        return True


class Completion:
    """The price that completes a book while the prices of its legs change one by one.

    The inverse prices are kept as a sum of whole numbers, each cut by less than one. Where all that lies within what
    was cut leads to the same hundredth, that is the price; only where it does not is it worked out exactly.
    """

    __slots__ = ("_cut", "_ladder", "_number_of_winners", "_prices", "_rest", "_taker", "_without", "is_possible")

    def __init__(
        self, prices: Iterable[int], number_of_winners: int, taker: Side, ladder: Ladder, without: int | None = None
    ) -> None:
        self._prices = list(prices)
        self._without = without
        self._number_of_winners = number_of_winners
        self._taker = taker
        self._ladder = ladder
        legs = self._legs()
        self.is_possible: Final = NO_OFFER not in legs
        """Whether every leg has an offer; there is no price where it has not."""
        self._cut = len(legs)
        self._rest = number_of_winners * SCALE // HUNDREDTHS - sum([SCALE // price for price in legs if price])
        """What the legs leave of the book: too much by less than one for each of them."""

    @property
    def price(self) -> int | None:
        """Return the price, or `None` where there is no valid one."""
        most = self._rest
        least = most - self._cut
        if most <= 0:
            return None
        if least > 0:
            ladder = self._ladder
            if self._taker is BACK:
                exact = SCALE // most
                if exact == SCALE // least:
                    return None if exact < ladder.lowest else ladder.floor(exact)
            else:
                exact = -(-SCALE // most)
                if exact == -(-SCALE // least):
                    return None if exact > ladder.highest else ladder.ceiling(exact)
        return virtual_price(self._legs(), self._number_of_winners, self._taker, self._ladder)

    def change(self, leg: int, price: int) -> None:
        """Let a leg have another price."""
        self._rest += SCALE // self._prices[leg] - SCALE // price
        self._prices[leg] = price

    def _legs(self) -> list[int]:
        without = self._without
        return self._prices if without is None else [*self._prices[:without], *self._prices[without + 1 :]]


def virtual_offers(steps: Iterable[VirtualStep]) -> Iterator[Offer]:
    """Yield the levels of the walk: steps of one price together, sizes to the nearest penny, if there is any."""
    price = payout = 0
    for step in steps:
        if step.price != price:
            if size := payout and divide_half_away(payout, price):
                yield Offer(price, size)
            price, payout = step.price, 0
        payout += step.payout
    if size := payout and divide_half_away(payout, price):
        yield Offer(price, size)


def merged_offers(real: Iterable[Offer], virtual: Iterable[Offer], taker: Side) -> Iterator[Offer]:
    """Yield real and virtual offers, both best first, as one ladder, same prices together."""
    reals, virtuals = iter(real), iter(virtual)
    mine, theirs = next(reals, None), next(virtuals, None)
    while mine is not None and theirs is not None:
        if mine.price == theirs.price:
            yield Offer(mine.price, mine.size + theirs.size)
            mine, theirs = next(reals, None), next(virtuals, None)
        elif (mine.price > theirs.price) is (taker is BACK):
            yield mine
            mine = next(reals, None)
        else:
            yield theirs
            theirs = next(virtuals, None)
    if mine is not None:
        yield mine
        yield from reals
    elif theirs is not None:
        yield theirs
        yield from virtuals

"""How an incoming LIMIT order meets the market (exchange mechanics).

The offers of its own runner and the virtual offers that follow from all the others are one ladder: best price first,
real before virtual at the same price, first come first served within a price; the taker gets the price of what
rested. How much it takes of each level, and how far it goes, is what tells the kinds of orders apart: see
`Appetite`.

Matching reads the market and plans; `Market` carries the plan out, so that money, traded volume and orders change in
one place.
"""

from collections.abc import Iterator, Sequence
from heapq import heapify, heapreplace
from itertools import chain
from typing import Final, NamedTuple

from simulator.exchange.book import LevelOnOffer, Offers
from simulator.exchange.crossmatching import Completion
from simulator.exchange.ladder import Ladder
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import BACK, FILL_OR_KILL, Order, Resting, Side, target_per_penny
from simulator.exchange.records import new_record


class Fill(NamedTuple):
    """One match to be made: `size` pence against a resting order, at that order's price."""

    resting: Resting
    size: int


class VirtualFill(NamedTuple):
    """A match with the exchange itself: `size` pence at `price`, against which the legs are filled on other runners."""

    price: int
    size: int
    legs: tuple[Fill, ...]


class OtherRunners(NamedTuple):
    """The other runners of a cross-matching market: for each its queue of the taker's own side, by sort priority."""

    legs: Sequence[Offers]
    number_of_winners: int
    ladder: Ladder


# How much an order takes


class Appetite:
    """Decides level by level, best first, how much of an offer an order takes, and when it has had enough.

    Two questions, with two answers each, of which this class gives the usual ones:

    - How far? To its limit. But the limit of a FILL_OR_KILL order is on the volume-weighted average of all that it
      takes: offers better than the limit earn room for worse ones, of a price worse by d as many pence as the gains
      are worth at d a penny (on LINE markets there is no averaging).
    - How much? Its size. But a bet target wants a payout or a profit, whatever stake that takes, in whole pence and
      never more: a penny at price q brings q of payout, or q - 1.00 of profit. When one more penny of an
      offer would be too much, the order is complete, and what is missing is dropped.
    """

    __slots__ = ("_direction", "_limit", "_wanted", "is_sated")

    def __init__(self, order: Order) -> None:
        self._limit: Final = order.price
        self._direction: Final = 1 if order.side is BACK else -1
        self._wanted = order.size_remaining
        """Pence of stake."""
        self.is_sated = False

    def take(self, price: int, available: int, least: int = 1) -> int:
        """Return how many pence to take of `available` at `price`; `least` are the fewest that can be had of it.

        Where none are taken and the order has still not had enough, it may go on without this offer.
        """
        wanted = self._wanted
        if (price - self._limit) * self._direction < 0 or available < least:
            size = 0
        elif 0 < wanted < least:
            return 0
        else:
            size = min(wanted, available)
            self._wanted -= size
        self.is_sated = size < available or not self._wanted
        return size

    def stake_wanted(self, price: int) -> int:
        """Return how many pence of stake at this price what is still wanted comes to, a rest under a penny left out."""
        return self._wanted


class PeculiarAppetite(Appetite):
    """That of an order whose limit is on the average, or which has a target in the place of a size."""

    __slots__ = ("_averages", "_surplus", "_target_type")

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self._averages = order.time_in_force is FILL_OR_KILL and not order.is_line_bet
        self._surplus = 0
        """Sum over what was taken of size times how much better than the limit its price was."""
        self._target_type: Final = order.bet_target_type
        if order.bet_target is not None:
            # Hundredths of pence of payout or profit.
            self._wanted = order.bet_target * HUNDREDTHS

    def take(self, price: int, available: int, least: int = 1) -> int:
        """Return how many pence to take, as of any order, within what the average or the target allows."""
        wanted = self.stake_wanted(price)
        better = (price - self._limit) * self._direction
        allowed = available if better >= 0 else min(available, self._surplus // -better)
        if allowed < least:
            allowed = 0
        elif 0 < wanted < least:
            return 0
        size = min(wanted, allowed)
        self._wanted -= size * target_per_penny(self._target_type, price)
        if wanted < allowed:
            self._wanted = 0
        if self._averages:
            self._surplus += size * better
        self.is_sated = size < available or not self._wanted
        return size

    def stake_wanted(self, price: int) -> int:
        """Return how many pence of stake at this price what is still wanted comes to, a rest under a penny left out."""
        if self._target_type is None:
            return self._wanted
        return self._wanted // target_per_penny(self._target_type, price)


def appetite_of(order: Order) -> Appetite:
    """Return the appetite of an order that comes to the market."""
    is_peculiar = order.time_in_force is not None or order.bet_target is not None
    return PeculiarAppetite(order) if is_peculiar else Appetite(order)


# What it takes it from


class VirtualOffers:
    """The virtual offers on a runner in whole pence, one step at a time (exchange mechanics).

    `completion` is the price that completes the book of the best offers of all legs, of which each has one. To leave a
    step costs its shortest leg alone, however many there are.
    """

    def __init__(self, other_runners: OtherRunners, taker: Side, completion: Completion) -> None:
        self._taker = taker
        self._completion = completion
        self._legs = [_Leg(offers.best_first()) for offers in other_runners.legs]
        self._payouts: list[tuple[int, int]] = []
        """A heap of what each leg has left and its place: the step ends at the smallest payout, the first of equals."""
        self.price: int | None = None
        self.available = 0
        self.least = 0
        """How many pence of the present step fill at least a penny of its shortest leg."""
        self._measure()

    def take(self, size: int) -> VirtualFill:
        """Plan to match `size` pence of the present step, and go on to the next one when that was all of it."""
        price = self.price
        if price is None:
            raise AssertionError("there is no virtual offer to take")
        fills = [leg.draw(self._share(size, price, leg)) for leg in self._legs]
        if size == self.available:
            self._legs[self._payouts[0][1]].abandon()
            self._measure()
        return VirtualFill(price, size, tuple(chain.from_iterable(fills)))

    def skip(self) -> None:
        """Go on to the next step without the present one."""
        if self._abandon_shortest():
            self._look()

    def _share(self, size: int, price: int, leg: "_Leg") -> int:
        """Return the leg's stake for `size` at `price`: rounded so that the house is at most pence short."""
        payout = size * price
        return payout // leg.price if self._taker is BACK else -(-payout // leg.price)

    def _measure(self) -> None:
        """Look at every leg, since all have been drawn on, and find the next step."""
        self.price = None
        for place, leg in enumerate(self._legs):
            if not leg.remaining and not self._advance(place):
                return
        self._payouts = [(leg.price * leg.remaining, place) for place, leg in enumerate(self._legs)]
        heapify(self._payouts)
        self._look()

    def _look(self) -> None:
        """Find the next step of which at least a penny can be matched on both ends."""
        while (price := self._completion.price) is not None:
            payout, place = self._payouts[0]
            self.available = payout // price
            self.least = max(1, -(-self._legs[place].price // price)) if self._taker is BACK else 1
            if self.available >= self.least:
                break
            if not self._abandon_shortest():
                return
        self.price = price

    def _abandon_shortest(self) -> bool:
        """Go on to the next level of the leg that ends first; return whether there is one, and else have no price."""
        _, place = self._payouts[0]
        leg = self._legs[place]
        leg.abandon()
        if not self._advance(place):
            self.price = None
            return False
        heapreplace(self._payouts, (leg.price * leg.remaining, place))
        return True

    def _advance(self, place: int) -> bool:
        leg = self._legs[place]
        if not leg.advance():
            return False
        self._completion.change(place, leg.price)
        return True


class _Leg:
    """The offers of one other runner, drawn on from the best level down, first come first served."""

    def __init__(self, levels: Iterator[LevelOnOffer]) -> None:
        self._levels = levels
        self._queue: Iterator[Resting] = iter(())
        self._order: Resting | None = None
        self._left_of_order = 0
        self.price = 0
        self.remaining = 0

    def advance(self) -> bool:
        """Make sure there is a level with something left; return whether there is one."""
        while not self.remaining:
            level = next(self._levels, None)
            if level is None:
                return False
            self.price, self.remaining = level.price, level.total
            self._queue = iter(level.queue.values())
            self._left_of_order = 0
        return True

    def abandon(self) -> None:
        """Leave the rest of the present level alone: the order that is being matched will not use it again."""
        self.remaining = 0

    def draw(self, size: int) -> list[Fill]:
        """Plan to fill `size` pence of the present level."""
        fills: list[Fill] = []
        self.remaining -= size
        while size:
            if not self._left_of_order or self._order is None:
                self._order = next(self._queue)
                self._left_of_order = self._order.size_remaining
            part = min(size, self._left_of_order)
            fills.append(Fill(self._order, part))
            self._left_of_order -= part
            size -= part
        return fills


# The plan


class Plan(NamedTuple):
    """The matches an incoming order makes now, in order, and the pence of it that are left to rest or to kill."""

    fills: list[Fill | VirtualFill]
    rest: int


def plan_matches(order: Order, offers: Offers, other_runners: OtherRunners | None) -> Plan:
    """Plan how an incoming order is matched.

    A FILL_OR_KILL order that cannot have its minimum (`min_fill_size`, or the whole of what it wants) makes no match.
    """
    appetite = appetite_of(order)
    if order.time_in_force is not FILL_OR_KILL:
        fills = _matches(appetite, order, offers, other_runners)
        return new_record(Plan, (fills, appetite.stake_wanted(order.price)))
    whole = appetite.stake_wanted(order.price)
    fills = _matches(appetite, order, offers, other_runners)
    rest = appetite.stake_wanted(order.price)
    minimum = None if order.bet_target is not None else order.min_fill_size
    enough = not rest if minimum is None else sum(fill.size for fill in fills) >= minimum
    return Plan(fills, rest) if enough else Plan([], whole)


def _matches(
    appetite: Appetite, order: Order, offers: Offers, other_runners: OtherRunners | None
) -> list[Fill | VirtualFill]:
    fills: list[Fill | VirtualFill] = []
    virtual = None if other_runners is None else _virtual_offers(order, other_runners)
    for level in offers.best_first():
        while virtual is not None and virtual.price is not None and offers.beats(virtual.price, level.price):
            _take_virtual(appetite, virtual, fills)
            if appetite.is_sated:
                return fills
        _take_real(appetite, level, fills)
        if appetite.is_sated:
            return fills
    while virtual is not None and virtual.price is not None and not appetite.is_sated:
        _take_virtual(appetite, virtual, fills)
    return fills


def _virtual_offers(order: Order, other_runners: OtherRunners) -> VirtualOffers | None:
    """Return the virtual offers to an order, or `None` where it can take none of them.

    Most orders cannot, and the best price alone tells: the further the others' offers are drawn on the worse it gets.
    """
    best_prices: list[int] = []
    for offers in other_runners.legs:
        level = offers.best
        if level is None:
            return None
        best_prices.append(level.price)
    completion = Completion(best_prices, other_runners.number_of_winners, order.side, other_runners.ladder)
    price = completion.price
    if price is None:
        return None
    is_within_limit = price >= order.price if order.side is BACK else price <= order.price
    # Beyond its limit goes only who may on average be within it.
    if not is_within_limit and order.time_in_force is not FILL_OR_KILL:
        return None
    return VirtualOffers(other_runners, order.side, completion)


def _take_real(appetite: Appetite, level: LevelOnOffer, fills: list[Fill | VirtualFill]) -> None:
    """Plan to take from a level what the order wants of it, first come first served."""
    size = appetite.take(level.price, level.total)
    if not size:
        return
    for resting in level.queue.values():
        part = min(size, resting.size_remaining)
        fills.append(new_record(Fill, (resting, part)))
        size -= part
        if not size:
            break


def _take_virtual(appetite: Appetite, virtual: VirtualOffers, fills: list[Fill | VirtualFill]) -> None:
    """Plan to take from the present virtual offer what the order wants of it."""
    if virtual.price is not None:
        size = appetite.take(virtual.price, virtual.available, virtual.least)
        if size:
            fills.append(virtual.take(size))
        elif not appetite.is_sated:
            virtual.skip()

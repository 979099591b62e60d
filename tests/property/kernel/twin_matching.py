"""The naive twin of the matcher: real and virtual offers, fill-or-kill and bet targets, one offer after the other.

Written from the exchange mechanics, sections 4 to 7. It reads the unmatched bets as plain lists, looks for the best
offer anew after every match, and counts in exact fractions.

Units as in the kernel: pence and hundredths.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from simulator.exchange.orders import BetTargetType, RunnerKey, Side
from tests.property.kernel.twin_book import CLASSIC_PRICES


class Offer(NamedTuple):
    """An unmatched bet; lists of them are in order of arrival."""

    bet_id: int
    runner: RunnerKey
    price: int
    size: int


class Ask(NamedTuple):
    """What an incoming order asks for: a size, or a target of a type, at a limit on every match or on the average."""

    side: Side
    limit: int
    size: int = 0
    target_type: BetTargetType | None = None
    target: int = 0
    kill: bool = False
    minimum: int | None = None

    def worth(self, price: int) -> Fraction:
        """What a penny of stake at a price brings of what is wanted."""
        if self.target_type is None:
            return Fraction(1)
        return Fraction(price if self.target_type is BetTargetType.PAYOUT else price - 100, 100)

    def beyond(self, price: int) -> int:
        """By how much a price is worse than the limit; negative if it is better."""
        return self.limit - price if self.side is Side.BACK else price - self.limit


class Match(NamedTuple):
    """`size` pence at a price, against bets by their ids; virtual ones know the prices of all their legs."""

    price: int
    size: int
    parts: tuple[tuple[int, int], ...]
    leg_prices: tuple[int, ...] = ()

    def fragments(self) -> list[tuple[int, int]]:
        """Price and size of what the taker's bet is matched in: with each bet that rested, or once with the house."""
        return [(self.price, self.size)] if self.leg_prices else [(self.price, size) for _, size in self.parts]


class Step(NamedTuple):
    """The virtual offer of a moment: who gives how much of what, and whose offer it is that ends it."""

    price: int
    available: int
    leg_prices: tuple[int, ...]
    shortest: int


@dataclass
class Matcher:
    """One order against the unmatched bets on its own runner and, in the order of their listing, on the others."""

    ask: Ask
    own: Sequence[Offer]
    others: Sequence[Sequence[Offer]]
    winners: int
    left: dict[int, int] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    done: set[tuple[RunnerKey, int]] = field(default_factory=set)
    """Prices of legs that the order does not use again: whatever is there stays there."""
    has_no_valid_price: bool = False
    """Whether the others' bets alone make more than a whole book, to which no price on this runner can be added."""

    def __post_init__(self) -> None:
        self.left = {offer.bet_id: offer.size for offers in (self.own, *self.others) for offer in offers}
        self.wanted = Fraction(self.ask.target if self.ask.target_type else self.ask.size)
        self.gain = Fraction(0)

    def run(self) -> int:
        """Match, and return how many pence rest, or are killed."""
        whole = math.floor(self.wanted / self.ask.worth(self.ask.limit))
        while self._match_one():
            pass
        rest = math.floor(self.wanted / self.ask.worth(self.ask.limit))
        if self.ask.kill:
            minimum = None if self.ask.target_type else self.ask.minimum
            enough = sum(match.size for match in self.matches) >= minimum if minimum is not None else not rest
            if not enough:
                self.matches.clear()
                return whole
        return rest

    def _match_one(self) -> bool:
        """Match with the best offer there is; return whether to go on."""
        real, step = self._best_price(self.own), self.virtual_offer()
        if real is not None and (step is None or not self._is_better(step.price, real)):
            queue = self._queue(self.own, real)
            return self._take(real, sum(self.left[offer.bet_id] for offer in queue), queue)
        if step is None:
            return False
        if not self._reaches(step, step.available):
            self._finish_with(step)
            return True
        return self._take_virtual(step)

    def _take(self, price: int, available: int, queue: Sequence[Offer]) -> bool:
        wanted, allowed = self._wanted_at(price), self._allowed_at(price, available)
        size = min(wanted, allowed)
        if size:
            self._note(Match(price, size, self._fill(queue, size)))
        return self._goes_on(wanted, allowed, available)

    def _take_virtual(self, step: Step) -> bool:
        wanted, allowed = self._wanted_at(step.price), self._allowed_at(step.price, step.available)
        if not self._reaches(step, allowed):
            allowed = 0
        elif wanted and not self._reaches(step, wanted):
            self._finish_with(step)
            return True
        size = min(wanted, allowed)
        if size:
            parts: list[tuple[int, int]] = []
            for offers, price in zip(self.others, step.leg_prices, strict=True):
                parts.extend(self._fill(self._queue(offers, price), self._share(step, size, price)))
            self._note(Match(step.price, size, tuple(parts), step.leg_prices))
            if size == step.available:
                self._finish_with(step)
        return self._goes_on(wanted, allowed, step.available)

    def _goes_on(self, wanted: int, allowed: int, available: int) -> bool:
        """Whether there is more to do: a target of which the next penny would be too much is complete."""
        if wanted < allowed:
            self.wanted = Fraction(0)
        return bool(self.wanted) and min(wanted, allowed) == available

    def _wanted_at(self, price: int) -> int:
        return math.floor(self.wanted / self.ask.worth(price))

    def _allowed_at(self, price: int, available: int) -> int:
        """How much the limit allows: all of a price that keeps it; of others what earlier gains pay for, if at all."""
        beyond = self.ask.beyond(price)
        if beyond <= 0:
            return available
        return min(available, math.floor(self.gain / beyond)) if self.ask.kill else 0

    def _note(self, match: Match) -> None:
        self.matches.append(match)
        self.wanted -= match.size * self.ask.worth(match.price)
        self.gain -= match.size * self.ask.beyond(match.price)

    # Offers

    def _is_better(self, price: int, other: int) -> bool:
        return price > other if self.ask.side is Side.BACK else price < other

    def _best_price(self, offers: Sequence[Offer], best: Callable[..., int] | None = None) -> int | None:
        """The price that a taker of `offers` meets first."""
        best = best or (max if self.ask.side is Side.BACK else min)
        prices = [
            offer.price for offer in offers if self.left[offer.bet_id] and (offer.runner, offer.price) not in self.done
        ]
        return best(prices, default=None)

    def _queue(self, offers: Sequence[Offer], price: int) -> list[Offer]:
        return [offer for offer in offers if offer.price == price]

    def _fill(self, queue: Sequence[Offer], size: int) -> tuple[tuple[int, int], ...]:
        """Fill bets of one price, first come first served."""
        parts: list[tuple[int, int]] = []
        for offer in queue:
            part = min(size, self.left[offer.bet_id])
            if part:
                self.left[offer.bet_id] -= part
                parts.append((offer.bet_id, part))
            size -= part
        assert size == 0
        return tuple(parts)

    # Virtual offers

    def virtual_offer(self) -> Step | None:
        """The virtual offer that follows from the best of the others: backs of the others for a back."""
        best = min if self.ask.side is Side.BACK else max
        prices = [self._best_price(offers, best) for offers in self.others]
        if not self.others or None in prices:
            return None
        leg_prices = tuple(price for price in prices if price is not None)
        price = completing_price(leg_prices, self.winners, self.ask.side)
        if price is None:
            self.has_no_valid_price = self.winners <= sum(Fraction(100, leg) for leg in leg_prices)
            return None
        payouts = [
            leg * sum(self.left[offer.bet_id] for offer in self._queue(offers, leg))
            for offers, leg in zip(self.others, leg_prices, strict=True)
        ]
        return Step(price, min(payouts) // price, leg_prices, payouts.index(min(payouts)))

    def _share(self, step: Step, size: int, leg_price: int) -> int:
        exact = Fraction(size * step.price, leg_price)
        return math.floor(exact) if self.ask.side is Side.BACK else math.ceil(exact)

    def _reaches(self, step: Step, size: int) -> bool:
        """Whether so many pence are a match: at least a penny, and one of the shortest leg too."""
        return size > 0 and self._share(step, size, step.leg_prices[step.shortest]) > 0

    def _finish_with(self, step: Step) -> None:
        offer = self.others[step.shortest][0]
        self.done.add((offer.runner, step.leg_prices[step.shortest]))


def completing_price(leg_prices: Sequence[int], winners: int, taker: Side) -> int | None:
    """The price that makes a book of `winners` times 100 %, rounded to the ladder against the taker."""
    rest = winners - sum(Fraction(100, price) for price in leg_prices)
    if rest <= 0:
        return None
    exact = 100 / rest
    if taker is Side.BACK:
        return max((price for price in CLASSIC_PRICES if price <= exact), default=None)
    return min((price for price in CLASSIC_PRICES if price >= exact), default=None)

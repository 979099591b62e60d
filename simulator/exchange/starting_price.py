"""The starting price auction of one runner: far price, near price, and who is matched when the market turns in play.

Those who back at the starting price (SP) state stakes, those who lay at it state liabilities, and what the two sides
do not give each other is taken from the runner's unmatched exchange bets, best first, each at its own price. The
starting price is the one price that pays everybody: with B the SP stakes, L the SP liabilities and Q the stake taken
from the exchange (negative where backs are taken instead of lays), the price p at which Q is worth p on average and

    (B - Q) x (p - 1) = L

holds. A limit makes B grow and L shrink as p grows, and Q shrinks, so that there is one such p. Nobody but the
exchange's own bets gets another price than p, and p is on no ladder. Only real bets of the same runner take part.

Source: exchange mechanics, section 9, which recorded near prices confirm (`tests/recorded/test_starting_prices.py`).

Everything is counted in whole pence and hundredths. A starting price is a `Fraction`: exact where it is rational, and
cut below 1e-12 where the last exchange bet that takes part makes it the root of a quadratic. Its numerator and
denominator are worked out once from the sums of the bets and never fed back, so that they do not grow.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor, isqrt
from typing import Final, NamedTuple

from simulator.exchange.money import HUNDREDTHS

LOWEST: Final = Fraction(101, 100)
HIGHEST: Final = Fraction(1000)
ROOT_SCALE: Final = 10**12
"""By how much a square root is magnified before it is cut to a whole number."""


class NoPrice(StrEnum):
    """What stands in place of a price that is none; the values are those of the wire."""

    NOT_A_NUMBER = "NaN"
    INFINITY = "Infinity"


Price = Fraction | NoPrice


class StartingPriceBet(NamedTuple):
    """A bet at the starting price: `money` is the stake of a back and the liability of a lay, in pence.

    `limit`, in hundredths, is the lowest price at which a back takes part, or the highest at which a lay does; `None`
    takes part at any price.
    """

    money: int
    limit: int | None = None


class Offer(NamedTuple):
    """Unmatched exchange bets at a price in hundredths: `size` pence of backer's stake."""

    price: int
    size: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What became of every bet in the auction; the first three say it bet by bet, in the order the bets were given.

    Where `price` is not a number, nothing is matched and all bets at the starting price lapse.
    """

    price: Price
    back_stakes: tuple[int, ...]
    """The matched stake of each SP back, in pence, at `price`."""
    lay_stakes: tuple[int, ...]
    """The matched backer's stake of each SP lay, in pence, at `price`: its liability there is never above the stated."""
    lay_liabilities: tuple[int, ...]
    """How much of each SP lay's stated liability took part, in pence: all of it, or a share at the lay's own limit."""
    lays_taken: tuple[Offer, ...] = ()
    """Exchange lays (available to back) that were matched, best first, each at its own price."""
    backs_taken: tuple[Offer, ...] = ()
    """Exchange backs (available to lay) that were matched, best first, each at its own price."""

    @property
    def house_if_loses(self) -> int:
        """Return what the house keeps, in pence, if the runner loses: nothing but what rounding left over."""
        paid_in = sum(self.back_stakes) + sum(offer.size for offer in self.backs_taken)
        return paid_in - sum(self.lay_stakes) - sum(offer.size for offer in self.lays_taken)

    @property
    def house_if_wins(self) -> Fraction:
        """Return what the house keeps, in pence, if the runner wins, before each bet's result is rounded to a penny.

        What rounding left over, and the surplus where the exchange had too little to bring its average to the price.
        """
        if isinstance(self.price, NoPrice):
            return Fraction(0)
        at_price = (sum(self.lay_stakes) - sum(self.back_stakes)) * (self.price - 1)
        taken = sum((offer.price - HUNDREDTHS) * offer.size for offer in self.lays_taken)
        given = sum((offer.price - HUNDREDTHS) * offer.size for offer in self.backs_taken)
        return at_price + Fraction(taken - given, HUNDREDTHS)


def far_price(backs: Sequence[StartingPriceBet], lays: Sequence[StartingPriceBet]) -> Price:
    """Return the price that the bets at the starting price would make among themselves.

    Without backs it is infinite, without lays it is 1, and without either it is not a number.
    """
    return near_price(backs, lays, (), ())


def near_price(
    backs: Sequence[StartingPriceBet],
    lays: Sequence[StartingPriceBet],
    available_to_back: Sequence[Offer],
    available_to_lay: Sequence[Offer],
) -> Price:
    """Return the price that a reconciliation at this moment would make; the offers are best first and do not cross.

    With no SP money it is the middle of the best offers. Where a side of the exchange is empty it may be infinite, 1,
    or not a number: the projected values that recordings show, which are no starting prices.
    """
    return _Auction(backs, lays, available_to_back, available_to_lay).price()


def published(price: Price) -> int | NoPrice:
    """Return a price as the far and near prices are published: hundredths, nearest, halves up."""
    return price if isinstance(price, NoPrice) else floor(price * HUNDREDTHS + Fraction(1, 2))


def reconcile(
    backs: Sequence[StartingPriceBet],
    lays: Sequence[StartingPriceBet],
    available_to_back: Sequence[Offer],
    available_to_lay: Sequence[Offer],
) -> Reconciliation:
    """Return the starting price and what it matches; SP bets are in queue order, offers best first and not crossed.

    The price is infinite, and nothing is matched, where it cannot be computed, lies outside 1.01 to 1000, or where one
    side has no SP money and the exchange cannot absorb the other side. Where both sides have SP money and the exchange
    is used up before its average comes down (or up) to the price, the house keeps the difference when the runner wins.
    """
    return _Auction(backs, lays, available_to_back, available_to_lay).reconcile()


class _Money(NamedTuple):
    """What takes part at a price: SP stakes and SP liabilities, in pence; whole but for shares at a limit."""

    stake: int | Fraction
    liability: int | Fraction


class _Auction:
    """The bets and offers of one runner. Prices in here are in hundredths, fractions where they are on no ladder.

    Between two neighbouring limits the same bets take part, and `_settled_within` tells where they alone would settle.
    Higher stretches settle lower. The first that settles below its upper end holds the price; where it settles below
    its lower end too, that end is the price, and bets with this very limit take part as far as they are needed.
    """

    __slots__ = ("_backs", "_lays", "_limits", "_to_back", "_to_lay")

    def __init__(
        self,
        backs: Sequence[StartingPriceBet],
        lays: Sequence[StartingPriceBet],
        available_to_back: Sequence[Offer],
        available_to_lay: Sequence[Offer],
    ) -> None:
        self._backs = backs
        self._lays = lays
        self._to_back = available_to_back
        self._to_lay = available_to_lay
        self._limits = sorted({bet.limit for bet in (*backs, *lays) if bet.limit is not None})

    def price(self) -> Price:
        """Return the price, or what stands in its place."""
        hundredths = self._crossing()
        if isinstance(hundredths, NoPrice):
            return hundredths
        if not (self._to_back and self._to_lay) and not any(self._taking_part_at(hundredths)):
            hundredths = _middle(self._to_back, self._to_lay)
        return hundredths if isinstance(hundredths, NoPrice) else hundredths / HUNDREDTHS

    def reconcile(self) -> Reconciliation:
        """Return the price and what it matches."""
        price = self.price()
        if isinstance(price, NoPrice) or not LOWEST <= price <= HIGHEST:
            return self._without_price()
        hundredths = price * HUNDREDTHS
        odds = hundredths - HUNDREDTHS
        money = self._taking_part_at(hundredths)
        taken = money.stake - money.liability * HUNDREDTHS / odds
        offers = self._to_back if taken > 0 else self._to_lay
        if not all(money) and _worth(offers, abs(taken)) != abs(taken) * odds:
            return self._without_price()
        below, above = self._strictly_within(hundredths)
        back_stakes = _shares(self._backs, hundredths, 1, money.stake - below)
        lay_liabilities = _shares(self._lays, hundredths, -1, money.liability - above)
        fills = _fills(offers, abs(taken))
        return Reconciliation(
            price,
            back_stakes,
            tuple(floor(liability * HUNDREDTHS / odds) for liability in lay_liabilities),
            lay_liabilities,
            lays_taken=fills if taken > 0 else (),
            backs_taken=fills if taken < 0 else (),
        )

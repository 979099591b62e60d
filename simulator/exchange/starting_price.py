"""The starting price auction of one runner: far price, near price, and who is matched when the market turns in play.

Those who back at the starting price (SP) state stakes and those who lay at it state liabilities. What the two sides do
not give each other comes from the runner's unmatched exchange bets, best first, each at its own price. With B the SP
stakes, L the SP liabilities and Q the stake taken from exchange lays (negative: from exchange backs), the starting
price is the price p at which the bets of Q average p and

    (B - Q) x (p - 1) = L

so that all are paid, whatever the runner does. As p grows, limits only ever let more into B and fewer into L, and Q
shrinks: there is one such p. It is on no ladder, and only bets at the starting price are matched at it.

Source: exchange mechanics, section 9. The recorded near prices that prove it: `tests/recorded/starting_prices.py`.

Bets and offers are whole pence at whole hundredths. A starting price is a `Fraction`: exact where it is rational, and
off by less than 1e-12 where the last exchange bet that takes part makes it the root of a quadratic. It is made once,
from sums of whole numbers, so that its denominator does not grow with the number of bets.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

from simulator.exchange.book import Offer
from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.exchange.money import HUNDREDTHS, NoPrice, Price
from simulator.exchange.starting_price_offers import fills, odds_balancing, stake_averaging, winnings_of

NO_LOWER_LIMIT: Final = 0
NO_UPPER_LIMIT: Final = 10**9
"""Below and above every price in hundredths: bets without a limit compare like those that have one."""


class StartingPriceBet(NamedTuple):
    """A bet at the starting price: `money` is the stake of a back and the liability of a lay, in pence.

    `limit`, in hundredths, is the lowest price that a back accepts and the highest that a lay does; without one, any.
    """

    money: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The starting price and what it matches. Where `price` is no price, nothing: all bets at the starting price lapse.

    The first three tuples tell bet by bet, in the order in which the bets were given.
    """

    price: Price
    back_stakes: tuple[int, ...]
    """The stake that each SP back has matched at `price`, in pence: all, or at its own limit a share, cut."""
    lay_liabilities: tuple[int, ...]
    """What each SP lay puts in of its liability, in pence: all, or at its own limit a share, rounded up."""
    lay_stakes: tuple[int, ...]
    """The backer's stake that each SP lay has matched at `price`, in pence, cut: never more than its liability pays."""
    lays_taken: tuple[Offer, ...] = ()
    """Exchange lays that are matched, best first, each at its own price."""
    backs_taken: tuple[Offer, ...] = ()
    """Exchange backs that are matched, best first, each at its own price."""

    @property
    def house_if_loses(self) -> int:
        """Return what is left over for the house if the runner loses, in pence: nothing but what was cut or rounded.

        It is -1 at the worst; at the best a penny for each SP lay that is matched.
        """
        backed = sum(self.back_stakes) + sum(offer.size for offer in self.backs_taken)
        return backed - sum(self.lay_stakes) - sum(offer.size for offer in self.lays_taken)

    @property
    def house_if_wins(self) -> Fraction:
        """Return what is left over for the house if the runner wins, in pence, before bets are rounded to the penny.

        Where the exchange was used up, that is the surplus; else what was cut or rounded. Since stakes are whole
        pence, each SP lay may leave up to `price` - 1 pence of its liability unused, and that is missing here.
        """
        if isinstance(self.price, NoPrice):
            return Fraction(0)
        at_price = (sum(self.lay_stakes) - sum(self.back_stakes)) * (self.price - 1)
        lays_pay = sum((offer.price - HUNDREDTHS) * offer.size for offer in self.lays_taken)
        backs_win = sum((offer.price - HUNDREDTHS) * offer.size for offer in self.backs_taken)
        return at_price + Fraction(lays_pay - backs_win, HUNDREDTHS)


def far_price(backs: Sequence[StartingPriceBet], lays: Sequence[StartingPriceBet]) -> Price:
    """Return the price that the bets at the starting price make among themselves.

    It is infinite without backs, 1 without lays, and not a number without either, or where all have limits and no
    price suits both sides.
    """
    return near_price(backs, lays, (), ())


def near_price(
    backs: Sequence[StartingPriceBet],
    lays: Sequence[StartingPriceBet],
    available_to_back: Sequence[Offer],
    available_to_lay: Sequence[Offer],
) -> Price:
    """Return the price that a reconciliation at this moment is projected to make.

    Offers are given best first and do not cross. Where no SP money takes part, the price is the middle of the best
    offers, or the nearest to it at which none would. It may be 1 or infinite where the exchange lacks a side or is used
    up: values that recordings show, and that are projected but never become a starting price.
    """
    price, _ = _Auction(backs, lays, available_to_back, available_to_lay).settle()
    return price if isinstance(price, NoPrice) else price / HUNDREDTHS


def published(price: Price) -> int | NoPrice:
    """Return a price as the stream publishes far and near prices: to the nearest hundredth, halves up."""
    return price if isinstance(price, NoPrice) else floor(price * HUNDREDTHS + Fraction(1, 2))


def reconcile(
    backs: Sequence[StartingPriceBet],
    lays: Sequence[StartingPriceBet],
    available_to_back: Sequence[Offer],
    available_to_lay: Sequence[Offer],
) -> Reconciliation:
    """Return the starting price and what it matches; SP bets are in queue order, offers best first and not crossed.

    The price is infinite where there is none: nothing makes one, it lies outside 1.01 to 1000, or only one side has SP
    money and the exchange cannot absorb what of it has no limit, or a better one than the price. Where both sides have
    and the exchange is used up, the price is the one that balances stakes; where it is used up by one side, the limit
    at which bets are left over. Then, if the runner wins, the house keeps what the exchange's own prices leave over.
    """
    return _Auction(backs, lays, available_to_back, available_to_lay).reconcile()


def at_price(
    backs: Sequence[StartingPriceBet], lays: Sequence[StartingPriceBet], price: Fraction | None
) -> Reconciliation:
    """Return what is matched at a price that is known already: every bet with a better limit, in full; without, none.

    The other side of these bets was not there to be seen.
    """
    if price is None:
        return Reconciliation(NoPrice.INFINITY, (0,) * len(backs), (0,) * len(lays), (0,) * len(lays))
    hundredths = price * HUNDREDTHS
    liabilities = tuple(bet.money if (bet.limit or NO_UPPER_LIMIT) > hundredths else 0 for bet in lays)
    return Reconciliation(
        price,
        back_stakes=tuple(bet.money if (bet.limit or NO_LOWER_LIMIT) < hundredths else 0 for bet in backs),
        lay_liabilities=liabilities,
        lay_stakes=tuple(floor(liability / (price - 1)) for liability in liabilities),
    )


class _Money(NamedTuple):
    """What takes part: SP stakes and SP liabilities in pence, whole but for a share of those at their limit."""

    stake: Fraction
    liability: Fraction


class _Auction:
    """The bets and offers of one runner. Prices in here are hundredths, and fractions where they are on no ladder.

    Between two neighbouring limits it is always the same bets that take part, and these alone would settle at some
    price. The higher the stretch between limits, the lower that price. The first stretch that settles below its upper
    end holds the price of the auction. If it settles below its lower end too, then that end is the price, and the bets
    with this very limit take part as far as they are needed.
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
        limits = sorted({bet.limit for bet in (*backs, *lays) if bet.limit is not None})
        self._limits = (NO_LOWER_LIMIT, *limits, NO_UPPER_LIMIT)

    def settle(self) -> tuple[Price, _Money]:
        """Return the price and what takes part at it."""
        # The last stretch is not asked: it is what remains where no other holds the price.
        stretch = bisect_left(range(len(self._limits) - 2), True, key=self._settles_below_its_end)
        price = self._settled_within(stretch)
        money = _Money(*map(Fraction, self._between(stretch)))
        begin = self._limits[stretch]
        if isinstance(price, Fraction) and price <= begin:
            price, money = Fraction(begin), self._at_beginning(stretch)
        if not any(money) and not (self._to_back and self._to_lay):
            price = self._without_money()
        return price, money

    def reconcile(self) -> Reconciliation:
        """Return the price, in ones and not in hundredths, and what it matches."""
        price, money = self.settle()
        if isinstance(price, NoPrice) or not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            return self._without_price()
        odds = price - HUNDREDTHS
        taken = money.stake - money.liability * HUNDREDTHS / odds
        offers = self._to_back if taken > 0 else self._to_lay
        is_average = winnings_of(offers, abs(taken)) == abs(taken) * odds
        if not (all(money) or is_average or self._rations(price)):
            return self._without_price()
        liabilities = self._liabilities(price, money)
        taken_offers = fills(offers, abs(taken))
        return Reconciliation(
            price=price / HUNDREDTHS,
            back_stakes=tuple(map(floor, self._stakes(price, money))),
            lay_liabilities=tuple(map(ceil, liabilities)),
            lay_stakes=tuple(floor(liability * HUNDREDTHS / odds) for liability in liabilities),
            lays_taken=taken_offers if taken > 0 else (),
            backs_taken=taken_offers if taken < 0 else (),
        )

    def _settles_below_its_end(self, stretch: int) -> bool:
        price = self._settled_within(stretch)
        if isinstance(price, NoPrice):
            # Any price would suit those who are not there; what is infinite settles above everything.
            return price is NoPrice.NOT_A_NUMBER
        return price < self._limits[stretch + 1]

    def _settled_within(self, stretch: int) -> Price:
        """Return the price that would be if the bets of a stretch, and no others, took part at every price."""
        stake, liability = self._between(stretch)
        if not stake and not liability:
            return _middle(self._to_back, self._to_lay)
        return _settled(stake, liability * HUNDREDTHS, self._to_back, self._to_lay)

    def _between(self, stretch: int) -> tuple[int, int]:
        """Return the SP stakes and liabilities that take part between the ends of a stretch."""
        begin, end = self._limits[stretch : stretch + 2]
        stake = sum(bet.money for bet in self._backs if (bet.limit or NO_LOWER_LIMIT) <= begin)
        liability = sum(bet.money for bet in self._lays if (bet.limit or NO_UPPER_LIMIT) >= end)
        return stake, liability

    def _at_beginning(self, stretch: int) -> _Money:
        """Return what takes part at the limit where a stretch begins: as much as possible.

        Those with this very limit are held back on the side that has too much, as far as it takes to bring the average
        of the exchange bets to the limit. All others take part in full.
        """
        limit = self._limits[stretch]
        stake, liability = self._between(stretch)[0], self._between(stretch - 1)[1]
        excess = stake - Fraction(liability * HUNDREDTHS, limit - HUNDREDTHS)
        least, most = self._absorbed_at(limit)
        return _Money(
            stake - max(Fraction(), excess - most),
            liability - max(Fraction(), least - excess) * (limit - HUNDREDTHS) / HUNDREDTHS,
        )

    def _rations(self, price: Fraction) -> bool:
        """Return whether bets have this very limit, and the exchange has enough for those with better ones."""
        if not any(bet.limit == price for bet in (*self._backs, *self._lays)):
            return False
        stake = sum(bet.money for bet in self._backs if (bet.limit or NO_LOWER_LIMIT) < price)
        liability = sum(bet.money for bet in self._lays if (bet.limit or NO_UPPER_LIMIT) > price)
        size = sum(offer.size for offer in self._to_back)
        winnings = sum(offer.size * (offer.price - HUNDREDTHS) for offer in self._to_lay)
        return stake <= size and liability * HUNDREDTHS <= winnings

    def _absorbed_at(self, price: int) -> tuple[Fraction, Fraction]:
        """Return the least and the most stake taken from exchange lays at a price; from backs it is negative.

        The two differ at the best price of either side only, where the average is the price for any part of it.
        """
        if self._to_back and price <= self._to_back[0].price:
            most = stake_averaging(self._to_back, price)
            return (Fraction() if price == self._to_back[0].price else most), most
        if self._to_lay and price >= self._to_lay[0].price:
            most = stake_averaging(self._to_lay, price)
            return -most, (Fraction() if price == self._to_lay[0].price else -most)
        return Fraction(), Fraction()

    def _without_money(self) -> Price:
        """Return what is projected where no SP money takes part and the exchange lacks a side, or both."""
        if not self._to_back and not self._to_lay and bool(self._backs) != bool(self._lays):
            return Fraction(HUNDREDTHS) if self._backs else NoPrice.INFINITY
        return _middle(self._to_back, self._to_lay)

    def _stakes(self, price: Fraction, money: _Money) -> list[Fraction]:
        in_full = [(bet.limit or NO_LOWER_LIMIT) < price for bet in self._backs]
        return _parts(self._backs, in_full, price, money.stake)

    def _liabilities(self, price: Fraction, money: _Money) -> list[Fraction]:
        in_full = [(bet.limit or NO_UPPER_LIMIT) > price for bet in self._lays]
        return _parts(self._lays, in_full, price, money.liability)

    def _without_price(self) -> Reconciliation:
        backs, lays = (0,) * len(self._backs), (0,) * len(self._lays)
        return Reconciliation(NoPrice.INFINITY, backs, lays, lays)


def _middle(to_back: Sequence[Offer], to_lay: Sequence[Offer]) -> Price:
    """Return the price that the exchange alone suggests."""
    if to_back and to_lay:
        return Fraction(to_back[0].price + to_lay[0].price, 2)
    if to_back:
        return NoPrice.INFINITY
    return Fraction(HUNDREDTHS) if to_lay else NoPrice.NOT_A_NUMBER


def _settled(stake: int, liability: int, to_back: Sequence[Offer], to_lay: Sequence[Offer]) -> Price:
    """Return the price at which a stake and a liability, the latter in hundredths of pence, meet the exchange."""
    if to_back and stake * (to_back[0].price - HUNDREDTHS) > liability:
        return HUNDREDTHS + odds_balancing(stake, liability, to_back, 1)
    if to_lay and stake * (to_lay[0].price - HUNDREDTHS) < liability:
        return HUNDREDTHS + odds_balancing(stake, liability, to_lay, -1)
    return HUNDREDTHS + Fraction(liability, stake) if stake else NoPrice.INFINITY


def _parts(
    bets: Sequence[StartingPriceBet], in_full: Sequence[bool], price: Fraction, money: Fraction
) -> list[Fraction]:
    """Return what each bet puts in, in pence: those at their limit, first come first, what the others leave of it."""
    # A root is cut, and may seem to be at a limit that it is just beside: then nothing, or a trifle less, is left.
    left = max(Fraction(), money - sum(bet.money for bet, full in zip(bets, in_full, strict=True) if full))
    parts: list[Fraction] = []
    for bet, full in zip(bets, in_full, strict=True):
        share = min(Fraction(bet.money), left) if bet.limit == price else Fraction()
        left -= share
        parts.append(Fraction(bet.money) if full else share)
    return parts

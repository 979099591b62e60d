"""One runner's order book: two queues of unmatched bets, by price and then by time of arrival.

What it costs: adding, taking and cancelling a bet touch the bet, its price level and nothing else. A level that
appears or empties is one bisection in the sorted list of live prices; best prices and totals are kept as bets come
and go and never recomputed.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Final, NamedTuple, Protocol

from simulator.exchange.money import Price
from simulator.exchange.orders import BACK, LAY, Order, Resting, Side


class Offer(NamedTuple):
    """So many pence of backer's stake at a price in hundredths."""

    price: int
    size: int


def meet(back_price: int, lay_price: int) -> bool:
    """Return whether a back and a lay on one runner are matched with each other: the layer offers what is asked."""
    return back_price <= lay_price


class LevelOnOffer(Protocol):
    """A level as a taker sees it: what there is at a price, the first come first."""

    @property
    def price(self) -> int:
        """Return the price in hundredths."""

    @property
    def total(self) -> int:
        """Return how many pence of backer's stake there are."""

    @property
    def queue(self) -> Mapping[int, Resting]:
        """Return whose they are."""


class Level:
    """All unmatched bets of one side at one price: first in, first matched."""

    __slots__ = ("price", "queue", "total")

    def __init__(self, price: int) -> None:
        self.price: Final = price
        self.total = 0
        # An ordered dictionary and not a plain one: both ends and any middle are removed in constant time, whereas a
        # plain dictionary walks over the holes left at its front.
        self.queue: OrderedDict[int, Order] = OrderedDict()


class Offers:
    """The unmatched bets of one side, seen from the taker who wants the best price.

    Unmatched LAY bets are what is available to back, best at the highest price; unmatched BACK bets are what is
    available to lay, best at the lowest.
    """

    __slots__ = ("_direction", "_ranks", "levels", "resting_side", "revision", "total")

    def __init__(self, resting_side: Side) -> None:
        self.resting_side: Final = resting_side
        self._direction = 1 if resting_side is LAY else -1
        # Prices times direction, ascending: the best is last, where a list is cheap to change.
        self._ranks: list[int] = []
        self.levels: dict[int, Level] = {}
        self.total = 0
        self.revision = 0
        """Grows with every change, so that what was worked out from these offers can be known to be out of date."""

    def shown(self) -> "Offers":
        """Return offers with the same levels and of the same revision, and without orders."""
        offers = Offers(self.resting_side)
        offers._ranks = list(self._ranks)
        for price, known in self.levels.items():
            level = offers.levels[price] = Level(price)
            level.total = known.total
        offers.total, offers.revision = self.total, self.revision
        return offers

    @property
    def best(self) -> LevelOnOffer | None:
        """Return the level a taker meets first, or `None` when nothing is offered."""
        return self.levels[self._ranks[-1] * self._direction] if self._ranks else None

    def best_first(self) -> Iterator[LevelOnOffer]:
        """Yield the levels from the best to the worst."""
        for rank in reversed(self._ranks):
            yield self.levels[rank * self._direction]

    def sizes(self) -> Iterator[Offer]:
        """Yield how much is offered at each price, from the best to the worst."""
        for rank in reversed(self._ranks):
            price = rank * self._direction
            yield Offer(price, self.levels[price].total)

    def orders(self) -> Iterator[Order]:
        """Yield the bets that rest here, from the best price to the worst and first come first served."""
        for rank in reversed(self._ranks):
            yield from self.levels[rank * self._direction].queue.values()

    def beats(self, price: int, other: int) -> bool:
        """Return whether a taker would rather have `price` than `other`."""
        return price * self._direction > other * self._direction

    def add(self, order: Order) -> None:
        """Queue the unmatched part of an order behind everything at its price."""
        level = self.levels.get(order.price)
        if level is None:
            level = self.levels[order.price] = Level(order.price)
            insort(self._ranks, order.price * self._direction)
        level.queue[order.bet_id] = order
        level.total += order.size_remaining
        self.total += order.size_remaining
        self._note_change()

    def reduce(self, order: Resting, size: int) -> None:
        """Take `size` pence off a queued order's place, which it keeps unless nothing is left.

        The caller has not yet lowered `order.size_remaining`; the queue only keeps the totals.
        """
        level = self.levels[order.price]
        level.total -= size
        self.total -= size
        self._note_change()
        if size == order.size_remaining:
            del level.queue[order.bet_id]
            if not level.queue:
                del self.levels[order.price]
                self._forget(order.price * self._direction)

    def _note_change(self) -> None:
        self.revision += 1

    def _forget(self, rank: int) -> None:
        if self._ranks[-1] == rank:
            self._ranks.pop()
        else:
            del self._ranks[bisect_left(self._ranks, rank)]


class ToldStartingPrices(NamedTuple):
    """What others wait for the starting price with, by price, in hundredths, and the prices that they have been told.

    It is known of a book that follows another exchange's. `backs` are stakes and `lays` what layers risk.
    """

    backs: Mapping[int, int]
    lays: Mapping[int, int]
    near: Price | None
    far: Price | None


class RunnerBook:
    """Both queues of a runner and what has been traded on it.

    Traded volume counts the stakes of both sides, as the published figures do (exchange mechanics). What is shown of it
    is all there is, unless a book follows that of another exchange.
    """

    __slots__ = (
        "backs",
        "last_price_traded",
        "last_traded_in_play",
        "lays",
        "total_matched",
        "traded",
        "traded_in_play",
    )

    def __init__(self) -> None:
        self.backs = Offers(BACK)
        self.lays = Offers(LAY)
        self.traded: dict[int, int] = {}
        self.traded_in_play: dict[int, int] = {}
        """What of `traded` was matched after the off."""
        self.total_matched = 0
        self.last_price_traded: int | None = None
        self.last_traded_in_play = False

    # What is shown

    @property
    def shown_traded(self) -> Mapping[int, int]:
        """Return the traded volume by price that is to be shown."""
        return self.traded

    @property
    def shown_total_matched(self) -> int:
        """Return the volume that is to be shown."""
        return self.total_matched

    @property
    def shown_last_price_traded(self) -> int | None:
        """Return the last price that is to be shown, `None` where there is none."""
        return self.last_price_traded

    @property
    def shown_revision(self) -> tuple[object, ...]:
        """Return what is another one whenever what is shown may be."""
        queues = (self.backs.revision, self.lays.revision)
        return (*queues, self.total_matched, self.last_price_traded, *self.traded.items())

    @property
    def told_starting_prices(self) -> ToldStartingPrices | None:
        """Return what is told of the starting price, `None` where it is this exchange that holds the auction."""
        return None

    def picture(self) -> "RunnerBook":
        """Return a book that looks like this one does now, to be read only and without orders."""
        picture = copy(self)
        picture.backs, picture.lays = self.backs.shown(), self.lays.shown()
        picture.traded, picture.traded_in_play = dict(self.traded), dict(self.traded_in_play)
        return picture

    # What is

    @property
    def available_to_back(self) -> Offers:
        """Return the unmatched LAY bets, which a backer takes."""
        return self.lays

    @property
    def available_to_lay(self) -> Offers:
        """Return the unmatched BACK bets, which a layer takes."""
        return self.backs

    def queue_of(self, side: Side) -> Offers:
        """Return the queue in which unmatched bets of `side` rest."""
        return self.backs if side is BACK else self.lays

    def offers_to(self, side: Side) -> Offers:
        """Return the queue that a bet of `side` is matched against."""
        return self.lays if side is BACK else self.backs

    def reduce_traded_prices(self, reduced: Callable[[int], int]) -> None:
        """Restate the traded volume and the last price at the prices to which a removal has lowered the matched bets.

        What was matched in play stays. Recorded of the last price: the removal of a runner of 7.14 % made 15.50 14.39
        and 16.00 14.86.
        """
        restated = dict(self.traded_in_play)
        for price, size in self.traded.items():
            before_the_off = size - self.traded_in_play.get(price, 0)
            if before_the_off:
                restated[reduced(price)] = restated.get(reduced(price), 0) + before_the_off
        self.traded = restated
        if self.last_price_traded is not None and not self.last_traded_in_play:
            self.last_price_traded = reduced(self.last_price_traded)

    def forget_trades(self) -> None:
        """Forget what was traded, since all of it is void."""
        self.traded = {}
        self.traded_in_play = {}
        self.total_matched = 0
        self.last_price_traded = None
        self.last_traded_in_play = False

    def trade(self, price: int, size: int, *, in_play: bool = False) -> None:
        """Note a match of `size` pence of backer's stake."""
        self.traded[price] = self.traded.get(price, 0) + 2 * size
        if in_play:
            self.traded_in_play[price] = self.traded_in_play.get(price, 0) + 2 * size
        self.last_traded_in_play = in_play
        self.total_matched += 2 * size
        self.last_price_traded = price

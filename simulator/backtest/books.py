"""A recorded runner's book in an exchange of ours, and how the recording fills the bets that rest in it.

There are three ways in which a bet that rests is filled (the words are those of a lay; a back is the mirror of it):

- `TRADED`: somebody backed at our price, after all who stood before us. Half of what the traded volume rose by is what
  was backed, since it counts both sides.
- `TRADED` too: somebody backed at a lower price than ours. That one would have had us first.
- `CROSSED`: somebody offers to back at our price, or at a lower one. That one would have been matched with us. What we
  took of such an offer is gone, and the trade that it makes in the recording is not used again.

Bets of ours share what there is: best price first, then first come first served.
"""

from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from typing import ClassVar, Final, NamedTuple, Protocol

from simulator.backtest.models import FillModel
from simulator.backtest.offers import RecordedOffers
from simulator.exchange.book import RunnerBook, ToldStartingPrices
from simulator.exchange.commands import AddMarket, RunnerDefinition
from simulator.exchange.market import Market
from simulator.exchange.matching import OtherRunners
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.orders import BACK, LAY, Order, RunnerKey, Side
from simulator.exchange.rules import BettingRules
from simulator.exchange.runner import Runner
from simulator.exchange.state import State
from simulator.recorded.market import Ladder, RecordedRunner
from simulator.recorded.moves import EVERY_PRICE, NO_PRICE, Moves

FEWEST_RESTATED: Final = 3
MOST_RESTATED: Final = 100
"""Of how much of a volume, one in so many, it is thought that a change of rates may have brought it."""


class How(StrEnum):
    """How a bet was matched."""

    TAKEN = "TAKEN"
    """It took what was offered when it arrived."""
    TRADED = "TRADED"
    """It rested, and took part in a recorded trade."""
    CROSSED = "CROSSED"
    """It rested, and somebody came who offered to match it."""
    OWN = "OWN"
    """It was matched with another bet of ours."""
    STARTING_PRICE = "STARTING_PRICE"


class RestingFill(NamedTuple):
    """`size` pence of a bet that rests, which the recorded volume at a `price` fills, at the bet's own price."""

    order: Order
    size: int
    how: How
    price: int
    arrived_behind: int


class Owner(Protocol):
    """Whose book it is: it lets the book follow, and matches what that fills."""

    def follow(self, book: "RecordedBook", moves: Moves) -> None:
        """Let one of its books follow what a message said."""


Watched = dict[RecordedRunner, list["RecordedBook"]]


class RecordedBook(RunnerBook):
    """Both queues of a recorded runner; `traded` is what we have traded in it."""

    __slots__ = ("_is_watched", "_key", "_recorded_before", "_watched", "owner", "recorded")

    LINKED: ClassVar = frozenset({"_watched", "owner", "recorded"})
    """The attributes that `link` makes anew."""

    backs: RecordedOffers
    lays: RecordedOffers

    def __init__(
        self,
        owner: "Owner",
        recorded: RecordedRunner,
        key: RunnerKey,
        model: FillModel,
        watched: "Watched",
    ) -> None:
        super().__init__()
        self.owner = owner
        self.recorded = recorded
        self._key: Final = key
        self._watched = watched
        self._is_watched = False
        self._recorded_before: int | None = None
        """The last price of the recording when we traded last."""
        self.backs = RecordedOffers(BACK, recorded, key, model, self.watch)
        self.lays = RecordedOffers(LAY, recorded, key, model, self.watch)

    def link(self, owner: "Owner", recorded: RecordedRunner, model: FillModel, watched: "Watched") -> None:
        """Go on following a runner as it is recorded, as one of the books that are watched where it was one."""
        self.owner, self.recorded, self._watched = owner, recorded, watched
        for offers in (self.backs, self.lays):
            offers.link(recorded, model, self.watch)
        if self._is_watched:
            self._be_among_the_watched()

    @property
    def key(self) -> RunnerKey:
        """Return whose book it is."""
        return self._key

    def watch(self) -> None:
        """Note that the book does not just show what is recorded, and has to follow what comes."""
        if self._is_watched:
            self.want()
        else:
            self._is_watched = True
            self._be_among_the_watched()

    def _be_among_the_watched(self) -> None:
        self._watched.setdefault(self.recorded, []).append(self)
        if self.recorded.moves is None:
            self.recorded.moves = Moves()
        self.want()

    def want(self) -> None:
        """Say what is to be noted of the recorded runner: what may concern the books that are watched, and little more.

        That are levels of which we have taken something or in which something of ours waits, and offers that would meet
        it. Of trades it is all or nothing, since the others tell what one of them is. Several books want everything: to
        keep together what each of them does would cost more than it spares.
        """
        moves = self.recorded.moves
        assert moves is not None
        lays, backs = self.lays, self.backs
        if lays.out_of_sight or backs.out_of_sight or len(self._watched[self.recorded]) > 1:
            moves.want(EVERY_PRICE, EVERY_PRICE, EVERY_PRICE)
        elif lays.levels or backs.levels:
            to_back, to_lay = _joined(lays.prices, backs.meeting), _joined(backs.prices, lays.meeting)
            moves.want(to_back, to_lay, EVERY_PRICE)
        else:
            moves.want(lays.taken, backs.taken, EVERY_PRICE if lays.spent or backs.spent else NO_PRICE)

    def watch_less(self) -> None:
        """Note that the book, which is watched, may have no need of it any more, or of less than before."""
        if not self.is_idle:
            self.want()
            return
        self._is_watched = False
        books = self._watched[self.recorded]
        books.remove(self)
        if books:
            books[0].want()
        else:
            del self._watched[self.recorded]
            self.recorded.moves = None

    # What is shown: what is recorded, and what is ours

    def trade(self, price: int, size: int, *, in_play: bool = False) -> None:
        """Note a match of ours of `size` pence of backer's stake."""
        # Not by `super()`, which is looked up anew for every match of ours.
        RunnerBook.trade(self, price, size, in_play=in_play)
        self._recorded_before = self.recorded.last_price_traded

    @property
    def shown_traded(self) -> Ladder:
        """Return what was traded at each price, in the recording and by us."""
        if not self.traded:
            return self.recorded.traded
        prices = sorted(self.recorded.traded.keys() | self.traded.keys())
        return {price: self.recorded.traded.get(price, 0) + self.traded.get(price, 0) for price in prices}

    @property
    def shown_total_matched(self) -> int:
        """Return the volume as recorded, and ours."""
        return self.recorded.total_matched + self.total_matched

    @property
    def shown_last_price_traded(self) -> int | None:
        """Return the last price: ours where the recording has had no other one since."""
        told = self.recorded.last_price_traded
        return told if self.last_price_traded is None or told != self._recorded_before else self.last_price_traded

    @property
    def shown_revision(self) -> tuple[object, ...]:
        """Return what is another one whenever a message or a bet of ours may have changed what is shown."""
        own = (self.backs.own_changes, self.lays.own_changes, self.last_price_traded)
        return (self.recorded.mentions, *own, *self.traded.items())

    @property
    def told_starting_prices(self) -> ToldStartingPrices | None:
        """Return what the recording says of the starting price."""
        recorded = self.recorded
        near, far = recorded.near_price, recorded.far_price
        return ToldStartingPrices(
            recorded.starting_price_backs, recorded.starting_price_lays, _price(near), _price(far)
        )

    def picture(self) -> RunnerBook:
        """Return a book that looks like this one does now."""
        return PictureOfBook(self)

    @property
    def is_idle(self) -> bool:
        """Return whether the book need not follow the recording: nothing of ours waits, and all is as recorded."""
        backs, lays = self.backs, self.lays
        return not (backs.levels or lays.levels or backs.taken or lays.taken)

    def is_concerned(self, moves: Moves) -> bool:
        """Return whether the book has to follow: who waits may be filled, or another part of the recorded is ours."""
        lays, backs = self.lays, self.backs
        to_back, to_lay, traded = moves.available_to_back, moves.available_to_lay, moves.traded
        # How many levels are shown is known of both sides together, so that one may bring prices of the other in sight.
        if lays.out_of_sight or backs.out_of_sight:
            return True
        # What is empty, as most of it is, is not asked.
        if to_back and (lays.taken or lays.levels) and lays.is_concerned(to_back):
            return True
        if to_lay and (backs.taken or backs.levels) and backs.is_concerned(to_lay):
            return True
        if traded and ((lays.spent and lays.has_spent(traded)) or (backs.spent and backs.has_spent(traded))):
            return True
        return bool((backs.levels and backs.is_met(to_back, traded)) or (lays.levels and lays.is_met(to_lay, traded)))

    def follow(self, moves: Moves, *, touching_fills: bool, is_open: bool) -> list[RestingFill]:
        """Take in what a message says, once the recording has; return what of our bets it fills, in order."""
        lays, backs = self.lays, self.backs
        trades = self._trades(moves.traded) if moves.traded else {}
        if not (lays.levels or backs.levels):
            for offers, levels in ((lays, moves.available_to_back), (backs, moves.available_to_lay)):
                if trades:
                    offers.account_for(trades)
                offers.follow(levels, trades)
            return []
        fills = _Fills()
        for price, size in trades.items():
            self._trade(price, size, fills)
        lays.follow(moves.available_to_back, trades)
        backs.follow(moves.available_to_lay, trades)
        if is_open:
            self._cross(moves, fills, touching_fills)
        return fills.made

    def _trades(self, volumes_before: Ladder) -> dict[int, int]:
        """Return how much was traded at each price, in pence of backers' stakes.

        Volume rises without a trade too: a removal restates what was traded at prices that it lowers, and now and then
        amounts of other currencies are worth something else. Where any volume falls, nothing was traded; where at least
        half of a runner's volumes are other ones, only what rises by more than such a change of rates can bring.
        """
        now = self.recorded.traded
        risen: list[tuple[int, int, int]] = []
        for price, before in volumes_before.items():
            after = now.get(price, 0)
            if after < before:
                return {}
            if after > before:
                risen.append((price, before, after))
        is_most = len(risen) >= FEWEST_RESTATED and 2 * len(risen) >= len(now)
        trades: dict[int, int] = {}
        for price, before, after in risen:
            # The halves of all rises add up to half of what was traded, odd pennies included.
            traded = after // 2 - before // 2
            if traded and not (is_most and (after - before) * MOST_RESTATED < before):
                trades[price] = traded
        return trades

    def recheck(self, *, touching_fills: bool) -> list[RestingFill]:
        """Return what of our bets is filled by all that is offered now, as when a market opens again."""
        fills, nothing = _Fills(), Moves()
        nothing.available_to_back.update(dict.fromkeys(self.lays.recorded, 0))
        nothing.available_to_lay.update(dict.fromkeys(self.backs.recorded, 0))
        self._cross(nothing, fills, touching_fills)
        return fills.made

    def _trade(self, price: int, traded: int, fills: "_Fills") -> None:
        """Let those bets take part in a trade that are at its price, or at a better one for who took them."""
        for resting, opposite in ((self.lays, self.backs), (self.backs, self.lays)):
            left = opposite.usable(price, traded)
            # Of others at this very price, how many have been matched: all of ours there come forward by as many.
            passed = 0
            for order in resting.orders():
                if resting.beats(price, order.price) or not (left or passed):
                    break
                if order.price == price:
                    before = resting.ahead[order.bet_id]
                    passing = min(left, max(0, before - passed))
                    passed += passing
                    left -= passing
                    resting.ahead[order.bet_id] = max(0, before - passed)
                left -= fills.make(order, left, How.TRADED, price, resting)

    def _cross(self, moves: Moves, fills: "_Fills", touching_fills: bool) -> None:
        """Let offers that have grown meet those of our bets which they would have been matched with."""
        for resting, opposite, levels in (
            (self.lays, self.backs, moves.available_to_lay),
            (self.backs, self.lays, moves.available_to_back),
        ):
            if not resting.levels:
                continue
            grown = [price for price, before in levels.items() if opposite.recorded.get(price, 0) > before]
            for price in sorted(grown, reverse=resting.resting_side is BACK):
                for order in resting.orders():
                    left = opposite.available(price)
                    if order.price == price:
                        left = left - resting.ahead[order.bet_id] if touching_fills else 0
                    if left <= 0 or resting.beats(price, order.price):
                        break
                    size = fills.make(order, left, How.CROSSED, price, resting)
                    if size:
                        opposite.take(price, size)


def _price(told: float | str | None) -> Price | None:
    """Return a near or far price as recorded; what is no price is told as a word."""
    if told is None:
        return None
    if isinstance(told, str):
        return NoPrice.INFINITY if told == NoPrice.INFINITY else NoPrice.NOT_A_NUMBER
    return Fraction(str(told)) if isfinite(told) else NoPrice.INFINITY


class PictureOfBook(RunnerBook):
    """How a recorded book looked at a moment."""

    __slots__ = ("_told",)

    def __init__(self, book: RecordedBook) -> None:
        super().__init__()
        self.backs, self.lays = book.backs.shown(), book.lays.shown()
        self.traded, self.traded_in_play = dict(book.shown_traded), dict(book.traded_in_play)
        self.total_matched = book.shown_total_matched
        self.last_price_traded = book.shown_last_price_traded
        self.last_traded_in_play = book.last_traded_in_play
        told = book.told_starting_prices
        self._told = None if told is None else told._replace(backs=dict(told.backs), lays=dict(told.lays))

    @property
    def told_starting_prices(self) -> ToldStartingPrices | None:
        """Return what was told then."""
        return self._told


def _joined(prices: Collection[int], stretch: range) -> Collection[int]:
    """Return what has these prices and those of a stretch, and perhaps what lies between."""
    if not stretch:
        return prices
    return range(min(stretch.start, *prices), max(stretch.stop - 1, *prices) + 1) if prices else stretch


class _Fills:
    """The fills of one message, with what they leave of each bet."""

    def __init__(self) -> None:
        self.made: Final[list[RestingFill]] = []
        self._filled: Final[dict[int, int]] = {}

    def make(self, order: Order, most: int, how: How, price: int, resting: RecordedOffers) -> int:
        """Fill as much as there is of a bet and return how much that was."""
        filled = self._filled.get(order.bet_id, 0)
        size = min(most, order.size_remaining - filled)
        if size > 0:
            self._filled[order.bet_id] = filled + size
            self.made.append(RestingFill(order, size, how, price, resting.arrived_behind[order.bet_id]))
        return size


class FollowingMarket(Market):
    """A market of an exchange of ours that follows a recorded one: its bet delay is the one that is told."""

    LINKED: ClassVar = frozenset({"new_book"})
    """The attribute that is set anew where a market goes on."""

    def __init__(self, definition: AddMarket, new_book: Callable[[RunnerKey], RecordedBook]) -> None:
        self.new_book = new_book
        self.recorded_total_matched = 0
        """As the recording said last, in pence."""
        super().__init__(definition)

    def other_runners(self, key: RunnerKey, taker: Side) -> OtherRunners | None:
        """Return the other runners whose offers make virtual ones, `None` where the recorded offers have these in."""
        others = super().other_runners(key, taker) if self.definition.cross_matching else None
        if others is None:
            return None
        book = self.runners[key].book
        return None if isinstance(book, RecordedBook) and book.recorded.is_display else others

    @property
    def bet_delay(self) -> int:
        """Return how many seconds an order waits now."""
        return self.definition.bet_delay

    @property
    def shown_total_matched(self) -> int:
        """Return the volume as recorded, and ours."""
        return self.recorded_total_matched + self.total_matched

    @property
    def shows_trades(self) -> bool:
        """Return `True`: whether volumes and last prices go when the market closes the recording says."""
        return True

    @property
    def total_available(self) -> int:
        """Return the unmatched stakes of the whole market, in pence."""
        books = [runner.book for runner in self.runners.values()]
        return sum(size for book in books for offers in (book.backs, book.lays) for _, size in offers.sizes())

    def new_runner(self, definition: RunnerDefinition) -> Runner:
        """Return a runner as it is listed, with the recorded book."""
        return Runner(definition, self.new_book(definition.key))

    def books(self) -> Iterator[RecordedBook]:
        """Yield the books of all runners."""
        for runner in self.runners.values():
            assert isinstance(runner.book, RecordedBook)
            yield runner.book


class FollowingState(State):
    """What an exchange remembers whose markets follow recorded ones; `new_books` has how their books are made."""

    LINKED: ClassVar = frozenset({"new_books"})
    """The attribute that is set anew where an exchange goes on."""

    def __init__(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> None:
        super().__init__(rules, first_bet_id, first_match_id)
        self.new_books: dict[str, Callable[[RunnerKey], RecordedBook]] = {}

    def new_market(self, definition: AddMarket) -> Market:
        """Return a market that follows the recorded one of this id, or where there is none one of the usual kind."""
        new_book = self.new_books.get(definition.market_id)
        return Market(definition) if new_book is None else FollowingMarket(definition, new_book)

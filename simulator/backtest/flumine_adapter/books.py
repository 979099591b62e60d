"""Market books for flumine strategies: made when somebody looks, kept until they change.

A `LazyMarketBook` is a `MarketBook` of betfairlightweight, as flumine's own are, with the same members; so are its
runners. What a strategy does not look at is never made. What it looks at is kept as long as the market says nothing new
of it. Books are as they were, as flumine's: what a strategy holds on to is made whole before the market goes on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from sys import getrefcount
from typing import Any, Final, NamedTuple

from betfairlightweight.resources.bettingresources import (
    KeyLine,
    MarketBook,
    PriceLadderDescription,
    RunnerBook,
    RunnerBookSP,
)
from betfairlightweight.resources.streamingresources import MarketDefinition
from msgspec import to_builtins

from simulator.backtest.books import RecordedBook
from simulator.backtest.followed import Followed
from simulator.backtest.following import key_of
from simulator.exchange.orders import RunnerKey
from simulator.recorded.market import Ladder
from simulator.recorded.messages import MarketDefinition as RecordedDefinition
from simulator.recorded.messages import RunnerDefinition

STREAM_ID: Final = 1
"""The `streaming_unique_id` of all books."""


class Prices(Sequence[dict[str, float]]):
    """Prices with their sizes, best first, to be read as a list; one is made when more than the best is asked for."""

    __slots__ = ("_best", "_descending", "_ladder", "_made")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ladder: Ladder, best: int | None = None, *, descending: bool = False) -> None:
        self._ladder: Final = ladder.copy()
        self._best = best
        self._descending: Final = descending
        self._made: list[dict[str, float]] | None = None

    @property
    def data(self) -> list[dict[str, float]]:
        """Return the list."""
        if self._made is None:
            prices = sorted(self._ladder.items(), reverse=self._descending)
            self._made = [{"price": price / 100, "size": size / 100} for price, size in prices]
        return self._made

    def __getitem__(self, index: Any) -> Any:
        if index != 0 or self._made is not None or not self._ladder:
            return self.data[index]
        if self._best is None:
            self._best = max(self._ladder) if self._descending else min(self._ladder)
        return {"price": self._best / 100, "size": self._ladder[self._best] / 100}

    def __iter__(self) -> Iterator[dict[str, float]]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self._ladder)

    def __eq__(self, other: object) -> bool:
        return self.data == (other.data if isinstance(other, Prices) else other)

    def __add__(self, other: Any) -> list[dict[str, float]]:
        return self.data + list(other)

    def __radd__(self, other: Any) -> list[dict[str, float]]:
        return list(other) + self.data

    def __repr__(self) -> str:
        return repr(self.data)

    def copy(self) -> list[dict[str, float]]:
        """Return the list, as a list."""
        return self.data.copy()


class LazyOffers:
    """What is offered on a runner and was traded: `ex` of a runner."""

    __slots__ = ("_back", "_book", "_lay", "_traded")

    def __init__(self, book: RecordedBook) -> None:
        self._book: Final = book
        self._back: Any = None
        self._lay: Any = None
        self._traded: Any = None

    def make_whole(self) -> None:
        """Make all that was not looked at."""
        _ = self.available_to_back, self.available_to_lay, self.traded_volume

    @property
    def available_to_back(self) -> Any:
        """Return what can be backed, the highest price first."""
        if self._back is None:
            book = self._book
            if not book.lays.is_idle:
                self._back = Prices(book.lays.ladder(), descending=True)
            elif book.recorded.available_to_back:
                self._back = Prices(book.recorded.available_to_back, book.recorded.best_back, descending=True)
            else:
                self._back = self._levels("bdatb", "batb")
        return self._back

    @property
    def available_to_lay(self) -> Any:
        """Return what can be laid, the lowest price first."""
        if self._lay is None:
            book = self._book
            if not book.backs.is_idle:
                self._lay = Prices(book.backs.ladder())
            elif book.recorded.available_to_lay:
                self._lay = Prices(book.recorded.available_to_lay, book.recorded.best_lay)
            else:
                self._lay = self._levels("bdatl", "batl")
        return self._lay

    @property
    def traded_volume(self) -> Any:
        """Return what was traded at each price, the lowest price first."""
        if self._traded is None:
            self._traded = Prices(self._book.recorded.traded)
        return self._traded

    def _levels(self, *names: str) -> list[dict[str, float]]:
        """Return what a recording shows that has the best few levels only."""
        for name in names:
            levels = self._book.recorded.levels.get(name)
            if levels:
                return [{"price": price / 100, "size": size / 100} for _, (price, size) in sorted(levels.items())]
        return []


class LazyRunner(RunnerBook):
    """A runner of a market as it was at one time."""

    orders: Final = ()
    matches: Final = ()
    matches_by_strategy: Final = None
    suspend_reason: Final = None
    bet_delay_models: Final = None

    def __init__(self, book: RecordedBook, key: RunnerKey, told: RunnerDefinition) -> None:
        # `RunnerBook` would make at once what is made here when it is asked for.
        recorded = book.recorded
        self.book: Final = book
        self.changes: Final = recorded.changes
        self.told: Final = told
        self.selection_id = key.selection_id
        self.handicap = told.hc or 0
        self.status = told.status
        last = recorded.last_price_traded
        self.last_price_traded = None if last is None else last / 100
        self.total_matched = recorded.total_matched / 100
        self.made_offers: LazyOffers | None = None
        self._starting_price: Any = None

    def make_whole(self) -> None:
        """Make all that was not looked at."""
        self.ex.make_whole()
        _ = self.sp

    @property
    def ex(self) -> LazyOffers:
        """Return what is offered, and what was traded."""
        if self.made_offers is None:
            self.made_offers = LazyOffers(self.book)
        return self.made_offers

    @property
    def sp(self) -> Any:
        """Return what is known of the starting price."""
        if self._starting_price is None:
            recorded = self.book.recorded
            self._starting_price = RunnerBookSP(
                nearPrice=recorded.near_price,
                farPrice=recorded.far_price,
                backStakeTaken=Prices(recorded.starting_price_backs),
                layLiabilityTaken=Prices(recorded.starting_price_lays, descending=True),
                actualSP=self.told.bsp,
            )
        return self._starting_price

    @property
    def adjustment_factor(self) -> float | None:
        """Return the reduction factor in percent."""
        return self.told.adjustment_factor

    @property
    def removal_date(self) -> datetime | None:
        """Return when it was removed."""
        return MarketBook.strip_datetime(self.told.removal_date)  # type: ignore[no-any-return]

    @property
    def wire(self) -> dict[str, Any]:
        """Return what a book on the wire has of it."""
        offers, starting_price = self.ex, self.sp
        return {
            "status": self.status,
            "ex": {
                "tradedVolume": list(offers.traded_volume),
                "availableToBack": list(offers.available_to_back),
                "availableToLay": list(offers.available_to_lay),
            },
            "sp": {
                "nearPrice": starting_price.near_price,
                "farPrice": starting_price.far_price,
                "backStakeTaken": list(starting_price.back_stake_taken),
                "layLiabilityTaken": list(starting_price.lay_liability_taken),
                "actualSP": starting_price.actual_sp,
            },
            "adjustmentFactor": self.adjustment_factor,
            "removalDate": self.told.removal_date,
            "lastPriceTraded": self.last_price_traded,
            "handicap": self.handicap,
            "totalMatched": self.total_matched,
            "selectionId": self.selection_id,
        }


class LazyMarketBook(MarketBook):
    """A market as it was at one time."""

    streaming_unique_id: Final = STREAM_ID
    streaming_snap: Final = True
    streaming_update: Final = None
    elapsed_time: Final = None
    is_market_data_delayed: Final = None
    last_match_time: Final = None
    total_available: Final = None
    suspend_reason: Final = None

    def __init__(self, books: "MarketBooks", publish_time: datetime, publish_time_epoch: int) -> None:
        # `MarketBook` would make at once what is made here when it is asked for.
        recorded = books.followed.recorded
        definition = recorded.definition
        assert definition is not None, "a market is followed from its first definition on"
        self.market_id = recorded.market_id
        self.publish_time = self._datetime_created = self._datetime_updated = publish_time
        self.publish_time_epoch = publish_time_epoch
        self.total_matched = recorded.total_matched / 100
        self.status = definition.status
        self.inplay = definition.in_play
        self.version = definition.version
        self.recorded_definition: Final = definition
        self.books: Final = books
        self.made_runners: list[LazyRunner] | None = None

    @property
    def runners(self) -> list[LazyRunner]:
        """Return the runners, in the order in which they were first told."""
        if self.made_runners is None:
            self.made_runners = self.books.runners()
        return self.made_runners

    @property
    def market_definition(self) -> Any:
        """Return all that is told of the market beside its prices."""
        return self.books.market_definition(self.recorded_definition)

    @property
    def bet_delay(self) -> int:
        """Return how many seconds a bet waits."""
        return self.recorded_definition.bet_delay

    @property
    def bet_delay_models(self) -> Any:
        """Return in which way a bet waits."""
        return self.recorded_definition.bet_delay_models

    @property
    def bsp_reconciled(self) -> bool:
        """Return whether the starting prices are made."""
        return self.recorded_definition.bsp_reconciled

    @property
    def complete(self) -> bool:
        """Return whether no runner can be added."""
        return self.recorded_definition.complete

    @property
    def cross_matching(self) -> bool:
        """Return whether offers of different runners are matched."""
        return self.recorded_definition.cross_matching

    @property
    def number_of_active_runners(self) -> int:
        """Return how many can still win."""
        return self.recorded_definition.number_of_active_runners

    @property
    def number_of_runners(self) -> int:
        """Return how many there are."""
        return len(self.recorded_definition.runners)

    @property
    def number_of_winners(self) -> int:
        """Return how many win."""
        return self.recorded_definition.number_of_winners

    @property
    def runners_voidable(self) -> bool:
        """Return whether bets are void where a runner is removed."""
        return self.recorded_definition.runners_voidable

    @property
    def key_line_description(self) -> Any:
        """Return the lines that the market is on."""
        told = self.recorded_definition.key_line_definition
        return None if told is None else KeyLine(**to_builtins(told))

    @property
    def price_ladder_definition(self) -> Any:
        """Return which prices there are."""
        told = self.recorded_definition.price_ladder_definition
        return None if told is None else PriceLadderDescription(**to_builtins(told))

    @property
    def _data(self) -> dict[str, Any]:
        """Return the book as it is on the wire."""
        told = self.recorded_definition
        return {
            "marketId": self.market_id,
            "totalAvailable": None,
            "isMarketDataDelayed": None,
            "lastMatchTime": None,
            "betDelay": told.bet_delay,
            "version": told.version,
            "complete": told.complete,
            "runnersVoidable": told.runners_voidable,
            "totalMatched": self.total_matched,
            "status": told.status,
            "bspReconciled": told.bsp_reconciled,
            "crossMatching": told.cross_matching,
            "inplay": told.in_play,
            "numberOfWinners": told.number_of_winners,
            "numberOfRunners": len(told.runners),
            "numberOfActiveRunners": told.number_of_active_runners,
            "runners": [runner.wire for runner in self.runners],
            "publishTime": self.publish_time_epoch,
            "priceLadderDefinition": to_builtins(told.price_ladder_definition),
            "keyLineDescription": to_builtins(told.key_line_definition),
            "marketDefinition": to_builtins(told),
        }


class MarketBooks:
    """The books of one market, one after the other."""

    def __init__(self, followed: Followed) -> None:
        self.followed: Final = followed
        self._definition: RecordedDefinition | None = None
        self._market_definition: Any = None
        self._told: Final[dict[RunnerKey, RunnerDefinition]] = {}
        """The runners, in the order in which they were first told."""
        self._books: list[tuple[RecordedBook, RunnerKey, RunnerDefinition]] = []
        self._runners: list[LazyRunner | None] = []

    def market_definition(self, told: RecordedDefinition) -> Any:
        """Return what betfairlightweight makes of a definition; the last one is kept."""
        if self._market_definition is None or self._market_definition.recorded is not told:
            members = {name: value for name, value in to_builtins(told).items() if value is not None}
            runners = [
                {name: value for name, value in runner.items() if value is not None} for runner in members["runners"]
            ]
            whole = {"timezone": None, "eventId": None, "eventTypeId": None, "marketTime": None, "regulators": None}
            self._market_definition = MarketDefinition(**{**whole, **members, "runners": runners})
            self._market_definition.recorded = told
        return self._market_definition

    def runners(self) -> list[LazyRunner]:
        """Return the runners as they are now: those of which nothing new is told are the same objects."""
        definition = self.followed.recorded.definition
        if definition is not self._definition:
            self._learn(definition)
        runners = self._runners
        for index, (book, key, told) in enumerate(self._books):
            runner = runners[index]
            if runner is None or runner.changes != book.recorded.changes or not book.is_idle:
                runners[index] = LazyRunner(book, key, told)
        return runners.copy()  # type: ignore[return-value]

    def _learn(self, definition: RecordedDefinition | None) -> None:
        assert definition is not None, "a market is followed from its first definition on"
        self._definition = definition
        self._told.update((key_of(told), told) for told in definition.runners)
        self._books = []
        for key, told in self._told.items():
            runner = self.followed.market.runners.get(key)
            if runner is not None:
                assert isinstance(runner.book, RecordedBook)
                self._books.append((runner.book, key, told))
        self._runners = [None] * len(self._books)


def make_whole_what_is_held(book: LazyMarketBook, *, is_held: bool) -> None:
    """Make whole what a strategy holds on to of a book that it has looked at, or of one that it holds on to."""
    made = book.runners if is_held else book.made_runners
    if made is None:
        return
    is_held = is_held or getrefcount(made) > UNHELD.runners
    for runner in made:
        if is_held or getrefcount(runner) > UNHELD.runner:
            runner.make_whole()
        elif runner.made_offers is not None and getrefcount(runner.made_offers) > UNHELD.offers:
            runner.made_offers.make_whole()


class _Counts(NamedTuple):
    """How many references there are to what a book has made, as long as nobody else has one."""

    runners: int
    runner: int
    offers: int


class _Holder:
    """Something that has members."""

    made_runners: Any = None
    made_offers: Any = None


def _unheld() -> _Counts:
    """Count as `make_whole_what_is_held` does, in the same places: interpreters differ in what they count."""
    book, runner = _Holder(), _Holder()
    runner.made_offers = object()
    kept = [runner]
    book.made_runners = kept.copy()
    del runner
    made = book.made_runners
    runners = getrefcount(made)
    runner_count = offers = 0
    for one in made:
        runner_count = getrefcount(one)
        offers = getrefcount(one.made_offers)
    return _Counts(runners, runner_count, offers)


UNHELD: Final = _unheld()

"""Market books for flumine strategies: made when somebody looks, kept until they change.

A `LazyMarketBook` is a `MarketBook` of betfairlightweight, as flumine's own are, with the same members; so are its
runners. What a strategy does not look at is never made. What it looks at is kept as long as the market says nothing new
of it. Books are as they were, as flumine's: what a strategy holds on to is made whole before the market goes on.
"""

from datetime import datetime
from sys import getrefcount
from typing import Any, Final

from betfairlightweight.resources.bettingresources import KeyLine, MarketBook, PriceLadderDescription
from betfairlightweight.resources.streamingresources import MarketDefinition
from msgspec import to_builtins

from simulator.backtest.books import RecordedBook
from simulator.backtest.flumine_adapter.made_once import MadeOnce
from simulator.backtest.flumine_adapter.runners import LazyRunner
from simulator.backtest.followed import Followed
from simulator.backtest.following import key_of
from simulator.exchange.orders import RunnerKey
from simulator.recorded.market import RecordedRunner, RunnerId
from simulator.recorded.messages import MarketDefinition as RecordedDefinition
from simulator.recorded.messages import RunnerDefinition

STREAM_ID: Final = 1
"""The `streaming_unique_id` of all books."""


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

    made_runners: list[LazyRunner] | None = None

    def __init__(self, books: "MarketBooks", publish_time: datetime, publish_time_epoch: int) -> None:
        # `MarketBook` would make at once what is made here when it is asked for.
        recorded = books.followed.recorded
        definition = recorded.definition
        assert definition is not None, "a market is followed from its first definition on"
        self.market_id = recorded.market_id
        self.publish_time = publish_time
        self.publish_time_epoch = publish_time_epoch
        self.status = definition.status
        self.inplay = definition.in_play
        self.version = definition.version
        self.recorded_definition: Final = definition
        self.books: Final = books

    @MadeOnce
    def runners(self) -> list[LazyRunner]:
        """Return the runners, in the order in which they were first told."""
        runners = self.made_runners = self.books.runners()
        return runners

    def runner(self, selection_id: int) -> LazyRunner | None:
        """Return a runner that has no handicap, `None` where there is none; for the last book of its market."""
        runners = self.runners
        place = self.books.place_of(selection_id)
        return None if place is None else runners[place]

    @MadeOnce
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is recorded."""
        return self.books.followed.recorded.total_matched / 100

    def make_whole(self) -> None:
        """Make all that was not looked at and changes with the market."""
        _ = self.runners, self.total_matched

    @property
    def _datetime_created(self) -> datetime:
        return self.publish_time

    _datetime_updated = _datetime_created

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


MEMBERS: Final = 8
"""How many members a book has of which nothing is made."""


class _Market:
    """Something that has a book."""

    market_book: Any = None


def _unheld() -> int:
    """Count references as `next_book` does where nobody else has the book: interpreters count in different ways."""
    market = _Market()
    market.market_book = object()
    book = market.market_book
    return getrefcount(book)


UNHELD: Final = _unheld()


class MarketBooks:
    """The books of one market, one after the other."""

    def __init__(self, followed: Followed) -> None:
        self.followed: Final = followed
        self._definition: RecordedDefinition | None = None
        self._market_definition: Any = None
        self._told: Final[dict[RunnerKey, RunnerDefinition]] = {}
        """What was told of each runner last, in the order in which they were first told."""
        self._books: list[tuple[RecordedBook, RunnerKey, RunnerDefinition]] = []
        self._recorded: list[RecordedRunner] = []
        self._places: dict[RunnerId, int] = {}
        """Of each runner, where it is in these lists."""
        self._mentions: list[int] = []
        """How often each was mentioned when it was made."""
        self._runners: list[LazyRunner] = []

    def next_book(self, market: Any, publish_time: datetime, publish_time_epoch: int) -> LazyMarketBook:
        """Give a market of flumine's its book at a time, and return it.

        The last one, if nobody else has it and nothing was made of it, is the next one too, at another time.
        """
        book: LazyMarketBook = market.market_book
        if (
            getrefcount(book) > UNHELD
            or len(book.__dict__) > MEMBERS
            or book.recorded_definition is not self.followed.recorded.definition
        ):
            book = LazyMarketBook(self, publish_time, publish_time_epoch)
            market(book)
            return book
        book.publish_time = publish_time
        book.publish_time_epoch = publish_time_epoch
        return book

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
        made, books, known = self._runners, self._books, self._mentions
        for place, recorded in enumerate(self._recorded):
            mentions = recorded.mentions
            # A recording that was prepared does not count what is said of a runner.
            if mentions != known[place] or not mentions:
                known[place] = mentions
                made[place] = LazyRunner(*books[place])
        for watched, (book, *_) in self.followed.watched_books.items():
            place_of_watched = self._places.get(book.key)
            # Those that are not counted are new ones anyway.
            if place_of_watched is not None and watched.mentions:
                made[place_of_watched] = LazyRunner(*books[place_of_watched])
        return made.copy()

    def place_of(self, selection_id: int) -> int | None:
        """Return where a runner without a handicap is among those made last."""
        return self._places.get((selection_id, 0))

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
        self._recorded = [book.recorded for book, _, _ in self._books]
        self._places = {key: place for place, (_, key, _) in enumerate(self._books)}
        self._mentions = [recorded.mentions for recorded in self._recorded]
        self._runners = [LazyRunner(*book) for book in self._books]

"""A market of a lane that follows a recorded one: what is recorded, and the kernel's market with our bets in it."""

from collections.abc import Callable, Mapping, Sequence, Sized
from fractions import Fraction
from functools import partial
from typing import Final, Protocol

from simulator.backtest.books import FollowingMarket, FollowingState, RecordedBook, RestingFill, Watched
from simulator.backtest.following import commands_between, first_commands, key_of
from simulator.backtest.models import FillModel
from simulator.backtest.outcomes import NoResult, removed_by_correction, resettlement, settlement
from simulator.backtest.starting_prices import with_our_money
from simulator.exchange.auction import lapses_at_the_off
from simulator.exchange.commands import AmendMarket, Command, SuspendMarket
from simulator.exchange.events import Event, MarketChanged
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import CLOSED, OPEN, RunnerStatus
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import MarketDefinition, RunnerDefinition
from simulator.recorded.moves import Moves

REOPENED: Final = "it was closed, and the recording opens it once more: nobody can bet in it, and it is settled already"
CLOSED_AGAIN: Final = "it was open once more after it was closed, and nobody could bet in it from then on"
HIDDEN_TO_THE_END: Final = "a runner is hidden to the end, of which no result is recorded: bets on it have lost"


class Terms(Protocol):
    """What is wanted of the markets of a venue."""

    @property
    def cross_matching(self) -> bool:
        """Return whether bets take virtual offers where a market has them."""

    @property
    def own_starting_price_effect(self) -> bool:
        """Return whether our money moves the starting prices that our bets get."""

    @property
    def line_results(self) -> Mapping[str, int]:
        """Return, by market id, the number in which a LINE market ended, in hundredths."""


class Venue(Protocol):
    """An exchange whose markets follow recorded ones: a lane of a backtest, or a world."""

    on_update: "Callable[[Followed], None] | None"
    on_close: "Callable[[Followed], None] | None"
    now: int
    """What time it is, in milliseconds since 1970."""

    @property
    def on_their_way(self) -> Sized:
        """Return what was sent and has not reached the exchange."""

    @property
    def held_queue(self) -> Sized:
        """Return what waits out a bet delay and is looked at by `run_until`."""

    @property
    def settings(self) -> Terms:
        """Return what is wanted of its markets."""

    @property
    def model(self) -> FillModel:
        """Return by which model bets that rest are filled."""

    @property
    def state(self) -> FollowingState:
        """Return what its exchange remembers."""

    @property
    def exchange(self) -> Exchange:
        """Return its exchange."""

    @property
    def followed(self) -> "dict[str, Followed]":
        """Return its markets by id."""

    @property
    def unsettled(self) -> dict[str, str]:
        """Return, by market id, why the bets of a market are not settled."""

    def run_to_the_end(self) -> None:
        """Let happen what is still due when the recordings have ended."""

    def run_until(self, at: int) -> None:
        """Let happen what is due before a time, and make it that time."""

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry out a command of the operator's now."""

    def fill(self, market_id: str, fills: Sequence[RestingFill]) -> None:
        """Match bets that rest with what the recording has for them."""


class Followed:
    """A recorded market in a lane. `recorded` is shared by all lanes, `market` is the lane's own."""

    __slots__ = ("_defined", "_unlisted", "lane", "market", "recorded", "watched_books")

    market: FollowingMarket

    def __init__(self, lane: Venue, recorded: RecordedMarket, watched: Watched) -> None:
        """Let books that are made for the market follow the recorded one. It is still to `begin`, or to `link`."""
        self.lane: Final = lane
        self.recorded: Final = recorded
        self.watched_books: Final = watched
        """Runners where a lane has something in the book, or has taken something of it."""
        self._defined: MarketDefinition | None = None
        """The last definition that it was brought to."""
        self._unlisted: Final[dict[RunnerKey, RunnerDefinition]] = {}
        """Runners that a definition did not list any more, as the one before told of them; who goes on has none yet."""
        lane.state.new_books[recorded.market_id] = self.new_book

    def begin(self, definition: MarketDefinition) -> None:
        """Add the market as its first definition says; raise `Impossible`."""
        lane, market_id = self.lane, self.recorded.market_id
        self._defined = definition
        for command in first_commands(market_id, definition, cross_matching=lane.settings.cross_matching):
            lane.do(command)
        market = lane.exchange.markets[market_id]
        assert isinstance(market, FollowingMarket)
        self.market = market

    def link(self, market: FollowingMarket) -> None:
        """Go on with a market that was here before; raise `LookupError` where a runner of it is not recorded."""
        self.market = market
        self._defined = self.recorded.definition
        market.new_book = self.new_book
        for key, runner in market.runners.items():
            if not isinstance(runner.book, RecordedBook):
                raise TypeError(f"the book of runner {key} follows no recording")
            runner.book.link(self, self.recorded.all_runners[key], self.lane.model, self.watched_books)

    def new_book(self, key: RunnerKey) -> RecordedBook:
        """Return the book of a runner; it has to be recorded."""
        runner = self.recorded.runners.get(key)
        if runner is None:
            raise AssertionError(f"runner {key} is not recorded")
        return RecordedBook(self, runner, key, self.lane.model, self.watched_books)

    def follow(self, book: RecordedBook, moves: Moves) -> None:
        """Let one of the books follow what a message said, and match what that fills."""
        is_open = self.market.status is OPEN
        fills = book.follow(moves, touching_fills=self.lane.model.touching_fills, is_open=is_open)
        if fills:
            self.lane.fill(self.market.market_id, fills)
        book.watch_less()

    def define(self, definition: MarketDefinition, prices: Mapping[RunnerKey, Fraction]) -> None:
        """Bring the market to what a definition says, and settle it where it says the result, or another one."""
        lane, market = self.lane, self.market
        self._note(definition)
        if market.status is CLOSED:
            self._correct(definition)
            return
        if prices and lane.settings.own_starting_price_effect and not market.bsp_reconciled:
            lapses = partial(lapses_at_the_off, lane.state)
            prices = with_our_money(prices, market.runners, self.recorded.runners, lapses)
        was_open, is_material = market.status is OPEN, False
        for command in commands_between(market, definition, prices, cross_matching=lane.settings.cross_matching):
            for event in lane.do(command):
                is_material = is_material or (isinstance(event, MarketChanged) and event.material)
        if definition.status == CLOSED:
            self._settle(definition)
        elif market.version != definition.version or is_material:
            lane.do(AmendMarket(market.market_id, version=definition.version, material=is_material))
        if market.status is OPEN and not was_open:
            for book in market.books():
                fills = book.recheck(touching_fills=lane.model.touching_fills)
                if fills:
                    lane.fill(market.market_id, fills)

    def _note(self, definition: MarketDefinition) -> None:
        """Note what was told of runners that a definition does not list any more."""
        before, self._defined = self._defined, definition
        if before is not None and before.runners != definition.runners:
            listed = {key_of(runner) for runner in definition.runners}
            told = ((key_of(runner), runner) for runner in before.runners)
            self._unlisted.update((key, runner) for key, runner in told if key not in listed)

    def told_of(self, key: RunnerKey) -> RunnerDefinition:
        """Return what a definition told of a runner last; raise `KeyError` where none has."""
        listed = () if self._defined is None else self._defined.runners
        return next((runner for runner in listed if key_of(runner) == key), None) or self._unlisted[key]

    def _settle(self, definition: MarketDefinition) -> None:
        market_id = self.market.market_id
        try:
            self.lane.do(settlement(self.market, definition, self.lane.settings.line_results.get(market_id)))
        except (NoResult, Impossible) as problem:
            self.lane.unsettled[market_id] = str(problem)
            if self.market.status is OPEN:
                self.lane.do(SuspendMarket(market_id))
            return
        # Of a runner that was settled before the others it may say something else than then.
        self._correct(definition)
        if self.lane.on_close is not None:
            self.lane.on_close(self)

    def _correct(self, definition: MarketDefinition) -> None:
        """Settle a market anew where its result is another one now; nobody bets in one that is open again."""
        market_id, unsettled = self.market.market_id, self.lane.unsettled
        if definition.status != CLOSED:
            unsettled[market_id] = REOPENED
            return
        was_opened = unsettled.get(market_id) in (REOPENED, CLOSED_AGAIN)
        unreduced = removed_by_correction(self.market, definition)
        try:
            command = resettlement(self.market, definition)
            if command is not None:
                self.lane.do(command)
        except (NoResult, Impossible) as problem:
            unsettled[market_id] = f"its result was corrected, and cannot be so here: {problem}"
            return
        if unreduced:
            removed = unreduced[0].selection_id
            unsettled[market_id] = f"runner {removed} was removed after the end, which reduces no prices of others here"
        elif was_opened:
            unsettled[market_id] = CLOSED_AGAIN
        elif any(runner.status is RunnerStatus.HIDDEN and runner.orders for runner in self.market.runners.values()):
            unsettled[market_id] = HIDDEN_TO_THE_END
        else:
            unsettled.pop(market_id, None)

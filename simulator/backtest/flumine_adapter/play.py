"""A flumine strategy at play: what happens in its lane becomes calls of it, as flumine's simulation makes them.

Markets, blotters, trades, orders, transactions, runner contexts and trading controls are flumine's own. What is ours is
where its simulation reads files and matches orders: books are those of the recorded market, made when looked at, and
the packages of orders that a transaction executes become requests of the lane. What comes of these is told to the
strategy before the next book of the market, as flumine's simulation does.

What a strategy does wrong in flumine's own eyes, a `FlumineException`, is logged, and it goes on, as in flumine. What
else it raises ends its run.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from sys import getrefcount
from typing import Any, Final

from flumine import FlumineSimulation, config
from flumine.clients import SimulatedClient, VenueType
from flumine.events.events import CloseMarketEvent
from flumine.exceptions import FlumineException, RunError
from flumine.markets.middleware import SimulatedMiddleware
from flumine.strategy.strategy import BaseStrategy
from msgspec import structs

from simulator.backtest.flumine_adapter.books import STREAM_ID, LazyMarketBook, MarketBooks
from simulator.backtest.flumine_adapter.holding import make_whole_what_is_held
from simulator.backtest.flumine_adapter.orders import asked_for, placing
from simulator.backtest.flumine_adapter.requests import Answers, Asked, ask
from simulator.backtest.flumine_adapter.session import in_simulated_time, simulated_time
from simulator.backtest.flumine_adapter.traded import Analytics, MarketContext, follow
from simulator.backtest.followed import Followed
from simulator.backtest.lane import ACCOUNT, Lane, Settings
from simulator.backtest.latency import Delay, Latency
from simulator.backtest.own_orders import RecordedOrders
from simulator.backtest.views import RecordedMarketView
from simulator.exchange.events import Event, OrderEvent, OrderMatched, VirtualBetMatched
from simulator.exchange.statuses import MarketStatus

UTC: Final = timezone.utc  # noqa: UP017, flumine's books have this very object
logger: Final = logging.getLogger(__name__)


class FluminePlay:
    """One flumine strategy in one lane: `lane` is to be given to an engine, within a `flumine_session`.

    With `takes_flumine_latency` requests take as long as `flumine.config` says.
    """

    def __init__(self, strategy: Any, settings: Settings | None = None, *, takes_flumine_latency: bool = True) -> None:
        settings = settings or Settings()
        if takes_flumine_latency:
            settings = structs.replace(settings, latency=flumine_latency(settings.latency.seed))
        self.strategy: Final = strategy
        self.orders: Final[dict[str, RecordedOrders]] = {}
        """By market id, what was asked for in each market that the strategy was called for."""
        self._process_orders: Final = _overridden(strategy, "process_orders")
        self._markets: Final[dict[str, MarketAtPlay]] = {}
        self._by_bet: Final[dict[int, Any]] = {}
        self._has_begun = False
        self.lane: Final = Lane(
            settings,
            on_update=in_simulated_time(self._update),
            on_events=self._hear,
            on_close=in_simulated_time(self._close),
        )
        self.flumine: Final = BacktestFlumine(self._ask, self._refuse, settings.currency)
        strategy.historic_stream_ids = {STREAM_ID}
        with simulated_time():
            self.flumine.strategies(strategy, self.flumine.clients, self.flumine)
        self._middleware: Final = self.flumine._market_middleware

    # What the lane calls

    def _update(self, followed: Followed) -> None:
        at_play = self._markets.get(followed.recorded.market_id)
        epoch = self.lane.now
        # By its name, the time zone would cost as much as the time.
        now = config.current_time = datetime.fromtimestamp(epoch / 1e3, UTC)
        is_new = at_play is None
        if at_play is None:
            at_play = self._begin(followed, now)
        elif at_play.asked:
            at_play.answers.tell()
        market = at_play.market
        book = at_play.books.next_book(market, now, epoch)
        if self._middleware or at_play.analytics is not None:
            self._pass_through_middleware(at_play, book)
        if at_play.touched:
            at_play.sweep()
        references = getrefcount(book)
        if self._process_orders is not None and market.blotter.active:
            self._call(self._process_orders, market, market.blotter.strategy_orders(self.strategy))
        if is_new:
            self._call(self.strategy.process_new_market, market, book)
        try:
            if self.strategy.check_market_book(market, book):
                self.strategy.process_market_book(market, book)
        except FlumineException as error:
            _log(error, market)
        is_held = getrefcount(book) > references
        if is_held or book.made_runners is not None:
            make_whole_what_is_held(book, is_held=is_held)

    def _pass_through_middleware(self, at_play: "MarketAtPlay", book: LazyMarketBook) -> None:
        if at_play.analytics is not None:
            follow(at_play.analytics, book)
        for middleware in self._middleware:
            self._call(middleware, at_play.market)

    def _hear(self, events: Sequence[Event]) -> None:
        """Note to which orders something has happened."""
        for event in events:
            if isinstance(event, OrderMatched):
                self._touch(event.market_id, event.taker_bet_id, event.resting_bet_id)
            elif isinstance(event, OrderEvent):
                self._touch(event.market_id, event.bet_id)
            elif isinstance(event, VirtualBetMatched):
                self._touch(event.market_id, event.taker_bet_id, *(leg.bet_id for leg in event.legs))

    def _touch(self, market_id: str, *bet_ids: int) -> None:
        for bet_id in bet_ids:
            order = self._by_bet.get(bet_id)
            if order is not None:
                self._markets[market_id].touched[order] = None

    def _close(self, followed: Followed) -> None:
        at_play = self._markets.get(followed.recorded.market_id)
        if at_play is None:
            return
        now = config.current_time = datetime.fromtimestamp(self.lane.now / 1e3, UTC)
        at_play.answers.tell()
        at_play.sweep()
        book = LazyMarketBook(at_play.books, now, self.lane.now)
        self._call(self.flumine._process_close_market, CloseMarketEvent(book))

    def finish(self) -> None:
        """Let the strategy finish, once the recording has ended; markets without a result are closed before."""
        with simulated_time():
            if not self._has_begun:
                self._start()
            for at_play in self._markets.values():
                definition = at_play.followed.recorded.definition
                is_closed = definition is not None and definition.status == MarketStatus.CLOSED
                if is_closed and not at_play.market.closed:
                    self._close(at_play.followed)
                at_play.answers.tell()
                at_play.sweep()
            self._call(self.strategy.finish, self.flumine)

    # How it is done

    def _begin(self, followed: Followed, now: datetime) -> "MarketAtPlay":
        if not self._has_begun:
            self._start()
        orders = RecordedOrders(self.lane, RecordedMarketView(followed, ACCOUNT))
        self.orders[followed.recorded.market_id] = orders
        at_play = self._markets[followed.recorded.market_id] = MarketAtPlay(followed, orders)
        book = LazyMarketBook(at_play.books, now, self.lane.now)
        at_play.market = self.flumine._add_market(book.market_id, book, VenueType.BETFAIR)
        at_play.market.context = MarketContext(at_play.follow_traded)
        at_play.answers = Answers(at_play, self._by_bet)
        return at_play

    def _start(self) -> None:
        self._has_begun = True
        if any(isinstance(each, SimulatedMiddleware) for each in self._middleware):
            # It works out for flumine's own matching what was traded, runner by runner.
            self._middleware[:] = [each for each in self._middleware if not isinstance(each, SimulatedMiddleware)]
        self._call(self.strategy.start, self.flumine)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            function(*arguments)
        except FlumineException as error:
            _log(error, arguments[0])

    def _ask(self, package: Any) -> None:
        ask(self.lane, self._markets[package.market_id], package)

    def _refuse(self, order: Any) -> None:
        """Keep an order that one of flumine's controls has refused, with what the control says."""
        at_play = self._markets.get(order.market_id)
        if at_play is not None:
            refusal = order.violation_msg or "A control of flumine's has refused it."
            instruction = placing(order)
            at_play.orders.keep(instruction, None, refusal=refusal, asked=asked_for(order, instruction))


class MarketAtPlay:
    """A market in which a strategy is called."""

    __slots__ = ("analytics", "answers", "asked", "books", "followed", "market", "orders", "touched")

    def __init__(self, followed: Followed, orders: RecordedOrders) -> None:
        self.followed: Final = followed
        self.orders: Final = orders
        self.books: Final = MarketBooks(followed)
        self.market: Any = None
        """flumine's."""
        self.answers: Answers
        self.asked: list[Asked] = []
        """What the strategy has not been told the answer of."""
        self.analytics: Analytics | None = None
        """What was traded of each runner with the last message, once the strategy has asked for it."""
        self.touched: Final[dict[Any, None]] = {}
        """Orders to which something has happened that the blotter does not know of."""

    def follow_traded(self) -> Analytics:
        """Begin to follow what is traded."""
        analytics = self.analytics = {}
        follow(analytics, self.market.market_book)
        return analytics

    def sweep(self) -> None:
        """Let orders that are complete be so in flumine, too."""
        for order in self.touched:
            simulated = order.simulated
            if simulated.is_swept:
                continue
            if not order.complete and simulated.is_complete:
                order.execution_complete()
            if order.complete:
                simulated.is_swept = True
                self.market.blotter.complete_order(order)
        self.touched.clear()


class BacktestFlumine(FlumineSimulation):
    """What a strategy knows as flumine. It has one client, of which nothing is asked but its settings."""

    def __init__(self, ask: Callable[[Any], None], refuse: Callable[[Any], None], currency: str) -> None:
        client = SimulatedClient(username="betsim")
        client.CURRENCY_CODE = currency
        super().__init__(client)
        client.update_account_details()
        self._ask: Final = ask
        self.refuse: Final = refuse
        """Called with an order that a control has refused."""

    def run(self) -> None:
        """Refuse: the recording is read elsewhere."""
        raise RunError("betsim runs the strategy")

    def process_order_package(self, order_package: Any) -> None:
        """Ask the exchange for what a package of orders says."""
        self._ask(order_package)


def play_of(
    strategy: Callable[..., Any], arguments: Mapping[str, Any], settings: Settings, *, takes_flumine_latency: bool
) -> FluminePlay:
    """Return a strategy at play, made with these arguments."""
    with simulated_time():
        made = strategy(**arguments)
    return FluminePlay(made, settings, takes_flumine_latency=takes_flumine_latency)


def flumine_latency(seed: int = 0) -> Latency:
    """Return the latency that `flumine.config` has."""
    names = ("place_latency", "cancel_latency", "update_latency", "replace_latency")
    place, cancel, update, replace = (Delay(round(getattr(config, name) * 1000)) for name in names)
    return Latency(place, cancel, update, replace, seed)


def _overridden(strategy: Any, name: str) -> Any:
    """Return a method of a strategy, `None` where it is the one of `BaseStrategy`, which does nothing."""
    method = getattr(strategy, name)
    return None if getattr(method, "__func__", None) is getattr(BaseStrategy, name) else method


def _log(error: FlumineException, subject: Any) -> None:
    logger.error("%s: %s in %s", type(error).__name__, error, getattr(subject, "market_id", subject), exc_info=True)

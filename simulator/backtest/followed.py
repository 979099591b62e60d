"""A market of a lane that follows a recorded one: what is recorded, and the kernel's market with our bets in it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from simulator.backtest.books import FollowingMarket, Moves, RecordedBook, Watched
from simulator.backtest.following import commands_between, first_commands
from simulator.backtest.outcomes import NoResult, settlement
from simulator.backtest.starting_prices import with_our_money
from simulator.exchange.commands import AmendMarket
from simulator.exchange.events import MarketChanged
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import MarketStatus
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import MarketDefinition

if TYPE_CHECKING:
    from simulator.backtest.lane import Lane


class Followed:
    """A recorded market in a lane. `recorded` is shared by all lanes, `market` is the lane's own."""

    __slots__ = ("_watched", "lane", "market", "recorded")

    def __init__(self, lane: "Lane", recorded: RecordedMarket, watched: Watched, definition: MarketDefinition) -> None:
        self.lane: Final = lane
        self.recorded: Final = recorded
        self._watched: Final = watched
        lane.state.new_books[recorded.market_id] = self._new_book
        for command in first_commands(recorded.market_id, definition, cross_matching=lane.settings.cross_matching):
            lane.do(command)
        market = lane.exchange.markets[recorded.market_id]
        assert isinstance(market, FollowingMarket)
        self.market: Final = market

    def _new_book(self, key: RunnerKey) -> RecordedBook:
        runner = self.recorded.runners.get(key)
        if runner is None:
            raise AssertionError(f"runner {key} is not recorded")
        return RecordedBook(self, runner, self.recorded.market_id, key, self.lane.model, self._watched)

    def follow(self, book: RecordedBook, moves: Moves) -> None:
        """Let one of the books follow what a message said, and match what that fills."""
        is_open = self.market.status is MarketStatus.OPEN
        fills = book.follow(moves, touching_fills=self.lane.model.touching_fills, is_open=is_open)
        if fills:
            self.lane.fill(self.market.market_id, fills)
        book.unwatch_if_idle()

    def define(self, definition: MarketDefinition, prices: Mapping[RunnerKey, Fraction]) -> None:
        """Bring the market to what a definition says, and settle it where it says the result."""
        lane, market = self.lane, self.market
        if market.status is MarketStatus.CLOSED:
            return
        if prices and lane.settings.own_starting_price_effect and not market.bsp_reconciled:
            prices = with_our_money(prices, market.runners, self.recorded.runners)
        was_open, is_material = market.status is MarketStatus.OPEN, False
        for command in commands_between(market, definition, prices, cross_matching=lane.settings.cross_matching):
            for event in lane.do(command):
                is_material = is_material or (isinstance(event, MarketChanged) and event.material)
        if definition.status == MarketStatus.CLOSED:
            self._settle(definition)
        elif market.version != definition.version or is_material:
            lane.do(AmendMarket(market.market_id, version=definition.version, material=is_material))
        if market.status is MarketStatus.OPEN and not was_open:
            for book in market.books():
                fills = book.recheck(touching_fills=lane.model.touching_fills)
                if fills:
                    lane.fill(market.market_id, fills)

    def _settle(self, definition: MarketDefinition) -> None:
        market_id = self.market.market_id
        try:
            self.lane.do(settlement(self.market, definition, self.lane.settings.line_results.get(market_id)))
        except (NoResult, Impossible) as problem:
            self.lane.unsettled[market_id] = str(problem)
            return
        self.lane.unsettled.pop(market_id, None)
        if self.lane.on_close is not None:
            self.lane.on_close(self)

"""What a strategy sees of a market that follows a recording: `MarketView` and `RunnerView` of `strategy`.

Offers are those that an order would find: the recorded ones, less what has been taken of them, with own bets.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from simulator.backtest.amounts import of_hundredths, to_hundredths
from simulator.backtest.books import RecordedBook
from simulator.backtest.defined import Defined
from simulator.backtest.followed import Followed
from simulator.backtest.following import key_of
from simulator.backtest.strategy import PriceSize
from simulator.exchange.money import HUNDREDTHS, NoPrice
from simulator.exchange.orders import RunnerKey
from simulator.exchange.profit_and_loss import runner_profits
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import ACTIVE
from simulator.recorded.messages import MarketDefinition
from simulator.recorded.messages import RunnerDefinition as RecordedDefinition
from simulator.recorded.runner import Value

BEST_BACK, BEST_LAY = int(Value.BEST_BACK), int(Value.BEST_LAY)


class RecordedRunnerView:
    """A runner of a market that follows a recording."""

    __slots__ = ("_backs", "_lays", "_market", "_recorded", "_runner", "handicap", "key", "selection_id")

    def __init__(self, market: "RecordedMarketView", runner: Runner) -> None:
        self._market: Final = market
        self._runner: Final = runner
        assert isinstance(runner.book, RecordedBook)
        self._backs: Final = runner.book.backs
        self._lays: Final = runner.book.lays
        self._recorded: Final = runner.book.recorded
        self.key: Final = runner.key
        self.selection_id: Final = runner.key.selection_id
        self.handicap: Final = of_hundredths(runner.key.handicap)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.best_back} / {self.best_lay}>"

    @property
    def _definition(self) -> RecordedDefinition:
        return self._market.definition_of(self.key)

    @property
    def name(self) -> str:
        """Return its name, its number where the recording has none."""
        return self._definition.name or str(self.selection_id)

    @property
    def status(self) -> str:
        """Return its status."""
        return self._runner.status

    @property
    def adjustment_factor(self) -> float | None:
        """Return the reduction factor in percent."""
        return self._definition.adjustment_factor

    @property
    def best_back(self) -> float | None:
        """Return the best price that is available to back."""
        lays = self._lays
        if lays.levels or lays.taken:
            best = lays.best_price
        else:
            # What is known is found here: strategies ask this of every runner, and each call counts.
            best = self._recorded.values.get(BEST_BACK) or self._recorded.best_back
        return None if best is None else best / HUNDREDTHS

    @property
    def best_lay(self) -> float | None:
        """Return the best price that is available to lay."""
        backs = self._backs
        if backs.levels or backs.taken:
            best = backs.best_price
        else:
            best = self._recorded.values.get(BEST_LAY) or self._recorded.best_lay
        return None if best is None else best / HUNDREDTHS

    @property
    def available_to_back(self) -> Sequence[PriceSize]:
        """Return what is available to back, the best price first."""
        return [(of_hundredths(price), of_hundredths(size)) for price, size in self._lays.sizes()]

    @property
    def available_to_lay(self) -> Sequence[PriceSize]:
        """Return what is available to lay, the best price first."""
        return [(of_hundredths(price), of_hundredths(size)) for price, size in self._backs.sizes()]

    @property
    def traded(self) -> Mapping[float, float]:
        """Return what was traded at each price, both sides counted."""
        return {of_hundredths(price): of_hundredths(size) for price, size in self._recorded.traded.items()}

    @property
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is recorded."""
        return of_hundredths(self._recorded.total_matched)

    @property
    def last_price_traded(self) -> float | None:
        """Return the price of the last match."""
        last = self._recorded.last_price_traded
        return None if last is None else of_hundredths(last)

    @property
    def starting_price(self) -> float | None:
        """Return the starting price, once it is made."""
        price = self._runner.starting_price
        return None if price is None or isinstance(price, NoPrice) else float(price)


class RecordedMarketView(Defined[RecordedRunnerView]):
    """A market that follows a recording."""

    __slots__ = (
        "_account",
        "_active",
        "_by_key",
        "_changes_followed",
        "_definitions",
        "_known",
        "_runners",
        "_start",
        "followed",
        "market_id",
    )

    def __init__(self, followed: Followed, account: str) -> None:
        self.followed: Final = followed
        self.market_id: Final = followed.recorded.market_id
        self._account: Final = account
        self._known: MarketDefinition | None = None
        self._definitions: dict[RunnerKey, RecordedDefinition] = {}
        self._by_key: dict[RunnerKey, RecordedRunnerView] = {}
        self._runners: list[RecordedRunnerView] = []
        self._active: list[RecordedRunnerView] = []
        self._changes_followed = -1
        """After how many changes of the market those were active: it changes whenever a runner does."""
        self._start = 0

    def __repr__(self) -> str:
        return f"<{self.market_id} {self.market_type} {self.status}>"

    @property
    def definition(self) -> MarketDefinition:
        """Return the definition, as recorded."""
        definition = self.followed.recorded.definition
        if definition is None:
            raise AssertionError("a market is followed from its first definition on")
        if definition is not self._known:
            self._learn(definition)
        return definition

    def _learn(self, definition: MarketDefinition) -> None:
        self._known = definition
        self._definitions = {key_of(each): each for each in definition.runners}
        if len(self._by_key) != len(self.followed.market.runners):
            self._by_key = {
                key: self._by_key.get(key) or RecordedRunnerView(self, runner)
                for key, runner in self.followed.market.runners.items()
            }
            self._changes_followed = -1
            self._runners = sorted(self._by_key.values(), key=lambda runner: runner._runner.sort_priority)
        self._start = _milliseconds(definition.market_time or "")

    def definition_of(self, key: RunnerKey) -> RecordedDefinition:
        """Return what is told of a runner, of one that is listed no more what was told of it last."""
        _ = self.definition
        return self._definitions.get(key) or self.followed.told_of(key)

    @property
    def time(self) -> int:
        """Return the time of the recording."""
        return self.followed.lane.now

    @property
    def start_time(self) -> int:
        """Return when it is to begin, 0 where that is not told."""
        _ = self.definition
        return self._start

    @property
    def status(self) -> str:
        """Return its status."""
        return self.followed.market.status

    @property
    def in_play(self) -> bool:
        """Return whether it is in play."""
        return self.followed.market.in_play

    @property
    def bet_delay_seconds(self) -> int:
        """Return how long a bet waits now."""
        return self.followed.market.bet_delay

    @property
    def version(self) -> int:
        """Return its version."""
        return self.followed.market.version

    @property
    def number_of_winners(self) -> int:
        """Return how many win."""
        return self.followed.market.definition.number_of_winners

    @property
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is recorded."""
        return of_hundredths(self.followed.recorded.total_matched)

    @property
    def runners(self) -> Sequence[RecordedRunnerView]:
        """Return all runners, in the order of the market."""
        _ = self.definition
        return self._runners

    @property
    def active_runners(self) -> Sequence[RecordedRunnerView]:
        """Return those that can still win."""
        _ = self.definition
        changes = self.followed.market.changes
        if changes != self._changes_followed:
            self._changes_followed = changes
            self._active = [runner for runner in self._runners if runner._runner.status is ACTIVE]
        return self._active.copy()

    def runner(self, selection_id: int, handicap: float = 0.0) -> RecordedRunnerView:
        """Return a runner; raise `KeyError` where there is no such one."""
        _ = self.definition
        return self._by_key[RunnerKey(selection_id, to_hundredths(handicap))]

    def runner_or_none(self, key: RunnerKey) -> RecordedRunnerView | None:
        """Return a runner, `None` where there is no such one."""
        _ = self.definition
        return self._by_key.get(key)

    @property
    def exposure(self) -> float:
        """Return the most that the own bets of this market can lose."""
        return of_hundredths(self.followed.lane.exchange.accounts[self._account].exposure_in(self.market_id))

    @property
    def profits(self) -> Mapping[tuple[int, float], float]:
        """Return what the matched bets bring, before commission, for each runner that can win, if it does."""
        figures = runner_profits(self.followed.market, self._account, include_starting_price_bets=True)
        return {
            (key.selection_id, of_hundredths(key.handicap)): of_hundredths(figure.if_win)
            for key, figure in figures.items()
        }

    @property
    def profit(self) -> float | None:
        """Return what the bets have brought, before commission, once the market is settled."""
        market = self.followed.market
        if market.settled_at is None:
            return None
        index = market.orders_of.get(self._account)
        return of_hundredths(sum(order.own.profit or 0 for order in index.orders) if index is not None else 0)


def _milliseconds(time: str) -> int:
    """Return a time of a definition in milliseconds since 1970, 0 where there is none."""
    try:
        return round(datetime.fromisoformat(time).timestamp() * 1000)
    except ValueError:
        return 0

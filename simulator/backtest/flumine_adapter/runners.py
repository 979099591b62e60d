"""Runners of market books for flumine strategies, made when they are looked at."""

from datetime import datetime
from typing import Any, Final

from betfairlightweight.resources.baseresource import BaseResource
from betfairlightweight.resources.bettingresources import RunnerBook, RunnerBookEX, RunnerBookSP

from simulator.backtest.books import RecordedBook
from simulator.backtest.flumine_adapter.made_once import MadeOnce
from simulator.backtest.flumine_adapter.prices import Prices
from simulator.exchange.orders import RunnerKey
from simulator.recorded.messages import RunnerDefinition


class LazyRunner(RunnerBook, RunnerBookEX):
    """A runner of a market as it was at one time. It is its own `ex`, which spares an object for each."""

    orders: Final = ()
    matches: Final = ()
    matches_by_strategy: Final = None
    suspend_reason: Final = None
    bet_delay_models: Final = None

    def __init__(self, book: RecordedBook, key: RunnerKey, told: RunnerDefinition) -> None:
        # `RunnerBook` would make at once what is made here when it is asked for.
        self.book: Final = book
        self.told: Final = told
        self.selection_id = key.selection_id
        self.status = told.status

    def make_whole(self) -> None:
        """Make all that was not looked at."""
        _ = self.available_to_back, self.available_to_lay, self.traded_volume
        _ = self.sp, self.last_price_traded, self.total_matched

    @property
    def ex(self) -> "LazyRunner":
        """Return what is offered, and what was traded."""
        return self

    @MadeOnce
    def available_to_back(self) -> Any:
        """Return what can be backed, the highest price first."""
        lays, recorded = self.book.lays, self.book.recorded
        if lays.levels or lays.taken:
            return Prices(lays.ladder(), lays.best_price, descending=True)
        if recorded.available_to_back and not recorded.levels_shown:
            return Prices(recorded.available_to_back.copy(), recorded.best_back, descending=True)
        return self._levels("bdatb", "batb")

    @MadeOnce
    def available_to_lay(self) -> Any:
        """Return what can be laid, the lowest price first."""
        backs, recorded = self.book.backs, self.book.recorded
        if backs.levels or backs.taken:
            return Prices(backs.ladder(), backs.best_price)
        if recorded.available_to_lay and not recorded.levels_shown:
            return Prices(recorded.available_to_lay.copy(), recorded.best_lay)
        return self._levels("bdatl", "batl")

    @MadeOnce
    def traded_volume(self) -> Any:
        """Return what was traded at each price, the lowest price first."""
        return Prices(self.book.recorded.traded.copy())

    @MadeOnce
    def last_price_traded(self) -> float | None:
        """Return the price of the last match."""
        last = self.book.recorded.last_price_traded
        return None if last is None else last / 100

    @MadeOnce
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is recorded."""
        return self.book.recorded.total_matched / 100

    @MadeOnce
    def sp(self) -> Any:
        """Return what is known of the starting price."""
        recorded = self.book.recorded
        return RunnerBookSP(
            nearPrice=recorded.near_price,
            farPrice=recorded.far_price,
            backStakeTaken=Prices(recorded.starting_price_backs.copy()),
            layLiabilityTaken=Prices(recorded.starting_price_lays.copy(), descending=True),
            actualSP=self.told.bsp,
        )

    @MadeOnce
    def handicap(self) -> float:
        """Return its handicap."""
        return self.told.hc or 0

    @property
    def adjustment_factor(self) -> float | None:
        """Return the reduction factor in percent."""
        return self.told.adjustment_factor

    @property
    def removal_date(self) -> datetime | None:
        """Return when it was removed."""
        return BaseResource.strip_datetime(self.told.removal_date)  # type: ignore[no-any-return]

    @property
    def wire(self) -> dict[str, Any]:
        """Return what a book on the wire has of it."""
        starting_price = self.sp
        return {
            "status": self.status,
            "ex": {
                "tradedVolume": list(self.traded_volume),
                "availableToBack": list(self.available_to_back),
                "availableToLay": list(self.available_to_lay),
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

    def _levels(self, *names: str) -> list[dict[str, float]]:
        """Return what a recording shows that has the best few levels only."""
        for name in names:
            levels = self.book.recorded.levels.get(name)
            if levels:
                return [{"price": price / 100, "size": size / 100} for _, (price, size) in sorted(levels.items())]
        return []

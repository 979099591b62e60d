"""Runners of market books for flumine strategies, made when they are looked at."""

from datetime import datetime
from functools import cached_property
from typing import Any, Final

from betfairlightweight.resources.baseresource import BaseResource
from betfairlightweight.resources.bettingresources import RunnerBook, RunnerBookSP

from simulator.backtest.books import RecordedBook
from simulator.backtest.flumine_adapter.offers import LazyOffers, Prices
from simulator.exchange.orders import RunnerKey
from simulator.recorded.market import RecordedRunner
from simulator.recorded.messages import RunnerDefinition


def stamp_of(recorded: RecordedRunner) -> int:
    """Return a number that is another one whenever something was said of a runner.

    A recording that was prepared does not count what is said of one runner, only what is said of its market.
    """
    return recorded.mentions or -recorded.changes


class LazyRunner(RunnerBook):
    """A runner of a market as it was at one time."""

    orders: Final = ()
    matches: Final = ()
    matches_by_strategy: Final = None
    suspend_reason: Final = None
    bet_delay_models: Final = None

    def __init__(self, book: RecordedBook, key: RunnerKey, told: RunnerDefinition) -> None:
        # `RunnerBook` would make at once what is made here when it is asked for.
        self.book: Final = book
        self.stamp: Final = stamp_of(book.recorded)
        self.told: Final = told
        self.selection_id = key.selection_id
        self.status = told.status
        self.made_offers: LazyOffers | None = None

    def make_whole(self) -> None:
        """Make all that was not looked at."""
        self.ex.make_whole()
        _ = self.sp, self.last_price_traded, self.total_matched

    @property
    def handicap(self) -> float:
        """Return its handicap."""
        return self.told.hc or 0

    @cached_property
    def last_price_traded(self) -> float | None:
        """Return the price of the last match."""
        last = self.book.recorded.last_price_traded
        return None if last is None else last / 100

    @cached_property
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is recorded."""
        return self.book.recorded.total_matched / 100

    @property
    def ex(self) -> LazyOffers:
        """Return what is offered, and what was traded."""
        if self.made_offers is None:
            self.made_offers = LazyOffers(self.book)
        return self.made_offers

    @cached_property
    def sp(self) -> Any:
        """Return what is known of the starting price."""
        recorded = self.book.recorded
        return RunnerBookSP(
            nearPrice=recorded.near_price,
            farPrice=recorded.far_price,
            backStakeTaken=Prices(recorded.starting_price_backs),
            layLiabilityTaken=Prices(recorded.starting_price_lays, descending=True),
            actualSP=self.told.bsp,
        )

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

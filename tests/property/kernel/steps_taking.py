"""Steps in which customers bet against what is on offer, or beside it."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from msgspec.structs import replace

from simulator.exchange.orders import BetTargetType, Side, TimeInForce
from tests.property.kernel.stage import (
    Stage,
    markets_to_bet_in,
    one_of_its,
    rungs_above,
    something_is_unmatched,
    unmatched_bets,
)
from tests.property.kernel.steps_betting import Betting
from tests.property.kernel.strategies import (
    KILL,
    MAKER,
    customers,
    limit,
    prices,
    recent_versions,
    selections,
    sides,
    sizes,
)


class Taking(Betting):
    """Customers take what others have on offer, join them, or ask for as much as it comes to."""

    @precondition(something_is_unmatched)
    @rule(
        account=customers,
        bet=unmatched_bets,
        part=st.sampled_from([1, 2, 3]),
        more=st.integers(0, 150),
        version=recent_versions,
    )
    def take(self, account: str, bet: int, part: int, more: int, version: str | None) -> None:
        """Bet against what somebody else has on offer: a part of it, just that, or more."""
        other = self.kernel.orders[bet]
        size = max(100, other.size_remaining // part) + more
        asked = limit(other.runner.selection_id, other.side.opposite, other.price, size)
        self.place(account, other.market_id, asked, market_version=self.version(other.market_id, version))

    @precondition(something_is_unmatched)
    @rule(account=customers | st.just(MAKER), bet=unmatched_bets, less=st.integers(0, 150))
    def sweep(self, account: str, bet: int, less: int) -> None:
        """Bet against one side of a book, at any of its prices: all of it or nearly so."""
        other = self.kernel.orders[bet]
        offers = self.kernel.markets[other.market_id].runners[other.runner].book.queue_of(other.side)
        worst = [level.price for level in offers.best_first()][-1]
        size = max(100, offers.total - less)
        self.place(account, other.market_id, limit(other.runner.selection_id, other.side.opposite, worst, size))

    @precondition(something_is_unmatched)
    @rule(account=customers, bet=unmatched_bets, size=sizes, version=recent_versions)
    def queue_up(self, account: str, bet: int, size: int, version: str | None) -> None:
        """Offer the same as somebody else, behind whom the bet then stands."""
        other = self.kernel.orders[bet]
        asked = limit(other.runner.selection_id, other.side, other.price, size, other.persistence)
        self.place(account, other.market_id, asked, market_version=self.version(other.market_id, version))

    @precondition(something_is_unmatched)
    @rule(
        account=customers,
        bet=unmatched_bets,
        more=st.sampled_from([0, 1, 500]),
        minimum=st.sampled_from([None, -1, 0, 1, 1]),
    )
    def fill_or_kill(self, account: str, bet: int, more: int, minimum: int | None) -> None:
        """Take at once all that is there and more, or at least about as much as is there, or nothing."""
        other = self.kernel.orders[bet]
        offers = self.kernel.markets[other.market_id].runners[other.runner].book.queue_of(other.side)
        there = sum(level.total for level in offers.best_first() if not offers.beats(other.price, level.price))
        asked = limit(
            other.runner.selection_id,
            other.side.opposite,
            other.price,
            max(100, there) + more,
            time_in_force=KILL,
            min_fill_size=None if minimum is None else max(100, there + minimum),
        )
        self.place(account, other.market_id, asked)

    @precondition(lambda self: self.virtual_offers())
    @rule(
        account=customers | st.just(MAKER),
        offer=one_of_its(Stage.virtual_offers),
        rungs=st.sampled_from([0, 0, 1, -1, 5]),
        more=st.sampled_from([0, 0, -1, 1, 500]),
        kill=st.booleans(),
    )
    def take_virtually(
        self, account: str, offer: tuple[str, int, Side, int, int], rungs: int, more: int, kill: bool
    ) -> None:
        """Take what the other runners' bets make together: a penny more or less, at their price or one beside it."""
        market, selection, side, price, size = offer
        asked = limit(selection, side, rungs_above(price, rungs), max(100, size + more))
        self.place(account, market, replace(asked, time_in_force=KILL if kill else None))

    @precondition(something_is_unmatched)
    @rule(
        account=customers,
        bet=unmatched_bets,
        rungs=st.sampled_from([0, 0, 1, -1, -5]),
        target_type=st.sampled_from(BetTargetType),
        wanted=st.sampled_from([2_00, 5_00, 9_99, 10_00, 10_50, 33_33]),
        kill=st.sampled_from([None, None, KILL]),
        version=recent_versions,
    )
    def want(
        self,
        account: str,
        bet: int,
        rungs: int,
        target_type: BetTargetType,
        wanted: int,
        kill: TimeInForce | None,
        version: str | None,
    ) -> None:
        """Ask for a payout or a profit, and not for a stake, about where somebody has something on offer."""
        other = self.kernel.orders[bet]
        asked = limit(
            other.runner.selection_id,
            other.side.opposite,
            rungs_above(other.price, rungs),
            None,
            time_in_force=kill,
            bet_target_type=target_type,
            bet_target_size=wanted,
        )
        self.place(account, other.market_id, asked, market_version=self.version(other.market_id, version))

    @rule(
        account=customers,
        market=markets_to_bet_in,
        selection=selections,
        side=sides,
        price=prices,
        size=sizes,
        minimum=st.sampled_from([None, None, 100, 200]),
    )
    def fill_on_average_or_kill(
        self, account: str, market: str, selection: int, side: Side, price: int, size: int, minimum: int | None
    ) -> None:
        """Take at once what is there as long as the average is good enough, of real and of virtual offers."""
        minimum = None if minimum is None else min(minimum, size)
        asked = limit(selection, side, price, size, time_in_force=KILL, min_fill_size=minimum)
        self.place(account, market, asked)

"""Steps in which customers place bets, alone and several at a time.

Each group of steps is a class of its own, and a machine is put together from groups. Steps that name a bet or a market
pick it from what there is at that moment, so that a program as it is printed names real things.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from simulator.exchange.commands import (
    PlaceInstruction,
    PlaceOrders,
)
from simulator.exchange.orders import Persistence, RunnerKey, Side
from tests.property.kernel.compare import Answer, Refusal
from tests.property.kernel.stage import (
    Stage,
    any_market,
    markets_to_bet_in,
    most_of_the_time,
)
from tests.property.kernel.strategies import (
    KILL,
    MAKER,
    PRICES,
    anybody,
    customers,
    instructions,
    limit,
    odd_instructions,
    persistences,
    prices,
    recent_versions,
    references,
    selections,
    sides,
    sizes,
    strategy_references,
    versions,
)
from tests.property.kernel.twin_book import NaiveBet


class Betting(Stage):
    """Customers place bets, alone and several at a time, good ones and bad ones."""

    def place(self, account: str, market: str, *asked: PlaceInstruction, **more: Any) -> Answer:
        """Place bets; those that were accepted and raise what is at risk are covered by the account's money."""
        exposure = self.kernel.accounts[account].exposure
        answer = self.do(PlaceOrders(account, market, tuple(self.at_this_markets_prices(market, asked)), **more))
        if not isinstance(answer, Refusal) and self.kernel.accounts[account].exposure > exposure:
            assert self.kernel.available_to_bet(account) >= 0
        return answer

    @rule(market=markets_to_bet_in, selection=selections, side=sides, price=prices, size=sizes | st.just(1))
    def offer(self, market: str, selection: int, side: Side, price: int, size: int) -> None:
        self.place(MAKER, market, limit(selection, side, price, size, self.longest_persistence(market)))

    @rule(
        account=st.sampled_from([MAKER, "rich"]),
        market=markets_to_bet_in,
        selection=selections,
        size=sizes,
        gap=st.sampled_from([0, 1, 2]),
    )
    def quote(self, account: str, market: str, selection: int, size: int, gap: int) -> None:
        """Put up prices on both sides, as whoever makes a market does."""
        self.place(account, market, limit(selection, Side.BACK, 202 + 2 * gap, size))
        self.place(account, market, limit(selection, Side.LAY, 200 - gap, size), limit(selection, Side.LAY, 190, size))

    @rule(
        account=customers,
        market=markets_to_bet_in,
        selection=selections,
        side=sides,
        price=prices,
        size=sizes,
        persistence=persistences,
        version=recent_versions,
    )
    def bet(
        self,
        account: str,
        market: str,
        selection: int,
        side: Side,
        price: int,
        size: int,
        persistence: Persistence | None,
        version: str | None,
    ) -> None:
        asked = limit(selection, side, price, size, persistence)
        self.place(account, market, asked, market_version=self.version(market, version))

    @rule(
        account=customers,
        market=markets_to_bet_in,
        selection=selections,
        side=sides,
        price=prices,
        short=st.sampled_from([0, 0, -1, 1, 100]),
    )
    def go_all_in(self, account: str, market: str, selection: int, side: Side, price: int, short: int) -> None:
        """Bet all that can be lost, to the penny, or a little less or more."""
        customer, twin = self.kernel.accounts[account], self.pair.twin
        price = self.price(market, price) or price
        most = self.kernel.available_to_bet(account)
        if customer.definition.exposure_limit is not None:
            most = min(most, customer.definition.exposure_limit - customer.exposure)
        before = twin.exposure_in(account, twin.markets[market])
        unit = 100 if side is Side.BACK else price - 100
        size = max(0, most * 100 // unit)
        for _ in range(2):
            # Other bets in the market may win where this one loses, and so pay for a part of it.
            bet = NaiveBet(account, market, RunnerKey(selection), side, price, size, Persistence.LAPSE, self.at)
            rise = twin.exposure_in(account, twin.markets[market], (bet,)) - before
            size = max(0, size + (most - rise) * 100 // unit)
        self.place(account, market, limit(selection, side, price, size + short))

    @rule(
        account=customers, market=markets_to_bet_in, selection=st.sampled_from([1, 2]), lay=st.sampled_from([210, 305])
    )
    def bet_on_a_sure_thing(self, account: str, market: str, selection: int, lay: int) -> None:
        """Back high and lay low: where both are matched, the account wins whatever happens."""
        self.place(MAKER, market, limit(selection, Side.LAY, 960, 100))
        self.place(account, market, limit(selection, Side.BACK, 960, 100))
        self.place(account, market, limit(selection, Side.LAY, lay, 200))

    @rule(account=customers, market=markets_to_bet_in, after=st.sampled_from([0, 59_999, 60_000]))
    def bet_twice(self, account: str, market: str, after: int) -> None:
        """Send a good request again some time later, as after an answer that was lost."""
        asked = limit(1, Side.BACK, 305, 100)
        self.place(account, market, asked, customer_reference="again")
        self.let_pass(after)
        self.place(account, market, asked, customer_reference="again")

    @rule(
        account=customers,
        market=markets_to_bet_in,
        selection=selections,
        back=st.sampled_from(PRICES),
        gap=st.sampled_from([0, 0, 2, -2]),
        more=st.sampled_from([{}, {}, {"time_in_force": KILL}]),
    )
    def bet_both_ways(
        self, account: str, market: str, selection: int, back: int, gap: int, more: dict[str, Any]
    ) -> None:
        """Back and lay one runner in one request, which must not be at prices that meet."""
        lay = back - gap
        both = limit(selection, Side.BACK, back, 150, **more), limit(selection, Side.LAY, lay, 200)
        self.place(account, market, *both, limit(3 - min(selection, 2), Side.LAY, lay, 100))

    @rule(
        account=most_of_the_time(customers, anybody),
        market=most_of_the_time(markets_to_bet_in, any_market),
        asked=st.lists(instructions, min_size=1, max_size=3) | st.lists(instructions, min_size=1, max_size=4),
        reference=references,
        strategy=strategy_references,
        version=versions,
    )
    def bet_together(
        self,
        account: str,
        market: str,
        asked: list[PlaceInstruction],
        reference: str | None,
        strategy: str | None,
        version: str | None,
    ) -> None:
        self.place(
            account,
            market,
            *asked,
            customer_reference=reference,
            customer_strategy_reference=strategy,
            market_version=self.version(market, version),
        )

    @rule(
        market=markets_to_bet_in,
        side=sides,
        gap=st.sampled_from([0, 1, 2, 4]),
        size=sizes | st.sampled_from([1, 7]),
        uneven=st.sampled_from([0, 1, 50]),
    )
    def make_a_book(self, market: str, side: Side, gap: int, size: int, uneven: int) -> None:
        """Offer one side of every runner, a little off what makes a whole book: all virtual bets are made of these."""
        price = 200 + 2 * gap if side is Side.BACK else 200 - gap
        for place, key in enumerate(self.kernel.markets[market].runners):
            self.place(MAKER, market, limit(key.selection_id, side, price, size + uneven * place))

    @rule(account=most_of_the_time(customers, anybody), market=markets_to_bet_in, asked=odd_instructions)
    def bet_oddly(self, account: str, market: str, asked: PlaceInstruction) -> None:
        self.place(account, market, asked)

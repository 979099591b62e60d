"""Steps in which customers change bets that are there."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    ReplaceInstruction,
    ReplaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.orders import Persistence
from tests.property.kernel.stage import (
    Stage,
    any_market,
    bets_to_name,
    markets_to_bet_in,
    most_of_the_time,
    one_of_its,
    other_bets,
    something_is_unmatched,
    unmatched_bets,
)
from tests.property.kernel.strategies import (
    anybody,
    new_prices,
    rare_references,
    reductions,
    versions,
)


class Editing(Stage):
    """Customers cancel, replace and update bets: one of their own, and perhaps others that may be anybody's."""

    @precondition(something_is_unmatched)
    @rule(bet=unmatched_bets, others=other_bets, reductions=st.tuples(*[reductions] * 4), reference=rare_references)
    def cancel(self, bet: int, others: list[int], reductions: tuple[int | None, ...], reference: str | None) -> None:
        order = self.kernel.orders[bet]
        asked = tuple(CancelInstruction(*one) for one in zip([bet, *others], reductions, strict=False))
        self.do(CancelOrders(order.account, order.market_id, asked, reference))

    @precondition(something_is_unmatched)
    @rule(
        bet=unmatched_bets,
        others=other_bets,
        prices=st.tuples(*[new_prices] * 4),
        reference=rare_references,
        version=versions,
    )
    def replace(
        self, bet: int, others: list[int], prices: tuple[int, ...], reference: str | None, version: str | None
    ) -> None:
        order = self.kernel.orders[bet]
        here = [self.price(order.market_id, price) for price in prices]
        asked = tuple(ReplaceInstruction(*one) for one in zip([bet, *others], here, strict=False))
        number = self.version(order.market_id, version)
        self.do(ReplaceOrders(order.account, order.market_id, asked, reference, number))

    @precondition(something_is_unmatched)
    @rule(bet=unmatched_bets, others=other_bets, persistence=st.sampled_from(Persistence), reference=rare_references)
    def update(self, bet: int, others: list[int], persistence: Persistence, reference: str | None) -> None:
        order = self.kernel.orders[bet]
        asked = tuple(UpdateInstruction(one, persistence) for one in [bet, *others])
        self.do(UpdateOrders(order.account, order.market_id, asked, reference))

    @rule(
        account=most_of_the_time(one_of_its(Stage.whoever_waits_to_be_matched), anybody),
        market=markets_to_bet_in | st.none(),
        reference=rare_references,
    )
    def cancel_all(self, account: str, market: str | None, reference: str | None) -> None:
        """Cancel all of a market, or everything everywhere."""
        self.do(CancelOrders(account, market, None, reference))

    @precondition(lambda self: self.kernel.orders)
    @rule(account=anybody, market=any_market, bet=bets_to_name)
    def meddle(self, account: str, market: str, bet: int) -> None:
        """Name a bet in a market where it may not be, for an account whose it may not be."""
        self.do(CancelOrders(account, market, (CancelInstruction(bet),)))
        self.do(ReplaceOrders(account, market, (ReplaceInstruction(bet, 200),)))
        self.do(UpdateOrders(account, market, (UpdateInstruction(bet, Persistence.PERSIST),)))

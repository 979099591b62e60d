"""The steps of the programs that have to do with the starting price: who wants it, and when it is made."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import Command, Reconcile, ReplaceInstruction, ReplaceOrders, TurnInPlay
from simulator.exchange.orders import Persistence, Side
from tests.property.kernel.stage import Stage, bet_ids, one_of_its, other_bets, rungs_above
from tests.property.kernel.steps_betting import Betting
from tests.property.kernel.strategies import (
    MAKER,
    customers,
    liabilities,
    limit,
    on_close,
    prices,
    recent_versions,
    selections,
    sides,
    versions,
)


class Auctioning(Betting):
    """Customers want the starting price, and sooner or later there is one."""

    @precondition(Stage.with_starting_price)
    @rule(
        account=customers | st.just(MAKER),
        market=one_of_its(Stage.with_starting_price),
        selection=selections,
        side=sides,
        money=liabilities | st.just(1),
        price=st.none() | prices,
        version=recent_versions,
    )
    def want_starting_price(
        self,
        account: str,
        market: str,
        selection: int,
        side: Side,
        money: int,
        price: int | None,
        version: str | None,
    ) -> None:
        asked = on_close(selection, side, money, price)
        self.place(account, market, asked, market_version=self.version(market, version))

    @precondition(Stage.with_starting_price)
    @rule(
        market=one_of_its(Stage.with_starting_price),
        selection=selections,
        side=sides,
        price=st.none() | prices,
        sizes=st.lists(st.integers(10_00, 30_00), min_size=1, max_size=3),
    )
    def want_the_same_starting_price(
        self, market: str, selection: int, side: Side, price: int | None, sizes: list[int]
    ) -> None:
        """Several come one after the other with money for one runner, at one limit."""
        for account, money in zip(["rich", "careful", MAKER], sizes, strict=False):
            self.place(account, market, on_close(selection, side, money, price))

    @precondition(Stage.with_starting_price)
    @rule(
        account=customers | st.just(MAKER),
        market=one_of_its(Stage.with_starting_price),
        selection=selections,
        side=sides,
        price=prices,
        size=st.sampled_from([10_00, 10_01, 20_00, 33_33]),
    )
    def take_starting_price(self, account: str, market: str, selection: int, side: Side, price: int, size: int) -> None:
        """Bet at a price of one's own, and at the starting price with what is left by then."""
        self.place(account, market, limit(selection, side, price, size, Persistence.MARKET_ON_CLOSE))

    @precondition(Stage.limits_on_close)
    @rule(
        bet=one_of_its(Stage.limits_on_close),
        rungs=st.sampled_from([0, 1, 1, 5, -1, -1, -5]),
        others=other_bets,
        version=versions,
    )
    def change_limit(self, bet: int, rungs: int, others: list[int], version: str | None) -> None:
        """Make the limit of a bet for the starting price easier, or try what is not allowed."""
        order = self.kernel.orders[bet]
        asked = [
            ReplaceInstruction(bet, rungs_above(order.price, rungs)),
            *(ReplaceInstruction(b, 200) for b in others),
        ]
        number = self.version(order.market_id, version)
        self.do(ReplaceOrders(order.account, order.market_id, tuple(asked), None, number))

    @precondition(lambda self: self.replaceable())
    @rule(
        bet=one_of_its(lambda stage: stage.limits_on_close() or stage.replaceable())
        | one_of_its(lambda stage: stage.replaceable()),
        rungs=st.tuples(*[st.sampled_from([1, -1, 1, -1, 5, -5, 0])] * 3),
        version=recent_versions,
    )
    def move_everything(self, bet: int, rungs: tuple[int, ...], version: str | None) -> None:
        """Give what somebody has in a market new prices in one request, limits for the starting price among it."""
        order = self.kernel.orders[bet]
        others = [self.kernel.orders[each] for each in self.replaceable() if each != bet]
        here = [each for each in others if (each.account, each.market_id) == (order.account, order.market_id)]
        asked = tuple(
            ReplaceInstruction(each.bet_id, rungs_above(each.price, by))
            for each, by in zip([order, *reversed(here)], rungs, strict=False)
        )
        number = self.version(order.market_id, version)
        self.do(ReplaceOrders(order.account, order.market_id, asked, None, number))

    @precondition(Stage.with_starting_price)
    @rule(
        account=st.sampled_from(["rich", "careful", MAKER]),
        market=one_of_its(Stage.with_starting_price),
        side=sides,
        price=prices,
        rungs=st.tuples(*[st.sampled_from([1, -1, 5, -5])] * 2),
    )
    def think_better_of_it(self, account: str, market: str, side: Side, price: int, rungs: tuple[int, int]) -> None:
        """Want the starting price under a limit, and a bet on another runner, and then both at other prices."""
        self.place(account, market, on_close(1, side, 20_00, price), limit(2, side, price, 3_00))
        last = list(self.kernel.orders)[-2:]
        asked = tuple(ReplaceInstruction(bet, rungs_above(price, by)) for bet, by in zip(last, rungs, strict=False))
        self.do(ReplaceOrders(account, market, asked))

    def replaceable(self) -> list[int]:
        """The bets that have something unmatched, or wait for the starting price under a limit."""
        return sorted({*bet_ids(self.unmatched()), *self.limits_on_close()})

    @precondition(Stage.with_starting_price)
    @rule(
        market=one_of_its(Stage.with_starting_price),
        selection=st.sampled_from([1, 1, 2]),
        bets=st.lists(
            st.tuples(st.sampled_from(["rich", "careful", MAKER]), sides, liabilities, st.none() | prices),
            min_size=1,
            max_size=5,
        ),
        command=st.sampled_from([Reconcile, TurnInPlay]),
    )
    def make_the_starting_price(
        self,
        market: str,
        selection: int,
        bets: list[tuple[str, Side, int, int | None]],
        command: type[Command],
    ) -> None:
        """Hold the auction, with the off or before, once some more people have come for one of the runners."""
        for account, side, money, price in bets:
            self.place(account, market, on_close(selection, side, money, price))
        self.do(command(market))

"""Steps of those whom something else than the market and their money keeps from betting."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from simulator.exchange.commands import (
    ChangeStanding,
    PlaceInstruction,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerResult,
    SettleMarket,
    Standing,
)
from simulator.exchange.orders import RunnerKey, Side
from tests.property.kernel.stage import Stage, markets_to_bet_in, most_of_the_time
from tests.property.kernel.strategies import MAKER, limit, prices, restricted, selections, sides, sizes

limits = st.sampled_from([None, 0, 5_00, 10_00, 25_00, 40_00, 100_00, -1])
periods = st.sampled_from([0, 10_000, 60_000, 24 * 60 * 60 * 1000])
mostly = most_of_the_time(st.just(True), st.booleans())
few_bets = st.lists(
    st.tuples(selections, sides, prices, sizes | st.sampled_from([150, 500, 1050])), min_size=1, max_size=3
)


class Restricting(Stage):
    """Customers of single countries bet, and those who limit their losses; what keeps them changes."""

    def ask(self, account: str, market: str, *bets: PlaceInstruction) -> None:
        self.do(PlaceOrders(account, market, tuple(self.at_this_markets_prices(market, bets))))

    @rule(
        account=restricted,
        standing=st.builds(Standing, limits, periods, mostly, mostly),
        market=markets_to_bet_in,
        bets=few_bets,
        new_price=prices,
    )
    def bet_in_another_standing(
        self,
        account: str,
        standing: Standing,
        market: str,
        bets: list[tuple[int, Side, int, int]],
        new_price: int,
    ) -> None:
        """Bet, and then offer what is left at another price, perhaps at a time when neither is allowed."""
        self.ask(account, market, *(limit(*bet) for bet in bets))
        self.do(ChangeStanding(account, standing))
        self.ask(account, market, *(limit(*bet) for bet in bets))
        left = [order.bet_id for order in self.unmatched() if (order.account, order.market_id) == (account, market)]
        if left:
            changes = tuple(ReplaceInstruction(bet_id, new_price) for bet_id in left[-3:])
            self.do(ReplaceOrders(account, market, changes))

    @rule(account=st.just("nobody"), standing=st.builds(Standing, limits))
    def stand_oddly(self, account: str, standing: Standing) -> None:
        self.do(ChangeStanding(account, standing))

    @rule(
        account=restricted,
        market=markets_to_bet_in,
        size=st.sampled_from([200, 500, 1000]),
        more=st.sampled_from([-50, 0, 50]),
        after=st.sampled_from([0, 29_999, 30_000]),
        selection=selections,
    )
    def bet_after_a_loss(self, account: str, market: str, size: int, more: int, after: int, selection: int) -> None:
        """Lose a bet in a market that is soon over, wait, and bet about as much again elsewhere."""
        self.do(ChangeStanding(account, Standing(loss_limit=40_00, loss_period_milliseconds=30_000)))
        self.open_market("plain")
        over = list(self.kernel.markets)[-1]
        self.ask(MAKER, over, limit(3, Side.LAY, 210, size))
        self.ask(account, over, limit(3, Side.BACK, 210, size))
        self.do(SettleMarket(over, (RunnerResult(RunnerKey(1), "WINNER"),)))
        self.let_pass(after)
        self.ask(account, market, limit(selection, Side.BACK, 305, size + more))

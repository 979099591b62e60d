"""What else becomes of bets in such a market: they are changed, their owners fall silent, and some runners end early.

Each step says by itself what it must come to; `steps_matching` has placing, the auction and withdrawals.
"""

from fractions import Fraction

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import (
    Heartbeat,
    OpenMarket,
    PlaceInstruction,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerResult,
    SettleRunners,
    SuspendMarket,
    Tick,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.events import ActionPerformed, HeartbeatExpired, HeartbeatReceived, InstructionRefused
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Impossible, Reason
from simulator.exchange.statuses import RunnerStatus
from tests.property.kernel.steps_matching import (
    CUSTOMERS,
    MAKER,
    MatchingStage,
    accounts,
    places,
    steps,
    unmatched_bets,
)
from tests.property.kernel.twin_money import nearest_penny
from tests.unit.exchange_builder import MARKET

SHORTEST_SECONDS, LONGEST_SECONDS = 10, 300
COMMISSION = Fraction(5, 100)


class MatchingEvents(MatchingStage):
    """Replaced and updated bets, heartbeats, and runners that are settled before the market is."""

    @precondition(lambda self: self.unmatched())
    @rule(bet=unmatched_bets, rungs=steps)
    def replace(self, bet: int, rungs: int) -> None:
        """The bet is cancelled for good, and what was left of it meets the market as a new one."""
        old, price, rest = self.kernel.orders[bet], self.price(rungs), self.kernel.orders[bet].size_remaining
        asked = PlaceInstruction(old.runner, old.side, OrderType.LIMIT, price=price, size=rest)
        matcher, orders_before = self.matcher(asked, instead_of=bet), len(self.world.orders)
        events = self.do(ReplaceOrders(old.account, MARKET, (ReplaceInstruction(bet, price),)))
        assert events is not None
        if price == old.price:
            assert [what.reason for what in events if isinstance(what, InstructionRefused)] == [
                Reason.NO_ACTION_REQUIRED
            ]
            assert rest == old.size_remaining
            return
        assert 0 == old.size_remaining
        if len(self.world.orders) > orders_before:
            new = self.world.orders[-1]
            assert (old.runner, old.side, price, rest) == (new.runner, new.side, new.price, new.size)
            self.expect_matches(new, matcher)

    @precondition(lambda self: self.unmatched())
    @rule(bet=unmatched_bets, persistence=st.sampled_from(Persistence))
    def update(self, bet: int, persistence: Persistence) -> None:
        """Nothing about a bet changes but its persistence."""
        order = self.kernel.orders[bet]
        before = (order.size_remaining, order.price, self.kernel.accounts[order.account].exposure)
        self.do(UpdateOrders(order.account, MARKET, (UpdateInstruction(bet, persistence),)))
        assert before == (order.size_remaining, order.price, self.kernel.accounts[order.account].exposure)

    def limits_on_close(self) -> list[Order]:
        return [
            order
            for order in self.world.orders
            if order.order_type is OrderType.LIMIT_ON_CLOSE and order.liability_waiting
        ]

    @precondition(lambda self: self.limits_on_close())
    @rule(
        bet=st.runner().flatmap(lambda self: st.sampled_from([order.bet_id for order in self.limits_on_close()])),
        rungs=steps,
    )
    def change_limit(self, bet: int, rungs: int) -> None:
        """The limit of an order for the starting price becomes easier or stays; what it risks does not change."""
        order, price = self.kernel.orders[bet], self.price(rungs)
        exposure, liability = self.kernel.accounts[order.account].exposure, order.liability_waiting
        events = self.do(ReplaceOrders(order.account, MARKET, (ReplaceInstruction(bet, price),)))
        assert events is not None
        reasons = [what.reason for what in events if isinstance(what, InstructionRefused)]
        if price == order.price:
            assert [Reason.NO_ACTION_REQUIRED] == reasons
        elif price > order.price if order.side is Side.BACK else price < order.price:
            assert [Reason.INVALID_PRICE_EDIT] == reasons
        else:
            event("limit became easier")
            assert [] == reasons
            assert (0, liability) == (order.liability_waiting, self.world.orders[-1].liability_waiting)
        assert exposure == self.kernel.accounts[order.account].exposure

    # Heartbeats

    @rule(
        account=accounts | st.just(MAKER),
        seconds=st.sampled_from([1, 10, 11, 299, 300, 1000]),
        early=st.sampled_from([0, 0, 1]),
        while_suspended=st.booleans(),
    )
    def fall_silent(self, account: str, seconds: int, early: int, while_suspended: bool) -> None:
        """At the deadline all that is unmatched in the open market is cancelled, and is told once."""
        self.beat(account, seconds, ActionPerformed.NONE)
        mine = [order for order in self.unmatched() if order.account == account]
        others = [(order, order.size_remaining) for order in self.unmatched() if order.account != account]
        for_starting_price = sum(order.liability_waiting for order in self.world.orders)
        if while_suspended:
            self.do(SuspendMarket(MARKET))
        self.world.now += 1000 * max(SHORTEST_SECONDS, min(LONGEST_SECONDS, seconds)) - early
        events = self.do(Tick())
        assert events is not None
        expected = ActionPerformed.ALL_BETS_CANCELLED
        if early:
            expected = ActionPerformed.NONE
        elif while_suspended and mine:
            expected = ActionPerformed.SOME_BETS_NOT_CANCELLED
        told = [what.action for what in events if isinstance(what, HeartbeatExpired)]
        assert told == ([] if early else [expected])
        left = {order.bet_id for order in mine if order.size_remaining}
        assert left == ({order.bet_id for order in mine} if early or while_suspended else set())
        assert all(order.size_remaining == size for order, size in others)
        assert for_starting_price == sum(order.liability_waiting for order in self.world.orders)
        if while_suspended:
            self.do(OpenMarket(MARKET))
        self.beat(account, 0, expected)
        self.beat(account, 0, ActionPerformed.NONE)

    def beat(self, account: str, seconds: int, expected: ActionPerformed) -> None:
        events = self.do(Heartbeat(account, seconds))
        assert events is not None
        (received,) = (what for what in events if isinstance(what, HeartbeatReceived))
        actual = seconds and max(SHORTEST_SECONDS, min(LONGEST_SECONDS, seconds))
        assert (actual, expected) == (received.timeout_seconds, received.action)

    # Runners that end before the market does

    @precondition(lambda self: len(self.record) > 20)
    @rule(place=places, wins=st.booleans())
    def settle_one(self, place: int, wins: bool) -> None:
        """Bets on the runner are paid to the penny; what they may cost in commission is kept back until the end."""
        key, status = self.runner(place), RunnerStatus.WINNER if wins else RunnerStatus.LOSER
        command = SettleRunners(MARKET, (RunnerResult(key, status),))
        runners_left, winners_left = len(self.active()) - 1, self.market.winners_left - wins
        if not runners_left or winners_left < 1 or (not wins and winners_left > runners_left):
            self.expect_impossible(command)
            return
        event(f"settled early as {status}")
        expected = {name: self.world.balance(name) for name in (*CUSTOMERS, MAKER)}
        for order in self.orders_on(key):
            expected[order.account] += result_of(order, wins)
        self.do(command)
        assert expected == {name: self.world.balance(name) for name in expected}
        assert not any(order.size_remaining or order.liability_waiting for order in self.orders_on(key))
        for name in CUSTOMERS:
            net = sum(order.profit or 0 for order in self.world.orders if order.account == name)
            kept = nearest_penny(max(0, net) * COMMISSION)
            assert self.world.available(name) == self.world.balance(name) - self.world.exposure(name) - kept

    def expect_impossible(self, command: SettleRunners) -> None:
        try:
            self.kernel.apply(command, self.world.now)
        except Impossible:
            return
        raise AssertionError("the market has nothing left to wait for")

    def orders_on(self, key: RunnerKey) -> list[Order]:
        return [order for order in self.world.orders if order.runner == key]


def result_of(order: Order, wins: bool) -> int:
    """What a bet brings as it is matched, rounded once."""
    if not order.size_matched:
        return 0
    returned = Fraction(sum(fragment.payout for fragment in order.fragments), 100) if wins else Fraction(0)
    backer = returned - order.size_matched
    return nearest_penny(backer if order.side is Side.BACK else -backer)

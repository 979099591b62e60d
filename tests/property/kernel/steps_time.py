"""Steps in which time goes by, and what is due happens."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import (
    Command,
    Heartbeat,
    LapseUnmatched,
    PlaceOrders,
    SuspendMarket,
    Tick,
    TouchMarket,
)
from simulator.exchange.orders import Side
from tests.exchange_state import state_of
from tests.property.kernel.stage import (
    Stage,
    one_of_its,
)
from tests.property.kernel.strategies import (
    customers,
    limit,
    recent_versions,
)


class Waiting(Stage):
    """Time goes by, and never back."""

    @rule(
        milliseconds=st.sampled_from([0, 1, 999, 1000, 4000, 4999, 5000, 5001, 10_000, 59_999, 60_000]),
        at_once=st.booleans(),
    )
    def wait(self, milliseconds: int, at_once: bool) -> None:
        self.let_pass(milliseconds, at_once)

    @precondition(Stage.markets_in_play)
    @rule(
        account=customers,
        market=one_of_its(Stage.markets_in_play),
        version=recent_versions,
        goal=st.sampled_from([LapseUnmatched, SuspendMarket, TouchMarket]),
    )
    def bet_as_a_goal_is_scored(self, account: str, market: str, version: str | None, goal: type[Command]) -> None:
        """Let something happen to a market while a bet is on its way there."""
        asked = limit(1, Side.BACK, 305, 100)
        self.do(PlaceOrders(account, market, (asked,), market_version=self.version(market, version)))
        self.do(goal(market))
        self.let_pass(5000)

    @rule(account=st.one_of(customers, st.just("nobody")), seconds=st.sampled_from([0, 10, 10, 1, 11, 300, 301, -1]))
    def say_something(self, account: str, seconds: int) -> None:
        """Send a heartbeat, in bounds or not; whoever does not send the next in time has all bets cancelled."""
        self.do(Heartbeat(account, seconds))

    @precondition(lambda self: bool(self.pair.twin.waiting))
    @rule(
        meanwhile=st.sampled_from([TouchMarket, LapseUnmatched, SuspendMarket]),
        late=st.sampled_from([0, 0, 1, 10_000]),
    )
    def wait_for_what_is_due(self, meanwhile: type[Command], late: int) -> None:
        """Let held bets reach the matcher, after an attempt to go back in time and one to overtake them."""
        market = self.pair.twin.waiting[0].market_id
        self.do(meanwhile(market))
        self.ask_at_a_wrong_time(Tick(), self.kernel.now - 1)
        self.ask_at_a_wrong_time(TouchMarket(market), self.kernel.next_due)
        self.at = self.kernel.next_due + late
        self.do(Tick())

    def ask_at_a_wrong_time(self, command: Command, at: int) -> None:
        state = self.pair.state()
        try:
            self.kernel.apply(command, at)
        except ValueError:
            assert state_of(self.kernel) == state
        else:
            raise AssertionError(f"{command} was carried out at {at}")

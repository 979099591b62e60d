"""Steps in which the operator runs markets, lists runners, and settles."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import (
    AddRunner,
    CloseMarket,
    Command,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    TouchMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.statuses import MarketStatus
from tests.property.kernel.stage import (
    IMPOSSIBLE,
    MARKETS_AT_ONCE,
    Stage,
    any_market,
    one_of_its,
)
from tests.property.kernel.strategies import (
    SHAPES,
    customers,
    limit,
    odd_results,
)


class Operating(Stage):
    """The operator runs the markets, and now and then asks for what makes no sense."""

    @precondition(lambda self: len(self.markets(MarketStatus.OPEN)) > 1)
    @rule(market=one_of_its(lambda stage: stage.markets(MarketStatus.OPEN)))
    def suspend(self, market: str) -> None:
        self.do(SuspendMarket(market))

    @precondition(lambda self: self.markets(MarketStatus.INACTIVE, MarketStatus.SUSPENDED))
    @rule(market=one_of_its(lambda stage: stage.markets(MarketStatus.INACTIVE, MarketStatus.SUSPENDED)))
    def resume(self, market: str) -> None:
        self.do(OpenMarket(market))

    @precondition(lambda self: self.may_turn_in_play())
    @rule(market=one_of_its(lambda stage: stage.may_turn_in_play()))
    def go_in_play(self, market: str) -> None:
        self.do(TurnInPlay(market))

    def may_turn_in_play(self) -> list[str]:
        return [
            market_id
            for market_id in self.markets(MarketStatus.OPEN, MarketStatus.SUSPENDED)
            if self.kernel.markets[market_id].definition.turn_in_play and not self.kernel.markets[market_id].in_play
        ]

    @rule(
        market=any_market,
        command=st.sampled_from(
            [TouchMarket, LapseUnmatched, CloseMarket, OpenMarket, SuspendMarket, TurnInPlay, VoidMarket, Reconcile]
        ),
    )
    def operate(self, market: str, command: type[Command]) -> None:
        """Ask for anything, possible or not; what would end a market with hardly a bet in it is put off."""
        if command in (CloseMarket, VoidMarket) and market in self.kernel.markets and not self.is_ripe(market):
            command = TouchMarket
        self.do(command(market))

    @precondition(lambda self: len(self.kernel.markets) - len(self.markets(MarketStatus.CLOSED)) < MARKETS_AT_ONCE)
    @rule(shape=st.sampled_from([*SHAPES]))
    def add_market(self, shape: str) -> None:
        self.open_market(shape)


class Listing(Stage):
    """Runners are added, hidden and reinstated; not in markets of virtual bets, whose legs have to stay alike."""

    def may_change(self) -> list[str]:
        """The markets without virtual bets and starting prices in which there is still betting."""
        return [
            market_id
            for market_id, market in self.kernel.markets.items()
            if market.status is not MarketStatus.CLOSED
            and not market.betting_is_over
            and not market.definition.bsp_market
            and not (market.definition.cross_matching and market.definition.complete and market.winners_left)
        ]

    def active(self) -> list[tuple[str, RunnerKey]]:
        """The runners that can be hidden so that others are left."""
        markets = [(market_id, self.pair.twin.markets[market_id].active) for market_id in self.may_change()]
        return [(market_id, key) for market_id, keys in markets for key in keys if len(keys) > 1]

    def hidden(self) -> list[tuple[str, RunnerKey]]:
        return [(market_id, key) for market_id in self.may_change() for key in self.pair.twin.markets[market_id].hidden]

    def open_ended(self) -> list[str]:
        return [
            market_id
            for market_id in self.may_change()
            if not self.kernel.markets[market_id].definition.complete
            and len(self.kernel.markets[market_id].runners) < 4
        ]

    @precondition(lambda self: self.active())
    @rule(runner=one_of_its(lambda stage: stage.active()))
    def hide(self, runner: tuple[str, RunnerKey]) -> None:
        self.do(HideRunner(*runner))

    @precondition(lambda self: self.hidden())
    @rule(runner=one_of_its(lambda stage: stage.hidden()))
    def reinstate(self, runner: tuple[str, RunnerKey]) -> None:
        self.do(ReinstateRunner(*runner))

    @precondition(lambda self: self.open_ended())
    @rule(market=one_of_its(lambda stage: stage.open_ended()))
    def add_runner(self, market: str) -> None:
        number = len(self.kernel.markets[market].runners) + 1
        self.do(AddRunner(market, RunnerDefinition(RunnerKey(number), number)))

    @rule(market=any_market, number=st.sampled_from([1, 9]))
    def list_oddly(self, market: str, number: int) -> None:
        """Add what is there or may not be, hide what is not there, reinstate what was never hidden."""
        known = self.kernel.markets.get(market)
        if known is not None and known.definition.complete:
            self.do(AddRunner(market, RunnerDefinition(RunnerKey(number), number)))
        self.do(AddRunner(market, RunnerDefinition(RunnerKey(1), 1)))
        self.do(HideRunner(market, RunnerKey(9)))
        if known is None or number == 9 or RunnerKey(number) not in self.pair.twin.markets[market].hidden:
            self.do(ReinstateRunner(market, RunnerKey(number)))

    @precondition(Stage.markets_in_play)
    @rule(account=customers, market=one_of_its(Stage.markets_in_play))
    def bet_as_a_runner_is_hidden(self, account: str, market: str) -> None:
        """Two bets wait together, and one of them has become impossible when they are due."""
        if market in self.may_change() and len(self.pair.twin.markets[market].active) > 1:
            asked = limit(1, Side.BACK, 305, 100), limit(2, Side.BACK, 305, 100)
            self.do(PlaceOrders(account, market, asked))
            self.do(HideRunner(market, self.pair.twin.markets[market].active[0]))
            self.let_pass(5000)


class Settling(Stage):
    """Markets end: by their results, by odd results, or void."""

    @precondition(Stage.ripe_markets)
    @rule(market=one_of_its(Stage.ripe_markets), order=st.permutations([1, 2, 3, 4]), tied=st.sampled_from([0, 0, 1]))
    def settle(self, market: str, order: list[int], tied: int) -> None:
        """Settle by an outcome that can be expected; without a dead heat nobody loses more than was at risk."""
        definition = self.kernel.markets[market].definition
        active = self.pair.twin.markets[market].active
        finishers = [RunnerKey(number) for number in order if RunnerKey(number) in active]
        winners = finishers[: (definition.number_of_winners or 2) + tied]
        before = {
            name: self.kernel.ledger.balances[name] - account.exposure_in(market)
            for name, account in self.kernel.accounts.items()
            if not account.definition.unlimited
        }
        self.do(SettleMarket(market, tuple(RunnerResult(key, "WINNER") for key in winners)))
        assert self.kernel.markets[market].status is MarketStatus.CLOSED
        for name, least in before.items():
            assert tied or self.kernel.ledger.balances[name] >= least

    @precondition(Stage.ripe_markets)
    @rule(market=one_of_its(Stage.ripe_markets), results=st.tuples(*[odd_results] * 4), named=st.integers(2, 4))
    def settle_oddly(self, market: str, results: tuple[str, ...], named: int) -> None:
        """Settle by dead heats, runners who never ran, too few winners, runners there are not."""
        pairs = zip(self.kernel.markets[market].runners, results, strict=False)
        named_results = [RunnerResult(key, result) for key, result in pairs][:named]
        if self.do(SettleMarket(market, tuple(named_results))) == IMPOSSIBLE:
            self.do(SettleMarket(market, (*named_results, RunnerResult(RunnerKey(9), "LOSER"))))

    @precondition(Stage.ripe_markets)
    @rule(market=one_of_its(Stage.ripe_markets))
    def void(self, market: str) -> None:
        self.do(VoidMarket(market))

"""The steps of the programs: what customers, the operator and time do to both exchanges.

Each group of rules is a class of its own; a machine is put together from groups. Rules that name a bet or a market pick
it from what there is at that moment, so that a program as it is printed names real things.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from msgspec.structs import replace

from simulator.exchange.commands import (
    AddRunner,
    CancelInstruction,
    CancelOrders,
    CloseMarket,
    Command,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    Tick,
    TouchMarket,
    TurnInPlay,
    UpdateInstruction,
    UpdateOrders,
    VoidMarket,
)
from simulator.exchange.orders import BetTargetType, Persistence, RunnerKey, Side, TimeInForce
from simulator.exchange.statuses import MarketStatus
from tests.exchange_state import state_of
from tests.property.kernel.compare import Answer, Refusal
from tests.property.kernel.stage import (
    IMPOSSIBLE,
    MARKETS_AT_ONCE,
    Stage,
    any_market,
    bets_to_name,
    markets_to_bet_in,
    most_of_the_time,
    one_of_its,
    other_bets,
    rungs_above,
    something_is_unmatched,
    unmatched_bets,
)
from tests.property.kernel.strategies import (
    KILL,
    MAKER,
    PRICES,
    SHAPES,
    anybody,
    customers,
    instructions,
    limit,
    new_prices,
    odd_instructions,
    odd_results,
    persistences,
    prices,
    rare_references,
    recent_versions,
    reductions,
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

    @precondition(something_is_unmatched)
    @rule(account=customers | st.just(MAKER), bet=unmatched_bets, less=st.integers(0, 150))
    def sweep(self, account: str, bet: int, less: int) -> None:
        """Bet against one side of a book, at any of its prices: all of it or nearly so."""
        other = self.kernel.orders[bet]
        offers = self.kernel.markets[other.market_id].runners[other.runner].book.queue_of(other.side)
        worst = [level.price for level in offers.best_first()][-1]
        size = max(100, offers.total - less)
        self.place(account, other.market_id, limit(other.runner.selection_id, other.side.opposite, worst, size))

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

    @rule(account=most_of_the_time(customers, anybody), market=markets_to_bet_in, asked=odd_instructions)
    def bet_oddly(self, account: str, market: str, asked: PlaceInstruction) -> None:
        self.place(account, market, asked)


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

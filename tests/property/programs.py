"""The steps of the programs: what customers, the operator and time do to both exchanges.

Each group of rules is a class of its own; a machine is put together from groups. Rules that name a bet or a market pick
it from what there is at that moment, so that a program as it is printed names real things.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace as replace_fields
from typing import Any, Final

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from msgspec.structs import replace

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    CloseMarket,
    Command,
    LapseUnmatched,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
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
from simulator.exchange.market import MarketStatus
from simulator.exchange.orders import Order, Persistence, RunnerKey, Side
from simulator.exchange.rules import RULE_SETS
from tests.property.pair import IMPOSSIBLE, Answer, Pair, Refusal, state_of
from tests.property.strategies import (
    ACCOUNTS,
    KILL,
    MAKER,
    SHAPES,
    UNKNOWN_MARKET,
    anybody,
    customers,
    instructions,
    limit,
    new_prices,
    persistences,
    prices,
    reductions,
    references,
    selections,
    sides,
    sizes,
    strategy_references,
    versions,
)

START: Final = 1_780_768_500_000
UNKNOWN_BET: Final = 999_999
MOST_MARKETS_AT_ONCE: Final = 3
BETS_THAT_MAKE_A_MARKET_RIPE: Final = 8

# The published limits would need requests of hundreds of instructions and references of dozens of letters.
RULES: Final = replace_fields(
    RULE_SETS["2022"],
    place_instruction_limit=3,
    edit_instruction_limit=3,
    customer_order_reference_length=5,
    customer_strategy_reference_length=5,
)


class Stage(RuleBasedStateMachine):
    """Both exchanges with accounts and two open markets, the time, and what a program can name."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair(RULES)
        self.kernel = self.pair.kernel
        self.at = START

    @initialize()
    def open_the_doors(self) -> None:
        for account in ACCOUNTS:
            self.do(account)
            assert self.do(account) == IMPOSSIBLE
        for shape in ("race", "places"):
            self.do(OpenMarket(self.add(shape)))

    def do(self, command: Command) -> Answer:
        """Put a command to both exchanges; whoever did not ask for a bet has no more at risk than before."""
        exposures = {name: account.exposure for name, account in self.kernel.accounts.items()}
        answer = self.pair.do(command, self.at)
        asker = command.account if isinstance(command, PlaceOrders | ReplaceOrders) else None
        for name, exposure in exposures.items():
            assert name == asker or self.kernel.accounts[name].exposure <= exposure
        for what in answer if isinstance(answer, tuple) and not isinstance(answer, Refusal) else [answer]:
            reason = getattr(what, "reason", None)
            event(f"{what if what == IMPOSSIBLE else type(what).__name__} {reason or ''}")
        return answer

    def add(self, shape: str) -> str:
        market_id = f"1.{len(self.kernel.markets) + 1}"
        self.do(replace(SHAPES[shape], market_id=market_id))
        assert self.do(replace(SHAPES[shape], market_id=market_id)) == IMPOSSIBLE
        return market_id

    # What there is

    def markets(self, *statuses: MarketStatus) -> list[str]:
        """The markets in one of some states."""
        return [market_id for market_id, market in self.kernel.markets.items() if market.status in statuses]

    def markets_to_bet_in(self) -> list[str]:
        """The open markets, or where there is none the others, which have to say so."""
        return self.markets(MarketStatus.OPEN) or list(self.kernel.markets)

    def is_ripe(self, market_id: str) -> bool:
        """Whether a market has seen enough bets for its end to be worth looking at."""
        return len(self.kernel.markets[market_id].orders) >= BETS_THAT_MAKE_A_MARKET_RIPE

    def ripe_markets(self) -> list[str]:
        return [
            market_id
            for market_id in self.markets(MarketStatus.OPEN, MarketStatus.SUSPENDED)
            if self.is_ripe(market_id)
        ]

    def unmatched(self) -> list[Order]:
        """The bets that can be taken or changed now; the markets of the others take no action."""
        markets = self.markets(MarketStatus.OPEN)
        return [order for order in self.kernel.orders.values() if order.size_remaining and order.market_id in markets]

    def version(self, market: str, which: str | None) -> int | None:
        """The number of a version of a market, as it is at this moment."""
        if which is None or market not in self.kernel.markets:
            return None
        version, material = self.kernel.markets[market].version, self.kernel.markets[market].material_version
        numbers = {"present": version, "material": material, "stale": material - 1, "future": version + 1}
        return {**numbers, "negative": -1, "too long": 10**12}[which]


def one_of_its(choices: Callable[[Any], Iterable[Any]]) -> st.SearchStrategy[Any]:
    """Draw from what the machine has to offer when the rule is run."""
    return st.runner().flatmap(lambda machine: st.sampled_from(list(choices(machine))))


def most_of_the_time(usual: st.SearchStrategy[Any], unusual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(usual, usual, usual, usual, unusual)


def bet_ids(orders: Iterable[Order]) -> list[int]:
    return [order.bet_id for order in orders]


markets_to_bet_in = one_of_its(Stage.markets_to_bet_in)
any_market = one_of_its(lambda stage: [*stage.kernel.markets, UNKNOWN_MARKET])
unmatched_bets = one_of_its(lambda stage: bet_ids(stage.unmatched()))
bets_to_name = most_of_the_time(
    one_of_its(lambda stage: bet_ids(stage.unmatched()) or [UNKNOWN_BET]),
    one_of_its(lambda stage: [*stage.kernel.orders, UNKNOWN_BET]),
)


def something_is_unmatched(stage: Stage) -> bool:
    return bool(stage.unmatched())


class Betting(Stage):
    """Customers place bets, alone and several at a time, good ones and bad ones."""

    def place(self, account: str, market: str, *asked: PlaceInstruction, **more: Any) -> Answer:
        """Place bets; those that were accepted and raise what is at risk are covered by the account's money."""
        exposure = self.kernel.accounts[account].exposure
        answer = self.do(PlaceOrders(account, market, asked, **more))
        if not isinstance(answer, Refusal) and self.kernel.accounts[account].exposure > exposure:
            assert self.kernel.available_to_bet(account) >= 0
        return answer

    @rule(market=markets_to_bet_in, selection=selections, side=sides, price=prices, size=sizes | st.just(1))
    def offer(self, market: str, selection: int, side: Side, price: int, size: int) -> None:
        self.place(MAKER, market, limit(selection, side, price, size, Persistence.LAPSE))

    @rule(market=markets_to_bet_in, selection=selections, size=sizes, gap=st.sampled_from([0, 1, 2]))
    def quote(self, market: str, selection: int, size: int, gap: int) -> None:
        """Put up prices on both sides, as whoever makes a market does."""
        self.place(MAKER, market, limit(selection, Side.BACK, 202 + 2 * gap, size))
        self.place(MAKER, market, limit(selection, Side.LAY, 200 - gap, size), limit(selection, Side.LAY, 190, size))

    @rule(
        account=customers,
        market=markets_to_bet_in,
        selection=selections,
        side=sides,
        price=prices,
        size=sizes,
        persistence=persistences,
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
    ) -> None:
        self.place(account, market, limit(selection, side, price, size, persistence))

    @precondition(something_is_unmatched)
    @rule(account=customers, bet=unmatched_bets, part=st.sampled_from([1, 2, 3]), more=st.integers(0, 150))
    def take(self, account: str, bet: int, part: int, more: int) -> None:
        """Bet against what somebody else has on offer: a part of it, just that, or more."""
        other = self.kernel.orders[bet]
        size = max(100, other.size_remaining // part) + more
        self.place(account, other.market_id, limit(other.runner.selection_id, other.side.opposite, other.price, size))

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
        back=prices,
        lay=prices,
        more=st.sampled_from([{}, {}, {"time_in_force": KILL}]),
    )
    def bet_both_ways(
        self, account: str, market: str, selection: int, back: int, lay: int, more: dict[str, Any]
    ) -> None:
        """Back and lay one runner in one request, which must not be at prices that meet."""
        both = limit(selection, Side.BACK, back, 150, **more), limit(selection, Side.LAY, lay, 200)
        self.place(account, market, *both, limit(3 - min(selection, 2), Side.LAY, lay, 100))

    @precondition(something_is_unmatched)
    @rule(
        account=customers,
        bet=unmatched_bets,
        more=st.sampled_from([0, 0, 1, 500]),
        minimum=st.sampled_from([None, 100, 150, 400]),
    )
    def fill_or_kill(self, account: str, bet: int, more: int, minimum: int | None) -> None:
        """Take what is on offer at once or not at all."""
        other = self.kernel.orders[bet]
        selection, side, size = other.runner.selection_id, other.side.opposite, max(100, other.size_remaining) + more
        asked = limit(selection, side, other.price, size, time_in_force=KILL, min_fill_size=minimum)
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


class Editing(Stage):
    """Customers cancel, replace and update bets: their own, those of others, and those that are over."""

    @precondition(something_is_unmatched)
    @rule(bet=unmatched_bets, reduction=reductions)
    def cancel(self, bet: int, reduction: int | None) -> None:
        order = self.kernel.orders[bet]
        self.do(CancelOrders(order.account, order.market_id, (CancelInstruction(bet, reduction),)))

    @precondition(something_is_unmatched)
    @rule(bet=unmatched_bets, price=prices)
    def replace(self, bet: int, price: int) -> None:
        order = self.kernel.orders[bet]
        self.do(ReplaceOrders(order.account, order.market_id, (ReplaceInstruction(bet, price),)))

    @precondition(something_is_unmatched)
    @rule(bet=unmatched_bets, persistence=st.sampled_from(Persistence))
    def update(self, bet: int, persistence: Persistence) -> None:
        order = self.kernel.orders[bet]
        self.do(UpdateOrders(order.account, order.market_id, (UpdateInstruction(bet, persistence),)))

    @precondition(something_is_unmatched)
    @rule(
        whose=unmatched_bets,
        bets=st.lists(bets_to_name, min_size=1, max_size=4),
        reductions=st.tuples(*[reductions] * 4),
        reference=references,
    )
    def cancel_together(
        self, whose: int, bets: list[int], reductions: tuple[int | None, ...], reference: str | None
    ) -> None:
        """Name some bets for the account and in the market of one of them; so do the next two."""
        order = self.kernel.orders[whose]
        asked = tuple(CancelInstruction(*one) for one in zip(bets, reductions, strict=False))
        self.do(CancelOrders(order.account, order.market_id, asked, reference))

    @precondition(something_is_unmatched)
    @rule(
        whose=unmatched_bets,
        bets=st.lists(bets_to_name, min_size=1, max_size=4),
        prices=st.tuples(*[new_prices] * 4),
        reference=references,
        version=versions,
    )
    def replace_together(
        self, whose: int, bets: list[int], prices: tuple[int, ...], reference: str | None, version: str | None
    ) -> None:
        order = self.kernel.orders[whose]
        asked = tuple(ReplaceInstruction(*one) for one in zip(bets, prices, strict=False))
        number = self.version(order.market_id, version)
        self.do(ReplaceOrders(order.account, order.market_id, asked, reference, number))

    @precondition(something_is_unmatched)
    @rule(
        whose=unmatched_bets,
        bets=st.lists(bets_to_name, min_size=1, max_size=4),
        persistence=st.sampled_from(Persistence),
        reference=references,
    )
    def update_together(self, whose: int, bets: list[int], persistence: Persistence, reference: str | None) -> None:
        order = self.kernel.orders[whose]
        asked = tuple(UpdateInstruction(bet, persistence) for bet in bets)
        self.do(UpdateOrders(order.account, order.market_id, asked, reference))

    @rule(account=anybody, market=markets_to_bet_in | st.none(), reference=references)
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
            [TouchMarket, TouchMarket, LapseUnmatched, CloseMarket, OpenMarket, SuspendMarket, TurnInPlay, VoidMarket]
        ),
    )
    def operate(self, market: str, command: type[Command]) -> None:
        """Ask for anything, possible or not; what would end a market with hardly a bet in it is put off."""
        if command in (CloseMarket, VoidMarket) and market in self.kernel.markets and not self.is_ripe(market):
            command = TouchMarket
        self.do(command(market))

    @precondition(lambda self: len(self.kernel.markets) - len(self.markets(MarketStatus.CLOSED)) < MOST_MARKETS_AT_ONCE)
    @rule(shape=st.sampled_from([*SHAPES]))
    def add_market(self, shape: str) -> None:
        self.do(OpenMarket(self.add(shape)))


class Settling(Stage):
    """Markets end: by their results, by odd results, or void."""

    @precondition(Stage.ripe_markets)
    @rule(market=one_of_its(Stage.ripe_markets), order=st.permutations([1, 2, 3, 4]))
    def settle(self, market: str, order: list[int]) -> None:
        """Settle by an outcome that can be expected: nobody loses more than what was known to be at risk."""
        definition = self.kernel.markets[market].definition
        finishers = [RunnerKey(number) for number in order if number <= len(definition.runners)]
        before = {
            name: self.kernel.ledger.balances[name] - account.exposure_in(market)
            for name, account in self.kernel.accounts.items()
            if not account.definition.unlimited
        }
        winners = finishers[: definition.number_of_winners or 2]
        self.do(SettleMarket(market, tuple(RunnerResult(key, "WINNER") for key in winners)))
        assert self.kernel.markets[market].status is MarketStatus.CLOSED
        for name, least in before.items():
            assert self.kernel.ledger.balances[name] >= least

    @precondition(Stage.ripe_markets)
    @rule(
        market=most_of_the_time(one_of_its(Stage.ripe_markets), any_market),
        results=st.none()
        | st.lists(
            st.sampled_from(["WINNER"] * 6 + ["LOSER"] * 2 + ["REMOVED"] * 2 + ["PLACED"]), min_size=1, max_size=5
        ),
    )
    def end_oddly(self, market: str, results: list[str] | None) -> None:
        """Void, or settle by dead heats, runners who never ran, too few winners, runners there are not."""
        if results is None:
            self.do(VoidMarket(market))
            return
        named = tuple(RunnerResult(RunnerKey(number), result) for number, result in enumerate(results, 1))
        self.do(SettleMarket(market, named))


class Waiting(Stage):
    """Time goes by, and never back."""

    @rule(
        milliseconds=st.sampled_from([0, 1, 999, 1000, 4000, 4999, 5000, 5001, 59_999, 60_000]), at_once=st.booleans()
    )
    def wait(self, milliseconds: int, at_once: bool) -> None:
        """Let time pass, with a tick whenever something is due or with one tick for all of it."""
        until = self.at + milliseconds
        while not at_once and self.kernel.next_due is not None and self.kernel.next_due <= until:
            self.at = self.kernel.next_due
            self.do(Tick())
        self.at = until
        self.do(Tick())

    @precondition(lambda self: self.kernel.next_due is not None)
    @rule(
        market=markets_to_bet_in,
        meanwhile=st.sampled_from([TouchMarket, TouchMarket, LapseUnmatched, SuspendMarket]),
        late=st.sampled_from([0, 0, 1, 10_000]),
    )
    def wait_for_what_is_due(self, market: str, meanwhile: type[Command], late: int) -> None:
        """Let held bets reach the matcher, after an attempt to go back in time and one to overtake them."""
        self.do(meanwhile(market))
        self.ask_at_a_wrong_time(Tick(), self.kernel.now - 1)
        self.ask_at_a_wrong_time(TouchMarket("1.1"), self.kernel.next_due)
        self.at = self.kernel.next_due + late
        self.do(Tick())

    def ask_at_a_wrong_time(self, command: Command, at: int) -> None:
        try:
            self.kernel.apply(command, at)
        except ValueError:
            assert state_of(self.kernel) == self.pair.state
        else:
            raise AssertionError(f"{command} was carried out at {at}")

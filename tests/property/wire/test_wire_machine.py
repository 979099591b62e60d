"""Random sessions of bettors over the wire, held against a world in process that is given the same commands.

A program logs in, bets, changes bets, lets time pass, and has markets suspended, turned in play and settled, all of it
over HTTP: in one served world over JSON-RPC while it is over REST in another, in turns. Beside them a world that nobody
serves is given the commands of the exchange. After every step all three have the same state hash, which shows also that
whatever only reads changes nothing, but for near and far prices, which last for a minute once they are read. Every
answer is the one that naive twins write from lists of bets before and after, and not from the kernel's events. A
request that waits for the bet delay is answered when the clock has moved so far, and not before.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from simulator.exchange.commands import (
    CloseMarket,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.orders import OrderType, Persistence, Side
from simulator.exchange.statuses import RunnerStatus
from simulator.world.inputs import AdvanceClock, MoveToNext
from tests.property.wire.requests import Cancelling, Placing, Replacing, Updating
from tests.property.wire.stage import (
    Letter,
    WireStage,
    markets_before_the_off,
    markets_that_are_over,
    markets_to_bet_in,
    ripe_markets,
    some_bet,
)
from tests.property.wire.strategies import (
    Flaw,
    Reading,
    any_market,
    bets,
    books_of,
    customer_references,
    flaws,
    limit_orders,
    market_books,
    markets,
    new_prices,
    order_references,
    readings,
    runners_of,
    sizes,
    strategy_references,
    versions,
)
from tests.property.wire.worlds import (
    CUSTOMERS,
    HANDICAPS,
    LINE,
    MARKETS,
    MATCH,
    RACE,
    SESSION_SECONDS,
)

customers = st.sampled_from(CUSTOMERS)
WRONG_MANNERS = [
    "without a key",
    "with an unknown key",
    "with the key of another",
    "without a token",
    "with an unknown token",
    "with a token of before",
]
manners = st.sampled_from(["rightly"] * 50 + ["with the delayed key"] * 2 + WRONG_MANNERS)
readers_manners = st.sampled_from(["rightly"] * 30 + ["with the delayed key"] * 10 + WRONG_MANNERS)
sessions_manners = st.sampled_from(["rightly"] * 6 + WRONG_MANNERS)
bettors = st.sampled_from([*CUSTOMERS * 8, "barred"])
seldom = st.sampled_from([False] * 4 + [True])
reductions = st.sampled_from([None, None, None, 50, 100, 100_000, 0, -100])

placings = markets_to_bet_in.flatmap(lambda market: st.tuples(st.just(market), bets(market)))
ordinary_placings = markets_to_bet_in.flatmap(
    lambda market: st.tuples(st.just(market), st.lists(limit_orders(market), min_size=1, max_size=2))
)


def named_with(change: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[int, Any]]]:
    """One bet and what is to become of it, or a few of them."""
    pair = st.tuples(some_bet, change)
    return st.one_of(*[st.lists(pair, min_size=1, max_size=1)] * 3, st.lists(pair, min_size=2, max_size=3))


def removed_now(machine: WireStage) -> bool:
    return len([runner for runner in machine.twin.exchange.markets[RACE].runners.values() if runner.removed_at]) < 2


def may_be_hidden(machine: WireStage) -> bool:
    """Whether a runner of the race can be hidden, and enough are left then."""
    return machine.twin.exchange.markets[RACE].active_runners > 2


def something_is_ripe(machine: WireStage) -> bool:
    return bool(machine.ripe_markets())


def may_be_reconciled(machine: WireStage) -> bool:
    race = machine.twin.exchange.markets[RACE]
    return race.settled_at is None and not race.bsp_reconciled


class WireMachine(WireStage):
    """What bettors, the operator and time do."""

    # Bettors

    @rule(
        who=bettors, manner=manners, place=placings, reference=customer_references, strategy=strategy_references,
        version=versions, asynchronous=st.sampled_from([None, None, None, False, True]),
        flaw=flaws("placeOrders"), texts=seldom, own_reference=order_references,
    )  # fmt: skip
    def place(
        self,
        *,
        who: str,
        manner: str,
        place: tuple[str, list[PlaceInstruction]],
        reference: str | None,
        strategy: str | None,
        version: str | None,
        asynchronous: bool | None,
        flaw: Flaw | None,
        texts: bool,
        own_reference: str | None,
    ) -> None:
        market, instructions = place
        if own_reference is not None:
            instructions = [replace(instructions[0], customer_order_reference=own_reference), *instructions[1:]]
        asked = Placing(market, tuple(instructions), reference, strategy, self.version(market, version), asynchronous)
        self.send(self.sender(who, manner), self.edit(asked, flaw, texts=texts))

    @rule(who=customers, place=ordinary_placings)
    def place_as_usual(self, who: str, place: tuple[str, list[PlaceInstruction]]) -> None:
        self.send(self.sender(who), self.edit(Placing(place[0], tuple(place[1]))))

    @rule(
        who=customers, manner=manners, named=named_with(reductions),
        elsewhere=seldom, reference=customer_references, flaw=flaws("cancelOrders"), texts=seldom,
    )  # fmt: skip
    def cancel(
        self,
        who: str,
        manner: str,
        named: list[tuple[int, int | None]],
        elsewhere: bool,
        reference: str | None,
        flaw: Flaw | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        self.send(self.sender(who, manner), self.edit(Cancelling(market, tuple(named), reference), flaw, texts=texts))

    @rule(
        who=customers, manner=manners, market=st.one_of(st.none(), any_market), bets=st.sampled_from([None, ()]),
        reference=customer_references,
    )  # fmt: skip
    def cancel_all(
        self, who: str, manner: str, market: str | None, bets: tuple[()] | None, reference: str | None
    ) -> None:
        self.send(self.sender(who, manner), self.edit(Cancelling(market, bets, reference)))

    @rule(
        who=customers, manner=manners, named=named_with(new_prices),
        elsewhere=seldom, reference=customer_references, version=versions, flaw=flaws("replaceOrders"),
        asynchronous=st.sampled_from([None, None, False, True]), texts=seldom,
    )  # fmt: skip
    def replace(
        self,
        *,
        who: str,
        manner: str,
        named: list[tuple[int, int]],
        elsewhere: bool,
        reference: str | None,
        version: str | None,
        flaw: Flaw | None,
        asynchronous: bool | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        asked = Replacing(market, tuple(named), reference, self.version(market, version), asynchronous)
        self.send(self.sender(who, manner), self.edit(asked, flaw, texts=texts))

    @rule(
        who=customers, manner=manners,
        named=named_with(st.sampled_from(Persistence)),
        elsewhere=seldom, reference=customer_references, flaw=flaws("updateOrders"), texts=seldom,
    )  # fmt: skip
    def update(
        self,
        who: str,
        manner: str,
        named: list[tuple[int, Persistence]],
        elsewhere: bool,
        reference: str | None,
        flaw: Flaw | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        self.send(self.sender(who, manner), self.edit(Updating(market, tuple(named), reference), flaw, texts=texts))

    def owner_and_market(self, who: str, bet_id: int, elsewhere: bool) -> tuple[str, str]:
        """Whose a bet is and where, most of the time: else somebody names it who may not, or in another market."""
        order = self.order(bet_id)
        if order is None:
            return who, MATCH
        return (who, order.market_id) if elsewhere else (order.account, order.market_id)

    @rule(who=customers, manner=readers_manners, reading=market_books)
    def look_at_books(self, who: str, manner: str, reading: Reading) -> None:
        self.send(self.sender(who, manner), self.read(reading))

    @precondition(lambda machine: machine.markets_that_are_over())
    @rule(who=customers, reading=books_of(st.lists(markets_that_are_over, min_size=1, max_size=2)))
    def look_back(self, who: str, reading: Reading) -> None:
        self.send(self.sender(who), self.read(reading))

    @rule(who=customers, manner=readers_manners, reading=readings)
    def look(self, who: str, manner: str, reading: Reading) -> None:
        self.send(self.sender(who, manner), self.read(reading))

    @rule(who=customers, manner=manners)
    def count_the_money(self, who: str, manner: str) -> None:
        self.send(self.sender(who, manner), self.funds())

    @rule(who=customers, place=placings, others=st.lists(readings, min_size=1, max_size=3), last=st.booleans())
    def ask_in_a_batch(
        self, who: str, place: tuple[str, list[PlaceInstruction]], others: list[Reading], last: bool
    ) -> None:
        """Several calls in one request: each sees what those before it did, whether or not these have been answered."""
        sender = self.sender(who)
        bet = self.edit(Placing(place[0], tuple(place[1])))
        letters: list[Letter] = [self.read(reading) for reading in others]
        self.send(sender, *([*letters, bet] if last else [bet, *letters]))

    @rule(who=customers, manner=manners, seconds=st.sampled_from([0, 5, 10, 30, 400, -1]))
    def be_heard_of(self, who: str, manner: str, seconds: int) -> None:
        self.send(self.sender(who, manner), self.heartbeat(seconds))

    # Sessions

    @rule(
        username=st.sampled_from([*CUSTOMERS, "barred", "closed", "asked", "nobody"]),
        mistake=st.sampled_from([{}, {}, {}, {"password": "wrong"}, {"password": ""}, {"key": ""}]),
        by_certificate=st.booleans(),
    )
    def come(self, username: str, mistake: dict[str, Any], by_certificate: bool) -> None:
        self.log_in(username, by_certificate=by_certificate, **mistake)

    @rule(who=customers, manner=sessions_manners, verb=st.sampled_from(["keepAlive", "keepAlive", "logout"]))
    def stay_or_go(self, who: str, manner: str, verb: str) -> None:
        self.call_session(verb, self.sender(who, manner))

    # Time

    @rule(milliseconds=st.sampled_from([0, 250, 1000, 1000, 4999, 5000, 10_000, 60_000]))
    def let_pass(self, milliseconds: int) -> None:
        change = {"advance": f"PT{milliseconds / 1000}S"}
        self.move_clock(change, lambda: self.twin.do(AdvanceClock(milliseconds)).accepted())

    @precondition(lambda machine: machine.twin.next_due is not None or machine.suspended())
    @rule()
    def go_to_what_is_next(self) -> None:
        possible = self.twin.next_due is not None
        self.move_clock({"toNext": True}, lambda: self.twin.do(MoveToNext()), possible=possible)

    @rule(short_of=st.sampled_from([0, 1]))
    def outlast_the_sessions(self, short_of: int) -> None:
        milliseconds = SESSION_SECONDS * 1000 - short_of
        self.move_clock(
            {"advance": f"PT{milliseconds / 1000}S"}, lambda: self.twin.do(AdvanceClock(milliseconds)).accepted()
        )

    # The operator

    @rule(market=markets, verb=st.sampled_from(["suspend", "suspend", "suspend", "resume"]))
    def suspend(self, market: str, verb: str) -> None:
        self.operate(market, verb, SuspendMarket(market) if verb == "suspend" else OpenMarket(market))

    @precondition(lambda machine: machine.suspended())
    @rule()
    def resume_all(self) -> None:
        """A market that stays suspended is no place to bet in."""
        for market in self.suspended():
            self.operate(market, "resume", OpenMarket(market))

    @precondition(lambda machine: machine.markets_before_the_off())
    @rule(market=st.one_of(markets_before_the_off, markets_before_the_off, markets))
    def turn_in_play(self, market: str) -> None:
        self.operate(market, "turn-in-play", TurnInPlay(market))

    @precondition(may_be_reconciled)
    @rule(market=st.sampled_from([RACE, RACE, MATCH]))
    def reconcile(self, market: str) -> None:
        self.operate(market, "reconcile", Reconcile(market))

    @precondition(something_is_ripe)
    @rule(market=ripe_markets, verb=st.sampled_from(["lapse", "lapse", "close"]))
    def lapse(self, market: str, verb: str) -> None:
        self.operate(market, verb, LapseUnmatched(market) if verb == "lapse" else CloseMarket(market))

    @precondition(removed_now)
    @rule(number=st.sampled_from([1, 2, 3, 4]), percent=st.sampled_from([None, 20, 2.499, 4.545]))
    def remove(self, number: int, percent: float | None) -> None:
        key = runners_of(RACE)[number - 1]
        command = RemoveRunner(RACE, key, None if percent is None else round(percent * 1000))
        document = {} if percent is None else {"adjustmentFactor": percent}
        self.operate(RACE, f"runners/{key.selection_id}/remove", command, document)

    @precondition(may_be_hidden)
    @rule(number=st.sampled_from([1, 2, 3, 4]))
    def hide_or_reinstate(self, number: int) -> None:
        key = runners_of(RACE)[number - 1]
        is_hidden = self.twin.exchange.markets[RACE].runners[key].status is RunnerStatus.HIDDEN
        verb, command = ("reinstate", ReinstateRunner) if is_hidden else ("hide", HideRunner)
        self.operate(RACE, f"runners/{key.selection_id}/{verb}", command(RACE, key))

    @precondition(lambda machine: RACE in machine.ripe_markets())
    @rule(number=st.sampled_from([3, 4]))
    def settle_a_loser(self, number: int) -> None:
        result = {"results": [{"selectionId": number, "status": "LOSER"}]}
        command = SettleRunners(RACE, (RunnerResult(runners_of(RACE)[number - 1], "LOSER"),))
        self.operate(RACE, "settle-runners", command, result)

    @precondition(something_is_ripe)
    @rule(
        market=st.one_of(ripe_markets, ripe_markets, ripe_markets, st.sampled_from(MARKETS)),
        winners=st.sets(st.integers(0, 2), min_size=1, max_size=2),
    )
    def settle(self, market: str, winners: set[int]) -> None:
        number = sum(winners)
        if market == HANDICAPS:
            self.operate(market, "settle", SettleMarket(market, margin=number - 1), {"margin": number - 1})
        elif market == LINE:
            self.operate(market, "settle", SettleMarket(market, line_result=number * 100), {"lineResult": number})
        else:
            keys = [runners_of(market)[index] for index in sorted(winners)]
            results = [{"selectionId": key.selection_id, "status": "WINNER"} for key in keys]
            command = SettleMarket(market, tuple(RunnerResult(key, "WINNER") for key in keys))
            self.operate(market, "settle", command, {"results": results})

    @precondition(something_is_ripe)
    @rule(market=ripe_markets)
    def void(self, market: str) -> None:
        self.operate(market, "void", VoidMarket(market))

    @rule(
        market=markets_to_bet_in.filter(MARKETS.__contains__),
        side=st.sampled_from(Side),
        size=sizes,
        number=st.sampled_from([0, 1]),
    )
    def offer(self, market: str, side: Side, size: int, number: int) -> None:
        """What customers can lay the liquidity account backs, and the reverse; in play its bets stay."""
        runners = runners_of(market)
        key, price = runners[number % len(runners)], 150 if market == LINE else 200
        stays = Persistence.PERSIST if market in (MATCH, RACE) else Persistence.LAPSE
        bet = PlaceInstruction(key, side, OrderType.LIMIT, price, size, stays)
        name = "availableToBack" if side is Side.LAY else "availableToLay"
        document = {
            "selectionId": key.selection_id, "handicap": key.handicap / 100, name: [[price / 100, size / 100]]
        }  # fmt: skip
        self.operate(market, "offers", PlaceOrders("liquidity", market, (bet,)), document)

    @precondition(lambda machine: machine.waiting)
    @rule()
    def begin_again(self) -> None:
        """Nobody waits any longer then."""
        self.reset()
        assert not self.waiting


TestWireMachine = WireMachine.TestCase
TestWireMachine.settings = settings(max_examples=28, stateful_step_count=50)


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(20))
def test_the_wire_and_the_kernel_agree_through_thousands_of_sessions(batch: int) -> None:
    """Every batch makes up programs of its own; in a single run hypothesis would remember gigabytes of them."""
    run_state_machine_as_test(
        WireMachine,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=250,
            print_blob=True,
            stateful_step_count=60,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )

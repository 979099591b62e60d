"""Programs for a cross-matching market with a starting price: what happens in them, step by step.

Every order is matched by the kernel and by its naive twin, and every step is checked for what it promises by itself.
What must hold at any moment stands in `test_matching_machine`.
"""

from itertools import combinations
from typing import Any, Final, NamedTuple

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    Command,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    TurnInPlay,
)
from simulator.exchange.events import Event, VirtualBetMatched
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import BetTargetType, Order, OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.exchange.refusals import Refused
from simulator.exchange.statuses import RunnerStatus
from tests.property.kernel.twin_matching import Ask, Matcher, Offer
from tests.unit.exchange_builder import MARKET, World, check_invariants

MAKER: Final = "maker"
CUSTOMERS: Final = ("alice", "bob", "carol")
KILL: Final = TimeInForce.FILL_OR_KILL

SHAPES: Final = [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)]
"""Runners and winners."""
FAIR: Final = {(2, 1): 2_00, (3, 1): 3_00, (3, 2): 1_50, (4, 1): 4_00, (4, 2): 2_00, (4, 3): 1_33}
"""The price that makes a whole book where all runners have it."""

sides = st.sampled_from(Side)
accounts = st.sampled_from(CUSTOMERS)
sizes = st.sampled_from([1_00, 1_01, 1_33, 2_50, 7_77, 10_00, 25_00])
small_sizes = st.sampled_from([1, 2, 7, 50, 1_00, 1_33, 2_50, 10_00])
places = st.integers(0, 3)
steps = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, -1, -1, -2, -3, -5])
"""How many rungs a price is above the fair one."""
far_prices = st.sampled_from([1_01, 1_02, 1_10, 5_00, 10_00, 110_00, 1000_00])


class Done(NamedTuple):
    """One line of the record."""

    command: Command
    was_accepted: bool
    at: int


class MatchingStage(RuleBasedStateMachine):
    """One market, a maker who is never short of money, three customers, and the record of what they did."""

    def __init__(self) -> None:
        super().__init__()
        self.record: list[Done] = []
        self.leftovers: set[tuple[RunnerKey, int, Side]] = set()
        """Levels that some order left alone for being worth less than a penny to it."""
        self.house_stakes: dict[RunnerKey, int] = {}
        """What the house has laid on each runner less what it has backed: its side of the virtual bets."""
        self.virtual_bets = 0

    @initialize(shape=st.sampled_from(SHAPES), is_place_market=st.booleans())
    def open_the_market(self, shape: tuple[int, int], is_place_market: bool) -> None:
        runners, winners = shape
        self.fair = FAIR[shape]
        self.keys = [RunnerKey(number) for number in range(1, runners + 1)]
        self.market_definition: dict[str, Any] = {
            "runners": self.keys,
            "number_of_winners": winners,
            "cross_matching": True,
            "bsp_market": True,
            "turn_in_play": True,
            "is_place_market": is_place_market,
            "factors": dict.fromkeys(self.keys, 100_000 // runners),
        }
        self.world = self.new_world()

    def new_world(self) -> World:
        world = World(balances=dict.fromkeys(CUSTOMERS, 200_00), **self.market_definition)
        world.open_account(MAKER, 0, unlimited=True)
        return world

    @property
    def kernel(self) -> Exchange:
        return self.world.exchange

    @property
    def market(self) -> Market:
        return self.world.market

    def do(self, command: Command) -> tuple[Event, ...] | None:
        """Give a command, look at every virtual bet it makes, and return what happened or `None` for a refusal."""
        try:
            events = self.world.apply(command)
        except Refused as refused:
            event(f"{refused.reason} {refused.instruction_reasons}")
            self.record.append(Done(command, False, self.world.now))
            check_invariants(self.kernel)
            return None
        self.record.append(Done(command, True, self.world.now))
        for what in events:
            event(type(what).__name__)
            if isinstance(what, VirtualBetMatched):
                self.check_house(what)
        return events

    def check_house(self, bet: VirtualBetMatched) -> None:
        """The house, on the other side of all, loses less than a penny for every leg, whoever wins."""
        active = [key for key, runner in self.market.runners.items() if runner.status is RunnerStatus.ACTIVE]
        matches = [(bet.runner, bet.price, bet.size), *((leg.runner, leg.price, leg.size) for leg in bet.legs)]
        sign = 1 if bet.taker_side is Side.BACK else -1
        self.virtual_bets += 1
        for key, _, size in matches:
            self.house_stakes[key] = self.house_stakes.get(key, 0) + sign * size
        for winners in combinations(active, self.market.winners_left):
            received = 100 * sum(size for _, _, size in matches)
            paid = sum(price * size for key, price, size in matches if key in winners)
            assert sign * (received - paid) > -100 * (len(active) - 1)

    # Orders

    def enter(self, account: str, instruction: PlaceInstruction) -> Order | None:
        """Place one LIMIT order with the kernel and with the twin, and expect the same of both."""
        matcher = self.matcher(instruction)
        exposure = self.kernel.accounts[account].exposure
        if self.do(PlaceOrders(account, MARKET, (instruction,))) is None:
            return None
        order = self.world.orders[-1]
        self.expect_matches(order, matcher)
        if self.kernel.accounts[account].exposure > exposure and account != MAKER:
            assert self.kernel.available_to_bet(account) >= 0
        return order

    def expect_matches(self, order: Order, matcher: Matcher) -> None:
        """Expect what the twin says of an order that has just met the market."""
        rest = matcher.run()
        assert [fragment for match in matcher.matches for fragment in match.fragments()] == [
            (fragment.price, fragment.size) for fragment in order.fragments
        ]
        parts = [part for match in matcher.matches for part in match.parts]
        ids = {fragment.match_id for fragment in order.fragments}
        for bet_id in {bet_id for bet_id, _ in parts}:
            filled = [f.size for f in self.kernel.orders[bet_id].fragments if f.match_id in ids]
            assert sorted(filled) == sorted(size for other, size in parts if other == bet_id)
        assert rest == (order.size_cancelled if order.time_in_force else order.size_remaining)
        assert order.size == rest + order.size_matched
        self.check_prices(matcher)
        if order.size_remaining:
            self.note_leftovers(order, matcher)

    def check_prices(self, matcher: Matcher) -> None:
        """Virtual prices are never better than what completes the book."""
        winners = matcher.winners
        for match in matcher.matches:
            if match.leg_prices:
                book = sum(100 / price for price in (match.price, *match.leg_prices))
                assert book >= winners - 1e-9 if matcher.ask.side is Side.BACK else book <= winners + 1e-9

    def note_leftovers(self, order: Order, matcher: Matcher) -> None:
        side = order.side
        self.leftovers.discard((order.runner, order.price, side))
        self.leftovers |= {(key, price, side) for key, price in matcher.done}
        if matcher.has_no_valid_price:
            self.leftovers.add((order.runner, order.price, side))

    def matcher(self, instruction: PlaceInstruction, instead_of: int | None = None) -> Matcher:
        """The twin of an order that is about to be placed, perhaps in place of an unmatched bet."""
        side, key = instruction.side, instruction.runner
        ask = Ask(
            side,
            instruction.price or 0,
            instruction.size or 0,
            instruction.bet_target_type,
            instruction.bet_target_size or 0,
            instruction.time_in_force is KILL,
            instruction.min_fill_size,
        )
        others = [other for other in self.active() if other != key]
        winners = self.market.winners_left
        legs = [self.offers(other, side, instead_of) for other in others] if winners <= len(others) else []
        return Matcher(ask, self.offers(key, side.opposite, instead_of), legs, winners)

    def offers(self, key: RunnerKey, side: Side, without: int | None = None) -> list[Offer]:
        queue = self.market.runners[key].book.queue_of(side)
        return [
            Offer(order.bet_id, key, order.price, order.size_remaining)
            for level in queue.best_first()
            for order in level.queue.values()
            if order.bet_id != without
        ]

    def active(self) -> list[RunnerKey]:
        return [key for key, runner in self.market.runners.items() if runner.status is RunnerStatus.ACTIVE]

    def runner(self, place: int) -> RunnerKey:
        """One of the runners that are left."""
        active = self.active()
        return active[place % len(active)]

    def price(self, rungs: int) -> int:
        ladder = self.market.ladder
        return ladder.price_at(max(0, ladder.tick_of(self.fair) + rungs))

    def unmatched(self) -> list[Order]:
        return [order for order in self.world.orders if order.size_remaining]

    def limit(self, place: int, side: Side, price: int, size: int | None, **more: Any) -> PlaceInstruction:
        return PlaceInstruction(self.runner(place), side, OrderType.LIMIT, price=price, size=size, **more)


unmatched_bets = st.runner().flatmap(lambda machine: st.sampled_from([order.bet_id for order in machine.unmatched()]))


class MatchingPrograms(MatchingStage):
    """What customers and the operator do."""

    @rule(place=places, side=sides, rungs=steps, size=small_sizes)
    def offer(self, place: int, side: Side, rungs: int, size: int) -> None:
        self.enter(MAKER, self.limit(place, side, self.price(rungs), size))

    @rule(side=sides, rungs=st.sampled_from([0, 1, 2, 4]), size=sizes, uneven=st.integers(0, 3))
    def quote(self, side: Side, rungs: int, size: int, uneven: int) -> None:
        """Offer one side of every runner, a little off the fair price so that the bets do not meet."""
        away = rungs if side is Side.BACK else -rungs
        for place in range(len(self.active())):
            self.enter(MAKER, self.limit(place, side, self.price(2 * away), size + uneven * place))

    @rule(
        account=accounts,
        place=places,
        side=sides,
        rungs=steps,
        size=sizes,
        persistence=st.sampled_from([None, *Persistence]),
    )
    def bet(self, account: str, place: int, side: Side, rungs: int, size: int, persistence: Persistence | None) -> None:
        self.enter(account, self.limit(place, side, self.price(rungs), size, persistence=persistence))

    @rule(account=accounts | st.just(MAKER), place=places, side=sides, price=far_prices, size=small_sizes)
    def bet_far_away(self, account: str, place: int, side: Side, price: int, size: int) -> None:
        self.enter(account, self.limit(place, side, price, size))

    @rule(
        account=accounts | st.just(MAKER),
        place=places,
        side=sides,
        rungs=steps,
        size=sizes,
        minimum=st.sampled_from([None, None, 1_00, 2_00, 5_00]),
    )
    def fill_or_kill(self, account: str, place: int, side: Side, rungs: int, size: int, minimum: int | None) -> None:
        """Nothing rests, the average keeps the limit, and it is the minimum at least or nothing."""
        if minimum is not None and minimum > size:
            minimum = size
        more: dict[str, Any] = {"time_in_force": KILL, "min_fill_size": minimum}
        order = self.enter(account, self.limit(place, side, self.price(rungs), size, **more))
        if order is not None:
            assert 0 == order.size_remaining
            assert order.size_matched == 0 or order.size_matched >= (minimum or size)
            paid, limit = order.matched_payout, order.price * order.size_matched
            assert paid >= limit if side is Side.BACK else paid <= limit

    @rule(
        account=accounts,
        place=places,
        side=sides,
        price=steps.map(lambda rungs: (rungs, None)) | far_prices.map(lambda price: (0, price)),
        target_type=st.sampled_from(BetTargetType),
        wanted=st.sampled_from([5_00, 9_99, 10_00, 10_50, 33_33]),
        kill=st.booleans(),
    )
    def want(
        self,
        account: str,
        place: int,
        side: Side,
        price: tuple[int, int | None],
        target_type: BetTargetType,
        wanted: int,
        kill: bool,
    ) -> None:
        """A payout or a profit is never overshot, and missed by less than a penny of stake is worth."""
        limit = price[1] or self.price(price[0])
        more: dict[str, Any] = {"bet_target_type": target_type, "bet_target_size": wanted}
        order = self.enter(account, self.limit(place, side, limit, None, time_in_force=KILL if kill else None, **more))
        if order is None or order.was_killed:
            return
        ask = Ask(side, limit, 0, target_type)
        reached = sum(fragment.size * ask.worth(fragment.price) for fragment in order.fragments)
        reached += order.size_remaining * ask.worth(limit)
        assert reached <= wanted
        if order.size_remaining:
            assert wanted - reached < ask.worth(limit)
        elif order.fragments and not (kill and side is Side.LAY):
            # A penny more would have been too much, of what a back took, or of what a lay might have at its limit.
            assert wanted - reached < max(ask.worth(limit), *(ask.worth(part.price) for part in order.fragments))

    # Other than placing

    @precondition(lambda self: self.unmatched())
    @rule(bet=unmatched_bets, part=st.sampled_from([None, None, 1, 50, 1_00]))
    def cancel(self, bet: int, part: int | None) -> None:
        """Nobody has more at risk for having cancelled."""
        order = self.kernel.orders[bet]
        before = self.kernel.accounts[order.account].exposure
        self.do(CancelOrders(order.account, MARKET, (CancelInstruction(bet, part),)))
        assert self.kernel.accounts[order.account].exposure <= before

    @precondition(lambda self: not self.market.in_play)
    @rule(
        account=accounts,
        place=places,
        side=sides,
        liability=st.sampled_from([10_00, 13_33, 20_00]),
        rungs=st.none() | steps,
    )
    def want_starting_price(self, account: str, place: int, side: Side, liability: int, rungs: int | None) -> None:
        order_type = OrderType.MARKET_ON_CLOSE if rungs is None else OrderType.LIMIT_ON_CLOSE
        price = None if rungs is None else self.price(rungs)
        instruction = PlaceInstruction(self.runner(place), side, order_type, price=price, liability=liability)
        self.do(PlaceOrders(account, MARKET, (instruction,)))

    @precondition(lambda self: not self.market.in_play and len(self.record) > 20)
    @rule()
    def go_in_play(self) -> None:
        self.do(TurnInPlay(MARKET))

    @precondition(lambda self: not self.market.bsp_reconciled and len(self.record) > 20)
    @rule()
    def reconcile(self) -> None:
        self.do(Reconcile(MARKET))

    @precondition(lambda self: len(self.active()) > 1 and len(self.record) > 30)
    @rule(place=places, factor=st.sampled_from([0, 1_000, 3_000, 4_545, 30_000]))
    def withdraw(self, place: int, factor: int) -> None:
        """Matched prices never rise, matches stay symmetric, and backs at the starting price are not touched."""
        before = {order.bet_id: [fragment.price for fragment in order.fragments] for order in self.world.orders}
        waiting = {order.bet_id: order.liability_waiting for order in self.world.orders}
        key = self.runner(place)
        self.do(RemoveRunner(MARKET, key, factor))
        for order in self.world.orders:
            prices = [fragment.price for fragment in order.fragments]
            assert all(now <= then for now, then in zip(prices, before[order.bet_id], strict=True))
            if order.runner == key:
                assert (0, 0, 0) == (order.size_matched, order.size_remaining, order.liability_waiting)
            elif order.side is Side.BACK:
                assert order.liability_waiting == waiting[order.bet_id]

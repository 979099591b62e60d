"""Accounts of several currencies bet against each other, beside a twin that counts each bet in exact fractions.

The twin knows what was asked for and cancelled in the money of each account, and from the events how many pence were
matched; every penny of a bet is to it the same fraction of what is left. It never rounds. What the exchange tells may
differ from it by half a hundredth, and by another half for every time that the owner has cancelled a part.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.currencies import Rate
from simulator.exchange.events import Event, OrderCancelled, OrderMatched, OrderPlaced, VirtualBetMatched
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import Order, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Impossible, Refused
from tests.unit.exchange_builder import WEALTH, World

RUNNERS = [RunnerKey(number) for number in (1, 2, 3)]
CURRENCIES = {"dora": "AUD", "emil": "EUR", "hana": "HKD", "zoltan": "HUF", "bob": "GBP"}
HALF = Fraction(1, 2)

rates = st.fixed_dictionaries(
    {
        name: st.builds(Rate, st.integers(least, 50_000), st.just(100))
        for name, least in (("dora", 101), ("emil", 101), ("hana", 500), ("zoltan", 10_000))
    }
)
placings = st.tuples(
    st.just("place"),
    st.sampled_from(sorted(CURRENCIES)),
    st.sampled_from(RUNNERS),
    st.sampled_from(list(Side)),
    st.sampled_from([150, 200, 210, 300, 500, 2000]),
    st.integers(500, 500_000),
)
"""Sizes are what the account asks for in its own money, whatever that is worth."""
cancellations = st.tuples(st.just("cancel"), st.integers(0, 30), st.none() | st.integers(1, 300_000))
replacements = st.tuples(st.just("replace"), st.integers(0, 30), st.sampled_from([170, 220, 400]))
steps = st.lists(
    st.one_of(placings, placings, placings, placings, cancellations, replacements), min_size=4, max_size=25
)


@dataclass
class ExactBet:
    """A bet in the money of its account, in fractions of hundredths, with the pence that are left of it."""

    asked: Fraction
    left: Fraction
    pence: int
    cancelled: int = 0
    cancellations: int = 0
    matches: list[tuple[int, Fraction]] = field(default_factory=list)
    """Price in hundredths and stake."""

    def match(self, price: int, pence: int) -> None:
        stake = self.left * pence / self.pence
        self.matches.append((price, stake))
        self.left -= stake
        self.pence -= pence

    def cancel(self, amount: int, pence_left: int) -> None:
        self.cancelled += amount
        self.cancellations += 1
        self.left -= amount
        self.pence = pence_left

    @property
    def matched(self) -> Fraction:
        return sum((stake for _, stake in self.matches), Fraction(0))

    @property
    def tolerance(self) -> Fraction:
        return HALF * (1 + self.cancellations)


class Twin:
    """All bets, exactly."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bets: dict[int, ExactBet] = {}

    def hear(self, events: Iterable[Event]) -> None:
        orders = self.world.exchange.orders
        for event in events:
            match event:
                case OrderPlaced():
                    order = orders[event.bet_id]
                    asked = Fraction(event.size or 0)
                    self.bets[event.bet_id] = ExactBet(asked, asked, order.size)
                case OrderMatched():
                    self.bets[event.taker_bet_id].match(event.price, event.size)
                    self.bets[event.resting_bet_id].match(event.price, event.size)
                case VirtualBetMatched():
                    self.bets[event.taker_bet_id].match(event.price, event.size)
                    for leg in event.legs:
                        self.bets[leg.bet_id].match(leg.price, leg.size)
                case OrderCancelled():
                    order = orders[event.bet_id]
                    self.bets[event.bet_id].cancel(event.size, order.size_remaining)

    def check(self) -> None:
        """What every owner is told adds up, and is what the twin has, to the hundredth."""
        for bet_id, exact in self.bets.items():
            own, bet = self.world.exchange.orders[bet_id].own, self.world.exchange.orders[bet_id]
            assert exact.asked == own.size
            assert own.size == own.size_matched + own.size_remaining + own.size_cancelled + own.size_lapsed
            assert own.size_cancelled == exact.cancelled
            assert abs(own.size_matched - exact.matched) <= exact.tolerance
            assert abs(own.size_remaining - max(0, exact.left)) <= exact.tolerance
            assert bool(own.size_remaining) is bool(bet.size_remaining)
            assert [fragment.price for fragment in own.fragments] == [price for price, _ in exact.matches]
            assert sum(fragment.size for fragment in own.fragments) == own.size_matched
            if not bet.size_remaining and not own.size_cancelled:
                assert own.size_matched == own.size


def do(world: World, step: tuple[Any, ...]) -> None:
    """Carry out a step, as far as it can be."""
    orders = world.orders
    try:
        match step:
            case "place", account, runner, side, price, size:
                world.bet(account, side, size, price, runner, persistence=Persistence.LAPSE)
            case "cancel", number, reduction if orders:
                order = orders[number % len(orders)]
                world.cancel(order.account, order, size_reduction=reduction)
            case "replace", number, price if orders:
                order = orders[number % len(orders)]
                world.replace(order.account, (order, price))
    except Refused:
        world.events = ()


def profit(order: Order, exact: Iterable[tuple[int, Fraction]], winner: RunnerKey) -> Fraction:
    """What matches bring the owner of a bet."""
    won = order.runner == winner
    backers = sum((stake * Fraction(price - 100, 100) if won else -stake for price, stake in exact), Fraction(0))
    return backers if order.side is Side.BACK else -backers


@given(rates, steps, st.sampled_from(RUNNERS), st.booleans(), st.sampled_from([0, 500]))
def test_what_each_is_told_and_paid_in_his_own_money_is_exact_to_the_hundredth(
    rates: dict[str, Rate], steps: list[tuple[Any, ...]], winner: RunnerKey, cross_matching: bool, base_rate: int
) -> None:
    world = World(balances={"bob": WEALTH}, cross_matching=cross_matching, base_rate=base_rate)
    for name, rate in rates.items():
        world.open_account(name, WEALTH, CURRENCIES[name], rate=rate)
    twin = Twin(world)

    for step in steps:
        do(world, step)
        twin.hear(world.events)
        twin.check()
    exposures = {name: world.exposure(name) for name in CURRENCIES}
    world.settle(winner)

    for name in CURRENCIES:
        settled = [order for order in world.orders_of(name) if order.own.profit is not None]
        for order in settled:
            own, exact = order.own, twin.bets[order.bet_id]
            told = [(fragment.price, Fraction(fragment.size)) for fragment in own.fragments]
            assert abs((own.profit or 0) - profit(order, told, winner)) <= HALF
            dearest = max([price for price, _ in exact.matches], default=0)
            within = HALF + len(told) * exact.tolerance * max(1, Fraction(dearest - 100, 100))
            assert abs((own.profit or 0) - profit(order, exact.matches, winner)) <= within
        won = sum(order.own.profit or 0 for order in settled)
        commission = world.market.commissions.get(name, 0)
        assert abs(max(0, won) * base_rate - commission * 10_000) <= 5_000
        assert world.balance(name) == WEALTH + won - commission
        assert won >= -exposures[name]
    check_house(world, rates, twin)


def check_house(world: World, rates: dict[str, Rate], twin: Twin) -> None:
    """No penny comes or goes, and what is left over is no more than sizes and profits were rounded by."""
    balances = world.exchange.ledger.balances
    assert 0 == sum(balances.values())
    left_over = Fraction(len(rates))
    for bet in world.orders:
        if not bet.fragments:
            continue
        left_over += 1
        dearest = Fraction(max(fragment.price for fragment in bet.fragments), 100)
        if bet.account in rates:
            rate = rates[bet.account]
            in_pence = Fraction(rate.pence, rate.hundredths)
            # A size is worth up to a penny less than its pence; and each part of it is told to the hundredth.
            left_over += dearest * (1 + len(bet.fragments) * twin.bets[bet.bet_id].tolerance * in_pence)
    in_pence_alone = -sum(bet.profit or 0 for bet in world.orders)
    assert abs(balances[HOUSE] - in_pence_alone) <= left_over


# Whatever becomes of bets otherwise

ACCOUNTS = st.sampled_from(sorted(CURRENCIES))
events_of_a_race = st.lists(
    st.one_of(
        placings,
        placings,
        st.tuples(
            st.just("at close"),
            ACCOUNTS,
            st.sampled_from(RUNNERS),
            st.sampled_from(list(Side)),
            st.none() | st.sampled_from([150, 300]),
            st.integers(1000, 500_000),
        ),
        st.tuples(st.just("stays"), ACCOUNTS, st.sampled_from(RUNNERS), st.sampled_from([200, 300, 500])),
        cancellations,
        st.tuples(st.just("remove"), st.sampled_from(RUNNERS[1:]), st.sampled_from([1_000, 10_000, 30_000])),
        st.tuples(st.just("hide"), st.just(RUNNERS[2])),
        st.tuples(st.just("reinstate"), st.just(RUNNERS[2])),
        st.tuples(st.just("reconcile")),
        st.tuples(st.just("in play")),
        st.tuples(st.just("settle one"), st.just(RUNNERS[2])),
    ),
    min_size=4,
    max_size=30,
)
KINDS: list[dict[str, Any]] = [
    {},
    {"number_of_winners": 2, "is_place_market": True},
    {"number_of_winners": 2, "each_way_divisor": 400, "betting_type": "ODDS"},
]


def happen(world: World, step: tuple[Any, ...]) -> None:
    """Let something happen in a race, as far as it can."""
    try:
        match step:
            case "at close", account, runner, side, limit, liability:
                world.at_close(side, account, liability, limit, runner)
            case "stays", account, runner, price:
                world.lay(account, 600_000, price, runner, persistence=Persistence.MARKET_ON_CLOSE)
            case "remove", runner, factor:
                world.remove(runner, factor)
            case "hide", runner:
                world.hide(runner)
            case "reinstate", runner:
                world.reinstate(runner)
            case ("reconcile",):
                world.reconcile()
            case ("in play",):
                world.turn_in_play()
            case "settle one", runner:
                world.settle_runners({runner: "LOSER"})
            case _:
                do(world, step)
    except (Refused, Impossible):
        return


@given(rates, events_of_a_race, st.sampled_from(KINDS), st.booleans(), st.booleans())
def test_parts_add_up_and_no_result_costs_more_than_was_at_risk_whatever_happens(
    rates: dict[str, Rate], steps: list[tuple[Any, ...]], kind: dict[str, Any], is_void: bool, cross_matching: bool
) -> None:
    """The builder looks after every command at parts, statuses, pence and the ledger."""
    world = World(balances={"bob": WEALTH}, bsp_market=True, turn_in_play=True, cross_matching=cross_matching, **kind)
    for name, rate in rates.items():
        world.open_account(name, WEALTH, CURRENCIES[name], rate=rate)

    for step in steps:
        happen(world, step)
    exposures = {name: world.exposure(name) for name in CURRENCIES}
    balances = {name: world.balance(name) for name in CURRENCIES}
    if is_void:
        world.void()
    else:
        left = [key for key, runner in world.market.runners.items() if runner.status == "ACTIVE"]
        places = {"PLACED" if "each_way_divisor" in kind else "WINNER"}
        statuses = dict.fromkeys(left[: kind.get("number_of_winners", 1)], *places)
        world.settle(results={**statuses, left[0]: "WINNER"})

    for name in CURRENCIES:
        orders = [order.own for order in world.orders_of(name)]
        assert all(order.size_remaining == order.liability_waiting == 0 for order in orders)
        won = sum(order.profit or 0 for order in orders)
        assert world.balance(name) == WEALTH + won - world.market.commissions.get(name, 0)
        # A market that is settled in part has brought something before.
        assert world.balance(name) >= balances[name] - exposures[name] - world.market.commissions.get(name, 0)

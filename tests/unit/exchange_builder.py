"""A readable exchange in a line or two.

    world = World(bet_delay=5)
    offer = world.lay("bob", 10_00, at=3_00)
    bet = world.back("alice", 4_00, at=3_00)

    world = any_market("LINE", [A])
    sold, bought = world.match("alice", "bob", 20_00, at=105_50)
    world.settle(line_result=100_00)

Money is in pence and prices, handicaps and lines are in hundredths, as everywhere in the kernel: `10_00` is 10.00
and `3_00` is 3.0.

After every command that a test gives, `World` looks at what must hold whatever the test is about: the ledger sums to
zero, the parts of every order add up to its size, and no book is crossed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    CancelInstruction,
    CancelOrders,
    CloseMarket,
    Command,
    HideRunner,
    LadderDefinition,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    Tick,
    TurnInPlay,
    UpdateInstruction,
    UpdateOrders,
    VoidMarket,
)
from simulator.exchange.events import Event, OrderEvent
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS, BettingRules

A, B, C, D, E = (RunnerKey(number) for number in range(1, 6))
START = 1_780_768_500_000
"""2026-06-06 17:55:00 UTC, in milliseconds."""
FIRST_BET_ID = 1001
MARKET = "1.1"
RICH, WEALTH = 10_000_00, 10_000_000_00
Offers = list[tuple[int, int]]
"""Price and size, as the mechanics' tables have them the other way round: 3.0 for 150.00 is (3_00, 150_00)."""
LADDERS = {
    "ODDS": LadderDefinition("CLASSIC"),
    "LINE": LadderDefinition("LINE_RANGE", 0, 500_00, 50),
    "ASIAN_HANDICAP_DOUBLE_LINE": LadderDefinition("FINEST"),
    "ASIAN_HANDICAP_SINGLE_LINE": LadderDefinition("FINEST"),
}
"""Where the prices, or the lines, of each betting type lie."""
NUMBER_OF_WINNERS = {"ODDS": 1}
"""Where it is not said and not 0."""


def _instruction(side: Side, size: int | None, at: int | None, runner: RunnerKey = A, **order: Any) -> PlaceInstruction:
    order.setdefault("order_type", OrderType.LIMIT)
    return PlaceInstruction(runner, side, price=at, size=size, **order)


back = partial(_instruction, Side.BACK)
lay = partial(_instruction, Side.LAY)


class World:
    """An exchange, a time, and short words for what people do there.

    There are one open market of three runners, `A`, `B` and `C`, and three customers, alice, bob and carol, with
    10,000.00 each. What a test needs otherwise it says: fields of `AddMarket` by their names, balances by the
    customers' names, other fields of `OpenAccount` by `open_account`.
    """

    def __init__(
        self,
        *,
        rules: str | BettingRules = DEFAULT_RULE_SET,
        balances: Mapping[str, int] | None = None,
        runners: Iterable[RunnerKey] = (A, B, C),
        is_open: bool = True,
        **market: Any,
    ) -> None:
        self.exchange = Exchange(RULE_SETS[rules] if isinstance(rules, str) else rules, FIRST_BET_ID)
        self.now = START
        self.events: tuple[Event, ...] = ()
        """What the last command came to."""
        for name, balance in {"alice": RICH, "bob": RICH, "carol": RICH, **(balances or {})}.items():
            self.open_account(name, balance)
        self.add_market(MARKET, runners, is_open=is_open, **market)

    def apply(self, command: Command) -> tuple[Event, ...]:
        """Give the exchange a command at the present time, and check what must always hold."""
        self.events = self.exchange.apply(command, self.now)
        check_invariants(self.exchange)
        return self.events

    def wait(self, milliseconds: int) -> tuple[Event, ...]:
        """Let time pass and whatever falls due happen."""
        self.now += milliseconds
        return self.apply(Tick())

    # The operator

    def open_account(self, name: str, balance: int = RICH, currency: str = "GBP", **account: Any) -> None:
        self.apply(OpenAccount(name, currency, balance, **account))

    def add_market(
        self,
        market_id: str,
        runners: Iterable[RunnerKey] = (A, B, C),
        *,
        is_open: bool = True,
        factors: Mapping[RunnerKey, int] | None = None,
        **market: Any,
    ) -> None:
        """Add a market; `factors` are the runners' reduction factors in thousandths of a percent."""
        listed = tuple(RunnerDefinition(key, place, (factors or {}).get(key)) for place, key in enumerate(runners, 1))
        market["betting_type"] = betting_type = BettingType(market.get("betting_type", BettingType.ODDS))
        market.setdefault("ladder", LADDERS.get(betting_type))
        market.setdefault("number_of_winners", NUMBER_OF_WINNERS.get(betting_type, 0))
        market.setdefault("turn_in_play", bool(market.get("bet_delay")))
        self.apply(AddMarket(market_id, runners=listed, **market))
        if is_open:
            self.open(market_id)

    def open(self, market_id: str = MARKET) -> tuple[Event, ...]:
        return self.apply(OpenMarket(market_id))

    def suspend(self, market_id: str = MARKET) -> tuple[Event, ...]:
        return self.apply(SuspendMarket(market_id))

    def lapse_unmatched(self) -> tuple[Event, ...]:
        return self.apply(LapseUnmatched(MARKET))

    def turn_in_play(self) -> tuple[Event, ...]:
        return self.apply(TurnInPlay(MARKET))

    def reconcile(self) -> tuple[Event, ...]:
        return self.apply(Reconcile(MARKET))

    def remove(self, runner: RunnerKey, factor: int | None = None, *, vacant: bool = False) -> tuple[Event, ...]:
        """Withdraw a runner, by its own reduction factor or by another one."""
        return self.apply(RemoveRunner(MARKET, runner, factor, vacant))

    def add_runner(self, key: RunnerKey, factor: int | None = None) -> tuple[Event, ...]:
        return self.apply(AddRunner(MARKET, RunnerDefinition(key, len(self.market.runners) + 1, factor)))

    def hide(self, key: RunnerKey) -> tuple[Event, ...]:
        return self.apply(HideRunner(MARKET, key))

    def reinstate(self, key: RunnerKey) -> tuple[Event, ...]:
        return self.apply(ReinstateRunner(MARKET, key))

    def close_betting(self) -> tuple[Event, ...]:
        return self.apply(CloseMarket(MARKET))

    def settle(
        self,
        *winners: RunnerKey,
        removed: Iterable[RunnerKey] = (),
        results: Mapping[RunnerKey, str] | None = None,
        **result: Any,
    ) -> tuple[Event, ...]:
        """Settle the market: by its winners, by a status for each runner, or by a margin, a total or a line result."""
        statuses = {**dict.fromkeys(winners, "WINNER"), **dict.fromkeys(removed, "REMOVED"), **(results or {})}
        return self.apply(SettleMarket(MARKET, _results(statuses), **result))

    def settle_runners(self, statuses: Mapping[RunnerKey, str]) -> tuple[Event, ...]:
        """Settle some runners while the market goes on."""
        return self.apply(SettleRunners(MARKET, _results(statuses)))

    def void(self) -> tuple[Event, ...]:
        return self.apply(VoidMarket(MARKET))

    # The customers

    def place(
        self, account: str, *instructions: PlaceInstruction, market_id: str = MARKET, **request: Any
    ) -> tuple[Event, ...]:
        return self.apply(PlaceOrders(account, market_id, instructions, **request))

    def back(self, account: str, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place one BACK order where no bet delay holds it, and return it."""
        return self.bet(account, Side.BACK, size, at, runner, **order)

    def lay(self, account: str, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place one LAY order where no bet delay holds it, and return it."""
        return self.bet(account, Side.LAY, size, at, runner, **order)

    def bet(self, account: str, side: Side, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place one order where no bet delay holds it, and return it."""
        return self._place_one(account, _instruction(side, size, at, runner, **order))

    def match(self, backer: str, layer: str, size: int, at: int, runner: RunnerKey = A) -> tuple[Order, Order]:
        """Let two customers bet with each other, and return their bets: the back and the lay."""
        resting = self.lay(layer, size, at, runner)
        taking = self.back(backer, size, at, runner)
        assert (size, size) == (resting.size_matched, taking.size_matched)
        return taking, resting

    def at_close(
        self, side: Side, account: str, liability: int, limit: int | None = None, runner: RunnerKey = A
    ) -> Order:
        """Place an order for the starting price: a back states its stake, a lay what it risks."""
        order_type = OrderType.MARKET_ON_CLOSE if limit is None else OrderType.LIMIT_ON_CLOSE
        return self._place_one(account, PlaceInstruction(runner, side, order_type, price=limit, liability=liability))

    def _place_one(self, account: str, instruction: PlaceInstruction) -> Order:
        before = set(self.exchange.orders)
        self.place(account, instruction)
        (bet_id,) = set(self.exchange.orders) - before
        return self.exchange.orders[bet_id]

    def cancel(self, account: str, *orders: Order, size_reduction: int | None = None) -> tuple[Event, ...]:
        """Cancel the given orders; without any, all of the customer's in the market."""
        instructions = tuple(CancelInstruction(order.bet_id, size_reduction) for order in orders) or None
        return self.apply(CancelOrders(account, MARKET, instructions))

    def replace(self, account: str, *changes: tuple[Order, int], **request: Any) -> tuple[Event, ...]:
        """Replace each given order by one at the price beside it."""
        instructions = tuple(ReplaceInstruction(order.bet_id, price) for order, price in changes)
        return self.apply(ReplaceOrders(account, MARKET, instructions, **request))

    def update(self, account: str, *changes: tuple[Order, Persistence]) -> tuple[Event, ...]:
        """Give each given order the persistence beside it."""
        instructions = tuple(UpdateInstruction(order.bet_id, persistence) for order, persistence in changes)
        return self.apply(UpdateOrders(account, MARKET, instructions))

    # What can be seen

    @property
    def market(self) -> Market:
        return self.exchange.markets[MARKET]

    @property
    def orders(self) -> list[Order]:
        """Every order ever placed, in order of their bet ids."""
        return [self.exchange.orders[bet_id] for bet_id in sorted(self.exchange.orders)]

    def orders_of(self, account: str) -> list[Order]:
        """Every order of a customer, in order of their bet ids."""
        return [order for order in self.orders if order.account == account]

    def available_to_back(self, runner: RunnerKey = A) -> list[tuple[int, int]]:
        """The unmatched lays as price and size, best first."""
        return [(level.price, level.total) for level in self.market.runners[runner].book.lays.best_first()]

    def available_to_lay(self, runner: RunnerKey = A) -> list[tuple[int, int]]:
        """The unmatched backs as price and size, best first."""
        return [(level.price, level.total) for level in self.market.runners[runner].book.backs.best_first()]

    def balance(self, account: str) -> int:
        return self.exchange.ledger.balance_of(account)

    def exposure(self, account: str) -> int:
        return self.exchange.accounts[account].exposure

    def available(self, account: str) -> int:
        return self.exchange.available_to_bet(account)


def _results(statuses: Mapping[RunnerKey, str]) -> tuple[RunnerResult, ...]:
    return tuple(RunnerResult(key, status) for key, status in statuses.items())


def whose(order: Order | OrderEvent) -> tuple[str, int, str, RunnerKey]:
    """Return market, bet id, account and runner, with which every event of an order begins after its time."""
    return order.market_id, order.bet_id, order.account, order.runner


def fills(order: Order) -> list[tuple[int, int]]:
    """The matches of an order as price and size, in the order in which they were made."""
    return [(fragment.price, fragment.size) for fragment in order.fragments]


def check_invariants(exchange: Exchange) -> None:
    """Assert what holds after every command."""
    assert sum(exchange.ledger.balances.values()) == 0
    for bet in exchange.orders.values():
        for order in {bet, bet.own}:
            ended = order.size_lapsed + order.size_cancelled + order.size_voided
            assert order.size == order.size_matched + order.size_remaining + ended
        assert bet.status is bet.own.status
    for name, own_balance in exchange.ledger.own_balances.items():
        rate = exchange.accounts[name].definition.rate
        assert exchange.ledger.balances[name] == rate.in_pence(own_balance)
    for market in exchange.markets.values():
        for runner in market.runners.values():
            best_back, best_lay = runner.book.available_to_back.best, runner.book.available_to_lay.best
            assert best_back is None or best_lay is None or best_back.price < best_lay.price


# Markets of some kinds


def any_market(betting_type: str = "ODDS", runners: Iterable[RunnerKey] = (A, B, C), **market: Any) -> World:
    """A market of a betting type, in which a maker offers whatever is needed.

    Bets may be of any profit ratio, so that every rounding can be tried.
    """
    rules = replace(RULE_SETS[DEFAULT_RULE_SET], limits_profit_ratio=False)
    world = World(rules=rules, betting_type=betting_type, runners=runners, **market)
    world.open_account("maker", 0, unlimited=True)
    return world


def bsp_market(**market: Any) -> World:
    """A market with a starting price that turns in play; everybody can afford anything."""
    balances = dict.fromkeys(["alice", "bob", "carol", "dan"], WEALTH)
    return World(**{"balances": balances, "bsp_market": True, "turn_in_play": True, **market})


def cross_matching_market(
    *,
    backs: Mapping[RunnerKey, Offers] | None = None,
    lays: Mapping[RunnerKey, Offers] | None = None,
    **market: Any,
) -> World:
    """A cross-matching market in which bob has unmatched backs (available to lay) and carol unmatched lays."""
    world = World(balances=dict.fromkeys(["alice", "bob", "carol"], WEALTH), cross_matching=True, **market)
    for runner, offers in (backs or {}).items():
        for price, size in offers:
            world.back("bob", size, at=price, runner=runner)
    for runner, offers in (lays or {}).items():
        for price, size in offers:
            world.lay("carol", size, at=price, runner=runner)
    return world

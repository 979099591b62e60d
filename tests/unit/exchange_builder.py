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

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    PlaceInstruction,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.events import Event, OrderEvent
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS
from tests.unit.exchange_operator import (
    FIRST_BET_ID,
    LADDERS,
    MARKET,
    RICH,
    START,
    WEALTH,
    A,
    B,
    C,
    D,
    E,
    OperatedExchange,
    check_invariants,
)

__all__ = [
    "FIRST_BET_ID", "LADDERS", "MARKET", "RICH", "START", "WEALTH", "A", "B", "C", "D", "E", "Offers", "World",
    "any_market", "back", "bsp_market", "check_invariants", "cross_matching_market", "fills", "lay", "whose",
]  # fmt: skip

Offers = list[tuple[int, int]]
"""Price and size, as the mechanics' tables have them the other way round: 3.0 for 150.00 is (3_00, 150_00)."""


def _instruction(side: Side, size: int | None, at: int | None, runner: RunnerKey = A, **order: Any) -> PlaceInstruction:
    order.setdefault("order_type", OrderType.LIMIT)
    return PlaceInstruction(runner, side, price=at, size=size, **order)


back = partial(_instruction, Side.BACK)
lay = partial(_instruction, Side.LAY)


class World(OperatedExchange):
    """An exchange, a time, and short words for what people do there.

    There are one open market of three runners, `A`, `B` and `C`, and three customers, alice, bob and carol, with
    10,000.00 each. What a test needs otherwise it says: fields of `AddMarket` by their names, balances by the
    customers' names, other fields of `OpenAccount` by `open_account`.
    """

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


def whose(order: Order | OrderEvent) -> tuple[str, int, str, RunnerKey]:
    """Return market, bet id, account and runner, with which every event of an order begins after its time."""
    return order.market_id, order.bet_id, order.account, order.runner


def fills(order: Order) -> list[tuple[int, int]]:
    """The matches of an order as price and size, in the order in which they were made."""
    return [(fragment.price, fragment.size) for fragment in order.fragments]


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

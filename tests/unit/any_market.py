"""A market of any type and people who bet there, in a line or two.

    market = AnyMarket("LINE", [RunnerKey(1)])
    sold, bought = market.match("alice", "bob", 20_00, at=105_50)
    market.settle(line_result=100_00)

Money is in pence; prices, handicaps and lines are in hundredths. After every command the ledger has to sum to zero.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    CancelInstruction,
    CancelOrders,
    Command,
    LadderDefinition,
    OpenAccount,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    Tick,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, RunnerKey, Side
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS

A, B, C, D, E = (RunnerKey(number) for number in range(1, 6))
MARKET = "1.1"
RICH = 10_000_00
LADDERS = {
    "ODDS": LadderDefinition("CLASSIC"),
    "LINE": LadderDefinition("LINE_RANGE", 0, 500_00, 50),
    "ASIAN_HANDICAP_DOUBLE_LINE": LadderDefinition("FINEST"),
    "ASIAN_HANDICAP_SINGLE_LINE": LadderDefinition("FINEST"),
}
NUMBER_OF_WINNERS = {"ODDS": 1}


class AnyMarket:
    """An exchange with one open market; alice, bob and carol have money, the maker offers whatever is needed.

    Bets may be of any profit ratio, so that every rounding can be tried; there is a minimum stake of a pound.
    """

    def __init__(self, betting_type: str = "ODDS", runners: Iterable[RunnerKey] = (A, B, C), **market: Any) -> None:
        self.exchange = Exchange(replace(RULE_SETS[DEFAULT_RULE_SET], limits_profit_ratio=False))
        self.now = 0
        for name in ("alice", "bob", "carol"):
            self.apply(OpenAccount(name, "GBP", RICH))
        self.apply(OpenAccount("maker", "GBP", 0, unlimited=True))
        market.setdefault("number_of_winners", NUMBER_OF_WINNERS.get(betting_type, 0))
        market.setdefault("ladder", LADDERS.get(betting_type))
        listed = tuple(RunnerDefinition(key, place) for place, key in enumerate(runners, 1))
        self.apply(AddMarket(MARKET, BettingType(betting_type), runners=listed, **market))
        self.apply(OpenMarket(MARKET))

    # What can be done

    def apply(self, command: Command) -> tuple[Event, ...]:
        events = self.exchange.apply(command, self.now)
        assert sum(self.exchange.ledger.balances.values()) == 0
        return events

    def place(self, account: str, side: Side, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        before = set(self.exchange.orders)
        order.setdefault("order_type", OrderType.LIMIT)
        instruction = PlaceInstruction(runner, side, price=at, size=size, **order)
        self.apply(PlaceOrders(account, MARKET, (instruction,)))
        (bet_id,) = set(self.exchange.orders) - before
        return self.exchange.orders[bet_id]

    def back(self, account: str, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        return self.place(account, Side.BACK, size, at, runner, **order)

    def lay(self, account: str, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        return self.place(account, Side.LAY, size, at, runner, **order)

    def match(self, backer: str, layer: str, size: int, at: int, runner: RunnerKey = A) -> tuple[Order, Order]:
        """Let two customers bet with each other, and return their bets: the back and the lay."""
        resting = self.lay(layer, size, at, runner)
        taking = self.back(backer, size, at, runner)
        assert (size, size) == (resting.size_matched, taking.size_matched)
        return taking, resting

    def match_at_starting_price(self, backer: str, layer: str, stake: int, liability: int) -> None:
        """Let two customers bet with each other at the starting price of A, and turn the market in play."""
        for account, side, money in ((backer, Side.BACK, stake), (layer, Side.LAY, liability)):
            instruction = PlaceInstruction(A, side, OrderType.MARKET_ON_CLOSE, liability=money)
            self.apply(PlaceOrders(account, MARKET, (instruction,)))
        self.turn_in_play()

    def turn_in_play(self) -> tuple[Event, ...]:
        return self.apply(TurnInPlay(MARKET))

    def cancel(self, order: Order, size_reduction: int | None = None) -> None:
        self.apply(CancelOrders(order.account, MARKET, (CancelInstruction(order.bet_id, size_reduction),)))

    def settle(self, results: dict[RunnerKey, str] | None = None, **result: Any) -> tuple[Event, ...]:
        return self.apply(SettleMarket(MARKET, results_of(results or {}), **result))

    def settle_runners(self, results: dict[RunnerKey, str]) -> tuple[Event, ...]:
        return self.apply(SettleRunners(MARKET, results_of(results)))

    def void(self) -> tuple[Event, ...]:
        return self.apply(VoidMarket(MARKET))

    def wait(self, milliseconds: int) -> tuple[Event, ...]:
        """Let time pass and whatever falls due happen."""
        self.now += milliseconds
        return self.apply(Tick())

    # What can be seen

    @property
    def market(self) -> Market:
        return self.exchange.markets[MARKET]

    def orders_of(self, account: str) -> list[Order]:
        return [order for order in self.exchange.orders.values() if order.account == account]

    def exposure(self, account: str) -> int:
        return self.exchange.accounts[account].exposure

    def available(self, account: str) -> int:
        return self.exchange.available_to_bet(account)

    def balance(self, account: str) -> int:
        return self.exchange.ledger.balances[account]


def results_of(statuses: dict[RunnerKey, str]) -> tuple[RunnerResult, ...]:
    return tuple(RunnerResult(key, status) for key, status in statuses.items())

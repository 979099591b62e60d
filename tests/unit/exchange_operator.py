"""An exchange with an open market, what its operator does there, and time; `exchange_builder` has the customers."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    CloseMarket,
    Command,
    HideRunner,
    LadderDefinition,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    ResettleMarket,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    Tick,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS, BettingRules

A, B, C, D, E = (RunnerKey(number) for number in range(1, 6))
START = 1_780_768_500_000
"""2026-06-06 17:55:00 UTC, in milliseconds."""
FIRST_BET_ID = 1001
MARKET = "1.1"
RICH, WEALTH = 10_000_00, 10_000_000_00
LADDERS = {
    "ODDS": LadderDefinition("CLASSIC"),
    "LINE": LadderDefinition("LINE_RANGE", 0, 500_00, 50),
    "ASIAN_HANDICAP_DOUBLE_LINE": LadderDefinition("FINEST"),
    "ASIAN_HANDICAP_SINGLE_LINE": LadderDefinition("FINEST"),
}
"""Where the prices, or the lines, of each betting type lie."""
NUMBER_OF_WINNERS = {"ODDS": 1}
"""Where it is not said and not 0."""


class OperatedExchange:
    """An exchange and a time, with a market and customers who can be named."""

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

    @property
    def market(self) -> Market:
        return self.exchange.markets[MARKET]

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

    def resettle(
        self, *winners: RunnerKey, results: Mapping[RunnerKey, str] | None = None, **result: Any
    ) -> tuple[Event, ...]:
        """Settle the market anew, by what `settle` takes."""
        statuses = {**dict.fromkeys(winners, "WINNER"), **(results or {})}
        return self.apply(ResettleMarket(MARKET, _results(statuses), **result))

    def settle_runners(self, statuses: Mapping[RunnerKey, str]) -> tuple[Event, ...]:
        """Settle some runners while the market goes on."""
        return self.apply(SettleRunners(MARKET, _results(statuses)))

    def void(self) -> tuple[Event, ...]:
        return self.apply(VoidMarket(MARKET))


def _results(statuses: Mapping[RunnerKey, str]) -> tuple[RunnerResult, ...]:
    return tuple(RunnerResult(key, status) for key, status in statuses.items())


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

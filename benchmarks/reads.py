"""What reports on a customer's own bets cost after a short history and after a long one: the same.

Both customers have the same few bets that are unmatched or matched; before these one placed and cancelled some, the
other very many. Reports are read in turn, round after round, and ratios are taken round by round, so that a machine
that slows down for a moment slows both.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any, Final, NamedTuple

from benchmarks.virtual import scenario
from simulator.betfair.betting.books import list_market_book
from simulator.betfair.betting.cleared import list_cleared_orders
from simulator.betfair.betting.profit_and_loss import list_market_profit_and_loss
from simulator.betfair.betting.reports import list_current_orders
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import (
    ListClearedOrdersRequest,
    ListCurrentOrdersRequest,
    ListMarketBookRequest,
    ListMarketProfitAndLossRequest,
)
from simulator.betfair.schema.sports_enums import BetStatus, MatchProjection, OrderProjection
from simulator.exchange.commands import CancelOrders, PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.loading.loading import load_scenario
from simulator.world.sessions import Session
from simulator.world.world import World

MARKET_ID: Final = "1.1"
SHORT, LONG = 1_000, 200_000
RESTING: Final = 10
MATCHED: Final = 10
AT_ONCE: Final = 200
"""How many orders are placed, and then cancelled, together."""
ROUNDS: Final = 101
PAGE: Final = 10


class _Report(NamedTuple):
    name: str
    read: Callable[[Call[Any]], object]
    request: Callable[[int, str], Any]
    """From how many bets were cancelled, and the id of the last bet that rests."""


REPORTS: Final = (
    _Report(
        "cleared orders, the first page",
        list_cleared_orders,
        lambda history, _: ListClearedOrdersRequest(betStatus=BetStatus.CANCELLED, recordCount=PAGE),
    ),
    _Report(
        "cleared orders, the last page",
        list_cleared_orders,
        lambda history, _: ListClearedOrdersRequest(
            betStatus=BetStatus.CANCELLED, recordCount=PAGE, fromRecord=history - PAGE
        ),
    ),
    _Report(
        "cleared orders of a market",
        list_cleared_orders,
        lambda history, _: ListClearedOrdersRequest(
            betStatus=BetStatus.CANCELLED, marketIds=(MARKET_ID,), recordCount=PAGE
        ),
    ),
    _Report(
        "current orders, the last page",
        list_current_orders,
        lambda history, _: ListCurrentOrdersRequest(recordCount=PAGE, fromRecord=history),
    ),
    _Report(
        "current orders, one bet", list_current_orders, lambda _, bet_id: ListCurrentOrdersRequest(betIds=(bet_id,))
    ),
    _Report(
        "current orders, executable",
        list_current_orders,
        lambda *_: ListCurrentOrdersRequest(orderProjection=OrderProjection.EXECUTABLE),
    ),
    _Report(
        "current orders, executable in a market",
        list_current_orders,
        lambda *_: ListCurrentOrdersRequest(orderProjection=OrderProjection.EXECUTABLE, marketIds=(MARKET_ID,)),
    ),
    _Report(
        "market book with executable orders",
        list_market_book,
        lambda *_: ListMarketBookRequest(
            marketIds=(MARKET_ID,),
            orderProjection=OrderProjection.EXECUTABLE,
            matchProjection=MatchProjection.ROLLED_UP_BY_AVG_PRICE,
        ),
    ),
    _Report(
        "market profit and loss",
        list_market_profit_and_loss,
        lambda *_: ListMarketProfitAndLossRequest(marketIds=(MARKET_ID,)),
    ),
)


def run() -> None:
    """Measure and print."""
    customers = [_Customer(history) for history in (SHORT, LONG)]
    print(f"reads: after {SHORT:,} and after {LONG:,} cancelled bets, in microseconds")
    print(f"  {'report':<40}" + "".join(f"{title:>10}" for title in ("short", "long", "ratio")))
    for report in REPORTS:
        rounds = [[customer.read(report) for customer in customers] for _ in range(ROUNDS)]
        short, long = (median(seconds[place] for seconds in rounds) * 1e6 for place in (0, 1))
        ratio = median(seconds[1] / seconds[0] for seconds in rounds)
        print(f"  {report.name:<40}{short:>10,.0f}{long:>10,.0f}{ratio:>10.2f}")
    rounds = [[customer.cancel_all() for customer in customers] for _ in range(ROUNDS)]
    short, long = (median(seconds[place] for seconds in rounds) * 1e6 for place in (0, 1))
    ratio = median(seconds[1] / seconds[0] for seconds in rounds)
    print(f"  {'to cancel all of a market':<40}{short:>10,.0f}{long:>10,.0f}{ratio:>10.2f}")


class _Customer:
    """Somebody with a history."""

    def __init__(self, history: int) -> None:
        self.world = World(load_scenario(json.dumps(scenario(balance=10_000_000)), "reads.json"))
        (opened,) = self.world.do(LogIn("alice", "secret", "live")).accepted()
        assert isinstance(opened, SessionOpened)
        session = self.world.session(opened.token)
        assert session is not None
        self._session: Session = session
        self._history = history
        for _ in range(0, history, AT_ONCE):
            self._place(AT_ONCE, 1000_00)
            self.world.do(CancelOrders("alice", MARKET_ID)).accepted()
        self._place(MATCHED, 1_01)
        self._place(RESTING, 1000_00)
        self._last_bet_id = str(max(self.world.exchange.orders))

    def read(self, report: _Report) -> float:
        """Return how many seconds a report takes."""
        account = self._session.account
        request = report.request(self._history, self._last_bet_id)
        call = Call(self.world, self._session, account, account.app_key, False, request, self.world.run_due())
        start = perf_counter()
        report.read(call)
        return perf_counter() - start

    def cancel_all(self) -> float:
        """Return how many seconds it takes to cancel the bets that rest, which are then placed again."""
        start = perf_counter()
        self.world.do(CancelOrders("alice", MARKET_ID)).accepted()
        seconds = perf_counter() - start
        self._place(RESTING, 1000_00)
        return seconds

    def _place(self, number: int, price: int) -> None:
        instruction = PlaceInstruction(RunnerKey(2), Side.BACK, OrderType.LIMIT, price, 200)
        self.world.do(PlaceOrders("alice", MARKET_ID, (instruction,) * number)).accepted()

"""What a page of an account's statement costs after a short history and after a long one: the same.

Both customers have paid money in, and then won bets, the one few and the other very many: a deposit for every 200
bets. So the first page of the latter has deposits alone, which are cheaper to describe. Pages are read in turn, round
after round, and ratios are taken round by round, so that a machine that slows down for a moment slows both.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from benchmarks.virtual import scenario
from simulator.betfair.accounts.statement import PAGE, get_account_statement
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import GetAccountStatementRequest, IncludeItem
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.betfair.schema.wire import Instant
from simulator.exchange.commands import DepositMoney, PlaceInstruction, PlaceOrders, RunnerResult, SettleMarket
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.loading.loading import load_scenario
from simulator.world.scenario_commands import LIQUIDITY
from simulator.world.sessions import Session
from simulator.world.world import World

MARKET_ID: Final = "1.1"
RUNNER: Final = RunnerKey(2)
SHORT, LONG = 1_000, 100_000
AT_ONCE: Final = 200
PRICE, SIZE = 2_00, 2_00
ROUNDS: Final = 101


class _Page(NamedTuple):
    name: str
    request: Callable[[int, int], GetAccountStatementRequest]
    """From how many items there are, and the time of the last."""


PAGES: Final = (
    _Page("the first page", lambda *_: GetAccountStatementRequest()),
    _Page("the last page", lambda items, _: GetAccountStatementRequest(fromRecord=items - PAGE)),
    _Page(
        "the last page of a range of dates",
        lambda items, at: GetAccountStatementRequest(
            fromRecord=items - PAGE, itemDateRange=TimeRange(from_=Instant(0), to=Instant(at))
        ),
    ),
    _Page(
        "the last page without payments",
        lambda items, _: GetAccountStatementRequest(
            includeItem=IncludeItem.EXCHANGE, fromRecord=items - items // AT_ONCE - 2 * PAGE
        ),
    ),
    _Page(
        "the last payments",
        lambda items, _: GetAccountStatementRequest(
            includeItem=IncludeItem.DEPOSITS_WITHDRAWALS, fromRecord=items // (AT_ONCE + 1) - 4
        ),
    ),
)


def run() -> None:
    """Measure and print."""
    customers = [_Customer(items) for items in (SHORT, LONG)]
    print(f"statement: pages of {SHORT:,} and of {LONG:,} items, in microseconds")
    print(f"  {'page':<40}" + "".join(f"{title:>10}" for title in ("short", "long", "ratio")))
    for page in PAGES:
        rounds = [[customer.read(page) for customer in customers] for _ in range(ROUNDS)]
        short, long = (median(seconds[place] for seconds in rounds) * 1e6 for place in (0, 1))
        ratio = median(seconds[1] / seconds[0] for seconds in rounds)
        print(f"  {page.name:<40}{short:>10,.0f}{long:>10,.0f}{ratio:>10.2f}")


class _Customer:
    """Somebody with a history of deposits, and of bets that won."""

    def __init__(self, items: int) -> None:
        self.world = World(
            load_scenario(json.dumps(scenario(balance=10_000_000, exposureLimit=None)), "statement.json")
        )
        (opened,) = self.world.do(LogIn("alice", "secret", "live")).accepted()
        assert isinstance(opened, SessionOpened)
        session = self.world.session(opened.token)
        assert session is not None
        self._session: Session = session
        batches = items // (AT_ONCE + 1)
        for _ in range(batches):
            for account, side in ((LIQUIDITY, Side.LAY), ("alice", Side.BACK)):
                instruction = PlaceInstruction(RUNNER, side, OrderType.LIMIT, PRICE, SIZE)
                self.world.do(PlaceOrders(account, MARKET_ID, (instruction,) * AT_ONCE)).accepted()
            self.world.do(DepositMoney("alice", 10_00)).accepted()
        self.world.do(SettleMarket(MARKET_ID, (RunnerResult(RUNNER, "WINNER"),))).accepted()
        self._items = len(self.world.exchange.ledger.postings("alice"))

    def read(self, page: _Page) -> float:
        """Return how many seconds a page takes."""
        account, now = self._session.account, self.world.run_due()
        request = page.request(self._items, now)
        call = Call(self.world, self._session, account, account.app_key, False, request, now)
        start = perf_counter()
        report = get_account_statement(call)
        seconds = perf_counter() - start
        assert report.accountStatement, f"{page.name} is empty"
        return seconds

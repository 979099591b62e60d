"""What it costs to settle a market of 22,000 bets of one account, four fifths of them matched, in processor time.

The bets are placed over a recording of the evidence (`tests/evidence.py`), two with each message, and every fifth at a
price at which nobody takes it.
"""

import gc
from statistics import median
from time import process_time
from typing import Final

from benchmarks.backtest import FILES, lines_of
from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Settings
from simulator.exchange.commands import Command, PlaceInstruction, SettleMarket
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.recorded.messages import read_line
from tests.evidence import STREAMS

ROUNDS: Final = 5
BETS: Final = 22_000
STAKE: Final = 2_00
TOO_MUCH: Final = 1000_00
AIM_MICROSECONDS: Final = 1.0


class Timed(Exchange):
    """An exchange that notes how long a settlement takes."""

    seconds = 0.0

    def apply(self, command: Command, at: int) -> tuple[Event, ...]:
        if not isinstance(command, SettleMarket):
            return super().apply(command, at)
        gc.collect()
        start = process_time()
        events = super().apply(command, at)
        self.seconds = process_time() - start
        return events


def run() -> None:
    """Measure and print."""
    lines = lines_of(str(STREAMS / FILES[0]))
    lanes = [_settled(lines) for _ in range(ROUNDS)]
    orders = lanes[0].exchange.orders.values()
    cost = median(vars(lane.exchange)["seconds"] for lane in lanes)
    matched = sum(bool(order.size_matched) for order in orders)
    print("settlement: one market, bets of one account")
    print(
        f"  {len(orders):,} bets, {matched:,} matched: {1_000 * cost:.1f} ms, {1_000_000 * cost / len(orders):.2f} "
        f"microseconds a bet (aim: at most {AIM_MICROSECONDS})"
    )


def _settled(lines: list[bytes]) -> Lane:
    """Return a lane whose market is settled."""
    lane = Lane(Settings(balance=10**9), on_update=lambda followed: _bet(lane, followed))
    # A lane makes its exchange itself.
    lane.exchange.__class__ = Timed
    engine = Engine([lane])
    for number, line in enumerate(lines, start=1):
        engine.take(read_line(line, number))
    engine.end()
    return lane


def _bet(lane: Lane, followed: Followed) -> None:
    recorded = followed.recorded
    if recorded.definition is None or recorded.definition.status != "OPEN":
        return
    priced = [(key, price) for key, runner in recorded.runners.items() if (price := runner.best_back) is not None]
    for _ in range(2):
        number = len(lane.exchange.orders)
        if number < BETS and priced:
            key, price = priced[number % len(priced)]
            asked = price if number % 5 else TOO_MUCH
            bet = PlaceInstruction(RunnerKey(*key), Side.BACK, OrderType.LIMIT, asked, STAKE, Persistence.LAPSE)
            lane.place(recorded.market_id, bet)

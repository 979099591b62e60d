"""An audit of fills, over the raw messages of a recording and apart from the engine that made them.

It knows nothing of books, queues or models. It reads JSON, keeps what is shown and traded in dictionaries of its own,
and asks of every fill: was so much there, and had nobody had it yet?

- What is taken of a level, and what crosses, is no more than is left of it: a level has what it grew by, once.
- What fills a bet that waits is no more than half of what the volume rose by in that very message; not a penny of it
  fills two bets; and none of it is the trade of an offer that was used up before.
- Nobody gets a price that is worse than its limit, or better than there was.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from simulator.backtest.books import How
from simulator.backtest.engine import Engine
from simulator.backtest.fills import Fill
from simulator.backtest.lane import Lane
from simulator.exchange.orders import Side, TimeInForce
from simulator.recorded.messages import read_line

TO_BACK, TO_LAY = "atb", "atl"


class Spot(NamedTuple):
    market_id: str
    runner: tuple[int, int]
    price: int


class Audit:
    """Goes over a recording together with a lane: `before` and `after` every message is it told the fills so far."""

    def __init__(self, lane: Lane, *, counts_the_queue: bool = False) -> None:
        self.lane = lane
        self.problems: list[str] = []
        self.audited = 0
        self._counts_the_queue = counts_the_queue
        self._seen = 0
        self._shown: dict[str, dict[Spot, int]] = {TO_BACK: {}, TO_LAY: {}}
        self._left: dict[str, dict[Spot, int]] = {TO_BACK: defaultdict(int), TO_LAY: defaultdict(int)}
        self._used_up: dict[str, dict[Spot, int]] = {TO_BACK: defaultdict(int), TO_LAY: defaultdict(int)}
        self._ever_used: dict[str, dict[Spot, int]] = {TO_BACK: defaultdict(int), TO_LAY: defaultdict(int)}
        self._traded: dict[Spot, int] = {}
        self._ever_traded: dict[Spot, int] = defaultdict(int)
        self._trades: dict[Spot, int] = {}
        self._trades_of: dict[str, dict[Spot, int]] = {TO_BACK: {}, TO_LAY: {}}
        self._at_arrival: dict[int, int] = {}
        self._filled_at_price: dict[int, int] = defaultdict(int)

    def after(self, message: dict[str, Any]) -> None:
        """Take in a message, and judge the fills that were made since the last one."""
        fills = self._new_fills()
        at = message["pt"]
        early = [fill for fill in fills if fill.at < at]
        self._trades, self._trades_of = {}, {TO_BACK: {}, TO_LAY: {}}
        for fill in early:
            self._judge(fill)
        self._note_arrivals(before=at)
        self._read(message)
        for fill in fills[len(early) :]:
            self._judge(fill)
        self._note_arrivals(before=at + 1)

    def end(self) -> list[str]:
        """Judge the fills that came after the last message, and return what was wrong with any."""
        self._trades, self._trades_of = {}, {TO_BACK: {}, TO_LAY: {}}
        for fill in self._new_fills():
            self._judge(fill)
        return self.problems

    def _new_fills(self) -> Sequence[Fill]:
        fills = self.lane.fills[self._seen :]
        self._seen = len(self.lane.fills)
        return fills

    # The recording

    def _read(self, message: dict[str, Any]) -> None:
        touched: dict[str, dict[Spot, int]] = {TO_BACK: {}, TO_LAY: {}}
        volumes: dict[Spot, int] = {}
        images = set()
        for change in message["mc"]:
            if change.get("img"):
                images.add(change["id"])
                self._forget(change["id"], touched)
            for one in change.get("rc") or ():
                runner = (int(one["id"]), round((one.get("hc") or 0) * 100))
                for name in (TO_BACK, TO_LAY):
                    for price, size in one.get(name) or ():
                        spot = Spot(change["id"], runner, round(price * 100))
                        touched[name].setdefault(spot, self._shown[name].get(spot, 0))
                        self._shown[name][spot] = round(size * 100)
                for price, size in one.get("trd") or ():
                    spot = Spot(change["id"], runner, round(price * 100))
                    volumes.setdefault(spot, self._traded.get(spot, 0))
                    self._traded[spot] = round(size * 100)
        self._read_trades(volumes, images)
        for name, spots in touched.items():
            for spot, was in spots.items():
                self._read_level(name, spot, was, self._shown[name].get(spot, 0))

    def _forget(self, market_id: str, touched: dict[str, dict[Spot, int]]) -> None:
        for name in (TO_BACK, TO_LAY):
            for spot in [spot for spot in self._shown[name] if spot.market_id == market_id]:
                touched[name].setdefault(spot, self._shown[name].pop(spot))
        for spot in [spot for spot in self._traded if spot.market_id == market_id]:
            del self._traded[spot]

    def _read_level(self, name: str, spot: Spot, was: int, now: int) -> None:
        left = self._left[name]
        left[spot] = left[spot] + now - was if now > was else min(left[spot], now)
        self._used_up[name][spot] = min(self._used_up[name][spot], now)

    def _read_trades(self, volumes: dict[Spot, int], images: set[str]) -> None:
        restated = {spot[:2] for spot, was in volumes.items() if self._traded[spot] < was}
        for spot, was in volumes.items():
            rise = self._traded[spot] // 2 - was // 2
            if rise <= 0 or spot.market_id in images or spot[:2] in restated:
                continue
            self._trades[spot] = rise
            self._ever_traded[spot] += rise
            for name in (TO_BACK, TO_LAY):
                explained = min(rise, self._used_up[name][spot])
                self._used_up[name][spot] -= explained
                self._trades_of[name][spot] = rise - explained

    def _note_arrivals(self, before: int) -> None:
        """Note of every new bet what had been traded, and what we had taken, where it waits."""
        orders = self.lane.exchange.orders
        for bet_id in islice(orders, len(self._at_arrival), None):
            order = orders[bet_id]
            if order.placed_at >= before:
                break
            self._at_arrival[bet_id] = self._passed(order.side, Spot(order.market_id, tuple(order.runner), order.price))

    def _passed(self, side: Side, spot: Spot) -> int:
        """Return how much has ever gone before whoever waits there: traded, or taken by ourselves."""
        return self._ever_traded[spot] + self._ever_used[TO_LAY if side is Side.BACK else TO_BACK][spot]

    # The fills

    def _judge(self, fill: Fill) -> None:
        self.audited += 1
        order = self.lane.exchange.orders[fill.bet_id]
        is_back = fill.side is Side.BACK
        for runner, price, size in fill.used:
            spot = Spot(fill.market_id, tuple(runner), price)
            if fill.how is How.TRADED:
                # Who waits to back is filled by those who lay, at his price or above.
                self._demand(price >= fill.price if is_back else price <= fill.price, fill, "the trade was beyond it")
                self._use_trade(TO_BACK if is_back else TO_LAY, spot, size, fill)
            elif fill.how is How.CROSSED:
                self._demand(price >= fill.price if is_back else price <= fill.price, fill, "the offer was beyond it")
                self._use_level(TO_BACK if is_back else TO_LAY, spot, size, fill)
            else:
                is_leg = runner != fill.runner
                self._use_level(TO_BACK if is_back is not is_leg else TO_LAY, spot, size, fill)
        if fill.how is How.TAKEN and order.time_in_force is not TimeInForce.FILL_OR_KILL:
            self._demand(fill.price >= order.price if is_back else fill.price <= order.price, fill, "beyond its limit")

    def _use_level(self, name: str, spot: Spot, size: int, fill: Fill) -> None:
        self._left[name][spot] -= size
        self._used_up[name][spot] += size
        self._ever_used[name][spot] += size
        self._demand(self._left[name][spot] >= 0, fill, f"level {spot} of {name} is overdrawn")

    def _use_trade(self, name: str, spot: Spot, size: int, fill: Fill) -> None:
        trades = self._trades_of[name]
        trades[spot] = trades.get(spot, 0) - size
        self._trades[spot] = self._trades.get(spot, 0) - size
        self._demand(min(trades[spot], self._trades[spot]) >= 0, fill, f"what was traded at {spot} is used twice")
        if self._counts_the_queue and spot.price == fill.price:
            self._filled_at_price[fill.bet_id] += size
            since, had = (
                self._passed(fill.side, spot) - self._at_arrival[fill.bet_id],
                self._filled_at_price[fill.bet_id],
            )
            self._demand(had + fill.queue_ahead <= since, fill, f"{since} went since it arrived, and it had {had}")

    def _demand(self, is_so: bool, fill: Fill, problem: str) -> None:
        if not is_so:
            self.problems.append(f"{problem}: {fill}")


def audited(lines: Iterable[bytes], lane: Lane, audit: Audit) -> list[str]:
    """Let a lane follow raw messages, audit it after every one and return what was wrong."""
    engine = Engine([lane])
    for number, line in enumerate(lines, start=1):
        read = read_line(line, number)
        if read.changes:
            engine.take(read)
            audit.after(json.loads(line))
    engine.end()
    return audit.end()

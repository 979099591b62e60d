"""An audit of fills, over the raw messages of a recording and apart from the engine that made them.

It knows nothing of books, queues or models. It reads JSON, keeps what is shown and traded in dictionaries of its own,
and asks of every fill: was so much there, and had nobody had it yet?

- What is taken of a level, and what crosses, is no more than is left of it: a level has what it grew by, once.
- What fills a bet that waits is no more than half of what the volume rose by in that very message; not a penny of it
  fills two bets; and none of it is the trade of an offer that was used up before.
- Where the best few levels are told and no ladder, what stands at a price is what the level has that is there. A price
  that leaves while only better ones are shown, as many as ever are, is as it was until it would be shown again.
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
BEST = {TO_BACK: "batb", TO_LAY: "batl"}
DISPLAYED = {TO_BACK: "bdatb", TO_LAY: "bdatl"}


class Spot(NamedTuple):
    market_id: str
    runner: tuple[int, int]
    price: int


class Levels:
    """The levels of one market since the last image of it."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        """The members in which offers were told."""
        self.slots: dict[tuple[tuple[int, int], str], dict[int, tuple[int, int]]] = defaultdict(dict)
        """By runner and member: price and size by level."""
        self.ladders: dict[tuple[tuple[int, int], str], dict[int, int]] = defaultdict(dict)
        """By runner and ladder: what was made of them last."""
        self.deepest = 0
        self.counting: dict[str, str] = {}
        """What is told in the place of each ladder, nothing where ladders are told or nothing is."""

    def read(self, runner: tuple[int, int], one: dict[str, Any]) -> None:
        for name in (TO_BACK, TO_LAY, *BEST.values(), *DISPLAYED.values()):
            if one.get(name) and name not in self.names:
                self.names.add(name)
                has_best = not self.names.isdisjoint(BEST.values())
                self.counting = {} if self.names & {TO_BACK, TO_LAY} else BEST if has_best else DISPLAYED
        for name in (*BEST.values(), *DISPLAYED.values()):
            for level, price, size in one.get(name) or ():
                self.slots[runner, name][level] = (round(price * 100), round(size * 100))

    def measure(self) -> None:
        """Note how many levels there may be."""
        for (_, name), levels in self.slots.items():
            if name in self.counting.values():
                self.deepest = max([self.deepest, *(level + 1 for level in levels)])

    def changes(self, runner: tuple[int, int], name: str) -> list[tuple[int, int]]:
        """Return what is at each price now, and 0 for those at which something was shown before."""
        slots = self.slots[runner, self.counting[name]]
        ladder = {slots[level][0]: slots[level][1] for level in sorted(slots, reverse=True) if slots[level][1]}
        before, self.ladders[runner, name] = self.ladders[runner, name], ladder
        return [*dict.fromkeys(before, 0).items(), *ladder.items()]

    def worst_in_sight(self, runner: tuple[int, int], name: str) -> int | None:
        """Return the worst price that is shown where no other would be that is worse, `None` where any would be."""
        levels = {level[0] for level in self.slots[runner, self.counting[name]].values() if level[1]}
        if not levels or len(levels) < self.deepest:
            return None
        return min(levels) if name == TO_BACK else max(levels)


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
        self._levels: dict[str, Levels] = defaultdict(Levels)
        self._out_of_sight: dict[str, dict[tuple[object, ...], dict[Spot, int]]] = {
            TO_BACK: defaultdict(dict),
            TO_LAY: defaultdict(dict),
        }
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
            self._choose(change, touched)
            for one in change.get("rc") or ():
                runner = (int(one["id"]), round((one.get("hc") or 0) * 100))
                self._read_offers(change["id"], runner, one, touched)
                for price, size in one.get("trd") or ():
                    spot = Spot(change["id"], runner, round(price * 100))
                    volumes.setdefault(spot, self._traded.get(spot, 0))
                    self._traded[spot] = round(size * 100)
        self._read_trades(volumes, images)
        for name, spots in touched.items():
            self._read_ladder(name, spots)

    def _choose(self, change: dict[str, Any], touched: dict[str, dict[Spot, int]]) -> None:
        """Take in all levels that a change tells, and forget what was made of others than count from now on."""
        levels = self._levels[change["id"]]
        counted = levels.counting
        for one in change.get("rc") or ():
            levels.read((int(one["id"]), round((one.get("hc") or 0) * 100)), one)
        levels.measure()
        if counted and counted is not levels.counting:
            self._forget_offers(change["id"], touched)

    def _read_offers(
        self, market_id: str, runner: tuple[int, int], one: dict[str, Any], touched: dict[str, dict[Spot, int]]
    ) -> None:
        levels = self._levels[market_id]
        for name in (TO_BACK, TO_LAY):
            lines = [(round(price * 100), round(size * 100)) for price, size in one.get(name) or ()]
            if levels.counting and levels.counting[name] in one:
                lines = levels.changes(runner, name)
            for price, size in lines:
                spot = Spot(market_id, runner, price)
                touched[name].setdefault(spot, self._shown[name].get(spot, 0))
                self._shown[name][spot] = size

    def _read_ladder(self, name: str, spots: dict[Spot, int]) -> None:
        worst = {place: self._worst_in_sight(name, *place) for place in {spot[:2] for spot in spots}}

        def would_show(spot: Spot) -> bool:
            last = worst[spot[:2]]
            return last is None or (spot.price >= last if name == TO_BACK else spot.price <= last)

        for spot, was in spots.items():
            now, hidden = self._shown[name].get(spot, 0), self._out_of_sight[name][spot[:2]]
            if now or would_show(spot):
                self._read_level(name, spot, hidden.pop(spot, was), now)
            else:
                hidden.setdefault(spot, was)
        for place in worst:
            hidden = self._out_of_sight[name][place]
            for spot in [spot for spot in hidden if would_show(spot)]:
                self._read_level(name, spot, hidden.pop(spot), 0)

    def _worst_in_sight(self, name: str, market_id: str, runner: tuple[int, int]) -> int | None:
        levels = self._levels[market_id]
        return levels.worst_in_sight(runner, name) if levels.counting else None

    def _forget(self, market_id: str, touched: dict[str, dict[Spot, int]]) -> None:
        self._levels[market_id] = Levels()
        self._forget_offers(market_id, touched)
        for spot in [spot for spot in self._traded if spot.market_id == market_id]:
            del self._traded[spot]

    def _forget_offers(self, market_id: str, touched: dict[str, dict[Spot, int]]) -> None:
        for name in (TO_BACK, TO_LAY):
            for spot in [spot for spot in self._shown[name] if spot.market_id == market_id]:
                touched[name].setdefault(spot, self._shown[name].pop(spot))

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

    def _note_arrivals(self, before: int, bet: int | None = None) -> None:
        """Note of every new bet, or those before a bet, what had been traded and what we had taken where it waits."""
        orders = self.lane.exchange.orders
        for bet_id in islice(orders, len(self._at_arrival), None):
            order = orders[bet_id]
            if order.placed_at >= before or bet_id == bet:
                break
            self._at_arrival[bet_id] = self._passed(order.side, Spot(order.market_id, tuple(order.runner), order.price))

    def _passed(self, side: Side, spot: Spot) -> int:
        """Return how much has ever gone before whoever waits there: traded, or taken by ourselves."""
        return self._ever_traded[spot] + self._ever_used[TO_LAY if side is Side.BACK else TO_BACK][spot]

    # The fills

    def _judge(self, fill: Fill) -> None:
        self.audited += 1
        if fill.how is How.TAKEN:
            # What it takes went before those that were there already.
            self._note_arrivals(before=fill.at + 1, bet=fill.bet_id)
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

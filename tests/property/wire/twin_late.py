"""The twin of late market data: it looks at every market that somebody has asked for late, whatever happens anywhere.

What it saw it keeps, all of it, each look with its time. Late is the last look that is as old as data is late.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.runner import Runner
from simulator.world.happened import Happened
from simulator.world.inputs import Reset, WatchMarkets
from simulator.world.world import World

DELAY: Final = 30_000
"""Milliseconds; nothing else is said in the scenario."""

Look = Any
"""What can be seen of a market at a moment, under the names that the market has for it."""


class LateTwin:
    """Remembers what the markets of a world looked like, from when they were asked for late."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.looks: dict[str, list[tuple[int, Look]]] = {}
        world.listen(self.hear)

    def hear(self, happened: Happened) -> None:
        if isinstance(happened.input, Reset):
            self.looks.clear()
        for market_id, looks in self.looks.items():
            looks.append((happened.at, look_at(self.market(market_id))))

    def market(self, market_id: str) -> Market:
        return self.world.exchange.markets[market_id]

    def see(self, market_ids: Iterable[str]) -> list[Look]:
        """What those see of some markets now who see it late; the world is to know that they have asked."""
        market_ids, now = list(market_ids), self.world.clock.now()
        new = [market_id for market_id in market_ids if market_id not in self.looks and not self.has_ended(market_id)]
        if new:
            self.looks = {market_id: looks for market_id, looks in self.looks.items() if not self.has_ended(market_id)}
            self.world.do(WatchMarkets(tuple(new))).accepted()
            # What it was before nobody knows.
            self.looks |= {market_id: [(now - DELAY, look_at(self.market(market_id)))] for market_id in new}
        return [self.seen(market_id, now) for market_id in market_ids]

    def seen(self, market_id: str, now: int) -> Look:
        if self.has_ended(market_id):
            return look_at(self.market(market_id))
        return [look for at, look in self.looks[market_id] if at <= now - DELAY][-1]

    def has_ended(self, market_id: str) -> bool:
        """Whether a market has been closed for so long that everybody knows."""
        settled_at = self.market(market_id).settled_at
        return settled_at is not None and settled_at <= self.world.clock.now() - DELAY


def look_at(market: Market) -> Look:
    """Look at a market: its state, and on every runner what was traded and what is offered."""
    names = (
        "market_id", "definition", "status", "in_play", "version", "bsp_reconciled", "last_match_at", "settled_at",
        "total_matched",
    )  # fmt: skip
    return SimpleNamespace(
        **{name: getattr(market, name) for name in names},
        unmatched=sum(order.size_remaining for order in market.orders.values()),
        runners={key: _runner(market, runner) for key, runner in market.runners.items()},
    )


def _runner(market: Market, runner: Runner) -> Look:
    names = ("key", "status", "adjustment_factor", "removed_at")
    return SimpleNamespace(
        **{name: getattr(runner, name) for name in names},
        last_price_traded=runner.book.last_price_traded,
        total_matched=runner.book.total_matched,
        traded=sorted(runner.book.traded.items()),
        had_orders=any(order.runner == runner.key for order in market.orders.values()),
        offers={
            (side, virtual): offers(market, runner.key, side, virtual) for side in Side for virtual in (False, True)
        },
    )


def offers(market: Market, key: RunnerKey, side: Side, virtual: bool) -> list[tuple[int, int]]:
    """What others wait to bet on a side, added up by price, best first for whoever takes it.

    A backer wants high odds, and as the seller of a line a high line.
    """
    totals: dict[int, int] = {}
    for order in market.orders.values():
        if order.runner == key and order.side is side and order.size_remaining:
            totals[order.price] = totals.get(order.price, 0) + order.size_remaining
    ladder = market.virtual_offers(key, side.opposite) if virtual else None
    for price, size in [] if ladder is None else ladder.best_first():
        totals[price] = totals.get(price, 0) + size
    return sorted(totals.items(), reverse=side is Side.LAY)

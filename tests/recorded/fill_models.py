"""Where the fill models differ: `python -m tests.recorded.fill_models FILE...` prints what `docs/fill-models.md` has.

Three strategies back the favourite for 2.00 every ten seconds before and after the off. One takes the best price, one
joins those who ask for the price that layers get, one asks for a tick less than they do and is alone there. What rests
is cancelled when the next bet is placed. With `--levels N` first, the best N levels are told in the place of ladders.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial

from simulator.backtest.books import How
from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Settings
from simulator.backtest.latency import Latency
from simulator.backtest.models import MODELS
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import sources
from tests.recorded.best_levels import best_levels, recast

STAKE = 2_00
EVERY_MILLISECONDS = 10_000
KINDS = ("take", "join", "undercut")


class Favourite:
    """Backs the favourite again and again, in one of three ways."""

    def __init__(self, lane: Lane, kind: str) -> None:
        self.lane, self.kind = lane, kind
        self.next_at = 0
        lane.on_update = self

    def __call__(self, followed: Followed) -> None:
        definition, market_id = followed.recorded.definition, followed.recorded.market_id
        if self.lane.now < self.next_at or definition is None or definition.status != "OPEN":
            return
        self.next_at = self.lane.now + EVERY_MILLISECONDS
        priced = [
            (runner.best_back, runner.best_lay, key)
            for key, runner in followed.recorded.runners.items()
            if runner.best_back is not None and runner.best_lay is not None
        ]
        if not priced:
            return
        to_back, to_lay, key = min(priced)
        if self.kind == "take":
            price = to_back
        elif self.kind == "join" or to_lay == to_back:
            price = to_lay
        else:
            price = max(to_back, Ladder.CLASSIC.price_at(Ladder.CLASSIC.tick_of(to_lay) - 1))
        self.lane.cancel(market_id)
        bet = PlaceInstruction(RunnerKey(*key), Side.BACK, OrderType.LIMIT, price, STAKE, Persistence.LAPSE)
        self.lane.place(market_id, bet)


def rows(file: str, levels: int | None = None) -> Iterator[tuple[str, str, int, float, float, Counter[How]]]:
    """Yield strategy, model, bets, what part of the stakes was matched, profit before commission, fills by kind."""
    lanes = []
    for kind in KINDS:
        for model in MODELS:
            lane = Lane(Settings(model=model, balance=10**9, commission_rate=0, latency=Latency.fixed(100)))
            Favourite(lane, kind)
            lanes.append((kind, model, lane))
    engine = Engine([lane for _, _, lane in lanes])
    (source,) = sources([file])
    if levels is not None:
        source = recast(source, partial(best_levels, depth=levels))
    for line in read_lines(source):
        engine.take(line)
    engine.end()
    for kind, model, lane in lanes:
        orders = lane.exchange.orders.values()
        staked, matched = sum(order.size for order in orders), sum(order.size_matched for order in orders)
        profit = lane.exchange.ledger.balance_of("strategy") - 10**9
        how = Counter(fill.how for fill in lane.fills)
        yield kind, model, len(orders), matched / max(1, staked), profit / 100, how


def main(files: list[str]) -> None:
    """Print the table."""
    levels = None
    if files[:1] == ["--levels"]:
        levels, files = int(files[1]), files[2:]
    print("| recording | strategy | model | bets | matched | profit | taken, traded, crossed |")
    print("|---|---|---|---|---|---|---|")
    for file in files:
        name = file.rsplit("/", 1)[-1].split(".bz2", 1)[0].split(".xz", 1)[0]
        for kind, model, bets, matched, profit, how in rows(file, levels):
            ways = ", ".join(str(how[way]) for way in (How.TAKEN, How.TRADED, How.CROSSED))
            print(f"| {name} | {kind} | {model} | {bets} | {matched:.1%} | {profit:.2f} | {ways} |")


if __name__ == "__main__":
    main(sys.argv[1:])

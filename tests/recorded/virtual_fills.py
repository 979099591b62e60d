"""Hold the setting `cross_matching` against recorded displays: `python -m tests.recorded.virtual_fills FILE`.

A recording with ladders and displays tells what the exchange offered to takers. In a lane that takes virtual offers a
bet must find that: the levels that are displayed, and for a bet of what the best five of them have, at the price of the
fifth, a match of all of it. Each bet has a lane of its own, so that none finds what another one has left.
"""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from simulator.backtest.books import RecordedBook
from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Request, Settings
from simulator.exchange.book import Offer
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.crossmatching import merged_offers
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import sources
from tests.recorded.virtual_prices import DEPTH, ROLLUP_LIMIT, Agreement, agrees

SHOWN: Final = {Side.BACK: "bdatb", Side.LAY: "bdatl"}
EVERY: Final = 4
"""Of so many displays that change, one is bet on."""
BET_ON: Final = 5
"""A bet is for all that the best so many levels have, at the price of the last of them."""

Place = tuple[RunnerKey, Side]


class Wanted(NamedTuple):
    """A bet on what is displayed: in which update, where, and for how much at what price."""

    update: int
    place: Place
    offer: Offer


class Found(NamedTuple):
    """What was found in a recording."""

    agreement: Agreement
    wanted: list[Wanted]


def found(file: Path) -> Found:
    """Compare what takers find in a lane, after every message, with the displays that it changes."""
    agreement, wanted = Agreement(), list[Wanted]()
    lane = Lane(Settings(cross_matching=True))
    before: dict[Place, list[Offer]] = {}
    known: dict[Place, dict[int, tuple[int, int]]] = {}
    displays = 0

    def look(followed: Followed) -> None:
        nonlocal displays
        now = {
            (key, side): ladder(followed, key, side)
            for key, runner in followed.market.runners.items()
            if runner.status is RunnerStatus.ACTIVE
            for side in SHOWN
        }
        for (key, side), ours in now.items():
            display = followed.recorded.runners[key].levels.get(SHOWN[side], {})
            if display != known.get((key, side), {}) and followed.market.status is MarketStatus.OPEN:
                for level, (price, size) in display.items():
                    agreement.compared[level] += 1
                    candidates = (ours, before.get((key, side), []))
                    agreement.agreeing[level] += any(agrees(each, level, Offer(price, size)) for each in candidates)
                displays += 1
                if displays % EVERY == 0 and len(display) >= BET_ON:
                    best = [display[level] for level in range(BET_ON)]
                    offer = Offer(best[-1][0], sum(size for _, size in best))
                    wanted.append(Wanted(followed.recorded.updates, (key, side), offer))
            known[key, side] = display
        before.clear()
        before.update(now)

    lane.on_update = look
    play(file, [lane])
    return Found(agreement, wanted)


def ladder(followed: Followed, key: RunnerKey, side: Side) -> list[Offer]:
    """Return what a taker finds on a runner, real and virtual offers together, rolled up as a display is."""
    return list(islice(_rolled_up(followed, key, side), DEPTH))


def _rolled_up(followed: Followed, key: RunnerKey, side: Side) -> Iterator[Offer]:
    market = followed.market
    book = market.runners[key].book
    assert isinstance(book, RecordedBook)
    virtual = market.virtual_offers(key, side)
    gathered = 0
    for offer in merged_offers(book.offers_to(side).sizes(), virtual.best_first() if virtual else (), side):
        gathered += offer.size
        if gathered >= ROLLUP_LIMIT:
            yield Offer(offer.price, gathered)
            gathered = 0


class OneBet:
    """A lane that bets once, on what is displayed."""

    def __init__(self, wanted: Wanted, *, cross_matching: bool) -> None:
        self.wanted = wanted
        self.request: Request | None = None
        self.lane = Lane(Settings(cross_matching=cross_matching, balance=10**10), on_update=self.look)

    def look(self, followed: Followed) -> None:
        if self.request is None and followed.recorded.updates == self.wanted.update:
            (key, side), offer = self.wanted.place, self.wanted.offer
            bet = PlaceInstruction(key, side, OrderType.LIMIT, offer.price, offer.size, Persistence.LAPSE)
            self.request = self.lane.place(followed.recorded.market_id, bet)

    @property
    def matched(self) -> int:
        """How much of it was matched at once, in pence."""
        return sum(fill.size for fill in self.lane.fills if fill.how == "TAKEN")


def taken(file: Path, wanted: list[Wanted], *, cross_matching: bool) -> tuple[int, float]:
    """Return how many bets are matched whole at once, within 2 pence or 0.2 %, and what part of all their stakes."""
    bets = [OneBet(each, cross_matching=cross_matching) for each in wanted]
    play(file, [bet.lane for bet in bets])
    whole = sum(bet.matched + max(2, 0.002 * bet.wanted.offer.size) >= bet.wanted.offer.size for bet in bets)
    return whole, sum(bet.matched for bet in bets) / sum(each.offer.size for each in wanted)


def play(file: Path, lanes: list[Lane]) -> None:
    """Let lanes follow a recording."""
    (source,) = sources([str(file)])
    engine = Engine(lanes)
    for line in read_lines(source):
        engine.take(line)
    engine.end()


def main(files: list[str]) -> None:
    """Print the table and the shares for each file."""
    for name in files:
        agreement, wanted = found(Path(name))
        print(name)
        for level in range(DEPTH):
            print(
                f"  level {level}: {agreement.agreeing[level]:>6} of {agreement.compared[level]:>6} are found", end=""
            )
            print(f"  {agreement.share(level):7.1%}")
        for cross_matching in (True, False):
            whole, part = taken(Path(name), wanted, cross_matching=cross_matching)
            print(f"  {'with' if cross_matching else 'without'} virtual offers {whole} of {len(wanted)} bets", end="")
            print(f" on the best {BET_ON} levels are matched whole, and {part:.1%} of their stakes")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Tell why displayed virtual prices differ from ours: `python -m tests.recorded.virtual_misses FILE`.

A conflated stream leaves out the books between two messages, and a display may be of one of these. Two things tell.
Where a display differs in an offer better than any virtual one, that offer is real, and no rule for virtual prices can
be the cause. And if all displays of a message are of one book, the real offers that they show above the virtual ones
tell of it: with these in the book, the levels below must be ours. As a control, the displays of the message before are
read instead.
"""

import sys
from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from simulator.exchange.book import Offer
from simulator.exchange.orders import Side
from tests.recorded.virtual_prices import (
    DEPTH,
    SIDES,
    Display,
    Ladders,
    Moment,
    agrees,
    displayed_ladder,
    moments,
    virtual_ladder,
)

PACES = (4, 16)
"""Few levels sent are fewer than the first of these, many are as many as the second or more."""
PACE_NAMES = ("under 4", "4 to 15", "16 or more")


@dataclass
class Misses:
    """How many displayed levels differ from ours, by depth, and what is known of them."""

    compared: list[int] = field(default_factory=lambda: [0] * DEPTH)
    real: list[int] = field(default_factory=lambda: [0] * DEPTH)
    """Better than any virtual offer of either book, so that the display must be of yet another."""
    explained: list[int] = field(default_factory=lambda: [0] * DEPTH)
    """Others, which are ours in the book of which the displays tell."""
    unexplained: list[int] = field(default_factory=lambda: [0] * DEPTH)
    """Others, which are not."""
    control: int = 0
    """How many of both are ours in the book of which the displays of the message before tell."""
    compared_by_pace: list[int] = field(default_factory=lambda: [0] * len(PACE_NAMES))
    """By how many levels of the real book, on which the display rests, its message sends."""
    differing_by_pace: list[int] = field(default_factory=lambda: [0] * len(PACE_NAMES))

    @property
    def differing(self) -> int:
        """Return how many levels differ."""
        return sum(self.real) + sum(self.explained) + sum(self.unexplained)


def misses(file: Path) -> Misses:
    """Replay a recorded market and tell the levels apart that differ from ours in the present and the previous book."""
    found = Misses()
    for moment in moments(file):
        shown_book = book_of_displays(moment, moment.display)
        control_book = book_of_displays(moment, moment.display_before)
        for runner, side, shown in moment.changed_displays():
            ladders = [_ladder(moment, book, runner, side) for book in (moment.book, moment.book_before)]
            explained = _ladder(moment, shown_book, runner, side)
            control = _ladder(moment, control_book, runner, side)
            limit = _best_virtual(moment, runner, side)
            pace = _pace(moment, runner, side)
            for level, offer in moment.display[runner][shown].items():
                found.compared[level] += 1
                found.compared_by_pace[pace] += 1
                if any(agrees(ladder, level, offer) for ladder in ladders):
                    continue
                found.differing_by_pace[pace] += 1
                if _is_better(offer.price, limit, side):
                    found.real[level] += 1
                    continue
                found.control += agrees(control, level, offer)
                if agrees(explained, level, offer):
                    found.explained[level] += 1
                else:
                    found.unexplained[level] += 1
    return found


def book_of_displays(moment: Moment, display: Display) -> Ladders:
    """Return the present book with the offers that displays show, where no virtual one is as good, for its own."""
    book = deepcopy(moment.book)
    for runner in moment.runners:
        for side, own, _, shown in SIDES:
            levels = [offer for _, offer in sorted(display.get(runner, {}).get(shown, {}).items())]
            if not levels:
                continue
            limit, deepest = _best_virtual(moment, runner, side), levels[-1].price
            hidden = {
                price: size
                for price, size in book[runner][own].items()
                if not _is_better(price, limit, side) or _is_better(deepest, price, side)
            }
            real = {offer.price: offer.size for offer in levels if _is_better(offer.price, limit, side)}
            book[runner][own] = hidden | real
    return book


def _ladder(moment: Moment, book: Ladders, runner: int, side: Side) -> Sequence[Offer]:
    return displayed_ladder(book, moment.runners, runner, moment.winners, side)


def _best_virtual(moment: Moment, runner: int, side: Side) -> int | None:
    """Return the best price that the others' offers make in the present or the previous book."""
    virtual = (
        next(virtual_ladder(book, moment.runners, runner, moment.winners, side), None)
        for book in (moment.book, moment.book_before)
    )
    prices = [offer.price for offer in virtual if offer is not None]
    return (max if side is Side.BACK else min)(prices) if prices else None


def _pace(moment: Moment, runner: int, side: Side) -> int:
    own, others = ("atb", "atl") if side is Side.BACK else ("atl", "atb")
    return bisect_right(
        PACES, sum(moment.changes.get((other, own if other == runner else others), 0) for other in moment.runners)
    )


def _is_better(price: int, limit: int | None, side: Side) -> bool:
    return limit is None or (price > limit if side is Side.BACK else price < limit)


def main(files: list[str]) -> None:
    """Print the tables for each file."""
    for name in files:
        found = misses(Path(name))
        print(name)
        for level in range(DEPTH):
            real, explained, unexplained = found.real[level], found.explained[level], found.unexplained[level]
            print(f"  level {level}: {real + explained + unexplained:>6} of {found.compared[level]:>6} differ", end="")
            print(f"  {real:>5} real  {explained:>5} explained  {unexplained:>5} not explained")
        print(f"  together: {found.differing:>5} of {sum(found.compared):>6} differ", end="")
        print(f"  {sum(found.real):>5} real  {sum(found.explained):>5} explained", end="")
        print(f"  {sum(found.unexplained):>5} not explained  control: {found.control} explained")
        for pace, compared, differing in zip(PACE_NAMES, found.compared_by_pace, found.differing_by_pace, strict=True):
            print(f"  {pace:>10} levels of the book sent: {differing:>5} of {compared:>6} differ", end="")
            print(f"  {differing / compared:6.1%}" if compared else "")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Compare our virtual prices with those an exchange displayed: `python -m tests.recorded.virtual_prices FILE`.

A recorded stream with both the real book (`atb`, `atl`) and the display (`bdatb`, `bdatl`) tells what the display
must be. It was refreshed a moment after the book, so a level agrees when it is that of the present or of the previous
book: the same price, the size within 2 pence or 0.2 %.
"""

import bz2
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from simulator.exchange.book import Offer
from simulator.exchange.crossmatching import Walk, merged_offers, virtual_offers
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import Side

DEPTH = 10
ROLLUP_LIMIT = 100
"""The recorded display gathers offers until they reach one pound."""
SIDES = ((Side.BACK, "atb", "atl", "bdatb"), (Side.LAY, "atl", "atb", "bdatl"))

Ladders = dict[int, dict[str, dict[int, int]]]
Display = dict[int, dict[str, dict[int, Offer]]]


@dataclass
class Agreement:
    """How many displayed levels agree, by depth."""

    agreeing: list[int] = field(default_factory=lambda: [0] * DEPTH)
    compared: list[int] = field(default_factory=lambda: [0] * DEPTH)

    def share(self, level: int) -> float:
        """Return the share of a level that agrees."""
        return self.agreeing[level] / self.compared[level]


def displayed_ladder(book: Ladders, runners: Sequence[int], runner: int, winners: int, side: Side) -> list[Offer]:
    """Return what a display of virtual prices shows a taker of this side on a runner."""
    real = best_first(book, runner, "atb" if side is Side.BACK else "atl")
    virtual = virtual_ladder(book, runners, runner, winners, side)
    shown: list[Offer] = []
    gathered = 0
    for offer in merged_offers(real, virtual, side):
        gathered += offer.size
        if gathered >= ROLLUP_LIMIT:
            shown.append(Offer(offer.price, gathered))
            gathered = 0
            if len(shown) == DEPTH:
                break
    return shown


LadderOf = Callable[[Ladders, Sequence[int], int, int, Side], list[Offer]]


@dataclass(frozen=True)
class Moment:
    """A message about an open market: the books and displays before and after it, and what it sends."""

    runners: list[int]
    """The active ones."""
    winners: int
    book_before: Ladders
    book: Ladders
    display_before: Display
    display: Display
    changes: dict[tuple[int, str], int]
    """How many levels of which ladder the message sends, by runner and name of the ladder."""

    def changed_displays(self) -> list[tuple[int, Side, str]]:
        """Return whose displays the message changes: runner, side, and name of the ladder."""
        return [
            (runner, side, shown)
            for runner in self.runners
            for side, _, _, shown in SIDES
            if (runner, shown) in self.changes
        ]


def moments(file: Path) -> Iterator[Moment]:
    """Replay a recorded market and yield every message that comes while it is open."""
    book: Ladders = {}
    display: Display = {}
    definition: dict[str, Any] = {}
    for change in _changes(file):
        definition = change.get("marketDefinition", definition)
        book_before, display_before = deepcopy(book), deepcopy(display)
        for runner in change.get("rc", []):
            _update(book, display, runner)
        if definition["status"] == "OPEN":
            yield Moment(
                runners=[runner["id"] for runner in definition["runners"] if runner["status"] == "ACTIVE"],
                winners=definition["numberOfWinners"],
                book_before=book_before,
                book=deepcopy(book),
                display_before=display_before,
                display=deepcopy(display),
                changes={
                    (runner["id"], name): len(runner[name])
                    for runner in change.get("rc", [])
                    for name in ("atb", "atl", "bdatb", "bdatl")
                    if name in runner
                },
            )


def compare(file: Path, ladder_of: LadderOf = displayed_ladder) -> Agreement:
    """Compare every display that a recorded market holds while it is open, with ours or with another's."""
    agreement = Agreement()
    for moment in moments(file):
        runners, winners, changed = moment.runners, moment.winners, moment.changed_displays()
        previous = {key[:2]: ladder_of(moment.book_before, runners, key[0], winners, key[1]) for key in changed}
        for runner, side, shown in changed:
            present = ladder_of(moment.book, runners, runner, winners, side)
            for level, offer in moment.display[runner][shown].items():
                agreement.compared[level] += 1
                candidates = (present, previous[runner, side])
                agreement.agreeing[level] += any(agrees(ladder, level, offer) for ladder in candidates)
    return agreement


def agrees(ladder: Sequence[Offer], level: int, shown: Offer) -> bool:
    """Return whether a level of a ladder is the displayed one: the same price, within 2 pence or 0.2 % of its size."""
    if level >= len(ladder) or ladder[level].price != shown.price:
        return False
    return abs(ladder[level].size - shown.size) <= max(2, 0.002 * shown.size)


def virtual_ladder(book: Ladders, runners: Sequence[int], runner: int, winners: int, side: Side) -> Iterator[Offer]:
    """Yield what the others' offers in a book make for a taker of this side on a runner, best first."""
    others = "atl" if side is Side.BACK else "atb"
    legs = [best_first(book, other, others) for other in runners if other != runner]
    return virtual_offers(Walk(legs).steps(winners, side, Ladder.CLASSIC))


def best_first(book: Ladders, runner: int, name: str) -> list[Offer]:
    """Return a real ladder of a runner, best offer first."""
    ladder = book.get(runner, {}).get(name, {})
    return [Offer(price, ladder[price]) for price in sorted(ladder, reverse=name == "atb")]


def _changes(file: Path) -> Iterator[dict[str, Any]]:
    with bz2.open(file) as lines:
        for line in lines:
            yield from msgspec.json.decode(line).get("mc", [])


def _update(book: Ladders, display: Display, change: dict[str, Any]) -> None:
    ladders = book.setdefault(change["id"], {"atb": {}, "atl": {}})
    for name, ladder in ladders.items():
        for price, size in change.get(name, []):
            ladder[_hundredths(price)] = _hundredths(size)
            if not size:
                del ladder[_hundredths(price)]
    shown = display.setdefault(change["id"], {"bdatb": {}, "bdatl": {}})
    for name, levels in shown.items():
        for level, price, size in change.get(name, []):
            levels[level] = Offer(_hundredths(price), _hundredths(size))
            if not size:
                del levels[level]


def _hundredths(value: float) -> int:
    return round(value * 100)


def main(files: list[str]) -> None:
    """Print a table for each file."""
    for name in files:
        agreement = compare(Path(name))
        print(name)
        for level in range(DEPTH):
            print(f"  level {level}: {agreement.agreeing[level]:>6} of {agreement.compared[level]:>6} agree", end="")
            print(f"  {agreement.share(level):7.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])

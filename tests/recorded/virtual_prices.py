"""Compare our virtual prices with those an exchange displayed: `python -m tests.recorded.virtual_prices FILE`.

A recorded stream with both the real book (`atb`, `atl`) and the display (`bdatb`, `bdatl`) tells what the display
must be. It was refreshed a moment after the book, so a level agrees when it is that of the present or of the previous
book: the same price, the size within 2 pence or 0.2 %.
"""

import bz2
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from simulator.exchange.crossmatching import Offer, merged_offers, virtual_offers, virtual_steps
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
    own, others = ("atb", "atl") if side is Side.BACK else ("atl", "atb")
    legs = [_best_first(book, other, others) for other in runners if other != runner]
    virtual = virtual_offers(virtual_steps(legs, winners, side, Ladder.CLASSIC))
    shown: list[Offer] = []
    gathered = 0
    for offer in merged_offers(_best_first(book, runner, own), virtual, side):
        gathered += offer.size
        if gathered >= ROLLUP_LIMIT:
            shown.append(Offer(offer.price, gathered))
            gathered = 0
            if len(shown) == DEPTH:
                break
    return shown


LadderOf = Callable[[Ladders, Sequence[int], int, int, Side], list[Offer]]


def compare(file: Path, ladder_of: LadderOf = displayed_ladder) -> Agreement:
    """Replay a recorded market and compare every display it holds while it is open, with ours or with another's."""
    agreement = Agreement()
    book: Ladders = {}
    display: Display = {}
    definition: dict[str, Any] = {}
    for change in _changes(file):
        definition = change.get("marketDefinition", definition)
        runners = [runner["id"] for runner in definition["runners"] if runner["status"] == "ACTIVE"]
        winners = definition["numberOfWinners"]
        changed = [
            (runner["id"], side, shown)
            for runner in change.get("rc", [])
            for side, _, _, shown in SIDES
            if shown in runner and runner["id"] in runners and definition["status"] == "OPEN"
        ]
        previous = {key[:2]: ladder_of(book, runners, key[0], winners, key[1]) for key in changed}
        for runner in change.get("rc", []):
            _update(book, display, runner)
        for runner_id, side, shown in changed:
            present = ladder_of(book, runners, runner_id, winners, side)
            for level, offer in display[runner_id][shown].items():
                agreement.compared[level] += 1
                candidates = (present, previous[runner_id, side])
                agreement.agreeing[level] += any(_agrees(ladder, level, offer) for ladder in candidates)
    return agreement


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


def _best_first(book: Ladders, runner: int, name: str) -> list[Offer]:
    ladder = book.get(runner, {}).get(name, {})
    return [Offer(price, ladder[price]) for price in sorted(ladder, reverse=name == "atb")]


def _agrees(ladder: list[Offer], level: int, shown: Offer) -> bool:
    if level >= len(ladder) or ladder[level].price != shown.price:
        return False
    return abs(ladder[level].size - shown.size) <= max(2, 0.002 * shown.size)


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

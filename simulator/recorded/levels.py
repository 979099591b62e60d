"""Ladders of markets that tell the best few levels of their offers and nothing else.

A level is told by its number, counted from 0, and a ladder is by price: what stands at a price is as much as the level
that has it, whatever its number. So an offer that is moved down by a better one is the same offer, of the same size.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from simulator.recorded.messages import LevelPriceSizes, RunnerChange

_PRICE_BITS: Final = 24
_PRICE_BIAS: Final = 1 << (_PRICE_BITS - 1)


class ShownBy(IntEnum):
    """By what the offers of a market are known. Where it tells them in several ways the last of these counts."""

    NOTHING = 0
    DISPLAYED_LEVELS = 1
    """`bdatb`, `bdatl`: virtual offers are in them."""
    BEST_LEVELS = 2
    """`batb`, `batl`."""
    LADDERS = 3


def told_by(changes: Iterable[RunnerChange]) -> ShownBy:
    """Return by what changes of runners tell of offers."""
    told = ShownBy.NOTHING
    for change in changes:
        if change.atb or change.atl:
            return ShownBy.LADDERS
        if change.batb or change.batl:
            told = ShownBy.BEST_LEVELS
        elif not told and (change.bdatb or change.bdatl):
            told = ShownBy.DISPLAYED_LEVELS
    return told


def told_levels(change: RunnerChange, shown_by: ShownBy) -> tuple[LevelPriceSizes | None, LevelPriceSizes | None]:
    """Return what a change tells of the levels that count, to back and to lay."""
    if shown_by is ShownBy.BEST_LEVELS:
        return change.batb, change.batl
    return change.bdatb, change.bdatl


def unpacked(packed: int) -> tuple[int, int]:
    """Return price and size of a level, which are kept in one number."""
    return (packed & ((1 << _PRICE_BITS) - 1)) - _PRICE_BIAS, packed >> _PRICE_BITS


def change_levels(levels: dict[int, int], lines: LevelPriceSizes | None) -> None:
    """Take in levels as they are told; one without a size is gone."""
    for level, price, size in lines or ():
        volume = round(size * 100)
        if volume:
            levels[level] = (volume << _PRICE_BITS) + round(price * 100) + _PRICE_BIAS
        else:
            levels.pop(level, None)


def prices_at(levels: dict[int, int], lines: LevelPriceSizes | None) -> list[int]:
    """Return the prices of the levels in whose places something is about to be told."""
    return [unpacked(levels[level])[0] for level, _, _ in lines or () if level in levels]


def show(ladder: dict[int, int], levels: dict[int, int], gone: Iterable[int], come: Iterable[int]) -> dict[int, int]:
    """Make a ladder show levels of which some were told; return what stood at the prices that this concerns.

    `gone` are the prices that stood in the places of these before, `come` their numbers. Of two levels at one price
    the first counts.
    """
    before = {price: ladder.pop(price, 0) for price in dict.fromkeys(gone)}
    for level in come:
        if level in levels:
            price, size = unpacked(levels[level])
            before.setdefault(price, ladder.get(price, 0))
            ladder[price] = size
    if len(ladder) != len(levels):
        before = ladder | before
        ladder.clear()
        for level in sorted(levels, reverse=True):
            price, size = unpacked(levels[level])
            before.setdefault(price, 0)
            ladder[price] = size
    return before

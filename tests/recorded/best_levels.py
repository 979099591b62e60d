"""Recordings as who subscribes to best offers would have made them: levels in the place of ladders."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from simulator.recorded.sources import Source

SIDES = {"atb": "batb", "atl": "batl"}
LADDERS = ("atb", "atl")

Slots = list[tuple[float, float]]


def without(lines: Iterable[bytes], *names: str) -> Iterator[bytes]:
    """The same lines, without some members of runners."""
    for line in lines:
        message = json.loads(line)
        for change in message.get("mc") or ():
            for one in change.get("rc") or ():
                for name in names:
                    one.pop(name, None)
        yield json.dumps(message).encode()


def best_levels(lines: Iterable[bytes], depth: int) -> Iterator[bytes]:
    """The same lines, with the best levels of every ladder in its place: those that a message changes, no roll-up."""
    ladders: dict[tuple[object, ...], dict[float, float]] = defaultdict(dict)
    slots: dict[tuple[object, ...], Slots] = defaultdict(list)
    for line in lines:
        message = json.loads(line)
        for change in message.get("mc") or ():
            if change.get("img"):
                for place in [place for place in ladders if place[0] == change["id"]]:
                    del ladders[place]
                    slots.pop(place, None)
            for one in change.get("rc") or ():
                for name, told_as in SIDES.items():
                    place = (change["id"], int(one["id"]), one.get("hc") or 0, name)
                    if name in one:
                        ladders[place].update(map(tuple, one.pop(name)))
                        now = _best(ladders[place], depth, descending=name == "atb")
                        one[told_as] = _changes(slots[place], now)
                        slots[place] = now
        yield json.dumps(message).encode()


def _best(ladder: dict[float, float], depth: int, *, descending: bool) -> Slots:
    return sorted(((price, size) for price, size in ladder.items() if size), reverse=descending)[:depth]


def _changes(before: Slots, now: Slots) -> list[list[Any]]:
    told: list[list[Any]] = [
        [level, *now[level]] for level in range(len(now)) if before[level : level + 1] != [now[level]]
    ]
    return told + [[level, 0, 0] for level in range(len(now), len(before))]


def recast(source: Source, cast: Callable[[Iterable[bytes]], Iterator[bytes]]) -> Source:
    """A recording whose lines are cast into another form."""
    lines = list(cast(source.lines()))
    return source._replace(lines=lambda: iter(lines))

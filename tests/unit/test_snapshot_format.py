"""Snapshots that were written by what remembered something else are refused: each layout has a format of its own."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from simulator.world.snapshot import FORMAT
from simulator.world.world import World
from tests.unit.test_hashed_attributes import busy_worlds
from tests.unit.test_replay_snapshots import begun
from tests.unit.test_replay_sources import bets_in_all_markets

LAYOUTS = {5: "2453b5c1449e1a3b"}
"""By the number of a format: the first digits of the digest of what its images hold."""


def test_an_image_that_holds_others_than_before_has_another_format() -> None:
    """Who changes what a world remembers raises `FORMAT`, and says here what it is from now on."""
    recorded = begun()
    bets_in_all_markets(recorded)

    assert {FORMAT: layout_of([*busy_worlds(), recorded])} == LAYOUTS


def layout_of(worlds: list[World]) -> str:
    """The digest of the classes that images hold, each with its attributes or with the length of its records."""
    known: dict[str, set[str]] = {}
    for world in worlds:
        image = msgspec.json.decode(world.snapshot().image)
        for name, table in image["tables"].items():
            known.setdefault(name, set()).update(table["attributes"])
            for columns in table["attributes"].values():
                for column in columns:
                    for record, fields in records_in(column):
                        known.setdefault(record, set()).add(str(fields))
    layout = "\n".join(f"{name}: {', '.join(sorted(attributes))}" for name, attributes in sorted(known.items()))
    return sha256(layout.encode()).hexdigest()[:16]


def records_in(column: Any) -> Iterator[tuple[str, int]]:
    """Yield the records that a column of an image holds, and how many fields they have."""
    match column:
        case ["record", str() as name, list() as columns]:
            yield name, len(columns)
            for one in columns:
                yield from records_in(one)
        case ["mixed", _, list() as columns]:
            for one in columns:
                yield from records_in(one)
        case [("plain" | "same" | "enum" | "text" | "object"), *_]:
            return
        case [str(), _, *columns]:
            for one in columns:
                yield from records_in(one)

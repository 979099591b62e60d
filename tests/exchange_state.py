"""The whole state of an exchange, written out as plain values that can be compared.

Left out is what says nothing: a position with nothing at stake, and whatever only saves work.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from simulator.exchange.exchange import Exchange
from simulator.exchange.exposure import NOTHING, Position
from simulator.exchange.ledger import Posting
from simulator.exchange.orders import Fragment, RunnerKey

# What cannot change and so needs no writing out.
VALUES = (int, str, type(None), RunnerKey, Fragment, Posting)
# What never changes either, and what only saves work.
NOT_WRITTEN_OUT = {
    "_exposures",
    "index",
    "orders_of",
    "_field",
    "_references",
    "_stale",
    "_total_exposure",
    "definition",
    "ladder",
    "rules",
}


def state_of(kernel: Exchange) -> Any:
    """All that the kernel remembers, as plain values, whatever it is kept in."""
    kernel.begin_all()
    kernel.ledger.write_up()
    return written_out(kernel._state, {})


def written_out(thing: Any, seen: dict[int, int]) -> Any:
    """Write an object out as dictionaries and tuples; one met before becomes the number of its first appearance."""
    writer = writer_of(type(thing))
    return thing if writer is None else writer(thing, seen)


@cache
def writer_of(kind: type) -> Callable[[Any, dict[int, int]], Any] | None:
    """What writes out things of a type, `None` where they are values: asked once of each, as there are so many."""
    if issubclass(kind, VALUES):
        return None
    if issubclass(kind, Position):
        return position
    if issubclass(kind, Mapping):
        return mapping
    return sequence if issubclass(kind, tuple | list) else members


def position(thing: Position, _: dict[int, int]) -> Any:
    return tuple((key, stakes) for key, stakes in sorted(thing.stakes.items()) if stakes != NOTHING)


def mapping(thing: Mapping[Any, Any], seen: dict[int, int]) -> Any:
    pairs = ((key, written_out(value, seen)) for key, value in thing.items())
    # A position in which nothing is at stake is no position.
    return tuple((key, value) for key, value in pairs if value != () or not isinstance(thing[key], Position))


def sequence(thing: Sequence[Any], seen: dict[int, int]) -> Any:
    return tuple([written_out(item, seen) for item in thing])


def members(thing: Any, seen: dict[int, int]) -> Any:
    if id(thing) in seen:
        return f"as {seen[id(thing)]}"
    seen[id(thing)] = len(seen)
    written: dict[str, Any] = {}
    for name in names_in(type(thing)) or [name for name in vars(thing) if name not in NOT_WRITTEN_OUT]:
        value = getattr(thing, name)
        writer = writer_of(type(value))
        written[name] = value if writer is None else writer(value, seen)
    return written


@cache
def names_in(kind: type) -> list[str]:
    """The names of what objects of a type hold; none where each has a dictionary of its own."""
    names = kind.__struct_fields__ if issubclass(kind, Struct) else getattr(kind, "__slots__", ())
    return [name for name in names if name not in NOT_WRITTEN_OUT]

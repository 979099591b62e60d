"""Every object of ours that can be reached from another, and the attributes that it has."""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec


def attributes_of(one: object) -> dict[str, Any]:
    """The attributes of an object that hold its state, by name."""
    kind = type(one)
    if isinstance(one, msgspec.Struct):
        names = list(kind.__struct_fields__)  # type: ignore[attr-defined]
    elif dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
    elif isinstance(one, tuple) and hasattr(one, "_fields"):
        names = list(one._fields)
    else:
        slots = [name for base in kind.__mro__ for name in _slots(base)]
        names = [*slots, *getattr(one, "__dict__", {})]
    return {name: getattr(one, name) for name in dict.fromkeys(names) if hasattr(one, name)}


def _slots(kind: type) -> list[str]:
    slots = kind.__dict__.get("__slots__", ())
    return [slots] if isinstance(slots, str) else [name for name in slots if not name.startswith("__")]


def is_ours(one: object) -> bool:
    """Whether an object is of a class of ours that has attributes."""
    return type(one).__module__.startswith("simulator.") and not isinstance(one, Enum | type) and not callable(one)


def reachable(root: object, follows: Callable[[object, str], bool]) -> Iterator[object]:
    """Every object of ours that is reached from a root, each once, by attributes that are to be followed."""
    seen: set[int] = set()
    waiting = deque([root])
    while waiting:
        one = waiting.popleft()
        if isinstance(one, str | bytes | int | float | None) or id(one) in seen:
            continue
        seen.add(id(one))
        if is_ours(one):
            yield one
            waiting.extend(value for name, value in attributes_of(one).items() if follows(one, name))
        elif isinstance(one, Mapping):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif isinstance(one, list | tuple | set | frozenset | deque):
            waiting.extend(one)

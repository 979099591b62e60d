"""The whole state of a world as JSON, and back: what a snapshot holds.

Objects that have an identity stand in tables, one a class, and everything that refers to one names its class and its
row. A table holds a column for each attribute, and so does whatever is kept in lists, dictionaries and tuples: values
of one kind stand together, with their kind said once. So an image is written and read column by column, and most
columns are plain JSON.

A column is a list that begins with its kind:

    ["plain", values]                      numbers, texts, booleans and null
    ["same", value, count]                 one of these so many times
    ["enum", class, values]
    ["text", class, texts]                 decimals and fractions
    ["object", class, rows]                references to a table
    ["record", class, columns]             tuples with named fields, by value: a column for each field
    ["list" ..., lengths, items]           so many items of one column for each list, tuple, set or queue
    ["dict" ..., lengths, keys, values]    likewise
    ["mixed", kinds, columns]              values of several kinds: for each the number of the column it stands in
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import accumulate, chain, pairwise, starmap
from typing import Any, Final

import msgspec

Column = list[Any]

PLAIN: Final = frozenset({int, str, float, bool, type(None)})
TEXTS: Final[Mapping[str, type]] = {"decimal": Decimal, "fraction": Fraction}
ROWS: Final[Mapping[str, Callable[[Iterable[Any]], Any]]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
}
MAPS: Final[Mapping[str, Callable[[Iterable[Any]], Any]]] = {"dict": dict, "ordered": OrderedDict}
_WORDS: Final[Mapping[type, str]] = {
    **{kind: word for word, kind in TEXTS.items()},
    list: "list",
    tuple: "tuple",
    set: "set",
    frozenset: "frozenset",
    dict: "dict",
    OrderedDict: "ordered",
}


MOST_ROWS: Final = 10_000_000
"""How many values and objects an image may say that there are without writing them out."""


class NotAnImage(ValueError):
    """A document is no image of the classes it is read with; the sentence says what is wrong."""


class Classes:
    """The classes whose objects an image may hold, by name, and what of them is not written but made anew."""

    def __init__(self, classes: Iterable[type], left_out: Mapping[type, Iterable[str]]) -> None:
        self._names: Final = {kind: f"{kind.__module__.partition('.')[2]}.{kind.__qualname__}" for kind in classes}
        self._by_name: Final = {name: kind for kind, name in self._names.items()}
        self._left_out: Final = {kind: frozenset(names) for kind, names in left_out.items()}

    def named(self, name: str) -> type:
        """Return the class of a name; raise `NotAnImage`."""
        kind = self._by_name.get(name)
        if kind is None:
            raise NotAnImage(f"there is no class {name[:80]!r} in an image")
        return kind

    def name_of(self, kind: type) -> str:
        """Return the name of a class; raise `TypeError` for one that no image can hold."""
        name = self._names.get(kind)
        if name is None:
            raise TypeError(f"an image cannot hold a {kind.__module__}.{kind.__qualname__}")
        return name

    def lacks(self, kind: type, named: Container[str]) -> str | None:
        """Return the first attribute that objects of a class have, as the class says, and that is not named."""
        left_out = self._left_out.get(kind, frozenset())
        return next((name for name in _slots_of(kind) if name not in left_out and name not in named), None)

    def attributes_of(self, one: object) -> tuple[str, ...]:
        """Return the names of the attributes of an object that are written, in order."""
        left_out = self._left_out.get(type(one), frozenset())
        return tuple(name for name in _names_of(one) if name not in left_out)


def _names_of(one: object) -> Iterator[str]:
    if isinstance(one, msgspec.Struct):
        yield from one.__struct_fields__
        return
    yield from _slots_of(type(one))
    yield from getattr(one, "__dict__", ())


def _slots_of(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


# Writing


class Writer:
    """Writes one image."""

    def __init__(self, classes: Classes) -> None:
        self._classes: Final = classes
        self._rows: Final[dict[int, int]] = {}
        """By the identity of an object: its row."""
        self._objects: Final[dict[str, list[object]]] = {}
        self._columns: Final[dict[str, dict[str, list[Column]]]] = {}
        self._written: Final[dict[str, int]] = {}

    def write(self, root: Sequence[object]) -> dict[str, Any]:
        """Return the image of some objects and of everything that they lead to."""
        column = self._column(root)
        while any(self._write_new(name) for name in list(self._objects)):
            pass
        tables = {name: {"rows": len(rows), "attributes": self._columns[name]} for name, rows in self._objects.items()}
        return {"root": column, "tables": tables}

    def _write_new(self, name: str) -> bool:
        """Write the objects of a class that were met since it was written last; return whether there were any."""
        objects, written = self._objects[name], self._written.get(name, 0)
        new = objects[written:]
        if not new:
            return False
        self._written[name] = len(objects)
        columns = self._columns.setdefault(name, {})
        for attribute in self._classes.attributes_of(new[0]):
            column = self._column([getattr(one, attribute) for one in new])
            columns.setdefault(attribute, []).append(column)
        return True

    def _row(self, name: str, one: object) -> int:
        row = self._rows.get(id(one))
        if row is None:
            objects = self._objects.setdefault(name, [])
            row = self._rows[id(one)] = len(objects)
            objects.append(one)
        return row

    def _column(self, values: Sequence[Any]) -> Column:
        kinds = set(map(type, values))
        if kinds <= PLAIN:
            first = values[0] if values else None
            if len(kinds) == 1 and all(value == first for value in values):
                return ["same", first, len(values)]
            return ["plain", list(values)]
        if len(kinds) == 1:
            return self._column_of(kinds.pop(), values)
        places = {kind: place for place, kind in enumerate(dict.fromkeys(map(type, values)))}
        parts = [[value for value in values if type(value) is kind] for kind in places]
        return ["mixed", [places[type(value)] for value in values], [self._column(part) for part in parts]]

    def _column_of(self, kind: type, values: Sequence[Any]) -> Column:
        word = _WORDS.get(kind)
        if word in TEXTS:
            return ["text", word, list(map(str, values))]
        if word in MAPS:
            keys, items = (
                list(chain.from_iterable(values)),
                list(chain.from_iterable(value.values() for value in values)),
            )
            return [word, list(map(len, values)), self._column(keys), self._column(items)]
        if word in ROWS:
            if kind in (set, frozenset):
                values = [sorted(value, key=repr) for value in values]
            return [word, list(map(len, values)), self._column(list(chain.from_iterable(values)))]
        if kind is deque:
            items = self._column(list(chain.from_iterable(values)))
            return ["deque", list(map(len, values)), items, [value.maxlen for value in values]]
        name = self._classes.name_of(kind)
        if issubclass(kind, Enum):
            return ["enum", name, [value.value for value in values]]
        if issubclass(kind, tuple):
            return ["record", name, [self._column(column) for column in zip(*values, strict=True)]]
        return ["object", name, [self._row(name, value) for value in values]]


# Reading


class Reader:
    """Reads one image, and replaces texts by others where it is told to."""

    def __init__(self, classes: Classes, image: Mapping[str, Any], renamed: Mapping[str, str] | None = None) -> None:
        self._classes: Final = classes
        self._image: Final = image
        self._renamed: Final = renamed or {}
        self._objects: Final[dict[str, list[Any]]] = {}
        self._promised = 0
        """How many values were said to be there without being written out."""

    def read(self) -> list[Any]:
        """Return the objects that were written; raise `NotAnImage` where the document is not what was written."""
        try:
            tables = self._image["tables"]
            later = {name for name in tables if issubclass(self._classes.named(name), msgspec.Struct)}
            for name in tables.keys() - later:
                kind = self._classes.named(name)
                self._objects[name] = [object.__new__(kind) for _ in range(self._bounded(tables[name]["rows"]))]
            for name in tables.keys() - later:
                self._fill(name)
            return self._values(self._image["root"])
        except _UNREADABLE as error:
            if isinstance(error, NotAnImage):
                raise
            raise NotAnImage(f"this is not an image of a world ({type(error).__name__}: {str(error)[:200]})") from None

    def _fill(self, name: str) -> None:
        kind, objects = self._classes.named(name), self._objects[name]
        in_dictionaries: dict[str, list[Any]] = {}
        attributes = self._image["tables"][name]["attributes"]
        missing = self._classes.lacks(kind, attributes) if objects else None
        if missing is not None:
            raise NotAnImage(f"there is no {missing} of any {name}")
        for attribute, columns in attributes.items():
            values = self._joined(columns, len(objects))
            slot = getattr(kind, attribute, None)
            if slot is not None and hasattr(slot, "__set__"):
                deque(map(slot.__set__, objects, values), maxlen=0)
            else:
                in_dictionaries[attribute] = values
        if in_dictionaries:
            names = tuple(in_dictionaries)
            for one, row in zip(objects, zip(*in_dictionaries.values(), strict=True), strict=True):
                one.__dict__.update(zip(names, row, strict=True))

    def _table(self, name: str) -> list[Any]:
        """Return the objects of a class; those that are made of what they hold are made now."""
        objects = self._objects.get(name)
        if objects is None:
            table, kind = self._image["tables"][name], self._classes.named(name)
            columns = [self._joined(columns, table["rows"]) for columns in table["attributes"].values()]
            names = tuple(table["attributes"])
            objects = self._objects[name] = [
                kind(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)
            ]
        return objects

    def _joined(self, columns: Sequence[Column], rows: int) -> list[Any]:
        values = list(chain.from_iterable(map(self._values, columns)))
        if len(values) != rows:
            raise NotAnImage(f"a column has {len(values)} values for {rows} objects")
        return values

    def _values(self, column: Column) -> list[Any]:
        kind = column[0]
        if kind == "plain":
            return self._rename(column[1])
        if kind == "same":
            return self._rename([column[1]]) * self._bounded(column[2])
        if kind in ROWS or kind in MAPS:
            return self._containers(kind, *column[1:])
        return self._others(kind, *column[1:])

    def _bounded(self, count: int) -> int:
        if count < 0:
            raise NotAnImage(f"there cannot be {count} of anything")
        self._promised += count
        if self._promised > MOST_ROWS:
            raise NotAnImage(f"{self._promised} values are more than an image may hold")
        return count

    def _rename(self, values: list[Any]) -> list[Any]:
        renamed = self._renamed
        return [renamed.get(value, value) for value in values] if renamed else values

    def _containers(self, kind: str, lengths: list[int], items: Column, more: Any = None) -> list[Any]:
        slices = starmap(slice, pairwise(accumulate(lengths, initial=0)))
        values = self._values(items)
        if kind in MAPS:
            pairs = list(zip(values, self._values(more), strict=True))
            return [MAPS[kind](pairs[each]) for each in slices]
        if kind == "deque":
            return [deque(values[each], maxlen) for each, maxlen in zip(slices, more, strict=True)]
        return [ROWS[kind](values[each]) for each in slices]

    def _others(self, kind: str, name: Any, content: Any) -> list[Any]:
        match kind:
            case "object":
                return list(map(self._table(name).__getitem__, content))
            case "enum":
                return list(map(self._classes.named(name), content))
            case "record":
                return list(starmap(self._classes.named(name), zip(*map(self._values, content), strict=True)))
            case "text":
                return list(map(TEXTS[name], content))
            case "mixed":
                parts = [iter(self._values(part)) for part in content]
                return [next(parts[place]) for place in name]
        raise NotAnImage(f"there is no kind of column {str(kind)[:40]!r}")


_UNREADABLE: Final = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    StopIteration,
)
"""What reading something that was not written here can come to."""

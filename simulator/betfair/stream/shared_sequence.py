"""Sequences that are never changed: one that has another item somewhere shares with the one before nearly all there is.

Items hang on a tree of small nodes. What is put in makes anew the nodes above it, a handful however long the sequence
is, and two sequences differ only where they do not share their nodes, so that is all that is looked at.
"""

from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

BITS: Final = 3
WIDTH: Final = 1 << BITS
"""How many items, or nodes, a node has at most."""
_PLACE: Final = WIDTH - 1

T = TypeVar("T")
_Node = tuple[Any, ...]


class SharedSequence(Generic[T]):
    """A sequence of items, without any at first."""

    __slots__ = ("_height", "_root", "length")

    def __init__(self) -> None:
        self._root: _Node = ()
        self._height = 0
        """How many nodes there are between the root and an item."""
        self.length = 0

    def get(self, place: int) -> T | None:
        """Return the item at a place, `None` where there is none yet."""
        if place >= self.length:
            return None
        node: Any = self._root
        for height in range(self._height, -1, -1):
            node = node[place >> height * BITS & _PLACE]
        item: T = node
        return item

    def put(self, place: int, item: T) -> "SharedSequence[T]":
        """Return a sequence with this item at a place, which is at most the one after the last."""
        new = SharedSequence[T]()
        new._root, new._height = self._raised(self._height + (place == WIDTH << self._height * BITS))
        new._root = _put(new._root, new._height, place, item)
        new.length = max(self.length, place + 1)
        return new

    def differing(self, before: "SharedSequence[T]") -> Iterator[tuple[T | None, T]]:
        """Yield the items that are others than in a sequence before, with what was there, `None` for what is new.

        An item that was made anew is another one only if it does not equal the one before.
        """
        height = max(self._height, before._height)
        yield from _differing(before._raised(height)[0], self._raised(height)[0], height)

    def _raised(self, height: int) -> tuple[_Node, int]:
        """Return the root that stands for the same items at a height of the tree."""
        root = self._root
        for _ in range(height - self._height):
            root = (root,)
        return root, height


def _put(node: _Node, height: int, place: int, item: object) -> _Node:
    at = place >> height * BITS & _PLACE
    if height:
        item = _put(node[at] if at < len(node) else (), height - 1, place, item)
    return (*node[:at], item, *node[at + 1 :])


def _differing(before: _Node, after: _Node, height: int) -> Iterator[tuple[Any, Any]]:
    known = len(before)
    for at, item in enumerate(after):
        was = before[at] if at < known else None
        if item is was:
            continue
        if height:
            yield from _differing(was or (), item, height - 1)
        elif item != was:
            yield was, item

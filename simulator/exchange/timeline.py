"""Orders in the order of a time, of which any stretch can be read without what comes before it."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, Final

from simulator.exchange.orders import Order

BLOCK: Final = 512
"""How many orders stand together; a block that has grown to twice as many is divided."""


class Timeline:
    """Orders by a time and, where that is the same, by bet id. The time of an order stays what it is while it is here.

    They stand in blocks. To add the latest costs the same however many there are; to add or remove another one, and to
    find a time or a position, costs two bisections and a look at the lengths of the blocks. Many that come together get
    their places when somebody asks for one.
    """

    __slots__ = ("_blocks", "_length", "_runs", "_starts")

    def __init__(self) -> None:
        self._blocks: list[list[tuple[int, int, Order]]] = []
        self._starts: list[Any] = []
        """For each block a time and a bet id that nothing in it comes before."""
        self._runs: list[tuple[int, tuple[Order, ...]]] = []
        """Later than all blocks, each later than the one before: times, and the orders of each in order of bet ids."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, at: int, order: Order) -> None:
        """Add an order that is not here yet."""
        if self._runs:
            self._catch_up()
        entry = (at, order.bet_id, order)
        self._length += 1
        blocks = self._blocks
        if not blocks or entry > blocks[-1][-1]:
            if blocks and len(blocks[-1]) < BLOCK:
                blocks[-1].append(entry)
            else:
                blocks.append([entry])
                self._starts.append(entry[:2])
            return
        place = max(0, bisect_right(self._starts, entry[:2]) - 1)
        block = blocks[place]
        insort(block, entry)
        self._starts[place] = min(self._starts[place], entry[:2])
        if len(block) >= 2 * BLOCK:
            blocks[place : place + 1] = [block[:BLOCK], block[BLOCK:]]
            self._starts.insert(place + 1, block[BLOCK][:2])

    def add_all(self, at: int, orders: tuple[Order, ...]) -> None:
        """Add orders that are not here yet with one time, in the order of their bet ids."""
        latest = self._latest_time
        if latest is not None and at <= latest:
            for order in orders:
                self.add(at, order)
        elif orders:
            self._runs.append((at, orders))
            self._length += len(orders)

    @property
    def _latest_time(self) -> int | None:
        if self._runs:
            return self._runs[-1][0]
        return self._blocks[-1][-1][0] if self._blocks else None

    @property
    def latest(self) -> Order:
        """Return the last of the orders; `IndexError` where there is none."""
        return self._runs[-1][1][-1] if self._runs else self._blocks[-1][-1][2]

    def _catch_up(self) -> None:
        """Put the orders that came together into blocks."""
        blocks = self._blocks
        for at, orders in self._runs:
            entries = [(at, order.bet_id, order) for order in orders]
            room = max(0, BLOCK - len(blocks[-1])) if blocks else 0
            if room:
                blocks[-1] += entries[:room]
            for first in range(room, len(entries), BLOCK):
                blocks.append(entries[first : first + BLOCK])
                self._starts.append(entries[first][:2])
        self._runs.clear()

    def remove(self, at: int, order: Order) -> None:
        """Remove an order that was added with this time."""
        if self._runs:
            self._catch_up()
        key: Any = (at, order.bet_id)
        place = bisect_right(self._starts, key) - 1
        block = self._blocks[place]
        del block[bisect_left(block, key)]
        self._length -= 1
        if not block:
            del self._blocks[place], self._starts[place]

    def count_before(self, at: int) -> int:
        """Return how many orders are earlier than a time."""
        if self._runs:
            self._catch_up()
        key: Any = (at,)
        place = bisect_left(self._starts, key) - 1
        if place < 0:
            return 0
        return sum(map(len, self._blocks[:place])) + bisect_left(self._blocks[place], key)

    def between(self, begin: int, end: int) -> list[Order]:
        """Return the orders from one position, counted from 0, up to but without another."""
        if self._runs:
            self._catch_up()
        found: list[Order] = []
        for block in self._blocks:
            length = len(block)
            if end <= 0:
                break
            if begin < length:
                found += [order for _, _, order in block[max(0, begin) : end]]
            begin -= length
            end -= length
        return found


class Stretch:
    """The orders of a timeline from a time on and before another, to be read in pages or one after the other.

    It is to be read before anything else happens.
    """

    __slots__ = ("_begin", "_end", "_is_latest_first", "_timeline")

    def __init__(
        self, timeline: Timeline, start: int | None = None, end: int | None = None, *, is_latest_first: bool = False
    ) -> None:
        self._timeline: Final = timeline
        self._begin: Final = 0 if start is None else timeline.count_before(start)
        self._end: Final = len(timeline) if end is None else timeline.count_before(end)
        self._is_latest_first: Final = is_latest_first

    def __len__(self) -> int:
        return max(0, self._end - self._begin)

    def __iter__(self) -> Iterator[Order]:
        for first in range(0, len(self), BLOCK):
            yield from self.page(first, first + BLOCK)

    def page(self, first: int, end: int) -> list[Order]:
        """Return the orders from the `first`th on, counted from 0, up to but without the `end`th."""
        end = min(end, len(self))
        if first >= end:
            return []
        if self._is_latest_first:
            return self._timeline.between(self._end - end, self._end - first)[::-1]
        return self._timeline.between(self._begin + first, self._begin + end)

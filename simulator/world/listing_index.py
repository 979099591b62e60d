"""An index of a list by what its members have in common, and by a number that each has: the shortest way to some."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, Generic, TypeVar

T = TypeVar("T")

WORTHWHILE: Final = 4
"""Members that are more than one in so many of all are found faster by looking at all: they need no sorting."""


class ListingIndex(Generic[T]):
    """The members of a list by texts, each kind of which has a name, and by a number."""

    def __init__(
        self, members: Iterable[T], texts: Mapping[str, Callable[[T], str | None]], number: Callable[[T], int]
    ) -> None:
        self._members: Final = list(members)
        self._places: Final[dict[str, dict[str, list[int]]]] = {name: {} for name in texts}
        for place, member in enumerate(self._members):
            for name, text_of in texts.items():
                text = text_of(member)
                if text is not None:
                    self._places[name].setdefault(text, []).append(place)
        by_number = sorted(range(len(self._members)), key=lambda place: number(self._members[place]))
        self._by_number: Final = by_number
        self._numbers: Final = [number(self._members[place]) for place in by_number]

    def candidates(
        self, wanted: Mapping[str, Collection[str]], least: int | None = None, most: int | None = None
    ) -> Iterator[T]:
        """Yield few members, in their order, among which are all with one of the texts wanted of each kind.

        And with a number from `least` to `most`, where these are given. All members are yielded where that leaves many.
        """
        first = 0 if least is None else bisect_left(self._numbers, least)
        end = len(self._numbers) if most is None else bisect_right(self._numbers, most)
        shortest, count = [self._by_number], max(end - first, 0)
        is_by_number = True
        for name, texts in wanted.items():
            known = self._places[name]
            lists = [known[text] for text in dict.fromkeys(texts) if text in known]
            length = sum(map(len, lists))
            if length < count:
                shortest, count, is_by_number = lists, length, False
        if count * WORTHWHILE > len(self._members):
            yield from self._members
            return
        places = self._by_number[first:end] if is_by_number else chain.from_iterable(shortest)
        yield from map(self._members.__getitem__, sorted(places))

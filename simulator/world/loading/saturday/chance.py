"""What looks drawn by chance and is not: the same seed and the same purpose give the same numbers."""

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")


class Chance:
    """Numbers for one purpose: digests of the seed, the purpose and a count, four bytes each."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._name: Final = f"{seed}:{purpose}:"
        self._blocks = 0
        self._numbers: list[int] = []

    def below(self, end: int) -> int:
        """Return a number from 0 to `end` - 1."""
        if not self._numbers:
            self._blocks += 1
            digest = hashlib.sha512(f"{self._name}{self._blocks}".encode()).digest()
            self._numbers = [int.from_bytes(digest[place : place + 4], "big") for place in range(0, 64, 4)]
        return self._numbers.pop() % end

    def between(self, first: int, last: int) -> int:
        """Return a number from `first` to `last`."""
        return first + self.below(last - first + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of some things."""
        return choices[self.below(len(choices))]

    def some_of(self, choices: Sequence[T], number: int) -> list[T]:
        """Return so many different ones of some things, in any order."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(number)]

    def weighed(self, weights: Sequence[int]) -> int:
        """Return the place of one of some weights, the more likely the greater it is."""
        drawn = self.below(sum(weights))
        for place, weight in enumerate(weights):
            if drawn < weight:
                return place
            drawn -= weight
        raise AssertionError("what is drawn is less than all weights together")

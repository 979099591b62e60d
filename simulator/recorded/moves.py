"""What an update has changed of a runner that is watched, noted where it happens."""

from collections.abc import Collection
from typing import Final

EVERY_PRICE: Final = range(-(2**40), 2**40)
"""All prices there are, those of lines included: to look whether a number is in a range costs no more than in a set."""
NO_PRICE: Final = range(0)


class Moves:
    """What was shown and traded before of one runner, by price, where it is otherwise: the first that is noted counts.

    `ladders` has it by `Quantity`, up to the last of `LADDERS`, and `wanted` of which prices it is to be noted: of each
    ladder some, all (`EVERY_PRICE`) or none (`NO_PRICE`).
    """

    __slots__ = ("available_to_back", "available_to_lay", "ladders", "traded", "wanted")

    def __init__(self) -> None:
        to_back: dict[int, int] = {}
        to_lay: dict[int, int] = {}
        traded: dict[int, int] = {}
        nothing: dict[int, int] = {}
        self.available_to_back: Final = to_back
        self.available_to_lay: Final = to_lay
        self.traded: Final = traded
        self.ladders: Final = (nothing, to_back, to_lay, traded, nothing, nothing)
        self.wanted: Wanted
        self.want(EVERY_PRICE, EVERY_PRICE, EVERY_PRICE)

    def want(self, to_back: Collection[int], to_lay: Collection[int], traded: Collection[int]) -> None:
        """Say of which prices changes are to be noted from now on."""
        self.wanted = (NO_PRICE, to_back, to_lay, traded, NO_PRICE, NO_PRICE)

    def clear(self) -> None:
        """Forget what has changed."""
        self.available_to_back.clear()
        self.available_to_lay.clear()
        self.traded.clear()


Wanted = tuple[Collection[int], Collection[int], Collection[int], Collection[int], Collection[int], Collection[int]]
"""By `Quantity`, up to the last of `LADDERS`."""

"""What an update has changed of a runner that is watched, noted where it happens."""

from typing import Final


class Moves:
    """What was shown and traded before of one runner, by price, where it is otherwise: the first that is noted counts.

    `ladders` has it by `Quantity`, up to the last of `LADDERS`.
    """

    __slots__ = ("available_to_back", "available_to_lay", "ladders", "starting_price_bets", "traded")

    def __init__(self) -> None:
        to_back: dict[int, int] = {}
        to_lay: dict[int, int] = {}
        traded: dict[int, int] = {}
        starting_price_bets: dict[int, int] = {}
        nothing: dict[int, int] = {}
        self.available_to_back: Final = to_back
        self.available_to_lay: Final = to_lay
        self.traded: Final = traded
        self.starting_price_bets: Final = starting_price_bets
        """Of backs and lays alike: only that there are others is of interest."""
        self.ladders: Final = (nothing, to_back, to_lay, traded, starting_price_bets, starting_price_bets)

    def clear(self) -> None:
        """Forget what has changed."""
        self.available_to_back.clear()
        self.available_to_lay.clear()
        self.traded.clear()
        self.starting_price_bets.clear()

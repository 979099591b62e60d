"""Prices with their sizes for flumine strategies, made when they are looked at."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from simulator.recorded.market import Ladder


class Prices(Sequence[dict[str, float]]):
    """Prices with their sizes, best first, to be read as a list; one is made when more than the best is asked for."""

    __slots__ = ("_best", "_descending", "_ladder", "_made")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ladder: Ladder, best: int | None = None, *, descending: bool = False) -> None:
        """Show a ladder that nobody changes any more; `best` is its best price, `None` where it is not known."""
        self._ladder: Final = ladder
        self._best = best
        self._descending: Final = descending
        self._made: list[dict[str, float]] | None = None

    @property
    def data(self) -> list[dict[str, float]]:
        """Return the list."""
        if self._made is None:
            prices = sorted(self._ladder.items(), reverse=self._descending)
            self._made = [{"price": price / 100, "size": size / 100} for price, size in prices]
        return self._made

    def __getitem__(self, index: Any) -> Any:
        if index != 0 or self._made is not None or not self._ladder:
            return self.data[index]
        if self._best is None:
            self._best = max(self._ladder) if self._descending else min(self._ladder)
        return {"price": self._best / 100, "size": self._ladder[self._best] / 100}

    def __iter__(self) -> Iterator[dict[str, float]]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self._ladder)

    def __eq__(self, other: object) -> bool:
        return self.data == (other.data if isinstance(other, Prices) else other)

    def __add__(self, other: Any) -> list[dict[str, float]]:
        return self.data + list(other)

    def __radd__(self, other: Any) -> list[dict[str, float]]:
        return list(other) + self.data

    def __repr__(self) -> str:
        return repr(self.data)

    def copy(self) -> list[dict[str, float]]:
        """Return the list, as a list."""
        return self.data.copy()

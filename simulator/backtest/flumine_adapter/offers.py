"""Prices and sizes of a runner for flumine strategies, made when they are looked at."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from simulator.backtest.books import RecordedBook
from simulator.recorded.market import Ladder


class Prices(Sequence[dict[str, float]]):
    """Prices with their sizes, best first, to be read as a list; one is made when more than the best is asked for."""

    __slots__ = ("_best", "_descending", "_ladder", "_made")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ladder: Ladder, best: int | None = None, *, descending: bool = False) -> None:
        self._ladder: Final = ladder.copy()
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


class LazyOffers:
    """What is offered on a runner and was traded: `ex` of a runner."""

    __slots__ = ("_back", "_book", "_lay", "_traded")

    def __init__(self, book: RecordedBook) -> None:
        self._book: Final = book
        self._back: Any = None
        self._lay: Any = None
        self._traded: Any = None

    def make_whole(self) -> None:
        """Make all that was not looked at."""
        _ = self.available_to_back, self.available_to_lay, self.traded_volume

    @property
    def available_to_back(self) -> Any:
        """Return what can be backed, the highest price first."""
        if self._back is None:
            book = self._book
            if not book.lays.is_idle:
                self._back = Prices(book.lays.ladder(), descending=True)
            elif book.recorded.available_to_back and not book.recorded.levels_shown:
                self._back = Prices(book.recorded.available_to_back, book.recorded.best_back, descending=True)
            else:
                self._back = self._levels("bdatb", "batb")
        return self._back

    @property
    def available_to_lay(self) -> Any:
        """Return what can be laid, the lowest price first."""
        if self._lay is None:
            book = self._book
            if not book.backs.is_idle:
                self._lay = Prices(book.backs.ladder())
            elif book.recorded.available_to_lay and not book.recorded.levels_shown:
                self._lay = Prices(book.recorded.available_to_lay, book.recorded.best_lay)
            else:
                self._lay = self._levels("bdatl", "batl")
        return self._lay

    @property
    def traded_volume(self) -> Any:
        """Return what was traded at each price, the lowest price first."""
        if self._traded is None:
            self._traded = Prices(self._book.recorded.traded)
        return self._traded

    def _levels(self, *names: str) -> list[dict[str, float]]:
        """Return what a recording shows that has the best few levels only."""
        for name in names:
            levels = self._book.recorded.levels.get(name)
            if levels:
                return [{"price": price / 100, "size": size / 100} for _, (price, size) in sorted(levels.items())]
        return []

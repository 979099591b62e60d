"""What a strategy sees of a market on a server: `MarketView` and `RunnerView` of `simulator.backtest.strategy`.

What is seen is the library's book of a market, as the last message of the stream left it. What the bets make of the
market is asked for over HTTP when the strategy wants to know.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from simulator.backtest.defined import Defined
from simulator.backtest.strategy import PriceSize

Figures = Callable[[str], Mapping[tuple[int, float], float]]
"""What the matched bets of a market bring for each runner that can win, if it does."""


class LiveRunnerView:
    """A runner of a book of the library."""

    __slots__ = ("_book", "name")

    def __init__(self, book: Any, name: str) -> None:
        self._book: Final = book
        self.name: Final = name

    def __repr__(self) -> str:
        return f"<{self.name}: {self.best_back} / {self.best_lay}>"

    @property
    def selection_id(self) -> int:
        """Return its number."""
        return int(self._book.selection_id)

    @property
    def handicap(self) -> float:
        """Return its handicap."""
        return float(self._book.handicap or 0.0)

    @property
    def status(self) -> str:
        """Return its status."""
        return str(self._book.status)

    @property
    def adjustment_factor(self) -> float | None:
        """Return the reduction factor in percent."""
        factor: float | None = self._book.adjustment_factor
        return factor

    @property
    def best_back(self) -> float | None:
        """Return the best price that is available to back."""
        return self.available_to_back[0][0] if self.available_to_back else None

    @property
    def best_lay(self) -> float | None:
        """Return the best price that is available to lay."""
        return self.available_to_lay[0][0] if self.available_to_lay else None

    @property
    def available_to_back(self) -> Sequence[PriceSize]:
        """Return what is available to back, the best price first."""
        return _offers(self._book.ex.available_to_back)

    @property
    def available_to_lay(self) -> Sequence[PriceSize]:
        """Return what is available to lay, the best price first."""
        return _offers(self._book.ex.available_to_lay)

    @property
    def traded(self) -> Mapping[float, float]:
        """Return what was traded at each price, both sides counted."""
        return dict(_offers(self._book.ex.traded_volume))

    @property
    def total_matched(self) -> float:
        """Return what was traded in all."""
        return float(self._book.total_matched or 0.0)

    @property
    def last_price_traded(self) -> float | None:
        """Return the price of the last match."""
        last: float | None = self._book.last_price_traded
        return last

    @property
    def starting_price(self) -> float | None:
        """Return the starting price, once it is made."""
        price = None if self._book.sp is None else self._book.sp.actual_sp
        return price if isinstance(price, float | int) else None


def _offers(offers: Sequence[Any]) -> list[PriceSize]:
    return [(float(each.price), float(each.size)) for each in offers]


class LiveMarketView(Defined[LiveRunnerView]):
    """A market of a server. `book` is the library's, and another one after every message."""

    def __init__(self, book: Any, names: Mapping[int, str], figures: Figures) -> None:
        self.book = book
        self.profit: float | None = None
        """What the bets have brought, before commission, once the market is settled."""
        self._names: Final = names
        self._figures: Final = figures

    def __repr__(self) -> str:
        return f"<{self.market_id} {self.market_type} {self.status}>"

    @property
    def definition(self) -> Any:
        """Return the library's definition of the market."""
        return self.book.market_definition

    @property
    def market_id(self) -> str:
        """Return its id."""
        return str(self.book.market_id)

    @property
    def time(self) -> int:
        """Return the time at which it was told."""
        return int(self.book.publish_time_epoch)

    @property
    def start_time(self) -> int:
        """Return when it is to begin."""
        return _milliseconds(self.definition.market_time)

    @property
    def status(self) -> str:
        """Return its status."""
        return str(self.book.status)

    @property
    def in_play(self) -> bool:
        """Return whether it is in play."""
        return bool(self.book.inplay)

    @property
    def bet_delay_seconds(self) -> int:
        """Return how long a bet waits now."""
        return int(self.book.bet_delay or 0)

    @property
    def version(self) -> int:
        """Return its version."""
        return int(self.book.version)

    @property
    def number_of_winners(self) -> int:
        """Return how many win."""
        return int(self.book.number_of_winners)

    @property
    def total_matched(self) -> float:
        """Return what was traded in all."""
        return float(self.book.total_matched or 0.0)

    @property
    def runners(self) -> Sequence[LiveRunnerView]:
        """Return all runners, in the order of the market."""
        places = {
            (int(runner.selection_id), float(runner.handicap or 0.0)): runner.sort_priority
            for runner in self.definition.runners
        }
        views = [self._view(each) for each in self.book.runners]
        return sorted(views, key=lambda view: places.get((view.selection_id, view.handicap), 0))

    def runner(self, selection_id: int, handicap: float = 0.0) -> LiveRunnerView:
        """Return a runner; raise `KeyError` where there is no such one."""
        for each in self.book.runners:
            if int(each.selection_id) == selection_id and float(each.handicap or 0.0) == handicap:
                return self._view(each)
        raise KeyError(selection_id)

    def _view(self, runner: Any) -> LiveRunnerView:
        selection_id = int(runner.selection_id)
        return LiveRunnerView(runner, self._names.get(selection_id) or str(selection_id))

    @property
    def profits(self) -> Mapping[tuple[int, float], float]:
        """Return what the matched bets bring, before commission, for each runner that can win, if it does."""
        return self._figures(self.market_id)

    @property
    def exposure(self) -> float:
        """Return the most that the matched bets of this market can lose; what is unmatched is not in it."""
        return max(0.0, -min(self.profits.values(), default=0.0))


def _milliseconds(time: datetime | None) -> int:
    """Return a time of the library, which is in UTC and does not say so, 0 where there is none."""
    return 0 if time is None else round(time.replace(tzinfo=UTC).timestamp() * 1000)

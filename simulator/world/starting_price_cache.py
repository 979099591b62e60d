"""Near and far prices as customers see them: computed at a reading, and then the same for a while."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from simulator.exchange.auction import projected_prices
from simulator.exchange.money import Price
from simulator.exchange.orders import RunnerKey
from simulator.exchange.runner import Runner
from simulator.exchange.starting_price import published
from simulator.world.happened import ProjectedPrice


class Projection(NamedTuple):
    """What the starting price would have been at a time: with the exchange's unmatched bets, and without them."""

    made_at: int
    near: Price
    far: Price

    def shown(self, key: RunnerKey) -> ProjectedPrice:
        """Return them as the story tells of them."""
        return ProjectedPrice(key, published(self.near), published(self.far))


class StartingPriceCache:
    """Keeps near and far prices. The exchange keeps them for 60 seconds (manual, StartingPrices)."""

    def __init__(self, refresh_milliseconds: int) -> None:
        self._refresh_milliseconds: Final = refresh_milliseconds
        self._made: Final[dict[tuple[str, RunnerKey], Projection]] = {}

    def is_due(self, market_id: str, key: RunnerKey, at: int) -> bool:
        """Return whether the prices of a runner are to be worked out anew before they are shown at a time."""
        known = self._made.get((market_id, key))
        return known is None or at - known.made_at >= self._refresh_milliseconds

    def work_out(self, market_id: str, runner: Runner, at: int) -> Projection:
        """Work out the prices of a runner, keep them and return them."""
        known = self._made[market_id, runner.key] = Projection(at, *projected_prices(runner))
        return known

    def of(self, market_id: str, key: RunnerKey) -> Projection:
        """Return the prices of a runner that were worked out last; `KeyError` where that was never done."""
        return self._made[market_id, key]

    def kept(self, at: int) -> Iterator[tuple[str, RunnerKey, Projection]]:
        """Yield the prices that would still be shown at a time."""
        for (market_id, key), known in sorted(self._made.items(), key=lambda item: item[0]):
            if at - known.made_at < self._refresh_milliseconds:
                yield market_id, key, known

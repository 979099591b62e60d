"""The prices of runners as they were last read, worked out once for each change, however often books are asked for.

Bots ask for the same book again and again, and most of the time nothing in it has changed. What was read is kept beside
the market it was read from, for the request that was last, and goes with it.
"""

from collections.abc import Hashable
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from simulator.betfair.betting.prices import PriceView
from simulator.betfair.schema.sports_markets import ExchangePrices
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.exchange.runner import Runner


class _Known(NamedTuple):
    """Prices, by which view they were read, and as of which revision."""

    view: PriceView
    revision: Hashable
    prices: ExchangePrices


_known: Final[WeakKeyDictionary[Market, dict[RunnerKey, _Known]]] = WeakKeyDictionary()


class MarketPrices:
    """The prices of one market's runners through one view, for one request."""

    def __init__(self, market: Market, view: PriceView) -> None:
        self._market: Final = market
        self._view: Final = view
        self._of_runners: Final = _known.setdefault(market, {})
        # Virtual offers on one runner follow from the offers on all others.
        self._revision: Final = market.offers_revision if view.virtual else 0

    def of(self, runner: Runner) -> ExchangePrices:
        """Return what the view shows of a runner now. What is returned is shared, and for reading only."""
        view, book = self._view, runner.book
        revision: Hashable
        if view.traded:
            revision = (self._revision, *book.shown_revision)
        else:
            revision = self._revision or book.backs.revision + book.lays.revision
        known = self._of_runners.get(runner.key)
        if known is None or known.view is not view or known.revision != revision:
            known = _Known(view, revision, view.exchange_prices(self._market, runner))
            self._of_runners[runner.key] = known
        return known.prices

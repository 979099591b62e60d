"""Which of a runner's prices a request for books wants to see, and how they look on the wire.

Real and virtual offers are one ladder, of which lines are made by rollup, of which there are so many as the depth says.
Sources: manual, PriceProjection, PriceData, ExBestOffersOverrides, "Apuestas virtuales" and "Claves de aplicación en
directo y retardada"; recorded books (what is absent and what is empty); exchange mechanics.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from simulator.betfair.betting.amounts import amounts_in, rate_asked_for
from simulator.betfair.betting.limits import DEFAULT_DEPTH
from simulator.betfair.betting.rollup import Line, Rollup
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_enums import PriceData, RollupModel
from simulator.betfair.schema.sports_inputs import ExBestOffersOverrides, PriceProjection
from simulator.betfair.schema.sports_markets import ExchangePrices
from simulator.betfair.schema.sports_orders import PriceSize
from simulator.exchange.crossmatching import merged_offers
from simulator.exchange.currencies import Rate
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import Side
from simulator.exchange.runner import Runner
from simulator.world.settings import Settings

MAXIMUM_DEPTH: Final = 10
"""How many best offers there are at most, however many are asked for (manual, `bestPricesDepth`)."""

DEPTH_OF_DELAYED_KEYS: Final = 3
"""How many best offers a delayed application key sees (manual, "Niveles de precios")."""

_EXCHANGE_DATA: Final = frozenset({PriceData.EX_BEST_OFFERS, PriceData.EX_ALL_OFFERS, PriceData.EX_TRADED})
_STARTING_PRICE_DATA: Final = frozenset({PriceData.SP_AVAILABLE, PriceData.SP_TRADED})


class PriceView(Struct, frozen=True, kw_only=True):
    """What to show of each runner; worked out once a request. `amount` writes pence, in the currency asked for."""

    exchange: bool
    starting: bool
    best_offers: bool
    all_offers: bool
    virtual: bool
    traded: bool
    rollup: Rollup
    depth: int
    amount: Callable[[int], float]

    def exchange_prices(self, market: Market, runner: Runner) -> ExchangePrices:
        """Return the offers and the traded volume of a runner: all three lists, empty where nothing is wanted.

        Offers come best first, traded volume by rising price. Only the levels shown are read, or worked out.
        """
        return ExchangePrices(
            availableToBack=self._lines(market, runner, Side.BACK),
            availableToLay=self._lines(market, runner, Side.LAY),
            tradedVolume=self._written(sorted(runner.book.shown_traded.items())) if self.traded else [],
        )

    def _lines(self, market: Market, runner: Runner, taker: Side) -> list[PriceSize]:
        if not (self.best_offers or self.all_offers):
            return []
        real = runner.book.offers_to(taker)
        virtual = market.virtual_offers(runner.key, taker) if self.virtual else None
        offers: Iterable[Line]
        if virtual is None:
            offers = ((level.price, level.total) for level in real.best_first())
        else:
            offers = merged_offers(real.sizes(), virtual.best_first(), taker)
        if not self.all_offers:
            offers = self.rollup.best(offers, self.depth, line_market=market.is_line)
        return self._written(offers)

    def _written(self, lines: Iterable[Line]) -> list[PriceSize]:
        amount = self.amount
        return [PriceSize(price / HUNDREDTHS, amount(size)) for price, size in lines]


def no_exchange_prices() -> ExchangePrices:
    """Return the prices of a runner that takes no more bets."""
    return ExchangePrices(availableToBack=[], availableToLay=[], tradedVolume=[])


def price_view(
    projection: PriceProjection | None, settings: Settings, currency: str, *, delayed: bool = False
) -> PriceView:
    """Return what a price projection asks for.

    EX_ALL_OFFERS trumps EX_BEST_OFFERS, and `virtualise` adds virtual offers to either. A delayed application key sees
    the three best offers at most: no others, no traded volume, nothing of the starting price (manual, "Claves de
    aplicación en directo y retardada": EX_BEST_OFFERS only, three price levels). `rolloverStakes` changes nothing:
    cumulative sizes are "not supported as yet" by the service itself.

    Amounts are shown in `currency` at the world's rates, cut to whole hundredths. Raises INVALID_INPUT_DATA for a
    currency there is not, and for overrides that are no depth or no limit.
    """
    rate = rate_asked_for(settings, currency)
    return _view_of(projection, rate, settings.rules.currency(currency).minimum_stake, delayed=delayed)


@lru_cache(maxsize=256)
def _view_of(projection: PriceProjection | None, rate: Rate, minimum_stake: int, *, delayed: bool) -> PriceView:
    """Return the same object for the same wishes, so that it can be told at once whether they are the same."""
    wanted = frozenset(() if projection is None else projection.priceData or ())
    overrides = None if projection is None else projection.exBestOffersOverrides
    all_offers = PriceData.EX_ALL_OFFERS in wanted
    return PriceView(
        exchange=not wanted.isdisjoint(_EXCHANGE_DATA),
        starting=not wanted.isdisjoint(_STARTING_PRICE_DATA) and not delayed,
        best_offers=PriceData.EX_BEST_OFFERS in wanted or (all_offers and delayed),
        all_offers=all_offers and not delayed,
        virtual=projection is not None and bool(projection.virtualise),
        traded=PriceData.EX_TRADED in wanted and not delayed,
        rollup=_rollup(overrides, minimum_stake, rate),
        depth=min(_depth(overrides), DEPTH_OF_DELAYED_KEYS if delayed else MAXIMUM_DEPTH),
        amount=amounts_in(rate),
    )


def _depth(overrides: ExBestOffersOverrides | None) -> int:
    if overrides is None or overrides.bestPricesDepth is None:
        return DEFAULT_DEPTH
    if overrides.bestPricesDepth < 1:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "bestPricesDepth must be above 0")
    return overrides.bestPricesDepth


def _rollup(overrides: ExBestOffersOverrides | None, minimum_stake: int, rate: Rate) -> Rollup:
    """Return the model asked for, with its limit in the exchange's own pence, so that only lines shown are converted.

    A limit counts whole units of the currency, and is ignored where no model is given (manual, `rollupLimit`); NONE has
    none but the minimum stake.
    """
    model, limit = RollupModel.STAKE, minimum_stake
    if overrides is not None and (overrides.rollupLimit or 0) < 0:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "rollupLimit must not be below 0")
    if overrides is not None and overrides.rollupModel is not None:
        model = overrides.rollupModel
        if overrides.rollupLimit is not None and model is not RollupModel.NONE:
            limit = overrides.rollupLimit * HUNDREDTHS
    if model is RollupModel.PAYOUT:
        limit *= HUNDREDTHS
    return Rollup(model, rate.rounded_up(limit))

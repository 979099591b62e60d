"""How much may be asked for at once: weights of market data, lengths of answers, numbers of ids.

A request may weigh 200 points: the weight of what it wants to know about a market, times the number of markets.

Sources: manual, "Límites de solicitud de datos del mercado" and the exceptions TOO_MUCH_DATA and
REQUEST_SIZE_EXCEEDS_LIMIT; `SportsAPING.xml` for `maxResults`.
"""

from collections.abc import Collection, Mapping
from typing import Final

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_enums import MarketProjection, PriceData
from simulator.betfair.schema.sports_inputs import ExBestOffersOverrides, PriceProjection

MAXIMUM_WEIGHT: Final = 200
MAXIMUM_RESULTS: Final = 1000
"""The most markets that listMarketCatalogue can be asked for."""
MAXIMUM_IDS: Final = 250
"""The most ids that one request may name, of markets and bets together."""

CATALOGUE_WEIGHTS: Final[Mapping[MarketProjection, int]] = {
    MarketProjection.MARKET_DESCRIPTION: 1,
    MarketProjection.RUNNER_METADATA: 1,
}
"""All other projections weigh nothing."""

BOOK_WEIGHT_WITHOUT_PRICES: Final = 2
STARTING_PRICE_WEIGHTS: Final[Mapping[PriceData, int]] = {PriceData.SP_AVAILABLE: 3, PriceData.SP_TRADED: 7}
BEST_OFFERS_WEIGHT: Final = 5
ALL_OFFERS_WEIGHT: Final = 17
TRADED_WEIGHT: Final = 17
BEST_OFFERS_AND_TRADED_WEIGHT: Final = 20
ALL_OFFERS_AND_TRADED_WEIGHT: Final = 32
PROFIT_AND_LOSS_WEIGHT: Final = 4

DEFAULT_DEPTH: Final = 3
"""The depth of best offers for which their weight is given; another depth weighs in proportion."""


def check_catalogue_size(
    max_results: int, projections: Collection[MarketProjection], market_ids: Collection[str] | None
) -> None:
    """Check how many markets are asked for, and how much about each.

    The markets that count are those the answer may hold: `max_results`, or the market ids of the filter where these
    are fewer. The manual's own sample weighs exactly 200 by this: 200 results with RUNNER_METADATA.

    Raises TOO_MUCH_DATA for more than 1000 results or 200 points, INVALID_INPUT_DATA for less than one result.
    """
    if max_results > MAXIMUM_RESULTS:
        raise ApiError(ApiErrorCode.TOO_MUCH_DATA, f"MaxResults must be less than or equal to {MAXIMUM_RESULTS}")
    if max_results < 1:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, f"maxResults is {max_results}, and must be above 0")
    weight = sum(CATALOGUE_WEIGHTS.get(projection, 0) for projection in set(projections))
    markets = min(max_results, len(market_ids)) if market_ids else max_results
    _check_weight(weight * DEFAULT_DEPTH, markets)


def check_book_weight(projection: PriceProjection | None, markets: int) -> None:
    """Check how much listMarketBook or listRunnerBook is asked for; raises TOO_MUCH_DATA above 200 points."""
    _check_weight(_book_weight_in_thirds(projection), markets)


def check_profit_and_loss_weight(markets: int) -> None:
    """Check how much listMarketProfitAndLoss is asked for; raises TOO_MUCH_DATA above 200 points."""
    _check_weight(PROFIT_AND_LOSS_WEIGHT * DEFAULT_DEPTH, markets)


def check_number_of_ids(*ids: Collection[str] | None) -> None:
    """Check the ids of markets and bets of a request; raises REQUEST_SIZE_EXCEEDS_LIMIT for more than 250 in all."""
    number = sum(len(some) for some in ids if some)
    if number > MAXIMUM_IDS:
        raise ApiError(
            ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT,
            f"the request names {number} markets and bets, and may name {MAXIMUM_IDS}",
        )


def _check_weight(weight_in_thirds: int, markets: int) -> None:
    # In thirds, because a depth of best offers scales their weight by depth / 3 and whole numbers stay exact.
    if weight_in_thirds * markets > MAXIMUM_WEIGHT * DEFAULT_DEPTH:
        raise ApiError(
            ApiErrorCode.TOO_MUCH_DATA,
            f"{markets} markets at {weight_in_thirds / DEFAULT_DEPTH:g} points each weigh more than {MAXIMUM_WEIGHT}",
        )


def _book_weight_in_thirds(projection: PriceProjection | None) -> int:
    if projection is None or not projection.priceData:
        return BOOK_WEIGHT_WITHOUT_PRICES * DEFAULT_DEPTH
    wanted = set(projection.priceData)
    starting_prices = sum(weight for data, weight in STARTING_PRICE_WEIGHTS.items() if data in wanted)
    traded = PriceData.EX_TRADED in wanted
    if PriceData.EX_ALL_OFFERS in wanted:
        # All offers trump best offers, so where both are wanted the depth of the latter does not matter.
        offers = (ALL_OFFERS_AND_TRADED_WEIGHT if traded else ALL_OFFERS_WEIGHT) * DEFAULT_DEPTH
    elif PriceData.EX_BEST_OFFERS in wanted:
        weight = BEST_OFFERS_AND_TRADED_WEIGHT if traded else BEST_OFFERS_WEIGHT
        offers = weight * _depth(projection.exBestOffersOverrides)
    else:
        offers = TRADED_WEIGHT * DEFAULT_DEPTH if traded else 0
    return starting_prices * DEFAULT_DEPTH + offers


def _depth(overrides: ExBestOffersOverrides | None) -> int:
    if overrides is None or overrides.bestPricesDepth is None:
        return DEFAULT_DEPTH
    return max(overrides.bestPricesDepth, 0)

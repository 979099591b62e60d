"""Amounts of everybody's, offers and volumes, in the currency that a customer asks for or has an account in.

What is a customer's own, bets and money, is an amount of the account's currency from the start and never converted: see
`simulator.exchange.currencies`. Sources: manual, listMarketBook, `currencyCode`; recorded answers of listMarketBook,
whose amounts have two decimals, and of listMarketCatalogue, whose have more.
"""

from collections.abc import Callable

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.wire import double, written
from simulator.exchange.currencies import PAR, Rate
from simulator.exchange.money import HUNDREDTHS
from simulator.world.settings import Settings


def rate_asked_for(settings: Settings, currency: str) -> Rate:
    """Return what a currency that a request names is worth; raise INVALID_INPUT_DATA for one there is not."""
    if currency not in settings.currency_rates:
        raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "currency must use valid ISO2 currency code names")
    return settings.rate_of(currency)


def amounts_in(rate: Rate) -> Callable[[int], float]:
    """Return how pence are written in a currency of books: cut to whole hundredths of it."""
    if rate == PAR:
        return double
    hundredths, pence = rate
    return lambda amount: double(amount * hundredths // pence)


def unrounded_amount(amount: int, rate: Rate) -> float:
    """Return pence in a currency with all decimals, as catalogues have them (recorded: 9109.005802)."""
    return written(amount * rate.hundredths / (rate.pence * HUNDREDTHS))

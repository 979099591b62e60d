"""What a pound buys of every currency."""

from typing import Final

from simulator.betfair.accounts.refusing import not_valid
from simulator.betfair.operations import OpenCall
from simulator.betfair.schema.account_aping import CurrencyRate, ListCurrencyRatesRequest

BASE: Final = "GBP"
"""The only currency from which rates are computed (manual, listCurrencyRates)."""


def list_currency_rates(call: OpenCall[ListCurrencyRatesRequest]) -> list[CurrencyRate]:
    """Return how much of every currency one pound buys, the pound included: the rates that the exchange itself uses.

    The real rates change once an hour. A world has the rates of its scenario, so every hour has the same ones (chosen).
    Raises INVALID_INPUT_DATA for any other currency to start from.
    """
    if call.params.fromCurrency not in (None, "", BASE):
        raise not_valid(f"rates are computed from {BASE}, and not from {call.params.fromCurrency!r}")
    return [
        CurrencyRate(currencyCode=code, rate=float(rate)) for code, rate in call.world.settings.currency_rates.items()
    ]

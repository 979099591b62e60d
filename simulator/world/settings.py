"""What a scenario sets once for a whole world."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from msgspec import Struct

from simulator.exchange.currencies import Rate
from simulator.exchange.rules import RULE_SETS, BettingRules
from simulator.exchange.transactions import TransactionLimit
from simulator.world.format.quantities import duration_of, thousandths_of
from simulator.world.format.scenario import Scenario, TransactionChargeEntry

CURRENCY_RATES: Final[Mapping[str, Decimal]] = {
    code: Decimal(rate)
    for code, rate in {
        "GBP": "1", "EUR": "1.2", "USD": "1.25", "HKD": "10", "AUD": "2", "CAD": "1.8", "DKK": "9", "NOK": "14",
        "SEK": "13", "SGD": "1.7", "RON": "6", "BRL": "7", "MXN": "25", "PEN": "5", "HUF": "480", "ISK": "180",
        "NZD": "2.2", "ARS": "1500", "GEL": "3.5",
    }.items()
}  # fmt: skip
"""How much of a currency one pound buys where the scenario does not say: round figures of the right size (chosen).

It is the one table of rates of a world: bets are matched by it, amounts shown, and rates listed.
"""


FORBIDDEN_BETS: Final = frozenset({"PERMISSION_DENIED", "ACCESS_DENIED"})
"""How the exchange answers who may not bet with this key, or from this place."""


class Settings(Struct, frozen=True):
    """Rules, durations, rates and permissions of a world.

    Whether a delayed app key may bet is disputed: the manual says no, Betfair Australia (2026) says yes. So it is a
    setting, and the manual is followed where a scenario says nothing.
    """

    rules: BettingRules
    session_timeout_milliseconds: int
    wrong_passwords_to_lock: int | None
    currency_rates: Mapping[str, Decimal]
    delayed_keys_may_bet: bool
    forbidden_bets: str
    """PERMISSION_DENIED or ACCESS_DENIED: the manual names both for the same cases, the one in reports."""
    market_data_delay_milliseconds: int
    """By how much delayed market data is late."""
    delayed_without_funds: bool
    """Whether an account with nothing in it sees delayed data, whatever its key (manual, isMarketDataDelayed)."""
    transaction_limit: TransactionLimit | None
    """How much may be sent free of charge; `None` for whatever there is."""
    books_per_second: int | None
    """How often an account may ask for the book of one market in a second; `None` for any number of times."""
    starting_price_refresh_milliseconds: int
    """How long near and far prices stay as they were when first read; 60 seconds (manual, StartingPrices)."""

    def rate_of(self, currency: str) -> Rate:
        """Return what a currency of the rule set is worth, by the table of rates."""
        return Rate(*self.currency_rates[currency].as_integer_ratio())


def settings_of(scenario: Scenario) -> Settings:
    """Return the settings of a scenario; rates it does not give are those of `CURRENCY_RATES`."""
    window = scenario.chasing_window
    rules = replace(
        RULE_SETS[scenario.rules],
        strict_fill_or_kill=scenario.strict_fill_or_kill,
        chasing_window_seconds=None if window is None else duration_of(window) // 1000,
    )
    rates = {code: rate for code, rate in CURRENCY_RATES.items() if code in rules.currencies}
    return Settings(
        rules,
        duration_of(scenario.session_timeout),
        scenario.wrong_passwords_to_lock,
        {**rates, **scenario.currency_rates},
        scenario.delayed_keys_may_bet,
        scenario.forbidden_bets,
        duration_of(scenario.market_data_delay),
        scenario.delayed_without_funds,
        _transaction_limit(scenario.transaction_charge),
        scenario.books_per_second,
        duration_of(scenario.starting_price_refresh),
    )


def _transaction_limit(entry: TransactionChargeEntry | None) -> TransactionLimit | None:
    if entry is None:
        return None
    return TransactionLimit(entry.limit_per_hour, thousandths_of(entry.price), entry.edits)

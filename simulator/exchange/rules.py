"""The numbers of the betting rules: what a bet must be worth, how many may come at once, how long a reference may be.

They have changed over the years, so they are values and not constants: a world is made with one set of them. `2017` is
the manual's own table, `2022` what has been in force since the minimum stake of sterling came down to one pound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulator.exchange.money import HUNDREDTHS, profit_pence


class UnknownCurrency(LookupError):
    """A currency that the rules say nothing about; the message lists those they know."""


@dataclass(frozen=True, slots=True)
class CurrencyRules:
    """What a bet must be worth in one currency, in pence (hundredths of it).

    `minimum_payout` is what a stake under the minimum has to return if it wins, `None` where no such stake is valid, as
    in the Italian, Spanish and Danish jurisdictions. `minimum_bsp_liability` is the least a layer risks at starting
    price; the least a backer does is `minimum_stake`. `minimum_deposit` is the least that can be paid into an account,
    0 where that is not known.
    """

    minimum_stake: int
    minimum_payout: int | None
    minimum_bsp_liability: int
    minimum_deposit: int = 0


@dataclass(frozen=True, slots=True)
class BettingRules:
    """The limits an order is checked against, all but those of its own market.

    Sources: the manual's currency parameters and its placeOrders, cancelOrders, replaceOrders and updateOrders; the
    minimum stakes published since 2022.
    """

    name: str
    currencies: Mapping[str, CurrencyRules]
    """By the three letters of the currency's code."""

    place_instruction_limit: int = 200
    edit_instruction_limit: int = 60
    """Of cancelOrders, replaceOrders and updateOrders alike."""

    customer_reference_window_seconds: int = 60
    """How long the same customerRef makes a request the duplicate of an earlier one."""
    customer_order_reference_length: int = 32
    customer_strategy_reference_length: int = 15
    market_version_digits: int = 12

    strict_fill_or_kill: bool = True
    """Whether what makes no sense with fill-or-kill, or without it, is refused or ignored.

    The manual's error codes say the one, its descriptions of the fields the other. Strict: a FILL_OR_KILL order with a
    persistence other than LAPSE gets `UNEXPECTED_PERSISTENCE_TYPE`, a minFillSize without FILL_OR_KILL gets
    `UNEXPECTED_MIN_FILL_SIZE` (exchange mechanics).
    """

    limits_profit_ratio: bool = False
    """Whether a bet is refused whose profit, rounded to a penny, is far from the exact one: since June 2020."""

    chasing_window_seconds: int | None = None
    """How long after a loss customers may not risk more than it, where that is forbidden; `None` for never."""

    def currency(self, code: str) -> CurrencyRules:
        """Return the rules of one currency; raise `UnknownCurrency` where there are none."""
        rules = self.currencies.get(code)
        if rules is None:
            known = ", ".join(sorted(self.currencies))
            raise UnknownCurrency(f"The rule set {self.name} knows no currency {code!r}; it knows {known}.")
        return rules

    def accepts_stake(self, currency: str, size: int, price: int) -> bool:
        """Tell whether a LIMIT bet is large enough: its stake reaches the minimum, or its return the minimum payout.

        `size` is the backer's stake in pence on either side, `price` in hundredths (200 on a LINE market, whose odds
        are always 2). Reaching a minimum exactly is enough. A size of zero, a negative one and `money.INEXACT` never
        are. Raise `UnknownCurrency` for a currency without rules.

        Source: the manual's paragraph on stakes below the minimum (1.00 at 10, 0.10 at 100 and 0.01 at 1000 are valid).
        """
        rules = self.currency(currency)
        if size <= 0:
            return False
        if size >= rules.minimum_stake:
            return True
        return rules.minimum_payout is not None and size * price >= rules.minimum_payout * HUNDREDTHS

    def accepts_profit_ratio(self, size: int, price: int) -> bool:
        """Tell whether the profit of `size` pence at a price in hundredths stays near the exact one when it is rounded.

        It may be less than 25 % more and less than 20 % less (chosen: exactly so much is too much). 0.13 at 1.06 wins
        0.0078, rounded to 0.01, which is 28 % more; 0.02 at 1.65 is 23 % less. Source: the exchange's published
        answer to "Why am I receiving the INVALID_PROFIT_RATIO error".
        """
        if not self.limits_profit_ratio:
            return True
        exact, rounded = size * (price - HUNDREDTHS), profit_pence(size, price) * HUNDREDTHS
        return 4 * exact < 5 * rounded and 4 * rounded < 5 * exact


_MINIMUM_DEPOSITS: Final = {
    "GBP": 10, "EUR": 15, "USD": 15, "HKD": 150, "AUD": 30, "CAD": 25, "DKK": 150, "NOK": 150, "SEK": 150, "SGD": 30,
}  # fmt: skip
"""In whole units, the only ones that are known, of every rule set: those of the manual."""


def _currencies(table: Mapping[str, tuple[int, int, int]]) -> Mapping[str, CurrencyRules]:
    """Turn a table in whole units, as the rules are published, into rules in hundredths."""
    deposits = {code: _MINIMUM_DEPOSITS.get(code, 0) for code in table}
    return {
        code: CurrencyRules(*(least * HUNDREDTHS for least in (*minimums, deposits[code])))
        for code, minimums in table.items()
    }


DEFAULT_RULE_SET: Final = "2022"
"""What a world has whose scenario names none."""

# Each row: minimum stake, minimum payout, minimum liability at starting price.
RULE_SETS: Final[Mapping[str, BettingRules]] = {
    "2017": BettingRules(
        "2017",
        _currencies(
            {
                "GBP": (2, 10, 10),
                "EUR": (2, 20, 20),
                "USD": (4, 20, 20),
                "HKD": (25, 125, 125),
                "AUD": (5, 30, 30),
                "CAD": (6, 30, 30),
                "DKK": (30, 150, 150),
                "NOK": (30, 150, 150),
                "SEK": (30, 150, 150),
                "SGD": (6, 30, 30),
            }
        ),
    ),
    "2022": BettingRules(
        "2022",
        _currencies(
            {
                "GBP": (1, 10, 10),
                "EUR": (1, 20, 10),
                "USD": (1, 20, 20),
                "HKD": (10, 125, 125),
                "AUD": (5, 30, 30),
                "CAD": (2, 30, 30),
                "DKK": (15, 150, 150),
                "NOK": (10, 150, 150),
                "SEK": (15, 150, 150),
                "SGD": (2, 30, 30),
                "RON": (5, 50, 50),
                "BRL": (5, 50, 50),
                "MXN": (30, 300, 300),
                "PEN": (5, 50, 50),
                "HUF": (400, 4000, 4000),
                "ISK": (350, 1750, 1750),
                "NZD": (2, 10, 10),
                "ARS": (100, 500, 500),
                "GEL": (10, 50, 50),
            }
        ),
        limits_profit_ratio=True,
    ),
}
"""The rule sets by name."""

"""Pence, hundredths and the rounding rules."""

from enum import StrEnum
from fractions import Fraction
from typing import Final

INEXACT: Final = -(10**18)
"""What a number becomes that has more decimals than hundredths.

No ladder holds it and no size rule accepts it, so a price of 2.025 is refused as `INVALID_ODDS` and a size of 2.005 as
`INVALID_BET_SIZE` at the place in the order of checks where the exchange would refuse them, never rounded.
"""

HUNDREDTHS: Final = 100
"""Hundredths in one: a price of 2.0 is 200."""

HUNDRED_PERCENT: Final = 100 * HUNDREDTHS
"""Rates are hundredths of a percent: 500 is 5 %."""

EVEN_MONEY: Final = 200
"""The odds at which every bet on a line is struck, whatever line its price names."""


class NoPrice(StrEnum):
    """What is published in the place of a price where there is none, as the wire writes it."""

    NOT_A_NUMBER = "NaN"
    INFINITY = "Infinity"


Price = Fraction | NoPrice
"""A starting price, projected or made: exact and on no ladder, or the word that stands for none."""


def written(hundredths: int) -> str:
    """Write hundredths as people do.

    >>> written(203), written(-1050)
    ('2.03', '-10.50')
    """
    whole, rest = divmod(abs(hundredths), HUNDREDTHS)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02}"


def divide_half_away(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest integer, halves away from zero; `denominator` is positive.

    Bet profits are rounded this way, once a bet (exchange mechanics).
    """
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def profit_pence(stake_pence: int, price_hundredths: int) -> int:
    """Return what a backer wins above the stake, in pence, rounded to the nearest penny.

    This is the liability of the layer on the other side.
    """
    return divide_half_away(stake_pence * (price_hundredths - HUNDREDTHS), HUNDREDTHS)

"""Prices and amounts between strategies, which have them as the wire does, and the exchange, which has integers."""

from math import inf, isfinite
from typing import Final

from simulator.exchange.money import HUNDREDTHS, INEXACT

CLOSE: Final = 1e-6
NO_RULE_ACCEPTS: Final = 0.001
"""What can be sent in the place of a number that cannot: it has more decimals than hundredths, too."""


def to_hundredths(value: float) -> int:
    """Return a price or an amount in hundredths, `INEXACT` where it has more decimals, which no rule accepts.

    >>> to_hundredths(2.02), to_hundredths(2.025) == INEXACT
    (202, True)

    Raises `TypeError` for what is no number, as a strategy may ask for anything.
    """
    try:
        scaled = value * HUNDREDTHS
        if not abs(scaled) < -INEXACT:
            return INEXACT
    except TypeError:
        raise TypeError(f"prices and amounts are numbers, and {value!r} is none") from None
    nearest = round(scaled)
    # The difference as a float: a strategy may reckon with `Decimal`, which those do not mix with.
    if nearest == scaled or abs(float(scaled - nearest)) <= CLOSE * max(1, abs(nearest)):
        return nearest
    return INEXACT


def hundredths_or_none(value: float | None) -> int | None:
    """Return a price or an amount as `to_hundredths` does, `None` where there is none."""
    return None if value is None else to_hundredths(value)


def of_hundredths(value: int) -> float:
    """Return hundredths as a number.

    >>> of_hundredths(202)
    2.02
    """
    return value / HUNDREDTHS


def as_a_float(value: float) -> float:
    """Return a number as what tables have, however large it is.

    >>> as_a_float(2.005), as_a_float(10**400)
    (2.005, inf)
    """
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def as_shown(value: float) -> float:
    """Return a price or an amount as an order shows it: in hundredths, or as it was asked for where it is none.

    >>> as_shown(2.0200000000000005), as_shown(2.025)
    (2.02, 2.025)

    Raises `TypeError` for what is no number.
    """
    hundredths = to_hundredths(value)
    return as_a_float(value) if hundredths == INEXACT else of_hundredths(hundredths)


def sendable(value: float) -> float:
    """Return a price or an amount as it can be written on the wire, where it is refused as it is here.

    >>> sendable(2.0200000000000005), sendable(2.025), sendable(10**400)
    (2.02, 2.025, 0.001)

    Raises `TypeError` for what is no number.
    """
    shown = as_shown(value)
    return shown if isfinite(shown) else NO_RULE_ACCEPTS

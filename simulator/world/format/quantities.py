"""How a scenario writes times and amounts, and what they are in the exchange's units. Nothing is ever rounded."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from simulator.exchange.money import HUNDREDTHS
from simulator.world.clock import END_OF_TIME
from simulator.world.format.document import describe

MAXIMUM_AMOUNT: Final = 10**15
"""In hundredths: larger than all money there is, small enough that sums stay exact wherever they are shown."""

THOUSANDTHS: Final = 1000
"""Thousandths in one: an adjustment factor of 4.545 % is 4545."""

_LARGEST_NUMBER: Final = MAXIMUM_AMOUNT // HUNDREDTHS
_LONGEST_NUMBER_SHOWN: Final = 40
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY_MILLISECONDS: Final = 24 * 60 * 60_000
_TODAY: Final = " today"
_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]{1,3})?)S)?)?"
)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


class Unusable(ValueError):
    """A value breaks the rule its sentence names."""


def hundredths_of(number: Decimal) -> int:
    """Return a number in hundredths: 2.5 is 250. Raise `Unusable` where it has a third decimal or is beyond measure.

    >>> hundredths_of(Decimal("2.50"))
    250
    """
    # Most handicaps are none, and there are as many as runners.
    return _units_of(number, HUNDREDTHS, "two") if number else 0


def in_units(hundredths: int) -> Decimal:
    """Return hundredths as a scenario writes them.

    >>> in_units(250)
    Decimal('2.5')
    """
    return Decimal(hundredths) / HUNDREDTHS


def thousandths_of(number: Decimal) -> int:
    """Return a number in thousandths: 4.545 is 4545. Raise `Unusable` where it has a fourth decimal or is too large.

    >>> thousandths_of(Decimal("4.545"))
    4545
    """
    return _units_of(number, THOUSANDTHS, "three")


def _units_of(number: Decimal, units: int, decimals: str) -> int:
    text = str(number)[:_LONGEST_NUMBER_SHOWN]
    if not number.is_finite() or not -_LARGEST_NUMBER <= number <= _LARGEST_NUMBER:
        raise Unusable(f"{text} is beyond measure: the largest number is {_LARGEST_NUMBER}.")
    # Decimal's own arithmetic rounds to 28 digits, so it is not asked whether there are more decimals. What has very
    # many is refused before it is made a ratio, which could fill the memory.
    exponent = number.as_tuple().exponent
    if number and isinstance(exponent, int) and exponent < -_LONGEST_NUMBER_SHOWN:
        raise Unusable(f"{text} has more than {decimals} decimals.")
    numerator, denominator = number.as_integer_ratio() if number else (0, 1)
    amount, rest = divmod(numerator * units, denominator)
    if rest:
        raise Unusable(f"{text} has more than {decimals} decimals.")
    return amount


@lru_cache(maxsize=4096)
def duration_of(text: str) -> int:
    """Return an ISO 8601 duration of days, hours, minutes and seconds in milliseconds; raise `Unusable` otherwise.

    >>> duration_of("PT1M30.5S"), duration_of("-PT1H")
    (90500, -3600000)
    """
    parts = _DURATION.fullmatch(text)
    if parts is None or not any(parts[unit] for unit in ("days", "hours", "minutes", "seconds")):
        raise Unusable(f"{describe(text)} is not a duration such as PT5S, PT1H30M or P1D.")
    minutes = (int(parts["days"] or 0) * 24 + int(parts["hours"] or 0)) * 60 + int(parts["minutes"] or 0)
    milliseconds = minutes * 60_000 + int(Decimal(parts["seconds"] or 0) * 1000)
    return -milliseconds if parts["sign"] == "-" else milliseconds


def instant_of(text: str) -> int:
    """Return an ISO 8601 date and time with its offset from UTC in milliseconds since 1970; raise `Unusable` otherwise.

    >>> instant_of("2026-06-06T18:00:00.000Z")
    1780768800000
    """
    if _INSTANT.fullmatch(text) is None:
        raise Unusable(
            f"{describe(text)} is not a time such as 2026-06-06T18:00:00.000Z, in milliseconds at most and ending in Z."
        )
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unusable(f"{describe(text)} is not a time: {error}.") from None
    return _within_time((instant - _EPOCH) // _MILLISECOND, f"{describe(text)} is")


def instant_text(milliseconds: int) -> str:
    """Write a time in milliseconds since 1970 the way it is read.

    >>> instant_text(1780768800000)
    '2026-06-06T18:00:00.000Z'
    """
    # Added to 1970 rather than read as a timestamp: a float would lose milliseconds.
    instant = _EPOCH + milliseconds * _MILLISECOND
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def moment_of(text: str, origin: int) -> int:
    """Return a time that is absolute, or relative to `origin` where it begins with a sign (`+PT30M`, `-PT1H`).

    A relative time that ends in ` today` stays within the day of `origin` in UTC: `+PT3H today` is in three hours, and
    late in the evening one minute before midnight, or `origin` itself in the last minute of the day. Raise `Unusable`
    where the text is none of these.

    >>> evening = instant_of("2026-06-06T22:00:00Z")
    >>> moment_of("+PT1H today", evening) == evening + 60 * 60_000
    True
    >>> moment_of("+PT3H today", evening) == instant_of("2026-06-06T23:59:00Z")
    True
    """
    if not text.startswith(("+", "-")):
        return instant_of(text)
    moment = origin + duration_of(text.removesuffix(_TODAY))
    if text.endswith(_TODAY):
        midnight = origin - origin % _DAY_MILLISECONDS
        moment = max(midnight, min(moment, max(origin, midnight + _DAY_MILLISECONDS - 60_000)))
    return _within_time(moment, f"{describe(text)} leads to")


def _within_time(milliseconds: int, subject: str) -> int:
    if milliseconds < 0:
        raise Unusable(f"{subject} before 1970.")
    # In another zone than UTC the last day of the year 9999 may be the first one after it.
    if milliseconds > END_OF_TIME:
        raise Unusable(f"{subject} after the year 9999.")
    return milliseconds


def check_timezone(name: str) -> None:
    """Raise `Unusable` unless a name is that of a timezone in the IANA database, such as Europe/London or GMT."""
    try:
        ZoneInfo(name)
    # A name that is a folder of the database, or leads out of it, is no name either.
    except (LookupError, OSError, ValueError):
        raise Unusable(f"{describe(name)} is not the name of a timezone such as Europe/London or GMT.") from None

"""How numbers and dates are written on Betfair's HTTP interfaces, and read from them.

Inside, money is `int` pence, prices and handicaps are `int` hundredths and times are `int` milliseconds since 1970. On
the wire all of the former are doubles as Java prints them (`2.0`, never `2`, and `1.0E7`), and the latter ISO text in
UTC with a literal `Z` and three decimals. Source: recorded answers; large doubles: test data of a client.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final, Literal, TypeVar

from msgspec import Raw, Struct, inspect
from msgspec.structs import replace

from simulator.exchange.money import HUNDREDTHS, INEXACT

S = TypeVar("S", bound=Struct)

NotANumber = Literal["NaN", "Infinity", "-Infinity"]
"""What stands on the wire for a double that is no number: JSON has no literal for it, so it is a string."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LARGEST_EXACT: Final = 2**53 / HUNDREDTHS
"""Beyond this a double can no longer tell one hundredth from the next, so nothing there is an exact amount."""

_SMALLEST_PLAIN: Final = 1e-3
_SMALLEST_LARGE: Final = 1e7
"""Between the two Java writes a double without an exponent."""

_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"(?:[Zz]|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)


class DateFormatError(ValueError):
    """A text is not a date the exchange reads. The message is a sentence that names the text."""


class Instant(int):
    """A point in time in a request: milliseconds since 1970, written as ISO text on the wire.

    A type of its own because msgspec must know which strings are dates; it counts, compares and adds like any `int`.
    """

    __slots__ = ()


# Numbers


class JavaDouble(float):
    """A double that Java writes with an exponent; a type of its own, so that the encoder asks how."""

    __slots__ = ()


def java_text(value: float) -> str:
    """Return a finite double as Java prints it: `3.375962291E7`, `1.0E-4`, and plainly from 10^-3 to below 10^7.

    Source: `Double.toString`; the form of large ones is recorded in the test data of a client.
    """
    if value == 0 or _SMALLEST_PLAIN <= abs(value) < _SMALLEST_LARGE:
        return float.__repr__(value)
    sign, digits, exponent = Decimal(float.__repr__(value)).normalize().as_tuple()
    assert isinstance(exponent, int), "a word stands for what is no number"
    first, *others = map(str, digits)
    return f"{'-' if sign else ''}{first}.{''.join(others) or '0'}E{exponent + len(others)}"


def double(hundredths: int) -> float:
    """Return pence or hundredths as the double that the wire carries: 200 becomes `2.0`."""
    value = hundredths / HUNDREDTHS
    return value if -_SMALLEST_LARGE < value < _SMALLEST_LARGE else JavaDouble(value)


def written(value: float) -> float:
    """Return a finite double that is no number of hundredths so that it is written as Java prints it."""
    return JavaDouble(value) if value and not _SMALLEST_PLAIN <= abs(value) < _SMALLEST_LARGE else value


def as_echoed(value: S) -> S:
    """Return a struct of a request as answers repeat it: its doubles, however large or small, as Java prints them."""
    changed: dict[str, Any] = {}
    doubles, structs = _echoed_members(type(value))
    for name in doubles:
        member = getattr(value, name)
        if member and not _SMALLEST_PLAIN <= abs(member) < _SMALLEST_LARGE:
            changed[name] = JavaDouble(member)
    for name in structs:
        member = getattr(value, name)
        if member is not None and (echoed := as_echoed(member)) is not member:
            changed[name] = echoed
    return replace(value, **changed) if changed else value


@cache
def _echoed_members(struct: type[Struct]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the members of a struct that are doubles, and of those that are structs."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    types = {field.name: getattr(field.type, "types", (field.type,)) for field in info.fields}
    doubles, structs = (
        tuple(name for name, of in types.items() if any(isinstance(each, kind) for each in of))
        for kind in (inspect.FloatType, inspect.StructType)
    )
    return doubles, structs


def double_of_thousandths(thousandths: int) -> float:
    """Return thousandths as the double that the wire carries: 4545 becomes `4.545`."""
    return thousandths / 1000


def double_or_word(value: float) -> float | NotANumber:
    """Return a computed double as it is written: itself, or a word where it is no number."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def hundredths(value: float) -> int:
    """Return a double of the wire in hundredths: 2.02 becomes 202.

    A number with more than two decimals, and one too large to have exact hundredths, becomes `money.INEXACT`, which the
    rules of the exchange refuse in their own order. The comparison is exact: `n / 100` is correctly rounded, so it
    equals `value` precisely when `value` is the double nearest to that decimal.
    """
    if not abs(value) <= _LARGEST_EXACT:
        return INEXACT
    nearest = round(value * HUNDREDTHS)
    return nearest if nearest / HUNDREDTHS == value else INEXACT


# Dates


@lru_cache(maxsize=4096)
def _second_text(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def date_time(milliseconds: int) -> str:
    """Write a time with its milliseconds: `2026-06-06T17:55:00.123Z`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second_text(seconds)}.{rest:03}Z"


@lru_cache(maxsize=4096)
def _whole_second_text(seconds: int) -> str:
    return f"{_second_text(seconds)}.000Z"


def order_date(milliseconds: int) -> str:
    """Write a time cut to the whole second, as every date of an order is: `2026-06-06T17:55:00.000Z`."""
    return _whole_second_text(milliseconds // 1000)


def parse_date_time(text: str) -> Instant:
    """Read an ISO 8601 date or date-time; without a zone it is UTC, decimals beyond milliseconds are cut.

    Raises `DateFormatError` for anything else. Source: the framework (betfair/cougar), which reads dates so.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise DateFormatError(f"{text!r} is not an ISO 8601 date or date-time")
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError as error:
        raise DateFormatError(f"{text!r} is not a date: {error}") from error
    offset = (int(offset_hours or 0) * 60 + int(offset_minutes or 0)) * 60_000
    milliseconds = (local - _EPOCH) // _MILLISECOND + int((fraction or "").ljust(3, "0")[:3])
    return Instant(milliseconds + offset if sign == "-" else milliseconds - offset)


# Hooks for msgspec


def decode_hook(wanted: type, value: Any) -> Any:
    """Read the one type msgspec does not know: an `Instant` from its text."""
    if wanted is Instant and isinstance(value, str):
        return parse_date_time(value)
    raise DateFormatError(f"{value!r} is not the text of a date")


def encode_hook(value: Any) -> Any:
    """Write the types msgspec does not know: an `Instant` as its text, a `JavaDouble` as a number."""
    if isinstance(value, Instant):
        return date_time(value)
    if isinstance(value, JavaDouble):
        return Raw(java_text(value).encode())
    raise TypeError(f"nothing on the wire looks like a {type(value).__name__}")

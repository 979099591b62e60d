"""From the bytes of a request to its struct, as leniently as the real service reads them.

Two readers stand one behind the other. The strict one is msgspec's own, fast, and takes what a careful client sends.
What it refuses goes to the lenient one, which reads plain JSON and coerces it by the types of the struct:

    | sent                             | declared        | read as                              |
    |----------------------------------|-----------------|--------------------------------------|
    | `"10"`, `10.7`                   | integer         | 10                                   |
    | `"2"`, `"1000.00"`               | double          | 2.0, 1000.0                          |
    | `"true"`, `"false"`              | boolean         | true, false                          |
    | `49078012097`, `1.180`           | string          | `"49078012097"`, `"1.180"`           |
    | `""`                             | not a string    | null                                 |
    | `null`                           | anything        | absent                               |
    | a name that is not declared      |                 | ignored                              |
    | `[...]` for all parameters       |                 | parameters in the definition's order |

Nothing else is: `true` is no number, an enumeration is exact, a lone value is no list, and `Filter` is not `filter`.
Sources: sample requests of the manual; recorded requests and answers; the framework (betfair/cougar).

A body is read up to the end of its first value, as a parser of streams does: what follows is not looked at, and a byte
order mark before it is skipped. Official sample programs send a brace too many, and the mark.
"""

import codecs
import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
from msgspec import inspect

from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.schema.types import Input
from simulator.betfair.schema.wire import decode_hook

P = TypeVar("P", bound=Input)
T = TypeVar("T")

Coercion = Callable[[Any, list[str]], Any]
"""Takes a plain value and a list to note missing names in; returns what msgspec can convert, or raises `_Unfit`."""

_INTEGER: Final = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_DOUBLE: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A row of digits matches in one way only; with two, refusing a long row would take very long."""
_SPACE: Final = " \t\r\n"
"""What JSON itself takes for space may stand around the text of a number."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOOLEANS: Final = {"true": True, "false": False, "": None}

_type_info: Final = cache(inspect.type_info)
"""Looked at once, because that is most of what it takes to make an application, and tests make one after the other."""


class ParameterDecoder(Generic[P]):
    """Reads the parameters of one operation."""

    def __init__(self, request: type[P]) -> None:
        info = _type_info(request)
        assert isinstance(info, inspect.StructType)
        self._request: Final = request
        self._strict: Final = msgspec.json.Decoder(request, dec_hook=decode_hook).decode
        self._names: Final = tuple(field.encode_name for field in info.fields)
        self._coerce: Final = _struct(info)

    def decode(self, body: bytes | msgspec.Raw) -> P:
        """Return the request struct, or raise `ProtocolError`.

        JSON_PARSE_FAILURE for what is not JSON, MANDATORY_NOT_DEFINED for a mandatory name that is missing at any
        depth, and CLASS_CONVERSION_FAILURE for a value that cannot be read as its type. REST tells the latter two apart
        as DSC-0018 and DSC-0009. The framework has another number for it, DSC-0024, but raises that for parameters in a
        URL or a header, and ours all come in the body.
        """
        try:
            return first_value(self._strict, body)
        except msgspec.ValidationError:
            return self._decode_leniently(body)

    @property
    def takes_nothing(self) -> bool:
        """Return whether the operation has no parameters at all."""
        return not self._names

    def _decode_leniently(self, body: bytes | msgspec.Raw) -> P:
        missing: list[str] = []
        try:
            value = plain_json(body)
            if isinstance(value, list):
                value = self._by_name(value)
            coerced = self._coerce({} if value is None else value, missing)
        except _Unfit as unfit:
            raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, str(unfit)) from unfit
        if missing:
            raise ProtocolError(Fault.MANDATORY_NOT_DEFINED, f"missing: {', '.join(missing)}")
        try:
            return msgspec.convert(coerced, self._request, dec_hook=decode_hook)
        except msgspec.ValidationError as error:
            raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, str(error)) from error

    def _by_name(self, values: list[Any]) -> dict[str, Any]:
        """Return positional parameters by name; what comes after the last is as little looked at as an unknown name."""
        return dict(zip(self._names, values, strict=False))


def not_json(error: Exception, body: bytes = b"") -> ProtocolError:
    """Return the error for a body that is not JSON."""
    return ProtocolError(Fault.JSON_PARSE_FAILURE, f"not JSON: {why_unreadable(body, str(error))}")


def why_unreadable(body: bytes, reason: str) -> str:
    """Return why a body cannot be read: it is compressed, which the framework does not undo, or else the reason."""
    return "it is compressed, and is read as it is" if body.startswith(_GZIP_MAGIC) else reason


# The first value of a body


def without_mark(body: bytes) -> bytes:
    """Return a body without the byte order mark that some clients put before it."""
    return body.removeprefix(codecs.BOM_UTF8)


def first_value(decode: Callable[[bytes | msgspec.Raw], T], body: bytes | msgspec.Raw) -> T:
    """Decode the value that a body begins with; what follows it does not matter.

    Raises `ProtocolError` where no JSON begins there, and passes on the `msgspec.ValidationError` of the decoder.
    """
    try:
        return decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        value = _cut(bytes(body))
        if value is None:
            raise not_json(error, bytes(body)) from error
    try:
        return decode(value)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from error


# Numbers stay texts: only where the value ends is of interest, and a row of digits may be long.
_find_end: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str).raw_decode


def _cut(body: bytes) -> bytes | None:
    """Return the value that a body begins with, without what follows; `None` where nothing does, or it is no JSON."""
    text = body.decode("utf-8", "surrogateescape").lstrip(_SPACE)
    try:
        _, end = _find_end(text)
    except (ValueError, RecursionError):
        return None
    return text[:end].encode("utf-8", "surrogateescape") if text[end:].strip(_SPACE) else None


# Plain JSON


class _NumberText(str):
    """A number with a decimal point or an exponent, as it was written: a market id of 1.180 must not become 1.18."""

    __slots__ = ()


def _number_text(text: str) -> _NumberText:
    if math.isinf(float(text)):
        raise msgspec.DecodeError(f"{text} is larger than any double")
    return _NumberText(text)


_plain: Final = msgspec.json.Decoder(float_hook=_number_text).decode


def plain_json(body: bytes | msgspec.Raw) -> Any:
    """Read any JSON. Raises `ProtocolError` where it is none, or is nested too deeply."""
    try:
        return first_value(_plain, body)
    except msgspec.ValidationError as error:
        raise not_json(error) from error


# Coercing plain values by the types of a struct


class _Unfit(Exception):
    """A value cannot be read as its type; `path` grows as the error passes outwards."""

    def __init__(self, value: Any, wanted: str) -> None:
        super().__init__(value, wanted)
        self.value: Final = value
        self.wanted: Final = wanted
        self.path = ""

    def __str__(self) -> str:
        # What is inside an object or an array may be too deep to be shown.
        shown = type(self.value).__name__ if isinstance(self.value, dict | list) else repr(self.value)
        return f"${self.path}: expected {self.wanted}, got {shown if len(shown) < 80 else shown[:80] + '...'}"


def _coercion_of(info: Any) -> Coercion:
    """Return how values of a type, as msgspec describes it, are coerced."""
    match info:
        case inspect.UnionType(types=types):
            return _coercion_of(next(member for member in types if not isinstance(member, inspect.NoneType)))
        case inspect.Metadata(type=inner):
            return _coercion_of(inner)
        case inspect.StructType():
            return _struct(info)
        case inspect.VarTupleType(item_type=item):
            return _array(_coercion_of(item))
        case inspect.EnumType(cls=cls):
            return _member_of(frozenset(member.value for member in cls))
    return _SCALARS[type(info)]


def _struct(info: inspect.StructType) -> Coercion:
    owner = info.cls.__name__
    fields = [(field.encode_name, _coercion_of(field.type), field.required) for field in info.fields]

    def coerce(value: Any, missing: list[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _Unfit(value, "an object")
        known = {}
        for name, coerce_field, required in fields:
            member = value.get(name)
            if member is not None:
                try:
                    member = coerce_field(member, missing)
                except _Unfit as unfit:
                    unfit.path = f".{name}{unfit.path}"
                    raise
            if member is not None:
                known[name] = member
            elif required:
                missing.append(f"{name} of {owner}")
        return known

    return coerce


def _array(coerce_item: Coercion) -> Coercion:
    def coerce(value: Any, missing: list[str]) -> list[Any]:
        if not isinstance(value, list):
            raise _Unfit(value, "an array")
        items = []
        for place, item in enumerate(value):
            try:
                items.append(coerce_item(item, missing))
            except _Unfit as unfit:
                unfit.path = f"[{place}]{unfit.path}"
                raise
        return items

    return coerce


def _member_of(values: frozenset[str]) -> Coercion:
    def coerce(value: Any, missing: list[str]) -> str:
        if type(value) is str and value in values:
            return value
        raise _Unfit(value, f"one of {', '.join(sorted(values))}")

    return coerce


def _string(value: Any, missing: list[str]) -> str:
    if isinstance(value, str):
        return str(value)
    if type(value) is int:
        return str(value)
    raise _Unfit(value, "a string")


def _integer(value: Any, missing: list[str]) -> int | None:
    if type(value) is int:
        return value
    if type(value) is _NumberText:
        return int(float(value))
    if type(value) is str:
        text = value.strip(_SPACE)
        if not text:
            return None
        if _INTEGER.fullmatch(text):
            return int(text)
    raise _Unfit(value, "an integer")


def _double(value: Any, missing: list[str]) -> float | None:
    if type(value) is int or type(value) is _NumberText:
        text = str(value)
    elif type(value) is str:
        text = value.strip(_SPACE)
        if not text:
            return None
    else:
        raise _Unfit(value, "a number")
    if not _DOUBLE.fullmatch(text) or math.isinf(number := float(text)):
        raise _Unfit(value, "a number")
    return number


def _boolean(value: Any, missing: list[str]) -> bool | None:
    if type(value) is bool:
        return value
    if type(value) is str and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise _Unfit(value, "true or false")


def _date(value: Any, missing: list[str]) -> str | None:
    # The text itself is read by the conversion that follows.
    if type(value) is str:
        return value or None
    raise _Unfit(value, "the text of a date")


_SCALARS: Final = cast(
    dict[type, Coercion],
    {
        inspect.StrType: _string,
        inspect.IntType: _integer,
        inspect.FloatType: _double,
        inspect.BoolType: _boolean,
        inspect.CustomType: _date,
    },
)

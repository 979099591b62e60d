"""What a place of a document needs, said in our own words from the types of `format.scenario`.

The decoder finds the place that is wrong. Which rule the value there breaks is said here, whatever the decoder calls
it.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import inspect

from simulator.world.format.document import Place, describe
from simulator.world.format.suggestions import suggestion

_MAPPINGS: Final = (inspect.StructType, inspect.DictType)
_LISTS: Final = (inspect.VarTupleType, inspect.TupleType)
_WORDS: Final[dict[type[inspect.Type], str]] = {
    inspect.DecimalType: "a number",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.StructType: "a mapping",
    inspect.DictType: "a mapping",
    inspect.DateType: "a date such as 2021-03-01",
}
END_OF_TEXT: Final = r"\Z"
"""How a pattern ends that is about the whole of a text."""


def complaint(kind: Any, content: Any, place: Place, given: Collection[str] = ()) -> tuple[Place, str]:
    """Return the place of a value that is not of its type, and a sentence with the rule and the value.

    `content` was to be of the type `kind`, and `place` is where the decoder gave up. Where that is a mapping of any
    keys, the place returned is the member at fault. The keys that are `given` are none of whoever wrote the content.
    """
    needed, value = _fitting(inspect.type_info(kind), content), content
    for step in place:
        value = value[step]
        needed = _fitting(_member(needed, step), value)
    if isinstance(value, dict):
        if isinstance(needed, inspect.StructType):
            return place, _complaint_about_keys(needed, value, () if place else given)
        if isinstance(needed, inspect.DictType):
            key = next(key for key, member in value.items() if not _is_taken(needed.value_type, member))
            return (*place, key), _sentence(needed.value_type, value[key])
    return place, _sentence(needed, value)


def in_words(needed: inspect.Type) -> str:
    """Return what a type takes, as in "a text of 1 to 255 characters or null"."""
    match needed:
        case inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(map(in_words, types)))
        case inspect.StrType(pattern=str(pattern)):
            return f"a text of the form {pattern.removeprefix('^').removesuffix(END_OF_TEXT)}"
        case inspect.StrType(min_length=least, max_length=most):
            return f"a text{_bounds('of', least, most, ' characters')}"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number{_bounds('from', least, most)}"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.TupleType(item_types=items):
            return f"a list of {len(items)}"
        case inspect.VarTupleType(min_length=least, max_length=most):
            return f"a list{_bounds('of', least, most)}"
    return _WORDS[type(needed)]


def _complaint_about_keys(needed: inspect.StructType, value: dict[str, object], given: Collection[str]) -> str:
    tag = () if needed.tag_field is None or needed.tag_field in given else (needed.tag_field,)
    fields = [field for field in needed.fields if field.encode_name not in given]
    known = (*tag, *(field.encode_name for field in fields))
    unknown = [key for key in value if key not in known and key not in given]
    if unknown:
        there = f"There is no key {describe(unknown[0])} here; there are {', '.join(known)}."
        return there + suggestion(unknown[0], known)
    required = (*tag, *(field.encode_name for field in fields if field.required))
    missing = next(key for key in required if key not in value)
    return f"The key {describe(missing)} is missing; needed are {', '.join(required)}."


def _sentence(needed: inspect.Type, value: object) -> str:
    what = in_words(needed)
    found = f"a list of {len(value)}" if isinstance(value, list) else describe(value)
    is_unquoted = what.startswith("a text") and not isinstance(value, str | list | dict | None)
    advice = ": put it in quotes" if is_unquoted else ""
    values = needed.values if isinstance(needed, inspect.LiteralType) else ()
    meant = suggestion(value, map(str, values))
    return f"{what[0].upper()}{what[1:]} is needed, and here stands {found}{advice}.{meant}"


def _bounds(word: str, least: int | None, most: int | None, unit: str = "") -> str:
    if most is None:
        return "" if least is None else f" {word} at least {least}{unit}"
    return f" {word} at most {most}{unit}" if least is None else f" {word} {least} to {most}{unit}"


def _fitting(needed: inspect.Type, value: object) -> inspect.Type:
    """Return the type that a value was meant to be of, where there are several: that of its tag, or of its kind."""
    if not isinstance(needed, inspect.UnionType):
        return needed
    kinds = _MAPPINGS if isinstance(value, dict) else _LISTS if isinstance(value, list) else ()
    fitting = [member for member in needed.types if isinstance(member, kinds)]
    of_its_tag = [member for member in fitting if isinstance(member, inspect.StructType) and _has_tag(member, value)]
    return next(iter([*of_its_tag, *fitting]), needed)


def _has_tag(member: inspect.StructType, value: Any) -> bool:
    return member.tag_field is not None and value.get(member.tag_field) == member.tag


def _member(needed: inspect.Type, step: str | int) -> inspect.Type:
    match needed:
        case inspect.StructType(fields=fields):
            # What is no field is the tag.
            return next((field.type for field in fields if field.encode_name == step), inspect.StrType())
        case inspect.TupleType(item_types=members) if isinstance(step, int):
            return members[step]
        case inspect.VarTupleType(item_type=member):
            return member
    raise TypeError(f"{step!r} is no member of {needed}")


def _is_taken(needed: inspect.Type, value: object) -> bool:
    """Return whether the decoder takes a member of a mapping of any keys: scenarios have such of texts and numbers."""
    if isinstance(needed, inspect.StrType):
        return isinstance(value, str) and (needed.min_length or 0) <= len(value) <= (needed.max_length or len(value))
    try:
        msgspec.convert(value, Decimal)
    except msgspec.ValidationError:
        return False
    return True

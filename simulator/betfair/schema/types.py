"""The bases of all wire types: integers with the bounds of Java's, sets, and the kinds of structs."""

from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from msgspec import Meta, Struct
from msgspec.inspect import Metadata, StructType, UnionType, type_info
from msgspec.structs import force_setattr

T = TypeVar("T")

Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
"""`i32` of the interface definitions."""

Long = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""`i64` of the interface definitions."""

DateTime = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""`dateTime` in an answer: text already written by `wire.date_time` or `wire.order_date`."""


def one_of(values: type[StrEnum]) -> Meta:
    """Mark a text of an answer whose values are a closed list, although the interface definition calls it a string.

    side: Annotated[str, one_of(Side)]
    """
    return Meta(
        title=values.__name__,
        description=values.__doc__,
        extra_json_schema={"enum": sorted(one.value for one in values)},
    )


_SET: Final = "set"

SetOf = Annotated[tuple[T, ...], Meta(extra={"collection": _SET})]
"""`set(...)` of a request: the distinct members in the order sent.

Not a Python set, whose order changes from one process to the next: the same request must give the same bytes.
"""

ListOf = tuple[T, ...]
"""`list(...)` of a request: duplicates stay."""


class Answer(Struct, omit_defaults=True, gc=False):
    """A data type of answers. A field that is `None` is left out: absent beats null (recorded)."""


class Input(Struct, frozen=True, omit_defaults=True):
    """A data type of requests, and a request itself. Unknown fields are ignored.

    Some are echoed in answers, so they leave out `None` too.
    """


class InputWithSets(Input, frozen=True):
    """An input some of whose fields are sets: their members are made distinct here, however the value came to be."""

    def __post_init__(self) -> None:
        for name in _set_fields(type(self)):
            members = getattr(self, name)
            if members and len(distinct := tuple(dict.fromkeys(members))) < len(members):
                force_setattr(self, name, distinct)


class Signature(NamedTuple):
    """What an operation of an interface takes and what it answers."""

    request: type[Input]
    result: Any


@cache
def _set_fields(struct: type[InputWithSets]) -> tuple[str, ...]:
    """Return the names of the fields that the interface definition calls sets."""
    info = type_info(struct)
    assert isinstance(info, StructType)
    return tuple(field.name for field in info.fields if is_set(field.type))


def is_set(info: Any) -> bool:
    """Return whether a type, as msgspec describes it, is a `set(...)` of the interface definition."""
    if isinstance(info, UnionType):
        return any(is_set(member) for member in info.types)
    return isinstance(info, Metadata) and (info.extra or {}).get("collection") == _SET

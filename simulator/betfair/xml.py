"""Answers as XML, for REST callers who ask for it.

    <ListEventTypesResponse xmlns="http://www.betfair.com/servicetypes/v1/SportsAPING/">
      <EventTypeResult><eventType><id>1</id><name>Soccer</name></eventType><marketCount>2</marketCount></EventTypeResult>
    </ListEventTypesResponse>

Members of a list are elements named after their type, entries of a map carry their key as an attribute. Source: the
framework's own expectations (betfair/cougar, `RestPostListResponseXMLTest`, `RestPostMapResponseXMLTest`); faults as
the framework writes them.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct
from msgspec.structs import fields

from simulator.betfair.schema.wire import Instant, JavaDouble, date_time, java_text

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry, not even escaped; JSON can, so a reference of a customer may hold it."""


def answer_document(operation: str, namespace: str, answer: Any) -> bytes:
    """Return the answer of an operation as a document."""
    root = f"{operation[0].upper()}{operation[1:]}Response"
    members = answer if isinstance(answer, list) else [answer]
    contents = "".join(_element(_type_name(member), member) for member in members)
    return f"{_DECLARATION}<{root} xmlns={quoteattr(namespace)}>{contents}</{root}>".encode()


def fault_document(fault: Mapping[str, Any]) -> bytes:
    """Return a REST fault as a document."""
    return f"{_DECLARATION}{_element('fault', fault)}".encode()


def _element(name: str, value: Any) -> str:
    contents = "".join(_contents(value))
    return f"<{name}>{contents}</{name}>" if contents else f"<{name}/>"


def _contents(value: Any) -> Iterator[str]:
    if isinstance(value, Struct):
        for attribute, name in _field_names(type(value)):
            member = getattr(value, attribute)
            if member is not None:
                yield _map(name, member) if isinstance(member, dict) else _element(name, member)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield _element(name, member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield _element(_type_name(member), member)
    else:
        # A reader would turn a plain carriage return into a line feed.
        yield escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", _text(value)), {"\r": "&#13;"})


def _map(name: str, entries: dict[str, Any]) -> str:
    contents = "".join(
        f"<entry key={quoteattr(_FORBIDDEN.sub('', key))}>{_element(_type_name(value), value)}</entry>"
        for key, value in entries.items()
        if value is not None
    )
    return f"<{name}>{contents}</{name}>"


@cache
def _field_names(struct: type[Struct]) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.encode_name) for field in fields(struct))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Instant):
        return date_time(value)
    return java_text(value) if isinstance(value, float) else str(value)


def _type_name(value: Any) -> str:
    """Return what the framework calls the type of a member: its own types by their names, the others by Java's."""
    if isinstance(value, Struct | Enum):
        return type(value).__name__
    return {bool: "Boolean", int: "Long", float: "Double", JavaDouble: "Double"}.get(type(value), "String")

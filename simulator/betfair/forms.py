"""Forms as the identity service takes them: fields by name, from the body and from the query of the address.

What a field says counts only if it says one thing that can be read. A field that is there twice in a body, or twice in
a query, that is not UTF-8, or that is longer than any of its kind, makes the form INPUT_VALIDATION_ERROR (chosen).
Fields that nobody asks for may be as they like. Where a form and the query say different things the form counts
(chosen).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

MOST_FIELDS: Final = 100
"""More than any form has: one with more is read as an empty one."""

LONGEST_FIELDS: Final[Mapping[str, int]] = {
    "username": 255,
    "password": 300,
    "product": 255,
    "url": 2000,
    "redirectMethod": 10,
}
"""The fields that are asked for, and how many characters each may have: a password may have a code behind it."""


class Form(NamedTuple):
    """The fields of a form, and what is wrong with one of them: a sentence, empty where nothing is."""

    fields: dict[str, str]
    problem: str

    def text(self, name: str) -> str:
        """Return what a field says, empty where it is not there."""
        return self.fields.get(name, "")


def read_form(query: bytes, body: bytes) -> Form:
    """Return the fields of the form in a body, and for those that are not in it, of a query."""
    in_query, in_body = _pairs(query), _pairs(body)
    names = [{name for name, _ in pairs} for pairs in (in_query, in_body)]
    fields = dict(in_query) | dict(in_body)
    for name, longest in LONGEST_FIELDS.items():
        for pairs, there in zip((in_query, in_body), names, strict=True):
            if name in there and sum(each == name for each, _ in pairs) > 1:
                return Form(_readable(fields), f"the field {name} is there more than once")
        said = fields.get(name, "")
        if not _is_readable(said):
            return Form(_readable(fields), f"the field {name} is not in UTF-8")
        if len(said) > longest:
            return Form(_readable(fields), f"the field {name} has {len(said)} characters, and may have {longest}")
    return Form(_readable(fields), "")


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return []


def _is_readable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _readable(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields, as they can be shown and logged."""
    return {name: value.encode("utf-8", "replace").decode() for name, value in fields.items() if _is_readable(name)}

"""A YAML or JSON text becomes plain data, and every complaint about it knows its place.

YAML is read by rules of our own, those of its version 1.2: only `true` and `false` are truth values and only decimal
notation is a number, so the country `NO` and the time `12:30` stay texts, which in PyYAML's own 1.1 they would not.
Numbers with a fraction become `Decimal`, exactly as written. Documents come from strangers too, so size, depth and the
work that aliases make are bounded.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

import yaml
from msgspec import UNSET

MAXIMUM_BYTES: Final = 4 * 1024 * 1024
MAXIMUM_DEPTH: Final = 32
MAXIMUM_VALUES: Final = 400_000
"""How many values a document may hold once every alias is written out."""
MAXIMUM_DIGITS: Final = 30
"""How long a number may be: longer than any price, size or id, too short to keep the machine busy."""

Place = tuple[str | int, ...]
"""Where a value is in a document: the keys and positions that lead to it."""

YAML_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE](?:\+?[0-9]{1,2}|-[0-9]{1,3}))?")
_WORDS: Final[Mapping[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{,79}")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ScenarioError(ValueError):
    """A scenario is wrong.

    `name` is the file, `path` the place in it (`$.events[0].name`) and `line` the line where known. `problem` is a
    sentence that names the value and the rule it breaks; `value` is what stands there, or `msgspec.UNSET`.
    """

    def __init__(self, name: str, path: str, problem: str, line: int | None = None, value: object = UNSET) -> None:
        where = name if line is None else f"{name}, line {line}"
        super().__init__(f"{where}, at {path}: {problem}")
        self.name = name
        self.path = path
        self.problem = problem
        self.line = line
        self.value = value


class Document:
    """A text that was read: its `data` in dictionaries, lists, texts, integers, decimals, truth values and `None`."""

    def __init__(self, name: str, data: object, lines: Mapping[Place, int]) -> None:
        self.name: Final = name
        self.data: Final = data
        self._lines: Final = lines

    @property
    def members(self) -> object:
        """Return the data where an empty document is a mapping that leaves out whatever can be."""
        return {} if self.data is None else self.data

    def error(self, place: Place, problem: str) -> ScenarioError:
        """Return the complaint about one place of this document."""
        return ScenarioError(self.name, path_of(place), problem, self._line_of(place), self.value_at(place))

    def value_at(self, place: Place) -> object:
        """Return the value at a place of this document, or `msgspec.UNSET` where nothing was written."""
        value: Any = self.data
        for step in place:
            if isinstance(value, dict):
                value = value.get(step, UNSET)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return UNSET
        return value

    def _line_of(self, place: Place) -> int | None:
        # What came in through an alias has the line of the alias.
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)


def read_document(text: str | bytes, name: str) -> Document:
    """Read a text that is YAML, or JSON where it begins with a brace; raise `ScenarioError` where it is neither."""
    # Text that holds no characters, half surrogate pairs, is found out by the same decoder that reads files.
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(content) > MAXIMUM_BYTES:
        raise ScenarioError(name, "$", f"The document has more than {MAXIMUM_BYTES} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(name, "$", f"The document is not UTF-8: byte {error.start} begins no character.") from None
    if text.lstrip().startswith("{"):
        # What is no JSON may still be YAML, which writes mappings in braces too; its reader has the better complaints.
        try:
            return _read_json(text, name)
        except json.JSONDecodeError:
            pass
    return _read_yaml(text, name)


def path_of(place: Place) -> str:
    """Write a place the way complaints do.

    >>> path_of(("events", 0, "runner name"))
    '$.events[0]["runner name"]'
    """
    steps = ["$"]
    for step in place:
        if isinstance(step, int):
            steps.append(f"[{step}]")
        else:
            steps.append(f".{step}" if _PLAIN_KEY.fullmatch(step) else f"[{describe(step)}]")
    return "".join(steps)


def describe(value: object) -> str:
    """Write a value of a document for a sentence about it, cut where it is long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | None) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _number_of(text: str) -> int | Decimal | None:
    """Return the number a text writes in decimal notation, or `None`; raise `ValueError` for one that is too long."""
    integer = _INTEGER.fullmatch(text)
    if integer is None and _DECIMAL.fullmatch(text) is None:
        return None
    if len(text) > MAXIMUM_DIGITS:
        raise ValueError(f"The number {text[:MAXIMUM_DIGITS]}... is longer than {MAXIMUM_DIGITS} digits.")
    return int(text) if integer else Decimal(text)


def _complaint_about_text(text: str) -> str | None:
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is None:
        return None
    return f"The text holds the character U+{ord(unprintable[0]):04X}, which no name, id or password may."


# JSON


class _Unreadable(ValueError):
    """A complaint from inside the JSON parser, which does not say where it is."""


def _read_json(text: str, name: str) -> Document:
    try:
        data = json.loads(
            text,
            object_pairs_hook=_json_object,
            parse_constant=_json_number,
            parse_float=_json_decimal,
            parse_int=_json_number,
        )
    except _Unreadable as error:
        raise ScenarioError(name, "$", str(error)) from None
    except RecursionError:
        raise ScenarioError(name, "$", _too_deep()) from None
    document = Document(name, data, {})
    _check_json(document, data, ())
    return document


def _json_decimal(text: str) -> int | Decimal:
    """Return a number with a point; JSON makes no difference between 1.0 and 1, so that one may stand for the other."""
    number = _json_number(text)
    if isinstance(number, Decimal) and number.is_finite() and number == (whole := number.to_integral_value()):
        return int(whole)
    return number


def _json_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _Unreadable(f"The key {describe(twice)} is there twice in one object.")
    return content


def _json_number(text: str) -> int | Decimal:
    try:
        number = _number_of(text)
    except ValueError as error:
        raise _Unreadable(str(error)) from None
    if number is None:
        raise _Unreadable(f"{describe(text)} is no number that a scenario may use.")
    return number


def _check_json(document: Document, value: object, place: Place) -> None:
    if len(place) > MAXIMUM_DEPTH:
        raise document.error(place[:MAXIMUM_DEPTH], _too_deep())
    if isinstance(value, str):
        complaint = _complaint_about_text(value)
        if complaint is not None:
            raise document.error(place, complaint)
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_json(document, key, place)
            _check_json(document, member, (*place, key))
    elif isinstance(value, list):
        for position, member in enumerate(value):
            _check_json(document, member, (*place, position))


def _too_deep() -> str:
    return f"The document is nested more than {MAXIMUM_DEPTH} deep."


# YAML


def _read_yaml(text: str, name: str) -> Document:
    try:
        return _YamlReader(text, name).read()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            _refuse_depth(text[: mark.index], name)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ScenarioError(
            name, "$", f"This is not YAML: {problem}.", None if mark is None else mark.line + 1
        ) from None


def _refuse_depth(beginning: str, name: str) -> None:
    """Raise `ScenarioError` if what stands before the place of a YAML error is already nested too deep.

    The parser looks ahead for the colon that would make a list a key. Where it has a limit of its own to nesting, it
    meets that limit before it gives out what is below it, and complains of the syntax.
    """
    try:
        _YamlReader(beginning, name).read()
    except yaml.YAMLError:
        return
    except ScenarioError as complaint:
        # Other complaints may come of the cut alone: half of a name is another name.
        if complaint.problem == _too_deep():
            raise


class _YamlReader:
    """Builds the data from the parser's events, so that nothing is built of what is refused.

    `read` raises `ScenarioError` for what a scenario may not say and `yaml.YAMLError` for what is not YAML.
    """

    def __init__(self, text: str, name: str) -> None:
        self._events: Final = yaml.parse(text, Loader=YAML_LOADER)
        self._name: Final = name
        self._anchored: Final[dict[str, tuple[object, int]]] = {}
        self._lines: Final[dict[Place, int]] = {}
        self._count = 0

    def read(self) -> Document:
        return Document(self._name, self._read_stream(), self._lines)

    def _read_stream(self) -> object:
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        data = self._read_value(next(self._events), ())
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, (), "A scenario is one YAML document, and here begins a second.")
        return data

    def _read_value(self, event: Any, place: Place) -> object:
        self._lines[place] = event.start_mark.line + 1
        self._count_values(1, event, place)
        if len(place) > MAXIMUM_DEPTH:
            self._refuse(event, place, _too_deep())
        if isinstance(event, yaml.AliasEvent):
            return self._expand(event, place)
        if event.tag is not None:
            self._refuse(event, place, f"The tag {describe(event.tag)} is not part of a scenario.")
        before = self._count
        value: object
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._read_sequence(place)
        else:
            value = self._read_mapping(place)
        if event.anchor is not None:
            self._anchored[event.anchor] = (value, self._count - before + 1)
        return value

    def _expand(self, event: Any, place: Place) -> object:
        if event.anchor not in self._anchored:
            self._refuse(event, place, f"The alias *{event.anchor} names nothing that ends before it.")
        value, count = self._anchored[event.anchor]
        self._count_values(count, event, place)
        return value

    def _count_values(self, count: int, event: Any, place: Place) -> None:
        self._count += count
        if self._count > MAXIMUM_VALUES:
            self._refuse(
                event, place, f"With its aliases written out the document has more than {MAXIMUM_VALUES} values."
            )

    def _read_sequence(self, place: Place) -> list[object]:
        members: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            members.append(self._read_value(event, (*place, len(members))))
        return members

    def _read_mapping(self, place: Place) -> dict[str, object]:
        content: dict[str, object] = {}
        merged: list[object] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, place, "The key of a mapping must be a text.")
            key: str = event.value
            if key == "<<" and event.implicit[0]:
                value = self._read_value(next(self._events), (*place, key))
                merged.extend(value if isinstance(value, list) else [value])
                continue
            if key in content:
                self._refuse(event, (*place, key), f"The key {describe(key)} is there twice in one mapping.")
            content[key] = self._read_value(next(self._events), (*place, key))
        defaults: dict[str, object] = {}
        for mapping in merged:
            if not isinstance(mapping, dict):
                raise ScenarioError(
                    self._name, path_of(place), "Only mappings can be merged with <<.", self._lines[place]
                )
            # Of two defaults the first counts. One by one, because a new dictionary each time takes very long.
            for key, value in mapping.items():
                defaults.setdefault(key, value)
        return defaults | content

    def _scalar(self, event: Any, place: Place) -> object:
        text: str = event.value
        complaint = _complaint_about_text(text)
        if complaint is not None:
            self._refuse(event, place, complaint)
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        try:
            number = _number_of(text)
        except ValueError as error:
            self._refuse(event, place, str(error))
        return text if number is None else number

    def _refuse(self, event: Any, place: Place, problem: str) -> NoReturn:
        raise ScenarioError(self._name, path_of(place), problem, event.start_mark.line + 1)

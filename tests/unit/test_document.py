"""A YAML or JSON text is read as it is written, or refused before anything is built of it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.format.document import (
    MAXIMUM_BYTES,
    MAXIMUM_DEPTH,
    MAXIMUM_VALUES,
    path_of,
    read_document,
)
from tests.unit.scenario_builder import complaint_about


def test_yaml_is_read_without_the_surprises_of_its_first_version() -> None:
    text = "{a: NO, b: yes, c: 12:30, d: 010, e: 1_000, f: 2026-06-06T18:00:00Z, g: 1.10, h: .5, i: 1e3, j: ~, k: 'x'}"

    content = read_document(f"z:\n  {text}", "x").data

    assert content == {
        "z": {
            "a": "NO",
            "b": "yes",
            "c": "12:30",
            "d": 10,
            "e": "1_000",
            "f": "2026-06-06T18:00:00Z",
            "g": Decimal("1.10"),
            "h": Decimal("0.5"),
            "i": Decimal(1000),
            "j": None,
            "k": "x",
        }
    }


def test_anchors_and_merges_spare_repetition() -> None:
    content = read_document("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 9, x: 8}]}", "x").data

    assert content == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2, "z": 9}}


def test_a_mapping_in_braces_that_is_no_json_is_yaml() -> None:
    assert read_document("{a: b, c: [1]}", "x").data == {"a": "b", "c": [1]}


def test_an_empty_document_holds_nothing() -> None:
    assert read_document(b"", "x").data is None


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
    st.text(st.characters(codec="ascii", categories=["L"])),
)
CONTENTS = st.recursive(
    VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner), max_leaves=20
)


@given(CONTENTS)
def test_json_and_yaml_of_the_same_data_are_read_alike(content: object) -> None:
    text = json.dumps({"content": content}, default=float)

    assert read_document(text, "x").data == read_document(f"\n# YAML by its comment\n{text}", "x").data


def test_a_place_is_written_so_that_it_can_be_found() -> None:
    assert path_of(("events", 0, "runner name", "x-y", 'a"b')) == '$.events[0]["runner name"].x-y["a\\"b"]'


NOT_DOCUMENTS: list[tuple[str | bytes, str, str]] = [
    ("a: [1, 2", "$", "This is not YAML"),
    ("a: b: c", "$", "This is not YAML"),
    ("\ta: 1", "$", "This is not YAML"),
    ("a: 1\na: 2", "$.a", 'The key "a" is there twice'),
    ('{"a": 1, "a": 2}', "$", 'The key "a" is there twice'),
    ("a: !!python/object/apply:os.system [ls]", "$.a", "The tag"),
    ("a: !!str 5", "$.a", "The tag"),
    ("a: 1\n---\nb: 2", "$", "here begins a second"),
    ("? [a, b]\n: c", "$", "must be a text"),
    ("a: *nothing", "$.a", "*nothing names nothing"),
    ("a: &a [*a]", "$.a[0]", "*a names nothing that ends before it"),
    ("a: &a {b: *a}", "$.a.b", "*a names nothing that ends before it"),
    ("a: {<<: 5}", "$.a", "Only mappings can be merged"),
    (b"a: \xff", "$", "not UTF-8"),
    ("a: \ud800", "$", "not UTF-8"),
    ('{"a": "\\ud800"}', "$.a", "U+D800"),
    ('{"\\u0000": 1}', "$", "U+0000"),
    ('a: "\\x07"', "$.a", "U+0007"),
    ("a: \x00", "$", "This is not YAML"),
    ('{"a": NaN}', "$", "NaN"),
    ('{"a": 1e400}', "$", "1e400"),
    (f'{{"a": {"9" * 5000}}}', "$", "longer than 30 digits"),
    (f"a: {'9' * 5000}", "$.a", "longer than 30 digits"),
    ("[" * 40 + "]" * 40, "$" + "[0]" * (MAXIMUM_DEPTH + 1), "nested more than"),
    ("[" * 10_000, "$" + "[0]" * (MAXIMUM_DEPTH + 1), "nested more than"),
    ("{a: " * 10_000, "$" + ".a" * (MAXIMUM_DEPTH + 1), "nested more than"),
    ("? " * 10_000, "$", "must be a text"),
    ('{"a":' * 10_000, "$", "nested more than"),
    ('{"a":' * 40 + "1" + "}" * 40, "$" + ".a" * MAXIMUM_DEPTH, "nested more than"),
    ("a" * (MAXIMUM_BYTES + 1), "$", "more than"),
]


@pytest.mark.parametrize(("text", "path", "says"), NOT_DOCUMENTS, ids=[repr(row[0][:30]) for row in NOT_DOCUMENTS])
def test_what_cannot_be_read_is_refused_before_anything_is_built(text: str | bytes, path: str, says: str) -> None:
    complaint = complaint_about(text)

    assert complaint.path == path
    assert says in complaint.problem


def test_aliases_of_aliases_are_counted_as_if_they_were_written_out() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for last, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]")

    complaint = complaint_about("\n".join(lines))

    assert f"more than {MAXIMUM_VALUES} values" in complaint.problem

"""An index yields all that is wanted in its order, and little else."""

from operator import attrgetter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.listing_index import WORTHWHILE, ListingIndex


class Thing(NamedTuple):
    name: int
    colour: str | None
    shape: str | None
    size: int


COLOURS, SHAPES = ["red", "green", "blue", None], ["round", "square", None]
THINGS = st.lists(st.tuples(st.sampled_from(COLOURS), st.sampled_from(SHAPES), st.integers(0, 5)), max_size=40).map(
    lambda rows: [Thing(name, *row) for name, row in enumerate(rows)]
)
WANTED = st.dictionaries(
    st.sampled_from(["colour", "shape"]), st.lists(st.sampled_from(["red", "green", "round", "square", "none such"]))
)
BOUND = st.none() | st.integers(-1, 6)


def index_of(things: list[Thing]) -> ListingIndex[Thing]:
    return ListingIndex(things, {"colour": attrgetter("colour"), "shape": attrgetter("shape")}, attrgetter("size"))


@given(THINGS, WANTED, BOUND, BOUND)
def test_all_that_is_wanted_is_there_in_its_order(
    things: list[Thing], wanted: dict[str, list[str]], least: int | None, most: int | None
) -> None:
    found = list(index_of(things).candidates(wanted, least, most))

    assert found == sorted(set(found), key=lambda thing: thing.name)
    assert {
        thing
        for thing in things
        if all(getattr(thing, name) in texts for name, texts in wanted.items())
        and (least is None or least <= thing.size)
        and (most is None or thing.size <= most)
    } <= {*found}


@pytest.mark.parametrize(
    ("wanted", "least", "most", "count"),
    [
        ({}, None, None, 100),
        ({"colour": ["red"]}, None, None, 2),
        ({"colour": ["red", "red"]}, None, None, 2),
        ({"colour": ["red", "gold"]}, None, None, 3),
        ({"colour": ["none such"]}, None, None, 0),
        ({"colour": ["red"], "shape": ["round"]}, None, None, 2),
        ({"colour": ["red"], "shape": ["odd"]}, None, None, 1),
        ({"shape": ["round"]}, None, None, 100),
        ({"shape": ["round"]}, 95, None, 5),
        ({}, 10, 12, 3),
        ({}, 12, 10, 0),
        ({}, 0, 1000, 100),
    ],
)
def test_few_are_looked_at_where_few_can_be_wanted(
    wanted: dict[str, list[str]], least: int | None, most: int | None, count: int
) -> None:
    """A hundred things, of which two are red, one is golden, and one is odd; beyond a quarter it is all of them."""
    things = [
        Thing(n, "red" if n in (7, 70) else "gold" if n == 50 else None, "odd" if n == 3 else "round", n)
        for n in range(100)
    ]

    assert count == len(list(index_of(things).candidates(wanted, least, most)))
    assert 100 // WORTHWHILE == 25

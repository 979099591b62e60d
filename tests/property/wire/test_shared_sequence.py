"""Sequences that share what they have in common, held against plain lists."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair.stream.shared_sequence import SharedSequence

puts = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3)), max_size=40)


def sequence_of(items: list[int]) -> SharedSequence[int]:
    sequence = SharedSequence[int]()
    for place, item in enumerate(items):
        sequence = sequence.put(place, item)
    return sequence


def items_of(sequence: SharedSequence[int]) -> list[int | None]:
    return [sequence.get(place) for place in range(sequence.length)]


@given(items=st.lists(st.integers(0, 3), max_size=600), puts=puts)
def test_a_sequence_with_other_items_differs_where_a_list_does_and_the_one_before_stays(
    items: list[int], puts: list[tuple[int, int]]
) -> None:
    before, twin = sequence_of(items), list(items)
    after = before
    for wanted, item in puts:
        place = min(wanted, len(twin))
        after = after.put(place, item)
        twin[place : place + 1] = [item]

    assert items_of(before) == items
    assert items_of(after) == twin
    assert after.get(len(twin)) is None
    was = [*items, *[None] * (len(twin) - len(items))]
    assert list(after.differing(before)) == [pair for pair in zip(was, twin, strict=True) if pair[0] != pair[1]]


@given(one=st.lists(st.integers(0, 3), max_size=100), other=st.lists(st.integers(0, 3), max_size=100))
def test_sequences_that_share_nothing_differ_by_their_items(one: list[int], other: list[int]) -> None:
    short, long = sorted((one, other), key=len)

    differing = list(sequence_of(long).differing(sequence_of(short)))

    was = [*short, *[None] * (len(long) - len(short))]
    assert differing == [pair for pair in zip(was, long, strict=True) if pair[0] != pair[1]]

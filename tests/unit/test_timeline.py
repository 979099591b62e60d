"""A timeline holds orders by time and bet id, and reads any stretch of them, however they came and went."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange import timeline
from simulator.exchange.orders import Order, OrderType, Persistence, Side
from simulator.exchange.timeline import Stretch, Timeline
from tests.unit.exchange_builder import MARKET, A


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks of four, so that a few orders fill some, divide some and empty some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "BLOCK", 4)
        yield


def bet(bet_id: int) -> Order:
    order_type = OrderType.LIMIT
    return Order(bet_id, "alice", MARKET, A, Side.BACK, order_type, Persistence.LAPSE, 2_00, 2_00, placed_at=0)


times = st.integers(0, 9)
bet_ids = st.integers(1, 40)
changes = st.lists(st.tuples(bet_ids, st.none() | times) | st.tuples(st.sets(bet_ids), times), max_size=150)
"""A bet id, and the time it is to stand at from now on or nothing where it is to go; or bet ids that come together."""


@given(changes, times, times, st.integers(0, 45), st.integers(0, 10), st.booleans())
def test_every_stretch_of_a_timeline_is_that_of_a_sorted_list(
    made: list[tuple[int | set[int], int | None]], start: int, end: int, first: int, count: int, is_latest_first: bool
) -> None:
    orders = {bet_id: bet(bet_id) for bet_id in range(1, 41)}
    known = Timeline()
    standing: dict[int, int] = {}
    for named, at in made:
        if isinstance(named, set):
            assert at is not None
            together = sorted(named - standing.keys())
            known.add_all(at, tuple(orders[bet_id] for bet_id in together))
            standing.update(dict.fromkeys(together, at))
            continue
        if named in standing:
            known.remove(standing.pop(named), orders[named])
        if at is not None:
            known.add(at, orders[named])
            standing[named] = at

    assert len(standing) == len(known)
    if standing:
        _, last = max((at, bet_id) for bet_id, at in standing.items())
        assert last == known.latest.bet_id
    expected = [bet_id for at, bet_id in sorted((at, bet_id) for bet_id, at in standing.items())]
    assert expected == [order.bet_id for order in Stretch(known)]
    assert len(expected) == len(known)

    expected = [bet_id for bet_id in expected if start <= standing[bet_id] < end]
    expected = expected[::-1] if is_latest_first else expected
    stretch = Stretch(known, start, end, is_latest_first=is_latest_first)
    assert expected == [order.bet_id for order in stretch]
    assert len(expected) == len(stretch)
    assert expected[first : first + count] == [order.bet_id for order in stretch.page(first, first + count)]

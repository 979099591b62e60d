"""Ladders hold the prices of the manual's table, and moving along them never invents one."""

from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import LadderDefinition
from simulator.exchange.ladder import Ladder, OffLadder
from simulator.exchange.money import INEXACT

# The manual's table, in its own words: from, to, step.
MANUAL_TABLE = """
1.01 2 0.01
2 3 0.02
3 4 0.05
4 6 0.1
6 10 0.2
10 20 0.5
20 30 1
30 50 2
50 100 5
100 1000 10
"""


def hundredths(number: str) -> int:
    whole, _, rest = number.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def written_out_manual_table() -> list[int]:
    prices: set[int] = set()
    for row in MANUAL_TABLE.split("\n")[1:-1]:
        start, end, step = map(hundredths, row.split())
        prices.update(range(start, end + 1, step))
    return sorted(prices)


# A line market that was recorded: points from -56.5 to 43.5 by 0.5.
RECORDED_LINE = Ladder.line_range(-5650, 4350, 50)

WRITTEN_OUT = [
    (Ladder.CLASSIC, written_out_manual_table()),
    (Ladder.FINEST, list(range(101, 100_001))),
    (RECORDED_LINE, list(range(-5650, 4351, 50))),
    (Ladder.line_range(700, 700, 100), [700]),
]


def ladders() -> st.SearchStrategy[tuple[Ladder, list[int]]]:
    """Known ladders and any line range, each with all its prices written out."""
    any_line = st.builds(
        lambda minimum, interval, steps: (
            Ladder.line_range(minimum, minimum + interval * steps, interval),
            [minimum + interval * step for step in range(steps + 1)],
        ),
        st.integers(-20_000, 20_000),
        st.integers(1, 500),
        st.integers(0, 300),
    )
    return st.sampled_from(WRITTEN_OUT) | any_line


def prices_around(rungs: list[int]) -> st.SearchStrategy[int]:
    """Prices on the ladder, beside it, and beyond both ends."""
    span = rungs[-1] - rungs[0]
    return st.sampled_from(rungs) | st.integers(rungs[0] - span - 1000, rungs[-1] + span + 1000)


def test_the_classic_ladder_has_the_350_prices_of_the_manuals_table() -> None:
    rungs = written_out_manual_table()

    assert len(rungs) == 350
    assert [Ladder.CLASSIC.price_at(tick) for tick in range(Ladder.CLASSIC.size)] == rungs


def test_the_finest_ladder_has_every_hundredth_from_1_01_to_1000() -> None:
    assert (Ladder.FINEST.lowest, Ladder.FINEST.highest, Ladder.FINEST.size) == (101, 100_000, 99_900)
    assert all(Ladder.FINEST.holds(price) for price in range(101, 100_001))


def test_a_line_range_has_the_manuals_example_lines() -> None:
    """The manual: minUnitValue 10, maxUnitValue 20, interval 0.5 make 10, 10.5, 11, 11.5 up to 20."""
    runs = Ladder.line_range(1000, 2000, 50)

    assert [runs.price_at(tick) for tick in range(4)] == [1000, 1050, 1100, 1150]
    assert (runs.highest, runs.size) == (2000, 21)


def test_lines_below_zero_are_lines_like_others() -> None:
    assert RECORDED_LINE.size == 201
    assert RECORDED_LINE.holds(-1050)
    assert not RECORDED_LINE.holds(-1025)
    assert RECORDED_LINE.tick_of(0) == RECORDED_LINE.tick_of(-50) + 1


def test_a_line_range_whose_interval_does_not_lead_to_its_end_stops_before_it() -> None:
    assert Ladder.line_range(0, 100, 30).highest == 90


@pytest.mark.parametrize("price", [201, 303, 1025, 100, 100_001, 0, -101, INEXACT])
def test_a_price_off_the_classic_ladder_is_not_held(price: int) -> None:
    """2.01, 3.03, 10.25, 1.00 and 1000.01 are the worked examples; a price with more than two decimals is INEXACT."""
    assert not Ladder.CLASSIC.holds(price)
    with pytest.raises(OffLadder):
        Ladder.CLASSIC.tick_of(price)


@pytest.mark.parametrize("join", [200, 300, 400, 600, 1000, 2000, 3000, 5000, 10_000])
def test_the_price_where_two_bands_meet_is_one_rung(join: int) -> None:
    tick = Ladder.CLASSIC.tick_of(join)

    assert Ladder.CLASSIC.price_at(tick) == join
    assert Ladder.CLASSIC.price_at(tick - 1) < join < Ladder.CLASSIC.price_at(tick + 1)


@pytest.mark.parametrize(
    ("price", "ticks", "other"), [(200, 1, 202), (200, -1, 199), (198, 4, 204), (10_000, -1, 9500), (101, 349, 100_000)]
)
def test_ticks_are_as_wide_as_their_band(price: int, ticks: int, other: int) -> None:
    assert Ladder.CLASSIC.price_at(Ladder.CLASSIC.tick_of(price) + ticks) == other


@given(ladders(), st.data())
def test_a_ladder_holds_the_prices_of_its_table_and_no_others(
    ladder: tuple[Ladder, list[int]], data: st.DataObject
) -> None:
    made, rungs = ladder
    price = data.draw(prices_around(rungs))
    at = bisect_left(rungs, price)

    assert made.holds(price) == (at < len(rungs) and rungs[at] == price)


@given(ladders(), st.data())
def test_tick_and_price_are_inverse(ladder: tuple[Ladder, list[int]], data: st.DataObject) -> None:
    made, rungs = ladder
    tick = data.draw(st.integers(0, len(rungs) - 1))

    assert made.size == len(rungs)
    assert made.price_at(tick) == rungs[tick]
    assert made.tick_of(rungs[tick]) == tick


@given(ladders(), st.data())
def test_floor_and_ceiling_are_the_rungs_around_a_price(ladder: tuple[Ladder, list[int]], data: st.DataObject) -> None:
    made, rungs = ladder
    price = data.draw(prices_around(rungs))
    at_or_below = bisect_right(rungs, price)
    at_or_above = bisect_left(rungs, price)

    if at_or_below:
        assert made.floor(price) == rungs[at_or_below - 1] <= price
    else:
        with pytest.raises(OffLadder):
            made.floor(price)
    if at_or_above < len(rungs):
        assert made.ceiling(price) == rungs[at_or_above] >= price
    else:
        with pytest.raises(OffLadder):
            made.ceiling(price)


@pytest.mark.parametrize(
    ("ladder", "price", "sentence"),
    [
        (Ladder.CLASSIC, 201, "2.01 is not on the CLASSIC ladder; the prices next to it are 2.00 and 2.02."),
        (Ladder.FINEST, 100, "1.00 is not on the FINEST ladder, which goes from 1.01 to 1000.00."),
        (RECORDED_LINE, -5, "-0.05 is not on the LINE_RANGE ladder; the prices next to it are -0.50 and 0.00."),
    ],
)
def test_a_price_off_the_ladder_is_refused_with_a_sentence_that_names_it(
    ladder: Ladder, price: int, sentence: str
) -> None:
    with pytest.raises(OffLadder) as refusal:
        ladder.tick_of(price)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("tick", [-1, 350])
def test_a_tick_beyond_the_ends_is_refused_and_never_counted_from_the_other_end(tick: int) -> None:
    with pytest.raises(OffLadder, match=f"There is no tick {tick} on the CLASSIC ladder; its ticks go from 0 to 349"):
        Ladder.CLASSIC.price_at(tick)


def test_a_market_gets_the_ladder_its_definition_asks_for() -> None:
    assert Ladder.of(LadderDefinition("CLASSIC")) is Ladder.CLASSIC
    assert Ladder.of(LadderDefinition("FINEST")) is Ladder.FINEST
    assert Ladder.of(LadderDefinition("LINE_RANGE", minimum=-5650, maximum=4350, interval=50)) == RECORDED_LINE


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (LadderDefinition("CLASSICAL"), "There is no price ladder 'CLASSICAL'"),
        (LadderDefinition("LINE_RANGE"), "The interval of a line range must be greater than 0, not 0.00"),
        (LadderDefinition("LINE_RANGE", 0, 10, -50), "The interval of a line range must be greater than 0, not -0.50"),
        (LadderDefinition("LINE_RANGE", 150, -150, 50), "The lowest line, 1.50, is above the highest, -1.50"),
    ],
)
def test_a_definition_that_makes_no_ladder_is_refused_with_a_sentence(
    definition: LadderDefinition, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Ladder.of(definition)


def test_ladders_made_alike_are_equal_and_cannot_be_changed() -> None:
    same = Ladder.line_range(-5650, 4350, 50)

    assert (same, hash(same)) == (RECORDED_LINE, hash(RECORDED_LINE))
    assert repr(same) == "<Ladder LINE_RANGE: 201 prices from -56.50 to 43.50>"
    with pytest.raises(AttributeError):
        same.name = "FINEST"  # type: ignore[misc]

"""Near, far and starting prices of recorded markets against those that we make of the same money."""

from functools import cache
from pathlib import Path

import pytest

from tests.evidence import STREAMS, needs
from tests.recorded.starting_prices import Comparison, compare

WIN = STREAMS / "1.127236622.bz2"
PLACE = STREAMS / "1.181223995.bz2"


@cache
def comparison_with(file: Path) -> Comparison:
    return compare(file)


@needs(WIN)
def test_the_near_prices_of_a_recorded_race_are_ours() -> None:
    """Of 3,624 in a historical file with converted sizes 99.5 % are ours within 0.5 %, and all others were cached.

    Nineteen in twenty are ours with the two decimals to which such a file cuts prices.
    """
    near = comparison_with(WIN).near_in_all

    assert 3_624 == near.numbers
    assert near.close_share >= 0.995
    assert near.numbers == near.close + near.cached
    assert near.cut >= 0.95 * near.numbers
    assert 65 == near.words == near.same_words


@needs(PLACE)
def test_the_near_prices_of_a_recorded_place_market_are_ours() -> None:
    """All 1,866 are ours within 0.5 %, and 99 % with both decimals that a stream rounds to."""
    near = comparison_with(PLACE).near_in_all

    assert 1_866 == near.numbers == near.close
    assert near.rounded >= 0.99 * near.numbers
    assert 36 == near.words == near.same_words


@needs(WIN)
@needs(PLACE)
@pytest.mark.parametrize(("file", "numbers", "words"), [(WIN, 2_641, 1_048), (PLACE, 46, 12)])
def test_recorded_far_prices_are_ours(file: Path, numbers: int, words: int) -> None:
    far = comparison_with(file).far

    assert numbers == far.numbers == far.close + far.cached
    assert far.close_share >= 0.999
    assert words == far.words == far.same_words


@needs(WIN)
def test_the_starting_prices_of_a_recorded_race_are_what_our_auction_makes_of_the_money_matched() -> None:
    """Of all 13 runners the SP money matched and the bets taken from the exchange are known."""
    finals = comparison_with(WIN).finals

    assert 13 == len(finals)
    assert all(final.is_told_in_full and final.agrees for final in finals)


@needs(PLACE)
def test_three_recorded_starting_prices_come_from_the_money_at_the_starting_price_alone() -> None:
    """What was taken from the exchange for the other seven is not recorded."""
    finals = comparison_with(PLACE).finals

    assert 10 == len(finals)
    assert [True] * 3 == [final.agrees for final in finals if final.is_told_in_full]

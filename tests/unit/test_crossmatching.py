"""Virtual bets: the manual's two worked examples and ours, from exchange mechanics sections 5.6 to 5.8."""

import math
from fractions import Fraction
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.book import Offer
from simulator.exchange.crossmatching import Walk, merged_offers, virtual_offers, virtual_price
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import Side

CLASSIC = Ladder.CLASSIC


def offers(*prices_and_stakes: tuple[float, float]) -> list[Offer]:
    """Return offers in hundredths and pence from prices and pounds."""
    return [Offer(round(price * 100), round(stake * 100)) for price, stake in prices_and_stakes]


def virtual(taker: Side, *legs: list[Offer], winners: int = 1, depth: int = 10) -> list[Offer]:
    """Return the virtual ladder that follows from the other runners' offers."""
    return list(islice(virtual_offers(Walk(legs).steps(winners, taker, CLASSIC)), depth))


def test_the_manual_s_first_example_backs_the_draw_at_6_and_3_75_and_then_1_50_and_1_05() -> None:
    newcastle = offers((2.0, 120), (2.5, 75), (1000, 2))
    chelsea = offers((3.0, 150), (20, 2))

    assert offers((6.0, 40), (3.75, 50), (1.5, 15), (1.05, 38.10)) == virtual(Side.BACK, newcastle, chelsea)


def test_the_manual_s_first_example_shows_virtual_bets_between_the_real_ones() -> None:
    newcastle = offers((2.0, 120), (2.5, 75), (1000, 2))
    chelsea = offers((3.0, 150), (20, 2))
    real = offers((5.0, 150), (3.0, 250), (1.01, 999))

    shown = merged_offers(real, virtual(Side.BACK, newcastle, chelsea), Side.BACK)

    assert offers((6.0, 40), (5.0, 150), (3.75, 50)) == list(islice(shown, 3))


def test_backs_of_the_draw_give_the_other_runners_virtual_bets_rounded_down_to_the_ladder() -> None:
    draw = offers((8.0, 30))

    assert offers((1.84, 130.43)) == virtual(Side.BACK, offers((3.0, 150), (20, 2)), draw)[:1]
    assert offers((2.66, 90.23)) == virtual(Side.BACK, offers((2.0, 120), (2.5, 75)), draw)[:1]


def test_the_manual_s_second_example_lays_the_draw_at_6_and_12_and_then_no_valid_price_is_left() -> None:
    newcastle = offers((2.0, 300), (1.7, 500))
    chelsea = offers((3.0, 150), (2.4, 250))

    assert offers((6.0, 75), (12.0, 12.50)) == virtual(Side.LAY, newcastle, chelsea)


def test_virtual_lays_are_rounded_up_to_the_ladder() -> None:
    draw = offers((5.5, 40))

    assert offers((2.08, 105.77)) == virtual(Side.LAY, offers((3.0, 150), (2.4, 250)), draw)[:1]
    assert offers((3.15, 69.84)) == virtual(Side.LAY, offers((2.0, 300)), draw)[:1]


def test_all_runners_and_both_sides_of_one_market() -> None:
    backs = {
        "N": offers((2.20, 80), (2.26, 150)),
        "C": offers((3.70, 90), (3.85, 40)),
        "D": offers((3.75, 50), (3.85, 120)),
    }
    lays = {
        "N": offers((2.12, 100), (2.10, 200), (2.06, 50)),
        "C": offers((3.50, 60), (3.45, 120), (3.40, 200)),
        "D": offers((3.55, 70), (3.50, 100), (3.45, 100)),
    }

    def shown(runner: str, taker: Side) -> list[Offer]:
        own, others = (lays, backs) if taker is Side.BACK else (backs, lays)
        legs = [other for name, other in others.items() if name != runner]
        return list(islice(merged_offers(own[runner], virtual(taker, *legs), taker), 3))

    assert offers((2.14, 87.62), (2.12, 168.63), (2.10, 200)) == shown("N", Side.BACK)
    assert offers((3.55, 49.58), (3.50, 60), (3.45, 120)) == shown("C", Side.BACK)
    assert offers((3.60, 48.89), (3.55, 70), (3.50, 100)) == shown("D", Side.BACK)
    assert offers((2.20, 80), (2.26, 150), (2.32, 90.52)) == shown("N", Side.LAY)
    assert offers((3.70, 90), (3.85, 40), (4.1, 51.71)) == shown("C", Side.LAY)
    assert offers((3.75, 50), (3.85, 120), (4.2, 50.48)) == shown("D", Side.LAY)


def test_the_walk_of_that_market_step_by_step() -> None:
    """The steps of exchange mechanics, section 5.8: what to lay on C and D makes what to back on N."""
    chelsea, draw = offers((3.70, 90), (3.85, 40)), offers((3.75, 50), (3.85, 120))

    assert offers((2.14, 87.62), (2.12, 68.63), (2.08, 74.04)) == virtual(Side.BACK, chelsea, draw)


def test_two_winners_make_a_book_of_two_hundred_percent() -> None:
    legs = [offers((1.5, 30)), offers((1.5, 60)), offers((2.2, 40))]

    assert offers((4.7, 9.57)) == virtual(Side.BACK, *legs, winners=2)


def test_two_backers_who_complete_a_book_meet_at_the_rounded_price() -> None:
    assert 200 == virtual_price([200], 1, Side.BACK, CLASSIC)
    assert 216 == virtual_price([185], 1, Side.BACK, CLASSIC)
    assert 187 == virtual_price([216], 1, Side.LAY, CLASSIC)
    assert 185 == virtual_price([218], 1, Side.LAY, CLASSIC)


@given(
    st.lists(st.sampled_from([101, 150, 200, 300, 301, 999, 60000, 100_000]), min_size=1, max_size=30),
    st.integers(1, 4),
)
def test_the_price_of_many_legs_is_that_of_the_fractions(legs: list[int], winners: int) -> None:
    rest = winners - sum(Fraction(100, price) for price in legs)
    exact = 100 / rest if rest > 0 else None
    backed = None if exact is None or exact < CLASSIC.lowest else CLASSIC.floor(math.floor(exact))
    layed = None if exact is None or exact > CLASSIC.highest else CLASSIC.ceiling(math.ceil(exact))

    assert backed == virtual_price(legs, winners, Side.BACK, CLASSIC)
    assert layed == virtual_price(legs, winners, Side.LAY, CLASSIC)


def test_a_runner_without_offers_leaves_no_virtual_bet_at_all() -> None:
    assert [] == virtual(Side.BACK, offers((2.0, 120)), [])


def test_a_book_that_is_full_without_the_runner_leaves_no_valid_price() -> None:
    assert virtual_price([200, 200], 1, Side.BACK, CLASSIC) is None
    assert virtual_price([101, 10100], 1, Side.BACK, CLASSIC) is None


def test_the_virtual_price_never_leaves_the_ladder() -> None:
    assert 101 == virtual_price([100_000, 100_000], 1, Side.LAY, CLASSIC)
    assert 12_000 == virtual_price([101, 100_000], 1, Side.LAY, CLASSIC)
    assert virtual_price([101, 10_500], 1, Side.LAY, CLASSIC) is None

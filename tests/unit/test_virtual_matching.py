"""Orders are matched for real against virtual bets: the worked examples of exchange mechanics, sections 5.4 to 5.8.

In every example the draw, or whoever stands for it, is the runner that the order is on; the numbers beside the names
of runners are what rests there before the order comes.
"""

import pytest

from simulator.exchange.events import FilledLeg, OrderMatched, VirtualBetMatched
from simulator.exchange.orders import Side, TimeInForce
from tests.unit.exchange_builder import A, B, C, D, Offers, World, cross_matching_market, fills
from tests.unit.virtual_bets import CHELSEA, DRAW, NEWCASTLE, first_example, house_by_outcome, legs_of, virtual_bets

# The manual's first example


def first_example_taken() -> World:
    world = first_example()
    world.back("alice", 1000_00, at=1_01, runner=DRAW)
    return world


def test_a_back_of_the_draw_takes_real_and_virtual_offers_from_the_best_price_on() -> None:
    world = first_example_taken()
    bet = world.orders[-1]

    assert [(6_00, 40_00), (5_00, 150_00), (3_75, 50_00), (3_00, 250_00), (1_01, 510_00)] == fills(bet)
    assert [(1_01, 489_00)] == world.available_to_back(DRAW)


def test_every_leg_is_filled_at_its_own_price() -> None:
    world = first_example_taken()
    first, second = virtual_bets(world, world.orders[-1])

    assert [(NEWCASTLE, 2_00, 120_00), (CHELSEA, 3_00, 80_00)] == legs_of(first)
    assert [(NEWCASTLE, 2_50, 75_00), (CHELSEA, 3_00, 62_50)] == legs_of(second)
    assert [] == world.available_to_lay(NEWCASTLE)
    assert [(3_00, 7_50)] == world.available_to_lay(CHELSEA)


def test_the_house_is_even_in_every_outcome_when_the_legs_are_a_book_of_100_percent() -> None:
    assert [0, 0, 0] == house_by_outcome(first_example_taken)


def test_the_virtual_offers_go_on_at_1_50_and_1_05_in_whole_pence() -> None:
    """The reconstruction of the manual's pictures: 15.00 at 1.50, and 38.09 of the 38.0952 at 1.05."""
    world = cross_matching_market(
        backs={NEWCASTLE: [(2_00, 120_00), (2_50, 75_00), (1000_00, 2_00)], CHELSEA: [(3_00, 150_00), (20_00, 2_00)]},
        lays={DRAW: [(5_00, 150_00), (3_00, 250_00)]},
    )

    bet = world.back("alice", 1000_00, at=1_01, runner=DRAW)

    assert [(1_50, 15_00), (1_05, 38_09)] == fills(bet)[-2:]
    assert [(1_01, 456_91)] == world.available_to_lay(DRAW)


# The manual's second example


def second_example_taken() -> World:
    world = cross_matching_market(
        backs={DRAW: [(10_00, 100_00), (50_00, 50_00), (1000_00, 2_00)]},
        lays={NEWCASTLE: [(2_00, 300_00), (1_70, 500_00)], CHELSEA: [(3_00, 150_00), (2_40, 250_00)]},
    )
    world.lay("alice", 300_00, at=1000_00, runner=DRAW)
    return world


def test_a_lay_of_the_draw_takes_virtual_lays_until_no_valid_price_is_left() -> None:
    """The manual's text: 75 at 6.0, 12.50 at 12.0; after 1.70 and 2.40 there is no valid price."""
    world = second_example_taken()
    bet = world.orders[-1]

    assert [(6_00, 75_00), (10_00, 100_00), (12_00, 12_50), (50_00, 50_00), (1000_00, 2_00)] == fills(bet)
    assert [(1000_00, 60_50)] == world.available_to_back(DRAW)
    assert [(1_70, 500_00)] == world.available_to_back(NEWCASTLE)
    assert [(2_40, 187_50)] == world.available_to_back(CHELSEA)


def test_the_legs_of_a_virtual_lay_are_the_lays_of_the_others() -> None:
    world = second_example_taken()
    first, second = virtual_bets(world, world.orders[-1])

    assert [(NEWCASTLE, 2_00, 225_00), (CHELSEA, 3_00, 150_00)] == legs_of(first)
    assert [(NEWCASTLE, 2_00, 75_00), (CHELSEA, 2_40, 62_50)] == legs_of(second)


def test_the_house_is_even_after_the_second_example_too() -> None:
    assert [0, 0, 0] == house_by_outcome(second_example_taken)


# All three runners, both sides


def three_runners() -> World:
    return cross_matching_market(
        backs={
            NEWCASTLE: [(2_20, 80_00), (2_26, 150_00)],
            CHELSEA: [(3_70, 90_00), (3_85, 40_00)],
            DRAW: [(3_75, 50_00), (3_85, 120_00)],
        },
        lays={
            NEWCASTLE: [(2_12, 100_00), (2_10, 200_00), (2_06, 50_00)],
            CHELSEA: [(3_50, 60_00), (3_45, 120_00), (3_40, 200_00)],
            DRAW: [(3_55, 70_00), (3_50, 100_00), (3_45, 100_00)],
        },
    )


def three_runners_taken() -> World:
    world = three_runners()
    world.back("alice", 200_00, at=3_50, runner=DRAW)
    return world


def test_a_virtual_bet_is_matched_before_a_worse_real_one_and_the_rest_is_real() -> None:
    world = three_runners_taken()
    bet = world.orders[-1]
    (virtual,) = virtual_bets(world, bet)

    assert [(3_60, 48_88), (3_55, 70_00), (3_50, 81_12)] == fills(bet)
    assert [(NEWCASTLE, 2_20, 79_98), (CHELSEA, 3_70, 47_55)] == legs_of(virtual)


def test_the_house_keeps_what_the_rounding_of_the_price_leaves() -> None:
    """176.41 are staked at 3.60, 2.20 and 3.70: it pays 175.956, 175.935 or 175.968."""
    assert [45, 47, 44] == house_by_outcome(three_runners_taken)


def test_a_virtual_price_that_is_not_good_enough_is_not_taken() -> None:
    world = three_runners()

    bet = world.lay("alice", 100_00, at=2_22, runner=NEWCASTLE)

    assert [(2_20, 80_00)] == fills(bet)
    assert [(2_22, 20_00), (2_12, 100_00)] == world.available_to_back(NEWCASTLE)[:2]


def test_with_two_winners_the_book_adds_up_to_200_percent() -> None:
    """Backs of A and B at 1.5 and of C at 2.2: 1 / (2 - 1.78788) = 4.714, so 9.57 at 4.7."""

    def taken() -> World:
        world = cross_matching_market(
            backs={A: [(1_50, 30_00)], B: [(1_50, 60_00)], C: [(2_20, 40_00)]},
            runners=(A, B, C, D),
            number_of_winners=2,
        )
        world.back("alice", 20_00, at=4_70, runner=D)
        return world

    world = taken()
    bet = world.orders[-1]
    (virtual,) = virtual_bets(world, bet)

    assert [(4_70, 9_57)] == fills(bet)
    assert [(A, 1_50, 29_98), (B, 1_50, 29_98), (C, 2_20, 20_44)] == legs_of(virtual)
    assert [(4_70, 10_43)] == world.available_to_lay(D)
    assert min(house_by_outcome(taken)) >= 0


def test_a_back_of_federer_is_matched_against_the_backer_of_nadal() -> None:
    """Betfair, July 2008: Federer 1.9 / 2.1, Nadal 1.8 / 2.0; a back of Federer at 1.9 gets 2.0."""
    federer, nadal = A, B
    world = cross_matching_market(
        backs={federer: [(2_10, 50_00)], nadal: [(2_00, 50_00)]},
        lays={federer: [(1_90, 50_00)], nadal: [(1_80, 50_00)]},
        runners=(federer, nadal),
    )

    bet = world.back("alice", 10_00, at=1_90, runner=federer)

    assert [(2_00, 10_00)] == fills(bet)
    assert [(2_00, 40_00)] == world.available_to_lay(nadal)
    assert [(1_90, 50_00)] == world.available_to_back(federer)


@pytest.mark.parametrize(("side", "resting", "virtual"), [(Side.BACK, 1_85, 2_16), (Side.LAY, 2_16, 1_87)])
def test_virtual_prices_are_rounded_to_the_ladder_against_the_taker(side: Side, resting: int, virtual: int) -> None:
    """A trader's blog of 2010: 1.85 to back makes 2.16 on the other runner; 2.16 to lay makes 1.87."""
    rests = {B: [(resting, 50_00)]}
    world = cross_matching_market(runners=(A, B), **({"backs": rests} if side is Side.BACK else {"lays": rests}))
    place = world.back if side is Side.BACK else world.lay

    assert [(virtual, 10_00)] == fills(place("alice", 10_00, at=virtual))


# Real before virtual


def test_at_the_same_price_real_bets_go_first() -> None:
    """Betfair, 2008: priority to back versus lay."""
    world = cross_matching_market(backs={B: [(2_00, 50_00)]}, lays={A: [(2_00, 5_00)]}, runners=(A, B))

    bet = world.back("alice", 20_00, at=2_00)

    assert [(2_00, 5_00), (2_00, 15_00)] == fills(bet)
    assert [15_00] == [virtual.size for virtual in virtual_bets(world, bet)]
    assert [OrderMatched, VirtualBetMatched] == [type(event) for event in world.events[1:]]


# Legs


def test_legs_are_filled_first_come_first_served_and_named_in_the_event() -> None:
    world = cross_matching_market(runners=(A, B))
    first = world.back("bob", 10_00, at=2_00, runner=B)
    second = world.back("carol", 10_00, at=2_00, runner=B)

    bet = world.back("alice", 15_00, at=2_00)
    (virtual,) = virtual_bets(world, bet)

    assert (
        FilledLeg(first.bet_id, "bob", B, 2_00, 10_00),
        FilledLeg(second.bet_id, "carol", B, 2_00, 5_00),
    ) == virtual.legs
    assert (bet.bet_id, "alice") == (virtual.taker_bet_id, virtual.taker_account)
    assert (10_00, 5_00) == (first.size_matched, second.size_matched)


def test_taker_and_legs_share_the_id_of_the_match() -> None:
    world = three_runners_taken()
    (virtual,) = virtual_bets(world, world.orders[-1])
    parties = [virtual.taker_bet_id, *(leg.bet_id for leg in virtual.legs)]

    assert 3 == len(parties)
    for bet_id in parties:
        assert virtual.match_id in {fragment.match_id for fragment in world.exchange.orders[bet_id].fragments}


def test_a_virtual_match_counts_as_trade_on_every_runner_that_it_touches() -> None:
    world = first_example()

    world.back("alice", 40_00, at=6_00, runner=DRAW)
    books = {key: runner.book for key, runner in world.market.runners.items()}

    assert {6_00: 80_00} == books[DRAW].traded
    assert {2_00: 240_00} == books[NEWCASTLE].traded
    assert {3_00: 160_00} == books[CHELSEA].traded
    assert 480_00 == world.market.total_matched
    assert world.now == world.market.last_match_at


def test_a_customer_may_be_met_by_bets_of_their_own() -> None:
    world = cross_matching_market(runners=(A, B))
    resting = world.back("alice", 10_00, at=2_00, runner=B)

    bet = world.back("alice", 10_00, at=2_00)

    assert (10_00, 10_00) == (resting.size_matched, bet.size_matched)
    assert 0 == world.exposure("alice")


def test_virtual_bets_follow_from_real_ones_alone() -> None:
    """What is virtual on B, from the back of A, is not there to make virtual bets on the others with."""
    world = cross_matching_market(backs={A: [(2_00, 50_00)], B: [(4_00, 50_00)]})
    world.back("alice", 10_00, at=4_00, runner=C)

    assert [(4_00, 40_00)] == world.available_to_lay(B)
    assert [] == fills(world.back("alice", 10_00, at=1_01, runner=A))


def test_every_other_runner_must_have_an_offer() -> None:
    world = cross_matching_market(backs={A: [(2_00, 50_00)], B: [(4_00, 50_00)]}, runners=(A, B, C, D))

    assert [] == fills(world.back("alice", 10_00, at=1_01, runner=C))


def test_a_removed_runner_is_no_leg_any_more() -> None:
    world = cross_matching_market(backs={A: [(2_00, 50_00)]}, runners=(A, B, C))
    world.remove(C)

    assert [(2_00, 10_00)] == fills(world.back("alice", 10_00, at=2_00, runner=B))


def test_a_bet_on_another_runner_takes_what_rests_virtually_when_it_arrives() -> None:
    """Three backs that make a full book meet, whichever comes last; and each taker gets the better price."""
    world = cross_matching_market(backs={A: [(3_00, 10_00)], B: [(3_00, 10_00)]})

    bet = world.back("alice", 10_00, at=2_50, runner=C)

    assert [(3_00, 10_00)] == fills(bet)
    assert ([], []) == (world.available_to_lay(A), world.available_to_lay(B))


# Whole pence


def test_the_pence_that_a_step_leaves_stay_where_they_are_and_are_not_used_again_by_the_same_order() -> None:
    """7p of payout at 10.0 is less than a penny: the level keeps it, and the order goes on to the next."""
    world = cross_matching_market(backs={B: [(1_11, 6_31)]}, runners=(A, B))

    bet = world.back("alice", 10_00, at=10_00)

    # Payout 7.0041, so 70p at 10.0 (7.00), for which 6.30 of the leg is enough (6.993).
    assert [(10_00, 70)] == fills(bet)
    assert [(1_11, 1)] == world.available_to_lay(B)
    assert [(10_00, 9_30)] == world.available_to_lay(A)


def test_legs_of_a_back_are_cut_and_legs_of_a_lay_rounded_up_to_whole_pence() -> None:
    backed = cross_matching_market(backs={A: [(3_00, 9_00)], B: [(7_00, 9_00)]})
    laid = cross_matching_market(lays={A: [(3_00, 9_00)], B: [(7_00, 9_00)]})

    backed.back("alice", 1_00, at=1_90, runner=C)
    laid.lay("alice", 1_00, at=1_91, runner=C)
    (virtual_back,), (virtual_lay,) = (virtual_bets(world, world.orders[-1]) for world in (backed, laid))

    # 1 / (1 - 1/3 - 1/7) is 1.909: 1.90 to back, 1.91 to lay.
    assert [(A, 3_00, 63), (B, 7_00, 27)] == legs_of(virtual_back)
    assert [(A, 3_00, 64), (B, 7_00, 28)] == legs_of(virtual_lay)


def a_penny_at_1000(**more: Offers) -> World:
    """Backs of A and C make 2.00 on B, 5.00 of it at a time: less than that is not a penny of A at 1000."""
    return cross_matching_market(
        backs={A: [(1000_00, 1)], C: [(2_00, 50_00)]}, lays={B: more["lays"]} if more else None
    )


def test_a_virtual_offer_that_comes_to_less_than_a_penny_of_its_shortest_leg_is_not_matched() -> None:
    too_small, large_enough = a_penny_at_1000(), a_penny_at_1000()

    too_small.back("alice", 4_99, at=1_50, runner=B)
    large_enough.back("alice", 5_00, at=1_50, runner=B)

    assert ([], [(1000_00, 1)]) == (fills(too_small.orders[-1]), too_small.available_to_lay(A))
    assert ([(2_00, 5_00)], []) == (fills(large_enough.orders[-1]), large_enough.available_to_lay(A))


def test_an_order_too_small_for_a_virtual_offer_goes_on_to_the_real_ones() -> None:
    world = a_penny_at_1000(lays=[(1_80, 1_00), (1_60, 50_00)])

    bet = world.back("alice", 2_00, at=1_50, runner=B)

    assert [(1_80, 1_00), (1_60, 1_00)] == fills(bet)


def test_a_step_that_ends_before_a_penny_of_its_shortest_leg_is_passed_over() -> None:
    """A penny of A at 5.0 pays 5p: that is 1p at 3.0, for which not even a penny of A is needed."""
    world = cross_matching_market(backs={C: [(2_14, 50_00)]}, lays={B: [(1_50, 50_00)]})
    world.open_account("maker", 0, unlimited=True)
    world.back("maker", 1, at=5_00, runner=A)

    bet = world.back("alice", 10_00, at=1_20, runner=B)

    assert [(1_50, 10_00)] == fills(bet)
    assert [(5_00, 1)] == world.available_to_lay(A)


def test_gains_that_pay_for_less_of_a_virtual_offer_than_there_is_to_be_had_pay_for_nothing() -> None:
    """1.00 at 2.4 pays for 1.00 at 2.0 under an average of 2.2; but 5.00 is the least that is a penny of A."""
    world = a_penny_at_1000(lays=[(2_40, 1_00)])

    bet = world.back("alice", 9_00, at=2_20, runner=B, time_in_force=TimeInForce.FILL_OR_KILL, min_fill_size=1_00)

    assert [(2_40, 1_00)] == fills(bet)
    assert [(1000_00, 1)] == world.available_to_lay(A)

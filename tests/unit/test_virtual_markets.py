"""Where virtual bets are matched and where not, and how other orders meet them (exchange mechanics, section 5.5)."""

import pytest

from simulator.exchange.commands import LadderDefinition
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import Persistence, RunnerKey, Side, TimeInForce
from tests.unit.exchange_builder import WEALTH, A, B, C, D, World, back, cross_matching_market, fills
from tests.unit.virtual_bets import DRAW, first_example

# Where there are virtual bets


def test_there_are_none_in_a_market_without_cross_matching() -> None:
    world = World(runners=(A, B))
    world.back("bob", 50_00, at=2_00, runner=B)

    assert [] == fills(world.back("alice", 10_00, at=1_01))


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"number_of_winners": 0}, id="any number of winners"),
        pytest.param({"number_of_winners": 2}, id="as many winners as runners"),
        pytest.param({"number_of_winners": 1, "complete": False}, id="perhaps a winner who is not listed"),
        pytest.param({"number_of_winners": 1, "each_way_divisor": 4_00, "betting_type": "ODDS"}, id="each way"),
    ],
)
@pytest.mark.parametrize(("side", "price"), [(Side.BACK, 1_01), (Side.LAY, 1000_00)])
def test_there_are_none_where_no_book_can_be_completed(definition: dict[str, object], side: Side, price: int) -> None:
    world = cross_matching_market(backs={B: [(2_00, 5_00)]}, lays={B: [(1_90, 5_00)]}, runners=(A, B), **definition)
    place = world.back if side is Side.BACK else world.lay

    assert [] == fills(place("alice", 10_00, at=price))


@pytest.mark.parametrize(("side", "price"), [(Side.BACK, 1_01), (Side.LAY, 1000_00)])
@pytest.mark.parametrize("number_of_winners", [1, 2])
def test_a_runner_that_is_left_alone_is_bet_on_as_ever(side: Side, price: int, number_of_winners: int) -> None:
    world = cross_matching_market(runners=(A, B, C), number_of_winners=number_of_winners)
    world.remove(B)
    world.remove(C)
    place = world.back if side is Side.BACK else world.lay

    assert [] == fills(place("alice", 5_00, at=price))


def test_lines_are_not_matched_across() -> None:
    world = World(
        runners=(A, B),
        cross_matching=True,
        betting_type="LINE",
        ladder=LadderDefinition("LINE_RANGE", 0, 300_00, 50),
    )
    world.back("bob", 50_00, at=100_00, runner=B)

    assert [] == fills(world.back("alice", 10_00, at=100_00))


def test_of_an_asian_handicap_the_two_sides_of_one_line_are_a_book_of_their_own() -> None:
    """Chosen: (A, h) and (B, -h) on the finest ladder; other lines are other books."""
    home, away = RunnerKey(1, -50), RunnerKey(2, 50)
    other_home, other_away = RunnerKey(1, -150), RunnerKey(2, 150)
    world = cross_matching_market(
        backs={away: [(2_01, 50_00)], other_away: [(1_30, 50_00)]},
        runners=(home, away, other_home, other_away),
        number_of_winners=0,
        betting_type="ASIAN_HANDICAP_DOUBLE_LINE",
        ladder=LadderDefinition("FINEST"),
    )

    bet = world.back("alice", 10_00, at=1_95, runner=home)

    # 1 / (1 - 1 / 2.01) is 1.990.
    assert [(1_99, 10_00)] == fills(bet)
    assert [(1_30, 50_00)] == world.available_to_lay(other_away)


# Funds, states, and the other kinds of orders


def test_what_was_matched_virtually_is_at_risk_like_any_bet() -> None:
    world = first_example()

    world.back("alice", 40_00, at=6_00, runner=DRAW)

    assert 40_00 == world.exposure("alice")
    assert WEALTH - 40_00 == world.available("alice")


def test_in_play_the_virtual_offers_of_the_moment_after_the_delay_count() -> None:
    world = cross_matching_market(runners=(A, B), bet_delay=5)
    offer = world.back("bob", 50_00, at=2_00, runner=B, persistence=Persistence.PERSIST)
    world.turn_in_play()
    world.place("alice", back(10_00, 2_00))
    world.cancel("bob", offer, size_reduction=45_00)

    world.wait(5000)

    assert [(2_00, 5_00)] == fills(world.orders[-1])


def test_fill_or_kill_counts_virtual_offers() -> None:
    """50.00 at an average of 5.8 or better: 40.00 at 6.0 v and 10.00 at 5.0; a tick more on the price fails."""
    kill = TimeInForce.FILL_OR_KILL
    killed = first_example().back("alice", 50_00, at=5_90, runner=DRAW, time_in_force=kill)
    filled = first_example().back("alice", 50_00, at=5_80, runner=DRAW, time_in_force=kill)

    assert [] == fills(killed)
    assert [(6_00, 40_00), (5_00, 10_00)] == fills(filled)


# Runners that leave


def test_a_removal_does_not_undo_the_rest_of_a_virtual_bet() -> None:
    """Chosen: the house keeps what it has on the others, and here it loses what the removed runner was to bring."""
    world = cross_matching_market(backs={A: [(2_00, 100_00)], B: [(4_00, 100_00)]})
    bet = world.back("alice", 50_00, at=4_00, runner=C)
    assert [(4_00, 50_00)] == fills(bet)

    world.remove(B)
    world.settle(C)

    assert 150_00 == bet.profit
    assert -50_00 == world.balance(HOUSE)


def test_bets_that_a_removal_leaves_crossed_stay_until_the_next_order_meets_them() -> None:
    """Chosen: each of three lays at 3.95 would be matched virtually at 2.04, but nobody has come to be matched."""
    lays = {runner: [(3_95, 100_00)] for runner in (A, B, C, D)}
    world = cross_matching_market(lays=lays, runners=(A, B, C, D))

    world.remove(D)

    assert [[(3_95, 100_00)]] * 3 == [world.available_to_back(runner) for runner in (A, B, C)]
    assert [(2_04, 2_00)] == fills(world.lay("alice", 2_00, at=3_95))

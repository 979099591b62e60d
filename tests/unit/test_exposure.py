"""Exposure is the loss of the worst outcome, over every result and every fate of the unmatched bets."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.exposure import Field, OddsPosition, worst_outcome
from simulator.exchange.orders import NOT_COUNTED, RunnerKey
from simulator.exchange.stakes import Stakes
from simulator.exchange.total_exposure import TotalExposure
from tests.unit.exchange_builder import A, B, C, D, World, lay

# The tables of exchange mechanics, section 13: win and lose of each runner, unmatched bets at their worst.


def test_the_worked_example_of_three_runners_and_one_winner() -> None:
    """Back A 10 at 4.0, lay B 15 at 3.0; lay A 4 at 3.5 and back C 2 at 6.0 are unmatched: 42.00, if B wins."""
    world = World()
    world.match("alice", "bob", 10_00, at=4_00, runner=A)
    world.match("bob", "alice", 15_00, at=3_00, runner=B)
    world.lay("alice", 4_00, at=3_50, runner=A)
    world.back("alice", 2_00, at=6_00, runner=C)

    assert 42_00 == world.exposure("alice")


@pytest.mark.parametrize(
    ("winner", "also_matched", "result"),
    [(A, ["lay A", "back C"], 33_00), (B, ["back C"], -42_00), (C, [], 5_00)],
)
def test_each_result_of_that_example_can_really_happen(winner: RunnerKey, also_matched: list[str], result: int) -> None:
    """Exposure looks at each winner with those unmatched bets matched that would make it worse."""
    world = World()
    world.match("alice", "bob", 10_00, at=4_00, runner=A)
    world.match("bob", "alice", 15_00, at=3_00, runner=B)
    if "lay A" in also_matched:
        world.match("bob", "alice", 4_00, at=3_50, runner=A)
    if "back C" in also_matched:
        world.match("alice", "bob", 2_00, at=6_00, runner=C)

    world.settle(winner)

    assert result == sum(order.profit or 0 for order in world.orders if order.account == "alice")


@pytest.mark.parametrize(("number_of_winners", "exposure"), [(2, 35_00), (1, 15_00)])
def test_the_worked_example_of_four_runners_and_two_winners(number_of_winners: int, exposure: int) -> None:
    """Lay A 10 at 2.0, lay B 10 at 3.0, back C 5 at 5.0; lay D 20 at 1.5 is unmatched.

    35.00 if A and B win. In a market of one winner the same bets need 15.00.
    """
    world = World(number_of_winners=number_of_winners, runners=[A, B, C, D])
    world.match("bob", "alice", 10_00, at=2_00, runner=A)
    world.match("bob", "alice", 10_00, at=3_00, runner=B)
    world.match("alice", "bob", 5_00, at=5_00, runner=C)
    world.lay("alice", 20_00, at=1_50, runner=D)

    assert exposure == world.exposure("alice")


# By brute force


def every_result(stakes: list[Stakes], field: Field) -> set[int]:
    """Return the result of every combination of winners and of unmatched bets being matched."""
    idle = field.active_runners - len(stakes)
    runners = stakes + [Stakes()] * idle
    if not field.complete:
        runners += [Stakes()] * field.number_of_winners
    counts = [field.number_of_winners] if field.number_of_winners else range(len(runners) + 1)
    return {
        sum(
            stake.win - stake.unmatched_win * laid if index in winners else stake.lose - stake.unmatched_lose * backed
            for index, (stake, (laid, backed)) in enumerate(zip(runners, matched, strict=True))
        )
        for count in counts
        for winners in combinations(range(len(runners)), min(count, len(runners)))
        for matched in product([(0, 0), (1, 0), (0, 1), (1, 1)], repeat=len(runners))
    }


pence = st.integers(-500, 500)
liabilities = st.integers(0, 500)


@given(
    st.lists(st.builds(Stakes, pence, pence, liabilities, liabilities), max_size=3),
    st.integers(0, 3),
    st.integers(0, 1),
    st.booleans(),
)
def test_the_worst_outcome_is_the_least_of_all_results(
    stakes: list[Stakes], number_of_winners: int, idle_runners: int, complete: bool
) -> None:
    """A number of winners of 0 means that any number may win."""
    field = Field(number_of_winners, len(stakes) + idle_runners, complete or not number_of_winners)

    assert min(every_result(stakes, field)) == worst_outcome(stakes, field)


# What counts


def test_a_back_can_lose_its_stake_and_a_lay_its_liability_matched_or_not() -> None:
    world = World()
    world.match("alice", "bob", 10_00, at=3_00)
    assert (10_00, 20_00) == (world.exposure("alice"), world.exposure("bob"))

    unmatched = World()
    unmatched.back("alice", 10_00, at=3_00)
    unmatched.lay("bob", 10_00, at=2_90)
    assert (10_00, 19_00) == (unmatched.exposure("alice"), unmatched.exposure("bob"))


def test_a_sure_profit_is_no_exposure_and_no_credit() -> None:
    """Back at 4.0, lay twice the stake at 2.0: 10.00 more whoever wins."""
    world = World(balances={"alice": 20_00})
    world.match("alice", "bob", 10_00, at=4_00)
    world.match("bob", "alice", 20_00, at=2_00)

    assert (0, 20_00) == (world.exposure("alice"), world.available("alice"))


def test_an_unmatched_back_and_an_unmatched_lay_of_one_runner_do_not_make_up_for_each_other() -> None:
    """Each may be matched alone."""
    world = World()

    world.back("alice", 10_00, at=4_00)
    world.lay("alice", 10_00, at=2_00)

    assert 10_00 == world.exposure("alice")


def test_markets_do_not_make_up_for_each_other() -> None:
    world = World()
    world.add_market("1.2")
    world.back("alice", 10_00, at=4_00)

    world.place("alice", lay(10_00, 3_00), market_id="1.2")

    assert 30_00 == world.exposure("alice")
    assert [10_00, 20_00] == [world.exchange.accounts["alice"].exposure_in(market) for market in ("1.1", "1.2")]


def test_a_runner_without_bets_may_win() -> None:
    """Of two runners one was backed, the other was backed: with a third, both bets can lose."""
    two, three = World(runners=[A, B]), World(runners=[A, B, C])
    for world in (two, three):
        world.match("alice", "bob", 10_00, at=3_00, runner=A)
        world.match("alice", "bob", 10_00, at=3_00, runner=B)

    assert (0, 20_00) == (two.exposure("alice"), three.exposure("alice"))


def test_in_an_incomplete_market_somebody_not_listed_may_win() -> None:
    world = World(runners=[A, B], complete=False)
    world.match("alice", "bob", 10_00, at=3_00, runner=A)
    world.match("alice", "bob", 10_00, at=3_00, runner=B)

    assert 20_00 == world.exposure("alice")


def test_where_any_number_may_win_every_lay_may_lose() -> None:
    world = World(number_of_winners=0)
    world.lay("alice", 10_00, at=3_00, runner=A)
    world.lay("alice", 10_00, at=2_00, runner=B)

    assert 30_00 == world.exposure("alice")


def test_more_winners_than_runners_are_as_many_as_there_are() -> None:
    world = World(runners=[A, B], number_of_winners=3)
    world.lay("alice", 10_00, at=3_00, runner=A)
    world.lay("alice", 10_00, at=2_00, runner=B)

    assert 30_00 == world.exposure("alice")


def test_exposure_is_rounded_as_the_loss_will_be() -> None:
    """10.20 laid at 1.03 risks 0.306; three lays of a penny at 1.5 risk half a penny each, and each is rounded.

    By the rules of 2017, since those of 2022 let no bet round so far.
    """
    world = World(rules="2017")
    world.lay("alice", 10_20, at=1_03)
    for _ in range(3):
        rest = world.lay("bob", 10_00, at=1_50)
        world.cancel("bob", rest, size_reduction=9_99)

    assert (31, 3) == (world.exposure("alice"), world.exposure("bob"))


def test_a_lay_that_is_matched_in_part_risks_what_all_of_it_is_worth_rounded_once() -> None:
    """2.02 at 1.5 is worth 1.01, but each half of it 0.505: rounded one by one the halves would be 1.02."""
    world = World()
    rest = world.back("bob", 10_00, at=1_50)
    world.cancel("bob", rest, size_reduction=8_99)
    bet = world.lay("alice", 2_02, at=1_50)
    assert (1_01, 1_01) == (bet.size_matched, bet.size_remaining)

    assert 1_01 == world.exposure("alice")


# When it changes


def test_a_lay_that_is_matched_in_parts_risks_the_same_all_along() -> None:
    world = World()
    world.lay("alice", 10_00, at=3_00)

    for size in (4_00, 5_00, 1_00):
        world.back("bob", size, at=3_00)
        assert 20_00 == world.exposure("alice")


def test_a_lay_that_is_matched_in_parts_at_better_prices_risks_less() -> None:
    """4.00 at 2.0 and 5.00 at 2.5, and 1.00 still unmatched at 3.0: 4.00 + 7.50 + 2.00."""
    world = World()
    world.back("bob", 4_00, at=2_00)
    world.back("bob", 5_00, at=2_50)

    world.lay("alice", 10_00, at=3_00)

    assert 13_50 == world.exposure("alice")


def test_whatever_ends_an_unmatched_bet_gives_its_exposure_back() -> None:
    world = World(turn_in_play=True)
    bet = world.lay("alice", 10_00, at=3_00)

    world.cancel("alice", bet, size_reduction=4_00)
    assert 12_00 == world.exposure("alice")

    world.turn_in_play()
    assert 0 == world.exposure("alice")


def test_the_end_of_a_market_ends_its_exposure_and_no_other() -> None:
    world = World()
    world.add_market("1.2")
    world.match("alice", "bob", 10_00, at=3_00)
    world.place("alice", lay(10_00, 3_00), market_id="1.2")

    world.settle(B)

    assert 20_00 == world.exposure("alice")
    assert 10_000_00 - 10_00 - 20_00 == world.available("alice")


def test_a_position_follows_a_field_that_changes() -> None:
    """Lays of 10.00 at 3.0 on two runners, both matched: one of them can win, then both can."""
    world = World()
    position, positions = OddsPosition(Field(1, 3)), TotalExposure()
    position.join(positions)
    for runner in (A, B):
        _, laid = world.match("bob", "alice", 10_00, at=3_00, runner=runner)
        position.count(replace(laid, counted=NOT_COUNTED))
    assert 10_00 == position.exposure()
    assert 40_00 == positions.at_most()
    assert 10_00 == positions.exact()

    position.set_field(Field(2, 3))

    assert 40_00 == positions.at_most()
    assert 40_00 == positions.exact()
    assert 40_00 == position.exposure()

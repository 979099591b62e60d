"""Best price first, then first come first served; the taker gets the price of the bet that rested."""

import pytest

from simulator.exchange.events import OrderKilled, OrderMatched, OrderPlaced
from simulator.exchange.orders import OrderStatus, Persistence, Side, TimeInForce
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, A, B, World, back, fills, lay, whose

FILL_OR_KILL = TimeInForce.FILL_OR_KILL


# Price


def test_a_back_is_matched_at_the_best_lays_although_it_would_have_taken_less() -> None:
    """A back at 3.0 against lays of 3.2 and 3.1 gets 3.2, then 3.1 (exchange mechanics, section 4)."""
    world = World()
    world.lay("bob", 4_00, at=3_10)
    world.lay("carol", 5_00, at=3_20)

    bet = world.back("alice", 10_00, at=3_00)

    assert [(3_20, 5_00), (3_10, 4_00)] == fills(bet)
    assert [(3_00, 1_00)] == world.available_to_lay()


def test_a_lay_is_matched_at_the_best_backs_although_it_would_have_paid_more() -> None:
    world = World()
    world.back("bob", 4_00, at=3_10)
    world.back("carol", 5_00, at=3_05)

    bet = world.lay("alice", 10_00, at=3_20)

    assert [(3_05, 5_00), (3_10, 4_00)] == fills(bet)
    assert [(3_20, 1_00)] == world.available_to_back()


@pytest.mark.parametrize(("side", "worse"), [(Side.BACK, 2_98), (Side.LAY, 3_05)])
def test_an_order_is_never_matched_at_a_price_worse_than_its_own(side: Side, worse: int) -> None:
    world = World()
    place, rest = (world.back, world.lay) if side is Side.BACK else (world.lay, world.back)
    rest("bob", 5_00, at=worse)

    bet = place("alice", 5_00, at=3_00)

    assert [] == bet.fragments
    assert 5_00 == bet.size_remaining


def test_what_is_left_of_an_order_is_queued_at_its_own_price_behind_everything_there() -> None:
    world = World()
    world.lay("bob", 1_00, at=3_10)
    first = world.back("carol", 2_00, at=3_15)
    world.cancel("bob")

    second = world.back("alice", 2_00, at=3_15)
    taker = world.lay("bob", 3_00, at=3_15)

    assert [(3_15, 2_00), (3_15, 1_00)] == fills(taker)
    assert (2_00, 1_00) == (first.size_matched, second.size_matched)


def test_only_the_book_of_the_same_runner_is_met() -> None:
    world = World()
    world.lay("bob", 5_00, at=3_00, runner=B)

    assert 0 == world.back("alice", 5_00, at=3_00, runner=A).size_matched


# Time


def test_of_two_bets_at_one_price_the_earlier_is_matched_first() -> None:
    world = World()
    first = world.lay("bob", 5_00, at=3_00)
    second = world.lay("carol", 5_00, at=3_00)

    world.back("alice", 6_00, at=3_00)

    assert (5_00, 1_00) == (first.size_matched, second.size_matched)


def test_a_better_price_goes_before_an_earlier_time() -> None:
    world = World()
    earlier = world.lay("bob", 5_00, at=3_00)
    better = world.lay("carol", 5_00, at=3_05)

    world.back("alice", 5_00, at=3_00)

    assert (0, 5_00) == (earlier.size_matched, better.size_matched)


def test_a_partial_cancellation_keeps_the_place_in_the_queue() -> None:
    world = World()
    first = world.lay("bob", 5_00, at=3_00)
    second = world.lay("carol", 5_00, at=3_00)
    world.cancel("bob", first, size_reduction=3_00)

    world.back("alice", 3_00, at=3_00)

    assert (2_00, 1_00) == (first.size_matched, second.size_matched)


def test_another_persistence_keeps_the_place_in_the_queue() -> None:
    world = World(turn_in_play=True)
    first = world.lay("bob", 5_00, at=3_00)
    second = world.lay("carol", 5_00, at=3_00)
    world.update("bob", (first, Persistence.PERSIST))

    world.back("alice", 5_00, at=3_00)

    assert (5_00, 0) == (first.size_matched, second.size_matched)


def test_a_replaced_bet_goes_to_the_back_of_the_queue_even_when_it_returns_to_its_price() -> None:
    world = World()
    first = world.lay("bob", 5_00, at=3_00)
    second = world.lay("carol", 5_00, at=3_00)
    world.replace("bob", (first, 2_90))
    world.replace("bob", (world.orders[-1], 3_00))

    world.back("alice", 5_00, at=3_00)

    assert (0, 5_00) == (world.orders[-2].size_matched, second.size_matched)


def test_a_suspension_keeps_everybodys_place() -> None:
    world = World()
    first = world.lay("bob", 5_00, at=3_00)
    world.suspend()
    world.open()
    second = world.lay("carol", 5_00, at=3_00)

    world.back("alice", 5_00, at=3_00)

    assert (5_00, 0) == (first.size_matched, second.size_matched)


def test_instructions_of_one_request_enter_one_after_the_other() -> None:
    world = World()
    world.lay("bob", 5_00, at=3_00)

    world.place("alice", back(3_00, 3_00), back(3_00, 2_98))

    first, second = world.orders[1:]
    assert (3_00, 2_00) == (first.size_matched, second.size_matched)


# Both sides of a match


def test_two_requests_of_one_customer_may_match_each_other() -> None:
    """There is no prevention of self-matching; only one and the same request may not contradict itself."""
    world = World()

    backed, laid = world.match("alice", "alice", 10_00, at=3_00)

    assert (10_00, 10_00) == (backed.size_matched, laid.size_matched)
    assert 0 == world.exposure("alice")


def test_a_match_is_told_once_with_the_taker_and_the_bet_that_rested() -> None:
    world = World()
    world.lay("bob", 5_00, at=3_00)
    world.wait(7)

    placed, matched = world.place("alice", back(2_00, 2_90))

    assert isinstance(placed, OrderPlaced)
    assert (START + 7, MARKET, FIRST_BET_ID + 1, "alice", A) == (placed.at, *whose(placed))
    assert (
        OrderMatched(
            START + 7,
            MARKET,
            match_id=1,
            runner=A,
            price=3_00,
            size=2_00,
            taker_side=Side.BACK,
            taker_bet_id=FIRST_BET_ID + 1,
            taker_account="alice",
            resting_bet_id=FIRST_BET_ID,
            resting_account="bob",
        )
        == matched
    )


def test_both_orders_of_a_match_keep_the_same_fragment() -> None:
    world = World()

    backed, laid = world.match("alice", "bob", 5_00, at=3_00)

    assert backed.fragments == laid.fragments
    assert 5_00 * 3_00 == backed.matched_payout == laid.matched_payout
    assert START == backed.matched_at == laid.matched_at
    assert OrderStatus.EXECUTION_COMPLETE == backed.status == laid.status


def test_the_average_price_is_that_of_all_parts_in_hundredths_halves_up() -> None:
    world = World()
    world.lay("bob", 1_00, at=3_05)
    world.lay("bob", 1_00, at=3_10)

    bet = world.back("alice", 3_00, at=3_00)

    assert [(3_10, 1_00), (3_05, 1_00)] == fills(bet)
    assert 3_08 == bet.average_price_matched  # 3.075


def test_the_average_price_of_nothing_is_0() -> None:
    assert 0 == World().back("alice", 10_00, at=3_00).average_price_matched


def test_a_market_knows_what_was_traded_where_and_when() -> None:
    world = World()
    world.match("alice", "bob", 5_00, at=3_00)
    world.wait(1000)
    world.match("alice", "bob", 1_00, at=2_90)
    world.match("carol", "bob", 2_00, at=3_00, runner=B)
    world.wait(1000)
    world.lay("carol", 7_00, at=2_00)

    book = world.market.runners[A].book
    assert {3_00: 10_00, 2_90: 2_00} == book.traded
    assert (12_00, 2_90) == (book.total_matched, book.last_price_traded)
    assert (16_00, 7_00) == (world.market.total_matched, world.market.total_available)
    assert START + 1000 == world.market.last_match_at


# Fill or kill


def test_a_fill_or_kill_order_that_cannot_be_matched_whole_is_killed_and_leaves_no_trace_in_the_book() -> None:
    world = World()
    resting = world.lay("bob", 9_99, at=3_00)

    bet = world.back("alice", 10_00, at=3_00, time_in_force=FILL_OR_KILL)

    assert [] == bet.fragments
    assert (0, 10_00) == (bet.size_remaining, bet.size_cancelled)
    assert bet.was_killed
    assert 9_99 == resting.size_remaining
    assert [] == world.available_to_lay()
    assert 0 == world.exposure("alice")


def test_a_fill_or_kill_order_may_be_matched_in_parts_as_long_as_it_is_matched_whole() -> None:
    world = World()
    world.lay("bob", 4_00, at=3_10)
    world.lay("carol", 6_00, at=3_00)

    bet = world.back("alice", 10_00, at=3_00, time_in_force=FILL_OR_KILL)

    assert [(3_10, 4_00), (3_00, 6_00)] == fills(bet)
    assert not bet.was_killed


@pytest.mark.parametrize(
    ("min_fill_size", "matched"),
    [(None, 0), (3_00, 4_00), (4_00, 4_00), (5_00, 0)],
)
def test_a_fill_or_kill_order_with_a_minimum_takes_what_there_is_from_the_minimum_on(
    min_fill_size: int | None, matched: int
) -> None:
    """The manual's request: back 5.00 at 21 where 4.00 is offered (exchange mechanics, section 6, row 4)."""
    world = World()
    world.lay("bob", 4_00, at=21_00)

    bet = world.back("alice", 5_00, at=21_00, time_in_force=FILL_OR_KILL, min_fill_size=min_fill_size)

    assert (matched, 5_00 - matched) == (bet.size_matched, bet.size_cancelled)
    assert [] == world.available_to_lay()
    assert matched == world.exposure("alice")


def test_the_end_of_a_fill_or_kill_order_is_told() -> None:
    world = World()

    events = world.place("alice", lay(10_00, 3_00, time_in_force=FILL_OR_KILL))

    assert OrderKilled(START, MARKET, FIRST_BET_ID, "alice", A, 10_00) == events[-1]

"""Recordings that tell the best few levels and no ladders: what can be taken of them, and what fills who waits."""

import pytest
from msgspec.structs import replace

from simulator.backtest.models import OPTIMISTIC, PESSIMISTIC, QUEUE, Cancellations
from simulator.exchange.commands import CancelInstruction
from simulator.recorded.messages import MarketChange, RunnerChange
from tests.unit.recording_builder import MARKET, A, B, C, Recording

THREE_TO_BACK = [(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 30)]
"""Three levels, as many as are shown."""


def recording(**settings: object) -> Recording:
    told = Recording(**settings)  # type: ignore[arg-type]
    told.says(batb=THREE_TO_BACK, batl=[(0, 3.05, 10), (1, 3.1, 20), (2, 3.15, 30)])
    return told


# Ladders are made of levels


def test_a_bet_takes_the_levels_that_are_shown_the_best_first() -> None:
    told = recording()
    told.back(35_00, at=2_96)
    told.lay(12_00, at=3_15)
    assert told.made() == [
        ("TAKEN", 3_00, 10_00), ("TAKEN", 2_98, 20_00), ("TAKEN", 2_96, 5_00),
        ("TAKEN", 3_05, 10_00), ("TAKEN", 3_10, 2_00),
    ]  # fmt: skip
    assert told.available_to_back() == [(2_96, 25_00)]


def test_a_level_that_is_told_anew_or_without_a_size_stands_in_the_place_of_what_was_there() -> None:
    told = recording()
    told.says(batb=[(0, 2.98, 20), (1, 2.96, 25), (2, 0, 0)])
    assert told.available_to_back() == [(2_98, 20_00), (2_96, 25_00)]
    told.says(batb=[(0, 0, 0), (1, 0, 0)])
    assert told.available_to_back() == []


def test_of_two_levels_at_one_price_the_first_counts() -> None:
    told = Recording()
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20)])
    told.says(batb=[(1, 3.0, 7)])
    assert told.available_to_back() == [(3_00, 10_00)]
    told.says(batb=[(0, 3.1, 5)])
    assert told.available_to_back() == [(3_10, 5_00), (3_00, 7_00)]


def test_where_ladders_are_told_they_count_and_levels_beside_them_do_not() -> None:
    told = Recording()
    told.says(atb=[(3.0, 5)], batb=[(0, 3.0, 5)], bdatb=[(0, 3.1, 8)])
    told.says(bdatb=[(0, 3.2, 8)])
    assert told.available_to_back() == [(3_00, 5_00)]
    assert told.available_to_back(B) == []


def test_a_ladder_that_is_told_after_levels_puts_an_end_to_what_was_made_of_them() -> None:
    told = recording()
    told.back(4_00, at=3_00)
    told.says(atb=[(3.0, 10), (2.9, 5)])
    assert told.available_to_back() == [(3_00, 6_00), (2_90, 5_00)]
    assert told.available_to_lay() == []
    told.says(batb=[(0, 3.2, 100)])
    assert told.available_to_back() == [(3_00, 6_00), (2_90, 5_00)]


def test_best_levels_count_before_those_of_a_display() -> None:
    told = Recording()
    told.says(bdatb=[(0, 3.2, 8), (1, 3.0, 10)])
    assert told.available_to_back() == [(3_20, 8_00), (3_00, 10_00)]
    told.says(batb=[(0, 3.0, 10)])
    assert told.available_to_back() == [(3_00, 10_00)]
    told.says(bdatb=[(0, 3.25, 8)])
    assert told.available_to_back() == [(3_00, 10_00)]


def test_an_image_decides_anew_by_what_offers_are_known() -> None:
    told = Recording()
    told.says(atb=[(3.0, 5)])
    told.says(img=True, batb=[(0, 2.9, 7)])
    assert told.available_to_back() == [(2_90, 7_00)]


@pytest.mark.parametrize("name", ["batb", "bdatb"])
def test_virtual_offers_are_made_of_best_levels_and_not_of_a_display_that_has_them_already(name: str) -> None:
    told = Recording(runners=(A, B, C), settings={"cross_matching": True}, cross_matching=True, number_of_winners=1)
    lay = name.replace("atb", "atl")
    for runner in (B, C):
        told.says(runner, **{lay: [(0, 3.0, 30)]})
    told.back(10_00, at=2_00)
    assert bool(told.fills) is (name == "batb")


# What was taken


def test_a_price_that_is_moved_to_another_level_has_not_grown() -> None:
    told = recording()
    told.back(10_00, at=3_00)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    assert told.available_to_back() == [(3_05, 4_00), (2_98, 20_00)]
    told.says(batb=[(1, 3.0, 13)])
    assert told.available_to_back() == [(3_05, 4_00), (3_00, 3_00), (2_98, 20_00)]


def test_a_price_that_better_ones_put_out_of_sight_comes_back_without_what_was_taken() -> None:
    told = recording()
    told.back(50_00, at=2_96)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 30)])
    assert told.available_to_back() == [(2_96, 10_00)]


@pytest.mark.parametrize(("size", "left"), [(35, 15_00), (30, 10_00), (25, 5_00), (15, 0)])
def test_a_price_that_comes_back_in_sight_has_more_to_take_by_what_it_grew(size: int, left: int) -> None:
    told = recording()
    told.back(50_00, at=2_96)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, size)])
    assert told.available_to_back() == [(2_96, left)] * (left > 0)


def test_a_price_that_would_be_shown_and_is_not_is_gone_and_all_there_when_it_comes_again() -> None:
    told = recording()
    told.back(10_00, at=3_00)
    told.says(batb=[(0, 2.98, 20), (1, 2.96, 30), (2, 2.94, 5)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 30)])
    assert told.available_to_back() == [(3_00, 10_00), (2_98, 20_00), (2_96, 30_00)]


def test_where_fewer_levels_are_shown_than_there_may_be_nothing_is_out_of_sight() -> None:
    told = recording()
    told.back(50_00, at=2_96)
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 0, 0)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 30)])
    assert told.available_to_back() == [(2_96, 30_00)]


def test_a_price_that_is_found_gone_when_it_would_be_shown_again_takes_what_was_taken_with_it() -> None:
    told = recording()
    told.back(50_00, at=2_96)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.94, 1)])
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 30)])
    assert told.available_to_back() == [(2_96, 30_00)]


def test_an_image_gives_nothing_back_of_a_price_that_it_has_not_in_sight() -> None:
    told = recording()
    told.back(50_00, at=2_96)
    told.says(img=True, batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    told.says(img=True, batb=THREE_TO_BACK)
    assert told.available_to_back() == [(2_96, 10_00)]


# Who waits


def test_who_waits_at_a_price_that_is_shown_has_its_size_before_him() -> None:
    told = recording()
    bet = told.lay(10_00, at=2_98)
    told.says(trd=[(2.98, 50)])
    assert bet.size_matched == 5_00
    assert told.fills[0].queue_ahead == 20_00


def test_who_waits_where_nothing_is_shown_that_would_be_has_nobody_before_him() -> None:
    told = Recording()
    told.says(batb=[(0, 3.0, 10), (1, 2.96, 20), (2, 2.94, 30)])
    bet = told.lay(10_00, at=2_98)
    told.says(trd=[(2.98, 8)])
    assert bet.size_matched == 4_00


def test_what_stood_before_a_bet_still_does_when_its_price_comes_back_in_sight() -> None:
    told = recording()
    bet = told.lay(10_00, at=2_96)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    assert told.book().lays.ahead[bet.bet_id] == 30_00
    told.says(trd=[(2.96, 20)])
    assert told.book().lays.ahead[bet.bet_id] == 20_00
    told.says(batb=[(0, 3.0, 10), (1, 2.98, 20), (2, 2.96, 25)])
    assert told.book().lays.ahead[bet.bet_id] == 20_00


@pytest.mark.parametrize(
    ("model", "matched"),
    [(OPTIMISTIC, 10_00), (QUEUE, 0), (PESSIMISTIC, 0)],
    ids=lambda model: getattr(model, "name", ""),
)
def test_who_waits_out_of_sight_is_filled_by_trades_there_as_the_model_says(model: object, matched: int) -> None:
    told = recording(model=model)
    bet = told.lay(10_00, at=2_90)
    told.says(trd=[(2.9, 100)])
    assert bet.size_matched == matched


@pytest.mark.parametrize("model", [QUEUE, PESSIMISTIC], ids=lambda model: model.name)
def test_a_trade_beyond_it_fills_who_waits_out_of_sight(model: object) -> None:
    told = recording(model=model)
    bet = told.lay(10_00, at=2_90)
    told.says(trd=[(2.88, 8)])
    assert (bet.size_matched, told.fills[0].queue_ahead) == (4_00, 0)


@pytest.mark.parametrize("rule", list(Cancellations))
def test_who_waits_out_of_sight_is_behind_all_that_is_shown_when_his_price_is(rule: Cancellations) -> None:
    told = recording(model=replace(QUEUE, cancellations=rule))
    bet = told.lay(10_00, at=2_90)
    told.says(batb=[(0, 2.96, 30), (1, 2.9, 12), (2, 2.88, 1)])
    told.says(trd=[(2.9, 30)])
    assert bet.size_matched == 3_00
    assert told.fills[0].queue_ahead == 12_00


def test_who_waits_out_of_sight_has_nobody_before_him_where_nothing_is_shown_when_his_price_would_be() -> None:
    told = recording()
    bet = told.lay(10_00, at=2_90)
    told.says(batb=[(0, 2.96, 30), (1, 2.88, 1), (2, 0, 0)])
    told.says(trd=[(2.9, 8)])
    assert bet.size_matched == 4_00


def test_a_price_comes_in_sight_where_a_level_goes_at_which_nothing_of_ours_is() -> None:
    told = recording()
    bet = told.lay(10_00, at=2_90)
    told.says(batb=[(2, 0, 0)])
    assert told.book().lays.ahead[bet.bet_id] == 0
    told.says(trd=[(2.9, 8)])
    assert (bet.size_matched, told.fills[0].queue_ahead) == (4_00, 0)


def test_a_price_comes_in_sight_where_the_other_side_shows_that_there_may_be_more_levels() -> None:
    told = Recording()
    told.says(batb=[(0, 3.0, 10)])
    bet = told.lay(10_00, at=2_90)
    told.says(batl=[(0, 3.05, 10), (1, 3.1, 20)])
    told.says(trd=[(2.9, 8)])
    assert (bet.size_matched, told.fills[0].queue_ahead) == (4_00, 0)


def test_an_offer_that_is_shown_across_our_price_fills_us_once() -> None:
    told = recording()
    bet = told.lay(10_00, at=3_00)
    told.says(batl=[(0, 2.98, 4), (1, 3.05, 10), (2, 3.1, 20)])
    told.says(batl=[(0, 2.96, 1), (1, 2.98, 4), (2, 3.05, 10)])
    assert told.made() == [("CROSSED", 3_00, 4_00), ("CROSSED", 3_00, 1_00)]
    assert bet.size_matched == 5_00


def test_a_bet_that_is_cancelled_out_of_sight_leaves_nothing_behind() -> None:
    told = recording()
    bet = told.lay(10_00, at=2_90)
    told.lane.cancel(MARKET, CancelInstruction(bet.bet_id))
    told.says(batb=[(0, 3.0, 11)])
    lays = told.book().lays
    assert (lays.out_of_sight, lays.unseen, lays.ahead, lays.is_idle) == (set(), set(), {}, True)


def test_a_market_that_is_told_twice_in_a_message_by_levels_and_by_a_ladder_is_the_ladder() -> None:
    told = recording()
    told.back(10_00, at=3_00)
    levels, ladder = RunnerChange(1, batb=[(0, 3.0, 40)]), RunnerChange(1, atb=[(3.0, 12)])
    told.tells(MarketChange(MARKET, rc=[levels]), MarketChange(MARKET, rc=[ladder]))
    assert told.available_to_back() == [(3_00, 2_00)]


def test_a_bet_that_waits_out_of_sight_where_we_took_something_is_all_that_a_taker_finds_there() -> None:
    told = recording()
    told.back(60_00, at=2_96)
    told.says(batb=[(0, 3.05, 4), (1, 3.0, 10), (2, 2.98, 20)])
    told.lay(3_00, at=2_96)
    assert told.available_to_back() == [(3_05, 4_00), (2_96, 3_00)]

"""Bets of ours that rest in a recorded book: what fills them, and what does not."""

import pytest
from msgspec.structs import replace

from simulator.backtest.models import OPTIMISTIC, PESSIMISTIC, QUEUE, Cancellations, FillModel
from simulator.exchange.commands import CancelInstruction, ReplaceInstruction
from simulator.exchange.orders import Persistence
from simulator.recorded.messages import MarketChange, RunnerChange
from tests.unit.recording_builder import MARKET, A, B, Recording


def with_ahead(model: FillModel = QUEUE) -> Recording:
    """A runner of which 50.00 wait to lay at 3.0, and nothing was traded."""
    told = Recording(model=model)
    told.says(atb=[(3.0, 50)], atl=[(3.2, 40)], trd=[(3.1, 100)])
    return told


def following(cancellations: Cancellations) -> FillModel:
    return replace(QUEUE, name=cancellations.value, cancellations=cancellations)


# The queue


def test_half_of_what_the_traded_volume_rises_by_goes_to_those_before_us_and_then_to_us() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(trd=[(3.0, 80)], atb=[(3.0, 10)])
    assert (told.book().lays.ahead[bet.bet_id], bet.size_matched) == (10_00, 0)
    told.says(trd=[(3.0, 108)], atb=[(3.0, 6)])
    assert told.made() == [("TRADED", 3_00, 4_00)]
    fill = told.fills[0]
    assert (fill.model, fill.queue_ahead, fill.used) == ("queue", 50_00, ((A, 3_00, 4_00),))


def test_odd_pennies_of_traded_volume_are_not_lost_and_not_counted_twice() -> None:
    told = Recording()
    bet = told.lay(2_00, at=3_00)
    for pennies in range(1, 9):
        told.says(trd=[(3.0, pennies / 100)])
    assert bet.size_matched == 4


def test_what_joins_later_stands_behind_us() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 90)])
    told.says(trd=[(3.0, 104)], atb=[(3.0, 38)])
    assert bet.size_matched == 2_00


@pytest.mark.parametrize(
    ("cancellations", "ahead"),
    [("NONE", 50_00), ("ALL_BEHIND", 50_00), ("PRO_RATA", 37_50), ("ALL_AHEAD", 30_00)],
)
def test_whose_a_cancelled_bet_was_is_what_the_model_says(cancellations: str, ahead: int) -> None:
    """Of 80.00, 50.00 before us and 30.00 behind, 20.00 are cancelled."""
    told = with_ahead(following(Cancellations(cancellations)))
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 80)])
    told.says(atb=[(3.0, 60)])
    assert told.book().lays.ahead[bet.bet_id] == ahead


@pytest.mark.parametrize(
    ("cancellations", "ahead"), [("NONE", 50_00), ("ALL_BEHIND", 40_00), ("PRO_RATA", 25_00), ("ALL_AHEAD", 10_00)]
)
def test_more_cannot_stand_before_us_than_is_shown_but_where_no_cancellation_counts(
    cancellations: str, ahead: int
) -> None:
    told = with_ahead(following(Cancellations(cancellations)))
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 80)])
    told.says(atb=[(3.0, 40)])
    assert told.book().lays.ahead[bet.bet_id] == ahead


def test_of_a_fall_that_is_a_trade_in_part_only_the_rest_was_cancelled() -> None:
    """50.00 before us, 30.00 behind: 20.00 are traded, and of the 60.00 that are left a half is cancelled."""
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 80)])
    told.says(atb=[(3.0, 30)], trd=[(3.0, 40)])
    assert told.book().lays.ahead[bet.bet_id] == 15_00


def test_a_historic_file_tells_a_runner_in_parts_of_one_message() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.tells(
        MarketChange("1.1", rc=[RunnerChange(1, atb=[(3.0, 30)]), RunnerChange(1, trd=[(3.0, 20)])]),
        MarketChange("1.1", rc=[RunnerChange(1, atb=[(3.0, 20)]), RunnerChange(1, trd=[(3.0, 60)])]),
    )
    assert told.book().lays.ahead[bet.bet_id] == 20_00


def test_a_cancelled_part_of_ours_keeps_the_place_and_a_replacement_loses_it() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 80)])
    told.lane.cancel("1.1", CancelInstruction(bet.bet_id, 4_00))
    assert told.book().lays.ahead == {bet.bet_id: 50_00}
    (there,) = told.lane.replace("1.1", ReplaceInstruction(bet.bet_id, 2_98)).orders
    (back,) = told.lane.replace("1.1", ReplaceInstruction(there.bet_id, 3_00)).orders
    assert told.book().lays.ahead == {back.bet_id: 80_00}


def test_what_we_take_of_our_own_queue_brings_us_forward() -> None:
    told = with_ahead()
    resting = told.lay(10_00, at=3_00)
    told.back(45_00, at=3_00)
    assert told.book().lays.ahead[resting.bet_id] == 5_00
    taking = told.back(8_00, at=3_00)
    assert told.made()[-3:] == [("TAKEN", 3_00, 5_00), ("OWN", 3_00, 3_00), ("OWN", 3_00, 3_00)]
    assert (taking.size_matched, resting.size_matched) == (8_00, 3_00)


def test_a_trade_brings_all_bets_of_ours_at_its_price_forward() -> None:
    told = with_ahead()
    first, second = told.lay(3_00, at=3_00), told.lay(3_00, at=3_00)
    told.says(trd=[(3.0, 80)])
    assert told.book().lays.ahead == {first.bet_id: 10_00, second.bet_id: 10_00}


# Trades through our price


def test_a_trade_through_our_price_fills_us_up_to_what_was_traded() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(trd=[(2.9, 12)])
    assert told.made() == [("TRADED", 3_00, 6_00)]
    assert (bet.size_remaining, told.fills[0].used) == (4_00, ((A, 2_90, 6_00),))


def test_a_back_is_filled_by_trades_above_its_price() -> None:
    told = with_ahead()
    told.back(10_00, at=3_20)
    told.says(trd=[(3.25, 12)])
    told.says(trd=[(3.1, 200)])
    assert told.made() == [("TRADED", 3_20, 6_00)]


def test_nothing_traded_fills_two_bets_of_ours() -> None:
    told = with_ahead()
    better, first, second = told.lay(3_00, at=3_05), told.lay(3_00, at=3_00), told.lay(3_00, at=3_00)
    told.says(trd=[(2.98, 10)])
    assert [better.size_matched, first.size_matched, second.size_matched] == [3_00, 2_00, 0]


def test_bets_of_ours_at_one_price_are_filled_in_the_order_of_their_arrival() -> None:
    told = with_ahead()
    first = told.lay(3_00, at=3_00)
    told.says(atb=[(3.0, 54)])
    second = told.lay(3_00, at=3_00)
    told.says(trd=[(3.0, 100 + 6 + 8 + 4)])
    assert (first.size_matched, second.size_matched) == (3_00, 2_00)


# The book comes to our price


def test_bets_of_several_runners_are_filled_in_the_order_of_these_whatever_the_message_says_first() -> None:
    told = Recording()
    for runner in (B, A):
        told.lay(2_00, at=3_00, runner=runner)
    changes = [RunnerChange(runner.selection_id, hc=0.0, trd=[(3.0, 4.0)]) for runner in (B, A)]
    told.tells(MarketChange(MARKET, rc=changes))
    assert [(fill.runner, fill.size) for fill in told.lane.fills] == [(A, 2_00), (B, 2_00)]
    first, second = told.lane.fills
    assert first.match_id < second.match_id


def test_an_offer_that_comes_across_our_price_fills_us_at_our_price() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_05)
    told.says(atl=[(3.0, 4)])
    assert told.made() == [("CROSSED", 3_05, 4_00)]
    assert (told.fills[0].used, bet.size_remaining) == (((A, 3_00, 4_00),), 6_00)
    assert told.available_to_lay()[0] == (3_20, 40_00)


def test_an_offer_that_crossed_is_gone_and_only_its_growth_fills_again() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_05)
    told.says(atl=[(3.05, 4)])
    told.says(atl=[(3.05, 3)])
    told.says(img=True, atl=[(3.05, 3)], atb=[(3.0, 50)])
    assert bet.size_matched == 4_00
    told.says(atl=[(3.05, 5)])
    assert bet.size_matched == 6_00


def test_the_recorded_trade_of_an_offer_that_crossed_is_not_used_again() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_05)
    told.says(atl=[(3.0, 4)])
    told.says(atl=[(3.0, 0)], trd=[(3.0, 8)])
    assert bet.size_matched == 4_00
    told.says(trd=[(3.0, 10)])
    assert bet.size_matched == 5_00


def test_the_recorded_trade_of_an_offer_that_we_took_does_not_fill_what_we_left_to_wait() -> None:
    told = with_ahead()
    bet = told.lay(50_00, at=3_20)
    assert (bet.size_matched, bet.size_remaining) == (40_00, 10_00)
    told.says(atl=[(3.2, 0)], trd=[(3.2, 80)])
    assert bet.size_matched == 40_00
    told.says(trd=[(3.2, 90)])
    assert bet.size_matched == 45_00


def test_the_recorded_trade_of_an_offer_that_we_took_is_used_up_also_while_nothing_of_ours_waits() -> None:
    told = Recording()
    told.says(atb=[(3.0, 2.0)])
    assert told.back(2_00, at=3_00).size_matched == 2_00
    told.says(trd=[(3.0, 4.0)])
    waiting = told.back(2_00, at=3_00)
    told.says(trd=[(3.0, 7.0)])
    assert waiting.size_matched == 1_50


def test_at_our_very_price_those_before_us_come_first() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(atl=[(3.0, 54)])
    assert bet.size_matched == 4_00


def test_offers_that_cross_while_the_market_is_suspended_fill_us_when_it_opens() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_05)
    told.defines(status="SUSPENDED")
    told.says(atl=[(3.0, 4)])
    assert bet.size_matched == 0
    told.defines(status="OPEN")
    assert told.made() == [("CROSSED", 3_05, 4_00)]


# What is no trade


def test_an_image_makes_no_traded_volume_new() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(img=True, atb=[(3.0, 20)], trd=[(2.9, 500), (3.0, 500)])
    assert bet.size_matched == 0
    told.says(trd=[(2.9, 504)])
    assert bet.size_matched == 2_00


def test_an_image_keeps_the_place_in_the_queue_as_far_as_it_shows_as_much() -> None:
    told = with_ahead()
    bet = told.lay(10_00, at=3_00)
    told.says(img=True, atb=[(3.0, 70)])
    assert told.book().lays.ahead[bet.bet_id] == 50_00
    told.says(img=True, atb=[(2.9, 70)])
    assert told.book().lays.ahead[bet.bet_id] == 0


def test_where_traded_volume_falls_it_is_restated_and_nothing_was_traded() -> None:
    """Recorded: a removal makes what was traded at 15.50 traded at 14.39, and amounts of other currencies change."""
    told = Recording()
    told.says(trd=[(15.5, 200), (3.0, 50)])
    bet = told.back(10_00, at=14_00)
    told.says(trd=[(15.5, 0), (14.39, 200)])
    assert bet.size_matched == 0
    told.says(trd=[(14.0, 4)])
    assert bet.size_matched == 2_00


def test_a_rise_of_nearly_all_that_was_traded_by_a_trifle_is_a_rate_of_exchange() -> None:
    told = Recording()
    told.says(trd=[(3.0, 1000), (3.05, 1000), (3.1, 1000), (3.15, 1000)])
    bet = told.back(10_00, at=3_00)
    told.says(trd=[(3.0, 1000.4), (3.05, 1000.4), (3.1, 1000.4), (3.15, 1016)])
    assert bet.size_matched == 8_00


# The models


def test_the_optimistic_model_puts_us_first() -> None:
    told = with_ahead(OPTIMISTIC)
    told.lay(10_00, at=3_00)
    told.says(trd=[(3.0, 8)])
    assert told.made() == [("TRADED", 3_00, 4_00)]


def test_the_pessimistic_model_puts_us_last_whatever_comes_later() -> None:
    told = with_ahead(PESSIMISTIC)
    bet = told.lay(10_00, at=3_00)
    told.says(atb=[(3.0, 90)])
    told.says(trd=[(3.0, 160)], atb=[(3.0, 10)])
    assert (bet.size_matched, told.book().lays.ahead[bet.bet_id]) == (0, 10_00)


def test_the_pessimistic_model_is_not_filled_by_an_offer_at_our_very_price() -> None:
    told = with_ahead(PESSIMISTIC)
    bet = told.lay(10_00, at=3_05)
    told.says(atl=[(3.05, 4)])
    assert bet.size_matched == 0
    told.says(atl=[(3.0, 4)])
    assert bet.size_matched == 4_00


def test_who_falls_due_at_the_time_of_a_message_comes_after_those_whom_it_fills() -> None:
    """A back of ours that waits out the bet delay would have met our own lay, which the message fills before."""
    told = with_ahead()
    bet = told.lay(10_00, at=3_00, persistence=Persistence.PERSIST)
    told.defines(in_play=True, bet_delay=1)
    request = told.asks_to_back(10_00, at=3_00)
    told.says(trd=[(3.0, 120)], atb=[(3.0, 0)])
    assert (told.made(), request.is_answered) == ([("TRADED", 3_00, 10_00)], False)
    told.says(runner=B, atb=[(5.0, 1)])
    (back,) = request.orders
    assert (bet.size_remaining, back.size_remaining, back.placed_at) == (0, 10_00, told.now - 1_000)

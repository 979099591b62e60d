"""What a bet of ours takes of a recorded book stays taken."""

from simulator.backtest.latency import Delay, Latency
from simulator.exchange.orders import BetTargetType, TimeInForce
from simulator.exchange.refusals import Reason
from tests.unit.recording_builder import A, B, Recording


def test_a_back_takes_the_best_levels_first_each_at_its_own_price() -> None:
    told = Recording()
    told.says(atb=[(3.0, 5), (3.1, 2), (2.9, 50)])
    bet = told.back(10_00, at=2_90)
    assert told.made() == [("TAKEN", 3_10, 2_00), ("TAKEN", 3_00, 5_00), ("TAKEN", 2_90, 3_00)]
    assert (bet.size_matched, bet.size_remaining) == (10_00, 0)


def test_a_lay_takes_the_lowest_prices_first() -> None:
    told = Recording()
    told.says(atl=[(3.2, 5), (3.15, 2), (3.3, 50)])
    told.lay(10_00, at=3_30)
    assert told.made() == [("TAKEN", 3_15, 2_00), ("TAKEN", 3_20, 5_00), ("TAKEN", 3_30, 3_00)]


def test_what_was_taken_is_gone_until_the_level_grows_and_then_the_growth_is_there() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.back(4_00, at=3_00)
    assert told.available_to_back() == [(3_00, 6_00)]
    told.says(atb=[(3.0, 13)])
    assert told.available_to_back() == [(3_00, 9_00)]


def test_a_level_that_shrinks_or_is_told_again_gives_nothing_back() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.back(4_00, at=3_00)
    told.says(atb=[(3.0, 8)])
    assert told.available_to_back() == [(3_00, 4_00)]
    told.says(img=True, atb=[(3.0, 8)])
    assert told.available_to_back() == [(3_00, 4_00)]
    told.says(atb=[(3.0, 3)])
    assert told.available_to_back() == []


def test_a_level_that_went_away_and_came_back_is_all_there() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.back(10_00, at=3_00)
    told.says(atb=[(3.0, 0)])
    told.says(atb=[(3.0, 7)])
    assert told.available_to_back() == [(3_00, 7_00)]


def test_an_image_that_leaves_a_level_out_takes_it_away_and_what_was_taken_with_it() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.back(10_00, at=3_00)
    told.says(img=True, atb=[(2.9, 5)])
    told.says(atb=[(3.0, 7)])
    assert told.available_to_back() == [(3_00, 7_00), (2_90, 5_00)]


def test_only_what_may_concern_what_we_took_or_what_waits_is_noted_of_a_runner() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10), (2.9, 10)], atl=[(3.2, 5)])
    told.back(4_00, at=3_00)
    moves = told.book().recorded.moves
    assert moves is not None

    def noted() -> list[list[int]]:
        return [[price for price in (2_80, 2_90, 3_00, 3_20) if price in wanted] for wanted in moves.wanted]

    some, all_there_are = [3_00], [2_80, 2_90, 3_00, 3_20]
    assert noted() == [[], some, [], all_there_are, [], []], "any trade may have been with the bet that we took"
    told.says(trd=[(3.0, 8)])
    assert noted() == [[], some, [], [], [], []]
    bet = told.lay(2_00, at=2_90)
    assert noted() == [[], [2_90, 3_00], [2_80, 2_90], all_there_are, [], []], "a lower price would meet our lay"
    told.cancel(bet)
    told.says(atb=[(2.9, 11)])
    assert noted() == [[], some, [], [], [], []]
    waits = told.back(2_00, at=3_10)
    assert noted() == [[], [3_00, 3_20], [], all_there_are, [], []], "a higher price would meet our back"
    told.cancel(waits)
    told.says(atb=[(3.0, 0)])
    assert told.book().recorded.moves is None


def test_two_bets_share_a_level() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    first, second = told.back(7_00, at=3_00), told.back(7_00, at=3_00)
    assert (first.size_matched, second.size_matched) == (7_00, 3_00)


def test_a_fill_or_kill_order_averages_over_recorded_levels_or_takes_nothing() -> None:
    """Worked example 1 of the exchange mechanics, section 6."""
    told = Recording()
    told.says(atb=[(5.5, 2), (5.4, 6), (5.3, 5)])
    killed = told.back(10_01, at=5_40, persistence=None, time_in_force=TimeInForce.FILL_OR_KILL)
    assert killed.size_cancelled == 10_01
    told.back(10_00, at=5_40, persistence=None, time_in_force=TimeInForce.FILL_OR_KILL)
    assert told.made() == [("TAKEN", 5_50, 2_00), ("TAKEN", 5_40, 6_00), ("TAKEN", 5_30, 2_00)]
    assert told.available_to_back() == [(5_30, 3_00)]


def test_a_fill_or_kill_order_with_a_minimum_takes_what_its_average_allows() -> None:
    told = Recording()
    told.says(atb=[(5.5, 2), (5.4, 6), (5.3, 5)])
    bet = told.back(10_01, at=5_40, persistence=None, time_in_force=TimeInForce.FILL_OR_KILL, min_fill_size=3_00)
    assert (bet.size_matched, bet.size_cancelled) == (10_00, 1)


def test_a_bet_target_takes_the_stake_that_pays_it() -> None:
    told = Recording()
    told.says(atb=[(5.0, 100)])
    bet = told.bet_target(BetTargetType.PAYOUT, 10_00, at=4_00)
    assert (bet.size_matched, bet.size_remaining) == (2_00, 0)


def test_what_one_runner_lost_is_not_missing_of_another() -> None:
    told = Recording()
    told.says(A, atb=[(3.0, 10)])
    told.says(B, atb=[(3.0, 10)])
    told.back(10_00, at=3_00, runner=A)
    assert told.available_to_back(B) == [(3_00, 10_00)]


def test_an_order_meets_the_book_of_the_moment_at_which_it_arrives() -> None:
    told = Recording(settings={"latency": Latency.fixed(1_500)})
    told.says(atb=[(3.0, 10)])
    request = told.asks_to_back(5_00, at=2_80)
    told.says(atb=[(3.0, 0), (2.9, 10)])
    assert not request.is_answered
    told.says(atb=[(2.9, 0), (2.8, 10)])
    assert told.made() == [("TAKEN", 2_90, 5_00)]
    assert told.fills[0].at == request.sent_at + 1_500


def test_a_drawn_latency_lies_between_its_bounds_and_is_drawn_again_the_same() -> None:
    def arrivals() -> list[int]:
        told = Recording(settings={"latency": Latency(place=Delay(50, 250), seed=7)})
        requests = [told.asks_to_back(2_00, at=3_00) for _ in range(50)]
        return [request.reaches_at - request.sent_at for request in requests]

    assert arrivals() == arrivals()
    assert len(set(arrivals())) > 25
    assert all(50 <= arrival <= 250 for arrival in arrivals())


def test_a_bet_delay_that_the_definition_tells_is_waited_out_and_the_book_of_then_counts() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.defines(in_play=True, bet_delay=5)
    request = told.asks_to_back(5_00, at=2_80)
    assert request.ticket is not None
    told.says(atb=[(3.0, 0), (2.9, 10)], after=4_000)
    told.says(atb=[(2.9, 0)], after=2_000)
    assert request.is_answered
    assert told.made() == [("TAKEN", 2_90, 5_00)]
    told.defines(bet_delay=0)
    told.says(atb=[(2.9, 10)])
    assert told.back(5_00, at=2_90).size_matched == 5_00


def test_a_suspended_market_takes_no_bets() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.defines(status="SUSPENDED")
    request = told.asks_to_back(2_00, at=3_00)
    assert request.refusal is not None
    assert request.refusal.reason is Reason.MARKET_SUSPENDED


def test_a_closed_market_takes_no_bets() -> None:
    told = Recording()
    told.says(atb=[(3.0, 10)])
    told.ends(A="WINNER", B="LOSER")
    request = told.asks_to_back(2_00, at=3_00)
    assert request.refusal is not None
    assert request.refusal.reason is Reason.MARKET_NOT_OPEN_FOR_BETTING


def test_what_the_account_cannot_afford_is_refused_and_takes_nothing() -> None:
    told = Recording()
    told.says(atb=[(3.0, 100_000)])
    request = told.asks_to_back(10_000_01, at=3_00)
    assert request.refusal is not None
    assert request.refusal.reason is Reason.INSUFFICIENT_FUNDS
    assert told.available_to_back() == [(3_00, 100_000_00)]


def test_bets_are_settled_as_recorded_with_commission() -> None:
    told = Recording(market_base_rate=5.0)
    told.says(atb=[(3.0, 10)])
    told.back(10_00, at=3_00)
    told.ends(A="WINNER", B="LOSER")
    assert told.profit == 20_00 - 1_00

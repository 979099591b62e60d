"""What happens to our bets in a recorded market when the market changes: the off, removals, versions, results."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from simulator.backtest.followed import CLOSED_AGAIN, HIDDEN_TO_THE_END, REOPENED
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Reason
from simulator.exchange.starting_price import NoPrice
from simulator.exchange.statuses import MarketStatus
from simulator.exchange.transactions import TransactionLimit
from simulator.recorded.messages import MarketChange, RunnerChange
from tests.unit.recording_builder import MARKET, A, B, C, Recording


def bsp_market(**recording: Any) -> Recording:
    return Recording(runners=(A, B, C), bsp_market=True, **recording)


def waiting(told: Recording, side: Side, liability: int, limit: int | None = None) -> Any:
    order_type = OrderType.MARKET_ON_CLOSE if limit is None else OrderType.LIMIT_ON_CLOSE
    (order,) = told.asks(side, None, limit, order_type=order_type, persistence=None, liability=liability).orders
    return order


def reconciles(told: Recording, price: float, *changes: RunnerChange) -> None:
    told.defines(*changes, status="SUSPENDED", bsp_reconciled=True, statuses={A: {"bsp": price}})


# The off


def test_at_the_off_bets_lapse_or_persist_as_they_were_asked_to() -> None:
    told = Recording()
    lapsing, staying = told.lay(2_00, at=3_00), told.lay(2_00, at=2_90, persistence=Persistence.PERSIST)
    told.defines(status="SUSPENDED")
    assert (lapsing.size_remaining, staying.size_remaining) == (2_00, 2_00)
    told.defines(status="OPEN", in_play=True, bet_delay=5)
    assert (lapsing.size_lapsed, staying.size_remaining) == (2_00, 2_00)
    told.says(trd=[(2.5, 4)])
    assert staying.size_matched == 2_00


def test_a_bet_on_close_is_matched_at_the_recorded_starting_price() -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    back, lay = waiting(told, Side.BACK, 10_00), waiting(told, Side.LAY, 10_00)
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 100)]))
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert (back.size_matched, lay.size_matched) == (10_00, 4_00)
    assert told.made() == [("STARTING_PRICE", 3_50, 10_00), ("STARTING_PRICE", 3_50, 4_00)]
    assert (back.profit, lay.profit) == (25_00, -10_00)


@pytest.mark.parametrize(
    ("told_as", "shown_at"),
    [(6.34, 6.342379607339971), (6.342379607339971, 6.34)],
    ids=["a historic file", "a capture"],
)
def test_the_starting_price_is_the_more_exact_of_what_is_told(told_as: float, shown_at: float) -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    waiting(told, Side.BACK, 10_00)
    reconciles(told, told_as, RunnerChange(1, spb=[(1000.0, 0), (shown_at, 3568.38)]))
    assert told.market.runners[A].starting_price == Fraction("6.342379607339971")


def test_historic_files_tell_the_exact_price_in_a_line_of_its_own_at_the_same_time() -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    waiting(told, Side.BACK, 10_00)
    reconciles(told, 6.34)
    told.tells(MarketChange(MARKET, rc=[RunnerChange(1, spl=[(6.342379607339971, 1652.66)])]), after=0)
    assert told.market.runners[A].starting_price == Fraction("6.342379607339971")


def test_without_an_exact_price_the_one_of_the_definition_counts() -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    back = waiting(told, Side.BACK, 10_00)
    reconciles(told, 6.34)
    told.says(B, atb=[(2.0, 10)])
    assert told.market.runners[A].starting_price == Fraction("6.34")
    assert back.size_matched == 10_00


def test_limits_on_close_hold_and_what_they_keep_out_lapses() -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    low, high = waiting(told, Side.BACK, 10_00, 3_45), waiting(told, Side.BACK, 10_00, 3_55)
    lay_low, lay_high = waiting(told, Side.LAY, 10_00, 3_45), waiting(told, Side.LAY, 10_00, 3_55)
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 100)]))
    assert [bet.size_matched for bet in (low, high, lay_low, lay_high)] == [10_00, 0, 0, 4_00]
    assert (high.size_lapsed, lay_low.size_lapsed) == (10_00, 10_00)


def test_unmatched_bets_turn_into_bets_on_close_and_small_lays_lapse() -> None:
    told = bsp_market(settings={"own_starting_price_effect": False})
    persistence = Persistence.MARKET_ON_CLOSE
    back = told.back(10_00, at=4_00, persistence=persistence)
    lay = told.lay(6_00, at=3_00, persistence=persistence)
    small = told.lay(4_99, at=3_00, persistence=persistence)
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 100)]))
    assert (back.size_matched, lay.size_matched) == (10_00, 4_80)
    assert (small.size_matched, small.size_lapsed) == (0, 4_99)


def test_our_own_money_moves_the_price_as_the_auction_would() -> None:
    """Backs of 100 against lays that risk 200 are 3.0; with 100 more of ours, and nobody else, they are 2.0."""
    told = bsp_market()
    told.says(spl=[(1.01, 100)], spb=[(1000, 200)])
    waiting(told, Side.BACK, 100_00)
    reconciles(told, 3.0, RunnerChange(1, spb=[(3.0, 200)]))
    assert told.market.runners[A].starting_price == 2
    assert told.market.runners[B].starting_price is not None


def test_with_more_of_our_money_than_there_is_a_price_for_there_is_none() -> None:
    """Lays that risk 2.00 can be shared among backs of 200.00 at 1.01, the lowest price there is."""
    for stake, price, matched in ((99_00, Fraction("1.02"), 99_00), (300_00, NoPrice.INFINITY, 0)):
        told = bsp_market()
        told.says(spl=[(1.01, 1)], spb=[(1000, 2)])
        bet = waiting(told, Side.BACK, stake)
        reconciles(told, 3.0, RunnerChange(1, spb=[(3.0, 200)]))
        assert (told.market.runners[A].starting_price, bet.size_matched) == (price, matched)
        assert bet.size_lapsed == stake - matched


def test_bets_that_lapse_at_the_off_do_not_move_the_starting_price() -> None:
    """A lay that risks less than 10.00 does, and so does not bring what it would have risked."""
    told = bsp_market()
    told.says(spl=[(1.01, 100)], spb=[(1000, 200)])
    small = [told.lay(4_00, at=3_00, persistence=Persistence.MARKET_ON_CLOSE) for _ in range(20)]
    reconciles(told, 3.0, RunnerChange(1, spb=[(3.0, 200)]))
    assert told.market.runners[A].starting_price == 3
    assert {bet.size_lapsed for bet in small} == {4_00}


def test_the_recorded_price_moves_in_odds_as_the_auction_does() -> None:
    """The auction over what is shown makes 3.0 and the recording 3.5: with us it makes 2.0, half the odds."""
    told = bsp_market()
    told.says(spl=[(1.01, 100)], spb=[(1000, 200)])
    waiting(told, Side.BACK, 100_00)
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 200)]))
    assert told.market.runners[A].starting_price == Fraction("2.25")


def test_who_has_no_bet_at_the_starting_price_does_not_move_it() -> None:
    told = bsp_market()
    told.says(spl=[(1.01, 100)], spb=[(1000, 200)])
    told.back(2_00, at=4_00)
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 200)]))
    assert told.market.runners[A].starting_price == Fraction("3.5")


def test_no_bet_on_close_is_taken_once_the_price_is_made() -> None:
    told = bsp_market()
    reconciles(told, 3.5, RunnerChange(1, spb=[(3.5, 100)]))
    told.defines(status="OPEN", in_play=True)
    request = told.asks(Side.BACK, None, None, order_type=OrderType.MARKET_ON_CLOSE, persistence=None, liability=10_00)
    assert request.refusal is not None
    assert request.refusal.instruction_reasons == (Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,)


# Suspension, versions


def test_a_suspension_lapses_nothing() -> None:
    told = Recording()
    bet = told.lay(2_00, at=3_00)
    told.defines(status="SUSPENDED")
    told.defines(status="OPEN")
    assert bet.size_remaining == 2_00


def test_the_version_is_the_recorded_one_and_one_before_a_material_change_is_too_old() -> None:
    told = Recording(runners=(A, B, C))
    before = told.definition.version
    told.defines(market_time="2021-03-01T14:05:00.000Z")
    assert told.market.version == told.definition.version > before
    assert told.asks_to_back(2_00, at=3_00, market_version=before).refusal is None
    told.defines(statuses={C: {"status": "REMOVED", "adjustment_factor": 10.0}})
    request = told.asks_to_back(2_00, at=3_00, market_version=told.definition.version - 1)
    assert request.refusal is not None
    assert request.refusal.instruction_reasons == (Reason.BET_TAKEN_OR_LAPSED,)
    assert told.asks_to_back(2_00, at=3_00, market_version=told.definition.version).refusal is None


# Removals


def removed(told: Recording, factor: float) -> None:
    told.defines(statuses={C: {"status": "REMOVED", "adjustment_factor": factor}})


def test_a_removal_reduces_our_matched_prices_and_leaves_recorded_volume_alone() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN")
    told.says(atb=[(3.0, 50)], atl=[(3.2, 40)])
    bet = told.back(10_00, at=3_00)
    removed(told, 10.0)
    assert bet.average_price_matched == 2_70
    assert (told.available_to_back(), told.available_to_lay()) == ([(3_00, 40_00)], [(3_20, 40_00)])


def test_a_removal_voids_our_bets_on_the_runner_itself() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN")
    told.says(C, atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00, runner=C)
    removed(told, 10.0)
    assert bet.size_voided == 10_00


def test_a_removal_lapses_our_unmatched_lays_or_lowers_their_price() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN")
    lapsing, staying = told.lay(2_00, at=3_00), told.lay(2_00, at=3_00, persistence=Persistence.PERSIST)
    back = told.back(2_00, at=5_00)
    removed(told, 10.0)
    assert (lapsing.size_lapsed, staying.price, back.size_remaining) == (2_00, 2_70, 2_00)


def test_in_a_place_market_a_removal_reduces_winnings() -> None:
    told = Recording(runners=(A, B, C), market_type="PLACE")
    told.says(atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00)
    removed(told, 10.0)
    assert bet.average_price_matched == 2_80


def test_who_was_out_when_the_recording_began_reduces_nothing() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN", statuses={C: {"status": "REMOVED", "adjustment_factor": 10}})
    assert told.asks_to_back(2_00, at=3_00, runner=C).refusal is not None
    told.says(atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00)
    told.defines(market_time="2021-03-01T14:05:00.000Z")
    assert bet.average_price_matched == 3_00


def test_who_is_hidden_and_then_removed_is_removed_as_anybody_else() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN")
    told.says(atb=[(3.0, 50)])
    told.says(C, atb=[(3.0, 50)])
    reduced, void = told.back(10_00, at=3_00), told.back(10_00, at=3_00, runner=C)
    told.defines(statuses={C: {"status": "HIDDEN"}})
    removed(told, 10.0)
    assert (reduced.average_price_matched, void.size_voided) == (2_70, 10_00)


def test_a_market_in_which_somebody_is_again_who_was_removed_is_followed_no_further() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN")
    told.says(atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00)
    removed(told, 10.0)
    told.defines(statuses={C: {"status": "ACTIVE"}})
    told.ends(A="LOSER", B="LOSER", C="WINNER")
    why = "it is followed no further, because runner 3 was removed and is in it again, and bets that are void stay so"
    assert (told.lane.unsettled, bet.profit) == ({MARKET: why}, None)


# A recording that begins late


@pytest.mark.parametrize("status", ["OPEN", "SUSPENDED"])
def test_a_market_that_is_in_play_when_the_recording_begins_is_played_from_there(status: str) -> None:
    told = bsp_market(
        status=status, in_play=True, bet_delay=1, bsp_reconciled=True, statuses={A: {"bsp": 3.5}}, market_base_rate=0
    )
    told.says(atb=[(3.0, 50)])
    told.defines(status="OPEN")
    assert told.asks(Side.BACK, None, None, order_type=OrderType.MARKET_ON_CLOSE, liability=10_00).refusal is not None
    request = told.asks_to_back(10_00, at=3_00)
    told.says(atb=[(2.9, 50)])
    told.says(atb=[(2.8, 50)])
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert [order.size_matched for order in request.orders] == [10_00]
    assert told.profit == 20_00


def test_a_market_that_is_inactive_when_the_recording_begins_has_its_starting_price_once_it_is_open() -> None:
    told = bsp_market(status="INACTIVE", in_play=True, bsp_reconciled=True, statuses={A: {"bsp": 3.5}})
    assert (told.market.status, told.market.bsp_reconciled) == (MarketStatus.INACTIVE, False)
    told.defines(status="OPEN")
    assert (told.market.status, told.market.bsp_reconciled, told.market.in_play) == (MarketStatus.OPEN, True, True)


# Results


@pytest.mark.parametrize(
    ("winners", "statuses", "profit"), [(3, "WLW", 10_00), (1, "LLL", -20_00)], ids=["two of three places", "nobody"]
)
def test_fewer_may_win_than_the_market_has_winners(winners: int, statuses: str, profit: int) -> None:
    told = Recording(runners=(A, B, C), number_of_winners=winners, market_base_rate=0)
    for runner in (A, B):
        told.says(runner, atb=[(3.0, 50)])
        told.back(10_00, at=3_00, runner=runner)
    told.ends(**dict(zip("ABC", ({"W": "WINNER", "L": "LOSER"}[one] for one in statuses), strict=True)))
    assert (told.profit, told.lane.unsettled) == (profit, {})


def test_a_result_that_is_corrected_counts_as_it_was_corrected() -> None:
    told = Recording(runners=(A, B, C), market_base_rate=0)
    told.says(atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00)
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert bet.profit == 20_00
    told.defines(status="SUSPENDED")
    assert told.lane.unsettled == {MARKET: REOPENED}
    told.ends(A="LOSER", B="WINNER", C="LOSER")
    assert (bet.profit, told.profit, told.lane.unsettled) == (-10_00, -10_00, {MARKET: CLOSED_AGAIN})
    told.ends(A="REMOVED", B="WINNER", C="LOSER")
    assert (bet.profit, bet.size_voided, told.profit) == (0, 10_00, 0)


WAS_REMOVED = "its result was corrected, and cannot be so here: runner 3 was REMOVED to the end, and its bets stay as "
CORRECTIONS: dict[str, tuple[dict[str, Any], dict[RunnerKey, Any], str]] = {
    "back after a removal": ({}, {A: {"status": "LOSER"}, C: {"status": "WINNER"}}, WAS_REMOVED),
    "more winners": ({"number_of_winners": 2}, {B: {"status": "WINNER"}}, "it has 2 winners now, and had 1"),
    "removed": (
        {},
        {B: {"status": "REMOVED", "adjustment_factor": 20.0}},
        "runner 2 was removed after the end, which reduces no prices of others here",
    ),
}


def test_what_a_correction_does_not_do_is_said_as_long_as_it_holds() -> None:
    told = Recording(runners=(A, B, C), market_type="WIN", market_base_rate=0)
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    told.defines(statuses={B: {"status": "REMOVED", "adjustment_factor": 20.0}})
    told.defines(market_time="2021-03-01T14:05:00.000Z")
    assert told.lane.unsettled[MARKET].startswith("runner 2 was removed after the end, ")
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert told.lane.unsettled == {}
    told.defines(number_of_winners=2)
    assert told.lane.unsettled[MARKET].endswith("it has 2 winners now, and had 1")


def test_a_market_that_is_void_by_a_correction_has_no_others_whose_prices_could_be_reduced() -> None:
    told = Recording(runners=(A, B), market_type="WIN")
    told.ends(A="WINNER", B="LOSER")
    gone = {"status": "REMOVED", "adjustment_factor": 20.0}
    told.defines(statuses={A: gone, B: gone})
    assert told.lane.unsettled == {}


def test_that_a_runner_is_hidden_to_the_end_is_said_where_there_are_bets_on_it() -> None:
    for runner, says in ((B, {}), (A, {MARKET: HIDDEN_TO_THE_END})):
        told = Recording(runners=(A, B, C), market_base_rate=0)
        told.says(atb=[(3.0, 50)])
        told.back(10_00, at=3_00)
        told.defines(statuses={runner: {"status": "HIDDEN"}})
        told.ends(**{name: "LOSER" for key, name in ((A, "A"), (B, "B")) if key != runner}, C="WINNER")
        assert told.lane.unsettled == says


@pytest.mark.parametrize(("told", "statuses", "says"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_a_correction_of_more_than_can_be_corrected_is_said(
    told: dict[str, Any], statuses: dict[RunnerKey, Any], says: str
) -> None:
    recording = Recording(runners=(A, B, C), market_type="WIN", market_base_rate=0)
    recording.says(atb=[(3.0, 50)])
    recording.back(10_00, at=3_00)
    removed(recording, 10.0)
    recording.ends(A="WINNER", B="LOSER", C="REMOVED")
    recording.defines(statuses=statuses, **told)
    assert says in recording.lane.unsettled[MARKET]
    # 10.00 at 3.0, reduced by a tenth.
    assert recording.profit == 17_00


def test_a_market_that_is_closed_without_a_result_takes_no_more_bets() -> None:
    told = Recording()
    told.says(atb=[(3.0, 50)])
    told.defines(status="CLOSED")
    assert told.market.status is MarketStatus.SUSPENDED
    assert told.asks_to_back(2_00, at=3_00).refusal is not None
    told.ends(A="WINNER", B="LOSER")
    assert (told.market.status, told.lane.unsettled) == (MarketStatus.CLOSED, {})


def test_who_is_hidden_until_the_end_and_wins_has_won() -> None:
    told = Recording(runners=(A, B, C), market_base_rate=0)
    told.says(atb=[(3.0, 50)])
    bet = told.back(10_00, at=3_00)
    told.defines(statuses={A: {"status": "HIDDEN"}})
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert (bet.profit, bet.average_price_matched) == (20_00, 3_00)


def test_a_market_in_which_somebody_is_again_who_had_lost_is_followed_no_further() -> None:
    told = Recording(runners=(A, B, C))
    told.defines(statuses={A: {"status": "LOSER"}})
    told.defines(statuses={A: {"status": "ACTIVE"}})
    assert told.lane.unsettled[MARKET].startswith("it is followed no further, because runner 1 had ended and is in it")


def a_match(*handicaps: int) -> tuple[Recording, Order, Callable[[str], None]]:
    """A match with lines of both sides, a back of the first, and what ends it: W, L or R, refunded, for each line."""
    lines = [RunnerKey(side, sign * handicap) for handicap in handicaps for side, sign in ((1, -1), (2, 1))]
    told = Recording(runners=lines, betting_type="ASIAN_HANDICAP_DOUBLE_LINE", number_of_winners=0, market_base_rate=0)
    told.says(lines[0], atb=[(2.0, 50)])
    words = {"W": "WINNER", "L": "LOSER", "R": "REMOVED"}

    def ends(letters: str) -> None:
        statuses = {key: {"status": words[letter]} for key, letter in zip(lines, letters, strict=True)}
        told.defines(status="CLOSED", statuses=statuses)

    return told, told.back(10_00, at=2_00, runner=lines[0]), ends


def test_an_asian_result_that_is_corrected_counts_as_it_was_corrected() -> None:
    told, _, ends = a_match(50)
    for letters, profit in (("WL", 10_00), ("LW", -10_00)):
        ends(letters)
        assert (told.profit, told.lane.unsettled) == (profit, {})


def test_a_line_that_is_refunded_may_be_won_by_a_correction_and_the_other_way_round() -> None:
    """A margin of one goal refunds -1.0, and one of two does not."""
    told, bet, ends = a_match(100, 150)
    for letters, profit, voided in (("RRLW", 0, 10_00), ("WLWL", 10_00, 0), ("RRLW", 0, 10_00)):
        ends(letters)
        assert (bet.profit, bet.size_voided, told.profit, told.lane.unsettled) == (profit, voided, profit, {})


def test_a_line_that_no_number_refunds_is_void_where_it_is_recorded_so() -> None:
    told, bet, ends = a_match(50, 150)
    ends("RRWL")
    assert (bet.size_voided, told.profit, told.lane.unsettled) == (10_00, 0, {})


def test_an_asian_result_that_no_number_leads_to_is_said() -> None:
    told, _, ends = a_match(50)
    ends("LW")
    ends("WW")
    assert told.profit == -10_00
    assert told.lane.unsettled[MARKET].startswith("its result was corrected, and cannot be so here: there is no number")


def test_who_was_said_to_have_lost_before_the_end_and_has_won_by_it_is_paid() -> None:
    told = Recording(runners=(A, B, C), market_base_rate=0)
    told.says(atb=[(3.0, 50)])
    told.back(10_00, at=3_00)
    told.defines(statuses={A: {"status": "LOSER"}})
    assert told.profit == -10_00
    told.ends(A="WINNER", B="LOSER", C="LOSER")
    assert told.profit == 20_00


def test_a_dead_heat_pays_a_half_of_the_stake() -> None:
    told = Recording(runners=(A, B, C), market_base_rate=0)
    told.says(atb=[(3.0, 50)])
    told.back(10_00, at=3_00)
    told.ends(A="WINNER", B="WINNER", C="LOSER")
    assert told.profit == 5_00


def test_an_each_way_market_pays_the_place_at_the_fraction() -> None:
    told = Recording(
        runners=tuple(RunnerKey(number) for number in range(1, 7)),
        market_base_rate=0, market_type="EACH_WAY", each_way_divisor=5, number_of_winners=2,
    )  # fmt: skip
    told.says(atb=[(6.0, 50)])
    told.back(10_00, at=6_00)
    others = {RunnerKey(number): {"status": "LOSER"} for number in range(3, 7)}
    told.defines(status="CLOSED", statuses={A: {"status": "PLACED"}, B: {"status": "WINNER"}, **others})
    # Two bets of 10.00: the one to win is lost, the one on the place wins a fifth of the odds.
    assert told.profit == 0


def test_an_asian_line_is_settled_by_the_goals_that_its_lines_tell() -> None:
    """The home side at -1.5 and -0.5 lost and won: it won by one goal, and of -0.75 half a stake wins."""
    lines = [RunnerKey(side, sign * handicap) for handicap in (150, 75, 50) for side, sign in ((1, -1), (2, 1))]
    told = Recording(runners=lines, betting_type="ASIAN_HANDICAP_DOUBLE_LINE", number_of_winners=0, market_base_rate=0)
    told.says(RunnerKey(1, -75), atb=[(2.0, 50)])
    told.back(10_00, at=2_00, runner=RunnerKey(1, -75))
    ended = {
        RunnerKey(1, -150): "LOSER", RunnerKey(2, 150): "WINNER",
        RunnerKey(1, -75): "WINNER", RunnerKey(2, 75): "LOSER",
        RunnerKey(1, -50): "WINNER", RunnerKey(2, 50): "LOSER",
    }  # fmt: skip
    told.defines(status="CLOSED", statuses={key: {"status": status} for key, status in ended.items()})
    assert told.profit == 5_00


def test_a_total_is_settled_by_the_goals_that_its_lines_tell() -> None:
    """Over 2.5 won and over 3.5 lost: three goals. Over 2.75 wins half of its stake."""
    lines = [RunnerKey(side, handicap) for handicap in (250, 275, 350) for side in (1, 2)]
    told = Recording(runners=lines, betting_type="ASIAN_HANDICAP_SINGLE_LINE", number_of_winners=0, market_base_rate=0)
    told.says(RunnerKey(1, 275), atb=[(2.0, 50)])
    told.back(10_00, at=2_00, runner=RunnerKey(1, 275))
    over = {250: "WINNER", 275: "WINNER", 350: "LOSER"}
    statuses = {RunnerKey(1, line): {"status": status} for line, status in over.items()}
    told.defines(status="CLOSED", statuses=statuses)
    assert told.profit == 5_00


def test_a_line_market_is_settled_by_the_number_that_somebody_knows_or_not_at_all() -> None:
    line = {
        "runners": (A,), "betting_type": "LINE", "number_of_winners": 0, "market_base_rate": 0,
        "line_min_unit": 0.5, "line_max_unit": 300.5, "line_interval": 1.0,
    }  # fmt: skip
    for results, profit in (({}, 0), ({MARKET: 150_00}, -10_00)):
        told = Recording(settings={"line_results": results}, **line)
        told.says(atb=[(100.5, 50)])
        told.back(10_00, at=100_50)
        told.ends(A="WINNER")
        assert told.profit == profit
        assert (MARKET in told.lane.unsettled) is (not results)


def test_a_recording_without_a_result_leaves_bets_unsettled_and_says_so() -> None:
    told = Recording()
    told.says(atb=[(3.0, 50)])
    told.back(10_00, at=3_00)
    told.engine.end()
    assert told.lane.unsettled == {MARKET: "the recording ends before its result"}
    assert told.market.status is MarketStatus.OPEN


def test_a_runner_that_ends_before_the_others_is_paid_at_once() -> None:
    told = Recording(runners=(A, B, C), market_base_rate=0)
    told.says(atb=[(3.0, 50)])
    told.back(10_00, at=3_00)
    told.defines(statuses={A: {"status": "LOSER"}})
    assert told.profit == -10_00
    told.ends(A="LOSER", B="WINNER", C="LOSER")
    assert told.profit == -10_00


def test_a_runner_that_is_listed_later_can_be_bet_on() -> None:
    told = Recording(runners=(A, B))
    told.definition.runners.append(type(told.definition.runners[0])(3, sort_priority=3))
    told.defines(statuses={})
    told.says(C, atb=[(3.0, 50)])
    assert told.back(2_00, at=3_00, runner=C).size_matched == 2_00


# Transactions


def test_what_is_sent_beyond_the_free_transactions_of_an_hour_is_charged() -> None:
    """Three are free, and each of the others costs 0.50: five bets, of which one is refused, cost a pound."""
    told = Recording(settings={"transaction_limit": TransactionLimit(3, 500, counts_edits=False)})
    bets = [told.back(2_00, at=3_00) for _ in range(4)]
    assert told.asks_to_back(1, at=3_00).refusal is not None
    told.cancel(bets[0])
    assert told.profit == 0
    told.says(atb=[(2.0, 10)], after=3_600_000)
    told.back(2_00, at=3_00)
    assert told.profit == -1_00
    told.engine.end()
    assert told.profit == -1_00


# Virtual offers


def test_virtual_offers_are_taken_where_that_is_asked_for() -> None:
    """The others ask 3.0 and 3.0: that is 3.0 to back, and what was taken of each is gone."""
    told = Recording(runners=(A, B, C), cross_matching=True, settings={"cross_matching": True})
    for runner in (B, C):
        told.says(runner, atl=[(3.0, 30)])
    bet = told.back(10_00, at=2_80)
    assert (bet.size_matched, bet.average_price_matched) == (10_00, 3_00)
    assert told.fills[0].used == ((B, 3_00, 10_00), (C, 3_00, 10_00))
    assert told.available_to_lay(B) == [(3_00, 20_00)]


def test_virtual_offers_are_left_alone_where_it_is_not() -> None:
    told = Recording(runners=(A, B, C), cross_matching=True)
    for runner in (B, C):
        told.says(runner, atl=[(3.0, 30)])
    assert told.back(10_00, at=2_80).size_matched == 0

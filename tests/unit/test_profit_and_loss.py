"""What matched bets make of a market, for each runner: if it wins, loses or is placed."""

import pytest

from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.exchange.profit_and_loss import RunnerProfit, runner_profits
from tests.unit.exchange_builder import A, B, C, D, E, World, any_market


def match_at_starting_price(market: World, backer: str, layer: str, stake: int, liability: int) -> None:
    """Let two customers bet with each other at the starting price of A, and turn the market in play."""
    market.at_close(Side.BACK, backer, stake)
    market.at_close(Side.LAY, layer, liability)
    market.turn_in_play()


def figures(market: World, account: str = "alice", **wanted: bool) -> dict[RunnerKey, RunnerProfit]:
    return runner_profits(market.market, account, **wanted)


def test_where_one_runner_wins_a_figure_is_the_result_of_the_whole_market() -> None:
    """Back A 10.00 at 4.0, lay B 15.00 at 3.0: A brings 30 + 15, B costs 10 + 30, C costs 10 and brings 15."""
    market = any_market()
    market.match("alice", "bob", 10_00, at=4_00, runner=A)
    market.match("bob", "alice", 15_00, at=3_00, runner=B)

    assert {A: RunnerProfit(45_00), B: RunnerProfit(-40_00), C: RunnerProfit(5_00)} == figures(market)
    assert {A: RunnerProfit(-45_00), B: RunnerProfit(40_00), C: RunnerProfit(-5_00)} == figures(market, "bob")


def test_where_several_may_win_the_figures_are_those_of_the_runners_own_bets() -> None:
    market = any_market(number_of_winners=2)
    market.match("alice", "bob", 10_00, at=4_00, runner=A)
    market.match("bob", "alice", 15_00, at=3_00, runner=B)

    assert {A: RunnerProfit(30_00, -10_00), B: RunnerProfit(-30_00, 15_00), C: RunnerProfit(0, 0)} == figures(market)


def test_an_each_way_runner_wins_is_placed_or_loses() -> None:
    """10.00 at 11.0 and a fifth: +120.00, +10.00, -20.00."""
    market = any_market(runners=[A, B, C, D, E], number_of_winners=3, each_way_divisor=500)
    market.match("alice", "bob", 10_00, at=11_00, runner=A)

    assert RunnerProfit(if_win=120_00, if_lose=-20_00, if_place=10_00) == figures(market)[A]
    assert RunnerProfit(if_win=-120_00, if_lose=20_00, if_place=-10_00) == figures(market, "bob")[A]
    assert RunnerProfit(0, 0, 0) == figures(market)[B]


def test_where_the_place_part_is_void_being_placed_is_losing() -> None:
    market = any_market(runners=[A, B, C], number_of_winners=3, each_way_divisor=500)
    market.match("alice", "bob", 10_00, at=11_00, runner=A)

    assert RunnerProfit(if_win=100_00, if_lose=-10_00, if_place=-10_00) == figures(market)[A]


def test_unmatched_bets_and_other_markets_count_for_nothing() -> None:
    market = any_market()
    market.back("alice", 10_00, at=4_00)

    assert dict.fromkeys((A, B, C), RunnerProfit(0)) == figures(market)


@pytest.mark.parametrize("betting_type", ["LINE", "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE"])
def test_markets_of_other_types_have_no_such_figures(betting_type: str) -> None:
    market = any_market(betting_type, [A, B])

    assert {} == figures(market)


def test_settled_bets_are_in_every_figure_of_a_market_with_one_winner_if_asked_for() -> None:
    market = any_market()
    market.match("alice", "bob", 10_00, at=4_00, runner=A)
    market.match("alice", "bob", 5_00, at=4_00, runner=C)
    market.settle_runners({C: "LOSER"})

    assert {A: RunnerProfit(30_00), B: RunnerProfit(-10_00)} == figures(market)
    assert {A: RunnerProfit(25_00), B: RunnerProfit(-15_00)} == figures(market, include_settled_bets=True)


def test_settled_runners_have_figures_of_their_own_where_several_may_win() -> None:
    market = any_market(runners=[A, B, C, D], number_of_winners=2)
    market.match("alice", "bob", 10_00, at=4_00, runner=A)
    market.match("alice", "bob", 5_00, at=4_00, runner=C)
    market.settle_runners({A: "WINNER"})

    assert [B, C, D] == list(figures(market))
    with_settled = figures(market, include_settled_bets=True)
    assert (RunnerProfit(30_00, 30_00), RunnerProfit(15_00, -5_00)) == (with_settled[A], with_settled[C])


def test_what_a_bet_matched_before_it_went_for_the_starting_price_counts_always() -> None:
    """A lay of 50.00 at 1.5 has 20.00 matched and asks for the starting price with the rest; nobody gives it one."""
    market = any_market(bsp_market=True, turn_in_play=True)
    market.lay("bob", 50_00, at=1_50, persistence=Persistence.MARKET_ON_CLOSE)
    market.back("alice", 20_00, at=1_50)
    market.turn_in_play()

    expected = {A: RunnerProfit(-10_00), B: RunnerProfit(20_00), C: RunnerProfit(20_00)}
    assert expected == figures(market, "bob") == figures(market, "bob", include_starting_price_bets=True)


def test_settled_bets_at_the_starting_price_count_if_both_are_asked_for() -> None:
    market = any_market(runners=[A, B, C, D], number_of_winners=2, bsp_market=True, turn_in_play=True)
    market.match("alice", "bob", 5_00, at=4_00, runner=A)
    match_at_starting_price(market, "alice", "bob", stake=10_00, liability=20_00)
    market.settle_runners({A: "WINNER"})

    assert RunnerProfit(15_00, 15_00) == figures(market, include_settled_bets=True)[A]
    both = figures(market, include_settled_bets=True, include_starting_price_bets=True)
    assert RunnerProfit(35_00, 35_00) == both[A]


@pytest.mark.parametrize("liability", [10_00, 10_01, 10_03, 10_05, 13_00, 40_00])
def test_the_part_of_a_settled_bet_that_is_not_at_the_starting_price_is_rounded_by_itself(liability: int) -> None:
    """10.50 at 1.01 wins ten pence and a half, which is eleven, whatever the rest of the bet brings."""
    market = any_market(runners=[A, B, C, D], number_of_winners=2, bsp_market=True, turn_in_play=True)
    market.lay("bob", 10_50, at=1_01)
    market.back("alice", 30_01, at=1_01, persistence=Persistence.MARKET_ON_CLOSE)
    match_at_starting_price(market, "carol", "bob", stake=7_77, liability=liability)
    market.settle_runners({A: "WINNER"})

    assert RunnerProfit(11, 11) == figures(market, include_settled_bets=True)[A]


def test_bets_at_the_starting_price_count_if_asked_for() -> None:
    """A back of 10.00 and a lay that risks 20.00 make a starting price of 3.0."""
    market = any_market(bsp_market=True, turn_in_play=True)
    match_at_starting_price(market, "alice", "bob", stake=10_00, liability=20_00)

    assert RunnerProfit(0) == figures(market)[A]
    assert RunnerProfit(20_00) == figures(market, include_starting_price_bets=True)[A]
    assert {OrderType.MARKET_ON_CLOSE} == {order.order_type for order in market.exchange.orders.values()}

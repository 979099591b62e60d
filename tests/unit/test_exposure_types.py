"""What an account can lose in markets of every type (exchange mechanics, section 13).

The worked numbers of the ODDS markets stand in `test_exposure`; here they are held against what settlement makes of
each result.
"""

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.exposure import EachWayPosition, Field, NumberPosition, OddsPosition, new_position
from simulator.exchange.orders import BetTargetType, OrderType, RunnerKey, Side
from simulator.exchange.refusals import Refused
from tests.unit.exchange_builder import MARKET, RICH, A, B, C, D, E, World, any_market

DOUBLE, SINGLE, LINE = "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE", "LINE"
HOME, AWAY = RunnerKey(70, -50), RunnerKey(80, 50)


# Each way


def each_way(divisor: int = 500, places: int = 3, *, complete: bool = True) -> World:
    runners = [A, B, C, D, E]
    return any_market(runners=runners, number_of_winners=places, each_way_divisor=divisor, complete=complete)


def test_an_each_way_bet_costs_twice_its_size_matched_or_not() -> None:
    market = each_way()
    unmatched = market.back("carol", 10_00, at=12_00)
    market.match("alice", "bob", 10_00, at=11_00)

    assert (20_00, 20_00, 10_00) == (market.exposure("alice"), market.exposure("carol"), unmatched.size_remaining)


@pytest.mark.parametrize(
    ("price", "divisor", "liability"), [(11_00, 500, 120_00), (7_00, 400, 75_00), (2_00, 400, 12_50)]
)
def test_an_each_way_lay_risks_both_parts(price: int, divisor: int, liability: int) -> None:
    """What the backer wins if the runner wins, matched or not."""
    market = each_way(divisor)
    market.lay("alice", 10_00, at=price)
    assert liability == market.exposure("alice")

    market.back("bob", 10_00, at=price)
    assert (liability, 20_00) == (market.exposure("alice"), market.exposure("bob"))


def test_the_places_are_counted_as_places_and_the_win_as_one() -> None:
    """Lays of 10.00 at 11.0 on four runners: one of them wins 100.00, three are placed for 20.00 each.

    The losing sides of the matched bets bring 10.00 each: three of the win parts, one of the place parts.
    """
    market = each_way()
    for runner in (A, B, C, D):
        market.match("bob", "alice", 10_00, at=11_00, runner=runner)

    assert 100_00 - 30_00 + 3 * 20_00 - 10_00 == market.exposure("alice")


def test_whoever_wins_is_placed_too() -> None:
    """Backed 10.00 at 2.0 and laid 5.00 at 5.0 and a fifth, all on one runner.

    If it wins, 12.00 are won and 24.00 lost; if it is placed, 8.00 are lost and 1.00 is won; if not, 20.00 are lost and
    10.00 won. The win part alone could lose 10.00 and the place part alone 5.00, but not both.
    """
    market = each_way()
    market.match("alice", "bob", 10_00, at=2_00)
    market.match("bob", "alice", 5_00, at=5_00)
    assert 12_00 == market.exposure("alice")

    market.settle(results={A: "WINNER", B: "PLACED", C: "PLACED"})

    assert -12_00 == sum(order.profit or 0 for order in market.orders_of("alice"))


def test_a_winner_leaves_a_place_to_the_next() -> None:
    """Lays of 10.00 at 11.0 and a fifth on three runners, one of them with a back of 10.00 at 11.0 as well.

    Of two places one goes to the winner: each of the two lays that stand alone loses 120.00 if its runner wins, the
    other 10.00 for the place.
    """
    market = each_way(places=2)
    for runner in (A, B, C):
        market.match("bob", "alice", 10_00, at=11_00, runner=runner)
    market.match("alice", "bob", 10_00, at=11_00, runner=C)

    assert 120_00 + 10_00 == market.exposure("alice")


def test_where_somebody_not_listed_may_win_those_listed_may_have_all_places() -> None:
    """A and B bring 20.00 each if they lose, 18.00 if they win and 13.00 if they are placed; C loses 30.00.

    Somebody not listed wins, A and B are placed: 13.00 + 13.00 - 30.00. In a complete market it is worst that one of
    them wins and the other is placed, which brings 1.00.
    """
    for complete, loss in ((True, 0), (False, 4_00)):
        market = each_way(places=2, complete=complete)
        for runner in (A, B):
            market.match("alice", "bob", 5_00, at=7_00, runner=runner)
            market.match("bob", "alice", 15_00, at=2_00, runner=runner)
        market.match("alice", "bob", 15_00, at=11_00, runner=C)
        assert loss == market.exposure("alice")

    market.settle(results={A: "PLACED", B: "PLACED"})

    assert -4_00 == sum(order.profit or 0 for order in market.orders_of("alice"))


def test_when_nobody_can_miss_the_places_only_the_win_part_counts() -> None:
    """Three runners are left for three places: a lay of 10.00 at 3.0 risks 20.00, and no 4.00 for the place."""
    market = each_way()
    position = new_position(market.market.definition, Field(3, 5))
    order = market.lay("alice", 10_00, at=3_00)
    position.count(order)
    assert 24_00 == position.exposure()

    position.set_field(Field(3, 3))
    assert 20_00 == position.exposure()

    position.drop(order)
    assert 0 == position.exposure()


def test_both_parts_are_rounded_as_at_settlement() -> None:
    """2.02 laid at 3.35 and a quarter: 4.747 and 1.18675 are 5.93 together."""
    market = each_way(400)
    market.lay("alice", 2_02, at=3_35)

    assert 5_93 == market.exposure("alice")


def test_the_penny_of_a_rounding_is_counted_in_one_part_only() -> None:
    """1.51 laid at 1.01 and a third: to win and to be placed cost 1.51 and 0.503, and 2 together.

    Of the 1.50 that are matched the place part alone, 0.5, costs nothing; the last penny makes it cost one.
    """
    market = each_way(300)
    bet = market.lay("alice", 1_51, at=1_01)
    assert 2 == market.exposure("alice")

    market.back("bob", 1_50, at=1_01)

    assert (1, 2) == (bet.size_remaining, market.exposure("alice"))


# Lines


def test_a_seller_and_a_buyer_of_a_line_risk_their_stake() -> None:
    market = any_market(LINE, [A])
    market.match("alice", "bob", 20_00, at=105_50)
    market.back("carol", 7_00, at=110_00)

    assert [20_00, 20_00, 7_00] == [market.exposure(name) for name in ("alice", "bob", "carol")]


def test_whoever_sold_high_and_bought_low_cannot_lose() -> None:
    """Sold at 110 and bought at 100: between them both win, outside one pays for the other."""
    market = any_market(LINE, [A])
    market.match("alice", "bob", 20_00, at=110_00)
    market.match("bob", "alice", 20_00, at=100_00)

    assert (0, 40_00) == (market.exposure("alice"), market.exposure("bob"))


def test_lines_that_meet_refund_one_side_while_the_other_loses() -> None:
    """Bought at 100 and 100.5 by one, and the same sold: on a line its own bets come back and the others lose."""
    market = any_market(LINE, [A])
    market.match("bob", "alice", 20_00, at=100_50)
    market.match("alice", "bob", 20_00, at=100_00)

    assert 40_00 == market.exposure("alice")


def test_unmatched_bets_count_where_they_lose_and_not_where_they_win() -> None:
    """Sold 20.00 at 105; unmatched are a purchase of 5.00 at 100 and a sale of 5.00 at 110.

    Above 110 the sales lose 25.00, below 100 the first wins 20.00 and the purchase loses 5.00.
    """
    market = any_market(LINE, [A])
    market.match("alice", "bob", 20_00, at=105_00)
    market.lay("alice", 5_00, at=100_00)
    market.back("alice", 5_00, at=110_00)

    assert 25_00 == market.exposure("alice")


# Goals


@pytest.mark.parametrize(("handicap", "exposure"), [(-50, 20_00), (-75, 20_00), (0, 20_00)])
def test_a_back_of_a_handicap_risks_its_stake_and_a_lay_its_liability(handicap: int, exposure: int) -> None:
    team = RunnerKey(70, handicap)
    market = any_market(DOUBLE, [team, RunnerKey(80, -handicap)])
    market.match("alice", "bob", 20_00, at=1_95, runner=team)

    assert (exposure, 19_00) == (market.exposure("alice"), market.exposure("bob"))


def test_handicaps_of_one_market_make_up_for_each_other_by_every_margin() -> None:
    """Home -0.5 and away +0.5 cannot both lose; home -1.5 and away +0.5 can, by one goal."""
    wide_home = RunnerKey(70, -150)
    runners = [HOME, AWAY, wide_home, RunnerKey(80, 150)]
    sure, middle = any_market(DOUBLE, runners), any_market(DOUBLE, runners)
    for market, home in ((sure, HOME), (middle, wide_home)):
        market.match("alice", "bob", 10_00, at=2_00, runner=home)
        market.match("alice", "bob", 10_00, at=2_00, runner=AWAY)

    assert (0, 20_00) == (sure.exposure("alice"), middle.exposure("alice"))


def test_a_quarter_line_half_loses_where_its_neighbour_is_refunded() -> None:
    """Home -0.25 and away 0, 10.00 each at 2.0: a draw loses half of the first and refunds the second."""
    home, away = RunnerKey(70, -25), RunnerKey(80, 0)
    market = any_market(DOUBLE, [home, RunnerKey(80, 25), RunnerKey(70, 0), away])
    market.match("alice", "bob", 10_00, at=2_00, runner=home)
    market.match("alice", "bob", 10_00, at=2_00, runner=away)

    assert 5_00 == market.exposure("alice")


def test_no_total_is_below_nothing() -> None:
    """Over 0 is refunded without a goal and wins with one, so it cannot lose; over 0.5 can."""
    nought, half = RunnerKey(1, 0), RunnerKey(2, 50)
    market = any_market(SINGLE, [nought, half])
    market.match("alice", "bob", 10_00, at=2_00, runner=nought)
    market.match("bob", "carol", 10_00, at=2_00, runner=half)

    assert (0, 10_00) == (market.exposure("alice"), market.exposure("bob"))


def test_no_or_more_is_refunded() -> None:
    """With 2 goals "2 or more" wins and "3 or more" loses; over 2.0 alone would give the stake back."""
    two, three = RunnerKey(1, -2_00), RunnerKey(2, -3_00)
    market = any_market(SINGLE, [two, three])
    market.match("bob", "alice", 10_00, at=2_00, runner=two)
    market.match("alice", "bob", 15_00, at=2_00, runner=three)

    assert (25_00, 5_00) == (market.exposure("alice"), market.exposure("bob"))


def test_what_is_rounded_at_settlement_is_rounded_so_here() -> None:
    """Of 10.01 on a quarter line a draw loses half: 5.005, which is 5.01."""
    home, away = RunnerKey(70, -25), RunnerKey(80, 0)
    market = any_market(DOUBLE, [home, RunnerKey(80, 25), RunnerKey(70, 0), away])
    backed, _ = market.match("alice", "bob", 10_01, at=2_00, runner=home)
    refunded, _ = market.match("alice", "bob", 10_01, at=2_00, runner=away)
    assert 5_01 == market.exposure("alice")

    market.settle(margin=0)

    assert (-5_01, 0) == (backed.profit, refunded.profit)


# What holds for all types


def test_a_bet_target_is_counted_at_its_worst_before_it_has_met_the_market() -> None:
    """Laid for a payout of 100.00 at 4.0, each way at a quarter: 75.00 to win and 18.75 for the place."""
    market = any_market(runners=[A, B, C, D], number_of_winners=2, each_way_divisor=400, turn_in_play=True, bet_delay=5)
    market.turn_in_play()
    target = PlaceInstruction(
        A, Side.LAY, OrderType.LIMIT, 4_00, bet_target_type=BetTargetType.PAYOUT, bet_target_size=100_00
    )

    market.apply(PlaceOrders("alice", MARKET, (target,)))
    held = market.exposure("alice")
    market.wait(5_000)

    assert (93_75, 93_75) == (held, market.exposure("alice"))


@pytest.mark.parametrize(
    ("betting_type", "runners", "price"),
    [(LINE, [A], 100_00), (DOUBLE, [HOME, AWAY], 2_00), (SINGLE, [RunnerKey(1, 2_50)], 2_00)],
)
def test_whatever_the_type_a_bet_that_cannot_be_paid_is_refused_and_one_that_ends_gives_its_money_back(
    betting_type: str, runners: list[RunnerKey], price: int
) -> None:
    market = any_market(betting_type, runners)
    bet = market.back("alice", RICH - 10_00, at=price, runner=runners[0])

    with pytest.raises(Refused, match="INSUFFICIENT_FUNDS"):
        market.back("alice", 10_01, at=price, runner=runners[0])
    assert 10_00 == market.available("alice")

    market.cancel(bet.account, bet)
    assert RICH == market.available("alice")


def test_a_position_is_of_the_kind_that_its_market_asks_for() -> None:
    kinds = {
        OddsPosition: any_market(),
        EachWayPosition: any_market(number_of_winners=2, each_way_divisor=400),
        NumberPosition: any_market(LINE),
    }
    assert list(kinds) == [type(market.market.new_position()) for market in kinds.values()]


def test_a_removed_runner_leaves_no_idle_place_in_the_exposure() -> None:
    """Backs on A and B: with C removed one of them wins. What was at stake on C is gone with it."""
    market = any_market()
    for runner in (A, B, C):
        market.match("alice", "bob", 10_00, at=2_50, runner=runner)
    assert 5_00 == market.exposure("alice")

    market.settle_runners({C: "REMOVED"})

    assert 0 == market.exposure("alice")

"""Every type of market is settled by a result of its own kind (exchange mechanics, section 11, with its numbers)."""

from typing import Any

import pytest

from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import BetOutcome, LapseReason, Order, RunnerKey
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.exchange.timeline import Stretch
from tests.unit.exchange_builder import RICH, A, B, C, D, E, World, any_market

WON, LOST, PLACE, VOIDED = BetOutcome.WON, BetOutcome.LOST, BetOutcome.PLACE, BetOutcome.VOIDED
DOUBLE, SINGLE, LINE = "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE", "LINE"


def ended(*orders: Order) -> list[tuple[int | None, BetOutcome | None]]:
    return [(order.profit, order.outcome) for order in orders]


# Dead heats


@pytest.mark.parametrize(
    ("size", "price", "number_of_winners", "tied", "profit"),
    [
        (300_00, 4_00, 1, (A, B, C), 100_00),
        (10_00, 11_00, 1, (A, B), 45_00),
        (60_00, 6_00, 2, (A, B, C, D), 120_00),
    ],
)
@pytest.mark.parametrize("is_said", [True, False], ids=["said", "counted"])
def test_in_a_dead_heat_the_stake_is_won_for_the_share_of_the_places_and_lost_for_the_rest(
    size: int, price: int, number_of_winners: int, tied: tuple[RunnerKey, ...], profit: int, *, is_said: bool
) -> None:
    market = any_market(runners=[A, B, C, D, E], number_of_winners=number_of_winners)
    backed, laid = market.match("alice", "bob", size, at=price)

    market.settle(results=dict.fromkeys(tied, "WINNER"), dead_heat=tied if is_said else ())

    assert [(profit, WON), (-profit, LOST)] == ended(backed, laid)
    assert 0 == market.balance(HOUSE)


def test_a_dead_heat_for_the_last_place_takes_nothing_from_who_came_in_before() -> None:
    """Two places: A is first, B and C tie for the second. Without a word on who tied, all three share both places."""
    said, counted = (any_market(runners=[A, B, C, D], number_of_winners=2) for _ in range(2))
    bets = [
        [market.match("alice", "bob", 30_00, at=3_00, runner=runner)[0] for runner in (A, B, D)]
        for market in (said, counted)
    ]

    said.settle(results={A: "WINNER", B: "WINNER", C: "WINNER"}, dead_heat=(B, C))
    counted.settle(results={A: "WINNER", B: "WINNER", C: "WINNER"})

    assert [60_00, 15_00, -30_00] == [bet.profit for bet in bets[0]]
    assert [30_00, 30_00, -30_00] == [bet.profit for bet in bets[1]]


@pytest.mark.parametrize("dead_heat", [(), (A, B)])
def test_where_any_number_may_win_there_is_no_dead_heat(dead_heat: tuple[RunnerKey, ...]) -> None:
    market = any_market(number_of_winners=0)
    bets = [market.match("alice", "bob", 10_00, at=3_00, runner=runner)[0] for runner in (A, B, C)]

    market.settle(results={A: "WINNER", B: "WINNER"}, dead_heat=dead_heat)

    assert [20_00, 20_00, -10_00] == [bet.profit for bet in bets]


def test_a_tie_that_the_places_suffice_for_costs_nobody_anything() -> None:
    market = any_market(runners=[A, B, C, D], number_of_winners=3)
    backed, _ = market.match("alice", "bob", 10_00, at=3_00, runner=B)

    market.settle(results={A: "WINNER", B: "WINNER", C: "WINNER"}, dead_heat=(B, C))

    assert 20_00 == backed.profit


# Each way


def each_way(divisor: int = 500, places: int = 3, runners: tuple[RunnerKey, ...] = (A, B, C, D, E)) -> World:
    return any_market(runners=runners, number_of_winners=places, each_way_divisor=divisor)


@pytest.mark.parametrize(
    ("price", "divisor", "won", "placed"),
    [(11_00, 500, 120_00, 10_00), (7_00, 400, 75_00, 5_00), (2_00, 400, 12_50, -7_50)],
)
def test_an_each_way_bet_is_a_bet_to_win_and_another_to_be_placed(
    price: int, divisor: int, won: int, placed: int
) -> None:
    """Of 10.00 each way, 20.00 in all, the place part is at 1 + (price - 1) / divisor; placed may be a loss."""
    for order_of_arrival, profit, backers, layers in (
        ((A, B, C), won, WON, LOST),
        ((B, A, C), placed, PLACE, PLACE),
        ((B, C, D), -20_00, LOST, WON),
    ):
        market = each_way(divisor)
        backed, laid = market.match("alice", "bob", 10_00, at=price)
        market.settle(results=dict(zip(order_of_arrival, ("WINNER", "PLACED", "PLACED"), strict=True)))

        assert [(profit, backers), (-profit, layers)] == ended(backed, laid)


def test_a_tie_for_the_last_place_shares_the_place_part() -> None:
    """11.0 at a fifth: the place part wins 20.00 with half the stake and loses the other, 10.00 are lost to win."""
    market = each_way(places=2)
    backed, laid = market.match("alice", "bob", 10_00, at=11_00)

    market.settle(results={B: "WINNER", A: "PLACED", C: "PLACED"})

    assert [(-5_00, PLACE), (5_00, PLACE)] == ended(backed, laid)


def test_a_tie_for_the_first_place_shares_the_win_part_alone() -> None:
    """Half of 10.00 wins at 11.0 and half is lost: 45.00; the place part wins 20.00 for whoever tied."""
    market = each_way()
    first, _ = market.match("alice", "bob", 10_00, at=11_00, runner=A)
    second, _ = market.match("alice", "bob", 10_00, at=11_00, runner=B)
    placed, _ = market.match("alice", "bob", 10_00, at=11_00, runner=C)

    market.settle(results={A: "WINNER", B: "WINNER", C: "PLACED"})

    assert [(65_00, WON), (65_00, WON), (10_00, PLACE)] == ended(first, second, placed)


def test_both_parts_may_have_a_dead_heat_of_their_own() -> None:
    """A and B tie for the first place, C and D for the third of three; all four are named."""
    market = each_way()
    bets = [market.match("alice", "bob", 10_00, at=11_00, runner=runner)[0] for runner in (A, B, C, D, E)]

    market.settle(results={A: "WINNER", B: "WINNER", C: "PLACED", D: "PLACED"}, dead_heat=(A, B, C, D))

    assert [65_00, 65_00, -5_00, -5_00, -20_00] == [bet.profit for bet in bets]


def test_more_winners_than_places_share_both() -> None:
    """Three tie for the first of two places: a third of the win part and two thirds of the place part win."""
    market = each_way(places=2)
    backed, _ = market.match("alice", "bob", 30_00, at=11_00)

    market.settle(results={A: "WINNER", B: "WINNER", C: "WINNER"})

    assert (100_00 - 20_00) + (40_00 - 10_00) == backed.profit


def test_where_nobody_can_miss_the_places_the_place_part_is_void() -> None:
    """Three runners are left for three places."""
    results = {A: "WINNER", B: "PLACED", D: "REMOVED", E: "REMOVED"}
    market = each_way()
    bets = [market.match("alice", "bob", 10_00, at=11_00, runner=runner)[0] for runner in (A, B, C, D)]

    market.settle(results=results)

    assert [(100_00, WON), (-10_00, LOST), (-10_00, LOST), (0, VOIDED)] == ended(*bets)


def test_an_each_way_bet_is_rounded_once_for_both_parts() -> None:
    """2.02 at 3.35 win 4.747 and a quarter of it, 1.18675: 5.93 and not 4.75 and 1.19."""
    market = each_way(400)
    backed, laid = market.match("alice", "bob", 2_02, at=3_35)

    market.settle(results={A: "WINNER", B: "PLACED", C: "PLACED"})

    assert [5_93, -5_93] == [backed.profit, laid.profit]


# Goals


@pytest.mark.parametrize(
    ("handicap", "price", "by_margin"),
    [
        (-75, 1_95, {2: (95_00, WON), 1: (47_50, WON), 0: (-100_00, LOST)}),
        (25, 1_95, {2: (95_00, WON), 1: (95_00, WON), 0: (47_50, WON)}),
        (-25, 2_10, {2: (110_00, WON), 1: (110_00, WON), 0: (-50_00, LOST)}),
        (-100, 1_95, {2: (95_00, WON), 1: (0, VOIDED), 0: (-100_00, LOST)}),
        (50, 1_95, {0: (95_00, WON), -1: (-100_00, LOST)}),
    ],
)
@pytest.mark.parametrize("is_listed_first", [True, False], ids=["first", "second"])
def test_a_handicap_is_settled_by_the_margin_and_a_quarter_line_by_halves(
    handicap: int, price: int, by_margin: dict[int, tuple[int, BetOutcome]], *, is_listed_first: bool
) -> None:
    for margin, (profit, outcome) in by_margin.items():
        team, other = RunnerKey(70, handicap), RunnerKey(80, -handicap)
        market = any_market(DOUBLE, [team, other] if is_listed_first else [other, team])
        backed, laid = market.match("alice", "bob", 100_00, at=price, runner=team)

        market.settle(margin=margin if is_listed_first else -margin)

        mirrored = {WON: LOST, LOST: WON, VOIDED: VOIDED}[outcome]
        assert [(profit, outcome), (-profit, mirrored)] == ended(backed, laid)


@pytest.mark.parametrize("margin", range(-3, 4))
@pytest.mark.parametrize("handicap", [-100, -75, -50, -25, 0, 25, 150])
def test_to_back_one_team_is_to_lay_the_other(handicap: int, margin: int) -> None:
    """At p, with stake s, and at p / (p - 1) with stake s x (p - 1): 100.00 at 1.80 is 80.00 at 2.25."""
    team, other = RunnerKey(70, handicap), RunnerKey(80, -handicap)
    market = any_market(DOUBLE, [team, other])
    backed, _ = market.match("alice", "bob", 100_00, at=1_80, runner=team)
    _, laid = market.match("bob", "alice", 80_00, at=2_25, runner=other)

    market.settle(margin=margin)

    assert (backed.profit, backed.outcome) == (laid.profit, laid.outcome)


@pytest.mark.parametrize(("total", "profit"), [(2, -10_00), (3, 5_00), (4, 10_00)])
def test_a_total_is_settled_by_all_goals(total: int, profit: int) -> None:
    """More than 2.75 goals: three are half of a win."""
    over = RunnerKey(1, 2_75)
    market = any_market(SINGLE, [over])
    backed, laid = market.match("alice", "bob", 10_00, at=2_00, runner=over)

    market.settle(total=total)

    assert [profit, -profit] == [backed.profit, laid.profit]


def test_several_totals_may_win_and_an_equal_one_gives_the_stakes_back() -> None:
    lines = [RunnerKey(number, handicap) for number, handicap in enumerate([1_50, 2_00, 2_50, 3_00], 1)]
    market = any_market(SINGLE, lines)
    bets = [market.match("alice", "bob", 10_00, at=2_00, runner=line)[0] for line in lines]

    market.settle(total=2)

    assert [(10_00, WON), (0, VOIDED), (-10_00, LOST), (-10_00, LOST)] == ended(*bets)
    assert ["WINNER", "REMOVED", "LOSER", "LOSER"] == [runner.status for runner in market.market.runners.values()]


@pytest.mark.parametrize(
    ("line", "result", "outcome"),
    [
        pytest.param(-2_00, 1, LOST, id="one goal is not 2 goals or more"),
        pytest.param(-2_00, 2, WON, id="2 goals are 2 goals or more"),
        pytest.param(-2_00, 3, WON, id="3 goals are more"),
        pytest.param(-100_00, 99, LOST, id="99 runs are not 100 or more"),
        pytest.param(-100_00, 100, WON, id="100 runs are"),
        pytest.param(-2_50, 2, LOST, id="no half goal is scored: below"),
        pytest.param(-2_50, 3, WON, id="no half goal is scored: above"),
        pytest.param(-2_75, 2, LOST, id="nor a quarter: below"),
        pytest.param(-2_75, 3, WON, id="nor a quarter: above, and all of it"),
    ],
)
def test_a_runner_with_a_negative_line_wins_on_it(line: int, result: int, outcome: BetOutcome) -> None:
    """The manual's "2 goals or more" with handicap -2, recorded "100 Runs or more" with -100; no stake comes back."""
    or_more = RunnerKey(1, line)
    market = any_market(SINGLE, [or_more])
    backed, laid = market.match("alice", "bob", 10_00, at=1_90, runner=or_more)

    market.settle(total=result)

    profit = 9_00 if outcome is WON else -10_00
    assert [(profit, outcome), (-profit, LOST if outcome is WON else WON)] == ended(backed, laid)
    assert ("WINNER" if outcome is WON else "LOSER") == market.market.runners[or_more].status


def test_recorded_all_lines_up_to_and_including_the_total_win() -> None:
    """351 runs settle "all lines up to and including the line which includes 351" as winners (recorded rules)."""
    lines = [RunnerKey(number, -100 * runs) for number, runs in enumerate([325, 350, 351, 375], 1)]
    market = any_market(SINGLE, lines)

    market.settle(total=351)

    assert ["WINNER", "WINNER", "WINNER", "LOSER"] == [runner.status for runner in market.market.runners.values()]


def test_a_half_of_an_odd_stake_is_rounded_once_with_the_rest() -> None:
    """Of 10.01 at 1.95 on a quarter line half wins: 4.754875."""
    team = RunnerKey(70, -75)
    market = any_market(DOUBLE, [team, RunnerKey(80, 75)])
    backed, laid = market.match("alice", "bob", 10_01, at=1_95, runner=team)

    market.settle(margin=1)

    assert [4_75, -4_75] == [backed.profit, laid.profit]


# Lines


@pytest.mark.parametrize(
    ("result", "profit", "seller", "buyer"),
    [(100_00, 20_00, WON, LOST), (105_50, 0, VOIDED, VOIDED), (110_00, -20_00, LOST, WON)],
)
def test_to_back_a_line_is_to_sell_it_at_even_money(
    result: int, profit: int, seller: BetOutcome, buyer: BetOutcome
) -> None:
    """20.00 sold at 105.5."""
    market = any_market(LINE, [A])
    sold, bought = market.match("alice", "bob", 20_00, at=105_50)

    market.settle(line_result=result)

    assert [(profit, seller), (-profit, buyer)] == ended(sold, bought)


def test_the_line_of_a_bet_is_the_one_it_was_matched_at() -> None:
    """Sold at 104.5 or higher, matched at 106.5: 105 is below that. The buyer asked for 106.5."""
    market = any_market(LINE, [A])
    bought = market.lay("bob", 20_00, at=106_50)
    sold = market.back("alice", 20_00, at=104_50)

    market.settle(line_result=105_00)

    assert [(20_00, WON), (-20_00, LOST)] == ended(sold, bought)


def test_parts_on_several_lines_are_settled_each_by_its_own() -> None:
    """Bought at 104, 105 and 106 for 5.00, 10.00 and 20.00: 105 wins the first, refunds the second, loses the third."""
    market = any_market(LINE, [A])
    for size, line in ((5_00, 104_00), (10_00, 105_00), (20_00, 106_00)):
        market.back("carol", size, at=line)
    bought = market.lay("alice", 35_00, at=106_00)

    market.settle(line_result=105_00)

    assert (35_00, -15_00, LOST) == (bought.size_matched, bought.profit, bought.outcome)


def test_a_bet_whose_parts_win_as_much_as_they_lose_is_not_won_by_either_side() -> None:
    market = any_market(LINE, [A])
    sold = market.back("bob", 5_00, at=104_00)
    market.back("carol", 5_00, at=106_00)
    bought = market.lay("alice", 10_00, at=106_00)

    market.settle(line_result=105_00)

    assert [(0, LOST), (-5_00, LOST)] == ended(bought, sold)


# Runners and markets that are void


@pytest.mark.parametrize(
    ("betting_type", "key", "other", "result"),
    [
        ("ODDS", A, B, {}),
        (DOUBLE, RunnerKey(1, -50), RunnerKey(2, 50), {"margin": 0}),
        (SINGLE, RunnerKey(1, 1_50), RunnerKey(1, 2_50), {"total": 1}),
        (LINE, A, B, {"line_result": 105_00}),
    ],
)
def test_a_runner_can_be_void_whatever_the_result(
    betting_type: str, key: RunnerKey, other: RunnerKey, result: dict[str, int]
) -> None:
    market = any_market(betting_type, [key, other])
    price = 100_00 if betting_type == LINE else 2_00
    void_back, void_lay = market.match("alice", "bob", 10_00, at=price, runner=key)
    standing, _ = market.match("alice", "bob", 10_00, at=price, runner=other)

    market.settle(results={key: "REMOVED", **({other: "WINNER"} if betting_type == "ODDS" else {})}, **result)

    assert [(0, VOIDED), (0, VOIDED)] == ended(void_back, void_lay)
    assert 10_00 == void_back.size_voided
    assert 10_00 == abs(standing.profit or 0)
    assert RunnerStatus.REMOVED is market.market.runners[key].status


# Results of the wrong kind


@pytest.mark.parametrize(
    ("betting_type", "definition", "result", "sentence"),
    [
        ("ODDS", {}, {"margin": 1}, "settled by the results of its runners, and not by the margin of goals"),
        ("ODDS", {}, {"results": {A: "WINNER"}, "line_result": 1}, "and not by its line result"),
        (DOUBLE, {}, {"total": 1}, "settled by the margin of goals, and not by the total of goals"),
        (DOUBLE, {}, {}, "settled by the margin of goals, which has to be named"),
        (DOUBLE, {}, {"results": {A: "WINNER"}, "margin": 1}, "ends as one of REMOVED, not WINNER"),
        (SINGLE, {}, {"line_result": 300}, "settled by the total of goals, and not by its line result"),
        (SINGLE, {}, {"total": -1}, "cannot end with -1 goals"),
        (LINE, {}, {"margin": 1}, "settled by its line result, and not by the margin of goals"),
        (LINE, {}, {"line_result": 1, "dead_heat": (A, B)}, "and by nothing else"),
        ("ODDS", {}, {"results": {A: "PLACED"}}, "ends as one of WINNER, LOSER, REMOVED, not PLACED"),
        ("ODDS", {}, {"results": {A: "WINNER"}, "dead_heat": (A, B)}, "between two or more runners that won"),
        ("ODDS", {}, {"results": {A: "WINNER"}, "dead_heat": (A,)}, "between two or more runners that won"),
        ("ODDS", {}, {"results": {A: "WINNER", B: "WINNER"}, "dead_heat": (A, A)}, "each named once"),
        (
            "ODDS",
            {},
            {"results": {A: "WINNER", B: "WINNER", C: "WINNER"}, "dead_heat": (B, C)},
            "has 1 places, and all went to others",
        ),
        (
            "ODDS",
            {"each_way_divisor": 400, "number_of_winners": 2},
            {"results": {A: "WINNER"}},
            "has 2 places to be named, and 1 are",
        ),
        (
            "ODDS",
            {"each_way_divisor": 400, "number_of_winners": 2},
            {"results": {A: "PLACED", B: "PLACED"}},
            "has 1 winners to be named, and 0 are",
        ),
        (
            "ODDS",
            {"each_way_divisor": 400, "number_of_winners": 2},
            {"results": {A: "WINNER", B: "WINNER", C: "PLACED"}},
            "has 2 places, and all went to others",
        ),
    ],
)
def test_a_result_of_the_wrong_kind_is_refused_and_changes_nothing(
    betting_type: str, definition: dict[str, Any], result: dict[str, Any], sentence: str
) -> None:
    market = any_market(betting_type, [A, B, C] if betting_type != DOUBLE else [A, B], **definition)
    bet = market.back("alice", 10_00, at=100_00 if betting_type == LINE else 3_00)

    with pytest.raises(Impossible, match=sentence):
        market.settle(**result)

    assert (MarketStatus.OPEN, 10_00) == (market.market.status, bet.size_remaining)


@pytest.mark.parametrize(
    ("betting_type", "runners", "definition", "sentence"),
    [
        (DOUBLE, [A, B, C], {}, "between two sides, and 3 are listed"),
        (LINE, [A], {"each_way_divisor": 400}, "must be an ODDS market that has places"),
        ("ODDS", [A, B], {"each_way_divisor": 400, "number_of_winners": 0}, "must be an ODDS market that has places"),
        ("ODDS", [A, B], {"each_way_divisor": 0}, "must be an ODDS market that has places"),
    ],
)
def test_a_market_that_could_never_be_settled_is_not_added(
    betting_type: str, runners: list[RunnerKey], definition: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Impossible, match=sentence):
        any_market(betting_type, runners, **definition)


# Settlement in parts


def test_a_runner_that_is_out_can_be_settled_while_the_others_go_on() -> None:
    market = any_market(runners=[A, B, C])
    out_backed, out_laid = market.match("alice", "bob", 10_00, at=3_00, runner=C)
    stays, _ = market.match("alice", "bob", 10_00, at=3_00, runner=A)
    rest = market.back("carol", 5_00, at=4_00, runner=C)
    version = market.market.version

    market.settle_runners({C: "LOSER"})

    assert [(-10_00, LOST), (10_00, WON)] == ended(out_backed, out_laid)
    assert (5_00, LapseReason.RUNNER_SETTLED) == (rest.size_lapsed, rest.lapse_reason)
    assert (None, None) == (stays.profit, stays.settled_at)
    assert [stays.bet_id] == list(market.exchange.accounts["alice"].current_orders)
    assert [out_backed.bet_id] == list(market.exchange.accounts["alice"].cleared_orders)
    assert [rest] == list(Stretch(market.exchange.accounts["carol"].index.in_open_markets))
    assert (MarketStatus.OPEN, version + 1) == (market.market.status, market.market.material_version)
    assert RICH - 10_00 == market.balance("alice")

    market.settle(results={A: "WINNER"})

    assert (20_00, -10_00) == (stays.profit, out_backed.profit)
    assert {RunnerStatus.WINNER, RunnerStatus.LOSER} == {runner.status for runner in market.market.runners.values()}
    for account in market.exchange.accounts.values():
        assert [] == list(Stretch(account.index.in_open_markets))


def test_a_settled_runner_cannot_be_bet_on_or_settled_again() -> None:
    market = any_market()
    market.settle_runners({C: "LOSER"})

    with pytest.raises(Refused) as refusal:
        market.back("alice", 10_00, at=3_00, runner=C)
    assert (Reason.INVALID_RUNNER,) == refusal.value.instruction_reasons
    with pytest.raises(Impossible, match="no active runner 3"):
        market.settle_runners({C: "LOSER"})
    with pytest.raises(Impossible, match="no active runner 3"):
        market.settle(results={C: "WINNER"})


def test_exposure_knows_who_is_left_to_win() -> None:
    """Backs on A and B of four runners can both lose. Once C and D are out, one of A and B wins."""
    market = any_market(runners=[A, B, C, D])
    for runner in (A, B):
        market.match("alice", "bob", 10_00, at=3_00, runner=runner)
    assert 20_00 == market.exposure("alice")

    market.settle_runners({C: "LOSER", D: "REMOVED"})

    assert 0 == market.exposure("alice")
    assert 10_00 == market.exposure("bob")


def test_where_several_win_those_named_first_leave_fewer_places() -> None:
    """Lays of 10.00 at 3.0 on B and C: one place is left of two, so one of them can win."""
    market = any_market(runners=[A, B, C, D], number_of_winners=2)
    for runner in (B, C):
        market.lay("alice", 10_00, at=3_00, runner=runner)
    assert 40_00 == market.exposure("alice")

    market.settle_runners({A: "WINNER"})

    # Neither lay is matched, so the one that does not lose brings nothing.
    assert 20_00 == market.exposure("alice")
    market.settle(results={B: "WINNER"})
    assert MarketStatus.CLOSED is market.market.status


def test_commission_is_kept_back_until_the_whole_market_is_settled() -> None:
    """20.00 won by the first runner pay 1.00 of 5 %; the second loses 15.00, so the market as a whole pays 0.25."""
    market = any_market(runners=[A, B, C, D], number_of_winners=2)
    market.match("alice", "bob", 10_00, at=3_00, runner=A)
    market.match("alice", "bob", 15_00, at=3_00, runner=B)

    market.settle_runners({A: "WINNER"})

    assert (RICH + 20_00, 1_00) == (market.balance("alice"), market.exchange.accounts["alice"].retained_commission)
    assert RICH + 20_00 - 1_00 - 15_00 == market.available("alice")

    market.settle(results={C: "WINNER"})

    assert RICH + 5_00 - 25 == market.balance("alice") == market.available("alice")
    assert {"alice": 25, "bob": 0} == market.market.commissions


def test_what_was_settled_before_a_market_is_void_stays_settled() -> None:
    market = any_market()
    out, _ = market.match("alice", "bob", 10_00, at=3_00, runner=C)
    stays, _ = market.match("alice", "bob", 10_00, at=3_00, runner=A)
    market.settle_runners({C: "LOSER"})

    market.void()

    assert [(-10_00, LOST), (0, VOIDED)] == ended(out, stays)
    assert RICH - 10_00 == market.balance("alice")


@pytest.mark.parametrize(
    ("market", "results", "sentence"),
    [
        ({}, {}, "nothing to wait for, or settle nothing"),
        ({}, {A: "WINNER"}, "nothing to wait for"),
        ({}, {A: "LOSER", B: "LOSER", C: "LOSER"}, "nothing to wait for"),
        ({"number_of_winners": 2}, {A: "LOSER", B: "LOSER"}, "would have 2 winners to be named of 1 runners"),
        ({"each_way_divisor": 400}, {A: "LOSER"}, "not of a type that is settled runner by runner"),
        ({"betting_type": SINGLE}, {A: "LOSER"}, "not of a type that is settled runner by runner"),
    ],
)
def test_a_settlement_in_parts_leaves_something_to_wait_for(
    market: dict[str, Any], results: dict[RunnerKey, str], sentence: str
) -> None:
    world = any_market(**market)

    with pytest.raises(Impossible, match=sentence):
        world.settle_runners(results)

    assert {RunnerStatus.ACTIVE} == {runner.status for runner in world.market.runners.values()}

"""Results become money: each bet is rounded once, net winnings pay commission, and void is as if nothing had been."""

from fractions import Fraction
from typing import Any

import pytest

from simulator.exchange.commands import RunnerResult, SettleMarket
from simulator.exchange.events import (
    CommissionCharged,
    Event,
    MarketChanged,
    MarketClosed,
    MoneyMoved,
    OrderLapsed,
    OrderSettled,
    OrderVoided,
    RunnerSettled,
)
from simulator.exchange.ledger import COMMISSION, HOUSE
from simulator.exchange.orders import BetOutcome, RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.settlement import commission_on
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import MARKET, START, A, B, C, D, World, fills, whose

WON, LOST, VOIDED = BetOutcome.WON, BetOutcome.LOST, BetOutcome.VOIDED


# Profit (exchange mechanics, section 11)


def test_a_back_that_wins_brings_the_stake_times_the_price_less_one_and_a_lay_that_loses_costs_it() -> None:
    world = World()
    backed, laid = world.match("alice", "bob", 20_00, at=7_00)

    world.settle(A)

    assert (120_00, WON) == (backed.profit, backed.outcome)
    assert (-120_00, LOST) == (laid.profit, laid.outcome)


def test_a_back_that_loses_costs_its_stake_and_a_lay_that_wins_brings_it() -> None:
    world = World()
    backed, laid = world.match("alice", "bob", 20_00, at=7_00)

    world.settle(B)

    assert (-20_00, LOST) == (backed.profit, backed.outcome)
    assert (20_00, WON) == (laid.profit, laid.outcome)


@pytest.mark.parametrize(
    ("size", "price", "number_of_winners", "tied", "profit"),
    [
        (300_00, 4_00, 1, [A, B, C], 100_00),
        (10_00, 11_00, 1, [A, B], 45_00),
        (60_00, 6_00, 2, [A, B, C, D], 120_00),
    ],
)
def test_in_a_dead_heat_the_stake_is_won_for_the_share_of_the_places_and_lost_for_the_rest(
    size: int, price: int, number_of_winners: int, tied: list[RunnerKey], profit: int
) -> None:
    """300 at 4.0 in a three-way tie, 10 at 11.0 in a two-way tie, 60 at 6.0 of four tied for two places."""
    world = World(runners=[A, B, C, D, RunnerKey(5)], number_of_winners=number_of_winners)
    backed, laid = world.match("alice", "bob", size, at=price)

    world.settle(*tied)

    assert (profit, -profit) == (backed.profit, laid.profit)
    assert 0 == world.balance(HOUSE)


def test_a_runner_that_lost_is_no_part_of_a_dead_heat() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 10_00, at=11_00, runner=C)

    world.settle(A, B)

    assert -10_00 == backed.profit


def test_where_any_number_may_win_there_is_no_dead_heat() -> None:
    world = World(number_of_winners=0)
    bets = [world.match("alice", "bob", 10_00, at=3_00, runner=runner)[0] for runner in (A, B, C)]

    world.settle(A, B)

    assert [20_00, 20_00, -10_00] == [bet.profit for bet in bets]


def test_a_bet_is_settled_at_the_prices_of_its_parts_and_rounded_once() -> None:
    """13p at 1.06 win 0.78: a penny. Three times that is 2.34, two pence, and not three."""
    world = World()
    world.open_account("market maker", unlimited=True)
    for _ in range(3):
        world.lay("market maker", 13, at=1_06)
    bet = world.back("alice", 2_00, at=1_06)

    world.settle(A)

    assert [(1_06, 13)] * 3 == fills(bet)
    assert 2 == bet.profit
    assert [-1, -1, -1] == [order.profit for order in world.orders[:3]]
    assert 1 == world.balance(HOUSE)


@pytest.mark.parametrize(
    ("side", "size", "price", "profit"),
    [
        (Side.BACK, 13, 1_06, 1),  # 0.78
        (Side.LAY, 10_20, 1_03, -31),  # 30.6, as recorded
        (Side.BACK, 1, 1_50, 1),  # half a penny goes away from zero ...
        (Side.LAY, 1, 1_50, -1),  # ... on both sides
        (Side.BACK, 49, 1_01, 0),
    ],
)
def test_a_profit_is_rounded_to_the_nearest_penny(side: Side, size: int, price: int, profit: int) -> None:
    world = World()
    world.open_account("maker", unlimited=True)
    world.open_account("taker", unlimited=True)
    backer, layer = ("taker", "maker") if side is Side.BACK else ("maker", "taker")
    backed, laid = world.match(backer, layer, size, at=price)

    world.settle(A)

    assert profit == (backed if side is Side.BACK else laid).profit


def test_bets_on_a_runner_that_was_removed_are_void_and_the_others_are_not() -> None:
    world = World()
    void_back, void_lay = world.match("alice", "bob", 10_00, at=3_00, runner=B)
    backed, _ = world.match("alice", "bob", 10_00, at=3_00, runner=A)

    events = world.settle(A, removed=[B])

    assert {void_back.bet_id, void_lay.bet_id} == {event.bet_id for event in events if isinstance(event, OrderVoided)}
    assert (0, VOIDED, 10_00, 0) == (
        void_back.profit,
        void_back.outcome,
        void_back.size_voided,
        void_back.size_matched,
    )
    assert (0, VOIDED) == (void_lay.profit, void_lay.outcome)
    assert 20_00 == backed.profit


# What settlement does


def test_a_settlement_is_told_from_the_lapse_of_the_rests_to_the_closing_of_the_market() -> None:
    world = World()
    backed, laid = world.match("alice", "bob", 10_00, at=3_00)
    rest = world.back("carol", 5_00, at=4_00)
    world.wait(1000)

    events = world.settle(A)

    assert [
        OrderLapsed,
        MarketChanged,
        RunnerSettled,
        RunnerSettled,
        RunnerSettled,
        OrderSettled,
        MoneyMoved,
        OrderSettled,
        MoneyMoved,
        MoneyMoved,
        CommissionCharged,
        MarketClosed,
    ] == [type(event) for event in events]
    assert [
        OrderSettled(START + 1000, *whose(laid), BetOutcome.LOST, -20_00),
        OrderSettled(START + 1000, *whose(backed), WON, 20_00),
    ] == [event for event in events if isinstance(event, OrderSettled)]
    assert [
        (A, RunnerStatus.WINNER),
        (B, RunnerStatus.LOSER),
        (C, RunnerStatus.LOSER),
    ] == [(event.runner, event.status) for event in events if isinstance(event, RunnerSettled)]
    assert [
        ("bob", HOUSE, 20_00, "bet", MARKET, laid.bet_id),
        (HOUSE, "alice", 20_00, "bet", MARKET, backed.bet_id),
        ("alice", COMMISSION, 1_00, "commission", MARKET, None),
    ] == [
        (event.debit, event.credit, event.amount, event.memo, event.market_id, event.bet_id)
        for event in events
        if isinstance(event, MoneyMoved)
    ]
    assert (5_00, 0) == (rest.size_lapsed, rest.size_remaining)
    assert MarketClosed(START + 1000, MARKET) == events[-1]


def test_a_settled_market_is_closed_and_its_runners_keep_their_results() -> None:
    world = World()
    world.wait(1000)

    world.settle(B, removed=[C])

    assert (MarketStatus.CLOSED, START + 1000) == (world.market.status, world.market.settled_at)
    assert {A: RunnerStatus.LOSER, B: RunnerStatus.WINNER, C: RunnerStatus.REMOVED} == {
        key: runner.status for key, runner in world.market.runners.items()
    }


def test_all_bets_of_a_closed_market_are_cleared_and_none_is_current() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 10_00, at=3_00)
    lapsed = world.back("alice", 5_00, at=4_00)
    cancelled = world.back("alice", 5_00, at=4_00)
    world.cancel("alice", cancelled)
    alice = world.exchange.accounts["alice"]
    assert [backed, lapsed, cancelled] == sorted(alice.current_orders.values(), key=lambda order: order.bet_id)

    world.wait(1000)
    world.settle(A)

    assert {} == alice.current_orders
    assert {backed, lapsed, cancelled} == set(alice.cleared_orders.values())
    assert {START + 1000} == {order.settled_at for order in alice.cleared_orders.values()}
    assert 0 == world.exposure("alice")


def test_a_bet_of_which_nothing_was_matched_neither_won_nor_lost() -> None:
    world = World()
    cancelled, lapsed = world.back("alice", 5_00, at=4_00), world.back("alice", 5_00, at=4_00)
    world.cancel("alice", cancelled)

    events = world.settle(A)

    assert [(None, None)] * 2 == [(order.profit, order.outcome) for order in (cancelled, lapsed)]
    assert not any(isinstance(event, OrderSettled | CommissionCharged) for event in events)
    assert {} == world.market.commissions


def test_only_the_matched_part_of_a_bet_is_settled() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)
    world.lay("bob", 4_00, at=3_00)

    world.settle(A)

    assert (4_00, 6_00, 8_00) == (bet.size_matched, bet.size_lapsed, bet.profit)


@pytest.mark.parametrize("winner", [A, B, C])
def test_whatever_wins_the_money_of_all_accounts_is_what_it_was(winner: RunnerKey) -> None:
    world = World()
    world.match("alice", "bob", 10_00, at=3_05, runner=A)
    world.match("bob", "carol", 7_77, at=1_01, runner=B)
    world.match("carol", "carol", 3_33, at=5_10, runner=C)

    world.settle(winner)

    everybody = ("alice", "bob", "carol", HOUSE, COMMISSION)
    assert 3 * 10_000_00 == sum(world.balance(name) for name in everybody)


# Void


def test_the_runners_of_a_void_market_are_removed() -> None:
    world = World()

    world.void()

    assert {RunnerStatus.REMOVED} == {runner.status for runner in world.market.runners.values()}


def test_a_void_market_is_as_if_there_had_been_no_bets() -> None:
    world = World()
    backed, laid = world.match("alice", "bob", 10_00, at=3_00)
    rest = world.back("carol", 5_00, at=4_00)
    world.wait(1000)

    events = world.void()

    assert [(0, VOIDED, 10_00, 0, START + 1000)] * 2 == [
        (order.profit, order.outcome, order.size_voided, order.size_matched, order.voided_at)
        for order in (backed, laid)
    ]
    assert [(3_00, 10_00)] == fills(backed)
    assert (5_00, 0, None) == (rest.size_lapsed, rest.size_voided, rest.outcome)
    assert [10_000_00] * 3 == [world.available(name) for name in ("alice", "bob", "carol")]
    assert MarketStatus.CLOSED == world.market.status
    assert not any(isinstance(event, MoneyMoved) for event in events)
    voided = [OrderVoided(START + 1000, *whose(order), 10_00) for order in (laid, backed)]
    assert voided == [event for event in events if isinstance(event, OrderVoided)]
    assert {} == world.exchange.accounts["alice"].current_orders


# Commission (exchange mechanics, section 12)


@pytest.mark.parametrize(
    ("net", "rate", "discount", "commission"),
    [
        (400_00, 500, 4000, 12_00),
        (400_00, 500, 0, 20_00),
        (-400_00, 500, 4000, 0),
        (0, 500, 0, 0),
        (15_00, 500, 0, 75),
        (9, 500, 0, 0),  # 0.45 of a penny
        (10, 500, 0, 1),  # half a penny
        (400_00, 500, 10_000, 0),
        (400_00, 0, 0, 0),
    ],
)
def test_commission_is_the_base_rate_less_the_discount_on_net_winnings(
    net: int, rate: int, discount: int, commission: int
) -> None:
    assert commission == commission_on(net, rate, discount)
    exact = max(Fraction(0), Fraction(net * rate * (10_000 - discount), 10_000 * 10_000))
    assert abs(exact - commission) <= Fraction(1, 2)


def charged(events: tuple[Event, ...]) -> dict[str, int]:
    return {event.account: event.amount for event in events if isinstance(event, CommissionCharged)}


@pytest.mark.parametrize(("discount_allowed", "commission"), [(True, 12_00), (False, 20_00)])
def test_a_market_may_ignore_the_discount_of_an_account(discount_allowed: bool, commission: int) -> None:
    """400.00 net at 5 % with a discount of 40 %: 12.00, or 20.00 where discounts are not allowed."""
    world = World(discount_allowed=discount_allowed)
    world.open_account("dave", 1000_00, discount_rate=4000)
    world.match("dave", "bob", 100_00, at=5_00)

    assert {"dave": commission} == charged(world.settle(A))
    assert 1400_00 - commission == world.balance("dave")
    assert commission == world.balance(COMMISSION)


def test_winnings_and_losses_of_one_market_are_netted_before_commission() -> None:
    """Back 20 at 7.0 and lay 35 at 4.0 on the winner: 120 - 105 = 15.00, of which 5 % are 0.75."""
    world = World()
    backed, _ = world.match("alice", "bob", 20_00, at=7_00)
    _, laid = world.match("bob", "alice", 35_00, at=4_00)

    assert {"alice": 75} == charged(world.settle(A))
    assert (120_00, -105_00) == (backed.profit, laid.profit)
    assert 10_000_00 + 15_00 - 75 == world.balance("alice")
    assert {"alice": 75, "bob": 0} == world.market.commissions


def test_the_loser_of_a_market_pays_no_commission() -> None:
    world = World()
    world.match("alice", "bob", 10_00, at=3_00)

    assert {"bob": 50} == charged(world.settle(B))
    assert 9_990_00 == world.balance("alice")


def test_an_account_may_have_a_rate_of_its_own() -> None:
    world = World(base_rate=500)
    world.open_account("dave", 1000_00, commission_rate=200, discount_rate=5000)
    world.match("dave", "bob", 100_00, at=2_00)

    assert {"dave": 1_00} == charged(world.settle(A))


# Results that make no sense


def result(key: RunnerKey, status: str) -> RunnerResult:
    return RunnerResult(key, status)


@pytest.mark.parametrize(
    ("market", "results", "sentence"),
    [
        ({}, [], "market 1.1 has 1 winners to be named, and 0 are"),
        ({"number_of_winners": 2}, [result(A, "WINNER")], "market 1.1 has 2 winners to be named, and 1 are"),
        ({}, [result(D, "WINNER")], "market 1.1 has no active runner 4"),
        ({}, [result(RunnerKey(1, 50), "WINNER")], "market 1.1 has no active runner 1"),
        ({}, [result(A, "PLACED")], "ends as one of WINNER, LOSER, REMOVED, not PLACED"),
        ({}, [result(A, "winner")], "not winner"),
        ({}, [result(A, "WINNER"), result(A, "LOSER"), result(B, "WINNER")], "name a runner twice"),
        ({"betting_type": "LINE"}, [result(A, "WINNER")], "is settled by its line result, which has to be named"),
        ({"each_way_divisor": 400}, [], "market 1.1 has 1 winners to be named, and 0 are"),
    ],
)
def test_a_market_is_not_settled_by_results_that_make_no_sense(
    market: dict[str, Any], results: list[RunnerResult], sentence: str
) -> None:
    world = World(**market)
    world.back("alice", 10_00, at=3_00)
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match=sentence):
        world.apply(SettleMarket(MARKET, tuple(results)))

    assert before == state_of(world.exchange)


@pytest.mark.parametrize("divisor", [None, 400], ids=["to win", "each way"])
def test_fewer_may_win_where_that_is_said(divisor: int | None) -> None:
    world = World(number_of_winners=2, each_way_divisor=divisor)
    backed, _ = world.match("alice", "bob", 10_00, at=3_00)

    world.apply(SettleMarket(MARKET, (result(B, "WINNER"),), fewer_may_win=True))

    assert backed.profit == (-10_00 if divisor is None else -20_00)


def test_a_market_of_which_everybody_was_removed_has_no_winners_to_be_named() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 10_00, at=3_00)

    world.settle(removed=[A, B, C])

    assert (0, VOIDED) == (backed.profit, backed.outcome)


@pytest.mark.parametrize("market", [{"number_of_winners": 0}, {"complete": False}])
def test_where_nobody_listed_need_win_all_may_have_lost(market: dict[str, Any]) -> None:
    world = World(**market)
    backed, _ = world.match("alice", "bob", 10_00, at=3_00)

    world.settle()

    assert -10_00 == backed.profit


def test_runners_without_a_result_have_lost() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 10_00, at=3_00, runner=C)

    world.settle(A)

    assert -10_00 == backed.profit
    assert RunnerStatus.LOSER == world.market.runners[C].status

"""A market whose result was wrong is settled anew: what came of it is taken back, and the right one counts."""

from typing import Any

import pytest

from simulator.exchange.commands import WithdrawMoney
from simulator.exchange.currencies import Rate
from simulator.exchange.events import (
    CommissionCharged,
    CommissionReturned,
    MarketChanged,
    MarketClosed,
    MoneyMoved,
    OrderSettled,
    OrderUnsettled,
    OrderVoided,
    RunnerSettled,
)
from simulator.exchange.ledger import BET, BET_CORRECTION, COMMISSION, COMMISSION_CHARGE, COMMISSION_REVERSAL, HOUSE
from simulator.exchange.order_index import Ending
from simulator.exchange.orders import BetOutcome, RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import MARKET, RICH, START, A, B, C, D, World, any_market, whose

WON, LOST, VOIDED = BetOutcome.WON, BetOutcome.LOST, BetOutcome.VOIDED


def test_a_bet_that_had_won_has_lost_and_the_commission_is_charged_to_the_other() -> None:
    """20 at 7.0: 120 less 5 % to the backer, by the right result 20 less 5 % to the layer."""
    world = World()
    backed, laid = world.match("alice", "bob", 20_00, at=7_00)
    world.settle(A)
    assert (RICH + 114_00, RICH - 120_00) == (world.balance("alice"), world.balance("bob"))

    world.resettle(B)

    assert (RICH - 20_00, RICH + 19_00) == (world.balance("alice"), world.balance("bob"))
    assert [(-20_00, LOST), (20_00, WON)] == [(bet.profit, bet.outcome) for bet in (backed, laid)]
    assert {"alice": 0, "bob": 1_00} == world.market.commissions
    assert (1_00, 0) == (world.balance(COMMISSION), world.balance(HOUSE))
    assert {A: "LOSER", B: "WINNER", C: "LOSER"} == {key: one.status for key, one in world.market.runners.items()}


def test_what_is_taken_back_comes_first_and_is_told_bet_by_bet() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 20_00, at=7_00)
    world.settle(A)
    world.wait(60_000)

    world.resettle(B)

    mine = [posting for posting in world.exchange.ledger.postings("alice") if posting.market_id]
    assert [
        (120_00, BET, backed.bet_id, 0),
        (-6_00, COMMISSION_CHARGE, None, 0),
        (-120_00, BET_CORRECTION, backed.bet_id, 0),
        (6_00, COMMISSION_REVERSAL, None, 0),
        (-20_00, BET, backed.bet_id, 1),
    ] == [(one.amount_for("alice"), one.memo, one.bet_id, one.corrections) for one in mine]
    kinds = [type(event) for event in world.events if not isinstance(event, MoneyMoved)]
    assert [
        MarketChanged, OrderUnsettled, OrderUnsettled, CommissionReturned, RunnerSettled, RunnerSettled, RunnerSettled,
        OrderSettled, OrderSettled, CommissionCharged, MarketClosed,
    ] == kinds  # fmt: skip
    told = [event for event in world.events if isinstance(event, OrderUnsettled | CommissionReturned)]
    assert OrderUnsettled(world.now, *whose(backed), WON, 120_00) in told
    assert CommissionReturned(world.now, MARKET, "alice", 6_00) in told
    assert world.now == world.market.settled_at == backed.settled_at == START + 60_000


def test_the_version_rises_and_nothing_of_an_older_one_counts() -> None:
    world = World()
    world.settle(A)
    version = world.market.version

    (changed,) = (event for event in world.resettle(B) if isinstance(event, MarketChanged))

    assert (version + 1, True, MarketStatus.CLOSED) == (changed.version, changed.material, changed.status)


def test_bets_on_a_runner_that_is_void_by_the_right_result_are_void_and_may_count_again() -> None:
    world = World()
    backed, laid = world.match("alice", "bob", 10_00, at=3_00, runner=B)
    world.settle(A)

    world.resettle(A, results={A: "WINNER", B: "REMOVED"})

    assert [(0, VOIDED, 0, 10_00)] * 2 == [
        (bet.profit, bet.outcome, bet.size_matched, bet.size_voided) for bet in (backed, laid)
    ]
    assert {backed.bet_id, laid.bet_id} == {event.bet_id for event in world.events if isinstance(event, OrderVoided)}
    assert (RICH, RICH) == (world.balance("alice"), world.balance("bob"))

    world.resettle(B)

    assert [(20_00, WON, 10_00, 0, None), (-20_00, LOST, 10_00, 0, None)] == [
        (bet.profit, bet.outcome, bet.size_matched, bet.size_voided, bet.voided_at) for bet in (backed, laid)
    ]
    assert 30_00_00 == backed.matched_payout
    assert 2 == world.market.corrections


def test_each_bet_stands_once_among_those_that_ended_as_it_has_now() -> None:
    world = World()
    first, _ = world.match("alice", "bob", 10_00, at=3_00)
    second, _ = world.match("alice", "bob", 10_00, at=3_00, runner=B)
    lapsed = world.back("alice", 2_00, at=900_00)
    world.settle(A)

    world.resettle(results={A: "REMOVED", C: "WINNER"})

    account = world.exchange.accounts["alice"]
    ended = {
        ending: [order.bet_id for order in timeline.between(0, 9)]
        for ending, timeline in account.index.ended.items()
        if len(timeline)
    }
    assert {Ending.SETTLED: [second.bet_id], Ending.VOIDED: [first.bet_id], Ending.LAPSED: [lapsed.bet_id]} == ended
    assert [lapsed.bet_id, first.bet_id, second.bet_id] == list(account.cleared_orders)


def test_a_void_market_can_be_settled_after_all() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 20_00, at=7_00)
    world.void()

    world.resettle(A)

    assert (120_00, WON) == (backed.profit, backed.outcome)
    assert (RICH + 114_00, RICH - 120_00) == (world.balance("alice"), world.balance("bob"))


def test_a_market_is_void_where_every_runner_is_removed() -> None:
    world = World()
    world.match("alice", "bob", 20_00, at=7_00)
    world.settle(A)

    world.resettle(results=dict.fromkeys([A, B, C], "REMOVED"))

    assert (RICH, RICH, 0) == (world.balance("alice"), world.balance("bob"), world.balance(COMMISSION))
    assert {"REMOVED"} == {runner.status for runner in world.market.runners.values()}
    assert {world.now} == {runner.removed_at for runner in world.market.runners.values()}


def test_who_was_withdrawn_before_the_end_stays_so_and_has_no_result() -> None:
    world = World()
    void, _ = world.match("alice", "bob", 10_00, at=3_00, runner=C)
    world.remove(C)
    world.settle(A)
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match="has no active runner 3"):
        world.resettle(C)
    assert before == state_of(world.exchange)

    world.wait(1000)
    world.resettle(B)
    assert (RunnerStatus.REMOVED, START) == (world.market.runners[C].status, world.market.runners[C].removed_at)
    assert (10_00, START, None) == (void.size_voided, void.voided_at, void.outcome)


def test_runners_that_were_settled_before_the_end_are_judged_anew() -> None:
    """C had lost early: it wins after all, and the bets on it are paid in pounds and pence."""
    world = World(runners=[A, B, C, D])
    early, _ = world.match("alice", "bob", 10_00, at=3_00, runner=C)
    late, _ = world.match("alice", "bob", 10_00, at=4_00)
    world.settle_runners({C: "LOSER"})
    world.settle(A)
    assert (-10_00, 30_00) == (early.profit, late.profit)

    world.resettle(C)

    assert (20_00, -10_00) == (early.profit, late.profit)
    assert RICH + 9_50 == world.balance("alice")


@pytest.mark.parametrize(
    ("market", "runners", "wrong", "right", "profits"),
    [
        ("LINE", [A], {"line_result": 100_00}, {"line_result": 110_00}, (20_00, -20_00)),
        (
            "ASIAN_HANDICAP_SINGLE_LINE",
            [A._replace(handicap=2_50)],
            {"total": 3},
            {"total": 2},
            (20_00, -20_00),
        ),
    ],
)
def test_a_market_that_is_settled_by_a_number_is_corrected_by_another(
    market: str, runners: list[RunnerKey], wrong: dict[str, Any], right: dict[str, Any], profits: tuple[int, int]
) -> None:
    price = 105_50 if market == "LINE" else 2_00
    world = any_market(market, runners)
    bet, _ = world.match("alice", "bob", 20_00, at=price, runner=runners[0])
    world.settle(**wrong)
    before = bet.profit

    world.resettle(**right)

    assert profits == (before, bet.profit)


@pytest.mark.parametrize("results", [{}, {A: "PLACED"}, {D: "WINNER"}])
def test_a_result_that_such_a_market_cannot_have_changes_nothing(results: dict[RunnerKey, str]) -> None:
    world = World()
    world.match("alice", "bob", 20_00, at=7_00)
    world.settle(A)
    before = state_of(world.exchange)

    with pytest.raises(Impossible):
        world.resettle(results=results)

    assert before == state_of(world.exchange)
    assert RunnerStatus.WINNER is world.market.runners[A].status


def test_money_that_has_left_meanwhile_is_owed() -> None:
    world = World()
    world.match("alice", "bob", 20_00, at=7_00)
    world.settle(A)
    world.apply(WithdrawMoney("alice", RICH + 114_00))

    world.resettle(B)

    assert -134_00 == world.balance("alice") == world.available("alice")


def test_a_bet_in_another_currency_is_corrected_to_the_hundredth() -> None:
    world = World()
    world.open_account("hana", 10_000_00, "HKD", rate=Rate(1037, 100))
    laid = world.lay("hana", 333_33, at=3_05)
    world.back("alice", 10_00, at=3_05)
    own = laid.own.size_matched
    world.settle(A)

    world.resettle(B)
    world.resettle(A)
    world.resettle(B)

    commission = world.market.commissions["hana"]
    assert (own, 10_000_00 + own - commission) == (laid.own.profit, world.exchange.ledger.own_balances["hana"])

"""Runners that are added to an incomplete market, hidden, and reinstated (manual, RunnerStatus and market version)."""

from typing import Any

import pytest

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddRunner,
    Command,
    HideRunner,
    LadderDefinition,
    ReinstateRunner,
    RemoveRunner,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    TouchMarket,
)
from simulator.exchange.events import (
    Event,
    MarketChanged,
    MatchedPriceRestated,
    OrderLapsed,
    RunnerAdded,
    RunnerHidden,
    RunnerReinstated,
)
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import BetOutcome, LapseReason, Persistence, RunnerKey, Side
from simulator.exchange.profit_and_loss import runner_profits
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import MARKET, START, A, B, C, D, World, back, fills, lay, whose

WON, LOST = BetOutcome.WON, BetOutcome.LOST
HIDDEN, ACTIVE = RunnerStatus.HIDDEN, RunnerStatus.ACTIVE


def kinds(events: tuple[Event, ...]) -> list[type[Event]]:
    return [type(event) for event in events]


# The version table


def test_the_version_table_of_the_manual_with_an_addition_and_a_removal_of_runners() -> None:
    """Activated 1234, start time 1235: bets of before are taken; a runner added 1236: they are not."""
    world = World(is_open=False, version=1233, complete=False)
    world.open()
    world.apply(TouchMarket(MARKET))
    assert (1235, 1234) == (world.market.version, world.market.material_version)
    world.place("alice", back(1_00, 3_00), market_version=1234)

    world.add_runner(D)

    assert (1236, 1236) == (world.market.version, world.market.material_version)
    with pytest.raises(Refused) as refused:
        world.place("alice", back(1_00, 3_00), market_version=1235)
    assert (Reason.BET_TAKEN_OR_LAPSED,) == refused.value.instruction_reasons


def test_hiding_and_reinstating_are_material_changes() -> None:
    world = World()

    for change in (world.hide, world.reinstate):
        version = world.market.version
        change(B)
        assert world.market.version == world.market.material_version == version + 1


# Adding


def test_a_runner_is_added_after_all_others_and_can_be_bet_on() -> None:
    world = World(complete=False)

    events = world.add_runner(D, 4_545)

    version = world.market.version
    assert (
        RunnerAdded(START, MARKET, D, 4, 4_545),
        MarketChanged(START, MARKET, version, True, MarketStatus.OPEN, in_play=False),
    ) == events
    assert [A, B, C, D] == list(world.market.runners)
    assert (4, 4_545) == (world.market.runners[D].sort_priority, world.market.runners[D].adjustment_factor)
    bet, _ = world.match("alice", "bob", 10_00, 5_00, runner=D)
    world.settle(D)
    assert (40_00, WON) == (bet.profit, bet.outcome)


def test_unmatched_bets_on_the_others_stay_when_a_runner_is_added() -> None:
    world = World(complete=False)
    bet = world.back("alice", 10_00, at=3_00)

    world.add_runner(D)

    assert 10_00 == bet.size_remaining


def test_a_total_grows_by_lines() -> None:
    """The recorded market of runs gets "new lines as the team approaches the total"."""
    hundred, more = RunnerKey(1, -100_00), RunnerKey(2, -125_00)
    world = World(
        runners=[hundred],
        betting_type=BettingType.ASIAN_HANDICAP_SINGLE_LINE,
        ladder=LadderDefinition("FINEST"),
        number_of_winners=0,
        complete=False,
    )
    world.add_runner(more)
    bet, _ = world.match("alice", "bob", 10_00, 2_00, runner=more)

    world.apply(SettleMarket(MARKET, total=125))

    assert (10_00, WON) == (bet.profit, bet.outcome)


LINES = {"betting_type": BettingType.LINE, "ladder": LadderDefinition("LINE_RANGE", 0, 300_00, 50)}


@pytest.mark.parametrize(
    ("market", "prepare", "command", "sentence"),
    [
        ({}, None, AddRunner(MARKET, RunnerDefinition(D, 4)), "is complete"),
        ({"complete": False}, None, AddRunner(MARKET, RunnerDefinition(A, 4)), "lists runner 1 already"),
        ({"complete": False}, None, AddRunner("1.9", RunnerDefinition(D, 4)), "there is no market"),
        ({"complete": False}, World.void, AddRunner(MARKET, RunnerDefinition(D, 4)), "CLOSED and cannot be given"),
        ({"complete": False}, World.close_betting, AddRunner(MARKET, RunnerDefinition(D, 4)), "betting being over"),
        ({"complete": False, **LINES}, None, AddRunner(MARKET, RunnerDefinition(D, 4)), "LINE and cannot grow"),
        (LINES, None, HideRunner(MARKET, A), "not of the type ODDS"),
        ({}, None, HideRunner(MARKET, D), "no ACTIVE runner 4 to hide"),
        ({}, lambda world: world.hide(A), HideRunner(MARKET, A), "no ACTIVE runner 1 to hide"),
        ({}, lambda world: world.remove(A), HideRunner(MARKET, A), "no ACTIVE runner 1 to hide"),
        ({}, World.void, HideRunner(MARKET, A), "no ACTIVE runner 1 to hide"),
        ({}, World.close_betting, HideRunner(MARKET, A), "betting being over"),
        ({}, None, ReinstateRunner(MARKET, A), "no HIDDEN runner 1 to reinstate"),
        ({}, lambda world: (world.hide(A), world.close_betting()), ReinstateRunner(MARKET, A), "betting being over"),
        ({}, lambda world: (world.hide(A), world.void()), ReinstateRunner(MARKET, A), "CLOSED and cannot be told"),
        ({}, lambda world: world.hide(A), RemoveRunner(MARKET, A), "no active runner 1 to remove"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    market: dict[str, Any], prepare: Any, command: Command, sentence: str
) -> None:
    world = World(**market)
    if prepare is not None:
        prepare(world)
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match=sentence):
        world.apply(command)

    assert before == state_of(world.exchange)


# Hiding


def test_prices_of_matched_bets_on_a_hidden_runner_are_one_and_the_old_ones_when_it_is_back() -> None:
    """Manual: "set to 1.0", and "back to the original prices"."""
    world = World()
    backed, laid = world.match("alice", "bob", 10_00, 5_00)
    assert (10_00, 40_00) == (world.exposure("alice"), world.exposure("bob"))

    hidden = world.hide(A)

    assert [[(1_00, 10_00)]] * 2 == [fills(backed), fills(laid)]
    assert (10_00, 0) == (world.exposure("alice"), world.exposure("bob"))
    assert [RunnerHidden, MatchedPriceRestated, MatchedPriceRestated, MarketChanged] == kinds(hidden)
    assert MatchedPriceRestated(START, *whose(backed), 10_00, 5_00, 1_00) in hidden

    reinstated = world.reinstate(A)

    assert [[(5_00, 10_00)]] * 2 == [fills(backed), fills(laid)]
    assert (10_00, 40_00) == (world.exposure("alice"), world.exposure("bob"))
    assert [RunnerReinstated, MatchedPriceRestated, MatchedPriceRestated, MarketChanged] == kinds(reinstated)
    assert MatchedPriceRestated(START, *whose(laid), 10_00, 1_00, 5_00) in reinstated
    world.settle(A)
    assert (40_00, -40_00, 0) == (backed.profit, laid.profit, world.balance(HOUSE))


def test_a_starting_price_comes_back_with_all_its_decimals() -> None:
    world = World(bsp_market=True, turn_in_play=True)
    backs = [world.at_close(Side.BACK, "alice", 300_00), world.at_close(Side.BACK, "carol", 400_00)]
    world.at_close(Side.LAY, "bob", 1000_00)
    world.turn_in_play()
    payouts = [bet.matched_payout for bet in backs]

    world.hide(A)
    world.reinstate(A)

    assert payouts == [bet.matched_payout for bet in backs]


@pytest.mark.parametrize("persistence", Persistence)
def test_what_is_unmatched_on_a_hidden_runner_lapses_for_good(persistence: Persistence) -> None:
    world = World(bsp_market=True, turn_in_play=True)
    resting = world.back("alice", 10_00, at=5_00, persistence=persistence)
    waiting = world.at_close(Side.LAY, "bob", 20_00)

    events = world.hide(A)
    world.reinstate(A)

    assert (10_00, 20_00) == (resting.size_lapsed, waiting.size_lapsed)
    assert [LapseReason.RUNNER_HIDDEN] * 2 == [event.reason for event in events if isinstance(event, OrderLapsed)]
    assert (0, 0) == (world.exposure("alice"), world.exposure("bob"))
    assert [] == world.available_to_lay()


def test_a_hidden_runner_takes_no_bets_and_those_in_the_bet_delay_lapse() -> None:
    world = World(bet_delay=5)
    world.turn_in_play()
    world.place("alice", back(10_00, 5_00))

    world.hide(A)

    with pytest.raises(Refused) as refused:
        world.place("alice", lay(10_00, 5_00))
    assert (Reason.INVALID_RUNNER,) == refused.value.instruction_reasons
    world.wait(5000)
    assert [] == world.orders


def test_a_reinstated_runner_takes_bets_again() -> None:
    world = World()
    world.hide(A)
    world.reinstate(A)

    bet, _ = world.match("alice", "bob", 10_00, 5_00)

    world.settle(A)
    assert 40_00 == bet.profit


def test_bets_on_a_runner_that_stays_hidden_lose() -> None:
    """At 1.0 nothing is to be won, and it cannot win: backers lose their stakes, layers keep them."""
    world = World()
    backed, laid = world.match("alice", "bob", 10_00, 5_00)
    other, _ = world.match("alice", "bob", 10_00, 3_00, runner=B)
    world.hide(A)
    assert (20_00, 10_00) == (world.exposure("alice"), world.exposure("bob"))

    world.settle(B)

    assert [(-10_00, LOST), (10_00, WON), (20_00, WON)] == [(bet.profit, bet.outcome) for bet in (backed, laid, other)]
    assert [HIDDEN, RunnerStatus.WINNER, RunnerStatus.LOSER] == [
        runner.status for runner in world.market.runners.values()
    ]
    assert 0 == world.balance(HOUSE)


def test_each_way_bets_on_a_runner_that_stays_hidden_lose_both_parts() -> None:
    world = World(runners=[A, B, C, D], each_way_divisor=4_00, number_of_winners=2)
    backed, laid = world.match("alice", "bob", 10_00, 5_00)
    world.hide(A)
    assert (20_00, 0) == (world.exposure("alice"), world.exposure("bob"))

    world.apply(SettleMarket(MARKET, (RunnerResult(B, "WINNER"), RunnerResult(C, "PLACED"))))

    assert (-20_00, 20_00) == (backed.profit, laid.profit)


def test_a_void_market_gives_the_stakes_of_a_hidden_runner_back() -> None:
    world = World()
    backed, _ = world.match("alice", "bob", 10_00, 5_00)
    world.hide(A)

    world.void()

    assert (0, BetOutcome.VOIDED) == (backed.profit, backed.outcome)


def test_who_cannot_win_counts_for_the_exposure_of_the_others() -> None:
    """Backs of A and B at 3.0 when C is hidden: one of the two wins; with C in the race both may lose."""
    world = World()
    world.match("alice", "bob", 10_00, 3_00, runner=A)
    world.match("alice", "bob", 10_00, 3_00, runner=B)
    assert 20_00 == world.exposure("alice")

    world.hide(C)
    assert 0 == world.exposure("alice")

    world.reinstate(C)
    assert 20_00 == world.exposure("alice")


def test_a_bet_on_the_hidden_does_not_stand_for_a_runner_without_bets() -> None:
    """Backs of A and of the hidden C: B, on which there is no bet, may win, and then both lose."""
    world = World()
    world.match("alice", "bob", 10_00, 3_00, runner=A)
    world.match("alice", "bob", 10_00, 3_00, runner=C)

    world.hide(C)

    assert 20_00 == world.exposure("alice")


def test_a_removal_leaves_bets_on_the_hidden_alone_and_they_come_back_as_they_were() -> None:
    world = World(factors={A: 20_000, B: 30_000, C: 50_000})
    bet, _ = world.match("alice", "bob", 10_00, 5_00)
    world.hide(A)

    world.remove(B)
    assert [(1_00, 10_00)] == fills(bet)
    world.reinstate(A)

    assert [(5_00, 10_00)] == fills(bet)


def test_profit_and_loss_counts_bets_on_the_hidden_as_lost() -> None:
    world = World()
    world.match("alice", "bob", 10_00, 5_00)
    world.match("alice", "bob", 10_00, 3_00, runner=B)
    world.hide(A)

    figures = runner_profits(world.market, "alice")

    assert {B: 10_00, C: -20_00} == {key: figure.if_win for key, figure in figures.items()}


def test_a_bet_in_the_bet_delay_counts_until_it_is_due_although_its_runner_is_hidden() -> None:
    """25.00 are at risk: by then the runner may be back, and the bet would be placed."""
    world = World(bet_delay=5)
    world.turn_in_play()
    world.place("alice", back(25_00, 3_05))

    world.hide(A)

    assert 25_00 == world.exposure("alice")
    world.wait(5_000)
    assert 0 == world.exposure("alice")

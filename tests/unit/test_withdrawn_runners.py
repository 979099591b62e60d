"""Non-runners: what becomes of the bets on them, and of the market (exchange mechanics, section 10)."""

from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction, RemoveRunner
from simulator.exchange.events import (
    MarketChanged,
    OrderVoided,
    RunnerRemoved,
)
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import BetOutcome, OrderStatus, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, RICH, A, B, C, World, back, fills, lay

BACK, LAY = Side
LAPSE, PERSIST, AT_CLOSE = Persistence

FACTORS = {A: 17_500, B: 9_100, C: 73_400}
"""In hundredths of a percent: B is the manual's first runner, A has the 17.5 % of the worked lay."""


def race(**market: Any) -> World:
    """A race of which B will be withdrawn."""
    return World(**{"factors": FACTORS, "turn_in_play": True, "bsp_market": True, **market})


# The runner itself


def bets_on_the_withdrawn() -> World:
    """Alice backs B and bob lays it: matched, unmatched, half and half, and for the starting price."""
    world = race()
    world.match("alice", "bob", 20_00, 10_00, runner=B)
    world.lay("bob", 10_00, at=9_00, runner=B, persistence=PERSIST)
    world.back("alice", 4_00, at=9_00, runner=B)
    world.back("alice", 10_00, at=12_00, runner=B, persistence=AT_CLOSE)
    world.at_close(BACK, "alice", 10_00, runner=B)
    world.at_close(LAY, "bob", 50_00, 20_00, runner=B)
    return world


def test_every_bet_on_a_withdrawn_runner_is_void_and_nothing_is_left_of_it() -> None:
    world = bets_on_the_withdrawn()
    matched = {order.bet_id: order.size_matched for order in world.orders}

    world.remove(B)

    for order in world.orders:
        assert (0, 0, 0) == (order.size_matched, order.size_remaining, order.liability_waiting)
        assert matched[order.bet_id] <= order.size_voided
        assert OrderStatus.EXECUTION_COMPLETE is order.status
    assert ([], []) == (world.available_to_back(B), world.available_to_lay(B))
    assert (0, 0) == (world.exposure("alice"), world.exposure("bob"))


def test_voids_are_told_for_both_sides_of_every_match() -> None:
    world = bets_on_the_withdrawn()

    events = world.remove(B)
    voided = [event for event in events if isinstance(event, OrderVoided)]

    assert RunnerRemoved(world.now, MARKET, B, 9_100) == events[0]
    status, in_play = world.market.status, world.market.in_play
    assert MarketChanged(world.now, MARKET, world.market.version, True, status, in_play) == events[-1]
    assert [20_00, 20_00, 4_00, 4_00] == [event.size for event in sorted(voided, key=lambda event: event.bet_id)]


def test_void_bets_win_and_lose_nothing() -> None:
    world = bets_on_the_withdrawn()
    world.remove(B)

    world.settle(A)

    assert {BetOutcome.VOIDED, None} >= {order.outcome for order in world.orders}
    assert (RICH, RICH, 0) == (world.balance("alice"), world.balance("bob"), world.balance(HOUSE))


def test_what_was_at_risk_on_the_withdrawn_can_be_bet_with_again() -> None:
    world = race(balances={"bob": 180_00})
    world.match("alice", "bob", 20_00, 10_00, runner=B)
    assert 0 == world.available("bob")

    world.remove(B)

    assert 180_00 == world.available("bob")
    world.lay("bob", 20_00, at=10_00)


@pytest.mark.parametrize(
    ("vacant", "status", "reason"),
    [
        pytest.param(False, RunnerStatus.REMOVED, Reason.RUNNER_REMOVED, id="horse"),
        pytest.param(True, RunnerStatus.REMOVED_VACANT, Reason.INVALID_RUNNER, id="greyhound, whose trap stays"),
    ],
)
def test_nobody_can_bet_on_the_withdrawn_any_more(vacant: bool, status: RunnerStatus, reason: Reason) -> None:
    world = race()
    world.remove(B, vacant=vacant)

    assert (status, world.now) == (world.market.runners[B].status, world.market.runners[B].removed_at)
    for instruction in (
        back(10_00, 5_00, runner=B),
        PlaceInstruction(B, LAY, OrderType.MARKET_ON_CLOSE, liability=10_00),
    ):
        with pytest.raises(Refused) as refused:
            world.place("alice", instruction)
        assert (reason,) == refused.value.instruction_reasons


def test_a_withdrawn_greyhound_has_no_factor_and_changes_no_price() -> None:
    world = World(runners=(A, B, C))
    bet, _ = world.match("alice", "bob", 20_00, 10_00)
    offer = world.lay("bob", 20_00, at=9_00)

    events = world.remove(B, vacant=True)

    assert RunnerRemoved(world.now, MARKET, B, 0) == events[0]
    assert ([(10_00, 20_00)], 20_00) == (fills(bet), offer.size_remaining)


def test_bets_on_the_withdrawn_that_wait_out_the_delay_lapse_when_they_are_due() -> None:
    world = race(bet_delay=5)
    world.turn_in_play()
    world.place("alice", back(10_00, 5_00, runner=B))
    world.place("bob", lay(10_00, 5_00))
    world.remove(B)

    world.wait(5000)

    (order,) = world.orders
    assert (A, 10_00) == (order.runner, order.size_remaining)
    assert 0 == world.exposure("alice")


# The market


@pytest.mark.parametrize("prepare", [lambda world: None, World.suspend, World.turn_in_play])
def test_the_market_is_afterwards_as_open_as_it_was(prepare: Any) -> None:
    world = race()
    prepare(world)
    before = world.market.status, world.market.in_play
    version = world.market.version

    world.remove(B)

    assert before == (world.market.status, world.market.in_play)
    assert world.market.material_version == world.market.version > version


def test_bets_with_a_version_from_before_the_removal_are_refused() -> None:
    """The manual's table: activated 1234, start time 1235, removed 1236, in play 1237."""
    world = race(is_open=False, version=1233)
    world.open()
    world.remove(B)
    assert 1235 == world.market.version
    world.turn_in_play()

    for version in (1234, 1235):
        with pytest.raises(Refused) as refused:
            world.place("alice", back(10_00, 5_00), market_version=version)
        assert (Reason.BET_TAKEN_OR_LAPSED,) == refused.value.instruction_reasons
    world.place("alice", back(10_00, 5_00), market_version=1236)

    assert FIRST_BET_ID == world.orders[0].bet_id


def test_the_factors_of_a_win_market_add_up_to_100_percent_again() -> None:
    world = race()
    world.remove(B)

    assert [19_252, 80_748] == [world.market.runners[key].adjustment_factor for key in (A, C)]


@pytest.mark.parametrize(("factor", "shown"), [(None, 9_100), (12_500, 12_500), (0, 9_100)])
def test_the_withdrawn_shows_the_factor_by_which_the_others_were_reduced(factor: int | None, shown: int) -> None:
    """Its own where nothing was reduced: so it is with those that were withdrawn before the world began."""
    world = race()

    world.remove(B, factor)

    assert shown == world.market.runners[B].adjustment_factor


def test_the_factors_of_a_place_market_are_not_derived() -> None:
    world = race(is_place_market=True)
    world.remove(B)

    assert [17_500, 73_400] == [world.market.runners[key].adjustment_factor for key in (A, C)]


def test_who_can_still_win_counts_for_the_exposure() -> None:
    """Two backs of 10.00 at 3.0 of three runners: one of the two wins for sure once the third is gone."""
    world = race()
    world.match("alice", "bob", 10_00, 3_00, runner=A)
    world.match("alice", "bob", 10_00, 3_00, runner=C)
    assert 20_00 == world.exposure("alice")

    world.remove(B, 0)

    assert 0 == world.exposure("alice")
    assert 10_00 == world.exposure("bob")


@pytest.mark.parametrize(
    ("prepare", "command"),
    [
        pytest.param(lambda world: None, RemoveRunner(MARKET, RunnerKey(9)), id="no such runner"),
        pytest.param(lambda world: world.remove(B), RemoveRunner(MARKET, B), id="removed already"),
        pytest.param(World.void, RemoveRunner(MARKET, B), id="closed"),
        pytest.param(lambda world: None, RemoveRunner(MARKET, B, 100_000), id="a factor of 100 %"),
        pytest.param(lambda world: None, RemoveRunner(MARKET, B, -1), id="a negative factor"),
        pytest.param(lambda world: None, RemoveRunner("1.9", B), id="no such market"),
    ],
)
def test_a_removal_that_is_impossible_changes_nothing(prepare: Any, command: RemoveRunner) -> None:
    world = race()
    prepare(world)
    before = state_of(world.exchange)

    with pytest.raises(Impossible):
        world.apply(command)

    assert before == state_of(world.exchange)


def test_a_runner_can_be_withdrawn_before_the_market_opens() -> None:
    world = race(is_open=False)

    world.remove(B)

    assert MarketStatus.INACTIVE is world.market.status
    assert RunnerStatus.REMOVED is world.market.runners[B].status

"""In play an order waits for the bet delay, and what is true at its end is all that counts."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.commands import CancelOrders, Tick
from simulator.exchange.events import HeldOrderFate, OrderMatched, OrderPlaced, OrdersHeld, TicketResolved
from simulator.exchange.orders import TimeInForce
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.statuses import RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, A, B, World, back, fills, lay

LAPSED = Reason.BET_TAKEN_OR_LAPSED


def in_play(bet_delay: int = 5, **market: Any) -> World:
    """A world whose market is in play already, with the bet delay in seconds."""
    world = World(bet_delay=bet_delay, **market)
    world.turn_in_play()
    return world


# Waiting


def test_in_play_an_order_waits_for_the_bet_delay_and_has_no_bet_id_until_then() -> None:
    world = in_play(bet_delay=5)

    assert (OrdersHeld(START, MARKET, 1, "alice", START + 5000),) == world.place("alice", back(10_00, 3_00))
    assert START + 5000 == world.exchange.next_due
    assert () == world.wait(4999)
    assert [] == world.orders
    placed, resolved = world.wait(1)
    assert isinstance(placed, OrderPlaced)
    assert (START + 5000, 0, 1, FIRST_BET_ID) == (placed.at, placed.index, placed.ticket, placed.bet_id)
    assert TicketResolved(START + 5000, MARKET, 1, "alice", (HeldOrderFate(0, FIRST_BET_ID, None),)) == resolved
    assert START + 5000 == world.orders[0].placed_at
    assert world.exchange.next_due is None


def test_before_the_market_is_in_play_and_in_a_market_without_a_delay_nothing_waits() -> None:
    before_the_off = World(bet_delay=5)
    without_delay = in_play(bet_delay=0, turn_in_play=True)

    assert isinstance(before_the_off.place("alice", back(10_00, 3_00))[0], OrderPlaced)
    assert isinstance(without_delay.place("alice", back(10_00, 3_00))[0], OrderPlaced)


def test_an_account_that_provides_liquidity_does_not_wait() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)

    assert isinstance(world.place("market maker", back(10_00, 3_00))[0], OrderPlaced)


def test_in_play_a_faulty_order_is_refused_on_arrival_and_never_waits() -> None:
    world = in_play(bet_delay=5, balances={"alice": 10_00})
    before = state_of(world.exchange)

    for instruction, reason in [
        (back(10_00, 3_01), Reason.BET_ACTION_ERROR),
        (back(10_01, 3_00), Reason.INSUFFICIENT_FUNDS),
    ]:
        with pytest.raises(Refused) as refused:
            world.place("alice", instruction)
        assert reason == refused.value.reason

    assert before == state_of(world.exchange)
    assert world.exchange.next_due is None


def test_the_funds_of_a_waiting_order_are_reserved_from_its_arrival() -> None:
    world = in_play(bet_delay=5, balances={"alice": 30_00})
    world.place("alice", lay(10_00, 3_00))

    with pytest.raises(Refused):
        world.place("alice", back(10_01, 3_00, B))

    assert (20_00, 10_00) == (world.exposure("alice"), world.available("alice"))
    world.wait(5000)
    assert (20_00, 10_00) == (world.exposure("alice"), world.available("alice"))


def test_a_waiting_order_is_matched_at_the_prices_of_the_moment_at_which_it_is_due() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    early = world.lay("market maker", 10_00, at=3_20)
    world.place("alice", back(10_00, 3_00))
    world.cancel("market maker", early)
    world.lay("market maker", 10_00, at=3_10)

    events = world.wait(5000)

    placed, matched, resolved = events
    assert isinstance(placed, OrderPlaced)
    assert isinstance(matched, OrderMatched)
    assert isinstance(resolved, TicketResolved)
    assert [(3_10, 10_00)] == fills(world.exchange.orders[placed.bet_id])


def test_waiting_orders_are_matched_in_order_of_their_arrival() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.place("bob", back(10_00, 3_00))
    world.wait(1)
    world.place("carol", lay(10_00, 3_00))
    world.wait(5000)

    of_alice, of_bob, of_carol = world.orders
    assert ["alice", "bob", "carol"] == [order.account for order in world.orders]
    assert (10_00, 0, 10_00) == (of_alice.size_matched, of_bob.size_matched, of_carol.size_matched)


def test_time_priority_counts_from_the_arrival_at_the_matcher() -> None:
    """Whoever need not wait is first in the queue, although the other asked first."""
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    world.place("alice", back(10_00, 3_00))
    quick = world.back("market maker", 10_00, at=3_00)
    world.wait(5000)

    world.lay("market maker", 10_00, at=3_00)

    assert (10_00, 0) == (quick.size_matched, world.orders[1].size_matched)


def test_orders_that_fall_due_during_a_long_wait_happen_at_their_own_times() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.wait(2000)
    world.place("bob", lay(10_00, 3_00))

    world.wait(60_000)

    assert [START + 5000, START + 7000] == [order.placed_at for order in world.orders]
    assert START + 7000 == world.orders[0].matched_at


def test_what_is_due_must_happen_before_anything_else_does() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.now += 5000

    with pytest.raises(ValueError, match="something is due at"):
        world.place("bob", back(10_00, 3_00))

    world.apply(Tick())
    world.place("bob", back(10_00, 3_00))


def test_time_never_goes_backwards() -> None:
    world = World()
    world.wait(1000)
    world.now -= 1

    with pytest.raises(ValueError, match="time can't go backwards"):
        world.place("alice", back(10_00, 3_00))
    with pytest.raises(ValueError, match="time can't go backwards"):
        world.apply(Tick())


def test_a_waiting_order_cannot_be_cancelled() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))

    assert () == world.cancel("alice")
    assert () == world.apply(CancelOrders("alice"))
    world.wait(5000)

    assert 10_00 == world.orders[0].size_remaining


def test_a_waiting_fill_or_kill_order_looks_at_the_book_when_it_is_due() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    resting = world.lay("market maker", 10_00, at=3_00)
    world.place("alice", back(10_00, 3_00, time_in_force=TimeInForce.FILL_OR_KILL))
    world.cancel("market maker", resting)

    world.wait(5000)

    assert world.orders[1].was_killed
    assert 0 == world.exposure("alice")


def test_a_held_request_uses_its_reference_from_its_arrival() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(1_00, 3_00), customer_reference="ref")

    with pytest.raises(Refused) as refused:
        world.place("alice", back(1_00, 3_00), customer_reference="ref")
    assert Reason.DUPLICATE_TRANSACTION == refused.value.reason

    world.wait(60_000)
    world.place("alice", back(1_00, 3_00), customer_reference="ref")


# What becomes of a waiting order when the market changes


def fates(world: World, milliseconds: int = 5000) -> list[int | Reason | None]:
    """Let the bet delay pass and return a bet id or a reason for each instruction of the first ticket."""
    events = world.wait(milliseconds)
    resolved = next(event for event in events if isinstance(event, TicketResolved))
    return [fate.bet_id or fate.reason for fate in resolved.fates]


def test_a_market_that_is_suspended_when_the_order_is_due_lapses_it() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), lay(10_00, 3_00, B))
    assert 30_00 == world.exposure("alice")
    world.suspend()

    assert [LAPSED, LAPSED] == fates(world)
    assert [] == world.orders
    assert 0 == world.exposure("alice")


def test_a_suspension_that_came_and_went_does_not_matter() -> None:
    world = in_play(bet_delay=5)
    version = world.market.version
    world.place("alice", back(10_00, 3_00), market_version=version)
    world.wait(1000)
    world.suspend()
    world.wait(1000)
    world.open()

    assert version < world.market.version
    assert [FIRST_BET_ID] == fates(world, 3000)


def test_a_material_change_meanwhile_lapses_an_order_that_carries_an_older_version() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), market_version=world.market.version)
    world.suspend()
    world.lapse_unmatched()
    world.open()

    assert [LAPSED] == fates(world)
    assert 0 == world.exposure("alice")


def test_a_material_change_meanwhile_does_not_matter_to_an_order_without_a_version() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.suspend()
    world.lapse_unmatched()
    world.open()

    assert [FIRST_BET_ID] == fates(world)


def test_orders_on_a_runner_that_is_gone_lapse_and_so_do_those_that_came_with_them() -> None:
    """A request is placed whole or not at all (manual, placeOrders)."""
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), back(4_00, 3_00, B))
    world.market.runners[A].status = RunnerStatus.REMOVED

    assert [LAPSED, Reason.ERROR_IN_ORDER] == fates(world)
    assert {} == world.exchange.orders
    assert 0 == world.exposure("alice")


@pytest.mark.parametrize("end", [lambda world: world.settle(B), lambda world: world.void()], ids=["settled", "voided"])
def test_a_market_that_ended_meanwhile_lapses_the_order_and_gives_its_funds_back_at_once(
    end: Callable[[World], object],
) -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    end(world)

    assert 0 == world.exposure("alice")
    assert [LAPSED] == fates(world)
    assert (0, 10_000_00) == (world.exposure("alice"), world.balance("alice"))
    assert [] == world.orders


def test_betting_that_is_over_lapses_the_order() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.close_betting()

    assert [LAPSED] == fates(world)
    assert 0 == world.exposure("alice")

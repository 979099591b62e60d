"""A bet is replaced by cancelling it and placing what was left of it at another price; the cancellation stands."""

import pytest

from simulator.exchange.events import (
    CancelReason,
    Event,
    InstructionRefused,
    OrderCancelled,
    OrderMatched,
    OrderPlaced,
    OrdersHeld,
    ReplacementRefused,
)
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import Order, Persistence
from simulator.exchange.refusals import Reason, Refused
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, B, World, lay, whose

PERSIST = Persistence.PERSIST


def test_a_replaced_bet_is_cancelled_and_what_was_left_of_it_is_a_new_bet_at_the_new_price() -> None:
    world = World(turn_in_play=True)
    world.place(
        "alice",
        lay(10_00, 3_00, B, persistence=PERSIST, customer_order_reference="mine"),
        customer_strategy_reference="green",
    )
    (old,) = world.orders
    world.back("bob", 4_00, at=3_00, runner=B)
    world.wait(500)

    events = world.replace("alice", (old, 2_90))

    new = world.orders[-1]
    cancelled, placed = events
    assert OrderCancelled(START + 500, *whose(old), 0, 6_00, CancelReason.REPLACED) == cancelled
    assert isinstance(placed, OrderPlaced)
    assert (0, None, *whose(new), 2_90, 6_00) == (
        placed.index,
        placed.ticket,
        *whose(placed),
        placed.price,
        placed.size,
    )
    assert (4_00, 6_00, 0) == (old.size_matched, old.size_cancelled, old.size_remaining)
    assert (2_90, 6_00, 6_00, 0) == (new.price, new.size, new.size_remaining, new.size_matched)
    assert (old.side, PERSIST, "mine", "green") == (
        new.side,
        new.persistence,
        new.customer_order_reference,
        new.customer_strategy_reference,
    )
    assert START + 500 == new.placed_at


def test_a_replaced_bet_takes_what_its_new_price_meets() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)
    world.lay("bob", 10_00, at=2_90)

    *_, matched = world.replace("alice", (bet, 2_80))

    assert isinstance(matched, OrderMatched)
    assert 2_90 == matched.price


def test_all_cancellations_of_a_request_come_before_its_new_bets() -> None:
    """So that bets which change places do not pay for both."""
    world = World(balances={"alice": 50_00})
    first = world.lay("alice", 10_00, at=3_00)
    second = world.lay("alice", 10_00, at=4_00)

    events = world.replace("alice", (first, 4_00), (second, 3_00))

    assert [OrderCancelled, OrderCancelled, OrderPlaced, OrderPlaced] == [type(event) for event in events]
    assert [4_00, 3_00] == [order.price for order in world.orders[2:]]
    assert 50_00 == world.exposure("alice")


def test_replacing_at_the_same_price_is_refused_and_leaves_the_bet_alone() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)

    events = world.replace("alice", (bet, 3_00))

    assert (InstructionRefused(START, MARKET, "alice", 0, bet.bet_id, Reason.NO_ACTION_REQUIRED),) == events
    assert 10_00 == bet.size_remaining


def refused_replacements(events: tuple[Event, ...]) -> list[Reason]:
    return [event.reason for event in events if isinstance(event, ReplacementRefused)]


@pytest.mark.parametrize("price", [3_01, 1_00, INEXACT])
def test_a_new_price_off_the_ladder_cancels_and_places_nothing(price: int) -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)

    events = world.replace("alice", (bet, price))

    assert (
        OrderCancelled(START, *whose(bet), 0, 10_00, CancelReason.REPLACED),
        ReplacementRefused(START, *whose(bet), 0, Reason.INVALID_ODDS),
    ) == events
    assert 10_00 == bet.size_cancelled
    assert [bet] == world.orders
    assert 0 == world.exposure("alice")


def test_of_several_new_bets_all_are_placed_or_none_and_every_cancellation_stands() -> None:
    world = World()
    first, second = world.back("alice", 10_00, at=3_00), world.back("alice", 10_00, at=3_05)

    events = world.replace("alice", (first, 3_10), (second, 3_11))

    assert [Reason.RELATED_ACTION_FAILED, Reason.INVALID_ODDS] == refused_replacements(events)
    assert (10_00, 10_00) == (first.size_cancelled, second.size_cancelled)
    assert [first, second] == world.orders


def test_a_replacement_that_cannot_be_paid_for_cancels_and_places_nothing() -> None:
    world = World(balances={"alice": 20_00})
    bet = world.lay("alice", 10_00, at=3_00)

    events = world.replace("alice", (bet, 3_05))

    assert [Reason.INSUFFICIENT_FUNDS] == refused_replacements(events)
    assert (10_00, [bet]) == (bet.size_cancelled, world.orders)
    assert (0, 20_00) == (world.exposure("alice"), world.available("alice"))


def test_a_replacement_under_an_old_market_version_cancels_and_places_nothing() -> None:
    world = World()
    version = world.market.version
    world.lapse_unmatched()
    bet = world.back("alice", 10_00, at=3_00)

    events = world.replace("alice", (bet, 3_05), market_version=version)

    assert [Reason.BET_TAKEN_OR_LAPSED] == refused_replacements(events)
    assert (10_00, [bet]) == (bet.size_cancelled, world.orders)


def test_a_replacement_under_what_is_no_market_version_is_refused_whole() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)

    with pytest.raises(Refused) as refused:
        world.replace("alice", (bet, 3_05), market_version=10**12)

    assert Reason.INVALID_MARKET_VERSION == refused.value.reason
    assert 10_00 == bet.size_remaining


def in_play_with_a_bet() -> tuple[World, Order]:
    world = World(bet_delay=5)
    bet = world.lay("alice", 10_00, at=3_00, persistence=PERSIST)
    world.turn_in_play()
    return world, bet


def test_in_play_the_cancellation_comes_at_once_and_the_new_bet_after_the_delay() -> None:
    world, bet = in_play_with_a_bet()

    events = world.replace("alice", (bet, 2_90))

    assert (
        OrderCancelled(START, *whose(bet), 0, 10_00, CancelReason.REPLACED),
        OrdersHeld(START, MARKET, 1, "alice", START + 5000),
    ) == events
    assert [] == world.available_to_back()
    assert 19_00 == world.exposure("alice")

    placed, _ = world.wait(5000)

    assert isinstance(placed, OrderPlaced)
    assert (START + 5000, 0, 1, FIRST_BET_ID + 1) == (placed.at, placed.index, placed.ticket, placed.bet_id)
    assert [(2_90, 10_00)] == world.available_to_back()


def test_in_play_a_new_bet_that_lapses_leaves_the_cancellation_standing() -> None:
    world, bet = in_play_with_a_bet()
    world.replace("alice", (bet, 2_90))
    world.suspend()

    world.wait(5000)

    assert (10_00, [bet]) == (bet.size_cancelled, world.orders)
    assert 0 == world.exposure("alice")

"""A bet is replaced by cancelling it and placing what was left of it at another price; the cancellation stands."""

from typing import Any

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
from simulator.exchange.orders import Order, Persistence, Side
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


def test_a_rest_whose_profit_would_round_too_far_at_the_new_price_is_cancelled_and_not_placed() -> None:
    """0.13 at 3.0 is a fine rest; at 1.06 it would win 0.01 for 0.0078."""
    world = World()
    bet = world.lay("alice", 10_00, at=3_00)
    world.cancel("alice", bet, size_reduction=9_87)

    events = world.replace("alice", (bet, 1_06))

    assert [Reason.INVALID_PROFIT_RATIO] == refused_replacements(events)
    assert (10_00, [bet]) == (bet.size_cancelled, world.orders)


# New bets for the exchange and for the starting price in one request: all or none


def mixed(**market: Any) -> tuple[World, Order, Order, Order]:
    """A bet on the exchange and two with limits for the starting price."""
    world = World(turn_in_play=True, bsp_market=True, **market)
    bet = world.back("alice", 10_00, at=3_00)
    limits = [world.at_close(Side.BACK, "alice", 10_00, limit) for limit in (5_00, 6_00)]
    return world, bet, *limits


def test_new_bets_of_both_kinds_are_placed_together() -> None:
    world, bet, first, second = mixed()

    events = world.replace("alice", (second, 5_50), (bet, 3_05), (first, 4_90))

    assert not any(isinstance(event, InstructionRefused | ReplacementRefused) for event in events)
    assert [5_50, 4_90, 3_05] == [order.price for order in world.orders[3:]]
    assert (0, 0, 0) == (bet.size_remaining, first.liability_waiting, second.liability_waiting)


@pytest.mark.parametrize(
    ("new_limit", "reason"),
    [
        pytest.param(5_10, Reason.INVALID_PRICE_EDIT, id="a harder limit"),
        pytest.param(4_95, Reason.INVALID_ODDS, id="a limit off the ladder"),
    ],
)
def test_a_bad_limit_for_the_starting_price_spoils_the_new_bets_of_a_request(new_limit: int, reason: Reason) -> None:
    """The cancellation stands; bets for the starting price cannot be cancelled, so they wait on as they were."""
    world, bet, first, second = mixed()

    events = world.replace("alice", (bet, 3_05), (first, new_limit), (second, 5_50))

    assert (
        OrderCancelled(START, *whose(bet), 0, 10_00, CancelReason.REPLACED),
        ReplacementRefused(START, *whose(bet), 0, Reason.RELATED_ACTION_FAILED),
        InstructionRefused(START, MARKET, "alice", 1, first.bet_id, reason),
        InstructionRefused(START, MARKET, "alice", 2, second.bet_id, Reason.RELATED_ACTION_FAILED),
    ) == events
    assert [bet, first, second] == world.orders
    assert (10_00, 10_00, 10_00) == (bet.size_cancelled, first.liability_waiting, second.liability_waiting)
    assert 20_00 == world.exposure("alice")


def test_a_bad_price_for_the_exchange_spoils_the_limits_too() -> None:
    world, bet, first, _ = mixed()

    events = world.replace("alice", (first, 4_90), (bet, 3_01))

    assert (
        OrderCancelled(START, *whose(bet), 1, 10_00, CancelReason.REPLACED),
        InstructionRefused(START, MARKET, "alice", 0, first.bet_id, Reason.RELATED_ACTION_FAILED),
        ReplacementRefused(START, *whose(bet), 1, Reason.INVALID_ODDS),
    ) == events
    assert (5_00, 10_00) == (first.price, first.liability_waiting)


def test_a_new_bet_that_cannot_be_paid_for_spoils_the_limits_too() -> None:
    world = World(turn_in_play=True, bsp_market=True, balances={"alice": 30_00})
    bet, limit = world.lay("alice", 10_00, at=3_00), world.at_close(Side.LAY, "alice", 10_00, 5_00)

    events = world.replace("alice", (limit, 5_10), (bet, 3_05))

    assert [Reason.INSUFFICIENT_FUNDS] == refused_replacements(events)
    assert InstructionRefused(START, MARKET, "alice", 0, limit.bet_id, Reason.RELATED_ACTION_FAILED) in events
    assert (5_00, 10_00) == (limit.price, limit.liability_waiting)


def test_what_cannot_be_replaced_at_all_does_not_spoil_the_others() -> None:
    """There is nothing to place for it: such an instruction fails by itself, as ever."""
    world, bet, first, second = mixed()

    events = world.replace("alice", (bet, 3_00), (first, 4_90), (second, 6_00))

    assert [Reason.NO_ACTION_REQUIRED] * 2 == [e.reason for e in events if isinstance(e, InstructionRefused)]
    assert (4_90, 0) == (world.orders[-1].price, first.liability_waiting)


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

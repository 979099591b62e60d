"""What reaches a market from outside: fills by bets that are in no book, starting prices made elsewhere, amendments."""

from fractions import Fraction
from typing import Any

import pytest

from simulator.exchange.commands import AmendMarket, FillFromOutside, GivenPrice, OutsideFill, ReconcileAt, Tick
from simulator.exchange.events import MarketChanged, OrderMatched
from simulator.exchange.ledger import HOUSE
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import ANONYMOUS, ANONYMOUS_BET_ID, Order, Persistence, Side
from simulator.exchange.refusals import Impossible
from tests.unit.exchange_builder import MARKET, A, B, C, World, back, bsp_market, fills


def fill(world: World, *sizes: tuple[Order, int]) -> tuple[Any, ...]:
    return world.apply(FillFromOutside(MARKET, tuple(OutsideFill(order.bet_id, size) for order, size in sizes)))


# Fills


def test_a_bet_that_rests_is_filled_at_its_own_price() -> None:
    world = World()
    bet = world.lay("alice", 10_00, at=3_00)
    (event,) = fill(world, (bet, 4_00))
    assert isinstance(event, OrderMatched)
    assert (event.taker_side, event.taker_account, event.taker_bet_id) == (Side.BACK, ANONYMOUS, ANONYMOUS_BET_ID)
    assert (fills(bet), bet.size_remaining) == ([(3_00, 4_00)], 6_00)
    assert world.available_to_back() == [(3_00, 6_00)]


def test_what_it_wins_is_the_houses_loss() -> None:
    world = World(base_rate=0)
    before = world.balance("alice")
    fill(world, (world.lay("alice", 10_00, at=3_00), 10_00))
    world.settle(B)
    assert world.balance("alice") - before == 10_00
    assert world.exchange.ledger.balances[HOUSE] == -10_00


def test_several_fills_are_made_in_their_order_of_one_bet_too() -> None:
    world = World()
    first, second = world.lay("alice", 10_00, at=3_00), world.back("bob", 5_00, at=4_00)
    events = fill(world, (second, 2_00), (first, 4_00), (first, 6_00))
    assert [event.resting_bet_id for event in events] == [second.bet_id, first.bet_id, first.bet_id]
    assert (first.size_remaining, second.size_remaining) == (0, 3_00)


def test_a_fill_comes_before_what_is_due_at_the_same_time_and_not_before_what_was_due() -> None:
    world = World(bet_delay=5, turn_in_play=True)
    bet = world.lay("alice", 10_00, at=3_00, persistence=Persistence.PERSIST)
    world.turn_in_play()
    world.place("bob", back(10_00, 3_00))
    world.now += 5_000
    fill(world, (bet, 4_00))
    world.now += 1
    with pytest.raises(ValueError, match="something is due at"):
        fill(world, (bet, 6_00))
    world.now -= 1
    world.apply(Tick())
    assert fills(bet) == [(3_00, 4_00), (3_00, 6_00)]


def test_more_than_is_unmatched_cannot_be_filled_and_then_nothing_is() -> None:
    world = World()
    bet = world.lay("alice", 10_00, at=3_00)
    for sizes in ([(bet, 10_01)], [(bet, 6_00), (bet, 4_01)], [(bet, 0)]):
        with pytest.raises(Impossible, match="pence are unmatched"):
            fill(world, *sizes)
    assert bet.size_remaining == 10_00


def test_a_bet_that_is_not_there_cannot_be_filled() -> None:
    with pytest.raises(Impossible, match="0 pence are unmatched"):
        World().apply(FillFromOutside(MARKET, (OutsideFill(7, 1_00),)))


# Starting prices


def test_bets_are_matched_at_a_price_that_was_made_elsewhere() -> None:
    world = bsp_market()
    back, lay = world.at_close(Side.BACK, "alice", 10_00), world.at_close(Side.LAY, "bob", 10_00)
    world.apply(ReconcileAt(MARKET, (GivenPrice(A, 7, 2),)))
    assert (back.size_matched, lay.size_matched) == (10_00, 4_00)
    assert world.market.runners[A].starting_price == Fraction(7, 2)
    assert world.market.runners[B].starting_price is NoPrice.INFINITY
    assert world.market.bsp_reconciled


def test_a_runner_without_a_price_lets_its_bets_lapse() -> None:
    world = bsp_market()
    back = world.at_close(Side.BACK, "alice", 10_00, runner=B)
    world.apply(ReconcileAt(MARKET, (GivenPrice(A, 7, 2),)))
    assert (back.size_matched, back.size_lapsed) == (0, 10_00)


def test_bets_at_exactly_their_limit_are_left_out() -> None:
    world = bsp_market()
    back, lay = world.at_close(Side.BACK, "alice", 10_00, 3_50), world.at_close(Side.LAY, "bob", 10_00, 3_50)
    better = world.at_close(Side.BACK, "carol", 10_00, 3_45)
    world.apply(ReconcileAt(MARKET, (GivenPrice(A, 7, 2),)))
    assert [bet.size_matched for bet in (back, lay, better)] == [0, 0, 10_00]


def test_the_exchanges_own_bets_are_left_alone() -> None:
    world = bsp_market()
    resting = world.lay("bob", 10_00, at=3_00)
    turning = world.back("alice", 10_00, at=4_00, persistence=Persistence.MARKET_ON_CLOSE)
    world.apply(ReconcileAt(MARKET, (GivenPrice(A, 7, 2),)))
    assert (resting.size_remaining, turning.size_matched) == (10_00, 10_00)


@pytest.mark.parametrize("price", [GivenPrice(A, 1), GivenPrice(A, 2, 0), GivenPrice(A, -7, 2)])
def test_what_is_no_starting_price_is_refused(price: GivenPrice) -> None:
    with pytest.raises(Impossible, match="no starting price"):
        bsp_market().apply(ReconcileAt(MARKET, (price,)))


def test_prices_are_made_once() -> None:
    world = bsp_market()
    world.apply(ReconcileAt(MARKET, ()))
    with pytest.raises(Impossible, match="reconciled already"):
        world.apply(ReconcileAt(MARKET, ()))


# Amendments


def test_a_market_has_the_version_that_it_is_given() -> None:
    world = World()
    (event,) = world.apply(AmendMarket(MARKET, version=4711))
    assert isinstance(event, MarketChanged)
    assert (event.version, event.material, world.market.version) == (4711, False, 4711)
    world.apply(AmendMarket(MARKET, version=4712, material=True))
    assert world.market.material_version == 4712


def test_a_bet_delay_that_changes_holds_those_who_come_after() -> None:
    world = World(bet_delay=5, turn_in_play=True)
    world.turn_in_play()
    world.apply(AmendMarket(MARKET, bet_delay=8))
    assert world.market.bet_delay == 8
    world.apply(AmendMarket(MARKET, bet_delay=0))
    assert world.back("alice", 2_00, at=3_00).size_remaining == 2_00


def test_virtual_offers_follow_what_a_market_is_amended_to() -> None:
    world = World(cross_matching=False)
    for runner in (B, C):
        world.back("bob", 30_00, at=3_00, runner=runner)
    assert world.market.virtual_offers(A, Side.BACK) is None
    world.apply(AmendMarket(MARKET, cross_matching=True))
    ladder = world.market.virtual_offers(A, Side.BACK)
    assert ladder is not None
    assert next(ladder.best_first()).price == 3_00


def test_nothing_can_be_less_than_nothing() -> None:
    for amendment in ({"bet_delay": -1}, {"version": -1}, {"number_of_winners": -1}, {"base_rate": -1}):
        with pytest.raises(Impossible, match="cannot have"):
            World().apply(AmendMarket(MARKET, **amendment))


def test_a_closed_market_is_not_amended() -> None:
    world = World()
    world.settle(A)
    with pytest.raises(Impossible, match="described anew"):
        world.apply(AmendMarket(MARKET, bet_delay=3))

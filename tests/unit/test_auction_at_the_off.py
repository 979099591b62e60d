"""Turning in play with a starting price: who feeds the auction, who takes its price, who lapses and who stays.

The order of things is that of exchange mechanics, section 8.3.
"""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.events import MarketChanged, OrderFilledAtAuction, OrderLapsed, StartingPriceMade
from simulator.exchange.orders import LapseReason, OrderType, Persistence, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import MarketStatus
from tests.exchange_state import state_of
from tests.unit.auctions import WORKED, events_of, prepared, starting_price
from tests.unit.exchange_builder import WEALTH, A, World, bsp_market, fills

BACK, LAY = Side
LAPSE, PERSIST, AT_CLOSE = Persistence
LIMIT, MARKET_ON_CLOSE = OrderType.LIMIT, OrderType.MARKET_ON_CLOSE


# Turning in play: who feeds the auction, who lapses, who stays


def test_lapse_bets_feed_the_auction_before_they_lapse() -> None:
    world, _, _, (_, first, second, third) = prepared(WORKED["3, backs are taken"], LAPSE)

    world.turn_in_play()

    assert [(5_00, 300_00)] == fills(first)
    assert [(142_07, 257_93), (0, 500_00)] == [(order.size_matched, order.size_lapsed) for order in (second, third)]
    assert [] == world.available_to_lay()


def test_persist_bets_feed_it_too_and_keep_price_place_and_what_is_left() -> None:
    world, _, _, (resting, _, second, third) = prepared(WORKED["3, backs are taken"], PERSIST)
    behind = world.back("alice", 10_00, at=5_50, persistence=PERSIST)

    world.turn_in_play()

    assert [(5_50, 257_93 + 10_00), (6_00, 500_00)] == world.available_to_lay()
    assert [(4_80, 100_00)] == world.available_to_back()
    assert [second.bet_id, behind.bet_id] == list(world.market.runners[A].book.backs.levels[5_50].queue)
    assert (100_00, 500_00) == (resting.size_remaining, third.size_remaining)


def test_it_turns_in_play_after_the_auction_and_is_open() -> None:
    world = bsp_market(bet_delay=5)
    world.at_close(BACK, "alice", 10_00)
    version = world.market.version

    world.turn_in_play()
    market = world.market

    assert (True, True, MarketStatus.OPEN, 5) == (
        market.bsp_reconciled,
        market.in_play,
        market.status,
        market.bet_delay,
    )
    assert market.material_version == market.version > version
    kinds = [type(event) for event in world.events]
    assert [StartingPriceMade, MarketChanged] == [kinds[0], kinds[-1]]


def test_a_market_without_a_starting_price_just_turns_in_play() -> None:
    world = World(turn_in_play=True)

    world.turn_in_play()

    assert [] == events_of(world, StartingPriceMade)
    assert not world.market.bsp_reconciled


# Taking the starting price: LIMIT orders with MARKET_ON_CLOSE persistence


def test_a_lay_that_risks_less_than_the_least_liability_lapses() -> None:
    """Betfair's support: 5.00 at 2.0 unmatched risk 5.00, less than 10.00."""
    world = bsp_market()
    order = world.lay("bob", 5_00, at=2_00, persistence=AT_CLOSE)

    world.turn_in_play()

    assert (0, 5_00, LapseReason.SMALL_STAKE) == (order.size_matched, order.size_lapsed, order.lapse_reason)
    assert LIMIT is order.order_type
    assert 0 == world.exposure("bob")


def test_what_counts_is_the_unmatched_rest_of_a_lay() -> None:
    """50.00 at 1.5 of which 40.00 are matched: the rest of 10.00 risks 5.00."""
    world = bsp_market()
    order = world.lay("bob", 50_00, at=1_50, persistence=AT_CLOSE)
    world.back("carol", 40_00, at=1_50)

    world.turn_in_play()

    assert (40_00, 10_00) == (order.size_matched, order.size_lapsed)
    assert 20_00 == world.exposure("bob")


def test_a_lay_that_risks_just_the_least_liability_keeps_its_liability_and_not_its_stake() -> None:
    """20.00 at 1.5 risk 10.00: at a starting price of 3.0 its stake is 5.00."""
    world = bsp_market()
    order = world.lay("bob", 20_00, at=1_50, persistence=AT_CLOSE)
    world.at_close(BACK, "alice", 5_00)

    world.turn_in_play()

    assert 3 == starting_price(world)
    assert [(3_00, 5_00)] == fills(order)
    assert (5_00, 5_00, 0) == (order.size, order.size_matched, order.size_lapsed)
    assert (MARKET_ON_CLOSE, AT_CLOSE, 10_00) == (order.order_type, order.persistence, order.liability)
    assert 10_00 == world.exposure("bob")


def test_a_back_takes_the_starting_price_with_whatever_is_left_of_its_stake() -> None:
    world = bsp_market()
    order = world.back("alice", 10_00, at=9_00, persistence=AT_CLOSE)
    world.lay("carol", 9_99, at=9_00)
    world.at_close(LAY, "bob", 10_00)
    world.at_close(BACK, "carol", 4_99)

    world.turn_in_play()

    # 10.00 risked against 5.00 of stake.
    assert 3 == starting_price(world)
    assert [(9_00, 9_99), (3_00, 1)] == fills(order)
    assert (10_00, 10_00) == (order.size, order.size_matched)


def test_who_takes_the_starting_price_is_no_offer_to_the_auction_any_more() -> None:
    """The back asks for 9.0; but it takes 3.0, and is not taken at 9.0."""
    world = bsp_market()
    order = world.back("alice", 5_00, at=9_00, persistence=AT_CLOSE)
    world.at_close(LAY, "bob", 10_00)

    world.turn_in_play()

    assert (3, [(3_00, 5_00)]) == (starting_price(world), fills(order))
    assert [] == events_of(world, OrderFilledAtAuction)


def test_a_rest_that_finds_no_match_at_the_starting_price_lapses_as_one_size() -> None:
    world = bsp_market()
    order = world.back("alice", 10_00, at=9_00, persistence=AT_CLOSE)
    world.lay("carol", 4_00, at=9_00)

    world.turn_in_play()

    assert (10_00, 4_00, 6_00) == (order.size, order.size_matched, order.size_lapsed)


# No starting price


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(World.turn_in_play, id="nobody on the other side"),
        pytest.param(World.close_betting, id="betting ends"),
        pytest.param(World.void, id="the market is void"),
        pytest.param(lambda world: world.settle(A), id="the market is settled"),
    ],
)
def test_without_a_starting_price_orders_for_it_lapse(end: Callable[[World], Any]) -> None:
    world = bsp_market()
    orders = [world.at_close(BACK, "alice", 10_00), world.at_close(BACK, "alice", 20_00, 5_00)]

    end(world)

    assert [(10_00, 0), (20_00, 0)] == [(order.size_lapsed, order.liability_waiting) for order in orders]
    assert [10_00, 20_00] == [event.size for event in events_of(world, OrderLapsed)]
    assert (0, WEALTH) == (world.exposure("alice"), world.balance("alice"))


def test_a_limited_order_that_the_price_does_not_suit_lapses() -> None:
    world = bsp_market()
    too_dear, too_cheap = world.at_close(BACK, "alice", 10_00, 3_05), world.at_close(LAY, "carol", 10_00, 2_98)
    world.at_close(BACK, "alice", 5_00)
    world.at_close(LAY, "bob", 10_00)

    world.turn_in_play()

    assert 3 == starting_price(world)
    assert (10_00, 10_00) == (too_dear.size_lapsed, too_cheap.size_lapsed)
    assert 0 == world.exposure("carol")


# On command


def test_a_market_can_be_reconciled_without_turning_in_play() -> None:
    world, *_ = prepared(WORKED["3, backs are taken"])
    version = world.market.version

    world.reconcile()
    market = world.market

    assert (True, False, MarketStatus.OPEN) == (market.bsp_reconciled, market.in_play, market.status)
    assert market.material_version == market.version > version
    # Nothing that rests on the exchange lapses by it.
    assert [(5_50, 257_93), (6_00, 500_00)] == world.available_to_lay()


@pytest.mark.parametrize("turn_in_play", [False, True])
def test_the_end_of_betting_is_the_off_of_a_market_that_has_not_turned_in_play(*, turn_in_play: bool) -> None:
    """Back 10.00, lay to risk 20.00: 3.0; what rests on the exchange lapses after the auction."""
    world = bsp_market(turn_in_play=turn_in_play)
    backed, laid = world.at_close(BACK, "alice", 10_00), world.at_close(LAY, "carol", 20_00)
    rest = world.back("bob", 5_00, at=6_00)

    world.close_betting()

    assert ([(3_00, 10_00)], [(3_00, 10_00)], 5_00) == (fills(backed), fills(laid), rest.size_lapsed)
    assert (True, False, MarketStatus.SUSPENDED) == (
        world.market.bsp_reconciled,
        world.market.in_play,
        world.market.status,
    )


def test_a_market_is_reconciled_once() -> None:
    world, *_ = prepared(WORKED["4, a tick"])
    world.reconcile()

    with pytest.raises(Impossible):
        world.reconcile()
    world.turn_in_play()

    assert [] == events_of(world, StartingPriceMade)
    assert 6 == starting_price(world)
    world.close_betting()
    assert [] == events_of(world, StartingPriceMade)


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(lambda: World(turn_in_play=True), id="no starting price"),
        pytest.param(lambda: bsp_market(is_open=False), id="not open yet"),
        pytest.param(lambda: after(World.void), id="closed"),
        pytest.param(lambda: after(World.close_betting), id="betting is over"),
        pytest.param(lambda: after(World.turn_in_play), id="in play"),
    ],
)
def test_what_cannot_be_reconciled_stays_as_it_is(world: Callable[[], World]) -> None:
    market = world()
    before = state_of(market.exchange)

    with pytest.raises(Impossible):
        market.reconcile()

    assert before == state_of(market.exchange)


def after(change: Callable[[World], Any]) -> World:
    world = bsp_market()
    change(world)
    return world


def test_a_suspended_market_can_be_reconciled() -> None:
    world, (order,), *_ = prepared(WORKED["1, manual"])
    world.suspend()

    world.reconcile()

    assert (1000_00, MarketStatus.SUSPENDED) == (order.size_matched, world.market.status)

"""Non-runners: what becomes of every kind of bet on the others (exchange mechanics, section 10)."""

from typing import Any

import pytest

from simulator.exchange.events import (
    Event,
    MarketChanged,
    MatchedPriceReduced,
    OrderLapsed,
    OrderQueuedForStartingPrice,
    OrderRepriced,
    RunnerRemoved,
)
from simulator.exchange.ledger import HOUSE
from simulator.exchange.orders import LapseReason, Persistence, Side
from simulator.exchange.withdrawals import reduced_price
from tests.unit.exchange_builder import RICH, A, B, C, World, fills, whose

BACK, LAY = Side
LAPSE, PERSIST, AT_CLOSE = Persistence

FACTORS = {A: 17_500, B: 9_100, C: 73_400}
"""In thousandths of a percent: B is the manual's first runner, A has the 17.5 % of the worked lay."""


def race(**market: Any) -> World:
    """A race of which B will be withdrawn."""
    return World(**{"factors": FACTORS, "turn_in_play": True, "bsp_market": True, **market})


def place_market(**market: Any) -> World:
    return race(is_place_market=True, **market)


def removal(world: World, factor: int | None = None) -> World:
    world.remove(B, factor)
    return world


def kinds(events: tuple[Event, ...]) -> list[type[Event]]:
    return [type(event) for event in events]


# Matched bets


@pytest.mark.parametrize(
    ("price", "factor", "win", "place"),
    [
        pytest.param(8_60, 16_200, 7_21, 7_37, id="published: 8.6 with 16.2 %"),
        pytest.param(8_00, 25_000, 6_00, 6_25, id="published: 8.0 with 25 %"),
        pytest.param(10_00, 9_100, 9_09, 9_18, id="the manual's 9.1 %"),
        pytest.param(9_09, 3_500, 8_77, 8_81, id="then its 3.5 %"),
        pytest.param(3_00, 9_100, 2_73, 2_82, id="a place price"),
        pytest.param(3_20, 30_010, 2_24, 2_54, id="recorded: 3.2 with 30.01 %"),
        pytest.param(3_25, 30_010, 2_27, 2_57, id="recorded: 3.25"),
        pytest.param(3_75, 30_010, 2_62, 2_92, id="recorded: 3.75"),
        pytest.param(3_80, 30_010, 2_66, 2_96, id="recorded: 3.8"),
        pytest.param(3_85, 30_010, 2_69, 2_99, id="recorded: 3.85"),
        pytest.param(10_00, 2_500, 9_75, 9_78, id="2.5 %"),
        pytest.param(10_00, 2_499, 10_00, 9_78, id="just under 2.5 %"),
        pytest.param(1_02, 30_000, 1_01, 1_01, id="no lower than 1.01"),
        pytest.param(1000_00, 4_545, 954_55, 954_60, id="recorded: a factor of 4.545 %, used exactly"),
        pytest.param(1000_00, 4_550, 954_50, 954_55, id="and not of 4.55 %"),
        pytest.param(10_00, 0, 10_00, 10_00, id="no factor"),
    ],
)
def test_matched_prices_are_reduced_to_the_nearest_hundredth(price: int, factor: int, win: int, place: int) -> None:
    assert win == reduced_price(price, factor, is_place_market=False)
    assert place == reduced_price(price, factor, is_place_market=True)


def test_both_sides_of_a_match_get_the_reduced_price() -> None:
    """The table of 10.5: 20.00 at 10.0 become 9.09, with 161.80 to win instead of 180.00."""
    world = race()
    bets = world.match("alice", "bob", 20_00, 10_00)
    assert 180_00 == world.exposure("bob")

    events = world.remove(B)

    assert [[(9_09, 20_00)]] * 2 == [fills(bet) for bet in bets]
    assert (9_09, 9_09) == tuple(bet.average_price_matched for bet in bets)
    assert all(bet.price_reduced for bet in bets)
    assert (20_00, 161_80) == (world.exposure("alice"), world.exposure("bob"))
    assert 2 == kinds(events).count(MatchedPriceReduced)
    world.settle(A)
    assert (161_80, -161_80, 0) == (*(bet.profit for bet in bets), world.balance(HOUSE))


def test_successive_removals_multiply_and_round_each_time() -> None:
    world = race()
    bet, _ = world.match("alice", "bob", 20_00, 10_00)

    world.remove(B)
    world.remove(C, 3_500)

    assert [(8_77, 20_00)] == fills(bet)


def test_every_fragment_is_reduced_by_itself_and_the_average_is_of_the_reduced() -> None:
    world = race()
    world.lay("bob", 10_00, at=3_20)
    world.lay("bob", 10_00, at=3_25)
    bet = world.back("alice", 20_00, at=3_00)

    world.remove(B, 30_010)

    assert [(2_27, 10_00), (2_24, 10_00)] == fills(bet)
    assert 2_26 == bet.average_price_matched


def test_bets_matched_after_the_removal_are_not_reduced_by_it() -> None:
    world = removal(race())

    bet, _ = world.match("alice", "bob", 20_00, 10_00)

    assert [(10_00, 20_00)] == fills(bet)
    assert not bet.price_reduced


def test_below_two_and_a_half_percent_nothing_happens_to_bets_to_win() -> None:
    world = race()
    bet, _ = world.match("alice", "bob", 20_00, 10_00)
    offers = [world.lay("bob", 20_00, at=9_00, persistence=how) for how in Persistence]

    events = world.remove(B, 2_499)

    assert [(10_00, 20_00)] == fills(bet)
    assert [(9_00, 20_00)] * 3 == [(offer.price, offer.size_remaining) for offer in offers]
    assert [RunnerRemoved, MarketChanged] == kinds(events)


def test_place_bets_are_reduced_on_their_winnings_by_every_factor() -> None:
    world = place_market()
    bet, _ = world.match("alice", "bob", 20_00, 3_00)
    small, _ = world.match("alice", "carol", 20_00, 10_00, runner=C)

    world.remove(B)
    world.remove(A, 1_000)

    assert [(2_82, 20_00)] == fills(bet)
    # 9.18 after 9.1 %, then 1 + 8.18 x 0.99.
    assert [(9_10, 20_00)] == fills(small)


def test_each_way_bets_are_reduced_like_bets_to_win() -> None:
    world = race(each_way_divisor=4_00, number_of_winners=2)
    bet, _ = world.match("alice", "bob", 20_00, 10_00)

    world.remove(B)

    assert [(9_09, 20_00)] == fills(bet)


def test_traded_volume_is_restated_at_the_reduced_prices() -> None:
    world = race()
    for price in (3_20, 3_25, 3_75, 3_80, 3_85):
        world.match("alice", "bob", 10_00, price)
    before = world.market.total_matched

    world.remove(B, 30_010)

    assert dict.fromkeys([2_24, 2_27, 2_62, 2_66, 2_69], 20_00) == world.market.runners[A].book.traded
    assert before == world.market.total_matched


def test_a_bet_at_the_starting_price_is_reduced_by_a_late_non_runner() -> None:
    world = race()
    order = world.at_close(BACK, "alice", 10_00)
    world.at_close(LAY, "bob", 90_00)
    world.turn_in_play()
    assert [(10_00, 10_00)] == fills(order)

    world.remove(B)

    assert [(9_09, 10_00)] == fills(order)
    assert 80_90 == world.exposure("bob")


def test_a_bet_matched_in_play_keeps_its_price_when_a_runner_is_removed_after_the_off() -> None:
    """Exchange rules: only bets matched up to the off are reduced. One in play at 8.0 stays 8.0; one before is 7.27."""
    world = race()
    before, _ = world.match("alice", "bob", 10_00, 8_00)
    world.turn_in_play()
    in_play = world.match("alice", "bob", 10_00, 8_00)

    events = world.remove(B)

    assert [(7_27, 10_00)] == fills(before)
    assert [[(8_00, 10_00)]] * 2 == [fills(bet) for bet in in_play]
    assert [True, False, False] == [bet.price_reduced for bet in (before, *in_play)]
    assert 2 == kinds(events).count(MatchedPriceReduced)
    book = world.market.runners[A].book
    assert ({8_00: 20_00, 7_27: 20_00}, 8_00) == (book.traded, book.last_price_traded)


def test_a_bet_matched_partly_before_and_partly_after_the_off_is_reduced_in_part() -> None:
    world = race()
    bet = world.lay("bob", 20_00, at=8_00, persistence=PERSIST)
    world.back("alice", 5_00, at=8_00)
    world.turn_in_play()
    world.back("carol", 5_00, at=8_00)

    world.remove(B)

    assert [(7_27, 5_00), (8_00, 5_00)] == fills(bet)
    assert 7_63 < bet.average_price_matched < 7_65
    assert bet.price_reduced


def test_a_market_without_an_off_is_reduced_whole() -> None:
    """Where betting just ends there is nothing in play."""
    world = race(turn_in_play=False)
    bet, _ = world.match("alice", "bob", 10_00, 8_00)
    world.close_betting()

    world.remove(B)

    assert [(7_27, 10_00)] == fills(bet)


@pytest.mark.parametrize("market", [race, place_market])
def test_a_late_non_runner_that_reduces_nothing_leaves_the_starting_price_all_its_decimals(market: Any) -> None:
    world = market()
    backs = [world.at_close(BACK, "alice", 300_00), world.at_close(BACK, "carol", 400_00)]
    lay = world.at_close(LAY, "bob", 1000_00)
    world.turn_in_play()
    payouts = [bet.matched_payout for bet in (*backs, lay)]

    events = world.remove(B, 10)

    # 1 + 1000 / 700 is shown as 2.43; 0.01 % less is still 2.43.
    assert [(2_43, 300_00)] == fills(backs[0])
    assert payouts == [bet.matched_payout for bet in (*backs, lay)]
    assert not any(bet.price_reduced for bet in (*backs, lay))
    assert [RunnerRemoved, MarketChanged] == kinds(events)


# Unmatched bets


def test_unmatched_backs_stay_as_they_are() -> None:
    world = race()
    bets = [world.back("alice", 20_00, at=10_00, persistence=how) for how in Persistence]

    events = world.remove(B)

    assert [(10_00, 60_00)] == world.available_to_lay()
    assert [20_00] * 3 == [bet.size_remaining for bet in bets]
    assert [RunnerRemoved, MarketChanged] == kinds(events)


@pytest.mark.parametrize("persistence", [LAPSE, AT_CLOSE])
def test_unmatched_lays_that_do_not_persist_are_cancelled_by_the_exchange(persistence: Persistence) -> None:
    world = race()
    bet = world.lay("bob", 20_00, at=10_00, persistence=persistence)
    assert 180_00 == world.exposure("bob")

    events = world.remove(B)

    assert OrderLapsed(world.now, *whose(bet), 20_00, LapseReason.OTHER_RUNNER_REMOVED) in events
    assert (0, 20_00) == (bet.size_remaining, bet.size_lapsed)
    assert (0, RICH) == (world.exposure("bob"), world.available("bob"))


def test_unmatched_lays_that_persist_stay_at_the_rung_at_or_below_the_reduced_price() -> None:
    """9.09 is no rung, 9.0 is: the liability falls from 180.00 to 160.00, the size stays."""
    world = race()
    bet = world.lay("bob", 20_00, at=10_00, persistence=PERSIST)

    events = world.remove(B)

    assert OrderRepriced(world.now, *whose(bet), 10_00, 9_00) in events
    assert [(9_00, 20_00)] == world.available_to_back()
    assert (9_00, 20_00, 160_00) == (bet.price, bet.size, world.exposure("bob"))


@pytest.mark.parametrize(
    ("price", "factor", "win", "place"),
    [
        pytest.param(11_00, 90_000, 1_10, 2_00, id="11.0 with 90 %"),
        pytest.param(1_02, 30_000, 1_01, 1_01, id="recorded: 1.02 became 1.01"),
        pytest.param(1_60, 9_000, 1_45, 1_54, id="1.456 is 1.45, and not the nearest hundredth"),
        pytest.param(1_01, 50_000, 1_01, 1_01, id="the lowest price"),
    ],
)
def test_the_price_of_an_unmatched_lay_is_never_rounded_up(price: int, factor: int, win: int, place: int) -> None:
    worlds = race(), place_market()
    bets = [world.lay("bob", 5_00, at=price, persistence=PERSIST) for world in worlds]

    for world in worlds:
        world.remove(B, factor)

    assert [win, place] == [bet.price for bet in bets]


def test_repriced_lays_queue_behind_those_at_their_new_price_in_the_order_they_had() -> None:
    world = race()
    nearest = world.lay("bob", 5_00, at=1_02, persistence=PERSIST)
    first, second = (world.lay("bob", 5_00, at=1_03, persistence=PERSIST) for _ in range(2))
    there = world.lay("bob", 5_00, at=1_01, persistence=PERSIST)

    world.remove(B, 50_000)

    expected = [there, first, second, nearest]
    assert [order.bet_id for order in expected] == list(world.market.runners[A].book.lays.levels[1_01].queue)


def test_the_matched_part_of_a_lay_is_reduced_and_its_rest_treated_by_itself() -> None:
    world = race()
    bet = world.lay("bob", 20_00, at=10_00, persistence=PERSIST)
    world.back("alice", 5_00, at=10_00)

    world.remove(B)

    assert [(9_09, 5_00)] == fills(bet)
    assert [(9_00, 15_00)] == world.available_to_back()
    assert 40_45 + 120_00 == world.exposure("bob")


@pytest.mark.parametrize(
    ("factor", "lapse", "persist"),
    [
        pytest.param(1_000, 3_00, 2_98, id="1 %: only those that persist are reduced"),
        pytest.param(3_999, 3_00, 2_92, id="just under 4 %"),
        pytest.param(4_000, None, 2_92, id="4 %: those that do not are cancelled"),
        pytest.param(9_100, None, 2_80, id="9.1 %"),
    ],
)
def test_unmatched_lays_in_a_place_market(factor: int, lapse: int | None, persist: int) -> None:
    world = place_market()
    bets = {how: world.lay("bob", 20_00, at=3_00, persistence=how) for how in Persistence}

    world.remove(B, factor)

    assert [lapse, persist, lapse] == [bet.price if bet.size_remaining else None for bet in bets.values()]


def test_a_repriced_lay_is_matched_at_its_new_price() -> None:
    world = race()
    bet = world.lay("bob", 20_00, at=10_00, persistence=PERSIST)
    world.remove(B)

    taker = world.back("alice", 20_00, at=9_00)

    assert [(9_00, 20_00)] == fills(taker) == fills(bet)


# Bets that wait for the starting price


def test_backs_at_the_starting_price_are_never_touched() -> None:
    world = race()
    orders = [world.at_close(BACK, "alice", 10_00), world.at_close(BACK, "alice", 10_00, 5_00)]

    events = world.remove(B, 50_000)

    assert [(0, 10_00), (5_00, 10_00)] == [(order.price, order.liability_waiting) for order in orders]
    assert [RunnerRemoved, MarketChanged] == kinds(events)


@pytest.mark.parametrize(
    ("own", "factor", "win", "place"),
    [
        pytest.param(17_500, 9_100, 88_97, 90_90, id="the table of 10.5"),
        pytest.param(20_000, 50_000, 37_50, 50_00, id="published: own 20 %, removed 50 %"),
        pytest.param(17_500, 1_000, 98_79, 99_00, id="every factor counts"),
        pytest.param(None, 10_000, 90_00, 90_00, id="no factor of its own"),
    ],
)
def test_lays_at_the_starting_price_risk_less(own: int | None, factor: int, win: int, place: int) -> None:
    factors = {B: 9_100, **({} if own is None else {A: own})}
    worlds = race(factors=factors), place_market(factors=factors)
    orders = [world.at_close(LAY, "bob", 100_00) for world in worlds]

    events = [world.remove(B, factor) for world in worlds]

    assert [win, place] == [order.liability_waiting for order in orders] == [order.liability for order in orders]
    assert [win, place] == [world.exposure("bob") for world in worlds]
    for world, order, told in zip(worlds, orders, events, strict=True):
        assert OrderQueuedForStartingPrice(world.now, *whose(order), order.liability) in told


def test_a_reduced_liability_may_be_less_than_the_minimum() -> None:
    world = race()
    order = world.at_close(LAY, "bob", 10_00)

    world.remove(B)

    assert 8_90 == order.liability_waiting


@pytest.mark.parametrize(
    ("factor", "win", "place"),
    [(9_100, 9_00, 10_00), (2_499, 10_00, 10_00), (50_000, 5_00, 10_00)],
)
def test_the_limit_of_a_lay_at_the_starting_price_is_reduced_in_win_markets(factor: int, win: int, place: int) -> None:
    worlds = race(), place_market()
    orders = [world.at_close(LAY, "bob", 100_00, 10_00) for world in worlds]

    for world in worlds:
        world.remove(B, factor)

    assert [win, place] == [order.price for order in orders]

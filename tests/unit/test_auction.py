"""The starting price auction of real orders: who is matched, at what price, and who is paid what.

The worked rows are those of exchange mechanics, section 9.6; how a price is found is tested by itself.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from simulator.exchange.auction import projected_prices
from simulator.exchange.events import (
    MarketChanged,
    OrderEvent,
    OrderFilledAtAuction,
    OrderMatchedAtStartingPrice,
    StartingPriceMade,
)
from simulator.exchange.ledger import HOUSE
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import OrderStatus, RunnerKey, Side
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.statuses import MarketStatus
from tests.unit.auctions import WORKED, Row, at_close, prepared, starting_price
from tests.unit.exchange_builder import MARKET, START, A, B, C, World, bsp_market, fills, whose

BACK, LAY = Side

rows = pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in WORKED.items()])


# The worked rows


@rows
@pytest.mark.parametrize("hold", [World.turn_in_play, World.reconcile])
def test_the_worked_rows_come_out_of_real_orders(row: Row, hold: Callable[[World], Any]) -> None:
    world, backs, lays, offers = prepared(row)
    hold(world)
    price = starting_price(world)

    assert row.price == (price if isinstance(price, NoPrice) else round(float(price), 6))
    assert row.back_stakes == [order.size_matched for order in backs]
    assert row.lay_stakes == [order.size_matched for order in lays]
    assert sorted(row.taken) == sorted(fill for order in offers for fill in fills(order))


@rows
def test_everybody_at_the_starting_price_is_shown_it_with_two_decimals(row: Row) -> None:
    world, backs, lays, _ = prepared(row)
    world.turn_in_play()

    for order in [*backs, *lays]:
        assert order.average_price_matched == (round(row.price * 100) if order.size_matched else 0)
        assert (0, 0) == (order.liability_waiting, order.size_remaining)
        assert OrderStatus.EXECUTION_COMPLETE is order.status


@rows
def test_what_takes_no_part_lapses(row: Row) -> None:
    world, backs, lays, _ = prepared(row)
    world.turn_in_play()
    factor = 0 if isinstance(row.price, NoPrice) else Fraction(starting_price(world)) - 1

    for order, (money, _) in zip(backs, row.backs, strict=True):
        assert money == order.size_matched + order.size_lapsed
    for order, (money, _) in zip(lays, row.lays, strict=True):
        # Stakes are cut to whole pence: what a lay risks may be nearly a penny of stake less than what took part.
        assert 0 <= money - order.size_lapsed - order.size_matched * factor < max(1, factor)


@rows
def test_stakes_taken_and_liabilities_taken_are_noted_on_the_runner(row: Row) -> None:
    world, _, lays, _ = prepared(row)
    world.turn_in_play()
    taken = world.market.runners[A].starting_price_taken

    assert sum(row.back_stakes) == taken[BACK]
    assert sum(order.liability - order.size_lapsed for order in lays) == taken[LAY]


@rows
@pytest.mark.parametrize("winner", [A, B])
def test_bets_are_settled_at_the_full_starting_price_to_the_penny(row: Row, winner: RunnerKey) -> None:
    world, backs, lays, offers = prepared(row)
    world.turn_in_play()
    odds = Fraction(0) if isinstance(row.price, NoPrice) else starting_price(world) - 1
    world.settle(winner)

    for order in [*backs, *lays]:
        won = order.size_matched * odds if winner == A else Fraction(-order.size_matched)
        expected = nearest(won if order.side is BACK else -won)
        assert expected == (order.profit or 0)
    for order in offers:
        won = sum(Fraction(size * (price - 100), 100) for price, size in fills(order))
        expected = nearest(won if winner == A else Fraction(-order.size_matched)) * (1 if order.side is BACK else -1)
        assert expected == (order.profit or 0)
    # What is cut and rounded stays with the house: a penny of stake for each lay, and half a penny for each bet.
    slack = len(lays) * max(1, odds) + Fraction(len(backs) + len(lays) + len(offers), 2) + max(1, odds)
    assert abs(world.balance(HOUSE)) <= slack


def nearest(exact: Fraction) -> int:
    """The nearest penny, halves away from zero."""
    pence = int(abs(exact) + Fraction(1, 2))
    return pence if exact >= 0 else -pence


def test_the_manual_s_examples_pay_out_to_the_last_penny() -> None:
    """1,000.00 backed and 6,000.00 risked at 7.0, and the other way round at 1.17, which is 1.1666..."""
    for name, profit in [("1, manual", 6000_00), ("2, manual", 1000_00)]:
        world, (backed,), (laid,), _ = prepared(WORKED[name])
        world.turn_in_play()
        world.settle(A)

        assert (profit, -profit, 0) == (backed.profit, laid.profit, world.balance(HOUSE))


def test_a_profit_is_rounded_once() -> None:
    """1.00 of 2.01 backed against 10.06: 5.004975 of profit. Rounded to 5.0050 first, it would become 5.01."""
    world = bsp_market()
    order = world.at_close(BACK, "alice", 1_00)
    world.at_close(BACK, "carol", 1_01)
    world.at_close(LAY, "bob", 10_06)

    world.turn_in_play()
    world.settle(A)

    assert 5_00 == order.profit


# What is told


def test_the_auction_is_told_runner_by_runner() -> None:
    world, (backed,), (laid,), offers = prepared(WORKED["3, backs are taken"])

    world.turn_in_play()
    on_runners = [event for event in world.events if isinstance(event, StartingPriceMade | OrderEvent)]
    on_a = [event for event in on_runners if event.runner == A]
    taken = [event for event in on_a if isinstance(event, OrderFilledAtAuction)]

    assert StartingPriceMade(world.now, MARKET, A, 5_16) == on_a[0]
    numbers = [order.fragments[0].match_id for order in (backed, laid)]
    assert [
        OrderMatchedAtStartingPrice(world.now, *whose(backed), numbers[0], Side.BACK, 5_16, 1000_00, 1000_00),
        OrderMatchedAtStartingPrice(world.now, *whose(laid), numbers[1], Side.LAY, 5_16, 1442_06, 6000_00),
    ] == on_a[1:3]
    assert [(offers[1].bet_id, 5_00, 300_00), (offers[2].bet_id, 5_50, 142_07)] == [
        (event.bet_id, event.price, event.size) for event in taken
    ]
    assert StartingPriceMade(world.now, MARKET, B, NoPrice.INFINITY) in world.events
    version, status = world.market.version, MarketStatus.OPEN
    assert MarketChanged(world.now, MARKET, version, True, status, in_play=True) == world.events[-1]


def test_what_the_auction_takes_of_the_exchange_is_traded_at_its_own_price() -> None:
    """Recorded: 0.24 taken at 2.88 raised the volume at 2.88 by 0.48."""
    world, *_ = prepared(WORKED["3, backs are taken"])

    world.turn_in_play()

    assert {5_00: 600_00, 5_50: 284_14} == world.market.runners[A].book.traded


def test_what_the_auction_takes_of_the_exchange_is_the_market_s_last_match() -> None:
    world, *_ = prepared(WORKED["3, backs are taken"])
    world.wait(7_000)

    world.turn_in_play()

    assert START + 7_000 == world.market.last_match_at


@pytest.mark.parametrize(
    ("row", "near", "far"),
    [(WORKED["3, backs are taken"], 5.160687, 7.0), (WORKED["6, lays are taken"], 4.904459, 1.166667)],
)
def test_near_and_far_price_are_projected_from_the_orders_that_wait(row: Row, near: float, far: float) -> None:
    world, *_ = prepared(row)

    assert [near, far] == [round(float(price), 6) for price in projected_prices(world.market.runners[A])]


# Each runner by itself


def test_starting_prices_of_runners_do_not_mix_and_take_no_virtual_bets() -> None:
    world = bsp_market(cross_matching=True)
    world.back("carol", 100_00, at=4_00, runner=B)
    world.back("carol", 100_00, at=2_00, runner=C)
    alone = world.at_close(BACK, "alice", 10_00, runner=A)
    on_b = world.at_close(BACK, "alice", 10_00, runner=B)
    world.at_close(LAY, "bob", 20_00, runner=B)

    world.turn_in_play()

    assert NoPrice.INFINITY == starting_price(world, A)
    assert (0, 10_00) == (alone.size_matched, alone.size_lapsed)
    assert (3, 10_00) == (starting_price(world, B), on_b.size_matched)


def test_a_removed_runner_has_no_auction() -> None:
    world = bsp_market()
    order = world.at_close(BACK, "alice", 10_00, runner=B)
    world.at_close(LAY, "bob", 20_00, runner=B)

    world.remove(B)
    world.turn_in_play()

    assert starting_price(world, B) is None
    assert (0, 0) == (order.size_matched, order.liability_waiting)


# Exposure


def test_stakes_and_liabilities_are_reserved_while_they_wait() -> None:
    world = bsp_market(balances={"alice": 10_00, "bob": 10_00})
    world.at_close(BACK, "alice", 10_00)
    world.at_close(LAY, "bob", 10_00, 5_00)

    assert ((10_00, 0), (10_00, 0)) == tuple((world.exposure(name), world.available(name)) for name in ("alice", "bob"))
    with pytest.raises(Refused) as refused:
        world.place("alice", at_close(BACK, 1_00, runner=B))
    assert Reason.INSUFFICIENT_FUNDS is refused.value.reason


@rows
def test_nobody_has_more_at_risk_after_the_auction_than_before(row: Row) -> None:
    world, *_ = prepared(row)
    before = {name: world.exposure(name) for name in world.exchange.accounts}

    world.turn_in_play()

    assert all(world.exposure(name) <= exposure for name, exposure in before.items())


def test_after_the_auction_a_back_risks_its_stake_and_a_lay_what_it_pays() -> None:
    world, *_ = prepared(WORKED["6, lays are taken"])
    assert (6000_00, 1000_00) == (world.exposure("alice"), world.exposure("bob"))

    world.turn_in_play()

    assert 6000_00 == world.exposure("alice")
    # 256.11 x 3.904459 = 999.97: the stake is cut to whole pence.
    assert 999_97 == world.exposure("bob")


def test_what_lapses_in_the_auction_is_not_at_risk_any_more() -> None:
    world, *_ = prepared(WORKED["10, a limited lay in part"])
    assert 6000_00 == world.exposure("bob")

    world.turn_in_play()

    assert 4000_00 == world.exposure("bob")


def test_a_lay_of_ones_own_back_counts_in_full_until_both_are_matched() -> None:
    world = bsp_market()
    world.at_close(BACK, "alice", 10_00)
    world.at_close(LAY, "alice", 30_00)
    assert 30_00 == world.exposure("alice")

    world.turn_in_play()

    assert 4 == starting_price(world)
    assert 0 == world.exposure("alice")

"""A book keeps unmatched bets by price and then by time, and its totals without counting again."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.book import Level, Offers, RunnerBook
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side

bet_ids = count(1)


def order(side: Side, price: int, size: int) -> Order:
    return Order(
        bet_id=next(bet_ids),
        account="alice",
        market_id="1.1",
        runner=RunnerKey(1),
        side=side,
        order_type=OrderType.LIMIT,
        persistence=Persistence.LAPSE,
        price=price,
        size=size,
        placed_at=0,
        size_remaining=size,
    )


def lays(*prices_and_sizes: tuple[int, int]) -> tuple[Offers, list[Order]]:
    orders = [order(Side.LAY, price, size) for price, size in prices_and_sizes]
    offers = Offers(Side.LAY)
    for resting in orders:
        offers.add(resting)
    return offers, orders


def shown(offers: Offers) -> list[tuple[int, int]]:
    return [(level.price, level.total) for level in offers.best_first()]


def queue(level: Level | None) -> list[Order]:
    assert level is not None
    return list(level.queue.values())


def take(offers: Offers, resting: Order, size: int) -> None:
    """Take a part of a bet, as the market does: first out of the queue, then off the order."""
    offers.reduce(resting, size)
    resting.size_remaining -= size


def test_a_backer_is_offered_the_highest_lay_first() -> None:
    offers, _ = lays((2_90, 1_00), (3_00, 2_00), (2_00, 3_00))

    assert [(3_00, 2_00), (2_90, 1_00), (2_00, 3_00)] == shown(offers)
    assert offers.best is not None
    assert 3_00 == offers.best.price


def test_a_layer_is_offered_the_lowest_back_first() -> None:
    offers = Offers(Side.BACK)
    for price in (3_10, 3_05, 1000_00):
        offers.add(order(Side.BACK, price, 1_00))

    assert [(3_05, 1_00), (3_10, 1_00), (1000_00, 1_00)] == shown(offers)
    assert offers.best is not None
    assert 3_05 == offers.best.price


def test_an_empty_queue_has_no_best_level() -> None:
    offers = Offers(Side.LAY)

    assert offers.best is None
    assert [] == shown(offers)
    assert 0 == offers.total


@pytest.mark.parametrize(
    ("resting_side", "price", "other", "beats"),
    [
        # Whoever backs wants a high price from the lays that rest ...
        (Side.LAY, 3_05, 3_00, True),
        (Side.LAY, 3_00, 3_00, False),
        (Side.LAY, 2_98, 3_00, False),
        # ... and whoever lays a low one from the backs.
        (Side.BACK, 2_98, 3_00, True),
        (Side.BACK, 3_00, 3_00, False),
        (Side.BACK, 3_05, 3_00, False),
    ],
)
def test_a_price_beats_another_when_a_taker_would_rather_have_it(
    resting_side: Side, price: int, other: int, beats: bool
) -> None:
    assert beats is Offers(resting_side).beats(price, other)


def test_bets_at_one_price_stand_in_order_of_arrival() -> None:
    offers, (first, second, third) = lays((3_00, 5_00), (3_00, 1_00), (3_00, 9_00))

    assert [first, second, third] == queue(offers.best)
    assert [(3_00, 15_00)] == shown(offers)


def test_a_bet_that_is_taken_in_part_keeps_its_place() -> None:
    offers, (first, second) = lays((3_00, 5_00), (3_00, 1_00))

    take(offers, first, 4_99)

    assert [first, second] == queue(offers.best)
    assert [(3_00, 1_01)] == shown(offers)


def test_a_bet_that_is_taken_whole_leaves_the_rest_in_their_order() -> None:
    offers, (first, second, third) = lays((3_00, 5_00), (3_00, 1_00), (3_00, 9_00))

    take(offers, second, 1_00)

    assert [first, third] == queue(offers.best)


@pytest.mark.parametrize(
    ("emptied", "left"),
    [
        (0, [(2_90, 2_00), (2_00, 3_00)]),
        (1, [(3_00, 1_00), (2_00, 3_00)]),
        (2, [(3_00, 1_00), (2_90, 2_00)]),
    ],
)
def test_a_level_without_bets_is_gone_wherever_it_was(emptied: int, left: list[tuple[int, int]]) -> None:
    offers, orders = lays((3_00, 1_00), (2_90, 2_00), (2_00, 3_00))

    take(offers, orders[emptied], orders[emptied].size)

    assert left == shown(offers)


def test_a_level_can_come_back_after_it_was_emptied() -> None:
    offers, (only,) = lays((3_00, 1_00))
    take(offers, only, 1_00)

    offers.add(order(Side.LAY, 3_00, 7_00))

    assert [(3_00, 7_00)] == shown(offers)


@given(
    st.sampled_from(Side),
    st.lists(st.tuples(st.integers(101, 110), st.integers(1, 500)), min_size=1, max_size=12),
    st.data(),
)
def test_kept_totals_are_what_counting_all_bets_again_gives(
    side: Side, bets: list[tuple[int, int]], data: st.DataObject
) -> None:
    offers, resting = Offers(side), [order(side, price, size) for price, size in bets]
    for bet in resting:
        offers.add(bet)
    for bet in data.draw(st.lists(st.sampled_from(resting), unique_by=lambda bet: bet.bet_id)):
        take(offers, bet, data.draw(st.integers(1, bet.size_remaining)))

    left = [bet for bet in resting if bet.size_remaining]
    counted = {bet.price: sum(other.size_remaining for other in left if other.price == bet.price) for bet in left}

    assert sorted(counted.items(), reverse=side is Side.LAY) == shown(offers)
    assert sum(counted.values()) == offers.total
    assert {price: level.total for price, level in offers.levels.items()} == counted
    for level in offers.best_first():
        assert [bet for bet in left if bet.price == level.price] == queue(level)


def test_a_book_queues_bets_by_their_side_and_offers_them_to_the_other() -> None:
    book = RunnerBook()

    assert book.queue_of(Side.BACK) is book.backs is book.available_to_lay is book.offers_to(Side.LAY)
    assert book.queue_of(Side.LAY) is book.lays is book.available_to_back is book.offers_to(Side.BACK)


def test_traded_volume_counts_the_stakes_of_both_sides_at_each_price() -> None:
    """A reconciliation that took 0.24 at 2.88 raised the recorded volume at 2.88 by 0.48."""
    book = RunnerBook()
    assert book.last_price_traded is None

    book.trade(2_88, 24)
    book.trade(2_90, 1_00)
    book.trade(2_88, 1)

    assert {2_88: 50, 2_90: 2_00} == book.traded
    assert 2_50 == book.total_matched
    assert 2_88 == book.last_price_traded


def test_every_change_of_a_queue_raises_its_revision() -> None:
    offers, (first, second) = lays((2_90, 1_00), (3_00, 2_00))
    seen = [offers.revision]

    for size in (50, 1_50):
        take(offers, second, size)
        seen.append(offers.revision)
    offers.add(order(Side.LAY, 2_90, 1_00))
    seen.append(offers.revision)
    take(offers, first, 1_00)
    seen.append(offers.revision)

    assert sorted(set(seen)) == seen


def test_a_removal_reduces_what_was_traded_and_last_traded() -> None:
    book = RunnerBook()
    book.trade(3_20, 10_00)
    book.trade(3_25, 5_00)

    book.reduce_traded_prices(lambda price: price * 7 // 10)

    assert ({2_24: 20_00, 2_27: 10_00}, 30_00, 2_27) == (book.traded, book.total_matched, book.last_price_traded)


def test_a_removal_leaves_what_was_traded_in_play() -> None:
    book = RunnerBook()
    book.trade(3_20, 10_00)
    book.trade(3_20, 1_00, in_play=True)
    book.trade(2_24, 5_00, in_play=True)

    for _ in range(2):
        book.reduce_traded_prices(lambda price: price * 7 // 10)

    assert {1_56: 20_00, 3_20: 2_00, 2_24: 10_00} == book.traded
    assert (32_00, 2_24) == (book.total_matched, book.last_price_traded)


def test_volume_that_meets_at_a_reduced_price_is_added_up() -> None:
    book = RunnerBook()
    book.trade(1_01, 10_00)
    book.trade(1_02, 5_00)

    book.reduce_traded_prices(lambda price: 1_01)

    assert {1_01: 30_00} == book.traded


def test_what_is_void_was_never_traded() -> None:
    book = RunnerBook()
    book.trade(3_20, 10_00)

    book.forget_trades()

    assert ({}, 0, None) == (book.traded, book.total_matched, book.last_price_traded)


def test_nothing_traded_stays_nothing() -> None:
    book = RunnerBook()

    book.reduce_traded_prices(lambda price: 1_01)

    assert ({}, None) == (book.traded, book.last_price_traded)

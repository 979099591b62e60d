"""FILL_OR_KILL: at once and whole or not at all, its price bounds the average (exchange mechanics, section 6)."""

from typing import Any, NamedTuple

import pytest

from simulator.exchange.commands import LadderDefinition, PlaceInstruction
from simulator.exchange.events import OrderKilled, OrderMatched, OrderPlaced
from simulator.exchange.orders import BetTargetType, Order, OrderStatus, OrderType, Persistence, Side, TimeInForce
from simulator.exchange.refusals import Reason, Refused
from tests.exchange_state import state_of
from tests.unit.exchange_builder import A, World, back, fills, lay, whose

KILL = TimeInForce.FILL_OR_KILL
BACK, LAY = Side

Offers = list[tuple[int, int]]


def fill_or_kill(offers: Offers, side: Side, size: int, at: int, minimum: int | None = None, **market: Any) -> Order:
    """Let bob and carol offer prices and sizes by turns, and alice come with a fill-or-kill order; return hers."""
    world = World(**market)
    offer, take = (world.lay, world.back) if side is BACK else (world.back, world.lay)
    for number, (price, available) in enumerate(offers):
        offer(("bob", "carol")[number % 2], available, at=price)
    return take("alice", size, at=at, time_in_force=KILL, min_fill_size=minimum)


def cancelled(order: Order) -> int:
    """What was not matched of an order, of which nothing may rest and nothing lapses."""
    assert (0, 0) == (order.size_remaining, order.size_lapsed)
    return order.size_cancelled


# The table of exchange mechanics, section 6, and the manual's example one tick to either side


class Row(NamedTuple):
    """An order, what is offered, and what is matched; nothing means that it is killed."""

    side: Side
    size: int
    at: int
    minimum: int | None
    offers: Offers
    matched: Offers


MANUAL = [(5_50, 2_00), (5_40, 6_00), (5_30, 5_00)]
MANUAL_MATCHED = [(5_50, 2_00), (5_40, 6_00), (5_30, 2_00)]
AVERAGE_5_80 = [(6_00, 2_00), (5_00, 2_00)]
REQUEST = [(21_00, 4_00), (20_00, 50)]

ROWS = {
    "1, manual: the average is 5.4 exactly": Row(BACK, 10_00, 5_40, None, MANUAL, MANUAL_MATCHED),
    "1, a tick up: the average would be 5.4, not 5.5": Row(BACK, 10_00, 5_50, None, MANUAL, []),
    "1, the last offer a tick down: the average would be 5.38": Row(
        BACK, 10_00, 5_40, None, [(5_50, 2_00), (5_40, 6_00), (5_20, 5_00)], []
    ),
    "1, the best offer a tick down: the average would be 5.38": Row(
        BACK, 10_00, 5_40, None, [(5_40, 8_00), (5_30, 5_00)], []
    ),
    "2, a penny too much for the average": Row(BACK, 10_01, 5_40, 3_00, MANUAL, MANUAL_MATCHED),
    "2, without a minimum": Row(BACK, 10_01, 5_40, None, MANUAL, []),
    "3, levels used in part": Row(BACK, 6_00, 5_80, 2_00, AVERAGE_5_80, [(6_00, 2_00), (5_00, 50)]),
    "3, with a minimum beyond the average": Row(BACK, 6_00, 5_80, 4_00, AVERAGE_5_80, []),
    "3, the minimum just reached": Row(BACK, 6_00, 5_80, 2_50, AVERAGE_5_80, [(6_00, 2_00), (5_00, 50)]),
    "3, the minimum missed by a penny": Row(BACK, 6_00, 5_80, 2_51, AVERAGE_5_80, []),
    "4, the manual's request": Row(BACK, 5_00, 21_00, 3_00, REQUEST, [(21_00, 4_00)]),
    "4, killed": Row(BACK, 5_00, 21_00, 5_00, REQUEST, []),
    "5, a lay": Row(
        LAY, 10_00, 3_10, None, [(3_00, 2_00), (3_10, 6_00), (3_20, 5_00)], [(3_00, 2_00), (3_10, 6_00), (3_20, 2_00)]
    ),
    "5, a tick down: the average would be 3.1, not 3.05": Row(
        LAY, 10_00, 3_05, None, [(3_00, 2_00), (3_10, 6_00), (3_20, 5_00)], []
    ),
    "6, nothing reaches the average": Row(BACK, 10_00, 5_40, 2_00, [(5_30, 100_00)], []),
    "6, nor a lay's": Row(LAY, 10_00, 5_40, 2_00, [(5_50, 100_00)], []),
    "nothing on offer": Row(BACK, 10_00, 5_40, None, [], []),
    "more than enough at better prices": Row(BACK, 10_00, 5_40, None, [(6_00, 50_00)], [(6_00, 10_00)]),
    "better prices pay for several worse ones": Row(
        BACK, 6_00, 4_00, None, [(5_00, 3_00), (3_80, 1_00), (3_00, 5_00)], [(5_00, 3_00), (3_80, 1_00), (3_00, 2_00)]
    ),
    "the volume is the largest that has the average": Row(
        BACK, 50_00, 4_00, 1_00, [(5_00, 3_00), (3_80, 1_00), (3_00, 5_00)], [(5_00, 3_00), (3_80, 1_00), (3_00, 2_80)]
    ),
}


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_an_order_takes_what_has_its_price_on_average_and_the_rest_is_cancelled(row: Row) -> None:
    bet = fill_or_kill(row.offers, row.side, row.size, row.at, row.minimum)

    assert row.matched == fills(bet)
    assert row.size - sum(size for _, size in row.matched) == cancelled(bet)
    assert (not row.matched) is bet.was_killed


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items() if row.side is BACK])
def test_a_lay_is_the_mirror_image(row: Row) -> None:
    """Prices mirrored at 25.0, on a ladder that holds them all: what a backer wants high a layer wants low."""

    def mirrored(price: int) -> int:
        return 50_00 - price

    def all_mirrored(offers: Offers) -> Offers:
        return [(mirrored(price), size) for price, size in offers]

    bet = fill_or_kill(
        all_mirrored(row.offers), LAY, row.size, mirrored(row.at), row.minimum, ladder=LadderDefinition("FINEST")
    )

    assert all_mirrored(row.matched) == fills(bet)


def test_offers_at_one_price_are_taken_first_come_first_served() -> None:
    world = World()
    first, second = world.lay("bob", 5_00, at=5_00), world.lay("carol", 5_00, at=5_00)

    world.back("alice", 7_00, at=5_00, time_in_force=KILL)

    assert (5_00, 2_00) == (first.size_matched, second.size_matched)


# What is left of it


def test_a_killed_order_has_a_bet_id_and_is_told_as_placed_and_killed() -> None:
    world = World()
    world.lay("bob", 9_99, at=5_00)

    events = world.place("alice", back(10_00, 5_00, time_in_force=KILL))
    bet = world.orders[-1]

    assert [OrderPlaced, OrderKilled] == [type(event) for event in events]
    assert OrderKilled(world.now, *whose(bet), 10_00) == events[1]
    assert (10_00, world.now, None) == (bet.size_cancelled, bet.cancelled_at, bet.lapsed_at)
    assert (0, 0, OrderStatus.EXECUTION_COMPLETE) == (bet.size_matched, bet.average_price_matched, bet.status)
    assert bet.was_killed


def test_a_killed_order_leaves_book_and_exposure_as_they_were() -> None:
    world = World()
    world.lay("bob", 9_99, at=5_00)

    world.back("alice", 10_00, at=5_00, time_in_force=KILL)

    assert [(5_00, 9_99)] == world.available_to_back()
    assert [] == world.available_to_lay()
    assert 0 == world.exposure("alice")
    assert {} == world.market.runners[A].book.traded


def test_a_partly_filled_order_is_told_match_by_match_and_then_what_was_killed() -> None:
    world = World()
    world.lay("bob", 4_00, at=21_00)

    events = world.place("alice", back(5_00, 21_00, time_in_force=KILL, min_fill_size=3_00))

    assert [OrderPlaced, OrderMatched, OrderKilled] == [type(event) for event in events]
    assert 4_00 == world.exposure("alice")
    assert not world.orders[-1].was_killed


def test_nothing_is_reserved_beyond_size_at_the_limit_though_fragments_may_be_worse() -> None:
    """10.00 laid at 3.1 risk 21.00, whatever the prices of the parts."""
    world = World(balances={"alice": 21_00})
    for price, size in [(3_00, 2_00), (3_10, 6_00), (3_20, 5_00)]:
        world.back("bob", size, at=price)

    bet = world.lay("alice", 10_00, at=3_10, time_in_force=KILL)

    assert 10_00 == bet.size_matched
    assert (21_00, 0) == (world.exposure("alice"), world.available("alice"))


def test_an_order_that_might_be_killed_must_still_be_affordable() -> None:
    with pytest.raises(Refused) as refused:
        World(balances={"alice": 20_99}).lay("alice", 10_00, at=3_10, time_in_force=KILL)

    assert Reason.INSUFFICIENT_FUNDS is refused.value.reason


def test_in_play_it_is_filled_or_killed_when_the_delay_is_over() -> None:
    world = World(bet_delay=5)
    world.turn_in_play()
    world.place("bob", lay(5_00, 5_00))
    world.wait(1000)
    world.place("alice", back(5_00, 5_00, time_in_force=KILL))
    world.wait(3999)
    assert [] == world.orders
    assert 5_00 == world.exposure("alice")

    world.wait(1001)

    assert [(5_00, 5_00)] == fills(world.orders[-1])


# LINE markets: no average


def line_market() -> World:
    world = World(betting_type="LINE", ladder=LadderDefinition("LINE_RANGE", 0, 300_00, 50), number_of_winners=0)
    for line, size in [(101_00, 2_00), (100_50, 6_00), (100_00, 5_00)]:
        world.lay("bob", size, at=line)
    return world


def test_on_a_line_the_price_bounds_every_fragment() -> None:
    """Manual, TimeInForce: on LINE markets the volume-weighted average is switched off."""
    killed = line_market().back("alice", 10_00, at=100_50, time_in_force=KILL)
    filled = line_market().back("alice", 10_00, at=100_50, time_in_force=KILL, min_fill_size=8_00)

    assert [] == fills(killed)
    assert [(101_00, 2_00), (100_50, 6_00)] == fills(filled)
    assert 2_00 == cancelled(filled)


# Refusals


def starting_price_order(order_type: OrderType, **more: Any) -> PlaceInstruction:
    price = None if order_type is OrderType.MARKET_ON_CLOSE else 5_00
    return PlaceInstruction(A, BACK, order_type, price=price, liability=10_00, **more)


LAPSE, PERSIST, AT_CLOSE = Persistence
REFUSED = [
    ("a minimum without fill-or-kill", back(10_00, 5_00, min_fill_size=2_00), Reason.UNEXPECTED_MIN_FILL_SIZE),
    ("a minimum of 0", back(10_00, 5_00, time_in_force=KILL, min_fill_size=0), Reason.INVALID_MIN_FILL_SIZE),
    ("a minimum below 0", back(10_00, 5_00, time_in_force=KILL, min_fill_size=-1), Reason.INVALID_MIN_FILL_SIZE),
    ("above the size", back(10_00, 5_00, time_in_force=KILL, min_fill_size=10_01), Reason.INVALID_MIN_FILL_SIZE),
    ("under the least stake", back(10_00, 5_00, time_in_force=KILL, min_fill_size=99), Reason.INVALID_MIN_FILL_SIZE),
    ("PERSIST", back(10_00, 5_00, time_in_force=KILL, persistence=PERSIST), Reason.UNEXPECTED_PERSISTENCE_TYPE),
    (
        "MARKET_ON_CLOSE",
        back(10_00, 5_00, time_in_force=KILL, persistence=AT_CLOSE),
        Reason.UNEXPECTED_PERSISTENCE_TYPE,
    ),
    ("MOC", starting_price_order(OrderType.MARKET_ON_CLOSE, time_in_force=KILL), Reason.INVALID_ORDER_TYPE),
    ("LOC", starting_price_order(OrderType.LIMIT_ON_CLOSE, time_in_force=KILL), Reason.INVALID_ORDER_TYPE),
]
ACCEPTED = [
    ("LAPSE", back(10_00, 5_00, time_in_force=KILL, persistence=LAPSE)),
    ("the least stake", back(10_00, 5_00, time_in_force=KILL, min_fill_size=1_00)),
    ("the whole size", back(10_00, 5_00, time_in_force=KILL, min_fill_size=10_00)),
    (
        "a minimum that a bet target makes meaningless",
        back(
            None,
            5_00,
            time_in_force=KILL,
            min_fill_size=99,
            bet_target_type=BetTargetType.PAYOUT,
            bet_target_size=50_00,
        ),
    ),
]


@pytest.mark.parametrize(
    ("instruction", "reason"), [pytest.param(instruction, reason, id=name) for name, instruction, reason in REFUSED]
)
def test_what_makes_no_sense_with_fill_or_kill_is_refused(instruction: PlaceInstruction, reason: Reason) -> None:
    world = World(turn_in_play=True, bsp_market=True)
    before = state_of(world.exchange)

    with pytest.raises(Refused) as refused:
        world.place("alice", instruction)

    assert Reason.BET_ACTION_ERROR is refused.value.reason
    assert (reason,) == refused.value.instruction_reasons
    assert before == state_of(world.exchange)


@pytest.mark.parametrize("instruction", [pytest.param(instruction, id=name) for name, instruction in ACCEPTED])
def test_what_makes_sense_with_it_is_accepted(instruction: PlaceInstruction) -> None:
    world = World(turn_in_play=True, bsp_market=True)

    world.place("alice", instruction)

    assert world.orders[-1].was_killed
    assert LAPSE is world.orders[-1].persistence

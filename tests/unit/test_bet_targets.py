"""Orders that want a payout or a profit instead of a size (exchange mechanics, section 7; manual, BetTargetType)."""

from typing import Any, NamedTuple

import pytest

from simulator.exchange.commands import LadderDefinition, PlaceInstruction
from simulator.exchange.events import OrderKilled, OrderMatched, OrderPlaced
from simulator.exchange.orders import BetTargetType, Order, OrderStatus, OrderType, Side, TimeInForce
from simulator.exchange.refusals import Reason, Refused
from tests.exchange_state import state_of
from tests.unit.exchange_builder import A, B, World, fills

PAYOUT, PROFIT = BetTargetType.PAYOUT, BetTargetType.BACKERS_PROFIT
KILL = TimeInForce.FILL_OR_KILL
BACK, LAY = Side

Offers = list[tuple[int, int]]


def target(side: Side, target_type: BetTargetType, wanted: int, at: int | None, **order: Any) -> PlaceInstruction:
    return PlaceInstruction(
        A, side, OrderType.LIMIT, price=at, bet_target_type=target_type, bet_target_size=wanted, **order
    )


def place(world: World, instruction: PlaceInstruction) -> Order:
    """Let alice place an order, and return it."""
    world.place("alice", instruction)
    return world.orders[-1]


def offering(side: Side, offers: Offers, **market: Any) -> World:
    """A market in which bob offers prices and sizes to a taker of `side`."""
    world = World(balances={"bob": 1_000_000_00}, **market)
    for price, size in offers:
        (world.lay if side is BACK else world.back)("bob", size, at=price)
    return world


def payout(order: Order) -> int:
    """What the matched part pays its backer, in hundredths of pence."""
    return sum(price * size for price, size in fills(order))


# The table of exchange mechanics, section 7, and both types on both sides


class Row(NamedTuple):
    side: Side
    type: BetTargetType
    wanted: int
    at: int
    offers: Offers
    matched: Offers
    rests: int


ROWS = {
    "a lay of a payout, matched": Row(
        LAY, PAYOUT, 10_00, 4_00, [(3_80, 1_00), (4_00, 10_00)], [(3_80, 1_00), (4_00, 1_55)], 0
    ),
    "a lay of a payout, matched in part": Row(LAY, PAYOUT, 10_00, 4_00, [(3_80, 1_00)], [(3_80, 1_00)], 1_55),
    "a back of a profit, matched": Row(BACK, PROFIT, 2_00, 3_00, [(3_50, 1_00)], [(3_50, 80)], 0),
    "a back of a payout at a better price": Row(BACK, PAYOUT, 10_00, 4_00, [(5_00, 99_00)], [(5_00, 2_00)], 0),
    "a back of a payout that is no whole number of pence": Row(
        BACK, PAYOUT, 10_00, 3_00, [(3_05, 99_00)], [(3_05, 3_27)], 0
    ),
    "a back of a payout, unmatched": Row(BACK, PAYOUT, 10_00, 4_00, [], [], 2_50),
    "a back of a profit, unmatched": Row(BACK, PROFIT, 10_00, 4_00, [], [], 3_33),
    "a lay of a payout, unmatched": Row(LAY, PAYOUT, 10_00, 3_00, [], [], 3_33),
    "a lay of a profit, unmatched": Row(LAY, PROFIT, 10_00, 3_00, [], [], 5_00),
    "a lay of a profit, matched": Row(
        LAY, PROFIT, 10_00, 3_00, [(2_50, 4_00), (3_00, 9_00)], [(2_50, 4_00), (3_00, 2_00)], 0
    ),
    "worse offers than the limit": Row(BACK, PAYOUT, 10_00, 4_00, [(3_95, 99_00)], [], 2_50),
    "liquidity that is just enough": Row(LAY, PAYOUT, 10_00, 4_00, [(4_00, 2_50)], [(4_00, 2_50)], 0),
    "liquidity that is a penny short": Row(LAY, PAYOUT, 10_00, 4_00, [(4_00, 2_49)], [(4_00, 2_49)], 1),
}


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_an_order_takes_the_stake_that_its_target_comes_to_and_the_rest_is_a_stake_at_its_limit(row: Row) -> None:
    world = offering(row.side, row.offers)

    bet = place(world, target(row.side, row.type, row.wanted, row.at))
    resting = world.available_to_lay() if row.side is BACK else world.available_to_back()

    assert row.matched == fills(bet)
    assert row.rests == bet.size_remaining
    assert bet.size == bet.size_matched + row.rests
    assert [(row.at, row.rests)] * bool(row.rests) == [offer for offer in resting if offer[0] == row.at]


def test_a_back_of_a_profit_rests_with_the_stake_that_is_missing() -> None:
    """The table's row: 0.50 at 3.5 is 1.25 of profit; 0.75 / 2.0 = 0.375, so 0.37 rests at 3.0."""
    world = World()
    world.lay("bob", 4_00, at=3_50)
    world.cancel("bob", world.orders[0], size_reduction=3_50)

    bet = place(world, target(BACK, PROFIT, 2_00, 3_00))

    assert [(3_50, 50)] == fills(bet)
    assert [(3_00, 37)] == world.available_to_lay()
    assert 87 == bet.size


def test_the_liability_of_a_lay_of_a_payout_is_the_payout_less_the_stake() -> None:
    world = offering(LAY, [(3_80, 1_00), (4_00, 10_00)])

    bet = place(world, target(LAY, PAYOUT, 10_00, 4_00))

    assert 10_00_00 == payout(bet)
    assert 2_55 == bet.size_matched
    assert 7_45 == world.exposure("alice")


# Never too much


@pytest.mark.parametrize("price", [2_00, 2_02, 3_00, 10_00, 500_00])
@pytest.mark.parametrize("type_", BetTargetType)
@pytest.mark.parametrize("side", Side)
def test_a_target_is_never_overshot_and_missed_by_less_than_a_penny_of_stake(
    side: Side, type_: BetTargetType, price: int
) -> None:
    world = offering(side, [(price, 500_00)])

    bet = place(world, target(side, type_, 33_33, 1_50 if side is BACK else 1000_00))
    penny = price if type_ is PAYOUT else price - 100
    reached = bet.size_matched * penny

    assert 33_33_00 - penny < reached <= 33_33_00
    assert OrderStatus.EXECUTION_COMPLETE is bet.status


def test_what_is_missing_is_dropped_while_there_are_offers_although_it_would_be_a_stake_at_the_limit() -> None:
    """10.00 of 10.50 are a penny at 1000. The other 0.50 would be 0.25 at 2.0, crossed with what is offered."""
    world = offering(BACK, [(1000_00, 5)])

    bet = place(world, target(BACK, PAYOUT, 10_50, 2_00))

    assert [(1000_00, 1)] == fills(bet)
    assert (1, 0) == (bet.size, bet.size_remaining)
    assert [] == world.available_to_lay()


def test_an_order_of_which_the_first_penny_would_be_too_much_is_complete_with_nothing() -> None:
    world = offering(BACK, [(1000_00, 5)])

    bet = place(world, target(BACK, PAYOUT, 9_99, 2_00))

    assert (0, OrderStatus.EXECUTION_COMPLETE) == (bet.size, bet.status)
    assert [] == world.available_to_lay()
    assert 0 == world.exposure("alice")


def test_once_the_offers_are_used_up_the_rest_is_worth_its_stake_at_the_limit() -> None:
    """A penny at 1000 and no more: the other 0.50 of 10.50 rest as 0.25 at 2.0."""
    world = offering(BACK, [(1000_00, 1)])

    bet = place(world, target(BACK, PAYOUT, 10_50, 2_00))

    assert [(1000_00, 1)] == fills(bet)
    assert [(2_00, 25)] == world.available_to_lay()
    assert 26 == bet.size


# From the restatement on it is a stake


def test_the_rest_is_matched_cancelled_and_replaced_as_a_stake() -> None:
    world = World()
    bet = place(world, target(LAY, PAYOUT, 10_00, 4_00))

    world.back("bob", 1_00, at=4_00)
    world.cancel("alice", bet, size_reduction=50)
    world.replace("alice", (bet, 3_95))

    assert (2_50, 1_00, 1_50) == (bet.size, bet.size_matched, bet.size_cancelled)
    assert [(3_95, 1_00)] == world.available_to_back()


def test_an_order_with_a_target_is_told_like_any_other() -> None:
    world = offering(LAY, [(3_80, 1_00)])

    events = world.place("alice", target(LAY, PAYOUT, 10_00, 4_00))

    assert [OrderPlaced, OrderMatched] == [type(event) for event in events]


# Funds


def held(side: Side, type_: BetTargetType, wanted: int, at: int, balance: int) -> World:
    """Alice's order waits out the bet delay: it has not met the market yet."""
    world = World(bet_delay=5, balances={"alice": balance})
    world.turn_in_play()
    world.place("alice", target(side, type_, wanted, at))
    return world


RESERVED = [
    pytest.param(BACK, PAYOUT, 10_00, 4_00, 2_50, id="a back of a payout: its stake at the limit"),
    pytest.param(BACK, PAYOUT, 10_00, 3_00, 3_33, id="a back of a payout: no more than whole pence"),
    pytest.param(BACK, PROFIT, 2_00, 3_00, 1_00, id="a back of a profit: its stake at the limit"),
    pytest.param(LAY, PAYOUT, 10_00, 4_00, 7_50, id="a lay of a payout: the payout less the stake"),
    pytest.param(LAY, PAYOUT, 10_00, 3_00, 6_67, id="a lay of a payout: rounded up"),
    pytest.param(LAY, PROFIT, 10_00, 3_00, 10_00, id="a lay of a profit: the profit"),
]


@pytest.mark.parametrize(("side", "type_", "wanted", "at", "reserved"), RESERVED)
def test_what_it_can_lose_at_its_limit_is_reserved_while_it_waits(
    side: Side, type_: BetTargetType, wanted: int, at: int, reserved: int
) -> None:
    world = held(side, type_, wanted, at, reserved)

    assert (reserved, 0) == (world.exposure("alice"), world.available("alice"))
    with pytest.raises(Refused) as refused:
        held(side, type_, wanted, at, reserved - 1)
    assert Reason.INSUFFICIENT_FUNDS is refused.value.reason


@pytest.mark.parametrize(("side", "type_", "wanted", "at", "reserved"), RESERVED)
@pytest.mark.parametrize("odds", [0, 1, 2, 5])
def test_what_it_comes_to_is_never_more_than_was_reserved(
    side: Side, type_: BetTargetType, wanted: int, at: int, reserved: int, odds: int
) -> None:
    """Whether it meets no offer or one at its limit or better, on the market its exposure only falls."""
    world = held(side, type_, wanted, at, reserved)
    better = at + odds * 10 if side is BACK else at - odds * 10
    world.open_account("maker", 0, unlimited=True)
    # Whoever is unlimited does not wait for the bet delay.
    (world.lay if side is BACK else world.back)("maker", 1_50, at=better)

    world.wait(5000)
    bet = next(order for order in world.orders if order.account == "alice")

    assert 1 == len(bet.fragments)
    assert 0 < world.exposure("alice") <= reserved
    assert world.available("alice") >= 0


def test_a_held_order_that_lapses_gives_back_what_was_reserved() -> None:
    world = held(LAY, PAYOUT, 10_00, 4_00, 7_50)
    world.suspend()

    world.wait(5000)

    assert (0, 7_50) == (world.exposure("alice"), world.available("alice"))


# Fill or kill


def test_with_fill_or_kill_the_whole_target_must_be_had_at_the_average() -> None:
    """A payout of 30.00 at 4.0: 4.00 at 5.0 are 20.00, and 3.33 at 3.0 are 9.99; the average is 4.09."""
    offers = [(5_00, 4_00), (3_00, 9_00)]
    filled = place(offering(BACK, offers), target(BACK, PAYOUT, 30_00, 4_00, time_in_force=KILL))
    killed = place(offering(BACK, offers), target(BACK, PAYOUT, 30_00, 4_10, time_in_force=KILL))

    assert [(5_00, 4_00), (3_00, 3_33)] == fills(filled)
    assert (0, 0, 0) == (filled.size_remaining, filled.size_lapsed, filled.size_cancelled)
    assert [] == fills(killed)
    assert killed.was_killed
    assert 7_31 == killed.size == killed.size_cancelled


def test_with_fill_or_kill_too_few_offers_kill_it_whatever_the_minimum() -> None:
    """Manual, minFillSize: ignored for an order with a bet target."""
    world = offering(LAY, [(4_00, 2_40)])

    events = world.place("alice", target(LAY, PAYOUT, 10_00, 4_00, time_in_force=KILL, min_fill_size=1_00))

    assert [OrderPlaced, OrderKilled] == [type(event) for event in events]
    assert world.orders[-1].was_killed
    assert 0 == world.exposure("alice")


def test_with_fill_or_kill_less_than_a_penny_may_be_missing() -> None:
    bet = place(offering(BACK, [(1000_00, 5)]), target(BACK, PAYOUT, 10_50, 2_00, time_in_force=KILL))

    assert [(1000_00, 1)] == fills(bet)
    assert not bet.was_killed


def test_a_lay_with_fill_or_kill_takes_worse_prices_for_better_ones() -> None:
    """A profit of 10.00 at 3.0: 4.00 at 2.5 are 6.00 and 1.60 at 3.5 are 4.00; the average is 2.79."""
    offers = [(2_50, 4_00), (3_50, 9_00)]

    bet = place(offering(LAY, offers), target(LAY, PROFIT, 10_00, 3_00, time_in_force=KILL))

    assert [(2_50, 4_00), (3_50, 1_60)] == fills(bet)


# Virtual offers


def test_a_target_is_reached_by_virtual_offers_too() -> None:
    world = World(runners=(A, B), cross_matching=True)
    world.back("bob", 50_00, at=2_00, runner=B)

    bet = place(world, target(BACK, PAYOUT, 10_00, 1_80))

    assert [(2_00, 5_00)] == fills(bet)
    assert [] == world.available_to_lay()


# Refusals


def line_market() -> World:
    return World(betting_type="LINE", ladder=LadderDefinition("LINE_RANGE", 0, 300_00, 50), number_of_winners=0)


REFUSED = [
    pytest.param(target(BACK, PAYOUT, 10_00, 4_00, size=2_00), Reason.INVALID_BET_SIZE, id="a size as well"),
    pytest.param(
        PlaceInstruction(A, BACK, OrderType.LIMIT, price=4_00), Reason.INVALID_BET_SIZE, id="neither size nor target"
    ),
    pytest.param(
        PlaceInstruction(A, BACK, OrderType.LIMIT, price=4_00, bet_target_type=PAYOUT),
        Reason.INVALID_BET_SIZE,
        id="a type without a target",
    ),
    pytest.param(target(BACK, PAYOUT, 0, 4_00), Reason.INVALID_BET_SIZE, id="nothing"),
    pytest.param(target(BACK, PAYOUT, -10_00, 4_00), Reason.INVALID_BET_SIZE, id="less than nothing"),
    pytest.param(target(BACK, PAYOUT, 3_99, 4_00), Reason.INVALID_BET_SIZE, id="a stake of less than 1.00"),
    pytest.param(
        target(BACK, PROFIT, 2_99, 4_00), Reason.INVALID_BET_SIZE, id="a stake of less than 1.00 for a profit"
    ),
    pytest.param(target(BACK, PAYOUT, 9_99, 11_00), Reason.INVALID_BET_SIZE, id="a payout just under 10.00"),
    pytest.param(target(LAY, PROFIT, 9_08, 11_00), Reason.INVALID_BET_SIZE, id="a profit with a payout under 10.00"),
    pytest.param(target(BACK, PAYOUT, 10_00, 4_01), Reason.INVALID_ODDS, id="a price off the ladder"),
    pytest.param(target(BACK, PAYOUT, 10_00, None), Reason.INVALID_ODDS, id="no price"),
]
ACCEPTED = [
    pytest.param(target(BACK, PAYOUT, 4_00, 4_00), 1_00, id="a stake of 1.00"),
    pytest.param(target(BACK, PROFIT, 3_00, 4_00), 1_00, id="a stake of 1.00 for a profit"),
    pytest.param(target(BACK, PAYOUT, 10_00, 11_00), 90, id="a payout of 10.00"),
    pytest.param(target(LAY, PAYOUT, 10_00, 1000_00), 1, id="a payout of 10.00 at 1000"),
    pytest.param(target(LAY, PROFIT, 9_10, 11_00), 91, id="a profit with a payout of 10.01"),
]


@pytest.mark.parametrize(("instruction", "reason"), REFUSED)
def test_a_target_that_is_none_or_too_small_is_refused(instruction: PlaceInstruction, reason: Reason) -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Refused) as refused:
        world.place("alice", instruction)

    assert (reason,) == refused.value.instruction_reasons
    assert before == state_of(world.exchange)


@pytest.mark.parametrize(("instruction", "size"), ACCEPTED)
def test_a_target_is_large_enough_if_its_stake_or_its_payout_at_the_limit_is(
    instruction: PlaceInstruction, size: int
) -> None:
    assert size == place(World(), instruction).size


def test_there_are_no_targets_on_a_line() -> None:
    """Manual, LINE: a bet target is not valid."""
    with pytest.raises(Refused) as refused:
        line_market().place("alice", target(BACK, PAYOUT, 10_00, 100_00))

    assert (Reason.INVALID_BET_SIZE,) == refused.value.instruction_reasons

"""Orders for the starting price: which are accepted, and what can be changed (exchange mechanics, 3.2 and 9.5)."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.commands import LadderDefinition, PlaceInstruction
from simulator.exchange.events import InstructionRefused, OrderCancelled, OrderPlaced, OrderQueuedForStartingPrice
from simulator.exchange.orders import Order, OrderStatus, OrderType, Persistence, Side
from simulator.exchange.refusals import Reason, Refused
from tests.unit.auctions import at_close, starting_price, waiting
from tests.unit.exchange_builder import MARKET, B, World, back, bsp_market, lay

BACK, LAY = Side
LAPSE, PERSIST, AT_CLOSE = Persistence
LIMIT_ON_CLOSE, MARKET_ON_CLOSE = OrderType.LIMIT_ON_CLOSE, OrderType.MARKET_ON_CLOSE


# Acceptance


def refusal_of(order: Order, world: World, reason: Reason) -> InstructionRefused:
    return InstructionRefused(world.now, MARKET, order.account, 0, order.bet_id, reason)


@pytest.mark.parametrize(
    ("instruction", "is_accepted"),
    [
        pytest.param(at_close(BACK, 2_00), True, id="a back of 2.00"),
        pytest.param(at_close(BACK, 1_99), False, id="a back under 2.00"),
        pytest.param(at_close(LAY, 10_00), True, id="a lay of 10.00"),
        pytest.param(at_close(LAY, 9_99), False, id="a lay under 10.00"),
        pytest.param(at_close(BACK, 2_00, 3_00), True, id="a limited back of 2.00"),
        pytest.param(at_close(BACK, 1_99, 3_00), False, id="a limited back under 2.00"),
        pytest.param(at_close(LAY, 10_00, 3_00), True, id="a limited lay of 10.00"),
        pytest.param(at_close(LAY, 9_99, 3_00), False, id="a limited lay under 10.00"),
        pytest.param(at_close(BACK, None), False, id="a back without a stake"),
        pytest.param(at_close(LAY, -10_00), False, id="a negative lay"),
    ],
)
def test_a_back_states_at_least_the_least_stake_and_a_lay_the_least_liability(
    instruction: PlaceInstruction, is_accepted: bool
) -> None:
    """Manual: 2.00 and 10.00 in sterling."""
    world = bsp_market(rules="2017")

    if is_accepted:
        world.place("alice", instruction)
    else:
        with pytest.raises(Refused) as refused:
            world.place("alice", instruction)
        assert (Reason.INVALID_BET_SIZE,) == refused.value.instruction_reasons
    assert is_accepted is bool(world.orders)


def test_an_order_for_the_starting_price_has_no_size_and_waits_with_its_liability() -> None:
    world = bsp_market()

    events = world.place("alice", at_close(LAY, 60_00, 5_00))
    order = world.orders[-1]

    assert [OrderPlaced, OrderQueuedForStartingPrice] == [type(event) for event in events]
    assert (0, 0, 60_00) == (order.size, order.size_remaining, order.liability_waiting)
    assert [(5_00, 60_00)] == waiting(world, LAY)
    assert ([], []) == (world.available_to_back(), world.available_to_lay())


ORDERS = {
    "MARKET_ON_CLOSE": at_close(BACK, 10_00),
    "LIMIT_ON_CLOSE": at_close(LAY, 10_00, 5_00),
}
TOO_LATE: dict[str, Callable[[World], Any]] = {
    "after the reconciliation": World.reconcile,
    "in play": World.turn_in_play,
}


@pytest.mark.parametrize("instruction", [pytest.param(order, id=name) for name, order in ORDERS.items()])
@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in TOO_LATE.items()])
def test_it_is_too_late_for_the_starting_price_after_it_is_made(
    instruction: PlaceInstruction, change: Callable[[World], Any]
) -> None:
    world = bsp_market()
    change(world)

    with pytest.raises(Refused) as refused:
        world.place("alice", instruction)

    assert (Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,) == refused.value.instruction_reasons


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in TOO_LATE.items()])
def test_then_no_limit_order_may_wish_for_it_either(change: Callable[[World], Any]) -> None:
    world = bsp_market()
    standing = world.back("alice", 10_00, at=5_00, persistence=PERSIST)
    change(world)

    with pytest.raises(Refused) as refused:
        world.place("alice", back(10_00, 5_00, persistence=AT_CLOSE))
    events = world.update("alice", (standing, AT_CLOSE))

    assert (Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,) == refused.value.instruction_reasons
    assert (refusal_of(standing, world, Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING),) == events


NOT_ON_OFFER = [
    pytest.param(at_close(BACK, 10_00), {}, Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING, id="no starting price"),
    pytest.param(
        at_close(LAY, 10_00, 5_00), {}, Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING, id="no starting price, limited"
    ),
    pytest.param(
        back(10_00, 5_00, persistence=AT_CLOSE),
        {},
        Reason.INVALID_PERSISTENCE_TYPE,
        id="no starting price to persist for",
    ),
    pytest.param(at_close(BACK, 10_00, 5_05), {"bsp_market": True}, Reason.INVALID_ODDS, id="a limit off the ladder"),
    pytest.param(at_close(BACK, 10_00), {"betting_type": "LINE"}, Reason.INVALID_ORDER_TYPE, id="on a line"),
    pytest.param(
        back(10_00, 100_00, persistence=AT_CLOSE),
        {"betting_type": "LINE"},
        Reason.INVALID_ORDER_TYPE,
        id="persisting on a line",
    ),
]


@pytest.mark.parametrize(("instruction", "market", "reason"), NOT_ON_OFFER)
def test_orders_for_a_starting_price_that_is_not_on_offer_are_refused(
    instruction: PlaceInstruction, market: dict[str, Any], reason: Reason
) -> None:
    if "betting_type" in market:
        market = {**market, "ladder": LadderDefinition("LINE_RANGE", 0, 300_00, 50), "number_of_winners": 0}
    world = World(**market)

    with pytest.raises(Refused) as refused:
        world.place("alice", instruction)

    assert (reason,) == refused.value.instruction_reasons


COMBINATION = Reason.INVALID_BACK_LAY_COMBINATION


@pytest.mark.parametrize(
    ("pair", "reasons"),
    [
        pytest.param(
            (at_close(BACK, 10_00, 4_00), at_close(LAY, 10_00, 4_00)), (COMBINATION,) * 2, id="limits that meet"
        ),
        pytest.param((at_close(BACK, 10_00, 4_10), at_close(LAY, 10_00, 4_00)), (), id="limits that do not"),
        pytest.param((at_close(BACK, 10_00), at_close(LAY, 10_00, 4_00)), (), id="a back at any price"),
        pytest.param((at_close(BACK, 10_00, 4_00), lay(10_00, 5_00)), (), id="one for the exchange"),
    ],
)
def test_a_back_and_a_lay_of_one_request_must_not_have_limits_that_meet(
    pair: tuple[PlaceInstruction, PlaceInstruction], reasons: tuple[Reason, ...]
) -> None:
    world = bsp_market()

    if not reasons:
        world.place("alice", *pair)
        assert 2 == len(world.orders)
        return
    with pytest.raises(Refused) as refused:
        world.place("alice", *pair)
    assert reasons == refused.value.instruction_reasons


# Cancelling and editing


@pytest.mark.parametrize("limit", [None, 5_00])
def test_an_order_for_the_starting_price_cannot_be_cancelled_or_updated(limit: int | None) -> None:
    world = bsp_market()
    order = world.at_close(BACK, "alice", 10_00, limit)
    refused = (refusal_of(order, world, Reason.BET_TAKEN_OR_LAPSED),)

    assert refused == world.cancel("alice", order)
    assert refused == world.cancel("alice", order, size_reduction=1_00)
    assert refused == world.update("alice", (order, PERSIST))
    assert () == world.cancel("alice")
    assert 10_00 == order.liability_waiting


def test_an_order_at_any_starting_price_cannot_be_replaced() -> None:
    world = bsp_market()
    order = world.at_close(BACK, "alice", 10_00)

    events = world.replace("alice", (order, 5_00))

    assert (refusal_of(order, world, Reason.BET_TAKEN_OR_LAPSED),) == events


@pytest.mark.parametrize(
    ("side", "limit", "new_limit", "reason"),
    [
        pytest.param(BACK, 5_00, 4_90, None, id="a back takes less"),
        pytest.param(BACK, 5_00, 5_10, Reason.INVALID_PRICE_EDIT, id="a back asks for more"),
        pytest.param(LAY, 5_00, 5_10, None, id="a lay pays more"),
        pytest.param(LAY, 5_00, 4_90, Reason.INVALID_PRICE_EDIT, id="a lay pays less"),
        pytest.param(BACK, 5_00, 5_00, Reason.NO_ACTION_REQUIRED, id="the same"),
        pytest.param(BACK, 5_00, 4_95, Reason.INVALID_ODDS, id="off the ladder"),
    ],
)
def test_a_limit_may_only_become_easier(side: Side, limit: int, new_limit: int, reason: Reason | None) -> None:
    """Manual, replaceOrders: otherwise INVALID_PRICE_EDIT."""
    world = bsp_market()
    order = world.at_close(side, "alice", 10_00, limit)

    events = world.replace("alice", (order, new_limit))

    if reason is not None:
        assert (refusal_of(order, world, reason),) == events
    else:
        assert [OrderCancelled, OrderPlaced, OrderQueuedForStartingPrice] == [type(event) for event in events]
    assert [(limit if reason else new_limit, 10_00)] == waiting(world, side)


def test_an_edited_order_is_a_new_bet_with_the_whole_liability() -> None:
    world = bsp_market()
    old = world.at_close(LAY, "alice", 10_00, 5_00)

    world.replace("alice", (old, 6_00))
    new = world.orders[-1]

    assert (0, OrderStatus.EXECUTION_COMPLETE) == (old.liability_waiting, old.status)
    assert (10_00, 10_00, world.now) == (old.size, old.size_cancelled, old.cancelled_at)
    assert (LIMIT_ON_CLOSE, 6_00, 10_00) == (new.order_type, new.price, new.liability)
    assert 10_00 == world.exposure("alice")
    assert [old.bet_id, new.bet_id] == [order.bet_id for order in world.orders]


def test_an_easier_limit_keeps_the_age_of_the_bet() -> None:
    """Row 9 with the limits met one after the other: 50.00 go to whoever was first, at whatever limit."""
    world = bsp_market()
    world.at_close(BACK, "carol", 100_00)
    older = world.at_close(BACK, "alice", 70_00, 6_00)
    younger = world.at_close(BACK, "alice", 30_00, 5_00)
    world.at_close(LAY, "bob", 600_00)

    world.replace("alice", (older, 5_00))
    edited = world.orders[-1]
    world.turn_in_play()

    assert 5 == starting_price(world)
    assert (50_00, 0) == (edited.size_matched, younger.size_matched)


def test_an_edit_with_an_old_version_is_refused() -> None:
    world = bsp_market()
    order = world.at_close(BACK, "alice", 10_00, 5_00)
    version = world.market.version
    world.remove(B)

    refused = world.replace("alice", (order, 4_90), market_version=version)
    accepted = world.replace("alice", (order, 4_90), market_version=world.market.version)

    assert (refusal_of(order, world, Reason.BET_TAKEN_OR_LAPSED),) == refused
    assert OrderCancelled is type(accepted[0])


def test_an_order_with_a_version_from_before_a_material_change_is_refused() -> None:
    world = bsp_market()
    version = world.market.version
    world.remove(B)

    with pytest.raises(Refused) as refused:
        world.place("alice", at_close(BACK, 10_00), market_version=version)

    assert (Reason.BET_TAKEN_OR_LAPSED,) == refused.value.instruction_reasons


def test_after_the_auction_there_is_nothing_left_to_edit() -> None:
    world = bsp_market()
    order = world.at_close(BACK, "alice", 10_00, 5_00)
    world.turn_in_play()

    events = world.replace("alice", (order, 4_90))

    assert (refusal_of(order, world, Reason.BET_TAKEN_OR_LAPSED),) == events

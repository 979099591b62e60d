"""What all changes of orders have in common, then cancelling and updating; replacing is in `test_replacing`."""

from collections.abc import Callable

import pytest

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    Command,
    ReplaceInstruction,
    ReplaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.events import (
    CancelReason,
    InstructionRefused,
    OrderCancelled,
    OrderUpdated,
)
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import OrderStatus, Persistence, Side
from simulator.exchange.refusals import Reason, Refused
from tests.exchange_state import state_of
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, B, World, back, whose

LAPSE, PERSIST, AT_CLOSE = Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE
NO_SUCH_BET = 7


# Requests that are refused as a whole


def cancel(*bet_ids: int, market_id: str = MARKET, reference: str | None = None) -> Command:
    return CancelOrders("alice", market_id, tuple(map(CancelInstruction, bet_ids)), reference)


def replace(*bet_ids: int, market_id: str = MARKET, reference: str | None = None) -> Command:
    instructions = tuple(ReplaceInstruction(bet_id, 3_05) for bet_id in bet_ids)
    return ReplaceOrders("alice", market_id, instructions, reference)


def update(*bet_ids: int, market_id: str = MARKET, reference: str | None = None) -> Command:
    instructions = tuple(UpdateInstruction(bet_id, PERSIST) for bet_id in bet_ids)
    return UpdateOrders("alice", market_id, instructions, reference)


every_operation = pytest.mark.parametrize("operation", [cancel, replace, update])
Operation = Callable[..., Command]


@every_operation
def test_a_request_is_refused_by_the_first_of_its_faults_and_changes_nothing(operation: Operation) -> None:
    """The refusals in their order. Each request has the fault of its line and all faults below."""
    world = World(turn_in_play=True)
    bet = world.back("alice", 10_00, at=3_00)
    other = world.back("alice", 10_00, at=3_00)
    world.apply(operation(other.bet_id, reference="used"))
    suspended, inactive = "1.2", "1.3"
    world.add_market(suspended)
    world.suspend(suspended)
    world.add_market(inactive, is_open=False)
    too_many, twice = [bet.bet_id] * 61, [bet.bet_id] * 2

    not_open = Reason.MARKET_NOT_OPEN_FOR_BETTING
    for reason, reasons, command in [
        (Reason.INVALID_MARKET_ID, (), operation(*too_many, market_id="1.999", reference="used")),
        (Reason.MARKET_SUSPENDED, (), operation(*too_many, market_id=suspended, reference="used")),
        (not_open, (not_open,) * 61, operation(*too_many, market_id=inactive, reference="used")),
        (Reason.TOO_MANY_INSTRUCTIONS, (), operation(*too_many, reference="used")),
        (Reason.DUPLICATE_TRANSACTION, (), operation(*twice, reference="used")),
        (Reason.DUPLICATE_BETIDS, (), operation(*twice, reference="new")),
    ]:
        before = state_of(world.exchange)
        with pytest.raises(Refused) as refused:
            world.apply(command)
        assert (reason, reasons) == (refused.value.reason, refused.value.instruction_reasons)
        assert before == state_of(world.exchange)


@every_operation
@pytest.mark.parametrize("end", [World.void, World.close_betting])
def test_nothing_can_be_done_in_a_market_whose_betting_is_over(
    operation: Operation, end: Callable[[World], object]
) -> None:
    """Closed, or waiting for its result: the request is told so, and so is each bet that was to be edited."""
    world = World()
    bets = [world.back("alice", 10_00, at=3_00).bet_id for _ in range(2)]
    end(world)

    with pytest.raises(Refused) as refused:
        world.apply(operation(*bets))

    assert Reason.MARKET_NOT_OPEN_FOR_BETTING == refused.value.reason
    assert (Reason.MARKET_NOT_OPEN_FOR_BETTING,) * 2 == refused.value.instruction_reasons


def test_cancelling_all_of_a_market_whose_betting_is_over_is_refused_without_instructions() -> None:
    world = World()
    world.back("alice", 10_00, at=3_00)
    world.close_betting()

    with pytest.raises(Refused) as refused:
        world.cancel("alice")

    assert (Reason.MARKET_NOT_OPEN_FOR_BETTING, ()) == (refused.value.reason, refused.value.instruction_reasons)


@every_operation
def test_sixty_instructions_are_not_too_many(operation: Operation) -> None:
    world = World(turn_in_play=True)
    world.place("alice", *[back(1_00, 3_00)] * 60)

    events = world.apply(operation(*(order.bet_id for order in world.orders)))

    assert not any(isinstance(event, InstructionRefused) for event in events)


def not_ones_own(world: World) -> int:
    return world.back("bob", 10_00, at=3_00).bet_id


def of_another_market(world: World) -> int:
    world.add_market("1.2")
    world.place("alice", back(10_00, 3_00), market_id="1.2")
    return world.orders[-1].bet_id


def matched_whole(world: World) -> int:
    backed, _ = world.match("alice", "bob", 10_00, at=3_00)
    return backed.bet_id


def cancelled_whole(world: World) -> int:
    bet = world.back("alice", 10_00, at=3_00)
    world.cancel("alice", bet)
    return bet.bet_id


def lapsed_whole(world: World) -> int:
    bet = world.back("alice", 10_00, at=3_00)
    world.lapse_unmatched()
    return bet.bet_id


@every_operation
@pytest.mark.parametrize(
    ("some_bet", "reason"),
    [
        (lambda _: NO_SUCH_BET, Reason.INVALID_BET_ID),
        (not_ones_own, Reason.INVALID_BET_ID),
        (matched_whole, Reason.BET_TAKEN_OR_LAPSED),
        (cancelled_whole, Reason.BET_TAKEN_OR_LAPSED),
        (lapsed_whole, Reason.BET_TAKEN_OR_LAPSED),
    ],
    ids=["unknown", "another's", "matched", "cancelled", "lapsed"],
)
def test_an_instruction_for_a_bet_that_cannot_be_changed_fails_and_the_others_go_on(
    operation: Operation, some_bet: Callable[[World], int], reason: Reason
) -> None:
    world = World(turn_in_play=True)
    bet_id = some_bet(world)
    bet = world.back("alice", 10_00, at=5_00)

    first, second, *_ = world.apply(operation(bet_id, bet.bet_id))

    assert InstructionRefused(START, MARKET, "alice", 0, bet_id, reason) == first
    assert isinstance(second, OrderCancelled | OrderUpdated)
    assert (1, bet.bet_id) == (second.index, second.bet_id)


@every_operation
def test_bets_of_two_markets_cannot_be_changed_by_one_request(operation: Operation) -> None:
    """Source: manual, INVALID_ORDER. Bets of one other market are not found in the one that is named."""
    world = World(turn_in_play=True)
    elsewhere = of_another_market(world)
    bet = world.back("alice", 10_00, at=5_00)
    before = state_of(world.exchange)

    with pytest.raises(Refused) as refused:
        world.apply(operation(bet.bet_id, elsewhere))

    assert (Reason.INVALID_ORDER, ()) == (refused.value.reason, refused.value.instruction_reasons)
    assert before == state_of(world.exchange)
    (only,) = world.apply(operation(elsewhere))
    assert InstructionRefused(START, MARKET, "alice", 0, elsewhere, Reason.INVALID_BET_ID) == only


# Cancelling


@pytest.mark.parametrize(
    ("size_reduction", "cancelled"),
    [(None, 10_00), (4_00, 4_00), (9_99, 9_99), (10_00, 10_00), (10_01, 10_00), (1_000_000_00, 10_00)],
)
def test_a_bet_is_cancelled_by_as_much_as_was_asked_but_no_more_than_is_left(
    size_reduction: int | None, cancelled: int
) -> None:
    """A reduction larger than the rest cancels the rest (exchange mechanics, section 4)."""
    world = World()
    bet = world.back("alice", 10_00, at=3_00)
    world.wait(500)

    events = world.cancel("alice", bet, size_reduction=size_reduction)

    assert (OrderCancelled(START + 500, *whose(bet), 0, cancelled, CancelReason.REQUESTED),) == events
    assert (cancelled, 10_00 - cancelled) == (bet.size_cancelled, bet.size_remaining)
    assert START + 500 == bet.cancelled_at
    assert 10_00 - cancelled == world.exposure("alice") == world.market.total_available


def test_only_the_unmatched_part_can_be_cancelled() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)
    world.lay("bob", 4_00, at=3_00)

    world.cancel("alice", bet)

    assert (4_00, 6_00, 0) == (bet.size_matched, bet.size_cancelled, bet.size_remaining)
    assert OrderStatus.EXECUTION_COMPLETE == bet.status


@pytest.mark.parametrize("size_reduction", [0, -1_00, INEXACT])
def test_a_reduction_by_nothing_or_by_what_is_no_size_is_refused(size_reduction: int) -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)

    events = world.cancel("alice", bet, size_reduction=size_reduction)

    assert (InstructionRefused(START, MARKET, "alice", 0, bet.bet_id, Reason.INVALID_BET_SIZE),) == events
    assert 10_00 == bet.size_remaining


def test_a_rest_may_be_smaller_than_the_minimum_and_may_still_change_its_price() -> None:
    world = World()
    bet = world.back("alice", 10_00, at=3_00)
    world.cancel("alice", bet, size_reduction=9_99)

    world.replace("alice", (bet, 3_05))

    assert (1, 3_05) == (world.orders[-1].size_remaining, world.orders[-1].price)


@pytest.mark.parametrize(
    ("at", "reduction", "reason"),
    [
        pytest.param(1_06, 9_87, Reason.INVALID_PROFIT_RATIO, id="0.13 at 1.06 would win 0.01 for 0.0078"),
        pytest.param(1_65, 9_98, Reason.INVALID_PROFIT_RATIO, id="0.02 at 1.65 would win 0.01 for 0.013"),
        pytest.param(1_06, 9_84, None, id="0.16 at 1.06 win 0.01 for 0.0096"),
        pytest.param(1_06, 10_00, None, id="nothing is left"),
        pytest.param(1_06, 0, Reason.INVALID_BET_SIZE, id="a reduction by nothing comes first"),
    ],
)
@pytest.mark.parametrize("side", Side)
def test_a_cancellation_may_not_leave_a_rest_whose_profit_rounds_too_far(
    side: Side, at: int, reduction: int, reason: Reason | None
) -> None:
    world = World()
    bet = (world.back if side is Side.BACK else world.lay)("alice", 10_00, at=at)

    events = world.cancel("alice", bet, size_reduction=reduction)

    if reason is None:
        assert (OrderCancelled(START, *whose(bet), 0, reduction, CancelReason.REQUESTED),) == events
    else:
        assert (InstructionRefused(START, MARKET, "alice", 0, bet.bet_id, reason),) == events
        assert (10_00, 0) == (bet.size_remaining, bet.size_cancelled)


def test_who_provides_liquidity_may_leave_a_penny() -> None:
    world = World()
    world.open_account("maker", 0, unlimited=True)
    offer = world.lay("maker", 10_00, at=1_70)

    world.cancel("maker", offer, size_reduction=9_99)

    assert 1 == offer.size_remaining


def test_a_cancellation_without_instructions_cancels_all_ones_own_bets_of_the_market() -> None:
    world = World()
    world.add_market("1.2")
    of_bob = world.back("bob", 1_00, at=3_00)
    first, second = world.back("alice", 2_00, at=3_00), world.lay("alice", 3_00, at=2_00, runner=B)
    world.place("alice", back(4_00, 3_00), market_id="1.2")

    events = world.cancel("alice")

    assert (
        OrderCancelled(START, *whose(first), 0, 2_00, CancelReason.REQUESTED),
        OrderCancelled(START, *whose(second), 1, 3_00, CancelReason.REQUESTED),
    ) == events
    assert 1_00 == of_bob.size_remaining
    assert 4_00 == world.orders[-1].size_remaining == world.exposure("alice")


def test_a_cancellation_without_a_market_cancels_everywhere_but_in_suspended_markets() -> None:
    world = World()
    world.add_market("1.2")
    world.add_market("1.3")
    for number, market_id in enumerate([MARKET, "1.2", "1.3"], 1):
        world.place("alice", back(number * 1_00, 3_00), market_id=market_id)
    of_bob = world.back("bob", 9_00, at=3_00)
    world.suspend("1.2")

    events = world.apply(CancelOrders("alice"))

    first, second, third, _ = world.orders
    assert (
        OrderCancelled(START, *whose(first), 0, 1_00, CancelReason.REQUESTED),
        InstructionRefused(START, "1.2", "alice", 1, second.bet_id, Reason.ERROR_IN_ORDER),
        OrderCancelled(START, *whose(third), 2, 3_00, CancelReason.REQUESTED),
    ) == events
    assert (0, 2_00, 0, 9_00) == (
        first.size_remaining,
        second.size_remaining,
        third.size_remaining,
        of_bob.size_remaining,
    )


def test_cancelling_everything_where_there_is_nothing_is_no_fault() -> None:
    world = World()

    assert () == world.cancel("alice")
    assert () == world.apply(CancelOrders("alice"))


def test_in_play_a_cancellation_does_not_wait() -> None:
    world = World(bet_delay=5)
    bet = world.back("alice", 10_00, at=3_00, persistence=PERSIST)
    world.turn_in_play()

    world.cancel("alice", bet)

    assert 10_00 == bet.size_cancelled


# Updating


def test_another_persistence_changes_nothing_else() -> None:
    world = World(turn_in_play=True)
    bet = world.back("alice", 10_00, at=3_00)

    events = world.update("alice", (bet, PERSIST))

    assert (OrderUpdated(START, *whose(bet), 0, PERSIST),) == events
    assert (PERSIST, FIRST_BET_ID, 3_00, 10_00) == (bet.persistence, bet.bet_id, bet.price, bet.size_remaining)


@pytest.mark.parametrize(
    ("is_now", "wanted", "reason"),
    [
        (LAPSE, PERSIST, None),
        (LAPSE, AT_CLOSE, None),
        (PERSIST, LAPSE, None),
        (PERSIST, AT_CLOSE, None),
        (LAPSE, LAPSE, Reason.NO_ACTION_REQUIRED),
        (PERSIST, PERSIST, Reason.NO_ACTION_REQUIRED),
        (AT_CLOSE, AT_CLOSE, Reason.NO_ACTION_REQUIRED),
    ],
)
def test_a_bet_can_get_any_persistence_but_the_one_it_has(
    is_now: Persistence, wanted: Persistence, reason: Reason | None
) -> None:
    world = World(turn_in_play=True, bsp_market=True)
    bet = world.back("alice", 10_00, at=3_00, persistence=is_now)

    (event,) = world.update("alice", (bet, wanted))

    assert reason == (event.reason if isinstance(event, InstructionRefused) else None)
    assert wanted == bet.persistence


def test_a_persistence_that_the_market_does_not_offer_is_refused() -> None:
    """The reasons are those of placing (the table of acceptance, line 8e)."""
    quiet = World(turn_in_play=False, bsp_market=False)
    bet = quiet.back("alice", 10_00, at=3_00)
    started = World(turn_in_play=True, bsp_market=True)
    persisting = started.back("alice", 10_00, at=3_00, persistence=PERSIST)
    started.turn_in_play()

    for world, order, wanted, reason in [
        (quiet, bet, PERSIST, Reason.INVALID_PERSISTENCE_TYPE),
        (quiet, bet, AT_CLOSE, Reason.INVALID_PERSISTENCE_TYPE),
        (started, persisting, AT_CLOSE, Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING),
    ]:
        before = order.persistence
        refused = InstructionRefused(START, MARKET, "alice", 0, order.bet_id, reason)
        assert (refused,) == world.update("alice", (order, wanted))
        assert before == order.persistence

"""Orders are placed together or not at all, paid for on arrival, and in play matched after the bet delay."""

import pytest

from simulator.exchange.commands import CancelInstruction as Cancel
from simulator.exchange.commands import CancelOrders, PlaceOrders, ReplaceOrders, Tick, UpdateOrders
from simulator.exchange.commands import ReplaceInstruction as Replace
from simulator.exchange.commands import UpdateInstruction as Update
from simulator.exchange.events import HeldOrderFate, OrderMatched, OrderPlaced, OrdersHeld, TicketResolved
from simulator.exchange.market import RunnerStatus
from simulator.exchange.orders import Persistence, TimeInForce
from simulator.exchange.refusals import Reason, Refused
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, A, B, C, World, back, fills, lay, picture

LAPSED = Reason.BET_TAKEN_OR_LAPSED


def in_play(bet_delay: int = 5, **market: int) -> World:
    """A world whose market is in play already, with the bet delay in seconds."""
    world = World(bet_delay=bet_delay, **market)
    world.turn_in_play()
    return world


# Together or not at all


def test_bets_are_numbered_in_the_order_of_their_instructions() -> None:
    world = World()

    events = world.place("alice", back(1_00, 5_00), lay(2_00, 4_00, B), back(3_00, 3_00, C))

    assert (
        OrderPlaced(START, 0, FIRST_BET_ID, "alice", MARKET, A),
        OrderPlaced(START, 1, FIRST_BET_ID + 1, "alice", MARKET, B),
        OrderPlaced(START, 2, FIRST_BET_ID + 2, "alice", MARKET, C),
    ) == events
    assert [1_00, 2_00, 3_00] == [order.size for order in world.orders]


def test_an_order_remembers_what_it_was_asked_to_be() -> None:
    world = World(turn_in_play=True)
    world.wait(250)

    world.place(
        "alice",
        lay(2_00, 4_00, B, persistence=Persistence.PERSIST, customer_order_reference="mine"),
        customer_strategy_reference="green",
    )

    (order,) = world.orders
    assert ("alice", MARKET, B, 4_00, 2_00) == (order.account, order.market_id, order.runner, order.price, order.size)
    assert ("mine", "green") == (order.customer_order_reference, order.customer_strategy_reference)
    assert (Persistence.PERSIST, START + 250) == (order.persistence, order.placed_at)
    assert world.exchange.accounts["alice"].current_orders == {order.bet_id: order}


def test_one_wrong_instruction_places_none() -> None:
    world = World()
    before = picture(world.exchange)

    with pytest.raises(Refused):
        world.place("alice", back(10_00, 3_00), back(10_00, 3_01), back(10_00, 3_05))

    assert before == picture(world.exchange)


# Funds


def test_a_bet_may_cost_all_there_is_but_not_a_penny_more() -> None:
    world = World(balances={"alice": 10_00})

    with pytest.raises(Refused) as refused:
        world.place("alice", back(10_01, 3_00))
    world.place("alice", back(10_00, 3_00))

    assert (Reason.INSUFFICIENT_FUNDS, ()) == (refused.value.reason, refused.value.instruction_reasons)
    assert 0 == world.available("alice")


def test_a_lay_costs_its_liability_and_not_its_size() -> None:
    world = World(balances={"alice": 20_00})

    world.lay("alice", 10_00, at=3_00)

    assert (20_00, 0) == (world.exposure("alice"), world.available("alice"))


def test_a_request_is_judged_as_a_whole() -> None:
    """Each of the two bets could be afforded, both cannot: neither is placed."""
    world = World(balances={"alice": 15_00})

    with pytest.raises(Refused):
        world.place("alice", back(10_00, 3_00), back(10_00, 3_00, B))

    assert [] == world.orders
    assert 15_00 == world.available("alice")


def test_bets_of_which_only_one_can_lose_cost_no_more_than_the_dearest() -> None:
    """Of three runners laid, one wins at most."""
    world = World(balances={"alice": 20_00})

    world.place("alice", lay(10_00, 3_00), lay(10_00, 2_50, B), lay(10_00, 2_00, C))

    assert 20_00 == world.exposure("alice")


def test_a_bet_that_raises_no_exposure_is_accepted_by_an_account_with_nothing_left() -> None:
    world = World(balances={"alice": 10_00})
    world.match("alice", "bob", 10_00, at=3_00)
    assert 0 == world.available("alice")

    hedge = world.lay("alice", 10_00, at=3_00)

    assert 10_00 == hedge.size_remaining
    assert 10_00 == world.exposure("alice")


def test_a_better_price_than_asked_for_gives_back_what_it_saves() -> None:
    world = World()
    world.back("bob", 10_00, at=2_00)

    world.lay("alice", 10_00, at=3_00)

    assert 10_00 == world.exposure("alice")


def test_an_exposure_limit_bounds_what_may_be_lost_over_all_markets() -> None:
    world = World()
    world.add_market("1.2")
    world.open_account("dave", exposure_limit=15_00)
    world.back("dave", 10_00, at=3_00)

    with pytest.raises(Refused) as refused:
        world.place("dave", back(5_01, 3_00), market_id="1.2")
    world.place("dave", back(5_00, 3_00), market_id="1.2")

    assert Reason.INSUFFICIENT_FUNDS == refused.value.reason
    assert 15_00 == world.exposure("dave")


def test_an_account_that_provides_liquidity_is_never_short_of_funds() -> None:
    world = World()
    world.open_account("market maker", balance=0, unlimited=True)

    world.lay("market maker", 1_000_000_00, at=1000_00)

    assert [(1000_00, 1_000_000_00)] == world.available_to_back()


# The customer's reference


@pytest.mark.parametrize(
    "request_with",
    [
        lambda reference: PlaceOrders("alice", MARKET, (back(1_00, 3_00),), reference),
        lambda reference: CancelOrders("alice", MARKET, (Cancel(1),), reference),
        lambda reference: CancelOrders("alice", MARKET, None, reference),
        lambda reference: CancelOrders("alice", None, None, reference),
        lambda reference: ReplaceOrders("alice", MARKET, (Replace(1, 3_00),), reference),
        lambda reference: UpdateOrders("alice", MARKET, (Update(1, Persistence.LAPSE),), reference),
    ],
    ids=["place", "cancel", "cancel a market", "cancel everything", "replace", "update"],
)
def test_a_reference_makes_a_request_a_duplicate_for_sixty_seconds_to_the_millisecond(request_with) -> None:  # type: ignore[no-untyped-def]
    world = World()
    world.apply(request_with("ref"))
    world.apply(request_with("another"))
    world.apply(request_with(None))
    world.apply(request_with(None))

    world.now = START + 59_999
    before = picture(world.exchange)
    with pytest.raises(Refused) as refused:
        world.apply(request_with("ref"))

    assert (Reason.DUPLICATE_TRANSACTION, ()) == (refused.value.reason, refused.value.instruction_reasons)
    assert before == picture(world.exchange)

    world.now = START + 60_000
    world.apply(request_with("ref"))

    world.now = START + 60_000 + 59_999
    with pytest.raises(Refused):
        world.apply(request_with("ref"))


def test_each_operation_and_each_account_has_references_of_its_own() -> None:
    world = World()

    world.apply(PlaceOrders("alice", MARKET, (back(1_00, 3_00),), "ref"))
    world.apply(PlaceOrders("bob", MARKET, (back(1_00, 3_00),), "ref"))
    world.apply(ReplaceOrders("alice", MARKET, (Replace(FIRST_BET_ID, 3_05),), "ref"))
    world.apply(UpdateOrders("alice", MARKET, (Update(FIRST_BET_ID, Persistence.LAPSE),), "ref"))
    world.apply(CancelOrders("alice", MARKET, (Cancel(FIRST_BET_ID),), "ref"))

    assert 3 == len(world.orders)


def test_a_refused_request_does_not_use_its_reference_up() -> None:
    world = World()
    with pytest.raises(Refused):
        world.place("alice", back(1_00, 3_01), customer_reference="ref")

    world.place("alice", back(1_00, 3_00), customer_reference="ref")

    assert 1 == len(world.orders)


def test_a_held_request_uses_its_reference_from_its_arrival() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(1_00, 3_00), customer_reference="ref")

    with pytest.raises(Refused) as refused:
        world.place("alice", back(1_00, 3_00), customer_reference="ref")
    assert Reason.DUPLICATE_TRANSACTION == refused.value.reason

    world.wait(60_000)
    world.place("alice", back(1_00, 3_00), customer_reference="ref")


# The bet delay


def test_in_play_an_order_waits_for_the_bet_delay_and_has_no_bet_id_until_then() -> None:
    world = in_play(bet_delay=5)

    assert (OrdersHeld(START, 1, "alice", MARKET, START + 5000),) == world.place("alice", back(10_00, 3_00))
    assert START + 5000 == world.exchange.next_due
    assert () == world.wait(4999)
    assert [] == world.orders
    assert (
        OrderPlaced(START + 5000, 0, FIRST_BET_ID, "alice", MARKET, A),
        TicketResolved(START + 5000, 1, (HeldOrderFate(0, FIRST_BET_ID, None),)),
    ) == world.wait(1)
    assert START + 5000 == world.orders[0].placed_at
    assert world.exchange.next_due is None


def test_before_the_market_is_in_play_and_in_a_market_without_a_delay_nothing_waits() -> None:
    before_the_off = World(bet_delay=5)
    without_delay = in_play(bet_delay=0, turn_in_play=True)

    assert isinstance(before_the_off.place("alice", back(10_00, 3_00))[0], OrderPlaced)
    assert isinstance(without_delay.place("alice", back(10_00, 3_00))[0], OrderPlaced)


def test_an_account_that_provides_liquidity_does_not_wait() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)

    assert isinstance(world.place("market maker", back(10_00, 3_00))[0], OrderPlaced)


def test_in_play_a_faulty_order_is_refused_on_arrival_and_never_waits() -> None:
    world = in_play(bet_delay=5, balances={"alice": 10_00})
    before = picture(world.exchange)

    for instruction, reason in [
        (back(10_00, 3_01), Reason.BET_ACTION_ERROR),
        (back(10_01, 3_00), Reason.INSUFFICIENT_FUNDS),
    ]:
        with pytest.raises(Refused) as refused:
            world.place("alice", instruction)
        assert reason == refused.value.reason

    assert before == picture(world.exchange)
    assert world.exchange.next_due is None


def test_the_funds_of_a_waiting_order_are_reserved_from_its_arrival() -> None:
    world = in_play(bet_delay=5, balances={"alice": 30_00})
    world.place("alice", lay(10_00, 3_00))

    with pytest.raises(Refused):
        world.place("alice", back(10_01, 3_00, B))

    assert (20_00, 10_00) == (world.exposure("alice"), world.available("alice"))
    world.wait(5000)
    assert (20_00, 10_00) == (world.exposure("alice"), world.available("alice"))


def test_a_waiting_order_is_matched_at_the_prices_of_the_moment_at_which_it_is_due() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    early = world.lay("market maker", 10_00, at=3_20)
    world.place("alice", back(10_00, 3_00))
    world.cancel("market maker", early)
    world.lay("market maker", 10_00, at=3_10)

    events = world.wait(5000)

    placed, matched, resolved = events
    assert isinstance(placed, OrderPlaced)
    assert isinstance(matched, OrderMatched)
    assert isinstance(resolved, TicketResolved)
    assert [(3_10, 10_00)] == fills(world.exchange.orders[placed.bet_id])


def test_waiting_orders_are_matched_in_order_of_their_arrival() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.place("bob", back(10_00, 3_00))
    world.wait(1)
    world.place("carol", lay(10_00, 3_00))
    world.wait(5000)

    of_alice, of_bob, of_carol = world.orders
    assert ["alice", "bob", "carol"] == [order.account for order in world.orders]
    assert (10_00, 0, 10_00) == (of_alice.size_matched, of_bob.size_matched, of_carol.size_matched)


def test_time_priority_counts_from_the_arrival_at_the_matcher() -> None:
    """Whoever need not wait is first in the queue, although the other asked first."""
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    world.place("alice", back(10_00, 3_00))
    quick = world.back("market maker", 10_00, at=3_00)
    world.wait(5000)

    world.lay("market maker", 10_00, at=3_00)

    assert (10_00, 0) == (quick.size_matched, world.orders[1].size_matched)


def test_orders_that_fall_due_during_a_long_wait_happen_at_their_own_times() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.wait(2000)
    world.place("bob", lay(10_00, 3_00))

    world.wait(60_000)

    assert [START + 5000, START + 7000] == [order.placed_at for order in world.orders]
    assert START + 7000 == world.orders[0].matched_at


def test_what_is_due_must_happen_before_anything_else_does() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.now += 5000

    with pytest.raises(ValueError, match="held orders are due"):
        world.place("bob", back(10_00, 3_00))

    world.apply(Tick())
    world.place("bob", back(10_00, 3_00))


def test_time_never_goes_backwards() -> None:
    world = World()
    world.wait(1000)
    world.now -= 1

    with pytest.raises(ValueError, match="time can't go backwards"):
        world.place("alice", back(10_00, 3_00))
    with pytest.raises(ValueError, match="time can't go backwards"):
        world.apply(Tick())


def test_a_waiting_order_cannot_be_cancelled() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))

    assert () == world.cancel("alice")
    assert () == world.apply(CancelOrders("alice"))
    world.wait(5000)

    assert 10_00 == world.orders[0].size_remaining


def test_a_waiting_fill_or_kill_order_looks_at_the_book_when_it_is_due() -> None:
    world = in_play(bet_delay=5)
    world.open_account("market maker", unlimited=True)
    resting = world.lay("market maker", 10_00, at=3_00)
    world.place("alice", back(10_00, 3_00, time_in_force=TimeInForce.FILL_OR_KILL))
    world.cancel("market maker", resting)

    world.wait(5000)

    assert world.orders[1].was_killed
    assert 0 == world.exposure("alice")


# What becomes of a waiting order when the market changes


def fates(world: World, milliseconds: int = 5000) -> list[int | Reason | None]:
    """Let the bet delay pass and return a bet id or a reason for each instruction of the first ticket."""
    events = world.wait(milliseconds)
    resolved = next(event for event in events if isinstance(event, TicketResolved))
    return [fate.bet_id or fate.reason for fate in resolved.fates]


def test_a_market_that_is_suspended_when_the_order_is_due_lapses_it() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), lay(10_00, 3_00, B))
    assert 30_00 == world.exposure("alice")
    world.suspend()

    assert [LAPSED, LAPSED] == fates(world)
    assert [] == world.orders
    assert 0 == world.exposure("alice")


def test_a_suspension_that_came_and_went_does_not_matter() -> None:
    world = in_play(bet_delay=5)
    version = world.market.version
    world.place("alice", back(10_00, 3_00), market_version=version)
    world.wait(1000)
    world.suspend()
    world.wait(1000)
    world.open()

    assert version < world.market.version
    assert [FIRST_BET_ID] == fates(world, 3000)


def test_a_material_change_meanwhile_lapses_an_order_that_carries_an_older_version() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), market_version=world.market.version)
    world.suspend()
    world.lapse_unmatched()
    world.open()

    assert [LAPSED] == fates(world)
    assert 0 == world.exposure("alice")


def test_a_material_change_meanwhile_does_not_matter_to_an_order_without_a_version() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.suspend()
    world.lapse_unmatched()
    world.open()

    assert [FIRST_BET_ID] == fates(world)


def test_only_the_orders_on_a_runner_that_is_gone_lapse() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00), back(4_00, 3_00, B))
    world.market.runners[A].status = RunnerStatus.REMOVED

    assert [LAPSED, FIRST_BET_ID] == fates(world)
    assert 4_00 == world.exposure("alice")


@pytest.mark.parametrize("end", [lambda world: world.settle(B), lambda world: world.void()], ids=["settled", "voided"])
def test_a_market_that_ended_meanwhile_lapses_the_order_and_gives_its_funds_back_at_once(end) -> None:  # type: ignore[no-untyped-def]
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    end(world)

    assert 0 == world.exposure("alice")
    assert [LAPSED] == fates(world)
    assert (0, 10_000_00) == (world.exposure("alice"), world.balance("alice"))
    assert [] == world.orders


def test_betting_that_is_over_lapses_the_order() -> None:
    world = in_play(bet_delay=5)
    world.place("alice", back(10_00, 3_00))
    world.close_betting()

    assert [LAPSED] == fates(world)
    assert 0 == world.exposure("alice")

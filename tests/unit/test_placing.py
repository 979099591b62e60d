"""Orders are placed together or not at all, and paid for when they arrive."""

from collections.abc import Callable

import pytest

from simulator.exchange.commands import CancelInstruction as Cancel
from simulator.exchange.commands import CancelOrders, Command, PlaceOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.commands import ReplaceInstruction as Replace
from simulator.exchange.commands import UpdateInstruction as Update
from simulator.exchange.events import OrderPlaced
from simulator.exchange.orders import Persistence, RunnerKey
from simulator.exchange.refusals import Reason, Refused
from tests.exchange_state import state_of
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, A, B, C, World, back, lay, whose

# Together or not at all


def test_bets_are_numbered_in_the_order_of_their_instructions() -> None:
    world = World()

    events = world.place("alice", back(1_00, 5_00), lay(2_00, 4_00, B), back(3_00, 3_00, C))

    assert [
        (0, MARKET, FIRST_BET_ID, "alice", A),
        (1, MARKET, FIRST_BET_ID + 1, "alice", B),
        (2, MARKET, FIRST_BET_ID + 2, "alice", C),
    ] == [(event.index, *whose(event)) for event in events if isinstance(event, OrderPlaced)]
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


def test_orders_name_market_runner_and_account_by_the_same_objects_whoever_has_asked_for_them() -> None:
    world = World()
    for pence in (1_00, 2_00):
        world.apply(PlaceOrders("".join("alice"), "".join(MARKET), (lay(pence, 4_00, RunnerKey(*B)),)))

    market, account = world.market, world.exchange.accounts["alice"]
    for order in world.orders:
        assert order.runner is market.runners[B].key
        assert order.market_id is market.market_id
        assert order.account is account.name


def test_one_wrong_instruction_places_none() -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Refused):
        world.place("alice", back(10_00, 3_00), back(10_00, 3_01), back(10_00, 3_05))

    assert before == state_of(world.exchange)


# Funds


def test_a_bet_may_cost_all_there_is_but_not_a_penny_more() -> None:
    world = World(balances={"alice": 10_00})

    with pytest.raises(Refused) as refused:
        world.place("alice", back(10_01, 3_00))
    world.place("alice", back(10_00, 3_00))

    assert (Reason.INSUFFICIENT_FUNDS, ()) == (refused.value.reason, refused.value.instruction_reasons)
    assert "account 'alice' is 1 pence short of funds" == refused.value.detail
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


def test_a_bet_that_raises_no_exposure_is_accepted_by_an_account_that_is_overdrawn() -> None:
    """Three lays risk nothing together until one is void; then they risk 10.00, beside 20.00 in the other market."""
    world = World(balances={"alice": 20_00})
    world.add_market("1.2")
    for runner in (A, B, C):
        world.match("bob", "alice", 10_00, at=3_00, runner=runner)
    world.place("alice", back(20_00, 3_00), market_id="1.2")
    world.remove(C)
    assert (30_00, -10_00) == (world.exposure("alice"), world.available("alice"))

    world.place("alice", lay(1_00, 2_00), market_id="1.2")

    assert (30_00, -10_00) == (world.exposure("alice"), world.available("alice"))
    with pytest.raises(Refused, match="1100 pence short"):
        world.place("alice", back(1_00, 3_00), market_id="1.2")


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
    assert "account 'dave' is 1 pence over its exposure limit" == refused.value.detail
    assert 15_00 == world.exposure("dave")


def test_an_account_that_provides_liquidity_is_never_short_of_funds() -> None:
    world = World()
    world.open_account("market maker", balance=0, unlimited=True)

    world.lay("market maker", 1_000_000_00, at=1000_00)

    assert [(1000_00, 1_000_000_00)] == world.available_to_back()


# The customer's reference


def next_price(world: World) -> int:
    """Return another price than that of the last bet."""
    return 3_05 if world.orders[-1].price != 3_05 else 3_10


def next_persistence(world: World) -> Persistence:
    """Return another persistence than that of the first bet."""
    return Persistence.LAPSE if world.orders[0].persistence is Persistence.PERSIST else Persistence.PERSIST


@pytest.mark.parametrize(
    "request_under",
    [
        lambda _, reference: PlaceOrders("alice", MARKET, (back(1_00, 3_00),), reference),
        lambda _, reference: CancelOrders("alice", MARKET, (Cancel(FIRST_BET_ID, 1),), reference),
        lambda _, reference: CancelOrders("alice", MARKET, None, reference),
        lambda _, reference: CancelOrders("alice", None, None, reference),
        lambda world, reference: ReplaceOrders(
            "alice", MARKET, (Replace(world.orders[-1].bet_id, next_price(world)),), reference
        ),
        lambda world, reference: UpdateOrders(
            "alice", MARKET, (Update(FIRST_BET_ID, next_persistence(world)),), reference
        ),
    ],
    ids=["place", "cancel", "cancel a market", "cancel everything", "replace", "update"],
)
def test_a_reference_makes_a_request_a_duplicate_for_sixty_seconds_to_the_millisecond(
    request_under: Callable[[World, str | None], Command],
) -> None:
    world = World(turn_in_play=True)
    world.place("alice", back(10_00, 3_00))
    for reference in ("ref", "another", None, None):
        world.apply(request_under(world, reference))

    world.now = START + 59_999
    before = state_of(world.exchange)
    with pytest.raises(Refused) as refused:
        world.apply(request_under(world, "ref"))

    assert (Reason.DUPLICATE_TRANSACTION, ()) == (refused.value.reason, refused.value.instruction_reasons)
    assert before == state_of(world.exchange)

    world.now = START + 60_000
    world.apply(request_under(world, "ref"))

    world.now = START + 60_000 + 59_999
    with pytest.raises(Refused):
        world.apply(request_under(world, "ref"))


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


def test_a_request_of_which_all_is_refused_does_not_use_its_reference_up() -> None:
    """Nothing was changed, so what was meant may be sent again; where a part was done, all may not be done again."""
    world = World()
    world.place("alice", back(10_00, 3_00))
    unknown, mine = Cancel(1), Cancel(FIRST_BET_ID)
    before = state_of(world.exchange)

    world.apply(CancelOrders("alice", MARKET, (unknown,), "ref"))
    world.apply(ReplaceOrders("alice", MARKET, (Replace(1, 3_00),), "ref"))
    world.apply(UpdateOrders("alice", MARKET, (Update(1, Persistence.LAPSE),), "ref"))
    assert before == state_of(world.exchange)

    world.apply(CancelOrders("alice", MARKET, (unknown, mine), "ref"))
    with pytest.raises(Refused, match="DUPLICATE_TRANSACTION"):
        world.apply(CancelOrders("alice", MARKET, (unknown, mine), "ref"))

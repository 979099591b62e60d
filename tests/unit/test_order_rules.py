"""Sizes, persistence, fill-or-kill and contradictions: what the table of refusals means in numbers."""

from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import Persistence, RunnerKey, TimeInForce
from simulator.exchange.refusals import Reason, Refused
from tests.unit.exchange_builder import A, B, World, back, lay

LAPSE, PERSIST, AT_CLOSE = Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE
FILL_OR_KILL = TimeInForce.FILL_OR_KILL


def answer(world: World, instruction: PlaceInstruction, account: str = "alice") -> Reason | None:
    """What the exchange answers to a single instruction: a reason, or `None` where it places the order."""
    try:
        world.place(account, instruction)
    except Refused as refusal:
        (reason,) = refusal.instruction_reasons
        return reason
    return None


# Sizes


@pytest.mark.parametrize(
    ("rules", "size", "price", "reason"),
    [
        # The manual's examples of stakes below the minimum that return 10 pounds ...
        ("2017", 1_00, 10_00, None),
        ("2017", 10, 100_00, None),
        ("2017", 1, 1000_00, None),
        # ... and the one just short of it.
        ("2017", 1_00, 9_80, Reason.INVALID_BET_SIZE),
        ("2017", 2_00, 1_01, None),
        ("2017", 1_99, 1_01, Reason.INVALID_BET_SIZE),
        # Since 2022 a pound is enough by itself, and the same examples are valid.
        ("2022", 1_00, 10_00, None),
        ("2022", 10, 100_00, None),
        ("2022", 1, 1000_00, None),
        ("2022", 1_00, 9_80, None),
        ("2022", 99, 9_80, Reason.INVALID_BET_SIZE),
        ("2022", 99, 10_00, Reason.INVALID_BET_SIZE),
        ("2022", 99, 10_50, None),
    ],
)
@pytest.mark.parametrize("side", [back, lay])
def test_a_stake_counts_by_itself_or_by_what_it_returns(
    rules: str, size: int, price: int, reason: Reason | None, side: Any
) -> None:
    """Exchange mechanics, section 3.1; a size is the backer's stake on either side."""
    assert reason == answer(World(rules=rules), side(size, price))


def test_the_minimum_is_that_of_the_accounts_currency() -> None:
    world = World(rules="2017")
    world.open_account("dave", currency="HKD")

    assert Reason.INVALID_BET_SIZE == answer(world, back(24_99, 2_00), account="dave")
    assert answer(world, back(25_00, 2_00), account="dave") is None


def test_an_account_that_provides_liquidity_may_offer_a_penny_but_not_nothing() -> None:
    world = World()
    world.open_account("market maker", balance=0, unlimited=True)

    assert answer(world, lay(1, 3_00), account="market maker") is None
    assert Reason.INVALID_BET_SIZE == answer(world, lay(0, 3_00), account="market maker")
    assert Reason.INVALID_ODDS == answer(world, lay(1, 3_01), account="market maker")


# Fill or kill, persistence


@pytest.mark.parametrize("persistence", [None, LAPSE])
def test_fill_or_kill_may_say_lapse_which_is_what_it_does_anyway(persistence: Persistence | None) -> None:
    """The published sample requests send LAPSE with FILL_OR_KILL and succeed (exchange mechanics, section 3.2)."""
    order = back(10_00, 3_00, persistence=persistence, time_in_force=FILL_OR_KILL)

    assert answer(World(), order) is None


@pytest.mark.parametrize("minimum", [1_00, 10_00])
def test_a_minimum_fill_may_be_anything_from_the_minimum_stake_to_the_size(minimum: int) -> None:
    order = back(10_00, 3_00, time_in_force=FILL_OR_KILL, min_fill_size=minimum)

    assert answer(World(), order) is None


@pytest.mark.parametrize("persistence", [PERSIST, AT_CLOSE])
def test_a_persistence_is_accepted_where_the_market_offers_it(persistence: Persistence) -> None:
    world = World(turn_in_play=True, bsp_market=True)

    assert answer(world, back(10_00, 3_00, persistence=persistence)) is None


def test_an_order_that_says_nothing_lapses() -> None:
    world = World(turn_in_play=True)

    assert LAPSE is world.back("alice", 10_00, at=3_00).persistence


# References


def test_references_may_be_as_long_as_32_and_15_characters() -> None:
    """The customer's own names for an order and for a strategy."""
    world = World()

    world.place("alice", back(10_00, 3_00, customer_order_reference="o" * 32), customer_strategy_reference="s" * 15)

    assert ("o" * 32, "s" * 15) == (
        world.orders[0].customer_order_reference,
        world.orders[0].customer_strategy_reference,
    )


# Several instructions


MEET = Reason.INVALID_BACK_LAY_COMBINATION
INNOCENT = Reason.ERROR_IN_ORDER


@pytest.mark.parametrize(
    ("instructions", "reasons"),
    [
        pytest.param([back(10_00, 3_00), lay(10_00, 3_00)], (MEET, MEET), id="the same price"),
        pytest.param([back(10_00, 2_98), lay(10_00, 3_00)], (MEET, MEET), id="a back below a lay"),
        pytest.param([lay(10_00, 3_00), back(10_00, 2_98)], (MEET, MEET), id="the lay first"),
        pytest.param(
            [back(10_00, 5_00), back(10_00, 3_00), lay(10_00, 3_05), lay(10_00, 2_00), back(10_00, 2_00, B)],
            (INNOCENT, MEET, MEET, INNOCENT, INNOCENT),
            id="only two of five",
        ),
        pytest.param([back(10_00, 3_05), lay(10_00, 3_00)], (), id="a back above a lay"),
        pytest.param([back(10_00, 3_00), lay(10_00, 3_00, B)], (), id="two runners"),
        pytest.param([back(10_00, 3_00), lay(10_00, 3_00, RunnerKey(1, 50))], (), id="two handicaps"),
        pytest.param([back(10_00, 3_00), back(10_00, 3_00)], (), id="twice the same"),
        pytest.param([back(10_00, 3_00, time_in_force=FILL_OR_KILL), lay(10_00, 3_00)], (), id="fill or kill"),
    ],
)
def test_a_back_at_or_below_a_lay_of_the_same_runner_and_request_is_refused(
    instructions: list[PlaceInstruction], reasons: tuple[Reason, ...]
) -> None:
    world = World(runners=[A, B, RunnerKey(1, 50)])

    if reasons:
        with pytest.raises(Refused) as refused:
            world.place("alice", *instructions)
        assert (Reason.BET_ACTION_ERROR, reasons) == (refused.value.reason, refused.value.instruction_reasons)
        assert [] == world.orders
    else:
        world.place("alice", *instructions)
        assert len(instructions) == len(world.orders)


def test_every_guilty_instruction_carries_its_own_reason_and_the_innocent_ones_say_so() -> None:
    world = World()

    with pytest.raises(Refused) as refused:
        world.place("alice", back(10_00, 3_00), back(10_00, 3_01), back(10, 3_00), lay(10_00, 2_00))

    assert Reason.BET_ACTION_ERROR == refused.value.reason
    assert (INNOCENT, Reason.INVALID_ODDS, Reason.INVALID_BET_SIZE, INNOCENT) == refused.value.instruction_reasons
    assert "instruction 1: INVALID_ODDS" in str(refused.value)


def test_two_hundred_instructions_are_not_too_many() -> None:
    world = World()

    world.place("alice", *[back(1_00, 3_00)] * 200)

    assert 200 == len(world.orders)

"""The one door: what makes no sense is refused with a sentence that says so, and leaves everything as it was."""

from typing import Any

import pytest

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    CancelInstruction,
    CancelOrders,
    ChangeStanding,
    Command,
    Heartbeat,
    LadderDefinition,
    OpenAccount,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerDefinition,
    Standing,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.orders import Persistence
from simulator.exchange.refusals import Impossible, Refused
from tests.exchange_state import state_of
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, A, B, World, back


def market(**definition: Any) -> AddMarket:
    runners = (RunnerDefinition(A, 1), RunnerDefinition(B, 2))
    plain = {
        "betting_type": BettingType.ODDS,
        "ladder": LadderDefinition("CLASSIC"),
        "number_of_winners": 1,
        "runners": runners,
    }
    return AddMarket("1.2", **{**plain, **definition})


NOBODYS: list[Command] = [
    PlaceOrders("nobody", MARKET, (back(10_00, 3_00),)),
    CancelOrders("nobody"),
    CancelOrders("nobody", MARKET),
    CancelOrders("nobody", MARKET, (CancelInstruction(FIRST_BET_ID),)),
    ReplaceOrders("nobody", MARKET, (ReplaceInstruction(FIRST_BET_ID, 3_00),)),
    UpdateOrders("nobody", MARKET, (UpdateInstruction(FIRST_BET_ID, Persistence.PERSIST),)),
    Heartbeat("nobody", 10),
    # An account of the ledger is not a customer's.
    PlaceOrders("house", MARKET, (back(10_00, 3_00),)),
]


@pytest.mark.parametrize("command", NOBODYS, ids=lambda command: type(command).__name__)
def test_an_account_that_is_not_there_can_do_nothing(command: Command) -> None:
    world = World(turn_in_play=True)
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match=r"^there is no account '(nobody|house)'$"):
        world.apply(command)

    assert before == state_of(world.exchange)


def test_an_account_that_is_not_there_has_nothing_to_bet_with_and_no_standing() -> None:
    with pytest.raises(Impossible, match="no account 'nobody'"):
        World().exchange.available_to_bet("nobody")
    with pytest.raises(Impossible, match="no account 'nobody'"):
        World().apply(ChangeStanding("nobody", Standing()))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (OpenAccount("zoe", "GBP", -1), "account 'zoe' cannot have an opening balance of -1, which is less than"),
        (OpenAccount("zoe", "GBP", 0, discount_rate=-1), "account 'zoe' cannot have a discount rate of -1"),
        (OpenAccount("zoe", "GBP", 0, commission_rate=-1), "account 'zoe' cannot have a commission rate of -1"),
        (OpenAccount("zoe", "GBP", 0, exposure_limit=-1), "account 'zoe' cannot have an exposure limit of -1"),
        (OpenAccount("zoe", "GBP", 0, standing=Standing(-1)), "account 'zoe' cannot have a loss limit of -1"),
        (ChangeStanding("alice", Standing(1, -1)), "account 'alice' cannot have a period of losses of -1"),
        (market(number_of_winners=-1), "market 1.2 cannot have a number of winners of -1"),
        (market(bet_delay=-1), "market 1.2 cannot have a bet delay of -1"),
        (market(base_rate=-1), "market 1.2 cannot have a base rate of -1"),
        (market(version=-1), "market 1.2 cannot have a version of -1"),
    ],
)
def test_nothing_is_less_than_nothing(command: Command, sentence: str) -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match=sentence):
        world.apply(command)

    assert before == state_of(world.exchange)


def test_nothing_at_all_is_enough() -> None:
    world = World()

    world.apply(OpenAccount("zoe", "GBP", 0, commission_rate=0, exposure_limit=0))
    world.apply(market(number_of_winners=0, base_rate=0, version=0))

    assert 0 == world.exchange.available_to_bet("zoe")
    assert 0 == world.exchange.markets["1.2"].version


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (PlaceOrders("alice", MARKET, (), "ref"), "NO_ACTION_REQUIRED: there is no instruction to place an order"),
        (CancelOrders("alice", MARKET, (), "ref"), "NO_ACTION_REQUIRED: there is no instruction to cancel a bet"),
        (ReplaceOrders("alice", MARKET, (), "ref"), "NO_ACTION_REQUIRED: there is no instruction to replace a bet"),
        (UpdateOrders("alice", MARKET, (), "ref"), "NO_ACTION_REQUIRED: there is no instruction to update a bet"),
        (
            CancelOrders("alice", None, (CancelInstruction(FIRST_BET_ID),), "ref"),
            "INVALID_MARKET_ID: bets to cancel are named, and not the market that they are in",
        ),
        (
            CancelOrders("alice", None, (), "ref"),
            "INVALID_MARKET_ID: bets to cancel are named, and not the market that they are in",
        ),
    ],
)
def test_a_request_that_asks_for_nothing_in_particular_is_refused_and_leaves_no_trace(
    command: Command, sentence: str
) -> None:
    """Above all it does not cancel everything; and its reference may be used again."""
    world = World()
    world.place("alice", back(10_00, 3_00))
    before = state_of(world.exchange)

    with pytest.raises(Refused, match=f"^{sentence}$"):
        world.apply(command)

    assert before == state_of(world.exchange)

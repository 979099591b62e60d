"""A hidden runner is listed, takes no bets, makes no virtual offers and cannot win (manual, RunnerStatus)."""

import pytest

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    LadderDefinition,
    OpenMarket,
    RemoveRunner,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
)
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import RunnerStatus
from tests.unit.exchange_builder import World, back

FIRST, SECOND, HIDDEN = RunnerKey(1), RunnerKey(2), RunnerKey(3)
MARKET = "1.2"


@pytest.fixture
def world() -> World:
    world = World()
    runners = tuple(
        RunnerDefinition(key, place, 10_00, is_hidden=key is HIDDEN)
        for place, key in enumerate((FIRST, SECOND, HIDDEN), 1)
    )
    ladder = LadderDefinition("CLASSIC")
    world.apply(AddMarket(MARKET, BettingType.ODDS, ladder, 1, runners, cross_matching=True))
    world.apply(OpenMarket(MARKET))
    return world


def test_a_hidden_runner_takes_no_bets(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.place("alice", back(2_00, 3_00, HIDDEN), market_id=MARKET)
    assert (Reason.INVALID_RUNNER,) == refused.value.instruction_reasons


def test_the_others_make_virtual_offers_without_it(world: World) -> None:
    """A lay of 3.0 on one of two is a back of 1.5 on the other: a hidden third takes nothing of the book."""
    world.place("bob", back(10_00, 3_00, FIRST), market_id=MARKET)
    (offer,) = world.exchange.markets[MARKET].virtual_offers(SECOND, Side.BACK).best_first()
    assert (1_50, 20_00) == (offer.price, offer.size)


def test_a_hidden_runner_cannot_be_withdrawn_or_win_and_stays_hidden(world: World) -> None:
    for command in (RemoveRunner(MARKET, HIDDEN), SettleMarket(MARKET, (RunnerResult(HIDDEN, "WINNER"),))):
        with pytest.raises(Impossible):
            world.exchange.apply(command, world.now)
    world.apply(SettleMarket(MARKET, (RunnerResult(FIRST, "WINNER"),)))
    statuses = [runner.status for runner in world.exchange.markets[MARKET].runners.values()]
    assert [RunnerStatus.WINNER, RunnerStatus.LOSER, RunnerStatus.HIDDEN] == statuses

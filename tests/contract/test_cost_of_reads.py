"""What is read of a customer's own bets costs what is answered, however many bets came before."""

from collections.abc import Callable
from functools import partial

import pytest

from simulator.exchange.commands import CancelOrders, PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from tests.contract.betting_world import HOME, MATCH, BettingWorld
from tests.steps import steps

SHORT, LONG = 40, 1_200
"""How many bets were placed and cancelled before those that are read."""
AT_ONCE = 40


def after(history: int) -> tuple[BettingWorld, str]:
    """A world in which alice has cancelled so many bets and has five that wait, and the id of the last of them."""
    betting = BettingWorld()
    for _ in range(0, history, AT_ONCE):
        place(betting, AT_ONCE)
        betting.world.do(CancelOrders("alice", MATCH)).accepted()
    place(betting, 5)
    return betting, str(max(betting.world.exchange.orders))


def place(betting: BettingWorld, number: int) -> None:
    instruction = PlaceInstruction(RunnerKey(HOME), Side.BACK, OrderType.LIMIT, 1000_00, 200, Persistence.LAPSE)
    betting.world.do(PlaceOrders("alice", MATCH, (instruction,) * number)).accepted()


def read_again(read: Callable[[], object]) -> int:
    """The steps of reading something a second time, once what is kept has been caught up."""
    read()
    return steps(read)


READS: dict[str, Callable[[BettingWorld, str], object]] = {
    "one bet": lambda betting, bet: betting.ask("listCurrentOrders", betIds=[bet]),
    "executable bets": lambda betting, _: betting.ask("listCurrentOrders", orderProjection="EXECUTABLE"),
    "executable bets of a market": lambda betting, _: betting.ask(
        "listCurrentOrders", orderProjection="EXECUTABLE", marketIds=[MATCH]
    ),
    "the first page of current orders": lambda betting, _: betting.ask("listCurrentOrders", recordCount=5),
    "the last page of current orders": lambda betting, bet: betting.ask(
        "listCurrentOrders", fromRecord=len(betting.world.exchange.orders) - 5
    ),
    "the first page of cancelled bets": lambda betting, _: betting.ask(
        "listClearedOrders", betStatus="CANCELLED", recordCount=5
    ),
    "the last page of cancelled bets": lambda betting, _: betting.ask(
        "listClearedOrders", betStatus="CANCELLED", fromRecord=len(betting.world.exchange.orders) - 10
    ),
    "the cancelled bets of a market": lambda betting, _: betting.ask(
        "listClearedOrders", betStatus="CANCELLED", marketIds=[MATCH], recordCount=5
    ),
    "a book with executable bets": lambda betting, _: betting.ask(
        "listMarketBook", marketIds=[MATCH], orderProjection="EXECUTABLE"
    ),
    "profit and loss": lambda betting, _: betting.ask("listMarketProfitAndLoss", marketIds=[MATCH]),
}


@pytest.fixture(scope="module")
def histories() -> tuple[tuple[BettingWorld, str], tuple[BettingWorld, str]]:
    return after(SHORT), after(LONG)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_long_history_makes_no_read_dearer(
    histories: tuple[tuple[BettingWorld, str], tuple[BettingWorld, str]], read: Callable[[BettingWorld, str], object]
) -> None:
    short, long = (read_again(partial(read, *there)) for there in histories)

    assert short > 100
    assert long < 1.2 * short

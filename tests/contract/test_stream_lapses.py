"""The order stream says why what was unmatched of a bet lapsed, by the published code, and when."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from simulator.exchange.commands import (
    CloseMarket,
    Command,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.orders import LapseReason, OrderType, Persistence, RunnerKey, Side
from simulator.world.inputs import AdvanceClock
from tests.contract.stream_theatre import StreamTheatre, streaming
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

WIN = "1.1"
OWN, OTHER = RunnerKey(1), RunnerKey(2)
NOW = 1_780_765_200_000
"""The time of the world, which stands still."""

BET = PlaceInstruction(OWN, Side.LAY, OrderType.LIMIT, 400, 10_00, Persistence.LAPSE)
SMALL_LAY = PlaceInstruction(OWN, Side.LAY, OrderType.LIMIT, 200, 2_00, Persistence.MARKET_ON_CLOSE)
AT_STARTING_PRICE = PlaceInstruction(OWN, Side.BACK, OrderType.MARKET_ON_CLOSE, liability=10_00)


class Scene(NamedTuple):
    """A bet, what makes it lapse, and the code that the stream tells of it."""

    bet: PlaceInstruction
    commands: tuple[Command, ...]
    code: str


WON = (RunnerResult(OWN, "LOSER"), RunnerResult(OTHER, "WINNER"), RunnerResult(RunnerKey(3), "LOSER"))
SCENES = {
    LapseReason.TURNED_IN_PLAY: Scene(BET, (TurnInPlay(WIN),), "SP_IN_PLAY"),
    LapseReason.NO_MATCH_AT_STARTING_PRICE: Scene(AT_STARTING_PRICE, (Reconcile(WIN),), "SP_IN_PLAY"),
    LapseReason.SMALL_STAKE: Scene(SMALL_LAY, (Reconcile(WIN),), "SMALL_STAKE"),
    LapseReason.MARKET_SUSPENDED: Scene(BET, (SuspendMarket(WIN), LapseUnmatched(WIN)), "MKT_SUSPENDED"),
    LapseReason.RUNNER_REMOVED: Scene(BET, (RemoveRunner(WIN, OWN, 10_000),), "RNR_UNKNOWN"),
    LapseReason.OTHER_RUNNER_REMOVED: Scene(BET, (RemoveRunner(WIN, OTHER, 10_000),), "PRICE_IMP_TOO_LARGE"),
    LapseReason.RUNNER_HIDDEN: Scene(BET, (HideRunner(WIN, OWN),), "RNR_UNKNOWN"),
    LapseReason.RUNNER_SETTLED: Scene(BET, (SettleRunners(WIN, (RunnerResult(OWN, "LOSER"),)),), "RNR_UNKNOWN"),
    LapseReason.BETTING_CLOSED: Scene(BET, (CloseMarket(WIN),), "MKT_INVALID"),
    LapseReason.MARKET_SETTLED: Scene(BET, (SettleMarket(WIN, WON),), "MKT_INVALID"),
    LapseReason.MARKET_VOIDED: Scene(BET, (VoidMarket(WIN),), "MKT_INVALID"),
}
"""The codes are published; which of them stands for what is chosen where no recording shows it."""


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    runners = [runner(number, adjustmentFactor=20) for number in (1, 2, 3)]
    market = win(WIN, *runners, bspMarket=True, turnInPlay=True)
    with streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, market)))) as theatre:
        yield theatre


@pytest.mark.parametrize("reason", LapseReason)
def test_whatever_lapses_is_told_with_its_code_and_the_time(theatre: StreamTheatre, reason: LapseReason) -> None:
    scene = SCENES[reason]
    alice = theatre.client()
    alice.subscribe_to_orders()
    theatre.do(PlaceOrders("alice", WIN, (scene.bet,))).accepted()
    (placed,) = alice.read()
    assert "lsrc" not in placed["oc"][0]["orc"][0]["uo"][0]

    for command in scene.commands:
        theatre.do(command).accepted()

    (bet,) = theatre.world.exchange.orders.values()
    assert bet.lapse_reason is reason
    orders = [
        order
        for message in alice.read()
        for market in message["oc"]
        for change in market.get("orc", ())
        for order in change.get("uo", ())
    ]
    last = orders[-1]
    assert (last["id"], last["status"], last["lsrc"], last["ld"]) == (str(bet.bet_id), "EC", scene.code, NOW)
    assert "cd" not in last
    assert last["sr"] == 0


def test_what_is_cancelled_has_no_code_of_a_lapse(theatre: StreamTheatre) -> None:
    alice = theatre.client()
    alice.subscribe_to_orders()
    theatre.cancel("alice", WIN, theatre.bet("alice", WIN, Side.LAY, 400, 10_00))

    *_, told = alice.read()

    (order,) = told["oc"][0]["orc"][0]["uo"]
    assert (order["status"], order["sc"], order["cd"]) == ("EC", 10, NOW)
    assert {"lsrc", "ld"}.isdisjoint(order)


def test_what_a_missed_heartbeat_cancels_is_told_as_cancelled(theatre: StreamTheatre) -> None:
    """Also to another session of the account than the one that placed the bet."""
    alice, again = theatre.client(), theatre.client()
    for client in (alice, again):
        client.subscribe_to_orders()
    bet_id = theatre.bet("alice", WIN, Side.LAY, 400, 10_00)
    theatre.do(Heartbeat("alice", 10)).accepted()
    theatre.do(AdvanceClock(9_999)).accepted()
    placed = [client.read() for client in (alice, again)]

    theatre.do(AdvanceClock(1)).accepted()

    assert [[message["oc"][0]["orc"][0]["uo"][0]["status"] for message in messages] for messages in placed] == [
        ["E"],
        ["E"],
    ]
    for client in (alice, again):
        (told,) = client.read()
        (order,) = told["oc"][0]["orc"][0]["uo"]
        shown = [order[name] for name in ("id", "status", "sr", "sc", "sl", "cd")]
        assert shown == [str(bet_id), "EC", 0, 10, 0, NOW + 10_000]
        assert "lsrc" not in order

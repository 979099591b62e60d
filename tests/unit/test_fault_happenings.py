"""What faults let happen to a market: to which runner, with which result, and told again like any other input."""

from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.clock import END_OF_TIME
from simulator.world.faults import Fault, FaultHappening
from simulator.world.format.happenings import (
    Hide,
    MarketHappening,
    Resettle,
    Settle,
    Suspend,
    Void,
    Withdraw,
)
from simulator.world.happened import FaultFired, FaultWithoutEffect
from simulator.world.inputs import AdvanceClock, FollowFault, MeetFaults, OrderFaults, SetClock
from simulator.world.parts import MOST_NOTICES
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.retold import Record
from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    account,
    asian_handicap,
    each_way,
    event,
    goal_lines,
    line,
    loaded,
    match_odds,
    place,
    runner,
    scenario,
    sides,
    win,
)

ODDS, RACE, PLACES, BOTH_WAYS, HANDICAP, GOALS, LINE = (f"1.10{number}" for number in range(7))
FIRST, SECOND, THIRD = 1, 2, 3
FIRST_BET = 442_000_000_001

SCENARIO = scenario(
    event(
        "100",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds(ODDS, "Newcastle", "Chelsea", "The Draw"),
        asian_handicap(HANDICAP, *sides("Newcastle", "Chelsea", -0.5)),
        goal_lines(GOALS, runner(FIRST, "Goals", handicap=2.5)),
        line(LINE),
    ),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(RACE, "Sea Fever", "Moonshot", "Old Tom"),
        place(PLACES, "Sea Fever", "Moonshot", "Old Tom", "Nuthatch", numberOfWinners=2),
        each_way(BOTH_WAYS, "Sea Fever", "Moonshot", "Old Tom", "Nuthatch", numberOfWinners=2),
    ),
    name="faults",
    now="2026-06-06T17:00:00.000Z",
    accounts=[account("alice", balance=1_000), account("bob", balance=1_000)],
)


def world_of() -> World:
    return World(loaded(SCENARIO))


def bet(side: Side, key: RunnerKey, price: int) -> PlaceInstruction:
    return PlaceInstruction(key, side, OrderType.LIMIT, price, 500, Persistence.LAPSE)


def fault(*happenings: MarketHappening, when: str = "before", of_request: bool = False, **rest: Any) -> Fault:
    planned = tuple(FaultHappening(each, of_request) for each in happenings)
    return Fault("placeOrders", "happen", when=when, happenings=planned, **rest)


def meeting(market_id: str, *instructions: PlaceInstruction, bet_ids: tuple[int, ...] = ()) -> MeetFaults:
    return MeetFaults("placeOrders", "alice", market_id=market_id, bet_ids=bet_ids, instructions=instructions)


KEYS = {HANDICAP: RunnerKey(FIRST, -50), GOALS: RunnerKey(FIRST, 250)}
MARKETS = {
    "odds": ODDS, "a race": RACE, "places": PLACES, "each way": BOTH_WAYS, "a handicap": HANDICAP, "goals": GOALS,
    "a line": LINE,
}  # fmt: skip


def key_in(world: World, market_id: str) -> RunnerKey:
    return KEYS.get(market_id, next(iter(world.exchange.markets[market_id].runners)))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("market_id", MARKETS.values(), ids=MARKETS)
def test_the_runner_of_the_bet_wins_and_another_one_once_that_is_corrected(market_id: str, side: Side) -> None:
    """Who backs it wins and then loses, and who lays it loses and then wins, in markets of every betting type."""
    world = world_of()
    key, price = key_in(world, market_id), 550 if market_id == LINE else 200
    other = Side.LAY if side is Side.BACK else Side.BACK
    world.do(PlaceOrders("bob", market_id, (bet(other, key, price),))).accepted()
    (order,) = world.do(PlaceOrders("alice", market_id, (bet(side, key, price),))).accepted()[:1]
    corrected = (Settle(market="", at="+PT1M"), Resettle(market="", at="+PT2M"))
    world.do(OrderFaults((fault(*corrected),))).accepted()
    world.do(meeting(market_id, bet(side, key, price)))

    profits = []
    for _ in range(2):
        world.do(AdvanceClock(60_000)).accepted()
        profits.append(world.exchange.orders[order.bet_id].profit or 0)  # type: ignore[attr-defined]

    assert world.notices == []
    assert [profit > 0 for profit in profits] == [side is Side.BACK, side is Side.LAY]
    assert [profit < 0 for profit in profits] == [side is Side.LAY, side is Side.BACK]


def test_without_a_runner_it_is_done_to_that_of_the_first_bet() -> None:
    world = world_of()
    world.do(OrderFaults((fault(Withdraw(market="", selection_id=0), of_request=True, times=2),))).accepted()
    events = world.do(PlaceOrders("alice", RACE, (bet(Side.BACK, RunnerKey(THIRD), 300),))).accepted()

    world.do(meeting(RACE, bet(Side.BACK, RunnerKey(SECOND), 300), bet(Side.BACK, RunnerKey(FIRST), 300)))
    world.do(meeting(RACE, bet_ids=(99, events[0].bet_id)))  # type: ignore[attr-defined]

    runners = world.exchange.markets[RACE].runners
    assert [str(runners[RunnerKey(each)].status) for each in (FIRST, SECOND, THIRD)] == ["ACTIVE", "REMOVED", "REMOVED"]


def test_a_named_runner_and_a_named_result_are_those_that_are_named() -> None:
    world = world_of()
    world.do(OrderFaults((fault(Withdraw(market="", selection_id=THIRD)),))).accepted()

    world.do(meeting(RACE, bet(Side.BACK, RunnerKey(FIRST), 300)))

    assert world.exchange.markets[RACE].runners[RunnerKey(THIRD)].status == "REMOVED"


IMPOSSIBLE: dict[str, tuple[Fault, MeetFaults, str]] = {
    "no market is named": (fault(Suspend(market="")), meeting(""), "names no market"),
    "there is no such market": (fault(Suspend(market="")), meeting("1.999"), "'1.999'"),
    "the market is over": (fault(Void(market=""), Suspend(market="")), meeting(ODDS), "CLOSED"),
    "no bet is named": (fault(Hide(market="", selection_id=0), of_request=True), meeting(ODDS), "names no bet"),
    "the bet is another's": (
        fault(Hide(market="", selection_id=0), of_request=True), meeting(ODDS, bet_ids=(FIRST_BET,)), "names no bet"
    ),
    "the runner is none of the market": (
        fault(Settle(market="")), meeting(ODDS, bet(Side.BACK, RunnerKey(77), 200)), "no runner 77"
    ),
    "the time is before 1970": (fault(Suspend(market="", at="-P99999D")), meeting(ODDS), "before 1970"),
    "the result is one of another betting type": (fault(Settle(market="", margin=1)), meeting(ODDS), "not by"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "meet", "sentence"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_is_impossible_is_told_by_a_notice(one: Fault, meet: MeetFaults, sentence: str) -> None:
    world = world_of()
    world.do(PlaceOrders("bob", ODDS, (bet(Side.BACK, RunnerKey(FIRST), 300),))).accepted()
    assert list(world.exchange.orders) == [FIRST_BET]
    world.do(OrderFaults((one,))).accepted()

    happened = world.do(meet)

    (notice,) = world.notices
    assert sentence in notice.problem
    assert notice.market_id == (meet.market_id or None)
    assert happened.refusal is None
    assert any(isinstance(each, FaultFired) for each in happened.events)


def test_the_oldest_of_too_many_notices_are_forgotten() -> None:
    world = world_of()
    world.do(OrderFaults((fault(Suspend(market=""), times=None, lasts=1_000),))).accepted()
    for _ in range(MOST_NOTICES + 1):
        world.do(meeting(""))

    assert len(world.notices) == MOST_NOTICES


def test_time_that_cannot_pass_is_told_by_a_notice() -> None:
    world = world_of()
    world.do(SetClock(END_OF_TIME - 1_000)).accepted()
    world.do(OrderFaults((Fault("placeOrders", "time-passes", passes=2_000),))).accepted()

    events = world.do(meeting(ODDS)).events

    assert [type(each) for each in events] == [FaultFired, FaultWithoutEffect]
    assert [notice.verb for notice in world.notices] == ["time-passes"]


def test_what_faults_let_happen_is_told_again_and_kept_in_snapshots() -> None:
    world = world_of()
    record = Record(world)
    later = fault(Suspend(market="", at="+PT1M"), when="after")
    elsewhere = Fault("placeOrders", "bet-elsewhere")
    world.do(OrderFaults((later, elsewhere, fault(Void(market="", at="+PT1H"))))).accepted()
    instruction = bet(Side.BACK, RunnerKey(FIRST), 300)
    for number, one in enumerate((later, elsewhere), start=1):
        world.do(meeting(ODDS, instruction))
        record.note_state()
        world.do(FollowFault(number, one, "alice", ODDS, (), (instruction,))).accepted()
        record.note_state()
    restored = Worlds().prepare_restored(world.snapshot())()
    for each in (world, restored):
        each.do(AdvanceClock(60_000)).accepted()
        each.do(meeting(ODDS, instruction)).accepted()
        each.do(AdvanceClock(3_600_000)).accepted()
    record.note_state()

    assert record.hashes_elsewhere() == record.hashes
    assert state_hash(restored) == state_hash(world)
    assert world.exchange.markets[ODDS].status == "CLOSED"
    assert [order.customer_order_reference for order in world.exchange.orders.values()] == [None]

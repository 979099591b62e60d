"""Faults as inputs of a world: counted, consumed in order, drawn from the seed, and told again."""

from collections import Counter
from statistics import median

import pytest

from simulator.exchange.orders import Side
from simulator.world.faults import Fault, Fired, Latency
from simulator.world.happened import AnswerReleased, FaultFired, Happened, SessionClosed
from simulator.world.inputs import AdvanceClock, ClearFaults, LogIn, MeetFaults, OrderFaults, Reset
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.retold import Record
from tests.unit.scenario_builder import MARKET
from tests.unit.world_builder import bet, world_of

PLACE = MeetFaults("placeOrders", "alice")


def fired(world: World, meet: MeetFaults = PLACE) -> list[str]:
    return [event.do for event in world.do(meet).events if isinstance(event, FaultFired)]


def test_faults_are_consumed_in_the_order_in_which_they_were_ordered() -> None:
    world = world_of()
    world.do(OrderFaults((Fault("placeOrders", "lose-answer", times=2), Fault("placeOrders", "truncate")))).accepted()

    assert [fired(world) for _ in range(4)] == [["lose-answer"], ["lose-answer"], ["truncate"], []]
    assert world.faults.pending == []
    assert [each.number for each in world.faults.fired] == [1, 1, 2]


CONCERNED: dict[str, tuple[Fault, MeetFaults, bool]] = {
    "the operation": (Fault("placeOrders", "refuse"), PLACE, True),
    "another operation": (Fault("cancelOrders", "refuse"), PLACE, False),
    "any operation": (Fault("*", "refuse"), PLACE, True),
    "the account": (Fault("*", "refuse", account="alice"), PLACE, True),
    "another account": (Fault("*", "refuse", account="bob"), PLACE, False),
    "a path": (Fault("/exchange/*", "refuse"), MeetFaults("placeOrders", "alice", "/exchange/betting"), True),
    "another path": (Fault("/api/*", "refuse"), MeetFaults("placeOrders", "alice", "/exchange/betting"), False),
    "a heartbeat lost": (Fault("*", "heartbeat-lost"), PLACE, False),
    "a cancellation that is none": (Fault("*", "cancel-races-match"), PLACE, False),
}


@pytest.mark.parametrize(("fault", "meet", "concerned"), CONCERNED.values(), ids=CONCERNED)
def test_a_fault_happens_to_what_it_waits_for(fault: Fault, meet: MeetFaults, concerned: bool) -> None:
    world = world_of()
    world.do(OrderFaults((fault,))).accepted()

    assert fired(world, meet) == ([fault.do] if concerned else [])


def test_requests_are_let_pass_first() -> None:
    world = world_of()
    world.do(OrderFaults((Fault("placeOrders", "refuse", after=2),))).accepted()

    assert [fired(world) for _ in range(4)] == [[], [], ["refuse"], []]


def test_a_fault_that_lasts_happens_to_all_requests_of_that_time() -> None:
    world = world_of()
    world.do(OrderFaults((Fault("placeOrders", "refuse", lasts=10_000),))).accepted()

    assert [fired(world) for _ in range(3)] == [["refuse"]] * 3
    world.do(AdvanceClock(9_999)).accepted()
    assert fired(world) == ["refuse"]
    world.do(AdvanceClock(1)).accepted()
    assert fired(world) == []


def test_a_server_knows_in_which_worlds_something_is_to_go_wrong() -> None:
    worlds = Worlds()
    world = worlds.create(world_of().scenario)
    order = OrderFaults((Fault("placeOrders", "refuse"),))

    assert worlds.faulty == set()
    for end in (PLACE, ClearFaults(), Reset()):
        world.do(order).accepted()
        assert worlds.faulty == {world}
        world.do(end)
        assert worlds.faulty == set()


def draws(world: World, latency: Latency, number: int = 400) -> list[int]:
    world.do(OrderFaults((Fault("placeOrders", "latency", times=number, latency=latency),))).accepted()
    events = [event for _ in range(number) for event in world.do(PLACE).events]
    return [event.milliseconds for event in events if isinstance(event, FaultFired)]


def test_latencies_are_drawn_from_the_seed() -> None:
    scenario = world_of().scenario
    uniform, log_normal = Latency(fixed=100, spread=50), Latency(median=200, sigma_thousandths=500)

    assert set(draws(World(scenario), Latency(fixed=70), 5)) == {70}
    drawn = draws(World(scenario), uniform)
    assert drawn == draws(World(scenario), uniform)
    assert drawn != draws(World(scenario, seed=1), uniform)
    assert min(drawn) >= 100
    assert max(drawn) <= 150
    assert len(Counter(drawn)) > 40
    assert 180 < median(draws(World(scenario), log_normal)) < 220


def test_an_answer_that_waits_for_the_worlds_clock_is_let_go_at_its_time() -> None:
    world = world_of()
    story: list[Happened] = []
    world.listen(story.append)
    latency = Latency(fixed=3_000, clock="world")
    world.do(OrderFaults((Fault("placeOrders", "latency", latency=latency),))).accepted()
    world.do(PLACE)
    begun = world.clock.now()

    world.do(AdvanceClock(10_000)).accepted()

    (released,) = [one for one in story if any(isinstance(event, AnswerReleased) for event in one.events)]
    assert released.at == begun + 3_000
    assert released.source == "late answers"


def test_a_session_is_lost() -> None:
    world = world_of()
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    (session,) = world.sessions
    world.do(OrderFaults((Fault("*", "session-lost"),))).accepted()

    events = world.do(MeetFaults("listEvents", "alice", token=session.token)).events

    assert [type(event) for event in events] == [FaultFired, SessionClosed]
    assert world.session(session.token) is None


def test_a_bet_is_matched_by_others_before_its_owner_can_cancel_it() -> None:
    world = world_of()
    world.do(bet("bob", Side.LAY, 150, 700)).accepted()
    world.do(bet("alice", Side.LAY, 150, 500)).accepted()
    order = list(world.exchange.orders.values())[-1]
    world.do(OrderFaults((Fault("cancelOrders", "cancel-races-match", share_thousandths=400),))).accepted()

    world.do(MeetFaults("cancelOrders", "alice", market_id=MARKET, bet_ids=(order.bet_id,)))

    assert (order.account, order.size_matched, order.size_remaining) == ("alice", 200, 300)


def test_a_market_that_is_suspended_already_is_not_suspended_and_the_fault_has_fired() -> None:
    world = world_of()
    world.do(OrderFaults((Fault("placeOrders", "suspend-before", times=2),))).accepted()

    assert fired(world, MeetFaults("placeOrders", "alice", market_id=MARKET)) == ["suspend-before"]
    assert world.exchange.markets[MARKET].status == "SUSPENDED"
    assert fired(world, MeetFaults("placeOrders", "alice", market_id=MARKET)) == ["suspend-before"]


def test_exposure_is_slow_only_where_the_account_has_just_bet() -> None:
    world = world_of()
    world.do(OrderFaults((Fault("placeOrders", "slow-exposure"),))).accepted()

    assert fired(world) == []
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    world.do(AdvanceClock(2_000)).accepted()
    assert fired(world) == []
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    assert fired(world) == ["slow-exposure"]


def test_faults_are_told_again_and_kept_in_snapshots() -> None:
    world = world_of()
    record = Record(world)
    latency = Latency(median=500, sigma_thousandths=700, clock="world")
    world.do(OrderFaults((Fault("*", "latency", times=3, latency=latency), Fault("*", "refuse", after=1)))).accepted()
    for _ in range(3):
        world.do(PLACE)
        record.note_state()
        world.do(AdvanceClock(100))
        record.note_state()

    assert record.hashes_elsewhere() == record.hashes
    worlds = Worlds()
    restored = worlds.prepare_restored(world.snapshot())()
    assert state_hash(restored) == state_hash(world)
    assert [each.fault.do for each in restored.faults.pending] == ["refuse"]
    assert isinstance(restored.faults.fired[0], Fired)

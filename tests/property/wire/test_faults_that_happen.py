"""Whatever a fault lets happen to a market, it happens or is a notice, and the story can be told again."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair.faultable import FAULTABLE
from simulator.control.fault_entries import faults_of
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.faults import Fault
from simulator.world.format.document import ScenarioError
from simulator.world.happened import FaultFired
from simulator.world.inputs import AdvanceClock, FollowFault, MeetFaults, OrderFaults
from simulator.world.retelling import Beginning, Retelling, told
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.clients.fair import FAIR
from tests.scenario import loaded

SCENARIO = loaded(FAIR)
MARKETS = [market.id for event in SCENARIO.events for market in event.markets]
RUNNERS = sorted(
    {(runner.selection_id, int(runner.handicap * 100)) for event in SCENARIO.events for market in event.markets
     for runner in market.runners}
)  # fmt: skip

runners = st.sampled_from([*RUNNERS, (77, 0)])
times = st.sampled_from(["+PT0S", "+PT1M", "-PT1M", "2026-06-06T12:00:30Z", "+P1D", "+PT3H today"])
numbers = st.sampled_from([0, 1, -1, 2.5, 100, 1000])
prices = st.lists(st.tuples(st.sampled_from([1.01, 2.0, 2.5, 3.05, 5.5, 1000]), st.sampled_from([2, 50])), max_size=2)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a happening as it may be written, with as much as it takes, too little, or of another kind of market."""
    verb = draw(st.sampled_from([
        "suspend", "resume", "turn-in-play", "reconcile", "lapse", "close", "void", "remove", "hide", "reinstate",
        "offers", "add-runner", "change-start-time", "settle", "resettle", "settle-runners", "race-status",
    ]))  # fmt: skip
    said: dict[str, Any] = {"do": verb}
    if draw(st.booleans()):
        said["at"] = draw(times)
    if verb in ("remove", "hide", "reinstate", "offers", "add-runner") and draw(st.booleans()):
        selection_id, handicap = draw(runners)
        said |= {"selectionId": selection_id, "handicap": handicap / 100}
    if verb == "remove" and draw(st.booleans()):
        said["adjustmentFactor"] = draw(st.sampled_from([0, 10, 45.5, 99.999]))
    if verb == "offers":
        said |= {"availableToBack": draw(prices), "availableToLay": draw(prices)}
    if verb == "add-runner":
        said |= {"selectionId": draw(st.sampled_from([77, 2201])), "name": "Late Entry"}
    if verb == "change-start-time":
        said["startTime"] = draw(times)
    if verb == "race-status":
        said["status"] = draw(st.sampled_from(["PARADING", "OFF"]))
    if verb == "settle-runners" or (verb in ("settle", "resettle") and draw(st.booleans())):
        statuses = st.sampled_from(["WINNER", "LOSER", "PLACED", "REMOVED"])
        said["results"] = [
            {"selectionId": key[0], "handicap": key[1] / 100, "status": draw(statuses)}
            for key in draw(st.lists(runners, min_size=1, max_size=3, unique=True))
        ]
    elif verb in ("settle", "resettle") and draw(st.booleans()):
        said[draw(st.sampled_from(["margin", "total", "lineResult"]))] = draw(numbers)
    return said


def fault_of(happenings: list[dict[str, Any]], when: str) -> Fault | None:
    """Read a fault; `None` where what it says is refused because no market takes it."""
    fault = {"operation": "placeOrders", "do": "happen", "when": when, "happenings": happenings}
    try:
        (one,) = faults_of(json.dumps({"faults": [fault]}).encode(), "faults", FAULTABLE)
    except ScenarioError:
        return None
    return one


meetings = st.tuples(
    st.sampled_from(MARKETS), st.lists(contents(), min_size=1, max_size=3), runners, st.sampled_from(Side),
    st.sampled_from(["before", "after"]),
)  # fmt: skip


@given(st.lists(meetings, min_size=1, max_size=6))
def test_what_faults_let_happen_happens_or_is_a_notice(met: list[Any]) -> None:
    world = World(SCENARIO)
    elsewhere = Retelling(Beginning.of(world))
    world.listen(lambda happened: [elsewhere.tell(one) for one in told([happened])])
    for market_id, happenings, runner, side, when in met:
        ordered = fault_of(happenings, when)
        if ordered is None:
            continue
        world.do(OrderFaults((ordered,))).accepted()
        bets = (PlaceInstruction(RunnerKey(*runner), side, OrderType.LIMIT, 200, 500, Persistence.LAPSE),)
        fired = world.do(MeetFaults("placeOrders", "alice", market_id=market_id, instructions=bets)).accepted()
        assert isinstance(fired[0], FaultFired)
        if when == "after":
            world.do(FollowFault(fired[0].number, ordered, "alice", market_id, (), bets)).accepted()
    world.do(AdvanceClock(2 * 24 * 60 * 60_000)).accepted()

    assert world.schedule.pending == []
    assert state_hash(elsewhere.world) == state_hash(world)

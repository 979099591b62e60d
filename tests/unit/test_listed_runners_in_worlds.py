"""Start times that change and runners that come and go, as a schedule does it: on the exchange and in the listings."""

import json
from typing import Any

import pytest

from simulator.exchange.events import MarketChanged
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import RunnerStatus
from simulator.world.catalogue import RunnerDescription
from simulator.world.format.scenario import ChangeStartTime, IntroduceRunner
from simulator.world.happened import RunnerDescribed, StartTimeChanged
from simulator.world.inputs import AdvanceClock, Reset, decode_input, encode_input
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.afternoon import CUP, TOTAL, WIN, afternoon, bet
from tests.scenario import market_of, world_of
from tests.unit.scenario_builder import complaint_about
from tests.unit.world_builder import MINUTE, heard_by

BEGINNING = 1_780_754_400_000
"""2026-06-06 14:00:00 UTC, in milliseconds."""


def open_ended(*schedule: dict[str, Any]) -> dict[str, Any]:
    """The afternoon, with a cup to which teams can be added, and a total that can get more lines."""
    scenario = afternoon(*schedule)
    for market in (CUP, TOTAL):
        market_of(scenario, market)["complete"] = False
    return scenario


def at(minutes: int, verb: str, market: str = CUP, **content: Any) -> dict[str, Any]:
    return {"at": f"+PT{minutes}M", "market": market, "do": verb, **content}


def played(world: World, minutes: int = 10) -> World:
    world.do(AdvanceClock(minutes * MINUTE)).accepted()
    return world


# Start times


def test_a_start_time_changes_in_the_listing_and_raises_the_version_immaterially() -> None:
    world = world_of(afternoon(at(1, "change-start-time", WIN, startTime="2026-06-06T15:30:00.000Z")))
    heard = heard_by(world)
    before = world.exchange.markets[WIN].version, world.exchange.markets[WIN].material_version
    was = world.catalogue.markets[WIN]
    assert was.start_time == was.suspend_time

    played(world)

    market, listed = world.exchange.markets[WIN], world.catalogue.markets[WIN]
    half_past_three = 1_780_759_800_000
    assert (before[0] + 1, before[1]) == (market.version, market.material_version)
    assert half_past_three == listed.start_time == listed.suspend_time
    assert [MarketChanged, StartTimeChanged] == [
        type(event) for event in heard if getattr(event, "market_id", "") == WIN
    ]
    (siblings,) = [each for each in world.catalogue.markets_of_event.values() if listed in each]
    assert was not in siblings


def test_a_relative_start_time_counts_from_the_change() -> None:
    """A race that is delayed: ten minutes from now, whenever that is."""
    world = played(world_of(afternoon(at(5, "change-start-time", WIN, startTime="+PT10M"))))

    assert world.catalogue.markets[WIN].start_time == BEGINNING + 15 * MINUTE


def test_a_time_of_suspension_that_is_not_the_start_stays_unless_it_is_changed_too() -> None:
    scenario = afternoon(at(1, "change-start-time", WIN, startTime="+PT10M"))
    market_of(scenario, WIN)["suspendTime"] = "+PT4H"
    world = played(world_of(scenario))
    assert world.catalogue.markets[WIN].suspend_time == BEGINNING + 240 * MINUTE

    world.do(ChangeStartTime(market=WIN, start_time="+PT10M", suspend_time="+PT11M")).accepted()

    listed = world.catalogue.markets[WIN]
    assert listed.suspend_time - listed.start_time == MINUTE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (ChangeStartTime(market="1.999", start_time="+PT1M"), "there is no market"),
        (ChangeStartTime(market=WIN, start_time="9999-12-31T23:59:00-12:00"), "after the year 9999"),
        (IntroduceRunner(market="1.999", selection_id=9, name="Late"), "there is no market"),
        (IntroduceRunner(market=WIN, selection_id=9, name="Late"), "is complete"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_changes_nothing(change: Any, sentence: str) -> None:
    world = world_of(afternoon())
    before = state_hash(world)

    with pytest.raises(Impossible, match=sentence):
        world.do(change).accepted()
    assert before == state_hash(world)


def test_the_times_of_a_closed_market_stay() -> None:
    world = played(world_of(afternoon(at(1, "void", WIN), at(2, "change-start-time", WIN, startTime="+PT1H"))))

    assert ["change-start-time"] == [notice.verb for notice in world.notices]
    assert world.catalogue.markets[WIN].start_time == world_of(afternoon()).catalogue.markets[WIN].start_time


# Runners


def test_an_added_runner_is_listed_under_its_name_and_can_be_bet_on_and_win() -> None:
    runner = {"selectionId": 9, "name": "Harriers", "metadata": {"colour": "red"}}
    world = world_of(
        open_ended(
            at(9, "settle", results=[{"selectionId": n, "status": "WINNER"} for n in (9, 1)]),
            at(1, "add-runner", **runner),
            at(2, "offers", selectionId=9, availableToBack=[[5.0, 20]]),
        )
    )
    heard = heard_by(world)
    played(world, 5)

    listed = world.catalogue.markets[CUP].runners
    assert (
        RunnerDescription(
            key=RunnerKey(9), name="Harriers", sort_priority=5, metadata={"colour": "red", "runnerId": "9"}
        )
        == listed[RunnerKey(9)]
    )
    assert list(listed) == list(world.exchange.markets[CUP].runners)
    assert RunnerDescribed(BEGINNING + MINUTE, CUP, RunnerKey(9), "Harriers") in heard
    order = bet(world, CUP, Side.BACK, 500, 1000, runner=9)
    played(world)
    assert (1000, 4000) == (order.size_matched, order.profit)
    assert [] == world.notices


def test_a_total_gets_another_line() -> None:
    world = played(world_of(open_ended(at(1, "add-runner", TOTAL, selectionId=2, name="4 goals or more", handicap=-4))))

    assert [RunnerKey(1, -300), RunnerKey(2, -400)] == list(world.exchange.markets[TOTAL].runners)


def test_a_runner_is_hidden_and_reinstated_by_schedule() -> None:
    world = world_of(afternoon(at(1, "hide", WIN, selectionId=1), at(3, "reinstate", WIN, selectionId=1)))
    order = bet(world, WIN, Side.BACK, 300, 1000)

    statuses = []
    for _ in range(3):
        statuses.append((world.exchange.markets[WIN].runners[RunnerKey(1)].status, order.average_price_matched))
        played(world, 2)

    assert [(RunnerStatus.ACTIVE, 300), (RunnerStatus.HIDDEN, 100), (RunnerStatus.ACTIVE, 300)] == statuses


@pytest.mark.parametrize(
    ("scenario", "path", "says"),
    [
        (afternoon(at(1, "add-runner", selectionId=9, name="Late")), "$.schedule[0]", "is complete"),
        (open_ended(at(1, "add-runner", selectionId=1, name="Town")), "$.schedule[0].selectionId", "has a runner 1"),
        (
            open_ended(at(1, "add-runner", selectionId=9, name="A"), at(2, "add-runner", selectionId=9, name="B")),
            "$.schedule[1].selectionId",
            "has a runner 9",
        ),
        (
            open_ended(at(1, "add-runner", selectionId=9, name="A", adjustmentFactor=100.1)),
            "$.schedule[0].adjustmentFactor",
            "at most 100",
        ),
        (
            open_ended(at(1, "add-runner", TOTAL, selectionId=9, name="A", handicap=-3.1)),
            "$.schedule[0].handicap",
            "a multiple of 0.25",
        ),
        (
            open_ended(at(1, "add-runner", selectionId=9, name="A", metadata={"a": [1]})),
            "$.schedule[0].metadata.a",
            "Metadata are texts",
        ),
        (
            open_ended(
                at(2, "add-runner", selectionId=9, name="A"),
                at(1, "settle", results=[{"selectionId": n, "status": "WINNER"} for n in (9, 1)]),
            ),
            "$.schedule[1]",
            "no active runner 9",
        ),
        (afternoon(at(1, "hide", WIN, selectionId=9)), "$.schedule[0].selectionId", "no runner 9"),
        (afternoon(at(1, "reinstate", WIN, selectionId=1)), "$.schedule[0]", "no HIDDEN runner 1"),
        (
            afternoon(
                at(1, "hide", WIN, selectionId=1),
                at(2, "settle", WIN, results=[{"selectionId": 1, "status": "WINNER"}]),
            ),
            "$.schedule[1]",
            "no active runner 1",
        ),
        (afternoon(at(1, "change-start-time", WIN, startTime="soon")), "$.schedule[0].startTime", "is not a time"),
        (
            afternoon(at(1, "change-start-time", WIN, startTime="+PT1M", suspendTime="soon")),
            "$.schedule[0].suspendTime",
            "is not a time",
        ),
    ],
)
def test_what_cannot_be_is_found_when_the_scenario_is_loaded(scenario: dict[str, Any], path: str, says: str) -> None:
    complaint = complaint_about(json.dumps(scenario))

    assert path == complaint.path
    assert says in str(complaint)


def test_a_full_market_takes_no_more_runners() -> None:
    additions = [at(1, "add-runner", selectionId=number, name="One of many") for number in range(100, 1097)]

    complaint = complaint_about(json.dumps(open_ended(*additions)))

    assert "$.schedule[996]" == complaint.path
    assert "at most 1000 runners" in str(complaint)


# As inputs


@pytest.mark.parametrize(
    "happening",
    [
        ChangeStartTime(market=CUP, start_time="+PT1M"),
        IntroduceRunner(market=CUP, selection_id=9, name="Late", metadata={"a": "b"}),
    ],
)
def test_what_changes_a_listing_survives_json_and_shows_in_the_digest(happening: Any) -> None:
    world, other = world_of(open_ended()), world_of(open_ended())
    before = state_hash(world)

    world.do(happening).accepted()
    other.do(decode_input(encode_input(happening))).accepted()

    assert before != state_hash(world) == state_hash(other)


def test_a_reset_world_has_its_first_listing_again() -> None:
    world = played(world_of(open_ended(at(1, "add-runner", selectionId=9, name="Late"))))
    assert 5 == len(world.catalogue.markets[CUP].runners)

    world.do(Reset()).accepted()

    assert 4 == len(world.catalogue.markets[CUP].runners) == len(world.exchange.markets[CUP].runners)

"""A world begins as its scenario says, tells what happens in it, and begins again as it began."""

from collections.abc import Callable

import pytest

from simulator.exchange.events import Event, OrdersHeld, TicketResolved
from simulator.exchange.orders import Persistence, RunnerKey, Side
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.statuses import MarketStatus
from simulator.world.format.scenario import (
    Resume,
    Suspend,
)
from simulator.world.happened import SessionClosed, WorldReset
from simulator.world.inputs import AdvanceClock, KeepAlive, LogOut, MoveToNext, Reset, SetClockRate, TakeRequestId
from simulator.world.scenario_commands import LIQUIDITY
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.sessions import log_in
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, changes, heard_by, world_of


def test_a_world_begins_as_its_scenario_says() -> None:
    world = world_of()

    assert world.clock.now() == START
    assert world.clock.rate == 0
    assert world.exchange.available_to_bet("alice") == 100_000
    market = world.exchange.markets[MARKET]
    assert market.status is MarketStatus.OPEN
    newcastle = market.runners[RunnerKey(1)].book
    assert [(level.price, level.total) for level in newcastle.available_to_lay.best_first()] == [
        (200, 12000),
        (250, 7500),
    ]
    assert {order.account for order in world.exchange.orders.values()} == {LIQUIDITY}


@pytest.mark.parametrize("status", ["INACTIVE", "OPEN", "SUSPENDED"])
def test_a_market_begins_in_the_state_its_scenario_names(status: str) -> None:
    scenario = small()
    market = scenario["events"][0]["markets"][0]
    market["status"] = status
    if status == "INACTIVE":
        market["runners"] = [{"selectionId": 1, "name": "Newcastle"}]

    world = World(load(scenario))

    assert world.exchange.markets[MARKET].status == status


def test_offers_persist_where_the_market_turns_in_play_and_lapse_elsewhere() -> None:
    scenario = small()
    later = {**scenario["events"][0]["markets"][0], "id": "1.2", "turnInPlay": False}
    scenario["events"][0]["markets"].append(later)

    orders = World(load(scenario)).exchange.orders.values()

    assert {(order.market_id, order.persistence) for order in orders} == {
        (MARKET, Persistence.PERSIST),
        ("1.2", Persistence.LAPSE),
    }


def test_a_clock_that_starts_at_the_real_time_counts_relative_times_from_the_whole_second() -> None:
    scenario = small()
    scenario["clock"] = {"now": "real", "rate": 1}
    outside = FakeRealTime(START + 567)

    world = World(load(scenario), real_time=outside.real_time)

    assert world.clock.now() == START + 567
    assert world.next_due == START + 5 * MINUTE
    outside.milliseconds += 1000
    assert world.clock.now() == START + 1567


def test_what_was_due_before_the_start_happens_at_the_start() -> None:
    world = world_of(at("-PT1H", "suspend"), at("2020-01-01T00:00:00Z", "lapse"))
    heard = heard_by(world)

    world.run_due()

    assert changes(heard) == [0, 0]
    assert world.exchange.markets[MARKET].status is MarketStatus.SUSPENDED


def test_a_listener_hears_no_more_once_it_is_taken_off() -> None:
    world = world_of()
    heard: list[Event] = []
    stop = world.listen(lambda happened: heard.extend(happened.events))
    others = heard_by(world)

    world.do(Suspend(market=MARKET)).accepted()
    stop()
    stop()
    world.do(Resume(market=MARKET)).accepted()

    assert len(heard) == 1
    assert len(others) == 2


def test_sessions_expire_by_the_clock_of_the_world() -> None:
    world = world_of()
    token = log_in(world, "alice", "secret", "alice-live")
    assert token is not None

    world.do(AdvanceClock(11 * 60 * MINUTE)).accepted()
    world.do(KeepAlive(token.token)).accepted()
    world.do(AdvanceClock(11 * 60 * MINUTE)).accepted()
    assert world.session(token.token) is token
    world.do(LogOut(token.token)).accepted()
    assert world.session(token.token) is None


def test_an_account_with_limited_access_is_refused_by_the_exchange() -> None:
    scenario = small()
    scenario["accounts"][0] |= {"status": "SUSPENDED", "balance": 100}
    world = World(load(scenario))

    with pytest.raises(Refused) as caught:
        world.do(bet("alice", Side.LAY, 200, 500)).accepted()

    assert caught.value.reason is Reason.INVALID_ACCOUNT_STATE


def test_app_keys_that_a_scenario_does_not_give_are_made_up_from_the_seed() -> None:
    scenario = small()
    del scenario["accounts"][0]["appKey"], scenario["accounts"][0]["delayedAppKey"]
    loaded = load(scenario)

    alice, again, other = (World(loaded, seed=seed).accounts.by_username["alice"] for seed in (1, 1, 2))

    assert alice.app_key != alice.delayed_app_key
    assert alice == again
    assert alice.app_key != other.app_key


def busy(world: World) -> World:
    """Do something of everything to a world."""
    log_in(world, "alice", "secret", "alice-live")
    world.do(TakeRequestId()).accepted()
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    world.do(AdvanceClock(6 * MINUTE)).accepted()
    world.do(bet("bob", Side.LAY, 200, 500)).accepted()
    world.do(Suspend(market=MARKET)).accepted()
    world.do(AdvanceClock(2000)).accepted()
    return world


def test_worlds_with_the_same_scenario_seed_and_commands_are_the_same() -> None:
    schedule = at("+PT5M", "turn-in-play")

    assert state_hash(busy(world_of(schedule, seed=5))) == state_hash(busy(world_of(schedule, seed=5)))
    assert state_hash(busy(world_of(schedule, seed=5))) != state_hash(busy(world_of(schedule, seed=6)))


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.do(AdvanceClock(1)).accepted(),
        lambda world: world.do(SetClockRate(1e-9)).accepted(),
        lambda world: log_in(world, "alice", "secret", "alice-live"),
        lambda world: world.do(bet("alice", Side.BACK, 200, 500)).accepted(),
        lambda world: world.do(Suspend(market=MARKET)).accepted(),
        lambda world: world.do(MoveToNext()).accepted(),
    ],
    ids=["time", "rate", "login", "bet", "market", "schedule"],
)
def test_every_change_of_a_world_shows_in_its_hash(change: Callable[[World], object]) -> None:
    world = world_of(at("+PT1M", "suspend"))
    before = state_hash(world)

    change(world)

    assert state_hash(world) != before


def test_a_reset_world_is_as_it_was_in_the_beginning_and_goes_the_same_way_again() -> None:
    world = world_of(at("+PT5M", "turn-in-play"))
    beginning = state_hash(world)
    first_token = log_in(world, "alice", "secret", "alice-live")
    assert first_token is not None
    after = state_hash(busy(world))

    world.do(Reset()).accepted()

    assert world.session(first_token.token) is None
    assert state_hash(world) == beginning
    again = log_in(world, "alice", "secret", "alice-live")
    assert again is not None
    assert again.token == first_token.token
    assert state_hash(busy(world)) == after


def test_a_reset_is_told_to_listeners_and_what_was_held_never_happens() -> None:
    world = world_of(at("+PT0S", "turn-in-play"))
    world.run_due()
    held = world.do(bet("alice", Side.LAY, 200, 500)).accepted()[0]
    assert isinstance(held, OrdersHeld)
    session = log_in(world, "alice", "secret", "alice-live")
    assert session is not None
    heard = heard_by(world)

    world.do(Reset()).accepted()

    assert heard == [SessionClosed(START, session.token, "alice"), WorldReset(START)]
    world.do(AdvanceClock(10_000)).accepted()
    assert not [event for event in heard if isinstance(event, TicketResolved)]
    assert len(heard) > 2


def test_a_world_that_starts_at_the_real_time_is_reset_to_the_real_time_of_now() -> None:
    scenario = small()
    scenario["clock"] = {"now": "real", "rate": 1}
    outside = FakeRealTime(START)
    world = World(load(scenario), real_time=outside.real_time)

    outside.milliseconds += 3 * MINUTE + 1
    world.do(Reset()).accepted()

    assert world.clock.now() == START + 3 * MINUTE + 1
    assert world.next_due == START + 8 * MINUTE

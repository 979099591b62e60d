"""Moving a world's clock passes through everything due, and never goes back."""

import pytest

from simulator.exchange.orders import Side
from simulator.world.clock import ClockError
from simulator.world.world import Hooks, World
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, world_of


def test_time_cannot_go_backwards_in_a_world_and_nothing_happens_on_the_attempt() -> None:
    world = world_of(at("+PT0S", "suspend"))
    before = world.state_hash()

    for go_back in (lambda: world.advance(-1), lambda: world.set_time(START - 1), lambda: world.advance(10**15)):
        with pytest.raises(ClockError):
            go_back()

    assert world.state_hash() == before


def test_a_clock_can_be_moved_to_the_next_thing_due_and_no_further() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "lapse"), at("+PT2M", "resume"))

    world.to_next()
    assert world.clock.now() == START + MINUTE
    assert world.next_due == START + 2 * MINUTE
    world.to_next()
    assert world.clock.now() == START + 2 * MINUTE
    with pytest.raises(ClockError, match="Nothing is due"):
        world.to_next()


def test_a_world_says_how_long_to_wait_really_until_something_is_due() -> None:
    outside = FakeRealTime(START)
    world = world_of(at("+PT1M", "suspend"), real_time=outside.real_time)

    assert world.real_seconds_to_next_due() is None
    world.set_rate(60)
    assert world.real_seconds_to_next_due() == 1.0
    outside.milliseconds += 1000
    assert world.real_seconds_to_next_due() == 0.0
    world.run_due()
    assert world.real_seconds_to_next_due() is None


def test_whoever_keeps_the_time_is_told_when_it_changed_and_not_otherwise() -> None:
    told: list[int | None] = []
    world: World | None = None

    def due_changed() -> None:
        if world is not None:
            told.append(world.next_due)

    world = world_of(at("+PT0S", "turn-in-play"), at("+PT1M", "suspend"), hooks=Hooks(due_changed=due_changed))

    world.run_due()
    assert told == [START + MINUTE]
    world.apply(bet("alice", Side.LAY, 200, 500))
    assert told == [START + MINUTE, START + 5000]
    world.apply(bet("alice", Side.LAY, 200, 500))
    assert told == [START + MINUTE, START + 5000]
    world.set_rate(0)
    assert told == [START + MINUTE, START + 5000, START + 5000]

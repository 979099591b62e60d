"""Moving a world's clock passes through everything due, and never goes back."""

from collections.abc import Iterable

import pytest

from simulator.exchange.refusals import Impossible
from simulator.world.inputs import AdvanceClock, Input, MoveToNext, SetClock, SetClockRate, TakeRequestId
from simulator.world.state_hash import state_hash
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, story_of, world_of


def test_time_cannot_go_backwards_in_a_world_and_nothing_happens_on_the_attempt() -> None:
    world = world_of(at("+PT1S", "suspend"))
    before = state_hash(world)

    for go_back in (
        lambda: world.do(AdvanceClock(-1)).accepted(),
        lambda: world.do(SetClock(START - 1)).accepted(),
        lambda: world.do(AdvanceClock(10**15)).accepted(),
    ):
        with pytest.raises(Impossible):
            go_back()

    assert state_hash(world) == before


def test_a_clock_can_be_moved_to_the_next_thing_due_and_no_further() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "lapse"), at("+PT2M", "resume"))

    world.do(MoveToNext()).accepted()
    assert world.clock.now() == START + MINUTE
    assert world.next_due == START + 2 * MINUTE
    world.do(MoveToNext()).accepted()
    assert world.clock.now() == START + 2 * MINUTE
    with pytest.raises(Impossible, match="Nothing is due"):
        world.do(MoveToNext()).accepted()


def test_a_world_says_how_long_to_wait_really_until_something_is_due() -> None:
    outside = FakeRealTime(START)
    world = world_of(at("+PT1M", "suspend"), real_time=outside.real_time)

    assert world.real_seconds_to_next_due() is None
    world.do(SetClockRate(60)).accepted()
    assert world.real_seconds_to_next_due() == 1.0
    outside.milliseconds += 1000
    assert world.real_seconds_to_next_due() == 0.0
    world.run_due()
    assert world.real_seconds_to_next_due() is None


class Bell:
    """A source of which a world knows nothing: it wants an input every minute, three times."""

    name = "bell"

    def __init__(self) -> None:
        self.times = [START + MINUTE, START + 2 * MINUTE, START + 3 * MINUTE]

    @property
    def next_due(self) -> int | None:
        return self.times[0] if self.times else None

    def run(self, due: int) -> Iterable[Input]:
        assert due == self.times.pop(0)
        return (TakeRequestId(),)


def test_a_source_that_is_added_has_its_turn_at_its_times_and_after_those_that_were_there() -> None:
    world = world_of(at("+PT2M", "suspend"))
    story = story_of(world)
    world.agenda.add(Bell())

    assert world.next_due == START + MINUTE
    world.do(AdvanceClock(2 * MINUTE)).accepted()

    assert [(one.source, one.at - START) for one in story[1:]] == [
        ("bell", MINUTE),
        ("schedule", 2 * MINUTE),
        ("bell", 2 * MINUTE),
    ]
    assert world.next_due == START + 3 * MINUTE

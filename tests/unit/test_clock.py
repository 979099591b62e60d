"""The clock computes its time from two bases and a rate, and never goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.clock import END_OF_TIME, Clock, ClockError

START = 1_780_768_500_000


class RealSeconds:
    """Real seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


def test_a_clock_starts_where_it_is_told_and_runs_with_the_real_time() -> None:
    real = RealSeconds()
    clock = Clock(START, 1, real)

    assert clock.now() == START
    real.passed += 1.5
    assert clock.now() == START + 1500


def test_a_frozen_clock_stands_still_while_real_time_passes() -> None:
    real = RealSeconds()
    clock = Clock(START, 0, real)

    real.passed += 3600

    assert clock.now() == START


def test_a_rate_makes_minutes_of_seconds() -> None:
    real = RealSeconds()
    clock = Clock(START, 60, real)

    real.passed += 2

    assert clock.now() == START + 120_000


def test_the_time_is_in_whole_milliseconds_and_the_rest_is_not_lost() -> None:
    real = RealSeconds()
    clock = Clock(START, 0.5, real)

    real.passed += 0.001
    assert clock.now() == START
    real.passed += 0.001
    assert clock.now() == START + 1


def test_changing_the_rate_keeps_the_time_and_changes_what_follows() -> None:
    real = RealSeconds()
    clock = Clock(START, 1, real)

    real.passed += 10
    clock.set_rate(100)
    assert clock.now() == START + 10_000
    assert clock.rate == 100
    real.passed += 1
    assert clock.now() == START + 110_000
    clock.set_rate(0)
    real.passed += 50
    assert clock.now() == START + 110_000


def test_a_clock_whose_rate_changes_all_the_time_is_as_right_as_one_that_is_left_alone() -> None:
    real = RealSeconds()
    restless, calm = Clock(START, 1, real), Clock(START, 1, real)

    for _ in range(10_000):
        real.passed += 0.0003
        restless.set_rate(1)

    assert abs(restless.now() - calm.now()) <= 1


def test_a_clock_can_be_advanced_and_set() -> None:
    clock = Clock(START, 0, RealSeconds())

    clock.advance(5000)
    assert clock.now() == START + 5000
    clock.set(START + 5001)
    assert clock.now() == START + 5001


def test_a_running_clock_goes_on_from_where_it_was_moved_to() -> None:
    real = RealSeconds()
    clock = Clock(START, 2, real)

    clock.set(START + 1000)
    real.passed += 1

    assert clock.now() == START + 3000


def test_moving_to_the_present_changes_nothing() -> None:
    clock = Clock(START, 0, RealSeconds())

    clock.advance(0)
    clock.set(START)

    assert clock.now() == START


def test_setting_the_present_millisecond_does_not_lose_the_part_of_the_next_that_has_passed() -> None:
    real = RealSeconds()
    clock = Clock(START, 1, real)

    real.passed += 0.0009
    clock.set(START)
    real.passed += 0.0002

    assert clock.now() == START + 1


@pytest.mark.parametrize(
    "go_back", [lambda clock: clock.advance(-1), lambda clock: clock.set(START - 1)], ids=["advance", "set"]
)
def test_time_cannot_go_backwards(go_back) -> None:  # type: ignore[no-untyped-def]
    clock = Clock(START, 0, RealSeconds())

    with pytest.raises(ClockError, match=r"^Time can't go backwards"):
        go_back(clock)

    assert clock.now() == START


def test_reaching_for_the_past_leaves_a_clock_where_it_is() -> None:
    clock = Clock(START, 0, RealSeconds())

    clock.reach(START - 1)

    assert clock.now() == START


@pytest.mark.parametrize("rate", [-1, -0.001, float("nan"), float("inf")])
def test_a_rate_is_a_finite_number_from_zero_up(rate: float) -> None:
    clock = Clock(START, 1, RealSeconds())

    with pytest.raises(ClockError, match="rate"):
        clock.set_rate(rate)
    with pytest.raises(ClockError, match="rate"):
        Clock(START, rate, RealSeconds())

    assert clock.rate == 1


@pytest.mark.parametrize("start", [-1, END_OF_TIME + 1])
def test_a_clock_does_not_start_outside_of_what_dates_can_say(start: int) -> None:
    with pytest.raises(ClockError, match="between the years 1970 and 9999"):
        Clock(start, 1, RealSeconds())


def test_no_one_moves_a_clock_past_the_end_of_time() -> None:
    clock = Clock(START, 0, RealSeconds())

    for move in (lambda: clock.advance(END_OF_TIME), lambda: clock.set(END_OF_TIME + 1), lambda: clock.reach(10**16)):
        with pytest.raises(ClockError):
            move()

    assert clock.now() == START


def test_a_clock_that_runs_into_the_end_of_time_stays_there() -> None:
    real = RealSeconds()
    clock = Clock(START, 1e300, real)

    real.passed += 1e10
    assert clock.now() == END_OF_TIME
    clock.set_rate(1)
    real.passed += 1
    assert clock.now() == END_OF_TIME


def test_how_long_one_must_really_wait_depends_on_the_rate() -> None:
    real = RealSeconds()
    clock = Clock(START, 1, real)

    assert clock.real_seconds_until(START + 5000) == 5.0
    clock.set_rate(10)
    assert clock.real_seconds_until(START + 5000) == 0.5
    clock.set_rate(0)
    assert clock.real_seconds_until(START + 5000) is None


def test_what_has_come_needs_no_waiting_even_on_a_frozen_clock() -> None:
    clock = Clock(START, 0, RealSeconds())

    assert clock.real_seconds_until(START) == 0.0
    assert clock.real_seconds_until(START - 1) == 0.0


def test_after_the_wait_that_was_announced_the_time_has_come() -> None:
    real = RealSeconds()
    clock = Clock(START, 7, real)
    wait = clock.real_seconds_until(START + 1234)
    assert wait is not None

    real.passed += wait

    assert abs(clock.now() - (START + 1234)) <= 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 1e6)),
        st.tuples(st.just("rate"), st.floats(0, 1e6)),
        st.tuples(st.just("advance"), st.integers(0, 10**9)),
    )
)


@given(STEPS)
def test_whatever_is_done_to_a_clock_its_time_never_goes_back(steps: list[tuple[str, float]]) -> None:
    real = RealSeconds()
    clock = Clock(START, 1, real)
    latest = clock.now()

    for action, amount in steps:
        if action == "wait":
            real.passed += amount
        elif action == "rate":
            clock.set_rate(amount)
        else:
            clock.advance(min(int(amount), END_OF_TIME - clock.now()))
        assert clock.now() >= latest
        latest = clock.now()

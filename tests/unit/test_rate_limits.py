"""So many requests in a window that begins with the first of them."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.world.bettune.rate_limits import RateLimit, RateLimiter


def test_the_next_window_begins_with_its_own_first_request() -> None:
    limiter = RateLimiter(RateLimit(requests=2, window_seconds=10))

    answers = [limiter.admit("ann", now) for now in (500, 700, 800, 10_499, 10_500, 25_000, 34_999, 34_999)]

    assert answers == [None, None, 10, 1, None, None, None, 1]


def test_everybody_is_counted_alone() -> None:
    limiter = RateLimiter(RateLimit(requests=1, window_seconds=10))

    assert [limiter.admit(name, 0) for name in ("ann", "ben", "ann")] == [None, None, 10]
    assert list(limiter.state()) == [("ann", 10_000, 1), ("ben", 10_000, 1)]


def test_nothing_is_kept_of_windows_that_ended_before_the_last_one_began() -> None:
    limiter = RateLimiter(RateLimit(requests=2, window_seconds=1))
    for number in range(100):
        limiter.admit(f"user {number}", 100 * number)
        limiter.admit(f"user {number}", 100 * number + 50)

    assert list(limiter.state()) == [(f"user {number}", 100 * number + 1000, 2) for number in range(90, 100)]


def test_without_a_limit_nothing_is_counted() -> None:
    limiter = RateLimiter(None)

    assert {limiter.admit("ann", 0) for _ in range(1000)} == {None}
    assert list(limiter.state()) == []


@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.lists(st.integers(0, 4_000), max_size=40),
)
def test_no_window_has_more_requests_than_its_limit_and_waiting_as_told_helps(
    requests: int, window_seconds: int, pauses: list[int]
) -> None:
    """Against a list of all that were admitted: a window is what follows the first request outside the last one."""
    limiter = RateLimiter(RateLimit(requests, window_seconds))
    admitted: list[int] = []
    begin, now = None, 0
    for pause in pauses:
        now += pause
        if begin is None or now >= begin + 1000 * window_seconds:
            begin, admitted = now, []
        wait_seconds = limiter.admit("ann", now)
        if len(admitted) < requests:
            assert wait_seconds is None
            admitted.append(now)
        else:
            assert wait_seconds is not None
            left = begin + 1000 * window_seconds - now
            assert 1000 * (wait_seconds - 1) < left <= 1000 * wait_seconds

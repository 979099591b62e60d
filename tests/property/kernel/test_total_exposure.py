"""The bound of what an account can lose is never below what it can lose, and whether it is used changes no decision."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.refusals import Impossible, Refused
from tests.unit.exchange_builder import World, any_market

RUNNERS = [RunnerKey(number) for number in (1, 2, 3, 4)]
NAMES = ["alice", "bob", "carol"]
KINDS: dict[str, dict[str, Any]] = {
    "one winner": {},
    "two winners": {"number_of_winners": 2},
    "each way": {"number_of_winners": 2, "each_way_divisor": 400},
    "lines": {"betting_type": "LINE"},
}
Step = tuple[Any, ...]

places = st.tuples(
    st.just("place"),
    st.sampled_from(NAMES),
    st.sampled_from(list(Side)),
    st.sampled_from(RUNNERS),
    st.sampled_from([150, 200, 240, 300, 500, 1000]),
    st.integers(200, 40_00),
)
cancels = st.tuples(st.just("cancel"), st.integers(0, 30))
removals = st.tuples(st.just("remove"), st.sampled_from(RUNNERS))
hidings = st.tuples(st.just("hide"), st.sampled_from(RUNNERS))
programs = st.lists(st.one_of(places, places, places, cancels, removals, hidings), min_size=5, max_size=40)


@given(st.sampled_from(sorted(KINDS)), programs)
def test_a_bound_that_is_never_asked_is_a_bound_and_decides_as_the_figure_does(kind: str, program: list[Step]) -> None:
    lazy, exact = poor_world(kind), poor_world(kind)
    for step in program:
        assert carry_out(lazy, step) == carry_out(exact, step)
        for name in NAMES:
            assert exact.exposure(name) >= 0

    for name in NAMES:
        account = lazy.exchange.accounts[name]
        at_most = account.exposure_at_most
        assert exact.exposure(name) == account.exposure <= at_most
        assert account.exposure == account.exposure_at_most


def poor_world(kind: str) -> World:
    """A market in which funds and limits are soon used up."""
    runners = RUNNERS[:1] if kind == "lines" else RUNNERS
    balances = {"alice": 60_00, "bob": 150_00, "carol": 100_000_00}
    return any_market(runners=runners, balances=balances, **KINDS[kind])


def carry_out(world: World, step: Step) -> str:
    """Take one step; return what came of it."""
    verbs: dict[str, Callable[..., object]] = {"place": place, "cancel": cancel, "remove": remove, "hide": hide}
    try:
        verbs[step[0]](world, *step[1:])
    except (Refused, Impossible) as error:
        return str(error)
    return repr(world.events)


def place(world: World, account: str, side: Side, runner: RunnerKey, price: int, size: int) -> None:
    (world.back if side is Side.BACK else world.lay)(account, size, price, runner)


def cancel(world: World, number: int) -> None:
    orders = world.orders
    if number < len(orders):
        world.cancel(orders[number].account, orders[number])


def remove(world: World, runner: RunnerKey) -> None:
    world.remove(runner, 1_000)


def hide(world: World, runner: RunnerKey) -> None:
    world.hide(runner)

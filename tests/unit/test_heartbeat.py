"""Of those who fall silent at the same moment, the one who was heard of earlier is missed first."""

from simulator.exchange.commands import Heartbeat
from simulator.exchange.events import HeartbeatExpired
from tests.unit.exchange_builder import World


def missed(world: World) -> list[str]:
    """Who is missed when ten seconds have passed, in order."""
    world.wait(10_000)
    return [event.account for event in world.events if isinstance(event, HeartbeatExpired)]


def test_equal_deadlines_expire_in_the_order_in_which_they_were_set() -> None:
    world = World()
    for name in ("alice", "carol", "bob"):
        world.apply(Heartbeat(name, 10))

    assert ["alice", "carol", "bob"] == missed(world)


def test_a_deadline_that_is_renewed_comes_after_those_that_were_equal_to_it() -> None:
    world = World()
    for name in ("alice", "bob", "alice"):
        world.apply(Heartbeat(name, 10))

    assert ["bob", "alice"] == missed(world)

"""What a world does for one caller costs the same however many others it has, and however long its story is."""

from functools import partial
from typing import Any

import pytest

from simulator.exchange.orders import Side
from simulator.world.export import Export, encode_export
from simulator.world.ids import Ids
from simulator.world.inputs import ActivateSubscription, AdvanceClock, KeepAlive, LogIn, MakeSubscription
from simulator.world.vendors import Subscription
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.sessions import log_in
from tests.steps import steps
from tests.unit.scenario_builder import load, small
from tests.unit.test_vendors import stated
from tests.unit.world_builder import bet, world_of


def with_sessions(number: int) -> World:
    """A world in which alice has logged in so often, one minute after the other."""
    world = world_of()
    for _ in range(number):
        log_in(world, "alice", "secret", "any")
        world.do(AdvanceClock(60_000)).accepted()
    return world


def test_a_login_does_not_look_at_the_sessions_that_last() -> None:
    few, many = (
        steps(partial(log_in, world, "bob", "secret", "any")) for world in (with_sessions(2), with_sessions(600))
    )

    assert abs(many - few) < 100


def with_subscriptions(number: int) -> World:
    """A world in which alice has subscribed to Bob's application after so many subscriptions that nobody has taken."""
    world = World(load(stated()))
    for _ in range(number):
        world.do(MakeSubscription("bob", 30)).accepted()
    last = list(world.vendors.subscriptions)[-1]
    world.do(ActivateSubscription("alice", last)).accepted()
    return world


def test_whom_a_vendor_serves_is_found_without_looking_at_all_subscriptions() -> None:
    def serves(world: World) -> int:
        assert world.vendors.serves("bob", "alice", 0)
        return steps(lambda: world.vendors.serves("bob", "alice", 0))

    assert serves(with_subscriptions(2)) == serves(with_subscriptions(500))


def test_a_customer_of_a_vendor_is_found_without_making_the_ids_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = small()
    scenario["accounts"] += [{"username": f"customer {number}", "password": "secret"} for number in range(50)]
    world = World(load(scenario))
    sought = world.vendors.client_id("customer 7")
    assert world.vendors.customer(sought).username == "customer 7"

    made: list[str] = []
    monkeypatch.setattr(Ids, "vendor_client_id", lambda _, username: made.append(username))

    assert world.vendors.customer(sought).username == "customer 7"
    assert made == []


def test_a_subscription_is_found_from_when_it_is_activated_on() -> None:
    world = World(load(stated()))
    assert list(world.vendors.between("bob", "alice")) == []
    for _ in range(2):
        world.do(MakeSubscription("bob", 30)).accepted()

    first, second = world.vendors.subscriptions.values()
    found: list[list[Subscription]] = []
    for one in (second, first):
        world.do(ActivateSubscription("alice", one.token)).accepted()
        found.append(list(world.vendors.between("bob", "alice")))

    assert found == [[second], [first, second]]


def test_to_export_a_story_no_more_tokens_are_made_than_there_can_have_been(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = Worlds()
    world = worlds.create(world_of().scenario)
    for _ in range(3):
        world.do(LogIn("alice", "secret", "any")).accepted()
    world.do(KeepAlive("made up"))
    for number in range(300):
        world.do(bet("bob", Side.LAY, 150, 200 + number))
    made: list[Any] = []
    token_of_login = Ids.token_of_login
    monkeypatch.setattr(Ids, "token_of_login", lambda ids, *which: made.append(which) or token_of_login(ids, *which))

    export = Export.of(world, *worlds.journal(world.id).story())

    assert b"made up" not in encode_export(export)
    assert set(made) <= {("alice", number) for number in range(1, 7)}

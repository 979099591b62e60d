"""Vendors in worlds: their story can be told again, a second world has it too, and a scenario states them rightly."""

from typing import Any

import pytest

from simulator.world.clock import END_OF_TIME
from simulator.world.export import Export, encode_export, replay
from simulator.world.format.document import ScenarioError
from simulator.world.happened import SubscriptionMade, VendorAuthorised
from simulator.world.inputs import (
    ActivateSubscription,
    AdvanceClock,
    AuthoriseVendor,
    CancelSubscription,
    Input,
    KeepAlive,
    LogIn,
    MakeSubscription,
    OpenVendorSession,
    Reset,
    RevokeVendor,
    SetClock,
    SetClockRate,
    UpdateSubscription,
)
from simulator.world.loading.named import builtin_scenario
from simulator.world.state_hash import state_hash
from simulator.world.vendors import CODE_MILLISECONDS
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.retold import Record
from tests.scenario import Block
from tests.unit.scenario_builder import load, small
from tests.unit.world_builder import START, FakeRealTime, subscribe_and_authorise

VENDOR: Block = {
    "name": "Bob's Ladder",
    "vendorId": "4534",
    "vendorSecret": "secret",
    "redirectUrl": "https://vendor.example/welcome",
    "affiliates": ["alice"],
}


def demo() -> World:
    world = World(builtin_scenario("demo"), real_time=FakeRealTime(START).real_time)
    world.do(SetClockRate(0)).accepted()
    return world


def stated(**changes: Any) -> Block:
    """The small scenario, in which Bob is a vendor."""
    scenario = small()
    scenario["accounts"][1]["vendor"] = {**VENDOR, **changes}
    return scenario


# The story


def test_every_input_about_vendors_is_told_again_in_another_process() -> None:
    world = World(builtin_scenario("demo"), real_time=FakeRealTime(START).real_time)
    record = Record(world)
    world.do(SetClockRate(0)).accepted()
    subscribe_and_authorise(world)
    record.note_state()
    (grant,) = world.vendors.grants.values()
    (subscription,) = world.vendors.subscriptions.values()
    deeds: list[Input] = [
        UpdateSubscription("bob", world.vendors.client_id("alice"), 60),
        OpenVendorSession("bob", refresh_token=grant.refresh_token),
        AdvanceClock(CODE_MILLISECONDS),
        AuthoriseVendor("alice", "4534"),
        RevokeVendor("alice", "4534"),
        CancelSubscription("bob", subscription.token),
        MakeSubscription("bob"),
    ]
    for one in deeds:
        before = state_hash(world)
        world.do(one).accepted()
        record.note_state()
        assert state_hash(world) != before, one

    assert record.hashes_elsewhere() == record.hashes


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (MakeSubscription("alice"), "IMPOSSIBLE"),
        (MakeSubscription("nobody"), "IMPOSSIBLE"),
        (MakeSubscription("bob", 0), "INVALID_INPUT_DATA"),
        (MakeSubscription("bob", 1, "x" * 33), "INVALID_CLIENT_REF"),
        (ActivateSubscription("nobody", "x"), "IMPOSSIBLE"),
        (ActivateSubscription("alice", "x"), "INVALID_SUBSCRIPTION_TOKEN"),
        (CancelSubscription("bob", "x"), "INVALID_SUBSCRIPTION_TOKEN"),
        (UpdateSubscription("bob", "x", 1), "INVALID_VENDOR_CLIENT_ID"),
        (AuthoriseVendor("alice", "1"), "INVALID_INPUT_DATA"),
        (AuthoriseVendor("alice", "4534"), "USER_NOT_SUBSCRIBED"),
        (OpenVendorSession("bob"), "IMPOSSIBLE"),
        (OpenVendorSession("bob", "x", "x"), "IMPOSSIBLE"),
        (OpenVendorSession("bob", "x"), "INVALID_AUTH_CODE"),
        (OpenVendorSession("bob", None, "x"), "INVALID_AUTH_CODE"),
        (RevokeVendor("alice", "4534"), "USER_NOT_SUBSCRIBED"),
    ],
    ids=str,
)
def test_what_is_refused_changes_nothing(one: Input, code: str) -> None:
    world = demo()
    before = state_hash(world)

    happened = world.do(one)

    assert happened.refusal is not None
    assert happened.refusal.code == code
    assert happened.events == ()
    assert state_hash(world) == before


def test_a_code_that_has_expired_is_forgotten_when_the_next_one_is_made() -> None:
    world = demo()
    subscribe_and_authorise(world)
    world.do(AdvanceClock(CODE_MILLISECONDS)).accepted()

    (event,) = world.do(AuthoriseVendor("alice", "4534")).accepted()

    assert isinstance(event, VendorAuthorised)
    assert list(world.vendors.codes) == [event.authorisation_code]


def test_no_subscription_outlasts_the_calendar() -> None:
    world = demo()
    world.do(SetClock(END_OF_TIME)).accepted()

    refusal = world.do(MakeSubscription("bob", 1)).refusal

    assert refusal is not None
    assert "9999" in refusal.problem
    (made,) = world.do(MakeSubscription("bob")).accepted()
    assert isinstance(made, SubscriptionMade)
    assert made.expires_at is None


def test_a_session_of_a_vendor_is_found_by_its_token_and_ends_with_what_was_allowed() -> None:
    worlds = Worlds()
    world = worlds.create(builtin_scenario("demo"))
    token = subscribe_and_authorise(world)
    assert worlds.by_session(token) is world
    assert world.session(token) is not None

    world.do(RevokeVendor("alice", "4534")).accepted()

    assert worlds.by_session(token) is None
    assert world.session(token) is None
    assert not world.vendors.codes


def test_a_second_world_has_the_subscriptions_and_no_session_of_a_vendor() -> None:
    """Its customers and vendors are called otherwise, and know each other by those names."""
    worlds = Worlds()
    world = worlds.create(builtin_scenario("demo"))
    world.do(LogIn("alice", "alice-password", "alice-live-key")).accepted()
    subscribe_and_authorise(world)

    fork = worlds.prepare_restored(world.snapshot(), is_fork=True)()
    worlds.take_in(fork)

    assert fork.vendors.serves("bob-2", "alice-2", fork.clock.now())
    assert not list(fork.sessions)
    assert [(grant.vendor, grant.customer) for grant in fork.vendors.grants.values()] == [("bob-2", "alice-2")]
    bob = fork.accounts.by_username["bob-2"].vendor
    assert bob is not None
    assert bob.affiliates == ("alice-2",)
    (grant,) = fork.vendors.grants.values()
    fork.do(OpenVendorSession("bob-2", refresh_token=grant.refresh_token)).accepted()


def test_what_a_world_has_of_the_one_that_it_was_made_of_is_exported_by_its_place_in_the_snapshot() -> None:
    """A refresh token that the first world made, and after a reset a session that it opened."""
    worlds = Worlds(real_time=FakeRealTime(START).real_time)
    first = worlds.create(builtin_scenario("demo"))
    subscribe_and_authorise(first)
    (grant,) = first.vendors.grants.values()
    (session, *_), snapshot = first.sessions, first.snapshot()
    for is_fork, vendor in ((True, "bob-2"), (False, "bob")):
        if not is_fork:
            worlds.delete(first.id)
        world = worlds.prepare_restored(snapshot, is_fork=is_fork)()
        worlds.take_in(world)
        world.do(OpenVendorSession(vendor, refresh_token=grant.refresh_token)).accepted()
        assert (world.do(KeepAlive(session.token)).refusal is None) is not is_fork
        state = state_hash(world)

        text = encode_export(Export.of(world, *worlds.journal(world.id).story()))
        world.do(Reset(START)).accepted()
        later = encode_export(Export.of(world, *worlds.journal(world.id).story()))

        assert state_hash(replay(text.splitlines())) == state
        for exported in (text, later):
            told = exported.partition(b"\n")[2].decode()
            assert "of the snapshot" in told
            assert ("none that was given" in told) is is_fork
            assert not [token for token in (grant.refresh_token, session.token) if token in told]
            replay(exported.splitlines())


# The scenario


@pytest.mark.parametrize(
    ("changes", "place", "problem"),
    [
        ({"vendorId": "04534"}, "$.accounts[1].vendor.vendorId", "04534"),
        ({"vendorId": 4534}, "$.accounts[1].vendor.vendorId", "4534"),
        ({"name": ""}, "$.accounts[1].vendor.name", '""'),
        ({"redirectUrl": "vendor.example"}, "$.accounts[1].vendor.redirectUrl", "vendor.example"),
        ({"redirectUrl": "https://vendor.example/a b"}, "$.accounts[1].vendor.redirectUrl", "a b"),
        ({"affiliates": ["alice", "carol"]}, "$.accounts[1].vendor.affiliates[1]", "carol"),
        ({"secret": "x"}, "$.accounts[1].vendor", "secret"),
    ],
)
def test_a_vendor_that_cannot_be_is_refused_at_its_place(changes: Block, place: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(stated(**changes))

    assert place == caught.value.path
    assert problem in str(caught.value)


def test_two_vendors_have_two_ids() -> None:
    scenario = stated()
    scenario["accounts"][0]["vendor"] = VENDOR

    with pytest.raises(ScenarioError) as caught:
        load(scenario)

    assert "There is a vendor" in str(caught.value)

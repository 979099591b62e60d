"""A world that goes on from a snapshot is the world that was, whatever happens next."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.orders import Side
from simulator.world.happened import Happened, SessionClosed, SessionOpened, WorldRestored
from simulator.world.inputs import AdvanceClock, Input, LogIn, Restore, SetClockRate
from simulator.world.snapshot import Snapshot, SnapshotError, decode_snapshot, encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.object_graph import attributes_of, is_ours
from tests.retold import Record
from tests.unit.scenario_builder import load, small
from tests.unit.test_hashed_attributes import busy_worlds, corrected_world
from tests.unit.test_retelling import DEEDS, retold
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, story_of, world_of


def written(world: World) -> Snapshot:
    """The snapshot of a world, by way of the bytes that a file would have."""
    return decode_snapshot(encode_snapshot(world.snapshot()))


def going_on_from(snapshot: Snapshot) -> World:
    """A world of another server that goes on from a snapshot."""
    return World.of_snapshot(snapshot, FakeRealTime(START).real_time)


def assert_alike(one: Any, other: Any, pairs: dict[int, int], place: str) -> None:
    """Hold everything that is reached from one object against what is reached from another, identities included."""
    assert type(one) is type(other), place
    if isinstance(one, str | bytes | int | float | Decimal | Fraction | Enum | None):
        assert one == other, place
        return
    if not isinstance(one, tuple | frozenset):
        if id(one) in pairs:
            assert pairs[id(one)] == id(other), place
            return
        pairs[id(one)] = id(other)
    mine, its = parts_of(one), parts_of(other)
    assert [where for where, _ in mine] == [where for where, _ in its], place
    for (where, part), (_, other_part) in zip(mine, its, strict=True):
        assert_alike(part, other_part, pairs, place + where)


def parts_of(one: Any) -> list[tuple[str, Any]]:
    """What an object or a container leads to, and by which way."""
    if is_ours(one) and not isinstance(one, tuple):
        attributes = sorted(attributes_of(one).items(), key=lambda item: item[0])
        return [(f".{name}", value) for name, value in attributes if name not in NOT_COMPARED]
    if isinstance(one, Mapping):
        keys = [(f"'s key {place}", key) for place, key in enumerate(one)]
        return keys + [(f"'s value {place}", value) for place, value in enumerate(one.values())]
    items = sorted(one) if isinstance(one, set | frozenset) else one
    return [(f"[{place}]", item) for place, item in enumerate(items)]


NOT_COMPARED = {
    "_virtual_view", "_other_runners_of", "_changes_followed", "_active_by_priority",
    "_by_pair", "_by_client_id", "_by_length",
    "_real", "_real_base", "_base_nanoseconds",
    "_by_selection", "definition_before", "_events", "_heard", "_opened", "_opening", "_read_ahead", "_reading",
    "_sources", "_watch", "_watched", "is_image", "moves", "watched_books", "watched_runners",
    "new_book", "new_books",
}  # fmt: skip
"""What markets, vendors and sessions work out anew when they are asked, how a clock counts, what the last message has
changed in a recorded market, who is called and in which order, and what is open."""


def test_every_attribute_of_everything_is_as_it_was_and_refers_to_what_it_referred_to() -> None:
    for world in busy_worlds():
        world.do(SetClockRate(0))

        again = going_on_from(written(world))

        assert state_hash(again) == state_hash(world)
        assert_alike(
            (world.parts, world.participants, world.sequence, world.created_at),
            (again.parts, again.participants, again.sequence, again.created_at),
            {},
            "world",
        )


def test_an_image_is_the_same_whether_or_not_somebody_has_read_a_statement() -> None:
    unread, read = corrected_world(), corrected_world()
    for name in read.exchange.ledger.balances:
        assert list(read.exchange.ledger.statement(name))

    assert bytes(read.snapshot().image) == bytes(unread.snapshot().image)


@given(st.lists(DEEDS, max_size=10), st.lists(DEEDS, max_size=10))
def test_who_goes_on_from_a_snapshot_hears_the_same_story(before: list[Input], after: list[Input]) -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "resume"), at("+PT2M", "turn-in-play"))
    world.do(SetClockRate(0))
    for one in before:
        world.do(one)
    world.do(SetClockRate(0))

    again = going_on_from(written(world))

    assert state_hash(again) == state_hash(world)
    for one in [deed for deed in after if not isinstance(deed, SetClockRate)]:
        assert again.do(one) == world.do(one)
        assert state_hash(again) == state_hash(world)


def test_another_process_goes_on_from_the_same_snapshot() -> None:
    world = world_of(at("+PT1M", "turn-in-play"))
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    again = going_on_from(written(world))
    record = Record(again)

    again.do(AdvanceClock(2 * MINUTE))
    record.note_state()
    again.do(bet("bob", Side.BACK, 200, 500)).accepted()
    record.note_state()

    assert record.hashes_elsewhere() == record.hashes


def test_a_world_goes_back_and_its_story_goes_on() -> None:
    world = world_of()
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    story = story_of(world)
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    then, sequence, snapshot = state_hash(world), world.sequence, encode_snapshot(world.snapshot())
    world.do(LogIn("bob", "secret", "bob-live")).accepted()
    world.do(bet("bob", Side.BACK, 200, 500)).accepted()
    world.do(AdvanceClock(MINUTE)).accepted()

    restored = world.do(Restore(msgspec.Raw(snapshot)))

    assert state_hash(world) == then
    assert [type(event) for event in restored.events] == [SessionClosed, SessionClosed, WorldRestored, SessionOpened]
    assert restored.sequence == sequence + 4
    assert world.clock.now() == START
    assert story[-1] == restored


def test_the_story_of_a_world_that_went_back_can_be_told_again() -> None:
    world = world_of(at("+PT1M", "suspend"))
    story: list[Happened] = story_of(world)
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    snapshot = encode_snapshot(world.snapshot())
    world.do(AdvanceClock(2 * MINUTE)).accepted()
    world.do(Restore(msgspec.Raw(snapshot))).accepted()
    world.do(AdvanceClock(2 * MINUTE)).accepted()

    assert retold(world, story) == story


def test_the_tokens_of_a_world_that_went_back_are_those_of_then() -> None:
    worlds = Worlds()
    world = worlds.create(load(small()))
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    (kept,) = world.sessions
    snapshot = encode_snapshot(world.snapshot())
    world.do(LogIn("bob", "secret", "bob-live")).accepted()
    lost = next(session for session in world.sessions if session.token != kept.token)

    world.do(Restore(msgspec.Raw(snapshot))).accepted()

    assert worlds.by_session(kept.token) is world
    assert world.session(kept.token) is not None
    assert worlds.by_session(lost.token) is None


def test_a_fork_has_credentials_of_its_own_and_everything_else() -> None:
    worlds = Worlds()
    world = worlds.create(world_of().scenario)
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()

    before = state_hash(world)

    fork = worlds.prepare_restored(world.snapshot(), is_fork=True)()
    worlds.take_in(fork)

    assert fork.id == "world-2"
    assert "alice-2" in fork.accounts.by_username
    assert worlds.by_username("alice-2") is fork
    assert worlds.by_app_key(fork.accounts.by_username["alice-2"].app_key) is fork
    assert not list(fork.sessions)
    assert [order.account for order in fork.exchange.orders.values()].count("alice-2") == 1
    fork.do(bet("bob-2", Side.BACK, 200, 500)).accepted()
    assert fork.exchange.accounts["alice-2"].exposure == 500
    fork.do(LogIn("alice-2", "secret", "alice-live-2")).accepted()
    (token,) = (session.token for session in fork.sessions)
    assert worlds.by_session(token) is fork
    assert state_hash(world) == before


def test_a_world_goes_back_to_its_own_snapshots_only() -> None:
    worlds = Worlds()
    first, second = worlds.create(load(small())), worlds.create(load(small()))
    before = state_hash(second)

    happened = second.do(Restore(msgspec.Raw(encode_snapshot(first.snapshot()))))

    assert happened.refusal is not None
    assert "of another world" in happened.refusal.problem
    assert state_hash(second) == before


def altered(**changes: Any) -> bytes:
    document = msgspec.json.decode(encode_snapshot(world_of().snapshot()))
    return msgspec.json.encode({**document, **changes})


UNREADABLE = {
    "nothing": (b"", "not a snapshot"),
    "text": (b'"a snapshot"', "not a snapshot"),
    "no members": (b"{}", "not a snapshot"),
    "another format": (altered(format=2), "format: 2 is not the format of this version"),
    "another image": (altered(image={}), "digest: this is not as it was written"),
    "no scenario": (altered(scenario=None), "not a snapshot"),
    "a digest of something else": (altered(digest="0"), "digest"),
}


@pytest.mark.parametrize(("document", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_snapshot_is_refused_with_a_sentence_and_changes_nothing(document: bytes, says: str) -> None:
    world = world_of()
    before = state_hash(world)
    with pytest.raises(SnapshotError, match=says):
        decode_snapshot(document)
    if not document.startswith(b"{"):
        return

    happened = world.do(Restore(msgspec.Raw(document)))

    assert happened.refusal is not None
    assert says in happened.refusal.problem
    assert state_hash(world) == before


PLACES = st.lists(st.integers(0, 2**30), min_size=1, max_size=6)
STRANGE = st.sampled_from(
    [None, -1, 0, "", "exchange.orders.Order", [], {}, ["same", 1, 10**15], ["plain", [1]], 1e300]
)


@given(PLACES, STRANGE)
def test_an_image_that_somebody_wrote_is_read_or_refused(places: list[int], strange: Any) -> None:
    """Whatever stands in an image, in whatever place, reading it never fails in another way."""
    snapshot = world_of().snapshot()
    image = msgspec.json.decode(snapshot.image)
    _put(image, places, strange)
    problem = problem_of(msgspec.structs.replace(snapshot, image=msgspec.Raw(msgspec.json.encode(image))))

    assert problem is None or problem.startswith("image: ")


def image_without(*path: str) -> dict[str, Any]:
    """An image in which what a path leads to has nothing in it."""
    image = here = msgspec.json.decode(world_of().snapshot().image)
    for name in path[:-1]:
        here = here[name]
    here[path[-1]] = {}
    return dict(image)


@pytest.mark.parametrize(
    ("table", "attribute"),
    [("world.transaction_charges.TransactionCharges", "limit"), ("exchange.book.Offers", "_direction")],
)
def test_an_image_in_which_objects_lack_what_they_remember_is_refused(table: str, attribute: str) -> None:
    snapshot = world_of().snapshot()
    image = image_without("tables", table, "attributes")

    problem = problem_of(msgspec.structs.replace(snapshot, image=msgspec.Raw(msgspec.json.encode(image))))

    assert problem is not None
    assert problem.startswith("image: ")
    assert attribute in problem


def test_a_world_that_cannot_go_back_to_an_image_goes_on_as_before() -> None:
    world = world_of()
    image = image_without("tables", "world.transaction_charges.TransactionCharges", "attributes")
    wrong = msgspec.structs.replace(world.snapshot(), image=msgspec.Raw(msgspec.json.encode(image))).signed()
    before = state_hash(world)

    refusal = world.do(Restore(msgspec.Raw(encode_snapshot(wrong)))).refusal

    assert refusal is not None
    assert "limit" in refusal.problem
    assert state_hash(world) == before


def problem_of(snapshot: Snapshot) -> str | None:
    """Why a world cannot go on from a snapshot, or `None` where it does."""
    try:
        going_on_from(snapshot)
    except SnapshotError as error:
        return str(error)
    return None


def _put(document: Any, places: list[int], value: Any) -> None:
    """Put something in the place that the numbers lead to."""
    here = document
    for number in places:
        keys = list(here) if isinstance(here, dict) else range(len(here))
        if not keys:
            return
        key = keys[number % len(keys)]
        if not isinstance(here[key], dict | list) or number == places[-1]:
            here[key] = value
            return
        here = here[key]

"""A world that goes on from a snapshot follows its recordings from where they were, and is the world that was."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.exchange.commands import CancelOrders, PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.reading_recordings import open_recordings, read_ahead
from simulator.replay import messages
from simulator.world.export import Export, encode_export, replay
from simulator.world.format.scenario import Scenario
from simulator.world.inputs import AdvanceClock, Input, LogIn, MoveToNext, Restore, WatchMarkets
from simulator.world.journal import Journal
from simulator.world.snapshot import Snapshot, SnapshotError, encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.recording_files import Race, a_race
from tests.retold import Record
from tests.unit.test_replay import FIRST, FROZEN, SHIPPED, bet, world_of
from tests.unit.test_replay_sources import bets_in_all_markets, prepared
from tests.unit.test_snapshot import assert_alike, written

WIN, PLACE = "1.260606101", "1.260606102"


@cache
def shipped(model: str) -> Scenario:
    """A race of eight, to win and to be placed: a removal, bets at the starting price, the off, results."""
    return open_recordings.scenario_of([str(SHIPPED)], rate=Decimal(0), model=model, cross_matching=True)


def begun(model: str = "queue") -> World:
    return World(shipped(model), real_time=FROZEN, open_recordings=open_recordings)


def going_on_from(snapshot: Snapshot) -> World:
    return World.of_snapshot(snapshot, FROZEN, open_recordings)


class HeldReading:
    """The reading of files whose names have a part: it begins, and goes on only once it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, part_of_name: str = "") -> None:
        self.asked: list[int] = []
        """From which lines on any files were read."""
        self.has_begun, self.may_go_on = Event(), Event()
        found = messages.any_lines

        def lines(source: Any, after: int) -> Any:
            self.asked.append(after)
            if part_of_name in source.name:
                self.has_begun.set()
                assert self.may_go_on.wait(60)
            return found(source, after)

        monkeypatch.setattr(messages, "any_lines", lines)

    def begin(self, world: World) -> Thread:
        """Let another thread read ahead for a world, and return it once it has begun."""
        reader = Thread(target=read_ahead, args=([world],))
        reader.start()
        assert self.has_begun.wait(60)
        return reader


LIMITS = st.builds(
    PlaceInstruction,
    st.integers(1, 8).map(RunnerKey),
    st.sampled_from(list(Side)),
    st.just(OrderType.LIMIT),
    st.sampled_from([101, 130, 200, 320, 400, 550, 800, 1_000, 2_000, 100_000]),
    st.sampled_from([2_00, 10_00, 75_00]),
    st.sampled_from([Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE]),
)
ON_CLOSE = st.builds(
    PlaceInstruction,
    st.integers(1, 8).map(RunnerKey),
    st.sampled_from(list(Side)),
    st.just(OrderType.MARKET_ON_CLOSE),
    liability=st.just(20_00),
)
BETS = st.builds(
    PlaceOrders,
    st.sampled_from(["alice", "bob"]),
    st.sampled_from([WIN, WIN, PLACE]),
    st.one_of(LIMITS, LIMITS, ON_CLOSE).map(lambda order: (order,)),
)
DEEDS: st.SearchStrategy[Input] = st.one_of(
    BETS,
    BETS,
    st.sampled_from([0, 300, 5_000, 40_000, 100_000]).map(AdvanceClock),
    st.just(MoveToNext()),
    st.builds(CancelOrders, st.just("alice"), st.sampled_from([WIN, PLACE])),
    st.just(LogIn("alice", "alice-password", "alice-live-key")),
    st.just(WatchMarkets((WIN,))),
)


@settings(max_examples=min(25, settings().max_examples // 5))
@given(
    st.sampled_from(["optimistic", "queue", "pessimistic"]),
    st.lists(DEEDS, max_size=14),
    st.lists(DEEDS, max_size=10),
)
def test_who_goes_on_from_a_snapshot_hears_the_same_story_to_the_result(
    model: str, before: list[Input], after: list[Input]
) -> None:
    world = begun(model)
    for one in before:
        world.do(one)

    again = going_on_from(written(world))

    assert state_hash(again) == state_hash(world)
    for one in [*after, AdvanceClock(600_000)]:
        assert again.do(one) == world.do(one)
        assert state_hash(again) == state_hash(world)
    assert again.notices == world.notices
    assert again.next_due is world.next_due is None


@pytest.mark.parametrize("seconds", [0, 30, 95, 200, 250, 290, 340])
def test_every_attribute_of_everything_is_as_it_was_and_refers_to_what_it_referred_to(seconds: int) -> None:
    world = begun()
    world.do(LogIn("alice", "alice-password", "alice-live-key")).accepted()
    world.do(WatchMarkets((WIN,))).accepted()
    for _ in range(5):
        bets_in_all_markets(world)
        world.do(AdvanceClock(seconds * 200)).accepted()

    again = going_on_from(written(world))

    assert state_hash(again) == state_hash(world)
    assert_alike(
        (world.parts, world.participants, world.sequence, world.created_at),
        (again.parts, again.participants, again.sequence, again.created_at),
        {},
        "world",
    )


def test_a_world_goes_on_without_reading_what_it_has_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of(a_race().write(tmp_path))
    world.do(AdvanceClock(4_000)).accepted()
    snapshot, reading = written(world), HeldReading(monkeypatch)
    reading.may_go_on.set()
    again = going_on_from(snapshot)

    assert again.next_due == FIRST + 5_000
    assert reading.asked == []
    again.do(AdvanceClock(1_000)).accepted()
    assert reading.asked == [5]


@pytest.mark.parametrize("in_time", [True, False], ids=["before it is due", "in another thread, when it is due"])
def test_who_reads_ahead_has_the_next_message_when_its_time_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_time: bool
) -> None:
    """Of files in whose middle it goes on, once, and nothing else becomes of it: others are opened as ever."""
    (folder := tmp_path / "recordings").mkdir()
    a_race().write(folder)
    later = Race("1.2", event_id="10")
    later.at += 60_000
    later.messages.clear()
    later.defines()
    later.write(folder)
    world = world_of(folder)
    world.do(AdvanceClock(4_000)).accepted()
    again, reading = going_on_from(written(world)), HeldReading(monkeypatch)
    reader = reading.begin(again)
    if in_time:
        reading.may_go_on.set()
        reader.join()
    Timer(0.05, reading.may_go_on.set).start()
    again.do(AdvanceClock(1_000)).accepted()
    reader.join()

    assert reading.asked == [5]
    world.do(AdvanceClock(1_000)).accepted()
    for one in (world, again):
        one.do(AdvanceClock(120_000)).accepted()
    assert reading.asked == [5, 0, 0]
    assert state_hash(again) == state_hash(world)


def test_what_is_due_in_one_file_does_not_wait_until_another_has_been_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "recordings").mkdir()
    a_race().write(folder)
    other = Race("1.2", event_id="10")
    other.at += 500
    other.messages.clear()
    for number in range(8):
        other.defines(betDelay=number)
    other.write(folder)
    world = world_of(folder)
    world.do(AdvanceClock(4_600)).accepted()
    again, reading = going_on_from(written(world)), HeldReading(monkeypatch, "1.2")
    reader = reading.begin(again)
    late = Timer(3, reading.may_go_on.set)
    late.start()
    again.do(AdvanceClock(400)).accepted()

    assert not reading.may_go_on.is_set()
    late.cancel()
    reading.may_go_on.set()
    reader.join()
    world.do(AdvanceClock(400)).accepted()
    for one in (world, again):
        one.do(AdvanceClock(120_000)).accepted()
    assert state_hash(again) == state_hash(world)


def test_lines_that_are_left_out_are_noted_once(tmp_path: Path) -> None:
    race = Race()
    race.says("nonsense")
    race.offers(1, atb=[(2.0, 1.0)])
    race.says("more of it")
    race.offers(1, atb=[(2.0, 2.0)])
    world = world_of(race.write(tmp_path))
    again = going_on_from(written(world))
    for one in (world, again):
        one.do(AdvanceClock(60_000)).accepted()

    assert len(world.notices) == 3
    assert again.notices == world.notices


def test_a_file_whose_time_has_not_come_and_one_that_has_ended_are_where_they_were(tmp_path: Path) -> None:
    later = Race("1.2", event_id="10")
    later.at += 60_000
    later.messages.clear()
    later.defines()
    later.offers(1, atb=[(2.0, 1.0)])
    world = world_of(a_race().write(tmp_path), later.write(tmp_path))
    world.do(AdvanceClock(30_000)).accepted()
    again = going_on_from(written(world))
    assert again.next_due == FIRST + 61_000
    for one in (world, again):
        one.do(AdvanceClock(60_000)).accepted()

    assert state_hash(again) == state_hash(world)
    assert again.notices == world.notices != []


def test_markets_that_a_recording_does_not_settle_are_in_the_order_in_which_that_was_known(tmp_path: Path) -> None:
    files = []
    for number in (2, 10, 1):
        race = Race(f"1.{number}", event_id=str(number))
        race.at += 1_000 * len(files)
        race.offers(1, atb=[(2.0, 1.0)])
        files.append(race.write(tmp_path))
    world = world_of(*files)
    world.do(AdvanceClock(60_000)).accepted()

    assert len(world.notices) == 3
    assert state_hash(going_on_from(written(world))) == state_hash(world)


def test_prepared_recordings_are_gone_on_with_from_where_they_were(tmp_path: Path) -> None:
    world = world_of(*prepared(tmp_path, *sorted(SHIPPED.glob("*.bz2"))))
    world.do(AdvanceClock(100_000)).accepted()
    bets_in_all_markets(world)
    again = going_on_from(written(world))
    for one in (world, again):
        one.do(AdvanceClock(500_000)).accepted()

    assert state_hash(again) == state_hash(world)


def test_another_process_goes_on_from_the_same_snapshot() -> None:
    world = begun()
    world.do(AdvanceClock(100_000)).accepted()
    bets_in_all_markets(world)
    again = going_on_from(written(world))
    record = Record(again)

    again.do(AdvanceClock(100_000))
    record.note_state()
    bets_in_all_markets(again)
    again.do(AdvanceClock(300_000))
    record.note_state()

    assert record.hashes_elsewhere() == record.hashes


def test_a_world_goes_back_and_its_story_is_told_again_from_there() -> None:
    world = begun()
    journal = Journal(world)
    world.do(AdvanceClock(100_000)).accepted()
    bets_in_all_markets(world)
    then, snapshot = state_hash(world), encode_snapshot(world.snapshot())
    world.do(AdvanceClock(400_000)).accepted()

    world.do(Restore(msgspec.Raw(snapshot))).accepted()
    assert state_hash(world) == then
    world.do(AdvanceClock(200_000)).accepted()

    lines = encode_export(Export.of(world, *journal.story())).splitlines()
    assert state_hash(replay(lines, open_recordings)) == state_hash(world)


# What does not fit


def test_files_that_are_gone_or_others_are_named_with_their_digest_and_nothing_is_lost(tmp_path: Path) -> None:
    file = a_race().write(tmp_path)
    world = world_of(file)
    world.do(AdvanceClock(2_000)).accepted()
    world.do(bet(Side.BACK, 300, 2_00)).accepted()
    snapshot, before, content = written(world), state_hash(world), file.read_bytes()
    assert world.scenario.recordings is not None
    digest = world.scenario.recordings.files[0].sha256

    for change, words in ((b"another", "it is another file"), (None, "there is no such file")):
        file.unlink() if change is None else file.write_bytes(change)
        refused = rf"1\.1\.bz2: {words}.* The one that is followed has the SHA-256 {digest}$"
        with pytest.raises(SnapshotError, match=refused):
            going_on_from(snapshot)
        refusal = world.do(Restore(msgspec.Raw(encode_snapshot(snapshot)))).refusal
        assert refusal is not None
        assert words in refusal.text
        assert state_hash(world) == before

    file.write_bytes(content)
    assert state_hash(going_on_from(snapshot)) == before


def test_where_nobody_reads_recordings_no_world_goes_on_from_a_snapshot(tmp_path: Path) -> None:
    snapshot = written(world_of(a_race().write(tmp_path)))

    with pytest.raises(SnapshotError, match="no recordings are read"):
        World.of_snapshot(snapshot, FROZEN)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("recordings", None),
        ("recordings", {}),
        ("positions", []),
        ("positions", [[1, 2], [3, 4]]),
        ("markets", []),
        ("markets", [{"id": "1.1"}]),
        ("followed", ["1.2"]),
        ("with_books", []),
        ("of_files", [["x", []]]),
    ],
)
def test_an_image_that_does_not_fit_is_refused(tmp_path: Path, member: str, value: Any) -> None:
    world = world_of(a_race().write(tmp_path))
    world.do(bet(Side.BACK, 300, 2_00))
    snapshot = written(world)
    image = msgspec.json.decode(snapshot.image)
    (image if member == "recordings" else image["recordings"])[member] = value
    changed = msgspec.structs.replace(snapshot, image=msgspec.Raw(msgspec.json.encode(image, order="deterministic")))

    with pytest.raises(SnapshotError, match="image: this is not an image of recorded markets"):
        going_on_from(changed.signed())

"""Whatever happens to a server, the journal in its file brings back its worlds as they were last answered about."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import journal_keeper
from simulator.exchange.orders import Side
from simulator.journal_file import JournalError, JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.world.inputs import (
    AdvanceClock,
    Input,
    KeepAlive,
    LogIn,
    RegenerateToken,
    Reset,
    Restore,
    SetClockRate,
)
from simulator.world.loading.named import builtin_scenario
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.worlds import Worlds
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.test_retelling import DEEDS
from tests.unit.world_builder import START, FakeRealTime, at, bet, subscribe_and_authorise, world_of


class Lost(BaseException):
    """A process has ended because it could not write its journal."""


def fail(problem: str) -> NoReturn:
    raise Lost(problem)


class Running:
    """The worlds of a server that keeps its journal in a file."""

    def __init__(self, path: Path, *, inputs_between_images: int = 1_000, now: int = START) -> None:
        self.path = path
        self.real = FakeRealTime(now)
        self.worlds = self.new_worlds()
        self.later: list[Callable[[], None]] = []
        self.file = JournalFile(path)
        self.keeper = JournalKeeper(
            self.file,
            self.worlds,
            on_failure=fail,
            call_soon=self.later.append,
            real_time=self.real.real_time,
            inputs_between_images=inputs_between_images,
        )

    def new_worlds(self) -> Worlds:
        """Worlds as the server has them, none as yet."""
        return Worlds(real_time=self.real.real_time)

    def do(self, one: Input, world_id: str = "default") -> None:
        """Put an input into a world, and do what is done once that is over."""
        self.worlds.get(world_id).do(one)
        while self.later:
            self.later.pop()()

    def killed(self, name: str = "again") -> Path:
        """The file as a process that was killed now would leave it."""
        copy = self.path.with_name(name)
        for ending in ("", "-wal", "-tail"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
            if self.path.with_name(self.path.name + ending).exists():
                shutil.copy(self.path.with_name(self.path.name + ending), copy.with_name(copy.name + ending))
        return copy


def hashes(worlds: Worlds) -> dict[str, str]:
    return {world.id: state_hash(world) for world in worlds}


@given(st.lists(DEEDS, max_size=12), st.sampled_from([2, 3, 1_000]))
@settings(max_examples=min(40, settings().max_examples * 2 // 5))
def test_a_process_that_is_killed_after_any_input_is_followed_by_one_in_the_same_state(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[Input], inputs_between_images: int
) -> None:
    running = Running(tmp_path_factory.mktemp("journal") / "journal", inputs_between_images=inputs_between_images)
    schedule = (at("+PT1M", "suspend"), at("+PT1M", "resume"), at("+PT2M", "turn-in-play"))
    running.worlds.create(world_of(*schedule).scenario)
    for deed in deeds:
        running.do(deed)
        again = Running(running.killed(), inputs_between_images=inputs_between_images)
        assert hashes(again.worlds) == hashes(running.worlds)
        again.keeper.close()
    running.keeper.close()
    assert hashes(Running(running.path).worlds) == hashes(running.worlds)


def test_a_bet_that_was_matched_by_itself_stays_matched_although_nothing_came_in_since(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    world = running.worlds.create(world_of(at("+PT0S", "turn-in-play")).scenario)
    running.do(bet("alice", Side.LAY, 200, 500))
    running.do(SetClockRate(1))
    running.do(bet("bob", Side.BACK, 200, 500))
    running.real.milliseconds += 5_000
    world.run_due()
    assert not list(world.exchange.held_orders)

    again = Running(running.killed())

    assert not list(again.worlds.default.exchange.held_orders)
    assert again.worlds.default.clock.now() == START + 5_000
    assert hashes(again.worlds) == hashes(running.worlds)


def test_what_happens_by_itself_after_going_back_is_written_although_its_time_had_passed_before(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    world = running.worlds.create(world_of(at("+PT1M", "suspend")).scenario)
    snapshot = msgspec.Raw(encode_snapshot(world.snapshot()))
    running.do(AdvanceClock(10 * 60_000))
    running.do(Restore(snapshot))
    running.do(SetClockRate(1))
    running.real.milliseconds += 60_000
    world.run_due()

    again = Running(running.killed())

    assert again.worlds.default.exchange.markets[MARKET].status == "SUSPENDED"


def test_all_worlds_come_back_with_their_sessions_and_new_ones_get_new_ids(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.worlds.create(load(small()))
    fork = running.worlds.prepare_restored(running.worlds.default.snapshot(), is_fork=True)()
    running.worlds.take_in(fork)
    running.do(LogIn("alice", "secret", "alice-live"))
    (session,) = running.worlds.default.sessions
    running.worlds.delete("world-2")

    again = Running(running.killed())

    assert [world.id for world in again.worlds] == ["default", "world-3"]
    assert hashes(again.worlds) == hashes(running.worlds)
    assert again.worlds.by_session(session.token) is again.worlds.default
    assert again.worlds.by_username("alice-3") is again.worlds.get("world-3")
    assert again.worlds.create(load(small())).id == "world-4"


def test_a_world_of_the_real_time_goes_on_at_the_real_time_and_others_where_they_were(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(builtin_scenario("demo"))
    running.worlds.create(load(small()))
    later = START + 3_600_000

    again = Running(running.killed(), now=later)

    assert again.worlds.default.clock.now() == later
    assert again.worlds.get("world-2").clock.now() == running.worlds.get("world-2").clock.now()
    earlier = Running(again.killed("earlier"), now=START)
    assert earlier.worlds.default.clock.now() == later


@pytest.mark.parametrize("rate", [0, 0.5, 60])
def test_a_world_of_the_real_time_whose_clock_was_given_another_rate_goes_on_where_it_was(
    tmp_path: Path, rate: float
) -> None:
    """Who has frozen a clock before a race finds it before the race, however long nothing was served."""
    running = Running(tmp_path / "journal")
    world = running.worlds.create(builtin_scenario("demo"))
    running.do(SetClockRate(rate))

    again = Running(running.killed(), now=START + 3_600_000)

    assert again.worlds.default.clock.now() == world.clock.now()
    assert hashes(again.worlds) == hashes(running.worlds)


def test_a_start_costs_what_the_state_is_because_images_stand_for_the_inputs_before_them(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=10)
    running.worlds.create(load(small()))
    for _ in range(25):
        running.do(KeepAlive("no token"))

    file = JournalFile(running.killed())

    (written,) = file.worlds()
    assert written.image is not None
    assert len(list(file.story(written))) == 5
    file.close()


def caught_up(running: Running) -> Path:
    """The file as the next start would find it, without anything beside it."""
    path = running.killed("caught up")
    JournalFile(path).close()
    return path


def rows(path: Path, what: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute(what).fetchall()
    database.close()
    return found


def test_what_came_before_an_image_is_taken_out_of_the_file_of_that_world_alone(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=10)
    running.worlds.create(load(small()))
    other = running.worlds.create(load(small()))
    for _ in range(10):
        running.do(KeepAlive("no token"))
    for _ in range(4):
        other.do(AdvanceClock(1))
    running.do(bet("alice", Side.LAY, 200, 500))

    assert rows(caught_up(running), "SELECT world, number FROM inputs WHERE world = 1") == [(1, 11)]
    assert rows(caught_up(running), "SELECT count(*) FROM inputs WHERE world = 2") == [(4,)]
    assert hashes(Running(running.killed()).worlds) == hashes(running.worlds)


def test_a_world_that_is_deleted_leaves_nothing_but_its_id_and_others_keep_all_of_theirs(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=3)
    for _ in range(3):
        running.worlds.create(load(small()))
    for world in running.worlds:
        for _ in range(5):
            running.do(AdvanceClock(1), world.id)

    running.worlds.delete("world-2")

    assert rows(caught_up(running), "SELECT DISTINCT world FROM inputs ORDER BY 1") == [(1,), (3,)]
    assert rows(caught_up(running), "SELECT world FROM images ORDER BY 1") == [(1,), (3,)]
    assert hashes(Running(running.killed()).worlds) == hashes(running.worlds)


def test_a_file_does_not_grow_with_what_is_done_but_with_what_is_there(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=50)
    running.worlds.create(load(small()))
    lengths = []
    for _ in range(4):
        for _ in range(200):
            running.do(AdvanceClock(1))
        (length,) = rows(caught_up(running), "PRAGMA page_count")
        lengths.append(length)

    assert lengths[1:] == lengths[:1] * 3


def test_what_comes_after_an_image_with_nothing_behind_it_is_not_taken_for_what_came_before(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    for _ in range(3):
        running.do(bet("alice", Side.LAY, 200, 500))
    running.keeper.close()

    again = Running(running.path)
    again.do(bet("alice", Side.LAY, 190, 500))

    assert hashes(Running(again.killed()).worlds) == hashes(again.worlds)


def test_the_longer_an_image_is_the_more_inputs_come_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_keeper, "SMALL_IMAGE_BYTES", 10)
    running = Running(tmp_path / "journal", inputs_between_images=2)
    running.worlds.create(load(small()))
    for _ in range(20):
        running.do(KeepAlive("no token"))

    assert rows(caught_up(running), "SELECT after FROM images") == [(2,)]
    assert hashes(Running(running.killed()).worlds) == hashes(running.worlds)


def test_inputs_can_be_read_by_anybody_who_can_read_a_table(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))

    (row,) = rows(caught_up(running), "SELECT at, name, account, market, content FROM inputs")

    assert row[:4] == (START, "PlaceOrders", "alice", MARKET)
    assert msgspec.json.decode(bytes(row[4]))["input"]["instructions"][0]["price"] == 200


def test_no_password_and_no_token_stands_in_the_file_but_those_of_the_scenario(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=3)
    scenario = small()
    scenario["accounts"][1]["vendor"] = {
        "name": "Bots",
        "vendorId": "4534",
        "vendorSecret": "bob-vendor",
        "redirectUrl": "https://vendor.example/",
    }
    world = running.worlds.create(load(scenario))
    running.do(LogIn("alice", "a wrong password", "alice-live"))
    running.do(LogIn("alice", "secret", "alice-live"))
    tokens = [session.token for session in world.sessions]
    running.do(KeepAlive(tokens[0]))
    user = next(iter(world.bettune.users.names), None)
    if user is not None:
        running.do(RegenerateToken(user))
    subscribe_and_authorise(world)
    tokens += [session.token for session in world.sessions]
    running.do(Restore(msgspec.Raw(encode_snapshot(world.snapshot()))))
    running.keeper.close()
    written = running.path.read_bytes()

    assert len(set(tokens)) >= 2
    assert b"a wrong password" not in written
    assert not [token for token in tokens if token.encode() in written]
    assert written.count(b"secret") == msgspec.json.encode(world.scenario).count(b"secret")
    again = Running(running.path)
    assert {session.token for session in again.worlds.default.sessions} == set(tokens)


# What goes wrong


@pytest.mark.parametrize("cut", [1, 5, 100, 300])
def test_what_was_being_written_when_the_process_ended_is_dropped_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))
    before = hashes(running.worlds)
    running.do(bet("alice", Side.LAY, 190, 500))
    copy = running.killed()
    tail = copy.with_name("again-tail")
    tail.write_bytes(tail.read_bytes()[:-cut])

    with caplog.at_level(logging.WARNING):
        again = Running(copy)

    assert hashes(again.worlds) == before
    assert "ended in the middle of an entry" in caplog.text


def test_what_was_going_into_the_file_when_the_process_ended_is_still_in_the_tail(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    for _ in range(256):
        running.do(bet("alice", Side.LAY, 200, 200))
    tail = running.killed().with_name("again-tail").read_bytes()
    before = hashes(running.worlds)
    running.do(bet("alice", Side.LAY, 190, 500))
    copy = running.killed()
    copy.with_name("again-tail").write_bytes(tail)
    wal = copy.with_name("again-wal")
    wal.write_bytes(wal.read_bytes()[:-100])

    with caplog.at_level(logging.WARNING):
        again = Running(copy)

    assert hashes(again.worlds) == before
    assert "ended in the middle of an entry" in caplog.text


def test_what_has_gone_into_the_file_and_is_still_in_the_tail_happens_once(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=4)
    running.worlds.create(load(small()))
    for _ in range(3):
        running.do(bet("alice", Side.LAY, 200, 500))
    tail = running.killed().with_name("again-tail").read_bytes()
    (row,) = rows(caught_up(running), "SELECT count(*) FROM inputs")
    assert row == (3,)
    path = tmp_path / "caught up"
    path.with_name("caught up-tail").write_bytes(tail)

    assert hashes(Running(path).worlds) == hashes(running.worlds)
    running.do(AdvanceClock(1))
    copy = running.killed()
    copy.with_name("again-tail").write_bytes(tail)
    assert rows(caught_up(running), "SELECT after FROM images") == [(4,)]
    assert hashes(Running(copy).worlds) == hashes(running.worlds)


def test_entries_whose_forerunners_never_reached_the_disk_are_dropped_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    early = running.killed()
    before = hashes(running.worlds)
    for _ in range(257):
        running.do(bet("alice", Side.LAY, 200, 200))
    tail = running.path.with_name("journal-tail").read_bytes()
    early.with_name("again-tail").write_bytes(tail)

    with caplog.at_level(logging.WARNING):
        again = Running(early)

    assert hashes(again.worlds) == before
    assert "lost its power" in caplog.text


def test_a_tail_that_is_damaged_or_of_another_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    running, other = Running(tmp_path / "journal"), Running(tmp_path / "other")
    for one in (running, other):
        one.worlds.create(load(small()))
        one.do(bet("alice", Side.LAY, 200, 500))
        one.do(bet("alice", Side.LAY, 190, 500))
    copy = running.killed()
    tail = copy.with_name("again-tail")
    right = tail.read_bytes()
    wrong = right[:100] + bytes([right[100] ^ 1]) + right[101:]
    foreign = other.killed("foreign").with_name("foreign-tail").read_bytes()

    for content, says in (
        (wrong, "entry 1 of again-tail is not as it was written[.]$"),
        (foreign, "of another journal"),
    ):
        tail.write_bytes(content)
        with pytest.raises(JournalError, match=says):
            JournalFile(copy)
        assert tail.read_bytes() == content

    tail.write_bytes(right)
    assert hashes(Running(copy).worlds) == hashes(running.worlds)


def test_a_tail_that_a_journal_left_which_is_gone_does_not_keep_a_new_one_from_beginning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))
    copy = running.killed()
    copy.unlink()

    with caplog.at_level(logging.WARNING):
        again = Running(copy)

    assert not len(again.worlds)
    assert "left by a journal that is no longer there" in caplog.text


def test_a_journal_that_was_emptied_is_refused_and_what_is_beside_it_left_alone(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))
    copy = running.killed()
    copy.write_bytes(b"")
    beside = {path: path.read_bytes() for path in tmp_path.glob("again*")}
    assert any(content for content in beside.values())

    with pytest.raises(JournalError, match=r"it is empty, and again-(wal|tail) is not[.]$"):
        JournalFile(copy)

    assert {path: path.read_bytes() for path in tmp_path.glob("again*")} == beside


def test_after_an_orderly_end_nothing_is_beside_the_file(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))

    running.keeper.close()

    assert [path.name for path in tmp_path.iterdir()] == ["journal"]


def test_a_file_that_is_whole_is_opened_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    for _ in range(3):
        running.do(bet("alice", Side.LAY, 200, 500))

    Running(running.killed())

    assert not caplog.text


def full(running: Running) -> None:
    """Let the file have no room for anything more."""
    running.file._database.execute("PRAGMA max_page_count = 1")


def test_nothing_is_answered_that_cannot_be_written_and_nothing_is_lost(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    world = running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))
    full(running)
    known = hashes(running.worlds)

    def go_on_betting() -> None:
        for _ in range(1_000):
            known.update(hashes(running.worlds))
            running.do(bet("alice", Side.LAY, 200, 100))

    with pytest.raises(Lost, match=r"cannot be written \(database or disk is full\)"):
        go_on_betting()

    assert hashes(Running(running.killed()).worlds) == known
    assert world.exchange.orders


def damaged(path: Path, table: str, column: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE {table} SET {column} = x'00'")
    database.close()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_bytes(b"clock: {rate: 0}\n" * 300), "not a database"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 30_000), "cannot be used|damaged"),
        (lambda path: damaged(path, "inputs", "content"), "entry 3 is not as it was written"),
        (lambda path: damaged(path, "worlds", "beginning"), "how the world 'default' began is not as it was written"),
        (lambda path: damaged(path, "images", "image"), "the image of the world 'default' is not as it was written"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence_and_left_alone(
    tmp_path: Path, damage: Callable[[Path], object], says: str
) -> None:
    running = Running(tmp_path / "journal", inputs_between_images=2)
    running.worlds.create(load(small()))
    for _ in range(3):
        running.do(bet("alice", Side.LAY, 200, 500))
    path = caught_up(running)
    assert rows(path, "SELECT number FROM inputs") == [(3,)]
    damage(path)
    before = path.read_bytes()

    with pytest.raises(JournalError, match=says) as caught:
        Running(path)

    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE things (name TEXT)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(JournalError, match="no journal of betsim"):
        JournalFile(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["", "nowhere/journal"])
def test_what_cannot_be_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError, match="cannot be used as a journal"):
        JournalFile(tmp_path / name)


def test_two_servers_do_not_share_a_journal(tmp_path: Path) -> None:
    first = JournalFile(tmp_path / "journal")

    with pytest.raises(JournalError, match="is in use"):
        JournalFile(tmp_path / "journal")

    first.close()
    JournalFile(tmp_path / "journal").close()


def test_a_reset_is_told_again_from_where_it_began(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(builtin_scenario("demo"))
    running.real.milliseconds += 60_000
    running.do(Reset())
    running.do(SetClockRate(0))

    again = Running(running.killed(), now=START)

    assert hashes(again.worlds) == hashes(running.worlds)

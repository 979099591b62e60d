"""Whatever happens to a server, the journal in its file brings back its worlds as they were last answered about."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        self.worlds = Worlds(real_time=self.real.real_time)
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

    def do(self, one: Input) -> None:
        """Put an input into the first world, and do what is done once that is over."""
        self.worlds.default.do(one)
        while self.later:
            self.later.pop()()

    def killed(self, name: str = "again") -> Path:
        """The file as a process that was killed now would leave it."""
        copy = self.path.with_name(name)
        for ending in ("", "-wal"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
            if self.path.with_name(self.path.name + ending).exists():
                shutil.copy(self.path.with_name(self.path.name + ending), copy.with_name(copy.name + ending))
        return copy


def hashes(worlds: Worlds) -> dict[str, str]:
    return {world.id: state_hash(world) for world in worlds}


@given(st.lists(DEEDS, max_size=12), st.sampled_from([2, 3, 1_000]))
@settings(max_examples=40)
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


def test_inputs_can_be_read_by_anybody_who_can_read_a_table(tmp_path: Path) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))

    with sqlite3.connect(running.killed()) as database:
        (row,) = database.execute("SELECT at, name, account, market, content FROM inputs")
    database.close()

    assert row[:4] == (START, "PlaceOrders", "alice", MARKET)
    assert msgspec.json.decode(row[4])["input"]["instructions"][0]["price"] == 200


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


def test_what_was_being_written_when_the_process_ended_is_dropped_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(tmp_path / "journal")
    running.worlds.create(load(small()))
    running.do(bet("alice", Side.LAY, 200, 500))
    before = hashes(running.worlds)
    running.do(bet("alice", Side.LAY, 190, 500))
    copy = running.killed()
    wal = copy.with_name("again-wal")
    wal.write_bytes(wal.read_bytes()[:-100])

    with caplog.at_level(logging.WARNING):
        again = Running(copy)

    assert hashes(again.worlds) == before
    assert "ended in the middle of an entry" in caplog.text


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
        (lambda path: damaged(path, "inputs", "content"), "entry 1 is not as it was written"),
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
    with sqlite3.connect(running.killed()) as whole:
        # The last input alone, so that the image is there and is not all.
        whole.execute("DELETE FROM inputs WHERE number < 3")
        whole.execute("UPDATE inputs SET number = 1")
        whole.execute("UPDATE images SET after = 0")
    whole.close()
    path = tmp_path / "again"
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

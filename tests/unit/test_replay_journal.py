"""Worlds that follow recordings are in the journal on disk, and are brought back from it with their files."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.exchange.orders import Side
from simulator.first_world import CannotBegin, first_recorded
from simulator.journal_file import JournalError, JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.reading_recordings import RecordingReader, open_recordings
from simulator.world.format.scenario import ClockEntry, Scenario
from simulator.world.inputs import AdvanceClock, Input, MoveToNext, Reset
from simulator.world.recordings import CannotFollow
from simulator.world.state_hash import state_hash
from simulator.world.worlds import Worlds
from tests.recording_files import a_race
from tests.unit.test_journal_file import Running, fail, hashes
from tests.unit.test_replay import FIRST, bet
from tests.unit.test_replay_snapshots import DEEDS, shipped


class Following(Running):
    """The worlds of a server that keeps its journal in a file and reads recordings."""

    def new_worlds(self) -> Worlds:
        return Worlds(real_time=self.real.real_time, open_recordings=open_recordings)


@pytest.fixture
def race(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    folder.mkdir()
    return a_race().write(folder)


def scenario_of(race: Path, rate: int = 0) -> Scenario:
    scenario = open_recordings.scenario_of([str(race)])
    return replace(scenario, clock=ClockEntry(now=scenario.clock.now, rate=Decimal(rate)))


@given(st.lists(DEEDS, max_size=12), st.sampled_from([3, 20, 1_000]))
@settings(max_examples=8)
def test_a_process_that_is_killed_after_any_input_is_followed_by_one_in_the_same_state(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[Input], inputs_between_images: int
) -> None:
    running = Following(tmp_path_factory.mktemp("journal") / "journal", inputs_between_images=inputs_between_images)
    running.worlds.create(shipped("queue"))
    for number, deed in enumerate(deeds, start=1):
        running.do(deed)
        if number % 4 == 0 or number == len(deeds):
            again = Following(running.killed(), inputs_between_images=inputs_between_images)
            assert hashes(again.worlds) == hashes(running.worlds)
            again.keeper.close()
    running.keeper.close()
    assert hashes(Following(running.path).worlds) == hashes(running.worlds)


def test_messages_that_came_by_themselves_have_come_after_a_start(tmp_path: Path, race: Path) -> None:
    running = Following(tmp_path / "journal")
    world = running.worlds.create(scenario_of(race, rate=1))
    running.do(bet(Side.BACK, 500, 2_00))
    running.real.milliseconds += 3_500
    world.run_due()

    again = Following(running.killed())

    assert again.worlds.default.clock.now() == FIRST + 3_000
    assert again.worlds.default.next_due == world.next_due == FIRST + 4_000


def test_messages_that_came_by_themselves_lead_to_images_as_inputs_do(tmp_path: Path, race: Path) -> None:
    running = Following(tmp_path / "journal", inputs_between_images=4)
    world = running.worlds.create(scenario_of(race, rate=1))
    for _ in range(10):
        running.real.milliseconds += 1_000
        world.run_due()
        while running.later:
            running.later.pop()()

    (written,) = JournalFile(running.killed()).worlds()

    assert written.image is not None
    assert written.image.now == FIRST + 8_000
    assert written.after == 8


def test_a_world_whose_files_are_gone_is_named_with_them_and_comes_back_with_them(tmp_path: Path, race: Path) -> None:
    running = Following(tmp_path / "journal")
    world = running.worlds.create(scenario_of(race))
    running.do(MoveToNext())
    running.do(bet(Side.BACK, 300, 2_00))
    before, content = state_hash(world), race.read_bytes()
    assert world.scenario.recordings is not None
    digest = world.scenario.recordings.files[0].sha256

    for change, words in ((None, "there is no such file"), (b"another", "it is another file")):
        race.unlink(missing_ok=True) if change is None else race.write_bytes(change)
        killed = running.killed()
        kept = killed.read_bytes()
        with pytest.raises(JournalError, match=rf"The world 'default' of .* 1?.*1\.1\.bz2: {words}.*{digest}"):
            Following(killed)
        assert killed.read_bytes()[: len(kept)] == kept

    race.write_bytes(content)
    assert hashes(Following(running.killed()).worlds) == {"default": before}


def test_a_reset_that_was_refused_for_want_of_files_is_no_reset_when_they_are_back(tmp_path: Path, race: Path) -> None:
    running = Following(tmp_path / "journal")
    world = running.worlds.create(scenario_of(race))
    running.do(AdvanceClock(2_000))
    content = race.read_bytes()
    race.unlink()
    running.do(Reset())
    race.write_bytes(content)

    assert hashes(Following(running.killed()).worlds) == {"default": state_hash(world)}
    assert world.clock.now() == FIRST + 2_000


# What the command line says


def begin(journal: Path, recorded: Callable[[], Scenario]) -> Worlds:
    """The worlds of a server that begins so, and ends."""
    first, worlds = first_recorded(recorded, journal), Worlds(open_recordings=open_recordings)
    assert first.journal is not None
    keeper = JournalKeeper(first.journal, worlds, on_failure=fail, call_soon=lambda work: work())
    if not len(worlds):
        worlds.create(first.scenario)
    worlds.default.do(MoveToNext()).accepted()
    keeper.close()
    return worlds


def test_the_same_files_go_on_and_others_do_not(tmp_path: Path, race: Path) -> None:
    journal = tmp_path / "journal"
    for number in (1, 2, 3):
        worlds = begin(journal, lambda: scenario_of(race, rate=0))
        assert worlds.default.clock.now() == FIRST + number * 1_000
    other = a_race("1.2").write(tmp_path)
    before = journal.read_bytes()

    for recorded in (lambda: scenario_of(other), lambda: open_recordings.scenario_of([str(race)], model="optimistic")):
        with pytest.raises(CannotBegin, match="has a world of the scenario 'replay' already, which goes on, and not"):
            begin(journal, recorded)
    assert journal.read_bytes() == before


def test_files_that_are_gone_are_named_with_their_digest_before_anything_else(tmp_path: Path, race: Path) -> None:
    scenario = scenario_of(race)
    assert scenario.recordings is not None
    begin(tmp_path / "journal", lambda: scenario)
    race.unlink()

    digest = scenario.recordings.files[0].sha256
    with pytest.raises(CannotFollow, match=rf"1\.1\.bz2: there is no such file.*{digest}"):
        begin(tmp_path / "journal", lambda: RecordingReader().scenario_of([str(race)]))

"""The first world of a server begins with what the options say, or goes on where a journal has it."""

from pathlib import Path
from typing import NoReturn

import pytest

from simulator.exchange.orders import Side
from simulator.first_world import CannotBegin, first_world
from simulator.journal_file import JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.world.loading.named import builtin_scenario
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.worlds import Worlds
from tests.unit.world_builder import bet, world_of


def never(problem: str) -> NoReturn:
    raise AssertionError(problem)


def written(path: Path) -> str:
    """A journal with a world of the derby; the state hash of that world."""
    worlds = Worlds()
    keeper = JournalKeeper(JournalFile(path), worlds, on_failure=never, call_soon=lambda work: work())
    world = worlds.create(builtin_scenario("derby"))
    keeper.close()
    return state_hash(world)


def test_without_a_word_it_is_the_demo() -> None:
    first = first_world(None, None, None, 0)

    assert (first.scenario.name, first.snapshot, first.journal) == ("demo", None, None)


def test_a_snapshot_in_a_file_comes_with_its_scenario(tmp_path: Path) -> None:
    world = world_of()
    world.do(bet("alice", Side.LAY, 200, 500))
    file = tmp_path / "snapshot.json"
    file.write_bytes(encode_snapshot(world.snapshot()))

    first = first_world(None, file, None, 0)

    assert first.scenario == world.scenario
    assert first.snapshot is not None
    worlds = Worlds()
    worlds.take_in(worlds.prepare_restored(first.snapshot)())
    assert state_hash(worlds.default) == state_hash(world)


@pytest.mark.parametrize("scenario", [None, "derby"])
def test_a_journal_that_has_a_world_goes_on_with_it(tmp_path: Path, scenario: str | None) -> None:
    before = written(tmp_path / "journal")

    first = first_world(scenario, None, tmp_path / "journal", 0)

    assert first.scenario.name == "derby"
    assert first.journal is not None
    worlds = Worlds()
    JournalKeeper(first.journal, worlds, on_failure=never, call_soon=lambda work: work()).close()
    assert state_hash(worlds.default) == before


def test_a_journal_does_not_go_on_with_another_scenario(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    before = (tmp_path / "journal").read_bytes()

    with pytest.raises(CannotBegin, match="has a world of the scenario 'derby' already"):
        first_world("demo", None, tmp_path / "journal", 0)

    assert (tmp_path / "journal").read_bytes() == before


def test_a_world_begins_in_one_way(tmp_path: Path) -> None:
    with pytest.raises(CannotBegin, match="--scenario and --snapshot"):
        first_world("demo", tmp_path / "snapshot.json", None, 0)


@pytest.mark.parametrize(("content", "says"), [(b"{}", "not a snapshot"), (b'{"format": 1}', "format"), (None, "read")])
def test_a_file_that_is_no_snapshot_is_refused_with_its_name(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "snapshot.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CannotBegin, match=says) as caught:
        first_world(None, file, None, 0)

    assert str(file) in str(caught.value)

"""A market that is recorded can be read back, message by message, as a subscriber heard it."""

import bz2
import gc
import json
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.betfair.stream.recorder import Recorder
from simulator.exchange.orders import Side
from simulator.world.format.scenario import GoInPlay, ResultEntry, Settle
from simulator.world.inputs import Reset
from tests.contract.stream_theatre import StreamTheatre, streaming, two_races

WIN, OTHER = "1.1", "1.2"


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with streaming(two_races()) as theatre:
        yield theatre


def recording(theatre: StreamTheatre, folder: Path, *, is_compressed: bool = False) -> Recorder:
    recorder = Recorder(theatre.worlds, theatre.hub.publisher, folder, is_compressed=is_compressed)
    theatre.loop.run_until_complete(recorder.start())
    return recorder


def messages(file: Path) -> list[dict[str, Any]]:
    content = bz2.decompress(file.read_bytes()) if file.suffix == ".bz2" else file.read_bytes()
    return [json.loads(line) for line in content.splitlines()]


def test_a_recording_has_what_a_subscriber_of_everything_hears(theatre: StreamTheatre, tmp_path: Path) -> None:
    client = theatre.client()
    heard = [*client.subscribe_to_markets(WIN)["mc"]]
    recording(theatre, tmp_path)
    theatre.bet("bob", WIN, Side.BACK, 200, 30_00)
    theatre.bet("bob", OTHER, Side.BACK, 200, 30_00)
    theatre.do(GoInPlay(market=WIN))
    heard += [market for message in client.read() for market in message["mc"]]

    recorded = messages(tmp_path / WIN)

    assert [market for message in recorded for market in message["mc"]] == heard
    assert [list(message) for message in recorded] == [["op", "clk", "pt", "mc"]] * len(heard)
    assert {message["op"] for message in recorded} == {"mcm"}
    assert {market["id"] for message in messages(tmp_path / OTHER) for market in message["mc"]} == {OTHER}


def test_a_market_that_closes_is_compressed_where_that_is_wanted(theatre: StreamTheatre, tmp_path: Path) -> None:
    recorder = recording(theatre, tmp_path, is_compressed=True)
    results = [ResultEntry(selection_id=number, status="WINNER" if number == 1 else "LOSER") for number in (1, 2, 3)]

    theatre.do(Settle(market=WIN, results=tuple(results)))

    assert not (tmp_path / WIN).exists()
    (last,) = messages(tmp_path / f"{WIN}.bz2")[-1]["mc"]
    assert last["marketDefinition"]["status"] == "CLOSED"
    assert (tmp_path / OTHER).exists()
    recorder.stop()
    assert (tmp_path / f"{OTHER}.bz2").exists()


def test_a_world_that_begins_again_goes_on_with_an_image(theatre: StreamTheatre, tmp_path: Path) -> None:
    recording(theatre, tmp_path)
    first = messages(tmp_path / WIN)
    theatre.bet("bob", WIN, Side.BACK, 200, 30_00)

    theatre.do(Reset())

    recorded = messages(tmp_path / WIN)
    assert recorded[-1]["mc"] == first[0]["mc"]
    assert recorded[-1]["mc"][0]["img"] is True


def test_worlds_that_are_made_later_are_recorded_in_folders_of_their_own(
    theatre: StreamTheatre, tmp_path: Path
) -> None:
    recording(theatre, tmp_path)

    theatre.run(lambda: theatre.worlds.create(theatre.world.scenario))
    theatre.settle()

    assert messages(tmp_path / "world-2" / WIN)[0]["mc"][0]["img"] is True


def test_a_world_that_ends_is_compressed_and_let_go_of(theatre: StreamTheatre, tmp_path: Path) -> None:
    recording(theatre, tmp_path, is_compressed=True)
    theatre.run(lambda: theatre.worlds.create(theatre.world.scenario))
    theatre.settle()
    world = weakref.ref(theatre.worlds.get("world-2"))

    theatre.run(lambda: theatre.worlds.delete("world-2"))
    theatre.settle()
    gc.collect()

    assert messages(tmp_path / "world-2" / f"{WIN}.bz2")[0]["mc"][0]["img"] is True
    assert world() is None


def test_a_folder_that_cannot_be_written_is_told_and_harms_nobody(
    theatre: StreamTheatre, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    recording(theatre, tmp_path / "file")

    client = theatre.client()
    client.subscribe_to_markets(WIN)
    theatre.bet("bob", WIN, Side.BACK, 200, 30_00)

    assert client.read()
    assert "cannot be written" in caplog.text

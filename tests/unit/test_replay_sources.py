"""What backtests are run over can be replayed: prepared recordings, and such as lie elsewhere where that is allowed."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.reading_recordings import RecordingReader, open_recordings
from simulator.recorded import preparing
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.remote import lies_under
from simulator.recorded.sources import sources
from simulator.replay import files
from simulator.world.inputs import AdvanceClock, MoveToNext, Reset, Restore
from simulator.world.recordings import CannotFollow
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import market_state
from simulator.world.world import World
from tests.recording_files import Race, a_race
from tests.unit.test_replay import FROZEN, SHIPPED


def world_of(*paths: str | Path, reader: RecordingReader = open_recordings) -> World:
    scenario = reader.scenario_of(list(map(str, paths)), rate=Decimal(0))
    return World(scenario, real_time=FROZEN, open_recordings=reader)


def prepared(folder: Path, *recordings: Path) -> list[Path]:
    """The same recordings, prepared."""
    pytest.importorskip("pyarrow")
    made = []
    for file in recordings:
        (source,) = sources([str(file)])
        made.append(folder / f"{file.name}.parquet")
        prepare(Recording(source, is_watched=True), made[-1])
    return made


def bets_in_all_markets(world: World) -> None:
    """Let alice back and lay every runner at a price that rests, and at one that takes."""
    for market in list(world.exchange.markets.values()):
        for key in market.runners:
            for side, price in ((Side.BACK, 500), (Side.LAY, 300), (Side.BACK, 101), (Side.LAY, 1000)):
                order = PlaceInstruction(key, side, OrderType.LIMIT, price, 200, Persistence.LAPSE)
                world.do(PlaceOrders("alice", market.market_id, (order,)))


def followed(world: World, every_milliseconds: int) -> Iterator[Any]:
    """What can be seen of all markets, now and then, until the last message."""
    while world.next_due is not None:
        world.do(AdvanceClock(every_milliseconds)).accepted()
        bets_in_all_markets(world)
        shown = [
            (key, book.shown_traded, book.shown_last_price_traded, list(book.lays.sizes()), list(book.backs.sizes()))
            for market in world.exchange.markets.values()
            for key, book in ((key, runner.book) for key, runner in market.runners.items())
        ]
        orders = [(order.bet_id, order.status, order.size_matched) for order in world.exchange.orders.values()]
        yield world.clock.now(), shown, orders


def test_a_prepared_recording_goes_on_as_what_it_was_prepared_of(tmp_path: Path) -> None:
    files = sorted(SHIPPED.glob("*.bz2"))
    raw, ours = world_of(*files), world_of(*prepared(tmp_path, *files))

    for one, other in zip(followed(raw, 20_000), followed(ours, 20_000), strict=True):
        assert one == other
    assert raw.exchange.ledger.balance_of("alice") == ours.exchange.ledger.balance_of("alice") != 1_000_00
    for market in raw.exchange.markets.values():
        assert list(map(repr, market_state(market))) == list(
            map(repr, market_state(ours.exchange.markets[market.market_id]))
        )


def test_prepared_recordings_and_others_are_told_in_one_order_of_time(tmp_path: Path) -> None:
    first, second = Race("1.1"), Race("1.2")
    for number in range(3):
        second.at = first.at
        first.offers(1, atb=[(2.0, 1.0 + number)])
        second.offers(1, atb=[(2.0, 1.0 + number)])
    world = world_of(*prepared(tmp_path, first.write(tmp_path)), second.write(tmp_path))
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
        sizes = [list(market.runners[RunnerKey(1)].book.lays.sizes()) for market in world.exchange.markets.values()]
        assert sizes[0] == sizes[1]


def test_what_could_not_be_read_when_it_was_prepared_is_noted(tmp_path: Path) -> None:
    race = a_race()
    race.says("nonsense")
    world = world_of(*prepared(tmp_path, race.write(tmp_path)))
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()

    (notice,) = world.notices
    assert f"line {len(race.messages)}: it is left out" in notice.problem


def test_what_is_wrong_with_a_whole_file_is_noted_without_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It breaks off after what could be read of it, which counts."""
    monkeypatch.setattr(preparing, "ROWS_A_GROUP", 8)
    (file,) = prepared(tmp_path, a_race().write(tmp_path))
    parquet = pytest.importorskip("pyarrow.parquet")
    metadata = parquet.read_metadata(file)
    sizes = metadata.row_group(metadata.num_row_groups - 1).column(2)
    content, begin, end = file.read_bytes(), sizes.data_page_offset, sizes.data_page_offset + 20
    file.write_bytes(content[:begin] + b"?" * (end - begin) + content[end:])
    world = world_of(file)
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()

    told = [notice.problem for notice in world.notices]
    assert [problem for problem in told if problem.startswith(f"{file}: ") and "a broken one" in problem], told


# Elsewhere


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    """A store in memory with a recording."""
    held = pytest.importorskip("fsspec").filesystem("memory")
    held.pipe("/races/1.1.bz2", a_race().write(tmp_path).read_bytes())
    yield held
    held.rm("/", recursive=True)


def test_what_lies_elsewhere_is_followed_where_who_serves_allows_it(store: Any) -> None:
    world = world_of("memory://races", reader=RecordingReader(["memory://races"]))
    assert world.scenario.recordings is not None
    assert [file.path for file in world.scenario.recordings.files] == ["memory:///races/1.1.bz2"]
    world.do(AdvanceClock(60_000)).accepted()
    assert [market.status for market in world.exchange.markets.values()] == ["CLOSED"]

    refused = r"^memory:///races/1\.1\.bz2: betsim connects to nobody by itself.*--recordings-from"
    with pytest.raises(CannotFollow, match=refused):
        World(world.scenario, open_recordings=open_recordings)
    with pytest.raises(CannotFollow, match=r"^memory://races: betsim connects to nobody by itself"):
        world_of("memory://races", reader=RecordingReader(["memory://other"]))

    store.pipe("/races/1.1.bz2", b"changed")
    with pytest.raises(CannotFollow, match=r"it is another file than the one that was followed before"):
        World(world.scenario, open_recordings=RecordingReader(["memory://races"]))


def test_what_lies_elsewhere_is_read_for_its_digest_once_and_again_where_it_has_changed(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reads(name: str, open_file: Any) -> str:
        read.append(name)
        return really(name, open_file)

    really = files._sha256
    monkeypatch.setattr(files, "_sha256", reads)
    reader = RecordingReader(["memory://races"])
    world = world_of("memory://races", reader=reader)
    for again in (Reset(), Restore(msgspec.Raw(encode_snapshot(world.snapshot())))):
        world.do(again).accepted()
    assert read == ["memory:///races/1.1.bz2"]

    store.pipe("/races/1.1.bz2", b"changed")
    refusal = world.do(Reset()).refusal
    assert refusal is not None
    assert "it is another file than the one that was followed before" in refusal.problem
    assert len(read) == 2


def test_a_prepared_recording_may_lie_elsewhere(store: Any, tmp_path: Path) -> None:
    (file,) = prepared(tmp_path, a_race().write(tmp_path))
    store.pipe("/prepared/one", file.read_bytes())
    world = world_of("memory://prepared/one", reader=RecordingReader(["memory://prepared"]))

    world.do(AdvanceClock(60_000)).accepted()

    assert [market.status for market in world.exchange.markets.values()] == ["CLOSED"]


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("s3://bucket/2021/a.bz2", "s3://bucket", True),
        ("s3://bucket/2021/a.bz2", "s3://bucket/2021/", True),
        ("S3://bucket/a.bz2", "s3://bucket", True),
        ("memory:///one/a", "memory://one", True),
        ("s3://bucket/*.bz2", "s3://bucket/*.bz2", True),
        ("s3://bucket2/a.bz2", "s3://bucket", False),
        ("s3://other/a.bz2", "s3://bucket", False),
        ("https://bucket/a.bz2", "s3://bucket", False),
        ("https://host.example@evil.example/a", "https://host.example", False),
        ("https://host.example/data/../secret", "https://host.example/data", False),
        ("https://host.example/data/%2e%2e/secret", "https://host.example/data", False),
        ("memory://one/a::https://evil.example", "memory://one", False),
        ("memory://one/a%3a%3ahttps://evil.example", "memory://one", False),
    ],
)
def test_a_url_lies_under_another_one_where_nothing_in_it_leads_out(url: str, other: str, expected: bool) -> None:
    assert lies_under(url, other) is expected

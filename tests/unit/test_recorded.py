"""Files of recorded messages are read whatever they are packed in, and what is wrong in them is named and left out."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.recorded.description import Package, describe, odd_things
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import Kind, Line, read_line, read_lines
from simulator.recorded.sources import SourceError, sources

MARKET = "1.1"


def definition(status: str = "OPEN", **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "version": 1,
        "runners": [{"id": 1, "sortPriority": 1}, {"id": 2, "sortPriority": 2}],
        **more,
    }


def message(at: int, *changes: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"op": "mcm", "clk": "AAAA", "pt": at, "mc": list(changes), **more}).encode()


def change(market_id: str = MARKET, **more: Any) -> dict[str, Any]:
    return {"id": market_id, **more}


def prices(selection_id: int | str, **more: Any) -> dict[str, Any]:
    return {"id": selection_id, **more}


LINES = [
    message(1000, change(marketDefinition=definition(), img=True)),
    message(1100, change(rc=[prices(1, atb=[[2.0, 10.5], [1.99, 4]], atl=[[2.1, 3]], tv=0)])),
    message(1200, change(rc=[prices(1, atb=[[2.0, 0]], trd=[[2.0, 21]], ltp=2.0, tv=21)], tv=21)),
    message(1300, change(marketDefinition=definition("CLOSED"))),
]
CONTENT = b"\n".join(LINES) + b"\n"


def write_tar(file: Path) -> None:
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("folder/1.1.bz2")
        packed = bz2.compress(CONTENT)
        member.size = len(packed)
        archive.addfile(member, io.BytesIO(packed))


def write_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("1.1.gz", gzip.compress(CONTENT))


PACKINGS: dict[str, Callable[[Path], object]] = {
    "1.1": lambda file: file.write_bytes(CONTENT),
    "1.1.bz2": lambda file: file.write_bytes(bz2.compress(CONTENT)),
    "1.1.gz": lambda file: file.write_bytes(gzip.compress(CONTENT)),
    "1.1.xz": lambda file: file.write_bytes(lzma.compress(CONTENT)),
    "misnamed.txt": lambda file: file.write_bytes(bz2.compress(CONTENT)),
    "with CRLF": lambda file: file.write_bytes(CONTENT.replace(b"\n", b"\r\n")),
    "without an end": lambda file: file.write_bytes(CONTENT.rstrip()),
    "year.tar": write_tar,
    "year.zip": write_zip,
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_file_is_read_whatever_it_is_packed_in(tmp_path: Path, name: str) -> None:
    PACKINGS[name](tmp_path / name)

    (source,) = sources([str(tmp_path / name)])

    assert [line.published_at for line in read_lines(source)] == [1000, 1100, 1200, 1300]


def test_folders_and_patterns_stand_for_the_files_in_them(tmp_path: Path) -> None:
    for name in ("b/1.2", "a/1.1.bz2", "a/1.3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bz2.compress(CONTENT) if name.endswith("bz2") else CONTENT)

    def found(*paths: str) -> list[str]:
        return [Path(source.name).name for source in sources(paths)]

    assert found(str(tmp_path)) == ["1.1.bz2", "1.3", "1.2"]
    assert found(str(tmp_path / "*" / "1.*")) == ["1.1.bz2", "1.3", "1.2"]
    assert found(str(tmp_path / "**" / "*.bz2")) == ["1.1.bz2"]


@pytest.mark.parametrize("name", ["nothing", "nothing/*.bz2"])
def test_what_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        list(sources([str(tmp_path / name)]))


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lzma.compress], ids=["bz2", "gz", "xz"])
def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(CONTENT * 2000)
    (tmp_path / "cut").write_bytes(packed[: len(packed) - 20])

    (source,) = sources([str(tmp_path / "cut")])
    lines = list(read_lines(source))

    assert lines[-1].kind is Kind.BROKEN
    assert "it breaks off" in lines[-1].problem
    assert str(tmp_path / "cut") in lines[-1].problem


@pytest.mark.parametrize("name", ["year.zip", "year.tar"])
def test_an_archive_that_is_cut_short_is_named(tmp_path: Path, name: str) -> None:
    PACKINGS[name](tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])

    problems = problems_of(str(tmp_path / name))

    assert problems
    assert all(problems)


def problems_of(path: str) -> list[str]:
    """What is wrong with a file as a whole, or with its lines."""
    try:
        return [line.problem for source in sources([path]) for line in read_lines(source)]
    except SourceError as error:
        return [str(error)]


OTHERS: dict[str, tuple[bytes, Kind]] = {
    "a heartbeat": (b'{"op":"mcm","id":2,"clk":"AAAA","pt":5,"ct":"HEARTBEAT"}', Kind.HEARTBEAT),
    "no changes": (b'{"op":"mcm","clk":null,"pt":5,"mc":null}', Kind.HEARTBEAT),
    "a status": (b'{"op":"status","id":1,"statusCode":"SUCCESS"}', Kind.OTHER),
    "a connection": (b'{"op":"connection","connectionId":"1"}', Kind.OTHER),
    "orders": (b'{"op":"ocm","pt":5,"oc":[]}', Kind.OTHER),
    "a latency status": (b'{"op":"mcm","id":2,"status":503}', Kind.OTHER),
    "a line cut short": (LINES[1][:40], Kind.BROKEN),
    "something put in": (b"# copied on Monday", Kind.BROKEN),
    "bytes": (b"\xff\xfe\x00", Kind.BROKEN),
    "a list": (b"[]", Kind.BROKEN),
    "no time": (b'{"op":"mcm","mc":[{"id":"1.1"}]}', Kind.BROKEN),
    "a price that is none": (b'{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":1,"atb":[["x",1]]}]}]}', Kind.BROKEN),
}


@pytest.mark.parametrize(("line", "kind"), OTHERS.values(), ids=OTHERS)
def test_a_line_that_changes_nothing_is_told_apart(line: bytes, kind: Kind) -> None:
    read = read_line(line, 7)

    assert (read.number, read.kind, read.changes) == (7, kind, [])
    assert bool(read.problem) is (kind is Kind.BROKEN)


@given(st.binary(max_size=60))
def test_no_line_raises_anything(line: bytes) -> None:
    assert isinstance(read_line(line, 1), Line)


def played(*lines: bytes) -> RecordedMarket:
    market = RecordedMarket(MARKET)
    for line in lines:
        read = read_line(line, 1)
        for one in read.changes:
            market.apply(one, read.published_at)
    return market


def test_a_market_is_what_its_changes_come_to() -> None:
    market = played(*LINES)

    runner = market.runners[1, 0]
    assert runner.available_to_back == {199: 400}
    assert (runner.best_back, runner.best_lay, runner.last_price_traded) == (199, 210, 200)
    assert (runner.traded, runner.total_matched, market.total_matched) == ({200: 2100}, 2100, 2100)
    assert market.definition is not None
    assert (market.definition.status, market.published_at, market.updates) == ("CLOSED", 1300, 4)
    assert list(market.runners) == [(1, 0), (2, 0)]


def test_an_image_stands_in_the_place_of_everything() -> None:
    market = played(*LINES[:3], message(1250, change(img=True, rc=[prices(2, atl=[[5, 2]])])))

    assert list(market.runners) == [(2, 0)]
    assert market.runners[2, 0].best_lay == 500


def test_ids_may_be_texts_and_runners_have_handicaps() -> None:
    market = played(message(1, change(rc=[prices("7", ltp=3), prices(7, hc=-0.5, ltp=4)])))

    assert {key: runner.last_price_traded for key, runner in market.runners.items()} == {(7, 0): 300, (7, -50): 400}


def test_levels_give_the_best_prices_where_there_are_no_ladders() -> None:
    market = played(
        message(1, change(rc=[prices(1, batb=[[0, 2.0, 5], [1, 1.9, 5]], batl=[[0, 2.2, 1]])])),
        message(2, change(rc=[prices(1, batb=[[0, 1.95, 5], [1, 0, 0]])])),
    )

    runner = market.runners[1, 0]
    assert (runner.best_back, runner.best_lay) == (195, 220)


def test_the_same_market_twice_in_a_message_is_taken_in_twice() -> None:
    market = played(message(1, change(rc=[prices(1, ltp=2)]), change(rc=[prices(1, ltp=3)])))

    assert (market.runners[1, 0].last_price_traded, market.updates) == (300, 2)


SHOWS = [
    *((Package.PRO, [prices(1, **{name: [[2, 1]]})]) for name in ("atb", "atl")),
    *((Package.ADVANCED, [prices(1, **{name: [[0, 2, 1]]})]) for name in ("batb", "batl", "bdatb", "bdatl")),
    (Package.BASIC, [prices(1, ltp=2)]),
]


@pytest.mark.parametrize(("package", "runners"), SHOWS)
def test_the_packages_are_told_apart_by_what_they_show(tmp_path: Path, package: Package, runners: list[Any]) -> None:
    (tmp_path / "file").write_bytes(b"\n".join([LINES[0], message(1100, change(rc=runners)), LINES[3]]))

    described = describe(next(iter(sources([str(tmp_path / "file")]))))

    assert described.package is package
    assert bool(described.warning) is (package is not Package.PRO)
    (market,) = described.markets
    assert (market.market_id, market.status, market.runners, market.updates) == (MARKET, "CLOSED", 2, 3)


def defined(**told: Any) -> list[bytes]:
    return [message(1000, change(marketDefinition=definition() | told)), LINES[3]]


ODD: dict[str, tuple[list[bytes], str]] = {
    "no market": ([b'{"op":"status"}'], "it has no market"),
    "a broken line": ([LINES[0], b"{", LINES[3]], "it is no message"),
    "no definition": ([LINES[1]], "begins without a definition"),
    "no result": (LINES[:3], "it ends OPEN, without a result"),
    "time goes back": ([LINES[0], LINES[2], LINES[1], LINES[3]], "before the one before it"),
    "twice in a message": ([LINES[0], message(1100, change(), change()), LINES[3]], "is in it twice"),
    "after the end": ([*LINES, LINES[1]], "goes on after it was closed"),
    "opened after the end": ([*LINES, LINES[0]], "is OPEN after it was closed"),
    "another result": (
        [
            *LINES[:3],
            *(
                message(at, change(marketDefinition=definition("CLOSED") | {"runners": [{"id": 1, "status": status}]}))
                for at, status in ((1300, "WINNER"), (1400, "LOSER"))
            ),
        ],
        "runner 1 of market 1.1 is LOSER after it was WINNER",
    ),
    "back after a removal": (
        [*defined(runners=[{"id": 1, "status": "REMOVED"}, {"id": 2}])[:1], *LINES],
        "runner 1 of market 1.1 is ACTIVE after it was REMOVED",
    ),
    "a bet delay": (defined(betDelay=-1), "has a bet delay below zero (-1)"),
    "a version": (defined(version=-1), "has a version below zero (-1)"),
    "a base rate": (defined(marketBaseRate=-5), "has a base rate that is no percentage (-5.0)"),
    "a high base rate": (defined(marketBaseRate=101), "has a base rate that is no percentage (101.0)"),
    "a runner twice": (defined(runners=[{"id": 1, "hc": 0}, {"id": 2}, {"id": 1}]), "has runner 1 twice"),
    "a second image": ([LINES[0], LINES[0], LINES[3]], "is told whole once more"),
}


@pytest.mark.parametrize(("lines", "says"), ODD.values(), ids=ODD)
def test_what_is_odd_is_found(tmp_path: Path, lines: list[bytes], says: str) -> None:
    (tmp_path / "file").write_bytes(b"\n".join(lines))

    (source,) = sources([str(tmp_path / "file")])

    assert any(says in finding.text for finding in odd_things(source))


def test_who_is_told_whole_again_and_again_is_named_once_and_hides_nothing(tmp_path: Path) -> None:
    """A thousand images of one market, one of another, and then something else that is odd."""
    image = message(1000, change(img=True, marketDefinition=definition()))
    other = message(1000, change("1.2", img=True, marketDefinition=definition()))
    (tmp_path / "file").write_bytes(b"\n".join([other, *[image] * 1_001, other, b"{", LINES[3]]))
    (source,) = sources([str(tmp_path / "file")])

    found = [(finding.line, finding.text) for finding in odd_things(source)]

    assert found[0][0] == 1_004
    assert found[1:3] == [
        (3, "market 1.1 is told whole once more, 1,000 times from here on"),
        (1_003, "market 1.2 is told whole once more"),
    ]
    assert found[3:] == [(0, "market 1.2: it ends OPEN, without a result")]


def test_nothing_is_odd_in_a_sound_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT)
    (source,) = sources([str(tmp_path / "file")])

    assert list(odd_things(source)) == []

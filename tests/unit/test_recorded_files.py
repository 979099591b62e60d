"""Files of recordings, however they are packed and broken: what can be read is read, and what is wrong is named."""

import bz2
import errno
import gzip
import io
import json
import lzma
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.recorded.messages import Kind, Line, read_lines
from simulator.recorded.sources import SourceError, sources
from simulator.recorded.unpacking import ahead
from tests.unit.test_recorded import CONTENT, LINES

SPOILT = [LINES[0], b"# copied on Monday", LINES[1], b'{"op":"status","statusCode":"SUCCESS"}', *LINES[2:]]


def in_tar(mode: str, **members: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def in_zip(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


PACKED = {"a": CONTENT, "b.bz2": bz2.compress(CONTENT), "c.gz": gzip.compress(CONTENT), "d.xz": lzma.compress(CONTENT)}
NESTED: dict[str, bytes] = {
    "plain.tar": in_tar("w", **PACKED),
    "gz.tar.gz": in_tar("w:gz", **PACKED),
    "bz2.tar.bz2": in_tar("w:bz2", **PACKED),
    "xz.txz": in_tar("w:xz", **PACKED),
    "zip.zip": in_zip(**PACKED),
    "tar in zip.zip": in_zip(**{"year.tar": in_tar("w", **PACKED)}),
    "tgz in zip.zip": in_zip(**{"year.tgz": in_tar("w:gz", **PACKED)}),
    "zip in tar.tar": in_tar("w", **{"year.zip": in_zip(**PACKED)}),
    "tar in tar.tar": in_tar("w", **{"year.tar": in_tar("w", **PACKED)}),
    "zip in zip in tar.tar": in_tar("w", **{"z.zip": in_zip(**{"y.zip": in_zip(**PACKED)})}),
}


def lines(*paths: Path) -> list[Line]:
    return [line for source in sources(map(str, paths)) for line in read_lines(source)]


@pytest.mark.parametrize("name", NESTED)
def test_archives_of_packed_files_and_of_archives_are_read_to_the_last_member(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(NESTED[name])

    found = list(sources([str(tmp_path / name)]))

    assert [source.name.rpartition("/")[2] for source in found] == list(PACKED)
    assert all(source.name.startswith(str(tmp_path / name)) for source in found)
    for source in found:
        assert [line.published_at for line in read_lines(source)] == [1000, 1100, 1200, 1300]
        assert [line.published_at for line in read_lines(source)] == [1000, 1100, 1200, 1300], "a second time"


def test_a_path_may_lead_into_an_archive(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(in_tar("w", **{"2021/a": CONTENT, "2021/b": CONTENT, "2022/a": CONTENT}))

    def names(path: str) -> list[str]:
        return [source.name.removeprefix(f"{tmp_path}/x.tar/") for source in sources([f"{tmp_path}/x.tar/{path}"])]

    assert names("2021") == ["2021/a", "2021/b"]
    assert names("2022/a") == ["2022/a"]
    with pytest.raises(SourceError, match="there is no such file"):
        names("2023")


@pytest.mark.parametrize("path", ["", "pipe", "/dev/zero"])
def test_what_is_no_file_is_refused_and_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A pipe would be waited for, and a device never ends; an empty name would be the folder where one is."""
    (tmp_path / "1").write_bytes(CONTENT)
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SourceError, match="empty text" if not path else f"^{path}: it is a device or a pipe"):
        list(sources([path]))


def test_what_is_wrong_in_a_file_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.zip").write_bytes(in_zip(a=CONTENT)[:-30])
    (tmp_path / "2").write_bytes(CONTENT)

    read = lines(tmp_path)

    assert [line.kind for line in read] == [Kind.BROKEN] + [Kind.CHANGES] * 4
    assert f"{tmp_path}/1.zip: it cannot be read" in read[0].problem


@pytest.mark.parametrize("name", NESTED)
@given(data=st.data())
def test_an_archive_that_is_cut_anywhere_says_so_or_is_whole(name: str, data: st.DataObject) -> None:
    content = NESTED[name]
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(cut)
        read = lines(Path(folder))

    is_whole = [line.published_at for line in read] == [1000, 1100, 1200, 1300] * 4
    assert is_whole or not cut or any(line.kind is Kind.BROKEN for line in read)


@pytest.mark.parametrize(
    "start", [b"", b"BZh9", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"PK\x03\x04", b'{"op":"mcm","pt":1,"mc":[']
)
@given(content=st.binary(max_size=600))
def test_bytes_of_any_kind_are_read_or_named(start: bytes, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.tar").write_bytes(start + content)
        read = lines(Path(folder))

    assert all(line.problem for line in read if line.kind is Kind.BROKEN)
    # A byte order mark alone is an empty text.
    assert read or not (start + content).removeprefix(b"\xef\xbb\xbf").strip(b"\r\n")


@given(st.data())
def test_a_packed_file_with_a_wrong_byte_is_read_or_named(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*NESTED]))
    content = bytearray(NESTED[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        assert lines(Path(folder))


UNREADABLE: dict[str, bytes] = {
    "with a password": in_zip(a=CONTENT).replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
    "with a compression of its own": in_zip(a=CONTENT).replace(
        b"PK\1\2\x14\3\x14\0\0\0\x08", b"PK\1\2\x14\3\x14\0\0\0\x63"
    ),
    "of a later kind": in_zip(a=CONTENT).replace(b"PK\1\2\x14\3\x14\0", b"PK\1\2\x14\3\x50\0"),
    "misnamed.bz2": bz2.compress(in_tar("w", a=CONTENT)),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_unpacked_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(UNREADABLE[name])

    (line,) = lines(tmp_path)

    assert line.kind is Kind.BROKEN
    assert name in line.problem


def test_archives_that_lie_in_each_other_too_often_are_named(tmp_path: Path) -> None:
    content = CONTENT
    for _ in range(6):
        content = in_zip(**{"z.zip": content})
    (tmp_path / "deep.zip").write_bytes(content)

    (line,) = lines(tmp_path)

    assert "archives lie in archives" in line.problem


def test_what_stands_between_the_messages_is_told_apart_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(SPOILT) + b"\r\n" + LINES[0][:50])

    read = lines(tmp_path)

    assert [line.kind for line in read] == [
        Kind.CHANGES, Kind.BROKEN, Kind.CHANGES, Kind.OTHER, Kind.CHANGES, Kind.CHANGES, Kind.BROKEN,
    ]  # fmt: skip
    assert [line.number for line in read] == [1, 3, 5, 7, 9, 11, 12]


OUT_OF_BOUNDS: dict[str, object] = {
    "a huge price": {"ltp": 1e300},
    "a huge size": {"atb": [[2, 1e300]]},
    "a size below nothing": {"atb": [[2, -1]]},
    "a level that is none": {"batb": [[-1, 2, 2]]},
    "an id of letters": {"id": "one"},
    "a handicap that is none": {"hc": 1e99},
}


@pytest.mark.parametrize("name", OUT_OF_BOUNDS)
def test_numbers_that_cannot_be_are_broken_lines(tmp_path: Path, name: str) -> None:
    runner = {"id": 1, **OUT_OF_BOUNDS[name]}  # type: ignore[dict-item]
    (tmp_path / "file").write_bytes(json.dumps({"op": "mcm", "pt": 1, "mc": [{"id": "1.1", "rc": [runner]}]}).encode())

    (line,) = lines(tmp_path)

    assert line.kind is Kind.BROKEN


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lzma.compress], ids=["bz2", "gz", "xz"])
def test_several_packed_streams_in_one_file_are_one_recording(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "file").write_bytes(b"".join(pack(line + b"\n") for line in LINES))

    assert [line.published_at for line in lines(tmp_path)] == [1000, 1100, 1200, 1300]


@pytest.fixture
def big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is worth a thread of its own."""
    monkeypatch.setattr("simulator.recorded.unpacking.has_processors", lambda: True)
    noise = (
        b'{"op":"mcm","pt":%d,"mc":null,"x":"%x"}\n' % (number, hash((number, number))) for number in range(60_000)
    )
    (tmp_path / "big.bz2").write_bytes(bz2.compress(b"".join(noise)))
    return tmp_path / "big.bz2"


def unpacking() -> Iterator[threading.Thread]:
    return (thread for thread in threading.enumerate() if thread.name == "unpacking")


def test_what_is_unpacked_ahead_comes_whole_and_in_order(big: Path) -> None:
    assert [line.published_at for line in lines(big)] == list(range(60_000))
    assert not any(unpacking())


def test_what_the_thread_raises_is_raised_where_it_is_waited_for() -> None:
    def blocks() -> Generator[list[bytes], None, None]:
        yield [b"one"]
        raise LookupError("no second")

    read = ahead(blocks())
    assert next(read) == [b"one"]
    with pytest.raises(LookupError, match="no second"):
        next(read)
    assert not any(unpacking())


def test_nothing_goes_on_when_the_reader_stops(big: Path) -> None:
    (source,) = sources([str(big)])
    read = source.lines()
    assert len(list(islice(read, 10))) == 10
    assert any(unpacking())

    read.close()  # type: ignore[attr-defined]

    assert not any(unpacking())


def test_a_big_file_that_breaks_off_is_read_as_far_as_it_goes(big: Path) -> None:
    big.write_bytes(big.read_bytes()[:-100])

    read = lines(big)

    assert len(read) > 10_000
    assert read[-1].kind is Kind.BROKEN
    assert f"{big}: it breaks off" in read[-1].problem


def test_a_folder_that_cannot_be_looked_at_and_a_link_that_leads_nowhere_are_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.bz2").write_bytes(PACKED["b.bz2"])
    (tmp_path / "dangling.bz2").symlink_to(tmp_path / "nowhere")
    closed, cache = tmp_path / "closed", tmp_path / "zz"
    closed.mkdir()
    (closed / "b.bz2").write_bytes(PACKED["b.bz2"])
    cache.mkdir()
    (cache / "CACHEDIR.TAG").touch()
    (cache / "dangling").symlink_to(tmp_path / "nowhere")
    scandir = os.scandir

    def refuses(place: str | Path) -> object:
        if Path(place) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuses)
    first, second, third = sources([str(tmp_path)])
    assert list(first.lines()) == LINES
    with pytest.raises(SourceError, match=r"closed: it cannot be read, Permission denied\.$"):
        list(second.lines())
    with pytest.raises(SourceError, match=r"dangling\.bz2: it cannot be read, it is a link that leads nowhere\.$"):
        list(third.lines())
    with pytest.raises(SourceError, match=r"closed: Permission denied\.$"):
        list(sources([str(closed)]))

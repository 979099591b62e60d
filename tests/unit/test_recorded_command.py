"""`betsim recorded` says what files are and what is odd in them, in lines that people read."""

import sys
import tarfile
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.cli import main
from tests.unit.test_recorded import CONTENT, LINES, change, definition, message


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["recorded", *arguments])
    return result.exit_code, result.output


def test_info_tells_the_package_and_the_markets(tmp_path: Path) -> None:
    (tmp_path / "1.1").write_bytes(CONTENT)

    status, output = run("info", str(tmp_path / "1.1"))

    assert status == 0
    assert output.splitlines() == [
        f"{tmp_path}/1.1: PRO, 4 market changes",
        "  1.1 CLOSED: 2 runners, 4 updates, 1970-01-01 00:00:01 to 1970-01-01 00:00:01",
    ]


def test_info_warns_of_what_a_file_cannot_show(tmp_path: Path) -> None:
    (tmp_path / "1.1").write_bytes(LINES[0])

    assert "attention: it has last traded prices once a minute" in run("info", str(tmp_path))[1]


def test_check_names_file_and_line_and_ends_with_a_status(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(CONTENT)
    (tmp_path / "odd").write_bytes(CONTENT + b"nonsense\n")

    assert run("check", str(tmp_path / "sound")) == (0, "")
    status, output = run("check", str(tmp_path / "odd"))
    assert status == 1
    assert output.startswith(f"{tmp_path}/odd, line 5: it is no message")


def test_a_file_that_is_not_there_ends_with_a_sentence(tmp_path: Path) -> None:
    status, output = run("info", str(tmp_path / "nothing"))

    assert status == 2
    assert "there is no such file" in output


def test_files_that_are_not_asked_for_are_left_out_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "1.1").write_bytes(message(1, change(marketDefinition=definition(eventTypeId="7"))))

    assert run("info", "--event-type", "Horse Racing,tennis", str(tmp_path))[0] == 0
    for command in (["info"], ["check"], ["prepare", "--to", str(tmp_path / "cache")]):
        status, output = run(*command, "--event-type", "tennis", str(tmp_path))
        assert status == 2
        assert output == f"betsim: {tmp_path}/1.1 is left out: its event type is 7, and 2 is asked for.\n"


WRONG = {
    "there is no sport 'chess'": ["--event-type", "chess"],
    "does not match the format": ["--since", "yesterday"],
    "--until is before --since": ["--since", "2026-06-06", "--until", "2026-06-05"],
}


@pytest.mark.parametrize(("says", "options"), WRONG.items(), ids=WRONG)
def test_what_cannot_be_asked_for_is_said(tmp_path: Path, says: str, options: list[str]) -> None:
    status, output = run("info", *options, str(tmp_path))

    assert status == 2
    assert says in output


@pytest.mark.parametrize("content", [b"", b"hello\n", b"BZh9 and so on", b"PK\3\4", b"PAR1", b"\xff\xfe{\0"])
def test_a_file_without_a_market_is_named_and_the_status_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    status, output = run("info", str(tmp_path))

    assert status == 2
    assert f"{tmp_path}/file: " in output
    assert "there is no recorded market in" in output
    assert "is left out: " in output or not content
    assert run("check", str(tmp_path))[0] == 1


def test_files_are_prepared_once(tmp_path: Path) -> None:
    (tmp_path / "1.1").write_bytes(CONTENT)

    first = run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path))
    (file,) = (tmp_path / "cache").glob("*.parquet")

    assert first == (0, f"{tmp_path}/1.1: {file}\n")
    assert run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path)) == first


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_prepared(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "files"
    folder.mkdir()
    archive = folder / "1.0.tar"
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("1.0")
        member.size = len(CONTENT)
        tar.addfile(member, BytesIO(CONTENT))
    archive.write_bytes(archive.read_bytes()[:520])
    race = folder / "1.1"
    race.write_bytes(CONTENT)
    status, output = run("prepare", "--to", str(tmp_path / "cache"), str(folder))
    assert status == 2
    assert f"betsim: {archive}/1.0: it cannot be read, " in output
    assert f"{race}: {tmp_path}/cache/" in output


UNPREPARED = {
    "a zip that is cut short": (b"PK\3\4 and so on", "it cannot be read, "),
    "another text": (b"hello\n", "line 1: JSON is malformed"),
    "no market": (b'{"op":"status"}\n', "there is no market in it"),
    "nothing": (b"", "there is no market in it"),
    "what is only called prepared": (b"PAR1 and so on", "it is no prepared recording, or a broken one"),
}


@pytest.mark.parametrize(("content", "says"), UNPREPARED.values(), ids=UNPREPARED)
def test_what_nothing_can_be_prepared_of_is_named_and_the_others_are_prepared(
    tmp_path: Path, content: bytes, says: str
) -> None:
    """The second time, too, when what was found out about it is there already."""
    pytest.importorskip("pyarrow")
    folder, cache = tmp_path / "files", str(tmp_path / "cache")
    folder.mkdir()
    (folder / "1.0").write_bytes(content)
    (folder / "1.1").write_bytes(CONTENT)

    for _ in range(2):
        status, output = run("prepare", "--to", cache, str(folder))

        assert status == 2
        assert f"{folder}/1.0" in output
        assert says in output
        assert f"{folder}/1.0: {cache}" not in output
        assert f"{folder}/1.1: {cache}/" in output


def test_lines_that_are_left_out_are_named_and_the_rest_is_prepared(tmp_path: Path) -> None:
    """As a backtest does, which plays it: only a few of them, and how many more there are."""
    pytest.importorskip("pyarrow")
    (tmp_path / "1.1").write_bytes(CONTENT + b"{\n" * 1_200)

    for _ in range(2):
        status, output = run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path / "1.1"))

        assert status == 0
        assert [f"attention: {tmp_path}/1.1, line {number}: " in output for number in (5, 7, 8)] == [True, True, False]
        assert f"attention: {tmp_path}/1.1: 1,197 more lines are left out." in output


def test_what_is_prepared_already_is_left_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "1.1").write_bytes(CONTENT)
    run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path / "1.1"))
    (file,) = (tmp_path / "cache").glob("*.parquet")

    assert run("prepare", "--to", str(tmp_path / "again"), str(file)) == (0, f"{file}: it is prepared already\n")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("kept", [["code"], ["code", "price", "size"]], ids=["numbers and texts", "texts"])
def test_what_is_prepared_already_and_lacks_something_is_named_as_a_file(tmp_path: Path, kept: list[str]) -> None:
    pytest.importorskip("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    (tmp_path / "1.1").write_bytes(CONTENT)
    run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path / "1.1"))
    (file,) = (tmp_path / "cache").glob("*.parquet")
    table = parquet.read_table(file)
    lacking = table.select(kept)
    if len(kept) > 1:
        lacking = lacking.append_column("text", [[None] * len(table)])
    parquet.write_table(lacking, file)

    status, output = run("prepare", "--to", str(tmp_path / "again"), str(file))

    assert status == 2
    broken, nothing = output.splitlines()
    assert broken.startswith(f"attention: {file}: it is no prepared recording, or a broken one (")
    assert nothing == f"betsim: {file}: there is no market in it."


def test_what_is_prepared_is_looked_at_as_what_it_was_prepared_of(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    twice = message(9, change(rc=[]), change(rc=[]))
    (tmp_path / "1.1").write_bytes(b"\n".join([*LINES, twice, b"nonsense"]))
    run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path / "1.1"))
    (file,) = (tmp_path / "cache").glob("*.parquet")

    assert run("check", str(file))[1] == run("check", str(tmp_path / "1.1"))[1].splitlines(keepends=True)[-1].replace(
        str(tmp_path / "1.1"), str(file)
    )
    assert f"{file}: PRO, " in run("info", str(file))[1]
    assert run("info", str(file))[1].splitlines()[-1] == run("info", str(tmp_path / "1.1"))[1].splitlines()[-1]


@pytest.mark.parametrize("command", ["info", "check"])
def test_to_look_at_what_is_prepared_without_pyarrow_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "1.1").write_bytes(CONTENT)
    run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path / "1.1"))
    (file,) = (tmp_path / "cache").glob("*.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    status, output = run(command, str(file))

    assert status == 2
    assert "pip install 'betsim[backtest]'" in output


def test_to_prepare_without_pyarrow_ends_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "1.1").write_bytes(CONTENT)

    status, output = run("prepare", "--to", str(tmp_path / "cache"), str(tmp_path))

    assert status == 2
    assert "pip install 'betsim[backtest]'" in output

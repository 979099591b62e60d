"""`betsim recorded` says what files are and what is odd in them, in lines that people read."""

from pathlib import Path

from click.testing import CliRunner

from simulator.cli import main
from tests.unit.test_recorded import CONTENT, LINES


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

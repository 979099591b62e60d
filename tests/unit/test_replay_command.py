"""`betsim replay` says in one sentence what it cannot serve, and ends with status 2."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import main
from tests.recording_files import a_race


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["replay", *arguments, "--port", "0"])
    return result.exit_code, result.output


@pytest.fixture
def race(tmp_path: Path) -> str:
    return str(a_race().write(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("/there/is/nothing",), "betsim: /there/is/nothing: there is no such file."),
        (("memory://one",), "betsim: memory://one: "),
        (("{race}", "--at", "noon"), "betsim: 'noon' is no time to begin at, such as 2021-03-01T14:00Z"),
        (("{race}", "--at", "2021-03-01"), "betsim: '2021-03-01' is no time to begin at"),
        (("{race}", "--at", "2021-02-30T14:00Z"), "betsim: '2021-02-30T14:00Z' is no time to begin at"),
        (("{race}", "--rate", "-1"), "'-1' is no rate: a number from 0"),
        (("{race}", "--rate", "fast"), "'fast' is no rate: a number from 0"),
        (("{race}", "--rate", "inf"), "'inf' is no rate: a number from 0"),
        (("{race}", "--rate", "NaN"), "'NaN' is no rate: a number from 0"),
        (("{race}", "--model", "hopeful"), "hopeful"),
        (("{race}", "--event-type", "tennis"), "its event type is 7, and 2 is asked for."),
        (("{race}", "--event-type", "chess"), "there is no sport 'chess'"),
        (("{race}", "--scenario", "demo"), "--scenario"),
        ((), "FILE..."),
    ],
)
def test_what_cannot_be_served_is_named(race: str, arguments: tuple[str, ...], sentence: str) -> None:
    status, output = run(*(argument.format(race=race) for argument in arguments))

    assert status == 2
    assert sentence in output


@pytest.mark.parametrize(
    "content", [b"", b"nothing of that kind\n", b'{"op":"connection","connectionId":"1"}\n', b"BZh9broken"]
)
def test_a_file_in_which_nothing_is_recorded_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    status, output = run(str(file))

    assert status == 2
    assert f"{file}: there are no market changes recorded in it." in output


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    status, output = run(str(tmp_path))

    assert (status, output) == (2, f"betsim: {tmp_path}: there is no file in it.\n")


def test_an_exported_journal_is_told_again_as_long_as_the_file_is_the_same(race: str, tmp_path: Path) -> None:
    file = tmp_path / "1.2.bz2"
    a_race("1.2").write(tmp_path)
    story = tmp_path / "story.jsonl"
    digest = "0" * 64
    beginning = {
        "scenario": {
            "name": "replay",
            "clock": {"now": "2020-09-13T12:26:41.000Z", "rate": 0},
            "recordings": {"files": [{"path": str(file), "sha256": digest, "firstAt": 1_600_000_001_000}]},
        },
        "seed": 0,
        "world_id": "default",
        "created_at": 1_600_000_001_000,
    }
    story.write_text(f'{{"format":1,"beginning":{json.dumps(beginning)}}}\n{{"end":1600000002000}}\n')

    result = CliRunner().invoke(main, ["journal", "replay", str(story)])

    assert result.exit_code == 2
    assert "1.2.bz2: it is another file than the one that was followed before" in result.output

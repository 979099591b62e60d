"""The example bot and the page that shows it: both are what people copy."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from simulator import World, cli
from tests.plugin import NAME
from tests.serving import PATIENCE_SECONDS

PROJECT = Path(__file__).parents[2]
BOT = PROJECT / "docs/examples/bot"
PAGE = (PROJECT / "docs/testing.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"^<!-- shown: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def pytest_in(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-p", NAME, "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=4 * PATIENCE_SECONDS, check=False
    )


def test_the_tests_of_the_example_bot_pass() -> None:
    result = pytest_in(BOT)

    assert result.returncode == 0, result.stdout
    assert re.search(r"\b8 passed", result.stdout)


def test_what_the_page_shows_of_the_example_is_in_the_example() -> None:
    shown = SHOWN.findall(PAGE)

    assert len(shown) == 2
    for file, text in shown:
        assert text in PROJECT.joinpath(file).read_text(encoding="utf-8"), file


def test_the_example_uses_nothing_but_what_is_installed() -> None:
    imported = {
        name
        for file in BOT.glob("*.py")
        for name in re.findall(r"^(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert imported <= {"betfairlightweight", "pytest", "requests", "simulator", "value_bot"}


def test_the_fixtures_that_the_page_overrides_are_taken(tmp_path: Path) -> None:
    own, both = (block for block in blocks("python") if "betsim_scenario" in block)
    tests = f"import pytest\n\n{both}\n\nclass TestOwn:\n"
    tests += "\n".join(f"    {line}".rstrip() for line in own.replace("scenario():", "scenario(self):").splitlines())
    tests += "\n\n    def test_own(self, betsim_world):\n        assert betsim_world.scenario == 'poor'\n"
    tmp_path.joinpath("test_page.py").write_text(tests, encoding="utf-8")

    result = pytest_in(tmp_path)

    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout


def test_the_program_without_pytest_runs() -> None:
    (program,) = (block for block in blocks("python") if "serve(" in block)

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )

    assert "'status': 'ready'" in result.stdout


def documents() -> list[Any]:
    return [yaml.safe_load(block) for block in blocks("yaml")]


def test_the_configurations_for_continuous_integration_are_yaml() -> None:
    github, gitlab, compose = documents()

    assert github["jobs"]["test"]["steps"][-1]["run"] == gitlab["test"]["script"][-1] == "python -m pytest -n auto"
    assert set(compose["services"]) == {"betsim", "bot"}


def test_the_server_of_the_compose_file_is_started_as_the_command_line_can_be() -> None:
    command = documents()[2]["services"]["betsim"]["command"].partition("betsim serve ")[2].removesuffix('"')
    given = [word for word in command.split() if word.startswith("--")]
    known = {name for parameter in cli.serve.params for name in parameter.opts}

    assert isinstance(cli.serve, click.Command)
    assert given
    assert set(given) <= known


@pytest.mark.parametrize("option", sorted(set(re.findall(r"--(?:no-)?betsim-\w+", PAGE))))
def test_every_option_of_the_page_is_one_of_the_plugin(option: str) -> None:
    plugin = PROJECT.joinpath("simulator/pytest_plugin.py").read_text(encoding="utf-8")

    assert f'"{option}"' in plugin or f'"{re.sub("betsim-.*", "betsim-{name}", option)}"' in plugin


def test_every_helper_of_the_page_is_there() -> None:
    tables = PAGE.partition("## What a test does to a world")[2].partition("## Without pytest")[0]
    cells = re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"(?:^|, )`(\w+)", cell)}

    assert len(named) > 20
    assert {name for name in named if not hasattr(World, name)} == set()

"""`betsim scenario`: scenarios to start from, the schema for editors, and what may have been meant."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from simulator import data
from simulator.cli import main
from simulator.specifications.scenario_schema import scenario_schema
from simulator.world.format.suggestions import suggestion
from simulator.world.inputs import MoveToNext, SetClockRate
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World
from tests.unit.scenario_builder import as_editors_read, changed, complaint_about, small

TEMPLATES = data.template_names()
SHIPPED = {name: data.fixture_bytes(name) for name in data.fixture_names()} | {
    f"templates/{name}": data.template_bytes(name) for name in TEMPLATES
}


def betsim(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments)


# What may have been meant


@pytest.mark.parametrize(
    ("place", "value", "meant"),
    [
        (("acounts",), [], "accounts"),
        (("clock", "Now"), "real", "now"),
        (("events", 0, "markets", 0, "bettingtype"), "ODDS", "bettingType"),
        (("events", 0, "markets", 0, "status"), "open", "OPEN"),
        (("events", 0, "markets", 0, "betDelayModels"), ["DYNAMICAL"], "DYNAMIC"),
        (("accounts", 0, "status"), "SUSPEND", "SUSPENDED"),
        (("schedule", 0, "do"), "turn_in_play", "turn-in-play"),
    ],
)
def test_who_misspells_a_name_or_a_value_is_told_the_nearest_one(
    place: tuple[str | int, ...], value: object, meant: str
) -> None:
    problem = complaint_about(json.dumps(changed(place, value))).problem

    assert problem.endswith(f' Did you mean "{meant}"?')


@pytest.mark.parametrize("written", ["colour", "x", "", 7, None, "n" * 81])
def test_what_is_like_no_name_has_no_suggestion(written: object) -> None:
    assert suggestion(written, ["name", "number"]) == ""


def test_numbers_are_not_misspelt() -> None:
    assert suggestion("1.165000001", ["1.165000009"]) == ""


def test_a_shipped_scenario_that_is_misspelt_on_the_command_line_is_suggested() -> None:
    ended = betsim("scenario", "check", "darby")

    assert ended.exit_code == 2
    assert ended.stderr.endswith('Did you mean "derby"?\n')


# Scenarios to start from


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_written_to_start_from_passes_the_check_and_says_so_itself(name: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"

    assert betsim("scenario", "new", "--kind", name.removesuffix(".yaml"), str(file)).exit_code == 0

    assert betsim("scenario", "check", str(file)).output.startswith("my ")
    assert file.read_text().startswith("# ")


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_written_to_start_from_plays_to_its_end_without_a_refusal(name: str) -> None:
    world = World(load_scenario(data.template_bytes(name), name))
    world.do(SetClockRate(0)).accepted()

    while world.next_due is not None:
        world.do(MoveToNext()).accepted()

    assert world.notices == []
    assert {market.status for market in world.exchange.markets.values()} == {"CLOSED"}


def test_there_are_scenarios_of_football_and_of_races_to_start_from() -> None:
    assert {"football.yaml", "race.yaml"} <= set(TEMPLATES)


def test_a_file_that_is_there_is_not_written_over_unless_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine")

    refused = betsim("scenario", "new", str(file))

    assert (refused.exit_code, file.read_text()) == (1, "mine")
    assert refused.stderr == f"betsim: {file} is there already; --force writes over it.\n"
    assert betsim("scenario", "new", "--force", str(file)).exit_code == 0
    assert file.read_bytes() == data.template_bytes("football.yaml")


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    ended = betsim("scenario", "new", str(tmp_path / "nowhere" / "mine.yaml"))

    assert ended.exit_code == 1
    assert ended.stderr.startswith("betsim: ")
    assert "cannot be written" in ended.stderr


def test_a_scenario_to_start_from_can_be_written_to_standard_output() -> None:
    assert betsim("scenario", "new", "--kind", "race", "-").output_bytes == data.template_bytes("race.yaml")


# The schema


SCHEMA = jsonschema_rs.Draft202012Validator(scenario_schema())


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_scenario_that_ships_is_valid_by_the_schema(name: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(as_editors_read(SHIPPED[name]))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("acounts",), []),
        (("rules",), "1999"),
        (("events", 0, "id"), 27165685),
        (("events", 0, "markets", 0, "status"), "CLOSED"),
        (("events", 0, "markets", 0, "runners", 0, "availableToBack"), [[2.0]]),
        (("schedule", 0, "do"), "explode"),
        (("schedule", 0, "at"), None),
        (("accounts", 0, "currency"), "XXX"),
    ],
)
def test_the_schema_finds_what_the_types_of_a_scenario_refuse(place: tuple[str | int, ...], value: object) -> None:
    assert SCHEMA.is_valid(json.loads(json.dumps(small(), default=float)))
    assert not SCHEMA.is_valid(json.loads(json.dumps(changed(place, value), default=float)))


def test_the_schema_is_printed_and_needs_nothing_from_elsewhere() -> None:
    printed = betsim("scenario", "schema").output

    assert json.loads(printed) == scenario_schema()
    assert "#/components" not in printed

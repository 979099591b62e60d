"""The page about scenarios teaches by examples, each of which is a scenario."""

import re
from pathlib import Path

import jsonschema_rs
import pytest

from simulator.specifications.scenario_schema import scenario_schema
from simulator.world.format.scenario import AnyHappening
from simulator.world.inputs import MoveToNext, SetClockRate
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World
from tests.unit.scenario_builder import as_editors_read

PAGE = Path(__file__).parents[2].joinpath("docs/scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_block_of_the_page_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("```") // 2 >= 8


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_every_example_is_loaded_and_plays_to_its_end_without_a_refusal(text: str) -> None:
    world = World(load_scenario(text, "example"))
    world.do(SetClockRate(0)).accepted()

    while world.next_due is not None:
        world.do(MoveToNext()).accepted()

    assert world.notices == []


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_every_example_is_valid_by_the_schema_for_editors(text: str) -> None:
    errors = jsonschema_rs.Draft202012Validator(scenario_schema()).iter_errors(as_editors_read(text.encode()))

    assert [error.message for error in errors] == []


def test_the_page_names_everything_that_can_be_done() -> None:
    table = PAGE.partition("| `do` |")[2].partition("\n\n")[0]

    assert {str(kind.__struct_config__.tag) for kind in AnyHappening.__args__} <= set(re.findall(r"`([\w-]+)`", table))

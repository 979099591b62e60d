"""The command `betsim scenario`: scenarios are listed, begun, checked and described."""

import json
from pathlib import Path
from typing import Final

import click

from simulator import data
from simulator.ending import end
from simulator.specifications.scenario_schema import scenario_schema
from simulator.world.format.document import ScenarioError
from simulator.world.loading.named import builtin_scenario, builtin_scenario_names, scenario_called

WRONG_SCENARIO: Final = 2
CANNOT_WRITE: Final = 1
STANDARD_OUTPUT: Final = "-"


@click.group()
def scenario() -> None:
    """Begin, check and describe scenarios."""


@scenario.command(name="list")
def list_scenarios() -> None:
    """List the scenarios that ship with the package."""
    for name in builtin_scenario_names():
        click.echo(f"{name}  {builtin_scenario(name).description}".rstrip())


@scenario.command()
@click.argument("file", metavar="NAME|FILE")
def check(file: str) -> None:
    """Say whether a scenario is right, and if not where it is wrong."""
    try:
        found = scenario_called(file)
    except ScenarioError as error:
        end(str(error), WRONG_SCENARIO)
    markets = sum(len(event.markets) for event in found.events)
    click.echo(f"{found.name}: {len(found.accounts)} accounts, {len(found.events)} events, {markets} markets")


def _kinds() -> list[str]:
    return [name.removesuffix(".yaml") for name in data.template_names()]


@scenario.command()
@click.option("--kind", type=click.Choice(_kinds()), default="football", show_default=True, help="What it is about.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True))
def new(kind: str, force: bool, file: str) -> None:
    """Write a scenario to start from into FILE, with comments; - is standard output."""
    content = data.template_bytes(f"{kind}.yaml")
    if file == STANDARD_OUTPUT:
        click.echo(content, nl=False)
        return
    write(file, content, over_what_is_there=force)
    click.echo(f"{file}: check it with `betsim scenario check`, serve it with `betsim serve --scenario`.")


@scenario.command()
def schema() -> None:
    """Print the JSON schema of scenario files, by which editors complete and check them.

    With the YAML language server: a first line `# yaml-language-server: $schema=scenario.schema.json` in the file.
    """
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))


def write(file: str, content: bytes, *, over_what_is_there: bool) -> None:
    """Write a file, or say why that cannot be done and end the program."""
    try:
        with Path(file).open("wb" if over_what_is_there else "xb") as opened:
            opened.write(content)
    except FileExistsError:
        end(f"{file} is there already; --force writes over it.", CANNOT_WRITE)
    except (OSError, ValueError) as error:
        end(f"{file} cannot be written: {error.strerror if isinstance(error, OSError) else error}.", CANNOT_WRITE)

"""The command `betsim scenario`: scenarios are listed, begun, checked, described, and made of running worlds."""

import json
import ssl
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import click

from simulator import data
from simulator.ending import end
from simulator.specifications.scenario_schema import scenario_schema
from simulator.world.format.document import ScenarioError
from simulator.world.loading.named import builtin_scenario, builtin_scenario_names, scenario_called

WRONG_SCENARIO: Final = 2
CANNOT_WRITE: Final = 1
NO_ANSWER: Final = 1
STANDARD_OUTPUT: Final = "-"
PATIENCE_SECONDS: Final = 60


@click.group()
def scenario() -> None:
    """Begin, check and describe scenarios, and make them of running worlds."""


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
    _write(file, data.template_bytes(f"{kind}.yaml"), over_what_is_there=force)


@scenario.command()
@click.option(
    "--control",
    envvar="BETSIM_CONTROL",
    default="http://127.0.0.1:8000/control/v1",
    show_default=True,
    metavar="URL",
    help="The control API, as the ready line has it.",
)
@click.option("--control-token", envvar="BETSIM_CONTROL_TOKEN", metavar="TOKEN", help="Its token, if it needs one.")
@click.option("--ca", envvar="BETSIM_CA", type=click.Path(dir_okay=False), help="The certificate to trust over HTTPS.")
@click.option("--world", envvar="BETSIM_WORLD", default="default", show_default=True, help="Which world.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True))
def export(control: str, control_token: str | None, ca: str | None, world: str, force: bool, file: str) -> None:
    """Write a running world into FILE, as it is now; - is standard output.

    Comments at the head of the file say what of the world no scenario can say, such as the bets of customers.
    """
    address = f"{control.rstrip('/')}/worlds/{quote(world, safe='')}/scenario"
    _write(file, _read(address, control_token, ca), over_what_is_there=force)


@scenario.command()
def schema() -> None:
    """Print the JSON schema of scenario files, by which editors complete and check them.

    With the YAML language server: a first line `# yaml-language-server: $schema=scenario.schema.json` in the file.
    """
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))


def _read(address: str, token: str | None, ca: str | None) -> bytes:
    """Return what an address of the control API answers, or say why that cannot be had and end the program."""
    if not address.startswith(("http://", "https://")):
        end(f"{address} is not the address of a control API: that begins with http:// or https://.", NO_ANSWER)
    try:
        # The server is on this machine or near it: what the environment says of proxies is about others.
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=ssl.create_default_context(cafile=ca)))
        request = Request(address, headers={} if token is None else {"Authorization": f"Bearer {token}"})
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())
    except HTTPError as error:
        with error:
            detail = error.read().decode(errors="replace")
        end(f"{address} answers {error.code}: {_detail_of(detail)}", NO_ANSWER)
    except (URLError, OSError, ValueError) as error:
        end(f"{address} does not answer: {getattr(error, 'reason', error)}.", NO_ANSWER)


def _detail_of(problem: str) -> str:
    """Return the sentence of a problem document, or the beginning of what else was answered."""
    try:
        return str(json.loads(problem)["detail"])
    except (ValueError, KeyError, TypeError):
        return problem[:200]


def _write(file: str, content: bytes, *, over_what_is_there: bool) -> None:
    """Write a file or to standard output, or say why that cannot be done and end the program."""
    if file == STANDARD_OUTPUT:
        click.echo(content, nl=False)
        return
    try:
        with Path(file).open("wb" if over_what_is_there else "xb") as opened:
            opened.write(content)
    except FileExistsError:
        end(f"{file} is there already; --force writes over it.", CANNOT_WRITE)
    except (OSError, ValueError) as error:
        end(f"{file} cannot be written: {error.strerror if isinstance(error, OSError) else error}.", CANNOT_WRITE)
    click.echo(f"{file}: check it with `betsim scenario check`, serve it with `betsim serve --scenario`.")

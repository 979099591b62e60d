"""The command line: `betsim serve`, `exec`, `scenario`, `recorded`, `backtest`, `replay`, `journal` and `spec`."""

import sys
from pathlib import Path
from typing import Final

import click

from simulator import __version__
from simulator.beginning_options import reads_recordings
from simulator.data import specification_bytes, specification_names
from simulator.ending import end
from simulator.later_commands import LaterCommands
from simulator.launch import PreparedServer
from simulator.namespaces import NoNamespaces
from simulator.reading_recordings import RecordingReader
from simulator.server import CannotWrite
from simulator.server_options import (
    ANY_PORT,
    CANNOT_WRITE,
    HTTP_PORT,
    HTTPS_PORT,
    NO_NAMESPACES,
    prepares_server,
    serve_until_stopped,
)
from simulator.world.export import WrongExport, replay
from simulator.world.state_hash import state_hash

WRONG_NAME: Final = 2
WRONG_JOURNAL: Final = 2


@click.group(cls=LaterCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="betsim")
def main() -> None:
    """Stand in for a betting exchange: offline, with a memory, and with no money."""


def _backtest() -> click.Command:
    from simulator.backtest_command import backtest_command  # noqa: PLC0415, nobody needs it who serves

    return backtest_command


def _record() -> click.Command:
    from simulator.record_command import record  # noqa: PLC0415, as above

    return record


def _recorded() -> click.Command:
    from simulator.recorded_command import recorded  # noqa: PLC0415, as above

    return recorded


def _replay() -> click.Command:
    from simulator.replay_command import replay_command  # noqa: PLC0415, as above

    return replay_command


def _run() -> click.Command:
    from simulator.run_command import run_command  # noqa: PLC0415, as above

    return run_command


def _scenario() -> click.Command:
    from simulator.scenario_command import scenario  # noqa: PLC0415, as above

    return scenario


main.add_later("backtest", _backtest)
main.add_later("record", _record)
main.add_later("recorded", _recorded)
main.add_later("replay", _replay)
main.add_later("run", _run)
main.add_later("scenario", _scenario)


@main.command()
@prepares_server(HTTP_PORT, HTTPS_PORT)
def serve(server: PreparedServer) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Prints one line to standard output when, and only when, every port answers. Everything else goes to standard error.
    """
    serve_until_stopped(server)


@main.command(name="exec", context_settings={"ignore_unknown_options": True})
@prepares_server(ANY_PORT, ANY_PORT)
@click.option(
    "--transparent",
    is_flag=True,
    help="Let the real host names lead to the server, in a network of the command's own in which there is nothing "
    "else: none of its settings has to change. On Linux, with the right to make namespaces.",
)
@click.option(
    "--trust-ca",
    is_flag=True,
    help="With --tls: let the command trust the server's authority, and no other, by SSL_CERT_FILE and "
    "REQUESTS_CA_BUNDLE.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def execute(server: PreparedServer, command: tuple[str, ...], trust_ca: bool) -> None:
    """Run COMMAND beside a server and end with its exit status.

    The command finds BETSIM_URL, BETSIM_STREAM, BETSIM_CONTROL, BETSIM_CONTROL_TOKEN, BETSIM_WORLD, BETSIM_USERNAME,
    BETSIM_PASSWORD, BETSIM_APP_KEY, BETSIM_DELAYED_APP_KEY and BETSIM_BETTUNE_TOKEN in its environment, and with --tls
    BETSIM_HTTPS_URL, BETSIM_CA, BETSIM_CLIENT_CERTIFICATE and BETSIM_CLIENT_KEY, as far as there are such.

    With --transparent it needs none of them: https://api.betfair.com and the other real addresses, the streams too, are
    the server's, and nobody else can be reached. OpenSSL, requests, curl, Node and Java trust the server's authority.
    """
    try:
        sys.exit(server.execute(command, lambda problem: click.echo(problem, err=True), trusting=trust_ca))
    except NoNamespaces as error:
        end(str(error), NO_NAMESPACES)
    except CannotWrite as error:
        end(str(error), CANNOT_WRITE)


@main.group()
def journal() -> None:
    """Tell again what happened in a world."""


@journal.command(name="replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reads_recordings
def replay_journal(file: Path, recordings_from: tuple[str, ...]) -> None:
    """Tell a world's exported journal again, and print the digest of the state to which that leads.

    It is the one that /control/v1/worlds/{world}/state-hash answers where the world's clock stands still.
    """
    try:
        with file.open("rb") as lines:
            click.echo(state_hash(replay(lines, RecordingReader(recordings_from))))
    except WrongExport as error:
        end(f"{file}, {error}", WRONG_JOURNAL)
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}.", WRONG_JOURNAL)


@main.command()
@click.argument("name", required=False)
def spec(name: str | None) -> None:
    """Print the OpenAPI document NAME, or without one the names of all."""
    names = [file.removesuffix(".yaml") for file in specification_names()]
    if name is None:
        click.echo("\n".join(names))
    elif name in names:
        click.echo(specification_bytes(f"{name}.yaml"), nl=False)
    else:
        end(f"there is no document {name!r}; there are {', '.join(names)}", WRONG_NAME)


if __name__ == "__main__":
    main(prog_name="betsim")

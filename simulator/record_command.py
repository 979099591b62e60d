"""`betsim record`: what a server's stream tells of markets, into a file."""

import re
from pathlib import Path
from typing import Any, Final

import click

from simulator.ending import end
from simulator.record import CannotRecord, Source
from simulator.record import record as record_markets

CANNOT_RECORD: Final = 1


@click.command()
@click.option("--url", envvar="BETSIM_URL", required=True, help="Of the server.  [BETSIM_URL]")
@click.option("--stream", envvar="BETSIM_STREAM", required=True, metavar="HOST:PORT", help="[BETSIM_STREAM]")
@click.option("--username", envvar="BETSIM_USERNAME", required=True, help="[BETSIM_USERNAME]")
@click.option("--password", envvar="BETSIM_PASSWORD", required=True, help="[BETSIM_PASSWORD]")
@click.option("--app-key", envvar="BETSIM_APP_KEY", required=True, help="[BETSIM_APP_KEY]")
@click.option(
    "--ca",
    envvar="BETSIM_CA",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificate to trust; with it TLS is spoken.  [BETSIM_CA]",
)
@click.option("--markets", required=True, metavar="ID,ID", help="Which markets, by their ids.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def record(markets: str, file: Path, **credentials: Any) -> None:
    """Record markets from the stream of a server into FILE, until all of them are closed.

    One JSON message a line, as in the historic data; a FILE that ends in .bz2 is compressed.
    """
    if not re.fullmatch(r".+:\d{1,5}", credentials["stream"]):
        raise click.BadParameter(f"{credentials['stream']!r} is not HOST:PORT", param_hint="--stream")
    try:
        messages = record_markets(Source(**credentials), [each.strip() for each in markets.split(",")], file)
    except CannotRecord as error:
        end(str(error), CANNOT_RECORD)
    click.echo(f"{messages} messages")

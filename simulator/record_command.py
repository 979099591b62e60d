"""`betsim record`: what a server's stream tells of markets, into a file."""

from pathlib import Path
from typing import Final

import click

from simulator.access import Access, takes_access
from simulator.ending import end
from simulator.record import CannotRecord
from simulator.record import record as record_markets

CANNOT_RECORD: Final = 1


@click.command()
@takes_access
@click.option("--markets", required=True, metavar="ID,ID", help="Which markets, by their ids.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def record(markets: str, file: Path, access: Access) -> None:
    """Record markets from the stream of a server into FILE, until all of them are closed.

    One JSON message a line, as in the historic data; a FILE that ends in .bz2 is compressed.
    """
    try:
        messages = record_markets(access, [each.strip() for each in markets.split(",")], file)
    except CannotRecord as error:
        end(str(error), CANNOT_RECORD)
    click.echo(f"{messages} messages")

"""`betsim recorded`: what files of recorded markets are, and what is odd in them."""

from datetime import UTC, datetime
from typing import Final

import click

from simulator.ending import end
from simulator.recorded.description import Description, MarketSummary, describe, odd_things
from simulator.recorded.sources import SourceError, sources

UNREADABLE: Final = 2
ODD: Final = 1


@click.group()
def recorded() -> None:
    """Look at recorded markets: files of the historic data, captures, archives and folders of these."""


@recorded.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def info(files: tuple[str, ...]) -> None:
    """Say what each FILE is: its package, its markets, and what cannot be done with it."""
    try:
        for source in sources(files):
            _tell(describe(source))
    except SourceError as error:
        end(str(error), UNREADABLE)


@recorded.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> None:
    """Say what is odd in each FILE, with its line; the exit status is 1 where anything is."""
    is_odd = False
    try:
        for source in sources(files):
            for finding in odd_things(source):
                is_odd = True
                place = f"{finding.name}, line {finding.line}" if finding.line else finding.name
                click.echo(f"{place}: {finding.text}")
    except SourceError as error:
        end(str(error), UNREADABLE)
    if is_odd:
        raise SystemExit(ODD)


def _tell(description: Description) -> None:
    kinds = ", ".join(f"{number} {kind}" for kind, number in description.lines.items())
    click.echo(f"{description.name}: {description.package}, {kinds or 'empty'}")
    if description.markets and description.warning:
        click.echo(f"  attention: {description.warning}")
    for market in description.markets:
        click.echo(f"  {_line(market)}")


def _line(market: MarketSummary) -> str:
    known = (market.market_type, market.country_code, market.market_time, market.status)
    words = " ".join(word for word in known if word)
    in_play = ", in play" if market.went_in_play else ""
    times = f"{_time(market.first_at)} to {_time(market.last_at)}"
    return f"{market.market_id} {words}: {market.runners} runners, {market.updates} updates, {times}{in_play}"


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S}"

"""`betsim recorded`: what files of recorded markets are, what is odd in them, and what is prepared of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from simulator.ending import end
from simulator.recorded.description import PROBLEMS_SHOWN, Description, MarketSummary, describe, odd_things
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.rows import PyarrowMissing
from simulator.recorded.selection import Cache, CannotKeep, Selection, is_prepared, play
from simulator.recorded.sources import Source, SourceError
from simulator.recorded.wanted import SPORTS, Wanted
from simulator.recorded_options import chooses_markets

UNREADABLE: Final = 2
NO_PYARROW: Final = 2
ODD: Final = 1

_FILES: Final = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.group()
def recorded() -> None:
    """Look at recorded markets: files of the historic data, captures, archives and folders of these."""


@recorded.command()
@_FILES
@chooses_markets
def info(files: tuple[str, ...], wanted: Wanted) -> None:
    """Say what each FILE is: its package, its markets, and what cannot be done with it.

    The exit status is 2 where there is no market in any of them.
    """
    selection, has_market = Selection(files, wanted), False
    try:
        for source in selection:
            description = describe(source, wanted)
            has_market = has_market or bool(description.markets)
            _tell(description)
    except (PyarrowMissing, SourceError) as error:
        end(str(error), UNREADABLE)
    if not has_market:
        end(selection.nothing_found(), UNREADABLE)


@recorded.command()
@_FILES
@chooses_markets
def check(files: tuple[str, ...], wanted: Wanted) -> None:
    """Say what is odd in each FILE, with its line; the exit status is 1 where anything is."""
    selection, is_odd, is_read = Selection(files, wanted), False, False
    try:
        for source in selection:
            is_read = True
            for finding in odd_things(source, wanted):
                is_odd = True
                place = f"{finding.name}, line {finding.line}" if finding.line else finding.name
                _say(f"{place}: {finding.text}")
    except (PyarrowMissing, SourceError) as error:
        end(str(error), UNREADABLE)
    if not is_read:
        end(selection.nothing_found(), UNREADABLE)
    if is_odd:
        raise SystemExit(ODD)


@recorded.command()
@_FILES
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to.")
@chooses_markets
def prepare(files: tuple[str, ...], folder: Path, wanted: Wanted) -> None:
    """Write each FILE as Parquet into a folder, which other commands take as --cache; what is there is not written.

    Lines that are left out are named. The exit status is 2 where there is no market in a FILE or it cannot be read; the
    others are prepared.
    """
    selection, cache = Selection(files, wanted), Cache(folder)
    is_read, is_whole = False, True
    try:
        for source in selection:
            is_read = True
            is_whole = _prepare(source, cache) and is_whole
    except PyarrowMissing as error:
        end(str(error), NO_PYARROW)
    except SourceError as error:
        end(str(error), UNREADABLE)
    if not is_read:
        end(selection.nothing_found(), UNREADABLE)
    if not is_whole:
        raise SystemExit(UNREADABLE)


def _prepare(source: Source, cache: Cache) -> bool:
    """Prepare a file, and return whether there is a market in it; raise `CannotKeep`, and `PyarrowMissing`."""
    is_there = is_prepared(source)
    try:
        recording = play(source, cache=cache)
    except CannotKeep:
        raise
    except SourceError as error:
        click.echo(f"betsim: {error}", err=True)
        return False
    assert isinstance(recording, PreparedRecording)
    has_market = recording.look_through()
    for problem in recording.problems[:PROBLEMS_SHOWN]:
        click.echo(f"attention: {problem}", err=True)
    if recording.problem_count > PROBLEMS_SHOWN:
        left_out = recording.problem_count - PROBLEMS_SHOWN
        click.echo(f"attention: {source.name}: {left_out:,} more lines are left out.", err=True)
    if not has_market:
        click.echo(f"betsim: {source.name}: there is no market in it.", err=True)
    else:
        _say(f"{source.name}: {'it is prepared already' if is_there else recording.file}")
    return has_market


def _tell(description: Description) -> None:
    kinds = ", ".join(f"{number} {kind}" for kind, number in description.lines.items())
    what = f"{description.package}, " if description.markets else ""
    _say(f"{description.name}: {what}{kinds or 'empty'}")
    if description.markets and description.warning:
        _say(f"  attention: {description.warning}")
    for problem in description.problems:
        _say(f"  line {problem.line} is left out: {problem.text}")
    for market in description.markets:
        _say(f"  {_line(market)}")


def _line(market: MarketSummary) -> str:
    sport = SPORTS.get(market.event_type_id or "", market.event_type_id)
    known = (sport, market.market_type, market.country_code, market.market_time, market.status)
    words = " ".join(word for word in known if word)
    in_play = ", in play" if market.went_in_play else ""
    times = f"{_time(market.first_at)} to {_time(market.last_at)}"
    return f"{market.market_id} {words}: {market.runners} runners, {market.updates} updates, {times}{in_play}"


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _say(text: str) -> None:
    # Names of files are bytes to some systems, and need not be text.
    click.echo(text.encode("utf-8", "backslashreplace").decode())

"""The options of commands about with what the worlds of a server begin, where they are kept, and what they may read."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from simulator.first_world import FirstWorld, first_world
from simulator.reading_recordings import RecordingReader

First = Callable[[int, RecordingReader], FirstWorld]
"""Makes of a seed, and of what reads recordings, with what the first world begins."""


def keeps_journal(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option that says where the journal is kept, and hand it over as `journal`."""
    return click.option(
        "--journal",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Keep all worlds in this file: the next start with it goes on where this one ends, however it ends.",
    )(function)


def chooses_scenario(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options about how the first world begins, and hand over as `first` what makes it of a seed."""

    @click.option("--scenario", default="demo", show_default=True, metavar="NAME|FILE", help="How the world begins.")
    @click.option(
        "--snapshot",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Let the world go on from a snapshot, and not begin.",
    )
    @keeps_journal
    @wraps(function)
    def command(*, scenario: str, snapshot: Path | None, journal: Path | None, **rest: Any) -> None:
        source = click.get_current_context().get_parameter_source("scenario")
        named = None if source is ParameterSource.DEFAULT else scenario
        function(first=lambda seed, recordings: first_world(named, snapshot, journal, seed, recordings), **rest)

    return command


def reads_recordings(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option that says which recordings elsewhere may be read, and hand it over as `recordings_from`."""
    return click.option(
        "--recordings-from",
        multiple=True,
        metavar="URL",
        callback=_check_urls,
        help="Let worlds read recordings that lie under this URL, which fsspec understands; without it betsim connects "
        "to nobody for what a request, a scenario, a snapshot or a journal says.",
    )(function)


def _check_urls(_: click.Context, __: click.Parameter, urls: tuple[str, ...]) -> tuple[str, ...]:
    for url in urls:
        if "://" not in url:
            raise click.BadParameter(f"{url!r} is no URL, such as s3://bucket/2021; what lies here needs no leave.")
    return urls

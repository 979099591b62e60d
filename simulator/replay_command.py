"""`betsim replay`: recorded markets served as live ones."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

import click

from simulator.backtest.models import DEFAULT_MODEL, MODELS
from simulator.beginning_options import keeps_journal
from simulator.first_world import FirstWorld, first_recorded
from simulator.launch import PreparedServer
from simulator.reading_recordings import RecordingReader
from simulator.recorded.wanted import Wanted
from simulator.recorded_options import chooses_markets
from simulator.server_options import HTTP_PORT, HTTPS_PORT, prepares_server, serve_until_stopped

MOST_RATE: Final = 1_000_000


def _rate(value: Any) -> Decimal:
    """Return how many seconds the clock goes in a real one, as the decimal that was written."""
    try:
        rate = value if isinstance(value, Decimal) else Decimal(value)
    except InvalidOperation:
        rate = Decimal(-1)
    if not (rate.is_finite() and 0 <= rate <= MOST_RATE):
        raise click.BadParameter(
            f"{value!r} is no rate: a number from 0, where the clock stands still, to {MOST_RATE}."
        )
    return rate


def _chooses_recordings(function: Callable[..., None]) -> Callable[..., None]:
    """Add the files and the options about them, and hand over as `first` what makes a world of them."""

    @click.argument("files", nargs=-1, required=True, metavar="FILE...")
    @click.option(
        "--rate",
        type=_rate,
        default=Decimal(1),
        metavar="RATE",
        help="How many seconds the clock goes in a real one; 0 lets it stand still until the control API moves it.  "
        "[default: 1]",
    )
    @click.option(
        "--at", metavar="TIME", help="When the world begins, such as 2021-03-01T14:00Z.  [default: the first message]"
    )
    @click.option(
        "--model",
        type=click.Choice(list(MODELS)),
        default=DEFAULT_MODEL.name,
        show_default=True,
        help="How bets that rest are filled.",
    )
    @click.option(
        "--cross-matching", is_flag=True, help="Let bets take virtual offers in markets that are cross-matching."
    )
    @chooses_markets
    @keeps_journal
    @wraps(function)
    def command(
        *,
        files: tuple[str, ...],
        rate: Decimal,
        at: str | None,
        model: str,
        cross_matching: bool,
        wanted: Wanted,
        journal: Path | None,
        **rest: Any,
    ) -> None:
        def first(_: int, __: RecordingReader) -> FirstWorld:
            return first_recorded(
                partial(
                    RecordingReader(files).scenario_of,
                    files,
                    at=at,
                    rate=rate,
                    model=model,
                    cross_matching=cross_matching,
                    wanted=wanted,
                ),
                journal,
            )

        function(first=first, **rest)

    return command


@click.command(name="replay")
@prepares_server(HTTP_PORT, HTTPS_PORT, _chooses_recordings)
def replay_command(server: PreparedServer) -> None:
    """Serve the recorded markets of FILE... as live ones, until Ctrl-C or SIGTERM.

    A FILE is one of the historic data or a capture of the stream, packed or not; a folder or an archive stands for all
    in it. Customers are those of the demo scenario. Bets are filled as in a backtest, and settled as recorded.

    Prints one line to standard output when, and only when, every port answers. Everything else goes to standard error.
    """
    serve_until_stopped(server)

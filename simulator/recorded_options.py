"""The options of all commands that read recorded markets: which are wanted, and where prepared ones are kept."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from simulator.recorded.wanted import Wanted, WrongFilter, event_type_id

DAY: Final = click.DateTime(["%Y-%m-%d"])


def chooses_markets(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which markets are wanted, and hand them over as `wanted`."""

    @click.option(
        "--event-type",
        "event_types",
        multiple=True,
        metavar="SPORT",
        help="Only markets of this sport, by its name or id; several with commas, or the option again.",
    )
    @click.option("--country", "countries", multiple=True, metavar="CODE", help="Only markets of this country, as GB.")
    @click.option("--market-type", "market_types", multiple=True, metavar="TYPE", help="Only markets of this type.")
    @click.option("--market", "market_ids", multiple=True, metavar="ID", help="Only this market.")
    @click.option("--since", type=DAY, help="Only markets of this day (UTC) and after.")
    @click.option("--until", type=DAY, help="Only markets of this day (UTC) and before.")
    @wraps(function)
    def command(
        event_types: tuple[str, ...],
        countries: tuple[str, ...],
        market_types: tuple[str, ...],
        market_ids: tuple[str, ...],
        since: datetime | None,
        until: datetime | None,
        **rest: Any,
    ) -> None:
        try:
            sports = frozenset(map(event_type_id, _each(event_types)))
        except WrongFilter as error:
            raise click.BadParameter(str(error), param_hint="--event-type") from None
        if since is not None and until is not None and until < since:
            raise click.UsageError("--until is before --since.")
        wanted = Wanted(
            event_types=sports,
            countries=frozenset(each.upper() for each in _each(countries)),
            market_types=frozenset(each.upper() for each in _each(market_types)),
            market_ids=frozenset(_each(market_ids)),
            since=_day(since),
            until=_day(until),
        )
        function(wanted=wanted, **rest)

    return command


def chooses_cache(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option `--cache`, and hand it over as `cache`."""
    return click.option(
        "--cache",
        type=click.Path(file_okay=False, path_type=Path),
        help="A folder for what is prepared of each file, so that the next run has nothing to unpack and to decode.",
    )(function)


def _each(values: tuple[str, ...]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()

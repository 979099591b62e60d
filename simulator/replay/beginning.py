"""The scenario of a world that follows recorded files: the customers of the demo, and a clock that starts with them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from simulator.backtest.models import MODELS
from simulator.recorded.wanted import EVERYTHING, Wanted
from simulator.replay.files import KnownDigests, recorded_files
from simulator.world.format.quantities import Unusable, instant_of, instant_text
from simulator.world.format.scenario import BetTuneEntry, ClockEntry, RecordingsEntry, Scenario, WantedMarkets
from simulator.world.loading.named import builtin_scenario
from simulator.world.recordings import CannotFollow

NAME = "replay"


def scenario_of(
    paths: Iterable[str],
    *,
    at: str | None = None,
    rate: Decimal = Decimal(1),
    model: str = "queue",
    cross_matching: bool = False,
    wanted: Wanted = EVERYTHING,
    urls: Sequence[str] = (),
    known: KnownDigests | None = None,
) -> Scenario:
    """Return the scenario of a world that follows what is recorded in some files, folders or patterns.

    Of these only the markets that are `wanted` are followed. It begins `at` a time in ISO 8601, and without one with
    the first message. What lies elsewhere is read where it lies under one of the `urls`; its digests are `known`, or
    are from now on. Raise `CannotFollow` where nothing is recorded there, and for a time or a model that there is not.
    """
    if model not in MODELS:
        raise CannotFollow(f"There is no fill model {model!r}; there are {', '.join(MODELS)}.", "model")
    start = None if at is None else _instant(at)
    files = recorded_files(paths, wanted, urls, {} if known is None else known)
    demo = builtin_scenario("demo")
    first_at = min(file.first_at for file in files)
    return Scenario(
        name=NAME,
        description=f"Recorded markets of {len(files)} {'file' if len(files) == 1 else 'files'}",
        clock=ClockEntry(now=instant_text(first_at if start is None else start), rate=rate),
        accounts=demo.accounts,
        bettune=BetTuneEntry(users=demo.bettune.users),
        recordings=RecordingsEntry(
            files=files,
            wanted=WantedMarkets(
                event_types=tuple(sorted(wanted.event_types)),
                countries=tuple(sorted(wanted.countries)),
                market_types=tuple(sorted(wanted.market_types)),
                market_ids=tuple(sorted(wanted.market_ids)),
                since=wanted.since,
                until=wanted.until,
            ),
            model=model,
            cross_matching=cross_matching,
        ),
    )


def _instant(text: str) -> int:
    """Return a time as the milliseconds since 1970; the seconds may be left out."""
    whole = text.strip()
    if len(whole) == len("2021-03-01T14:00Z") and whole.endswith("Z"):
        whole = f"{whole[:-1]}:00Z"
    try:
        return instant_of(whole)
    except Unusable:
        raise CannotFollow(f"{text!r} is no time to begin at, such as 2021-03-01T14:00Z.", "at") from None

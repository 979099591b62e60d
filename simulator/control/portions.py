"""Large additions in portions, between which a server can answer others."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from simulator.world.format.scenario import Additions, EventEntry, MarketEntry

PORTION: Final = 500
"""How many runners, offers and happenings are added at once; a market is never divided."""


def in_portions(additions: Additions) -> Iterator[Additions]:
    """Yield additions that come to the same one after the other, in the same order: small ones as they are.

    Relative times count from when a portion is added.
    """
    events: list[EventEntry] = []
    weight = 0
    if additions.translations.by_language():
        yield Additions(translations=additions.translations)
    for event in additions.events:
        some: list[MarketEntry] = []
        for market in event.markets:
            some.append(market)
            weight += _weight_of(market)
            if weight >= PORTION:
                yield Additions(events=(*events, replace(event, markets=tuple(some))))
                events, some, weight = [], [], 0
        if some or not event.markets:
            events.append(replace(event, markets=tuple(some)))
    schedule = additions.schedule
    first = PORTION - weight
    yield Additions(events=tuple(events), schedule=schedule[:first])
    for begin in range(first, len(schedule), PORTION):
        yield Additions(schedule=schedule[begin : begin + PORTION])


def _weight_of(market: MarketEntry) -> int:
    return sum(1 + len(runner.available_to_back) + len(runner.available_to_lay) for runner in market.runners)

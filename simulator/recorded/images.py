"""A market as it is recorded at a moment, as plain data: for who writes it down and goes on from it later."""

from typing import NamedTuple

from msgspec import Struct

from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import MarketDefinition

Pairs = list[tuple[int, int]]
"""A dictionary in its order, which JSON does not keep, and has no numbers for keys."""


class RunnerImage(NamedTuple):
    """A runner: its name, how often it was mentioned, and its dictionaries by `Quantity`."""

    selection_id: int
    handicap: int
    mentions: int
    quantities: list[Pairs]


class MarketImage(Struct, frozen=True):
    """A market. `here` are the places of the runners that an image has not left out since, in their order."""

    id: str
    definition: MarketDefinition | None
    published_at: int
    updates: int
    values: Pairs
    runners: list[RunnerImage]
    here: list[int]


def image_of_market(market: RecordedMarket) -> MarketImage:
    """Return what is known of a recorded market, but for what its last update has changed."""
    places = {key: place for place, key in enumerate(market.all_runners)}
    runners = [
        RunnerImage(*key, runner.mentions, [list(quantity.items()) for quantity in runner.quantities])
        for key, runner in market.all_runners.items()
    ]
    return MarketImage(
        market.market_id,
        market.definition,
        market.published_at,
        market.updates,
        list(market.values.items()),
        runners,
        [places[key] for key in market.runners],
    )


def market_of_image(image: MarketImage) -> RecordedMarket:
    """Return a recorded market that goes on from an image; raise `LookupError` or `ValueError` for what is none."""
    market = RecordedMarket(image.id)
    keys = [(runner.selection_id, runner.handicap) for runner in image.runners]
    for key, runner in zip(keys, image.runners, strict=True):
        market.runner_at(key).go_on(runner.mentions, runner.quantities)
    market.go_on_at(image.published_at, image.updates, image.definition, [keys[place] for place in image.here])
    market.values.update(image.values)
    return market

"""What is done to markets from outside, when it falls due, and the events of a world beyond those of its exchange."""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final, assert_never

from simulator.exchange.commands import (
    CloseMarket,
    Command,
    LapseUnmatched,
    OpenMarket,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.world.population import offer_commands, offers_of, persistence_of_offers, results_of
from simulator.world.quantities import hundredths_of
from simulator.world.scenario import (
    AnyHappening,
    Close,
    GoInPlay,
    Lapse,
    MakeOffers,
    Resume,
    Settle,
    Suspend,
    Void,
)


class HappeningRefused(Event, frozen=True):
    """Something of the schedule was impossible when its time came, such as suspending a market that has been closed.

    Nothing changed, and time went on. `problem` says why.
    """

    market_id: str
    verb: str
    problem: str


class WorldReset(Event, frozen=True):
    """The world began again from its scenario: whatever was remembered of it is void."""


class Schedule:
    """Happenings in order of time, and at the same time in the order in which they were added."""

    def __init__(self) -> None:
        self._heap: Final[list[tuple[int, int, AnyHappening]]] = []
        self._added = 0

    @property
    def next_due(self) -> int | None:
        """Return when the first happening is due, in milliseconds since 1970, or `None` where none is left."""
        return self._heap[0][0] if self._heap else None

    @property
    def pending(self) -> Sequence[tuple[int, AnyHappening]]:
        """Return what is still to come, in order, with the times at which it is due."""
        return [(due_at, happening) for due_at, _, happening in sorted(self._heap, key=lambda entry: entry[:2])]

    def add(self, due_at: int, happening: AnyHappening) -> None:
        """Add a happening."""
        self._added += 1
        heappush(self._heap, (due_at, self._added, happening))

    def take(self) -> tuple[int, AnyHappening]:
        """Remove the first happening and return when it is due and what it is."""
        due_at, _, happening = heappop(self._heap)
        return due_at, happening


def verb_of(happening: AnyHappening) -> str:
    """Return the verb by which a scenario names a happening, such as `turn-in-play`."""
    return str(happening.__struct_config__.tag)


def commands_of(happening: AnyHappening, exchange: Exchange) -> list[Command]:
    """Return the commands that make a happening happen; raise `Impossible` where there is no such market."""
    market_id = happening.market
    match happening:
        case Suspend():
            return [SuspendMarket(market_id)]
        case Resume():
            return [OpenMarket(market_id)]
        case GoInPlay():
            return [TurnInPlay(market_id)]
        case Lapse():
            return [LapseUnmatched(market_id)]
        case Close():
            return [CloseMarket(market_id)]
        case Void():
            return [VoidMarket(market_id)]
        case Settle():
            return [SettleMarket(market_id, results_of(happening.results))]
        case MakeOffers():
            return list(_offers(happening, exchange))
    assert_never(happening)


def _offers(offers: MakeOffers, exchange: Exchange) -> Sequence[Command]:
    market = exchange.markets.get(offers.market)
    if market is None:
        raise Impossible(f"there is no market {offers.market!r}")
    definition = market.definition
    return list(
        offer_commands(
            offers.market,
            RunnerKey(offers.selection_id, hundredths_of(offers.handicap)),
            offers_of(offers.available_to_back),
            offers_of(offers.available_to_lay),
            persistence_of_offers(definition.turn_in_play, definition.persistence_enabled),
        )
    )

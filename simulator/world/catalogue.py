"""What listings say of events, markets and runners: names, times, and all that the exchange does not calculate with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from simulator.exchange.betting_types import BettingType
from simulator.exchange.orders import RunnerKey
from simulator.world.format.quantities import hundredths_of, moment_of
from simulator.world.format.scenario import EventEntry, MarketEntry, RunnerEntry
from simulator.world.scenario_commands import ladder_of, runner_key


class EventDescription(Struct, frozen=True, kw_only=True):
    """An event. `open_date` is in milliseconds since 1970; `competition_region` is a country in three letters."""

    id: str
    name: str
    event_type_id: str
    event_type_name: str
    competition_id: str | None
    competition_name: str | None
    competition_region: str | None
    country_code: str | None
    timezone: str
    venue: str | None
    meeting: str | None
    open_date: int


class RunnerDescription(Struct, frozen=True, kw_only=True):
    """A runner. `metadata` is what the scenario says, in its order; it always holds a `runnerId`."""

    key: RunnerKey
    name: str
    sort_priority: int
    metadata: Mapping[str, str | None]


class LineDescription(Struct, frozen=True, kw_only=True):
    """The lines of a market that is bet on by line; numbers in hundredths."""

    minimum: int
    maximum: int
    interval: int
    unit: str


class MarketDescription(Struct, frozen=True, kw_only=True):
    """A market. Times in milliseconds since 1970, `base_rate` in hundredths of a percent, the divisor in hundredths."""

    id: str
    name: str
    event: EventDescription
    market_type: str
    betting_type: BettingType
    ladder: str
    start_time: int
    suspend_time: int
    settle_time: int | None
    number_of_winners: int
    bsp_market: bool
    turn_in_play: bool
    persistence_enabled: bool
    base_rate: int
    discount_allowed: bool
    regulators: tuple[str, ...]
    rules: str
    rules_has_date: bool
    clarifications: str | None
    race_type: str | None
    each_way_divisor: int | None
    line: LineDescription | None
    runners: Mapping[RunnerKey, RunnerDescription]
    """In the order of the scenario."""


class Catalogue:
    """The events and markets of a world by id, in the order in which they were added."""

    def __init__(self) -> None:
        self.events: Final[dict[str, EventDescription]] = {}
        self.markets: Final[dict[str, MarketDescription]] = {}
        self.markets_of_event: Final[dict[str, list[MarketDescription]]] = {}
        """By the event's id; an event without markets has an empty list."""

    def add_event(self, entry: EventEntry, origin: int) -> None:
        """Add an event with its markets; relative times count from `origin`.

        An event that is there keeps its own description, and the markets are added to it.
        """
        event = self.events.setdefault(entry.id, _describe_event(entry, origin))
        markets = self.markets_of_event.setdefault(event.id, [])
        for market in entry.markets:
            self.markets[market.id] = description = _describe_market(market, event, origin)
            markets.append(description)


def _describe_event(entry: EventEntry, origin: int) -> EventDescription:
    competition = entry.competition
    return EventDescription(
        id=entry.id,
        name=entry.name,
        event_type_id=entry.event_type.id,
        event_type_name=entry.event_type.name,
        competition_id=None if competition is None else competition.id,
        competition_name=None if competition is None else competition.name,
        competition_region=None if competition is None else competition.region,
        country_code=entry.country_code,
        timezone=entry.timezone,
        venue=entry.venue,
        meeting=entry.meeting,
        open_date=moment_of(entry.open_date, origin),
    )


def _describe_market(entry: MarketEntry, event: EventDescription, origin: int) -> MarketDescription:
    start_time = moment_of(entry.start_time, origin)
    runners = [_describe_runner(runner, place) for place, runner in enumerate(entry.runners, start=1)]
    return MarketDescription(
        id=entry.id,
        name=entry.name,
        event=event,
        market_type=entry.market_type,
        betting_type=BettingType(entry.betting_type),
        ladder=ladder_of(entry).type,
        start_time=start_time,
        suspend_time=start_time if entry.suspend_time is None else moment_of(entry.suspend_time, origin),
        settle_time=None if entry.settle_time is None else moment_of(entry.settle_time, origin),
        number_of_winners=entry.number_of_winners,
        bsp_market=entry.bsp_market,
        turn_in_play=entry.turn_in_play,
        persistence_enabled=entry.persistence_enabled,
        base_rate=hundredths_of(entry.base_rate),
        discount_allowed=entry.discount_allowed,
        regulators=entry.regulators,
        rules=entry.rules,
        rules_has_date=entry.rules_has_date,
        clarifications=entry.clarifications,
        race_type=entry.race_type,
        each_way_divisor=None if entry.each_way_divisor is None else hundredths_of(entry.each_way_divisor),
        line=_describe_lines(entry),
        runners={runner.key: runner for runner in runners},
    )


def _describe_lines(entry: MarketEntry) -> LineDescription | None:
    line = entry.line
    if line is None:
        return None
    return LineDescription(
        minimum=hundredths_of(line.min_unit_value),
        maximum=hundredths_of(line.max_unit_value),
        interval=hundredths_of(line.interval),
        unit=line.market_unit,
    )


def _describe_runner(entry: RunnerEntry, place: int) -> RunnerDescription:
    # Every runner has a runnerId; where a scenario gives none it is the selection's own id, as recorded answers have
    # it.
    metadata = {name: _metadata_text(value) for name, value in (entry.metadata or {}).items()}
    metadata.setdefault("runnerId", str(entry.selection_id))
    return RunnerDescription(
        key=runner_key(entry), name=entry.name, sort_priority=entry.sort_priority or place, metadata=metadata
    )


def _metadata_text(value: str | int | Decimal | None) -> str | None:
    return None if value is None else str(value)

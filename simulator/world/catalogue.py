"""What listings say of events, markets and runners: names, times, and all that the exchange does not calculate with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.exchange.commands import AddMarket
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.exchange.runner import Runner
from simulator.world.format.quantities import hundredths_of, moment_of
from simulator.world.format.scenario import EventEntry, IntroduceRunner, LineEntry, MarketEntry, RunnerEntry
from simulator.world.listing_index import ListingIndex
from simulator.world.scenario_commands import market_definition, runner_key

HORSES: Final = "7"
GREYHOUNDS: Final = "4339"
"""The event type whose runners leave a vacant trap (manual, RunnerStatus)."""
RACING: Final = frozenset({HORSES, GREYHOUNDS})
"""The event types whose events are meetings: horses and greyhounds."""

ENGLISH: Final = "en"
"""The language in which descriptions have their names."""

ANTE_POST: Final = "ANTEPOST_WIN"
"""The market type of a race that is bet on before its runners are declared, and that is no race of a meeting yet."""


class GroupDescription(Struct, frozen=True):
    """A group of events in the navigation menu."""

    id: str
    name: str


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
    parent_id: str | None
    """The event in which it stands in the navigation menu, and the groups there, the outermost first."""
    groups: tuple[GroupDescription, ...]


class RunnerDescription(Struct, frozen=True, kw_only=True):
    """A runner. `metadata` is what the scenario says, in its order; it always holds a `runnerId`."""

    key: RunnerKey
    name: str
    sort_priority: int
    metadata: Mapping[str, str | None]


class LineDescription(Struct, frozen=True, kw_only=True):
    """The lines of a market in hundredths of what they count, its unit."""

    unit: str
    minimum: int
    maximum: int
    interval: int


class RecordedRunnerFacts(Struct, frozen=True):
    """What a recording says of a runner that the exchange here cannot know, or has only worked out."""

    sort_priority: int
    adjustment_factor: float | None
    starting_price: float | str | None
    removed_at: int | None


class RecordedFacts(Struct, frozen=True):
    """What a recording says of a market that the exchange here cannot know. Times are in milliseconds since 1970.

    A market may be said to be cross-matching without being so here.
    """

    cross_matching: bool
    settled_at: int | None
    version: int
    runners: Mapping[RunnerKey, RecordedRunnerFacts]


class MarketDescription(Struct, frozen=True, kw_only=True):
    """A market. Times are in milliseconds since 1970."""

    id: str
    name: str
    event: EventDescription
    market_type: str | None
    definition: AddMarket
    """What the exchange was told of it: betting type, ladder, winners, and whatever else it calculates with."""
    start_time: int
    suspend_time: int
    settle_time: int | None
    regulators: tuple[str, ...]
    rules: str
    rules_has_date: bool
    clarifications: str | None
    race_type: str | None
    race_id: str | None
    """Of which race it is: the id of its meeting and the time in GMT when it was first to start (27165685.1300)."""
    line: LineDescription | None
    key_line: tuple[RunnerKey, ...]
    bet_delay_models: tuple[str, ...]
    runners: Mapping[RunnerKey, RunnerDescription]
    """In the order of the scenario."""
    recorded: RecordedFacts | None = None
    """Of a market that follows a recording."""

    def version_of(self, market: Market) -> int:
        """Return the version of the market: when one that follows a recording is closed, the version it had then."""
        return market.version if self.recorded is None or market.settled_at is None else self.recorded.version

    def is_cross_matching(self, market: Market) -> bool:
        """Return whether the market is said to be cross-matching, which a closed one is not."""
        if self.recorded is not None:
            return self.recorded.cross_matching
        return market.definition.cross_matching and market.settled_at is None

    def removed_at(self, runner: Runner) -> int | None:
        """Return when a runner was removed, as recorded where that is said."""
        facts = None if self.recorded is None else self.recorded.runners.get(runner.key)
        told = None if facts is None else facts.removed_at
        return runner.removed_at if runner.removed_at is None or told is None else told


_INDEXED: Final[Mapping[str, Callable[[Any], str | None]]] = {
    name: attrgetter(name)
    for name in ("event.event_type_id", "event.competition_id", "event.country_code", "event.venue", "market_type")
}
"""What markets are found by, as the attribute of a market."""


class Catalogue:
    """The events and markets of a world by id, in the order in which they were added."""

    FOLLOWS: ClassVar = frozenset({"_index"})
    """What is made of the rest when it is needed."""

    def __init__(self) -> None:
        self.events: Final[dict[str, EventDescription]] = {}
        self.markets: Final[dict[str, MarketDescription]] = {}
        self.markets_of_event: Final[dict[str, list[MarketDescription]]] = {}
        """By the event's id; an event without markets has an empty list."""
        self.translations: Final[dict[str, dict[str, str]]] = {}
        """What is called how in other languages than English: by language, in two letters, and English name."""
        self._index: ListingIndex[MarketDescription] | None = None

    def copy(self) -> "Catalogue":
        """Return a catalogue of the same descriptions, which stays as it is while this one goes on."""
        copied = Catalogue()
        copied.events.update(self.events)
        copied.markets.update(self.markets)
        copied.markets_of_event.update((event_id, list(markets)) for event_id, markets in self.markets_of_event.items())
        copied.translations.update((language, dict(names)) for language, names in self.translations.items())
        return copied

    @property
    def index(self) -> ListingIndex[MarketDescription]:
        """Return the markets, event by event, by what most filters look for, and by when they start."""
        if self._index is None:
            markets = chain.from_iterable(self.markets_of_event[event_id] for event_id in self.events)
            self._index = ListingIndex(markets, _INDEXED, attrgetter("start_time"))
        return self._index

    def forget_what_follows(self) -> None:
        """Let what is made of the rest be made anew."""
        self._index = None

    def add_event(self, entry: EventEntry, origin: int) -> None:
        """Add an event with its markets; relative times count from `origin`.

        An event that is there keeps its own description, and the markets are added to it.
        """
        self.forget_what_follows()
        event = self.events.setdefault(entry.id, _describe_event(entry, origin))
        markets = self.markets_of_event.setdefault(event.id, [])
        for market in entry.markets:
            self.markets[market.id] = description = _describe_market(market, event, origin)
            markets.append(description)

    def put_recorded(self, market: MarketDescription) -> None:
        """List a market that follows a recording, or list it anew; of its event the latest that is told counts."""
        self.forget_what_follows()
        event = market.event
        siblings = self.markets_of_event.setdefault(event.id, [])
        if self.events.get(event.id) != event:
            self.events[event.id] = event
            siblings[:] = [replace(sibling, event=event) for sibling in siblings]
            self.markets.update((sibling.id, sibling) for sibling in siblings)
        if market.id not in self.markets:
            siblings.append(market)
        siblings[:] = [market if other.id == market.id else other for other in siblings]
        self.markets[market.id] = market

    def translate(self, names: Mapping[str, Mapping[str, str]]) -> None:
        """Add names in other languages, by language and English name; one that is there already stays as it is."""
        for language, translated in names.items():
            known = self.translations.setdefault(language, {})
            known.update((name, text) for name, text in translated.items() if name not in known)

    def names_in(self, language: str) -> Callable[[str], str]:
        """Return what says how a language in two letters calls what has an English name: as in English if not known."""
        names = self.translations.get(language)
        if names is None:
            return str
        return lambda name: names.get(name, name)

    def depth_of(self, event_id: str) -> int:
        """Return how many events an event stands in; each was added before those that stand in it."""
        depth, parent_id = 0, self.events[event_id].parent_id
        while parent_id is not None:
            depth, parent_id = depth + 1, self.events[parent_id].parent_id
        return depth

    def change_times(self, market_id: str, start_time: int, suspend_time: int) -> None:
        """Let a market be listed with other times, in milliseconds since 1970."""
        self._put(replace(self.markets[market_id], start_time=start_time, suspend_time=suspend_time))

    def add_runner(self, entry: IntroduceRunner) -> RunnerDescription:
        """List one more runner of a market, after the others, and return its description."""
        market = self.markets[entry.market]
        runner = _describe_runner(entry, len(market.runners) + 1)
        self._put(replace(market, runners={**market.runners, runner.key: runner}))
        return runner

    def _put(self, market: MarketDescription) -> None:
        """Put a description in the place of the one that its market has."""
        self.forget_what_follows()
        siblings = self.markets_of_event[market.event.id]
        siblings[:] = [market if other.id == market.id else other for other in siblings]
        self.markets[market.id] = market


def check_times(entry: EventEntry, origin: int) -> None:
    """Raise `Unusable` where a time of an event or of its markets leads out of what dates can say."""
    event = _describe_event(entry, origin)
    for market in entry.markets:
        _describe_market(market, event, origin)


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
        parent_id=entry.parent,
        groups=tuple(GroupDescription(group.id, group.name) for group in entry.groups),
    )


def _describe_market(entry: MarketEntry, event: EventDescription, origin: int) -> MarketDescription:
    start_time = moment_of(entry.start_time, origin)
    runners = [_describe_runner(runner, place) for place, runner in enumerate(entry.runners, start=1)]
    return MarketDescription(
        id=entry.id,
        name=entry.name,
        event=event,
        market_type=entry.market_type,
        definition=market_definition(entry),
        start_time=start_time,
        suspend_time=start_time if entry.suspend_time is None else moment_of(entry.suspend_time, origin),
        settle_time=None if entry.settle_time is None else moment_of(entry.settle_time, origin),
        regulators=entry.regulators,
        rules=entry.rules,
        rules_has_date=entry.rules_has_date,
        clarifications=entry.clarifications,
        race_type=entry.race_type,
        race_id=_race_id(entry, event, start_time),
        line=None if entry.line is None else _describe_line(entry.line),
        key_line=tuple(runner_key(runner) for runner in entry.key_line),
        bet_delay_models=tuple(dict.fromkeys(entry.bet_delay_models)),
        runners={runner.key: runner for runner in runners},
    )


def _race_id(entry: MarketEntry, event: EventDescription, start_time: int) -> str | None:
    """Return the id of a market's race; an event of racing without a course is no meeting (manual, listRaceDetails)."""
    if event.event_type_id not in RACING or event.venue is None or entry.market_type == ANTE_POST:
        return None
    return f"{event.id}.{datetime.fromtimestamp(start_time // 1000, UTC):%H%M}"


def _describe_line(entry: LineEntry) -> LineDescription:
    return LineDescription(
        unit=entry.market_unit,
        minimum=hundredths_of(entry.min_unit_value),
        maximum=hundredths_of(entry.max_unit_value),
        interval=hundredths_of(entry.interval),
    )


def _describe_runner(entry: RunnerEntry | IntroduceRunner, place: int) -> RunnerDescription:
    # Every runner has a runnerId; where a scenario gives none it is the selection's own id, as recorded answers have
    # it.
    metadata = {name: _metadata_text(value) for name, value in (entry.metadata or {}).items()}
    metadata.setdefault("runnerId", str(entry.selection_id))
    return RunnerDescription(
        key=runner_key(entry), name=entry.name, sort_priority=entry.sort_priority or place, metadata=metadata
    )


def _metadata_text(value: str | int | Decimal | None) -> str | None:
    return None if value is None else str(value)

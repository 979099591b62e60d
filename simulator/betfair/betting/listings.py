"""The navigation operations: what the selected markets have in common, and how many of them.

Each looks at one column of a table of all markets, as the manual pictures it ("Comprensión de la navegación del
mercado"): the markets that the filter selects are counted by what stands in that column, and those with nothing there
are left out. Answers come in the order in which a world learned of its markets, time ranges in that of time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from simulator.betfair.betting.catalogue import competition_of, event_of, event_type_of, list_market_catalogue
from simulator.betfair.betting.codes import COUNTRIES
from simulator.betfair.betting.market_filter import find_markets
from simulator.betfair.betting.names import names_for
from simulator.betfair.operations import Call, Operation
from simulator.betfair.schema.sports_aping import (
    ListCompetitionsRequest,
    ListCountriesRequest,
    ListEventsRequest,
    ListEventTypesRequest,
    ListMarketCatalogueRequest,
    ListMarketTypesRequest,
    ListTimeRangesRequest,
    ListVenuesRequest,
)
from simulator.betfair.schema.sports_enums import TimeGranularity
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.betfair.schema.sports_markets import (
    CompetitionResult,
    CountryCodeResult,
    EventResult,
    EventTypeResult,
    MarketTypeResult,
    TimeRangeResult,
    VenueResult,
)
from simulator.betfair.schema.wire import Instant
from simulator.world.catalogue import EventDescription, MarketDescription
from simulator.world.clock import END_OF_TIME

K = TypeVar("K")

INTERNATIONAL: Final = "International"
"""The region of a competition that is not of one country, as recorded."""

RANGE_MILLISECONDS: Final = {
    TimeGranularity.DAYS: 86_400_000,
    TimeGranularity.HOURS: 3_600_000,
    TimeGranularity.MINUTES: 60_000,
}


def list_event_types(call: Call[ListEventTypesRequest]) -> list[EventTypeResult]:
    """Return the sports of the selected markets."""
    names = names_for(call, call.params.locale)
    return [
        EventTypeResult(eventType=event_type_of(event, names), marketCount=count)
        for event, count in _counted_events(call, lambda event: event.event_type_id)
    ]


def list_competitions(call: Call[ListCompetitionsRequest]) -> list[CompetitionResult]:
    """Return the competitions of the selected markets, each with its region."""
    names = names_for(call, call.params.locale)
    regions = _regions(call.world.catalogue.events.values())
    return [
        CompetitionResult(
            competition=competition_of(event, names),
            marketCount=count,
            competitionRegion=regions[event.competition_id] if event.competition_id else None,
        )
        for event, count in _counted_events(call, lambda event: event.competition_id)
    ]


def list_events(call: Call[ListEventsRequest]) -> list[EventResult]:
    """Return the events of the selected markets."""
    names = names_for(call, call.params.locale)
    return [
        EventResult(event=event_of(event, names), marketCount=count)
        for event, count in _counted_events(call, lambda event: event.id)
    ]


def list_market_types(call: Call[ListMarketTypesRequest]) -> list[MarketTypeResult]:
    """Return the types of the selected markets."""
    counts = Counter(market.market_type for market in _selected(call) if market.market_type is not None)
    return [MarketTypeResult(marketType=market_type, marketCount=count) for market_type, count in counts.items()]


def list_countries(call: Call[ListCountriesRequest]) -> list[CountryCodeResult]:
    """Return the countries of the selected markets."""
    return [
        CountryCodeResult(countryCode=event.country_code, marketCount=count)
        for event, count in _counted_events(call, lambda event: event.country_code)
    ]


def list_venues(call: Call[ListVenuesRequest]) -> list[VenueResult]:
    """Return the venues of the selected markets."""
    return [
        VenueResult(venue=event.venue, marketCount=count)
        for event, count in _counted_events(call, lambda event: event.venue)
    ]


def list_time_ranges(call: Call[ListTimeRangesRequest]) -> list[TimeRangeResult]:
    """Return the days, hours or minutes, in UTC, in which the selected markets start."""
    length = RANGE_MILLISECONDS[call.params.granularity]
    found = find_markets(call, call.params.filter, names_for(call, None))
    counts = Counter(market.start_time // length for market in found)
    return [
        TimeRangeResult(
            # The last range there is ends with time itself: the wire cannot say what comes after the year 9999.
            timeRange=TimeRange(from_=Instant(number * length), to=Instant(min((number + 1) * length, END_OF_TIME))),
            marketCount=count,
        )
        for number, count in sorted(counts.items())
    ]


def _selected(call: Call[Any]) -> list[MarketDescription]:
    """Return the markets that a request with a filter and a locale selects."""
    return find_markets(call, call.params.filter, names_for(call, call.params.locale))


def _counted_events(
    call: Call[Any], key: Callable[[EventDescription], str | None]
) -> Iterator[tuple[EventDescription, int]]:
    """Yield, for each key of the selected markets' events, the first of these events and the number of markets."""
    counts: Counter[str] = Counter()
    first: dict[str, EventDescription] = {}
    for market in _selected(call):
        value = key(market.event)
        if value is not None:
            counts[value] += 1
            first.setdefault(value, market.event)
    for value, event in first.items():
        yield event, counts[value]


def _regions(events: Iterable[EventDescription]) -> dict[str, str]:
    """Return the region of each competition: the one that is stated, else the country in which all its events are."""
    stated: dict[str, str] = {}
    derived: dict[str, set[str]] = {}
    for event in events:
        if event.competition_id is None:
            continue
        if event.competition_region:
            stated.setdefault(event.competition_id, event.competition_region)
        country = COUNTRIES.get(event.country_code or "", INTERNATIONAL)
        derived.setdefault(event.competition_id, set()).add(country)
    return {
        competition: stated.get(competition) or (min(countries) if len(countries) == 1 else INTERNATIONAL)
        for competition, countries in derived.items()
    }


LISTINGS: Final = (
    Operation("listEventTypes", ListEventTypesRequest, list_event_types),
    Operation("listCompetitions", ListCompetitionsRequest, list_competitions),
    Operation("listTimeRanges", ListTimeRangesRequest, list_time_ranges),
    Operation("listEvents", ListEventsRequest, list_events),
    Operation("listMarketTypes", ListMarketTypesRequest, list_market_types),
    Operation("listCountries", ListCountriesRequest, list_countries),
    Operation("listVenues", ListVenuesRequest, list_venues),
    Operation("listMarketCatalogue", ListMarketCatalogueRequest, list_market_catalogue),
)
"""The operations of this module and of `catalogue`, for the betting service."""

"""listMarketCatalogue: what is fixed about markets, as far as it is asked for.

Which projection brings which member, and the order of members: manual, MarketProjection; recorded answers. Prices and
states are not here; the one number that moves is `totalMatched`.
"""

from collections.abc import Callable, Collection
from typing import Any, Final

from simulator.betfair.betting.amounts import unrounded_amount
from simulator.betfair.betting.limits import check_catalogue_size
from simulator.betfair.betting.market_filter import find_markets
from simulator.betfair.betting.names import Names, names_for
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketCatalogueRequest
from simulator.betfair.schema.sports_enums import MarketBettingType, MarketProjection, MarketSort, PriceLadderType
from simulator.betfair.schema.sports_markets import (
    Competition,
    Event,
    EventType,
    MarketCatalogue,
    MarketDescription,
    MarketLineRangeInfo,
    PriceLadderDescription,
    RunnerCatalog,
)
from simulator.betfair.schema.wire import date_time, double
from simulator.exchange.currencies import Rate
from simulator.exchange.market import Market
from simulator.world import catalogue as world_catalogue

WALLET: Final = "UK wallet"
"""The wallet of every market (recorded)."""

_BETTING_TYPE_RANKS: Final = {
    MarketBettingType.ODDS: 0,
    MarketBettingType.ASIAN_HANDICAP_DOUBLE_LINE: 1,
    MarketBettingType.ASIAN_HANDICAP_SINGLE_LINE: 1,
    MarketBettingType.LINE: 2,
    MarketBettingType.RANGE: 3,
    MarketBettingType.FIXED_ODDS: 4,
}
"""ODDS, ASIAN, LINE, RANGE, says the manual; the deprecated type comes last."""

_SORT_VALUES: Final[dict[MarketSort, Callable[[world_catalogue.MarketDescription, Market], int]]] = {
    MarketSort.MINIMUM_TRADED: lambda _, market: market.shown_total_matched,
    MarketSort.MAXIMUM_TRADED: lambda _, market: -market.shown_total_matched,
    MarketSort.MINIMUM_AVAILABLE: lambda _, market: market.total_available,
    MarketSort.MAXIMUM_AVAILABLE: lambda _, market: -market.total_available,
    MarketSort.FIRST_TO_START: lambda description, _: description.start_time,
    MarketSort.LAST_TO_START: lambda description, _: -description.start_time,
}


def list_market_catalogue(call: Call[ListMarketCatalogueRequest]) -> list[MarketCatalogue]:
    """Describe the first `maxResults` of the markets that a filter selects.

    Raises TOO_MUCH_DATA, REQUEST_SIZE_EXCEEDS_LIMIT and INVALID_INPUT_DATA: see `limits`, `market_filter`, `codes`.
    """
    request = call.params
    names = names_for(call, request.locale)
    projections = frozenset(request.marketProjection or ())
    check_catalogue_size(request.maxResults, projections, request.filter.marketIds)
    markets = call.world.exchange.markets
    found = find_markets(call, request.filter, names)
    found.sort(key=rank)
    if request.sort is not None:
        value = _SORT_VALUES[request.sort]
        # Sorting is stable: markets that are equal stay in the order of their rank.
        found.sort(key=lambda description: value(description, markets[description.id]))
    rate = call.world.settings.rate_of(call.account.currency)
    return [_catalogue(market, markets[market.id], projections, names, rate) for market in found[: request.maxResults]]


def rank(market: world_catalogue.MarketDescription) -> tuple[Any, ...]:
    """Return what markets are sorted by unless something else is asked for.

    Event type, competition, start time, betting type, market id, says the manual, and that the first two are ranked by
    the operator's staff, whose list is not published. Here smaller ids come first, and events without competition last.
    """
    event = market.event
    return (
        int(event.event_type_id),
        event.competition_id is None,
        int(event.competition_id or 0),
        market.start_time,
        _BETTING_TYPE_RANKS[MarketBettingType(market.definition.betting_type)],
        market_id_order(market.id),
    )


def market_id_order(market_id: str) -> tuple[int, ...]:
    """Return what market ids are sorted by: their numbers, so that 1.9 comes before 1.10."""
    return tuple(int(part) for part in market_id.split("."))


def _catalogue(
    description: world_catalogue.MarketDescription,
    market: Market,
    projections: Collection[MarketProjection],
    names: Names,
    rate: Rate,
) -> MarketCatalogue:
    event = description.event
    answer = MarketCatalogue(
        marketId=description.id,
        marketName=names(description.name),
        totalMatched=unrounded_amount(market.shown_total_matched, rate),
    )
    if MarketProjection.MARKET_START_TIME in projections:
        answer.marketStartTime = date_time(description.start_time)
    if MarketProjection.MARKET_DESCRIPTION in projections:
        answer.description = _description(description)
    with_metadata = MarketProjection.RUNNER_METADATA in projections
    # Metadata bring the runners with them (interface definition, MarketProjection).
    if with_metadata or MarketProjection.RUNNER_DESCRIPTION in projections:
        answer.runners = _runners(description, names, with_metadata=with_metadata)
    if MarketProjection.EVENT_TYPE in projections:
        answer.eventType = event_type_of(event, names)
    if MarketProjection.COMPETITION in projections:
        answer.competition = competition_of(event, names)
    if MarketProjection.EVENT in projections:
        answer.event = event_of(event, names)
    return answer


def _description(market: world_catalogue.MarketDescription) -> MarketDescription:
    definition = market.definition
    divisor = definition.each_way_divisor
    return MarketDescription(
        persistenceEnabled=definition.persistence_enabled,
        bspMarket=definition.bsp_market,
        marketTime=date_time(market.start_time),
        suspendTime=date_time(market.suspend_time),
        settleTime=None if market.settle_time is None else date_time(market.settle_time),
        bettingType=definition.betting_type,
        turnInPlayEnabled=definition.turn_in_play,
        marketType=market.market_type,
        regulator=", ".join(market.regulators),
        marketBaseRate=double(definition.base_rate),
        discountAllowed=definition.discount_allowed,
        wallet=WALLET,
        rules=market.rules,
        rulesHasDate=market.rules_has_date,
        clarifications=market.clarifications,
        raceType=market.race_type,
        eachWayDivisor=None if divisor is None else double(divisor),
        lineRangeInfo=_lines(market.line),
        betDelayModels=list(market.bet_delay_models) or None,
        priceLadderDescription=PriceLadderDescription(type=PriceLadderType(definition.ladder.type)),
    )


def _lines(line: world_catalogue.LineDescription | None) -> MarketLineRangeInfo | None:
    if line is None:
        return None
    return MarketLineRangeInfo(
        marketUnit=line.unit,
        interval=double(line.interval),
        minUnitValue=double(line.minimum),
        maxUnitValue=double(line.maximum),
    )


def _runners(market: world_catalogue.MarketDescription, names: Names, *, with_metadata: bool) -> list[RunnerCatalog]:
    runners = sorted(market.runners.values(), key=lambda runner: runner.sort_priority)
    # Of a selection that is there on several lines the last runner has the metadata (recorded).
    last = {runner.key.selection_id: runner.key for runner in runners}
    return [
        RunnerCatalog(
            selectionId=runner.key.selection_id,
            runnerName=names(runner.name),
            handicap=double(runner.key.handicap),
            sortPriority=runner.sort_priority,
            metadata=dict(runner.metadata) if with_metadata and last[runner.key.selection_id] == runner.key else None,
        )
        for runner in runners
    ]


# Parts that listings and the catalogue share


def event_type_of(event: world_catalogue.EventDescription, names: Names) -> EventType:
    """Return the event type of an event."""
    return EventType(id=event.event_type_id, name=names(event.event_type_name))


def competition_of(event: world_catalogue.EventDescription, names: Names) -> Competition | None:
    """Return the competition of an event, `None` where it belongs to none."""
    if event.competition_id is None or event.competition_name is None:
        return None
    return Competition(id=event.competition_id, name=names(event.competition_name))


def event_of(event: world_catalogue.EventDescription, names: Names) -> Event:
    """Return an event; one without country or venue does not mention them."""
    return Event(
        id=event.id,
        name=names(event.name),
        countryCode=event.country_code,
        timezone=event.timezone,
        venue=event.venue,
        openDate=date_time(event.open_date),
    )

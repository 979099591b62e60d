"""Which markets a subscription takes (published: ESASwaggerSchema, MarketFilter).

Every condition has to be fulfilled, and of the values in one list any. What is named need not be there yet: a market
that is added later and fulfils the conditions is told from then on. Without market ids, markets that are closed are
left out (chosen); one that is named is told whatever its state.
"""

from collections.abc import Iterator

from simulator.betfair.schema.stream import MarketFilter
from simulator.exchange.statuses import MarketStatus
from simulator.world.catalogue import MarketDescription
from simulator.world.world import World

NO_RACE_TYPE = "NO_VALUE"
"""What stands in a filter for markets that have no race type."""


def selected_markets(world: World, wanted: MarketFilter) -> list[str]:
    """Return the ids of the markets that a filter takes now."""
    markets = world.catalogue.markets
    if wanted.market_ids is not None and wanted.market_ids:
        candidates = [markets[each] for each in dict.fromkeys(wanted.market_ids) if each in markets]
    else:
        candidates = list(markets.values())
    return [market.id for market in candidates if takes(world, wanted, market)]


def takes(world: World, wanted: MarketFilter, market: MarketDescription) -> bool:
    """Return whether a filter takes a market."""
    if not wanted.market_ids and world.exchange.markets[market.id].status is MarketStatus.CLOSED:
        return False
    return all(_conditions(wanted, market))


def _conditions(wanted: MarketFilter, market: MarketDescription) -> Iterator[bool]:
    event, definition = market.event, market.definition
    for values, value in (
        (wanted.market_ids, market.id),
        (wanted.betting_types, definition.betting_type.value),
        (wanted.event_type_ids, event.event_type_id),
        (wanted.event_ids, event.id),
        (wanted.market_types, market.market_type),
        (wanted.venues, event.venue),
        (wanted.country_codes, event.country_code),
        (wanted.race_types, market.race_type or NO_RACE_TYPE),
    ):
        if values:
            yield value in values
    for flag, is_so in (
        (wanted.bsp_market, definition.bsp_market),
        (wanted.turn_in_play_enabled, definition.turn_in_play),
    ):
        if flag is not None:
            yield flag is is_so
    if wanted.bet_delay_models:
        yield not set(wanted.bet_delay_models).isdisjoint(market.bet_delay_models)

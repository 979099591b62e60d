"""What the stream says of a market beside its prices, always whole (published: ESASwaggerSchema, MarketDefinition).

Which members there are and their order: recorded streams of 2016 to 2026. At CLOSED the market was in play as it was,
its bet delay stays, nobody is active and nothing is matched across runners (every recorded market that closed).
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from simulator.betfair.schema.wire import date_time, order_date
from simulator.betfair.stream.numbers import number, number_of_thousandths, starting_price
from simulator.exchange.market import Market
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import RunnerStatus
from simulator.world.catalogue import MarketDescription

INTERNATIONAL: Final = "MR_INT"
_REGULATORS: Final = {
    "ITAL": "MR_ITA",
    "AAMS": "MR_ITA",
    "ADM": "MR_ITA",
    "SPAIN": "MR_ESP",
    "DGOJ": "MR_ESP",
    "DEN": "MR_DEN",
}
"""How the words of a regulator in listMarketCatalogue show which one it is; all others are the international one."""

_encode: Final = msgspec.json.Encoder().encode


def encoded_definition(market: Market, description: MarketDescription) -> bytes:
    """Return the definition of a market as it is now, as JSON."""
    members = (*_members(market, description), *_members_of_the_end(market, description))
    return _encode({name: value for name, value in members if value is not None})


def _members(market: Market, description: MarketDescription) -> Iterator[tuple[str, Any]]:
    definition, closed = market.definition, market.settled_at is not None
    divisor = definition.each_way_divisor
    yield "bspMarket", definition.bsp_market
    yield "turnInPlayEnabled", definition.turn_in_play
    yield "persistenceEnabled", definition.persistence_enabled
    yield "marketBaseRate", number(definition.base_rate)
    yield "eventId", description.event.id
    yield "eventTypeId", description.event.event_type_id
    yield "numberOfWinners", definition.number_of_winners
    yield "eachWayDivisor", None if divisor is None else number(divisor)
    yield "bettingType", definition.betting_type.value
    yield "marketType", description.market_type or ""
    yield "marketTime", date_time(description.start_time)
    yield "suspendTime", date_time(description.suspend_time)
    yield "bspReconciled", market.bsp_reconciled
    yield "complete", definition.complete
    yield "inPlay", market.in_play
    yield "crossMatching", definition.cross_matching and not closed
    yield "runnersVoidable", definition.runners_voidable
    yield "numberOfActiveRunners", 0 if closed else market.active_runners
    yield "betDelay", market.bet_delay
    yield "status", market.status.value
    yield "settledTime", None if market.settled_at is None else date_time(market.settled_at)


def _members_of_the_end(market: Market, description: MarketDescription) -> Iterator[tuple[str, Any]]:
    event, line = description.event, description.line
    yield "betDelayModels", list(description.bet_delay_models) or None
    yield "keyLineDefinition", _key_line(description)
    yield "runners", [_runner(market, runner) for runner in _by_priority(market)]
    yield "regulators", list(dict.fromkeys(map(_regulator, description.regulators))) or [INTERNATIONAL]
    yield "venue", event.venue
    yield "countryCode", event.country_code
    yield "discountAllowed", market.definition.discount_allowed
    yield "timezone", event.timezone
    yield "openDate", date_time(event.open_date)
    yield "version", market.version
    yield "raceType", description.race_type
    yield "priceLadderDefinition", {"type": market.definition.ladder.type}
    if line is not None:
        yield "lineMaxUnit", number(line.maximum)
        yield "lineMinUnit", number(line.minimum)
        yield "lineInterval", number(line.interval)


def _by_priority(market: Market) -> list[Runner]:
    return sorted(market.runners.values(), key=lambda runner: runner.sort_priority)


def _runner(market: Market, runner: Runner) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if runner.adjustment_factor is not None:
        shown["adjustmentFactor"] = number_of_thousandths(runner.adjustment_factor)
    shown["status"] = runner.status.value
    shown["sortPriority"] = runner.sort_priority
    is_removed = runner.status in (RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT)
    if runner.removed_at is not None and is_removed:
        shown["removalDate"] = order_date(runner.removed_at)
    # Recorded: a removed runner has no starting price in a definition, while it has NaN in a book.
    if market.bsp_reconciled and runner.starting_price is not None and not is_removed:
        shown["bsp"] = starting_price(runner.starting_price)
    shown["id"] = runner.key.selection_id
    if runner.key.handicap:
        shown["hc"] = number(runner.key.handicap)
    return shown


def _key_line(description: MarketDescription) -> dict[str, Any] | None:
    if not description.key_line:
        return None
    return {"kl": [{"id": key.selection_id, "hc": number(key.handicap)} for key in description.key_line]}


def _regulator(words: str) -> str:
    capitals = words.upper()
    return next((code for part, code in _REGULATORS.items() if part in capitals), INTERNATIONAL)

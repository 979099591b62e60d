"""What the stream says of a market beside its prices, always whole (published: ESASwaggerSchema, MarketDefinition).

Which members there are and their order: recorded streams of 2016 to 2026. At CLOSED the market was in play as it was,
its bet delay stays, nobody is active and nothing is matched across runners (every recorded market that closed).
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from simulator.betfair.schema.wire import date_time, order_date
from simulator.betfair.stream.numbers import number, number_of_thousandths, starting_price, whole_or_double
from simulator.exchange.market import Market
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import RunnerStatus
from simulator.world.catalogue import MarketDescription, RecordedRunnerFacts

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
    definition, closed, recorded = market.definition, market.settled_at is not None, description.recorded
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
    yield "crossMatching", description.is_cross_matching(market)
    yield "runnersVoidable", definition.runners_voidable
    yield "numberOfActiveRunners", 0 if closed else market.active_runners
    yield "betDelay", market.bet_delay
    yield "status", market.status.value
    settled_at = market.settled_at
    if settled_at is not None and recorded is not None and recorded.settled_at is not None:
        settled_at = recorded.settled_at
    yield "settledTime", None if settled_at is None else date_time(settled_at)


def _members_of_the_end(market: Market, description: MarketDescription) -> Iterator[tuple[str, Any]]:
    event, line = description.event, description.line
    yield "betDelayModels", list(description.bet_delay_models) or None
    yield "keyLineDefinition", _key_line(description)
    yield "runners", [_runner(market, runner, description) for runner in _by_priority(market, description)]
    yield "regulators", list(dict.fromkeys(map(_regulator, description.regulators))) or [INTERNATIONAL]
    yield "venue", event.venue
    yield "countryCode", event.country_code
    yield "discountAllowed", market.definition.discount_allowed
    yield "timezone", event.timezone
    yield "openDate", date_time(event.open_date)
    yield "version", description.version_of(market)
    yield "raceType", description.race_type
    yield "priceLadderDefinition", {"type": market.definition.ladder.type}
    if line is not None:
        yield "lineMaxUnit", number(line.maximum)
        yield "lineMinUnit", number(line.minimum)
        yield "lineInterval", number(line.interval)


def _by_priority(market: Market, description: MarketDescription) -> list[Runner]:
    def priority(runner: Runner) -> int:
        recorded = _recorded(runner, description)
        return runner.sort_priority if recorded is None else recorded.sort_priority

    return sorted(market.runners.values(), key=priority)


def _recorded(runner: Runner, description: MarketDescription) -> RecordedRunnerFacts | None:
    return None if description.recorded is None else description.recorded.runners.get(runner.key)


def _runner(market: Market, runner: Runner, description: MarketDescription) -> dict[str, Any]:
    recorded = _recorded(runner, description)
    if recorded is None:
        factor = None if runner.adjustment_factor is None else number_of_thousandths(runner.adjustment_factor)
        removed_at, sort_priority = runner.removed_at, runner.sort_priority
    else:
        factor = None if recorded.adjustment_factor is None else whole_or_double(recorded.adjustment_factor)
        removed_at, sort_priority = recorded.removed_at, recorded.sort_priority
    is_removed = runner.status in (RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT)
    shown: dict[str, Any] = {}
    if factor is not None:
        shown["adjustmentFactor"] = factor
    shown["status"] = runner.status.value
    shown["sortPriority"] = sort_priority
    if removed_at is not None and is_removed:
        shown["removalDate"] = order_date(removed_at)
    price = _starting_price(market, runner, recorded)
    if price is not None:
        shown["bsp"] = price
    shown["id"] = runner.key.selection_id
    if runner.key.handicap:
        shown["hc"] = number(runner.key.handicap)
    return shown


def _starting_price(market: Market, runner: Runner, recorded: RecordedRunnerFacts | None) -> int | float | str | None:
    """Return a starting price as a definition has it: as recorded, unless money of our own has made it another one."""
    if recorded is not None and not any(runner.starting_price_taken.values()):
        price = recorded.starting_price
        return whole_or_double(price) if isinstance(price, float) else price
    # Recorded: a removed runner has no starting price in a definition, while it has NaN in a book.
    if not market.bsp_reconciled or runner.starting_price is None:
        return None
    is_removed = runner.status in (RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT)
    return None if is_removed else starting_price(runner.starting_price)


def _key_line(description: MarketDescription) -> dict[str, Any] | None:
    if not description.key_line:
        return None
    return {"kl": [{"id": key.selection_id, "hc": number(key.handicap)} for key in description.key_line]}


def _regulator(words: str) -> str:
    capitals = words.upper()
    if capitals.startswith("MR_"):
        return capitals
    return next((code for part, code in _REGULATORS.items() if part in capitals), INTERNATIONAL)

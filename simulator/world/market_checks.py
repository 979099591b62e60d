"""What events, markets, offers and happenings of a scenario must be like beyond their types."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from simulator.exchange.ladder import Ladder, OffLadder
from simulator.exchange.orders import RunnerKey
from simulator.world.checks import Inspection
from simulator.world.document import Place, describe
from simulator.world.population import ladder_of, runner_key
from simulator.world.quantities import Unusable, check_timezone, hundredths_of
from simulator.world.scenario import AnyHappening, EventEntry, MakeOffers, MarketEntry, PriceSize, RunnerEntry, Settle

BETTING_TYPES: Final = ("ODDS", "LINE", "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE")
LADDERS: Final = ("CLASSIC", "FINEST", "LINE_RANGE")
MARKET_STATUSES: Final = ("INACTIVE", "OPEN", "SUSPENDED")
RESULTS: Final = ("WINNER", "LOSER", "PLACED", "REMOVED")


class KnownMarket(Struct, frozen=True):
    """What the checks of a happening need to know of a market."""

    ladder: Ladder
    runners: frozenset[RunnerKey]
    number_of_winners: int


class EventChecks:
    """Checks the events of one document, and remembers the markets by id.

    `known_events` are names by id and `known_markets` those of the world that the document adds to.
    """

    def __init__(
        self,
        inspection: Inspection,
        known_events: Mapping[str, str],
        known_markets: Mapping[str, KnownMarket],
    ) -> None:
        self._inspection: Final = inspection
        self._known_events: Final = known_events
        self._names: Final[dict[tuple[str, str], str]] = {}
        self._event_ids: Final[set[str]] = set()
        self.markets: Final = dict(known_markets)

    def check(self, events: Iterable[EventEntry]) -> None:
        """Check all events with their markets."""
        for index, event in enumerate(events):
            self._check_event(("events", index), event)

    def _check_event(self, place: Place, event: EventEntry) -> None:
        inspection = self._inspection
        problem = f"There is an event {event.id} already."
        inspection.demand(event.id not in self._event_ids, (*place, "id"), problem)
        self._event_ids.add(event.id)
        known_name = self._known_events.get(event.id, event.name)
        problem = f"Event {event.id} is {describe(known_name)} in this world and cannot be {describe(event.name)}."
        inspection.demand(event.name == known_name, (*place, "name"), problem)
        self._check_one_name((*place, "eventType"), "event type", event.event_type.id, event.event_type.name)
        if event.competition is not None:
            self._check_one_name((*place, "competition"), "competition", event.competition.id, event.competition.name)
        inspection.usable((*place, "timezone"), check_timezone, event.timezone)
        inspection.moment((*place, "openDate"), event.open_date)
        for index, market in enumerate(event.markets):
            self._check_market((*place, "markets", index), market)

    def _check_one_name(self, place: Place, kind: str, identity: str, name: str) -> None:
        known = self._names.setdefault((kind, identity), name)
        problem = f"The {kind} {identity} is called {describe(known)} before and {describe(name)} here."
        self._inspection.demand(name == known, (*place, "name"), problem)

    def _check_market(self, place: Place, market: MarketEntry) -> None:
        inspection = self._inspection
        problem = f"There is a market {market.id} already."
        inspection.demand(market.id not in self.markets, (*place, "id"), problem)
        inspection.one_of((*place, "bettingType"), market.betting_type, BETTING_TYPES, "betting type")
        inspection.one_of((*place, "status"), market.status, MARKET_STATUSES, "status a market can start in")
        inspection.percent((*place, "baseRate"), market.base_rate, "base rate")
        for field, moment in (
            ("startTime", market.start_time),
            ("suspendTime", market.suspend_time),
            ("settleTime", market.settle_time),
        ):
            inspection.moment((*place, field), moment)
        if market.each_way_divisor is not None:
            inspection.amount((*place, "eachWayDivisor"), market.each_way_divisor, least=101, what="divisor")
        ladder = self._ladder(place, market)
        keys: set[RunnerKey] = set()
        for index, runner in enumerate(market.runners):
            self._check_runner((*place, "runners", index), runner, keys)
            self._check_runner_offers((*place, "runners", index), market, runner, ladder)
        self.markets[market.id] = KnownMarket(ladder, frozenset(keys), market.number_of_winners)

    def _ladder(self, place: Place, market: MarketEntry) -> Ladder:
        inspection = self._inspection
        if market.ladder is not None:
            inspection.one_of((*place, "ladder"), market.ladder, LADDERS, "price ladder")
        if market.line is not None:
            for field, value in (
                ("minUnitValue", market.line.min_unit_value),
                ("maxUnitValue", market.line.max_unit_value),
                ("interval", market.line.interval),
            ):
                inspection.amount((*place, "line", field), value, least=-(10**9), most=10**9, what=field)
        definition = ladder_of(market)
        has_lines = definition.type == "LINE_RANGE"
        inspection.demand(
            has_lines == (market.line is not None),
            (*place, "line"),
            f"A market on the ladder {definition.type} {'needs its lines' if has_lines else 'has no lines'}.",
        )
        try:
            return Ladder.of(definition)
        except ValueError as error:
            raise inspection.document.error((*place, "line"), str(error)) from None

    def _check_runner(self, place: Place, runner: RunnerEntry, keys: set[RunnerKey]) -> None:
        inspection = self._inspection
        inspection.amount((*place, "handicap"), runner.handicap, least=-(10**6), most=10**6, what="handicap")
        key = runner_key(runner)
        problem = f"The market has a runner {runner.selection_id} with handicap {runner.handicap} already."
        inspection.demand(key not in keys, (*place, "selectionId"), problem)
        keys.add(key)
        problem = f"A runner starts as ACTIVE and not as {describe(runner.status)}: this version removes no runners."
        inspection.demand(runner.status == "ACTIVE", (*place, "status"), problem)
        inspection.percent((*place, "adjustmentFactor"), runner.adjustment_factor, "adjustment factor")
        for name, value in (runner.metadata or {}).items():
            plain = value is None or (isinstance(value, str | int | Decimal) and not isinstance(value, bool))
            problem = f"Metadata are texts, numbers or null, not {describe(value)}."
            inspection.demand(plain, (*place, "metadata", name), problem)

    def _check_runner_offers(self, place: Place, market: MarketEntry, runner: RunnerEntry, ladder: Ladder) -> None:
        offers = (runner.available_to_back, runner.available_to_lay)
        self._inspection.demand(
            market.status != "INACTIVE" or not any(offers),
            place,
            "An INACTIVE market takes no offers: schedule them for after it resumes.",
        )
        check_offers(self._inspection, place, *offers, ladder)


def check_offers(
    inspection: Inspection,
    place: Place,
    to_back: tuple[PriceSize, ...],
    to_lay: tuple[PriceSize, ...],
    ladder: Ladder,
) -> None:
    """Check the offers on one runner: prices on the ladder, sizes in pence, and none that would match another."""
    best_to_back = _check_side(inspection, (*place, "availableToBack"), to_back, ladder)
    best_to_lay = _check_side(inspection, (*place, "availableToLay"), to_lay, ladder)
    if not best_to_back or not best_to_lay:
        return
    highest, lowest = max(best_to_back), min(best_to_lay)
    inspection.demand(
        highest < lowest,
        place,
        f"{highest} is available to back and {lowest} to lay, so these offers would match each other: "
        f"every price to back must be below every price to lay.",
    )


def _check_side(inspection: Inspection, place: Place, offers: tuple[PriceSize, ...], ladder: Ladder) -> list[Decimal]:
    for index, (price, size) in enumerate(offers):
        try:
            ladder.tick_of(hundredths_of(price))
        except (OffLadder, Unusable) as error:
            raise inspection.document.error((*place, index, 0), f"The price {error}") from None
        inspection.amount((*place, index, 1), size, least=1, what="size")
    return [price for price, _ in offers]


def check_happening(
    inspection: Inspection, place: Place, happening: AnyHappening, markets: Mapping[str, KnownMarket]
) -> None:
    """Check one happening against the markets there are."""
    market = markets.get(happening.market)
    if market is None:
        raise inspection.document.error((*place, "market"), f"There is no market {describe(happening.market)}.")
    inspection.moment((*place, "at"), happening.at)
    if isinstance(happening, Settle):
        _check_results(inspection, place, happening, market)
    elif isinstance(happening, MakeOffers):
        _check_known_runner(inspection, place, happening.selection_id, happening.handicap, happening.market, market)
        offers = (happening.available_to_back, happening.available_to_lay)
        inspection.demand(any(offers), place, "There is nothing to back and nothing to lay in these offers.")
        check_offers(inspection, place, *offers, market.ladder)


def _check_results(inspection: Inspection, place: Place, settle: Settle, market: KnownMarket) -> None:
    for index, result in enumerate(settle.results):
        result_place = (*place, "results", index)
        inspection.one_of((*result_place, "status"), result.status, RESULTS, "result of a runner")
        _check_known_runner(inspection, result_place, result.selection_id, result.handicap, settle.market, market)
    keys = [runner_key(result) for result in settle.results]
    inspection.demand(len(set(keys)) == len(keys), (*place, "results"), "A runner has two results.")
    winners = {result.selection_id for result in settle.results if result.status == "WINNER"}
    for index, selection_id in enumerate(settle.dead_heat or ()):
        problem = f"Runner {selection_id} is not a WINNER of these results, or is named twice."
        inspection.demand(selection_id in winners, (*place, "deadHeat", index), problem)
        winners.remove(selection_id)
    if settle.dead_heat:
        # The exchange shares all places among all winners: a dead heat for some of the places it would settle wrongly.
        tied, places = len(settle.dead_heat), market.number_of_winners
        problem = f"A dead heat of {tied} of {tied + len(winners)} winners for {places} places cannot be settled."
        inspection.demand(not winners and tied > places > 0, (*place, "deadHeat"), problem)


def _check_known_runner(
    inspection: Inspection, place: Place, selection_id: int, handicap: Decimal, market_id: str, market: KnownMarket
) -> None:
    key = RunnerKey(
        selection_id,
        inspection.amount((*place, "handicap"), handicap, least=-(10**6), most=10**6, what="handicap"),
    )
    named = f"{selection_id}" if not key.handicap else f"{selection_id} with handicap {handicap}"
    inspection.demand(key in market.runners, (*place, "selectionId"), f"Market {market_id} has no runner {named}.")

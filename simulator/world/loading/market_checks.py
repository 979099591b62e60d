"""What events, markets, runners and offers of a scenario must be like beyond their types."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.exchange.betting_types import BettingType
from simulator.exchange.book import meet
from simulator.exchange.ladder import Ladder, OffLadder
from simulator.exchange.lines import QUARTER_LINE
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.world.catalogue import ANTE_POST, GREYHOUNDS, RACING
from simulator.world.format.document import Place, describe
from simulator.world.format.quantities import Unusable, check_timezone, hundredths_of
from simulator.world.format.scenario import EventEntry, IntroduceRunner, MarketEntry, PriceSize, RunnerEntry
from simulator.world.loading.checks import Inspection
from simulator.world.loading.in_play_checks import check_in_play
from simulator.world.races import COUNTRIES
from simulator.world.scenario_commands import ACTIVE, HIDDEN, REMOVED, REMOVED_VACANT, ladder_of, runner_key

SUPERSEDED_BETTING_TYPES: Final = ("RANGE", "FIXED_ODDS")
"""Those that the exchange has given up (manual, MarketBettingType)."""

LADDERS: Final = ("CLASSIC", "FINEST", "LINE_RANGE")
MARKET_STATUSES: Final = ("INACTIVE", "OPEN", "SUSPENDED")
RUNNER_STATUSES: Final = (ACTIVE, REMOVED, REMOVED_VACANT, HIDDEN)
EACH_WAY: Final = "EACH_WAY"

DEEPEST_EVENT: Final = 10
"""How many events may stand in each other in the navigation menu."""

GREATEST_HANDICAP: Final = 10**6
"""In hundredths."""


class KnownMarket(Struct, frozen=True):
    """What the checks of a happening need to know of a market."""

    betting_type: BettingType
    is_each_way: bool
    ladder: Ladder
    runners: frozenset[RunnerKey]
    may_be_of_race: bool = True
    """Whether it may be of a race that has a status; of a market of the world the world itself knows."""

    @classmethod
    def of(cls, market: Market) -> "KnownMarket":
        """Return what is to be known of a market of an exchange."""
        definition = market.definition
        is_each_way = definition.each_way_divisor is not None
        return cls(definition.betting_type, is_each_way, market.ladder, frozenset(market.runners))

    @classmethod
    def to_be(cls, entry: MarketEntry, ladder: Ladder, event: EventEntry) -> "KnownMarket":
        """Return what is to be known of a market of a document."""
        runners = frozenset(runner_key(runner) for runner in entry.runners)
        is_each_way = entry.each_way_divisor is not None
        is_meeting = event.event_type.id in RACING and event.venue is not None and event.country_code in COUNTRIES
        is_of_race = is_meeting and entry.market_type != ANTE_POST
        return cls(BettingType(entry.betting_type), is_each_way, ladder, runners, is_of_race)

    def with_runner(self, key: RunnerKey) -> "KnownMarket":
        """Return what is to be known once a runner has been added."""
        return replace(self, runners=self.runners | {key})


class EventChecks:
    """Checks the events of one document, and remembers the markets by id.

    `known_events` are names by id and `known_markets` those of the world that the document adds to; `known_depths` are
    how many events the known ones stand in.
    """

    def __init__(
        self,
        inspection: Inspection,
        known_events: Mapping[str, str],
        known_markets: Mapping[str, KnownMarket],
        known_depths: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.inspection: Final = inspection
        self._depths: Final = dict(known_depths)
        self._known_events: Final = known_events
        self._names: Final[dict[tuple[str, str], str]] = {}
        self._event_ids: Final[set[str]] = set()
        self.markets: Final = dict(known_markets)

    def check(self, events: Iterable[EventEntry]) -> None:
        """Check all events with their markets."""
        for index, event in enumerate(events):
            self._check_event(("events", index), event)

    def _check_event(self, place: Place, event: EventEntry) -> None:
        inspection = self.inspection
        problem = f"There is an event {event.id} already."
        inspection.demand(event.id not in self._event_ids, (*place, "id"), problem)
        self._event_ids.add(event.id)
        known_name = self._known_events.get(event.id, event.name)
        problem = f"Event {event.id} is {describe(known_name)} in this world and cannot be {describe(event.name)}."
        inspection.demand(event.name == known_name, (*place, "name"), problem)
        self._check_one_name((*place, "eventType"), "event type", event.event_type.id, event.event_type.name)
        if event.competition is not None:
            self._check_one_name((*place, "competition"), "competition", event.competition.id, event.competition.name)
        self._check_place_in_menu(place, event)
        inspection.usable((*place, "timezone"), check_timezone, event.timezone)
        inspection.moment((*place, "openDate"), event.open_date)
        check_in_play(inspection, place, event)
        for index, market in enumerate(event.markets):
            self._check_market((*place, "markets", index), market, event)

    def _check_place_in_menu(self, place: Place, event: EventEntry) -> None:
        """Check the groups and the parent of an event, which stands in the document or the world before it."""
        for index, group in enumerate(event.groups):
            self._check_one_name((*place, "groups", index), "group", group.id, group.name)
        depth = 0
        if event.parent is not None:
            problem = f"There is no event {event.parent} before this one that it could stand in."
            self.inspection.demand(event.parent in self._depths, (*place, "parent"), problem)
            depth = self._depths[event.parent] + 1
            problem = f"Event {event.id} would stand in {depth} others, and {DEEPEST_EVENT} are the most."
            self.inspection.demand(depth <= DEEPEST_EVENT, (*place, "parent"), problem)
        self._depths.setdefault(event.id, depth)

    def _check_one_name(self, place: Place, kind: str, identity: str, name: str) -> None:
        known = self._names.setdefault((kind, identity), name)
        problem = f"The {kind} {identity} is called {describe(known)} before and {describe(name)} here."
        self.inspection.demand(name == known, (*place, "name"), problem)

    def _check_market(self, place: Place, market: MarketEntry, event: EventEntry) -> None:
        inspection = self.inspection
        problem = f"There is a market {market.id} already."
        inspection.demand(market.id not in self.markets, (*place, "id"), problem)
        inspection.one_of((*place, "status"), market.status, MARKET_STATUSES, "status a market can start in")
        inspection.percent((*place, "baseRate"), market.base_rate, "base rate")
        for field, moment in (
            ("startTime", market.start_time),
            ("suspendTime", market.suspend_time),
            ("settleTime", market.settle_time),
        ):
            inspection.moment((*place, field), moment)
        ladder = self._ladder(place, market)
        self._check_type(place, market)
        keys: set[RunnerKey] = set()
        for index, runner in enumerate(market.runners):
            self._check_runner((*place, "runners", index), runner, keys, event.event_type.id)
            self._check_runner_offers((*place, "runners", index), market, runner, ladder)
        self._check_handicaps(place, market)
        self._check_key_line(place, market, keys)
        self.markets[market.id] = KnownMarket.to_be(market, ladder, event)

    def _check_type(self, place: Place, market: MarketEntry) -> None:
        """Check what only markets of some types have."""
        inspection = self.inspection
        is_each_way = market.market_type == EACH_WAY
        divisor_place = (*place, "eachWayDivisor")
        problem = "A market of the type EACH_WAY has an eachWayDivisor, and no other has one."
        inspection.demand(is_each_way == (market.each_way_divisor is not None), divisor_place, problem)
        if market.each_way_divisor is not None:
            inspection.amount(divisor_place, market.each_way_divisor, least=101, what="divisor")
            problem = f"The betting type of an EACH_WAY market is ODDS, not {market.betting_type}."
            inspection.demand(market.betting_type == BettingType.ODDS, (*place, "bettingType"), problem)
            problem = f"The winners of an EACH_WAY market are its places, 2 or more, not {market.number_of_winners}."
            inspection.demand(market.number_of_winners > 1, (*place, "numberOfWinners"), problem)
        problem = "A LINE market has no starting price."
        inspection.demand(
            market.betting_type != BettingType.LINE or not market.bsp_market, (*place, "bspMarket"), problem
        )

    def _ladder(self, place: Place, market: MarketEntry) -> Ladder:
        """Check betting type, price ladder and lines, and return the ladder."""
        inspection = self.inspection
        problem = f"Markets of the betting type {market.betting_type} are superseded and cannot be bet on."
        is_superseded = market.betting_type in SUPERSEDED_BETTING_TYPES
        inspection.demand(not is_superseded, (*place, "bettingType"), problem)
        inspection.one_of((*place, "bettingType"), market.betting_type, tuple(BettingType), "betting type")
        if market.ladder is not None:
            inspection.one_of((*place, "ladder"), market.ladder, LADDERS, "price ladder")
            problem = f"The ladder of LINE markets, and of no others, is LINE_RANGE: here is {market.ladder}."
            fits = (market.ladder == "LINE_RANGE") == (market.betting_type == BettingType.LINE)
            inspection.demand(fits, (*place, "ladder"), problem)
        if market.line is not None:
            for field, value in (
                ("minUnitValue", market.line.min_unit_value),
                ("maxUnitValue", market.line.max_unit_value),
                ("interval", market.line.interval),
            ):
                inspection.amount((*place, "line", field), value, least=-(10**9), most=10**9, what=field)
        definition = ladder_of(market)
        inspection.demand(
            definition.type != "LINE_RANGE" or market.line is not None,
            (*place, "line"),
            f"A market on the ladder {definition.type} needs its lines.",
        )
        try:
            return Ladder.of(definition)
        except ValueError as error:
            raise inspection.document.error((*place, "line"), str(error)) from None

    def _check_key_line(self, place: Place, market: MarketEntry, keys: set[RunnerKey]) -> None:
        """Check what is only said of a market: its key line is one of its runners."""
        for index, runner in enumerate(market.key_line):
            here = (*place, "keyLine", index)
            self.inspection.amount((*here, "handicap"), runner.handicap, least=-(10**9), most=10**9, what="handicap")
            problem = f"The market has no runner {runner.selection_id} with the handicap {runner.handicap}."
            self.inspection.demand(runner_key(runner) in keys, here, problem)

    def _check_handicaps(self, place: Place, market: MarketEntry) -> None:
        """Check the lines of an Asian market: quarters, and each a bet between the two sides where there are two."""
        if market.betting_type not in (BettingType.ASIAN_HANDICAP_DOUBLE_LINE, BettingType.ASIAN_HANDICAP_SINGLE_LINE):
            return
        for index, runner in enumerate(market.runners):
            check_quarter(self.inspection, (*place, "runners", index), runner.handicap)
        if market.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE:
            self._check_pairs(place, market)

    def _check_pairs(self, place: Place, market: MarketEntry) -> None:
        names = {runner.selection_id: runner.name for runner in market.runners}
        problem = f"An Asian handicap is between two sides, and here are {len(names)}."
        self.inspection.demand(len(names) == 2, (*place, "runners"), problem)
        keys = {runner_key(runner) for runner in market.runners}
        for index, runner in enumerate(market.runners):
            other = next(selection_id for selection_id in names if selection_id != runner.selection_id)
            problem = (
                f"The other side of {describe(runner.name)} with handicap {runner.handicap} is missing: "
                f"{describe(names[other])} with handicap {-runner.handicap}."
            )
            has_other_side = RunnerKey(other, -hundredths_of(runner.handicap)) in keys
            self.inspection.demand(has_other_side, (*place, "runners", index, "handicap"), problem)

    def _check_runner(self, place: Place, runner: RunnerEntry, keys: set[RunnerKey], event_type_id: str) -> None:
        inspection = self.inspection
        inspection.amount(
            (*place, "handicap"), runner.handicap, least=-GREATEST_HANDICAP, most=GREATEST_HANDICAP, what="handicap"
        )
        key = runner_key(runner)
        problem = f"The market has a runner {runner.selection_id} with handicap {runner.handicap} already."
        inspection.demand(key not in keys, (*place, "selectionId"), problem)
        keys.add(key)
        inspection.one_of((*place, "status"), runner.status, RUNNER_STATUSES, "status a runner can start in")
        removed = REMOVED_VACANT if event_type_id == GREYHOUNDS else REMOVED
        problem = f"A runner of this sport that was withdrawn is {removed}, not {runner.status}."
        inspection.demand(runner.status in (ACTIVE, HIDDEN, removed), (*place, "status"), problem)
        check_runner_words(inspection, place, runner)

    def _check_runner_offers(self, place: Place, market: MarketEntry, runner: RunnerEntry, ladder: Ladder) -> None:
        offers = (runner.available_to_back, runner.available_to_lay)
        self.inspection.demand(
            market.status != "INACTIVE" or not any(offers),
            place,
            "An INACTIVE market takes no offers: schedule them for after it resumes.",
        )
        problem = f"Nothing can be offered on a runner that is {runner.status}."
        self.inspection.demand(runner.status == ACTIVE or not any(offers), place, problem)
        check_offers(self.inspection, place, *offers, ladder)


def check_runner_words(inspection: Inspection, place: Place, runner: RunnerEntry | IntroduceRunner) -> None:
    """Check what is said of a runner wherever one is listed: its adjustment factor and its metadata."""
    inspection.factor((*place, "adjustmentFactor"), runner.adjustment_factor, Decimal(100))
    for name, value in (runner.metadata or {}).items():
        plain = value is None or (isinstance(value, str | int | Decimal) and not isinstance(value, bool))
        problem = f"Metadata are texts, numbers or null, not {describe(value)}."
        inspection.demand(plain, (*place, "metadata", name), problem)


def check_quarter(inspection: Inspection, place: Place, handicap: Decimal) -> None:
    """Complain about a handicap of an Asian market that is no quarter."""
    problem = f"A handicap of an Asian market is a multiple of 0.25, and {handicap} is not."
    inspection.demand(hundredths_of(handicap) % QUARTER_LINE == 0, (*place, "handicap"), problem)


def check_offers(
    inspection: Inspection,
    place: Place,
    to_back: tuple[PriceSize, ...],
    to_lay: tuple[PriceSize, ...],
    ladder: Ladder | None,
) -> None:
    """Check the offers on one runner: sizes in pence, no offer that would match another, and prices on the ladder.

    Where the ladder is not known, a price has two decimals at most.
    """
    best_to_back = _check_side(inspection, (*place, "availableToBack"), to_back, ladder)
    best_to_lay = _check_side(inspection, (*place, "availableToLay"), to_lay, ladder)
    if not best_to_back or not best_to_lay:
        return
    highest, lowest = max(best_to_back), min(best_to_lay)
    inspection.demand(
        not meet(back_price=hundredths_of(lowest), lay_price=hundredths_of(highest)),
        place,
        f"{highest} is available to back and {lowest} to lay, so these offers would match each other: "
        f"every price to back must be below every price to lay.",
    )


def _check_side(
    inspection: Inspection, place: Place, offers: tuple[PriceSize, ...], ladder: Ladder | None
) -> list[Decimal]:
    for index, (price, size) in enumerate(offers):
        try:
            in_hundredths = hundredths_of(price)
            if ladder is not None:
                ladder.tick_of(in_hundredths)
        except (OffLadder, Unusable) as error:
            raise inspection.document.error((*place, index, 0), f"The price {error}") from None
        inspection.amount((*place, index, 1), size, least=1, what="size")
    return [price for price, _ in offers]

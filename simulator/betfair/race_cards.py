"""The cards and results of races of horses, as the race card service tells them: from what the scenario says of them.

A race is all the markets that have its id, and its horses are the runners of the first of them, of its WIN market
before all others. What is said of a horse is its metadata, under the names that those have in listMarketCatalogue.
"""

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Final

from simulator.betfair.schema.race_card import (
    CardRunner,
    Course,
    DaysSinceLastRun,
    Jockey,
    Race,
    RaceCard,
    RaceMarket,
    RaceType,
    Selection,
    Trainer,
    Wearing,
)
from simulator.betfair.schema.wire import date_time
from simulator.exchange.market import Market
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import RunnerStatus
from simulator.world.catalogue import HORSES, EventDescription, MarketDescription, RunnerDescription
from simulator.world.world import World

RACE, RUNNERS, RUNNER_DETAILS, TIMEFORM_DATA = "RACE", "RUNNERS", "RUNNER_DETAILS", "TIMEFORM_DATA"
MARKETS, PRICES, COURSE = "MARKETS", "PRICES", "COURSE"
CARD_ENTRIES: Final = (RACE, TIMEFORM_DATA, RUNNERS, RUNNER_DETAILS)
"""What can be asked of a card. Of the second there is nothing: it is what experts say."""
RESULT_ENTRIES: Final = (RUNNERS, MARKETS, PRICES, RACE, COURSE)
"""What can be asked of a result."""

WIN: Final = "WIN"
_FLAT: Final = "Flat"
_NON_RUNNERS: Final = frozenset({RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT})
_GENDERS: Final = {"c": "Colt", "f": "Filly", "g": "Gelding", "h": "Horse", "m": "Mare", "r": "Rig"}
"""What the letters of SEX_TYPE are called on a card."""


class RaceReader:
    """Tells one race of a world, with the entries that are asked for."""

    def __init__(self, world: World, markets: list[MarketDescription], entries: Collection[str]) -> None:
        self._markets: Final = markets
        self._lead: Final = next((one for one in markets if one.market_type == WIN), markets[0])
        self._exchange_markets: Final[Mapping[str, Market]] = world.exchange.markets
        self._entries: Final = entries

    @property
    def start_time(self) -> int:
        """Return when it starts, in milliseconds since 1970."""
        return self._lead.start_time

    @property
    def has_result(self) -> bool:
        """Return whether somebody has won."""
        return any(runner.status is RunnerStatus.WINNER for runner in self._running.runners.values())

    @property
    def _running(self) -> Market:
        return self._exchange_markets[self._lead.id]

    def card(self) -> RaceCard:
        """Return its card."""
        details = RUNNER_DETAILS in self._entries
        runners = [self._runner(one, details=details, result=False) for one in self._lead.runners.values()]
        return self._told(self._race(with_markets=True, with_course=True), runners)

    def result(self) -> RaceCard:
        """Return how it ended."""
        race = self._race(with_markets=MARKETS in self._entries, with_course=COURSE in self._entries)
        return self._told(race, [self._runner(one, details=True, result=True) for one in self._lead.runners.values()])

    def _told(self, race: Race, runners: list[CardRunner]) -> RaceCard:
        return RaceCard(
            race=race if RACE in self._entries else None,
            numberOfRunners=len(runners),
            numberOfNonRunners=sum(runner.isNonRunner for runner in runners),
            runners=runners if RUNNERS in self._entries else None,
            raceIdExchange=race.raceIdExchange,
        )

    def _race(self, *, with_markets: bool, with_course: bool) -> Race:
        lead, event = self._lead, self._lead.event
        assert lead.race_id is not None, "only races have a reader"
        markets = [
            RaceMarket(
                marketId=one.id, marketType=one.market_type or "", numberOfWinners=one.definition.number_of_winners
            )
            for one in self._markets
        ]
        return Race(
            raceId=lead.race_id,
            markets=markets if with_markets else None,
            isResultAvailable=self.has_result,
            startDate=date_time(lead.start_time),
            raceType=None if lead.race_type is None else RaceType(full=lead.race_type),
            course=_course(event) if with_course else None,
            raceTitle=lead.name,
            numberOfRunners=len(lead.runners),
            meetingId=event.id,
            betfairMeetingId=event.id,
            raceIdExchange=lead.race_id,
        )

    def _runner(self, described: RunnerDescription, *, details: bool, result: bool) -> CardRunner:
        running, said = self._running.runners[described.key], described.metadata
        told = CardRunner(
            horseId=said["runnerId"] or str(described.key.selection_id),
            selections=list(self._selections(described)),
            saddleCloth=said.get("CLOTH_NUMBER"),
            draw=_number(said.get("STALL_DRAW")),
            name=described.name,
            isNonRunner=running.status in _NON_RUNNERS,
        )
        if details:
            _tell_details(told, said, self._lead.race_type or _FLAT)
        if result:
            told.status = running.status.value
        return told

    def _selections(self, described: RunnerDescription) -> Iterator[Selection]:
        """Yield what a horse is in the markets of who wins, as recorded."""
        for market in self._markets:
            if market.market_type == WIN and described.key in market.runners:
                exchange_market = self._exchange_markets[market.id]
                told = Selection(
                    selectionId=str(described.key.selection_id), marketId=market.id, marketType=market.market_type
                )
                if PRICES in self._entries or RUNNER_DETAILS in self._entries:
                    told.bsp = _starting_price(exchange_market, exchange_market.runners[described.key])
                yield told


def races_of(world: World, market_ids: Collection[str], entries: Collection[str]) -> list[RaceReader]:
    """Return the races of some markets, each once; a market of no race, or of none of horses, is passed over."""
    found: dict[str, RaceReader] = {}
    for market_id in market_ids:
        market = world.catalogue.markets.get(market_id)
        if market is None or market.race_id is None or market.event.event_type_id != HORSES:
            continue
        if market.race_id not in found:
            siblings = world.catalogue.markets_of_event[market.event.id]
            of_race = [one for one in siblings if one.race_id == market.race_id]
            found[market.race_id] = RaceReader(world, of_race, entries)
    return list(found.values())


def _course(event: EventDescription) -> Course:
    venue, country = event.venue or "", event.country_code or ""
    return Course(courseId=venue, name=venue, country=country, countryCode=country, timezone=event.timezone)


def _tell_details(told: CardRunner, said: Mapping[str, str | None], race_type: str) -> None:
    sex, jockey, trainer, wearing = (said.get(name) for name in ("SEX_TYPE", "JOCKEY_NAME", "TRAINER_NAME", "WEARING"))
    days = _number(said.get("DAYS_SINCE_LAST_RUN"))
    told.age = _number(said.get("AGE"))
    told.gender = None if sex is None else _GENDERS.get(sex, sex)
    told.recentForm = said.get("FORM")
    told.jockey = None if jockey is None else Jockey(name=jockey, allowance=_number(said.get("JOCKEY_CLAIM")))
    told.trainer = None if trainer is None else Trainer(name=trainer)
    told.daysSinceLastRun = None if days is None else [DaysSinceLastRun(type=race_type, days=days)]
    told.officialRating = _number(said.get("OFFICIAL_RATING"))
    told.weight = _number(said.get("WEIGHT_VALUE"))
    told.wearing = None if wearing is None else Wearing(full=wearing)
    told.ownerColours = said.get("COLOURS_DESCRIPTION")


_MOST_DIGITS: Final = 9


def _number(text: str | None) -> int | None:
    """Return the number that a text is, `None` for any other."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        return None
    return int(text)


def _starting_price(market: Market, runner: Runner) -> float | None:
    price = runner.starting_price
    return float(price) if market.bsp_reconciled and isinstance(price, Fraction) else None

"""The data types in which the betting interface describes markets and their prices.

Fields stand in the order of recorded answers.
"""

from typing import Annotated

from simulator.betfair.schema.sports_enums import (
    BetDelayModel,
    MarketBettingType,
    MarketStatus,
    PriceLadderType,
    RunnerStatus,
)
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.betfair.schema.sports_orders import Match, Matches, Order, PriceSize
from simulator.betfair.schema.types import Answer, DateTime, Int, Long, one_of
from simulator.betfair.schema.wire import NotANumber

# Facets


class EventType(Answer, kw_only=True):
    """A sport."""

    id: str | None = None
    name: str | None = None


class EventTypeResult(Answer, kw_only=True):
    """A sport and how many of the markets asked for are of it."""

    eventType: EventType | None = None
    marketCount: Int | None = None


class Competition(Answer, kw_only=True):
    """A competition."""

    id: str | None = None
    name: str | None = None


class CompetitionResult(Answer, kw_only=True):
    """A competition, its markets and its region: an ISO 3166 code of three letters, or `International`."""

    competition: Competition | None = None
    marketCount: Int | None = None
    competitionRegion: str | None = None


class Event(Answer, kw_only=True):
    """An event: a match, a meeting."""

    id: str | None = None
    name: str | None = None
    countryCode: str | None = None
    timezone: str | None = None
    venue: str | None = None
    openDate: DateTime | None = None


class EventResult(Answer, kw_only=True):
    """An event and how many of the markets asked for belong to it."""

    event: Event | None = None
    marketCount: Int | None = None


class TimeRangeResult(Answer, kw_only=True):
    """A stretch of time and how many of the markets asked for start in it."""

    timeRange: TimeRange | None = None
    marketCount: Int | None = None


class MarketTypeResult(Answer, kw_only=True):
    """A market type and how many of the markets asked for are of it."""

    marketType: str | None = None
    marketCount: Int | None = None


class CountryCodeResult(Answer, kw_only=True):
    """A country and how many of the markets asked for are in it."""

    countryCode: str | None = None
    marketCount: Int | None = None


class VenueResult(Answer, kw_only=True):
    """A venue and how many of the markets asked for are at it."""

    venue: str | None = None
    marketCount: Int | None = None


# Catalogue


class MarketLineRangeInfo(Answer, kw_only=True):
    """The positions of a line market."""

    maxUnitValue: float
    minUnitValue: float
    interval: float
    marketUnit: str


class PriceLadderDescription(Answer, kw_only=True):
    """Which prices the market knows."""

    type: PriceLadderType


class MarketRates(Answer, kw_only=True):
    """The commission of a market. No operation returns it; it is part of the published definition."""

    marketBaseRate: float
    discountAllowed: bool


class MarketLicence(Answer, kw_only=True):
    """The rules of a market. No operation returns it; it is part of the published definition."""

    wallet: str
    rules: str | None = None
    rulesHasDate: bool | None = None
    clarifications: str | None = None


class MarketDescription(Answer, kw_only=True):
    """What is fixed about a market. `betDelayModels` came after the interface definition.

    `persistenceEnabled`, `regulator`, `marketBaseRate` and `discountAllowed` are mandatory in the interface definition,
    but one recorded answer does without them (`list_market_catalogue_no_ero.json`).
    """

    persistenceEnabled: bool | None = None
    bspMarket: bool
    marketTime: DateTime
    suspendTime: DateTime
    settleTime: DateTime | None = None
    bettingType: Annotated[str, one_of(MarketBettingType)]
    turnInPlayEnabled: bool
    marketType: str | None = None
    regulator: str | None = None
    marketBaseRate: float | None = None
    discountAllowed: bool | None = None
    wallet: str | None = None
    rules: str | None = None
    rulesHasDate: bool | None = None
    clarifications: str | None = None
    eachWayDivisor: float | None = None
    raceType: str | None = None
    lineRangeInfo: MarketLineRangeInfo | None = None
    priceLadderDescription: PriceLadderDescription | None = None
    betDelayModels: list[Annotated[str, one_of(BetDelayModel)]] | None = None


class RunnerCatalog(Answer, kw_only=True):
    """What is fixed about a runner. The values of `metadata` may be null on the wire, as nothing else may."""

    selectionId: Long
    runnerName: str
    handicap: float
    sortPriority: Int
    metadata: dict[str, str | None] | None = None


class MarketCatalogue(Answer, kw_only=True):
    """A market as listMarketCatalogue describes it: what was not asked for is absent."""

    marketId: str
    marketName: str
    marketStartTime: DateTime | None = None
    description: MarketDescription | None = None
    totalMatched: float | None = None
    runners: list[RunnerCatalog] | None = None
    eventType: EventType | None = None
    competition: Competition | None = None
    event: Event | None = None


# Book


class StartingPrices(Answer, kw_only=True):
    """The starting price auction: near and far price before, the actual one after."""

    nearPrice: float | NotANumber | None = None
    farPrice: float | NotANumber | None = None
    backStakeTaken: list[PriceSize] | None = None
    layLiabilityTaken: list[PriceSize] | None = None
    actualSP: float | NotANumber | None = None


class ExchangePrices(Answer, kw_only=True):
    """The prices of a runner. On the wire all three lists are there, empty where nothing was asked for or offered."""

    availableToBack: list[PriceSize] | None = None
    availableToLay: list[PriceSize] | None = None
    tradedVolume: list[PriceSize] | None = None


class Runner(Answer, kw_only=True):
    """A runner of a market book.

    `adjustmentFactor` is mandatory in the interface definition, but absent from recorded answers outside racing.
    """

    selectionId: Long
    handicap: float
    status: Annotated[str, one_of(RunnerStatus)]
    adjustmentFactor: float | None = None
    lastPriceTraded: float | None = None
    totalMatched: float | None = None
    removalDate: DateTime | None = None
    sp: StartingPrices | None = None
    ex: ExchangePrices | None = None
    orders: list[Order] | None = None
    matches: list[Match] | None = None
    matchesByStrategy: dict[str, Matches] | None = None


class KeyLineSelection(Answer, kw_only=True):
    """A runner on the key line of an Asian handicap."""

    selectionId: Long
    handicap: float


class KeyLineDescription(Answer, kw_only=True):
    """The key line of an Asian handicap."""

    keyLine: list[KeyLineSelection]


class MarketState(Answer, kw_only=True):
    """The state of a market. No operation returns it; it is part of the published definition."""

    status: Annotated[str, one_of(MarketStatus)]
    betDelay: Int
    bspReconciled: bool
    complete: bool
    inplay: bool
    numberOfActiveRunners: Int
    lastMatchTime: DateTime
    totalMatched: float
    totalAvailable: float
    keyLineDescription: KeyLineDescription | None = None


class MarketBook(Answer, kw_only=True):
    """A market's state and prices. `betDelayModels` and `suspendReason` came after the interface definition."""

    marketId: str
    isMarketDataDelayed: bool
    betDelayModels: list[Annotated[str, one_of(BetDelayModel)]] | None = None
    status: Annotated[str, one_of(MarketStatus)] | None = None
    betDelay: Int | None = None
    bspReconciled: bool | None = None
    complete: bool | None = None
    inplay: bool | None = None
    numberOfWinners: Int | None = None
    numberOfRunners: Int | None = None
    numberOfActiveRunners: Int | None = None
    lastMatchTime: DateTime | None = None
    totalMatched: float | None = None
    totalAvailable: float | None = None
    crossMatching: bool | None = None
    runnersVoidable: bool | None = None
    version: Long | None = None
    runners: list[Runner] | None = None
    keyLineDescription: KeyLineDescription | None = None
    suspendReason: str | None = None

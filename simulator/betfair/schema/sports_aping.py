"""The operations of the betting interface, SportsAPING v1.0: a request struct each, and the table of them all.

The fields of a request stand in the order of the interface definition, because positional parameters follow it; those
that came later (`includeItemDescription`) stand last. Source: `SportsAPING.xml`; later additions from newer
published pages.
"""

from typing import Final

from msgspec import field

from simulator.betfair.schema.sports_enums import (
    BetStatus,
    GroupBy,
    MarketGroupType,
    MarketProjection,
    MarketSort,
    MatchProjection,
    OrderBy,
    OrderProjection,
    Side,
    SortDir,
    TimeGranularity,
)
from simulator.betfair.schema.sports_inputs import (
    CancelInstruction,
    ExposureLimit,
    MarketFilter,
    MarketGroup,
    MarketVersion,
    PlaceInstruction,
    PriceProjection,
    ReplaceInstruction,
    RunnerId,
    TimeRange,
    UpdateInstruction,
)
from simulator.betfair.schema.sports_markets import (
    CompetitionResult,
    CountryCodeResult,
    EventResult,
    EventTypeResult,
    MarketBook,
    MarketCatalogue,
    MarketTypeResult,
    TimeRangeResult,
    VenueResult,
)
from simulator.betfair.schema.sports_orders import (
    CancelExecutionReport,
    ClearedOrderSummaryReport,
    CurrentOrderSummaryReport,
    ExposureLimitsForMarketGroups,
    MarketProfitAndLoss,
    PlaceExecutionReport,
    ReplaceExecutionReport,
    UpdateExecutionReport,
)
from simulator.betfair.schema.types import Input, InputWithSets, Int, ListOf, Long, SetOf, Signature
from simulator.betfair.schema.wire import Instant

# Listings


class ListEventTypesRequest(Input, frozen=True, kw_only=True):
    """The sports that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListCompetitionsRequest(Input, frozen=True, kw_only=True):
    """The competitions that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListTimeRangesRequest(Input, frozen=True, kw_only=True):
    """The days, hours or minutes in which markets of a filter start."""

    filter: MarketFilter
    granularity: TimeGranularity


class ListEventsRequest(Input, frozen=True, kw_only=True):
    """The events that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListMarketTypesRequest(Input, frozen=True, kw_only=True):
    """The market types that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListCountriesRequest(Input, frozen=True, kw_only=True):
    """The countries that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListVenuesRequest(Input, frozen=True, kw_only=True):
    """The venues that have markets of a filter."""

    filter: MarketFilter
    locale: str | None = None


class ListMarketCatalogueRequest(InputWithSets, frozen=True, kw_only=True):
    """What is fixed about the markets of a filter."""

    filter: MarketFilter
    marketProjection: SetOf[MarketProjection] | None = None
    sort: MarketSort | None = None
    maxResults: Int
    locale: str | None = None


class ListMarketBookRequest(InputWithSets, frozen=True, kw_only=True):
    """The state and prices of markets, with own orders and matches on demand."""

    marketIds: ListOf[str]
    priceProjection: PriceProjection | None = None
    orderProjection: OrderProjection | None = None
    matchProjection: MatchProjection | None = None
    includeOverallPosition: bool | None = None
    partitionMatchedByStrategyRef: bool | None = None
    customerStrategyRefs: SetOf[str] | None = None
    currencyCode: str | None = None
    locale: str | None = None
    matchedSince: Instant | None = None
    betIds: SetOf[str] | None = None


class ListRunnerBookRequest(InputWithSets, frozen=True, kw_only=True):
    """The state and prices of one runner, with own orders and matches on demand."""

    marketId: str
    selectionId: Long
    handicap: float | None = None
    priceProjection: PriceProjection | None = None
    orderProjection: OrderProjection | None = None
    matchProjection: MatchProjection | None = None
    includeOverallPosition: bool | None = None
    partitionMatchedByStrategyRef: bool | None = None
    customerStrategyRefs: SetOf[str] | None = None
    currencyCode: str | None = None
    locale: str | None = None
    matchedSince: Instant | None = None
    betIds: SetOf[str] | None = None


# Reports


class ListCurrentOrdersRequest(InputWithSets, frozen=True, kw_only=True):
    """Own orders in markets that are not settled."""

    betIds: SetOf[str] | None = None
    marketIds: SetOf[str] | None = None
    orderProjection: OrderProjection | None = None
    customerOrderRefs: SetOf[str] | None = None
    customerStrategyRefs: SetOf[str] | None = None
    placedDateRange: TimeRange | None = None
    dateRange: TimeRange | None = None
    orderBy: OrderBy | None = None
    sortDir: SortDir | None = None
    fromRecord: Int | None = None
    recordCount: Int | None = None
    includeItemDescription: bool | None = None


class ListClearedOrdersRequest(InputWithSets, frozen=True, kw_only=True):
    """Own orders that are settled, voided, lapsed or cancelled."""

    betStatus: BetStatus
    eventTypeIds: SetOf[str] | None = None
    eventIds: SetOf[str] | None = None
    marketIds: SetOf[str] | None = None
    runnerIds: SetOf[RunnerId] | None = None
    betIds: SetOf[str] | None = None
    customerOrderRefs: SetOf[str] | None = None
    customerStrategyRefs: SetOf[str] | None = None
    side: Side | None = None
    settledDateRange: TimeRange | None = None
    groupBy: GroupBy | None = None
    includeItemDescription: bool | None = None
    locale: str | None = None
    fromRecord: Int | None = None
    recordCount: Int | None = None


class ListMarketProfitAndLossRequest(InputWithSets, frozen=True, kw_only=True):
    """What the account makes of open markets, runner by runner."""

    marketIds: SetOf[str]
    includeSettledBets: bool | None = None
    includeBspBets: bool | None = None
    netOfCommission: bool | None = None


# Placing


class PlaceOrdersRequest(Input, frozen=True, kw_only=True):
    """Place all of these orders or none."""

    marketId: str
    instructions: ListOf[PlaceInstruction]
    customerRef: str | None = None
    marketVersion: MarketVersion | None = None
    customerStrategyRef: str | None = None
    async_: bool | None = field(default=None, name="async")


class CancelOrdersRequest(Input, frozen=True, kw_only=True):
    """Cancel these bets, or all of a market, or all."""

    marketId: str | None = None
    instructions: ListOf[CancelInstruction] | None = None
    customerRef: str | None = None


class ReplaceOrdersRequest(Input, frozen=True, kw_only=True):
    """Cancel these bets and place them again at other prices."""

    marketId: str
    instructions: ListOf[ReplaceInstruction]
    customerRef: str | None = None
    marketVersion: MarketVersion | None = None
    async_: bool | None = field(default=None, name="async")


class UpdateOrdersRequest(Input, frozen=True, kw_only=True):
    """Give these bets another persistence."""

    marketId: str
    instructions: ListOf[UpdateInstruction]
    customerRef: str | None = None


# Exposure limits and exposure reuse


class SetDefaultExposureLimitForMarketGroupsRequest(Input, frozen=True, kw_only=True):
    """Limit the exposure of every group that has no limit of its own."""

    marketGroupType: MarketGroupType
    limit: ExposureLimit


class SetExposureLimitForMarketGroupRequest(Input, frozen=True, kw_only=True):
    """Limit the exposure of one group."""

    marketGroup: MarketGroup
    limit: ExposureLimit


class RemoveDefaultExposureLimitForMarketGroupsRequest(Input, frozen=True, kw_only=True):
    """Lift the default limit."""

    marketGroupType: MarketGroupType


class RemoveExposureLimitForMarketGroupRequest(Input, frozen=True, kw_only=True):
    """Lift the limit of one group."""

    marketGroup: MarketGroup


class ListExposureLimitsForMarketGroupsRequest(Input, frozen=True, kw_only=True):
    """The limits in force."""

    marketGroupTypeFilter: MarketGroupType | None = None
    marketGroupFilter: ListOf[MarketGroup] | None = None


class UnblockMarketGroupRequest(Input, frozen=True, kw_only=True):
    """Allow bets again in a group that a breached limit blocked."""

    marketGroup: MarketGroup


class GetExposureReuseEnabledEventsRequest(Input, frozen=True, kw_only=True):
    """The events in which exposure is reused."""


class AddExposureReuseEnabledEventsRequest(Input, frozen=True, kw_only=True):
    """Reuse exposure in these events."""

    eventIds: ListOf[Long]


class RemoveExposureReuseEnabledEventsRequest(Input, frozen=True, kw_only=True):
    """Reuse exposure no longer in these events."""

    eventIds: ListOf[Long]


# The interface


OPERATIONS: Final[dict[str, Signature]] = {
    "listEventTypes": Signature(ListEventTypesRequest, list[EventTypeResult]),
    "listCompetitions": Signature(ListCompetitionsRequest, list[CompetitionResult]),
    "listTimeRanges": Signature(ListTimeRangesRequest, list[TimeRangeResult]),
    "listEvents": Signature(ListEventsRequest, list[EventResult]),
    "listMarketTypes": Signature(ListMarketTypesRequest, list[MarketTypeResult]),
    "listCountries": Signature(ListCountriesRequest, list[CountryCodeResult]),
    "listVenues": Signature(ListVenuesRequest, list[VenueResult]),
    "listMarketCatalogue": Signature(ListMarketCatalogueRequest, list[MarketCatalogue]),
    "listMarketBook": Signature(ListMarketBookRequest, list[MarketBook]),
    "listRunnerBook": Signature(ListRunnerBookRequest, list[MarketBook]),
    "listCurrentOrders": Signature(ListCurrentOrdersRequest, CurrentOrderSummaryReport),
    "listClearedOrders": Signature(ListClearedOrdersRequest, ClearedOrderSummaryReport),
    "placeOrders": Signature(PlaceOrdersRequest, PlaceExecutionReport),
    "cancelOrders": Signature(CancelOrdersRequest, CancelExecutionReport),
    "replaceOrders": Signature(ReplaceOrdersRequest, ReplaceExecutionReport),
    "updateOrders": Signature(UpdateOrdersRequest, UpdateExecutionReport),
    "listMarketProfitAndLoss": Signature(ListMarketProfitAndLossRequest, list[MarketProfitAndLoss]),
    "setDefaultExposureLimitForMarketGroups": Signature(SetDefaultExposureLimitForMarketGroupsRequest, str),
    "setExposureLimitForMarketGroup": Signature(SetExposureLimitForMarketGroupRequest, str),
    "removeDefaultExposureLimitForMarketGroups": Signature(RemoveDefaultExposureLimitForMarketGroupsRequest, str),
    "removeExposureLimitForMarketGroup": Signature(RemoveExposureLimitForMarketGroupRequest, str),
    "listExposureLimitsForMarketGroups": Signature(
        ListExposureLimitsForMarketGroupsRequest, list[ExposureLimitsForMarketGroups]
    ),
    "unblockMarketGroup": Signature(UnblockMarketGroupRequest, str),
    "getExposureReuseEnabledEvents": Signature(GetExposureReuseEnabledEventsRequest, list[Long]),
    "addExposureReuseEnabledEvents": Signature(AddExposureReuseEnabledEventsRequest, str),
    "removeExposureReuseEnabledEvents": Signature(RemoveExposureReuseEnabledEventsRequest, str),
}
"""Every operation of the interface definition, by its name."""

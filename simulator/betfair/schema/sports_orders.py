"""The data types in which the betting interface reports orders, matches, profit and limits.

Fields stand in the order of recorded answers.
"""

from typing import Annotated

from simulator.betfair.schema.sports_enums import (
    BetOutcome,
    ExecutionReportErrorCode,
    ExecutionReportStatus,
    InstructionReportErrorCode,
    InstructionReportStatus,
    MarketGroupType,
    OrderStatus,
    OrderType,
    PersistenceType,
    Side,
)
from simulator.betfair.schema.sports_inputs import (
    CancelInstruction,
    ExposureLimit,
    MarketGroupId,
    MarketVersion,
    PlaceInstruction,
    UpdateInstruction,
)
from simulator.betfair.schema.types import Answer, DateTime, Int, Long, one_of

# Orders and matches in a market book


class Order(Answer, kw_only=True):
    """An order in a market book."""

    betId: str
    orderType: Annotated[str, one_of(OrderType)]
    status: Annotated[str, one_of(OrderStatus)]
    persistenceType: Annotated[str, one_of(PersistenceType)]
    side: Annotated[str, one_of(Side)]
    price: float
    size: float
    bspLiability: float
    placedDate: DateTime
    avgPriceMatched: float | None = None
    sizeMatched: float | None = None
    sizeRemaining: float | None = None
    sizeLapsed: float | None = None
    sizeCancelled: float | None = None
    sizeVoided: float | None = None
    customerOrderRef: str | None = None
    customerStrategyRef: str | None = None


class Match(Answer, kw_only=True):
    """A matched bet, or several rolled up into one. The definition spells `size` as `Size`; the wire does not."""

    betId: str | None = None
    matchId: str | None = None
    side: Annotated[str, one_of(Side)]
    price: float
    matchDate: DateTime | None = None
    size: float


class Matches(Answer, kw_only=True):
    """The matches of one strategy."""

    matches: list[Match] | None = None


# Reports of placing, cancelling, replacing and updating


class PlaceInstructionReport(Answer, kw_only=True):
    """What became of one order to place."""

    status: Annotated[str, one_of(InstructionReportStatus)]
    errorCode: Annotated[str, one_of(InstructionReportErrorCode)] | None = None
    instruction: PlaceInstruction
    betId: str | None = None
    placedDate: DateTime | None = None
    averagePriceMatched: float | None = None
    sizeMatched: float | None = None
    orderStatus: OrderStatus | None = None


class PlaceExecutionReport(Answer, kw_only=True):
    """What became of a placeOrders request."""

    customerRef: str | None = None
    status: Annotated[str, one_of(ExecutionReportStatus)]
    errorCode: Annotated[str, one_of(ExecutionReportErrorCode)] | None = None
    marketId: str | None = None
    instructionReports: list[PlaceInstructionReport] | None = None


class CancelInstructionReport(Answer, kw_only=True):
    """What became of one bet to cancel.

    `sizeCancelled` and `cancelledDate` are mandatory in the interface definition, but absent from recorded failures.
    """

    status: Annotated[str, one_of(InstructionReportStatus)]
    errorCode: Annotated[str, one_of(InstructionReportErrorCode)] | None = None
    instruction: CancelInstruction | None = None
    sizeCancelled: float | None = None
    cancelledDate: DateTime | None = None


class CancelExecutionReport(Answer, kw_only=True):
    """What became of a cancelOrders request."""

    customerRef: str | None = None
    status: Annotated[str, one_of(ExecutionReportStatus)]
    errorCode: Annotated[str, one_of(ExecutionReportErrorCode)] | None = None
    marketId: str | None = None
    instructionReports: list[CancelInstructionReport] | None = None


class ReplaceInstructionReport(Answer, kw_only=True):
    """What became of one bet to replace: of its cancellation, and of its new order."""

    status: Annotated[str, one_of(InstructionReportStatus)]
    errorCode: Annotated[str, one_of(InstructionReportErrorCode)] | None = None
    cancelInstructionReport: CancelInstructionReport | None = None
    placeInstructionReport: PlaceInstructionReport | None = None


class ReplaceExecutionReport(Answer, kw_only=True):
    """What became of a replaceOrders request."""

    customerRef: str | None = None
    status: Annotated[str, one_of(ExecutionReportStatus)]
    errorCode: Annotated[str, one_of(ExecutionReportErrorCode)] | None = None
    marketId: str | None = None
    instructionReports: list[ReplaceInstructionReport] | None = None


class UpdateInstructionReport(Answer, kw_only=True):
    """What became of one bet to update."""

    status: Annotated[str, one_of(InstructionReportStatus)]
    errorCode: Annotated[str, one_of(InstructionReportErrorCode)] | None = None
    instruction: UpdateInstruction


class UpdateExecutionReport(Answer, kw_only=True):
    """What became of an updateOrders request."""

    customerRef: str | None = None
    status: Annotated[str, one_of(ExecutionReportStatus)]
    errorCode: Annotated[str, one_of(ExecutionReportErrorCode)] | None = None
    marketId: str | None = None
    instructionReports: list[UpdateInstructionReport] | None = None


# Reports of what was placed


class PriceSize(Answer):
    """So much at a price."""

    price: float
    size: float


class CurrentItemDescription(Answer, kw_only=True):
    """What listCurrentOrders adds with includeItemDescription. Came after the interface definition."""

    marketVersion: MarketVersion


class CurrentOrderSummary(Answer, kw_only=True):
    """An order of listCurrentOrders.

    `matchedDate` is mandatory in the interface definition, but absent from recorded answers where nothing is matched.
    """

    betId: str
    marketId: str
    selectionId: Long
    handicap: float
    priceSize: PriceSize
    bspLiability: float
    side: Annotated[str, one_of(Side)]
    status: Annotated[str, one_of(OrderStatus)]
    persistenceType: Annotated[str, one_of(PersistenceType)]
    orderType: Annotated[str, one_of(OrderType)]
    placedDate: DateTime
    matchedDate: DateTime | None = None
    averagePriceMatched: float | None = None
    sizeMatched: float | None = None
    sizeRemaining: float | None = None
    sizeLapsed: float | None = None
    sizeCancelled: float | None = None
    sizeVoided: float | None = None
    customerOrderRef: str | None = None
    regulatorCode: str | None = None
    regulatorAuthCode: str | None = None
    customerStrategyRef: str | None = None
    currentItemDescription: CurrentItemDescription | None = None


class CurrentOrderSummaryReport(Answer, kw_only=True):
    """A page of current orders."""

    currentOrders: list[CurrentOrderSummary]
    moreAvailable: bool


class ItemDescription(Answer, kw_only=True):
    """What a cleared order was about, in words."""

    eventTypeDesc: str | None = None
    eventDesc: str | None = None
    marketDesc: str | None = None
    marketType: str | None = None
    marketStartTime: DateTime | None = None
    runnerDesc: str | None = None
    numberOfWinners: Int | None = None
    eachWayDivisor: float | None = None


class ClearedOrderSummary(Answer, kw_only=True):
    """A cleared order, or several rolled up into one.

    The definition's fields and no others: the manual's table of roll-ups also names a regulator code, which recorded
    answers do not have.
    """

    eventTypeId: str | None = None
    eventId: str | None = None
    marketId: str | None = None
    selectionId: Long | None = None
    handicap: float | None = None
    betId: str | None = None
    placedDate: DateTime | None = None
    persistenceType: Annotated[str, one_of(PersistenceType)] | None = None
    orderType: Annotated[str, one_of(OrderType)] | None = None
    side: Annotated[str, one_of(Side)] | None = None
    itemDescription: ItemDescription | None = None
    betOutcome: Annotated[str, one_of(BetOutcome)] | None = None
    priceRequested: float | None = None
    settledDate: DateTime | None = None
    lastMatchedDate: DateTime | None = None
    betCount: Int | None = None
    commission: float | None = None
    priceMatched: float | None = None
    priceReduced: bool | None = None
    sizeSettled: float | None = None
    profit: float | None = None
    sizeCancelled: float | None = None
    customerOrderRef: str | None = None
    customerStrategyRef: str | None = None


class ClearedOrderSummaryReport(Answer, kw_only=True):
    """A page of cleared orders."""

    clearedOrders: list[ClearedOrderSummary]
    moreAvailable: bool


class RunnerProfitAndLoss(Answer, kw_only=True):
    """What the account makes if a runner wins, loses or is placed."""

    selectionId: Long | None = None
    ifWin: float | None = None
    ifLose: float | None = None
    ifPlace: float | None = None


class MarketProfitAndLoss(Answer, kw_only=True):
    """What the account makes of a market."""

    marketId: str | None = None
    commissionApplied: float | None = None
    profitAndLosses: list[RunnerProfitAndLoss] | None = None


# Exposure limits


class MarketGroupExposureLimit(Answer, kw_only=True):
    """The limit of one group of markets."""

    groupId: MarketGroupId
    limit: ExposureLimit


class ExposureLimitsForMarketGroups(Answer, kw_only=True):
    """The limits of all groups of one type."""

    marketGroupType: MarketGroupType
    defaultLimit: ExposureLimit | None = None
    groupLimits: list[MarketGroupExposureLimit] | None = None
    blockedMarketGroups: list[MarketGroupId] | None = None

"""The data types that requests of the betting interface are made of.

Prices, sizes and handicaps are doubles here, as on the wire; `wire.hundredths` makes them integers. Fields stand in the
order in which recorded answers echo them where they are echoed, else in that of `SportsAPING.xml`.
"""

from msgspec import field

from simulator.betfair.schema.sports_enums import (
    BetDelayModel,
    BetTargetType,
    LimitBreachActionType,
    MarketBettingType,
    MarketGroupType,
    OrderStatus,
    OrderType,
    PersistenceType,
    PriceData,
    RollupModel,
    Side,
    TimeInForce,
)
from simulator.betfair.schema.types import Input, InputWithSets, Int, Long, SetOf
from simulator.betfair.schema.wire import Instant

# Choosing markets


class TimeRange(Input, frozen=True, kw_only=True):
    """From and to, both inclusive to the millisecond; either may be missing."""

    from_: Instant | None = field(default=None, name="from")
    to: Instant | None = None


class MarketFilter(InputWithSets, frozen=True, kw_only=True):
    """Which markets; absent fields and empty sets do not restrict. `betDelayModels` came after the definition."""

    textQuery: str | None = None
    exchangeIds: SetOf[str] | None = None
    eventTypeIds: SetOf[str] | None = None
    eventIds: SetOf[str] | None = None
    competitionIds: SetOf[str] | None = None
    marketIds: SetOf[str] | None = None
    venues: SetOf[str] | None = None
    bspOnly: bool | None = None
    turnInPlayEnabled: bool | None = None
    inPlayOnly: bool | None = None
    marketBettingTypes: SetOf[MarketBettingType] | None = None
    marketCountries: SetOf[str] | None = None
    marketTypeCodes: SetOf[str] | None = None
    marketStartTime: TimeRange | None = None
    withOrders: SetOf[OrderStatus] | None = None
    raceTypes: SetOf[str] | None = None
    betDelayModels: SetOf[BetDelayModel] | None = None


class RunnerId(Input, frozen=True, kw_only=True):
    """One runner of one market."""

    marketId: str
    selectionId: Long
    handicap: float | None = None


# Choosing prices


class ExBestOffersOverrides(Input, frozen=True, kw_only=True):
    """How many best offers, and how small ones are rolled up into them."""

    bestPricesDepth: Int | None = None
    rollupModel: RollupModel | None = None
    rollupLimit: Int | None = None
    rollupLiabilityThreshold: float | None = None
    rollupLiabilityFactor: Int | None = None


class PriceProjection(InputWithSets, frozen=True, kw_only=True):
    """Which prices of each runner, and with or without virtual bets."""

    priceData: SetOf[PriceData] | None = None
    exBestOffersOverrides: ExBestOffersOverrides | None = None
    virtualise: bool | None = None
    rolloverStakes: bool | None = None


# Orders


class MarketVersion(Input, frozen=True, kw_only=True):
    """A version of a market; bets for an older one lapse."""

    version: Long | None = None


class LimitOrder(Input, frozen=True, kw_only=True):
    """An order for a price or better. `size` is absent with a bet target."""

    size: float | None = None
    price: float
    persistenceType: PersistenceType | None = None
    minFillSize: float | None = None
    timeInForce: TimeInForce | None = None
    betTargetType: BetTargetType | None = None
    betTargetSize: float | None = None


class LimitOnCloseOrder(Input, frozen=True, kw_only=True):
    """An order for the starting price, with a limit."""

    liability: float
    price: float


class MarketOnCloseOrder(Input, frozen=True, kw_only=True):
    """An order for the starting price, whatever it is."""

    liability: float


class PlaceInstruction(Input, frozen=True, kw_only=True):
    """One order to place; its report echoes it."""

    selectionId: Long
    handicap: float | None = None
    limitOrder: LimitOrder | None = None
    limitOnCloseOrder: LimitOnCloseOrder | None = None
    marketOnCloseOrder: MarketOnCloseOrder | None = None
    customerOrderRef: str | None = None
    orderType: OrderType
    side: Side


class CancelInstruction(Input, frozen=True, kw_only=True):
    """One bet to cancel, whole or by a size."""

    betId: str
    sizeReduction: float | None = None


class ReplaceInstruction(Input, frozen=True, kw_only=True):
    """One bet to cancel and place again at another price."""

    betId: str
    newPrice: float


class UpdateInstruction(Input, frozen=True, kw_only=True):
    """One bet to give another persistence."""

    betId: str
    newPersistenceType: PersistenceType


# Exposure limits


class LimitBreachAction(Input, frozen=True, kw_only=True):
    """What happens when a limit is breached."""

    actionType: LimitBreachActionType


class ExposureLimit(Input, frozen=True, kw_only=True):
    """How much may be lost, over matched bets and in total."""

    matched: float | None = None
    total: float | None = None
    limitBreachAction: LimitBreachAction | None = None


class MarketGroupId(Input, frozen=True, kw_only=True):
    """What identifies a group of markets: for the type EVENT the id of the event, as an integer."""

    eventId: Long | None = None


class MarketGroup(Input, frozen=True, kw_only=True):
    """A group of markets."""

    type: MarketGroupType
    id: MarketGroupId

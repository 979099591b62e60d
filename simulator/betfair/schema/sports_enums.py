"""The enumerations of the betting interface, with the values that were added since its definition was published.

Those that the exchange itself knows (`Side`, `OrderType`, `PersistenceType`, `TimeInForce`, `OrderStatus`) are the
kernel's own, so no value has to be translated on its way. Source: `SportsAPING.xml`; additions from newer pages.
"""

from enum import StrEnum

from simulator.exchange.orders import BetOutcome, BetTargetType, OrderStatus, OrderType, Side, TimeInForce
from simulator.exchange.orders import Persistence as PersistenceType

__all__ = [
    "BetDelayModel",
    "BetOutcome",
    "BetStatus",
    "BetTargetType",
    "ExecutionReportErrorCode",
    "ExecutionReportStatus",
    "GroupBy",
    "InstructionReportErrorCode",
    "InstructionReportStatus",
    "LimitBreachActionType",
    "MarketBettingType",
    "MarketGroupType",
    "MarketProjection",
    "MarketSort",
    "MarketStatus",
    "MatchProjection",
    "OrderBy",
    "OrderProjection",
    "OrderStatus",
    "OrderType",
    "PersistenceType",
    "PriceData",
    "PriceLadderType",
    "RollupModel",
    "RunnerStatus",
    "Side",
    "SortDir",
    "TimeGranularity",
    "TimeInForce",
]


class MarketProjection(StrEnum):
    """What listMarketCatalogue tells about a market beside its id and name."""

    COMPETITION = "COMPETITION"
    EVENT = "EVENT"
    EVENT_TYPE = "EVENT_TYPE"
    MARKET_START_TIME = "MARKET_START_TIME"
    MARKET_DESCRIPTION = "MARKET_DESCRIPTION"
    RUNNER_DESCRIPTION = "RUNNER_DESCRIPTION"
    RUNNER_METADATA = "RUNNER_METADATA"


class PriceData(StrEnum):
    """Which prices listMarketBook returns."""

    SP_AVAILABLE = "SP_AVAILABLE"
    SP_TRADED = "SP_TRADED"
    EX_BEST_OFFERS = "EX_BEST_OFFERS"
    EX_ALL_OFFERS = "EX_ALL_OFFERS"
    EX_TRADED = "EX_TRADED"


class MatchProjection(StrEnum):
    """How matched bets are rolled up."""

    NO_ROLLUP = "NO_ROLLUP"
    ROLLED_UP_BY_PRICE = "ROLLED_UP_BY_PRICE"
    ROLLED_UP_BY_AVG_PRICE = "ROLLED_UP_BY_AVG_PRICE"


class OrderProjection(StrEnum):
    """Which orders are returned, by their status."""

    ALL = "ALL"
    EXECUTABLE = "EXECUTABLE"
    EXECUTION_COMPLETE = "EXECUTION_COMPLETE"


class MarketStatus(StrEnum):
    """The state of a market."""

    INACTIVE = "INACTIVE"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class RunnerStatus(StrEnum):
    """The state of a runner. HIDDEN came after the interface definition."""

    ACTIVE = "ACTIVE"
    WINNER = "WINNER"
    LOSER = "LOSER"
    REMOVED_VACANT = "REMOVED_VACANT"
    REMOVED = "REMOVED"
    PLACED = "PLACED"
    HIDDEN = "HIDDEN"


class TimeGranularity(StrEnum):
    """The length of the ranges of listTimeRanges."""

    DAYS = "DAYS"
    HOURS = "HOURS"
    MINUTES = "MINUTES"


class OrderBy(StrEnum):
    """What listCurrentOrders sorts by, and which date its range looks at."""

    BY_BET = "BY_BET"
    BY_MARKET = "BY_MARKET"
    BY_PLACE_TIME = "BY_PLACE_TIME"
    BY_MATCH_TIME = "BY_MATCH_TIME"
    BY_VOID_TIME = "BY_VOID_TIME"
    BY_SETTLED_TIME = "BY_SETTLED_TIME"


class SortDir(StrEnum):
    """The direction of a sort."""

    EARLIEST_TO_LATEST = "EARLIEST_TO_LATEST"
    LATEST_TO_EARLIEST = "LATEST_TO_EARLIEST"


class MarketSort(StrEnum):
    """The order of listMarketCatalogue; absent means by rank."""

    MINIMUM_TRADED = "MINIMUM_TRADED"
    MAXIMUM_TRADED = "MAXIMUM_TRADED"
    MINIMUM_AVAILABLE = "MINIMUM_AVAILABLE"
    MAXIMUM_AVAILABLE = "MAXIMUM_AVAILABLE"
    FIRST_TO_START = "FIRST_TO_START"
    LAST_TO_START = "LAST_TO_START"


class MarketBettingType(StrEnum):
    """What kind of odds a market is bet at."""

    ODDS = "ODDS"
    LINE = "LINE"
    RANGE = "RANGE"
    ASIAN_HANDICAP_DOUBLE_LINE = "ASIAN_HANDICAP_DOUBLE_LINE"
    ASIAN_HANDICAP_SINGLE_LINE = "ASIAN_HANDICAP_SINGLE_LINE"
    FIXED_ODDS = "FIXED_ODDS"


class ExecutionReportStatus(StrEnum):
    """How a whole request of orders went."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    PROCESSED_WITH_ERRORS = "PROCESSED_WITH_ERRORS"
    TIMEOUT = "TIMEOUT"


class ExecutionReportErrorCode(StrEnum):
    """Why a whole request of orders failed. INVALID_PROFIT_RATIO came after the interface definition."""

    ERROR_IN_MATCHER = "ERROR_IN_MATCHER"
    PROCESSED_WITH_ERRORS = "PROCESSED_WITH_ERRORS"
    BET_ACTION_ERROR = "BET_ACTION_ERROR"
    INVALID_ACCOUNT_STATE = "INVALID_ACCOUNT_STATE"
    INVALID_WALLET_STATUS = "INVALID_WALLET_STATUS"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    LOSS_LIMIT_EXCEEDED = "LOSS_LIMIT_EXCEEDED"
    MARKET_SUSPENDED = "MARKET_SUSPENDED"
    MARKET_NOT_OPEN_FOR_BETTING = "MARKET_NOT_OPEN_FOR_BETTING"
    DUPLICATE_TRANSACTION = "DUPLICATE_TRANSACTION"
    INVALID_ORDER = "INVALID_ORDER"
    INVALID_MARKET_ID = "INVALID_MARKET_ID"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    DUPLICATE_BETIDS = "DUPLICATE_BETIDS"
    NO_ACTION_REQUIRED = "NO_ACTION_REQUIRED"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    REJECTED_BY_REGULATOR = "REJECTED_BY_REGULATOR"
    NO_CHASING = "NO_CHASING"
    REGULATOR_IS_NOT_AVAILABLE = "REGULATOR_IS_NOT_AVAILABLE"
    TOO_MANY_INSTRUCTIONS = "TOO_MANY_INSTRUCTIONS"
    INVALID_MARKET_VERSION = "INVALID_MARKET_VERSION"
    EVENT_EXPOSURE_LIMIT_EXCEEDED = "EVENT_EXPOSURE_LIMIT_EXCEEDED"
    EVENT_MATCHED_EXPOSURE_LIMIT_EXCEEDED = "EVENT_MATCHED_EXPOSURE_LIMIT_EXCEEDED"
    EVENT_BLOCKED = "EVENT_BLOCKED"
    INVALID_PROFIT_RATIO = "INVALID_PROFIT_RATIO"


class InstructionReportStatus(StrEnum):
    """How one instruction went."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    TIMEOUT = "TIMEOUT"


class InstructionReportErrorCode(StrEnum):
    """Why one instruction failed. INVALID_PROFIT_RATIO came after the interface definition."""

    INVALID_BET_SIZE = "INVALID_BET_SIZE"
    INVALID_RUNNER = "INVALID_RUNNER"
    BET_TAKEN_OR_LAPSED = "BET_TAKEN_OR_LAPSED"
    BET_IN_PROGRESS = "BET_IN_PROGRESS"
    RUNNER_REMOVED = "RUNNER_REMOVED"
    MARKET_NOT_OPEN_FOR_BETTING = "MARKET_NOT_OPEN_FOR_BETTING"
    LOSS_LIMIT_EXCEEDED = "LOSS_LIMIT_EXCEEDED"
    MARKET_NOT_OPEN_FOR_BSP_BETTING = "MARKET_NOT_OPEN_FOR_BSP_BETTING"
    INVALID_PRICE_EDIT = "INVALID_PRICE_EDIT"
    INVALID_ODDS = "INVALID_ODDS"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID_PERSISTENCE_TYPE = "INVALID_PERSISTENCE_TYPE"
    ERROR_IN_MATCHER = "ERROR_IN_MATCHER"
    INVALID_BACK_LAY_COMBINATION = "INVALID_BACK_LAY_COMBINATION"
    ERROR_IN_ORDER = "ERROR_IN_ORDER"
    INVALID_BID_TYPE = "INVALID_BID_TYPE"
    INVALID_BET_ID = "INVALID_BET_ID"
    CANCELLED_NOT_PLACED = "CANCELLED_NOT_PLACED"
    RELATED_ACTION_FAILED = "RELATED_ACTION_FAILED"
    NO_ACTION_REQUIRED = "NO_ACTION_REQUIRED"
    INVALID_MIN_FILL_SIZE = "INVALID_MIN_FILL_SIZE"
    INVALID_CUSTOMER_ORDER_REF = "INVALID_CUSTOMER_ORDER_REF"
    TIME_IN_FORCE_CONFLICT = "TIME_IN_FORCE_CONFLICT"
    UNEXPECTED_PERSISTENCE_TYPE = "UNEXPECTED_PERSISTENCE_TYPE"
    INVALID_ORDER_TYPE = "INVALID_ORDER_TYPE"
    UNEXPECTED_MIN_FILL_SIZE = "UNEXPECTED_MIN_FILL_SIZE"
    INVALID_CUSTOMER_STRATEGY_REF = "INVALID_CUSTOMER_STRATEGY_REF"
    BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE = "BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE"
    INVALID_PROFIT_RATIO = "INVALID_PROFIT_RATIO"


class RollupModel(StrEnum):
    """How small offers are added up into the best offers."""

    STAKE = "STAKE"
    PAYOUT = "PAYOUT"
    MANAGED_LIABILITY = "MANAGED_LIABILITY"
    NONE = "NONE"


class GroupBy(StrEnum):
    """The level listClearedOrders rolls up to."""

    EVENT_TYPE = "EVENT_TYPE"
    EVENT = "EVENT"
    MARKET = "MARKET"
    RUNNER = "RUNNER"
    SIDE = "SIDE"
    BET = "BET"
    STRATEGY = "STRATEGY"


class BetStatus(StrEnum):
    """How a cleared order ended."""

    SETTLED = "SETTLED"
    VOIDED = "VOIDED"
    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"


class PriceLadderType(StrEnum):
    """Which prices a market knows."""

    CLASSIC = "CLASSIC"
    FINEST = "FINEST"
    LINE_RANGE = "LINE_RANGE"


class MarketGroupType(StrEnum):
    """What a group of markets has in common."""

    EVENT = "EVENT"


class LimitBreachActionType(StrEnum):
    """What happens when an exposure limit is breached."""

    REJECT_BETS = "REJECT_BETS"
    STOP_BETTING = "STOP_BETTING"
    TEAR_DOWN_MARKET_GROUP = "TEAR_DOWN_MARKET_GROUP"


class BetDelayModel(StrEnum):
    """How the bet delay of a market behaves. Came after the interface definition."""

    PASSIVE = "PASSIVE"
    DYNAMIC = "DYNAMIC"

"""Messages of the Exchange Stream API (published: Exchange Stream API specification, ESASwaggerSchema).

Requests are read leniently in one way only: members that are not known are ignored, and `null` is as absent, which
client libraries send for everything that they do not use.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


class StreamErrorCode(StrEnum):
    """Why a request was refused."""

    NO_APP_KEY = "NO_APP_KEY"
    INVALID_APP_KEY = "INVALID_APP_KEY"
    NO_SESSION = "NO_SESSION"
    INVALID_SESSION_INFORMATION = "INVALID_SESSION_INFORMATION"
    NOT_AUTHORIZED = "NOT_AUTHORIZED"
    INVALID_INPUT = "INVALID_INPUT"
    INVALID_CLOCK = "INVALID_CLOCK"
    UNEXPECTED_ERROR = "UNEXPECTED_ERROR"
    TIMEOUT = "TIMEOUT"
    SUBSCRIPTION_LIMIT_EXCEEDED = "SUBSCRIPTION_LIMIT_EXCEEDED"
    INVALID_REQUEST = "INVALID_REQUEST"
    CONNECTION_FAILED = "CONNECTION_FAILED"
    MAX_CONNECTION_LIMIT_EXCEEDED = "MAX_CONNECTION_LIMIT_EXCEEDED"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"


class MarketField(StrEnum):
    """What a market subscription may ask for."""

    EX_BEST_OFFERS_DISP = "EX_BEST_OFFERS_DISP"
    EX_BEST_OFFERS = "EX_BEST_OFFERS"
    EX_ALL_OFFERS = "EX_ALL_OFFERS"
    EX_TRADED = "EX_TRADED"
    EX_TRADED_VOL = "EX_TRADED_VOL"
    EX_LTP = "EX_LTP"
    EX_MARKET_DEF = "EX_MARKET_DEF"
    SP_TRADED = "SP_TRADED"
    SP_PROJECTED = "SP_PROJECTED"


class BettingTypeName(StrEnum):
    """The betting types by which markets can be chosen."""

    ODDS = "ODDS"
    LINE = "LINE"
    RANGE = "RANGE"
    ASIAN_HANDICAP_DOUBLE_LINE = "ASIAN_HANDICAP_DOUBLE_LINE"
    ASIAN_HANDICAP_SINGLE_LINE = "ASIAN_HANDICAP_SINGLE_LINE"


class StreamInput(Struct, frozen=True, rename="camel"):
    """The common root of what is sent to the stream."""


class Message(StreamInput, frozen=True):
    """What all requests have: an operation, and an id that the answers carry, if there is one."""

    op: str | None = None
    id: Int | None = None


class Authentication(StreamInput, frozen=True):
    """Who is there."""

    id: Int | None = None
    app_key: str | None = None
    session: str | None = None


class MarketFilter(StreamInput, frozen=True):
    """Which markets are wanted: all that fulfil every condition; in a list one value is enough."""

    market_ids: list[str] | None = None
    bsp_market: bool | None = None
    betting_types: list[BettingTypeName] | None = None
    event_type_ids: list[str] | None = None
    event_ids: list[str] | None = None
    turn_in_play_enabled: bool | None = None
    market_types: list[str] | None = None
    venues: list[str] | None = None
    country_codes: list[str] | None = None
    race_types: list[str] | None = None
    bet_delay_models: list[str] | None = None


class MarketDataFilter(StreamInput, frozen=True):
    """What of the markets is wanted."""

    fields: list[MarketField] | None = None
    ladder_levels: Int | None = None


class Subscription(StreamInput, frozen=True):
    """What both kinds of subscriptions have; times are in milliseconds."""

    id: Int | None = None
    segmentation_enabled: bool | None = None
    conflate_ms: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    heartbeat_ms: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    initial_clk: str | None = None
    clk: str | None = None


class MarketSubscription(Subscription, frozen=True):
    """A subscription to markets."""

    market_filter: MarketFilter | None = None
    market_data_filter: MarketDataFilter | None = None


class OrderFilter(StreamInput, frozen=True):
    """What of the orders is wanted."""

    include_overall_position: bool | None = None
    account_ids: list[Int] | None = None
    customer_strategy_refs: list[str] | None = None
    partition_matched_by_strategy_ref: bool | None = None


class OrderSubscription(Subscription, frozen=True):
    """A subscription to the account's own orders."""

    order_filter: OrderFilter | None = None


class SportsSubscription(Subscription, frozen=True):
    """A subscription to races or to cricket matches, by the markets that they belong to."""

    market_filter: MarketFilter | None = None

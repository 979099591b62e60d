"""Events, markets and runners as a scenario file writes them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from simulator.world.format.entry import CountryCode, Entry, MarketId, NumericId, PriceSize, SelectionId, Text
from simulator.world.format.in_play_entries import InPlayEntry


class EventTypeEntry(Entry, frozen=True, kw_only=True):
    """A sport."""

    id: NumericId
    name: Text


class CompetitionEntry(Entry, frozen=True, kw_only=True):
    """A competition and where it is played, in the three letters of a country or as `International`."""

    id: NumericId
    name: Text
    region: Text | None = None


class GroupEntry(Entry, frozen=True, kw_only=True):
    """A group of events in the navigation menu, such as the matches of a day."""

    id: NumericId
    name: Text


class LineEntry(Entry, frozen=True, kw_only=True):
    """The lines of a market: those of a LINE market are its prices, those of others are said of it and no more."""

    min_unit_value: Decimal
    max_unit_value: Decimal
    interval: Decimal
    market_unit: Text


class RunnerEntry(Entry, frozen=True, kw_only=True):
    """A runner and what is offered on it when the world begins: prices with backers' stakes in pounds.

    `adjustment_factor` is in percent, with three decimals at most. A runner that starts as REMOVED, or as
    REMOVED_VACANT if it is a greyhound, was withdrawn before the world begins: the others' factors are those after its
    removal. One that is HIDDEN, a horse without an official entry, is listed and takes no part.
    """

    selection_id: SelectionId
    name: Text
    handicap: Decimal = Decimal(0)
    sort_priority: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    adjustment_factor: Decimal | None = None
    metadata: dict[str, Any] | None = None
    status: str = "ACTIVE"
    available_to_back: tuple[PriceSize, ...] = ()
    available_to_lay: tuple[PriceSize, ...] = ()


class KeyLineEntry(Entry, frozen=True, kw_only=True):
    """A runner of the market that is on its key line."""

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)


class MarketEntry(Entry, frozen=True, kw_only=True):
    """A market. Times are absolute or relative to the clock's start, `bet_delay` in seconds, `base_rate` in percent.

    What more it needs depends on its type. EACH_WAY, a market type of ODDS: an `each_way_divisor`, and places as its
    number of winners. ASIAN_HANDICAP_DOUBLE_LINE: two sides, and for each runner the other side with the opposite
    handicap. LINE: its `line`, and no starting price. `cross_matching` has no effect in EACH_WAY,
    ASIAN_HANDICAP_SINGLE_LINE and LINE markets, nor where the market is not `complete`.

    `key_line` and `bet_delay_models` are said of the market and change nothing in it. It may have no `market_type`.
    """

    id: MarketId
    name: Text
    market_type: Text | None = None
    start_time: str
    runners: Annotated[tuple[RunnerEntry, ...], Meta(min_length=1)]
    betting_type: str = "ODDS"
    suspend_time: str | None = None
    settle_time: str | None = None
    number_of_winners: Annotated[int, Meta(ge=0, le=1000)] = 1
    cross_matching: bool = False
    bsp_market: bool = False
    turn_in_play: bool = False
    persistence_enabled: bool = True
    bet_delay: Annotated[int, Meta(ge=0, le=3600)] = 0
    base_rate: Decimal = Decimal(5)
    discount_allowed: bool = True
    regulators: tuple[Text, ...] = ("MALTA LOTTERIES AND GAMBLING AUTHORITY",)
    runners_voidable: bool = False
    complete: bool = True
    status: str = "OPEN"
    rules: str = ""
    rules_has_date: bool = False
    clarifications: Text | None = None
    race_type: Text | None = None
    each_way_divisor: Decimal | None = None
    line: LineEntry | None = None
    ladder: str | None = None
    key_line: Annotated[tuple[KeyLineEntry, ...], Meta(max_length=2)] = ()
    bet_delay_models: Annotated[tuple[Literal["DYNAMIC", "PASSIVE"], ...], Meta(max_length=2)] = ()


class EventEntry(Entry, frozen=True, kw_only=True):
    """An event and its markets.

    In the navigation menu it stands in its `groups`, the outermost first, and these in the event `parent` or else
    directly below the sport; without groups and a parent it stands in a group of its competition. There are scores of
    it where it says `in_play`.
    """

    id: NumericId
    name: Text
    event_type: EventTypeEntry
    open_date: str
    competition: CompetitionEntry | None = None
    country_code: CountryCode | None = None
    timezone: str = "GMT"
    venue: Text | None = None
    meeting: Text | None = None
    parent: NumericId | None = None
    groups: Annotated[tuple[GroupEntry, ...], Meta(max_length=10)] = ()
    in_play: InPlayEntry | None = None
    markets: tuple[MarketEntry, ...] = ()

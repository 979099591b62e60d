"""The scenario file, field by field. Names are those of the file with underscores for capitals.

Nothing here is resolved yet: amounts are the decimals that were written, and times are texts: absolute
(`2026-06-06T18:00:00Z`), relative to the clock's start (`+PT3H`), or relative within its day (`+PT3H today`).
What the values must be like beyond their types is in `checks` and `market_checks`; `loading` takes a file through both.
"""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from simulator.exchange.rules import DEFAULT_RULE_SET

Text = Annotated[str, Meta(min_length=1, max_length=255)]
NumericId = Annotated[str, Meta(pattern=r"^[0-9]{1,19}\Z")]
"""A number in quotes, as the exchange's own ids of events, competitions and event types are."""
MarketId = Annotated[str, Meta(pattern=r"^[0-9]{1,3}\.[0-9]{1,15}\Z")]
"""A number of the exchange, a dot, and the number of the market: "1.113197491"."""
SelectionId = Annotated[int, Meta(ge=0, le=2**63 - 1)]
HeaderText = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
"""A text that can travel in an HTTP header: visible ASCII without spaces."""
CountryCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
PriceSize = tuple[Decimal, Decimal]
BetTuneId = Annotated[int, Meta(ge=1, le=10**15 - 1)]
Goals = Annotated[int, Meta(ge=0, le=999)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What all parts of a scenario file have in common: names in camel case, and no others."""


class ClockEntry(Entry, frozen=True, kw_only=True):
    """When the world's clock starts, `real` for the real time, and how fast it runs (0 is frozen)."""

    now: str = "real"
    rate: Decimal = Decimal(1)


DEFAULT_EXPOSURE_LIMIT: Final = Decimal(15000)
"""The limit of a recorded account, in whole units of the currency."""


class AccountEntry(Entry, frozen=True, kw_only=True):
    """A customer. Money in whole units of the currency, rates in percent; app keys that are absent are made up.

    An `exposure_limit` of null is none; where nothing is said it is the one that is recorded of a real account.
    """

    username: Text
    password: Text
    app_key: HeaderText | None = None
    delayed_app_key: HeaderText | None = None
    currency: str = "GBP"
    balance: Decimal = Decimal(0)
    status: str = "SUCCESS"
    first_name: str = ""
    last_name: str = ""
    locale: str = "en"
    country_code: CountryCode = "GB"
    region: str = "GBR"
    timezone: str = "Europe/London"
    discount_rate: Decimal = Decimal(0)
    commission_rate: Decimal | None = None
    exposure_limit: Decimal | None = DEFAULT_EXPOSURE_LIMIT
    points_balance: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    wallet: str = "UK"


class EventTypeEntry(Entry, frozen=True, kw_only=True):
    """A sport."""

    id: NumericId
    name: Text


class CompetitionEntry(Entry, frozen=True, kw_only=True):
    """A competition and where it is played, in the three letters of a country or as `International`."""

    id: NumericId
    name: Text
    region: Text | None = None


class LineEntry(Entry, frozen=True, kw_only=True):
    """The lines of a market: those of a LINE market are its prices, those of others are said of it and no more."""

    min_unit_value: Decimal
    max_unit_value: Decimal
    interval: Decimal
    market_unit: Text


class RunnerEntry(Entry, frozen=True, kw_only=True):
    """A runner and what is offered on it when the world begins: prices with backers' stakes.

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
    """An event and its markets."""

    id: NumericId
    name: Text
    event_type: EventTypeEntry
    open_date: str
    competition: CompetitionEntry | None = None
    country_code: CountryCode | None = None
    timezone: str = "GMT"
    venue: Text | None = None
    meeting: Text | None = None
    markets: tuple[MarketEntry, ...] = ()


class BetTuneUser(Entry, frozen=True, kw_only=True):
    """A token of BetTune and its user; `plan` is `pro` or `free`, and a `revoked` token opens nothing.

    `user` is a name, the token itself where absent: who has made a new token has two of one name. `account` is the
    username of the Betfair account that BetTune bets with for this user.
    """

    token: HeaderText
    plan: str = "pro"
    user: Text | None = None
    revoked: bool = False
    account: Text | None = None


class NamedEntry(Entry, frozen=True, kw_only=True):
    """Something that BetTune knows by number and name: a team, a country, a tournament, a season."""

    id: BetTuneId
    name: Text


Named = Text | NamedEntry
"""With its number or without one, which is then made up."""


class BetTuneFilter(Entry, frozen=True, kw_only=True):
    """A prediction filter of a user, or of all users where none is named.

    `status` is `approved` or `disabled`, and `stake` is what the autopilot bets for it, in units of the account.
    """

    id: BetTuneId
    name: Text
    bet_type: Text
    sport: BetTuneId = 1
    status: str = "approved"
    user: Text | None = None
    stake: Decimal | None = None


class ScoreEntry(Entry, frozen=True, kw_only=True):
    """How a match stands."""

    home: Goals
    away: Goals


class BetLink(Entry, frozen=True, kw_only=True):
    """The runner that a bet type of a match means, where names do not tell."""

    bet_type: Text
    market: MarketId
    selection_id: SelectionId


class BetTuneMatch(Entry, frozen=True, kw_only=True):
    """A match that BetTune knows. `event` is the id of the event on the exchange that is the same match, if one is.

    Its markets are found by their types and their runners by their names; `bets` name those that are called otherwise.
    Where they are absent, country and tournament are those of the event, or International and Friendly without one, and
    the season is the year in which the match begins.
    """

    id: BetTuneId
    date: str
    home: Named
    away: Named
    sport: BetTuneId = 1
    country: Named | None = None
    tournament: Named | None = None
    season: Named | None = None
    finished: bool = False
    score: ScoreEntry | None = None
    event: NumericId | None = None
    bets: tuple[BetLink, ...] = ()


class BetTunePrediction(Entry, frozen=True, kw_only=True):
    """A prediction that is there when the world begins; `source` is `api` or `ui`. Times are the start where absent."""

    filter: BetTuneId
    match: BetTuneId
    odds: Decimal
    id: BetTuneId | None = None
    source: str = "ui"
    created_at: str | None = None
    updated_at: str | None = None


class RateLimitEntry(Entry, frozen=True, kw_only=True):
    """How many requests a user of BetTune may send in how many seconds."""

    requests: Annotated[int, Meta(ge=1, le=10**9)]
    window_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 60


class BetTuneEntry(Entry, frozen=True, kw_only=True):
    """What BetTune knows in this world; without a `rate_limit` requests are not counted.

    With the `autopilot` it bets on predictions by itself.
    """

    users: tuple[BetTuneUser, ...] = ()
    sports: tuple[NamedEntry, ...] = (NamedEntry(id=1, name="football"),)
    filters: tuple[BetTuneFilter, ...] = ()
    matches: tuple[BetTuneMatch, ...] = ()
    predictions: tuple[BetTunePrediction, ...] = ()
    rate_limit: RateLimitEntry | None = None
    autopilot: bool = False


# What may happen to a market: by schedule, or by the control API under the same names


class Happening(Entry, frozen=True, kw_only=True, tag_field="do"):
    """Something that is done to a market. `at` is a time, absolute or relative; absent means now."""

    market: str
    at: str | None = None


class Suspend(Happening, frozen=True, kw_only=True, tag="suspend"):
    """Take no bets for a while."""


class Resume(Happening, frozen=True, kw_only=True, tag="resume"):
    """Take bets: for the first time, or again."""


class GoInPlay(Happening, frozen=True, kw_only=True, tag="turn-in-play"):
    """Begin betting in play."""


class HoldAuction(Happening, frozen=True, kw_only=True, tag="reconcile"):
    """Make the starting prices without betting in play: `turn-in-play` makes them too, where that was not done yet."""


class Withdraw(Happening, frozen=True, kw_only=True, tag="remove"):
    """Remove a runner, with all that follows for bets on it and on the others.

    `adjustment_factor`, in percent with three decimals at most, is the runner's own where absent. A greyhound leaves
    its trap vacant.
    """

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)
    adjustment_factor: Decimal | None = None


class ChangeStartTime(Happening, frozen=True, kw_only=True, tag="change-start-time"):
    """Let a market start at another time, absolute or relative to when this is done.

    `suspend_time` is, where absent, the new start if it was the old one, and else what it was. Bets of before the
    change are taken: it is not material.
    """

    start_time: str
    suspend_time: str | None = None


class IntroduceRunner(Happening, frozen=True, kw_only=True, tag="add-runner"):
    """List one more runner in a market that is not complete: in one of ODDS, or a line more of a total."""

    selection_id: SelectionId
    name: Text
    handicap: Decimal = Decimal(0)
    sort_priority: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    adjustment_factor: Decimal | None = None
    metadata: dict[str, Any] | None = None


class Hide(Happening, frozen=True, kw_only=True, tag="hide"):
    """Hide a runner that has no official entry: bets that are matched on it are at 1.0, the others lapse."""

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)


class Reinstate(Happening, frozen=True, kw_only=True, tag="reinstate"):
    """Let a hidden runner take part again: bets that are matched on it have the prices again that they had."""

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)


class Lapse(Happening, frozen=True, kw_only=True, tag="lapse"):
    """Lapse every unmatched bet."""


class Close(Happening, frozen=True, kw_only=True, tag="close"):
    """Take no bets any more; the result is still to come."""


class Void(Happening, frozen=True, kw_only=True, tag="void"):
    """Void every bet and close the market."""


class ResultEntry(Entry, frozen=True, kw_only=True):
    """How a runner ended: WINNER, LOSER, PLACED or REMOVED."""

    selection_id: SelectionId
    status: str
    handicap: Decimal = Decimal(0)


Results = Annotated[tuple[ResultEntry, ...], Meta(min_length=1)]


class Settle(Happening, frozen=True, kw_only=True, tag="settle"):
    """Settle the bets by what ended the event, and close the market. What that is depends on the betting type.

    | betting type               | settled by                                                                        |
    |----------------------------|-----------------------------------------------------------------------------------|
    | ODDS                       | `results`; runners that are not named have lost; PLACED is for EACH_WAY markets   |
    | ASIAN_HANDICAP_DOUBLE_LINE | `margin`, the goals of the runner listed first less those of the other            |
    | ASIAN_HANDICAP_SINGLE_LINE | `total`, all goals: a handicap of -2 is "2 or more", one of 2 is "over 2"         |
    | LINE                       | `line_result`, what was counted                                                   |

    More winners, or more placed runners, than the market has places are a dead heat: of all of them, unless `dead_heat`
    names those that tied for the last places.
    """

    results: Results | None = None
    dead_heat: Annotated[tuple[SelectionId, ...], Meta(min_length=2)] | None = None
    margin: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    total: Annotated[int, Meta(ge=0, le=1000)] | None = None
    line_result: Decimal | None = None


class SettleSome(Happening, frozen=True, kw_only=True, tag="settle-runners"):
    """Settle the bets on some runners of an ODDS market that goes on for the others, as a tournament does."""

    results: Results


class MakeOffers(Happening, frozen=True, kw_only=True, tag="offers"):
    """Offer prices and stakes on a runner, on behalf of the world's liquidity account.

    They may be matched at once: with customers' bets, and with what the liquidity account itself has offered before.
    """

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)
    available_to_back: tuple[PriceSize, ...] = ()
    available_to_lay: tuple[PriceSize, ...] = ()


class Finish(Entry, frozen=True, kw_only=True, tag_field="do", tag="finish"):
    """End a football match: BetTune knows its score, and the markets of its event that the score decides are settled.

    `at` is a time, absolute or relative; absent means now.
    """

    match: BetTuneId
    score: ScoreEntry
    at: str | None = None


class ChangePlan(Entry, frozen=True, kw_only=True, tag_field="do", tag="change-plan"):
    """Put a user of BetTune on another plan, `pro` or `free`, as when a subscription begins or ends.

    `at` is a time, absolute or relative; absent means now.
    """

    user: Text
    plan: str
    at: str | None = None


MarketHappening = (
    Suspend
    | Resume
    | GoInPlay
    | HoldAuction
    | ChangeStartTime
    | IntroduceRunner
    | Hide
    | Reinstate
    | Withdraw
    | Lapse
    | Close
    | Void
    | Settle
    | SettleSome
    | MakeOffers
)
AnyHappening = MarketHappening | Finish | ChangePlan

# The documents


class Odds(Entry, frozen=True, kw_only=True):
    """What a user of BetTune predicts by hand: a number from 1.01 to 1000, or the text of one."""

    odds: Decimal


class Additions(Entry, frozen=True, kw_only=True):
    """Events, markets and happenings that are added to a running world, from when relative times count."""

    events: tuple[EventEntry, ...] = ()
    schedule: tuple[AnyHappening, ...] = ()


class BetTuneAdditions(Entry, frozen=True, kw_only=True):
    """Filters and matches that are added to BetTune in a running world, from when relative times count.

    A match is linked to an event of the world, and a filter belongs to a user of its scenario.
    """

    filters: tuple[BetTuneFilter, ...] = ()
    matches: tuple[BetTuneMatch, ...] = ()


class Scenario(Entry, frozen=True, kw_only=True):
    """Everything a world begins with. Relative times count from the clock's start.

    `rules` names the betting rules in force, and `strict_fill_or_kill` says whether what makes no sense with
    fill-or-kill is refused or ignored (`BettingRules`). `session_timeout` is a duration, `currency_rates` say how much
    of a currency one pound buys, and `delayed_keys_may_bet` whether bets are taken with delayed app keys. Near and far
    prices that a customer has read stay as they are for the duration of `starting_price_refresh`; PT0S computes them at
    every reading.
    """

    name: Text
    description: str = ""
    rules: str = DEFAULT_RULE_SET
    strict_fill_or_kill: bool = True
    session_timeout: str = "PT12H"
    starting_price_refresh: str = "PT60S"
    clock: ClockEntry = ClockEntry()
    currency_rates: dict[str, Decimal] = {}
    delayed_keys_may_bet: bool = False
    accounts: tuple[AccountEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    bettune: BetTuneEntry = BetTuneEntry()
    schedule: tuple[AnyHappening, ...] = ()

"""What a scenario file says of BetTune: users, filters, matches and predictions."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from simulator.world.format.entry import BetTuneId, Entry, Goals, HeaderText, MarketId, NumericId, SelectionId, Text


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

"""What our own API answers about BetTune: its users, filters and predictions, and the matches that it knows."""

from simulator.control.schema import Answer, MarketDocument, TokenDocument


class PlanChange(Answer, frozen=True):
    """A plan that a user of BetTune will have from a time on."""

    at: str
    plan: str


class UserDocument(Answer, frozen=True):
    """A user of BetTune, and the Betfair account that is bet with, if there is one.

    `token` is the newest that is not revoked, null where all are. `planChanges` are those to come, in order of time.
    """

    user: str
    plan: str
    account: str | None
    token: str | None
    tokens: list[TokenDocument]
    plan_changes: list[PlanChange]


class PredictionDocument(Answer, frozen=True):
    """A prediction; `source` is `ui` where its user put it by hand, and `api` where a program did."""

    id: int
    filter: int
    match: int
    odds: float
    source: str
    created_at: str
    updated_at: str


class ScoreDocument(Answer, frozen=True):
    """Goals of both sides."""

    home: int
    away: int


class MatchDocument(Answer, frozen=True):
    """A football match as BetTune knows it; `event` is its event on the exchange, if it has one."""

    id: int
    date: str
    home: str
    away: str
    event: str | None
    finished: bool
    score: ScoreDocument | None


class MatchesDocument(Answer, frozen=True):
    """All matches, in order of time."""

    matches: list[MatchDocument]


class FilterDocument(Answer, frozen=True):
    """A prediction filter of BetTune; `user` is whose it is, null for everybody's, and `stake` what is bet for it."""

    id: int
    name: str
    bet_type: str
    sport: int
    status: str
    user: str | None
    stake: float | None


class AddedDocument(Answer, frozen=True):
    """The filters and matches that were added, in the order in which they were sent."""

    filters: list[FilterDocument]
    matches: list[MatchDocument]


class LeftAlone(Answer, frozen=True):
    """A market of the event that the end of its match did not settle, and why."""

    market_id: str
    reason: str


class FinishedDocument(Answer, frozen=True):
    """What the end of a match came to."""

    match: MatchDocument
    settled: list[MarketDocument]
    left_alone: list[LeftAlone]

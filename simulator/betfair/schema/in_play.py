"""What the in-play service answers, version 1.1: no document describes it.

Source: what a client reads, and answers in its test data, of football recorded in May 2017. Order of members from
there.
"""

from simulator.betfair.schema.types import Answer, DateTime, Int


class SideScore(Answer, kw_only=True):
    """One side of a match. What is counted is there in football, what comes from serving in tennis."""

    name: str
    score: str
    halfTimeScore: str
    fullTimeScore: str
    penaltiesScore: str
    penaltiesSequence: list[str]
    games: str
    sets: str
    gameSequence: list[Int] | None = None
    isServing: bool | None = None
    aces: Int | None = None
    doubleFaults: Int | None = None
    serviceBreaks: Int | None = None
    numberOfYellowCards: Int | None = None
    numberOfRedCards: Int | None = None
    numberOfCards: Int | None = None
    numberOfCorners: Int | None = None
    numberOfCornersFirstHalf: Int | None = None
    numberOfCornersSecondHalf: Int | None = None
    bookingPoints: Int | None = None


class MatchScore(Answer, kw_only=True):
    """Both sides, and in football what is counted of both together."""

    home: SideScore
    away: SideScore
    numberOfYellowCards: Int | None = None
    numberOfRedCards: Int | None = None
    numberOfCards: Int | None = None
    numberOfCorners: Int | None = None
    numberOfCornersFirstHalf: Int | None = None
    numberOfCornersSecondHalf: Int | None = None
    bookingPoints: Int | None = None


class UpdateDetail(Answer, kw_only=True):
    """Something that happened, with the minute of the match."""

    updateTime: DateTime
    updateId: Int
    team: str | None = None
    teamName: str | None = None
    matchTime: Int
    elapsedRegularTime: Int
    elapsedAddedTime: Int | None = None
    type: str
    updateType: str
    player: str | None = None


class EventTimeline(Answer, kw_only=True):
    """How a match stands, and what happened in it. Of an event that is not in play nothing is said at all."""

    eventId: int | None = None
    eventTypeId: int | None = None
    score: MatchScore | None = None
    timeElapsed: Int | None = None
    elapsedRegularTime: Int | None = None
    elapsedAddedTime: Int | None = None
    updateDetails: list[UpdateDetail] | None = None
    status: str | None = None
    inPlayMatchStatus: str | None = None


class FullTimeElapsed(Answer, kw_only=True):
    """The time that is played; of football it is not told here (recorded)."""

    hour: Int
    min: Int
    sec: Int


class Broadcasts(Answer, kw_only=True):
    """Where a match can be seen."""

    tv: list[str]
    isLiveVideoAvailable: bool
    isDataVisualizationAvailable: bool
    isPaddockViewAvailable: bool


class EventScores(Answer, kw_only=True):
    """How a match stands."""

    eventTypeId: int
    eventId: int
    score: MatchScore
    timeElapsed: Int
    elapsedRegularTime: Int | None = None
    elapsedAddedTime: Int | None = None
    timeElapsedSeconds: Int
    currentSet: Int | None = None
    currentGame: Int | None = None
    fullTimeElapsed: FullTimeElapsed
    status: str
    matchStatus: str
    broadcasts: Broadcasts | None = None

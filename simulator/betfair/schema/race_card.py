"""What the race card service answers: no document describes it.

Source: cards in the test data of a client, of 2017 and 2023, and what it reads. Order of members from the latter. Of
results there is no recording.
"""

from typing import Annotated

from msgspec import Meta

from simulator.betfair.schema.types import Answer, DateTime, Int
from simulator.betfair.schema.wire import NotANumber


class RaceMarket(Answer, kw_only=True):
    """A market of a race."""

    marketId: str
    marketType: str
    numberOfWinners: Int


class RaceType(Answer, kw_only=True):
    """What kind of race it is, such as Flat."""

    full: str


class Course(Answer, kw_only=True):
    """Where a race is run."""

    courseId: str
    name: str
    country: str
    countryCode: str
    timezone: str


class Race(Answer, kw_only=True):
    """A race: `raceIdExchange` is what listRaceDetails calls it."""

    raceId: str
    markets: list[RaceMarket] | None = None
    isResultAvailable: bool
    startDate: DateTime
    raceType: RaceType | None = None
    course: Course | None = None
    raceTitle: str
    numberOfRunners: Int
    meetingId: str
    betfairMeetingId: str
    raceIdExchange: str


class Selection(Answer, kw_only=True):
    """What a horse is in a market of its race, with its starting price once that is made."""

    selectionId: str
    bsp: float | NotANumber | None = None
    marketId: str
    marketType: str


class Jockey(Answer, kw_only=True):
    """Who rides, and how many pounds less for that."""

    name: str
    allowance: Int | None = None


class Trainer(Answer, kw_only=True):
    """Who trains."""

    name: str


class Wearing(Answer, kw_only=True):
    """What a horse wears."""

    full: str


class DaysSinceLastRun(Answer, kw_only=True):
    """How long ago a horse ran."""

    type: str
    days: Int


class CardRunner(Answer, kw_only=True):
    """A horse in a race: what the scenario says of it, and nothing else."""

    horseId: str
    selections: list[Selection]
    saddleCloth: str | None = None
    draw: Int | None = None
    name: str
    age: Int | None = None
    gender: str | None = None
    isNonRunner: bool
    recentForm: str | None = None
    jockey: Jockey | None = None
    trainer: Trainer | None = None
    daysSinceLastRun: list[DaysSinceLastRun] | None = None
    officialRating: Int | None = None
    weight: Int | None = None
    wearing: Wearing | None = None
    ownerColours: str | None = None
    status: Annotated[str, Meta(description="How it ended, in results alone.")] | None = None


class RaceCard(Answer, kw_only=True):
    """The card of a race, and where results are asked for, its result."""

    race: Race | None = None
    numberOfRunners: Int
    numberOfNonRunners: Int
    runners: list[CardRunner] | None = None
    raceIdExchange: str

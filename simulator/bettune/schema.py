"""What BetTune takes and answers, by the names of its documentation. Times are texts in UTC, ending in `+00:00`."""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from simulator.world.bettune import bettune
from simulator.world.bettune.bettune import MILLIONTHS
from simulator.world.format.scenario import NamedEntry


class ErrorResponse(Struct, frozen=True):
    """Why there is no other answer: a word for programs and a sentence for people."""

    code: str
    message: str


class IdName(Struct, frozen=True):
    """Something with a number and a name."""

    id: int
    name: str


class SportsResponse(Struct, frozen=True):
    """All sports."""

    count: int
    items: list[IdName]


class Score(Struct, frozen=True):
    """Goals of both sides, null until the match is finished."""

    home: int | None
    away: int | None


class Match(Struct, frozen=True):
    """A match and how it stands."""

    id: int
    date: str
    finished: bool
    score: Score
    country: IdName
    tournament: IdName
    season: IdName
    home: IdName
    away: IdName


class MatchesResponse(Struct, frozen=True):
    """The matches of one day, in order of time."""

    date: str
    count: int
    items: list[Match]


class PredictionFilter(Struct, frozen=True, rename="camel"):
    """A filter; `status` is `approved` or `disabled`."""

    id: int
    name: str
    sport: IdName
    bet_type: str
    status: str


class PredictionFiltersResponse(Struct, frozen=True):
    """The filters of a user."""

    count: int
    items: list[PredictionFilter]


class Prediction(Struct, frozen=True, rename="camel"):
    """A prediction; the odds have six decimals, and `source` is `api` or `ui`."""

    id: int
    filter_id: int
    match_id: int
    odds: str
    source: str
    created_at: str
    updated_at: str


class PredictionsResponse(Struct, frozen=True):
    """Predictions in order of their numbers."""

    count: int
    items: list[Prediction]


_NO_SCORE: Final = Score(None, None)


def time_text(milliseconds: int) -> str:
    """Write a time as BetTune does, in whole seconds.

    >>> time_text(1780768800000)
    '2026-06-06T18:00:00+00:00'
    """
    return datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat()


def odds_text(millionths: int) -> str:
    """Write odds with their six decimals.

    >>> odds_text(2150000)
    '2.150000'
    """
    whole, decimals = divmod(millionths, MILLIONTHS)
    return f"{whole}.{decimals:06}"


def id_name(entry: NamedEntry) -> IdName:
    """Write something with a number and a name."""
    return IdName(entry.id, entry.name)


def match_of(match: bettune.Match) -> Match:
    """Write a match."""
    score = match.score
    return Match(
        id=match.id,
        date=time_text(match.starts_at),
        finished=match.finished,
        score=_NO_SCORE if score is None else Score(score.home, score.away),
        country=id_name(match.country),
        tournament=id_name(match.tournament),
        season=id_name(match.season),
        home=id_name(match.home),
        away=id_name(match.away),
    )


def prediction_of(prediction: bettune.Prediction) -> Prediction:
    """Write a prediction."""
    return Prediction(
        id=prediction.id,
        filter_id=prediction.filter_id,
        match_id=prediction.match_id,
        odds=odds_text(prediction.odds_millionths),
        source=prediction.source,
        created_at=time_text(prediction.created_at),
        updated_at=time_text(prediction.updated_at),
    )

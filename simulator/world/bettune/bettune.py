"""What BetTune knows in a world: users, sports, prediction filters, football matches, and the predictions on them.

Odds are counted in millionths, because BetTune shows six decimals. Times are milliseconds since 1970.
Source of the rules: the service's own documentation (BetTune API, version 1).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from msgspec import Struct

from simulator.exchange.ladder import HIGHEST_PRICE, LOWEST_PRICE
from simulator.world.bettune.numbers import Numbers
from simulator.world.bettune.users import User, Users
from simulator.world.catalogue import EventDescription
from simulator.world.format.quantities import hundredths_of, in_units, moment_of
from simulator.world.format.scenario import (
    BetTuneEntry,
    BetTuneFilter,
    BetTuneMatch,
    BetTunePrediction,
    NamedEntry,
)

MILLIONTHS: Final = 1_000_000
LOWEST_ODDS: Final = in_units(LOWEST_PRICE)
HIGHEST_ODDS: Final = in_units(HIGHEST_PRICE)
"""Odds beyond these bounds are refused: the exchange's own ladders have no such prices (chosen)."""

APPROVED: Final = "approved"
FROM_API, FROM_USER_INTERFACE = "api", "ui"
SOURCES: Final = (FROM_API, FROM_USER_INTERFACE)
"""How a prediction was put: by a program over the API, or by its user by hand."""

_MILLIONTH: Final = Decimal("0.000001")
_INTERNATIONAL: Final = "International"
_UNTITLED: Final = "Friendly"


class PredictionFilter(Struct, frozen=True):
    """A filter of one user, or of all where `user` is `None`. `stake_pence` is what the autopilot bets for it."""

    id: int
    name: str
    bet_type: str
    sport: int
    status: str
    user: str | None
    stake_pence: int | None


class Score(Struct, frozen=True):
    """Goals of both sides."""

    home: int
    away: int


class Match(Struct):
    """A match. `event` is the id of the event on the exchange that is the same match, if one is."""

    id: int
    sport: int
    starts_at: int
    home: NamedEntry
    away: NamedEntry
    country: NamedEntry
    tournament: NamedEntry
    season: NamedEntry
    event: str | None
    selections: dict[str, tuple[str, int]]
    """Market and selection by bet type, for runners that cannot be found by their names."""
    finished: bool = False
    score: Score | None = None


class Prediction(Struct):
    """What the odds of a filter's bet on a match should be, in a user's opinion."""

    id: int
    filter_id: int
    match_id: int
    odds_millionths: int
    source: str
    created_at: int
    updated_at: int


class UnknownFilter(LookupError):
    """There is no such filter, or it belongs to another user."""


class UnknownMatch(LookupError):
    """There is no such match."""


class BetTune:
    """What BetTune knows in one world: at first what the scenario says, then what is added and what users change."""

    def __init__(self, entry: BetTuneEntry, events: Mapping[str, EventDescription], origin: int, now: int) -> None:
        """Begin as a scenario says that passed its checks; relative times count from `origin`."""
        self.users: Final = Users(entry.users)
        self.sports: Final = {sport.id: sport for sport in sorted(entry.sports, key=lambda sport: sport.id)}
        self.filters: Final[dict[int, PredictionFilter]] = {}
        self.matches: Final[dict[int, Match]] = {}
        self.match_of_event: Final[dict[str, Match]] = {}
        """By the id of the event on the exchange that is the same match."""
        self.numbers: Final = Numbers()
        self.add(entry.filters, entry.matches, events, origin)
        self.predictions: Final[dict[tuple[int, int], Prediction]] = {}
        """By filter and match."""
        self.last_prediction_id = 0
        """The highest number so far. No number is used twice, even after its prediction was deleted."""
        for number, prediction in numbered(entry.predictions):
            self._begin_with(number, prediction, origin, now)

    def _begin_with(self, number: int, entry: BetTunePrediction, origin: int, now: int) -> None:
        created_at = now if entry.created_at is None else moment_of(entry.created_at, origin)
        self.last_prediction_id = max(self.last_prediction_id, number)
        prediction = Prediction(
            id=number,
            filter_id=entry.filter,
            match_id=entry.match,
            odds_millionths=millionths_of(entry.odds),
            source=entry.source,
            created_at=created_at,
            updated_at=created_at if entry.updated_at is None else moment_of(entry.updated_at, origin),
        )
        self.predictions[entry.filter, entry.match] = prediction

    # What can be read

    def filters_of(self, user: User) -> list[PredictionFilter]:
        """Return the filters of a user, with those that belong to no user in particular, in order of their ids."""
        found = [one for one in self.filters.values() if one.user in (None, user.name)]
        return sorted(found, key=lambda one: one.id)

    def filter_of(self, user: User, filter_id: int) -> PredictionFilter:
        """Return a filter of a user; raise `UnknownFilter`, for one of another user too."""
        found = self.filters.get(filter_id)
        if found is None or found.user not in (None, user.name):
            raise UnknownFilter(f"user {user.name!r} has no filter {filter_id}")
        return found

    def filter(self, filter_id: int) -> PredictionFilter:
        """Return a filter, whoever's it is; raise `UnknownFilter`."""
        found = self.filters.get(filter_id)
        if found is None:
            raise UnknownFilter(f"there is no filter {filter_id}")
        return found

    def match(self, match_id: int) -> Match:
        """Return a match; raise `UnknownMatch`."""
        found = self.matches.get(match_id)
        if found is None:
            raise UnknownMatch(f"there is no match {match_id}")
        return found

    def matches_between(self, sport: int, begin: int, end: int) -> list[Match]:
        """Return the matches of a sport that start from `begin` on and before `end`, in order of time."""
        found = [match for match in self.matches.values() if match.sport == sport and begin <= match.starts_at < end]
        return sorted(found, key=lambda match: (match.starts_at, match.id))

    def predictions_on(self, filter_id: int, match_ids: Iterable[int]) -> list[Prediction]:
        """Return the predictions that exist, in order of their ids, each once."""
        found = [self.predictions.get((filter_id, match_id)) for match_id in set(match_ids)]
        return sorted((one for one in found if one is not None), key=lambda prediction: prediction.id)

    # What can be changed

    def add(
        self,
        filters: Iterable[BetTuneFilter],
        matches: Sequence[BetTuneMatch],
        events: Mapping[str, EventDescription],
        origin: int,
    ) -> None:
        """Add what the checks let through. `events` are those of the exchange; relative times count from `origin`."""
        self.filters.update((one.id, _filter_of(one)) for one in filters)
        self.numbers.reserve(matches)
        for entry in matches:
            self.matches[entry.id] = match = match_of(entry, self.numbers, events, origin)
            if match.event is not None:
                self.match_of_event[match.event] = match

    def put(self, filter_id: int, match_id: int, odds_millionths: int, at: int, source: str = FROM_API) -> Prediction:
        """Make a prediction or change the one there is, which keeps its number and the time it was made."""
        prediction = self.predictions.get((filter_id, match_id))
        if prediction is None:
            self.last_prediction_id += 1
            prediction = Prediction(self.last_prediction_id, filter_id, match_id, odds_millionths, source, at, at)
            self.predictions[filter_id, match_id] = prediction
        prediction.odds_millionths, prediction.source, prediction.updated_at = odds_millionths, source, at
        return prediction

    def delete(self, filter_id: int, match_id: int) -> bool:
        """Forget a prediction; return whether there was one."""
        return self.predictions.pop((filter_id, match_id), None) is not None


def millionths_of(odds: str | Decimal) -> int:
    """Return odds in millionths, rounded to the nearest, halves up; raise `ValueError` for what are no odds.

    >>> millionths_of("2.15")
    2150000
    """
    number = Decimal(odds)
    # The bounds come first, so that what is rounded is short, however long it is written.
    if not number.is_finite() or not LOWEST_ODDS <= number <= HIGHEST_ODDS:
        raise ValueError(f"odds lie between {LOWEST_ODDS} and {HIGHEST_ODDS}, and {str(odds)[:40]} do not")
    return int(number.quantize(_MILLIONTH, ROUND_HALF_UP) * MILLIONTHS)


def _filter_of(entry: BetTuneFilter) -> PredictionFilter:
    stake_pence = None if entry.stake is None else hundredths_of(entry.stake)
    return PredictionFilter(entry.id, entry.name, entry.bet_type, entry.sport, entry.status, entry.user, stake_pence)


def numbered(predictions: Iterable[BetTunePrediction]) -> Iterator[tuple[int, BetTunePrediction]]:
    """Yield predictions with their numbers: their own, or the one after the highest before them."""
    last = 0
    for prediction in predictions:
        number = prediction.id or last + 1
        last = max(last, number)
        yield number, prediction


def match_of(entry: BetTuneMatch, numbers: Numbers, events: Mapping[str, EventDescription], origin: int) -> Match:
    """Return a match that passed its checks; a relative time counts from `origin`."""
    event = None if entry.event is None else events.get(entry.event)
    starts_at = moment_of(entry.date, origin)
    country = entry.country or (event and event.country_code) or _INTERNATIONAL
    tournament = entry.tournament or (event and event.competition_name) or _UNTITLED
    return Match(
        id=entry.id,
        sport=entry.sport,
        starts_at=starts_at,
        home=numbers.entry("home", entry.home),
        away=numbers.entry("away", entry.away),
        country=numbers.entry("country", country),
        tournament=numbers.entry("tournament", tournament),
        season=numbers.entry("season", entry.season or _year_of(starts_at)),
        event=entry.event,
        selections={link.bet_type.strip().casefold(): (link.market, link.selection_id) for link in entry.bets},
        finished=entry.finished,
        score=None if entry.score is None else Score(entry.score.home, entry.score.away),
    )


def _year_of(milliseconds: int) -> str:
    return str(datetime.fromtimestamp(milliseconds // 1000, UTC).year)

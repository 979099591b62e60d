"""What each request to BetTune comes to. Path and query are texts, bodies are bytes; nothing is trusted yet.

All users see the same sports and matches; of the filters a user sees their own and those that have no user. Predictions
need the PRO plan, where the documentation lists that refusal.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import msgspec

from simulator.bettune.errors import Error, Refusal
from simulator.bettune.schema import (
    MatchesResponse,
    Prediction,
    PredictionFilter,
    PredictionFiltersResponse,
    PredictionsResponse,
    SportsResponse,
    id_name,
    match_of,
    prediction_of,
)
from simulator.world.bettune.bettune import UnknownFilter, UnknownMatch, millionths_of
from simulator.world.bettune.users import User
from simulator.world.inputs import DeletePrediction, PutPrediction
from simulator.world.world import World

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER: Final = re.compile(r"-?[0-9]{1,40}")
_ODDS: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,40})?")
_INTEGERS: Final = range(-(2**63), 2**63)
"""Ids are signed integers of 64 bits; any other number is invalid."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_body_decoder: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _number(text: str) -> Decimal | None:
    """Return a number exactly, or `None` where its exponent is beyond what `Decimal` can hold."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


_decoder: Final = msgspec.json.Decoder(float_hook=_number)


class Ask(NamedTuple):
    """A request that was let in: its world and user, the named parts of the path, the query, and the body."""

    world: World
    user: User
    path: Mapping[str, str]
    query: bytes
    body: bytes


Answer = SportsResponse | MatchesResponse | PredictionFiltersResponse | PredictionsResponse | Prediction | None
"""`None` is no content."""


class Operation(NamedTuple):
    """One thing that can be asked for. `takes_body` is whether there must be a document in JSON."""

    name: str
    function: Callable[[Ask], Answer]
    needs_pro: bool = False
    takes_body: bool = False


def list_sports(ask: Ask) -> SportsResponse:
    """Return all sports."""
    sports = [id_name(sport) for sport in ask.world.bettune.sports.values()]
    return SportsResponse(len(sports), sports)


def list_matches(ask: Ask) -> MatchesResponse:
    """Return the matches of a sport on one day in UTC; an unknown sport has none."""
    query = _query(ask.query)
    date = _date(query.get("date", ()))
    sport = _integer(query.get("sport", ()), Error.SPORT_INVALID)
    begin = (date - _EPOCH) // _MILLISECOND
    found = ask.world.bettune.matches_between(sport, begin, begin + timedelta(days=1) // _MILLISECOND)
    return MatchesResponse(date.date().isoformat(), len(found), [match_of(match) for match in found])


def list_prediction_filters(ask: Ask) -> PredictionFiltersResponse:
    """Return the user's filters, the disabled ones too."""
    bettune = ask.world.bettune
    filters = [
        PredictionFilter(one.id, one.name, id_name(bettune.sports[one.sport]), one.bet_type, one.status)
        for one in bettune.filters_of(ask.user)
    ]
    return PredictionFiltersResponse(len(filters), filters)


def search_predictions(ask: Ask) -> PredictionsResponse:
    """Return those predictions of a filter on some matches that exist; each match has to be known."""
    body = _body(ask.body)
    filter_id = _json_integer(_member(body, "filterId", Error.FILTER_ID_INVALID), Error.FILTER_ID_INVALID)
    listed = _member(body, "matchIds", Error.MATCH_IDS_INVALID)
    if not isinstance(listed, list):
        raise Refusal(Error.MATCH_IDS_INVALID)
    match_ids = [_json_integer(value, Error.MATCH_IDS_INVALID) for value in listed]
    _demand_known(ask, filter_id, match_ids)
    found = [prediction_of(one) for one in ask.world.bettune.predictions_on(filter_id, match_ids)]
    return PredictionsResponse(len(found), found)


def put_prediction(ask: Ask) -> Prediction:
    """Make a prediction or change the one there is."""
    filter_id, match_id = _filter_and_match(ask)
    odds = _odds(_body(ask.body).get("odds"))
    _demand_known(ask, filter_id, [match_id])
    ask.world.do(PutPrediction(filter_id, match_id, odds)).accepted()
    return prediction_of(ask.world.bettune.predictions[filter_id, match_id])


def delete_prediction(ask: Ask) -> None:
    """Take a prediction back; whether there was one makes no difference."""
    filter_id, match_id = _filter_and_match(ask)
    _demand_known(ask, filter_id, [match_id])
    ask.world.do(DeletePrediction(filter_id, match_id)).accepted()


def _demand_known(ask: Ask, filter_id: int, match_ids: list[int]) -> None:
    """Refuse a filter that the user does not have, and then a match that does not exist."""
    try:
        ask.world.bettune.filter_of(ask.user, filter_id)
        for match_id in match_ids:
            ask.world.bettune.match(match_id)
    except UnknownFilter:
        raise Refusal(Error.FILTER_NOT_FOUND) from None
    except UnknownMatch:
        raise Refusal(Error.MATCH_NOT_FOUND) from None


# Path and query


def _filter_and_match(ask: Ask) -> tuple[int, int]:
    filter_id = _integer((ask.path["filterId"],), Error.FILTER_ID_INVALID)
    return filter_id, _integer((ask.path["matchId"],), Error.MATCH_ID_INVALID)


def _query(query: bytes) -> Mapping[str, list[str]]:
    try:
        return parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        # There are only two parameters, so of that many one is there twice.
        return {}


def _integer(values: "list[str] | tuple[str, ...]", error: Error) -> int:
    """Return the integer of a parameter; refuse the request where there is none, or more than one."""
    if len(values) != 1 or _INTEGER.fullmatch(values[0]) is None or int(values[0]) not in _INTEGERS:
        raise Refusal(error)
    return int(values[0])


def _date(values: "list[str] | tuple[str, ...]") -> datetime:
    if len(values) != 1 or _DATE.fullmatch(values[0]) is None:
        raise Refusal(Error.DATE_INVALID)
    try:
        return datetime.fromisoformat(values[0]).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(Error.DATE_INVALID) from None


# Bodies


def _body(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        # Once for what it is, because members are read later and only as far as they are needed.
        _decoder.decode(body)
        return _body_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(Error.INVALID_JSON_BODY) from None


def _member(body: dict[str, msgspec.Raw], name: str, error: Error) -> Any:
    if name not in body:
        raise Refusal(error)
    return _decoder.decode(body[name])


def _json_integer(value: object, error: Error) -> int:
    """Return an integer of a document, also one that is written as `1.0`; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refusal(error)
    # The bounds come first: the digits of a huge number would take long to write.
    if not _INTEGERS[0] <= value <= _INTEGERS[-1] or int(value) != value:
        raise Refusal(error)
    return int(value)


def _odds(raw: msgspec.Raw | None) -> int:
    """Return odds in millionths, from a number or the text of one; no digit is lost on the way."""
    text = "" if raw is None else bytes(raw).decode().strip()
    try:
        if text.startswith('"'):
            text = _decoder.decode(text)
            if _ODDS.fullmatch(text) is None:
                raise Refusal(Error.ODDS_INVALID)
        return millionths_of(Decimal(text))
    except (InvalidOperation, ValueError):
        raise Refusal(Error.ODDS_INVALID) from None

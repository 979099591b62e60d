"""How the in-play service tells a match: its score, its time, and what happened in it.

Football is told as recorded: the minute is the one that has begun, `elapsedRegularTime` of scores is what is full of
it, and corners are counted and not listed. Other sports have the time that is played (chosen, docs/fidelity.md).
"""

from collections.abc import Callable
from typing import Final

from simulator.betfair.schema.in_play import (
    Broadcasts,
    EventScores,
    EventTimeline,
    FullTimeElapsed,
    MatchScore,
    SideScore,
    UpdateDetail,
)
from simulator.betfair.schema.wire import date_time
from simulator.world.catalogue import EventDescription
from simulator.world.scoreboards import AWAY, CORNER, FINISHED, HOME, MINUTE, Incident, Scoreboard, Side

SOCCER, TENNIS = "1", "2"
YELLOW_CARD_POINTS, RED_CARD_POINTS = 10, 25
"""What cards are worth in the markets of bookings: the first is recorded, the second from the rules of those."""
_SECOND: Final = 1000
_MINUTES_OF_HOUR: Final = 60

Translate = Callable[[str], str]


def timeline_of(board: Scoreboard, event: EventDescription, now: int, translate: Translate) -> EventTimeline:
    """Return how a match stands, and what happened in it."""
    minute, regular, added = board.minutes(now)
    return EventTimeline(
        eventId=int(event.id),
        eventTypeId=int(event.event_type_id),
        score=_score_of(board, event, translate),
        timeElapsed=minute,
        elapsedRegularTime=regular,
        elapsedAddedTime=added or None,
        updateDetails=[_detail_of(incident, translate) for incident in board.incidents if incident.type != CORNER],
        status=_status_of(board),
        inPlayMatchStatus=board.status,
    )


def scores_of(
    board: Scoreboard, event: EventDescription, now: int, translate: Translate, *, with_broadcasts: bool
) -> EventScores:
    """Return how a match stands; it is broadcast nowhere."""
    is_soccer = event.event_type_id == SOCCER
    minute, regular, added = board.minutes(now)
    minutes, milliseconds = divmod(board.elapsed(now), MINUTE)
    hours, minutes_of_hour = divmod(minutes, _MINUTES_OF_HOUR)
    full = FullTimeElapsed(hour=0, min=0, sec=0)
    if not is_soccer:
        full = FullTimeElapsed(hour=hours, min=minutes_of_hour, sec=milliseconds // _SECOND)
    scores = EventScores(
        eventTypeId=int(event.event_type_id),
        eventId=int(event.id),
        score=_score_of(board, event, translate),
        timeElapsed=minute if is_soccer else minutes,
        elapsedRegularTime=min(minutes, regular) if is_soccer else None,
        elapsedAddedTime=added or None,
        timeElapsedSeconds=milliseconds // _SECOND,
        fullTimeElapsed=full,
        status=board.status if is_soccer else _status_of(board),
        matchStatus=board.status,
    )
    if event.event_type_id == TENNIS:
        scores.currentSet = max(len(board.home.game_sequence), len(board.away.game_sequence)) + 1
        scores.currentGame = (board.home.games or 0) + (board.away.games or 0) + 1
    if with_broadcasts:
        scores.broadcasts = Broadcasts(
            tv=[], isLiveVideoAvailable=False, isDataVisualizationAvailable=False, isPaddockViewAvailable=False
        )
    return scores


def _status_of(board: Scoreboard) -> str:
    return "FINISHED" if board.status == FINISHED else "IN_PLAY"


def _score_of(board: Scoreboard, event: EventDescription, translate: Translate) -> MatchScore:
    is_soccer = event.event_type_id == SOCCER
    home, away = (_side_of(side, translate, is_soccer=is_soccer) for side in (board.home, board.away))
    score = MatchScore(home=home, away=away)
    if is_soccer:
        _count(score, board.home, board.away)
    return score


def _side_of(side: Side, translate: Translate, *, is_soccer: bool) -> SideScore:
    is_served = side.is_serving is not None or bool(side.game_sequence)
    told = SideScore(
        name=translate(side.name),
        score=side.score,
        halfTimeScore=side.half_time_score,
        fullTimeScore=side.full_time_score,
        penaltiesScore=side.penalties_score,
        penaltiesSequence=[],
        games="" if side.games is None else str(side.games),
        sets="" if side.sets is None else str(side.sets),
        gameSequence=list(side.game_sequence) if is_served else None,
        isServing=side.is_serving,
        aces=side.aces,
        doubleFaults=side.double_faults,
        serviceBreaks=side.service_breaks,
    )
    if is_soccer:
        _count(told, side)
    return told


def _count(told: SideScore | MatchScore, *sides: Side) -> None:
    """Write what is counted of a side, or of both together."""
    yellow, red = sum(side.yellow_cards for side in sides), sum(side.red_cards for side in sides)
    first, second = sum(side.corners_first_half for side in sides), sum(side.corners_second_half for side in sides)
    told.numberOfYellowCards, told.numberOfRedCards, told.numberOfCards = yellow, red, yellow + red
    told.numberOfCorners = first + second
    told.numberOfCornersFirstHalf, told.numberOfCornersSecondHalf = first, second
    told.bookingPoints = yellow * YELLOW_CARD_POINTS + red * RED_CARD_POINTS


def _detail_of(incident: Incident, translate: Translate) -> UpdateDetail:
    sides = {HOME: incident.home, AWAY: incident.away}
    return UpdateDetail(
        updateTime=date_time(incident.at),
        updateId=incident.number,
        team=incident.team,
        teamName=None if incident.team is None else translate(sides[incident.team].name),
        matchTime=incident.minute,
        elapsedRegularTime=incident.regular_minute,
        elapsedAddedTime=incident.added_minutes or None,
        type=incident.type,
        updateType=incident.type,
        player=incident.player,
    )

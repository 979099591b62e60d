"""How the matches of a world stand: the two sides, the time that is played, and what happened in each, in order.

A match is changed by incidents alone. These have consequences of their own; all else is what an incident says:

    | type                            | what follows                                                                  |
    |---------------------------------|-------------------------------------------------------------------------------|
    | KickOff, SecondHalfKickOff      | the match has this status, and its time runs from 0 or 45 minutes             |
    | FirstHalfEnd, SecondHalfEnd     | it has this status, its time stands still, and the score is that of the half  |
    | Finished                        | it has this status and is over                                                |
    | Goal, Corner, YellowCard,       | one more of the team's                                                        |
    | RedCard                         |                                                                               |

The minute of an incident is the one that has begun, and what a half lasts beyond 45 minutes is added time (recorded).
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.exchange.refusals import Impossible
from simulator.world.catalogue import EventDescription
from simulator.world.format.scenario import InPlayEntry, SideEntry, TellIncident

HOME, AWAY = "home", "away"
KICK_OFF, FIRST_HALF_END = "KickOff", "FirstHalfEnd"
SECOND_HALF_KICK_OFF, SECOND_HALF_END = "SecondHalfKickOff", "SecondHalfEnd"
FINISHED: Final = "Finished"
GOAL, CORNER, YELLOW_CARD, RED_CARD = "Goal", "Corner", "YellowCard", "RedCard"

MINUTE: Final = 60_000
"""In milliseconds."""
_STARTS: Final = {KICK_OFF: 0, SECOND_HALF_KICK_OFF: 45 * MINUTE}
"""From which time of the match its clock runs with a status, in milliseconds."""
_STANDS_STILL: Final = frozenset({FIRST_HALF_END, SECOND_HALF_END, FINISHED})
_ENDS_MINUTES: Final = {KICK_OFF: 45, FIRST_HALF_END: 45, SECOND_HALF_KICK_OFF: 90, SECOND_HALF_END: 90}
"""When the half ends that has a status; what lasts longer is added time."""
OF_A_TEAM: Final = frozenset({GOAL, CORNER, YELLOW_CARD, RED_CARD})
_BETWEEN_SIDES: Final = re.compile(r"(?P<first>.+?) (?P<word>v|vs|@) (?P<second>.+)")


class EventStatus(StrEnum):
    """How far an event is for which there are scores (IN_PROGRESS is recorded, the others as a client knows them)."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"


class Side(Struct, frozen=True, kw_only=True):
    """One of the two sides of a match. Scores are texts, empty where there is none; `score` is that of the moment."""

    name: str
    score: str = "0"
    half_time_score: str = ""
    full_time_score: str = ""
    penalties_score: str = ""
    sets: int | None = None
    games: int | None = None
    game_sequence: tuple[int, ...] = ()
    """The games that it won in the sets that are over."""
    is_serving: bool | None = None
    yellow_cards: int = 0
    red_cards: int = 0
    corners_first_half: int = 0
    corners_second_half: int = 0
    aces: int | None = None
    double_faults: int | None = None
    service_breaks: int | None = None

    def changed(self, entry: SideEntry | None) -> "Side":
        """Return the side as an entry says that it is; what that does not say stays."""
        if entry is None:
            return self
        said: dict[str, Any] = {
            name: value for name in entry.__struct_fields__ if (value := getattr(entry, name)) is not None
        }
        scores = {name: str(value) for name, value in said.items() if name.endswith("score")}
        return replace(self, **{**said, **scores})


class Incident(Struct, frozen=True, kw_only=True):
    """Something that happened in a match, numbered from 1, and how the match stood after it."""

    number: int
    at: int
    type: str
    team: str | None
    player: str | None
    minute: int
    regular_minute: int
    added_minutes: int
    elapsed_milliseconds: int
    status: str
    home: Side
    away: Side


class Scoreboard(Struct, frozen=True, kw_only=True):
    """How a match stands. Its time is `elapsed_milliseconds`, and what has passed `running_since` where it runs."""

    event_id: str
    home: Side
    away: Side
    status: str
    """A word such as KickOff, and none before the match begins."""
    began_at: int
    """When the scoreboard did."""
    elapsed_milliseconds: int
    running_since: int | None
    incidents: tuple[Incident, ...] = ()

    @property
    def event_status(self) -> EventStatus:
        """Return how far the event is."""
        if not self.status:
            return EventStatus.PENDING
        return EventStatus.FINISHED if self.status == FINISHED else EventStatus.IN_PROGRESS

    @property
    def number(self) -> int:
        """Return the number of the last incident, 0 where there was none."""
        return self.incidents[-1].number if self.incidents else 0

    @property
    def updated_at(self) -> int:
        """Return when something happened last."""
        return self.incidents[-1].at if self.incidents else self.began_at

    def elapsed(self, now: int) -> int:
        """Return how much of the match is played, in milliseconds."""
        return self.elapsed_milliseconds + (0 if self.running_since is None else now - self.running_since)

    def minutes(self, now: int) -> tuple[int, int, int]:
        """Return the minute that the match is in, and of it what is regular and what is added time."""
        if not self.status:
            return 0, 0, 0
        minute = self.elapsed(now) // MINUTE + 1
        regular = min(minute, _ENDS_MINUTES.get(self.status, minute))
        return minute, regular, minute - regular

    def told(self, incident: TellIncident, at: int) -> "Scoreboard":
        """Return how the match stands after an incident; raise `Impossible` where it cannot be."""
        match = self._at_time(_status_after(incident, self.status), incident.match_time, at)
        sides = {HOME: match.home, AWAY: match.away}
        if incident.type in OF_A_TEAM:
            if incident.team is None:
                raise Impossible(f"{incident.type} is of a team, home or away")
            sides[incident.team] = _counted(sides[incident.team], incident.type, match.status)
        home, away = (_at_the_end_of_half(sides[name], incident.type) for name in (HOME, AWAY))
        match = replace(match, home=home.changed(incident.home), away=away.changed(incident.away))
        minute, regular, added = match.minutes(at)
        happened = Incident(
            number=self.number + 1,
            at=at,
            type=incident.type,
            team=incident.team,
            player=incident.player,
            minute=minute,
            regular_minute=regular,
            added_minutes=added,
            elapsed_milliseconds=match.elapsed(at),
            status=match.status,
            home=match.home,
            away=match.away,
        )
        return replace(match, incidents=(*self.incidents, happened))

    def _at_time(self, status: str, minute: int | None, at: int) -> "Scoreboard":
        """Return the match with a status, its clock set to a minute or to where the status begins, and running on."""
        elapsed = self.elapsed(at)
        if status != self.status:
            elapsed = _STARTS.get(status, elapsed)
        if minute is not None:
            elapsed = (minute - 1) * MINUTE
        runs = bool(status) and status not in _STANDS_STILL
        return replace(self, status=status, elapsed_milliseconds=elapsed, running_since=at if runs else None)


def _status_after(incident: TellIncident, status: str) -> str:
    if incident.status is not None:
        return incident.status
    return incident.type if incident.type in _STARTS or incident.type in _STANDS_STILL else status


def _counted(side: Side, kind: str, status: str) -> Side:
    """Return a side with one more of what an incident counts."""
    if kind == GOAL:
        if not side.score.isdecimal():
            raise Impossible(f"{side.name} has scored {side.score!r}, to which no goal can be added")
        return replace(side, score=str(int(side.score) + 1))
    if kind == YELLOW_CARD:
        return replace(side, yellow_cards=side.yellow_cards + 1)
    if kind == RED_CARD:
        return replace(side, red_cards=side.red_cards + 1)
    if status in ("", KICK_OFF, FIRST_HALF_END):
        return replace(side, corners_first_half=side.corners_first_half + 1)
    return replace(side, corners_second_half=side.corners_second_half + 1)


def _at_the_end_of_half(side: Side, kind: str) -> Side:
    if kind == FIRST_HALF_END:
        return replace(side, half_time_score=side.score)
    return replace(side, full_time_score=side.score) if kind == SECOND_HALF_END else side


class Scoreboards:
    """The matches of a world for which there are scores, by event, in the order in which they were added."""

    def __init__(self) -> None:
        self.by_event: Final[dict[str, Scoreboard]] = {}

    def __iter__(self) -> Iterator[Scoreboard]:
        return iter(self.by_event.values())

    def add(self, event: EventDescription, entry: InPlayEntry, at: int) -> None:
        """Know how a match stands at first; one that is known goes on as it was."""
        named = sides_of(event.name) or ("", "")
        home, away = (Side(name=name).changed(side) for name, side in zip(named, (entry.home, entry.away), strict=True))
        board = Scoreboard(
            event_id=event.id,
            home=home,
            away=away,
            status="",
            began_at=at,
            elapsed_milliseconds=0,
            running_since=None,
        )
        self.by_event.setdefault(event.id, board._at_time(entry.status or "", entry.match_time, at))

    def tell(self, incident: TellIncident, at: int) -> Scoreboard:
        """Let an incident happen, and return how the match stands then; raise `Impossible`."""
        board = self.by_event.get(incident.event)
        if board is None:
            raise Impossible(f"there are no scores of event {incident.event!r}")
        told = self.by_event[incident.event] = board.told(incident, at)
        return told


def sides_of(name: str) -> tuple[str, str] | None:
    """Return who is at home and who is not by the name of an event, `None` where it does not say two sides."""
    parts = _BETWEEN_SIDES.fullmatch(name)
    if parts is None:
        return None
    first, second = parts["first"], parts["second"]
    return (second, first) if parts["word"] == "@" else (first, second)

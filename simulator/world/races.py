"""How the races of a world stand: what is told of each, and what follows from the life of its market.

A race has the status that it was told last. These commands to the market that leads it, its WIN market or else the
first that was added, tell it as well (chosen):

    | command                  | status                                                                           |
    |--------------------------|----------------------------------------------------------------------------------|
    | add the market           | DORMANT                                                                          |
    | turn in play             | OFF                                                                              |
    | suspend, once it starts  | OFF, where the market does not turn in play                                      |
    | close                    | FINISHED                                                                         |
    | settle, also anew        | WEIGHEDIN, with which recorded races end; of greyhounds FINALRESULT              |
    | void                     | RACEVOID                                                                         |
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.exchange.commands import (
    CloseMarket,
    Command,
    ResettleMarket,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.world.catalogue import GREYHOUNDS, MarketDescription

COUNTRIES: Final = frozenset({"GB", "IE"})
"""Where races have a status (manual, "API de estado de carrera")."""


class RaceStatus(StrEnum):
    """How a race stands (manual; UNDERORDERS, which is newer, as a client knows it)."""

    DORMANT = "DORMANT"
    DELAYED = "DELAYED"
    PARADING = "PARADING"
    GOINGDOWN = "GOINGDOWN"
    GOINGBEHIND = "GOINGBEHIND"
    APPROACHING = "APPROACHING"
    GOINGINTRAPS = "GOINGINTRAPS"
    HARERUNNING = "HARERUNNING"
    ATTHEPOST = "ATTHEPOST"
    UNDERORDERS = "UNDERORDERS"
    OFF = "OFF"
    FINISHED = "FINISHED"
    FINALRESULT = "FINALRESULT"
    FALSESTART = "FALSESTART"
    PHOTOGRAPH = "PHOTOGRAPH"
    RESULT = "RESULT"
    WEIGHEDIN = "WEIGHEDIN"
    RACEVOID = "RACEVOID"
    NORACE = "NORACE"
    MEETINGABANDONED = "MEETINGABANDONED"
    RERUN = "RERUN"
    ABANDONED = "ABANDONED"


class RaceResponse(StrEnum):
    """How good the data of a race is (manual, ResponseCode)."""

    OK = "OK"
    NO_NEW_UPDATES = "NO_NEW_UPDATES"
    NO_LIVE_DATA_AVAILABLE = "NO_LIVE_DATA_AVAILABLE"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    UNEXPECTED_ERROR = "UNEXPECTED_ERROR"
    LIVE_DATA_TEMPORARILY_UNAVAILABLE = "LIVE_DATA_TEMPORARILY_UNAVAILABLE"


WITH_DATA: Final = frozenset({RaceResponse.OK, RaceResponse.LIVE_DATA_TEMPORARILY_UNAVAILABLE})
"""The response codes that come with a status, which for the second may be out of date (manual)."""


class Race(Struct, frozen=True):
    """A race: its meeting, the market that leads it, and what was told of it last, `updated_at` in milliseconds."""

    id: str
    meeting_id: str
    market_id: str
    is_led_by_winners: bool
    status: RaceStatus
    response: RaceResponse
    updated_at: int


FOLLOWED: Final = frozenset({TurnInPlay, SuspendMarket, CloseMarket, SettleMarket, ResettleMarket, VoidMarket})
"""The commands that may change the status of a race."""


class Races:
    """The races of a world by id, in the order in which they were added."""

    def __init__(self) -> None:
        self.by_id: Final[dict[str, Race]] = {}

    def __iter__(self) -> Iterator[Race]:
        return iter(self.by_id.values())

    def add(self, market: MarketDescription, at: int) -> None:
        """Know the race of a market that was added, if it is of one that has a status."""
        if market.race_id is None or market.event.country_code not in COUNTRIES:
            return
        is_win = market.market_type == "WIN"
        race = self.by_id.get(market.race_id)
        if race is None:
            dormant, fine = RaceStatus.DORMANT, RaceResponse.OK
            race = Race(market.race_id, market.event.id, market.id, is_win, dormant, fine, at)
        elif is_win and not race.is_led_by_winners:
            race = replace(race, market_id=market.id, is_led_by_winners=True)
        self.by_id[race.id] = race

    def follow(self, command: Command, market: MarketDescription | None, at: int) -> Race | None:
        """Return a race that has another status now that a command was carried out, or `None`."""
        race = None if market is None else self.by_id.get(market.race_id or "")
        if market is None or race is None or race.market_id != market.id:
            return None
        status = _status_after(command, market, at)
        return None if status is None or status is race.status else self.tell(race, status, race.response, at)

    def tell(self, race: Race, status: RaceStatus, response: RaceResponse, at: int) -> Race:
        """Give a race a status, and return it as it is now."""
        told = self.by_id[race.id] = replace(race, status=status, response=response, updated_at=at)
        return told


def _status_after(command: Command, market: MarketDescription, at: int) -> RaceStatus | None:
    match command:
        case TurnInPlay():
            return RaceStatus.OFF
        case SuspendMarket():
            has_begun = at >= market.start_time and not market.definition.turn_in_play
            return RaceStatus.OFF if has_begun else None
        case CloseMarket():
            return RaceStatus.FINISHED
        case VoidMarket():
            return RaceStatus.RACEVOID
    of_greyhounds = market.event.event_type_id == GREYHOUNDS
    return RaceStatus.FINALRESULT if of_greyhounds else RaceStatus.WEIGHEDIN

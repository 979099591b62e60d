"""What a subscription sees of races and of cricket matches: the `rc` items of race change messages.

The service tells where horses run, from sensors that they carry (published: the sports data stream). A world knows only
how its races stand, so of a race there is what follows from that, with the names that the service has for it: `rpc`,
the progress of the race, with `ft`, the time of the news, in milliseconds since 1970.

    | status                                                    | rpc                                          |
    |-----------------------------------------------------------|----------------------------------------------|
    | DORMANT                                                   | none: nothing has been told yet              |
    | OFF                                                       | `rt` 0: the race has run for so many seconds |
    | FINISHED, PHOTOGRAPH, RESULT, WEIGHEDIN, FINALRESULT      | `g` Finish, the gate that the first has      |
    |                                                           | passed; `prg` 0, the metres that are left    |
    | any other                                                 | `ft` alone                                   |

There is no `rrc`, the progress of a runner, and of cricket there is nothing (chosen).
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from simulator.betfair.schema.stream import MarketFilter, SportsSubscription
from simulator.betfair.stream.feed import View
from simulator.betfair.stream.market_filter import takes
from simulator.betfair.stream.subscriptions import Selection
from simulator.world.races import WITH_DATA, Race, RaceStatus
from simulator.world.world import World

_AT_THE_FINISH: Final = {"g": "Finish", "prg": 0}
_PROGRESS: Final[Mapping[RaceStatus, Mapping[str, Any]]] = {
    RaceStatus.OFF: {"rt": 0},
    RaceStatus.FINISHED: _AT_THE_FINISH,
    RaceStatus.PHOTOGRAPH: _AT_THE_FINISH,
    RaceStatus.RESULT: _AT_THE_FINISH,
    RaceStatus.WEIGHEDIN: _AT_THE_FINISH,
    RaceStatus.FINALRESULT: _AT_THE_FINISH,
}
_encode: Final = msgspec.json.Encoder().encode


class RaceView:
    """The races of a world, by the markets that lead them. The state of a race is its `rc` item."""

    def __init__(self, world: World) -> None:
        self._world: Final = world

    def read(self, market_id: str, before: object, bets: object) -> bytes | None:
        """Return how the race stands that a market leads, `None` where it leads none."""
        race = _led_by(self._world, market_id)
        return None if race is None else _encode({"id": race.id, "mid": race.market_id, **_progress(race)})

    def nothing(self, _: str) -> None:
        """Return `None`: a race that comes up later is told as in an image."""
        return

    def next_due(self, _: str) -> None:
        """Return `None`: nothing changes by itself."""
        return

    def difference(self, before: bytes | None, after: bytes, *, merged: bool = False) -> bytes | None:
        """Return the `rc` item of a race, whole, `None` where nothing was told of it since."""
        return None if before == after else after

    def known(self, _: bytes | None, after: bytes) -> bytes:
        """Return the state: images leave nothing out."""
        return after


class NothingToSee:
    """What there is to see of something that a world knows nothing of."""

    def read(self, market_id: str, before: object, bets: object) -> None:
        """Return `None`."""
        return

    def nothing(self, _: str) -> None:
        """Return `None`."""
        return

    def next_due(self, _: str) -> None:
        """Return `None`."""
        return

    def difference(self, before: None, after: None, *, merged: bool = False) -> None:
        """Return `None`."""
        return

    def known(self, _: None, after: None) -> None:
        """Return `None`."""
        return


def race_selection(world: World, request: SportsSubscription) -> Selection:
    """Return what a subscription to races selects: without a filter, every race that has a status."""
    wanted = request.market_filter or MarketFilter()

    def wants(market_id: str) -> bool:
        return _led_by(world, market_id) is not None and takes(world, wanted, world.catalogue.markets[market_id])

    def make_view() -> View:
        return RaceView(world)

    def select() -> list[str]:
        return [race.market_id for race in world.races if wants(race.market_id)]

    return Selection(select, wants, make_view, "races", wanted)


def cricket_selection(world: World, request: SportsSubscription) -> Selection:
    """Return what a subscription to cricket matches selects: nothing."""
    return Selection(tuple, lambda _: False, NothingToSee, "cricket", request.market_filter)


def _led_by(world: World, market_id: str) -> Race | None:
    market = world.catalogue.markets.get(market_id)
    race = None if market is None else world.races.by_id.get(market.race_id or "")
    return race if race is not None and race.market_id == market_id else None


def _progress(race: Race) -> Mapping[str, Any]:
    if race.response not in WITH_DATA or race.status is RaceStatus.DORMANT:
        return {}
    return {"rpc": {"ft": race.updated_at, **_PROGRESS.get(race.status, {})}}

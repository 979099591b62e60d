"""What listings cost in a world of many markets and in one of few, where each filter selects the same number of both.

In process, from parameters to bytes. A ratio of 1 says that what is selected costs, and what is not costs nothing.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any, Final

import msgspec

from simulator.betfair.betting.listings import LISTINGS
from simulator.betfair.decoding import ParameterDecoder
from simulator.betfair.operations import Call
from simulator.betfair.schema.wire import encode_hook
from simulator.world.format.scenario import Scenario
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.world import World

FEW, MANY, SELECTED, MARKETS_OF_EVENT = 200, 5_000, 100, 5
ROUNDS: Final = 31
START, LATER = "2026-06-06T18:00:00.000Z", "2026-06-07T18:00:00.000Z"
WANTED: Final[dict[str, dict[str, Any]]] = {
    "event": {"eventIds": [str(number) for number in range(SELECTED // MARKETS_OF_EVENT)]},
    "event type": {"eventTypeIds": ["2"]},
    "competition": {"competitionIds": ["2"]},
    "country": {"marketCountries": ["FR"]},
    "market type": {"marketTypeCodes": ["RARE"]},
    "start time": {"marketStartTime": {"from": LATER}},
}
"""Filters, each of which selects the markets of the same events."""

OPERATIONS: Final = {operation.name: operation for operation in LISTINGS}
MEASURED: Final = ("listMarketCatalogue", "listEvents", "listCompetitions", "listMarketTypes")
_encode: Final = msgspec.json.Encoder(enc_hook=encode_hook).encode


def run() -> None:
    """Measure and print."""
    few, many = _world(FEW), _world(MANY)
    print(f"listings: {SELECTED} markets of {MANY:,}, and as many of {FEW}")
    for name in MEASURED:
        for what, wanted in WANTED.items():
            here, there = _asking(few, name, wanted), _asking(many, name, wanted)
            assert here() == there()
            rounds = [(_seconds(here), _seconds(there)) for _ in range(ROUNDS)]
            milliseconds = 1e3 * median(seconds for _, seconds in rounds)
            ratio = median(of_many / of_few for of_few, of_many in rounds)
            print(f"  {name:20} by {what:12} {milliseconds:6.2f} ms, {ratio:5.2f} times as long as of few")


def _asking(world: World, name: str, wanted: dict[str, Any]) -> Callable[[], bytes]:
    operation = OPERATIONS[name]
    parameters: dict[str, Any] = {"filter": wanted}
    if name == "listMarketCatalogue":
        parameters |= {"maxResults": SELECTED, "marketProjection": ["EVENT"]}
    request = ParameterDecoder(operation.request).decode(msgspec.json.encode(parameters))
    (opened,) = world.do(LogIn("alice", "secret", "live")).accepted()
    assert isinstance(opened, SessionOpened)
    session = world.session(opened.token)
    assert session is not None
    call = Call(world, session, session.account, "live", False, request, world.clock.now())
    return lambda: _encode(operation.function(call))


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _world(markets: int) -> World:
    events = [_event(number) for number in range(markets // MARKETS_OF_EVENT)]
    account = {"username": "alice", "password": "secret", "appKey": "live", "balance": 100}
    document = {"name": "listings", "clock": {"now": START, "rate": 0}, "accounts": [account], "events": events}
    return World(msgspec.convert(document, Scenario))


def _event(number: int) -> dict[str, Any]:
    is_selected = number < SELECTED // MARKETS_OF_EVENT
    markets = [
        {
            "id": f"1.{MARKETS_OF_EVENT * number + place}",
            "name": "Match Odds",
            "marketType": "RARE" if is_selected else "MATCH_ODDS",
            "startTime": LATER if is_selected else START,
            "runners": [{"selectionId": runner, "name": f"Runner {runner}"} for runner in (1, 2)],
        }
        for place in range(MARKETS_OF_EVENT)
    ]
    return {
        "id": str(number),
        "name": f"Event {number}",
        "eventType": {"id": "2", "name": "Tennis"} if is_selected else {"id": "1", "name": "Soccer"},
        "competition": {"id": "2", "name": "Open"} if is_selected else {"id": "1", "name": "League"},
        "countryCode": "FR" if is_selected else "GB",
        "openDate": START,
        "markets": markets,
    }

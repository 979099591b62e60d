"""What the navigation menu of a world with many markets costs: once a change, and each time that it is asked for.

Requests go through the face without a socket, beside an application that answers a constant of the same size.
"""

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any, Final

import msgspec

from simulator.betfair.navigation.tree import menu_of
from simulator.betfair.transport import BetfairFace
from simulator.http import Response, gzip, respond
from simulator.world.format.scenario import Scenario
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.worlds import Worlds

MARKETS: Final = 5_000
MARKETS_OF_EVENT: Final = 5
EVENTS_OF_GROUP: Final = 20
ROUNDS: Final = 21
REQUESTS: Final = 200
PATH: Final = "/exchange/betting/rest/v1/en/navigation/menu.json"
START: Final = "2026-06-06T18:00:00.000Z"

Application = Callable[[Any, Any, Any], Awaitable[None]]


def run() -> None:
    """Measure and print."""
    worlds = Worlds()
    world = worlds.create(msgspec.convert(_scenario(), Scenario))
    (opened,) = world.do(LogIn("alice", "secret", "live")).accepted()
    assert isinstance(opened, SessionOpened)
    menu = menu_of(world, str)
    plain = msgspec.json.encode(menu)
    tree = median(_seconds(lambda: menu_of(world, str)) for _ in range(ROUNDS))
    text = median(_seconds(lambda: msgspec.json.encode(menu)) for _ in range(ROUNDS))
    compressed = median(_seconds(lambda: gzip(plain)) for _ in range(ROUNDS))
    sizes = f"{len(plain) / 1024:,.0f} KB, {len(gzip(plain)) / 1024:,.0f} KB compressed"
    print(f"navigation: a menu of {MARKETS:,} markets, {sizes}")
    parts = f"{1e3 * tree:.1f} ms for the tree, {1e3 * text:.1f} for the text, {1e3 * compressed:.1f} to compress"
    print(f"  once a change     {parts}")
    headers = {"x-application": "live", "x-authentication": opened.token, "accept-encoding": "gzip"}
    ours, theirs = BetfairFace(worlds), _constant(Response(200, plain, compressed=gzip(plain)))
    rounds = [(asyncio.run(_round(ours, headers)), asyncio.run(_round(theirs, headers))) for _ in range(ROUNDS)]
    kept, constant = (1e6 * median(seconds[place] for seconds in rounds) for place in (0, 1))
    ratio = median(mine / yardstick for mine, yardstick in rounds)
    made = 1e6 * (tree + text + compressed)
    print(f"  each request      {kept:.0f} us, {made / kept:,.0f} times faster than to make it anew")
    print(f"                    {ratio:.1f} times the constant, which takes {constant:.0f} us")


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


async def _round(application: Application, headers: dict[str, str]) -> float:
    """Return how many seconds a request takes."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    start = perf_counter()
    for _ in range(REQUESTS):
        await application(scope, receive, send)
    seconds = perf_counter() - start
    assert sent[0]["status"] == 200
    return seconds / REQUESTS


def _constant(response: Response) -> Application:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await respond(send, response, dict(scope["headers"]))

    return answer


def _scenario() -> dict[str, Any]:
    events = [_event(number) for number in range(MARKETS // MARKETS_OF_EVENT)]
    account = {"username": "alice", "password": "secret", "appKey": "live", "balance": 100}
    return {"name": "navigation", "clock": {"now": START, "rate": 0}, "accounts": [account], "events": events}


def _event(number: int) -> dict[str, Any]:
    markets = [
        {
            "id": f"1.{MARKETS_OF_EVENT * number + place}",
            "name": "Match Odds",
            "marketType": "MATCH_ODDS",
            "startTime": START,
            "runners": [{"selectionId": runner, "name": f"Runner {runner}"} for runner in (1, 2, 3)],
        }
        for place in range(MARKETS_OF_EVENT)
    ]
    group = number // EVENTS_OF_GROUP
    return {
        "id": str(number),
        "name": f"Event {number}",
        "eventType": {"id": "1", "name": "Soccer"},
        "competition": {"id": str(group), "name": f"Competition {group}"},
        "openDate": START,
        "markets": markets,
    }

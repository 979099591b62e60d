"""The table of addresses of our own API, and the token that guards it."""

import hmac
from typing import Final

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.control.clock import ClockHandlers
from simulator.control.markets import REMOVE, MarketHandlers
from simulator.control.matches import MatchHandlers
from simulator.control.problems import Unauthorized
from simulator.control.resources import Resource
from simulator.control.worlds import Addresses, WorldHandlers
from simulator.world.loading.conversion import FINISH, VERBS
from simulator.world.worlds import Worlds

ROOT: Final = "/control/v1"
WORLD: Final = f"{ROOT}/worlds/{{world}}"
MARKET: Final = f"{WORLD}/markets/{{market}}"


def control_routes(worlds: Worlds, addresses: Addresses, seed: int) -> list[Route]:
    """Return every route under `/control/v1`."""
    of_worlds = WorldHandlers(worlds, addresses, seed)
    of_clock = ClockHandlers(of_worlds.world_of)
    of_markets = MarketHandlers(of_worlds.world_of)
    of_matches = MatchHandlers(of_worlds.world_of)
    return [
        Route(f"{ROOT}/worlds", Resource(get=of_worlds.list_all, post=of_worlds.create)),
        Route(WORLD, Resource(get=of_worlds.read, delete=of_worlds.delete)),
        Route(f"{WORLD}/reset", Resource(post=of_worlds.reset)),
        Route(f"{WORLD}/state-hash", Resource(get=of_worlds.state_hash)),
        Route(f"{WORLD}/clock", Resource(get=of_clock.read, post=of_clock.change)),
        Route(f"{WORLD}/markets", Resource(post=of_markets.add)),
        *(Route(f"{MARKET}/{verb}", Resource(post=of_markets.doing(verb))) for verb in VERBS if verb != REMOVE),
        Route(f"{WORLD}/matches", Resource(get=of_matches.list_all)),
        Route(f"{WORLD}/matches/{{match}}/{FINISH}", Resource(post=of_matches.finish)),
        Route(f"{MARKET}/runners/{{selection}}/{REMOVE}", Resource(post=of_markets.remove)),
    ]


class TokenGuard:
    """Lets a request for our own API through if it carries the control token.

    Requests for other addresses pass without it: the exchange and BetTune have credentials of their own.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app: Final = app
        self._expected: Final = f"Bearer {token}".encode("latin-1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or hand it on."""
        if scope["type"] == "http" and scope["path"].startswith("/control/") and not self._is_authorized(scope):
            problem = Unauthorized(
                "This address is not for everybody: send the token that the server printed as it started."
            )
            await problem.answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_authorized(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        # Compared in constant time: the address may be open to a whole network.
        return len(given) == 1 and hmac.compare_digest(given[0], self._expected)

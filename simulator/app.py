"""The application: all that is served over HTTP, on one port, under the real paths, whatever the Host header says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator import __version__
from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.faultable import FAULTABLE
from simulator.betfair.services import SERVICES
from simulator.betfair.stream.faults import FAULTABLE as STREAM_FAULTABLE
from simulator.betfair.transport import BetfairFace
from simulator.bettune.face import FAULTABLE as BETTUNE_FAULTABLE
from simulator.bettune.face import BetTuneFace
from simulator.control.guard import ControlGuard
from simulator.control.problems import HeadersTooLarge, Problem, UnknownAddress
from simulator.control.resources import Resource, answer
from simulator.control.routes import control_routes
from simulator.control.schema import Health
from simulator.control.worlds import Addresses
from simulator.front_page import front_page_routes
from simulator.http import Responder
from simulator.reading_recordings import RecordingReader, open_recordings
from simulator.specs_page import specs_routes
from simulator.timekeeper import Timekeeper
from simulator.world.worlds import Worlds

MAXIMUM_HEADER_BYTES: Final = 32 * 1024
"""Names and values together. Nothing a client has to say in headers is a tenth as long."""


class Application:
    """Hands a request to the face it is for.

    Clients of the exchange are asked for first and no middleware stands before their face: their latency matters most.
    """

    def __init__(self, betfair: BetfairFace, bettune: BetTuneFace, ours: ASGIApp, timekeeper: Timekeeper) -> None:
        self._betfair: Final = betfair
        self._bettune: Final = bettune
        self._ours: Final = ours
        self._timekeeper: Final = timekeeper

    def responder(self, scope: Scope) -> Responder | None:
        """Return what answers a request without waiting, as `simulator.http.RespondsByHead` says.

        The server that asks for it has begun with `lifespan`, and with that the time is kept.
        """
        if not self._betfair.handles(scope["path"]) or _has_too_large_headers(scope):
            return None
        return self._betfair.responder(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or begin and end with the server."""
        if scope["type"] != "http":
            await self._ours(scope, receive, send)
            return
        self._timekeeper.start()
        if _has_too_large_headers(scope):
            if self._bettune.handles(scope["path"]):
                await self._bettune.refuse_headers(send)
                return
            problem = HeadersTooLarge(f"Headers may have {MAXIMUM_HEADER_BYTES} bytes, and these have more.")
            await problem.answer(scope, receive, send)
        elif self._betfair.handles(scope["path"]):
            await self._betfair(scope, receive, send)
        elif self._bettune.handles(scope["path"]):
            await self._bettune(scope, receive, send)
        else:
            # The framework may ask which task it is in, and our server makes one only for what waits.
            await asyncio.sleep(0)
            await self._ours(scope, receive, send)


def _has_too_large_headers(scope: Scope) -> bool:
    return sum(map(len, chain.from_iterable(scope["headers"]))) > MAXIMUM_HEADER_BYTES


def create_app(
    worlds: Worlds,
    addresses: Addresses,
    *,
    control_token: str | None = None,
    seed: int = 0,
    face: FaceSettings = FaceSettings(),  # noqa: B008, it is frozen
    recordings: RecordingReader = open_recordings,
) -> Application:
    """Return the application that serves these worlds.

    It needs no server around it: a test can call it in process. `addresses` are what the documents of worlds say. Where
    there is a `control_token` our own API wants it in every request, as `Authorization: Bearer`; without one it answers
    requests to loopback addresses only. Worlds that are made through it have the `seed`. `face` says how the exchange's
    services behave where the real ones are in doubt, and `recordings` reads those that new worlds are to follow.
    """
    timekeeper = Timekeeper(worlds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        timekeeper.start()
        yield
        timekeeper.stop()

    ours = Starlette(
        routes=[
            Route("/health", Resource(get=_health)),
            *front_page_routes(),
            *specs_routes(),
            *control_routes(
                worlds, addresses, seed, {**FAULTABLE, **STREAM_FAULTABLE, **BETTUNE_FAULTABLE}, recordings
            ),
        ],
        exception_handlers={Problem: _problem, 404: _unknown_address, ClientDisconnect: _disconnected},
        lifespan=lifespan,
    )
    # Every address is written in one way.
    ours.router.redirect_slashes = False
    guarded = ControlGuard(ours, control_token)
    return Application(BetfairFace(worlds, SERVICES, face), BetTuneFace(worlds), guarded, timekeeper)


async def _health(_: Request) -> Response:
    # A request gets here only once the worlds exist and the ports are bound, so there is nothing to look up.
    return answer(Health("ready", __version__))


# Coroutines, although nothing is waited for: Starlette would call plain functions in a thread of their own.


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    problem.tell(request.scope)
    return problem.response()


async def _unknown_address(request: Request, _: Exception) -> Response:
    # The path as it is, and not from a URL with the Host header in it, which may be anything.
    return await _problem(request, UnknownAddress(f"Nothing is served under {request.scope['path'][:200]!r}."))


async def _disconnected(_: Request, __: Exception) -> Response:
    # The client has hung up and reads no answer; without one the server would report an error of ours.
    return Response(status_code=400)

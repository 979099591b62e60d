"""The BetTune face: one ASGI application for all of it, on the paths of the real host.

A request is refused for the first thing that is wrong with it, in this order: its path, its method, its token, the rate
limit, the plan of its user, its body's length and kind, its values, and what they name. Only a request that has got
past its token counts for the limit; one that the limit refuses does not.
"""

import re
from functools import partial
from math import ceil
from typing import Final

import msgspec

from simulator.bettune.errors import CODES, TIMEOUT, Error, Refusal
from simulator.bettune.operations import (
    Ask,
    Operation,
    delete_prediction,
    list_matches,
    list_prediction_filters,
    list_sports,
    put_prediction,
    search_predictions,
)
from simulator.bettune.schema import ErrorResponse
from simulator.fault_delivery import Dialect, Wire, answer_with, deliver, meet
from simulator.http import (
    NO_CONTENT,
    BodyTooLarge,
    ClientGone,
    Receive,
    Response,
    Scope,
    Send,
    headers_of,
    read_body,
    respond,
)
from simulator.request_log import RequestLog
from simulator.world.bettune.rate_limits import RateLimit
from simulator.world.bettune.users import User
from simulator.world.clock import Clock
from simulator.world.faults import Fired
from simulator.world.inputs import CountRequest, MeetFaults
from simulator.world.world import World
from simulator.world.worlds import Worlds

ROOT: Final = "/bet-tune-api/v1"
MAXIMUM_BODY_BYTES: Final = 256 * 1024
"""Room for tens of thousands of match ids."""

Methods = dict[str, Operation]

PATHS: Final[dict[str, Methods]] = {
    "/sports": {"GET": Operation("listSports", list_sports)},
    "/matches": {"GET": Operation("listMatches", list_matches)},
    "/prediction-filters": {"GET": Operation("listPredictionFilters", list_prediction_filters)},
    "/predictions/search": {
        "POST": Operation("searchPredictions", search_predictions, needs_pro=True, takes_body=True)
    },
    "/prediction-filters/{filterId}/matches/{matchId}/prediction": {
        "PUT": Operation("putPrediction", put_prediction, needs_pro=True, takes_body=True),
        "DELETE": Operation("deletePrediction", delete_prediction, needs_pro=True),
    },
}
"""Every path, and what can be done there by which method."""

FAULTABLE: Final = {operation.name: frozenset(CODES) for methods in PATHS.values() for operation in methods.values()}
"""What faults can be ordered for, and the codes that each can be refused with."""

_LIMIT_HEADERS: Final = (b"retry-after", b"x-ratelimit-limit", b"x-ratelimit-window")
_USUAL_LIMIT: Final = RateLimit(60, 60)
"""What a fault tells of in a world without a limit."""

_PATTERNS: Final = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", path), re.DOTALL), methods) for path, methods in PATHS.items()
]
_BEARER: Final = re.compile(r"bearer +([!-~]+)", re.IGNORECASE)


class BetTuneFace:
    """Answers every request for a path that `handles` claims."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds
        self._requests: Final = RequestLog(worlds)

    def handles(self, path: str) -> bool:
        """Return whether a path belongs to BetTune."""
        return path == ROOT or path.startswith(f"{ROOT}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = headers_of(scope)
        faults: list[Fired] = []
        try:
            if self._worlds.faulty:
                response = await self._answer_with_faults(scope, headers, receive, faults)
            else:
                response = await self._answer_or_refuse(scope, headers, receive)
        except ClientGone:
            return
        if faults:
            await deliver(faults[0], response, headers, Wire(scope, receive, send))
        else:
            await respond(send, response, headers)

    async def refuse_headers(self, send: Send) -> None:
        """Answer a request whose headers are too large to look at."""
        refusal = Refusal(Error.HEADERS_TOO_LARGE)
        self._requests.refused(None, "a request of BetTune", "", refusal.error.value.code, refusal)
        await respond(send, refusal.response(), {})

    async def _answer_with_faults(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, faults: list[Fired]
    ) -> Response:
        """Answer a request to which a fault may happen that a tester has ordered."""
        world, user = self._asker(headers)
        answer = partial(self._answer_or_refuse, scope, headers, receive)
        fired = None
        if world is not None:
            fired = meet(self._worlds, world, MeetFaults(_asked(scope), user, scope["path"]), CODES)
        if world is None or fired is None:
            return await answer()

        why = f"fault {fired.number} was ordered"

        def refuse(code: str) -> Response:
            refusal = Refusal(CODES[code], _headers_with(CODES[code], world), why)
            self._tell(scope, headers, refusal)
            return refusal.response()

        def time_out() -> Response:
            status, code, message = TIMEOUT
            self._requests.refused(world, _asked(scope), user, code, f"{code}: {why}")
            return Response(status, msgspec.json.encode(ErrorResponse(code, message)))

        dialect = Dialect(refuse, time_out)
        return await answer_with(world, fired, faults, dialect, answer)

    async def _answer_or_refuse(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Response:
        try:
            return await self._answer(scope, headers, receive)
        except Refusal as refusal:
            self._tell(scope, headers, refusal)
            return refusal.response()

    async def _answer(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Response:
        methods, path = _find(scope["path"])
        # The server itself leaves out the body of what answers HEAD.
        allowed = (*methods, *(("HEAD",) if "GET" in methods else ()), "OPTIONS")
        allow = ((b"allow", ", ".join(allowed).encode()),)
        if scope["method"] == "OPTIONS":
            return Response(NO_CONTENT, b"", headers=allow)
        operation = _by_method(methods, scope["method"])
        if operation is None:
            raise Refusal(Error.METHOD_NOT_ALLOWED, allow)
        self._let_in(headers, operation)
        try:
            body = await read_body(headers, receive, MAXIMUM_BODY_BYTES)
        except BodyTooLarge:
            raise Refusal(Error.BODY_TOO_LARGE) from None
        if operation.takes_body:
            _demand_json(headers)
        # Asked for again: while the body was on its way the world may have been deleted.
        world, user = self._who(headers)
        answer = operation.function(Ask(world, user, path, scope.get("query_string", b""), body))
        self._requests.answered(world, operation.name, user.name)
        return Response(NO_CONTENT, b"") if answer is None else Response(200, msgspec.json.encode(answer))

    def _let_in(self, headers: dict[bytes, bytes], operation: Operation) -> None:
        """Raise a `Refusal` for those who may not ask: unknown, too often, or without the plan that it takes."""
        world, user = self._who(headers)
        limiter, now = world.bettune_requests, world.run_due()
        full_until = limiter.full_until(user.name, now)
        if limiter.limit is not None:
            world.do(CountRequest(user.name))
        if full_until is not None and limiter.limit is not None:
            raise _too_many(world.clock, now, full_until, limiter.limit)
        if operation.needs_pro and not user.is_pro:
            raise Refusal(Error.PRO_SUBSCRIPTION_REQUIRED)

    def _tell(self, scope: Scope, headers: dict[bytes, bytes], refusal: Refusal) -> None:
        """Write down a request that was refused: what was asked, of whom where that is known, and why."""
        world, user = self._asker(headers)
        self._requests.refused(world, _asked(scope), user, refusal.error.value.code, refusal)

    def _asker(self, headers: dict[bytes, bytes]) -> tuple[World | None, str]:
        """Return the world and the name of who asks, where they are known."""
        try:
            world, user = self._who(headers)
        except Refusal:
            return None, ""
        return world, user.name

    def _who(self, headers: dict[bytes, bytes]) -> tuple[World, User]:
        said = headers.get(b"authorization", b"").decode("latin-1").strip()
        if not said:
            raise _unauthorized(Error.MISSING_TOKEN)
        bearer = _BEARER.fullmatch(said)
        world = bearer and self._worlds.by_bettune_token(bearer[1])
        if not bearer or not world:
            raise _unauthorized(Error.INVALID_TOKEN)
        user = world.bettune.users.by_token[bearer[1]]
        if user.is_revoked:
            raise _unauthorized(Error.REVOKED_TOKEN)
        return world, user


def _find(path: str) -> tuple[Methods, dict[str, str]]:
    """Return what can be done under a path, and the values in it."""
    for pattern, methods in _PATTERNS:
        found = pattern.fullmatch(path.removeprefix(ROOT))
        if found:
            return methods, found.groupdict()
    raise Refusal(Error.NOT_FOUND)


def _by_method(methods: Methods, method: str) -> Operation | None:
    """Return what a method of a path asks for; HEAD asks for the same as GET."""
    return methods.get("GET" if method == "HEAD" else method)


def _asked(scope: Scope) -> str:
    """Return what is asked for by its name, or by method and path where nothing has one."""
    try:
        operation = _by_method(_find(scope["path"])[0], scope["method"])
    except Refusal:
        operation = None
    return f"{scope['method']} {scope['path']}" if operation is None else operation.name


def _too_many(clock: Clock, now: int, full_until: int, limit: RateLimit) -> Refusal:
    """Return the refusal of a request that is one too many.

    Callers wait by their own clocks, so `Retry-After` says how long that is in real seconds, whatever the rate of the
    world's clock. No waiting helps where that stands still: there it is by how many seconds the clock has to be moved.
    """
    real_seconds = clock.real_seconds_until(full_until)
    stands_still = real_seconds is None
    wait_seconds = -((now - full_until) // 1000) if real_seconds is None else max(1, ceil(real_seconds))
    values = zip(_LIMIT_HEADERS, (wait_seconds, limit.requests, limit.window_seconds), strict=True)
    advice = f"the clock of the world stands still: move it on by {wait_seconds} s" if stands_still else ""
    return Refusal(Error.RATE_LIMIT_EXCEEDED, tuple((name, b"%d" % value) for name, value in values), advice)


def _headers_with(error: Error, world: World) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of an error that a fault brings about; without a limit in the world those of a usual one."""
    if error.value.status == 401:
        return ((b"www-authenticate", b"Bearer"),)
    if error is not Error.RATE_LIMIT_EXCEEDED:
        return ()
    limit = world.bettune_requests.limit or _USUAL_LIMIT
    values = (limit.window_seconds, limit.requests, limit.window_seconds)
    return tuple(zip(_LIMIT_HEADERS, (b"%d" % value for value in values), strict=True))


def _demand_json(headers: dict[bytes, bytes]) -> None:
    """Refuse a body that says it is something else; one that says nothing is looked at."""
    media_type = headers.get(b"content-type", b"application/json").decode("latin-1").partition(";")[0].strip().lower()
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if media_type != "application/json" or encoding != b"identity":
        raise Refusal(Error.UNSUPPORTED_MEDIA_TYPE)


def _unauthorized(error: Error) -> Refusal:
    return Refusal(error, ((b"www-authenticate", b"Bearer"),))

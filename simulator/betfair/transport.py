"""The Betfair face: one ASGI application for all of Betfair's HTTP services, on the paths of the real hosts.

    /exchange/{service}/json-rpc/v1[/...]           JSON-RPC; what follows `v1` does not matter
    /exchange/{service}/rest/v1.0/{operation}[/]    REST
    /exchange/betting/rest/v1/{locale}/navigation/menu.json     the navigation menu
    /inplayservice/v1.1/{operation}                 the in-play service
    /rest/v2/raceCard, /rest/v2/raceResults, /exchange/plus/    the race card service
    /api/login, /api/certlogin, /api/keepAlive, /api/logout, /view/login     identity

Where nothing of that is, `nothing_here` answers.

Which host a request was sent to does not matter either: a client changes the address and nothing else. No sequence of
bytes gets a status of 500 or more from here; the one exception is a bug of ours, and `dispatch` says where those end.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from msgspec.structs import replace
from starlette.types import ASGIApp

from simulator.betfair.dispatch import Credentials, Dispatcher, FaceSettings, ServedOperation, told_of
from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.faulty_endpoints import faulty_file
from simulator.betfair.http import Endpoint, awaited
from simulator.betfair.identity import identity_endpoints
from simulator.betfair.in_play_service import PATH as IN_PLAY
from simulator.betfair.in_play_service import in_play_endpoints
from simulator.betfair.json_rpc import JsonRpcEndpoint
from simulator.betfair.navigation.endpoint import OPERATION as MENU
from simulator.betfair.navigation.endpoint import PATH as NAVIGATION
from simulator.betfair.navigation.endpoint import NavigationEndpoint
from simulator.betfair.nothing_here import Nowhere, belongs_to_betfair
from simulator.betfair.operations import Service
from simulator.betfair.race_card_service import race_card_endpoints
from simulator.betfair.rest import RestEndpoint
from simulator.betfair.services import SERVICES
from simulator.fault_delivery import Wire, deliver
from simulator.http import (
    BodyTooLarge,
    ClientGone,
    Coding,
    Exchange,
    Receive,
    Request,
    Responder,
    Response,
    Scope,
    Send,
    announced_length,
    do_all,
    headers_of,
    read_body,
    respond,
    respond_at_once,
    tls_of,
    wanted_coding,
)
from simulator.world.worlds import Worlds

_PREFIX: Final = "/exchange/"
_JSON_RPC: Final = re.compile(r"/exchange/(\w+)/json-rpc/v1(?:\.\d+)?(?:/.*)?", re.ASCII | re.DOTALL)
_REST: Final = re.compile(r"/exchange/(\w+)/rest/v1(?:\.\d+)?/(\w+)/?", re.ASCII)

_EXPECTATION_FAILED: Final = Response(
    417,
    b"Send the request again without the header Expect.",
    b"text/plain; charset=utf-8",
    ((b"connection", b"close"),),
)
"""What the services say to `Expect: 100-continue`; whether the body still comes is not known, so nothing can follow."""


class _Refusal(NamedTuple):
    """The answer to a request that is refused for what it is, and how it is written down."""

    answer: Response
    tell: Callable[[], None]


class BetfairFace:
    """Answers every request for a path that `handles` claims."""

    def __init__(
        self,
        worlds: Worlds,
        services: tuple[Service, ...] = SERVICES,
        settings: FaceSettings = FaceSettings(),  # noqa: B008, it is frozen
    ) -> None:
        self._settings: Final = settings
        dispatcher = self._dispatcher = Dispatcher(worlds, self._settings)
        self._json_rpc: Final[dict[str, JsonRpcEndpoint]] = {}
        self._rest: Final[dict[tuple[str, str], RestEndpoint]] = {}
        for service in services:
            served = {name: ServedOperation(service, operation) for name, operation in service.operations.items()}
            self._json_rpc[service.name] = JsonRpcEndpoint(dispatcher, served)
            for name, operation in served.items():
                self._rest[service.name, name.lower()] = RestEndpoint(dispatcher, operation)
        self._navigation: Final = faulty_file(dispatcher, MENU, NavigationEndpoint(dispatcher))
        self._in_play: Final = in_play_endpoints(dispatcher)
        self._identity: Final[Mapping[str, Endpoint]] = identity_endpoints(dispatcher)
        self._known: Final[dict[str, Endpoint]] = {
            **self._identity,
            **race_card_endpoints(dispatcher),
            **self._usual_paths(services),
        }
        self._nowhere: Final = Nowhere(frozenset(self._json_rpc), dispatcher.refused)

    def handles(self, path: str) -> bool:
        """Return whether a path belongs to Betfair's services."""
        return path.startswith(_PREFIX) or belongs_to_betfair(path)

    def responder(self, scope: Scope) -> Responder | None:
        """Return what answers a request without waiting, as `simulator.http.RespondsByHead` says."""
        endpoint = self._known.get(scope["path"])
        headers = headers_of(scope)
        if (
            endpoint is None
            or announced_length(headers) > self._settings.maximum_body_bytes
            or self._refusal(endpoint, scope, headers) is not None
        ):
            return None
        return partial(self._begin, endpoint, scope["method"], scope["path"], scope.get("query_string", b""), headers)

    def _begin(
        self,
        endpoint: Endpoint,
        method: str,
        path: str,
        query: bytes,
        headers: dict[bytes, bytes],
        exchange: Exchange,
    ) -> ASGIApp | None:
        """Answer a request at once, or return the application that is to answer it, or to go on with that."""
        body = exchange.whole_body()
        if body is None or len(body) > self._settings.maximum_body_bytes:
            return self
        request = Request(method, path, query, headers, body, [], [], exchange.tls)
        answer = self._begun(endpoint, request)
        if isinstance(answer, Response) and not request.faults:
            ending = None
            if request.when_answered:
                # Requests that arrive together are in flight together, in the same turn of the loop.
                ending = exchange.loop.call_soon(do_all, request.when_answered)
            if respond_at_once(exchange, answer, headers):
                return None
            if ending is not None:
                # It is in flight until the answer is written, for which a client may let us wait.
                ending.cancel()
        return partial(self._finish, endpoint, request, answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = headers_of(scope)
        endpoint = self._known.get(scope["path"]) or self._find(scope["path"])
        refusal = self._refusal(endpoint, scope, headers)
        if refusal is not None:
            refusal.tell()
            await respond(send, refusal.answer, headers)
            return
        try:
            body = await read_body(headers, receive, self._settings.maximum_body_bytes)
        except ClientGone:
            return
        except BodyTooLarge:
            limit = self._settings.maximum_body_bytes
            error = ProtocolError(Fault.JSON_PARSE_FAILURE, f"the body is longer than {limit} bytes", 413)
            self._tell(scope["method"], scope["path"], headers, error)
            await respond(send, endpoint.refuse(error), headers)
            return
        request = _request(scope, headers, body)
        await self._finish(endpoint, request, self._begun(endpoint, request), scope, receive, send)

    def _begun(self, endpoint: Endpoint, request: Request) -> Response | Awaitable[Response]:
        try:
            return endpoint.answer(request)
        except Exception as problem:  # noqa: BLE001, exceptions end here
            return self._failed(endpoint, request, problem)

    async def _finish(
        self,
        endpoint: Endpoint,
        request: Request,
        answer: Response | Awaitable[Response],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request that has been begun."""
        try:
            try:
                response = await awaited(answer)
            except Exception as problem:  # noqa: BLE001, exceptions end here
                response = self._failed(endpoint, request, problem)
            if request.when_answered:
                # Requests that arrive together are in flight together: all begin before the first is answered.
                await asyncio.sleep(0)
            if request.faults:
                await deliver(request.faults[0], response, request.headers, Wire(scope, receive, send))
            else:
                await respond(send, response, request.headers)
        finally:
            do_all(request.when_answered)

    def _failed(self, endpoint: Endpoint, request: Request, problem: Exception) -> Response:
        failure = told_of(problem)
        # Endpoints turn the errors of operations into answers themselves, so what ends here is no `ApiError`.
        assert isinstance(failure, ProtocolError)
        self._tell(request.method, request.path, request.headers, failure)
        return endpoint.refuse(failure)

    def _refusal(self, endpoint: Endpoint, scope: Scope, headers: dict[bytes, bytes]) -> _Refusal | None:
        """Return how a request is refused for what it is, without a look at its body; else `None`."""
        method, path = scope["method"], scope["path"]
        if b"expect" in headers and not self._settings.accepts_expect and scope.get("http_version") != "1.0":
            return _Refusal(_EXPECTATION_FAILED, partial(self._tell_of_expectation, method, path, headers))
        if not endpoint.methods:
            return None
        if method not in endpoint.methods:
            error = ProtocolError(Fault.NO_SUCH_OPERATION, f"{method} is not understood here", 405)
            allowed = ((b"allow", ", ".join(endpoint.methods).encode()),)
            answer = replace(endpoint.refuse(error), headers=allowed)
            return _Refusal(answer, partial(self._tell, method, path, headers, error))
        accepted = headers.get(b"accept-encoding")
        if accepted is not None and wanted_coding(accepted) is Coding.NONE:
            error = ProtocolError(Fault.ACCEPT_TYPE_NOT_VALID, "neither gzip nor the answer as it is is acceptable")
            return _Refusal(endpoint.refuse(error), partial(self._tell, method, path, headers, error))
        return None

    def _tell_of_expectation(self, method: str, path: str, headers: dict[bytes, bytes]) -> None:
        world, account = self._dispatcher.caller_of(Credentials.of(headers))
        explained = _expectation_explained(headers[b"expect"])
        self._dispatcher.requests.refused(world, f"{method} {path}", account, "417", explained)

    def _tell(self, method: str, path: str, headers: dict[bytes, bytes], error: ProtocolError) -> None:
        """Write down a request that did not get as far as an operation."""
        self._dispatcher.refused(f"{method} {path}", Credentials.of(headers), error)

    def _usual_paths(self, services: tuple[Service, ...]) -> dict[str, Endpoint]:
        """Return the endpoints by the paths that clients usually write, to be found without looking closer."""
        paths: dict[str, Endpoint] = {}
        for service in services:
            paths[f"{_PREFIX}{service.name}/json-rpc/v1"] = self._json_rpc[service.name]
            for name in service.operations:
                for ending in ("", "/"):
                    path = f"{_PREFIX}{service.name}/rest/v1.0/{name}{ending}"
                    paths[path] = self._rest[service.name, name.lower()]
        return paths

    def _find(self, path: str) -> Endpoint:
        if match := _JSON_RPC.fullmatch(path):
            return self._json_rpc.get(match[1]) or self._nowhere.find(path)
        if match := _REST.fullmatch(path):
            return self._rest.get((match[1], match[2].lower())) or self._nowhere.find(path)
        if NAVIGATION.fullmatch(path):
            return self._navigation
        if match := IN_PLAY.fullmatch(path):
            return self._in_play.get(match[1]) or self._nowhere.find(path)
        return self._nowhere.find(path)


def _request(scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Request:
    return Request(scope["method"], scope["path"], scope.get("query_string", b""), headers, body, [], [], tls_of(scope))


def _expectation_explained(expectation: bytes) -> str:
    said = expectation.decode("latin-1")
    return (
        f"417: the request has the header Expect: {said}, which the real services do not take. Switch it off in the "
        "client (.NET: ServicePointManager.Expect100Continue = false), or serve with --accept-expect"
    )

"""What the services behind the web site have in common: GET with a query, JSON back, and errors of the framework.

    GET /inplayservice/v1.1/scores?eventIds=27165685&alt=json&regionCode=UK&locale=en_GB

Who asks need not be a customer. The world is that of an app key or a session where one is sent, and else the first.
Nothing is known of how these services refuse: they do it as the betting service does over REST, in JSON (chosen,
docs/fidelity.md).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from simulator.betfair.dispatch import Credentials, Dispatcher, encode_json
from simulator.betfair.errors import BETTING_EXCEPTION, ApiError, ApiErrorCode, Fault, ProtocolError
from simulator.betfair.faulty_endpoints import FaultyEndpoint, faulty_file
from simulator.betfair.forms import read_form
from simulator.betfair.rest import fault_response, wanted_media_type
from simulator.http import JSON, Request, Response
from simulator.world.world import World

SITE_KEY: Final = "exchange-site-"
"""How the app key of the web site begins that a page of it shows; the id of its world follows."""
KEY_IN_QUERY: Final = "_ak"
"""Where the web site itself says its app key. That of the real one is known to nobody here, and does not matter."""

Query = Mapping[str, str]
Caller = tuple[World, str]
"""The world of a request, and whose it is: "" of a stranger's."""
FindCaller = Callable[[Dispatcher, Credentials, Query], Caller]


class SiteEndpoint:
    """Answers one operation."""

    methods = ("GET",)

    def __init__(
        self,
        dispatcher: Dispatcher,
        operation: str,
        find_caller: FindCaller,
        answer: Callable[[World, Query], Any],
    ) -> None:
        self._dispatcher: Final = dispatcher
        self._operation: Final = operation
        self._find_caller: Final = find_caller
        self._answer: Final = answer

    async def answer(self, request: Request) -> Response:
        """Answer what is asked, or say why not."""
        credentials, query = Credentials.of(request.headers), query_of(request)
        try:
            if wanted_media_type(request) != JSON:
                raise ProtocolError(Fault.ACCEPT_TYPE_NOT_VALID, "this service speaks JSON alone")
            world, username = self._find_caller(self._dispatcher, credentials, query)
            world.run_due()
            content = encode_json(self._answer(world, query))
        except (ApiError, ProtocolError) as error:
            uuid = self._dispatcher.refused(self._operation, credentials, error, BETTING_EXCEPTION)
            return fault_response(error, BETTING_EXCEPTION, uuid, JSON)
        self._dispatcher.requests.answered(world, self._operation, username)
        return Response(200, content)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return fault_response(error, BETTING_EXCEPTION, "", JSON)


def site_endpoint(
    dispatcher: Dispatcher, operation: str, find_caller: FindCaller, answer: Callable[[World, Query], Any]
) -> FaultyEndpoint:
    """Return what answers one operation, as a fault wants it where one happens to it."""

    def who(request: Request) -> tuple[World | None, str, str]:
        credentials = Credentials.of(request.headers)
        try:
            world, username = find_caller(dispatcher, credentials, query_of(request))
        except (ApiError, ProtocolError):
            return None, "", ""
        return world, username, credentials.token

    return faulty_file(dispatcher, operation, SiteEndpoint(dispatcher, operation, find_caller, answer), who)


def anybody(dispatcher: Dispatcher, credentials: Credentials, query: Query) -> Caller:
    """Return the world of who asks, whoever it is; what is sent in headers is held to the same as elsewhere."""
    if credentials.app_key.startswith(SITE_KEY) and not credentials.token:
        world = world_of_site(dispatcher, credentials.app_key)
        if world is not None:
            return world, ""
    if not credentials.app_key and not credentials.token:
        key = query.get(KEY_IN_QUERY, "")
        world = dispatcher.worlds.by_app_key(key) or world_of_site(dispatcher, key)
        if world is not None:
            return world, ""
    return dispatcher.open_world_of(credentials)


def with_app_key(dispatcher: Dispatcher, credentials: Credentials, query: Query) -> Caller:
    """Return the world of an app key, which is to be sent: that of the web site, or a customer's."""
    if not credentials.app_key:
        raise ApiError(ApiErrorCode.NO_APP_KEY, "the request has no X-Application")
    return anybody(dispatcher, credentials, query)


def world_of_site(dispatcher: Dispatcher, key: str) -> World | None:
    """Return the world whose web site has an app key, `None` where none has it."""
    return next((world for world in dispatcher.worlds if key == site_key_of(world)), None)


def site_key_of(world: World) -> str:
    """Return the app key that the web site of a world has."""
    return f"{SITE_KEY}{world.id}"


def query_of(request: Request) -> Query:
    """Return the parameters of a request by name: of one that comes twice the last counts."""
    return read_form(request.query, b"").fields


def numbers_of(query: Query, name: str) -> list[str]:
    """Return the ids in a mandatory parameter, separated by commas, each once.

    Raises DSC-0018 where there are none, and DSC-0009 where one is no number.
    """
    ids = [part.strip() for part in query.get(name, "").split(",") if part.strip()]
    if not ids:
        raise ProtocolError(Fault.MANDATORY_NOT_DEFINED, f"the address has no {name}")
    for one in ids:
        if not (one.isascii() and one.isdecimal()):
            raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, f"{name} has {one[:80]!r}, which is no number")
    return list(dict.fromkeys(ids))

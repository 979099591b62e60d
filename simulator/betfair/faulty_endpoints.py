"""Endpoints of the exchange that are no operations of an interface, with the faults that are ordered for them."""

from collections.abc import Callable
from typing import Final

from simulator.betfair import pages
from simulator.betfair.dispatch import Credentials, Dispatcher
from simulator.betfair.errors import BETTING_EXCEPTION, ApiErrorCode, ProtocolError
from simulator.betfair.fault_answers import codes_of, error_of
from simulator.betfair.forms import read_form
from simulator.betfair.http import HTML, Endpoint, awaited, wants_json
from simulator.betfair.rest import fault_response
from simulator.fault_delivery import Dialect, answer_with, meet
from simulator.http import JSON, Request, Response
from simulator.world.accounts import FAILING_CODES, LIMITING_CODES, RESTRICTING_CODES
from simulator.world.inputs import MeetFaults
from simulator.world.world import World

IDENTITY_CODES: Final = FAILING_CODES | LIMITING_CODES | RESTRICTING_CODES
"""Every code with which the identity service can say no."""
INTERNAL_ERROR: Final = "INTERNAL_ERROR"

Who = tuple[World | None, str, str]
"""The world of a request, whose it is, and the token that it carries."""


class FaultyEndpoint:
    """An endpoint to whose requests faults can happen. Costs nothing to speak of where none are ordered."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        operation: str,
        endpoint: Endpoint,
        codes: frozenset[str],
        refuse: Callable[[Request, World | None, str, str], Response],
        who: Callable[[Request], Who] | None = None,
    ) -> None:
        self.methods: Final = endpoint.methods
        self._dispatcher: Final = dispatcher
        self._operation: Final = operation
        self._endpoint: Final = endpoint
        self._codes: Final = codes
        self._refuse: Final = refuse
        self._who: Final = who or self._by_credentials

    async def answer(self, request: Request) -> Response:
        """Answer a request, as a fault wants it where one happens to it."""
        worlds = self._dispatcher.worlds
        if not worlds.faulty:
            return await awaited(self._endpoint.answer(request))
        world, account, token = self._who(request)
        fired = None
        if world is not None:
            fired = meet(worlds, world, MeetFaults(self._operation, account, request.path, token), self._codes)
        if world is None or fired is None:
            return await awaited(self._endpoint.answer(request))
        dialect = Dialect(
            lambda code: self._refuse(request, world, account, code),
            lambda: self._refuse(request, world, account, ""),
        )
        return await answer_with(world, fired, request.faults, dialect, lambda: awaited(self._endpoint.answer(request)))

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return self._endpoint.refuse(error)

    def _by_credentials(self, request: Request) -> Who:
        credentials = Credentials.of(request.headers)
        world, account = self._dispatcher.caller_of(credentials)
        username = read_form(request.query, request.body).text("username")
        if username:
            return self._dispatcher.worlds.by_username(username), username, ""
        return world, account, credentials.token


def faulty_identity(
    dispatcher: Dispatcher, operation: str, endpoint: Endpoint, answer: Callable[[Request, str], Response]
) -> FaultyEndpoint:
    """Return an endpoint of the identity service with faults; `answer` says no to a request with a code, as JSON."""

    def refuse(request: Request, world: World | None, account: str, code: str) -> Response:
        code = code or INTERNAL_ERROR
        dispatcher.requests.refused(world, operation, account, code, f"{code}: a fault was ordered")
        if wants_json(request):
            return answer(request, code)
        return Response(200, pages.failure_page(code), HTML)

    return FaultyEndpoint(dispatcher, operation, endpoint, IDENTITY_CODES, refuse)


def faulty_file(
    dispatcher: Dispatcher, operation: str, endpoint: Endpoint, who: Callable[[Request], Who] | None = None
) -> FaultyEndpoint:
    """Return an endpoint of the menu or the web site with faults: its errors are the betting service's over REST.

    `who` tells whose a request is, where its headers do not.
    """

    def refuse(request: Request, world: World | None, account: str, code: str) -> Response:
        error = error_of(code or ApiErrorCode.TIMEOUT_ERROR, BETTING_EXCEPTION, "a fault was ordered")
        assert error is not None, "a fault with any other code does not happen here"
        uuid = dispatcher.refused(operation, Credentials.of(request.headers), error, BETTING_EXCEPTION)
        return fault_response(error, BETTING_EXCEPTION, uuid, JSON)

    return FaultyEndpoint(dispatcher, operation, endpoint, codes_of(operation, BETTING_EXCEPTION), refuse, who)

"""What answers under addresses of Betfair's services where nothing is served, in the dialect of that service.

    /exchange/{service}/json-rpc...       a JSON-RPC error, DSC-0023
    /exchange/...                         a REST fault, DSC-0021 where the service is known, else DSC-0023
    /inplayservice/...                    a REST fault, DSC-0021
    /betting/json-rpc, /json-rpc, ...     the same without `/exchange`, which some clients forget
    /api/..., /view/...                   the identity service's failure, or its page

A method makes no difference where nothing is: the status is always 404.
"""

import re
from collections.abc import Callable
from typing import Final

from simulator.betfair import identity, pages
from simulator.betfair.dispatch import Credentials, encode_json
from simulator.betfair.errors import BETTING_EXCEPTION, Fault, ProtocolError
from simulator.betfair.http import HTML, Endpoint, wants_json
from simulator.betfair.in_play_service import PREFIX as IN_PLAY
from simulator.betfair.json_rpc import error_member
from simulator.betfair.login_pages import INPUT_VALIDATION_ERROR
from simulator.betfair.rest import fault_response, media_type_of_fault
from simulator.http import JSON, Request, Response

_WITHOUT_PREFIX: Final = re.compile(r"/(?:(?:betting|account|heartbeat|scores)/)?(?:json-rpc|rest)(?:/.*)?", re.DOTALL)
_JSON_RPC: Final = re.compile(r"(?:/exchange)?(?:/\w+)?/json-rpc(?:/.*)?", re.ASCII | re.DOTALL)
_KNOWN_VERSION: Final = re.compile(r"/exchange/(\w+)/rest/v1(?:\.\d+)?(?:/.*)?", re.ASCII | re.DOTALL)
_IDENTITY: Final = ("/api/", "/view/")

Writer = Callable[[ProtocolError, Request | None], Response]
"""Writes an error in a dialect; without a request where that was not read."""
Teller = Callable[[str, Credentials, ProtocolError], object]
"""Writes down that a request was refused: `Dispatcher.refused`."""


class NothingHere:
    """Answers every request with the same error."""

    methods = ()

    def __init__(self, write: Writer, tell: Teller, error: ProtocolError) -> None:
        self._write: Final = write
        self._tell: Final = tell
        self._error: Final = error

    async def answer(self, request: Request) -> Response:
        """Answer that there is nothing."""
        self._tell(f"{request.method} {request.path}", Credentials.of(request.headers), self._error)
        return self._write(self._error, request)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return self._write(error, None)


def belongs_to_betfair(path: str) -> bool:
    """Return whether a path outside `/exchange/` is one of Betfair's, served or not."""
    return path.startswith((*_IDENTITY, IN_PLAY)) or path == "/exchange" or _WITHOUT_PREFIX.fullmatch(path) is not None


class Nowhere:
    """Finds what answers under a path where nothing is served; `services` are the names of those that are."""

    def __init__(self, services: frozenset[str], tell: Teller) -> None:
        operation = ProtocolError(Fault.NO_SUCH_OPERATION, "there is no such operation")
        service = ProtocolError(Fault.NO_SUCH_SERVICE, "no such service or version is served")
        self._services: Final = services
        self._no_operation: Final = NothingHere(_rest, tell, operation)
        self._no_service: Final = NothingHere(_rest, tell, service)
        self._no_json_rpc: Final = NothingHere(_json_rpc, tell, service)
        self._no_identity: Final = NothingHere(_identity, tell, service)

    def find(self, path: str) -> Endpoint:
        """Return what answers under a path."""
        if path.startswith(_IDENTITY):
            return self._no_identity
        if _JSON_RPC.fullmatch(path):
            return self._no_json_rpc
        if path.startswith(IN_PLAY):
            return self._no_operation
        match = _KNOWN_VERSION.fullmatch(path)
        return self._no_operation if match and match[1] in self._services else self._no_service


def _rest(error: ProtocolError, request: Request | None) -> Response:
    media_type = JSON if request is None else media_type_of_fault(request)
    return fault_response(error, BETTING_EXCEPTION, "", media_type)


def _json_rpc(error: ProtocolError, _: Request | None) -> Response:
    answer = {"jsonrpc": "2.0", "error": error_member(error, BETTING_EXCEPTION, "")}
    return Response(error.http_status, encode_json(answer))


def _identity(error: ProtocolError, request: Request | None) -> Response:
    if request is None or wants_json(request):
        return identity.refusal(error)
    return Response(error.http_status, pages.failure_page(INPUT_VALIDATION_ERROR), HTML)

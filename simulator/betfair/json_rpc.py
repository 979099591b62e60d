"""JSON-RPC 2.0, single and in batches, as Betfair's framework speaks it.

    {"jsonrpc":"2.0","method":"SportsAPING/v1.0/listEvents","params":{"filter":{}},"id":1}

`jsonrpc` is not looked at, `id` is any JSON value and comes back byte for byte, unknown members are ignored. Almost
every answer has HTTP status 200; only a body that is no request at all, and an empty batch, have 400.
"""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from simulator.betfair.asked import Outcome
from simulator.betfair.decoding import first_value, not_json, plain_json, without_mark
from simulator.betfair.dispatch import Credentials, Dispatcher, ServedOperation, encode_json
from simulator.betfair.errors import ApiError, ExceptionType, Fault, ProtocolError, exception_detail
from simulator.http import Request, Response, do_all

SERVICE_ERROR: Final = -32099
"""The JSON-RPC code of every error that a service itself raises; which one it is stands in the message."""

_CALLS_BETWEEN_PAUSES: Final = 50
"""After this many calls of a batch other connections get a turn."""


class Envelope(Struct, gc=False):
    """One call. What is absent is empty: parameters that are left out are `{}`, which does no harm."""

    method: str
    params: Raw = Raw(b"")
    id: Raw = Raw(b"")


class _Begun(NamedTuple):
    """A call's answer, now or later, and whether it says that the call could not be read."""

    answer: bytes | Awaitable[bytes]
    is_unreadable: bool


_decode_call: Final = msgspec.json.Decoder(Envelope).decode
_decode_batch: Final = msgspec.json.Decoder(list[Envelope]).decode


class JsonRpcEndpoint:
    """The JSON-RPC endpoint of one service."""

    methods = ("POST",)

    def __init__(self, dispatcher: Dispatcher, operations: dict[str, ServedOperation]) -> None:
        service = next(iter(operations.values())).service
        self._dispatcher: Final = dispatcher
        self._exception: Final = service.exception
        # As every known client writes it; other spellings are found by their parts.
        self._by_method: Final = {f"{service.interface}/v1.0/{name}": served for name, served in operations.items()}
        self._by_lower_name: Final = {name.lower(): served for name, served in operations.items()}
        # The minor version does not matter: v1, v1.0 and v1.7 are the same.
        self._method: Final = re.compile(rf"{service.interface}/v1(?:\.\d+)?/(\w+)", re.IGNORECASE | re.ASCII)

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Answer a call with a call's answer, and a batch with a list of them."""
        credentials = Credentials.of(request.headers)
        body = without_mark(request.body)
        try:
            if not body.startswith(b"{") and body.lstrip()[:1] == b"[":
                return self._answer_batch(_read_batch(body), credentials, request)
            call = _read_call(body)
        except ProtocolError as error:
            self._dispatcher.refused("a call over JSON-RPC", credentials, error)
            return self.refuse(error)
        outcome = self._begin(call, credentials, request)
        if isinstance(outcome, (bytes, ApiError, ProtocolError)):
            return self._response(outcome, call, credentials)
        return self._respond_later(outcome, call, credentials)

    async def _respond_later(self, outcome: Awaitable[Outcome], call: Envelope, credentials: Credentials) -> Response:
        return self._response(await outcome, call, credentials)

    def _response(self, outcome: Outcome, call: Envelope, credentials: Credentials) -> Response:
        if isinstance(outcome, ProtocolError) and outcome.fault is Fault.JSON_PARSE_FAILURE:
            # Parameters are read later than the call around them, but where they are not JSON the body is not either.
            self._dispatcher.refused(self._operation_of(call), credentials, outcome)
            return self.refuse(outcome)
        return Response(200, self._written(outcome, call, credentials))

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a body that is no request: without an id, and one object even for a batch."""
        member = encode_json(error_member(error, self._exception, ""))
        return Response(error.http_status, b'{"jsonrpc":"2.0","error":%b}' % member)

    async def _answer_batch(self, calls: list[Envelope], credentials: Credentials, request: Request) -> Response:
        """Begin all calls in their order, then wait for those that have to wait, together.

        A wait begins with its call, so that the bets of a batch in play are delayed side by side, not one by one. All
        calls are in flight together; those that do not wait no longer are once all have begun, whoever else waits.
        """
        begun: list[_Begun] = []
        for number, call in enumerate(calls, start=1):
            outcome = self._begin(call, credentials, request)
            if isinstance(outcome, (bytes, ApiError, ProtocolError)):
                is_unreadable = isinstance(outcome, ProtocolError) and outcome.fault.json_rpc_code != SERVICE_ERROR
                begun.append(_Begun(self._written(outcome, call, credentials), is_unreadable))
            else:
                # Unlike a coroutine, a future goes on while we are busy with the others.
                begun.append(_Begun(asyncio.ensure_future(self._written_later(outcome, call, credentials)), False))
            if number % _CALLS_BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)
        if request.when_answered and any(not isinstance(answer, bytes) for answer, _ in begun):
            await asyncio.sleep(0)
            do_all(request.when_answered)
        if self._dispatcher.settings.batch_in_completion_order:
            answers = await _in_completion_order(begun)
        else:
            answers = [answer if isinstance(answer, bytes) else await answer for answer, _ in begun]
        return Response(200, b"[%b]" % b",".join(answers))

    def _begin(self, call: Envelope, credentials: Credentials, request: Request) -> Outcome | Awaitable[Outcome]:
        served = self._found(call.method)
        if served is None:
            return ProtocolError(Fault.NO_SUCH_OPERATION, f"no method is called {call.method!r}")
        return self._dispatcher.begin(served, call.params or b"{}", credentials, request=request)

    def _found(self, method: str) -> ServedOperation | None:
        served = self._by_method.get(method)
        if served is None and (match := self._method.fullmatch(method)):
            served = self._by_lower_name.get(match[1].lower())
        return served

    def _operation_of(self, call: Envelope) -> str:
        """Return how what a call asks for is written down: by its name, or as the call says where nothing has it."""
        served = self._found(call.method)
        return call.method if served is None else served.operation.name

    async def _written_later(self, outcome: Awaitable[Outcome], call: Envelope, credentials: Credentials) -> bytes:
        return self._written(await outcome, call, credentials)

    def _written(self, outcome: Outcome, call: Envelope, credentials: Credentials) -> bytes:
        """Write the answer to a call; the result is already JSON and is not read again."""
        if isinstance(outcome, bytes):
            member, value = b"result", outcome
        else:
            uuid = self._dispatcher.refused(self._operation_of(call), credentials, outcome, self._exception)
            member, value = b"error", encode_json(error_member(outcome, self._exception, uuid))
        call_id = bytes(call.id)
        if not call_id or call_id == b"null":
            return b'{"jsonrpc":"2.0","%b":%b}' % (member, value)
        return b'{"jsonrpc":"2.0","%b":%b,"id":%b}' % (member, value, call_id)


def _read_call(body: bytes) -> Envelope:
    try:
        call = first_value(_decode_call, body)
    except msgspec.ValidationError as error:
        raise not_json(error) from error
    _check_id(call)
    return call


def _read_batch(body: bytes) -> list[Envelope]:
    """Read a batch. One element that is no call makes all of it unreadable; an empty batch is an error of its own."""
    try:
        calls = first_value(_decode_batch, body)
    except msgspec.ValidationError as error:
        raise not_json(error) from error
    if not calls:
        raise ProtocolError(Fault.NO_REQUESTS_FOUND, "an empty batch")
    for call in calls:
        _check_id(call)
    return calls


def _check_id(call: Envelope) -> None:
    """Read an id that is more than digits: it was skipped so far, and we must not echo what is not JSON."""
    call_id = bytes(call.id)
    if call_id and not call_id.isdigit():
        plain_json(call_id)


async def _in_completion_order(begun: list[_Begun]) -> list[bytes]:
    """Return the answers in the order in which they were ready, unreadable calls before all others."""
    ready = [(not is_unreadable, answer) for answer, is_unreadable in begun if isinstance(answer, bytes)]
    ready.sort(key=lambda pair: pair[0])
    waiting = [answer for answer, _ in begun if not isinstance(answer, bytes)]
    return [answer for _, answer in ready] + [await answer for answer in asyncio.as_completed(waiting)]


def error_member(error: ApiError | ProtocolError, exception: ExceptionType, request_uuid: str) -> dict[str, Any]:
    """Return the `error` member of an answer.

    A value of the wrong type is `DSC-0018` here although REST says `DSC-0009`: so do the recordings.
    """
    if isinstance(error, ProtocolError):
        fault = Fault.MANDATORY_NOT_DEFINED if error.fault is Fault.CLASS_CONVERSION_FAILURE else error.fault
        return {"code": fault.json_rpc_code, "message": fault.text}
    return {
        "code": SERVICE_ERROR,
        "message": exception.text(error.code),
        "data": exception_detail(error, exception, request_uuid),
    }

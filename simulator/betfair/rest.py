"""REST, which Betfair's framework calls "rescript": a path an operation, parameters as the body, the bare result back.

    POST /exchange/betting/rest/v1.0/listEvents/      {"filter":{}}

Answers are JSON or, where `Accept` or `?alt=xml` asks for it, XML. Errors are faults with an HTTP status of their own.
Sources: manual, "Inicio"; recorded faults; the framework (betfair/cougar, `RescriptTransportCommandProcessor`).
"""

from collections.abc import Awaitable
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

from simulator.betfair import xml
from simulator.betfair.asked import Outcome
from simulator.betfair.decoding import why_unreadable, without_mark
from simulator.betfair.dispatch import NOBODY, Credentials, Dispatcher, ServedOperation, encode_json
from simulator.betfair.errors import ApiError, ApiErrorCode, ExceptionType, Fault, ProtocolError, exception_detail
from simulator.betfair.http import XML, acceptable, demand_json
from simulator.http import JSON, Request, Response

SERVER_ERRORS: Final = frozenset(
    {
        ApiErrorCode.UNEXPECTED_ERROR,
        ApiErrorCode.SERVICE_BUSY,
        ApiErrorCode.SERVICE_UNAVAILABLE,
        ApiErrorCode.TIMEOUT_ERROR,
    }
)
"""Business errors that are the server's fault: HTTP 500 and `Server` over REST. All others are 400 and `Client`."""

_ALTERNATIVES: Final = {"json": JSON, "xml": XML}


class RestEndpoint:
    """The REST endpoint of one operation."""

    methods = ("POST",)

    def __init__(self, dispatcher: Dispatcher, served: ServedOperation) -> None:
        self._dispatcher: Final = dispatcher
        self._served: Final = served
        self._exception: Final = served.service.exception
        namespace = f"http://www.betfair.com/servicetypes/v1/{served.service.interface}/"
        self._encode_xml: Final = partial(xml.answer_document, served.operation.name, namespace)

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Answer one call in the representation the caller asks for."""
        try:
            demand_json(request.headers.get(b"content-type", b""))
            media_type = wanted_media_type(request)
        except ProtocolError as error:
            return self._fault(error, NOBODY, media_type_of_fault(request))
        credentials = Credentials.of(request.headers)
        body = without_mark(request.body)
        if not body and self._served.parameters.takes_nothing:
            body = b"{}"
        if not _may_be_object(body):
            explanation = why_unreadable(body, "the body is no object")
            return self._fault(ProtocolError(Fault.JSON_PARSE_FAILURE, explanation), NOBODY, media_type)
        encode = encode_json if media_type == JSON else self._encode_xml
        outcome = self._dispatcher.begin(self._served, body, credentials, encode, request=request)
        if isinstance(outcome, (bytes, ApiError, ProtocolError)):
            return self._response(outcome, credentials, media_type)
        return self._respond_later(outcome, credentials, media_type)

    async def _respond_later(
        self, outcome: Awaitable[Outcome], credentials: Credentials, media_type: bytes
    ) -> Response:
        return self._response(await outcome, credentials, media_type)

    def _response(self, outcome: Outcome, credentials: Credentials, media_type: bytes) -> Response:
        if isinstance(outcome, bytes):
            return Response(200, outcome, media_type)
        return self._fault(outcome, credentials, media_type)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return fault_response(error, self._exception, "", JSON)

    def _fault(self, error: ApiError | ProtocolError, credentials: Credentials, media_type: bytes) -> Response:
        uuid = self._dispatcher.refused(self._served.operation.name, credentials, error, self._exception)
        return fault_response(error, self._exception, uuid, media_type)


def wanted_media_type(request: Request) -> bytes:
    """Return the media type of the answer: `alt` in the query overrides the Accept header.

    Raises `ProtocolError` as `acceptable` does, and DSC-0012 for another word than `json` and `xml`.
    """
    if request.query:
        alternative = parse_qs(request.query.decode("latin-1")).get("alt")
        if alternative:
            word = alternative[0].lower()
            if word not in _ALTERNATIVES:
                raise ProtocolError(Fault.MEDIA_TYPE_PARSE_FAILURE, f"alt is json or xml, and not {word[:80]!r}")
            return _ALTERNATIVES[word]
    return acceptable(request.headers.get(b"accept", b""))


def media_type_of_fault(request: Request) -> bytes:
    """Return the media type of a fault: the one that is wanted, or XML where that cannot be told (betfair/cougar)."""
    try:
        return wanted_media_type(request)
    except ProtocolError:
        return XML


def _may_be_object(body: bytes) -> bool:
    """Return whether a body begins as an object does, or is `null`, which leaves all parameters out.

    Only JSON-RPC takes parameters by position; here any other JSON is none to the framework (recorded).
    """
    start = body.lstrip()[:4]
    return start[:1] in (b"{", b"") or start == b"null"


def fault_response(
    error: ApiError | ProtocolError, exception: ExceptionType, request_uuid: str, media_type: bytes
) -> Response:
    """Return an error as a response."""
    status, body = fault(error, exception, request_uuid)
    return Response(status, encode_json(body) if media_type == JSON else xml.fault_document(body), media_type)


def fault(error: ApiError | ProtocolError, exception: ExceptionType, request_uuid: str) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status of an error and its body, as one object for JSON and XML alike.

    The `detail` of a framework fault is an empty object, as one recording has it.
    """
    if isinstance(error, ProtocolError):
        return error.http_status, _body(error.http_status, error.fault.text, {})
    status = 500 if error.code in SERVER_ERRORS else 400
    return status, _body(status, exception.text(error.code), exception_detail(error, exception, request_uuid))


def _body(http_status: int, text: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"faultcode": "Client" if http_status < 500 else "Server", "faultstring": text, "detail": detail}

"""What a caller of Betfair gets instead of a result: names, numbers and statuses.

    BetfairError
    ├── ApiError          an interface says no: APINGException (ANGX-, HBT-), AccountAPINGException (AANGX-)
    ├── ProtocolError     the framework beneath the interfaces cannot even ask them: DSC-nnnn
    └── SignInError       the identity service says no: a status and an error code, never a number

An operation raises `ApiError` and knows nothing of HTTP; the transports raise `ProtocolError`; each transport writes
both in its own dialect: `json_rpc.error_member`, `rest.fault`, and for the identity service `identity.SignInAnswer`.

The same name has different numbers in different interfaces: INVALID_INPUT_DATA is ANGX-0002 and AANGX-0001. Therefore
an error carries the name alone, and the number comes from the `ExceptionType` of the service that was asked.

Sources: `SportsAPING.xml`, `AccountAPING.xml`, `HeartbeatAPING.xml`; recorded faults; the framework's own table
(betfair/cougar, `ServerFaultCode`).
"""

from enum import Enum, StrEnum
from typing import Any, Final, NamedTuple


class ApiErrorCode(StrEnum):
    """The names of all business errors of all interfaces."""

    ACCESS_DENIED = "ACCESS_DENIED"
    APP_CREATION_FAILED = "APP_CREATION_FAILED"
    APP_KEY_CREATION_FAILED = "APP_KEY_CREATION_FAILED"
    DUPLICATE_APP_NAME = "DUPLICATE_APP_NAME"
    EXPOSURE_LIMIT_NOT_EXIST = "EXPOSURE_LIMIT_NOT_EXIST"
    INVALID_APP_KEY = "INVALID_APP_KEY"
    INVALID_AUTH_CODE = "INVALID_AUTH_CODE"
    INVALID_CLIENT_REF = "INVALID_CLIENT_REF"
    INVALID_GRANT_TYPE = "INVALID_GRANT_TYPE"
    INVALID_INPUT_DATA = "INVALID_INPUT_DATA"
    INVALID_MARKET_GROUP = "INVALID_MARKET_GROUP"
    INVALID_SECRET = "INVALID_SECRET"
    INVALID_SESSION_INFORMATION = "INVALID_SESSION_INFORMATION"
    INVALID_SUBSCRIPTION_TOKEN = "INVALID_SUBSCRIPTION_TOKEN"
    INVALID_VENDOR_CLIENT_ID = "INVALID_VENDOR_CLIENT_ID"
    MARKET_GROUP_NOT_BLOCKED = "MARKET_GROUP_NOT_BLOCKED"
    NO_APP_KEY = "NO_APP_KEY"
    NO_SESSION = "NO_SESSION"
    REQUEST_SIZE_EXCEEDS_LIMIT = "REQUEST_SIZE_EXCEEDS_LIMIT"
    SERVICE_BUSY = "SERVICE_BUSY"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    TIMEOUT_ERROR = "TIMEOUT_ERROR"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    TOO_MUCH_DATA = "TOO_MUCH_DATA"
    UNEXPECTED_ERROR = "UNEXPECTED_ERROR"
    USER_NOT_SUBSCRIBED = "USER_NOT_SUBSCRIBED"
    WALLET_TRANSFER_ERROR = "WALLET_TRANSFER_ERROR"


_WITHOUT_DETAILS: Final = frozenset(
    {
        ApiErrorCode.INVALID_APP_KEY,
        ApiErrorCode.INVALID_SESSION_INFORMATION,
        ApiErrorCode.NO_APP_KEY,
        ApiErrorCode.NO_SESSION,
    }
)
"""Errors about who asks, recorded without details."""


class Fault(Enum):
    """The framework's faults: number after `DSC-`, HTTP status over REST, code in JSON-RPC.

    Those about callers, and the time limit, have no code of their own in JSON-RPC: they share that of the services'
    exceptions. Sources: manual, "Los códigos de error más comunes"; betfair/cougar, `ServerFaultCode`.
    """

    SERVICE_RUNTIME_EXCEPTION = (5, 500, -32603)
    JSON_PARSE_FAILURE = (8, 400, -32700)
    CLASS_CONVERSION_FAILURE = (9, 400, -32602)
    INPUT_MEDIA_TYPE_INVALID = (10, 415, -32700)
    CONTENT_TYPE_NOT_VALID = (11, 415, -32700)
    MEDIA_TYPE_PARSE_FAILURE = (12, 415, -32700)
    ACCEPT_TYPE_NOT_VALID = (13, 406, -32700)
    MANDATORY_NOT_DEFINED = (18, 400, -32602)
    TIMEOUT = (19, 504, -32099)
    NO_SUCH_OPERATION = (21, 404, -32601)
    NO_SUCH_SERVICE = (23, 404, -32601)
    RESCRIPT_DESERIALISATION_FAILURE = (24, 400, -32099)
    NO_REQUESTS_FOUND = (31, 400, -32600)
    UNKNOWN_CALLER = (34, 400, -32099)
    UNRECOGNISED_CREDENTIALS = (35, 400, -32099)
    INVALID_CREDENTIALS = (36, 400, -32099)
    SUBSCRIPTION_REQUIRED = (37, 403, -32099)
    OPERATION_FORBIDDEN = (38, 403, -32099)

    def __init__(self, number: int, http_status: int, json_rpc_code: int) -> None:
        self.text: Final = f"DSC-{number:04}"
        self.http_status: Final = http_status
        self.json_rpc_code: Final = json_rpc_code


class BetfairError(Exception):
    """The root of the tree."""


class ApiError(BetfairError):
    """An interface refuses a request as a whole.

    `sentence` says why. Callers see it as `errorDetails` (manual, "Excepciones"), but for the codes of sessions and app
    keys, whose details are recorded as empty. `explanation` is what only our log says, where the text that the service
    itself uses leaves open what is wrong.

        raise ApiError(ApiErrorCode.TOO_MUCH_DATA, "MaxResults must be less than or equal to 1000")
    """

    def __init__(self, code: ApiErrorCode, sentence: str, *, explanation: str = "") -> None:
        super().__init__(f"{code}: {explanation or sentence}")
        self.code: Final = code
        self.outcome: Final[str] = code
        """How the outcome of the request is called where it is written down."""
        self.details: Final = "" if code in _WITHOUT_DETAILS else sentence


class ProtocolError(BetfairError):
    """A request never reached an operation. `explanation` is for our log; the wire shows the number alone.

    `http_status` overrides that of the fault, where HTTP itself has a better word.
    """

    def __init__(self, fault: Fault, explanation: str, http_status: int | None = None) -> None:
        super().__init__(f"{fault.text} {fault.name}: {explanation}")
        self.fault: Final = fault
        self.outcome: Final = fault.text
        """How the outcome of the request is called where it is written down."""
        self.http_status: Final = http_status or fault.http_status


class SignInError(BetfairError):
    """The identity service refuses: `status` is FAIL or LOGIN_RESTRICTED, `code` one of the login return codes.

    `explanation` is for our log.
    """

    def __init__(self, status: str, code: str, explanation: str = "") -> None:
        super().__init__(f"{code}: {explanation}" if explanation else f"{status} {code}")
        self.status: Final = status
        self.code: Final = code
        self.outcome: Final = code or status
        """How the outcome of the request is called where it is written down."""


# The exceptions of each interface


class ExceptionType(NamedTuple):
    """The exception that all operations of an interface throw, and its numbers."""

    name: str
    prefix: str
    numbers: dict[ApiErrorCode, int]
    name_comes_first: bool
    """Whether recorded JSON-RPC errors name the exception before its contents; key order is all there is to it."""
    without_request_uuid: frozenset[ApiErrorCode] = frozenset({ApiErrorCode.INVALID_APP_KEY})
    """Errors recorded with the text `null` for a request id: they arise before a request has one."""

    def text(self, code: ApiErrorCode) -> str:
        """Return the number as it is written: `ANGX-0003`."""
        return f"{self.prefix}-{self.numbers[code]:04}"


def _numbered(*codes: ApiErrorCode) -> dict[ApiErrorCode, int]:
    return {code: number for number, code in enumerate(codes, start=1)}


_Code = ApiErrorCode

BETTING_EXCEPTION: Final = ExceptionType(
    "APINGException",
    "ANGX",
    _numbered(
        _Code.TOO_MUCH_DATA,
        _Code.INVALID_INPUT_DATA,
        _Code.INVALID_SESSION_INFORMATION,
        _Code.NO_APP_KEY,
        _Code.NO_SESSION,
        _Code.UNEXPECTED_ERROR,
        _Code.INVALID_APP_KEY,
        _Code.TOO_MANY_REQUESTS,
        _Code.SERVICE_BUSY,
        _Code.TIMEOUT_ERROR,
        _Code.APP_KEY_CREATION_FAILED,
        _Code.DUPLICATE_APP_NAME,
        _Code.APP_CREATION_FAILED,
        _Code.REQUEST_SIZE_EXCEEDS_LIMIT,
        _Code.ACCESS_DENIED,
        _Code.INVALID_MARKET_GROUP,
        _Code.EXPOSURE_LIMIT_NOT_EXIST,
        _Code.MARKET_GROUP_NOT_BLOCKED,
    ),
    name_comes_first=False,
)

ACCOUNT_EXCEPTION: Final = ExceptionType(
    "AccountAPINGException",
    "AANGX",
    _numbered(
        _Code.INVALID_INPUT_DATA,
        _Code.INVALID_SESSION_INFORMATION,
        _Code.UNEXPECTED_ERROR,
        _Code.INVALID_APP_KEY,
        _Code.SERVICE_BUSY,
        _Code.TIMEOUT_ERROR,
        _Code.DUPLICATE_APP_NAME,
        _Code.APP_KEY_CREATION_FAILED,
        _Code.APP_CREATION_FAILED,
        _Code.NO_SESSION,
        _Code.NO_APP_KEY,
        _Code.SUBSCRIPTION_EXPIRED,
        _Code.INVALID_SUBSCRIPTION_TOKEN,
        _Code.TOO_MANY_REQUESTS,
        _Code.INVALID_CLIENT_REF,
        _Code.WALLET_TRANSFER_ERROR,
        _Code.INVALID_VENDOR_CLIENT_ID,
        _Code.USER_NOT_SUBSCRIBED,
        _Code.INVALID_SECRET,
        _Code.INVALID_AUTH_CODE,
        _Code.INVALID_GRANT_TYPE,
    ),
    name_comes_first=True,
    without_request_uuid=frozenset({_Code.INVALID_APP_KEY, _Code.INVALID_SESSION_INFORMATION}),
)

HEARTBEAT_EXCEPTION: Final = ExceptionType(
    "APINGException",
    "HBT",
    _numbered(
        _Code.INVALID_INPUT_DATA,
        _Code.INVALID_SESSION_INFORMATION,
        _Code.NO_APP_KEY,
        _Code.NO_SESSION,
        _Code.INVALID_APP_KEY,
        _Code.UNEXPECTED_ERROR,
    ),
    name_comes_first=False,
)


SCORES_EXCEPTION: Final = ExceptionType(
    "APINGException",
    "SANGX",
    # In the order of the manual, as those of the other interfaces are; a client has reported SANGX-0004.
    _numbered(
        _Code.UNEXPECTED_ERROR,
        _Code.INVALID_INPUT_DATA,
        _Code.INVALID_SESSION_INFORMATION,
        _Code.INVALID_APP_KEY,
        _Code.SERVICE_BUSY,
        _Code.TIMEOUT_ERROR,
        _Code.NO_SESSION,
        _Code.NO_APP_KEY,
        _Code.TOO_MANY_REQUESTS,
        _Code.SERVICE_UNAVAILABLE,
    ),
    name_comes_first=False,
)


def exception_detail(error: ApiError, exception: ExceptionType, request_uuid: str) -> dict[str, Any]:
    """Return an error as the exception of its interface: the part that JSON-RPC and REST have in common."""
    contents = {
        "requestUUID": "null" if error.code in exception.without_request_uuid else request_uuid,
        "errorCode": error.code,
        "errorDetails": error.details,
    }
    if exception.name_comes_first:
        return {"exceptionname": exception.name, exception.name: contents}
    return {exception.name: contents, "exceptionname": exception.name}

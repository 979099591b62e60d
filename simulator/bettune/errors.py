"""What BetTune answers instead of what was asked: a status, a code and a sentence.

Documented: date_invalid, invalid_json_body (400), missing_token (401), pro_subscription_required (403),
filter_not_found (404), rate_limit_exceeded (429). The other codes are chosen in the same style.
"""

from enum import Enum
from typing import Final, NamedTuple

import msgspec

from simulator.bettune.schema import ErrorResponse
from simulator.http import Response


class Kind(NamedTuple):
    """One kind of error, as it is sent."""

    status: int
    code: str
    message: str


class Error(Enum):
    """Every error there is, by what is wrong."""

    DATE_INVALID = Kind(400, "date_invalid", "Invalid or missing date. Expected format: YYYY-MM-DD")
    SPORT_INVALID = Kind(400, "sport_invalid", "Invalid or missing sport. Expected an integer")
    FILTER_ID_INVALID = Kind(400, "filter_id_invalid", "Invalid or missing filterId. Expected an integer")
    MATCH_ID_INVALID = Kind(400, "match_id_invalid", "Invalid matchId. Expected an integer")
    MATCH_IDS_INVALID = Kind(400, "match_ids_invalid", "Invalid or missing matchIds. Expected a list of integers")
    ODDS_INVALID = Kind(400, "odds_invalid", "Invalid or missing odds. Expected a number from 1.01 to 1000")
    INVALID_JSON_BODY = Kind(400, "invalid_json_body", "Invalid JSON body")
    MISSING_TOKEN = Kind(401, "missing_token", "No token provided")
    INVALID_TOKEN = Kind(401, "invalid_token", "Invalid token")
    REVOKED_TOKEN = Kind(401, "revoked_token", "The token has been revoked")
    PRO_SUBSCRIPTION_REQUIRED = Kind(
        403, "pro_subscription_required", "Prediction-based filters are available only for PRO subscription"
    )
    NOT_FOUND = Kind(404, "not_found", "Not found")
    FILTER_NOT_FOUND = Kind(404, "filter_not_found", "Filter not found")
    MATCH_NOT_FOUND = Kind(404, "match_not_found", "Match not found")
    METHOD_NOT_ALLOWED = Kind(405, "method_not_allowed", "Method not allowed")
    BODY_TOO_LARGE = Kind(413, "body_too_large", "The body is too large")
    UNSUPPORTED_MEDIA_TYPE = Kind(415, "unsupported_media_type", "Expected Content-Type: application/json")
    HEADERS_TOO_LARGE = Kind(431, "headers_too_large", "The headers are too large")
    RATE_LIMIT_EXCEEDED = Kind(429, "rate_limit_exceeded", "Rate limit exceeded")


TIMEOUT: Final = Kind(504, "timeout", "The request has timed out")
"""What a request gets for which a tester has ordered it, and no other."""

CODES: Final = {error.value.code: error for error in Error}
"""The errors by their codes."""


class Refusal(Exception):
    """A request is refused; `headers` go with the answer, and `advice` for the tester only into the log."""

    def __init__(self, error: Error, headers: tuple[tuple[bytes, bytes], ...] = (), advice: str = "") -> None:
        super().__init__(f"{error.value.code}: {error.value.message}{f'; {advice}' if advice else ''}")
        self.error: Final = error
        self.headers: Final = headers

    def response(self) -> Response:
        """Return the answer."""
        status, code, message = self.error.value
        return Response(status, msgspec.json.encode(ErrorResponse(code, message)), headers=self.headers)

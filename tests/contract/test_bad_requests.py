"""Whatever is sent around a body, and to the identity service: no failure, no traceback, no change of state."""

import pytest

from tests.contract.bad_input import (
    BETTUNE_PATHS,
    CONTROL_PATHS,
    EVERY_PATH,
    IDENTITY_PATHS,
    JSON_RPC_PATHS,
    REST_PATHS,
    SITE_PATHS,
    Request,
    Siege,
)
from tests.contract.bad_values import FORMS, NOT_JSON

JSON = ((b"content-type", b"application/json"),)

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "POST", "post", "BREW", "", "\u0661")


@pytest.mark.parametrize("path", EVERY_PATH)
def test_a_method_that_is_not_offered_is_refused_with_those_that_are(siege: Siege, path: str) -> None:
    """405 and `Allow`; and for what is not there, 404 whatever the method."""
    with siege.nothing_changes():
        (answer,) = siege.send(Request("BREW", path, b"{}", JSON))
        if path == "/nothing":
            assert 404 == answer.status
            return
        allowed = answer.headers[b"allow"].decode().split(", ")
        # BetTune answers these two everywhere, as a test of its own says.
        others = ("OPTIONS", "HEAD") if path in BETTUNE_PATHS else ()
        for method in METHODS:
            if method not in (*allowed, *others):
                (answer,) = siege.send(Request(method, path, b"{}", JSON))
                assert (405, allowed) == (answer.status, answer.headers[b"allow"].decode().split(", "))


CONTENT_TYPES = (
    *(b"", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data", b"application/xml"),
    *(b"application/jsonp", b"json", b";", b"application/json\x00", b"\xff\xfe", b"*/*", b"a" * 10_000),
)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_body_of_another_kind_is_refused(siege: Siege, content_type: bytes) -> None:
    """415 over REST and in our own API; JSON-RPC looks at the body alone, identity reads any body as a form."""
    headers = ((b"content-type", content_type),)
    with siege.nothing_changes():
        for path in REST_PATHS:
            (answer,) = siege.send(Request("POST", path, b"{}", headers))
            assert 415 == answer.status
        for path in (*CONTROL_PATHS, *BETTUNE_PATHS):
            (answer,) = siege.send(Request("POST", path, b"{}", headers))
            assert answer.status in (405, 415)
        siege.send(*(Request("POST", path, b"{}", headers) for path in [*JSON_RPC_PATHS.values(), *IDENTITY_PATHS]))


ODD_HEADERS = {
    "blank": b"",
    "spaces": b" \t ",
    "not ASCII": b"\xff\xfe\x80",
    "a NUL byte": b"\x00",
    "markup": b"<script>",
    "long": b"x" * 20_000,
    "many commas": b"," * 20_000,
    "many semicolons": b";q=0" * 5_000,
    "a lot of space": b";" + b" " * 20_000 + b"q" + b" " * 10_000,
    "a long number": b"9" * 20_000,
}
HEADER_NAMES = (
    *(b"x-application", b"x-authentication", b"accept", b"accept-encoding", b"content-encoding", b"content-length"),
    *(b"host", b"authorization", b"cookie", b"transfer-encoding", b"expect", b"x-forwarded-for"),
)


@pytest.mark.parametrize("name", ODD_HEADERS)
def test_no_header_is_odd_enough(siege: Siege, name: str) -> None:
    """Every header that somebody looks at, on every path."""
    with siege.nothing_changes():
        for path in EVERY_PATH:
            odd = [((header, ODD_HEADERS[name]),) for header in HEADER_NAMES]
            siege.send(*(Request("GET", path, b"", headers) for headers in odd))
            if path not in CONTROL_PATHS:
                # An empty list of instructions cancels all bets of a market, and this is none.
                body = b'{"marketId":"1.0","instructions":[]}'
                siege.send(*(Request("POST", path, body, (*JSON, *headers)) for headers in odd))


@pytest.mark.parametrize("query", [b"alt=yaml", b"alt=" + b"x" * 10_000, b"\xff=%ff%00", b"&" * 10_000, b"alt=xml&alt"])
def test_no_query_is_odd_enough(siege: Siege, query: bytes) -> None:
    """Most paths do not look at it."""
    with siege.nothing_changes():
        siege.send(*(Request("GET", path, b"", query=query) for path in EVERY_PATH))
        siege.send(*(Request("POST", path, b"{", JSON, query) for path in EVERY_PATH))


ODD_PATHS = ("", "*", "//", "/exchange//json-rpc/v1", "/\x00", "/health\n", "/control/v1/worlds/%00", "/\ud800x", "/..")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_path_is_odd_enough(siege: Siege, method: str) -> None:
    """Those we serve with something behind, and some that are hardly paths."""
    paths = [*ODD_PATHS, *(path + ending for path in EVERY_PATH for ending in ("/", "/x", "\n", "\x00", "a" * 10_000))]
    with siege.nothing_changes():
        siege.send(*(Request(method, path, b"{", JSON) for path in paths))


@pytest.mark.parametrize("path", EVERY_PATH)
def test_headers_of_64_kilobytes_are_too_large(siege: Siege, path: str) -> None:
    """431, whether it is one header or many."""
    one = ((b"x-long", b"x" * 65_536),)
    many = tuple((b"x-%d" % number, b"x" * 50) for number in range(1_000))
    with siege.nothing_changes():
        for headers in (one, many):
            answers = siege.send(*(Request(method, path, b"{}", headers) for method in ("GET", "POST")))
            assert [431, 431] == [answer.status for answer in answers]


READ_TO_THE_END = ("/control/v1/worlds", "/control/v1/worlds/default/restore")
"""Where a snapshot may be sent, which may be three times as long."""


def test_a_body_of_ten_megabytes_is_refused(siege: Siege) -> None:
    """413 wherever a body is read, whether its length is announced, is a lie, or shows as it comes in pieces."""
    whole, pieces = b" " * 10_000_000, [b" " * 65_536] * 160
    with siege.nothing_changes():
        for path in EVERY_PATH:
            for body, headers in (
                (whole, JSON),
                (whole, (*JSON, (b"content-length", b"2"))),
                (whole, (*JSON, (b"content-length", b"10000000"))),
                (pieces, JSON),
            ):
                (answer,) = siege.send(Request("POST", path, body, headers))
                if path in READ_TO_THE_END:
                    assert answer.status == 400, path
                    continue
                assert answer.status in (404, 405, 413), path
                reads_bodies = path not in ("/nothing", "/health", "/view/login", *SITE_PATHS)
                assert 413 == answer.status or not reads_bodies or path in (*CONTROL_PATHS, *BETTUNE_PATHS), path


# Identity


@pytest.mark.parametrize("accept", [b"application/json", b"text/html", b"\xff;q=nonsense"])
@pytest.mark.parametrize("path", IDENTITY_PATHS)
def test_no_form_gets_more_than_a_refusal(siege: Siege, path: str, accept: bytes) -> None:
    """Without a session, or with one that nobody opened; nobody is logged in or out."""
    headers = ((b"x-authentication", b"nonsense\xff"), (b"accept", accept))
    with siege.nothing_changes():
        for form in [*FORMS.values(), *NOT_JSON.values()]:
            for method in ("GET", "POST"):
                query = b"" if method == "POST" else form[:20_000]
                (answer,) = siege.send(Request(method, path, form, headers, query))
                assert b"set-cookie" not in answer.headers
                assert b"SUCCESS" not in answer.body

"""REST, paths, methods, sizes and representations: what HTTP itself sees of the Betfair face.

Sources: manual, "Inicio" and "Los códigos de error más comunes"; recorded faults; the framework (betfair/cougar).
"""

import asyncio
import gzip
import json
import logging
import re
from collections.abc import MutableMapping
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.errors import BETTING_EXCEPTION, Fault, ProtocolError
from simulator.betfair.json_rpc import error_member
from simulator.betfair.rest import fault as rest_fault
from simulator.betfair.rest import fault_response
from tests.contract.face import Theatre, call
from tests.evidence import MANUAL, needs, text_of

LIMIT = 1024 * 1024
JSON_RPC = "/exchange/betting/json-rpc/v1"
REST = "/exchange/betting/rest/v1.0/"
PATHS = (
    JSON_RPC,
    f"{REST}ping/",
    f"{REST}listThings/",
    f"{REST}unheardOf/",
    "/exchange/unheard-of/",
    "/api/login",
    "/api/certlogin",
    "/api/keepAlive",
    "/api/logout",
    "/view/login",
)
NAMESPACE = "{http://www.betfair.com/servicetypes/v1/SportsAPING/}"


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


# REST


def test_the_answer_is_the_bare_result(theatre: Theatre) -> None:
    answer = theatre.rest("listThings", {"name": "a"})

    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert '[{"name":"a","size":2.0,"side":"BACK"}]' == answer.text


def test_a_string_is_a_json_string(theatre: Theatre) -> None:
    assert '"SUCCESS"' == theatre.rest("ping", {}).text


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/betting/rest/v1.0/ping/",
        "/exchange/betting/rest/v1.0/ping",
        "/exchange/betting/rest/v1/ping/",
        "/exchange/betting/rest/v1.7/PING",
    ],
)
def test_slash_minor_version_and_case_of_a_path_do_not_matter(theatre: Theatre, path: str) -> None:
    assert "SUCCESS" == theatre.ask("POST", path, headers=theatre.alice, json={}).json()


def test_a_business_error_is_a_fault(theatre: Theatre) -> None:
    answer = theatre.rest("refuse", {})

    assert 400 == answer.status_code
    assert (
        '{"faultcode":"Client","faultstring":"ANGX-0001","detail":{"APINGException":{'
        '"requestUUID":"prdang001-06061755-0000000001","errorCode":"TOO_MUCH_DATA",'
        '"errorDetails":"MaxResults must be less than or equal to 1000"},"exceptionname":"APINGException"}}'
    ) == answer.text


@pytest.mark.parametrize(
    ("operation", "body", "status", "fault"),
    [
        ("listThings", b"{}", 400, "DSC-0018"),
        ("listThings", b'{"name": null}', 400, "DSC-0018"),
        ("listThings", b"null", 400, "DSC-0018"),
        ("listThings", b'{"name": "a", "copies": "many"}', 400, "DSC-0009"),
        ("listThings", b'{"name": ["a"]}', 400, "DSC-0009"),
        ("listThings", b'{"name": "a", "copies": 99999999999}', 400, "DSC-0009"),
        ("listThings", b"5", 400, "DSC-0008"),
        ("listThings", b'"text"', 400, "DSC-0008"),
        ("listThings", b'["a"]', 400, "DSC-0008"),
        ("listThings", b"true", 400, "DSC-0008"),
        ("ping", b"[]", 400, "DSC-0008"),
        ("listThings", b"", 400, "DSC-0008"),
        ("listThings", b"{", 400, "DSC-0008"),
        ("listThings", b'{"name": "a", "copies": NaN}', 400, "DSC-0008"),
        ("listThings", b'{"name": "a", "copies": 1e400}', 400, "DSC-0008"),
        ("listThings", b'{"name": "\\udc00"}', 400, "DSC-0008"),
        ("listThings", b'{"name": "\xff"}', 400, "DSC-0008"),
        ("listThings", b"[" * 10_000 + b"]" * 10_000, 400, "DSC-0008"),
        ("listThings", b"\x00", 400, "DSC-0008"),
        ("unheardOf", b"{}", 404, "DSC-0021"),
    ],
)
def test_a_framework_fault_has_a_number_and_nothing_more(
    theatre: Theatre, operation: str, body: bytes, status: int, fault: str
) -> None:
    answer = theatre.rest(operation, body)

    expected = f'{{"faultcode":"Client","faultstring":"{fault}","detail":{{}}}}'
    assert (status, expected) == (answer.status_code, answer.text)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"what": 1}'])
def test_an_operation_without_parameters_needs_no_body(theatre: Theatre, body: bytes) -> None:
    assert "SUCCESS" == theatre.rest("ping", body).json()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/exchange/betting/rest/v1.0/unheardOf/", "DSC-0021"),
        ("/exchange/betting/rest/v1.0/", "DSC-0021"),
        ("/exchange/betting/rest/v1.0/ping/more", "DSC-0021"),
        ("/exchange/betting/rest/v2.0/ping/", "DSC-0023"),
        ("/exchange/betting/rest/ping/", "DSC-0023"),
        ("/exchange/racing/rest/v1.0/ping/", "DSC-0023"),
        ("/exchange/betting/rest/v1/en/navigation/other.json", "DSC-0021"),
        ("/betting/rest/v1.0/listEvents/", "DSC-0023"),
        ("/rest/v1.0/listEvents/", "DSC-0023"),
        ("/exchange/", "DSC-0023"),
        ("/exchange", "DSC-0023"),
        ("/exchange/%00%ff%0a", "DSC-0023"),
        ("/exchange/" + "a" * 5_000, "DSC-0023"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_where_nothing_is_there_is_a_fault(theatre: Theatre, path: str, fault: str, method: str) -> None:
    """Whatever the method: there is nothing that another one could do."""
    answer = theatre.ask(method, path, headers=theatre.alice, json={})

    expected = f'{{"faultcode":"Client","faultstring":"{fault}","detail":{{}}}}'
    assert (404, expected) == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/scores/json-rpc/v1",
        "/exchange/racing/json-rpc/v1",
        "/exchange/betting/json-rpc/v2",
        "/exchange/betting/json-rpc/",
        "/exchange/json-rpc/v1",
        "/betting/json-rpc",
        "/betting/json-rpc/v1",
        "/json-rpc",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_where_json_rpc_is_spoken_nothing_is_said_in_json_rpc(theatre: Theatre, path: str, method: str) -> None:
    answer = theatre.ask(method, path, headers={**theatre.alice, "Accept": "application/xml"}, json=call("ping"))

    assert (404, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert '{"jsonrpc":"2.0","error":{"code":-32601,"message":"DSC-0023"}}' == answer.text


@pytest.mark.parametrize("path", ["/api/other", "/api/", "/view/other"])
def test_where_the_identity_service_has_nothing_it_says_so_itself(theatre: Theatre, path: str) -> None:
    json_answer = theatre.ask("POST", path, headers={"Accept": "application/json"})
    page = theatre.ask("GET", path)

    assert (404, '{"token":"","product":"","status":"FAIL","error":"INPUT_VALIDATION_ERROR"}') == (
        json_answer.status_code,
        json_answer.text,
    )
    assert (404, "text/html;charset=UTF-8") == (page.status_code, page.headers["content-type"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"name": "a"}}', 200),
        (b'{"name": "a"} {"name": 5', 200),
        (b'{"name": "a", "copies": "2"}\xff', 200),
        (b'\xef\xbb\xbf{"name": "a"}', 200),
        (b'\xef\xbb\xbf{"name": "a"}}', 200),
        (b"\xef\xbb\xbf", 400),
        (b'x{"name": "a"}', 400),
        (b'{"name": "a"', 400),
        (b'{"name": "\xff"}}', 400),
    ],
)
def test_a_body_is_read_to_the_end_of_its_first_value(theatre: Theatre, body: bytes, expected: int) -> None:
    """Sample programs send a brace too many, and a byte order mark."""
    assert expected == theatre.rest("listThings", body).status_code


# Expect


@pytest.mark.parametrize("path", [JSON_RPC, f"{REST}ping/", f"{REST}unheardOf/", "/api/login"])
def test_an_expectation_fails_and_the_log_says_why(
    theatre: Theatre, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = theatre.ask("POST", path, headers={**theatre.alice, "Expect": "100-continue"}, json={})

    assert (417, "close") == (answer.status_code, answer.headers["connection"])
    assert not theatre.stage.calls
    assert "Expect100Continue" in caplog.text


def test_an_expectation_of_the_version_before_is_ignored(theatre: Theatre) -> None:
    """As RFC 9110, section 10.1.1, wants it: that version has no such thing."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {"content-type": "application/json", **theatre.alice, "expect": "100-continue"}
    scope = {
        "type": "http",
        "http_version": "1.0",
        "method": "POST",
        "path": f"{REST}ping/",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(theatre.face(scope, receive, send))

    assert sent[0]["status"] == 200


def test_an_expectation_may_be_accepted() -> None:
    theatre = Theatre(FaceSettings(accepts_expect=True))

    assert 200 == theatre.rest("ping", {}, Expect="100-continue").status_code


def test_callers_are_checked_as_everywhere(theatre: Theatre) -> None:
    answer = theatre.rest("ping", {}, **{"X-Authentication": "expired"})

    assert (400, "ANGX-0003") == (answer.status_code, answer.json()["faultstring"])


def test_an_operation_that_waits_is_waited_for(theatre: Theatre) -> None:
    async def act(client: httpx.AsyncClient) -> httpx.Response:
        request = asyncio.ensure_future(client.post(f"{REST}wait/", json={"name": "a"}, headers=theatre.alice))
        while "a" not in theatre.stage.gates:
            await asyncio.sleep(0)
        theatre.stage.gates["a"].set_result("open")
        return await request

    assert '"open"' == theatre.run(act).text


def test_a_bug_is_a_fault_of_the_server(theatre: Theatre, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = theatre.rest("fail", {})

    assert (500, "Server", "DSC-0005") == (
        answer.status_code,
        answer.json()["faultcode"],
        answer.json()["faultstring"],
    )
    assert "ZeroDivisionError: a bug" in caplog.text


# Representations


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/json",
        "application/*",
        "text/html, */*;q=0.1",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "text/xml;q=.2, application/json;q=.21",
        "application/json,",
        "application/xml;q=0.5, application/json",
    ],
)
def test_json_is_the_answer_unless_something_else_is_asked_for(theatre: Theatre, accept: str | None) -> None:
    answer = theatre.rest("ping", {}, **({} if accept is None else {"Accept": accept}))

    assert "application/json" == answer.headers["content-type"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("Application/XML; charset=utf-8", "application/xml"),
        ("application/json;q=0.1, application/xml", "application/xml"),
        ("application/json;q=0, application/xml;q=0.1", "application/xml"),
    ],
)
def test_xml_is_the_answer_where_it_is_preferred(theatre: Theatre, accept: str, content_type: str) -> None:
    answer = theatre.rest("listThings", {"name": "a"}, Accept=accept)

    assert content_type == answer.headers["content-type"]
    assert f"{NAMESPACE}ListThingsResponse" == ElementTree.fromstring(answer.content).tag


@pytest.mark.parametrize(
    ("accept", "status", "fault"),
    [
        ("text/html", 406, "DSC-0013"),
        ("image/*", 406, "DSC-0013"),
        ("application/json;q=0", 406, "DSC-0013"),
        ("application/json;q=0.000, text/html", 406, "DSC-0013"),
        (";;,,", 406, "DSC-0013"),
        ("nonsense", 415, "DSC-0012"),
        ("application/json, nonsense", 415, "DSC-0012"),
        ("application/", 415, "DSC-0012"),
        ("/json", 415, "DSC-0012"),
        ("\xff", 415, "DSC-0012"),
    ],
)
def test_what_cannot_be_written_is_not_acceptable_and_what_is_no_media_type_is_another_fault(
    theatre: Theatre, accept: str, status: int, fault: str
) -> None:
    """Both are said in XML, as nothing better is known, and before anything is done."""
    answer = theatre.ask("POST", f"{REST}ping/", headers={**theatre.alice, "Accept": accept.encode("latin-1")}, json={})

    assert (status, "application/xml") == (answer.status_code, answer.headers["content-type"])
    assert fault == ElementTree.fromstring(answer.content).findtext("faultstring")
    assert not theatre.stage.calls


def test_a_header_that_is_a_list_may_come_in_several_lines(theatre: Theatre) -> None:
    accept = [("Accept", "text/xml;q=0.5"), ("Accept", "application/json;q=0.1")]
    lines = [*theatre.alice.items(), *accept, ("Accept-Encoding", "gzip"), ("Accept-Encoding", "br")]
    headers = httpx.Headers(lines)
    answer = theatre.ask("POST", f"{REST}listThings/", headers=headers, json={"name": "a", "copies": 100})

    assert ("text/xml", "gzip") == (answer.headers["content-type"], answer.headers["content-encoding"])


@pytest.mark.parametrize(
    ("query", "status", "content_type"),
    [
        ("alt=json", 200, "application/json"),
        ("alt=xml", 200, "application/xml"),
        ("x=y&alt=XML", 200, "application/xml"),
        ("alt=yaml", 415, "application/xml"),
        ("alt=json&alt=xml", 200, "application/json"),
        ("alt=", 200, "text/xml"),
        ("x=y", 200, "text/xml"),
        ("%ff%00=&&==", 200, "text/xml"),
    ],
)
def test_alt_in_the_query_overrides_the_header(theatre: Theatre, query: str, status: int, content_type: str) -> None:
    answer = theatre.ask("POST", f"{REST}ping/?{query}", headers={**theatre.alice, "Accept": "text/xml"}, json={})

    assert (status, content_type) == (answer.status_code, answer.headers["content-type"])


def test_xml_names_members_of_lists_after_their_types(theatre: Theatre) -> None:
    answer = theatre.rest("listThings", {"name": "<a & b>", "copies": 2, "note": "é"}, Accept="application/xml")

    thing = "<Thing><name>&lt;a &amp; b&gt;</name><size>2.0</size><side>BACK</side><note>é</note></Thing>"
    assert answer.text == (
        '<?xml version="1.0" encoding="UTF-8"?><ListThingsResponse'
        f' xmlns="http://www.betfair.com/servicetypes/v1/SportsAPING/">{thing}{thing}</ListThingsResponse>'
    )


def test_a_fault_may_be_xml(theatre: Theatre) -> None:
    answer = theatre.rest("listThings", {}, Accept="application/xml")

    assert (400, "application/xml") == (answer.status_code, answer.headers["content-type"])
    assert answer.text.endswith(
        "<fault><faultcode>Client</faultcode><faultstring>DSC-0018</faultstring><detail/></fault>"
    )


def test_an_exception_in_xml_has_its_contents(theatre: Theatre) -> None:
    fault = ElementTree.fromstring(theatre.rest("refuse", {}, Accept="text/xml").content)

    assert "TOO_MUCH_DATA" == fault.findtext("detail/APINGException/errorCode")
    assert "APINGException" == fault.findtext("detail/exceptionname")


def test_what_xml_cannot_carry_is_replaced(theatre: Theatre) -> None:
    answer = theatre.rest("listThings", {"name": "a\x01\uffffb"}, Accept="text/xml")

    name = ElementTree.fromstring(answer.content).findtext(f"{NAMESPACE}Thing/{NAMESPACE}name")
    assert "a\ufffd\ufffdb" == name


@pytest.mark.parametrize(
    ("content_type", "fault"),
    [
        ("", "DSC-0011"),
        ("text/plain", "DSC-0011"),
        ("application/xml", "DSC-0011"),
        ("application/x-www-form-urlencoded", "DSC-0011"),
        ("*/*", "DSC-0010"),
        ("application/*", "DSC-0010"),
        ("nonsense", "DSC-0012"),
        ("application/json, text/plain", "DSC-0012"),
        ("\xff\xff", "DSC-0012"),
    ],
)
def test_rest_wants_json_and_says_so(theatre: Theatre, content_type: str, fault: str) -> None:
    headers = {**theatre.alice, "Content-Type": content_type.encode("latin-1")}
    answer = theatre.ask("POST", f"{REST}ping/", headers=headers, content=b"{}")

    assert (415, fault) == (answer.status_code, answer.json()["faultstring"])


def test_what_is_sent_is_looked_at_before_what_is_wanted(theatre: Theatre) -> None:
    answer = theatre.rest("ping", b"{}", **{"Content-Type": "text/plain", "Accept": "text/html"})

    assert (415, "DSC-0011") == (answer.status_code, ElementTree.fromstring(answer.content).findtext("faultstring"))


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;"]
)
def test_a_content_type_may_have_parameters(theatre: Theatre, content_type: str) -> None:
    assert 200 == theatre.rest("ping", {}, **{"Content-Type": content_type}).status_code


# Compression


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "*"])
def test_a_long_answer_is_compressed_for_who_can_read_it(theatre: Theatre, encoding: str) -> None:
    answer = theatre.rest("listThings", {"name": "a", "copies": 100}, **{"Accept-Encoding": encoding})

    assert ("gzip", "Accept-Encoding") == (answer.headers["content-encoding"], answer.headers["vary"])
    assert int(answer.headers["content-length"]) < len(answer.content)
    assert 100 == len(answer.json())


@pytest.mark.parametrize("encoding", ["", "identity", "gzip;q=0", "deflate", "gzip;q=0.0, *", "\xff"])
def test_others_get_it_plain(theatre: Theatre, encoding: str) -> None:
    headers = {**theatre.alice, "Accept-Encoding": encoding.encode("latin-1")}
    answer = theatre.ask("POST", f"{REST}listThings/", headers=headers, json={"name": "a", "copies": 100})

    assert "content-encoding" not in answer.headers
    assert 100 == len(answer.json())


def test_short_answers_are_not_compressed(theatre: Theatre) -> None:
    assert "content-encoding" not in theatre.rest("ping", {}, **{"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("encoding", ["gzip, identity;q=0", "gzip, *;q=0", "*, identity;q=0.0", "x-gzip;q=.1,*;q=0"])
def test_who_does_not_want_them_plain_gets_short_answers_compressed_too(theatre: Theatre, encoding: str) -> None:
    answer = theatre.rest("ping", {}, **{"Accept-Encoding": encoding})

    assert ("gzip", '"SUCCESS"') == (answer.headers["content-encoding"], answer.text)


@pytest.mark.parametrize(
    "encoding", ["gzip;q=0.5, identity", "gzip;q=0.5, *", "identity;q=1.0, gzip;q=.9", "gzip;q=0, *"]
)
def test_what_is_liked_better_plain_is_plain(theatre: Theatre, encoding: str) -> None:
    answer = theatre.rest("listThings", {"name": "a", "copies": 100}, **{"Accept-Encoding": encoding})

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "encoding", ["identity;q=0", "*;q=0", "br, *;q=0", "identity;q=0, gzip;q=0", "deflate;q=1, *;q=0"]
)
@pytest.mark.parametrize("path", PATHS)
def test_who_wants_no_answer_that_can_be_written_gets_a_refusal(theatre: Theatre, path: str, encoding: str) -> None:
    """In the dialect of the service, and before anything is done; where nothing is served, there is still nothing."""
    method = "GET" if path == "/view/login" else "POST"
    answer = theatre.ask(method, path, headers={**theatre.alice, "Accept-Encoding": encoding}, json=call("ping"))

    is_served = "unheard" not in path.lower()
    assert (406 if is_served else 404) == answer.status_code
    assert "content-encoding" not in answer.headers
    assert not theatre.stage.calls
    if is_served and path.startswith("/exchange"):
        assert "DSC-0013" in answer.text


def test_a_compressed_body_is_read_as_it_is_and_so_is_no_json(
    theatre: Theatre, caplog: pytest.LogCaptureFixture
) -> None:
    """The framework compresses answers only. The log says what is the matter; the header alone does no harm."""
    encoding = {"Content-Encoding": "gzip"}
    with caplog.at_level(logging.INFO):
        over_rest = theatre.rest("listThings", gzip.compress(b'{"name": "a"}'), **encoding)
        over_json_rpc = theatre.rpc(gzip.compress(json.dumps(call("ping")).encode()), **encoding)

    assert (400, "DSC-0008") == (over_rest.status_code, over_rest.json()["faultstring"])
    assert (400, {"code": -32700, "message": "DSC-0008"}) == (over_json_rpc.status_code, over_json_rpc.json()["error"])
    assert 2 == caplog.text.count("it is compressed, and is read as it is")
    assert 200 == theatre.rest("listThings", b'{"name": "a"}', **encoding).status_code


# Names and faults


@pytest.mark.parametrize("name", ["Name", "NAME", "name "])
def test_parameters_have_their_names_in_one_way_of_writing_only(theatre: Theatre, name: str) -> None:
    """The framework looks them up as they are; one in other capitals is a name that nobody knows."""
    over_rest = theatre.rest("listThings", {name: "a"})
    over_json_rpc = theatre.rpc(call("listThings", {name: "a"}))

    assert (400, "DSC-0018") == (over_rest.status_code, over_rest.json()["faultstring"])
    assert {"code": -32602, "message": "DSC-0018"} == over_json_rpc.json()["error"]


@needs(MANUAL)
def test_faults_have_the_names_and_statuses_of_the_manuals_table() -> None:
    """The manual, "Los códigos de error más comunes": DSC number, name, whose fault, HTTP status."""
    rows = re.findall(r"^DSC-(\d{4})\t(\w+)\t(Cliente|Servidor)\t(\d{3})\t", text_of(MANUAL), re.MULTILINE)
    ours = {fault.text: fault for fault in Fault}

    assert len(rows) == 12
    for number, name, whose, status in rows:
        fault = ours[f"DSC-{number}"]
        http_status, body = rest_fault(ProtocolError(fault, "for a test"), BETTING_EXCEPTION, "")
        assert (http_status, body["faultcode"]) == (int(status), {"Cliente": "Client", "Servidor": "Server"}[whose])
        words = {"JSONDeserialisationParseFailure": "JSON_PARSE_FAILURE"}
        assert fault.name == words.get(name, re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper())


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_written_in_every_dialect(fault: Fault) -> None:
    error = ProtocolError(fault, "for a test")
    over_json_rpc = error_member(error, BETTING_EXCEPTION, "")

    for media_type in (b"application/json", b"application/xml", b"text/xml"):
        over_rest = fault_response(error, BETTING_EXCEPTION, "", media_type)
        assert (fault.http_status, media_type) == (over_rest.status, over_rest.content_type)
        assert fault.text.encode() in over_rest.body
    # A value of the wrong kind is another number over REST (recorded).
    text = "DSC-0018" if fault is Fault.CLASS_CONVERSION_FAILURE else fault.text
    assert {"code": fault.json_rpc_code, "message": text} == over_json_rpc


def test_equal_answers_are_equal_bytes() -> None:
    """Compressed too: there is no time stamp in them."""

    async def bytes_of(theatre: Theatre) -> bytes:
        sent: list[bytes] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message.get("body", b""))

        body = json.dumps(call("listThings", {"name": "a", "copies": 100})).encode()
        await theatre.face(scope_of(JSON_RPC, {**theatre.alice, "Accept-Encoding": "gzip"}), receiver_of(body), send)
        return b"".join(sent)

    first, second = (asyncio.run(bytes_of(Theatre())) for _ in range(2))

    assert first == second
    assert 100 == len(json.loads(gzip.decompress(first))["result"])


# Sizes


@pytest.mark.parametrize("path", PATHS[:-1])
def test_a_body_over_the_limit_is_refused(theatre: Theatre, path: str) -> None:
    assert 413 == theatre.ask("POST", path, headers=theatre.alice, content=b" " * (LIMIT + 1)).status_code


def test_a_body_of_ten_megabytes_is_refused_without_being_read(theatre: Theatre) -> None:
    """The length that is announced is enough; one that is not announced is noticed at the limit."""
    pieces = 0

    async def receive() -> dict[str, Any]:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b" " * 100_000, "more_body": True}

    async def status_of(headers: dict[str, str]) -> int:
        sent: list[MutableMapping[str, Any]] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await theatre.face(scope_of(JSON_RPC, headers), receive, send)
        return int(sent[0]["status"])

    assert (413, 0) == (asyncio.run(status_of({"Content-Length": "10485760"})), pieces)
    assert (413, 0) == (asyncio.run(status_of({"Content-Length": "9" * 5_000})), pieces)
    assert (413, 11) == (asyncio.run(status_of({})), pieces)
    assert (413, 22) == (asyncio.run(status_of({"Content-Length": "-1"})), pieces)


def test_a_body_at_the_limit_is_read(theatre: Theatre) -> None:
    body = json.dumps(call("ping")).encode()

    assert "SUCCESS" == theatre.rpc(body + b" " * (LIMIT - len(body))).json()["result"]


def test_the_limit_is_a_setting() -> None:
    theatre = Theatre(FaceSettings(maximum_body_bytes=10))

    assert 413 == theatre.rest("ping", b'{"a": "bcdefghijkl"}').status_code
    assert 200 == theatre.rest("ping", b"{}").status_code


def test_a_body_may_come_in_pieces(theatre: Theatre) -> None:
    async def pieces() -> Any:
        for byte in json.dumps(call("ping")).encode():
            yield bytes([byte])

    assert "SUCCESS" == theatre.ask("POST", JSON_RPC, headers=theatre.alice, content=pieces()).json()["result"]


@pytest.mark.parametrize("pieces", [0, 1])
def test_nobody_answers_a_client_that_hung_up(theatre: Theatre, pieces: int) -> None:
    messages = [{"type": "http.request", "body": b"{", "more_body": True}] * pieces + [{"type": "http.disconnect"}]
    incoming = iter(messages)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(theatre.face(scope_of(JSON_RPC, {}), receive, send))

    assert [] == sent


# Methods


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (JSON_RPC, "POST"),
        (f"{REST}ping/", "POST"),
        ("/api/login", "POST"),
        ("/api/certlogin", "POST"),
        ("/api/keepAlive", "GET, POST"),
        ("/api/logout", "GET, POST"),
        ("/view/login", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "NONSENSE"])
def test_a_method_that_is_not_understood_is_told_which_are(
    theatre: Theatre, path: str, allowed: str, method: str
) -> None:
    answer = theatre.ask(method, path)

    if method in allowed.split(", "):
        assert 405 != answer.status_code
    else:
        assert (405, allowed) == (answer.status_code, answer.headers["allow"])


# Anything at all


def scope_of(path: str, headers: dict[str, str], method: str = "POST", query: bytes = b"") -> dict[str, Any]:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}


def receiver_of(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


HEADERS = st.sampled_from(
    ["X-Application", "X-Authentication", "Accept", "Accept-Encoding", "Content-Type", "Content-Length"]
)
LATIN = st.text(st.characters(max_codepoint=255), max_size=40)
SHARED_STAGE = Theatre()


@given(
    path=st.sampled_from(PATHS) | st.text(max_size=40).map(lambda rest: f"/exchange/{rest}"),
    method=st.sampled_from(["GET", "POST"]),
    headers=st.dictionaries(HEADERS, LATIN | st.sampled_from(["application/json", "gzip", "alice-live", "text/xml"])),
    query=st.binary(max_size=40),
    body=st.binary(max_size=200) | st.sampled_from([b"{}", b"[{}]", b'{"method":"SportsAPING/v1.0/ping","params":{}}']),
)
def test_no_bytes_are_answered_by_a_failure(
    path: str, method: str, headers: dict[str, str], query: bytes, body: bytes
) -> None:
    """Never a status of 500 or more, never an exception, exactly one answer of the length it announces."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = scope_of(path, {**SHARED_STAGE.alice, **headers}, method, query)
    asyncio.run(SHARED_STAGE.face(scope, receiver_of(body), send))

    start, end = sent
    assert start["status"] < 500
    assert int(dict(start["headers"])[b"content-length"]) == len(end["body"])


def test_the_face_claims_the_paths_of_the_exchange_and_no_others(theatre: Theatre) -> None:
    others = ("/", "/health", "/control/v1/worlds", "/exchanges", "/apis", "/rests", "/bet-tune-api/v1/sports")

    assert list(PATHS) == [path for path in (*PATHS, *others) if theatre.face.handles(path)]

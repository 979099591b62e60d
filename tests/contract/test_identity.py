"""Logging in, staying logged in and logging out, with the keys, words and statuses of the recordings.

Sources: manual, "Inicio de sesión" and what follows it; recorded `login_success.json`, `login_fail.json`,
`keep_alive_success.json`, `keep_alive_fail.json`, `logout_success.json` and `logout_fail.json`.
"""

import html
import json
import re
from typing import Any

import httpx
import pytest

from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.transport import BetfairFace
from simulator.world.inputs import AdvanceClock
from simulator.world.loading.loading import load_scenario
from simulator.world.worlds import Worlds
from tests.contract.face import Theatre, call
from tests.evidence import ANSWERS, needs, text_of

JSON = {"Accept": "application/json", "X-Application": "alice-live"}
ALICE = {"username": "alice", "password": "secret"}
HOUR = 60 * 60 * 1000

STATUSES = """
name: statuses
clock: {now: "2026-06-06T17:55:00.000Z", rate: 0}
accounts:
  - {username: suspended, password: secret, status: SUSPENDED}
  - {username: terms, password: secret, status: SPANISH_TERMS_ACCEPTANCE_REQUIRED}
  - {username: closed, password: secret, status: CLOSED}
  - {username: excluded, password: secret, status: SELF_EXCLUDED}
  - {username: unknown, password: secret, status: KYC_SUSPEND}
  - {username: limited, password: secret, status: LIMITED_ACCESS}
"""


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


@pytest.fixture
def statuses() -> Theatre:
    """The theatre with a world of customers who cannot simply log in."""
    theatre = Theatre()
    theatre.worlds.create(load_scenario(STATUSES, "statuses"))
    return theatre


def log_in(theatre: Theatre, form: dict[str, str], path: str = "/api/login", **headers: str) -> httpx.Response:
    return theatre.ask("POST", path, data=form, headers={**JSON, **headers})


# Interactive login


def test_a_login_answers_a_token_that_works(theatre: Theatre) -> None:
    answer = log_in(theatre, ALICE)
    token = answer.json()["token"]

    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert f'{{"token":"{token}","product":"alice-live","status":"SUCCESS","error":""}}' == answer.text
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", token)
    assert "SUCCESS" == theatre.rpc(call("ping"), **{"X-Authentication": token}).json()["result"]


def test_a_login_does_not_end_another_session(theatre: Theatre) -> None:
    first, second = (log_in(theatre, ALICE).json()["token"] for _ in range(2))

    assert first != second
    assert "SUCCESS" == theatre.rpc(call("ping"), **{"X-Authentication": first}).json()["result"]


@pytest.mark.parametrize("form", [{**ALICE, "password": "wrong"}, {**ALICE, "username": "nobody"}])
def test_a_wrong_password_is_a_failure_with_status_200(theatre: Theatre, form: dict[str, str]) -> None:
    answer = log_in(theatre, form)

    assert 200 == answer.status_code
    assert ('{"token":"","product":"alice-live","status":"FAIL","error":"INVALID_USERNAME_OR_PASSWORD"}') == answer.text


@pytest.mark.parametrize("form", [{}, {"username": "alice"}, {"password": "secret"}, {**ALICE, "username": ""}])
def test_a_form_that_is_not_filled_in_is_a_failure_without_a_product(theatre: Theatre, form: dict[str, str]) -> None:
    assert '{"token":"","product":"","status":"FAIL","error":"INPUT_VALIDATION_ERROR"}' == log_in(theatre, form).text


def test_a_login_needs_an_app_key_and_does_not_check_it(theatre: Theatre) -> None:
    without = log_in(theatre, ALICE, **{"X-Application": ""})
    unknown = log_in(theatre, ALICE, **{"X-Application": "unheard-of"})

    assert ("FAIL", "INPUT_VALIDATION_ERROR") == (without.json()["status"], without.json()["error"])
    assert ("SUCCESS", "unheard-of") == (unknown.json()["status"], unknown.json()["product"])


@pytest.mark.parametrize(
    ("username", "status", "error", "has_token"),
    [
        ("suspended", "LIMITED_ACCESS", "SUSPENDED", True),
        ("terms", "LOGIN_RESTRICTED", "SPANISH_TERMS_ACCEPTANCE_REQUIRED", False),
        ("closed", "FAIL", "CLOSED", False),
    ],
)
def test_a_status_comes_with_its_reason(
    statuses: Theatre, username: str, status: str, error: str, has_token: bool
) -> None:
    answer = log_in(statuses, {"username": username, "password": "secret"}).json()

    assert ["token", "product", "status", "error"] == list(answer)
    assert (status, error, has_token) == (answer["status"], answer["error"], bool(answer["token"]))


def test_the_hundred_and_first_login_of_a_minute_is_banned(theatre: Theatre) -> None:
    theatre.worlds.default.do(AdvanceClock(60_000)).accepted()
    answers = [log_in(theatre, ALICE).json() for _ in range(101)]

    assert {"SUCCESS"} == {answer["status"] for answer in answers[:100]}
    assert ("FAIL", "TEMPORARY_BAN_TOO_MANY_REQUESTS") == (answers[100]["status"], answers[100]["error"])
    still = theatre.rpc(call("ping"), **{"X-Authentication": answers[0]["token"]})
    assert "SUCCESS" == still.json()["result"], "existing sessions go on"


def test_a_form_may_have_more_fields_and_special_characters(theatre: Theatre) -> None:
    form = {"product": "x", "url": "y", "redirectMethod": "POST", "login": "true", **ALICE}
    encoded = theatre.ask("POST", "/api/login", content=b"username=%61lice&password=sec%72et", headers=JSON)

    assert "SUCCESS" == log_in(theatre, form).json()["status"]
    assert "SUCCESS" == encoded.json()["status"]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{}", b"=&=&", b"a&" * 10_000, b"username=alice&password=%ff"])
def test_what_is_no_form_is_a_failure(theatre: Theatre, body: bytes) -> None:
    answer = theatre.ask("POST", "/api/login", content=body, headers=JSON)

    assert (200, "FAIL") == (answer.status_code, answer.json()["status"])


# Certificate login


def test_a_certificate_login_has_an_answer_of_its_own_shape(theatre: Theatre) -> None:
    answer = log_in(theatre, ALICE, "/api/certlogin")
    token = answer.json()["sessionToken"]

    assert f'{{"sessionToken":"{token}","loginStatus":"SUCCESS"}}' == answer.text
    assert "SUCCESS" == theatre.rpc(call("ping"), **{"X-Authentication": token}).json()["result"]


def test_a_failed_certificate_login_has_no_token(theatre: Theatre) -> None:
    answer = log_in(theatre, {**ALICE, "password": "wrong"}, "/api/certlogin")

    assert (200, '{"loginStatus":"INVALID_USERNAME_OR_PASSWORD"}') == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("suspended", "SUSPENDED"),
        ("excluded", "SELF_EXCLUDED"),
        ("unknown", "KYC_SUSPEND"),
        ("terms", "SPANISH_TERMS_ACCEPTANCE_REQUIRED"),
        ("closed", "CLOSED"),
    ],
)
def test_a_certificate_login_names_what_is_in_the_way(statuses: Theatre, username: str, expected: str) -> None:
    """The code itself, and no token, also where an interactive login lets the account in."""
    answer = log_in(statuses, {"username": username, "password": "secret"}, "/api/certlogin")

    assert f'{{"loginStatus":"{expected}"}}' == answer.text
    world = statuses.worlds.by_username(username)
    assert world is not None
    assert not len(world.sessions)


def test_limited_access_for_no_reason_is_named_as_such(statuses: Theatre) -> None:
    answer = log_in(statuses, {"username": "limited", "password": "secret"}, "/api/certlogin").json()

    assert "LIMITED_ACCESS" == answer["loginStatus"]


@pytest.mark.parametrize("path", ["/api/login", "/api/certlogin"])
def test_credentials_may_be_in_the_query_and_the_form_counts_before_it(theatre: Theatre, path: str) -> None:
    in_query = theatre.ask("POST", path, params=ALICE, headers=JSON)
    in_both = theatre.ask("POST", path, params={**ALICE, "password": "wrong"}, data=ALICE, headers=JSON)
    shared = theatre.ask("POST", path, params={"username": "alice"}, data={"password": "secret"}, headers=JSON)
    wrong = theatre.ask("POST", path, params={**ALICE, "password": "wrong"}, headers=JSON)

    for answer in (in_query, in_both, shared):
        assert "SUCCESS" in answer.json().values()
    assert "INVALID_USERNAME_OR_PASSWORD" in wrong.json().values()


def test_a_certificate_may_be_required() -> None:
    """Over plain HTTP nobody can present one."""
    theatre = Theatre(FaceSettings(certificate_required=True))

    assert '{"loginStatus":"CERT_AUTH_REQUIRED"}' == log_in(theatre, ALICE, "/api/certlogin").text


# Keep alive and logout


@pytest.mark.parametrize("path", ["/api/keepAlive", "/api/logout"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_keep_alive_and_logout_echo_token_and_app_key(theatre: Theatre, path: str, method: str) -> None:
    answer = theatre.ask(method, path, headers={**JSON, **theatre.alice})

    token = theatre.alice["X-Authentication"]
    assert f'{{"token":"{token}","product":"alice-live","status":"SUCCESS","error":""}}' == answer.text


@pytest.mark.parametrize("path", ["/api/keepAlive", "/api/logout"])
def test_an_unknown_token_is_no_session(theatre: Theatre, path: str) -> None:
    answer = theatre.ask("POST", path, headers={**JSON, "X-Authentication": "token"})

    expected = '{"token":"token","product":"alice-live","status":"FAIL","error":"NO_SESSION"}'
    assert (200, expected) == (answer.status_code, answer.text)


@pytest.mark.parametrize("path", ["/api/keepAlive", "/api/logout"])
@pytest.mark.parametrize("token", [None, "", "  "])
def test_a_missing_token_is_an_input_error(theatre: Theatre, path: str, token: str | None) -> None:
    answer = theatre.ask("POST", path, headers={**JSON, **({} if token is None else {"X-Authentication": token})})

    expected = '{"token":"","product":"alice-live","status":"FAIL","error":"INPUT_VALIDATION_ERROR"}'
    assert expected == answer.text


def test_without_an_app_key_the_product_is_empty(theatre: Theatre) -> None:
    headers = {"Accept": "application/json", "X-Authentication": theatre.alice["X-Authentication"]}

    assert "" == theatre.ask("POST", "/api/keepAlive", headers=headers).json()["product"]


def test_only_keep_alive_makes_a_session_last(theatre: Theatre) -> None:
    world = theatre.worlds.default
    world.do(AdvanceClock(11 * HOUR)).accepted()
    theatre.rpc(call("ping"))
    theatre.ask("POST", "/api/keepAlive", headers={**JSON, **theatre.alice})
    world.do(AdvanceClock(11 * HOUR)).accepted()

    assert "SUCCESS" == theatre.rpc(call("ping")).json()["result"]
    world.do(AdvanceClock(HOUR)).accepted()
    assert "ANGX-0003" == theatre.rpc(call("ping")).json()["error"]["message"], "calls alone do not"


def test_after_logout_the_session_is_gone(theatre: Theatre) -> None:
    theatre.ask("POST", "/api/logout", headers={**JSON, **theatre.alice})

    assert "ANGX-0003" == theatre.rpc(call("ping")).json()["error"]["message"]
    assert "NO_SESSION" == theatre.ask("POST", "/api/logout", headers={**JSON, **theatre.alice}).json()["error"]


# The page


@pytest.mark.parametrize("accept", [None, "*/*", "text/html"])
def test_without_json_in_accept_there_is_a_page(theatre: Theatre, accept: str | None) -> None:
    headers = {name: value for name, value in {**theatre.alice, "Accept": accept}.items() if value is not None}
    for path in ("/api/login", "/api/keepAlive", "/api/logout"):
        answer = theatre.ask("POST", path, headers=headers, data=ALICE)

        assert (200, "text/html;charset=UTF-8") == (answer.status_code, answer.headers["content-type"])


def fields_of(page: str) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in hidden}


def action_of(page: str) -> str:
    match = re.search(r'action="([^"]*)"', page)
    assert match is not None
    return html.unescape(match[1])


def test_a_browser_is_led_through_the_login(theatre: Theatre) -> None:
    """The form of the page, posted, gives a page that posts the session to the redirect address."""
    url = "http://localhost:9000/back?a=1&b=<2>"
    form = theatre.ask("GET", "/view/login", params={"product": "alice-live", "url": url})
    done = theatre.ask("POST", action_of(form.text), data={**fields_of(form.text), **ALICE})

    assert {"product": "alice-live", "url": url, "redirectMethod": "POST"} == fields_of(form.text)
    assert url == action_of(done.text)
    assert 'name="postLogin" method="POST"' in done.text
    token = fields_of(done.text)["ssoid"]
    assert {"ssoid": token} == fields_of(done.text)
    assert token == done.cookies["ssoid"].strip('"')
    assert "SUCCESS" == theatre.rpc(call("ping"), **{"X-Authentication": token}).json()["result"]


def test_a_browser_that_cannot_log_in_takes_the_code_back(theatre: Theatre) -> None:
    form = {"url": "https://www.betfair.com", "redirectMethod": "GET", **ALICE, "password": "wrong"}
    done = theatre.ask("POST", "/api/login", data=form)

    assert {"errorCode": "INVALID_USERNAME_OR_PASSWORD"} == fields_of(done.text)
    assert 'method="GET" action="https://www.betfair.com"' in done.text
    assert "set-cookie" not in done.headers


def test_limited_access_takes_back_both(statuses: Theatre) -> None:
    done = statuses.ask("POST", "/api/login", data={"username": "suspended", "password": "secret"})

    assert {"ssoid", "errorCode"} == fields_of(done.text).keys()
    assert "SUSPENDED" == fields_of(done.text)["errorCode"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "http://www.betfair.com/",
        "https://www.betfair.com.example.com/",
        "https://www.betfair.com@example.com/",
        "javascript:alert(1)",
        "//localhost/",
        "/relative",
        "http://[::1",
        "ftp://localhost/",
        "http://evil.example\\@127.0.0.1/",
        "http://evil.example\\\\@127.0.0.1/",
        "http:\\\\127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://user:word@localhost/",
        "http://@localhost/",
        "http://local\thost/",
        "http://localhost/\r\nSet-Cookie: a=b",
        "\x01http://localhost/",
        "http://localhost /",
        " http://localhost/",
        "http://localhost/\x7f",
    ],
)
def test_a_page_leads_nowhere_that_is_not_allowed(theatre: Theatre, url: str) -> None:
    view = theatre.ask("GET", "/view/login", params={"product": "x", "url": url})
    posted = theatre.ask("POST", "/api/login", data={**ALICE, "url": url})

    for page in (view, posted):
        assert (200, True) == (page.status_code, "errorCode=FORBIDDEN" in page.text)
        assert "<form" not in page.text


def test_a_page_shows_what_it_was_given_as_text(theatre: Theatre) -> None:
    page = theatre.ask("GET", "/view/login", params={"product": '"><script>', "url": "http://localhost/"}).text

    assert '"><script>' not in page
    assert '"><script>' == fields_of(page)["product"]


# Recordings


@needs(ANSWERS)
@pytest.mark.parametrize(
    ("file", "path", "form", "headers"),
    [
        ("login_success.json", "/api/certlogin", ALICE, {}),
        ("login_fail.json", "/api/certlogin", {**ALICE, "password": "wrong"}, {}),
        ("keep_alive_success.json", "/api/keepAlive", {}, {"X-Authentication": "session"}),
        ("keep_alive_fail.json", "/api/keepAlive", {}, {}),
        ("logout_success.json", "/api/logout", {}, {"X-Authentication": "session"}),
        ("logout_fail.json", "/api/logout", {}, {"X-Authentication": "unknown"}),
    ],
)
def test_an_answer_has_the_shape_of_the_recorded_one(
    theatre: Theatre, file: str, path: str, form: dict[str, str], headers: dict[str, str]
) -> None:
    """The same keys in the same order, and the same values but for token and app key."""
    recorded: dict[str, Any] = json.loads(text_of(ANSWERS / file))
    if headers.get("X-Authentication") == "session":
        headers = {"X-Authentication": theatre.alice["X-Authentication"]}
    answer = log_in(theatre, form, path, **headers).json()

    own = {"token", "sessionToken", "product"}
    assert list(recorded) == list(answer)
    assert {key: value for key, value in recorded.items() if key not in own or not value} == {
        key: value for key, value in answer.items() if key not in own or not value
    }


def test_a_face_without_any_world_still_answers() -> None:
    theatre = Theatre()
    theatre.face = BetfairFace(Worlds(), (theatre.stage.service(),))

    assert "INVALID_USERNAME_OR_PASSWORD" == log_in(theatre, ALICE).json()["error"]
    assert "ANGX-0007" == theatre.rpc(call("ping")).json()["error"]["message"]
    assert "ANGX-0004" == theatre.rpc(call("ping"), **{"X-Application": ""}).json()["error"]["message"]

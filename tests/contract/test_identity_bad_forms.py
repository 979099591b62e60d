"""Whatever a form says, every path of the identity service answers in its own way, and no session comes of nonsense."""

from urllib.parse import quote

import httpx
import pytest

from simulator.betfair.forms import LONGEST_FIELDS, MOST_FIELDS
from simulator.world.state_hash import state_hash
from tests.contract.face import Theatre

JSON = {"Accept": "application/json", "X-Application": "alice-live"}
INVALID = "INPUT_VALIDATION_ERROR"
LOGIN_PATHS = ("/api/login", "/api/certlogin", "/view/recoverpassword")
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}

BAD_FORMS = {
    "nothing": b"",
    "no password": b"username=alice",
    "no username": b"password=secret",
    "an empty username": b"username=&password=secret",
    "an empty password": b"username=alice&password=",
    "names without values": b"username&password",
    "a username twice": b"username=alice&username=alice&password=secret",
    "another username first": b"username=bob&password=secret&username=alice",
    "a password twice": b"username=alice&password=wrong&password=secret",
    "a long username": b"username=" + b"a" * (LONGEST_FIELDS["username"] + 1) + b"&password=secret",
    "a long password": b"username=alice&password=" + b"s" * (LONGEST_FIELDS["password"] + 1),
    "a username that is not UTF-8": b"username=alice%ff&password=secret",
    "a password that is not UTF-8": b"username=alice&password=secret%c3%28",
    "bytes that are not UTF-8": b"username=\xff\xfe&password=secret",
    "a surrogate": b"username=alice%ed%a0%80&password=secret",
    "too many fields": b"username=alice&password=secret" + b"&a=b" * MOST_FIELDS,
    "semicolons": b"username=alice;password=secret",
    "JSON": b'{"username": "alice", "password": "secret"}',
    "UTF-16": "username=alice&password=secret".encode("utf-16"),
    "a part of a mail": b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nalice\r\n--x--',
    "names in capitals": b"USERNAME=alice&PASSWORD=secret",
    "zero bytes for names": b"\x00username=alice&\x00password=secret",
}


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


def code_of(path: str, answer: httpx.Response) -> str:
    """The code that an answer gives, in the form of its path; no answer has a session."""
    assert answer.status_code == 200
    if path.startswith("/view"):
        assert "ssoid" not in answer.text
        return answer.text.partition("errorCode=")[2].partition("<")[0]
    document = answer.json()
    assert not document.get("token")
    assert "sessionToken" not in document
    code: str = document["error"] if path == "/api/login" else document["loginStatus"]
    return code


@pytest.mark.parametrize("path", LOGIN_PATHS)
@pytest.mark.parametrize("form", BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_form_that_does_not_say_who_logs_in_is_refused_and_changes_nothing(
    theatre: Theatre, path: str, form: bytes
) -> None:
    world = theatre.worlds.default
    before = state_hash(world)
    for headers in (JSON, {**JSON, **BOUNDARY}):
        assert code_of(path, theatre.ask("POST", path, content=form, headers=headers)) == INVALID
    assert state_hash(world) == before


@pytest.mark.parametrize("path", LOGIN_PATHS)
@pytest.mark.parametrize("query", [b"username=alice&username=bob", b"password=%ff", b"username=" + b"a" * 256])
def test_a_query_is_held_to_the_same_where_the_form_does_not_say_otherwise(
    theatre: Theatre, path: str, query: bytes
) -> None:
    form = b"password=secret" if query.startswith(b"username") else b"username=alice"
    address = f"{path}?{query.decode()}"

    assert code_of(path, theatre.ask("POST", address, content=form, headers=JSON)) == INVALID


@pytest.mark.parametrize("path", ["/api/login", "/api/certlogin"])
def test_fields_that_nobody_asks_for_may_be_as_they_like(theatre: Theatre, path: str) -> None:
    form = b"username=alice&password=secret&x=1&x=2&y=%ff&z=" + b"z" * 5_000
    answer = theatre.ask("POST", path, content=form, headers=JSON).json()

    assert "SUCCESS" in answer.values()


@pytest.mark.parametrize("path", ["/api/login", "/api/certlogin"])
def test_a_username_of_another_script_and_a_long_password_are_read(theatre: Theatre, path: str) -> None:
    """They are nobody's here, and that is what is said."""
    longest = LONGEST_FIELDS["password"]
    form = f"username={quote('ñandú, 你好')}&password={'s' * longest}".encode()

    assert code_of(path, theatre.ask("POST", path, content=form, headers=JSON)) == "INVALID_USERNAME_OR_PASSWORD"


@pytest.mark.parametrize("path", ["/api/keepAlive", "/api/logout"])
@pytest.mark.parametrize("form", BAD_FORMS.values(), ids=BAD_FORMS)
def test_what_needs_no_form_does_not_look_at_one(theatre: Theatre, path: str, form: bytes) -> None:
    headers = {**JSON, "X-Authentication": theatre.alice["X-Authentication"]}

    assert theatre.ask("POST", path, content=form, headers=headers).json()["status"] == "SUCCESS"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "product=alice-live",
        "url=https://www.betfair.com",
        "product=&url=https://www.betfair.com",
        "product=alice-live&url=",
        "product=alice-live&product=x&url=https://www.betfair.com",
        "product=alice-live&url=https://www.betfair.com&url=http://localhost/",
        "product=%ff&url=https://www.betfair.com",
        "product=alice-live&url=https://www.betfair.com/%ff",
        "product=alice-live&url=https://www.betfair.com/" + "a" * 2000,
        "product=alice-live&url=https://www.betfair.com&redirectMethod=" + "P" * 11,
    ],
)
def test_the_login_page_needs_a_product_and_an_address_that_can_be_read(theatre: Theatre, query: str) -> None:
    page = theatre.ask("GET", f"/view/login?{query}")

    assert (page.status_code, "<form" in page.text) == (200, False)
    assert f"errorCode={INVALID}" in page.text

"""The pages of the identity service lead where an app key may lead, and make an account usable again."""

from typing import Any

import httpx
import pytest

from simulator.world.format.document import ScenarioError
from simulator.world.loading.loading import load_scenario
from tests.contract.face import Theatre

CALLBACK = "https://bots.example/back"
REDIRECTS = f"""
name: redirects
accounts:
  - username: app
    password: secret
    appKey: app-live
    delayedAppKey: app-delayed
    redirectUrls: ["{CALLBACK}", "http://intranet.example:8080/"]
    status: ACCOUNT_PENDING_PASSWORD_CHANGE
"""


@pytest.fixture
def theatre() -> Theatre:
    theatre = Theatre()
    theatre.worlds.create(load_scenario(REDIRECTS, "redirects"))
    return theatre


def view(theatre: Theatre, product: str, url: str) -> httpx.Response:
    return theatre.ask("GET", "/view/login", params={"product": product, "url": url})


@pytest.mark.parametrize("product", ["app-live", "app-delayed"])
@pytest.mark.parametrize("url", [CALLBACK, f"{CALLBACK}?state=1", "http://intranet.example:8080/"])
def test_a_login_may_lead_to_what_is_registered_for_its_app_key(theatre: Theatre, product: str, url: str) -> None:
    assert "<form" in view(theatre, product, url).text
    form = {"username": "alice", "password": "secret", "product": product, "url": url}
    posted = theatre.ask("POST", "/api/login", data=form)
    assert 'name="postLogin"' in posted.text


@pytest.mark.parametrize(
    ("product", "url"),
    [
        ("alice-live", CALLBACK),
        ("nobody", CALLBACK),
        ("app-live", f"{CALLBACK}/deeper"),
        ("app-live", CALLBACK.replace("https", "http")),
        ("app-live", f"{CALLBACK}#part"),
        ("app-live", CALLBACK.replace("bots", "BOTS")),
        ("app-live", "https://bots.example:444/back"),
        ("app-live", "https://user@bots.example/back"),
    ],
)
def test_a_login_may_lead_nowhere_else(theatre: Theatre, product: str, url: str) -> None:
    for answer in (
        view(theatre, product, url),
        theatre.ask(
            "POST", "/api/login", data={"username": "alice", "password": "secret", "product": product, "url": url}
        ),
    ):
        assert "errorCode=FORBIDDEN" in answer.text
        assert "<form" not in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "url",
    ["nowhere", "ftp://example.com/", "https://", "https://a@b/", "https://a/?b", "https://a/#b", "https://a\\b/"],
)
def test_an_address_that_cannot_be_registered_is_refused_with_its_place(url: str) -> None:
    text = REDIRECTS.replace(CALLBACK, url.replace("\\", "\\\\"))
    with pytest.raises(ScenarioError) as refusal:
        load_scenario(text, "redirects")

    assert refusal.value.path == "$.accounts[0].redirectUrls[0]"


# The password


def recover(theatre: Theatre, **form: str) -> str:
    answer = theatre.ask("POST", "/view/recoverpassword", data=form)
    assert answer.status_code == 200
    return answer.text


def log_in(theatre: Theatre, username: str) -> Any:
    headers = {"Accept": "application/json", "X-Application": "app"}
    answer = theatre.ask("POST", "/api/login", data={"username": username, "password": "secret"}, headers=headers)
    return answer.json()["error"]


def test_an_account_whose_password_is_to_be_recovered_is_usable_again_once_it_is(theatre: Theatre) -> None:
    page = theatre.ask("GET", "/view/recoverpassword")
    assert 'action="/view/recoverpassword"' in page.text
    assert log_in(theatre, "app") == "ACCOUNT_PENDING_PASSWORD_CHANGE"

    assert "INVALID_USERNAME_OR_PASSWORD" in recover(theatre, username="app", password="wrong")
    assert "INVALID_USERNAME_OR_PASSWORD" in recover(theatre, username="nobody", password="secret")
    assert log_in(theatre, "app") == "ACCOUNT_PENDING_PASSWORD_CHANGE"
    assert "SUCCESS" in recover(theatre, username="app", password="secret")
    assert log_in(theatre, "app") == ""
    assert "SUCCESS" in recover(theatre, username="app", password="secret"), "once more does no harm"


def test_an_account_that_needs_something_else_is_told_so() -> None:
    theatre = Theatre()
    text = REDIRECTS.replace("ACCOUNT_PENDING_PASSWORD_CHANGE", "CLOSED")
    theatre.worlds.create(load_scenario(text, "redirects"))

    assert "errorCode=CLOSED" in recover(theatre, username="app", password="secret")
    assert log_in(theatre, "app") == "CLOSED"

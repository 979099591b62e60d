"""How customers may log in, as the scenario says and as it is changed: statuses, locks, codes and certificates."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.accounts import ACCOUNT_STATUSES, FAILING_CODES, LIMITING_CODES, RESTRICTING_CODES
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import CONTROL, MATCH, back
from tests.contract.control_world import problem_of
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, account, event, match_odds, scenario

MINUTE = 60_000
JSON = {"Accept": "application/json", "X-Application": "app"}
FINGERPRINT = "ab" * 32
OTHER = "CD:" * 31 + "CD"
PEM = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
LOGINS = scenario(
    event("100", "Newcastle v Chelsea", SOCCER, match_odds(MATCH, "Newcastle", "Chelsea", "The Draw")),
    name="logins",
    now="2026-06-06T17:00:00.000Z",
    accounts=[
        account("alice", balance=1000),
        account("careful", twoStepCode="246810", certificates=[FINGERPRINT]),
        account("luca", countryCode="IT", region="ITA"),
        account("brief", countryCode="IT", sessionTimeout="PT5M"),
    ],
)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of({**LOGINS, "wrongPasswordsToLock": 3}) as client:
        yield client


def log_in(client: Client, username: str = "alice", password: str | None = None, path: str = "/api/login") -> Any:
    """Log in with the password of the scenario, or another one, and return the answer."""
    world = client.worlds.default
    right = world.accounts.by_username[username].password
    form = {"username": username, "password": right if password is None else password}
    response = client.post(path, data=form, headers=JSON)
    assert response.status_code == 200
    return response.json()


def ended(answer: dict[str, str]) -> tuple[str, str, bool]:
    return answer["status"], answer["error"], bool(answer["token"])


def change(client: Client, username: str = "alice", **what: Any) -> dict[str, Any]:
    response = client.post(f"{CONTROL}/accounts/{username}/login", json=what)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def advance(client: Client, milliseconds: int) -> None:
    client.worlds.default.do(AdvanceClock(milliseconds)).accepted()


# Statuses


@pytest.mark.parametrize("code", sorted(LIMITING_CODES | RESTRICTING_CODES | FAILING_CODES))
def test_every_code_of_the_manual_and_the_newer_ones_can_be_the_state_of_an_account(client: Client, code: str) -> None:
    """Interactively with its status and, of limited access, with a session; by certificate the code alone."""
    assert change(client, status=code)["status"] == code
    status = "LIMITED_ACCESS" if code in LIMITING_CODES else "LOGIN_RESTRICTED" if code in RESTRICTING_CODES else "FAIL"

    assert ended(log_in(client)) == (status, code, status == "LIMITED_ACCESS")
    assert log_in(client, path="/api/certlogin") == {"loginStatus": code}
    change(client, status="SUCCESS")
    assert ended(log_in(client)) == ("SUCCESS", "", True)


def test_what_the_checklists_of_clients_name_is_among_them() -> None:
    newer = {
        "MIGRATION_REQUIRED", "TERMS_AND_CONDITIONS", "CONTACT_VERIFICATION_REQUIRED", "AUTHORIZED_ONLY_FOR_DOMAIN",
        "MULTI_FACTOR_AUTHENTICATION_REQUIRED", "STRONG_CODE_FAIL", "ACTIONS_REQUIRED", "STRONG_AUTH_CODE_REQUIRED",
    }  # fmt: skip
    assert newer <= ACCOUNT_STATUSES


def test_an_account_that_is_suspended_keeps_its_session_and_may_not_bet_until_it_is_free_again(client: Client) -> None:
    token = log_in(client)["token"]
    headers = {"X-Application": "alice-live", "X-Authentication": token}
    place = "/exchange/betting/rest/v1.0/placeOrders/"
    body = {"marketId": MATCH, "instructions": [back()]}

    def error() -> Any:
        return client.post(place, json=body, headers=headers).json().get("errorCode")

    assert error() is None
    change(client, status="SUSPENDED")
    assert error() == "INVALID_ACCOUNT_STATE"
    assert ended(log_in(client)) == ("LIMITED_ACCESS", "SUSPENDED", True)
    change(client, status="SUCCESS")
    assert error() is None


# Wrong passwords


def test_wrong_passwords_in_a_row_lock_an_account_for_whatever_comes_then(client: Client) -> None:
    errors = [log_in(client, password="guess")["error"] for _ in range(4)]

    assert errors == ["INVALID_USERNAME_OR_PASSWORD"] * 2 + ["ACCOUNT_NOW_LOCKED", "ACCOUNT_ALREADY_LOCKED"]
    assert ended(log_in(client)) == ("FAIL", "ACCOUNT_ALREADY_LOCKED", False)
    assert log_in(client, path="/api/certlogin") == {"loginStatus": "ACCOUNT_ALREADY_LOCKED"}
    assert ended(log_in(client, "luca"))[0] == "SUCCESS", "others are not concerned"


def test_a_right_password_begins_the_count_anew_and_so_does_a_status(client: Client) -> None:
    for free in (lambda: log_in(client), lambda: change(client, status="SUCCESS")):
        for _ in range(2):
            assert log_in(client, password="guess")["error"] == "INVALID_USERNAME_OR_PASSWORD"
        free()
    assert client.get(f"{CONTROL}/accounts/alice/login").json()["wrongPasswords"] == 0
    for _ in range(3):
        log_in(client, password="guess", path="/api/certlogin")
    change(client, status="SUCCESS")
    assert ended(log_in(client))[0] == "SUCCESS"


def test_a_session_outlasts_the_lock(client: Client) -> None:
    token = log_in(client)["token"]
    for _ in range(3):
        log_in(client, password="guess")

    answer = client.post("/api/keepAlive", headers={**JSON, "X-Authentication": token}).json()
    assert answer["status"] == "SUCCESS"


def test_without_a_number_no_password_locks() -> None:
    with client_of(LOGINS) as client:
        for _ in range(50):
            assert log_in(client, password="guess")["error"] == "INVALID_USERNAME_OR_PASSWORD"
        assert ended(log_in(client))[0] == "SUCCESS"
        assert client.get(f"{CONTROL}/accounts/alice/login").json()["wrongPasswords"] == 0


# The second step


@pytest.mark.parametrize(
    ("appended", "status", "error"),
    [
        ("246810", "SUCCESS", ""),
        ("", "LOGIN_RESTRICTED", "STRONG_AUTH_CODE_REQUIRED"),
        ("246811", "FAIL", "STRONG_CODE_FAIL"),
        ("24681", "FAIL", "STRONG_CODE_FAIL"),
        ("2468100", "FAIL", "STRONG_CODE_FAIL"),
    ],
)
def test_the_code_of_the_second_step_follows_the_password(
    client: Client, appended: str, status: str, error: str
) -> None:
    password = client.worlds.default.accounts.by_username["careful"].password

    assert ended(log_in(client, "careful", password + appended)) == (status, error, not error)


def test_a_wrong_code_counts_as_a_wrong_password_and_a_missing_one_does_not(client: Client) -> None:
    password = client.worlds.default.accounts.by_username["careful"].password
    for _ in range(5):
        log_in(client, "careful", password)
    errors = [log_in(client, "careful", f"{password}1")["error"] for _ in range(3)]

    assert errors == ["STRONG_CODE_FAIL", "STRONG_CODE_FAIL", "ACCOUNT_NOW_LOCKED"]


def test_a_login_by_certificate_takes_the_password_alone(client: Client) -> None:
    password = client.worlds.default.accounts.by_username["careful"].password

    assert log_in(client, "careful", path="/api/certlogin")["loginStatus"] == "SUCCESS"
    wrong = log_in(client, "careful", f"{password}246810", "/api/certlogin")
    assert wrong == {"loginStatus": "INVALID_USERNAME_OR_PASSWORD"}


def test_a_code_is_changed_and_taken_away(client: Client) -> None:
    password = client.worlds.default.accounts.by_username["careful"].password
    change(client, "careful", twoStepCode="1357")
    assert ended(log_in(client, "careful", f"{password}1357"))[0] == "SUCCESS"
    assert ended(log_in(client, "careful", f"{password}246810"))[1] == "STRONG_CODE_FAIL"
    change(client, "careful", twoStepCode=None)
    assert ended(log_in(client, "careful"))[0] == "SUCCESS"


# Sessions


@pytest.mark.parametrize(("username", "minutes"), [("luca", 20), ("brief", 5), ("alice", 12 * 60)])
def test_a_session_lasts_as_long_as_its_exchange_or_its_account_says(
    client: Client, username: str, minutes: int
) -> None:
    """20 minutes in Italy (manual, Keep Alive), however long those of others last that began before or after."""
    others = [log_in(client, other)["token"] for other in ("alice", "luca", "brief")]
    token = log_in(client, username)["token"]

    def status(call: str = "keepAlive", of: str = token) -> Any:
        return client.post(f"/api/{call}", headers={**JSON, "X-Authentication": of}).json()["status"]

    advance(client, minutes * MINUTE - 1)
    assert status() == "SUCCESS"
    advance(client, minutes * MINUTE - 1)
    assert status() == "SUCCESS", "kept alive for its own length"
    advance(client, minutes * MINUTE)
    assert status() == "FAIL"
    log_in(client, "luca")
    left = {session.token for session in client.worlds.default.sessions}
    assert {token, others[-1]}.isdisjoint(left), "what has expired is closed, whatever began before it"


def test_in_italy_the_answer_has_the_date_of_the_last_login(client: Client) -> None:
    first = log_in(client, "luca")
    advance(client, MINUTE)
    second = log_in(client, "luca")

    assert list(first) == ["token", "product", "status", "error"]
    assert list(second) == [*first, "lastLoginDate"]
    assert second["lastLoginDate"] == "2026-06-06T17:00:00.000Z"
    log_in(client)
    assert "lastLoginDate" not in log_in(client)


# The control API


def test_how_a_customer_may_log_in_can_be_read(client: Client) -> None:
    log_in(client, "careful", path="/api/certlogin")

    assert client.get(f"{CONTROL}/accounts/careful/login").json() == {
        "username": "careful",
        "status": "SUCCESS",
        "certificates": [FINGERPRINT],
        "twoStepCode": "246810",
        "wrongPasswords": 0,
        "lastLogin": "2026-06-06T17:00:00.000Z",
    }


def test_certificates_are_registered_in_the_place_of_those_before(client: Client) -> None:
    assert change(client, "careful", certificates=[OTHER, PEM])["certificates"][0] == "cd" * 32
    assert len(change(client, "careful", status="SUCCESS")["certificates"]) == 2
    assert change(client, "careful", certificates=[])["certificates"] == []


def test_a_reset_takes_back_what_was_changed(client: Client) -> None:
    before = client.get(f"{CONTROL}/accounts/careful/login").json()
    change(client, "careful", status="CLOSED", twoStepCode=None, certificates=[])
    client.post(f"{CONTROL}/reset")

    assert client.get(f"{CONTROL}/accounts/careful/login").json() == before


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        ({"status": "FINE"}, "$.status", "FINE"),
        ({"status": None}, "$.status", None),
        ({"certificates": ["no certificate"]}, "$.certificates[0]", "no certificate"),
        ({"certificates": [FINGERPRINT, FINGERPRINT[1:]]}, "$.certificates[1]", FINGERPRINT[1:]),
        ({"certificates": [PEM.replace("MAMCAQE=", "!")]}, "$.certificates[0]", None),
        ({"certificates": [PEM.replace("MAMCAQE=", "MAkCAQE=")]}, "$.certificates[0]", None),
        ({"certificates": [FINGERPRINT] * 11}, "$.certificates", None),
        ({"twoStepCode": "12"}, "$.twoStepCode", "12"),
        ({"twoStepCode": "12345a"}, "$.twoStepCode", "12345a"),
        ({"twoStepCode": 123456}, "$.twoStepCode", 123456),
        ({"password": "another"}, "$", None),
        ([], "$", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_value_and_place(
    client: Client, document: object, path: str, value: object
) -> None:
    before = client.get(f"{CONTROL}/accounts/alice/login").json()
    response = client.post(f"{CONTROL}/accounts/alice/login", json=document)
    problem = problem_of(response)

    assert (response.status_code, problem["path"].partition(".password")[0]) == (400, path)
    if value is not None:
        assert problem["value"] == value
    assert client.get(f"{CONTROL}/accounts/alice/login").json() == before


def test_an_unknown_account_is_404(client: Client) -> None:
    for method in ("GET", "POST"):
        problem = problem_of(client.request(method, f"{CONTROL}/accounts/nobody/login"))
        assert (problem["status"], problem["type"]) == (404, "urn:betsim:problem:unknown-account")

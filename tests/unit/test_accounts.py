"""Customers log in, stay, and are refused as their accounts, the clock and the login limit say."""

from typing import NamedTuple

import pytest

from simulator.world.accounts import (
    ACCOUNT_STATUSES,
    FAILING_CODES,
    LIMITING_CODES,
    RESTRICTING_CODES,
    Accounts,
    CustomerAccount,
    login_status_of,
)
from simulator.world.ids import Ids
from simulator.world.sessions import (
    SESSION_TIMEOUT_MILLISECONDS,
    LoginRefused,
    Session,
    Sessions,
)

NOW = 1_780_768_500_000
MINUTE = 60_000
HOUR = 3_600_000


def customer(username: str, status: str = "SUCCESS") -> CustomerAccount:
    return CustomerAccount(
        username=username,
        password="secret",
        app_key=f"{username}-live",
        delayed_app_key=f"{username}-delayed",
        status=status,
    )


def sessions_of(*customers: CustomerAccount, **options: object) -> Sessions:
    accounts = Accounts()
    for account in customers:
        accounts.add(account)
    return Sessions(accounts, Ids(0), **options)  # type: ignore[arg-type]


class Ended(NamedTuple):
    """How a login ended: a login status, an error code or the empty string, and a session where there is one."""

    status: str
    error: str
    session: Session | None


def ended(sessions: Sessions, username: str, password: str, app_key: str, now: int) -> Ended:
    try:
        session = sessions.log_in(username, password, app_key, now).session
    except LoginRefused as refused:
        return Ended(refused.status, refused.error, None)
    return Ended(*login_status_of(session.account.status), session)


def logged_in(sessions: Sessions, now: int = NOW, username: str = "alice") -> Session:
    session = ended(sessions, username, "secret", f"{username}-live", now).session
    assert session is not None
    return session


# Accounts


@pytest.mark.parametrize(
    ("account_status", "status", "error"),
    [
        ("SUCCESS", "SUCCESS", ""),
        ("LIMITED_ACCESS", "LIMITED_ACCESS", ""),
        ("LOGIN_RESTRICTED", "LOGIN_RESTRICTED", ""),
        ("FAIL", "FAIL", "INTERNAL_ERROR"),
        ("SUSPENDED", "LIMITED_ACCESS", "SUSPENDED"),
        ("SELF_EXCLUDED", "LIMITED_ACCESS", "SELF_EXCLUDED"),
        ("CHANGE_PASSWORD_REQUIRED", "LOGIN_RESTRICTED", "CHANGE_PASSWORD_REQUIRED"),
        ("SPAIN_MIGRATION_REQUIRED", "LOGIN_RESTRICTED", "SPAIN_MIGRATION_REQUIRED"),
        ("CLOSED", "FAIL", "CLOSED"),
        ("CERT_AUTH_REQUIRED", "FAIL", "CERT_AUTH_REQUIRED"),
    ],
)
def test_the_status_of_an_account_says_how_its_logins_end(account_status: str, status: str, error: str) -> None:
    assert login_status_of(account_status) == (status, error)


def test_every_code_belongs_to_one_login_status() -> None:
    assert not LIMITING_CODES & RESTRICTING_CODES
    assert not LIMITING_CODES & FAILING_CODES
    assert not RESTRICTING_CODES & FAILING_CODES
    assert {login_status_of(status)[0] for status in ACCOUNT_STATUSES} == {
        "SUCCESS",
        "LIMITED_ACCESS",
        "LOGIN_RESTRICTED",
        "FAIL",
    }


def test_an_account_with_limited_access_may_log_in_and_not_bet() -> None:
    outcome = ended(sessions_of(customer("alice", "SUSPENDED")), "alice", "secret", "alice-live", NOW)

    assert outcome.session is not None
    assert not outcome.session.account.may_bet
    assert customer("bob").may_bet


# Logging in


def test_the_right_password_opens_a_session_under_the_app_key_that_was_used() -> None:
    sessions = sessions_of(customer("alice"))

    outcome = ended(sessions, "alice", "secret", "alice-delayed", NOW)

    assert (outcome.status, outcome.error) == ("SUCCESS", "")
    assert outcome.session is not None
    assert outcome.session.app_key == "alice-delayed"
    assert outcome.session.expires_at == NOW + SESSION_TIMEOUT_MILLISECONDS == NOW + 12 * HOUR
    assert sessions.find(outcome.session.token, NOW) is outcome.session


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "Secret"), ("alice", ""), ("nobody", "secret"), ("", ""), ("ALICE", "secret")]
)
def test_a_wrong_name_or_password_is_refused_in_the_same_words(username: str, password: str) -> None:
    sessions = sessions_of(customer("alice"))

    outcome = ended(sessions, username, password, "alice-live", NOW)

    assert (outcome.status, outcome.error, outcome.session) == ("FAIL", "INVALID_USERNAME_OR_PASSWORD", None)
    assert len(sessions) == 0


@pytest.mark.parametrize("status", sorted(ACCOUNT_STATUSES))
def test_there_is_a_session_with_success_and_limited_access_and_with_nothing_else(status: str) -> None:
    outcome = ended(sessions_of(customer("alice", status)), "alice", "secret", "alice-live", NOW)

    assert (outcome.status, outcome.error) == login_status_of(status)
    assert (outcome.session is not None) == (outcome.status in ("SUCCESS", "LIMITED_ACCESS"))


def test_an_account_that_cannot_log_in_tells_a_wrong_password_nothing_about_itself() -> None:
    outcome = ended(sessions_of(customer("alice", "CLOSED")), "alice", "wrong", "alice-live", NOW)

    assert outcome.error == "INVALID_USERNAME_OR_PASSWORD"


def test_a_login_does_not_end_the_sessions_there_are() -> None:
    sessions = sessions_of(customer("alice"))

    first, second = logged_in(sessions), logged_in(sessions)

    assert first.token != second.token
    assert sessions.find(first.token, NOW) is first
    assert sessions.find(second.token, NOW) is second


# Staying


def test_a_session_ends_when_its_time_is_up_whatever_it_was_used_for() -> None:
    sessions = sessions_of(customer("alice"))
    session = logged_in(sessions)

    assert sessions.find(session.token, NOW + 12 * HOUR - 1) is session
    assert sessions.find(session.token, NOW + 12 * HOUR) is None


def test_how_long_a_session_lasts_is_a_setting() -> None:
    sessions = sessions_of(customer("alice"), timeout_milliseconds=20 * 60_000)
    session = logged_in(sessions)

    assert sessions.find(session.token, NOW + 20 * 60_000) is None


def test_only_keeping_it_alive_makes_a_session_last_longer() -> None:
    sessions = sessions_of(customer("alice"))
    session = logged_in(sessions)

    assert sessions.keep_alive(session.token, NOW + 11 * HOUR) is session
    assert session.expires_at == NOW + 23 * HOUR
    assert sessions.find(session.token, NOW + 22 * HOUR) is session
    assert sessions.keep_alive(session.token, NOW + 23 * HOUR) is None


def test_a_session_ends_with_its_logout_and_only_once() -> None:
    sessions = sessions_of(customer("alice"))
    session, other = logged_in(sessions), logged_in(sessions)

    assert sessions.log_out(session.token, NOW) is session
    assert sessions.log_out(session.token, NOW) is None
    assert sessions.find(session.token, NOW) is None
    assert sessions.find(other.token, NOW) is other


@pytest.mark.parametrize("token", ["", "no-such-token"])
def test_an_unknown_token_is_nobodys(token: str) -> None:
    sessions = sessions_of(customer("alice"))

    assert sessions.find(token, NOW) is None
    assert sessions.keep_alive(token, NOW) is None
    assert sessions.log_out(token, NOW) is None


def test_sessions_that_expired_are_cleared_away_by_the_next_login() -> None:
    sessions = sessions_of(customer("alice"))
    kept = logged_in(sessions)
    for _ in range(50):
        logged_in(sessions)
    sessions.keep_alive(kept.token, NOW + HOUR)

    logged_in(sessions, NOW + 12 * HOUR)

    assert len(sessions) == 2


# The login limit


def test_more_than_a_hundred_logins_a_minute_ban_an_account_for_twenty_minutes() -> None:
    sessions = sessions_of(customer("alice"), customer("bob"))
    first = logged_in(sessions)
    for _ in range(99):
        logged_in(sessions, NOW + 1000)

    one_too_many = ended(sessions, "alice", "secret", "alice-live", NOW + MINUTE - 1)

    assert (one_too_many.status, one_too_many.error, one_too_many.session) == (
        "FAIL",
        "TEMPORARY_BAN_TOO_MANY_REQUESTS",
        None,
    )
    banned_at = NOW + MINUTE - 1
    assert ended(sessions, "alice", "secret", "", banned_at + 20 * MINUTE - 1).session is None
    assert sessions.find(first.token, banned_at) is first
    assert logged_in(sessions, banned_at, "bob")
    assert logged_in(sessions, banned_at + 20 * MINUTE)


def test_a_hundred_logins_in_every_minute_are_allowed() -> None:
    sessions = sessions_of(customer("alice"))

    for minute in range(3):
        for _ in range(100):
            logged_in(sessions, NOW + minute * MINUTE)


def test_refused_logins_count_towards_no_ban() -> None:
    sessions = sessions_of(customer("alice"))

    for _ in range(200):
        ended(sessions, "alice", "wrong", "alice-live", NOW)

    assert logged_in(sessions)

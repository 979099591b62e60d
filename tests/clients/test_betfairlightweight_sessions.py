"""A bot written with betfairlightweight logs in, stays logged in, logs out, and is told why where it cannot."""

from pathlib import Path

import pytest
from betfairlightweight import APIClient
from betfairlightweight.exceptions import APIError, KeepAliveError, LoginError, LogoutError

from tests.clients.library import ServedWorld, client_for, error_code


def test_a_customer_logs_in_and_out(world: ServedWorld) -> None:
    """From the login to the logout calls are answered, and after it they are not."""
    with client_for(world.served, world.accounts[0]) as client:
        answer = client.login_interactive()

        assert client.session_token == answer._data["token"]
        assert not client.session_expired
        assert len(client.betting.list_event_types()) == 3

        token = client.session_token
        farewell = client.logout()
        assert (farewell.status, farewell.token, client.session_token) == ("SUCCESS", token, None)

        client.set_session_token(token)
        with pytest.raises(APIError) as refusal:
            client.betting.list_event_types()
        assert error_code(refusal.value) == "INVALID_SESSION_INFORMATION"


def test_a_bot_logs_in_with_a_certificate(world: ServedWorld, tmp_path: Path) -> None:
    """`login()` looks for a certificate and its key; over plain HTTP nobody asks what is in them."""
    for name in ("client.crt", "client.key"):
        (tmp_path / name).write_text("")
    with client_for(world.served, world.accounts[0], certs=str(tmp_path)) as client:
        answer = client.login()

        assert (answer.login_status, answer.session_token) == ("SUCCESS", client.session_token)
        assert client.account.get_account_details().first_name == "Alice"


def test_a_certificate_does_not_make_up_for_a_password(world: ServedWorld, tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_text("")
    stranger = world.accounts[0]._replace(password="a guess")
    with client_for(world.served, stranger, certs=str(tmp_path)) as client:
        with pytest.raises(LoginError, match="INVALID_USERNAME_OR_PASSWORD"):
            client.login()
        assert client.session_token is None


@pytest.mark.parametrize("wrong", [{"password": "a guess"}, {"username": "nobody-at-all"}])
def test_a_bad_password_is_a_login_error(world: ServedWorld, wrong: dict[str, str]) -> None:
    """Nobody learns whether it was the name or the password that was wrong."""
    with client_for(world.served, world.accounts[0]._replace(**wrong)) as client:
        with pytest.raises(LoginError, match="INVALID_USERNAME_OR_PASSWORD"):
            client.login_interactive()
        assert client.session_token is None


def test_a_session_lasts_twelve_hours(alice: APIClient, world: ServedWorld) -> None:
    """However much it is used; then calls, keepAlive and logout are refused, and a new login helps."""
    world.advance("PT11H59M59S")
    assert alice.betting.list_event_types()

    world.advance("PT1S")
    with pytest.raises(APIError) as refusal:
        alice.betting.list_event_types()
    assert error_code(refusal.value) == "INVALID_SESSION_INFORMATION"
    with pytest.raises(APIError) as refusal:
        alice.account.get_account_funds()
    assert error_code(refusal.value) == "INVALID_SESSION_INFORMATION"
    with pytest.raises(KeepAliveError, match="API keepAlive FAIL: NO_SESSION"):
        alice.keep_alive()
    with pytest.raises(LogoutError, match="API logout FAIL: NO_SESSION"):
        alice.logout()

    alice.login_interactive()
    assert alice.betting.list_event_types()


def test_a_session_that_is_kept_alive_lasts_longer(alice: APIClient, world: ServedWorld) -> None:
    token = alice.session_token
    world.advance("PT11H")

    answer = alice.keep_alive()

    assert (answer.status, answer.error, answer.token) == ("SUCCESS", "", token)
    assert (answer.product, alice.session_token) == (alice.app_key, token)
    world.advance("PT11H")
    assert alice.betting.list_event_types()


def test_a_bad_app_key_is_an_api_error(alice: APIClient) -> None:
    """It is refused by the first call that matters, and the login does not care."""
    alice.app_key = "no-such-key"
    alice.login_interactive()

    for call in (alice.betting.list_event_types, alice.account.get_account_funds):
        with pytest.raises(APIError) as refusal:
            call()
        assert error_code(refusal.value) == "INVALID_APP_KEY"


def test_the_library_says_what_it_asked_for_and_what_went_wrong(alice: APIClient) -> None:
    """The message of an `APIError` is what ends up in a bot's log."""
    alice.app_key = "no-such-key"

    with pytest.raises(APIError, match=r"SportsAPING/v1\.0/listEventTypes") as refusal:
        alice.betting.list_event_types()

    assert "ANGX-0007" in str(refusal.value)

"""Web applications of vendors: codes, tokens, what a vendor may do on a customer's behalf, and how that ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.bettor import JSON_RPC
from tests.contract.vendor_world import Participants, bearer, by_code, by_refresh_token, vendors

FORBIDDEN, UNSUBSCRIBED = "DSC-0038", "DSC-0037"
INVALID, NO_SESSION = "AANGX-0001 INVALID_INPUT_DATA", "AANGX-0002 INVALID_SESSION_INFORMATION"
NOT_SUBSCRIBED, NO_SECRET = "AANGX-0018 USER_NOT_SUBSCRIBED", "AANGX-0019 INVALID_SECRET"
NO_CODE, NO_GRANT = "AANGX-0020 INVALID_AUTH_CODE", "AANGX-0021 INVALID_GRANT_TYPE"
DETAILS = ("Vera's Ladder", "https://vera.example/welcome")


@pytest.fixture
def people() -> Iterator[Participants]:
    with vendors() as people:
        yield people


def detail(vendor: Any) -> tuple[str, str]:
    return vendor["vendorName"], vendor["redirectUrl"]


# The life of what a customer allows


def test_a_code_becomes_a_session_that_acts_for_the_customer(people: Participants) -> None:
    people.subscribed(subscriptionLength=30)
    authorised = people.result("alice", "getAuthorisationCode", app_key="", vendorId="4534")
    people.holders["alice"].advance("PT9M59S")

    tokens = people.result("vera", "token", **by_code(authorised["authorisationCode"]))
    details = people.send(bearer(tokens["access_token"]), "getAccountDetails")
    call = {"method": "SportsAPING/v1.0/listCurrentOrders", "params": {}, "id": 1}
    orders = people.client.post(JSON_RPC, json=call, headers=bearer(tokens["access_token"])).json()

    assert "https://vera.example/welcome" == authorised["redirectUrl"]
    assert "BEARER" == tokens["token_type"]
    assert 1000 * 24 * 60 * 60 == tokens["expires_in"]
    assert people.client_id("alice") == tokens["application_subscription"]["vendorClientId"]
    assert "ACTIVATED" == tokens["application_subscription"]["subscriptionStatus"]
    assert details.result == people.result("alice", "getAccountDetails")
    assert [] == orders["result"]["currentOrders"]


def test_what_is_allowed_is_listed_until_it_is_revoked(people: Participants) -> None:
    people.subscribed()

    def seen() -> tuple[bool, list[tuple[str, str]]]:
        listed = people.result("alice", "listAuthorizedWebApps", app_key="")
        is_subscribed = people.result("alice", "isAccountSubscribedToWebApp", app_key="", vendorId="4534")
        return is_subscribed, [detail(vendor) for vendor in listed]

    people.code()
    before = seen()
    tokens = people.admitted()
    during = seen()
    unused = people.code()
    assert "SUCCESS" == people.result("alice", "revokeAccessToWebApp", app_key="", vendorId=4534)

    assert [(False, []), (True, [DETAILS]), (False, [])] == [before, during, seen()]
    assert NO_SESSION == people.send(bearer(tokens["access_token"]), "getAccountDetails").error
    assert NO_CODE == people.ask("vera", "token", **by_refresh_token(tokens["refresh_token"])).error
    assert NO_CODE == people.ask("vera", "token", **by_code(unused)).error
    assert NOT_SUBSCRIBED == people.ask("alice", "revokeAccessToWebApp", app_key="", vendorId=4534).error
    assert not people.ask("alice", "getAccountDetails").error


def test_a_refresh_token_gets_session_after_session() -> None:
    """The session ends as every session does, by the clock of the world; the refresh token does not."""
    with vendors(session_timeout="PT4H") as people:
        people.subscribed()
        tokens = people.admitted()
        people.advance("PT3H59M59.999S")
        before = people.send(bearer(tokens["access_token"]), "getAccountDetails")
        people.advance("PT0.001S")
        after = people.send(bearer(tokens["access_token"]), "getAccountDetails")
        vera = people.holders["vera"] = type(people.holders["vera"])(people.client, "vera")
        again = people.result("vera", "token", **by_refresh_token(tokens["refresh_token"]))

        assert 4 * 60 * 60 == tokens["expires_in"] == again["expires_in"]
        assert ("", NO_SESSION) == (before.error, after.error)
        assert tokens["refresh_token"] == again["refresh_token"]
        assert tokens["access_token"] != again["access_token"]
        assert not people.send(bearer(again["access_token"]), "getAccountFunds").error
        assert vera.account("getAccountDetails")


def test_who_allows_again_keeps_the_refresh_token_and_both_sessions(people: Participants) -> None:
    people.subscribed()
    first, second = people.admitted(), people.admitted()

    assert first["refresh_token"] == second["refresh_token"]
    for tokens in (first, second):
        assert not people.send(bearer(tokens["access_token"]), "getAccountDetails").error


def test_a_subscription_that_ends_ends_what_the_vendor_may_do(people: Participants) -> None:
    """What was allowed is still allowed when the customer subscribes again."""
    token = people.subscribed()
    tokens, unused = people.admitted(), people.code()
    people.result("vera", "cancelApplicationSubscription", subscriptionToken=token)

    ended = [
        people.send(bearer(tokens["access_token"]), "getAccountDetails").error,
        people.ask("vera", "token", **by_refresh_token(tokens["refresh_token"])).error,
        people.ask("vera", "token", **by_code(unused)).error,
        people.ask("alice", "getAuthorisationCode", app_key="", vendorId="4534").error,
    ]
    people.subscribed()

    assert [UNSUBSCRIBED, NOT_SUBSCRIBED, NOT_SUBSCRIBED, NOT_SUBSCRIBED] == ended
    assert not people.send(bearer(tokens["access_token"]), "getAccountDetails").error


# How a token of a vendor is sent


def test_a_vendors_token_goes_with_its_own_key_and_in_its_own_header(people: Participants) -> None:
    people.subscribed()
    access = people.admitted()["access_token"]
    own = {"X-Application": "vera-live", "Content-Type": "application/json"}

    def error(headers: dict[str, str]) -> str:
        return people.send(headers, "getAccountDetails").error

    assert "" == error({**own, "Authorization": f"BEARER {access}"}) == error(bearer(access, "vera-delayed"))
    assert NO_SESSION == error({**own, "X-Authentication": access})
    assert NO_SESSION == error(bearer(people.holders["alice"].headers["X-Authentication"], "alice-live"))
    assert NO_SESSION == error(bearer("nonsense"))
    assert "AANGX-0010 NO_SESSION" == error({**own, "Authorization": f"Basic {access}"}) == error(bearer(""))
    assert UNSUBSCRIBED == error(bearer(access, "alice-live")) == error(bearer(access, "otto-live"))
    no_key = {"Authorization": f"Bearer {access}", "Content-Type": "application/json"}
    assert "AANGX-0011 NO_APP_KEY" == people.send(no_key, "listAuthorizedWebApps").error


def test_a_vendor_sees_no_statement_and_is_no_vendor_on_a_customers_behalf(people: Participants) -> None:
    """getAccountStatement is not to be had through the Vendor Web API (manual)."""
    people.subscribed()
    headers = bearer(people.admitted()["access_token"])

    assert FORBIDDEN == people.send(headers, "getAccountStatement").error
    assert FORBIDDEN == people.send(headers, "listApplicationSubscriptionTokens").error
    assert not people.ask("alice", "getAccountStatement", app_key="vera-live").error


def test_details_of_a_vendor_are_for_everybody(people: Participants) -> None:
    nobody = {"Content-Type": "application/json"}

    assert DETAILS == detail(people.send(nobody, "getVendorDetails", vendorId="4534").result)
    assert INVALID == people.send(nobody, "getVendorDetails", vendorId="4535").error


# Refusals

REFUSALS: list[tuple[str, str, dict[str, Any], str]] = [
    ("alice", "getAuthorisationCode", {"vendorId": "1"}, INVALID),
    ("bob", "getAuthorisationCode", {"vendorId": "4534"}, NOT_SUBSCRIBED),
    ("alice", "getAuthorisationCode", {"vendorId": "77"}, NOT_SUBSCRIBED),
    ("alice", "revokeAccessToWebApp", {"vendorId": 1}, INVALID),
    ("alice", "revokeAccessToWebApp", {"vendorId": 4534}, NOT_SUBSCRIBED),
    ("alice", "isAccountSubscribedToWebApp", {"vendorId": "1"}, INVALID),
    # In the order in which they are looked for.
    ("alice", "token", by_code(None, client_secret="x"), FORBIDDEN),
    ("vera", "token", by_code(None, client_secret="x"), NO_GRANT),
    ("vera", "token", by_code("x", refresh_token="x", client_secret="x"), NO_GRANT),
    ("vera", "token", by_code(None, refresh_token="x"), NO_GRANT),
    ("vera", "token", by_refresh_token(None), NO_GRANT),
    ("vera", "token", by_refresh_token("x", code="x"), NO_GRANT),
    ("vera", "token", by_code("x", client_secret="x"), NO_SECRET),
    ("vera", "token", by_code("x", client_id="77"), NO_SECRET),
    ("vera", "token", by_code("x"), NO_CODE),
    ("vera", "token", by_refresh_token("x"), NO_CODE),
    ("otto", "token", by_code("x"), NO_SECRET),
]


@pytest.mark.parametrize(("who", "operation", "params", "error"), REFUSALS)
def test_what_is_refused_and_why(
    people: Participants, who: str, operation: str, params: dict[str, Any], error: str
) -> None:
    people.subscribed()
    params = {name: value for name, value in params.items() if value is not None}

    assert error == people.ask(who, operation, **params).error


def test_a_code_is_good_once_in_time_and_for_its_vendor(people: Participants) -> None:
    people.subscribed()
    used, late, others = people.code(), people.code(), people.code()
    people.result("vera", "token", **by_code(used))
    otto = {"client_id": "77", "client_secret": "otto-vendor-secret"}

    assert NO_CODE == people.ask("vera", "token", **by_code(used)).error
    assert NO_CODE == people.ask("otto", "token", **by_code(others, **otto)).error
    assert not people.ask("vera", "token", **by_code(others)).error
    people.advance("PT10M")
    assert NO_CODE == people.ask("vera", "token", **by_code(late)).error


def test_a_refresh_token_is_good_for_its_vendor(people: Participants) -> None:
    people.subscribed()
    refresh_token = people.admitted()["refresh_token"]
    otto = {"client_id": "77", "client_secret": "otto-vendor-secret"}

    assert NO_CODE == people.ask("otto", "token", **by_refresh_token(refresh_token, **otto)).error

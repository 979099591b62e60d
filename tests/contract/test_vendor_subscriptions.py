"""A vendor's subscriptions live: made, activated, updated, cancelled, expired; and nobody else's app key is served."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.data import specification_bytes
from tests.contract.bettor import JSON_RPC, MATCH
from tests.contract.vendor_world import Participants, vendors

NOON = "2026-06-06T17:00:00.250Z"
FORBIDDEN, UNSUBSCRIBED = "DSC-0038", "DSC-0037"
INVALID, EXPIRED = "AANGX-0001 INVALID_INPUT_DATA", "AANGX-0012 SUBSCRIPTION_EXPIRED"
NO_TOKEN, NO_CLIENT = "AANGX-0013 INVALID_SUBSCRIPTION_TOKEN", "AANGX-0017 INVALID_VENDOR_CLIENT_ID"
TOO_LONG = "AANGX-0015 INVALID_CLIENT_REF"


@pytest.fixture
def people() -> Iterator[Participants]:
    with vendors() as people:
        yield people


# The life of a subscription


def test_a_subscription_is_made_activated_and_seen_by_both(people: Participants) -> None:
    """The token looks as published ones do, and the end is the midnight after so many days."""
    token = people.made(subscriptionLength=1, clientReference="order 7")
    fresh = people.result("vera", "listApplicationSubscriptionTokens")
    people.advance("PT1H")
    people.result("alice", "activateApplicationSubscription", subscriptionToken=token)

    made = {
        "subscriptionToken": token,
        "expiryDateTime": "2026-06-08T00:00:00.000Z",
        "createdDateTime": NOON,
        "clientReference": "order 7",
    }
    activated = {**made, "activationDateTime": "2026-06-06T18:00:00.250Z", "subscriptionStatus": "ACTIVATED"}
    assert [4, 4, 4] == [len(part) for part in token.split("-")]
    assert [{**made, "subscriptionStatus": "UNACTIVATED"}] == fresh
    assert [{**activated, "vendorClientId": people.client_id("alice")}] == people.result(
        "vera", "listApplicationSubscriptionTokens"
    )
    assert [activated] == people.result(
        "vera", "getApplicationSubscriptionHistory", vendorClientId=people.client_id("alice")
    )
    info = {name: activated[name] for name in ("subscriptionToken", "expiryDateTime", "subscriptionStatus")}
    version = people.result("vera", "getVendorDetails", vendorId="4534")["appVersionId"]
    assert [
        {
            "subscriptionTokens": [{**info, "activatedDateTime": activated["activationDateTime"]}],
            "applicationName": "Vera's Ladder",
            "applicationVersionId": str(version),
        }
    ] == people.result("alice", "listAccountSubscriptionTokens")


@pytest.mark.parametrize(
    ("advance", "days", "end"),
    [
        ("PT0S", 1, "2026-06-08T00:00:00.000Z"),
        ("PT6H59M59.750S", 1, "2026-06-08T00:00:00.000Z"),
        ("PT6H59M59.751S", 1, "2026-06-09T00:00:00.000Z"),
        ("PT0S", 365, "2027-06-07T00:00:00.000Z"),
    ],
)
def test_the_end_is_rounded_up_to_midnight(people: Participants, advance: str, days: int, end: str) -> None:
    people.advance(advance)
    people.made(subscriptionLength=days)

    (listed,) = people.result("vera", "listApplicationSubscriptionTokens")

    assert end == listed["expiryDateTime"]


def test_the_longest_text_of_a_length_that_the_document_allows_is_read(people: Participants) -> None:
    """With zeros before it, of which a number in a text may have as many as are documented."""
    patterns = re.findall(r"pattern: (.*36500.*)", specification_bytes("betfair-accounts.yaml").decode())
    longest = "+" + 20 * "0" + "36500"
    assert patterns
    for pattern in patterns:
        assert re.fullmatch(pattern, longest)
        assert not re.fullmatch(pattern, f"+0{longest[1:]}")
    people.made(subscriptionLength=longest)


def test_without_a_length_a_subscription_has_no_end(people: Participants) -> None:
    people.subscribed()
    people.advance("P900D")

    (listed,) = people.result("vera", "listApplicationSubscriptionTokens")

    assert "ACTIVATED" == listed["subscriptionStatus"]
    assert "expiryDateTime" not in listed
    assert not people.ask("alice", "getAccountDetails", app_key="vera-live").error


def test_a_subscription_expires_at_its_very_end(people: Participants) -> None:
    people.subscribed(subscriptionLength=1)

    people.advance("P1DT6H59M59.749S")
    before = people.ask("alice", "getAccountDetails", app_key="vera-live")
    people.advance("PT0.001S")
    after = people.ask("alice", "getAccountDetails", app_key="vera-live")

    assert ("", UNSUBSCRIBED) == (before.error, after.error)
    (listed,) = people.result("vera", "listApplicationSubscriptionTokens", subscriptionStatus="EXPIRED")
    assert listed["expiryDateTime"] == listed["expiredDateTime"] == "2026-06-08T00:00:00.000Z"
    assert [] == people.result("vera", "listApplicationSubscriptionTokens", subscriptionStatus="ACTIVATED")


def test_a_cancelled_subscription_serves_nobody_and_does_not_expire(people: Participants) -> None:
    token = people.subscribed(subscriptionLength=1)
    people.advance("PT1M")
    assert "SUCCESS" == people.result("vera", "cancelApplicationSubscription", subscriptionToken=token)
    refused = people.ask("alice", "getAccountDetails", app_key="vera-live")
    people.advance("P9D")

    (listed,) = people.result("vera", "listApplicationSubscriptionTokens", subscriptionStatus="CANCELLED")

    assert UNSUBSCRIBED == refused.error
    assert "2026-06-06T17:01:00.250Z" == listed["cancellationDateTime"]
    assert "expiredDateTime" not in listed


def test_an_update_moves_the_end_of_the_activated_subscription(people: Participants) -> None:
    token = people.subscribed(subscriptionLength=1)
    people.advance("P1D")
    params = {"vendorClientId": people.client_id("alice"), "subscriptionLength": 30}

    assert token == people.result("vera", "updateApplicationSubscription", **params)

    (listed,) = people.result("vera", "listApplicationSubscriptionTokens")
    assert "2026-07-08T00:00:00.000Z" == listed["expiryDateTime"]


def test_who_subscribes_again_has_both_in_the_history(people: Participants) -> None:
    """And is served as long as one of them lasts; the later one is the one that is updated."""
    first = people.subscribed(subscriptionLength=1)
    second = people.subscribed(subscriptionLength=2)
    client_id = people.client_id("alice")
    people.result("vera", "cancelApplicationSubscription", subscriptionToken=first)

    by_vendor = people.result("vera", "getApplicationSubscriptionHistory", vendorClientId=client_id)
    by_customer = people.result("alice", "getApplicationSubscriptionHistory", app_key="", applicationKey="vera-live")

    assert [(first, "CANCELLED"), (second, "ACTIVATED")] == [
        (each["subscriptionToken"], each["subscriptionStatus"]) for each in by_vendor
    ]
    assert by_vendor == by_customer
    assert second == people.result(
        "vera", "updateApplicationSubscription", vendorClientId=client_id, subscriptionLength=9
    )
    assert not people.ask("alice", "getAccountDetails", app_key="vera-live").error


def test_a_new_customer_has_an_empty_history(people: Participants) -> None:
    client_id = people.client_id("bob")

    assert [] == people.result("vera", "getApplicationSubscriptionHistory", vendorClientId=client_id)
    assert [] == people.result("bob", "getApplicationSubscriptionHistory", app_key="", applicationKey="vera-live")
    assert [] == people.result("bob", "listAccountSubscriptionTokens")


def test_each_vendor_lists_its_own_subscriptions_by_status(people: Participants) -> None:
    activated, unactivated = people.subscribed(), people.made()
    people.made("otto")

    def listed(**params: Any) -> list[str]:
        return [
            each["subscriptionToken"] for each in people.result("vera", "listApplicationSubscriptionTokens", **params)
        ]

    assert [activated, unactivated] == listed() == listed(subscriptionStatus="ALL")
    assert [activated] == listed(subscriptionStatus="ACTIVATED")
    assert [unactivated] == listed(subscriptionStatus="UNACTIVATED")
    assert [] == listed(subscriptionStatus="CANCELLED")
    assert [] == listed(subscriptionStatus="EXPIRED")


def test_affiliates_are_those_of_the_scenario(people: Participants) -> None:
    asked = [people.client_id("bob"), "0", people.client_id("alice")]

    relations = people.result("vera", "getAffiliateRelation", vendorClientIds=asked)

    assert list(zip(asked, ["NOT_AFFILIATED", "INVALID_USER", "AFFILIATED"], strict=True)) == [
        (each["vendorClientId"], each["status"]) for each in relations
    ]
    assert ["NOT_AFFILIATED"] == [
        each["status"] for each in people.result("otto", "getAffiliateRelation", vendorClientIds=asked[2:])
    ]


def test_the_id_for_vendors_is_the_customers_own_and_stays(people: Participants) -> None:
    alice, bob = people.client_id("alice"), people.client_id("bob")
    people.subscribed()

    assert alice.isdigit()
    assert alice != bob
    assert alice == people.result("alice", "getVendorClientId", app_key="vera-live")


# Whom an app key serves


@pytest.mark.parametrize("app_key", ["vera-live", "vera-delayed"])
def test_a_vendors_keys_serve_the_vendor_and_subscribed_customers_alone(people: Participants, app_key: str) -> None:
    """In every service: the fault is of the caller."""
    people.subscribed("alice")

    def book(who: str) -> Any:
        headers = {**people.holders[who].headers, "X-Application": app_key}
        call = {"method": "SportsAPING/v1.0/listMarketBook", "params": {"marketIds": [MATCH]}, "id": 1}
        return people.client.post(JSON_RPC, json=call, headers=headers).json()

    is_late = app_key.endswith("delayed")
    assert [is_late, is_late] == [book(who)["result"][0]["isMarketDataDelayed"] for who in ("vera", "alice")]
    assert UNSUBSCRIBED == book("bob")["error"]["message"] == book("otto")["error"]["message"]
    assert UNSUBSCRIBED == people.ask("bob", "getAccountFunds", app_key=app_key).error


def test_a_key_that_is_no_vendors_serves_its_owner_alone_even_the_vendor(people: Participants) -> None:
    people.subscribed("alice")

    assert UNSUBSCRIBED == people.ask("vera", "getAccountFunds", app_key="alice-live").error


def test_app_keys_of_a_vendor_name_it(people: Participants) -> None:
    (app,) = people.result("vera", "getDeveloperAppKeys")
    (other,) = people.result("alice", "getDeveloperAppKeys")

    assert "Vera's Ladder" == app["appName"]
    assert {("4534", "vera-vendor-secret", True)} == {
        (each["vendorId"], each["vendorSecret"], each["ownerManaged"]) for each in app["appVersions"]
    }
    assert not any("vendorId" in each or each["ownerManaged"] for each in other["appVersions"])


# Refusals

UNKNOWN = {"subscriptionToken": "ABCD-EFGH-IJKL"}
REFUSALS: list[tuple[str, str, str | None, dict[str, Any], str]] = [
    # Who asks with a key that is nobody's application, or is not the owner of it, comes before what is asked.
    *(
        (who, operation, key, params, error)
        for who, key, error in (("alice", None, FORBIDDEN), ("bob", "vera-live", UNSUBSCRIBED))
        for operation, params in (
            ("getApplicationSubscriptionToken", {"subscriptionLength": 0}),
            ("cancelApplicationSubscription", UNKNOWN),
            ("updateApplicationSubscription", {"vendorClientId": "0", "subscriptionLength": 0}),
            ("listApplicationSubscriptionTokens", {}),
            ("getApplicationSubscriptionHistory", {"vendorClientId": "0"}),
            ("getAffiliateRelation", {"vendorClientIds": []}),
        )
    ),
    ("vera", "getApplicationSubscriptionToken", None, {"subscriptionLength": 0}, INVALID),
    ("vera", "getApplicationSubscriptionToken", None, {"subscriptionLength": 36_501}, INVALID),
    ("vera", "getApplicationSubscriptionToken", None, {"clientReference": "x" * 33}, TOO_LONG),
    ("vera", "getApplicationSubscriptionToken", None, {"subscriptionLength": 0, "clientReference": "x" * 33}, TOO_LONG),
    ("alice", "activateApplicationSubscription", "", UNKNOWN, NO_TOKEN),
    ("vera", "cancelApplicationSubscription", None, UNKNOWN, NO_TOKEN),
    ("vera", "updateApplicationSubscription", None, {"vendorClientId": "0", "subscriptionLength": 0}, NO_CLIENT),
    ("vera", "getApplicationSubscriptionHistory", None, {}, INVALID),
    ("vera", "getApplicationSubscriptionHistory", None, {"vendorClientId": "0"}, NO_CLIENT),
    ("alice", "getApplicationSubscriptionHistory", "", {"vendorClientId": "0"}, "AANGX-0011 NO_APP_KEY"),
    ("alice", "getApplicationSubscriptionHistory", "", {"applicationKey": "x"}, "AANGX-0004 INVALID_APP_KEY"),
    ("vera", "getApplicationSubscriptionToken", "", {}, "AANGX-0011 NO_APP_KEY"),
    ("alice", "getVendorClientId", "", {}, "AANGX-0011 NO_APP_KEY"),
]


@pytest.mark.parametrize(("who", "operation", "app_key", "params", "error"), REFUSALS)
def test_what_is_refused_and_why(
    people: Participants, who: str, operation: str, app_key: str | None, params: dict[str, Any], error: str
) -> None:
    assert error == people.ask(who, operation, app_key=app_key, **params).error


def test_a_subscribed_customer_has_not_the_vendors_rights(people: Participants) -> None:
    people.subscribed()

    assert FORBIDDEN == people.ask("alice", "listApplicationSubscriptionTokens", app_key="vera-live").error


def test_a_token_can_be_activated_once_in_time_and_unless_it_is_cancelled(people: Participants) -> None:
    taken, cancelled, late = people.subscribed(), people.made(), people.made(subscriptionLength=1)
    people.result("vera", "cancelApplicationSubscription", subscriptionToken=cancelled)

    def activate(token: str) -> str:
        return people.ask("bob", "activateApplicationSubscription", subscriptionToken=token).error

    assert [NO_TOKEN, NO_TOKEN] == [activate(taken), activate(cancelled)]
    people.advance("P2D")
    assert EXPIRED == activate(late)


def test_only_the_vendor_can_cancel_and_only_what_has_not_ended(people: Participants) -> None:
    token, late = people.made(), people.made(subscriptionLength=1)

    def cancel(who: str, token: str) -> str:
        return people.ask(who, "cancelApplicationSubscription", subscriptionToken=token).error

    assert [NO_TOKEN, "", NO_TOKEN] == [cancel("otto", token), cancel("vera", token), cancel("vera", token)]
    people.advance("P2D")
    assert [NO_TOKEN, EXPIRED] == [cancel("otto", late), cancel("vera", late)]


def test_only_an_activated_subscription_is_updated(people: Participants) -> None:
    params = {"vendorClientId": people.client_id("alice"), "subscriptionLength": 3}

    def update(who: str, **more: int) -> str:
        return people.ask(who, "updateApplicationSubscription", **{**params, **more}).error

    assert NO_CLIENT == update("vera")
    token = people.subscribed()
    assert [NO_CLIENT, INVALID] == [update("otto"), update("vera", subscriptionLength=0)]
    people.result("vera", "cancelApplicationSubscription", subscriptionToken=token)
    assert NO_CLIENT == update("vera")

"""Customers create applications and use their app keys as the manual says."""

from typing import Any

import pytest

from simulator.world.developer_apps import LONGEST_NAME, MOST_APPS
from simulator.world.happened import DeveloperAppCreated
from simulator.world.inputs import CreateDeveloperApp
from simulator.world.world import World
from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import CONTROL, MATCH, back, betting, world_of
from tests.in_process import Client

NAME = "My first bot"


@pytest.fixture
def alice(client: Client) -> AccountHolder:
    return AccountHolder(client)


def created(alice: AccountHolder, name: str = NAME) -> dict[str, str]:
    """Create an application and return its app keys by version."""
    app = alice.account("createDeveloperAppKeys", appName=name)
    return {version["version"]: version["applicationKey"] for version in app["appVersions"]}


def with_key(alice: AccountHolder, key: str) -> AccountHolder:
    """Somebody with the same session and another app key."""
    alice.headers["X-Application"] = key
    return alice


# What is created


def test_an_application_has_a_delayed_version_that_is_active_and_a_live_one_that_is_not(alice: AccountHolder) -> None:
    """Members and their order are recorded."""
    app = alice.account("createDeveloperAppKeys", appName=NAME)

    delayed, live = app["appVersions"]
    common = {"owner": "alice", "subscriptionRequired": True, "ownerManaged": False}
    assert NAME == app["appName"]
    assert {**common, "version": "1.0-DELAY", "delayData": True, "active": True} == without_numbers(delayed)
    assert {**common, "version": "1.0", "delayData": False, "active": False} == without_numbers(live)
    assert ["appName", "appId", "appVersions"] == list(app)
    assert [
        "owner", "versionId", "version", "applicationKey", "delayData", "subscriptionRequired", "ownerManaged", "active"
    ] == list(live)  # fmt: skip
    assert [16, 16] == [len(version["applicationKey"]) for version in (delayed, live)]
    assert len({delayed["versionId"], live["versionId"]}) == 2


def without_numbers(version: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in version.items() if name not in ("versionId", "applicationKey")}


def test_the_applications_of_a_customer_are_those_of_the_scenario_and_what_was_created(alice: AccountHolder) -> None:
    mine = [alice.account("createDeveloperAppKeys", appName=name) for name in (NAME, "Another")]
    AccountHolder(alice.client, "bob").account("createDeveloperAppKeys", appName="Bob's")

    first, *others = alice.account("getDeveloperAppKeys")

    assert mine == others
    assert ("alice", ["alice-live", True]) == (
        first["appName"],
        [first["appVersions"][1]["applicationKey"], first["appVersions"][1]["active"]],
    )
    numbers = [app["appId"] for app in (first, *others)]
    assert sorted(set(numbers)) == numbers


def test_the_same_story_makes_the_same_keys_and_another_world_makes_others() -> None:
    with betting() as one, betting() as other:
        assert created(AccountHolder(one)) == created(AccountHolder(other))

        first = world_of(one)
        second = one.worlds.create(first.scenario)
        (own,) = second.do(CreateDeveloperApp(next(iter(second.accounts.by_username)), NAME)).accepted()

        assert isinstance(own, DeveloperAppCreated)
        assert len(keys_of(first)) == len(keys_of(second))
        assert not keys_of(first) & keys_of(second)
        assert second is one.worlds.by_app_key(own.live_key)


# Using them


def test_the_delayed_key_works_at_once_and_the_live_one_once_it_is_activated(alice: AccountHolder) -> None:
    keys = created(alice)

    assert {"DSC-0034"} == set(errors_of_everything(with_key(alice, keys["1.0"])))
    assert 10000.0 == with_key(alice, keys["1.0-DELAY"]).account("getAccountFunds")["availableToBetBalance"]

    activated = alice.client.post(f"{CONTROL}/app-keys/{keys['1.0']}/activate").json()

    assert {"appKey": keys["1.0"], "appName": NAME, "username": "alice", "delayed": False, "active": True} == activated
    assert with_key(alice, keys["1.0"]).bet(back(3.0, 2.0), market=MATCH)
    assert [True, True] == [version["active"] for version in alice.account("getDeveloperAppKeys")[1]["appVersions"]]


def errors_of_everything(alice: AccountHolder) -> list[str]:
    """What every service says, to what needs an app key and what does not."""
    calls = [
        ("betting", "SportsAPING/v1.0/listEventTypes", {"filter": {}}),
        ("betting", "SportsAPING/v1.0/placeOrders", {"marketId": MATCH, "instructions": [back()]}),
        ("heartbeat", "HeartbeatAPING/v1.0/heartbeat", {"preferredTimeoutSeconds": 10}),
        ("account", "AccountAPING/v1.0/getAccountFunds", {}),
        ("account", "AccountAPING/v1.0/getDeveloperAppKeys", {}),
        ("account", "AccountAPING/v1.0/listCurrencyRates", {}),
    ]
    answers = [
        alice.client.post(
            f"/exchange/{service}/json-rpc/v1", json={"method": method, "params": params}, headers=alice.headers
        ).json()
        for service, method, params in calls
    ]
    assert {-32099} == {answer["error"]["code"] for answer in answers}
    return [answer["error"]["message"] for answer in answers]


def test_over_rest_an_inactive_key_is_a_bad_request(alice: AccountHolder) -> None:
    answer = with_key(alice, created(alice)["1.0"]).account_over_rest("getAccountFunds")

    assert (400, "DSC-0034") == (answer.status_code, answer.json()["faultstring"])


def test_a_key_that_is_deactivated_is_refused_until_it_is_activated_again(alice: AccountHolder) -> None:
    address = f"{CONTROL}/app-keys/alice-live"

    assert not alice.client.post(f"{address}/deactivate").json()["active"]
    assert "DSC-0034" == alice.account_error("getAccountFunds")
    assert alice.client.post(f"{address}/activate").json()["active"]
    assert alice.client.post(f"{address}/activate").json()["active"]
    assert alice.account("getAccountFunds")


def test_neither_operation_needs_an_app_key(alice: AccountHolder) -> None:
    del alice.headers["X-Application"]

    assert created(alice)
    assert 2 == len(alice.account("getDeveloperAppKeys"))


def test_a_key_is_its_owners_alone(alice: AccountHolder) -> None:
    keys = created(alice)

    assert "DSC-0037" == with_key(AccountHolder(alice.client, "bob"), keys["1.0-DELAY"]).account_error(
        "getAccountFunds"
    )


def test_a_created_key_logs_in(alice: AccountHolder) -> None:
    keys = created(alice)
    account = world_of(alice.client).accounts.by_username["alice"]

    answer = alice.client.post(
        "/api/login",
        data={"username": "alice", "password": account.password},
        headers={"X-Application": keys["1.0-DELAY"], "Accept": "application/json"},
    ).json()
    alice.headers["X-Authentication"] = answer["token"]

    assert "SUCCESS" == answer["status"]
    assert with_key(alice, keys["1.0-DELAY"]).account("getAccountFunds")


# Refusals


@pytest.mark.parametrize("name", ["", " ", "\t", "a\nb", "\u200b", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_is_none_is_refused(alice: AccountHolder, name: str) -> None:
    assert "AANGX-0001 INVALID_INPUT_DATA" == alice.account_error("createDeveloperAppKeys", appName=name)


def test_a_name_is_needed(alice: AccountHolder) -> None:
    assert "DSC-0018" == alice.account_error("createDeveloperAppKeys")


@pytest.mark.parametrize("name", [NAME, "alice", "bob"])
def test_a_name_is_unique_whoever_has_it(alice: AccountHolder, name: str) -> None:
    created(alice)

    bob = AccountHolder(alice.client, "bob")

    assert "AANGX-0007 DUPLICATE_APP_NAME" == bob.account_error("createDeveloperAppKeys", appName=name)
    assert 1 == len(bob.account("getDeveloperAppKeys"))


def test_an_account_that_may_not_bet_gets_no_keys(alice: AccountHolder) -> None:
    barred = AccountHolder(alice.client, "barred")

    assert "AANGX-0008 APP_KEY_CREATION_FAILED" == barred.account_error("createDeveloperAppKeys", appName=NAME)
    assert created(alice)


def test_an_account_has_so_many_applications_and_no_more(alice: AccountHolder) -> None:
    for number in range(1, MOST_APPS):
        created(alice, f"bot {number}")

    assert "AANGX-0009 APP_CREATION_FAILED" == alice.account_error("createDeveloperAppKeys", appName="too many")
    assert MOST_APPS == len(alice.account("getDeveloperAppKeys"))
    assert created(AccountHolder(alice.client, "bob"), "bob's first")


def test_of_several_reasons_the_name_comes_first(alice: AccountHolder) -> None:
    barred = AccountHolder(alice.client, "barred")

    assert "AANGX-0001 INVALID_INPUT_DATA" == barred.account_error("createDeveloperAppKeys", appName="")
    assert "AANGX-0007 DUPLICATE_APP_NAME" == barred.account_error("createDeveloperAppKeys", appName="alice")


def test_who_has_no_session_creates_nothing(alice: AccountHolder) -> None:
    alice.headers = {"Content-Type": "application/json"}

    assert "AANGX-0010 NO_SESSION" == alice.account_error("createDeveloperAppKeys", appName=NAME)


# Worlds


def test_a_world_that_begins_again_has_forgotten_what_was_created(alice: AccountHolder) -> None:
    keys = created(alice)
    alice.control("reset")

    assert alice.client.worlds.by_app_key(keys["1.0-DELAY"]) is None
    assert keys == created(AccountHolder(alice.client))


def keys_of(world: World) -> set[str]:
    return {version.key for app in world.developer_apps.by_id.values() for version in (app.live, app.delayed)}


def test_a_second_world_that_goes_on_from_a_snapshot_has_keys_of_its_own(alice: AccountHolder) -> None:
    created(alice)
    worlds, world = alice.client.worlds, world_of(alice.client)

    fork = worlds.prepare_restored(world.snapshot(), is_fork=True)()
    worlds.take_in(fork)

    assert len(keys_of(world)) == len(keys_of(fork))
    assert not keys_of(world) & keys_of(fork)
    for one in (world, fork):
        assert {one} == {worlds.by_app_key(key) for key in keys_of(one)}


# The control API


def test_all_keys_of_a_world_are_listed(alice: AccountHolder) -> None:
    keys = created(alice)

    listed = alice.client.get(f"{CONTROL}/app-keys").json()["appKeys"]

    assert 2 * (len(world_of(alice.client).accounts.by_username) + 1) == len(listed)
    assert [
        (keys["1.0"], NAME, "alice", False, False),
        (keys["1.0-DELAY"], NAME, "alice", True, True),
    ] == [tuple(one.values()) for one in listed[-2:]]


def test_a_key_that_nobody_has_cannot_be_activated(alice: AccountHolder) -> None:
    for verb in ("activate", "deactivate"):
        answer = alice.client.post(f"{CONTROL}/app-keys/nobody's/{verb}")
        assert (404, "urn:betsim:problem:unknown-app-key") == (answer.status_code, answer.json()["type"])


def test_nothing_is_to_be_said_about_a_key(alice: AccountHolder) -> None:
    answer = alice.client.post(f"{CONTROL}/app-keys/alice-live/activate", json={"active": True})

    assert 400 == answer.status_code

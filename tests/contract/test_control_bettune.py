"""Through our own API users of BetTune get new tokens and other plans, and predict by hand, while the world goes on."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.world.inputs import Reset
from simulator.world.state_hash import state_hash
from tests.contract.bettor import Bettor
from tests.contract.bettune_user import ALICE, BOB, BetTuneUser, error_of
from tests.contract.control_world import problem_of
from tests.in_process import Client, client_of, client_of_shipped

WORLD = "/control/v1/worlds/default"
BETTUNE = f"{WORLD}/bettune"
FILTER, GOALS, MATCH, UNLINKED = 11583, 11584, 1611243, 1611244
PREDICTION = f"{BETTUNE}/filters/{FILTER}/matches/{MATCH}/prediction"


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


def change(client: Client, what: str, user: str = "alice", document: Any = None) -> Any:
    """Do something to a user, and return the user then."""
    content = {} if document is None else {"json": document}
    answer = client.post(f"{BETTUNE}/users/{user}/{what}", **content)
    assert answer.status_code == 200, answer.text
    assert answer.json() == client.get(f"{BETTUNE}/users/{user}").json()
    return answer.json()


def tokens(client: Client) -> dict[str, tuple[str, str, bool]]:
    """User, plan, and whether it is revoked, of every token that the world's document shows."""
    shown = client.get(WORLD).json()["bettune"]["tokens"]
    return {one["token"]: (one["user"], one["plan"], one["revoked"]) for one in shown}


def status(client: Client, token: str) -> int:
    """What the API of BetTune answers to a token."""
    return BetTuneUser(client, token).get("/sports").status_code


# Tokens


def test_a_new_token_opens_what_the_old_one_did(client: Client) -> None:
    BetTuneUser(client).put(FILTER, UNLINKED, "3.5")

    token = change(client, "token")["token"]

    assert error_of(BetTuneUser(client, ALICE).get("/sports")) == (401, "revoked_token")
    assert token not in (ALICE, BOB)
    assert [one["odds"] for one in BetTuneUser(client, token).found(FILTER, UNLINKED)] == ["3.500000"]
    assert status(client, BOB) == 200
    assert tokens(client) == {
        ALICE: ("alice", "pro", True),
        BOB: ("bob", "free", False),
        token: ("alice", "pro", False),
    }


def test_every_new_token_is_another_one(client: Client) -> None:
    made = [change(client, "token")["token"] for _ in range(3)]

    assert len({ALICE, *made}) == 4
    assert [status(client, token) for token in (ALICE, *made)] == [401, 401, 401, 200]


def test_a_user_whose_tokens_are_revoked_gets_in_with_a_new_one(client: Client) -> None:
    revoked = change(client, "revoke")

    assert revoked["token"] is None
    assert error_of(BetTuneUser(client).get("/sports")) == (401, "revoked_token")
    problem = problem_of(client.post(f"{BETTUNE}/users/alice/revoke"))
    assert (problem["status"], problem["detail"]) == (409, "Every token of user 'alice' of BetTune is revoked.")
    assert status(client, change(client, "token")["token"]) == 200


def test_a_world_that_begins_again_has_the_tokens_of_its_scenario(client: Client) -> None:
    token = change(client, "token")["token"]

    client.post(f"{WORLD}/reset")

    assert [status(client, one) for one in (ALICE, token)] == [200, 401]
    assert error_of(BetTuneUser(client, token).get("/sports")) == (401, "invalid_token")
    assert change(client, "token")["token"] == token, "with the same ids"


def test_worlds_of_one_scenario_make_tokens_that_lead_to_each_alone(client: Client) -> None:
    other = client.post("/control/v1/worlds", json={"fixture": "bettune"}).json()["id"]
    own = change(client, "token")["token"]
    theirs = client.post(f"/control/v1/worlds/{other}/bettune/users/alice/token").json()["token"]
    assert own != theirs

    BetTuneUser(client, theirs).put(FILTER, UNLINKED, "3.5")

    assert BetTuneUser(client, own).found(FILTER, UNLINKED) == []
    client.delete(f"/control/v1/worlds/{other}")
    assert [status(client, one) for one in (own, theirs)] == [200, 401]


def test_old_and_new_token_share_a_limit(client: Client) -> None:
    for _ in range(60):
        BetTuneUser(client).get("/sports")

    assert status(client, change(client, "token")["token"]) == 429


def test_a_user_without_a_name_goes_by_a_token_of_any_characters() -> None:
    scenario = {"name": "odd", "bettune": {"users": [{"token": "a/token/b", "plan": "free"}, {"token": "a"}]}}
    with client_of(scenario) as client:
        made = change(client, "token", "a/token/b")

        assert (made["user"], made["plan"], made["account"]) == ("a/token/b", "free", None)
        assert [status(client, token) for token in ("a/token/b", "a", made["token"])] == [401, 200, 200]


# Plans


def test_a_plan_ends_at_once(client: Client) -> None:
    alice = BetTuneUser(client)
    assert alice.put(FILTER, UNLINKED, "3.5").status_code == 200

    assert change(client, "plan", document={"plan": "free"})["plan"] == "free"

    assert error_of(alice.put(FILTER, UNLINKED, "3.6")) == (403, "pro_subscription_required")
    assert alice.get("/prediction-filters").status_code == 200
    assert tokens(client)[ALICE] == ("alice", "free", False)
    change(client, "plan", document={"plan": "pro"})
    assert [one["odds"] for one in alice.found(FILTER, UNLINKED)] == ["3.500000"]


@pytest.mark.parametrize("at", ["+PT1H", "2026-06-06T13:00:00Z"])
def test_a_plan_ends_at_a_time(client: Client, at: str) -> None:
    """Tokens that are made in between have the plan that the user has."""
    planned = change(client, "plan", document={"plan": "free", "at": at})
    assert (planned["plan"], planned["planChanges"]) == ("pro", [{"at": "2026-06-06T13:00:00.000Z", "plan": "free"}])
    client.post(f"{WORLD}/clock", json={"set": "2026-06-06T12:59:59.999Z"})
    alice = BetTuneUser(client, change(client, "token")["token"])
    assert alice.put(FILTER, UNLINKED, "3.5").status_code == 200

    client.post(f"{WORLD}/clock", json={"set": "2026-06-06T13:00:00Z"})

    assert error_of(alice.put(FILTER, UNLINKED, "3.6")) == (403, "pro_subscription_required")
    user = client.get(f"{BETTUNE}/users/alice").json()
    assert (user["plan"], user["planChanges"]) == ("free", [])


def test_the_schedule_changes_plans_too() -> None:
    scenario: dict[str, Any] = {
        "name": "trial",
        "clock": {"now": "2026-06-06T12:00:00Z", "rate": 0},
        "bettune": {"users": [{"token": ALICE, "user": "alice"}]},
        "schedule": [{"at": "+PT1M", "do": "change-plan", "user": "alice", "plan": "free"}],
    }
    with client_of(scenario) as client:
        later = [{"at": "+PT2M", "do": "change-plan", "user": "alice", "plan": "pro"}]
        assert client.post(f"{WORLD}/markets", json={"schedule": later}).status_code == 201
        plans = []
        for _ in range(3):
            plans.append(client.get(f"{BETTUNE}/users/alice").json()["plan"])
            client.post(f"{WORLD}/clock", json={"advance": "PT1M"})

        assert plans == ["pro", "free", "pro"]
        unknown = client.post(f"{WORLD}/markets", json={"schedule": [{**later[0], "user": "bob"}]})
        assert problem_of(unknown)["path"] == "$.schedule[0].user"


def test_the_autopilot_bets_as_long_as_the_plan_lasts(client: Client) -> None:
    BetTuneUser(client).put(FILTER, MATCH, "2.15")
    change(client, "plan", document={"plan": "free"})
    offers = {"selectionId": 101, "availableToBack": [[2.16, 100]]}
    client.post(f"{WORLD}/markets/1.165000001/offers", json=offers)
    assert Bettor(client).ask("listCurrentOrders")["currentOrders"] == []

    change(client, "plan", document={"plan": "pro"})

    (order,) = Bettor(client).ask("listCurrentOrders")["currentOrders"]
    assert (order["sizeMatched"], order["averagePriceMatched"]) == (10.0, 2.16)


# Predictions by hand


def test_a_prediction_by_hand_says_so(client: Client) -> None:
    made = client.request("PUT", PREDICTION, json={"odds": "3.1234565"})

    assert made.status_code == 200
    assert made.json() == {
        "id": 10,
        "filter": FILTER,
        "match": MATCH,
        "odds": 3.123457,
        "source": "ui",
        "createdAt": "2026-06-06T12:00:00.000Z",
        "updatedAt": "2026-06-06T12:00:00.000Z",
    }
    (found,) = BetTuneUser(client).found(FILTER, MATCH)
    assert (found["odds"], found["source"]) == ("3.123457", "ui")


def test_the_source_of_a_prediction_is_who_put_it_last(client: Client) -> None:
    alice = BetTuneUser(client)
    sources = []
    for by_hand in (False, True, False):
        answer = client.request("PUT", PREDICTION, json={"odds": 3}) if by_hand else alice.put(FILTER, MATCH, 3)
        assert answer.status_code == 200
        sources.append(alice.found(FILTER, MATCH)[0]["source"])

    assert sources == ["api", "ui", "api"]


def test_a_prediction_by_hand_is_bet_on_and_taken_back(client: Client) -> None:
    """2.10 is offered and 2.00 would do."""
    client.request("PUT", PREDICTION, json={"odds": 2})

    assert client.delete(PREDICTION).status_code == 204
    assert client.delete(PREDICTION).status_code == 204

    assert BetTuneUser(client).found(FILTER, MATCH) == []
    assert len(Bettor(client).ask("listCurrentOrders")["currentOrders"]) == 1


# What is wrong


def test_what_nobody_knows_is_not_found(client: Client) -> None:
    state = state_hash(client.worlds.default)
    requests: list[tuple[str, str, str]] = [
        ("GET", f"{BETTUNE}/users/carol", "unknown-user"),
        ("POST", f"{BETTUNE}/users/carol/token", "unknown-user"),
        ("POST", f"{BETTUNE}/users/{ALICE}/revoke", "unknown-user"),
        ("POST", f"{BETTUNE}/users/alice/x/plan", "unknown-user"),
        ("PUT", f"{BETTUNE}/filters/1/matches/{MATCH}/prediction", "unknown-filter"),
        ("PUT", f"{BETTUNE}/filters/{'9' * 5000}/matches/{MATCH}/prediction", "unknown-filter"),
        ("DELETE", f"{BETTUNE}/filters/{FILTER}/matches/1/prediction", "unknown-match"),
        ("DELETE", f"{BETTUNE}/filters/x/matches/x/prediction", "unknown-filter"),
    ]
    for method, path, kind in requests:
        problem = problem_of(client.request(method, path))
        assert (problem["status"], problem["type"]) == (404, f"urn:betsim:problem:{kind}"), path
    assert state == state_hash(client.worlds.default)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "$"),
        ([], "$"),
        ({"plan": None}, "$.plan"),
        ({"plan": "gold"}, "$.plan"),
        ({"plan": "PRO"}, "$.plan"),
        ({"plan": "free", "at": "tomorrow"}, "$.at"),
        ({"plan": "free", "at": 5}, "$.at"),
        ({"plan": "free", "at": "+P9999999D"}, "$.at"),
        ({"plan": "free", "user": "alice"}, "$.user"),
        ({"plan": "free", "do": "change-plan"}, "$.do"),
        ({"plan": "free", "extra": 1}, "$"),
    ],
)
def test_a_plan_is_one_that_there_is(client: Client, document: Any, path: str) -> None:
    refused(client, client.post(f"{BETTUNE}/users/alice/plan", json=document), path)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "$"),
        ([], "$"),
        ({"odds": None}, "$.odds"),
        ({"odds": 1}, "$.odds"),
        ({"odds": "1.009999"}, "$.odds"),
        ({"odds": 1000.01}, "$.odds"),
        ({"odds": "two"}, "$.odds"),
        ({"odds": "NaN"}, "$.odds"),
        ({"odds": [2]}, "$.odds"),
        ({"odds": 2, "source": "ui"}, "$"),
    ],
)
def test_odds_by_hand_are_a_number_of_the_ladder_s_bounds(client: Client, document: Any, path: str) -> None:
    refused(client, client.request("PUT", PREDICTION, json=document), path)


@pytest.mark.parametrize("what", ["token", "revoke"])
def test_of_tokens_nothing_more_can_be_said(client: Client, what: str) -> None:
    refused(client, client.post(f"{BETTUNE}/users/alice/{what}", json={"token": "mine"}), "$")


def refused(client: Client, answer: httpx.Response, path: str) -> None:
    """Look at a refusal of a document, after which everything is as at the beginning."""
    problem = problem_of(answer)
    assert (problem["status"], problem["path"]) == (400, path)
    world = client.worlds.default
    state = state_hash(world)
    world.do(Reset()).accepted()
    assert state == state_hash(world)

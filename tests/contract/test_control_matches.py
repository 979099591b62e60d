"""Finishing a football match tells BetTune its score and settles on the exchange what the score decides."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.inputs import Reset
from simulator.world.state_hash import state_hash
from tests.contract.bettune_user import BetTuneUser
from tests.contract.control_world import problem_of
from tests.in_process import Client, client_of_shipped

MATCHES = "/control/v1/worlds/default/matches"
MATCH, UNLINKED, PLAYED = 1611243, 1611244, 1611199
MATCH_ODDS, OVER_UNDER, BOTH_SCORE, HALF_TIME = "1.165000001", "1.165000002", "1.165000003", "1.165000004"


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


def finish(client: Client, match: object = MATCH, home: object = 2, away: object = 1) -> Any:
    return client.post(f"{MATCHES}/{match}/finish", json={"score": {"home": home, "away": away}})


def market(client: Client, market_id: str) -> Any:
    return client.worlds.default.exchange.markets[market_id]


def test_matches_are_listed_in_order_of_time(client: Client) -> None:
    listed = client.get(MATCHES).json()["matches"]

    assert [match["id"] for match in listed] == [PLAYED, MATCH, UNLINKED]
    assert listed[1] == {
        "id": MATCH,
        "date": "2026-06-06T18:00:00.000Z",
        "home": "Northam",
        "away": "Southey",
        "event": "32165001",
        "finished": False,
        "score": None,
    }
    assert (listed[0]["finished"], listed[0]["score"], listed[0]["event"]) == (True, {"home": 0, "away": 3}, None)


def test_a_match_is_finished_in_bettune_and_on_the_exchange(client: Client) -> None:
    finished = finish(client)

    assert finished.status_code == 200
    document = finished.json()
    assert (document["match"]["finished"], document["match"]["score"]) == (True, {"home": 2, "away": 1})
    assert [(one["marketId"], one["status"]) for one in document["settled"]] == [
        (MATCH_ODDS, "CLOSED"),
        (OVER_UNDER, "CLOSED"),
        (BOTH_SCORE, "CLOSED"),
    ]
    assert document["leftAlone"] == [{"marketId": HALF_TIME, "reason": "The score does not decide it."}]
    winners = [
        key.selection_id
        for market_id in (MATCH_ODDS, OVER_UNDER, BOTH_SCORE)
        for key, runner in market(client, market_id).runners.items()
        if runner.status == "WINNER"
    ]
    assert winners == [101, 47973, 30246]
    assert market(client, HALF_TIME).status == "OPEN"
    listed = BetTuneUser(client).get("/matches?date=2026-06-06&sport=1").json()["items"]
    assert (listed[0]["finished"], listed[0]["score"]) == (True, {"home": 2, "away": 1})
    assert (listed[1]["finished"], listed[1]["score"]) == (False, {"home": None, "away": None})


def test_a_match_that_is_not_on_the_exchange_is_finished_too(client: Client) -> None:
    document = finish(client, UNLINKED, 0, 0).json()

    assert (document["match"]["score"], document["settled"], document["leftAlone"]) == ({"home": 0, "away": 0}, [], [])


def test_a_score_is_part_of_the_state(client: Client) -> None:
    """Also where nothing on the exchange depends on it."""
    states = {state_hash(client.worlds.default)}
    for home in (0, 1):
        client.worlds.default.do(Reset()).accepted()
        finish(client, UNLINKED, home, 0)
        states.add(state_hash(client.worlds.default))

    assert len(states) == 3


def test_markets_that_were_settled_by_hand_do_not_keep_the_others_from_it(client: Client) -> None:
    results = {"results": [{"selectionId": 102, "status": "WINNER"}]}
    client.post(f"/control/v1/worlds/default/markets/{MATCH_ODDS}/settle", json=results)
    client.post(f"/control/v1/worlds/default/markets/{BOTH_SCORE}/suspend")

    document = finish(client).json()

    assert [one["marketId"] for one in document["settled"]] == [OVER_UNDER, BOTH_SCORE]
    assert document["leftAlone"][0] == {
        "marketId": MATCH_ODDS,
        "reason": f"Market {MATCH_ODDS} is CLOSED and cannot be settled.",
    }


def test_a_match_is_finished_once(client: Client) -> None:
    finish(client)
    world = client.worlds.default
    state = state_hash(world)

    for match, score in ((MATCH, (5, 5)), (PLAYED, (0, 3))):
        problem = problem_of(finish(client, match, *score))
        assert (problem["status"], problem["detail"]) == (409, f"Match {match} is finished.")
    assert state == state_hash(world)


@pytest.mark.parametrize("match", ["1", "0", "-1", "x", "", "01611243", "1611243.0", "9" * 5000, "%00", "\u0661"])
def test_an_unknown_match_cannot_be_finished(client: Client, match: str) -> None:
    problem = problem_of(finish(client, match))

    assert problem["status"] == 404


def test_a_match_of_another_world_is_unknown(client: Client) -> None:
    client.post("/control/v1/worlds", json={"fixture": "derby"})

    answer = client.post(f"/control/v1/worlds/world-2/matches/{MATCH}/finish", json={"score": {"home": 0, "away": 0}})

    assert problem_of(answer)["status"] == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (None, "$"),
        ({}, "$"),
        ([], "$"),
        ({"score": None}, "$.score"),
        ({"score": {}}, "$.score"),
        ({"score": {"home": 1}}, "$.score"),
        ({"score": {"home": 1, "away": -1}}, "$.score.away"),
        ({"score": {"home": 1000, "away": 1}}, "$.score.home"),
        ({"score": {"home": 1.5, "away": 1}}, "$.score.home"),
        ({"score": {"home": "2", "away": 1}}, "$.score.home"),
        ({"score": {"home": True, "away": 1}}, "$.score.home"),
        ({"score": {"home": 1, "away": 1, "extra": 1}}, "$.score"),
        ({"score": {"home": 1, "away": 1}, "at": "+PT5M"}, "$.at"),
        ({"score": {"home": 1, "away": 1}, "match": MATCH}, "$.match"),
        ({"score": {"home": 1, "away": 1}, "do": "finish"}, "$.do"),
    ],
)
def test_a_score_is_two_numbers_of_goals(client: Client, body: Any, path: str) -> None:
    content = {} if body is None else {"json": body}

    problem = problem_of(client.post(f"{MATCHES}/{MATCH}/finish", **content))

    assert (problem["status"], problem["path"]) == (400, path)


def test_the_schedule_finishes_matches_too(client: Client) -> None:
    client.post("/control/v1/worlds/default/clock", json={"set": "2026-06-06T19:52:00Z"})

    match = next(match for match in client.get(MATCHES).json()["matches"] if match["id"] == MATCH)

    assert (match["finished"], match["score"]) == (True, {"home": 2, "away": 1})
    assert {one.status for one in client.worlds.default.exchange.markets.values()} == {"CLOSED"}


def test_a_scheduled_finish_of_a_finished_match_is_noted_and_time_goes_on(client: Client) -> None:
    finish(client, home=0, away=0)

    client.post("/control/v1/worlds/default/clock", json={"set": "2026-06-06T20:00:00Z"})

    notice = client.get("/control/v1/worlds/default").json()["notices"][-1]
    problem = f"match {MATCH} is finished"
    at = notice.pop("at")
    assert notice == {"do": "finish", "market": None, "match": MATCH, "problem": problem}
    assert at == "2026-06-06T19:52:00.000Z"


def test_a_finish_can_be_scheduled_in_a_running_world(client: Client) -> None:
    happening = {"at": "+PT1M", "do": "finish", "match": UNLINKED, "score": {"home": 4, "away": 0}}
    assert client.post("/control/v1/worlds/default/markets", json={"schedule": [happening]}).status_code == 201

    client.post("/control/v1/worlds/default/clock", json={"advance": "PT1M"})

    match = next(match for match in client.get(MATCHES).json()["matches"] if match["id"] == UNLINKED)
    assert match["score"] == {"home": 4, "away": 0}
    unknown = client.post("/control/v1/worlds/default/markets", json={"schedule": [{**happening, "match": 7}]})
    assert problem_of(unknown)["path"] == "$.schedule[0].match"


def test_a_match_is_not_done_to_like_a_market(client: Client) -> None:
    """`finish` is no verb of markets, and no other verb is one of matches."""
    assert client.post(f"/control/v1/worlds/default/markets/{MATCH_ODDS}/finish").status_code == 404
    assert client.post(f"{MATCHES}/{MATCH}/settle").status_code == 404

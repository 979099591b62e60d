"""listAvailableEvents, listScores and listIncidents over HTTP: shapes, restrictions, what is news, and refusals.

Source: the test data of betfairlightweight, whose answers of a game of tennis were recorded in May 2017.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import Bettor, world_of
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, TENNIS, event, match_odds, scenario

JSON_RPC = "/exchange/scores/json-rpc/v1"
CONTROL = "/control/v1/worlds/default"
FOOTBALL, GAME, NO_SCORES = "100", "200", "300"
WORLD = scenario(
    event(FOOTBALL, "Newcastle v Chelsea", SOCCER, match_odds("1.101", "Newcastle", "Chelsea"), inPlay={}),
    event(
        GAME,
        "A Server v B Returner",
        TENNIS,
        match_odds("1.201", "A Server", "B Returner"),
        inPlay={"status": "InProgress", "home": {"games": 1}, "away": {"games": 2}},
        starts="2026-06-06T16:30:00.000Z",
    ),
    event(NO_SCORES, "Leeds v Derby", SOCCER),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


def ask(client: Client, operation: str, **params: Any) -> Any:
    call = {"jsonrpc": "2.0", "method": f"ScoresAPING/v1.0/{operation}", "params": params, "id": 1}
    answer = client.post(JSON_RPC, json=call, headers=Bettor(client).headers).json()
    assert "error" not in answer, answer
    over_rest = client.post(
        f"/exchange/scores/rest/v1.0/{operation}/", json=params, headers=Bettor(client).headers
    ).json()
    assert over_rest == answer["result"]
    return over_rest


def tell(client: Client, event_id: str, kind: str, **content: Any) -> dict[str, Any]:
    response = client.post(f"{CONTROL}/events/{event_id}/incident", json={"type": kind, **content})
    assert response.is_success, response.text
    told: dict[str, Any] = response.json()
    return told


def key(event_id: str, number: int | None = None) -> dict[str, Any]:
    return {"eventId": event_id} | ({} if number is None else {"lastUpdateSequenceProcessed": number})


# Which events


def test_an_available_event_has_the_members_that_are_recorded(client: Client) -> None:
    assert json.dumps(ask(client, "listAvailableEvents")[1]) == json.dumps(
        {"eventId": GAME, "eventTypeId": "2", "eventStatus": "IN_PROGRESS"}
    )


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [FOOTBALL, GAME]),
        ({"eventIds": [], "eventTypeIds": None}, [FOOTBALL, GAME]),
        ({"eventIds": [GAME, NO_SCORES, "999"]}, [GAME]),
        ({"eventTypeIds": ["1", "7"]}, [FOOTBALL]),
        ({"eventStatus": ["PENDING"]}, [FOOTBALL]),
        ({"eventStatus": ["IN_PROGRESS", "FINISHED"]}, [GAME]),
        ({"eventTypeIds": ["1"], "eventStatus": ["IN_PROGRESS"]}, []),
    ],
)
def test_restrictions_restrict_together(client: Client, params: dict[str, Any], found: list[str]) -> None:
    assert [each["eventId"] for each in ask(client, "listAvailableEvents", **params)] == found


# Scores


def test_the_score_of_a_game_of_tennis_is_as_recorded(client: Client) -> None:
    """All members in their order; those of `values`, whose order says nothing, by name."""
    world_of(client).do(AdvanceClock(33 * 60_000 + 6_500)).accepted()
    tell(client, GAME, "point", home={"score": 30}, away={"score": 40})
    (score,) = ask(client, "listScores", updateKeys=[key(GAME)])
    recorded = {
        "eventId": GAME,
        "eventTypeId": "2",
        "updateContext": {
            "eventTime": "17:33:06",
            "lastUpdated": "2026-06-06T17:33:06.000Z",
            "updateSequence": 1,
            "updateType": "score",
        },
        "values": {
            "player2PointsWon": "40", "player1": "1", "player2": "2", "player1SetScores": "1", "player2GamesWon": "2",
            "player1GamesWon": "1", "player1SetsWon": "0", "player2SetsWon": "0", "player2SetScores": "2",
            "isLive": "1", "player1PointsWon": "30", "eventTypeStatus": "inPlay",
            "startDate": "2026-06-06T16:30:00.000Z",
        },
        "eventStatus": "IN_PROGRESS",
        "responseCode": "OK",
    }  # fmt: skip

    assert score == recorded
    assert [*score] == [*recorded]
    assert [*score["updateContext"]] == [*recorded["updateContext"]]


def test_sets_that_are_over_stand_before_the_one_that_is_played(client: Client) -> None:
    tell(client, GAME, "set", home={"sets": 1, "games": 0, "gameSequence": [6]}, away={"games": 0, "gameSequence": [4]})
    (score,) = ask(client, "listScores", updateKeys=[key(GAME)])

    assert (score["values"]["player1SetScores"], score["values"]["player2SetScores"]) == ("6,0", "4,0")


def test_of_football_there_are_goals(client: Client) -> None:
    (before,) = ask(client, "listScores", updateKeys=[key(FOOTBALL)])
    tell(client, FOOTBALL, "KickOff")
    tell(client, FOOTBALL, "Goal", team="away")
    (after,) = ask(client, "listScores", updateKeys=[key(FOOTBALL)])

    assert (before["eventStatus"], before["values"]["isLive"]) == ("PENDING", "0")
    assert "eventTypeStatus" not in before["values"]
    assert (after["values"]["player1Score"], after["values"]["player2Score"]) == ("0", "1")


def test_what_is_known_is_no_news(client: Client) -> None:
    tell(client, FOOTBALL, "KickOff")
    asked = [key(FOOTBALL, 0), key(FOOTBALL, 1), key(FOOTBALL, 7)]
    scores = ask(client, "listScores", updateKeys=asked)

    assert [score["responseCode"] for score in scores] == ["OK", "NO_NEW_UPDATES", "NO_NEW_UPDATES"]
    assert scores[1] == {
        "eventId": FOOTBALL, "eventTypeId": "1", "eventStatus": "IN_PROGRESS", "responseCode": "NO_NEW_UPDATES"
    }  # fmt: skip


@pytest.mark.parametrize("operation", ["listScores", "listIncidents"])
def test_of_events_without_scores_there_is_no_data(client: Client, operation: str) -> None:
    asked = [key(NO_SCORES), key("999", 3)]

    assert ask(client, operation, updateKeys=asked) == [
        {"eventId": event_id, "responseCode": "NO_LIVE_DATA_AVAILABLE"} for event_id in (NO_SCORES, "999")
    ]


# Incidents


def test_incidents_are_those_of_the_match_and_the_event_itself_is_the_first(client: Client) -> None:
    tell(client, FOOTBALL, "KickOff")
    world_of(client).do(AdvanceClock(35 * 60_000 + 3_154)).accepted()
    tell(client, FOOTBALL, "Goal", team="away", player="A. Striker")
    (incidents,) = ask(client, "listIncidents", updateKeys=[key(FOOTBALL)])
    first, kick_off, goal = incidents["incidents"].values()

    assert [*incidents] == ["eventId", "eventTypeId", "incidents", "eventStatus", "responseCode"]
    assert [*incidents["incidents"]] == ["0", "1", "2"]
    assert first == {
        "updateContext": {
            "eventTime": "", "lastUpdated": "2026-06-06T17:00:00.000Z", "updateSequence": 0, "updateType": ""
        },
        "values": {"player1": "1", "player2": "2", "startDate": "2026-06-06T18:00:00.000Z"},
    }  # fmt: skip
    assert kick_off["updateContext"]["eventTime"] == "00:00:00"
    assert goal["updateContext"] == {
        "eventTime": "00:35:03",
        "lastUpdated": "2026-06-06T17:35:03.000Z",
        "updateSequence": 2,
        "updateType": "Goal",
    }
    assert (goal["values"]["wonBy"], goal["values"]["strokeType"], goal["values"]["player2Score"]) == ("2", "Goal", "1")


def test_an_incident_says_how_the_match_stood_then(client: Client) -> None:
    for _ in range(3):
        tell(client, FOOTBALL, "Goal", team="home")
    (incidents,) = ask(client, "listIncidents", updateKeys=[key(FOOTBALL, 1)])

    assert {number: one["values"]["player1Score"] for number, one in incidents["incidents"].items()} == {
        "2": "2", "3": "3"
    }  # fmt: skip
    (nothing,) = ask(client, "listIncidents", updateKeys=[key(FOOTBALL, 3)])
    assert (nothing["responseCode"], "incidents" in nothing) == ("NO_NEW_UPDATES", False)


# Refusals


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("listScores", {}, "DSC-0018"),
        ("listScores", {"updateKeys": [{}]}, "DSC-0018"),
        ("listScores", {"updateKeys": [{"eventId": None}]}, "DSC-0018"),
        ("listIncidents", {"updateKeys": "100"}, "DSC-0009"),
        ("listIncidents", {"updateKeys": [{"eventId": "100", "lastUpdateSequenceProcessed": "many"}]}, "DSC-0009"),
        ("listAvailableEvents", {"eventStatus": ["OVER"]}, "DSC-0009"),
    ],
)
def test_what_cannot_be_read_is_refused(client: Client, operation: str, params: dict[str, Any], code: str) -> None:
    address = f"/exchange/scores/rest/v1.0/{operation}/"
    answer = client.post(address, json=params, headers=Bettor(client).headers)

    assert (answer.status_code, answer.json()["faultstring"]) == (400, code)


@pytest.mark.parametrize("operation", ["listAvailableEvents", "listScores", "listIncidents"])
@pytest.mark.parametrize(("missing", "number"), [("X-Application", "SANGX-0008"), ("X-Authentication", "SANGX-0007")])
def test_who_asks_must_be_known(client: Client, operation: str, missing: str, number: str) -> None:
    headers = {name: value for name, value in Bettor(client).headers.items() if name != missing}
    answer = client.post(f"/exchange/scores/rest/v1.0/{operation}/", json={"updateKeys": []}, headers=headers)

    assert (answer.status_code, answer.json()["faultstring"]) == (400, number)


# What happens, told through our own API


def test_what_happened_is_answered_with_how_the_match_stands(client: Client) -> None:
    tell(client, FOOTBALL, "KickOff")

    assert tell(client, FOOTBALL, "Goal", team="home", matchTime=12) == {
        "eventId": FOOTBALL,
        "eventStatus": "IN_PROGRESS",
        "status": "KickOff",
        "minute": 12,
        "incidents": 2,
        "home": {"name": "Newcastle", "score": "1", "sets": None, "games": None},
        "away": {"name": "Chelsea", "score": "0", "sets": None, "games": None},
    }


@pytest.mark.parametrize(
    ("content", "path", "detail"),
    [
        ({}, "$", 'The key "type" is missing; needed are type.'),
        ({"type": "Goal"}, "$.team", "Goal is of a team, home or away."),
        ({"type": "Goal", "team": "left"}, "$.team", 'One of away, home or null is needed, and here stands "left".'),
        ({"type": "not a word"}, "$.type", "A text of the form "),
        ({"type": "Goal", "team": "home", "event": "7"}, "$.event", "What is done, and to what, is in the address"),
        ({"type": "Goal", "team": "home", "at": "+PT1M"}, "$.at", "What is done, and to what, is in the address"),
        ({"type": "Point", "home": {"score": -1}}, "$.home.score", "A whole number from 0 to 99999 or a text of 1 to"),
        ({"type": "Point", "home": {"goals": 1}}, "$.home", 'There is no key "goals" here; there are name, score'),
        ({"type": "KickOff", "matchTime": 0}, "$.matchTime", "A whole number from 1 to 999 or null is needed"),
    ],
)
def test_a_wrong_incident_is_told_its_place(client: Client, content: Any, path: str, detail: str) -> None:
    answer = client.post(f"{CONTROL}/events/{FOOTBALL}/incident", json=content)

    assert (answer.status_code, answer.json()["path"]) == (400, path), answer.text
    assert answer.json()["detail"].startswith(detail), answer.text


def test_an_event_without_scores_is_not_there(client: Client) -> None:
    for event_id in (NO_SCORES, "999", "nonsense"):
        answer = client.post(f"{CONTROL}/events/{event_id}/incident", json={"type": "KickOff"})

        assert (answer.status_code, answer.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (
            404, "unknown-event"
        )  # fmt: skip


def test_what_cannot_be_now_is_a_conflict(client: Client) -> None:
    tell(client, GAME, "point", home={"score": "Av"})
    answer = client.post(f"{CONTROL}/events/{GAME}/incident", json={"type": "Goal", "team": "home"})

    assert (answer.status_code, answer.json()["detail"]) == (
        409, "A Server has scored 'Av', to which no goal can be added."
    )  # fmt: skip


def test_matches_are_in_the_scenario_of_now(client: Client) -> None:
    """A world that begins with it has the same scores, and its matches go on in the same minute."""
    tell(client, FOOTBALL, "KickOff", matchTime=30, home={"score": 2}, away={"redCards": 1})
    tell(client, GAME, "point", home={"score": "Av"})
    written = client.get(f"{CONTROL}/scenario").text
    answer = client.post("/control/v1/worlds", content=written, headers={"content-type": "application/yaml"})
    again = next(world for world in client.worlds if world.id == answer.json()["id"])
    now = world_of(client).clock.now()

    for board, other in zip(world_of(client).scoreboards, again.scoreboards, strict=True):
        assert (board.home, board.away, board.status) == (other.home, other.away, other.status)
        assert board.minutes(now) == other.minutes(now)

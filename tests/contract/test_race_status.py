"""listRaceDetails over HTTP: which races there are, what is told of them, and what follows from their markets.

Sources: manual, "API de estado de carrera"; recorded answers.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.happened import RaceStatusChanged
from simulator.world.inputs import AdvanceClock, SetClock
from simulator.world.races import RaceResponse, RaceStatus
from tests.contract.bettor import Bettor, world_of
from tests.in_process import Client, client_of
from tests.scenario import (
    GREYHOUND_RACING,
    HORSE_RACING,
    SOCCER,
    START,
    event,
    happening,
    market,
    match_odds,
    place,
    scenario,
    win,
)

JSON_RPC = "/exchange/scores/json-rpc/v1"
REST = "/exchange/scores/rest/v1.0/listRaceDetails/"
CONTROL = "/control/v1/worlds/default"
HORSES = ("Sea Fever", "Moonshot", "Old Tom")

FIRST, LATER, DOGS, ABROAD = "1.201", "1.203", "1.301", "1.401"
WORLD = scenario(
    event("100", "Newcastle v Chelsea", SOCCER, match_odds("1.101", "Newcastle", "Chelsea"), countryCode="GB"),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        place("1.202", *HORSES),
        win(FIRST, *HORSES, turnInPlay=True),
        win(LATER, *HORSES, turnInPlay=True, startTime="2026-06-06T18:35:00.000Z"),
        market("1.204", "Gold Cup", "ANTEPOST_WIN", *HORSES),
        countryCode="GB",
        venue="Ascot",
    ),
    event(
        "300",
        "Shelbourne Park",
        GREYHOUND_RACING,
        win(DOGS, "1. Fox", "2. Pike"),
        countryCode="IE",
        venue="Shelbourne Park",
    ),
    event("400", "Longchamp", HORSE_RACING, win(ABROAD, *HORSES), countryCode="FR", venue="Longchamp"),
    event("500", "Big Races", HORSE_RACING, win("1.501", *HORSES), countryCode="GB"),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


def details(client: Client, **params: Any) -> list[dict[str, Any]]:
    call = {"jsonrpc": "2.0", "method": "ScoresAPING/v1.0/listRaceDetails", "params": params, "id": 1}
    answer = client.post(JSON_RPC, json=call, headers=Bettor(client).headers).json()
    assert "error" not in answer, answer
    found: list[dict[str, Any]] = answer["result"]
    return found


def statuses(client: Client) -> list[str]:
    return [race["raceStatus"] for race in details(client)]


def do(client: Client, market_id: str, verb: str, **content: Any) -> None:
    response = client.post(f"{CONTROL}/markets/{market_id}/{verb}", json=content)
    assert response.is_success, response.text


# Which races


def test_the_races_are_those_of_meetings_in_the_united_kingdom_and_in_ireland(client: Client) -> None:
    """With the members and in their order that are recorded; the times of ids are in GMT."""
    assert json.dumps(details(client)[0]) == json.dumps(
        {
            "meetingId": "200",
            "raceId": "200.1800",
            "lastUpdated": START,
            "raceStatus": "DORMANT",
            "responseCode": "OK",
        }
    )
    assert [race["raceId"] for race in details(client)] == ["200.1800", "200.1835", "300.1800"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["200.1800", "200.1835", "300.1800"]),
        ({"meetingIds": [], "raceIds": None}, ["200.1800", "200.1835", "300.1800"]),
        ({"meetingIds": ["200"]}, ["200.1800", "200.1835"]),
        ({"meetingIds": ["300", "200", "300"]}, ["200.1800", "200.1835", "300.1800"]),
        ({"raceIds": ["200.1835"]}, ["200.1835"]),
        ({"meetingIds": ["200"], "raceIds": ["200.1835", "300.1800"]}, ["200.1835"]),
        ({"meetingIds": ["400"]}, []),
        ({"meetingIds": ["nonsense"]}, []),
        ({"raceIds": ["200"]}, []),
        ({"meetingIds": [200]}, ["200.1800", "200.1835"]),
    ],
)
def test_filters_restrict_together(client: Client, params: dict[str, Any], found: list[str]) -> None:
    assert [race["raceId"] for race in details(client, **params)] == found


def test_the_answer_is_the_same_over_rest(client: Client) -> None:
    assert client.post(REST, json={}, headers=Bettor(client).headers).json() == details(client)


def test_a_race_that_is_put_off_keeps_its_id(client: Client) -> None:
    do(client, FIRST, "change-start-time", startTime="2026-06-06T18:10:00Z")

    assert details(client)[0]["raceId"] == "200.1800"


# What follows from the life of a market


def test_a_race_of_horses_follows_its_market_to_weighing_in(client: Client) -> None:
    """Each change is dated, and told once as an event."""
    story: list[Any] = []
    world_of(client).listen(lambda happened: story.extend(happened.events))
    seen = []
    for verb, content in (
        ("suspend", {}),
        ("turn-in-play", {}),
        ("suspend", {}),
        ("close", {}),
        ("settle", {"results": [{"selectionId": 1, "status": "WINNER"}]}),
    ):
        world_of(client).do(AdvanceClock(60_000)).accepted()
        do(client, FIRST, verb, **content)
        race = details(client)[0]
        seen.append((race["raceStatus"], race["lastUpdated"][14:19]))

    assert seen == [
        ("DORMANT", "00:00"), ("OFF", "02:00"), ("OFF", "02:00"), ("FINISHED", "04:00"), ("WEIGHEDIN", "05:00")
    ]  # fmt: skip
    changes = [event for event in story if isinstance(event, RaceStatusChanged)]
    assert [(change.market_id, change.race_id, change.status) for change in changes] == [
        (FIRST, "200.1800", status) for status in ("OFF", "FINISHED", "WEIGHEDIN")
    ]


def test_a_race_of_greyhounds_is_off_when_its_market_is_suspended_at_the_start(client: Client) -> None:
    do(client, DOGS, "suspend")
    before = statuses(client)[2]
    do(client, DOGS, "resume")
    world = world_of(client)
    world.do(SetClock(world.catalogue.markets[DOGS].start_time)).accepted()
    do(client, DOGS, "suspend")
    at_the_start = statuses(client)[2]
    do(client, DOGS, "settle", results=[{"selectionId": 1, "status": "WINNER"}])

    assert (before, at_the_start, statuses(client)[2]) == ("DORMANT", "OFF", "FINALRESULT")


def test_a_race_is_void_with_its_market(client: Client) -> None:
    do(client, FIRST, "void")

    assert statuses(client) == ["RACEVOID", "DORMANT", "DORMANT"]


def test_only_the_market_of_the_winner_leads(client: Client) -> None:
    do(client, "1.202", "void")

    assert statuses(client)[0] == "DORMANT"


# What is told


@pytest.mark.parametrize("status", list(RaceStatus))
def test_a_race_can_be_told_each_status(client: Client, status: str) -> None:
    """Through any of its markets, by the control API; what follows from its market comes after it."""
    do(client, "1.202", "race-status", status=status)
    assert statuses(client)[0] == status
    do(client, FIRST, "void")

    assert statuses(client)[0] == "RACEVOID"


@pytest.mark.parametrize("code", list(RaceResponse))
def test_a_race_can_be_told_each_response_code(client: Client, code: str) -> None:
    """Where the data is not there it is left out; what is temporarily unavailable may be out of date."""
    do(client, FIRST, "race-status", status="PARADING", responseCode=code)
    race = details(client)[0]
    has_data = code in ("OK", "LIVE_DATA_TEMPORARILY_UNAVAILABLE")

    assert race["responseCode"] == code
    assert {"raceStatus", "lastUpdated"} & race.keys() == ({"raceStatus", "lastUpdated"} if has_data else set())


def test_a_schedule_tells_as_well() -> None:
    schedule = [
        happening("2026-06-06T17:50:00Z", FIRST, "race-status", status="GOINGDOWN"),
        happening("2026-06-06T18:00:00Z", FIRST, "turn-in-play"),
    ]
    with client_of({**WORLD, "schedule": schedule}) as client:
        seen = [statuses(client)[0]]
        for minutes in (50, 10):
            world_of(client).do(AdvanceClock(minutes * 60_000)).accepted()
            seen.append(statuses(client)[0])

    assert seen == ["DORMANT", "GOINGDOWN", "OFF"]


@pytest.mark.parametrize(
    ("market_id", "content", "status", "path"),
    [
        (FIRST, {"status": "GALLOPING"}, 400, "$.status"),
        (FIRST, {"status": "OFF", "responseCode": "FINE"}, 400, "$.responseCode"),
        (FIRST, {}, 400, "$"),
        (FIRST, {"status": 5}, 400, "$.status"),
        (ABROAD, {"status": "OFF"}, 409, None),
        ("1.101", {"status": "OFF"}, 409, None),
        ("1.204", {"status": "OFF"}, 409, None),
        ("1.999", {"status": "OFF"}, 404, None),
    ],
)
def test_what_cannot_be_told_is_refused(
    client: Client, market_id: str, content: dict[str, Any], status: int, path: str | None
) -> None:
    response = client.post(f"{CONTROL}/markets/{market_id}/race-status", json=content)

    assert (response.status_code, response.json().get("path")) == (status, path)
    assert statuses(client) == ["DORMANT"] * 3


@pytest.mark.parametrize("market_id", [ABROAD, "1.101", "1.204", "1.501"])
def test_a_schedule_that_tells_of_no_race_is_refused_with_its_place(client: Client, market_id: str) -> None:
    schedule = [happening("+PT1M", market_id, "race-status", status="OFF")]
    response = client.post("/control/v1/worlds", json={**WORLD, "schedule": schedule})

    assert (response.status_code, response.json()["path"]) == (400, "$.schedule[0].market")


# Who is not let in, and what cannot be read


@pytest.mark.parametrize(
    ("headers", "code", "number"),
    [
        ({"X-Application": ""}, "NO_APP_KEY", "SANGX-0008"),
        ({"X-Application": "nobody"}, "INVALID_APP_KEY", "SANGX-0004"),
        ({"X-Application": "nobody", "X-Authentication": ""}, "INVALID_APP_KEY", "SANGX-0004"),
        ({"X-Authentication": ""}, "NO_SESSION", "SANGX-0007"),
        ({"X-Authentication": "nonsense"}, "INVALID_SESSION_INFORMATION", "SANGX-0003"),
    ],
)
def test_errors_have_the_numbers_of_this_interface(
    client: Client, headers: dict[str, str], code: str, number: str
) -> None:
    call = {"jsonrpc": "2.0", "method": "ScoresAPING/v1.0/listRaceDetails", "params": {}, "id": 1}
    error = client.post(JSON_RPC, json=call, headers={**Bettor(client).headers, **headers}).json()["error"]
    fault = client.post(REST, json={}, headers={**Bettor(client).headers, **headers}).json()

    assert (error["code"], error["message"]) == (-32099, number)
    assert error["data"]["exceptionname"] == "APINGException"
    assert error["data"]["APINGException"]["errorCode"] == code
    assert fault["faultstring"] == number


@pytest.mark.parametrize("params", [{"meetingIds": "200"}, {"raceIds": {"200": 1}}, {"raceIds": [["200"]]}, [5]])
def test_what_is_no_set_of_ids_is_a_fault_of_the_framework(client: Client, params: Any) -> None:
    call = {"jsonrpc": "2.0", "method": "ScoresAPING/v1.0/listRaceDetails", "params": params, "id": 1}
    error = client.post(JSON_RPC, json=call, headers=Bettor(client).headers).json()["error"]

    assert error["message"].startswith("DSC-")

"""The in-play service over HTTP: how matches are told, whose world is asked, and refusals.

Source: the test data of betfairlightweight, whose answers about a football match were recorded in May 2017.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import SideEntry, TellIncident
from simulator.world.inputs import AdvanceClock
from simulator.world.world import World
from tests.contract.bettor import Bettor, world_of
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, TENNIS, event, scenario

ADDRESS = "/inplayservice/v1.1"
FOOTBALL, GAME, PENDING, NO_SCORES = "28210051", "200", "300", "400"
WORLD = scenario(
    event(FOOTBALL, "Boluspor v Sanliurfaspor", SOCCER, inPlay={}),
    event(
        GAME,
        "J Smith v R Jones",
        TENNIS,
        inPlay={
            "status": "InProgress",
            "home": {"score": 40, "games": 3, "sets": 1, "gameSequence": [6], "isServing": True, "aces": 4},
            "away": {"score": 30, "games": 2, "sets": 0, "gameSequence": [4], "isServing": False},
        },
    ),
    event(PENDING, "Leeds v Derby", SOCCER, inPlay={}),
    event(NO_SCORES, "Ajax v PSV", SOCCER),
    now="2017-05-07T15:00:00.000Z",
    translations={"it": {"Boluspor": "Boluspor Kulübü"}},
)
MATCH = (
    ("15:31:09.077", "KickOff", None),
    ("15:40:00.000", "Corner", "away"),
    ("15:41:00.000", "Corner", "away"),
    ("16:06:12.231", "Goal", "away"),
    ("16:17:26.779", "FirstHalfEnd", None),
    ("16:34:03.595", "SecondHalfKickOff", None),
    ("16:54:38.643", "YellowCard", "home"),
    ("17:00:00.000", "Corner", "home"),
    ("17:07:00.286", "Goal", "away"),
)
"""What happened in the recorded match, and when; the corners, of which no time is recorded, somewhere in their half."""


def go_to(world: World, time: str) -> None:
    world.do(AdvanceClock(instant_of(f"2017-05-07T{time}Z") - world.clock.now())).accepted()


def play(world: World) -> None:
    """Let the recorded match happen as far as it was recorded."""
    for time, kind, team in MATCH:
        go_to(world, time)
        world.do(TellIncident(event=FOOTBALL, type=kind, team=team)).accepted()  # type: ignore[arg-type]


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


def read(client: Client, operation: str, **headers: str) -> Any:
    answer = client.get(f"{ADDRESS}/{operation}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def side(name: str, score: str, half_time: str, *, yellow: int, first: int, second: int) -> dict[str, Any]:
    return {
        "name": name, "score": score, "halfTimeScore": half_time, "fullTimeScore": "", "penaltiesScore": "",
        "penaltiesSequence": [], "games": "", "sets": "", "numberOfYellowCards": yellow, "numberOfRedCards": 0,
        "numberOfCards": yellow, "numberOfCorners": first + second, "numberOfCornersFirstHalf": first,
        "numberOfCornersSecondHalf": second, "bookingPoints": 10 * yellow,
    }  # fmt: skip


def score() -> dict[str, Any]:
    return {
        "home": side("Boluspor", "0", "0", yellow=1, first=0, second=1),
        "away": side("Sanliurfaspor", "2", "1", yellow=0, first=2, second=0),
        "numberOfYellowCards": 1, "numberOfRedCards": 0, "numberOfCards": 1, "numberOfCorners": 3,
        "numberOfCornersFirstHalf": 2, "numberOfCornersSecondHalf": 1, "bookingPoints": 10,
    }  # fmt: skip


# Football as recorded


def test_the_scores_of_a_match_are_as_recorded(client: Client) -> None:
    """To the byte, at the second of the recording."""
    play(world_of(client))
    recorded = {
        "eventTypeId": 1,
        "eventId": 28210051,
        "score": score(),
        "timeElapsed": 78,
        "elapsedRegularTime": 77,
        "timeElapsedSeconds": 56,
        "fullTimeElapsed": {"hour": 0, "min": 0, "sec": 0},
        "status": "SecondHalfKickOff",
        "matchStatus": "SecondHalfKickOff",
    }

    assert json.dumps(read(client, f"scores?eventIds={FOOTBALL}")) == json.dumps([recorded])


def test_the_timeline_of_a_match_is_as_recorded(client: Client) -> None:
    """To the byte; the numbers of what happened are ours, and corners are not among it."""
    play(world_of(client))
    go_to(world_of(client), "17:15:30.000")
    told = [
        ("15:31:09.077", 1, {}, (1, 1, 0), "KickOff"),
        ("16:06:12.231", 4, {"team": "away", "teamName": "Sanliurfaspor"}, (36, 36, 0), "Goal"),
        ("16:17:26.779", 5, {}, (47, 45, 2), "FirstHalfEnd"),
        ("16:34:03.595", 6, {}, (46, 46, 0), "SecondHalfKickOff"),
        ("16:54:38.643", 7, {"team": "home", "teamName": "Boluspor"}, (66, 66, 0), "YellowCard"),
        ("17:07:00.286", 9, {"team": "away", "teamName": "Sanliurfaspor"}, (78, 78, 0), "Goal"),
    ]
    details = [
        {
            "updateTime": f"2017-05-07T{time}Z",
            "updateId": number,
            **team,
            "matchTime": minute,
            "elapsedRegularTime": regular,
            **({"elapsedAddedTime": added} if added else {}),
            "type": kind,
            "updateType": kind,
        }
        for time, number, team, (minute, regular, added), kind in told
    ]
    recorded = {
        "eventId": 28210051,
        "eventTypeId": 1,
        "score": score(),
        "timeElapsed": 87,
        "elapsedRegularTime": 87,
        "updateDetails": details,
        "status": "IN_PLAY",
        "inPlayMatchStatus": "SecondHalfKickOff",
    }

    assert json.dumps(read(client, f"eventTimeline?eventId={FOOTBALL}")) == json.dumps(recorded)
    assert read(client, f"eventTimelines?eventIds={FOOTBALL}") == [recorded]


def test_a_match_that_is_over_says_so(client: Client) -> None:
    world = world_of(client)
    play(world)
    for kind in ("SecondHalfEnd", "Finished"):
        world.do(TellIncident(event=FOOTBALL, type=kind, match_time=94)).accepted()
    timeline = read(client, f"eventTimeline?eventId={FOOTBALL}")

    assert (timeline["status"], timeline["inPlayMatchStatus"]) == ("FINISHED", "Finished")
    assert timeline["score"]["away"]["fullTimeScore"] == "2"
    assert timeline["updateDetails"][-2]["elapsedAddedTime"] == 4


def test_who_scored_is_told(client: Client) -> None:
    world_of(client).do(
        TellIncident(event=FOOTBALL, type="Goal", team="home", player="A. Striker", status="KickOff")
    ).accepted()

    assert read(client, f"eventTimeline?eventId={FOOTBALL}")["updateDetails"][0]["player"] == "A. Striker"


# Tennis


def test_a_game_of_tennis_has_sets_games_and_the_time_that_is_played(client: Client) -> None:
    world = world_of(client)
    go_to(world, "16:58:12.500")
    world.do(TellIncident(event=GAME, type="Point", home=SideEntry(score="Av"))).accepted()
    (told,) = read(client, f"scoresAndBroadcast?eventIds={GAME}")

    assert told == {
        "eventTypeId": 2,
        "eventId": 200,
        "score": {
            "home": {
                "name": "J Smith", "score": "Av", "halfTimeScore": "", "fullTimeScore": "", "penaltiesScore": "",
                "penaltiesSequence": [], "games": "3", "sets": "1", "gameSequence": [6], "isServing": True, "aces": 4,
            },
            "away": {
                "name": "R Jones", "score": "30", "halfTimeScore": "", "fullTimeScore": "", "penaltiesScore": "",
                "penaltiesSequence": [], "games": "2", "sets": "0", "gameSequence": [4], "isServing": False,
            },
        },
        "timeElapsed": 118,
        "timeElapsedSeconds": 12,
        "currentSet": 2,
        "currentGame": 6,
        "fullTimeElapsed": {"hour": 1, "min": 58, "sec": 12},
        "status": "IN_PLAY",
        "matchStatus": "InProgress",
        "broadcasts": {
            "tv": [],
            "isLiveVideoAvailable": False,
            "isDataVisualizationAvailable": False,
            "isPaddockViewAvailable": False,
        },
    }  # fmt: skip


# Which events


def test_events_that_are_not_in_play_are_left_out_and_the_others_come_as_asked_for(client: Client) -> None:
    play(world_of(client))
    asked = f"{GAME},{PENDING},{NO_SCORES},999,{FOOTBALL},{GAME}"

    for operation in ("scores", "scoresAndBroadcast", "eventTimelines"):
        assert [each["eventId"] for each in read(client, f"{operation}?eventIds={asked}")] == [200, 28210051]
    for event_id in (PENDING, NO_SCORES, "999"):
        assert read(client, f"eventTimeline?eventId={event_id}") == {}


def test_names_are_in_the_language_of_the_locale(client: Client) -> None:
    play(world_of(client))
    names = [
        read(client, f"scores?eventIds={FOOTBALL}&locale={locale}")[0]["score"]["home"]["name"]
        for locale in ("it", "it_IT", "en_GB", "xx", "")
    ]

    assert names == ["Boluspor Kulübü", "Boluspor Kulübü", "Boluspor", "Boluspor", "Boluspor"]


@pytest.mark.parametrize("version", ["v1", "v1.1"])
def test_both_versions_answer_alike(client: Client, version: str) -> None:
    assert client.get(f"/inplayservice/{version}/scores/?eventIds={GAME}").json()[0]["eventId"] == 200


# Whose world


def test_who_says_nothing_is_answered_from_the_first_world(client: Client) -> None:
    """And whose key is not known here, as the key of the real web site; others from their own world."""
    twin = client.post("/control/v1/worlds", json={**WORLD, "name": "twin"}).json()
    client.post(f"/control/v1/worlds/{twin['id']}/events/{GAME}/incident", json={"type": "P", "home": {"score": 15}})
    key = twin["betfair"]["accounts"][0]["appKey"]

    def points(query: str = "", **headers: str) -> str:
        told: str = read(client, f"scores?eventIds={GAME}{query}", **headers)[0]["score"]["home"]["score"]
        return told

    assert [points(), points("&_ak=nzIFcwyWhrlwYMrh")] == ["40", "40"]
    assert [points(f"&_ak={key}"), points(**{"X-Application": key})] == ["15", "15"]
    assert [points(f"&_ak=exchange-site-{twin['id']}"), points("&_ak=exchange-site-nothing")] == ["15", "40"]
    assert points(**Bettor(client).headers) == "40"


# Refusals


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("scores", 400, "DSC-0018"),
        ("scores?eventIds=", 400, "DSC-0018"),
        ("scores?eventIds=,,", 400, "DSC-0018"),
        ("scores?eventId=200", 400, "DSC-0018"),
        ("scores?eventIds=200,one", 400, "DSC-0009"),
        ("scores?eventIds=-1", 400, "DSC-0009"),
        ("eventTimelines?eventIds=²", 400, "DSC-0009"),
        ("eventTimeline?eventIds=200", 400, "DSC-0018"),
        ("eventTimeline?eventId=200,300", 400, "DSC-0009"),
        ("scores?eventIds=200&alt=xml", 406, "DSC-0013"),
        ("scores?eventIds=200&alt=yaml", 415, "DSC-0012"),
        ("nothing?eventIds=200", 404, "DSC-0021"),
        ("", 404, "DSC-0021"),
    ],
)
def test_what_cannot_be_read_is_refused(client: Client, path: str, status: int, code: str) -> None:
    answer = client.get(f"{ADDRESS}/{path}")

    assert (answer.status_code, answer.json()) == (
        status, {"faultcode": "Client", "faultstring": code, "detail": {}}
    )  # fmt: skip


def test_only_reading_is_understood(client: Client) -> None:
    answer = client.post(f"{ADDRESS}/scores?eventIds=200")

    assert (answer.status_code, answer.headers["allow"], answer.json()["faultstring"]) == (405, "GET", "DSC-0021")


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({"X-Application": "nobody"}, "ANGX-0007"),
        ({"X-Authentication": "nonsense"}, "ANGX-0003"),
        ({"X-Application": "exchange-site-nothing"}, "ANGX-0007"),
    ],
)
def test_what_is_sent_of_oneself_must_be_right(client: Client, headers: dict[str, str], number: str) -> None:
    answer = client.get(f"{ADDRESS}/scores?eventIds=200", headers=headers)

    assert (answer.status_code, answer.json()["faultstring"]) == (400, number)


def test_without_a_world_nobody_is_answered() -> None:
    with client_of(WORLD) as client:
        for world in list(client.worlds):
            client.worlds.delete(world.id)
        assert client.get(f"{ADDRESS}/scores?eventIds=1").json()["faultstring"] == "ANGX-0005"


# Faults on order, and the journal


def test_a_fault_can_be_ordered(client: Client) -> None:
    """Also for who does not say who it is."""
    faults = {"faults": [{"operation": "scores", "do": "refuse", "code": "SERVICE_BUSY"}]}
    assert client.post("/control/v1/worlds/default/faults", json=faults).is_success

    first, second = (client.get(f"{ADDRESS}/scores?eventIds={GAME}") for _ in range(2))

    assert (first.status_code, first.json()["faultstring"], second.status_code) == (500, "ANGX-0009", 200)


def test_requests_are_in_the_journal(client: Client) -> None:
    client.get(f"{ADDRESS}/scores?eventIds={GAME}")
    client.get(f"{ADDRESS}/eventTimeline?eventId=x", headers={"X-Application": "alice-live"})
    entries = client.get("/control/v1/worlds/default/journal?kind=request").json()["entries"]

    told = [(entry["name"], entry["accounts"], entry["content"]["outcome"]) for entry in entries]

    assert told[-2:] == [("scores", [], "SUCCESS"), ("eventTimeline", ["alice"], "DSC-0009")]

"""Our own API makes worlds that follow recorded markets, and moves their clocks."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.reading_recordings import open_recordings
from simulator.world.format.scenario import Scenario
from simulator.world.inputs import KeepAlive
from simulator.world.snapshot import encode_snapshot
from simulator.world.worlds import Worlds
from tests.contract.control_world import problem_of
from tests.in_process import URL, Client
from tests.recording_files import BEGINNING, Race, a_race

WORLDS = "/control/v1/worlds"
WORLD = f"{WORLDS}/world-2"
MARKET = "1.1"


@pytest.fixture
def client() -> Iterator[Client]:
    worlds = Worlds(open_recordings=open_recordings)
    worlds.create(Scenario(name="empty"))
    with asyncio.Runner() as runner:
        yield Client(create_app(worlds, Addresses(URL)), worlds, runner)


def make(client: Client, **document: Any) -> Any:
    return client.post(WORLDS, json={"rate": 0, **document})


def clock(client: Client, **change: Any) -> Any:
    return client.post(f"{WORLD}/clock", json=change).json()


def hash_of(client: Client, world: str) -> Any:
    return client.get(f"{WORLDS}/{world}/state-hash").json()["stateHash"]


@pytest.fixture
def race(tmp_path: Path) -> str:
    return str(a_race().write(tmp_path))


def test_a_world_follows_files_and_its_clock_is_moved_message_by_message(client: Client, race: str) -> None:
    made = make(client, recorded=[race], at="2020-09-13T12:26Z")

    assert made.status_code == 201
    assert made.json()["scenario"] == "replay"
    assert [account["username"] for account in made.json()["betfair"]["accounts"]] == ["alice", "bob"]
    read = client.get(f"{WORLD}/clock").json()
    assert (read["now"], read["rate"], read["nextDue"]) == (
        "2020-09-13T12:26:00.000Z", 0, "2020-09-13T12:26:41.000Z",
    )  # fmt: skip
    assert clock(client, toNext=True)["now"] == "2020-09-13T12:26:41.000Z"
    assert clock(client, toNext=True)["now"] == "2020-09-13T12:26:42.000Z"
    assert clock(client, advance="PT1M")["nextDue"] is None


def test_a_folder_stands_for_all_files_in_it(client: Client, tmp_path: Path) -> None:
    for number in (1, 2):
        a_race(f"1.{number}").write(tmp_path)
    make(client, recorded=[str(tmp_path)])

    worlds = client.worlds
    assert set(worlds.get("world-2").exchange.markets) == {"1.1", "1.2"}


def test_only_markets_that_are_asked_for_are_followed(client: Client, tmp_path: Path) -> None:
    win, place = a_race("1.1"), a_race("1.2", market_type="PLACE")
    both = Race()
    both.messages = [line for pair in zip(win.messages, place.messages, strict=True) for line in pair]
    both.write(tmp_path, "9.bz2")

    make(client, recorded=[str(tmp_path)], eventTypes=["horse racing"], marketTypes=["place"], until="2020-09-13")
    clock(client, advance="PT1M")

    assert list(client.worlds.get("world-2").exchange.markets) == ["1.2"]


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({"recorded": ["/there/is/nothing"]}, "$.recorded", "/there/is/nothing: there is no such file."),
        ({"recorded": ["https://recordings.example/1.bz2"]}, "$.recorded", "betsim connects to nobody by itself"),
        ({"recorded": []}, "$.recorded", "No file is named"),
        ({"recorded": [7]}, "$.recorded[0]", ""),
        ({"recorded": "x"}, "$.recorded", ""),
        ({"at": "noon"}, "$.at", "'noon' is no time to begin at"),
        ({"rate": -1}, "$.rate", "A rate is a number from 0"),
        ({"rate": "NaN"}, "$.rate", "A rate is a number from 0"),
        ({"model": "hopeful"}, "$.model", "There is no fill model 'hopeful'"),
        ({"eventTypes": ["chess"]}, "$.eventTypes", "There is no sport 'chess'"),
        ({"countries": ["IE"]}, "$.recorded", "its country is GB, and IE is asked for"),
        ({"since": "2020-09-14"}, "$.recorded", "its date is 2020-09-13"),
        ({"since": "soon"}, "$.since", ""),
        ({"speed": 7}, "$", "speed"),
    ],
)
def test_what_cannot_be_followed_is_named(
    client: Client, race: str, document: dict[str, Any], path: str, words: str
) -> None:
    answer = make(client, **{"recorded": [race], **document})

    problem = problem_of(answer)
    assert answer.status_code == 400
    assert problem["path"] == path
    assert words in problem["detail"]
    assert len(client.worlds) == 1


def test_a_snapshot_of_it_is_restored_and_gone_back_to_by_name_and_by_document(client: Client, race: str) -> None:
    make(client, recorded=[race])
    clock(client, advance="PT4S")
    document = client.get(f"{WORLD}/snapshot?name=four").json()
    clock(client, advance="PT4S")

    for snapshot in ("four", document):
        made = client.post(WORLDS, json={"snapshot": snapshot})
        assert made.status_code == 201
        assert hash_of(client, made.json()["id"]) != hash_of(client, "world-2")
    assert client.post(f"{WORLD}/restore", json={"snapshot": "four"}).status_code == 200
    assert client.get(f"{WORLD}/clock").json()["nextDue"] == "2020-09-13T12:26:46.000Z"


def test_a_fork_of_it_goes_on_by_itself_with_credentials_of_its_own(client: Client, race: str) -> None:
    make(client, recorded=[race])
    clock(client, advance="PT4S")

    made = client.post(WORLDS, json={"fork": "world-2"})

    assert made.status_code == 201
    assert [account["username"] for account in made.json()["betfair"]["accounts"]] == ["alice-2", "bob-2"]
    fork = f"{WORLDS}/{made.json()['id']}"
    assert client.get(f"{fork}/clock").json() == client.get(f"{WORLD}/clock").json()
    ended = client.post(f"{fork}/clock", json={"advance": "PT1M"}).json()
    assert ended["nextDue"] is None
    assert client.get(f"{WORLD}/clock").json()["nextDue"] is not None


def test_files_that_are_gone_are_named_where_a_world_is_to_go_on_with_them_or_to_begin_again(
    client: Client, race: str
) -> None:
    make(client, recorded=[race])
    document = client.get(f"{WORLD}/snapshot?name=first").json()
    before, digest = hash_of(client, "world-2"), document["scenario"]["recordings"]["files"][0]["sha256"]
    Path(race).unlink()

    for address, asked, status in (
        (WORLDS, {"fork": "world-2"}, 409),
        (WORLDS, {"snapshot": "first"}, 409),
        (WORLDS, {"snapshot": document}, 400),
        (f"{WORLD}/restore", {"snapshot": "first"}, 409),
        (f"{WORLD}/restore", {"snapshot": document}, 400),
        (f"{WORLD}/reset", None, 409),
    ):
        answer = client.post(address, json=asked)
        assert answer.status_code == status
        detail = problem_of(answer)["detail"]
        assert "1.1.bz2: there is no such file." in detail
        assert digest in detail
    assert len(client.worlds) == 2
    assert hash_of(client, "world-2") == before


def test_an_export_that_has_to_look_into_files_that_are_gone_says_so(client: Client, race: str) -> None:
    make(client, recorded=[race])
    client.get(f"{WORLD}/snapshot?name=first")
    client.post(f"{WORLD}/restore", json={"snapshot": "first"})
    # A token that is nobody's could be one of the snapshot.
    client.worlds.get("world-2").do(KeepAlive("nobody's"))
    assert client.get(f"{WORLD}/journal/export").status_code == 200
    Path(race).unlink()

    answer = client.get(f"{WORLD}/journal/export")

    assert answer.status_code == 409
    assert "1.1.bz2: there is no such file." in problem_of(answer)["detail"]


def test_a_snapshot_leads_to_no_url_that_nobody_has_allowed(client: Client, race: str) -> None:
    make(client, recorded=[race])
    snapshot = client.worlds.get("world-2").snapshot()
    recordings = snapshot.scenario.recordings
    assert recordings is not None
    file = replace(recordings.files[0], path="https://recordings.example/1.bz2")
    scenario = replace(snapshot.scenario, recordings=replace(recordings, files=(file,)))

    document = json.loads(encode_snapshot(replace(snapshot, scenario=scenario).signed()))
    answer = client.post(WORLDS, json={"snapshot": document})

    assert answer.status_code == 400
    assert (
        "followed: https://recordings.example/1.bz2: betsim connects to nobody by itself."
        in problem_of(answer)["detail"]
    )


def test_its_markets_are_changed_by_the_recording_alone(client: Client, race: str) -> None:
    make(client, recorded=[race])

    answer = client.post(f"{WORLD}/markets/{MARKET}/suspend", json={})

    assert answer.status_code == 409
    assert "follows a recording" in problem_of(answer)["detail"]


def test_what_a_recording_does_not_say_is_told_as_a_notice(client: Client, tmp_path: Path) -> None:
    race = Race()
    race.defines(status="SUSPENDED")
    race.defines(status="CLOSED")
    make(client, recorded=[str(race.write(tmp_path))])

    clock(client, advance="PT1M")

    (notice,) = client.get(WORLD).json()["notices"]
    assert (notice["do"], notice["market"]) == ("follow", MARKET)


def test_its_exported_journal_names_the_files_and_copies_no_message(client: Client, race: str) -> None:
    make(client, recorded=[race])
    clock(client, advance="PT1M")

    lines = client.get(f"{WORLD}/journal/export").text.splitlines()

    recordings = json.loads(lines[0])["beginning"]["scenario"]["recordings"]
    assert [(file["path"], file["firstAt"]) for file in recordings["files"]] == [(race, BEGINNING + 1_000)]
    assert len(lines) == 3


def test_its_scenario_can_be_posted_and_goes_on_where_it_was(client: Client, race: str) -> None:
    make(client, recorded=[race])
    clock(client, advance="PT2S")
    scenario = client.get(f"{WORLD}/scenario").text

    again = client.post(WORLDS, content=scenario, headers={"content-type": "application/yaml"})

    assert again.status_code == 201, again.text
    assert client.get(f"{WORLDS}/world-3/clock").json()["nextDue"] == "2020-09-13T12:26:44.000Z"

"""The stream tells how races stand, and of cricket that there is nothing to tell."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.commands import TurnInPlay
from simulator.world.format.scenario import ChangeRaceStatus
from simulator.world.inputs import Reset
from tests.contract.stream_theatre import StreamClient, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, SOCCER, event, loaded, match_odds, place, scenario, win

WIN, PLACE, LATER, ABROAD = "1.201", "1.202", "1.203", "1.301"
RACES = scenario(
    event("100", "Newcastle v Chelsea", SOCCER, match_odds("1.101", "Newcastle", "Chelsea")),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        place(PLACE, "Sea Fever", "Moonshot", "Old Tom"),
        win(WIN, "Sea Fever", "Moonshot", "Old Tom", turnInPlay=True),
        win(LATER, "Sea Fever", "Moonshot", startTime="2026-06-06T18:35:00.000Z"),
        countryCode="GB",
        venue="Ascot",
    ),
    event("300", "Longchamp", HORSE_RACING, win(ABROAD, "Sea Fever", "Moonshot"), countryCode="FR", venue="Longchamp"),
)
STARTS = 1_780_765_200_000
"""The time of the world, which stands still."""


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with streaming(loaded(RACES)) as theatre:
        yield theatre


@pytest.fixture
def alice(theatre: StreamTheatre) -> StreamClient:
    return theatre.client()


def subscribe(client: StreamClient, op: str = "raceSubscription", **more: Any) -> dict[str, Any]:
    status, image = client.send({"op": op, "id": 4, **more})
    assert (status["id"], status["statusCode"]) == (4, "SUCCESS")
    return image


def tell(theatre: StreamTheatre, market_id: str, status: str, response: str = "OK") -> None:
    theatre.do(ChangeRaceStatus(market=market_id, status=status, response_code=response))


def test_an_image_has_every_race_that_has_a_status(alice: StreamClient) -> None:
    image = subscribe(alice)

    assert (image["op"], image["id"], image["ct"], image["clk"]) == ("rcm", 4, "SUB_IMAGE", "AAAAAAAA")
    assert image["rc"] == [{"id": "200.1800", "mid": WIN}, {"id": "200.1835", "mid": LATER}]


def test_a_filter_restricts_the_races(alice: StreamClient) -> None:
    assert [race["mid"] for race in subscribe(alice, marketFilter={"marketIds": [LATER]})["rc"]] == [LATER]
    assert "rc" not in subscribe(alice, marketFilter={"marketIds": [ABROAD, PLACE]})


PROGRESS: list[tuple[str, dict[str, Any]]] = [
    ("PARADING", {}),
    ("OFF", {"rt": 0}),
    ("FINISHED", {"g": "Finish", "prg": 0}),
    ("PHOTOGRAPH", {"g": "Finish", "prg": 0}),
    ("RESULT", {"g": "Finish", "prg": 0}),
    ("WEIGHEDIN", {"g": "Finish", "prg": 0}),
    ("RACEVOID", {}),
]


@pytest.mark.parametrize(("status", "progress"), PROGRESS)
def test_a_race_tells_what_follows_from_its_status(
    theatre: StreamTheatre, alice: StreamClient, status: str, progress: dict[str, Any]
) -> None:
    subscribe(alice)

    tell(theatre, WIN, status)

    (update,) = alice.read()
    assert list(update) == ["op", "id", "clk", "pt", "rc"]
    assert update["rc"] == [{"id": "200.1800", "mid": WIN, "rpc": {"ft": STARTS, **progress}}]


def test_a_race_is_told_of_whichever_of_its_markets_the_news_comes_by(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    subscribe(alice)

    tell(theatre, PLACE, "GOINGDOWN")

    (update,) = alice.read()
    assert [race["mid"] for race in update["rc"]] == [WIN]


def test_a_market_that_turns_in_play_tells_that_its_race_is_off(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)

    theatre.do(TurnInPlay(WIN))

    (update,) = alice.read()
    assert update["rc"][0]["rpc"] == {"ft": STARTS, "rt": 0}


def test_without_live_data_a_race_tells_nothing(theatre: StreamTheatre, alice: StreamClient) -> None:
    tell(theatre, WIN, "OFF", "NO_LIVE_DATA_AVAILABLE")

    assert subscribe(alice)["rc"][0] == {"id": "200.1800", "mid": WIN}


def test_what_makes_no_difference_to_a_race_is_not_told(theatre: StreamTheatre, alice: StreamClient) -> None:
    tell(theatre, WIN, "OFF")
    subscribe(alice)

    tell(theatre, WIN, "OFF")

    assert alice.read() == []


def test_who_comes_back_hears_of_the_races_that_went_on(theatre: StreamTheatre, alice: StreamClient) -> None:
    image = subscribe(alice)
    alice.leave()
    tell(theatre, LATER, "OFF")

    again = subscribe(theatre.client(), initialClk=image["initialClk"], clk=image["clk"])

    assert again["ct"] == "RESUB_DELTA"
    assert [race["mid"] for race in again["rc"]] == [LATER]


def test_races_begin_again_with_their_world(theatre: StreamTheatre, alice: StreamClient) -> None:
    first = subscribe(alice)
    tell(theatre, WIN, "OFF")
    alice.read()

    theatre.do(Reset())

    (image,) = alice.read()
    assert (image["ct"], image["rc"]) == ("SUB_IMAGE", first["rc"])


def test_a_cricket_subscription_has_an_image_without_matches(theatre: StreamTheatre, alice: StreamClient) -> None:
    image = subscribe(alice, "cricketSubscription")

    assert (image["op"], image["ct"]) == ("ccm", "SUB_IMAGE")
    assert "cc" not in image
    tell(theatre, WIN, "OFF")
    assert alice.read() == []


@pytest.mark.parametrize("op", ["raceSubscription", "cricketSubscription"])
def test_nobody_unknown_subscribes(theatre: StreamTheatre, op: str) -> None:
    (refusal,) = theatre.connect().send({"op": op, "id": 4})

    assert (refusal["errorCode"], refusal["connectionClosed"]) == ("NOT_AUTHORIZED", True)

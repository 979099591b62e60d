"""Race cards and results over HTTP, and the page on which clients look for the key to them.

Source: the test data of betfairlightweight, cards of 2017 and 2023. Of results there is no recording.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.bettor import Bettor
from tests.in_process import Client, client_of
from tests.scenario import (
    GREYHOUND_RACING,
    HORSE_RACING,
    SOCCER,
    event,
    market,
    match_odds,
    place,
    runner,
    scenario,
    win,
)

CARD, RESULTS, PAGE = "/rest/v2/raceCard", "/rest/v2/raceResults", "/exchange/plus/"
CONTROL = "/control/v1/worlds/default"
SITE = {"X-Application": "exchange-site-default"}
WIN, PLACE, SECOND, DOGS, MATCH, FUTURE = "1.201", "1.202", "1.203", "1.301", "1.101", "1.204"
SEA_FEVER = {
    "runnerId": "62434979", "CLOTH_NUMBER": "4", "STALL_DRAW": "7", "AGE": "6", "SEX_TYPE": "g", "FORM": "11-213",
    "DAYS_SINCE_LAST_RUN": "21", "WEARING": "blinkers", "WEIGHT_VALUE": "166", "WEIGHT_UNITS": "pounds",
    "OFFICIAL_RATING": "118", "TRAINER_NAME": "Eleanor Marsh", "JOCKEY_NAME": "Tom Quill", "JOCKEY_CLAIM": "3",
    "COLOURS_DESCRIPTION": "Emerald green, white star",
}  # fmt: skip
HORSES = (runner(1, "Sea Fever", metadata=SEA_FEVER), runner(2, "Moonshot"), runner(3, "Old Tom"))
WORLD = scenario(
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        place(PLACE, *HORSES),
        win(WIN, *HORSES, raceType="Hurdle", bspMarket=True, turnInPlay=True),
        win(SECOND, runner(1, "Sea Fever", metadata=SEA_FEVER), "Late", startTime="2026-06-06T18:35:00.000Z"),
        market(FUTURE, "Gold Cup", "ANTEPOST_WIN", *HORSES),
        countryCode="GB",
        timezone="Europe/London",
        venue="Ascot",
    ),
    event("300", "Shelbourne Park", GREYHOUND_RACING, win(DOGS, "1. Fox", "2. Pike"), venue="Shelbourne Park"),
    event("100", "Newcastle v Chelsea", SOCCER, match_odds(MATCH, "Newcastle", "Chelsea")),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


def read(client: Client, address: str, market_ids: str, query: str = "", **headers: str) -> Any:
    answer = client.get(f"{address}?marketId={market_ids}{query}", headers=headers or SITE)
    assert answer.status_code == 200, answer.text
    return answer.json()


def do(client: Client, path: str, **content: Any) -> None:
    response = client.post(f"{CONTROL}/markets/{path}", json=content)
    assert response.is_success, response.text


# The page


def test_the_page_shows_the_app_key_of_the_site_where_clients_look_for_it(client: Client) -> None:
    """By the pattern of the client."""
    page = client.get(PAGE)
    keys = re.findall(r'"default":\s*{\s*"EDSKey":\s*"([^"]+)"', page.text)

    assert page.headers["content-type"].startswith("text/html")
    assert keys == [SITE["X-Application"]]
    assert client.get("/exchange/plus").text == page.text


def test_the_page_of_another_world_has_another_key(client: Client) -> None:
    twin = client.post("/control/v1/worlds", json={**WORLD, "name": "twin"}).json()
    key = twin["betfair"]["accounts"][0]["appKey"]

    assert f'"exchange-site-{twin["id"]}"' in client.get(PAGE, headers={"X-Application": key}).text
    assert client.get(PAGE, headers={"X-Application": "nobody"}).json()["faultstring"] == "ANGX-0007"


def test_cards_are_of_the_world_of_the_key(client: Client) -> None:
    twin = client.post("/control/v1/worlds", json={**WORLD, "name": "twin"}).json()
    response = client.post(f"/control/v1/worlds/{twin['id']}/markets/{WIN}/runners/2/remove", json={})
    assert response.is_success, response.text

    cards = [read(client, CARD, WIN, **{"X-Application": f"exchange-site-{name}"}) for name in ("default", twin["id"])]
    assert [card["numberOfNonRunners"] for (card,) in cards] == [0, 1]


# Cards


def test_a_card_says_of_a_horse_what_the_scenario_says_of_it(client: Client) -> None:
    """Members in the order of a card of 2023; what came after that is where cards of 2017 have it, or at the end."""
    (card,) = read(client, CARD, WIN)

    assert json.dumps({**card, "runners": card["runners"][:2]}) == json.dumps(
        {
            "race": {
                "raceId": "200.1800",
                "markets": [
                    {"marketId": PLACE, "marketType": "PLACE", "numberOfWinners": 2},
                    {"marketId": WIN, "marketType": "WIN", "numberOfWinners": 1},
                ],
                "isResultAvailable": False,
                "startDate": "2026-06-06T18:00:00.000Z",
                "raceType": {"full": "Hurdle"},
                "course": {
                    "courseId": "Ascot",
                    "name": "Ascot",
                    "country": "GB",
                    "countryCode": "GB",
                    "timezone": "Europe/London",
                },
                "raceTitle": card["race"]["raceTitle"],
                "numberOfRunners": 3,
                "meetingId": "200",
                "betfairMeetingId": "200",
                "raceIdExchange": "200.1800",
            },
            "numberOfRunners": 3,
            "numberOfNonRunners": 0,
            "runners": [
                {
                    "horseId": "62434979",
                    "selections": [{"selectionId": "1", "marketId": WIN, "marketType": "WIN"}],
                    "saddleCloth": "4",
                    "draw": 7,
                    "name": "Sea Fever",
                    "age": 6,
                    "gender": "Gelding",
                    "isNonRunner": False,
                    "recentForm": "11-213",
                    "jockey": {"name": "Tom Quill", "allowance": 3},
                    "trainer": {"name": "Eleanor Marsh"},
                    "daysSinceLastRun": [{"type": "Hurdle", "days": 21}],
                    "officialRating": 118,
                    "weight": 166,
                    "wearing": {"full": "blinkers"},
                    "ownerColours": "Emerald green, white star",
                },
                {
                    "horseId": "2",
                    "selections": [{"selectionId": "2", "marketId": WIN, "marketType": "WIN"}],
                    "name": "Moonshot",
                    "isNonRunner": False,
                },
            ],
            "raceIdExchange": "200.1800",
        }
    )


def test_any_market_leads_to_its_race_and_each_race_comes_once(client: Client) -> None:
    cards = read(client, CARD, f"{SECOND},{PLACE},{WIN},{SECOND}")

    assert [card["raceIdExchange"] for card in cards] == ["200.1835", "200.1800"]


@pytest.mark.parametrize("market_id", [DOGS, MATCH, FUTURE, "1.999"])
def test_what_is_no_race_of_horses_has_no_card(client: Client, market_id: str) -> None:
    assert read(client, CARD, market_id) == read(client, RESULTS, market_id) == []


def test_a_withdrawn_horse_is_a_non_runner(client: Client) -> None:
    do(client, f"{WIN}/runners/2/remove", adjustmentFactor=10)
    (card,) = read(client, CARD, WIN)

    assert (card["numberOfRunners"], card["numberOfNonRunners"]) == (3, 1)
    assert [horse["isNonRunner"] for horse in card["runners"]] == [False, True, False]


def test_only_what_is_asked_for_is_told(client: Client) -> None:
    (race,) = read(client, CARD, WIN, "&dataEntries=RACE")
    (horses,) = read(client, CARD, WIN, "&dataEntries=RUNNERS, TIMEFORM_DATA")

    assert ("race" in race, "runners" in race, "race" in horses) == (True, False, False)
    assert horses["runners"][0] == {
        "horseId": "62434979",
        "selections": [{"selectionId": "1", "marketId": WIN, "marketType": "WIN"}],
        "saddleCloth": "4",
        "draw": 7,
        "name": "Sea Fever",
        "isNonRunner": False,
    }


def test_the_starting_price_is_on_the_card_once_it_is_made(client: Client) -> None:
    alice, bob = Bettor(client), Bettor(client, "bob")
    on_close = {"selectionId": 1, "orderType": "MARKET_ON_CLOSE", "marketOnCloseOrder": {"liability": 20}}
    alice.bet({**on_close, "side": "BACK"}, WIN)
    bob.bet({**on_close, "side": "LAY"}, WIN)
    do(client, f"{WIN}/turn-in-play")
    books = alice.ask("listMarketBook", marketIds=[WIN], priceProjection={"priceData": ["SP_AVAILABLE"]})
    (card,) = read(client, CARD, WIN)
    (selection,) = card["runners"][0]["selections"]

    assert selection["bsp"] == books[0]["runners"][0]["sp"]["actualSP"] == 2.0
    assert "bsp" not in card["runners"][1]["selections"][0]


# Results


def test_a_race_has_a_result_once_somebody_has_won(client: Client) -> None:
    assert read(client, RESULTS, f"{WIN},{SECOND}") == []
    do(client, f"{WIN}/settle", results=[{"selectionId": 2, "status": "WINNER"}])
    (result,) = read(client, RESULTS, f"{WIN},{SECOND}")

    assert result["race"]["isResultAvailable"] is True
    assert {horse["name"]: horse["status"] for horse in result["runners"]} == {
        "Sea Fever": "LOSER", "Moonshot": "WINNER", "Old Tom": "LOSER"
    }  # fmt: skip
    assert read(client, CARD, WIN)[0]["race"]["isResultAvailable"] is True


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["200.1835", "200.1800"]),
        ("&sortBy=DATE_DESC", ["200.1835", "200.1800"]),
        ("&sortBy=DATE_ASC", ["200.1800", "200.1835"]),
    ],
)
def test_results_come_in_the_order_that_is_asked_for(client: Client, query: str, order: list[str]) -> None:
    for market_id in (WIN, SECOND):
        do(client, f"{market_id}/settle", results=[{"selectionId": 1, "status": "WINNER"}])

    assert [each["raceIdExchange"] for each in read(client, RESULTS, f"{WIN},{SECOND}", query)] == order


def test_a_result_tells_what_is_asked_for(client: Client) -> None:
    do(client, f"{WIN}/settle", results=[{"selectionId": 1, "status": "WINNER"}])
    (all_of_it,) = read(client, RESULTS, WIN)
    (bare,) = read(client, RESULTS, WIN, "&dataEntries=RACE")
    (horses,) = read(client, RESULTS, WIN, "&dataEntries=RUNNERS,PRICES")

    assert ("markets" in all_of_it["race"], "course" in all_of_it["race"]) == (True, True)
    assert ("markets" in bare["race"], "course" in bare["race"], "runners" in bare) == (False, False, False)
    assert ("race" in horses, horses["runners"][0]["status"]) == (False, "WINNER")


def test_a_race_that_is_void_has_no_result(client: Client) -> None:
    do(client, f"{WIN}/void")

    assert read(client, RESULTS, WIN) == []


# Refusals


@pytest.mark.parametrize("address", [CARD, RESULTS])
@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        (f"marketId={WIN}", {}, 400, "ANGX-0004"),
        (f"marketId={WIN}", {"X-Application": "nobody"}, 400, "ANGX-0007"),
        (f"marketId={WIN}", {"X-Application": "exchange-site-"}, 400, "ANGX-0007"),
        (f"marketId={WIN}", {**SITE, "X-Authentication": "nonsense"}, 400, "ANGX-0007"),
        ("", SITE, 400, "DSC-0018"),
        ("marketId=", SITE, 400, "DSC-0018"),
        ("marketId=1201", SITE, 400, "DSC-0009"),
        (f"marketId={WIN},x", SITE, 400, "DSC-0009"),
        (f"marketId={WIN}&dataEntries=ALL", SITE, 400, "DSC-0009"),
        (f"marketId={WIN}&dataEntries=race", SITE, 400, "DSC-0009"),
        (f"marketId={WIN}&alt=xml", SITE, 406, "DSC-0013"),
    ],
)
def test_bad_requests_are_refused(
    client: Client, address: str, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = client.get(f"{address}?{query}", headers=headers)

    assert (answer.status_code, answer.json()["faultstring"]) == (status, code)


def test_results_are_sorted_by_date_alone(client: Client) -> None:
    answer = client.get(f"{RESULTS}?marketId={WIN}&sortBy=NAME", headers=SITE)

    assert (answer.status_code, answer.json()["faultstring"]) == (400, "DSC-0009")


@pytest.mark.parametrize("address", [CARD, RESULTS, PAGE])
def test_only_reading_is_understood(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_a_customer_may_ask_with_a_key_of_the_own(client: Client) -> None:
    assert read(client, CARD, WIN, **{"X-Application": "alice-live"}) == read(client, CARD, WIN)
    assert read(client, CARD, WIN, **Bettor(client).headers) == read(client, CARD, WIN)


def test_a_fault_can_be_ordered(client: Client) -> None:
    faults = {"faults": [{"operation": "raceCard", "do": "refuse", "code": "SERVICE_BUSY"}]}
    assert client.post(f"{CONTROL}/faults", json=faults).is_success

    assert [client.get(f"{CARD}?marketId={WIN}", headers=SITE).status_code for _ in range(2)] == [500, 200]

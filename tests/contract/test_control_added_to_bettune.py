"""Through our own API BetTune gets filters and matches while its world goes on, and shows them at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.state_hash import state_hash
from tests.contract.bettor import Bettor
from tests.contract.bettune_user import BOB, BetTuneUser, error_of
from tests.contract.control_world import problem_of
from tests.in_process import Client, client_of_shipped

WORLD = "/control/v1/worlds/default"
BETTUNE = f"{WORLD}/bettune"
FILTER, LINKED, NEW_FILTER, NEW_MATCH = 11583, 1611243, 12001, 1611301
EVENT: dict[str, Any] = {
    "id": "32165009",
    "name": "Eastbridge v Westhaven",
    "eventType": {"id": "1", "name": "Soccer"},
    "competition": {"id": "31", "name": "Coastal League"},
    "openDate": "2026-06-06T19:00:00Z",
    "markets": [
        {
            "id": "1.165000009",
            "name": "Match Odds",
            "marketType": "MATCH_ODDS",
            "startTime": "2026-06-06T19:00:00Z",
            "runners": [
                {"selectionId": 1, "name": "Eastbridge"},
                {"selectionId": 2, "name": "Westhaven"},
                {"selectionId": 58805, "name": "The Draw"},
            ],
        }
    ],
}
MATCH = {
    "id": NEW_MATCH,
    "date": "2026-06-06T19:00:00Z",
    "home": {"id": 7003, "name": "Eastbridge"},
    "away": {"id": 7004, "name": "Westhaven"},
    "event": EVENT["id"],
}
AWAY_WINS = {"id": NEW_FILTER, "name": "Away wins", "betType": "Away", "user": "alice", "stake": 4}


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


def add(client: Client, **content: Any) -> Any:
    """Add to BetTune, and return the answer's document."""
    answer = client.post(BETTUNE, json=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


def add_event(client: Client) -> None:
    assert client.post(f"{WORLD}/markets", json={"events": [EVENT]}).status_code == 201


def test_what_was_added_is_answered(client: Client) -> None:
    add_event(client)

    added = add(client, filters=[AWAY_WINS, {"id": 3, "name": "Draws", "betType": "Draw"}], matches=[MATCH])

    assert added == {
        "filters": [
            {
                "id": NEW_FILTER,
                "name": "Away wins",
                "betType": "Away",
                "sport": 1,
                "status": "approved",
                "user": "alice",
                "stake": 4.0,
            },
            {
                "id": 3,
                "name": "Draws",
                "betType": "Draw",
                "sport": 1,
                "status": "approved",
                "user": None,
                "stake": None,
            },
        ],
        "matches": [
            {
                "id": NEW_MATCH,
                "date": "2026-06-06T19:00:00.000Z",
                "home": "Eastbridge",
                "away": "Westhaven",
                "event": EVENT["id"],
                "finished": False,
                "score": None,
            }
        ],
    }
    listed = client.get(f"{WORLD}/matches").json()["matches"]
    assert added["matches"][0] in listed


def test_bettune_lists_it_at_once_and_to_whom_it_belongs(client: Client) -> None:
    add_event(client)

    add(client, filters=[AWAY_WINS, {"id": 3, "name": "Draws", "betType": "Draw"}], matches=[MATCH])

    for user, expected in (
        (BetTuneUser(client), [3, FILTER, 11584, 11585, NEW_FILTER]),
        (BetTuneUser(client, BOB), [3]),
    ):
        assert [one["id"] for one in user.get("/prediction-filters").json()["items"]] == expected
        items = user.get("/matches?date=2026-06-06&sport=1").json()["items"]
        assert [match["id"] for match in items] == [LINKED, NEW_MATCH, 1611244]
        assert items[1]["tournament"]["name"] == "Coastal League"


def test_a_prediction_becomes_a_bet_that_the_end_of_the_match_settles(client: Client) -> None:
    """All with an event, a filter and a match that came later; the end is scheduled as for any other match."""
    alice = BetTuneUser(client)
    assert error_of(alice.put(NEW_FILTER, NEW_MATCH, 3)) == (404, "filter_not_found")
    add_event(client)
    add(client, filters=[AWAY_WINS], matches=[MATCH])
    happening = {"at": "+PT2H", "do": "finish", "match": NEW_MATCH, "score": {"home": 0, "away": 1}}
    assert client.post(f"{WORLD}/markets", json={"schedule": [happening]}).status_code == 201

    made = alice.put(NEW_FILTER, NEW_MATCH, 3)
    assert (made.status_code, made.json()["id"]) == (200, 10)
    offers = {"selectionId": 2, "availableToBack": [[3.1, 100]]}
    client.post(f"{WORLD}/markets/1.165000009/offers", json=offers)
    (order,) = Bettor(client).orders()
    assert (order["marketId"], order["averagePriceMatched"], order["sizeMatched"]) == ("1.165000009", 3.1, 4.0)

    client.post(f"{WORLD}/clock", json={"advance": "PT2H"})

    assert client.worlds.default.exchange.markets["1.165000009"].status == "CLOSED"
    (cleared,) = Bettor(client).ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]
    assert cleared["profit"] == 8.4
    (played,) = [match for match in client.get(f"{WORLD}/matches").json()["matches"] if match["id"] == NEW_MATCH]
    assert (played["finished"], played["score"]) == (True, {"home": 0, "away": 1})


def test_a_relative_date_counts_from_now(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"advance": "PT90M"})

    (match,) = add(client, matches=[{"id": 5, "date": "+PT1H", "home": "A", "away": "B"}])["matches"]

    assert match["date"] == "2026-06-06T14:30:00.000Z"


def test_it_can_be_yaml(client: Client) -> None:
    text = "matches: [{id: 5, date: '+PT1H', home: A, away: B}]"

    answer = client.post(BETTUNE, content=text.encode(), headers={"Content-Type": "application/yaml"})

    assert (answer.status_code, answer.json()["matches"][0]["id"]) == (201, 5)


def test_a_world_that_begins_again_has_none_of_it(client: Client) -> None:
    add(client, filters=[AWAY_WINS])

    client.post(f"{WORLD}/reset")

    assert NEW_FILTER not in [one["id"] for one in BetTuneUser(client).get("/prediction-filters").json()["items"]]
    add(client, filters=[AWAY_WINS])


def test_worlds_know_nothing_of_each_other(client: Client) -> None:
    other = client.post("/control/v1/worlds", json={"fixture": "bettune"}).json()["id"]
    add(client, filters=[AWAY_WINS])

    added = client.post(f"/control/v1/worlds/{other}/bettune", json={"filters": [AWAY_WINS]})

    assert added.status_code == 201


@pytest.mark.parametrize(
    ("content", "path", "says"),
    [
        ({"filters": [AWAY_WINS, AWAY_WINS]}, "$.filters[1].id", "There is a filter 12001 already."),
        ({"filters": [AWAY_WINS | {"id": FILTER}]}, "$.filters[0].id", "There is a filter 11583 already."),
        ({"filters": [AWAY_WINS | {"user": "eve"}]}, "$.filters[0].user",
         '"eve" is not a user of BetTune in this world; there are alice, bob.'),
        ({"filters": [AWAY_WINS | {"user": "bob"}]}, "$.filters[0].stake",
         "Filter 12001 has a stake, so it needs a user who has an account to bet with."),
        ({"filters": [AWAY_WINS | {"status": "new"}]}, "$.filters[0].status",
         '"new" is not a status of a filter; there are approved, disabled.'),
        ({"filters": [AWAY_WINS | {"id": "5"}]}, "$.filters[0].id",
         'A whole number from 1 to 999999999999999 is needed, and here stands "5".'),
        ({"matches": [MATCH]}, "$.matches[0].event", 'There is no event "32165009" in this world.'),
        ({"matches": [MATCH | {"event": "32165001"}]}, "$.matches[0].event",
         "Event 32165001 is another match already."),
        ({"matches": [MATCH | {"event": None, "id": LINKED}]}, "$.matches[0].id",
         "There is a match 1611243 already."),
        ({"matches": [MATCH | {"event": None, "sport": 2}]}, "$.matches[0].sport",
         "There is no sport 2 in this world."),
        ({"matches": [MATCH | {"event": None, "bets": [{"betType": "Home", "market": "1.9", "selectionId": 1}]}]},
         "$.matches[0].bets", "Bets need their event."),
        ({}, "$", "There is nothing to add: here are neither filters nor matches."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_added(
    client: Client, content: dict[str, Any], path: str, says: str
) -> None:
    """Not even what stands beside it and is good."""
    before = state_hash(client.worlds.default)
    good = {"id": 1, "date": "+PT1H", "home": "A", "away": "B"}
    more = {"matches": [*content.get("matches", []), good]} if content else {}

    problem = problem_of(client.post(BETTUNE, json={**content, **more}))

    assert (problem["status"], problem["path"], problem["detail"]) == (400, path, says)
    assert state_hash(client.worlds.default) == before


@pytest.mark.parametrize(
    ("bet", "path", "says"),
    [
        ({"market": "1.165000001"}, "$.matches[0].bets[0].market",
         '"1.165000001" is not a market of event 32165009; there are 1.165000009.'),
        ({"selectionId": 9}, "$.matches[0].bets[0].selectionId", "Market 1.165000009 has no runner 9."),
    ],
)  # fmt: skip
def test_a_bet_type_leads_to_a_runner_that_is_there(client: Client, bet: dict[str, Any], path: str, says: str) -> None:
    add_event(client)
    bets = [{"betType": "Corners", "market": "1.165000009", "selectionId": 1} | bet]

    problem = problem_of(client.post(BETTUNE, json={"matches": [MATCH | {"bets": bets}]}))

    assert (problem["status"], problem["path"], problem["detail"]) == (400, path, says)


def test_a_match_has_the_runners_that_its_teams_are(client: Client) -> None:
    add_event(client)

    problem = problem_of(client.post(BETTUNE, json={"matches": [MATCH | {"home": "Rovers"}]}))

    assert problem["path"] == "$.matches[0].event"
    assert problem["detail"] == (
        'No runner of market 1.165000009 is "Home" of Rovers v Westhaven; there are "Eastbridge", "Westhaven", '
        '"The Draw": name the one under bets.'
    )

"""BetTune answers as its documentation shows: the same shapes, names and values. The scenario has the values."""

from collections.abc import Iterator

import pytest

from simulator.world.inputs import AdvanceClock, Reset
from simulator.world.state_hash import state_hash
from tests.contract.bettune_user import BOB, PREDICTION, BetTuneUser, error_of
from tests.in_process import Client, client_of, client_of_shipped

FILTER, GOALS, DISABLED = 11583, 11584, 11585
MATCH, LATER, PLAYED = 1611243, 1611244, 1611199


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


@pytest.fixture
def alice(client: Client) -> BetTuneUser:
    return BetTuneUser(client)


def advance(client: Client, minutes: int) -> None:
    client.worlds.default.do(AdvanceClock(minutes * 60_000)).accepted()


# The documented examples


def test_football_is_the_sport(alice: BetTuneUser) -> None:
    answer = alice.get("/sports")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"count": 1, "items": [{"id": 1, "name": "football"}]}


def test_matches_are_listed_by_day_in_order_of_time(alice: BetTuneUser) -> None:
    """A score that nobody knows yet is null, member by member."""
    answer = alice.get("/matches", params={"date": "2026-06-06", "sport": 1})

    document = answer.json()
    assert (answer.status_code, document["date"], document["count"]) == (200, "2026-06-06", 2)
    assert [match["id"] for match in document["items"]] == [MATCH, LATER]
    assert document["items"][0] == {
        "id": 1611243,
        "date": "2026-06-06T18:00:00+00:00",
        "finished": False,
        "score": {"home": None, "away": None},
        "country": {"id": 44, "name": "England"},
        "tournament": {"id": 310, "name": "Coastal League"},
        "season": {"id": 2026, "name": "2026"},
        "home": {"id": 7001, "name": "Northam"},
        "away": {"id": 7002, "name": "Southey"},
    }


def test_a_finished_match_has_its_score(alice: BetTuneUser) -> None:
    (match,) = alice.get("/matches?date=2026-06-05&sport=1").json()["items"]

    assert (match["finished"], match["score"]) == (True, {"home": 0, "away": 3})


def test_a_day_is_one_of_utc_from_midnight_to_midnight() -> None:
    dates = ("2026-06-05T23:59:59.999Z", "2026-06-06T00:00:00Z", "2026-06-06T23:59:59.999Z", "2026-06-07T00:00:00Z")
    matches = [{"id": number, "date": date, "home": "A", "away": "B"} for number, date in enumerate(dates, start=1)]
    scenario = {"name": "night", "bettune": {"users": [{"token": "t"}], "matches": matches}}
    with client_of(scenario) as client:
        listed = BetTuneUser(client, "t").get("/matches?date=2026-06-06&sport=1").json()["items"]

    assert [match["id"] for match in listed] == [2, 3]
    assert [match["date"] for match in listed] == ["2026-06-06T00:00:00+00:00", "2026-06-06T23:59:59+00:00"]


def test_filters_are_listed_with_their_sport_and_status(alice: BetTuneUser) -> None:
    document = alice.get("/prediction-filters").json()

    football = {"id": 1, "name": "football"}
    assert document["count"] == 3
    assert document["items"][0] == {
        "id": 11583,
        "name": "Manual football",
        "sport": football,
        "betType": "Home",
        "status": "approved",
    }
    assert [one["status"] for one in document["items"]] == ["approved", "approved", "disabled"]


def test_a_prediction_is_made_and_changed_as_the_documentation_shows(client: Client, alice: BetTuneUser) -> None:
    """`createdAt` stays and `updatedAt` is the world's time; the odds have six decimals."""
    made = alice.put(FILTER, MATCH, "2.10")
    assert (made.status_code, made.json()["odds"]) == (200, "2.100000")
    assert made.json()["updatedAt"] == made.json()["createdAt"] == "2026-06-06T12:00:00+00:00"
    advance(client, 5)

    changed = alice.put(FILTER, MATCH, "2.15")

    documented = {
        "id": 10,
        "filterId": 11583,
        "matchId": 1611243,
        "odds": "2.150000",
        "source": "api",
        "createdAt": "2026-06-06T12:00:00+00:00",
        "updatedAt": "2026-06-06T12:05:00+00:00",
    }
    assert (changed.status_code, changed.json()) == (200, documented)
    found = alice.search(11583, [1611243, 1611244])
    assert (found.status_code, found.json()) == (200, {"count": 1, "items": [documented]})


@pytest.mark.parametrize(
    ("status", "code", "message", "method", "path", "token"),
    [
        (400, "date_invalid", "Invalid or missing date. Expected format: YYYY-MM-DD", "GET", "/matches", True),
        (400, "invalid_json_body", "Invalid JSON body", "POST", "/predictions/search", True),
        (401, "missing_token", "No token provided", "GET", "/sports", False),
        (404, "filter_not_found", "Filter not found", "DELETE", PREDICTION.format(1, MATCH), True),
    ],
)
def test_refusals_have_the_documented_words(
    client: Client, status: int, code: str, message: str, method: str, path: str, token: bool
) -> None:
    answer = (BetTuneUser(client) if token else BetTuneUser(client, None)).request(method, path)

    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": message})


def test_predictions_need_the_pro_plan(client: Client) -> None:
    """Search, PUT and DELETE list that refusal in the documentation; the three lists do not."""
    bob = BetTuneUser(client, BOB)

    for refused in (bob.search(FILTER, [MATCH]), bob.put(FILTER, MATCH, "2.15"), bob.delete(FILTER, MATCH)):
        message = "Prediction-based filters are available only for PRO subscription"
        assert refused.json() == {"code": "pro_subscription_required", "message": message}
        assert refused.status_code == 403
    for path in ("/sports", "/matches?date=2026-06-06&sport=1", "/prediction-filters"):
        assert bob.get(path).status_code == 200


# Predictions


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2.15", "2.150000"),
        (2.15, "2.150000"),
        (2, "2.000000"),
        ("2", "2.000000"),
        ("1.01", "1.010000"),
        (1000, "1000.000000"),
        ("1000.000000", "1000.000000"),
        ("0002.5", "2.500000"),
        ("2.1500004", "2.150000"),
        ("2.1500005", "2.150001"),
    ],
)
def test_odds_come_as_texts_and_numbers_and_leave_with_six_decimals(
    alice: BetTuneUser, said: object, shown: str
) -> None:
    answer = alice.put(FILTER, LATER, said)

    assert (answer.status_code, answer.json()["odds"]) == (200, shown)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"2.1500005", "2.150001"),  # no float is 2.1500005
        (b"215e-2", "2.150000"),
        (b"2.15E+0", "2.150000"),
        (b"0.1e2", "10.000000"),
        (b"1.0099999999999999999999999999999999e1", "10.100000"),
        (b" 2.15 ", "2.150000"),
    ],
)
def test_numbers_are_read_exactly_as_they_are_written(alice: BetTuneUser, written: bytes, shown: str) -> None:
    answer = alice.request("PUT", PREDICTION.format(FILTER, LATER), content=b'{"odds":%b}' % written)

    assert (answer.status_code, answer.json()["odds"]) == (200, shown)


def test_a_prediction_made_on_the_site_becomes_one_of_the_api(alice: BetTuneUser) -> None:
    (before,) = alice.found(GOALS, PLAYED)
    assert (before["id"], before["source"], before["createdAt"]) == (9, "ui", "2026-06-05T09:30:00+00:00")

    after = alice.put(GOALS, PLAYED, "1.9").json()

    assert (after["id"], after["source"], after["createdAt"]) == (9, "api", "2026-06-05T09:30:00+00:00")
    assert after["updatedAt"] == "2026-06-06T12:00:00+00:00"


def test_taking_a_prediction_back_is_idempotent(alice: BetTuneUser) -> None:
    """204, without a body or a word about one, whether there was a prediction or not."""
    alice.put(FILTER, LATER, "2.15")

    for _ in range(2):
        gone = alice.delete(FILTER, LATER)
        assert (gone.status_code, gone.content) == (204, b"")
        assert not {"content-type", "content-length"} & set(gone.headers)
        assert alice.found(FILTER, LATER) == []


def test_a_prediction_that_is_made_again_has_a_new_number(alice: BetTuneUser) -> None:
    first = alice.put(FILTER, LATER, "2.15").json()
    alice.delete(FILTER, LATER)

    assert alice.put(FILTER, LATER, "2.15").json()["id"] == first["id"] + 1


def test_a_search_finds_what_exists_once_and_in_order_of_the_numbers(alice: BetTuneUser) -> None:
    for match in (LATER, PLAYED, MATCH):
        alice.put(FILTER, match, "900")
    alice.put(FILTER, LATER, "901")

    assert [one["matchId"] for one in alice.found(FILTER, MATCH, PLAYED, LATER, MATCH)] == [LATER, PLAYED, MATCH]
    assert [one["matchId"] for one in alice.found(FILTER, MATCH)] == [MATCH]
    assert alice.found(FILTER) == []


def test_predictions_of_a_disabled_filter_are_kept(alice: BetTuneUser) -> None:
    assert alice.put(DISABLED, MATCH, "1.7").status_code == 200
    assert [one["odds"] for one in alice.found(DISABLED, MATCH)] == ["1.700000"]
    assert alice.delete(DISABLED, MATCH).status_code == 204


def test_integers_may_be_written_with_a_point(alice: BetTuneUser) -> None:
    """They are integers to JSON Schema."""
    body = b'{"filterId":11584.0,"matchIds":[1611199.0,1.611199e6]}'

    answer = alice.request("POST", "/predictions/search", content=body)

    assert (answer.status_code, answer.json()["count"]) == (200, 1)


def test_a_body_that_says_nothing_of_its_kind_is_read(alice: BetTuneUser) -> None:
    path = PREDICTION.format(FILTER, LATER)

    assert alice.request("PUT", path, content=b'{"odds":2}').status_code == 200
    json = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert alice.request("PUT", path, content=b'{"odds":2}', headers=json).status_code == 200


# Whose is what


def test_filters_belong_to_their_users_and_those_without_one_to_all(client: Client) -> None:
    scenario = {
        "name": "users",
        "clock": {"now": "2026-06-06T12:00:00Z", "rate": 0},
        "bettune": {
            "users": [{"token": "t1", "user": "ann"}, {"token": "t2", "user": "ben"}, {"token": "t3", "user": "ann"}],
            "filters": [
                {"id": 2, "name": "ann's", "betType": "Home", "user": "ann"},
                {"id": 1, "name": "ben's", "betType": "Home", "user": "ben"},
                {"id": 3, "name": "everybody's", "betType": "Away"},
            ],
            "matches": [{"id": 1, "date": "2026-06-06T18:00:00Z", "home": "A", "away": "B"}],
        },
    }
    with client_of(scenario) as served:
        first, second, third = (BetTuneUser(served, token) for token in ("t1", "t2", "t3"))

        listed = [user.get("/prediction-filters").json()["items"] for user in (first, second, third)]
        assert [[one["id"] for one in items] for items in listed] == [[2, 3], [1, 3], [2, 3]]
        for refused in (first.put(1, 1, "2"), first.delete(1, 1), first.search(1, [1])):
            assert error_of(refused) == (404, "filter_not_found")
        first.put(2, 1, "2")
        assert [one["odds"] for one in third.found(2, 1)] == ["2.000000"]
        first.put(3, 1, "3")
        assert [one["odds"] for one in second.found(3, 1)] == ["3.000000"]


def test_a_token_leads_to_its_own_world(client: Client) -> None:
    """Two worlds of one scenario: the second's tokens have a suffix, and neither knows the other's predictions."""
    other = client.post("/control/v1/worlds", json={"fixture": "bettune"}).json()
    token = other["bettune"]["tokens"][0]["token"]
    assert token == "alice-bettune-token-2"
    here, there = BetTuneUser(client), BetTuneUser(client, token)

    here.put(FILTER, LATER, "2.15")

    assert there.found(FILTER, LATER) == []
    client.delete(f"/control/v1/worlds/{other['id']}")
    assert error_of(there.get("/sports")) == (401, "invalid_token")
    assert here.get("/sports").status_code == 200


def test_a_reset_brings_back_the_predictions_of_the_scenario(client: Client, alice: BetTuneUser) -> None:
    state = state_hash(client.worlds.default)
    alice.put(FILTER, LATER, "2.15")
    alice.delete(GOALS, PLAYED)
    assert state != state_hash(client.worlds.default)

    client.post("/control/v1/worlds/default/reset")

    assert alice.found(FILTER, LATER) == []
    assert [one["id"] for one in alice.found(GOALS, PLAYED)] == [9]
    client.worlds.default.do(Reset()).accepted()
    assert state == state_hash(client.worlds.default)

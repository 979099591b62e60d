"""BetTune refuses a request for the first thing that is wrong with it, in its own words, and nothing changes."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.bettune.face import PATHS, ROOT
from simulator.refusal_log import LOGGER
from simulator.world.inputs import AdvanceClock, SetClockRate
from simulator.world.state_hash import state_hash
from tests.contract.bettune_user import ALICE, BOB, PREDICTION, BetTuneUser, error_of
from tests.in_process import Client, client_of, client_of_shipped

FILTER, MATCH = 11583, 1611243
PUT = PREDICTION.format(FILTER, MATCH)
SEARCH = "/predictions/search"


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of_shipped("bettune") as client:
        yield client


@pytest.fixture(scope="module")
def patient() -> Iterator[BetTuneUser]:
    """A user who may ask as often as there are examples, in a world that must not change."""
    scenario = {
        "name": "patient",
        "clock": {"now": "2026-06-06T12:00:00Z", "rate": 0},
        "bettune": {
            "users": [{"token": ALICE, "user": "alice"}],
            "filters": [{"id": FILTER, "name": "Manual football", "betType": "Home", "user": "alice"}],
            "matches": [{"id": MATCH, "date": "2026-06-06T18:00:00Z", "home": "Northam", "away": "Southey"}],
        },
    }
    with client_of(scenario) as client:
        world = client.worlds.default
        state = state_hash(world)
        yield BetTuneUser(client)
        assert state == state_hash(world)


# Who asks


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "missing_token"),
        ("", "missing_token"),
        ("  ", "missing_token"),
        ("Bearer", "invalid_token"),
        ("Bearer nobody", "invalid_token"),
        (ALICE, "invalid_token"),
        (f"Basic {ALICE}", "invalid_token"),
        (f"Bearer {ALICE} {ALICE}", "invalid_token"),
        (f"Bearer {ALICE},", "invalid_token"),
        (f"Bearer {ALICE.upper()}", "invalid_token"),
        (f'Bearer "{ALICE}"', "invalid_token"),
        (b"Bearer \xff\xfe", "invalid_token"),
        (f"bearer   {ALICE}", None),
    ],
)
def test_only_a_known_bearer_token_opens_anything(client: Client, authorization: Any, code: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    stranger = BetTuneUser(client, None)
    for path, methods in PATHS.items():
        for method in methods:
            answer = stranger.request(method, path.format(filterId=FILTER, matchId=MATCH), headers=headers)
            if code is None:
                assert answer.status_code != 401
            else:
                assert error_of(answer) == (401, code)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_opens_nothing() -> None:
    with client_of_shipped("demo") as client:
        answer = BetTuneUser(client, "alice-old-bettune-token").get("/sports")

        assert error_of(answer) == (401, "revoked_token")
        assert BetTuneUser(client, ALICE).get("/sports").status_code == 200


# What comes first

FAULTS = ("path", "method", "token", "limit", "plan", "length", "kind", "values", "names")
EXPECTED = {
    "path": (404, "not_found"),
    "method": (405, "method_not_allowed"),
    "token": (401, "invalid_token"),
    "limit": (429, "rate_limit_exceeded"),
    "plan": (403, "pro_subscription_required"),
    "length": (413, "body_too_large"),
    "kind": (415, "unsupported_media_type"),
    "values": (400, "odds_invalid"),
    "names": (404, "filter_not_found"),
}


@pytest.mark.parametrize("first", FAULTS)
def test_of_several_faults_the_first_is_told(client: Client, first: str) -> None:
    """A request with all faults from the given one on is refused for the given one."""
    faults = FAULTS[FAULTS.index(first) :]
    token = BOB if "plan" in faults else ALICE
    if "limit" in faults:
        for _ in range(60):
            BetTuneUser(client, token).get("/sports")
    path = PREDICTION.format(1, MATCH) if "names" in faults else PUT
    answer = BetTuneUser(client, "nobody" if "token" in faults else token).request(
        "PATCH" if "method" in faults else "PUT",
        f"/nowhere{path}" if "path" in faults else path,
        content=(b'{"odds":0}' if "values" in faults else b'{"odds":2}')
        + b" " * (300_000 if "length" in faults else 0),
        headers={"Content-Type": "text/plain" if "kind" in faults else "application/json"},
    )

    assert error_of(answer) == EXPECTED[first]


def test_a_filter_comes_before_a_match(patient: BetTuneUser) -> None:
    assert error_of(patient.put(1, 1, "2")) == (404, "filter_not_found")
    assert error_of(patient.put(FILTER, 1, "2")) == (404, "match_not_found")
    assert error_of(patient.delete(FILTER, 1)) == (404, "match_not_found")
    assert error_of(patient.search(1, [1])) == (404, "filter_not_found")
    assert error_of(patient.search(FILTER, [MATCH, 1])) == (404, "match_not_found")


# How often


def test_too_many_requests_are_refused_until_the_window_is_over(client: Client) -> None:
    """The window begins with its first request and is that of the world's clock; the headers say what the rule is."""
    alice, world = BetTuneUser(client), client.worlds.default
    assert alice.get("/sports").status_code == 200
    world.do(AdvanceClock(10_500)).accepted()
    for _ in range(59):
        answer = alice.get("/sports")
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("x-ratelimit") or name == "retry-after"]

    refused = alice.get("/sports")

    assert error_of(refused) == (429, "rate_limit_exceeded")
    names = ("retry-after", "x-ratelimit-limit", "x-ratelimit-window")
    assert [refused.headers[name] for name in names] == ["50", "60", "60"]
    assert refused.json()["message"] == "Rate limit exceeded"
    world.do(AdvanceClock(49_499)).accepted()
    assert alice.get("/sports").headers["retry-after"] == "1"
    world.do(AdvanceClock(1)).accepted()
    assert alice.get("/sports").status_code == 200


@pytest.mark.parametrize(("rate", "told"), [(None, "60"), (0.5, "120"), (60, "1"), (7, "9"), (1000, "1")])
def test_who_waits_as_told_may_ask_again(rate: float | None, told: str) -> None:
    """The shipped world as it is, and at other rates of its clock: callers wait by clocks of their own."""
    real_seconds = [0.0]
    with client_of_shipped("bettune", lambda: real_seconds[0]) as client:
        alice = BetTuneUser(client)
        if rate is not None:
            client.worlds.default.do(SetClockRate(rate)).accepted()
        answers = [alice.get("/sports") for _ in range(61)]
        assert [answer.status_code for answer in answers] == [200] * 60 + [429]
        assert answers[-1].headers["retry-after"] == told

        real_seconds[0] += 0.9 * (int(told) - 1)
        assert alice.get("/sports").status_code == 429
        real_seconds[0] += int(told) - 0.9 * (int(told) - 1)
        assert alice.get("/sports").status_code == 200


def test_while_the_clock_stands_still_the_log_says_what_helps(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """No waiting does: the clock has to be moved by what `Retry-After` says."""
    caplog.set_level(logging.INFO, LOGGER)
    alice, world = BetTuneUser(client), client.worlds.default
    world.do(SetClockRate(0)).accepted()
    for _ in range(61):
        refused = alice.get("/sports")

    assert refused.headers["retry-after"] == "60"
    advice = "the clock of the world stands still: move it on by 60 s"
    assert caplog.messages[-1].endswith(f"rate_limit_exceeded: Rate limit exceeded; {advice}")
    client.post("/control/v1/worlds/default/clock", json={"advance": "PT60S"})
    assert alice.get("/sports").status_code == 200


def test_everybody_has_a_limit_of_their_own(client: Client) -> None:
    for _ in range(61):
        last = BetTuneUser(client).get("/sports")
    assert last.status_code == 429

    assert BetTuneUser(client, BOB).get("/sports").status_code == 200


def test_two_tokens_of_one_user_share_a_limit() -> None:
    scenario = {
        "name": "shared",
        "bettune": {
            "rateLimit": {"requests": 2, "windowSeconds": 10},
            "users": [{"token": "old", "user": "ann"}, {"token": "new", "user": "ann"}],
        },
    }
    with client_of(scenario) as client:
        answers = [BetTuneUser(client, token).get("/sports").status_code for token in ("old", "new", "old", "new")]

        assert answers == [200, 200, 429, 429]


def test_requests_without_a_known_token_or_for_nothing_do_not_count(client: Client) -> None:
    alice = BetTuneUser(client)
    for _ in range(60):
        BetTuneUser(client, "nobody").get("/sports")
        alice.get("/nowhere")
        alice.request("PATCH", "/sports")

    assert [alice.get("/prediction-filters").status_code for _ in range(61)] == [200] * 60 + [429]


def test_requests_that_fail_do_count(client: Client) -> None:
    bob = BetTuneUser(client, BOB)
    for _ in range(30):
        bob.put(FILTER, MATCH, "2")
        bob.get("/matches")

    assert bob.get("/sports").status_code == 429


def test_without_a_limit_nobody_is_refused(patient: BetTuneUser) -> None:
    assert {patient.get("/sports").status_code for _ in range(200)} == {200}


# Paths and methods


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/sports", "GET, HEAD, OPTIONS"),
        ("/matches", "GET, HEAD, OPTIONS"),
        ("/prediction-filters", "GET, HEAD, OPTIONS"),
        (SEARCH, "POST, OPTIONS"),
        (PUT, "PUT, DELETE, OPTIONS"),
    ],
)
def test_a_path_has_the_documented_methods_and_no_others(patient: BetTuneUser, path: str, allowed: str) -> None:
    """OPTIONS tells them without a token, HEAD is GET."""
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        answer = patient.request(method, path)
        if method not in allowed.split(", "):
            assert answer.status_code == 405 if method == "HEAD" else error_of(answer) == (405, "method_not_allowed")
            assert answer.headers["allow"] == allowed
        else:
            assert answer.status_code in (200, 204, 400)
    options = patient.request("OPTIONS", path, headers={"Authorization": ""})
    assert (options.status_code, options.headers["allow"]) == (204, allowed)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/sports/", "//sports", "/SPORTS", "/sports%0a", "/predictions", f"{PUT}/", f"{PUT}s"),
        *("/prediction-filters/1", "/prediction-filters/1/matches", "/prediction-filters/1/2/matches/1/prediction"),
    ],
)
def test_there_is_nothing_elsewhere(patient: BetTuneUser, path: str) -> None:
    assert error_of(patient.get(path)) == (404, "not_found")


def test_what_only_begins_like_bettune_is_not_bettune_s(client: Client) -> None:
    assert client.get(f"{ROOT}0/sports").headers["content-type"] == "application/problem+json"


# Values


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("sport=1", "date_invalid"),
        ("date=&sport=1", "date_invalid"),
        ("date=2026-02-30&sport=1", "date_invalid"),
        ("date=2025-02-29&sport=1", "date_invalid"),
        ("date=2026-13-01&sport=1", "date_invalid"),
        ("date=2026-00-01&sport=1", "date_invalid"),
        ("date=0000-01-01&sport=1", "date_invalid"),
        ("date=10000-01-01&sport=1", "date_invalid"),
        ("date=2026-6-6&sport=1", "date_invalid"),
        ("date=20260606&sport=1", "date_invalid"),
        ("date=2026-W23-6&sport=1", "date_invalid"),
        ("date=06.06.2026&sport=1", "date_invalid"),
        ("date=2026-06-06T00:00:00Z&sport=1", "date_invalid"),
        ("date=+2026-06-06&sport=1", "date_invalid"),
        ("date=2026-06-06%0a&sport=1", "date_invalid"),
        ("date=%00&sport=1", "date_invalid"),
        ("date=%ff&sport=1", "date_invalid"),
        ("date=%D9%A2%D9%A0%D9%A2%D9%A6-06-06&sport=1", "date_invalid"),
        ("date=2026-06-06&date=2026-06-06&sport=1", "date_invalid"),
        ("Date=2026-06-06&sport=1", "date_invalid"),
        ("&".join(["date=2026-06-06"] * 200), "date_invalid"),
        ("date=2026-06-06", "sport_invalid"),
        ("date=2026-06-06&sport=", "sport_invalid"),
        ("date=2026-06-06&sport=football", "sport_invalid"),
        ("date=2026-06-06&sport=1.0", "sport_invalid"),
        ("date=2026-06-06&sport=1e0", "sport_invalid"),
        ("date=2026-06-06&sport=0x1", "sport_invalid"),
        ("date=2026-06-06&sport=%2B1", "sport_invalid"),
        ("date=2026-06-06&sport=+1", "sport_invalid"),
        ("date=2026-06-06&sport=1_0", "sport_invalid"),
        ("date=2026-06-06&sport=true", "sport_invalid"),
        ("date=2026-06-06&sport=null", "sport_invalid"),
        ("date=2026-06-06&sport=%D9%A1", "sport_invalid"),
        ("date=2026-06-06&sport=1&sport=1", "sport_invalid"),
        ("date=2026-06-06&sport=" + "1" * 5000, "sport_invalid"),
        (f"date=2026-06-06&sport={2**63}", "sport_invalid"),
        (f"date=2026-06-06&sport={-(2**63) - 1}", "sport_invalid"),
    ],
)
def test_a_day_and_a_sport_are_needed(patient: BetTuneUser, query: str, code: str) -> None:
    assert error_of(patient.get(f"/matches?{query}")) == (400, code)


@pytest.mark.parametrize("date", ["0001-01-01", "0999-12-31", "1969-12-31", "2028-02-29", "9999-12-31"])
@pytest.mark.parametrize("sport", ["0", "-1", "2", str(2**63 - 1), str(-(2**63))])
def test_there_is_nothing_on_other_days_and_in_other_sports(patient: BetTuneUser, date: str, sport: str) -> None:
    answer = patient.get(f"/matches?sport={sport}&unknown=x&date={date}")

    assert (answer.status_code, answer.json()) == (200, {"date": date, "count": 0, "items": []})


@pytest.mark.parametrize(
    "number", ["x", "", "1.0", "1e3", "+1", "0x1", " 1", "%00", "%ff", "1%0a", "\u0661", str(2**63), "9" * 41]
)
def test_numbers_of_a_path_are_integers(patient: BetTuneUser, number: str) -> None:
    for method in ("PUT", "DELETE"):
        for path, code in (
            (PREDICTION.format(number, MATCH), "filter_id_invalid"),
            (PREDICTION.format(FILTER, number), "match_id_invalid"),
            (PREDICTION.format(number, number), "filter_id_invalid"),
        ):
            assert error_of(patient.request(method, path, json={"odds": "2"})) == (400, code)


@pytest.mark.parametrize("number", [0, -1, -(2**63), 2**31, 2**63 - 1])
def test_numbers_that_nothing_has_are_unknown(patient: BetTuneUser, number: int) -> None:
    for refused, code in (
        (patient.put(number, MATCH, "2"), "filter_not_found"),
        (patient.delete(FILTER, number), "match_not_found"),
        (patient.search(number, [MATCH]), "filter_not_found"),
        (patient.search(FILTER, [number]), "match_not_found"),
    ):
        assert error_of(refused) == (404, code)


NOT_JSON = (
    *(b"", b" ", b"{", b"}", b"nonsense", b"{'odds': 2}", b'{"odds": 2', b'{"odds": 2}}', b'{"odds": 02}'),
    *(b'{"odds": NaN}', b'{"odds": Infinity}', b'{"odds": +2}', b'{"odds": .5}', b'{"odds": 2.}', b'{"odds": }'),
    *(b'\xff{"odds": 2}', b'{"odds": "\xff"}', b'{"odds": "\x00"}', b'{"odds": "\\ud800"}', b"\xef\xbb\xbf{}", b"\x00"),
    *(b"null", b"true", b"2", b'"2"', b"[]", b'["odds"]', b'[{"odds": 2}]', b"[" * 100_000, b'{"odds":' * 30_000),
    *('{"odds": 2}'.encode("utf-16"), b'{"odds": "2"} {"odds": "2"}', b"{1: 2}", b"{null: 2}"),
)


@pytest.mark.parametrize("body", NOT_JSON)
def test_a_body_is_an_object_in_json(patient: BetTuneUser, body: bytes) -> None:
    for method, path in (("PUT", PUT), ("POST", SEARCH)):
        assert error_of(patient.request(method, path, content=body)) == (400, "invalid_json_body")


NOT_ODDS = (
    *(b"null", b"true", b"false", b"[]", b"{}", b"[2]", b'{"odds": 2}', b'""', b'" "', b'"two"', b'"2,15"', b'" 2.15"'),
    *(b'"2.15 "', b'"+2"', b'"-2"', b'"2e0"', b'"2."', b'".5"', b'"0x2"', b'"1_0"', b'"NaN"', b'"Infinity"', b'"sNaN"'),
    *(b'"\\u0662"', b'"\\u0000"', b'"2\\n"', b'"2.15/1"', b"0", b"-0", b"-2", b"1", b"1.0", b"1.009999999", b"1001"),
    *(b"1000.0000001", b"1e3000", b"1e-3000", b"1e999999999999999999999", b"-1e400", b"1e400", b"9" * 1_000),
    *(b"0." + b"9" * 10_000, b'"1"', b'"1.0"', b'"1.009999999"', b'"1000.0000001"', b'"' + b"9" * 10_000 + b'"'),
    *(b'"2.' + b"0" * 10_000 + b'"', b"[" * 50 + b"]" * 50),
)


@pytest.mark.parametrize("odds", NOT_ODDS)
def test_odds_are_a_number_from_1_01_to_1000(patient: BetTuneUser, odds: bytes) -> None:
    answer = patient.request("PUT", PUT, content=b'{"odds":%b}' % odds)

    assert error_of(answer) == (400, "odds_invalid")


@pytest.mark.parametrize("body", [b"{}", b'{"Odds": 2}', b'{"odds ": 2}', b'{"": 2}'])
def test_odds_must_be_there(patient: BetTuneUser, body: bytes) -> None:
    assert error_of(patient.request("PUT", PUT, content=body)) == (400, "odds_invalid")


NOT_INTEGERS = (None, True, False, "", "1", 1.5, -0.5, [], {}, [1], 1e300, -1e-300, 2**63, -(2**63) - 1, 10**41)


@pytest.mark.parametrize("value", NOT_INTEGERS)
def test_a_search_is_for_integers(patient: BetTuneUser, value: object) -> None:
    assert error_of(patient.search(value, [MATCH])) == (400, "filter_id_invalid")
    assert error_of(patient.search(FILTER, [value])) == (400, "match_ids_invalid")
    assert error_of(patient.search(FILTER, [MATCH, value])) == (400, "match_ids_invalid")
    if not isinstance(value, list):
        assert error_of(patient.search(FILTER, value)) == (400, "match_ids_invalid")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "filter_id_invalid"),
        ({"matchIds": [MATCH]}, "filter_id_invalid"),
        ({"filterId": FILTER}, "match_ids_invalid"),
        ({"filterId": FILTER, "matchIds": MATCH}, "match_ids_invalid"),
        ({"filterid": FILTER, "matchIds": [MATCH]}, "filter_id_invalid"),
    ],
)
def test_a_search_has_two_members(patient: BetTuneUser, body: dict[str, object], code: str) -> None:
    assert error_of(patient.request("POST", SEARCH, json=body)) == (400, code)


@pytest.mark.parametrize(
    "headers",
    [
        *({"Content-Type": kind} for kind in ("text/plain", "application/x-www-form-urlencoded", "", "json", "*/*")),
        *({"Content-Type": kind} for kind in ("application/xml", "application/jsonp", "application/problem+json", ";")),
        *({"Content-Type": "application/json", "Content-Encoding": kind} for kind in ("gzip", "br", "nonsense")),
    ],
)
def test_a_body_of_another_kind_is_refused(patient: BetTuneUser, headers: dict[str, str]) -> None:
    for method, path in (("PUT", PUT), ("POST", SEARCH)):
        answer = patient.request(method, path, content=b'{"odds":2}', headers=headers)
        assert error_of(answer) == (415, "unsupported_media_type")


def test_a_long_body_is_refused(patient: BetTuneUser) -> None:
    for method, path in (("PUT", PUT), ("POST", SEARCH), ("DELETE", PUT), ("GET", "/sports")):
        assert error_of(patient.request(method, path, content=b" " * 300_000)) == (413, "body_too_large")


def test_tens_of_thousands_of_matches_may_be_asked_for(patient: BetTuneUser) -> None:
    assert patient.found(FILTER, *[MATCH] * 25_000) == []


def test_long_headers_are_refused(patient: BetTuneUser) -> None:
    assert error_of(patient.get("/sports", headers={"X-Long": "x" * 40_000})) == (431, "headers_too_large")

"""What a scenario says about BetTune: what it leaves out is made up, and what is wrong is told with its place."""

import json
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simulator import data
from simulator.world.bettune.bettune import BetTune
from simulator.world.format.document import ScenarioError
from simulator.world.inputs import MoveToNext
from simulator.world.loading.loading import load_scenario
from simulator.world.worlds import Worlds
from tests.in_process import client_of
from tests.unit.scenario_builder import complaint_about, load

Place = tuple[str | int, ...]
NAMED = {"id": 1, "name": "x"}
MATCH_1, FILTER_1, USER_1 = ("bettune", "matches", 0), ("bettune", "filters", 0), ("bettune", "users", 0)
FINISH = ("schedule", 5)


def documented() -> Any:
    """The shipped scenario with the values of the documentation, to be broken in one place a test."""
    return yaml.load(data.fixture_bytes("bettune.yaml"), yaml.CSafeLoader)


def changed(place: Place, value: object) -> Any:
    """The scenario with another value at a place; a list takes one more at its end, and `...` takes away."""
    scenario = documented()
    inner = scenario
    for step in place[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[place[-1]]
    elif isinstance(inner, list) and place[-1] == len(inner):
        inner.append(value)
    else:
        inner[place[-1]] = value
    return scenario


def bettune_of(scenario: Any) -> BetTune:
    return Worlds().create(load(scenario)).bettune


def numbered(*ids: int | None) -> list[dict[str, Any]]:
    """Predictions with these numbers, each by another filter or on another match."""
    bettune = documented()["bettune"]
    pairs = product([one["id"] for one in bettune["filters"]], [match["id"] for match in bettune["matches"]])
    return [
        {"filter": one, "match": match, "odds": 2} | ({} if number is None else {"id": number})
        for number, (one, match) in zip(ids, pairs, strict=False)
    ]


WRONG: list[tuple[Place, object, str, str]] = [
    # place, value, where the complaint is if not there, what it says
    ((*USER_1, "plan"), "gold", "", '"gold" is not a plan'),
    ((*USER_1, "token"), "two words", "", 'A text of the form [!-~]{1,255} is needed, and here stands "two words".'),
    ((*USER_1, "revoked"), "no", "", 'True or false is needed, and here stands "no".'),
    ((*USER_1, "account"), "eve", "", '"eve" is not a username of this scenario'),
    (("bettune", "users", 2), {"token": "alice-bettune-token"}, "$.bettune.users[2].token", "already"),
    (("bettune", "sports"), [], "$.bettune.filters[0].sport", "no sport 1"),
    (("bettune", "sports"), [NAMED, NAMED], "$.bettune.sports[1].id", "a sport 1 already"),
    (
        ("bettune", "sports"),
        [{"id": 0, "name": "x"}],
        "$.bettune.sports[0].id",
        "from 1 to 999999999999999 is needed, and here stands 0.",
    ),
    ((*FILTER_1, "id"), 0, "", "A whole number from 1 to 999999999999999 is needed, and here stands 0."),
    ((*FILTER_1, "id"), 10**15, "", "from 1 to 999999999999999 is needed, and here stands 1000000000000000."),
    ((*FILTER_1, "id"), 11584, "$.bettune.filters[1].id", "a filter 11584 already"),
    ((*FILTER_1, "sport"), 2, "", "no sport 2"),
    ((*FILTER_1, "status"), "new", "", '"new" is not a status of a filter'),
    ((*FILTER_1, "user"), "eve", "", '"eve" is not a user of BetTune'),
    ((*FILTER_1, "user"), "bob", "$.bettune.filters[0].stake", "needs a user who has an account"),
    ((*FILTER_1, "user"), ..., "$.bettune.filters[0].stake", "needs a user who has an account"),
    ((*FILTER_1, "betType"), "Corners", "", 'what to bet on for "Corners"'),
    ((*FILTER_1, "stake"), 0, "", "at least 0.01"),
    ((*FILTER_1, "stake"), 2.001, "", "more than two decimals"),
    ((*FILTER_1, "stake"), "much", "", 'A number or null is needed, and here stands "much".'),
    ((*MATCH_1, "id"), 1611244, "$.bettune.matches[1].id", "a match 1611244 already"),
    ((*MATCH_1, "date"), "today", "", '"today" is not a time'),
    ((*MATCH_1, "date"), "-P999999D", "", "before 1970"),
    ((*MATCH_1, "date"), "1969-12-31T23:59:59Z", "", "before 1970"),
    ((*MATCH_1, "sport"), 9, "", "no sport 9"),
    ((*MATCH_1, "home"), {"id": 1}, "", "name"),
    ((*MATCH_1, "away"), "", "", 'A text of 1 to 255 characters or a mapping is needed, and here stands "".'),
    ((*MATCH_1, "country"), 44, "", "characters or a mapping or null is needed, and here stands 44: put it in quotes."),
    ((*MATCH_1, "finished"), True, "$.bettune.matches[0]", "needs its score"),
    ((*MATCH_1, "score"), {"home": 1}, "", "away"),
    (
        (*MATCH_1, "score"),
        {"home": -1, "away": 0},
        "$.bettune.matches[0].score.home",
        "A whole number from 0 to 999 is needed, and here stands -1.",
    ),
    ((*MATCH_1, "event"), "1", "", 'no event "1"'),
    (("bettune", "matches", 1, "event"), "32165001", "", "is another match already"),
    (
        (*MATCH_1, "home"),
        "Rovers",
        "$.bettune.matches[0].event",
        'No runner of market 1.165000001 is "Home" of Rovers v Southey; there are "Northam", "Southey", "The Draw"',
    ),
    (("events", 0, "markets", 0, "runners", 2, "name"), "X", "$.bettune.matches[0].event", '"Draw"'),
    (("events", 0, "markets", 1, "runners", 1, "name"), "More", "$.bettune.matches[0].event", '"Over 2.5"'),
    (("events", 0, "markets", 2, "runners", 0, "name"), "Ja", "$.bettune.matches[0].event", '"Both teams to score"'),
    (
        (*MATCH_1, "bets"),
        [{"betType": "Home", "market": "1.1", "selectionId": 1}],
        "$.bettune.matches[0].bets[0].market",
        '"1.1" is not a market of event 32165001',
    ),
    (
        (*MATCH_1, "bets"),
        [{"betType": "Home", "market": "1.165000001", "selectionId": 1}],
        "$.bettune.matches[0].bets[0].selectionId",
        "no runner 1",
    ),
    (
        (*MATCH_1, "bets"),
        [{"betType": name, "market": "1.165000001", "selectionId": 101} for name in ("Home", "home ")],
        "$.bettune.matches[0].bets[1].betType",
        'a runner for "home " already',
    ),
    (
        ("bettune", "matches", 1, "bets"),
        [{"betType": "Home", "market": "1.165000001", "selectionId": 101}],
        "",
        "Bets need their event.",
    ),
    (("bettune", "predictions", 0, "filter"), 1, "", "no filter 1"),
    (("bettune", "predictions", 0, "match"), 1, "", "no match 1"),
    (("bettune", "predictions", 0, "odds"), 1, "", 'from 1.01 to 1000, not "1"'),
    (("bettune", "predictions", 0, "odds"), "NaN", "", "from 1.01 to 1000"),
    (("bettune", "predictions", 0, "source"), "app", "", '"app" is not a source of a prediction'),
    (("bettune", "predictions", 0, "createdAt"), "once", "", "is not a time"),
    (("bettune", "predictions", 1), {"filter": 11584, "match": 1611199, "odds": 2}, "", "already"),
    (("bettune", "predictions", 1), {"id": 9, "filter": 11583, "match": 1611199, "odds": 2},
     "$.bettune.predictions[1].id", "a prediction 9 already"),
    (("bettune", "rateLimit"), {"windowSeconds": 5}, "", "requests"),
    (("bettune", "rateLimit", "requests"), 0, "", "from 1 to 1000000000 is needed, and here stands 0."),
    (("bettune", "rateLimit", "windowSeconds"), 86_401, "", "from 1 to 86400 is needed, and here stands 86401."),
    (("bettune", "autopilot"), "on", "", 'True or false is needed, and here stands "on".'),
    ((*FINISH, "match"), 1, "", "no match 1"),
    ((*FINISH, "score"), {"home": 1}, "", "away"),
    ((*FINISH, "at"), "later", "", "is not a time"),
    ((*FINISH, "at"), ..., "$.schedule[5]", "needs its time"),
    ((*FINISH, "market"), "1.165000001", "$.schedule[5]", "market"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "elsewhere", "says"), WRONG)
def test_what_is_wrong_is_told_with_its_place(place: Place, value: object, elsewhere: str, says: str) -> None:
    complaint = complaint_about(json.dumps(changed(place, value)))

    own = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    assert (complaint.path, says in complaint.problem) == (elsewhere or own, True), complaint.problem


def test_a_prediction_without_a_number_gets_the_one_after_the_highest_before_it() -> None:
    """And a number that was given away in this manner is taken."""
    bettune = bettune_of(changed(("bettune", "predictions"), numbered(10, 5, None, 12)))

    assert [one.id for one in bettune.predictions.values()] == [10, 5, 11, 12]
    assert bettune.last_prediction_id == 12
    taken = changed(("bettune", "predictions"), numbered(10, 5, None, 11))
    assert complaint_about(json.dumps(taken)).path == "$.bettune.predictions[3].id"


def test_relative_times_count_from_the_clock() -> None:
    scenario = {
        "name": "late",
        "clock": {"now": "9999-12-30T00:00:00Z", "rate": 0},
        "bettune": {"matches": [{"id": 1, "date": "+P3D", "home": "A", "away": "B"}]},
    }

    assert "after the year 9999" in complaint_about(json.dumps(scenario)).problem


def test_most_can_be_left_out() -> None:
    """Football is the sport, filters are approved and everybody's, and whatever is only named gets a number."""
    scenario = {
        "name": "least",
        "clock": {"now": "2026-06-06T12:00:00.500Z"},
        "bettune": {
            "users": [{"token": "t"}],
            "filters": [{"id": 3, "name": "f", "betType": "Home"}],
            "matches": [
                {"id": 1, "date": "+PT1H", "home": "A", "away": {"id": 2, "name": "B"}},
                {"id": 2, "date": "+PT2H", "home": "B", "away": "A", "country": "B"},
            ],
            "predictions": [{"filter": 3, "match": 2, "odds": 2}],
        },
    }

    bettune = bettune_of(scenario)

    assert [(sport.id, sport.name) for sport in bettune.sports.values()] == [(1, "football")]
    assert (bettune.filters[3].status, bettune.filters[3].user, bettune.filters[3].stake_pence) == (
        "approved",
        None,
        None,
    )
    first, second = bettune.matches.values()
    named = [(one.id, one.name) for one in (first.home, first.away, second.home, second.away, second.country)]
    assert named == [(1, "A"), (2, "B"), (6, "B"), (1, "A"), (7, "B")]
    assert (first.country.name, first.tournament.name, first.season.name) == ("International", "Friendly", "2026")
    (prediction,) = bettune.predictions.values()
    assert (prediction.id, prediction.source, prediction.created_at) == (1, "ui", prediction.updated_at)


def test_a_linked_match_is_described_by_its_event_where_it_says_nothing() -> None:
    scenario = documented()
    for field in ("country", "tournament", "season"):
        del scenario["bettune"]["matches"][0][field]

    match = bettune_of(scenario).match(1611243)

    assert (match.country.name, match.tournament.name, match.season.name) == ("GB", "Coastal League", "2026")


def test_a_user_s_account_is_that_of_the_same_world() -> None:
    """Where the username is taken, the second world's account has a suffix, and so does the link."""
    worlds = Worlds()
    first, second = (worlds.create(load(documented())) for _ in range(2))

    assert [user.account for user in first.bettune.users.by_token.values()] == ["alice", None]
    assert [(user.token, user.account) for user in second.bettune.users.by_token.values()] == [
        ("alice-bettune-token-2", "alice-2"),
        ("bob-bettune-token-2", None),
    ]


def places_in(value: object, place: Place = ()) -> Any:
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places_in(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places_in(inner, (*place, index))


ODD_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}), st.just(...),
    st.sampled_from(["NaN", "1e999999999", "+P1D", "-P999999D", "+P999999D", "Over 2.5", "alice", "32165001", NAMED]),
)  # fmt: skip


@given(st.data())
def test_any_one_value_is_refused_in_our_own_words_or_makes_a_world_that_answers(drawn: st.DataObject) -> None:
    places = [place for place in places_in(documented()) if place[0] in ("bettune", "schedule")]
    scenario = changed(drawn.draw(st.sampled_from(places)), drawn.draw(ODD_VALUES))
    try:
        text = json.dumps(scenario)
        load_scenario(text, "noise")
    except ScenarioError as complaint:
        assert complaint.path.startswith("$")  # noqa: PT017 - most examples are refused
        return

    with client_of(text) as client:
        world = client.worlds.default
        for token in world.bettune.users.by_token:
            headers = {"Authorization": f"Bearer {token}"}
            for path in ("/sports", "/prediction-filters", "/matches?date=2026-06-06&sport=1"):
                answer = client.get(f"/bet-tune-api/v1{path}", headers=headers)
                assert answer.status_code in (200, 401, 429)
        while world.next_due is not None:
            world.do(MoveToNext()).accepted()

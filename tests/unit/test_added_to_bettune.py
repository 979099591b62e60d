"""Filters and matches that are added to a running world are checked and work like those of its scenario."""

import json
from decimal import Decimal
from typing import Any

import pytest

from simulator.exchange.orders import Side
from simulator.world.clock import END_OF_TIME
from simulator.world.format.document import ScenarioError
from simulator.world.format.scenario import (
    BetTuneAdditions,
    BetTuneFilter,
    BetTuneMatch,
    Finish,
    NamedEntry,
    ScoreEntry,
)
from simulator.world.happened import FilterAdded, MatchAdded
from simulator.world.inputs import AddToBetTune, PutPrediction, Reset, SetClock
from simulator.world.loading.loading import loader_of_bettune_additions
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.test_bettune_scenario import WRONG, Place, changed, documented
from tests.unit.world_builder import MINUTE, START, bet, story_of

EVENT = "27165685"


def world(**bettune: Any) -> World:
    """A world with an event on which nothing is offered, and two users, of whom ann has an account to bet with."""
    scenario = small()
    scenario["schedule"] = []
    for account in scenario["accounts"]:
        account["balance"] = 1_000
    for runner in scenario["events"][0]["markets"][0]["runners"]:
        runner.pop("availableToBack", None)
        runner.pop("availableToLay", None)
    users = [{"token": "t", "user": "ann", "account": "alice"}, {"token": "u", "user": "ben"}]
    scenario["bettune"] = {"autopilot": True, "users": users, **bettune}
    return World(load(scenario))


def match(number: int, **fields: Any) -> BetTuneMatch:
    return BetTuneMatch(**{"id": number, "date": "+PT5M", "home": "Newcastle", "away": "Chelsea", **fields})


def home_filter(number: int, **fields: Any) -> BetTuneFilter:
    return BetTuneFilter(**{"id": number, "name": "Home", "bet_type": "Home", **fields})


def add(running: World, *there: BetTuneFilter | BetTuneMatch) -> None:
    filters = tuple(one for one in there if isinstance(one, BetTuneFilter))
    running.do(AddToBetTune(filters, tuple(one for one in there if isinstance(one, BetTuneMatch)))).accepted()


# What comes of it


def test_the_story_tells_of_each_filter_and_match() -> None:
    running = world()
    story = story_of(running)

    add(running, home_filter(5), home_filter(4, user="ben"), match(7, event=EVENT), match(6))

    (happened,) = story
    assert happened.events == (
        FilterAdded(START, 5),
        FilterAdded(START, 4),
        MatchAdded(START, 7, EVENT),
        MatchAdded(START, 6, None),
    )


def test_what_is_added_in_a_world_is_as_what_its_scenario_has() -> None:
    """To the number and to the words that are made up, and in the order in which it is listed."""
    there: dict[str, Any] = {
        "filters": [{"id": 5, "name": "Home", "betType": "Home", "user": "ann", "stake": "2.50"}],
        "matches": [
            {"id": 7, "date": "+PT5M", "home": "Newcastle", "away": {"id": 1, "name": "Chelsea"}, "event": EVENT},
            {"id": 6, "date": "+PT5M", "home": "Newcastle", "away": "Leeds", "season": "Cup"},
        ],
    }
    from_scenario, running = world(**there), world()

    additions = loaded(running, there)
    running.do(AddToBetTune(additions.filters, additions.matches)).accepted()

    assert running.bettune.filters == from_scenario.bettune.filters
    assert running.bettune.matches == from_scenario.bettune.matches
    assert running.bettune.numbers.given == from_scenario.bettune.numbers.given
    assert state_hash(running) == state_hash(from_scenario)


def test_filters_are_listed_in_order_of_their_numbers() -> None:
    running = world(filters=[{"id": 5, "name": "Home", "betType": "Home"}])

    add(running, home_filter(9), home_filter(3))

    user = running.bettune.users.current("ann")
    assert [one.id for one in running.bettune.filters_of(user)] == [3, 5, 9]


def test_a_name_has_the_number_that_was_made_up_for_it_before() -> None:
    running = world(matches=[{"id": 1, "date": "+PT1H", "home": "A", "away": "B"}])
    first = running.bettune.match(1)

    add(running, match(2, home="B", away="C"))
    add(running, match(3, home=NamedEntry(id=8, name="D"), away="E"))

    second, third = running.bettune.match(2), running.bettune.match(3)
    assert (second.home, second.country, second.season) == (first.away, first.country, first.season)
    numbers = [one.id for one in (first.home, first.away, second.away, third.away, first.country)]
    assert len(set(numbers)) == len(numbers)
    assert third.home.id == 8
    add(running, match(4, home="F", away="G"), match(5, home="H", away="I"))
    made_up = running.bettune.numbers.made_up()
    assert 8 not in made_up
    assert len(made_up) == len(running.bettune.numbers.given)


def test_the_autopilot_bets_for_filters_and_on_matches_that_were_added() -> None:
    """On an offer that comes after the prediction, so that it looks again where something happens to the event."""
    running = world()
    add(running, home_filter(5, user="ann", stake=Decimal(10)))
    add(running, match(7, event=EVENT))
    running.do(PutPrediction(5, 7, 2_400_000)).accepted()
    assert orders(running) == []

    running.do(bet("bob", Side.LAY, 240, 5_000, 1)).accepted()

    assert orders(running) == [(MARKET, 240, "5-7")]


def test_the_end_of_a_match_that_was_added_settles_its_markets() -> None:
    running = world()
    add(running, match(7, event=EVENT))

    running.do(Finish(match=7, score=ScoreEntry(home=1, away=0))).accepted()

    assert running.bettune.match(7).finished
    assert running.exchange.markets[MARKET].status == "CLOSED"


def test_a_world_that_begins_again_has_what_its_scenario_says() -> None:
    running = world()
    before = state_hash(running)
    add(running, home_filter(5), match(7))
    assert state_hash(running) != before

    running.do(Reset()).accepted()

    assert (running.bettune.filters, running.bettune.matches) == ({}, {})
    assert state_hash(running) == before


def orders(running: World) -> list[tuple[str, int, str | None]]:
    mine = [order for order in running.exchange.orders.values() if order.account == "alice"]
    return [(order.market_id, order.price, order.customer_order_reference) for order in mine]


# State


@pytest.mark.parametrize(
    "other",
    [
        match(7, event=EVENT, date="+PT6M"),
        match(7),
        match(7, event=EVENT, sport=2),
        match(7, event=EVENT, country="Wales"),
        match(7, event=EVENT, season=NamedEntry(id=900, name="2026")),
        home_filter(5),
    ],
)
def test_all_of_a_match_and_a_filter_is_part_of_the_state(other: BetTuneFilter | BetTuneMatch) -> None:
    sports = [{"id": 1, "name": "football"}, {"id": 2, "name": "futsal"}]
    one, another = world(sports=sports), world(sports=sports)
    add(one, match(7, event=EVENT))
    add(another, other)

    assert state_hash(one) != state_hash(another)


@pytest.mark.parametrize(
    "changed_field", [{"name": "x"}, {"bet_type": "Away"}, {"status": "disabled"}, {"user": "ann"}, {"sport": 2}]
)
def test_all_of_a_filter_is_part_of_the_state(changed_field: dict[str, Any]) -> None:
    sports = [{"id": 1, "name": "football"}, {"id": 2, "name": "futsal"}]
    one, another = world(sports=sports), world(sports=sports)
    add(one, home_filter(5))
    add(another, home_filter(5, **changed_field))

    assert state_hash(one) != state_hash(another)


# Refused whole, as the world goes on after the check


def busy() -> World:
    return world(
        filters=[{"id": 1, "name": "Home", "betType": "Home"}],
        matches=[{"id": 1, "date": "+PT1H", "home": "Newcastle", "away": "Chelsea", "event": EVENT}],
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (home_filter(1), "there is a filter 1 already"),
        (home_filter(9), "there is a filter 9 already"),
        (home_filter(2, sport=3), "there is no sport 3 of BetTune"),
        (home_filter(2, user="eve"), "there is no user 'eve' of BetTune"),
        (home_filter(2, user="ann", stake=Decimal("0.001")), "more than two decimals"),
        (match(1), "there is a match 1 already"),
        (match(9), "there is a match 9 already"),
        (match(2, sport=3), "there is no sport 3 of BetTune"),
        (match(2, date="soon"), "is not a time"),
        (match(2, event="5"), "there is no event '5'"),
        (match(2, event=EVENT), f"event {EVENT} is another match already"),
        (
            match(2, home=NamedEntry(id=1, name="Leeds")),
            'number 1 was made up for the team "Newcastle" and cannot be that of the team "Leeds"',
        ),
        (match(2, season=NamedEntry(id=2, name="Chelsea")), 'made up for the team "Chelsea"'),
    ],
)
def test_what_cannot_be_added_any_more_is_refused_with_all_that_came_with_it(
    wrong: BetTuneFilter | BetTuneMatch, says: str
) -> None:
    running = busy()
    before = state_hash(running)
    filters = (home_filter(9), *([wrong] if isinstance(wrong, BetTuneFilter) else []))
    matches = (match(9), *([wrong] if isinstance(wrong, BetTuneMatch) else []))

    happened = running.do(AddToBetTune(filters, matches))

    assert happened.refusal is not None
    assert says in happened.refusal.text
    assert happened.events == ()
    assert state_hash(running) == before


def test_a_time_that_leads_out_of_time_by_now_is_refused() -> None:
    running = world()
    additions = loaded(running, {"matches": [{"id": 7, "date": "+PT1H", "home": "A", "away": "B"}]})
    running.do(SetClock(END_OF_TIME - MINUTE)).accepted()

    happened = running.do(AddToBetTune(additions.filters, additions.matches))

    assert happened.refusal is not None
    assert "after the year 9999" in happened.refusal.text


def test_a_number_that_was_made_up_can_be_written_for_what_it_was_made_up_for() -> None:
    running = busy()
    newcastle = running.bettune.match(1).home

    add(running, match(2, home=NamedEntry(id=newcastle.id, name="Newcastle")))

    assert running.bettune.match(2).home == newcastle


# Documents


def loaded(running: World, content: object) -> BetTuneAdditions:
    load_text = loader_of_bettune_additions(running.bettune, running.catalogue, running.clock.now())
    return load_text(json.dumps(content), "added")


def complaint(running: World, content: object) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        loaded(running, content)
    return caught.value


WRONG_THERE = [
    one for one in WRONG if one[0][0] == "bettune" and one[0][1] in ("filters", "matches") and "$.events" not in one[2]
]


@pytest.mark.parametrize(("place", "value", "elsewhere", "says"), WRONG_THERE)
def test_what_a_scenario_may_not_say_cannot_be_added_either(
    place: Place, value: object, elsewhere: str, says: str
) -> None:
    """The sentences are the same, and so are the places in a document that has nothing else."""
    scenario = documented()
    bettune = scenario["bettune"]
    for name in ("filters", "matches", "predictions"):
        bettune[name] = []
    scenario["schedule"] = []
    content = changed(place, value)["bettune"]

    told = complaint(World(load(scenario)), {name: content[name] for name in ("filters", "matches")})

    own = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    expected = (elsewhere or own).replace("$.bettune.", "$.")
    assert (told.path, says.replace("this scenario", "this world") in told.problem) == (expected, True), told.problem


FILTER: dict[str, Any] = {"id": 2, "name": "Home", "betType": "Home"}
MATCH: dict[str, Any] = {"id": 2, "date": "+PT1H", "home": "Leeds", "away": "Derby"}
BETS = [{"betType": "Corners", "market": MARKET, "selectionId": 1}]


@pytest.mark.parametrize(
    ("content", "path", "says"),
    [
        ({}, "$", "There is nothing to add"),
        ({"filters": [], "matches": []}, "$", "There is nothing to add"),
        (None, "$", "A mapping is needed, and here stands null."),
        ([], "$", "A mapping is needed, and here stands a list of 0."),
        ({"filters": [FILTER | {"id": 1}]}, "$.filters[0].id", "There is a filter 1 already."),
        ({"filters": [FILTER, FILTER]}, "$.filters[1].id", "There is a filter 2 already."),
        ({"filters": [FILTER | {"user": "eve"}]}, "$.filters[0].user",
         '"eve" is not a user of BetTune in this world; there are ann, ben.'),
        ({"filters": [FILTER | {"user": "ben", "stake": 2}]}, "$.filters[0].stake", "needs a user who has an account"),
        ({"filters": [FILTER | {"user": "ann", "stake": 2, "betType": "Corners"}]}, "$.filters[0].betType", "Corners"),
        ({"filters": [FILTER | {"sport": 3}]}, "$.filters[0].sport", "There is no sport 3 in this world."),
        ({"filters": FILTER}, "$.filters", "A list is needed, and here stands a mapping."),
        ({"filters": [FILTER] * 1001}, "$.filters", "at most 1000 filters, and here are 1001"),
        ({"matches": [MATCH] * 5001}, "$.matches", "at most 5000 matches, and here are 5001"),
        ({"matches": [MATCH | {"bets": BETS * 101}]}, "$.matches[0].bets", "at most 100 bets of a match"),
        ({"matches": [MATCH | {"id": 1}]}, "$.matches[0].id", "There is a match 1 already."),
        ({"matches": [MATCH | {"event": "5"}]}, "$.matches[0].event", 'There is no event "5" in this world.'),
        ({"matches": [MATCH | {"event": EVENT}]}, "$.matches[0].event", "is another match already"),
        ({"matches": [MATCH | {"bets": BETS}]}, "$.matches[0].bets", "Bets need their event."),
        ({"matches": [MATCH | {"home": {"id": 1, "name": "Leeds"}}]}, "$.matches[0].home.id",
         'The number 1 was made up for the team "Newcastle" and cannot be that of the team "Leeds".'),
        ({"matches": [MATCH | {"date": "P1D"}]}, "$.matches[0].date", "is not a time"),
        ({"predictions": []}, "$", 'There is no key "predictions" here; there are filters, matches.'),
        ({"users": [{"token": "t"}]}, "$", 'There is no key "users" here; there are filters, matches.'),
    ],
)  # fmt: skip
def test_a_document_must_fit_what_is_there(content: object, path: str, says: str) -> None:
    told = complaint(busy(), content)

    assert (told.path, says in told.problem) == (path, True), told.problem


def test_where_there_is_nothing_to_choose_from_the_sentence_says_so() -> None:
    told = complaint(world(autopilot=False, users=[]), {"filters": [FILTER | {"user": "eve"}]})

    assert told.problem == '"eve" is not a user of BetTune in this world; there are none.'


def test_a_bet_type_that_a_match_lists_can_be_staked_on_whether_it_is_there_or_comes_with_it() -> None:
    corners = FILTER | {"betType": "Corners", "user": "ann", "stake": 2}
    linked = {**MATCH, "home": "Newcastle", "away": "Chelsea", "event": EVENT, "bets": BETS}
    running = world()
    assert complaint(running, {"filters": [corners]}).path == "$.filters[0].betType"

    together = loaded(running, {"filters": [corners], "matches": [linked]})
    assert [one.bet_type for one in together.filters] == ["Corners"]

    add(running, *loaded(running, {"matches": [linked]}).matches)
    add(running, *loaded(running, {"filters": [corners]}).filters)
    running.do(PutPrediction(2, 2, 1_500_000)).accepted()
    running.do(bet("bob", Side.LAY, 150, 5_000, 1)).accepted()
    assert [reference for _, _, reference in orders(running)] == ["2-2"]


def test_what_was_read_stays_as_it_was_while_the_world_goes_on() -> None:
    """The reader knows what was there when it was made, whatever is added before it reads."""
    running = world()
    read = loader_of_bettune_additions(running.bettune, running.catalogue, running.clock.now())
    add(running, match(2))

    additions = read(json.dumps({"matches": [MATCH]}), "added")

    assert running.do(AddToBetTune(additions.filters, additions.matches)).refusal is not None

"""The Saturday that is made up from a seed: as broad as a real one, right by every check, and always the same.

That it plays to its end, and that nobody profits from its offers, `test_fixtures` says of every scenario that ships.
"""

from collections import Counter

import pytest

from simulator.betfair.navigation.tree import menu_of
from simulator.exchange.rules import RULE_SETS
from simulator.world.catalogue import Catalogue
from simulator.world.format.document import Document
from simulator.world.format.quantities import moment_of
from simulator.world.format.scenario import InPlayEntry, Scenario, Settle, TellIncident
from simulator.world.loading.checks import PAST_ORIGIN, Inspection
from simulator.world.loading.happening_checks import check_happening
from simulator.world.loading.in_play_checks import check_incident
from simulator.world.loading.market_checks import EventChecks
from simulator.world.loading.named import builtin_scenario, scenario_called
from simulator.world.loading.rehearsal import rehearse
from simulator.world.loading.saturday.chance import Chance
from simulator.world.loading.saturday.programme import saturday
from simulator.world.scoreboards import Scoreboards
from simulator.world.world import World

METADATA_OF_HORSES = {
    "ADJUSTED_RATING", "AGE", "BRED", "CLOTH_NUMBER", "CLOTH_NUMBER_ALPHA", "COLOURS_DESCRIPTION",
    "COLOURS_FILENAME", "COLOUR_TYPE", "DAMSIRE_BRED", "DAMSIRE_NAME", "DAMSIRE_YEAR_BORN", "DAM_BRED",
    "DAM_NAME", "DAM_YEAR_BORN", "DAYS_SINCE_LAST_RUN", "FORECASTPRICE_DENOMINATOR", "FORECASTPRICE_NUMERATOR",
    "FORM", "JOCKEY_CLAIM", "JOCKEY_NAME", "OFFICIAL_RATING", "OWNER_NAME", "SEX_TYPE", "SIRE_BRED",
    "SIRE_NAME", "SIRE_YEAR_BORN", "STALL_DRAW", "TRAINER_NAME", "WEARING", "WEIGHT_UNITS", "WEIGHT_VALUE",
    "runnerId",
}  # fmt: skip


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return builtin_scenario("saturday")


def test_it_is_as_broad_as_a_real_menu(scenario: Scenario) -> None:
    def nodes(node: object) -> Counter[str]:
        below: Counter[str] = sum(map(nodes, getattr(node, "children", ())), Counter())
        return below + Counter([type(node).__name__])

    count = nodes(menu_of(World(scenario), str))

    assert count["EventTypeNode"] >= 20
    assert count["MarketNode"] >= 3_000
    assert count["RaceNode"] >= 300
    assert count["GroupNode"] >= 60
    assert sum(count.values()) > 5_000


def test_it_has_horses_with_cards_and_football_with_all_its_market_types(scenario: Scenario) -> None:
    markets = [(event, market) for event in scenario.events for market in event.markets]
    types = {market.market_type for event, market in markets if event.event_type.name == "Soccer"}
    races = [
        market for event, market in markets if event.event_type.name == "Horse Racing" and market.market_type == "WIN"
    ]
    leagues = {
        event.competition.name for event, _ in markets if event.competition and event.event_type.name == "Soccer"
    }

    assert len(races) >= 200
    assert {frozenset(runner.metadata or {}) for race in races for runner in race.runners} == {
        frozenset(METADATA_OF_HORSES)
    }
    assert len(leagues) >= 30
    assert types == {
        "MATCH_ODDS", "OVER_UNDER_15", "OVER_UNDER_25", "OVER_UNDER_35", "BOTH_TEAMS_TO_SCORE", "DRAW_NO_BET",
        "HALF_TIME", "CORRECT_SCORE", "ASIAN_HANDICAP", "TOTAL_GOALS",
    }  # fmt: skip
    assert any(
        runner.available_to_back and runner.available_to_lay for _, market in markets for runner in market.runners
    )


def test_matches_of_football_are_told_to_the_score_that_settles_their_markets(scenario: Scenario) -> None:
    """Each goal in its half, and the winner of MATCH_ODDS is the one of the score at the end."""
    boards, catalogue, origin = Scoreboards(), Catalogue(), PAST_ORIGIN
    matches = [event for event in scenario.events if event.in_play is not None]
    for event in matches:
        catalogue.add_event(event, origin)
        boards.add(catalogue.events[event.id], event.in_play or InPlayEntry(), origin)
    for happening in scenario.schedule:
        if isinstance(happening, TellIncident):
            boards.tell(happening, moment_of(happening.at or "", origin))
    results = {each.market: each.results for each in scenario.schedule if isinstance(each, Settle) and each.results}

    assert len(matches) >= 250
    for event in matches:
        board, odds = boards.by_event[event.id], event.markets[0]
        home, away = int(board.home.full_time_score), int(board.away.full_time_score)
        place = 2 if home == away else int(away > home)
        (winner,) = results[odds.id]
        assert winner.selection_id == odds.runners[place].selection_id
        assert [one.at for one in board.incidents] == sorted(one.at for one in board.incidents)
        halves = {one.type: one.minute for one in board.incidents}
        assert (halves["FirstHalfEnd"], halves["SecondHalfKickOff"], halves["SecondHalfEnd"]) == (48, 46, 94)
        assert board.status == "Finished"


@pytest.mark.parametrize("seed", [0, pytest.param(7, marks=pytest.mark.deep)])
def test_it_passes_the_checks_of_every_scenario_but_that_of_its_size(seed: int) -> None:
    """It is no document, so it passes the checks as if it were one."""
    made_up = saturday(seed)
    document = Document("saturday", {}, None)
    checks = EventChecks(Inspection(document), {}, {})
    checks.check(made_up.events)
    scored = {event.id for event in made_up.events if event.in_play is not None}
    for index, happening in enumerate(made_up.schedule):
        assert not hasattr(happening, "match")
        if isinstance(happening, TellIncident):
            check_incident(checks.inspection, ("schedule", index), happening, scored)
        else:
            check_happening(checks.inspection, ("schedule", index), happening, checks.markets)  # type: ignore[arg-type]
    rehearse(document, RULE_SETS[made_up.rules], made_up.events, made_up.schedule, PAST_ORIGIN)


def test_a_seed_makes_the_same_day_whenever_and_another_seed_another_day(scenario: Scenario) -> None:
    assert saturday(0) == scenario == scenario_called("saturday")
    assert scenario_called("saturday", 7).events != scenario.events
    assert scenario_called("saturday", 7) == builtin_scenario("saturday", 7)
    assert scenario_called("derby", 7) is builtin_scenario("derby")


def test_ids_and_the_names_of_one_event_are_each_given_once(scenario: Scenario) -> None:
    events = [event.id for event in scenario.events]
    markets = [market.id for event in scenario.events for market in event.markets]

    assert len(set(events)) == len(events)
    assert len(set(markets)) == len(markets)
    for event in scenario.events:
        for market in event.markets:
            names = [(runner.name, runner.handicap) for runner in market.runners]
            assert len(set(names)) == len(names), (event.name, market.name)


def test_chance_gives_each_number_about_as_often_as_any_other() -> None:
    chance = Chance(1, "dice")
    rolled = Counter(chance.between(1, 6) for _ in range(6_000))

    assert sorted(rolled) == [1, 2, 3, 4, 5, 6]
    assert all(900 < often < 1_100 for often in rolled.values())
    assert [Chance(1, "dice").below(100)] == [Chance(1, "dice").below(100)]
    weighed = Counter(Chance(seed, "weights").weighed((0, 3, 1)) for seed in range(400))
    assert weighed[0] == 0
    assert 2 < weighed[1] / weighed[2] < 4

"""The score of a match decides who wins which market, and bet types of BetTune mean runners of markets."""

from typing import Any, NamedTuple

import pytest

from simulator.exchange.events import MarketClosed
from simulator.exchange.statuses import RunnerStatus
from simulator.world.bettune.football import outcome_of, runner_for
from simulator.world.format.scenario import Finish, ScoreEntry
from simulator.world.happened import MarketLeftAlone
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, load, small

TEAMS = ("Newcastle", "Chelsea", "The Draw")
ODDS, DOUBLE, SINGLE = "ODDS", "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE"
SCORES = ("0 - 0", "1 - 0", "2 - 1", "0 - 1", "1 - 1", "Any Other Home Win", "Any Other Away Win", "Any Other Draw")


def world_with(market_type: str, *runners: Any, betting_type: str = ODDS, **match: Any) -> World:
    """A world with one market of a match; a runner is a name, or a name with a handicap."""
    scenario = small()
    scenario["schedule"] = []
    market = scenario["events"][0]["markets"][0]
    market |= {"marketType": market_type, "bettingType": betting_type}
    named = [runner if isinstance(runner, tuple) else (runner, None) for runner in runners]
    ids = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in named), start=1)}
    market["runners"] = [
        {"selectionId": ids[name], "name": name} | ({} if handicap is None else {"handicap": handicap})
        for name, handicap in named
    ]
    linked = {"id": 7, "date": "+PT5M", "home": "Newcastle", "away": "Chelsea", "event": "27165685"}
    scenario["bettune"] = {"matches": [{**linked, **match}]}
    return World(load(scenario))


class Finished(NamedTuple):
    """The markets that the end of a match settled, and those it did not, with the reason."""

    settled: tuple[str, ...]
    left_alone: tuple[tuple[str, str], ...]


def finish(world: World, home: int, away: int) -> Finished:
    events = world.do(Finish(match=7, score=ScoreEntry(home=home, away=away))).accepted()
    return Finished(
        tuple(event.market_id for event in events if isinstance(event, MarketClosed)),
        tuple((event.market_id, event.problem) for event in events if isinstance(event, MarketLeftAlone)),
    )


def winners(world: World) -> list[str]:
    """The names of the runners that have won the market."""
    runners = world.exchange.markets[MARKET].runners
    names = world.catalogue.markets[MARKET].runners
    return [names[key].name for key, runner in runners.items() if runner.status is RunnerStatus.WINNER]


@pytest.mark.parametrize(
    ("market_type", "runners", "score", "winner"),
    [
        ("MATCH_ODDS", TEAMS, (2, 1), "Newcastle"),
        ("MATCH_ODDS", TEAMS, (1, 2), "Chelsea"),
        ("MATCH_ODDS", TEAMS, (3, 3), "The Draw"),
        ("MATCH_ODDS", ("the draw", "CHELSEA", " Newcastle "), (1, 0), " Newcastle "),
        ("DRAW_NO_BET", TEAMS[:2], (0, 1), "Chelsea"),
        ("OVER_UNDER_05", ("Under 0.5 Goals", "Over 0.5 Goals"), (0, 0), "Under 0.5 Goals"),
        ("OVER_UNDER_05", ("Under 0.5 Goals", "Over 0.5 Goals"), (0, 1), "Over 0.5 Goals"),
        ("OVER_UNDER_25", ("Under 2.5 Goals", "Over 2.5 Goals"), (1, 1), "Under 2.5 Goals"),
        ("OVER_UNDER_25", ("Over 2.5 Goals", "Under 2.5 Goals"), (2, 1), "Over 2.5 Goals"),
        ("OVER_UNDER_85", ("Under 8.5 Goals", "Over 8.5 Goals"), (9, 0), "Over 8.5 Goals"),
        ("BOTH_TEAMS_TO_SCORE", ("Yes", "No"), (1, 1), "Yes"),
        ("BOTH_TEAMS_TO_SCORE", ("Yes", "No"), (5, 0), "No"),
        ("BOTH_TEAMS_TO_SCORE", ("Yes", "No"), (0, 0), "No"),
        ("CORRECT_SCORE", SCORES, (2, 1), "2 - 1"),
        ("CORRECT_SCORE", SCORES, (1, 2), "Any Other Away Win"),
        ("CORRECT_SCORE", SCORES, (5, 4), "Any Other Home Win"),
        ("CORRECT_SCORE", SCORES, (2, 2), "Any Other Draw"),
        ("CORRECT_SCORE", SCORES, (0, 0), "0 - 0"),
        ("CORRECT_SCORE", ("0 - 0", "1 - 0", "Any Unquoted"), (4, 4), "Any Unquoted"),
    ],
)
def test_a_score_makes_one_winner(
    market_type: str, runners: tuple[str, ...], score: tuple[int, int], winner: str
) -> None:
    world = world_with(market_type, *runners)

    finished = finish(world, *score)

    assert (finished.settled, finished.left_alone) == ((MARKET,), ())
    assert winners(world) == [winner]


def test_a_drawn_match_voids_the_market_without_a_draw() -> None:
    world = world_with("DRAW_NO_BET", *TEAMS[:2])

    finished = finish(world, 1, 1)

    assert finished.settled == (MARKET,)
    assert winners(world) == []


@pytest.mark.parametrize(
    ("market_type", "betting_type", "runners", "score"),
    [
        ("HALF_TIME", ODDS, TEAMS, (1, 0)),
        ("FIRST_GOAL_SCORER", ODDS, ("Smith", "Jones"), (1, 0)),
        ("OVER_UNDER_25_CORNR", ODDS, ("Under 2.5 Corners", "Over 2.5 Corners"), (1, 0)),
        ("CORRECT_SCORE", ODDS, ("0 - 0", "1 - 0"), (2, 0)),
        ("HALF_TIME_SCORE", ODDS, SCORES, (1, 0)),
        ("ASIAN_HANDICAP", DOUBLE, (("Rovers", -0.5), ("Chelsea", 0.5)), (1, 0)),
        ("CORNER_HANDICAP", DOUBLE, (("Newcastle", -0.5), ("Chelsea", 0.5)), (1, 0)),
        ("CORNERS", SINGLE, (("2 corners or more", -2),), (1, 0)),
    ],
)
def test_what_the_score_does_not_decide_is_left_alone(
    market_type: str, betting_type: str, runners: Any, score: tuple[int, int]
) -> None:
    world = world_with(market_type, *runners, betting_type=betting_type)

    finished = finish(world, *score)

    assert (finished.settled, finished.left_alone) == ((), ((MARKET, "the score does not decide it"),))
    assert world.exchange.markets[MARKET].status == "OPEN"


@pytest.mark.parametrize("home_first", [True, False])
@pytest.mark.parametrize(("score", "home", "away"), [((2, 0), "WINNER", "LOSER"), ((1, 0), "LOSER", "WINNER")])
def test_an_asian_handicap_is_settled_by_the_margin_whoever_is_listed_first(
    home_first: bool, score: tuple[int, int], home: str, away: str
) -> None:
    sides = [("Newcastle", -1.5), ("Chelsea", 1.5)]
    world = world_with("ASIAN_HANDICAP", *(sides if home_first else sides[::-1]), betting_type=DOUBLE)

    assert finish(world, *score).settled == (MARKET,)

    names = world.catalogue.markets[MARKET].runners
    statuses = {names[key].name: runner.status for key, runner in world.exchange.markets[MARKET].runners.items()}
    assert statuses == {"Newcastle": home, "Chelsea": away}


@pytest.mark.parametrize(("score", "status"), [((2, 1), "WINNER"), ((1, 1), "WINNER"), ((1, 0), "LOSER")])
def test_a_total_is_settled_by_the_goals(score: tuple[int, int], status: str) -> None:
    world = world_with("TOTAL_GOALS", ("2 goals or more", -2), betting_type=SINGLE)

    assert finish(world, *score).settled == (MARKET,)

    assert [runner.status for runner in world.exchange.markets[MARKET].runners.values()] == [status]


# Bet types


@pytest.mark.parametrize(
    ("bet_type", "meaning"),
    [
        ("Home", ("MATCH_ODDS", "home")),
        ("draw", ("MATCH_ODDS", "draw")),
        (" AWAY ", ("MATCH_ODDS", "away")),
        ("Over 2.5", ("OVER_UNDER_25", "over")),
        ("Under 0.5 goals", ("OVER_UNDER_05", "under")),
        ("Both teams to score", ("BOTH_TEAMS_TO_SCORE", "yes")),
        ("Both teams to score no", ("BOTH_TEAMS_TO_SCORE", "no")),
        ("Both teams not to score", ("BOTH_TEAMS_TO_SCORE", "no")),
        ("Over 2.25", None),
        ("Over 12.5", None),
        ("Over 2", None),
        ("Homeward", None),
        ("Corners", None),
    ],
)
def test_bet_types_mean_markets_and_outcomes(bet_type: str, meaning: tuple[str, str] | None) -> None:
    assert outcome_of(bet_type) == meaning


@pytest.mark.parametrize(
    ("bet_type", "market_type", "runners", "name"),
    [
        ("Home", "MATCH_ODDS", TEAMS, "Newcastle"),
        ("Draw", "MATCH_ODDS", TEAMS, "The Draw"),
        ("Away", "MATCH_ODDS", TEAMS, "Chelsea"),
        ("Under 2.5", "OVER_UNDER_25", ("Under 2.5 Goals", "Over 2.5 Goals"), "Under 2.5 Goals"),
        ("Over 2.5", "OVER_UNDER_25", ("Under 2.5 Goals", "Over 2.5 Goals"), "Over 2.5 Goals"),
        ("Over 2.5", "OVER_UNDER_35", ("Under 3.5 Goals", "Over 3.5 Goals"), None),
        ("Both teams to score", "BOTH_TEAMS_TO_SCORE", ("No", "Yes"), "Yes"),
        ("Home", "HALF_TIME", TEAMS, None),
        ("Corners", "MATCH_ODDS", TEAMS, None),
    ],
)
def test_bet_types_mean_runners(bet_type: str, market_type: str, runners: tuple[str, ...], name: str | None) -> None:
    world = world_with(market_type, *runners)
    market = world.catalogue.markets[MARKET]

    key = runner_for(bet_type, world.bettune.match(7), market)

    assert name == (None if key is None else market.runners[key].name)


def test_a_link_says_who_is_who_where_names_do_not() -> None:
    """For the bet, and for what the score makes of it; names still tell the others."""
    bets = [
        {"betType": "home", "market": MARKET, "selectionId": 2},
        {"betType": "Corners", "market": MARKET, "selectionId": 3},
    ]
    world = world_with("MATCH_ODDS", "Draw", "Magpies", "Chelsea", bets=bets)
    market, match = world.catalogue.markets[MARKET], world.bettune.match(7)

    keys = {bet_type: runner_for(bet_type, match, market) for bet_type in ("Home", "Draw", "Away", "corners")}
    assert {bet_type: key and market.runners[key].name for bet_type, key in keys.items()} == {
        "Home": "Magpies",
        "Draw": "Draw",
        "Away": "Chelsea",
        "corners": "Chelsea",
    }
    finish(world, 1, 0)
    assert winners(world) == ["Magpies"]

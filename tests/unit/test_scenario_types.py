"""A scenario says of each type of market what such a market needs, and nothing that the exchange could not do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.orders import RunnerKey
from simulator.exchange.statuses import RunnerStatus
from simulator.world.format.document import ScenarioError
from simulator.world.loading.loading import load_additions, load_scenario
from tests.afternoon import ASIAN, CUP, DOGS, EACH_WAY, LINE, TOTAL, WIN, afternoon
from tests.scenario import market_of, world_of

Change = Callable[[dict[str, Any]], object]


def complaint_about(scenario: dict[str, Any]) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(json.dumps(scenario), "afternoon.json")
    return caught.value


def quoted(market: dict[str, Any], to_back: list[float], to_lay: list[float]) -> None:
    """Give the runners of a market these best prices, by their order; 0 is none."""
    for runner, back, lay in zip(market["runners"], to_back, to_lay, strict=True):
        runner["availableToBack"] = [[back, 10]] if back else []
        runner["availableToLay"] = [[lay, 10]] if lay else []


# What markets need


@pytest.mark.parametrize(
    ("market_id", "change", "path", "says"),
    [
        (WIN, {"bettingType": "RANGE"}, "bettingType", "RANGE are superseded and cannot be bet on"),
        (WIN, {"bettingType": "FIXED_ODDS"}, "bettingType", "FIXED_ODDS are superseded"),
        (WIN, {"bettingType": "SPREAD"}, "bettingType", "is not a betting type; there are ASIAN_HANDICAP_DOUBLE_LINE"),
        (WIN, {"eachWayDivisor": 4}, "eachWayDivisor", "EACH_WAY has an eachWayDivisor, and no other"),
        (WIN, {"marketType": "EACH_WAY"}, "eachWayDivisor", "EACH_WAY has an eachWayDivisor, and no other"),
        (EACH_WAY, {"eachWayDivisor": 1}, "eachWayDivisor", "at least 1.01"),
        (EACH_WAY, {"numberOfWinners": 1}, "numberOfWinners", "are its places, 2 or more, not 1"),
        (EACH_WAY, {"numberOfWinners": 0}, "numberOfWinners", "are its places, 2 or more, not 0"),
        (EACH_WAY, {"bettingType": "ASIAN_HANDICAP_SINGLE_LINE"}, "bettingType", "is ODDS, not ASIAN"),
        (LINE, {"bspMarket": True}, "bspMarket", "no starting price"),
        (LINE, {"ladder": "CLASSIC"}, "ladder", "of LINE markets, and of no others, is LINE_RANGE"),
        (WIN, {"ladder": "LINE_RANGE"}, "ladder", "of LINE markets, and of no others, is LINE_RANGE"),
        (LINE, {"line": None}, "line", "needs its lines"),
    ],
)
def test_a_market_is_what_its_type_needs(market_id: str, change: dict[str, Any], path: str, says: str) -> None:
    scenario = afternoon()
    market_of(scenario, market_id).update(change)

    complaint = complaint_about(scenario)

    assert complaint.path.endswith(f"].{path}")
    assert says in complaint.problem


def test_an_each_way_market_has_its_divisor_in_hundredths_and_its_places_for_winners() -> None:
    scenario = afternoon()
    market_of(scenario, EACH_WAY)["eachWayDivisor"] = 4.5

    definition = world_of(scenario).exchange.markets[EACH_WAY].definition

    assert (definition.each_way_divisor, definition.number_of_winners) == (450, 2)


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        (
            lambda runners: runners.pop(),
            "runners[2].handicap",
            '"Town" with handicap -0.75 is missing: "Rovers" with',
        ),
        (lambda runners: runners[1].update(handicap=0.25), "runners[0].handicap", "is missing"),
        (lambda runners: runners[1].update(selectionId=3), "runners", "between two sides, and here are 3"),
        (lambda runners: [runner.update(selectionId=1) for runner in runners], "runners", "two sides, and here are 1"),
        (lambda runners: runners[0].update(handicap=-0.4), "runners[0].handicap", "multiple of 0.25, and -0.4 is not"),
    ],
)
def test_every_line_of_an_asian_handicap_has_its_two_sides(change: Change, path: str, says: str) -> None:
    scenario = afternoon()
    change(market_of(scenario, ASIAN)["runners"])

    complaint = complaint_about(scenario)

    assert complaint.path == f"$.events[2].markets[0].{path}"
    assert says in complaint.problem


def test_a_total_has_quarters_for_lines_too() -> None:
    scenario = afternoon()
    market_of(scenario, TOTAL)["runners"][0]["handicap"] = 2.6

    assert complaint_about(scenario).path == "$.events[2].markets[1].runners[0].handicap"


# Runners that do not start


@pytest.mark.parametrize(("market_id", "status"), [(WIN, "REMOVED"), (DOGS, "REMOVED_VACANT")])
def test_a_runner_may_have_been_withdrawn_before_the_world_begins(market_id: str, status: str) -> None:
    """Everybody else's factors are as the scenario says, because they are those after the removal."""
    scenario = afternoon()
    runners = market_of(scenario, market_id)["runners"]
    runners[0] |= {"status": status, "adjustmentFactor": 9.1, "availableToBack": [], "availableToLay": []}

    world = world_of(scenario)

    market = world.exchange.markets[market_id]
    removed = market.runners[RunnerKey(1)]
    assert (removed.status, removed.adjustment_factor) == (RunnerStatus(status), 9_100)
    assert removed.removed_at == world.clock.now()
    assert market.active_runners == len(runners) - 1
    others = [runner.adjustment_factor for key, runner in market.runners.items() if key.selection_id > 1]
    assert others == ([30_000, 12_500, 7_500] if market_id == WIN else [None, None])


@pytest.mark.parametrize(
    ("market_id", "change", "path", "says"),
    [
        (WIN, {"status": "REMOVED_VACANT"}, ".status", "is REMOVED, not REMOVED_VACANT"),
        (DOGS, {"status": "REMOVED"}, ".status", "is REMOVED_VACANT, not REMOVED"),
        (WIN, {"status": "HIDDEN"}, "", "Nothing can be offered on a runner that is HIDDEN"),
        (WIN, {"status": "WINNER"}, ".status", "there are ACTIVE, HIDDEN, REMOVED, REMOVED_VACANT"),
        (WIN, {"status": "REMOVED"}, "", "Nothing can be offered on a runner that is REMOVED"),
    ],
)
def test_a_runner_starts_as_one_that_runs_or_was_withdrawn(
    market_id: str, change: dict[str, Any], path: str, says: str
) -> None:
    scenario = afternoon()
    market_of(scenario, market_id)["runners"][0].update(change)

    complaint = complaint_about(scenario)

    assert complaint.path.endswith(f"runners[0]{path}")
    assert says in complaint.problem


# Offers that would match each other across runners


@pytest.mark.parametrize(
    ("market_id", "to_back", "to_lay", "says"),
    [
        (DOGS, [3.0, 3.0, 3.0], [3.5, 3.5, 3.5], "best prices to back make a book of 100.00 %"),
        (DOGS, [2.5, 3.5, 3.5], [0, 0, 0], "best prices to back make a book of 97.14 %: "),
        (DOGS, [0, 0, 0], [2.0, 3.5, 3.5], "best prices to lay make a book of 107.14 %: "),
        (CUP, [2.04] * 4, [0] * 4, "make a book of 196.08 %: "),
        (CUP, [2.04] * 4, [0] * 4, "where it is more than 200 %."),
        (CUP, [0] * 4, [1.98] * 4, "where it is less than 200 %."),
        (ASIAN, [0, 0, 2.03, 2.0], [0, 0, 0, 0], "handicap 0.75, is cross-matching and its best prices to back"),
        (ASIAN, [0, 0, 0, 0], [1.9, 2.01, 0, 0], "handicap 0.5, is cross-matching and its best prices to lay"),
    ],
)
def test_offers_that_would_match_each_other_across_runners_are_refused_with_their_sum(
    market_id: str, to_back: list[float], to_lay: list[float], says: str
) -> None:
    scenario = afternoon()
    market = market_of(scenario, market_id)
    quoted(market, to_back, to_lay)
    load_scenario(json.dumps(scenario), "without")
    market["crossMatching"] = True

    complaint = complaint_about(scenario)

    assert complaint.path.endswith("markets[0]")
    assert says in complaint.problem
    assert f"Market {market_id}" in complaint.problem


@pytest.mark.parametrize(
    ("market_id", "to_back", "to_lay"),
    [
        (DOGS, [2.98, 3.0, 3.0], [3.05, 3.05, 3.05]),
        (DOGS, [2.0, 2.0, 0], [0, 0, 1.5]),
        (CUP, [1.99, 2.0, 2.0, 2.0], [2.02] * 4),
        (ASIAN, [2.02, 1.97, 2.0, 1.99], [2.04, 2.0, 2.1, 2.0]),
        (EACH_WAY, [9.0] * 4, [10.0] * 4),
    ],
)
def test_offers_that_make_a_sound_book_stand_side_by_side(
    market_id: str, to_back: list[float], to_lay: list[float]
) -> None:
    scenario = afternoon()
    market = market_of(scenario, market_id)
    quoted(market, to_back, to_lay)
    market["crossMatching"] = True

    exchange = world_of(scenario).exchange

    assert exchange.markets[market_id].total_matched == 0


def test_what_is_added_to_a_world_is_held_to_the_same() -> None:
    world, scenario = world_of(afternoon()), afternoon()
    cup = scenario["events"][3]
    cup["markets"][0] |= {"id": "1.9", "crossMatching": True}
    quoted(cup["markets"][0], [2.04] * 4, [0] * 4)

    with pytest.raises(ScenarioError, match=r"196\.08 %"):
        load_additions(json.dumps({"events": [cup]}), "document", world.exchange, world.catalogue)


# What is scheduled


def winner(number: int, at: str, market: str = WIN) -> dict[str, Any]:
    return {"at": at, "market": market, "do": "settle", "results": [{"selectionId": number, "status": "WINNER"}]}


def removal(number: int, at: str) -> dict[str, Any]:
    return {"at": at, "market": WIN, "do": "remove", "selectionId": number}


def test_the_schedule_is_rehearsed_in_order_of_time_and_not_of_writing() -> None:
    load_scenario(json.dumps(afternoon(removal(2, "+PT2H"), winner(2, "+PT1H"))), "won before")

    complaint = complaint_about(afternoon(winner(2, "+PT1H"), removal(2, "2026-06-06T14:30:00Z")))

    assert complaint.path == "$.schedule[0]"
    assert "no active runner 2" in complaint.problem


def test_what_cannot_be_ordered_before_the_clock_starts_is_not_held_against_it() -> None:
    scenario = afternoon(winner(2, "+PT1H"), removal(2, "2026-06-06T14:30:00Z"))
    scenario["clock"] = {"now": "real", "rate": 1}

    assert load_scenario(json.dumps(scenario), "real").schedule

    scenario["schedule"][1]["at"] = "+PT30M"
    assert complaint_about(scenario).path == "$.schedule[0]"


@pytest.mark.parametrize(
    ("happenings", "says"),
    [
        ([removal(2, "+PT1M"), removal(2, "+PT2M")], "This cannot be: market 1.1 has no active runner 2 to remove"),
        ([{"at": "+PT1M", "market": DOGS, "do": "reconcile"}], "This cannot be: market 1.4 has no starting price"),
        (
            [{"at": "+PT1M", "market": ASIAN, "do": "settle-runners",
              "results": [{"selectionId": 1, "handicap": -0.5, "status": "LOSER"}]}],
            "These results cannot be: market 1.5 is not of a type",
        ),
        ([winner(1, "+PT1M", EACH_WAY)], "These results cannot be: market 1.3 has 2 places to be named, and 1 are"),
    ],
)  # fmt: skip
def test_what_can_never_happen_is_refused_when_the_scenario_is_loaded(
    happenings: list[dict[str, Any]], says: str
) -> None:
    complaint = complaint_about(afternoon(*happenings))

    assert complaint.path == f"$.schedule[{len(happenings) - 1}]"
    assert says in complaint.problem


@pytest.mark.parametrize(
    ("market", "content", "path", "says"),
    [
        (WIN, {}, "", "of the betting type ODDS, is settled by results, which is missing"),
        (WIN, {"margin": 1}, ".margin", "is settled by results and not by margin"),
        (ASIAN, {}, "", "is settled by margin, which is missing"),
        (ASIAN, {"total": 1}, ".total", "is settled by margin and not by total"),
        (
            ASIAN,
            {"margin": 1.5},
            ".margin",
            "A whole number from -1000 to 1000 or null is needed, and here stands 1.5.",
        ),
        (ASIAN, {"margin": 1, "results": [{"selectionId": 1, "status": "WINNER"}]}, ".results", "not by results"),
        (TOTAL, {"lineResult": 1}, ".lineResult", "is settled by total and not by lineResult"),
        (TOTAL, {"total": -1}, ".total", "A whole number from 0 to 1000 or null is needed, and here stands -1."),
        (LINE, {"total": 1}, ".total", "is settled by lineResult and not by total"),
        (LINE, {"lineResult": 1.005}, ".lineResult", "more than two decimals"),
        (LINE, {"lineResult": 1, "deadHeat": [1, 2]}, ".deadHeat", "not by deadHeat"),
        (WIN, {"results": [{"selectionId": 1, "status": "PLACED"}]}, ".results[0].status", '"PLACED" is not a result'),
    ],
)
def test_a_settlement_says_what_the_type_of_its_market_asks_for(
    market: str, content: dict[str, Any], path: str, says: str
) -> None:
    complaint = complaint_about(afternoon({"at": "+PT1H", "market": market, "do": "settle", **content}))

    assert complaint.path == f"$.schedule[0]{path}"
    assert says in complaint.problem
    assert complaint.problem.endswith((".", "?"))


@pytest.mark.parametrize(
    ("content", "path", "says"),
    [
        ({}, "", "selectionId"),
        ({"selectionId": 9}, ".selectionId", "no runner 9"),
        ({"selectionId": 1, "handicap": 1}, ".handicap", "no runner 1 with handicap 1"),
        ({"selectionId": 1, "adjustmentFactor": 100}, ".adjustmentFactor", "at most 99.999, not 100"),
        ({"selectionId": 1, "adjustmentFactor": 9.1001}, ".adjustmentFactor", "9.1001 has more than three decimals"),
        ({"selectionId": 1, "adjustmentFactor": -0.01}, ".adjustmentFactor", "at least 0, not -0.01"),
    ],
)
def test_a_removal_names_a_runner_and_a_factor_that_can_be(content: dict[str, Any], path: str, says: str) -> None:
    complaint = complaint_about(afternoon({"at": "+PT1H", "market": WIN, "do": "remove", **content}))

    assert complaint.path == f"$.schedule[0]{path}"
    assert says in complaint.problem

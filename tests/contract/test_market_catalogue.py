"""listMarketCatalogue tells what it is asked for, in the order it is asked for, and never more than it may."""

import json
from typing import Any, Final

import pytest

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.world.format.scenario import ChangeStartTime, IntroduceRunner
from simulator.world.inputs import Add
from simulator.world.loading.loading import load_additions
from simulator.world.world import World
from tests.contract.listing_worlds import ask, bet, fair, listed
from tests.scenario import SOCCER, asian_handicap, event, market, scenario, sides

CUP: Final = event(
    "777",
    "Cup",
    SOCCER,
    market("1.777", "Winner", "WINNER", "Town", complete=False),
    starts="2030-01-01T00:00:00Z",
)


@pytest.fixture(scope="module")
def world() -> World:
    return fair()


def catalogue(world: World, **parameters: Any) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = ask(world, "listMarketCatalogue", {"filter": {}, "maxResults": 100, **parameters})
    return answer


def one(world: World, market_id: str, *projections: str) -> dict[str, Any]:
    (market,) = catalogue(world, filter={"marketIds": [market_id]}, marketProjection=projections)
    return market


# Projections

PROJECTIONS = {
    "MARKET_START_TIME": ["marketId", "marketName", "marketStartTime", "totalMatched"],
    "MARKET_DESCRIPTION": ["marketId", "marketName", "description", "totalMatched"],
    "RUNNER_DESCRIPTION": ["marketId", "marketName", "totalMatched", "runners"],
    "RUNNER_METADATA": ["marketId", "marketName", "totalMatched", "runners"],
    "EVENT_TYPE": ["marketId", "marketName", "totalMatched", "eventType"],
    "COMPETITION": ["marketId", "marketName", "totalMatched", "competition"],
    "EVENT": ["marketId", "marketName", "totalMatched", "event"],
}


def test_without_a_projection_there_are_id_name_and_volume(world: World) -> None:
    """What was not asked for is absent."""
    assert {"marketId": "1.31", "marketName": "Match Odds", "totalMatched": 16.0} == one(world, "1.31")


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_projection(world: World, projection: str) -> None:
    """Each projection brings its own member, in the recorded place."""
    assert PROJECTIONS[projection] == list(one(world, "1.11", projection))


def test_all_projections_together(world: World) -> None:
    """The members stand in the recorded order, however the projections were ordered."""
    assert [
        "marketId",
        "marketName",
        "marketStartTime",
        "description",
        "totalMatched",
        "runners",
        "eventType",
        "competition",
        "event",
    ] == list(one(world, "1.11", *sorted(PROJECTIONS)))


def test_a_market_without_a_competition_mentions_none(world: World) -> None:
    """Absent beats null also for what was asked for."""
    assert ["marketId", "marketName", "totalMatched"] == list(one(world, "1.21", "COMPETITION"))


def test_runners_come_by_their_priority_and_without_metadata(world: World) -> None:
    """RUNNER_DESCRIPTION alone brings no metadata."""
    assert [
        {"selectionId": 102, "runnerName": "Reading", "handicap": 0.5, "sortPriority": 1},
        {"selectionId": 101, "runnerName": "Arsenal", "handicap": -0.5, "sortPriority": 2},
    ] == one(world, "1.12", "RUNNER_DESCRIPTION")["runners"]


def test_metadata_bring_the_runners_with_them(world: World) -> None:
    """Values are texts or null, those of the scenario; where it says nothing, the runner's id is its selection's."""
    sea_fever, moonshot = one(world, "1.21", "RUNNER_METADATA")["runners"]

    assert {
        "selectionId": 201,
        "runnerName": "Sea Fever",
        "handicap": 0.0,
        "sortPriority": 1,
        "metadata": {"runnerId": "777", "AGE": "7", "WEARING": None, "JOCKEY_NAME": "Paddy Brennan"},
    } == sea_fever
    assert {"runnerId": "202"} == moonshot["metadata"]


# Descriptions


def test_description_of_a_match(world: World) -> None:
    """Members come in the recorded order; those that do not apply are absent."""
    expected = {
        "persistenceEnabled": True,
        "bspMarket": False,
        "marketTime": "2026-06-06T18:00:00.000Z",
        "suspendTime": "2026-06-06T18:00:00.000Z",
        "bettingType": "ODDS",
        "turnInPlayEnabled": True,
        "marketType": "MATCH_ODDS",
        "regulator": "MALTA LOTTERIES AND GAMBLING AUTHORITY",
        "marketBaseRate": 5.0,
        "discountAllowed": True,
        "wallet": "UK wallet",
        "rules": "<b>Who will win?</b>",
        "rulesHasDate": True,
        "clarifications": "Ninety minutes.",
        "priceLadderDescription": {"type": "CLASSIC"},
    }
    description = one(world, "1.11", "MARKET_DESCRIPTION")["description"]

    assert expected == description
    assert list(expected) == list(description)


def test_description_of_a_race(world: World) -> None:
    """A race has its type, times of suspension and settlement where known, and its own commission."""
    description = one(world, "1.21", "MARKET_DESCRIPTION")["description"]

    assert "Flat" == description["raceType"]
    assert "2026-06-06T17:35:00.000Z" == description["suspendTime"]
    assert "2026-06-06T18:30:00.000Z" == description["settleTime"]
    assert description["bspMarket"] is True
    assert (2.5, False) == (description["marketBaseRate"], description["discountAllowed"])
    assert {"eachWayDivisor", "lineRangeInfo", "clarifications", "betDelayModels"}.isdisjoint(description)


def test_description_of_an_each_way_market(world: World) -> None:
    """The divisor is there on each-way markets."""
    assert 5.0 == one(world, "1.22", "MARKET_DESCRIPTION")["description"]["eachWayDivisor"]


def test_of_a_selection_on_several_lines_the_last_has_the_metadata() -> None:
    """Recorded in 2023: of 66 runners of an Asian handicap two have metadata, the last of either side."""
    asian = asian_handicap("1.9", *sides("Rangers", "Celtic", -0.5, -1))
    world = listed(scenario(event("9", "Rangers v Celtic", SOCCER, asian)))

    runners = one(world, "1.9", "RUNNER_METADATA")["runners"]

    assert [(1, -0.5, False), (2, 0.5, False), (1, -1.0, True), (2, 1.0, True)] == [
        (runner["selectionId"], runner["handicap"], "metadata" in runner) for runner in runners
    ]


def test_description_of_a_line_market(world: World) -> None:
    """The lines are there on line markets, and the ladder that goes with them."""
    description = one(world, "1.41", "MARKET_DESCRIPTION")["description"]

    lines = {"maxUnitValue": 300.5, "minUnitValue": -10.5, "interval": 0.5, "marketUnit": "points"}
    assert lines == description["lineRangeInfo"]
    assert list(lines) == list(description["lineRangeInfo"])
    assert {"type": "LINE_RANGE"} == description["priceLadderDescription"]


def test_asian_handicaps_have_the_finest_ladder(world: World) -> None:
    """The ladder follows the betting type."""
    description = one(world, "1.12", "MARKET_DESCRIPTION")["description"]

    assert ("ASIAN_HANDICAP_DOUBLE_LINE", "FINEST") == (
        description["bettingType"],
        description["priceLadderDescription"]["type"],
    )


# Order

SORTS: list[tuple[str | None, list[str]]] = [
    # Event type, competition, start, ODDS before ASIAN, id; horses (7) before basketball (7522).
    (None, ["1.11", "1.13", "1.12", "1.31", "1.21", "1.22", "1.41"]),
    ("MINIMUM_TRADED", ["1.11", "1.13", "1.12", "1.22", "1.41", "1.31", "1.21"]),
    ("MAXIMUM_TRADED", ["1.21", "1.31", "1.11", "1.13", "1.12", "1.22", "1.41"]),
    ("MINIMUM_AVAILABLE", ["1.13", "1.12", "1.21", "1.41", "1.31", "1.22", "1.11"]),
    ("MAXIMUM_AVAILABLE", ["1.11", "1.22", "1.31", "1.13", "1.12", "1.21", "1.41"]),
    ("FIRST_TO_START", ["1.21", "1.22", "1.11", "1.13", "1.12", "1.31", "1.41"]),
    ("LAST_TO_START", ["1.41", "1.31", "1.11", "1.13", "1.12", "1.21", "1.22"]),
]


@pytest.mark.parametrize(("sort", "expected"), SORTS)
def test_sort(world: World, sort: str | None, expected: list[str]) -> None:
    """Markets come in the order asked for, equal ones by rank, which is the default."""
    assert expected == [market["marketId"] for market in catalogue(world, sort=sort)]


@pytest.mark.parametrize(("sort", "expected"), SORTS)
def test_the_first_of_the_order_are_returned(world: World, sort: str | None, expected: list[str]) -> None:
    """maxResults cuts what comes last."""
    assert expected[:3] == [market["marketId"] for market in catalogue(world, sort=sort, maxResults=3)]


def test_volume_moves_with_the_bets() -> None:
    """totalMatched counts both sides of each bet, and is that of now."""
    world = fair()
    bet(world, "alice", "1.31", 301, price=400, size=125)

    assert 18.5 == one(world, "1.31")["totalMatched"]


# How much

SIZES: list[tuple[int, list[str], str | None]] = [
    (1000, [], None),
    (1000, ["RUNNER_DESCRIPTION", "EVENT", "EVENT_TYPE", "COMPETITION", "MARKET_START_TIME"], None),
    (200, ["MARKET_DESCRIPTION"], None),
    (201, ["MARKET_DESCRIPTION"], "201 markets at 1 points each weigh more than 200"),
    (200, ["RUNNER_METADATA", "RUNNER_DESCRIPTION"], None),
    (201, ["RUNNER_METADATA"], "201 markets at 1 points each weigh more than 200"),
    (100, ["RUNNER_METADATA", "MARKET_DESCRIPTION"], None),
    (101, ["RUNNER_METADATA", "MARKET_DESCRIPTION"], "101 markets at 2 points each weigh more than 200"),
    (1001, [], "MaxResults must be less than or equal to 1000"),
    (2**31 - 1, ["MARKET_DESCRIPTION"], "MaxResults must be less than or equal to 1000"),
]


@pytest.mark.parametrize(("max_results", "projections", "refusal"), SIZES)
def test_size(world: World, max_results: int, projections: list[str], refusal: str | None) -> None:
    """Up to 1000 results and 200 points are answered; one more is TOO_MUCH_DATA, with the recorded text for results."""
    if refusal is None:
        assert 7 == len(catalogue(world, maxResults=max_results, marketProjection=projections))
        return
    with pytest.raises(ApiError) as refused:
        catalogue(world, maxResults=max_results, marketProjection=projections)
    assert (ApiErrorCode.TOO_MUCH_DATA, refusal) == (refused.value.code, refused.value.details)


def test_named_markets_are_all_that_count(world: World) -> None:
    """A filter that names a few markets may ask for everything about them, whatever maxResults says."""
    projections = ["RUNNER_METADATA", "MARKET_DESCRIPTION"]

    answer = catalogue(world, filter={"marketIds": ["1.11"]}, maxResults=1000, marketProjection=projections)

    assert ["1.11"] == [market["marketId"] for market in answer]


@pytest.mark.parametrize("max_results", [0, -1, -(2**31)])
def test_less_than_one_result_is_refused(world: World, max_results: int) -> None:
    """maxResults must be greater than 0."""
    with pytest.raises(ApiError) as refused:
        catalogue(world, maxResults=max_results)

    assert refused.value.code is ApiErrorCode.INVALID_INPUT_DATA


def test_too_much_wins_over_a_filter_that_cannot_be(world: World) -> None:
    """The size of a request is looked at before its contents, its locale before both."""
    with pytest.raises(ApiError, match="TOO_MUCH_DATA"):
        catalogue(world, filter={"textQuery": "*"}, maxResults=1001)
    with pytest.raises(ApiError, match="locale"):
        catalogue(world, locale="xx", maxResults=1001)


# What changes while the world goes on


def test_another_start_time_is_listed_sorted_and_filtered_by() -> None:
    """Of the two markets the one that is put off starts last from now on."""
    world = fair()
    by_start = {"sort": "FIRST_TO_START", "marketProjection": ["MARKET_START_TIME", "MARKET_DESCRIPTION"]}
    first, *_, last = catalogue(world, **by_start)
    before_all_others = "2001-01-01T00:00:00.000Z"

    world.do(ChangeStartTime(market=last["marketId"], start_time=before_all_others)).accepted()

    listed = catalogue(world, **by_start)
    assert [last["marketId"], first["marketId"]] == [market["marketId"] for market in listed[:2]]
    assert before_all_others == listed[0]["marketStartTime"] == listed[0]["description"]["marketTime"]
    assert before_all_others == listed[0]["description"]["suspendTime"]
    early = {"marketStartTime": {"to": "2001-01-02T00:00:00Z"}}
    assert [last["marketId"]] == [market["marketId"] for market in catalogue(world, filter=early)]


def test_an_added_runner_is_listed_last() -> None:
    """In the catalogue by its name, and in the book, where a market says that it is not complete."""
    world = fair()
    world.do(Add(load_additions(json.dumps({"events": [CUP]}), "cup", world.exchange, world.catalogue))).accepted()

    world.do(IntroduceRunner(market="1.777", selection_id=9, name="Harriers", metadata={"COLOUR": "red"})).accepted()

    assert [
        {"selectionId": 1, "runnerName": "Town", "handicap": 0.0, "sortPriority": 1, "metadata": {"runnerId": "1"}},
        {
            "selectionId": 9, "runnerName": "Harriers", "handicap": 0.0, "sortPriority": 2,
            "metadata": {"COLOUR": "red", "runnerId": "9"},
        },
    ] == one(world, "1.777", "RUNNER_METADATA")["runners"]  # fmt: skip

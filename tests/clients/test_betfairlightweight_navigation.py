"""A bot written with betfairlightweight looks for markets in the navigation menu."""

from typing import Any

import pytest
from betfairlightweight import APIClient
from betfairlightweight.exceptions import StatusCodeError

from tests.clients.fair import MATCH_ODDS, WIN
from tests.clients.library import ServedWorld


def markets_below(node: dict[str, Any]) -> list[str]:
    if node["type"] == "MARKET":
        return [node["id"]]
    return [market for child in node["children"] for market in markets_below(child)]


def test_the_menu_has_every_market_that_the_catalogue_has(alice: APIClient) -> None:
    menu = alice.navigation.list_navigation()
    listed = alice.betting.list_market_catalogue(max_results=100)

    assert sorted(market.market_id for market in listed) == sorted(markets_below(menu))


def test_a_race_is_found_by_its_course_and_its_time(alice: APIClient) -> None:
    racing = next(sport for sport in alice.navigation.list_navigation()["children"] if sport["id"] == "7")
    (race,) = (child for child in racing["children"] if child["type"] == "RACE")

    assert (race["id"], race["venue"], race["startTime"]) == ("30000200.1300", "Ascot", "2026-06-06T13:00:00.000Z")
    assert WIN in markets_below(race)


def test_a_market_that_is_settled_leaves_the_menu(alice: APIClient, world: ServedWorld) -> None:
    assert MATCH_ODDS in markets_below(alice.navigation.list_navigation())
    world.control(f"markets/{MATCH_ODDS}/void")

    assert MATCH_ODDS not in markets_below(alice.navigation.list_navigation())


def test_without_a_session_there_is_no_menu(alice: APIClient) -> None:
    alice.set_session_token("nonsense")

    with pytest.raises(StatusCodeError):
        alice.navigation.list_navigation()


def test_a_race_is_watched_from_the_parade_to_the_result(alice: APIClient, world: ServedWorld) -> None:
    """By the id that the menu gives it."""
    racing = next(sport for sport in alice.navigation.list_navigation()["children"] if sport["id"] == "7")
    (race,) = (child for child in racing["children"] if child["type"] == "RACE")
    seen = []
    for verb, content in (
        ("race-status", {"status": "PARADING"}),
        ("race-status", {"status": "ATTHEPOST"}),
        ("close", None),
        ("settle", {"results": [{"selectionId": 2201, "status": "WINNER"}]}),
    ):
        world.control(f"markets/{WIN}/{verb}", content)
        (details,) = alice.scores.list_race_details(race_ids=[race["id"]])
        seen.append(details.race_status)

    assert seen == ["PARADING", "ATTHEPOST", "FINISHED", "WEIGHEDIN"]
    assert (details.meeting_id, details.response_code) == ("30000200", "OK")
    assert alice.scores.list_race_details(meeting_ids=["30000100"]) == []

"""The navigation operations count markets by what they have in common; the catalogue describes them."""

from typing import Any

import pytest

from simulator.betfair.errors import ApiError, ApiErrorCode, ProtocolError
from simulator.world.world import World
from tests.contract.listing_worlds import NAVIGATION, ask, fair, listed
from tests.scenario import with_market


@pytest.fixture(scope="module")
def world() -> World:
    return fair()


@pytest.fixture(scope="module")
def navigation() -> World:
    return listed(NAVIGATION)


# The manual's example


def test_competitions_of_markets_that_turn_in_play(navigation: World) -> None:
    """Markets without a competition are selected and bring none; a market not selected brings none either."""
    answer = ask(navigation, "listCompetitions", {"filter": {"turnInPlayEnabled": True}})

    assert [{"id": "23", "name": "World Cup 2013"}] == [found["competition"] for found in answer]


def test_events_of_markets_that_turn_in_play(navigation: World) -> None:
    """The three events of the manual, and not the one whose market stays as it is."""
    answer = ask(navigation, "listEvents", {"filter": {"turnInPlayEnabled": True}})

    assert [("24", "Arsenal Vs. Reading"), ("124", "Ascot 16th September"), ("23", "Cheltenham 17th September")] == [
        (found["event"]["id"], found["event"]["name"]) for found in answer
    ]


def test_event_types_with_line_markets(navigation: World) -> None:
    """Only basketball has a line market."""
    answer = ask(navigation, "listEventTypes", {"filter": {"marketBettingTypes": ["LINE"]}})

    assert [{"eventType": {"id": "4", "name": "Basketball"}, "marketCount": 1}] == answer


# What each operation answers

FACETS: dict[str, list[dict[str, Any]]] = {
    "listEventTypes": [
        {"eventType": {"id": "1", "name": "Soccer"}, "marketCount": 4},
        {"eventType": {"id": "7", "name": "Horse Racing"}, "marketCount": 2},
        {"eventType": {"id": "7522", "name": "Basketball"}, "marketCount": 1},
    ],
    "listCompetitions": [
        {"competition": {"id": "31", "name": "Premier League"}, "marketCount": 3, "competitionRegion": "GBR"},
        {"competition": {"id": "55", "name": "Süper Lig"}, "marketCount": 1, "competitionRegion": "TUR"},
        {"competition": {"id": "77", "name": "World Tour"}, "marketCount": 1, "competitionRegion": "International"},
    ],
    "listMarketTypes": [
        {"marketType": "MATCH_ODDS", "marketCount": 2},
        {"marketType": "ASIAN_HANDICAP", "marketCount": 1},
        {"marketType": "OVER_UNDER_25", "marketCount": 1},
        {"marketType": "WIN", "marketCount": 1},
        {"marketType": "EACH_WAY", "marketCount": 1},
        {"marketType": "TOTAL_POINTS", "marketCount": 1},
    ],
    "listCountries": [
        {"countryCode": "GB", "marketCount": 5},
        {"countryCode": "TR", "marketCount": 1},
        {"countryCode": "US", "marketCount": 1},
    ],
    "listVenues": [{"venue": "Ascot", "marketCount": 2}],
}


@pytest.mark.parametrize("operation", FACETS)
def test_facet(world: World, operation: str) -> None:
    """Every visible market is counted once, by what stands in its column; nothing there, nothing counted."""
    assert FACETS[operation] == ask(world, operation, {"filter": {}})


@pytest.mark.parametrize("operation", [*FACETS, "listEvents", "listTimeRanges", "listMarketCatalogue"])
def test_nothing_selected_is_an_empty_list(world: World, operation: str) -> None:
    """A filter that fits no market is answered with `[]`."""
    parameters = {"filter": {"eventIds": ["999"]}, "granularity": "HOURS", "maxResults": 1}

    assert [] == ask(world, operation, parameters)


def test_events_mention_what_they_have(world: World) -> None:
    """Country and venue are absent where an event has none, never null."""
    answer = ask(world, "listEvents", {"filter": {"eventTypeIds": ["7", "1"], "marketBettingTypes": ["ODDS"]}})

    ascot = {
        "id": "200",
        "name": "Ascot 6th Jun",
        "countryCode": "GB",
        "timezone": "Europe/London",
        "venue": "Ascot",
        "openDate": "2026-06-06T17:30:00.000Z",
    }
    assert {"event": ascot, "marketCount": 2} == answer[1]
    assert list(ascot) == list(answer[1]["event"])
    assert {"id", "name", "countryCode", "timezone", "openDate"} == set(answer[2]["event"])


RANGES = [
    (
        "DAYS",
        [
            ("2026-06-06T00:00:00.000Z", "2026-06-07T00:00:00.000Z", 5),
            ("2026-06-07T00:00:00.000Z", "2026-06-08T00:00:00.000Z", 1),
            ("2026-06-08T00:00:00.000Z", "2026-06-09T00:00:00.000Z", 1),
        ],
    ),
    (
        "HOURS",
        [
            ("2026-06-06T17:00:00.000Z", "2026-06-06T18:00:00.000Z", 2),
            ("2026-06-06T18:00:00.000Z", "2026-06-06T19:00:00.000Z", 3),
            ("2026-06-07T23:00:00.000Z", "2026-06-08T00:00:00.000Z", 1),
            ("2026-06-08T00:00:00.000Z", "2026-06-08T01:00:00.000Z", 1),
        ],
    ),
    (
        "MINUTES",
        [
            ("2026-06-06T17:30:00.000Z", "2026-06-06T17:31:00.000Z", 2),
            ("2026-06-06T18:00:00.000Z", "2026-06-06T18:01:00.000Z", 3),
            ("2026-06-07T23:59:00.000Z", "2026-06-08T00:00:00.000Z", 1),
            ("2026-06-08T00:00:00.000Z", "2026-06-08T00:01:00.000Z", 1),
        ],
    ),
]


@pytest.mark.parametrize(("granularity", "expected"), RANGES)
def test_time_ranges(world: World, granularity: str, expected: list[tuple[str, str, int]]) -> None:
    """Ranges begin on whole days, hours or minutes, ascend, and are there only where a market starts."""
    answer = ask(world, "listTimeRanges", {"filter": {}, "granularity": granularity})

    assert expected == [
        (found["timeRange"]["from"], found["timeRange"]["to"], found["marketCount"]) for found in answer
    ]


def test_the_last_range_ends_with_time() -> None:
    """A market that starts on the last day of the year 9999 has a range too."""
    world = listed(with_market(NAVIGATION, "1.9000", startTime="9999-12-31T23:59:59.999Z"))

    answer = ask(world, "listTimeRanges", {"filter": {"eventIds": ["30"]}, "granularity": "DAYS"})

    assert {"from": "9999-12-31T00:00:00.000Z", "to": "9999-12-31T23:59:59.999Z"} == answer[0]["timeRange"]


# Locale


@pytest.mark.parametrize("locale", ["en", "en_GB", "es", "pt-BR", "", None])
def test_locale_is_accepted(world: World, locale: str | None) -> None:
    """A language, with or without a country, changes nothing: names are there in one language."""
    assert FACETS["listVenues"] == ask(world, "listVenues", {"filter": {}, "locale": locale})


@pytest.mark.parametrize("locale", ["english", "xx", "e", "en_UK", "en_", "_GB", "en_GB_x", "1"])
@pytest.mark.parametrize("operation", [*FACETS, "listEvents", "listMarketCatalogue"])
def test_locale_is_refused(world: World, operation: str, locale: str) -> None:
    """What is no language is INVALID_INPUT_DATA with the documented text."""
    with pytest.raises(ApiError) as refused:
        ask(world, operation, {"filter": {}, "locale": locale, "maxResults": 1})

    expected = (ApiErrorCode.INVALID_INPUT_DATA, "locale must use valid ISO 639 names")
    assert expected == (refused.value.code, refused.value.details)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("listEventTypes", {}),
        ("listTimeRanges", {"filter": {}}),
        ("listTimeRanges", {"filter": {}, "granularity": "WEEKS"}),
        ("listMarketCatalogue", {"filter": {}}),
        ("listMarketCatalogue", {"filter": {}, "maxResults": "many"}),
        ("listMarketCatalogue", {"filter": {}, "maxResults": 1, "sort": "RANK"}),
        ("listMarketCatalogue", {"filter": {}, "maxResults": 1, "marketProjection": ["PRICES"]}),
        ("listEvents", {"filter": {"marketBettingTypes": ["odds"]}}),
        ("listEvents", {"filter": {"eventIds": "27165685"}}),
        ("listEvents", {"filter": {"marketStartTime": {"from": "yesterday"}}}),
        ("listEvents", {"filter": {"bspOnly": "perhaps"}}),
    ],
)
def test_request_cannot_be_read(world: World, operation: str, parameters: dict[str, Any]) -> None:
    """A mandatory parameter that is missing and a value of the wrong kind never reach the operation."""
    with pytest.raises(ProtocolError):
        ask(world, operation, parameters)

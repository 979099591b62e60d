"""A bot written with betfairlightweight finds its way from the sports to the runners of a market."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from tests.clients.fair import (
    AWAY,
    DRAW,
    FINAL,
    HANDICAP,
    HOME,
    KICK_OFF,
    MATCH_ODDS,
    NOON,
    PLACED,
    SEA_FEVER,
    TOTAL_GOALS,
    WIN,
)
from tests.clients.library import ServedWorld, client_for, error_code, limit, place

ALL_PROJECTIONS = [
    "COMPETITION", "EVENT", "EVENT_TYPE", "MARKET_START_TIME", "MARKET_DESCRIPTION", "RUNNER_DESCRIPTION",
    "RUNNER_METADATA",
]  # fmt: skip


def catalogue(
    client: APIClient, *projections: str, max_results: int = 50, sort: str | None = None, **wanted: Any
) -> Any:
    """Return the catalogue of the markets that a filter selects."""
    return client.betting.list_market_catalogue(
        filter=filters.market_filter(**wanted),
        market_projection=list(projections),
        max_results=max_results,
        sort=sort,
    )


def test_the_sports_are_listed(alice: APIClient) -> None:
    found = alice.betting.list_event_types()

    assert {("1", "Soccer", 3), ("7", "Horse Racing", 2), ("2", "Tennis", 1)} == {
        (each.event_type.id, each.event_type.name, each.market_count) for each in found
    }


def test_the_competitions_of_a_sport_are_listed(alice: APIClient) -> None:
    (found,) = alice.betting.list_competitions(filter=filters.market_filter(event_type_ids=["1"]))

    assert ("31", "Northern League", "GBR", 3) == (
        found.competition.id,
        found.competition.name,
        found.competition_region,
        found.market_count,
    )


@pytest.mark.parametrize(
    ("granularity", "starts"),
    [
        ("DAYS", [datetime(2026, 6, 6, tzinfo=UTC), datetime(2026, 6, 7, tzinfo=UTC)]),
        ("HOURS", [datetime(2026, 6, 6, 13, tzinfo=UTC), KICK_OFF, datetime(2026, 6, 7, 13, tzinfo=UTC)]),
    ],
)
def test_the_times_at_which_markets_start_are_listed(
    alice: APIClient, granularity: str, starts: list[datetime]
) -> None:
    found = alice.betting.list_time_ranges(granularity=granularity)

    length = timedelta(days=1) if granularity == "DAYS" else timedelta(hours=1)
    assert [(start, start + length) for start in starts] == [
        (each.time_range._from, each.time_range.to) for each in found
    ]
    assert 6 == sum(each.market_count for each in found)


def test_the_events_of_a_day_are_listed(alice: APIClient) -> None:
    """Whichever way the library's user writes the day."""
    for day in (
        filters.time_range(from_=NOON, to=NOON + timedelta(hours=12)),
        filters.time_range(from_="2026-06-06T12:00:00Z", to="2026-06-07"),
    ):
        found = alice.betting.list_events(filter=filters.market_filter(market_start_time=day))

        assert {"Arden Town v Brook Rovers", "Ascot 6th Jun"} == {each.event.name for each in found}
        race = next(each.event for each in found if each.event.venue)
        assert ("30000200", "Ascot", "GB", "Europe/London") == (race.id, race.venue, race.country_code, race.time_zone)
        assert NOON + timedelta(hours=1) == race.open_date


def test_the_types_countries_and_venues_of_markets_are_listed(alice: APIClient) -> None:
    types = alice.betting.list_market_types()
    countries = alice.betting.list_countries()
    venues = alice.betting.list_venues()

    assert {"MATCH_ODDS": 2, "TOTAL_GOALS": 1, "ASIAN_HANDICAP": 1, "WIN": 1, "PLACE": 1} == {
        each.market_type: each.market_count for each in types
    }
    assert {"GB": 5, "FR": 1} == {each.country_code: each.market_count for each in countries}
    assert {"Ascot": 2} == {each.venue: each.market_count for each in venues}


def test_a_market_is_described_as_far_as_it_is_asked_for(alice: APIClient) -> None:
    """Without projections a catalogue names the market; each projection adds its part."""
    (bare,) = catalogue(alice, market_ids=[MATCH_ODDS])
    parts = [bare.market_start_time, bare.description, bare.event_type, bare.competition, bare.event]

    assert (MATCH_ODDS, "Match Odds", 0.0) == (bare.market_id, bare.market_name, bare.total_matched)
    assert [None] * 5 == parts
    assert [] == bare.runners

    (full,) = catalogue(alice, *ALL_PROJECTIONS, market_ids=[MATCH_ODDS])
    assert (KICK_OFF, "Soccer", "Northern League", "30000100") == (
        full.market_start_time,
        full.event_type.name,
        full.competition.name,
        full.event.id,
    )
    assert [(HOME, "Arden Town", 1), (AWAY, "Brook Rovers", 2), (DRAW, "The Draw", 3)] == [
        (runner.selection_id, runner.runner_name, runner.sort_priority) for runner in full.runners
    ]
    described = full.description
    assert ("ODDS", "MATCH_ODDS", True, False) == (
        described.betting_type,
        described.market_type,
        described.turn_in_play_enabled,
        described.bsp_market,
    )
    assert (KICK_OFF, KICK_OFF, 5.0, "<b>Who will win?</b>") == (
        described.market_time,
        described.suspend_time,
        described.market_base_rate,
        described.rules,
    )
    assert ("CLASSIC", None) == (described.price_ladder_description.type, described.line_range_info)


def test_metadata_come_with_their_runners(alice: APIClient) -> None:
    """A value that is not known is null, as recorded."""
    (market,) = catalogue(alice, "RUNNER_METADATA", market_ids=[WIN])

    assert SEA_FEVER == market.runners[0].selection_id
    assert {"runnerId": "2201", "WEARING": None} == market.runners[0].metadata


def test_lines_and_handicaps_are_described(alice: APIClient) -> None:
    (line,) = catalogue(alice, *ALL_PROJECTIONS, market_ids=[TOTAL_GOALS])
    (asian,) = catalogue(alice, *ALL_PROJECTIONS, market_ids=[HANDICAP])

    lines = line.description.line_range_info
    assert (0.5, 9.5, 1.0, "goals") == (lines.min_unit_value, lines.max_unit_value, lines.interval, lines.market_unit)
    assert [(HOME, -0.5), (AWAY, 0.5), (HOME, 0.0), (AWAY, 0.0)] == [
        (runner.selection_id, runner.handicap) for runner in asian.runners
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"text_query": "Arden*"}, {MATCH_ODDS, TOTAL_GOALS, HANDICAP}),
        ({"event_type_ids": [7]}, {WIN, PLACED}),
        ({"event_ids": ["30000300"]}, {FINAL}),
        ({"competition_ids": ["31"], "market_betting_types": ["ODDS"]}, {MATCH_ODDS}),
        ({"market_ids": [WIN, FINAL]}, {WIN, FINAL}),
        ({"venues": ["Ascot"], "bsp_only": True}, {WIN}),
        ({"turn_in_play_enabled": True}, {MATCH_ODDS, FINAL}),
        ({"in_play_only": True}, set()),
        ({"market_countries": ["FR"]}, {FINAL}),
        ({"market_type_codes": ["WIN", "PLACE"]}, {WIN, PLACED}),
        ({"market_start_time": filters.time_range(from_="2026-06-07T00:00:00Z")}, {FINAL}),
        ({"race_types": ["Flat"]}, {WIN, PLACED}),
        ({"with_orders": ["EXECUTABLE"]}, {WIN}),
        ({"bet_delay_models": ["PASSIVE"]}, set()),
    ],
)
def test_every_filter_of_the_library_selects_markets(
    alice: APIClient, wanted: dict[str, Any], expected: set[str]
) -> None:
    """Each field that `filters.market_filter` can fill in restricts what is found."""
    place(alice, WIN, limit(SEA_FEVER, "BACK", 10, 2))

    assert expected == {market.market_id for market in catalogue(alice, **wanted)}


def test_markets_come_in_the_order_asked_for(alice: APIClient) -> None:
    first = catalogue(alice, sort="FIRST_TO_START", max_results=2)
    last = catalogue(alice, sort="LAST_TO_START", max_results=1)
    busiest = catalogue(alice, sort="MAXIMUM_AVAILABLE", max_results=1)

    assert [WIN, PLACED] == [market.market_id for market in first]
    assert [FINAL, MATCH_ODDS] == [market.market_id for market in last + busiest]


def test_a_lightweight_client_gets_the_answers_as_they_are(world: ServedWorld) -> None:
    with client_for(world.served, world.accounts[0], lightweight=True) as client:
        client.login_interactive()

        assert [{"venue": "Ascot", "marketCount": 2}] == client.betting.list_venues()


def test_too_much_data_is_an_api_error(alice: APIClient) -> None:
    """More results than may be asked for, and more weight than a request may have."""
    with pytest.raises(APIError, match="MaxResults must be less than or equal to 1000") as refusal:
        catalogue(alice, max_results=1001)
    assert error_code(refusal.value) == "TOO_MUCH_DATA"
    with pytest.raises(APIError) as refusal:
        catalogue(alice, "MARKET_DESCRIPTION", "RUNNER_METADATA", max_results=101)
    assert error_code(refusal.value) == "TOO_MUCH_DATA"


def test_what_makes_no_sense_is_an_api_error(alice: APIClient) -> None:
    """Unknown words do not fit the interface; known words in the wrong place are invalid input."""
    with pytest.raises(APIError, match="DSC-0018"):
        alice.betting.list_time_ranges(granularity="WEEKS")
    with pytest.raises(APIError) as refusal:
        catalogue(alice, market_countries=["England"])
    assert error_code(refusal.value) == "INVALID_INPUT_DATA"

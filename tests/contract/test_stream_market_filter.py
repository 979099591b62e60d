"""A market subscription takes the markets that fulfil every condition of its filter."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.stream_theatre import StreamTheatre, streaming
from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    asian_handicap,
    event,
    line,
    loaded,
    match_odds,
    place,
    scenario,
    sides,
    win,
)

WIN, PLACE, ODDS, HANDICAP, LINE = "1.1", "1.2", "1.3", "1.4", "1.5"
EVERYTHING = [WIN, PLACE, ODDS, HANDICAP, LINE]
SCENARIO = scenario(
    event(
        "10",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(WIN, "Sea Fever", "Moonshot", bspMarket=True, turnInPlay=True, raceType="Flat"),
        place(PLACE, "Sea Fever", "Moonshot", "Old Tom"),
        venue="Ascot",
        countryCode="GB",
    ),
    event(
        "20",
        "Lens v Lille",
        SOCCER,
        match_odds(ODDS, "Lens", "Lille", turnInPlay=True),
        asian_handicap(HANDICAP, *sides("Lens", "Lille", -0.5), betDelayModels=["PASSIVE", "DYNAMIC"]),
        line(LINE),
        countryCode="FR",
    ),
)


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with streaming(loaded(SCENARIO)) as theatre:
        yield theatre


def taken(theatre: StreamTheatre, **conditions: Any) -> list[str]:
    """Return the markets of an image."""
    image = theatre.client().subscribe_to_markets(marketFilter=conditions, fields=["EX_MARKET_DEF"])
    return [market["id"] for market in image.get("mc", ())]


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("marketIds", [ODDS, WIN, "1.999"], [WIN, ODDS]),
        ("bettingTypes", ["LINE", "ASIAN_HANDICAP_DOUBLE_LINE"], [HANDICAP, LINE]),
        ("eventTypeIds", [HORSE_RACING], [WIN, PLACE]),
        ("eventIds", ["20", "99"], [ODDS, HANDICAP, LINE]),
        ("marketTypes", ["WIN", "MATCH_ODDS"], [WIN, ODDS]),
        ("venues", ["Ascot"], [WIN, PLACE]),
        ("countryCodes", ["FR"], [ODDS, HANDICAP, LINE]),
        ("raceTypes", ["Flat"], [WIN]),
        ("raceTypes", ["NO_VALUE"], [PLACE, ODDS, HANDICAP, LINE]),
        ("betDelayModels", ["DYNAMIC"], [HANDICAP]),
        ("bspMarket", True, [WIN]),
        ("bspMarket", False, [PLACE, ODDS, HANDICAP, LINE]),
        ("turnInPlayEnabled", True, [WIN, ODDS]),
        ("turnInPlayEnabled", False, [PLACE, HANDICAP, LINE]),
    ],
)
def test_each_condition_takes_the_markets_of_its_values(
    theatre: StreamTheatre, condition: str, values: Any, expected: list[str]
) -> None:
    assert sorted(taken(theatre, **{condition: values})) == expected


@pytest.mark.parametrize(
    "condition",
    ["marketIds", "bettingTypes", "eventTypeIds", "eventIds", "marketTypes", "venues", "countryCodes", "raceTypes",
     "betDelayModels"],
)  # fmt: skip
@pytest.mark.parametrize("nothing", [None, []])
def test_a_list_without_values_is_no_condition(
    theatre: StreamTheatre, condition: str, nothing: list[str] | None
) -> None:
    assert taken(theatre, **{condition: nothing}) == EVERYTHING


def test_every_condition_has_to_be_fulfilled(theatre: StreamTheatre) -> None:
    assert taken(theatre, eventTypeIds=[HORSE_RACING], turnInPlayEnabled=True) == [WIN]
    assert taken(theatre, marketIds=[WIN, ODDS], countryCodes=["FR"]) == [ODDS]
    assert taken(theatre, venues=["Ascot"], countryCodes=["FR"]) == []

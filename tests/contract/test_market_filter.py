"""A market filter selects the markets it describes, all fields together, and refuses what describes nothing."""

import json
from typing import Any

import msgspec
import pytest

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_inputs import MarketFilter
from simulator.exchange.commands import CancelOrders
from simulator.world.format.scenario import ChangeStartTime
from simulator.world.inputs import Add, Restore
from simulator.world.loading.loading import load_additions
from simulator.world.snapshot import encode_snapshot
from simulator.world.world import World
from tests import scenario
from tests.contract.listing_worlds import EVERYTHING, ask, fair
from tests.scenario import event, match_odds, world_of

SOCCER = ["1.11", "1.12", "1.13", "1.31"]


@pytest.fixture(scope="module")
def world() -> World:
    return fair()


def selected(world: World, wanted: dict[str, Any], username: str = "alice") -> list[str]:
    answer = ask(world, "listMarketCatalogue", {"filter": wanted, "maxResults": 1000}, username)
    return sorted(market["marketId"] for market in answer)


SELECTIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, EVERYTHING),
    # Identities
    ({"eventTypeIds": ["1"]}, SOCCER),
    ({"eventTypeIds": [7]}, ["1.21", "1.22"]),
    ({"eventTypeIds": ["1", "7522"]}, [*SOCCER, "1.41"]),
    ({"eventTypeIds": ["2"]}, []),
    ({"eventIds": ["200"]}, ["1.21", "1.22"]),
    ({"eventIds": ["200", "300", "999"]}, ["1.21", "1.22", "1.31"]),
    ({"competitionIds": ["31"]}, ["1.11", "1.12", "1.13"]),
    ({"competitionIds": ["31", "55"]}, SOCCER),
    ({"marketIds": ["1.22", "1.11"]}, ["1.11", "1.22"]),
    ({"marketIds": ["1.999"]}, []),
    ({"marketIds": ["1.51", "1.52"]}, []),
    ({"venues": ["Ascot"]}, ["1.21", "1.22"]),
    ({"venues": ["ascot"]}, []),
    ({"exchangeIds": ["2"]}, EVERYTHING),
    # Kinds
    ({"bspOnly": True}, ["1.21"]),
    ({"bspOnly": False}, ["1.11", "1.12", "1.13", "1.22", "1.31", "1.41"]),
    ({"turnInPlayEnabled": True}, ["1.11", "1.12", "1.31"]),
    ({"turnInPlayEnabled": False}, ["1.13", "1.21", "1.22", "1.41"]),
    ({"inPlayOnly": True}, ["1.11"]),
    ({"inPlayOnly": False}, EVERYTHING[1:]),
    ({"marketBettingTypes": ["LINE"]}, ["1.41"]),
    ({"marketBettingTypes": ["LINE", "ASIAN_HANDICAP_DOUBLE_LINE"]}, ["1.12", "1.41"]),
    ({"marketBettingTypes": ["RANGE"]}, []),
    ({"marketTypeCodes": ["WIN", "EACH_WAY"]}, ["1.21", "1.22"]),
    ({"marketTypeCodes": ["NO_SUCH_TYPE"]}, []),
    ({"raceTypes": ["Flat"]}, ["1.21", "1.22"]),
    ({"raceTypes": ["Hurdle"]}, []),
    ({"betDelayModels": ["PASSIVE", "DYNAMIC"]}, []),
    ({"marketCountries": ["TR", "US"]}, ["1.31", "1.41"]),
    ({"marketCountries": ["FR"]}, []),
    # Times: both ends count
    ({"marketStartTime": {"from": "2026-06-06T18:00:00Z", "to": "2026-06-06T18:00:00Z"}}, ["1.11", "1.12", "1.13"]),
    ({"marketStartTime": {"from": "2026-06-06T18:00:00.001Z"}}, ["1.31", "1.41"]),
    ({"marketStartTime": {"to": "2026-06-06T17:59:59.999Z"}}, ["1.21", "1.22"]),
    ({"marketStartTime": {"from": "2026-06-07T23:59:59.999Z", "to": "2026-06-07T23:59:59.999Z"}}, ["1.31"]),
    ({"marketStartTime": {"from": "2026-06-08", "to": "2026-06-06"}}, []),
    ({"marketStartTime": {}}, EVERYTHING),
    # Own orders
    ({"withOrders": ["EXECUTABLE"]}, ["1.22"]),
    ({"withOrders": ["EXECUTION_COMPLETE"]}, ["1.31"]),
    ({"withOrders": ["EXECUTABLE", "EXECUTION_COMPLETE"]}, ["1.22", "1.31"]),
    ({"withOrders": ["EXECUTABLE"], "marketIds": ["1.22", "1.31"]}, ["1.22"]),
    ({"withOrders": ["EXECUTABLE", "EXECUTION_COMPLETE"], "eventTypeIds": ["1"]}, ["1.31"]),
    # Texts: names of market, event, competition and event type, and venues
    ({"textQuery": "Arsenal"}, ["1.11", "1.12", "1.13"]),
    ({"textQuery": "arsenal READING"}, ["1.11", "1.12", "1.13"]),
    ({"textQuery": "Arsenal Galatasaray"}, []),
    ({"textQuery": "match odds"}, ["1.11", "1.31"]),
    ({"textQuery": "Premier League"}, ["1.11", "1.12", "1.13"]),
    ({"textQuery": "soccer"}, SOCCER),
    ({"textQuery": "Ascot"}, ["1.21", "1.22"]),
    ({"textQuery": "FENERBAHÇE"}, ["1.31"]),
    ({"textQuery": "Over/Under 2.5"}, ["1.13"]),
    ({"textQuery": "Ars"}, []),
    ({"textQuery": "Ars*"}, ["1.11", "1.12", "1.13"]),
    ({"textQuery": "ga*ra*y"}, ["1.31"]),
    ({"textQuery": "galata*saray"}, ["1.31"]),
    # What begins a word and what ends it must not overlap: "tasa" is there once only.
    ({"textQuery": "galatasa*tasaray"}, []),
    ({"textQuery": "arsenal*"}, ["1.11", "1.12", "1.13"]),
    ({"textQuery": "a*a"}, []),
    ({"textQuery": "Sea Fever"}, []),
    ({"textQuery": ""}, EVERYTHING),
    ({"textQuery": "?!"}, []),
    ({"textQuery": " *"}, []),
    ({"textQuery": "(*) ars*"}, ["1.11", "1.12", "1.13"]),
    # Several fields, all of which must hold
    ({"eventTypeIds": ["1"], "marketCountries": ["GB"], "turnInPlayEnabled": True}, ["1.11", "1.12"]),
    ({"eventTypeIds": ["1"], "venues": ["Ascot"]}, []),
    ({"marketIds": ["1.11", "1.21"], "eventTypeIds": ["7"]}, ["1.21"]),
    # What does not restrict
    ({"eventTypeIds": [], "marketIds": [], "withOrders": [], "venues": []}, EVERYTHING),
    ({"eventTypeIds": None, "bspOnly": None}, EVERYTHING),
    ({"turnsInPlay": True}, EVERYTHING),
]


@pytest.mark.parametrize(("wanted", "expected"), SELECTIONS, ids=lambda value: str(value)[:60])
def test_filter_selects(world: World, wanted: dict[str, Any], expected: list[str]) -> None:
    """Each filter selects exactly these visible markets of the fair."""
    assert expected == selected(world, wanted)


def test_every_field_of_the_filter_is_in_the_table() -> None:
    """No field of MarketFilter goes without a row of its own."""
    told = {field for wanted, _ in SELECTIONS for field in wanted}

    assert set(MarketFilter.__struct_encode_fields__) <= told


def test_orders_are_those_of_the_caller(world: World) -> None:
    """withOrders looks at the orders of the account that asks."""
    assert ["1.21", "1.31"] == selected(world, {"withOrders": ["EXECUTION_COMPLETE"]}, "bob")
    assert [] == selected(world, {"withOrders": ["EXECUTABLE"]}, "bob")


def test_an_order_that_is_cancelled_is_complete() -> None:
    """A market moves from EXECUTABLE to EXECUTION_COMPLETE when nothing of the order remains."""
    world = fair()
    world.do(CancelOrders("alice", "1.22")).accepted()

    assert [] == selected(world, {"withOrders": ["EXECUTABLE"]})
    assert ["1.22", "1.31"] == selected(world, {"withOrders": ["EXECUTION_COMPLETE"]})


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"marketIds": ["abc"]}, "market id passed is invalid"),
    ({"marketIds": ["1.11", ""]}, "market id passed is invalid"),
    ({"marketCountries": ["GBR"]}, "country code must use valid ISO2 country code name"),
    ({"marketCountries": ["GB", "gb"]}, "country code must use valid ISO2 country code name"),
    ({"marketCountries": ["ZZ"]}, "country code must use valid ISO2 country code name"),
    ({"textQuery": "*senal"}, "text query has invalid content"),
    ({"textQuery": "a" * 256}, "text query has invalid content"),
    ({"withOrders": ["PENDING"]}, "withOrders cannot look for PENDING"),
    ({"withOrders": ["EXECUTABLE", "EXPIRED"]}, "withOrders cannot look for EXPIRED"),
]


@pytest.mark.parametrize(("wanted", "details"), INVALID, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("operation", ["listMarketCatalogue", "listTimeRanges", "listEvents"])
def test_filter_is_refused(world: World, operation: str, wanted: dict[str, Any], details: str) -> None:
    """Contents that cannot be are INVALID_INPUT_DATA with the documented text, in every operation with a filter."""
    with pytest.raises(ApiError) as refused:
        ask(world, operation, {"filter": wanted, "maxResults": 1, "granularity": "DAYS"})

    assert (ApiErrorCode.INVALID_INPUT_DATA, details) == (refused.value.code, refused.value.details)


def test_two_hundred_and_fifty_market_ids_are_enough(world: World) -> None:
    """One market id more is REQUEST_SIZE_EXCEEDS_LIMIT; the same id twice counts once."""
    ids = [f"1.{number}" for number in range(1, 251)]

    assert EVERYTHING == selected(world, {"marketIds": [*ids, "1.1"]})
    with pytest.raises(ApiError) as refused:
        selected(world, {"marketIds": [*ids, "1.251"]})
    assert refused.value.code is ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT


def test_a_query_of_many_wildcards_is_answered_at_once(world: World) -> None:
    """No text query makes the search go back and forth: this one would take a regular expression years."""
    assert [] == selected(world, {"textQuery": "a*" * 126 + "!"})


class _NotToBeWalked(dict[str, Any]):
    def values(self) -> Any:
        raise AssertionError("a filter that names what it wants looked at everything")

    __iter__ = items = keys = values


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"marketIds": ["1.11", "1.31"]}, ["1.11", "1.31"]),
        ({"eventIds": ["100"]}, ["1.11", "1.12", "1.13"]),
        ({"withOrders": ["EXECUTABLE"]}, ["1.22"]),
    ],
)
def test_a_filter_that_names_what_it_wants_looks_at_nothing_else(wanted: dict[str, Any], expected: list[str]) -> None:
    """Markets are found by their ids, those of events, or own orders, without a walk over all of them."""
    world = fair()
    catalogue = world.catalogue
    for table in ("markets", "events", "markets_of_event"):
        setattr(catalogue, table, _NotToBeWalked(getattr(catalogue, table)))

    assert expected == selected(world, wanted)


# What changes


def test_markets_are_found_by_what_is_said_of_them_now() -> None:
    """One is put off, one is added, and the world goes back to how it was."""
    documents = [
        event(str(n), f"Match {n}", scenario.SOCCER, match_odds(f"1.{n}", "Home", "Away"), countryCode="GB")
        for n in range(10, 30)
    ]
    world = world_of(scenario.scenario(*documents))
    before = world.snapshot()
    late = {"marketStartTime": {"from": "2026-06-06T19:00:00Z"}}
    french = {"marketCountries": ["FR"]}

    def found(wanted: dict[str, Any]) -> list[str]:
        parameters = {"filter": wanted, "maxResults": 100}
        return [market["marketId"] for market in ask(world, "listMarketCatalogue", parameters)]

    assert ([], []) == (found(late), found(french))
    world.do(ChangeStartTime(market="1.12", start_time="+PT3H")).accepted()
    assert (["1.12"], []) == (found(late), found(french))
    addition = {"events": [event("9", "Final", scenario.SOCCER, match_odds("1.9", "Home", "Away"), countryCode="FR")]}
    world.do(Add(load_additions(json.dumps(addition), "final", world.exchange, world.catalogue))).accepted()
    assert (["1.12"], ["1.9"]) == (found(late), found(french))
    world.do(Restore(msgspec.Raw(encode_snapshot(before)))).accepted()
    assert ([], []) == (found(late), found(french))

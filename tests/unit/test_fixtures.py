"""The scenarios that ship with the package play, and have what their readers are promised."""

from pathlib import Path

import pytest

from simulator import data
from simulator.exchange.orders import RunnerKey
from simulator.world.clock import RealTime
from simulator.world.format.document import (
    ScenarioError,
)
from simulator.world.format.quantities import instant_of
from simulator.world.inputs import AdvanceClock, MoveToNext, SetClockRate
from simulator.world.loading.loading import load_scenario
from simulator.world.loading.named import builtin_scenario, builtin_scenario_names, scenario_called
from simulator.world.world import World


def test_the_shipped_scenarios_are_known_by_name() -> None:
    assert {"demo", "derby"} <= set(builtin_scenario_names())
    assert scenario_called("derby") is builtin_scenario("derby")


def test_any_other_name_is_that_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(data.fixture_bytes("derby.yaml"))

    assert scenario_called(str(file)) == builtin_scenario("derby")
    with pytest.raises(
        ScenarioError, match=r"nowhere\.yaml, at \$: No scenario of that name ships .*derby.* No such file"
    ):
        scenario_called("nowhere.yaml")
    with pytest.raises(ScenarioError, match="directory"):
        scenario_called(str(tmp_path))


@pytest.mark.parametrize("name", builtin_scenario_names())
def test_the_shipped_scenarios_play_to_their_end_without_a_refusal_or_a_match_of_their_own_offers(name: str) -> None:
    running = World(builtin_scenario(name))
    running.do(SetClockRate(0)).accepted()

    while running.next_due is not None:
        running.do(MoveToNext()).accepted()

    assert running.notices == []
    assert all(order.size_matched == 0 for order in running.exchange.orders.values())


@pytest.mark.parametrize("name", builtin_scenario_names())
def test_nobody_profits_from_taking_every_best_offer_of_a_shipped_market(name: str) -> None:
    """Backing every runner costs more than the winners pay, and so does laying every runner."""
    world = World(builtin_scenario(name))
    for market in world.exchange.markets.values():
        if market.is_line or market.definition.each_way_divisor is not None:
            continue
        books = [runner.book for runner in market.runners.values()]
        to_back = [book.available_to_back.best for book in books]
        to_lay = [book.available_to_lay.best for book in books]
        winners = market.definition.number_of_winners
        if winners and all(to_back):
            assert sum(100 / level.price for level in to_back if level) > winners
        if winners and all(to_lay):
            assert sum(100 / level.price for level in to_lay if level) < winners


def test_the_demo_has_the_markets_and_selections_of_the_manual_s_example() -> None:
    catalogue = World(builtin_scenario("demo")).catalogue

    event = catalogue.events["27165685"]
    assert (event.name, event.country_code, event.timezone) == ("FC Samtredia v FC Betlemi Keda", "GE", "GMT")
    assert (event.competition_id, event.competition_name) == ("2356065", "Pirveli Liga")
    markets = {market.id: market for market in catalogue.markets.values() if market.event.id == event.id}
    assert len(markets) == 15
    match_odds = markets["1.113197491"]
    assert match_odds.name == "Match Odds"
    assert {key.selection_id: runner.name for key, runner in match_odds.runners.items()} == {
        6830593: "FC Samtredia",
        6843866: "FC Betlemi Keda",
        58805: "The Draw",
    }
    assert [runner.metadata["runnerId"] for runner in match_odds.runners.values()] == [
        "63123483",
        "63123484",
        "63123485",
    ]
    asian_handicap = markets["1.113197512"]
    assert len(asian_handicap.runners) == 66
    last = list(asian_handicap.runners.values())[-1]
    assert (last.key, last.metadata["runnerId"]) == (RunnerKey(6843866, -400), "63123614")


def test_the_demo_has_a_race_with_places_and_the_manual_s_kinds_of_metadata() -> None:
    markets = World(builtin_scenario("demo")).catalogue.markets.values()
    win, place, each_way = (market for market in markets if market.event.event_type_id == "7")

    assert (win.market_type, win.definition.number_of_winners, win.definition.bsp_market) == ("WIN", 1, True)
    assert (place.market_type, place.definition.number_of_winners, place.definition.bsp_market) == ("PLACE", 3, True)
    assert (each_way.market_type, each_way.definition.number_of_winners, each_way.definition.each_way_divisor) == (
        "EACH_WAY",
        3,
        500,
    )
    for market in (place, each_way):
        assert [runner.key for runner in market.runners.values()] == [runner.key for runner in win.runners.values()]
    for runner in win.runners.values():
        assert {"JOCKEY_NAME", "TRAINER_NAME", "FORM", "AGE", "CLOTH_NUMBER", "WEIGHT_VALUE"} <= set(runner.metadata)


def test_the_demo_leaves_time_to_look_around_and_does_not_keep_one_waiting() -> None:
    noon = instant_of("2026-06-06T12:00:00Z")
    demo = World(builtin_scenario("demo"), real_time=RealTime(lambda: noon, lambda: 0.0))
    now = demo.clock.now()
    starts = {market.event.name: market.start_time - now for market in demo.catalogue.markets.values()}

    assert 0 < starts["FC Lokomotivi Tbilisi v FC Saburtalo Tbilisi"] <= 5 * 60_000
    assert starts["FC Samtredia v FC Betlemi Keda"] >= 2 * 3_600_000


def test_a_world_begins_without_matching_anything() -> None:
    for name in builtin_scenario_names():
        assert all(order.size_matched == 0 for order in World(builtin_scenario(name)).exchange.orders.values())


def test_scenarios_are_values_that_nobody_changes() -> None:
    scenario = builtin_scenario("derby")

    World(scenario).do(AdvanceClock(10_000_000)).accepted()

    assert scenario == load_scenario(data.fixture_bytes("derby.yaml"), "derby.yaml")
    with pytest.raises(AttributeError):
        scenario.name = "other"  # type: ignore[misc]

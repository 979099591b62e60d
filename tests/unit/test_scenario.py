"""A scenario is read exactly as it is written, with defaults for what is absent."""

from decimal import Decimal

import msgspec
import yaml

from simulator.exchange.orders import RunnerKey
from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, changed, load, small


def test_the_small_scenario_is_read_with_exact_numbers_and_defaults() -> None:
    scenario = load(small())

    assert scenario.name == "small"
    assert scenario.rules == "2022"
    draw = scenario.events[0].markets[0].runners[2]
    assert draw.available_to_lay == ((Decimal("3.05"), Decimal("10.01")),)
    assert draw.handicap == 0
    assert scenario.events[0].markets[0].betting_type == "ODDS"
    assert scenario.accounts[0].currency == "GBP"
    assert type(scenario.schedule[0]).__struct_config__.tag == "turn-in-play"


def test_every_field_of_the_format_is_taken() -> None:
    scenario = small()
    scenario |= {
        "description": "Everything",
        "rules": "2017",
        "sessionTimeout": "PT20M",
        "startingPriceRefresh": "PT0S",
        "currencyRates": {"EUR": 1.15},
        "delayedKeysMayBet": True,
        "translations": {"es": {"Soccer": "Fútbol"}},
    }
    scenario["accounts"][0] |= {
        "currency": "EUR",
        "balance": 12.34,
        "status": "SUSPENDED",
        "firstName": "Alice",
        "lastName": "Example",
        "locale": "es",
        "countryCode": "ES",
        "region": "ESP",
        "timezone": "Europe/Madrid",
        "discountRate": 12.5,
        "commissionRate": 2,
        "exposureLimit": 500,
        "pointsBalance": 10,
        "wallet": "UK",
    }
    scenario["events"][0] |= {"venue": "St James' Park", "meeting": "Newcastle 6th Jun"}
    scenario["events"][0]["markets"][0] |= {
        "suspendTime": "+PT6M",
        "settleTime": "+PT2H",
        "numberOfWinners": 1,
        "crossMatching": True,
        "bspMarket": True,
        "persistenceEnabled": True,
        "betDelay": 5,
        "baseRate": 6.5,
        "discountAllowed": False,
        "regulators": ["GIBRALTAR REGULATOR"],
        "runnersVoidable": True,
        "complete": False,
        "status": "SUSPENDED",
        "rules": "Who wins?",
        "rulesHasDate": True,
        "clarifications": "None.",
        "raceType": "Flat",
        "ladder": "CLASSIC",
    }
    scenario["events"][0]["markets"][0]["runners"][0] |= {
        "handicap": 0,
        "sortPriority": 3,
        "adjustmentFactor": 12.3,
        "metadata": {"AGE": 7, "WEARING": None, "JOCKEY_NAME": "Paddy"},
        "status": "ACTIVE",
    }
    scenario["events"][0]["markets"].append(
        {
            "id": "1.2",
            "name": "First Innings Runs",
            "marketType": "INNINGS_RUNS",
            "bettingType": "LINE",
            "startTime": "2026-06-06T18:00:00Z",
            "line": {"minUnitValue": 0.5, "maxUnitValue": 800.5, "interval": 1, "marketUnit": "Runs"},
            "runners": [{"selectionId": 9, "name": "Runs", "availableToBack": [[100.5, 20]]}],
        }
    )
    scenario["events"][0]["markets"].append(
        {
            "id": "1.3",
            "name": "Asian Handicap",
            "marketType": "ASIAN_HANDICAP",
            "bettingType": "ASIAN_HANDICAP_DOUBLE_LINE",
            "numberOfWinners": 0,
            "startTime": "+PT5M",
            "keyLine": [{"selectionId": 1, "handicap": -0.25}, {"selectionId": 2, "handicap": 0.25}],
            "betDelayModels": ["PASSIVE"],
            "runners": [
                {"selectionId": 1, "name": "Newcastle", "handicap": -0.25, "availableToBack": [[1.93, 20]]},
                {"selectionId": 2, "name": "Chelsea", "handicap": 0.25},
            ],
        }
    )
    scenario["events"][0]["markets"].append(
        {
            "id": "1.4",
            "name": "Each Way",
            "marketType": "EACH_WAY",
            "numberOfWinners": 2,
            "eachWayDivisor": 4,
            "startTime": "+PT5M",
            "runners": [
                {"selectionId": 1, "name": "Newcastle", "status": "REMOVED", "adjustmentFactor": 9.1},
                {"selectionId": 2, "name": "Chelsea"},
                {"selectionId": 3, "name": "The Draw"},
            ],
        }
    )
    scenario["bettune"] = {
        "users": [{"token": "alice-bettune", "plan": "free", "user": "alice"}],
        "filters": [
            {"id": 1, "name": "Home wins", "betType": "Home", "sport": 1, "status": "disabled", "user": "alice"}
        ],
        "matches": [{"id": 1611243, "date": "+PT5M", "home": "Newcastle", "away": "Chelsea", "finished": False}],
    }
    scenario["schedule"] += [
        {
            "at": "+PT5M",
            "market": "1.3",
            "do": "offers",
            "selectionId": 2,
            "handicap": 0.25,
            "availableToLay": [[2, 3]],
        },
        {"at": "+PT6M", "market": "1.3", "do": "settle", "margin": -1},
        {"at": "+PT6M", "market": "1.2", "do": "settle", "lineResult": 99.5},
        {"at": "+PT5M", "market": MARKET, "do": "reconcile"},
        {"at": "+PT5M", "market": MARKET, "do": "settle-runners", "results": [{"selectionId": 3, "status": "LOSER"}]},
        {"at": "+PT6M", "market": "1.4", "do": "remove", "selectionId": 2, "handicap": 0, "adjustmentFactor": 12.34},
        {
            "at": "+PT7M",
            "market": MARKET,
            "do": "settle",
            "results": [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "status": "WINNER", "handicap": 0}],
            "deadHeat": [1, 2],
        },
        {"at": "+PT6M", "market": "1.4", "do": "void"},
    ]

    world = World(load(scenario))

    market = world.catalogue.markets[MARKET]
    assert (market.start_time, market.suspend_time) == (1_780_768_800_000, 1_780_768_860_000)
    definition, each_way = market.definition, world.catalogue.markets["1.4"].definition
    assert (definition.base_rate, definition.each_way_divisor, definition.ladder.type) == (650, None, "CLASSIC")
    assert (each_way.each_way_divisor, each_way.number_of_winners) == (400, 2)
    assert market.runners[RunnerKey(1)].metadata == {
        "AGE": "7",
        "WEARING": None,
        "JOCKEY_NAME": "Paddy",
        "runnerId": "1",
    }
    line = world.catalogue.markets["1.2"].line
    assert line is not None
    assert (line.unit, line.minimum, line.maximum, line.interval) == ("Runs", 50, 80_050, 100)
    asian = world.catalogue.markets["1.3"]
    assert (asian.key_line, asian.bet_delay_models) == ((RunnerKey(1, -25), RunnerKey(2, 25)), ("PASSIVE",))
    assert list(world.exchange.markets["1.3"].runners) == [RunnerKey(1, -25), RunnerKey(2, 25)]
    assert world.exchange.markets["1.4"].runners[RunnerKey(1)].status == "REMOVED"
    assert world.accounts.by_username["alice"].discount_rate == 1250
    assert world.settings.currency_rates["EUR"] == Decimal("1.15")
    assert world.settings.delayed_keys_may_bet
    assert world.settings.session_timeout_milliseconds == 20 * 60_000
    assert world.settings.starting_price_refresh_milliseconds == 0


def test_norway_and_unquoted_times_stay_texts() -> None:
    text = yaml.safe_dump(changed(("events", 0, "countryCode"), "NO"))
    text = text.replace("'NO'", "NO").replace("'2026-06-06T17:55:00.000Z'", "2026-06-06T17:55:00.000Z")

    scenario = load_scenario(text, "small.yaml")

    assert scenario.events[0].country_code == "NO"
    assert scenario.clock.now == "2026-06-06T17:55:00.000Z"


def test_the_format_can_be_described_to_other_tools() -> None:
    assert "Scenario" in msgspec.json.schema(Scenario)["$defs"]

"""A small scenario with one of everything, for tests to break in one place."""

import json
from typing import Any

import pytest
import yaml

from simulator.world.format.document import (
    ScenarioError,
)
from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario

MARKET = "1.113197491"


def small() -> dict[str, Any]:
    """A scenario with one of everything, to be broken in one place a test."""
    return {
        "name": "small",
        "clock": {"now": "2026-06-06T17:55:00.000Z", "rate": 0},
        "accounts": [
            {"username": "alice", "password": "secret", "appKey": "alice-live", "delayedAppKey": "alice-delayed"},
            {"username": "bob", "password": "secret", "appKey": "bob-live", "delayedAppKey": "bob-delayed"},
        ],
        "events": [
            {
                "id": "27165685",
                "name": "Newcastle v Chelsea",
                "eventType": {"id": "1", "name": "Soccer"},
                "competition": {"id": "31", "name": "Premier League"},
                "countryCode": "GB",
                "timezone": "Europe/London",
                "openDate": "+PT5M",
                "markets": [
                    {
                        "id": MARKET,
                        "name": "Match Odds",
                        "marketType": "MATCH_ODDS",
                        "startTime": "+PT5M",
                        "turnInPlay": True,
                        "runners": [
                            {"selectionId": 1, "name": "Newcastle", "availableToLay": [[2.0, 120], [2.5, 75]]},
                            {"selectionId": 2, "name": "Chelsea", "availableToBack": [[3.0, 150]]},
                            {
                                "selectionId": 3,
                                "name": "The Draw",
                                "availableToBack": [[3.0, 250]],
                                "availableToLay": [[3.05, 10.01]],
                            },
                        ],
                    }
                ],
            }
        ],
        "bettune": {"users": [{"token": "alice-bettune", "plan": "pro"}]},
        "schedule": [{"at": "+PT5M", "market": MARKET, "do": "turn-in-play"}],
    }


def changed(place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The small scenario with one value set anew."""
    scenario = small()
    inner: Any = scenario
    for step in place[:-1]:
        inner = inner[step]
    if isinstance(inner, list) and place[-1] == len(inner):
        inner.append(value)
    else:
        inner[place[-1]] = value
    return scenario


def load(scenario: dict[str, Any]) -> Scenario:
    """Load a scenario from YAML and hold the JSON of it to the same."""
    from_json = load_scenario(json.dumps(scenario), "small.json")
    from_yaml = load_scenario(yaml.safe_dump(scenario, sort_keys=False), "small.yaml")
    assert from_json == from_yaml
    return from_yaml


def complaint_about(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text, "small.yaml")
    return caught.value

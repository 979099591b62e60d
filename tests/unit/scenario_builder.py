"""A small scenario with one of everything, for tests to break in one place."""

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml

from simulator.world.format.document import ScenarioError, read_document
from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario
from tests.scenario import SOCCER, Block, account, event, happening, match_odds, runner, scenario

MARKET = "1.113197491"


def small() -> Block:
    """A scenario with one of everything, to be broken in one place a test."""
    return scenario(
        event(
            "27165685",
            "Newcastle v Chelsea",
            SOCCER,
            match_odds(
                MARKET,
                runner(1, "Newcastle", lay=[(2.0, 120), (2.5, 75)]),
                runner(2, "Chelsea", back=[(3.0, 150)]),
                runner(3, "The Draw", back=[(3.0, 250)], lay=[(3.05, 10.01)]),
                turnInPlay=True,
            ),
            starts="+PT5M",
            competition={"id": "31", "name": "Premier League"},
            countryCode="GB",
            timezone="Europe/London",
        ),
        name="small",
        now="2026-06-06T17:55:00.000Z",
        accounts=[account("alice", balance=0), account("bob", balance=0)],
        bettune={"users": [{"token": "alice-bettune", "plan": "pro"}]},
        schedule=[happening("+PT5M", MARKET, "turn-in-play")],
    )


def changed(place: tuple[str | int, ...], value: object) -> Block:
    """The small scenario with one value set anew."""
    document = small()
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    if isinstance(inner, list) and place[-1] == len(inner):
        inner.append(value)
    else:
        inner[place[-1]] = value
    return document


def load(document: Block) -> Scenario:
    """Load a scenario from YAML and hold the JSON of it to the same."""
    from_json = load_scenario(json.dumps(document), "small.json")
    from_yaml = load_scenario(yaml.safe_dump(document, sort_keys=False), "small.yaml")
    assert from_json == from_yaml
    return from_yaml


def complaint_about(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text, "small.yaml")
    return caught.value


def as_editors_read(text: bytes) -> Any:
    """A document with numbers as JSON has them."""
    return json.loads(
        json.dumps(
            read_document(text, "scenario").data,
            default=lambda value: float(value) if isinstance(value, Decimal) else None,
        )
    )

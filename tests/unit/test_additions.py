"""What is added to a running world, or done to one of its markets, is checked against what is there."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from simulator.exchange.exchange import Exchange
from simulator.exchange.rules import RULE_SETS
from simulator.world.catalogue import Catalogue
from simulator.world.format.document import (
    ScenarioError,
)
from simulator.world.format.scenario import MakeOffers, Settle, Suspend, Withdraw
from simulator.world.loading.conversion import VERBS
from simulator.world.loading.loading import load_additions, load_happening
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, load, small


def world() -> World:
    return World(load(small()))


def additions(**content: Any) -> str:
    return json.dumps(content)


def test_markets_can_be_added_to_an_event_there_is() -> None:
    running = world()
    event = small()["events"][0]
    event["markets"][0]["id"] = "1.2"

    added = load_additions(additions(events=[event]), "body", running.exchange, running.catalogue)

    assert added.events[0].markets[0].id == "1.2"


@pytest.mark.parametrize(
    ("place", "value", "path", "says"),
    [
        (("events", 0, "name"), "Another match", "$.events[0].name", "is \"Newcastle v Chelsea\" in this world"),
        (("events", 0, "markets", 0, "id"), MARKET, "$.events[0].markets[0].id", "already"),
        (("schedule", 0, "market"), "1.3", "$.schedule[0].market", "no market"),
    ],
)  # fmt: skip
def test_additions_must_agree_with_the_world(place: tuple[str | int, ...], value: object, path: str, says: str) -> None:
    running = world()
    content: Any = {"events": small()["events"], "schedule": [{"at": "+PT1M", "market": MARKET, "do": "suspend"}]}
    content["events"][0]["markets"][0]["id"] = "1.2"
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value

    with pytest.raises(ScenarioError) as caught:
        load_additions(json.dumps(content), "body", running.exchange, running.catalogue)

    assert caught.value.path == path
    assert says in caught.value.problem


def test_what_is_done_now_needs_no_time_and_may_say_nothing() -> None:
    assert load_happening(b"", "body", "suspend", MARKET, world().exchange) == Suspend(market=MARKET)
    assert load_happening("{}", "body", "suspend", MARKET, world().exchange) == Suspend(market=MARKET)


def test_results_and_offers_are_read_from_what_is_sent() -> None:
    exchange = world().exchange

    settle = load_happening('{"results": [{"selectionId": 1, "status": "WINNER"}]}', "b", "settle", MARKET, exchange)
    offers = load_happening('{"selectionId": 1, "availableToBack": [[1.5, 2.25]]}', "b", "offers", MARKET, exchange)

    assert isinstance(settle, Settle)
    assert isinstance(offers, MakeOffers)
    assert offers.available_to_back == ((Decimal("1.5"), Decimal("2.25")),)


def test_a_runner_that_stands_in_the_address_is_not_named_again() -> None:
    exchange = world().exchange

    removal = load_happening('{"adjustmentFactor": 9.1}', "b", "remove", MARKET, exchange, selection_id=2)

    assert removal == Withdraw(market=MARKET, selection_id=2, adjustment_factor=Decimal("9.1"))
    with pytest.raises(ScenarioError, match=r"at \$\.selectionId: .* is in the address"):
        load_happening('{"selectionId": 2}', "b", "remove", MARKET, exchange, selection_id=2)


@pytest.mark.parametrize(
    ("body", "verb", "market", "path"),
    [
        ('{"do": "suspend"}', "suspend", MARKET, "$.do"),
        ('{"market": "1.2"}', "suspend", MARKET, "$.market"),
        ('{"at": "+PT5M"}', "suspend", MARKET, "$.at"),
        ('{"why": 1}', "suspend", MARKET, "$"),
        ("[]", "suspend", MARKET, "$"),
        ("{}", "suspend", "1.2", "$.market"),
        ('{"price": 2.0}', "reconcile", MARKET, "$"),
        ("{}", "explode", MARKET, "$.do"),
        ("{}", "remove", MARKET, "$"),
        ('{"selectionId": 1, "handicap": 0.25}', "remove", MARKET, "$.handicap"),
        ("{}", "settle", MARKET, "$"),
        ('{"selectionId": 1, "availableToBack": [[2.01, 2]]}', "offers", MARKET, "$.availableToBack[0][0]"),
    ],
)
def test_what_is_wrong_about_it_is_refused_at_its_place(body: str, verb: str, market: str, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_happening(body, "body", verb, market, world().exchange)

    assert caught.value.path == path


def test_the_verbs_are_those_of_the_control_api() -> None:
    assert VERBS == (
        "suspend", "resume", "turn-in-play", "reconcile", "change-start-time", "add-runner", "hide", "reinstate",
        "remove", "lapse", "close", "void", "settle",
        "resettle", "settle-runners", "offers", "race-status",
    )  # fmt: skip


def test_loading_touches_no_exchange_but_its_own() -> None:
    exchange, catalogue = Exchange(RULE_SETS["2022"]), Catalogue()
    before = copy.copy(exchange.__dict__)

    load_additions(additions(events=small()["events"]), "body", exchange, catalogue)

    assert exchange.__dict__ == before
    assert not exchange.markets
    assert not catalogue.markets

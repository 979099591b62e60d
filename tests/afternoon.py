"""A scenario with a market of every kind, in which time stands still, and bets on them."""

import json
from typing import Any

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World

WIN, PLACE, EACH_WAY, DOGS = "1.1", "1.2", "1.3", "1.4"
ASIAN, TOTAL, LINE, CUP = "1.5", "1.6", "1.7", "1.8"

HORSES = {1: 50, 2: 30, 3: 12.5, 4: 7.5}
"""Adjustment factors by selection id, in percent."""


def afternoon(*schedule: dict[str, Any]) -> dict[str, Any]:
    """The scenario. The race is a BSP market, and every runner but the line can be backed at 3.0 and laid at 4.0."""
    horses = [
        {"selectionId": number, "name": f"Horse {number}", "adjustmentFactor": factor}
        for number, factor in HORSES.items()
    ]
    teams = [
        {"selectionId": number, "name": f"Team {number}", "handicap": handicap}
        for line in (0.5, 0.75)
        for number, handicap in ((1, -line), (2, line))
    ]
    race: dict[str, Any] = {"bspMarket": True, "turnInPlay": True}
    return {
        "name": "afternoon",
        "clock": {"now": "2026-06-06T14:00:00.000Z", "rate": 0},
        "accounts": [{"username": name, "password": name, "balance": 1000} for name in ("alice", "bob")],
        "events": [
            _event("1", "Ascot", "7", [
                _market(WIN, "WIN", horses, **race),
                _market(PLACE, "PLACE", horses, numberOfWinners=2, **race),
                _market(EACH_WAY, "EACH_WAY", horses, numberOfWinners=2, eachWayDivisor=4),
            ]),
            _event("2", "Romford", "4339", [_market(DOGS, "WIN", _runners("Trap 1", "Trap 2", "Trap 3"))]),
            _event("3", "Town v Rovers", "1", [
                _market(ASIAN, "ASIAN_HANDICAP", teams, bettingType="ASIAN_HANDICAP_DOUBLE_LINE", numberOfWinners=0),
                _market(
                    TOTAL, "TOTAL_GOALS", [{"selectionId": 1, "name": "3 goals or more", "handicap": -3}],
                    bettingType="ASIAN_HANDICAP_SINGLE_LINE", numberOfWinners=0,
                ),
                _market(
                    LINE, "CORNERS", [{"selectionId": 1, "name": "Corners"}], bettingType="LINE", numberOfWinners=0,
                    line={"minUnitValue": 0.5, "maxUnitValue": 20.5, "interval": 1, "marketUnit": "Corners"},
                ),
            ]),
            _event("4", "Cup", "1", [
                _market(CUP, "WINNER", _runners("Town", "Rovers", "City", "United"), numberOfWinners=2)
            ]),
        ],
        "schedule": list(schedule),
    }  # fmt: skip


def _event(event_id: str, name: str, event_type: str, markets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": event_id,
        "name": name,
        "eventType": {"id": event_type, "name": f"Sport {event_type}"},
        "openDate": "+PT1H",
        "markets": markets,
    }


def _market(market_id: str, market_type: str, runners: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    offers = {} if market_type == "CORNERS" else {"availableToBack": [[3.0, 500]], "availableToLay": [[4.0, 500]]}
    return {
        "id": market_id,
        "name": market_type,
        "marketType": market_type,
        "startTime": "+PT1H",
        "runners": [{**runner, **offers} for runner in runners],
        **more,
    }


def _runners(*names: str) -> list[dict[str, Any]]:
    return [{"selectionId": number, "name": name} for number, name in enumerate(names, start=1)]


def market_of(scenario: dict[str, Any], market_id: str) -> dict[str, Any]:
    """The entry of a market of the scenario, to be changed."""
    markets = [market for event in scenario["events"] for market in event["markets"]]
    found: dict[str, Any] = next(market for market in markets if market["id"] == market_id)
    return found


def world_of(scenario: dict[str, Any]) -> World:
    return World(load_scenario(json.dumps(scenario), "afternoon.json"))


def bet(
    world: World,
    market: str,
    side: Side,
    price: int,
    size: int,
    *,
    runner: int = 1,
    handicap: int = 0,
    who: str = "alice",
) -> Order:
    """Place a LIMIT order that does not persist, with everything in hundredths, and return it."""
    instruction = PlaceInstruction(
        RunnerKey(runner, handicap), side, OrderType.LIMIT, price, size, Persistence.LAPSE
    )  # fmt: skip
    return _placed(world, market, instruction, who)


def back_at_starting_price(world: World, market: str, stake: int, *, runner: int = 1, who: str = "alice") -> Order:
    """Place a MARKET_ON_CLOSE order with a stake in pence, and return it."""
    instruction = PlaceInstruction(RunnerKey(runner), Side.BACK, OrderType.MARKET_ON_CLOSE, liability=stake)
    return _placed(world, market, instruction, who)


def _placed(world: World, market: str, instruction: PlaceInstruction, who: str) -> Order:
    world.do(PlaceOrders(who, market, (instruction,))).accepted()
    return list(world.exchange.orders.values())[-1]

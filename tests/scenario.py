"""Building blocks of scenarios, from a runner to the whole document, each with what is usual unless told otherwise.

What is given by keyword is written as it is in a scenario file, such as `turnInPlay=True`, and wins over what is usual.
"""

import copy
import json
from collections.abc import Iterable
from typing import Any

from simulator.world.format.scenario import Scenario
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World

Block = dict[str, Any]
"""A part of a scenario file, as JSON has it."""

START = "2026-06-06T17:00:00.000Z"
"""When the clock starts, and stands still."""
OFF = "2026-06-06T18:00:00.000Z"
"""When events and their markets start."""

SPORTS = {"1": "Soccer", "2": "Tennis", "7": "Horse Racing", "4339": "Greyhound Racing", "7522": "Basketball"}
SOCCER, TENNIS, HORSE_RACING, GREYHOUND_RACING, BASKETBALL = SPORTS


def scenario(
    *events: Block,
    name: str = "scenario",
    now: str = START,
    accounts: Iterable[Block | str] = ("alice", "bob"),
    schedule: Iterable[Block] = (),
    **more: Any,
) -> Block:
    """A whole scenario. Accounts that are named only are the usual ones."""
    return {
        "name": name,
        "clock": {"now": now, "rate": 0},
        "accounts": [account(each) if isinstance(each, str) else each for each in accounts],
        "events": list(events),
        "schedule": list(schedule),
        **more,
    }


def account(username: str, **more: Any) -> Block:
    """A customer with a thousand pounds."""
    return {
        "username": username,
        "password": "secret",
        "appKey": f"{username}-live",
        "delayedAppKey": f"{username}-delayed",
        "balance": 1000,
        **more,
    }


def event(event_id: str, name: str, sport: str, /, *markets: Block, starts: str = OFF, **more: Any) -> Block:
    """An event of a sport, known by its number. Its markets start when it does where they do not say."""
    return {
        "id": event_id,
        "name": name,
        "eventType": {"id": sport, "name": SPORTS[sport]},
        "openDate": starts,
        "markets": [{"startTime": starts, **market} for market in markets],
        **more,
    }


# Markets


def market(market_id: str, name: str, market_type: str | None, /, *runners: Block | str, **more: Any) -> Block:
    """A market of any type, or of none. The selection ids of runners that are only named are their places, from 1."""
    typed = {} if market_type is None else {"marketType": market_type}
    return {
        "id": market_id,
        "name": name,
        **typed,
        "runners": [
            runner(place, each) if isinstance(each, str) else each for place, each in enumerate(runners, start=1)
        ],
        **more,
    }


def match_odds(market_id: str, *runners: Block | str, **more: Any) -> Block:
    """Who wins a match."""
    return market(market_id, "Match Odds", "MATCH_ODDS", *runners, **more)


def win(market_id: str, *runners: Block | str, **more: Any) -> Block:
    """Who wins a race."""
    return market(market_id, "1m Hcap", "WIN", *runners, **more)


def place(market_id: str, *runners: Block | str, **more: Any) -> Block:
    """Who is among the first two of a race."""
    return market(market_id, "To Be Placed", "PLACE", *runners, **{"numberOfWinners": 2, **more})


def each_way(market_id: str, *runners: Block | str, **more: Any) -> Block:
    """Who wins a race, and who is among the first two at a quarter of the odds."""
    usual = {"numberOfWinners": 2, "eachWayDivisor": 4}
    return market(market_id, "Each Way", "EACH_WAY", *runners, **{**usual, **more})


def asian_handicap(market_id: str, *runners: Block, **more: Any) -> Block:
    """Who wins a match in which one side is ahead before it begins; see `sides`."""
    usual = {"bettingType": "ASIAN_HANDICAP_DOUBLE_LINE", "numberOfWinners": 0}
    return market(market_id, "Asian Handicap", "ASIAN_HANDICAP", *runners, **{**usual, **more})


def goal_lines(market_id: str, *runners: Block, **more: Any) -> Block:
    """How many goals there are at least."""
    usual = {"bettingType": "ASIAN_HANDICAP_SINGLE_LINE", "numberOfWinners": 0}
    return market(market_id, "Goal Lines", "TOTAL_GOALS", *runners, **{**usual, **more})


def line(market_id: str, **more: Any) -> Block:
    """How many goals there are, on lines from 0.5 to 20.5."""
    usual = {
        "bettingType": "LINE",
        "line": {"minUnitValue": 0.5, "maxUnitValue": 20.5, "interval": 1, "marketUnit": "goals"},
    }
    return market(market_id, "Total Goals", "TOTAL_GOALS", "Total Goals", **{**usual, **more})


# Runners


def runner(selection_id: int, name: str | None = None, *, back: Any = (), lay: Any = (), **more: Any) -> Block:
    """A runner, and the prices with stakes at which it can be backed and laid when the world begins."""
    offers = {"availableToBack": [list(each) for each in back], "availableToLay": [list(each) for each in lay]}
    return {
        "selectionId": selection_id,
        "name": f"Runner {selection_id}" if name is None else name,
        **{side: prices for side, prices in offers.items() if prices},
        **more,
    }


def sides(first: str, second: str, *handicaps: float, selection_ids: tuple[int, int] = (1, 2)) -> list[Block]:
    """Two sides on some lines, each the handicap of the first side."""
    here, there = selection_ids
    return [
        runner(selection_id, name, handicap=handicap)
        for line_of_first in handicaps
        for selection_id, name, handicap in ((here, first, line_of_first), (there, second, -line_of_first))
    ]


# What happens


def happening(when: str, market_id: str, verb: str, **content: Any) -> Block:
    """An entry of the schedule."""
    return {"at": when, "market": market_id, "do": verb, **content}


# Whole scenarios


def with_market(document: Block, market_id: str, **changes: Any) -> Block:
    """The scenario with something else said of one of its markets."""
    changed = copy.deepcopy(document)
    market_of(changed, market_id).update(changes)
    return changed


def market_of(document: Block, market_id: str) -> Block:
    """The entry of a market of a scenario, to be changed."""
    markets = [market for event in document["events"] for market in event["markets"]]
    found: Block = next(market for market in markets if market["id"] == market_id)
    return found


def loaded(document: Block) -> Scenario:
    """The scenario that a document is read as."""
    return load_scenario(json.dumps(document), "scenario of the test")


def world_of(document: Block) -> World:
    """A world of a scenario."""
    return World(loaded(document))

"""A recorded market that is served again is, message by message, the one that a subscriber of then had.

Two caches of betfairlightweight are compared: one is told what the file says, the other what our stream says of the
world that follows the file. Of long recordings every fourth part is followed so, and in the long run all of them:
between two parts our stream says nothing, and then in one message what has changed since.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from betfairlightweight.streaming.cache import MarketBookCache

from simulator.betfair.stream.market_view import ALL_FIELDS, MarketState, MarketView, Projection, difference
from simulator.reading_recordings import open_recordings
from simulator.recorded.sources import sources
from simulator.replay.beginning import scenario_of
from simulator.world.clock import RealTime
from simulator.world.inputs import MoveToNext
from simulator.world.world import World
from tests.evidence import STREAMS, needs
from tests.recorded.best_levels import without

pytestmark = needs(STREAMS)

NAMES = [
    "1.127236622.bz2", "1.132153978-basic.bz2", "1.166811431.bz2", "1.180305278.bz2", "1.181223995.bz2",
    "1.197931751.bz2", "1.211006011.bz2", "1.223716976.bz2", "1.241629436-capture-2025.xz", "1.242971311.bz2",
    "29788105.xz",
]  # fmt: skip
EVERYTHING_AFTER = 400
"""After how many messages all runners are compared, and not those alone of which a message says something."""
LONG = (
    "1.127236622.bz2", "1.166811431.bz2", "1.181223995.bz2", "1.241629436-capture-2025.xz", "29788105.xz",
)  # fmt: skip
IN_A_PART = 500
"""How many messages a part of a long recording has."""
NOT_IN_STREAMS = {"name", "eventName", "priceLadderDefinition"}
"""Members of a definition that files have and the stream has not, or that early streams had not."""
LADDERS = ("available_to_back", "available_to_lay", "traded", "starting_price_back", "starting_price_lay")
LEVELS = ("best_available_to_back", "best_available_to_lay")
NUMBERS = ("last_price_traded", "starting_price_near", "starting_price_far")

Key = tuple[int, float]


class Caches:
    """The library's caches of some markets, by id."""

    def __init__(self) -> None:
        self.markets: dict[str, Any] = {}

    def take(self, change: dict[str, Any], at: int) -> None:
        known = self.markets.get(change["id"])
        if known is None or change.get("img"):
            if known is not None:
                change = {"marketDefinition": known.market_definition, **change}
            known = self.markets[change["id"]] = MarketBookCache(change["id"], at, True, False, False)
        known.update_cache(change, at, True)

    def runners(self, market_id: str) -> dict[Key, Any]:
        return {(key[0], key[1] or 0): runner for key, runner in self.markets[market_id].runner_dict.items()}


def messages(file: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The changes of a file by the time at which they count: those of the same time together."""
    (source,) = sources([str(file)])
    at, changes = 0, list[dict[str, Any]]()
    for line in source.lines():
        message = json.loads(line)
        if message["op"] != "mcm" or not message.get("mc"):
            continue
        if message["pt"] > at:
            if changes:
                yield at, changes
            at, changes = message["pt"], []
        changes.extend(message["mc"])
    yield at, changes


def seen(runner: Any, shown: Sequence[str]) -> dict[str, Any]:
    """What a cache has of a runner. Prices of bets at the starting price have more than two decimals in some files."""
    if runner is None:
        return {}
    found: dict[str, Any] = {
        name: {round(line["price"], 2): line["size"] for line in getattr(runner, name).serialised if line["size"]}
        for name in LADDERS
        if name in shown
    }
    found |= {name: levels_of(getattr(runner, name)) for name in LEVELS if name in shown}
    found |= {name: getattr(runner, name) for name in NUMBERS}
    found["total_matched"] = runner.total_matched
    return {name: value for name, value in found.items() if value}


def is_seen_alike(ours: Any, theirs: Any, shown: Sequence[str]) -> bool:
    """Whether two caches have the same of a runner, as they were told it: then what is seen is the same, too."""
    if ours is None or theirs is None:
        return ours is theirs
    lines = [name for name in (*LADDERS, *LEVELS) if name in shown]
    return all(getattr(ours, name).serialised == getattr(theirs, name).serialised for name in lines) and all(
        getattr(ours, name) == getattr(theirs, name) for name in (*NUMBERS, "total_matched")
    )


def levels_of(available: Any) -> list[tuple[float, float]]:
    return [(line["price"], line["size"]) for line in available.serialised if line["size"]]


def defined(definition: dict[str, Any]) -> dict[str, Any]:
    """A definition by member and runner."""
    said = {name: value for name, value in definition.items() if name not in NOT_IN_STREAMS}
    said["runners"] = {
        (runner["id"], runner.get("hc", 0)): {name: value for name, value in runner.items() if name != "name"}
        for runner in definition["runners"]
    }
    return said


@pytest.mark.parametrize("name", NAMES)
def test_a_replayed_market_leaves_the_cache_that_the_recording_leaves(name: str) -> None:
    assert_same_caches(STREAMS / name, LADDERS + LEVELS if "capture" in name else LADDERS, 4 if name in LONG else 1)


@pytest.mark.deep
@pytest.mark.parametrize("name", LONG)
def test_so_it_does_in_every_part_of_a_long_recording(name: str) -> None:
    assert_same_caches(STREAMS / name, LADDERS + LEVELS if "capture" in name else LADDERS, 1)


def test_a_replayed_market_that_is_known_by_its_best_levels_leaves_these_in_the_cache(tmp_path: Path) -> None:
    """A capture by a subscriber to ladders and to best levels, as one to best levels alone would have made it."""
    (source,) = sources([str(STREAMS / "1.241629436-capture-2025.xz")])
    file = tmp_path / "1.241629436"
    file.write_bytes(b"\n".join(without(source.lines(), "atb", "atl")))
    assert_same_caches(file, (*LADDERS[2:], *LEVELS), 4)


def assert_same_caches(file: Path, shown: Sequence[str], parts: int) -> None:
    """Serve a file, and compare what it leaves in the caches after every message of one in so many parts."""
    world = World(
        scenario_of([str(file)], rate=Decimal(0)),
        real_time=RealTime(lambda: 0, lambda: 0.0),
        open_recordings=open_recordings,
    )
    view = MarketView(world, Projection(ALL_FIELDS, 3))
    recorded, served, told = Caches(), Caches(), dict[str, MarketState]()
    untold: list[dict[str, Any]] = []
    for number, (at, changes) in enumerate(messages(file)):
        if number:
            world.do(MoveToNext()).accepted()
        assert world.clock.now() == at
        for change in changes:
            recorded.take(change, at)
        untold.extend(changes)
        if number // IN_A_PART % parts and world.next_due is not None:
            continue
        is_whole = number % EVERYTHING_AFTER == 0 or world.next_due is None
        for market_id in {change["id"] for change in untold}:
            state = view.read(market_id, None, ())
            assert state is not None
            item = difference(told.get(market_id), state)
            told[market_id] = state
            if item is not None:
                served.take(json.loads(item), at)
            theirs, ours = recorded.runners(market_id), served.runners(market_id)
            concerned = {
                (int(one["id"]), one.get("hc") or 0)
                for change in untold
                if change["id"] == market_id
                for one in change.get("rc", ())
            }
            for key in theirs.keys() | ours.keys() if is_whole else concerned:
                if not is_seen_alike(ours.get(key), theirs.get(key), shown):
                    assert seen(ours.get(key), shown) == seen(theirs.get(key), shown), (at, market_id, key)
            total = recorded.markets[market_id].total_matched or 0
            assert served.markets[market_id].total_matched == total
            if is_whole or any("marketDefinition" in change for change in untold):
                expected = defined(recorded.markets[market_id].market_definition)
                assert defined(served.markets[market_id].market_definition) == expected, (at, market_id)
        untold.clear()
    assert world.next_due is None
    assert all(notice.problem.endswith("the recording ends before its result") for notice in world.notices)
    assert bool(world.notices) == (file.name == "1.242971311.bz2")

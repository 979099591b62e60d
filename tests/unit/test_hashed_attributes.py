"""Every attribute of every object of a world is hashed, or left out by name and with a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from simulator.exchange.commands import Heartbeat
from simulator.exchange.orders import Side
from simulator.world.format.scenario import (
    BetTuneFilter,
    BetTuneMatch,
    GoInPlay,
    Resettle,
    ResultEntry,
    Settle,
    Withdraw,
)
from simulator.world.hashed_attributes import HASHED, LEFT_OUT, LEFT_OUT_WHOLE
from simulator.world.inputs import (
    AddToBetTune,
    AdvanceClock,
    CountBooks,
    CountRequest,
    LogIn,
    PutPrediction,
    ReadStartingPrices,
    WatchMarkets,
)
from simulator.world.loading.named import builtin_scenario
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.afternoon import WIN, afternoon
from tests.object_graph import attributes_of, reachable
from tests.scenario import world_of
from tests.unit.scenario_builder import load
from tests.unit.scenario_builder import small as small_scenario
from tests.unit.world_builder import START, FakeRealTime, bet, subscribe_and_authorise
from tests.unit.world_builder import world_of as small_world


def busy_worlds() -> list[World]:
    """Worlds in which something of everything has happened, and something of everything is still to happen."""
    demo = World(builtin_scenario("demo"), real_time=FakeRealTime(START).real_time)
    demo.do(LogIn("alice", "alice-password", "alice-live-key")).accepted()
    demo.do(AdvanceClock(2 * 3_600_000)).accepted()
    demo.do(LogIn("alice", "alice-password", "alice-live-key")).accepted()
    subscribe_and_authorise(demo)
    bettune = World(builtin_scenario("bettune"), real_time=FakeRealTime(START).real_time)
    user = next(iter(bettune.bettune.users.by_token.values()))
    bettune.do(CountRequest(user.name))
    new = BetTuneMatch(id=1, date="+PT1H", home="Newcastle", away="Chelsea")
    bettune.do(AddToBetTune((BetTuneFilter(id=1, name="Draws", bet_type="Draw", user=user.name),), (new,))).accepted()
    bettune.do(PutPrediction(1, 1, 3_000_000)).accepted()
    bettune.do(PutPrediction(next(iter(bettune.bettune.filters)), next(iter(bettune.bettune.matches)), 2_000_000))
    races = world_of(afternoon())
    races.do(ReadStartingPrices(WIN, tuple(races.exchange.markets[WIN].runners))).accepted()
    small = small_world()
    small.do(Heartbeat("alice", 10)).accepted()
    small.do(bet("alice", Side.BACK, 400, 1000)).accepted()
    small.do(bet("bob", Side.LAY, 400, 600)).accepted()
    small.do(Withdraw(market="1.113197491", selection_id=3)).accepted()
    small.do(GoInPlay(market="1.113197491"))
    small.do(bet("alice", Side.BACK, 400, 500))
    worlds = [demo, bettune, races, small, world_of_two_currencies(), corrected_world()]
    for world in worlds:
        world.exchange.begin_all()
    return worlds


def corrected_world() -> World:
    """A world with a market that was settled, and then settled anew."""
    world, market = small_world(), "1.113197491"
    world.do(bet("alice", Side.BACK, 400, 1000)).accepted()
    world.do(bet("bob", Side.LAY, 400, 600)).accepted()
    world.do(Settle(market=market, results=(ResultEntry(selection_id=1, status="WINNER"),))).accepted()
    world.do(Resettle(market=market, results=(ResultEntry(selection_id=2, status="WINNER"),))).accepted()
    return world


def world_of_two_currencies() -> World:
    """A world of limits, in which bob's money is Australian dollars: matched, waiting in the book and for the delay."""
    scenario = small_scenario()
    scenario["accounts"][0] |= {"balance": 1000}
    scenario["accounts"][1] |= {"balance": 1000.01, "currency": "AUD"}
    scenario["events"][0]["markets"][0]["betDelay"] = 5
    scenario |= {"transactionCharge": {"limitPerHour": 2}, "booksPerSecond": 5}
    world = World(load(scenario))
    world.do(WatchMarkets(("1.113197491",))).accepted()
    world.do(CountBooks("alice", ("1.113197491",))).accepted()
    world.do(bet("bob", Side.LAY, 400, 1001)).accepted()
    world.do(bet("alice", Side.BACK, 400, 201)).accepted()
    world.do(bet("bob", Side.LAY, 300, 501, selection_id=2)).accepted()
    world.do(GoInPlay(market="1.113197491")).accepted()
    world.do(bet("bob", Side.BACK, 400, 777)).accepted()
    return world


def met_in(world: World) -> list[object]:
    """What is hashed of a world: everything reached by attributes that are not left out."""

    def is_hashed(one: object, name: str) -> bool:
        return type(one) not in HASHED or name in HASHED[type(one)]

    return [
        one for one in reachable(world, follows=is_hashed) if not any(isinstance(one, kind) for kind in LEFT_OUT_WHOLE)
    ]


def test_no_object_of_a_world_has_an_attribute_of_which_nothing_is_said() -> None:
    for world in busy_worlds():
        for one in met_in(world):
            kind = type(one)
            if kind in HASHED:
                said = HASHED[kind] | LEFT_OUT.get(kind, {}).keys()
                assert set(attributes_of(one)) <= said, kind
            else:
                # A value, which is encoded whole: nothing of it can be left out by mistake.
                assert isinstance(one, msgspec.Struct | tuple) or hasattr(kind, "__dataclass_fields__"), kind


def test_nothing_is_said_of_attributes_that_are_not_there() -> None:
    there: dict[type, set[str]] = {}
    for world in busy_worlds():
        for one in met_in(world):
            there.setdefault(type(one), set()).update(attributes_of(one))

    for kind, hashed in HASHED.items():
        assert kind in there, kind
        assert hashed | LEFT_OUT.get(kind, {}).keys() == there[kind], kind
        assert not hashed & LEFT_OUT.get(kind, {}).keys(), kind


def altered(value: Any) -> Any:
    """A value like another, and not the same."""
    if isinstance(value, bool):
        return not value
    return f"{value}?" if isinstance(value, str) else value + 10_000_000


def test_every_attribute_that_is_said_to_be_hashed_shows_in_the_hash() -> None:
    """Numbers and texts are changed, containers that are not empty are emptied; then all is put back."""
    shown: set[tuple[type, str]] = set()
    looked_at: set[tuple[type, str]] = set()
    for world in busy_worlds():
        before = state_hash(world)
        for one in met_in(world):
            for name in HASHED.get(type(one), ()):
                key, value = (type(one), name), getattr(one, name)
                is_container = isinstance(value, dict | list)
                if key in shown or (not value if is_container else not isinstance(value, int | str)):
                    continue
                looked_at.add(key)
                with altering(one, name, value):
                    if hash_or_nothing(world) != before:
                        shown.add(key)
        assert state_hash(world) == before

    assert looked_at - shown == set()
    assert len(shown) >= 60


@contextmanager
def altering(one: object, name: str, value: Any) -> Iterator[None]:
    """Change an attribute for a while."""
    if isinstance(value, dict | list):
        kept = list(value.items()) if isinstance(value, dict) else list(value)
        value.clear()
        yield
        value.update(kept) if isinstance(value, dict) else value.extend(kept)
    else:
        put(one, name, altered(value))
        yield
        put(one, name, value)


def hash_or_nothing(world: World) -> str | None:
    """The hash of a world, or `None` where it cannot even be read any more, which shows as well."""
    try:
        return state_hash(world)
    except (KeyError, AttributeError, IndexError):
        return None


def put(one: object, name: str, value: Any) -> None:
    if isinstance(one, msgspec.Struct):
        msgspec.structs.force_setattr(one, name, value)
    else:
        setattr(one, name, value)

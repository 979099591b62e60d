"""Whatever could make a difference in a world shows in its digest, and nothing shows that could not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.commands import (
    CancelOrders,
    Command,
    Heartbeat,
    PlaceInstruction,
    PlaceOrders,
)
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.world.inputs import Add, AdvanceClock, LogOut, ReadStartingPrices
from simulator.world.loading.loading import load_additions, load_happening
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.afternoon import CUP, DOGS, WIN, afternoon, back_at_starting_price
from tests.scenario import SOCCER, event, market, world_of
from tests.sessions import log_in


def do(verb: str, market: str = WIN, **content: Any) -> Callable[[World], object]:
    return lambda world: world.do(load_happening(str(content), "document", verb, market, world.exchange)).accepted()


def place(**fields: Any) -> Callable[[World], object]:
    """Place a back on the first runner: LIMIT at 4.0 if nothing else is said."""
    plain = {"price": 400, "size": 1000, "persistence": Persistence.LAPSE}
    instruction = PlaceInstruction(RunnerKey(1), Side.BACK, **{"order_type": OrderType.LIMIT, **plain, **fields})
    return lambda world: world.do(PlaceOrders("alice", WIN, (instruction,))).accepted()


def heartbeat(seconds: int) -> Callable[[World], object]:
    return lambda world: world.do(Heartbeat("alice", seconds)).accepted()


MARKET_ON_CLOSE = place(order_type=OrderType.MARKET_ON_CLOSE, price=None, size=None, persistence=None, liability=500)

CHANGES: dict[str, tuple[list[Callable[[World], object]], Callable[[World], object]]] = {
    # what goes before, and what must make a difference
    "a bet for the starting price": ([], MARKET_ON_CLOSE),
    "another bet for the starting price": ([MARKET_ON_CLOSE], MARKET_ON_CLOSE),
    "an auction in which nobody takes part": ([], do("reconcile")),
    "an auction": ([MARKET_ON_CLOSE], do("reconcile")),
    "a removal": ([], do("remove", selectionId=4)),
    "a removal that takes no factor with it": ([], do("remove", DOGS, selectionId=3)),
    "a removal that reduces a price": ([place(price=300)], do("remove", selectionId=2)),
    "another start time": ([], do("change-start-time", startTime="+PT3H")),
    "a runner that is hidden": ([], do("hide", selectionId=4)),
    "a runner that is hidden with a bet on it": ([place(price=300)], do("hide", selectionId=1)),
    "a runner that is reinstated": ([do("hide", selectionId=4)], do("reinstate", selectionId=4)),
    "runners that are settled": ([], do("settle-runners", CUP, results=[{"selectionId": 4, "status": "LOSER"}])),
    "a heartbeat": ([], heartbeat(10)),
    "another heartbeat": ([heartbeat(10)], heartbeat(20)),
    "the end of heartbeats": ([heartbeat(10)], heartbeat(0)),
    "a bet that is held": ([do("turn-in-play")], place()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_could_make_a_difference_shows(name: str) -> None:
    before, change = CHANGES[name]
    world = world_of(_in_play_with_delay())
    for step in before:
        step(world)
    digest = state_hash(world)

    change(world)

    assert state_hash(world) != digest


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_happens_to_the_same_world_with_the_same_digest(name: str) -> None:
    one, other = world_of(_in_play_with_delay()), world_of(_in_play_with_delay())
    before, change = CHANGES[name]
    for step in (*before, change):
        step(one)
        step(other)
    for world in (one, other):
        world.do(AdvanceClock(60_000)).accepted()

    assert state_hash(one) == state_hash(other)


def _in_play_with_delay() -> dict[str, Any]:
    scenario = afternoon()
    scenario["events"][0]["markets"][0]["betDelay"] = 5
    return scenario


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (place(price=500), place(price=510)),
        (place(price=400, persistence=Persistence.PERSIST), place(price=400)),
        (place(price=400, persistence=Persistence.MARKET_ON_CLOSE), place(price=400)),
        (place(price=300), place(price=300, time_in_force=TimeInForce.FILL_OR_KILL)),
        (
            place(size=None, bet_target_type=BetTargetType.PAYOUT, bet_target_size=4000),
            place(size=None, bet_target_type=BetTargetType.PAYOUT, bet_target_size=5000),
        ),
        (place(customer_order_reference="one"), place(customer_order_reference="other")),
    ],
)
def test_bets_that_differ_at_all_differ_in_the_digest(
    one: Callable[[World], object], other: Callable[[World], object]
) -> None:
    digests = set()
    for change in (one, other):
        world = world_of(afternoon())
        change(world)
        digests.add(state_hash(world))

    assert len(digests) == 2


def test_held_bets_that_differ_at_all_differ_before_they_reach_the_matcher() -> None:
    digests = set()
    for price in (500, 510):
        world = world_of(_in_play_with_delay())
        do("turn-in-play")(world)
        place(price=price)(world)
        digests.add(state_hash(world))

    assert len(digests) == 2


def test_a_heartbeat_that_was_missed_is_remembered_until_it_is_told() -> None:
    """Both worlds have no bet left and expect no heartbeat: only one of them has something to tell."""
    silent, content = world_of(afternoon()), world_of(afternoon())
    for world in (silent, content):
        heartbeat(10)(world)
    heartbeat(0)(content)
    for world in (silent, content):
        world.do(AdvanceClock(10_000)).accepted()
    assert state_hash(silent) != state_hash(content)

    for world in (silent, content):
        heartbeat(0)(world)

    assert state_hash(silent) == state_hash(content)


def differ(one: Callable[[World], object], other: Callable[[World], object], wait: int = 0) -> bool:
    """Return whether two things that could be done to a world make it another, some milliseconds later."""
    digests = set()
    for change in (one, other):
        world = world_of(_in_play_with_delay())
        change(world)
        world.do(AdvanceClock(wait)).accepted()
        digests.add(state_hash(world))
    return len(digests) > 1


def nothing(world: World) -> None:
    """Leave a world as it is."""


@pytest.mark.parametrize("command", [CancelOrders("alice", WIN, None, "ref"), CancelOrders("alice", None, None, "ref")])
def test_a_reference_shows_as_long_as_it_cannot_be_used_again(command: Command) -> None:
    """All that these commands leave behind, there being no bet to cancel."""
    assert differ(lambda world: world.do(command).accepted(), nothing, wait=59_999)
    assert not differ(lambda world: world.do(command).accepted(), nothing, wait=60_000)


def test_near_and_far_prices_show_as_long_as_they_are_read_again() -> None:
    def read(world: World) -> None:
        world.do(ReadStartingPrices(WIN, (RunnerKey(1),))).accepted()

    assert differ(read, nothing, wait=59_999)
    assert not differ(read, nothing, wait=60_000)


def test_a_login_that_is_over_shows_in_the_token_of_the_next() -> None:
    def come_and_go(world: World) -> str:
        session = log_in(world, "alice", "secret", "key")
        assert session is not None
        world.do(LogOut(session.token))
        return session.token

    assert differ(come_and_go, nothing)
    world = world_of(afternoon())
    assert come_and_go(world) != come_and_go(world)


def test_a_ban_shows_until_it_is_over() -> None:
    """Of two who have logged in a hundred times, only one has tried again. All have logged out."""

    def come_and_go(times: int) -> Callable[[World], None]:
        def change(world: World) -> None:
            for _ in range(times):
                session = log_in(world, "alice", "secret", "key")
                if session is not None:
                    world.do(LogOut(session.token))

        return change

    assert differ(come_and_go(101), come_and_go(100), wait=20 * 60_000 - 1)
    assert not differ(come_and_go(101), come_and_go(100), wait=20 * 60_000)


def test_a_ticket_that_led_to_nothing_shows_in_the_number_of_the_next() -> None:
    """A bet that lapses in the bet delay leaves no order behind."""

    def play(*steps: Callable[[World], object]) -> Callable[[World], None]:
        def change(world: World) -> None:
            do("turn-in-play")(world)
            for step in (*steps, do("suspend")):
                step(world)
            world.do(AdvanceClock(5_000)).accepted()
            do("resume")(world)
            assert not world.exchange.accounts["alice"].current_orders

        return change

    assert differ(play(place()), play())


def test_what_is_said_of_a_market_that_was_added_shows() -> None:
    def add(name: str) -> Callable[[World], object]:
        document = {"events": [event("9", "Final", SOCCER, market("1.9", "Winner", "WINNER", name, "Rovers"))]}
        return lambda world: world.do(
            Add(load_additions(json.dumps(document), "document", world.exchange, world.catalogue))
        ).accepted()

    assert differ(add("Town"), add("City"))
    assert not differ(add("Town"), add("Town"))


def test_what_something_is_called_in_another_language_shows() -> None:
    def add(language: str, name: str) -> Callable[[World], object]:
        document = {"translations": {language: {"Soccer": name}}}
        return lambda world: world.do(
            Add(load_additions(json.dumps(document), "document", world.exchange, world.catalogue))
        ).accepted()

    assert differ(add("de", "Fußball"), add("de", "Fussball"))
    assert differ(add("de", "Calcio"), add("it", "Calcio"))
    assert not differ(add("it", "Calcio"), add("it", "Calcio"))


def test_the_place_in_the_queue_for_the_starting_price_shows() -> None:
    digests = set()
    for first, second in (("alice", "bob"), ("bob", "alice")):
        world = world_of(afternoon())
        for who in (first, second):
            back_at_starting_price(world, WIN, 500, who=who)
        digests.add(state_hash(world))

    assert len(digests) == 2

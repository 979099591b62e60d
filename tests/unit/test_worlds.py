"""A server's worlds do not meet, and whoever asks reaches their own by who they are."""

import gc
import weakref
from typing import Any

import pytest

from simulator.exchange.commands import DepositMoney, SuspendMarket
from simulator.exchange.orders import Side
from simulator.world.format.scenario import Scenario
from simulator.world.happened import Happened, SessionClosed, WorldClosed
from simulator.world.inputs import AdvanceClock, LogOut, MoveToNext, Reset, SetClockRate
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import TooManyWorlds, UnknownWorld, Worlds
from tests.sessions import log_in
from tests.steps import steps
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.world_builder import bet

SCENARIO = load(small())


def scenario_with(*accounts: dict[str, Any]) -> Scenario:
    return load({**small(), "accounts": [{"password": "secret", **account} for account in accounts]})


def token_of(world: World, username: str) -> str:
    session = log_in(world, username, "secret", "any")
    assert session is not None
    return session.token


def test_the_first_world_is_the_default_one() -> None:
    worlds = Worlds()

    first, second = worlds.create(SCENARIO), worlds.create(SCENARIO)

    assert first.id == "default"
    assert second.id == "world-2"
    assert worlds.default is first
    assert worlds.get("world-2") is second
    assert list(worlds) == [first, second]
    assert len(worlds) == 2


@pytest.mark.parametrize("world_id", ["default", "world-1", "", "../etc"])
def test_a_world_that_is_not_there_is_unknown(world_id: str) -> None:
    worlds = Worlds()

    with pytest.raises(UnknownWorld, match="There is no world"):
        worlds.get(world_id)
    with pytest.raises(UnknownWorld):
        worlds.delete(world_id)


def test_credentials_stay_as_written_while_they_are_free() -> None:
    world = Worlds().create(SCENARIO)

    alice = world.accounts.by_username["alice"]
    assert (alice.app_key, alice.delayed_app_key) == ("alice-live", "alice-delayed")
    assert [user.token for user in world.scenario.bettune.users] == ["alice-bettune"]


def test_credentials_that_another_world_holds_get_a_suffix_and_the_others_stay() -> None:
    worlds = Worlds()
    worlds.create(scenario_with({"username": "alice", "appKey": "key", "delayedAppKey": "delayed"}))

    second = worlds.create(scenario_with({"username": "carol", "appKey": "key", "delayedAppKey": "own"}))
    third = worlds.create(scenario_with({"username": "alice", "appKey": "key", "delayedAppKey": "delayed-3"}))

    carol, alice = second.accounts.by_username["carol"], third.accounts.by_username["alice-2"]
    assert (carol.app_key, carol.delayed_app_key) == ("key-2", "own")
    assert (alice.app_key, alice.delayed_app_key) == ("key-3", "delayed-3")
    assert [user.token for user in third.scenario.bettune.users] == ["alice-bettune-3"]


def test_a_suffix_never_makes_the_name_of_somebody_else() -> None:
    worlds = Worlds()
    worlds.create(SCENARIO)

    second = worlds.create(scenario_with({"username": "alice"}, {"username": "alice-2"}))

    assert list(second.accounts.by_username) == ["alice-3", "alice-2"]


def test_who_one_is_leads_to_ones_world() -> None:
    worlds = Worlds()
    first, second = worlds.create(SCENARIO), worlds.create(SCENARIO)

    assert worlds.by_username("alice") is first
    assert worlds.by_username("alice-2") is second
    assert worlds.by_app_key("bob-live") is worlds.by_app_key("bob-delayed") is first
    assert worlds.by_app_key("bob-live-2") is worlds.by_app_key("bob-delayed-2") is second
    assert worlds.by_bettune_token("alice-bettune") is first
    assert worlds.by_bettune_token("alice-bettune-2") is second
    for find in (worlds.by_username, worlds.by_app_key, worlds.by_bettune_token, worlds.by_session):
        assert find("nobody") is None


def test_sessions_of_worlds_with_one_seed_have_different_tokens_that_lead_to_their_worlds() -> None:
    worlds = Worlds()
    first, second = worlds.create(SCENARIO, seed=1), worlds.create(SCENARIO, seed=1)

    one, other = token_of(first, "alice"), token_of(second, "alice-2")

    assert one != other
    assert worlds.by_session(one) is first
    assert worlds.by_session(other) is second
    first.do(LogOut(one))
    assert worlds.by_session(one) is None
    second.do(Reset()).accepted()
    assert worlds.by_session(other) is None


def test_what_is_done_in_one_world_is_not_seen_in_another() -> None:
    worlds = Worlds()
    first, second = worlds.create(SCENARIO), worlds.create(SCENARIO)
    before = state_hash(second)

    first.do(SuspendMarket(MARKET)).accepted()
    first.do(AdvanceClock(1000)).accepted()

    assert state_hash(second) == before


def test_app_keys_that_are_made_up_are_found_too() -> None:
    worlds = Worlds()
    scenario = scenario_with({"username": "alice"})

    first, second = worlds.create(scenario), worlds.create(scenario)

    keys = [account.app_key for world in (first, second) for account in world.accounts.by_username.values()]
    assert len(set(keys)) == 2
    assert [worlds.by_app_key(key) for key in keys] == [first, second]


def test_a_deleted_world_leaves_its_names_to_others_and_ends_its_sessions() -> None:
    worlds = Worlds()
    worlds.create(SCENARIO)
    second = worlds.create(SCENARIO)
    token = token_of(second, "alice-2")

    worlds.delete(second.id)

    assert worlds.by_session(token) is None
    assert worlds.by_username("alice-2") is None
    assert worlds.by_app_key("alice-live-2") is None
    assert worlds.by_bettune_token("alice-bettune-2") is None
    assert len(worlds) == 1
    third = worlds.create(SCENARIO)
    assert third.id == "world-3"
    assert "alice-2" in third.accounts.by_username


def test_a_world_keeps_its_credentials_through_a_reset() -> None:
    worlds = Worlds()
    worlds.create(SCENARIO)
    second = worlds.create(SCENARIO)

    second.do(Reset()).accepted()

    assert list(second.accounts.by_username) == ["alice-2", "bob-2"]
    assert worlds.by_username("alice-2") is second


def test_a_listener_hears_the_stories_of_all_worlds_from_the_beginning_to_the_end() -> None:
    worlds = Worlds()
    first = worlds.create(SCENARIO)
    heard: list[tuple[str, int, str]] = []
    worlds.listen(lambda world, told: heard.append((world.id, told.sequence, type(told.input).__name__)))

    second = worlds.create(SCENARIO)
    second.do(MoveToNext()).accepted()
    first.do(SetClockRate(1)).accepted()
    worlds.delete(second.id)

    assert heard == [
        ("world-2", 0, "Reset"),
        ("world-2", 1, "MoveToNext"),
        ("world-2", 2, "GoInPlay"),
        ("default", 1, "SetClockRate"),
        ("world-2", 3, "EndWorld"),
    ]


def test_the_token_of_a_world_that_is_gone_means_nothing_to_one_that_is_made_of_the_same_scenario() -> None:
    worlds = Worlds()
    worlds.create(SCENARIO)
    gone = worlds.create(SCENARIO)
    old = token_of(gone, "alice-2")
    worlds.delete(gone.id)

    again = worlds.create(SCENARIO)
    new = token_of(again, "alice-2")

    assert new != old
    assert again.session(old) is None
    assert worlds.by_session(old) is None


def test_the_end_of_a_world_is_told_and_afterwards_everything_is_refused() -> None:
    worlds = Worlds()
    worlds.create(SCENARIO)
    ended = worlds.create(SCENARIO)
    told: list[Happened] = []
    ended.listen(told.append)
    token = token_of(ended, "alice-2")

    worlds.delete(ended.id)
    after = ended.do(AdvanceClock(1))

    assert [type(event) for event in told[-1].events] == [SessionClosed, WorldClosed]
    assert after.refusal is not None
    assert "has ended" in after.refusal.problem
    assert told[-1] is not after
    assert worlds.by_session(token) is None


def test_a_deleted_world_is_gone_at_once_and_leaves_nothing_to_the_collector_of_garbage() -> None:
    worlds = Worlds()
    worlds.create(load(small()))
    world = worlds.create(load(small()))
    worlds.listen(lambda *_: None)
    (username,) = list(world.accounts.by_username)[:1]
    world.do(DepositMoney(username, 10_000)).accepted()
    for side in (Side.BACK, Side.LAY, Side.BACK):
        world.do(bet(username, side, 300, 200)).accepted()
    assert world.exchange.accounts[username].exposure
    gone = weakref.ref(world)
    gc.collect()
    gc.disable()
    try:
        worlds.delete(world.id)
        del world
        assert gone() is None
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = {type(each).__name__ for each in gc.garbage if type(each).__module__.startswith("simulator.")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == set()


def test_there_are_no_more_worlds_than_a_server_may_have() -> None:
    worlds = Worlds(most=2)
    first, second = worlds.create(SCENARIO), worlds.create(SCENARIO)

    with pytest.raises(TooManyWorlds, match="there are 2 worlds, and this server has 2 at the most"):
        worlds.create(SCENARIO)
    with pytest.raises(TooManyWorlds):
        worlds.prepare_restored(first.snapshot(), is_fork=True)
    worlds.delete(second.id)

    assert worlds.create(SCENARIO).id == "world-3"


def test_what_is_done_with_the_credentials_of_one_world_costs_the_same_however_many_worlds_there_are() -> None:
    def costs(number: int) -> tuple[int, int]:
        worlds = Worlds()
        *_, last = [worlds.create(SCENARIO) for _ in range(number)]
        last.do(Reset()).accepted()
        return steps(lambda: last.do(Reset())), steps(lambda: worlds.delete(last.id))

    assert costs(2) == costs(40)

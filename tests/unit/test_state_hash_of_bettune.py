"""What BetTune knows shows in the digest of a world: predictions, how matches ended, who has asked how often."""

from collections.abc import Callable

import pytest

from simulator.world.format.scenario import ChangePlan
from simulator.world.inputs import (
    CountRequest,
    DeletePrediction,
    Input,
    PutPrediction,
    RegenerateToken,
    RevokeTokens,
)
from simulator.world.loading.loading import load_finish, load_scenario
from simulator.world.state_hash import state_hash
from simulator.world.world import World

SCENARIO = """
name: predictions
clock: {now: "2026-06-06T12:00:00Z", rate: 0}
bettune:
  rateLimit: {requests: 5}
  users: [{token: alice, user: alice}]
  filters: [{id: 1, name: Home wins, betType: Home, user: alice}]
  matches:
    - {id: 7, date: "2026-06-06T18:00:00Z", home: Newcastle, away: Chelsea}
    - {id: 8, date: "2026-06-06T18:00:00Z", home: Arsenal, away: Everton}
"""


def do(one: Input) -> Callable[[World], object]:
    return lambda world: world.do(one).accepted()


def put(match: int, odds: int, source: str = "api") -> Callable[[World], object]:
    return do(PutPrediction(1, match, odds * 1_000_000, source))


def delete(match: int) -> Callable[[World], object]:
    return lambda world: world.do(DeletePrediction(1, match)).accepted()


def finish(home: int) -> Callable[[World], object]:
    score = f'{{"score": {{"home": {home}, "away": 1}}}}'
    return lambda world: world.do(load_finish(score, "score", 7)).accepted()


def ask(name: str) -> Callable[[World], object]:
    return lambda world: world.do(CountRequest(name))


def digest(*steps: Callable[[World], object]) -> str:
    world = World(load_scenario(SCENARIO, "scenario"))
    for step in steps:
        step(world)
    return state_hash(world)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([put(7, 2)], [put(7, 3)]),
        ([put(7, 2)], [put(8, 2)]),
        ([put(7, 2)], []),
        ([put(7, 2), put(8, 2), delete(7)], [put(7, 2), put(8, 2), delete(8)]),
        ([finish(2)], [finish(3)]),
        ([finish(2)], []),
        ([ask("alice")], [ask("alice"), ask("alice")]),
        ([ask("alice")], []),
        ([put(7, 2)], [put(7, 2, "ui")]),
        ([do(RegenerateToken("alice"))], []),
        ([do(RegenerateToken("alice"))], [do(RegenerateToken("alice")), do(RegenerateToken("alice"))]),
        ([do(RegenerateToken("alice"))], [do(RevokeTokens("alice"))]),
        ([do(RevokeTokens("alice"))], []),
        ([do(ChangePlan(user="alice", plan="free"))], []),
    ],
)
def test_what_differs_has_another_digest(
    one: list[Callable[[World], object]], other: list[Callable[[World], object]]
) -> None:
    assert digest(*one) != digest(*other)


def test_what_came_about_in_the_same_way_has_the_same_digest() -> None:
    steps = [put(7, 2), put(8, 3), delete(7), finish(2), ask("alice")]
    assert digest(*steps) == digest(*steps)

"""Tokens and plans of BetTune change by inputs of a world, are told in its story, and come to the same when retold."""

import pytest

from simulator.exchange.events import Event
from simulator.exchange.refusals import Impossible
from simulator.world.format.scenario import Additions, ChangePlan
from simulator.world.happened import Happened, HappeningScheduled, PlanChanged, PredictionPut, TokenMade, TokenRevoked
from simulator.world.inputs import Add, AdvanceClock, Input, PutPrediction, RegenerateToken, Reset, RevokeTokens
from simulator.world.loading.loading import load_scenario
from simulator.world.retelling import Beginning, Retelling, decode_told, encode_told, told
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import Worlds

SCENARIO = """
name: users
clock: {now: "2026-06-06T12:00:00Z", rate: 0}
bettune:
  users:
    - {token: ann-0, user: ann, plan: free, revoked: true}
    - {token: ann-1, user: ann, plan: pro}
    - {token: ben-1, user: ben, plan: free}
  filters: [{id: 1, name: Home wins, betType: Home, user: ann}]
  matches: [{id: 7, date: "2026-06-06T18:00:00Z", home: Newcastle, away: Chelsea}]
"""
START = 1_780_747_200_000
LATER = ChangePlan(user="ann", plan="free", at="+PT1M")


def world_of_users() -> World:
    return World(load_scenario(SCENARIO, "scenario"), world_id="w")


def done(world: World, one: Input) -> list[Event]:
    return list(world.do(one).accepted())


def test_a_new_token_takes_the_place_of_those_that_were_good() -> None:
    world = world_of_users()

    revoked, made = done(world, RegenerateToken("ann"))

    assert revoked == TokenRevoked(START, "ann", "ann-1")
    assert isinstance(made, TokenMade)
    assert made.token == world.ids.bettune_token("ann", 3)
    assert [(user.token, user.is_pro, user.is_revoked) for user in world.bettune.users.called("ann")] == [
        ("ann-0", False, True),
        ("ann-1", True, True),
        (made.token, True, False),
    ]


def test_a_token_that_a_scenario_has_already_is_not_made_again() -> None:
    first = world_of_users()
    token = first.ids.bettune_token("ben", 2)
    world = World(load_scenario(SCENARIO.replace("ann-0", token), "scenario"), world_id="w")

    (_, made) = done(world, RegenerateToken("ben"))

    assert made == TokenMade(START, "ben", world.ids.bettune_token("ben", 3))


def test_a_plan_is_that_of_a_user_and_not_of_a_token() -> None:
    world = world_of_users()
    assert done(world, ChangePlan(user="ann", plan="free")) == [PlanChanged(START, "ann", "free")]

    assert {user.plan for user in world.bettune.users.called("ann")} == {"free"}
    assert done(world, ChangePlan(user="ann", plan="free")) == []


def test_a_plan_that_ends_later_is_told_when_it_is_scheduled_and_when_it_ends() -> None:
    world = world_of_users()
    story: list[Happened] = []
    world.listen(story.append)

    world.do(Add(Additions(schedule=(LATER,)))).accepted()
    world.do(AdvanceClock(60_000)).accepted()

    due_at = START + 60_000
    assert story[0].events == (HappeningScheduled(START, due_at, "change-plan", None, None, "ann"),)
    assert (story[-1].source, story[-1].events) == ("schedule", (PlanChanged(due_at, "ann", "free"),))


def test_the_story_tells_how_a_prediction_was_put() -> None:
    assert done(world_of_users(), PutPrediction(1, 7, 2_000_000, "ui")) == [PredictionPut(START, 1, 7, 2_000_000, "ui")]


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (RegenerateToken("cat"), "there is no user 'cat' of BetTune"),
        (RevokeTokens("cat"), "there is no user 'cat' of BetTune"),
        (ChangePlan(user="cat", plan="pro"), "there is no user 'cat' of BetTune"),
        (ChangePlan(user="ann", plan="gold"), "a plan of BetTune is free or pro, and not 'gold'"),
        (PutPrediction(1, 7, 2_000_000, "rumour"), "the source of a prediction is api or ui, and not 'rumour'"),
    ],
)
def test_what_cannot_be_changes_nothing(one: Input, problem: str) -> None:
    world = world_of_users()
    state = state_hash(world)

    with pytest.raises(Impossible, match=problem):
        world.do(one).accepted()

    assert state == state_hash(world)


def test_a_story_of_users_told_again_comes_to_the_same_after_every_input() -> None:
    world = world_of_users()
    retelling = Retelling(Beginning.of(world))
    story: list[Happened] = []
    world.listen(story.append)
    inputs: list[Input] = [
        RegenerateToken("ann"),
        PutPrediction(1, 7, 2_000_000, "ui"),
        Add(Additions(schedule=(LATER,))),
        RevokeTokens("ben"),
        RevokeTokens("ben"),
        AdvanceClock(60_000),
        RegenerateToken("ben"),
        ChangePlan(user="ben", plan="pro"),
        PutPrediction(1, 7, 2_000_000),
        Reset(),
        RegenerateToken("ann"),
    ]
    for one in inputs:
        begin = len(story)
        world.do(one)
        for each in told(story[begin:]):
            retelling.tell(decode_told(encode_told(each)))
        assert state_hash(retelling.world) == state_hash(world), one

    assert retelling.world.sequence == world.sequence > len(inputs)


def test_tokens_lead_to_their_world_as_long_as_they_are_there() -> None:
    """A revoked one too, which that world refuses."""
    worlds = Worlds()
    first, second = (worlds.create(load_scenario(SCENARIO, "scenario")) for _ in range(2))
    (_, made) = done(second, RegenerateToken("ben"))
    assert isinstance(made, TokenMade)
    assert [worlds.by_bettune_token(token) for token in ("ben-1", "ben-1-2", made.token)] == [first, second, second]

    second.do(Reset()).accepted()
    assert [worlds.by_bettune_token(token) for token in ("ben-1-2", made.token)] == [second, None]

    done(second, RegenerateToken("ben"))
    worlds.delete(second.id)
    assert [worlds.by_bettune_token(token) for token in ("ben-1", "ben-1-2", made.token)] == [first, None, None]

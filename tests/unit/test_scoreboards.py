"""How a match stands after what happened in it: the minutes of a recorded match of 2017, and rules of our own."""

import msgspec
import pytest

from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import SideEntry, TellIncident
from simulator.world.happened import Happened
from simulator.world.inputs import AdvanceClock, Restore
from simulator.world.retelling import Beginning, Retelling, decode_told, encode_told, told
from simulator.world.scoreboards import EventStatus, Scoreboard, sides_of
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.scenario import SOCCER, TENNIS, event, loaded, match_odds, scenario

FOOTBALL, TENNIS_MATCH, NO_SCORES = "100", "200", "300"
DOCUMENT = scenario(
    event(FOOTBALL, "Newcastle v Chelsea", SOCCER, match_odds("1.101", "Newcastle", "Chelsea"), inPlay={}),
    event(TENNIS_MATCH, "A Server v B Returner", TENNIS, inPlay={"status": "InProgress", "home": {"isServing": True}}),
    event(NO_SCORES, "Leeds v Derby", SOCCER),
    schedule=[{"at": "+PT1H", "event": FOOTBALL, "do": "incident", "type": "KickOff"}],
)


@pytest.fixture
def world() -> World:
    return World(loaded(DOCUMENT))


def tell(world: World, kind: str, event_id: str = FOOTBALL, **content: object) -> Scoreboard:
    world.do(TellIncident(event=event_id, type=kind, **content)).accepted()  # type: ignore[arg-type]
    return world.scoreboards.by_event[event_id]


RECORDED = [
    ("15:31:09.077", "KickOff", None, (1, 1, 0)),
    ("16:06:12.231", "Goal", "away", (36, 36, 0)),
    ("16:17:26.779", "FirstHalfEnd", None, (47, 45, 2)),
    ("16:34:03.595", "SecondHalfKickOff", None, (46, 46, 0)),
    ("16:54:38.643", "YellowCard", "home", (66, 66, 0)),
    ("17:07:00.286", "Goal", "away", (78, 78, 0)),
]
"""Time of the day, type, team, and the minute with its regular and its added part."""


def test_the_minutes_of_a_recorded_match_follow_from_the_times_of_its_incidents() -> None:
    world = World(loaded(scenario(*DOCUMENT["events"], now="2017-05-07T15:00:00.000Z")))
    seen = []
    for time, kind, team, _ in RECORDED:
        world.do(AdvanceClock(instant_of(f"2017-05-07T{time}Z") - world.clock.now())).accepted()
        board = tell(world, kind, team=team)
        last = board.incidents[-1]
        seen.append((time, last.type, last.team, (last.minute, last.regular_minute, last.added_minutes)))

    assert seen == RECORDED
    assert (board.home.score, board.away.score, board.away.half_time_score, board.home.yellow_cards) == (
        "0", "2", "1", 1
    )  # fmt: skip


def test_a_match_goes_from_pending_to_finished(world: World) -> None:
    kinds = ("KickOff", "FirstHalfEnd", "SecondHalfKickOff", "SecondHalfEnd", "Finished")
    seen = [world.scoreboards.by_event[FOOTBALL].event_status, *(tell(world, kind).event_status for kind in kinds)]

    assert seen == [EventStatus.PENDING, *[EventStatus.IN_PROGRESS] * 4, EventStatus.FINISHED]
    assert world.scoreboards.by_event[FOOTBALL].home.full_time_score == "0"


def test_corners_belong_to_the_half_in_which_they_are_taken(world: World) -> None:
    for kind in ("KickOff", "Corner", "FirstHalfEnd", "SecondHalfKickOff", "Corner", "Corner", "RedCard"):
        board = tell(world, kind, team="home")

    assert (board.home.corners_first_half, board.home.corners_second_half, board.home.red_cards) == (1, 2, 1)


def test_time_stands_still_between_the_halves(world: World) -> None:
    tell(world, "KickOff")
    world.do(AdvanceClock(45 * 60_000)).accepted()
    board = tell(world, "FirstHalfEnd")
    world.do(AdvanceClock(15 * 60_000)).accepted()

    assert board.minutes(world.clock.now()) == (46, 45, 1)
    assert tell(world, "SecondHalfKickOff").minutes(world.clock.now()) == (46, 46, 0)


def test_a_minute_that_is_said_is_that_of_the_match_from_then_on(world: World) -> None:
    board = tell(world, "KickOff", match_time=30)
    world.do(AdvanceClock(5 * 60_000)).accepted()

    assert board.minutes(world.clock.now()) == (35, 35, 0)


def test_in_tennis_an_incident_says_how_the_sides_stand(world: World) -> None:
    tell(world, "Point", TENNIS_MATCH, home=SideEntry(score="Av", games=3), away=SideEntry(score=40))
    board = tell(world, "Set", TENNIS_MATCH, home=SideEntry(score=0, games=0, sets=1, game_sequence=(6,)))

    assert (board.home.score, board.home.sets, board.home.game_sequence, board.home.is_serving) == ("0", 1, (6,), True)
    assert (board.incidents[0].home.score, board.away.score, board.event_status) == ("Av", "40", "IN_PROGRESS")


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (TellIncident(event=NO_SCORES, type="KickOff"), "there are no scores of event '300'"),
        (TellIncident(event="999", type="KickOff"), "there are no scores of event '999'"),
        (TellIncident(event=FOOTBALL, type="Goal"), "Goal is of a team, home or away"),
        (TellIncident(event=TENNIS_MATCH, type="Goal", team="home"), "A Server has scored 'Av', to which no goal"),
    ],
)
def test_what_cannot_happen_is_refused_and_changes_nothing(world: World, incident: TellIncident, why: str) -> None:
    tell(world, "Point", TENNIS_MATCH, home=SideEntry(score="Av"))
    before = state_hash(world)
    refusal = world.do(incident).refusal

    assert refusal is not None
    assert refusal.text.startswith(why)
    assert state_hash(world) == before


def test_the_schedule_tells_what_happens(world: World) -> None:
    world.do(AdvanceClock(60 * 60_000)).accepted()

    assert world.scoreboards.by_event[FOOTBALL].status == "KickOff"


def test_a_story_told_again_comes_to_the_same_scores(world: World) -> None:
    double = Retelling(Beginning.of(world))
    story: list[Happened] = []
    world.listen(story.append)
    before = state_hash(world)
    tell(world, "KickOff")
    tell(world, "Goal", team="home", player="A. Striker")
    for one in told(story):
        double.tell(decode_told(encode_told(one)))

    assert state_hash(double.world) == state_hash(world) != before
    assert double.world.scoreboards.by_event == world.scoreboards.by_event


def test_scores_are_part_of_a_snapshot(world: World) -> None:
    tell(world, "KickOff")
    board = tell(world, "Goal", team="away")
    kept, digest = encode_snapshot(world.snapshot()), state_hash(world)
    tell(world, "Goal", team="home")
    after_more = state_hash(world)
    world.do(Restore(msgspec.Raw(kept))).accepted()

    assert state_hash(world) == digest != after_more
    assert world.scoreboards.by_event[FOOTBALL] == board


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("Newcastle v Chelsea", ("Newcastle", "Chelsea")),
        ("Ajax vs PSV", ("Ajax", "PSV")),
        ("Boston Celtics @ Miami Heat", ("Miami Heat", "Boston Celtics")),
        ("Navratilova v Vekic", ("Navratilova", "Vekic")),
        ("Cup 2027", None),
        ("Novak", None),
    ],
)
def test_the_name_of_an_event_says_who_is_at_home(name: str, sides: tuple[str, str] | None) -> None:
    assert sides_of(name) == sides

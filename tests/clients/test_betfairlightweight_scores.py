"""A bot written with betfairlightweight follows matches and reads race cards.

The library has the hosts of the in-play and the race card service built in, as properties: here those lead to ours, and
the headers of its session say whose world is asked.
"""

import pytest
from betfairlightweight import APIClient
from betfairlightweight.endpoints.inplayservice import InPlayService
from betfairlightweight.endpoints.racecard import RaceCard
from betfairlightweight.exceptions import APIError, StatusCodeError

from tests.clients.fair import MATCH_ODDS, MOONSHOT, PLACED, SEA_FEVER, WIN
from tests.clients.library import ServedWorld

MATCH, FINAL_EVENT, RACES = "30000100", "30000300", "30000200"


@pytest.fixture
def follower(alice: APIClient, world: ServedWorld, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    """A customer whose client asks our services in the place of those of the web site."""
    url = world.served.url
    monkeypatch.setattr(InPlayService, "url", property(lambda _: f"{url}/inplayservice/v1.1/"))
    monkeypatch.setattr(RaceCard, "url", property(lambda _: f"{url}/rest/v2/"))
    monkeypatch.setattr(RaceCard, "login_url", property(lambda _: f"{url}/exchange/plus/"))
    alice.session.headers["X-Application"] = world.accounts[0].app_key
    return alice


def tell(world: ServedWorld, event_id: str, kind: str, **content: object) -> None:
    world.control(f"events/{event_id}/incident", {"type": kind, **content})


def test_available_events_are_found_by_sport_and_status(alice: APIClient, world: ServedWorld) -> None:
    tell(world, MATCH, "KickOff")
    found = alice.scores.list_available_events(event_status=["IN_PROGRESS"])
    tennis = alice.scores.list_available_events(event_type_ids=["2"])

    assert [(event.event_id, event.event_type_id, event.event_status) for event in [*found, *tennis]] == [
        (MATCH, "1", "IN_PROGRESS"), (FINAL_EVENT, "2", "PENDING")
    ]  # fmt: skip


def test_scores_are_followed_by_the_number_of_the_last_change(alice: APIClient, world: ServedWorld) -> None:
    tell(world, FINAL_EVENT, "point", status="InProgress", home={"score": 15}, away={"score": 0})
    (score,) = alice.scores.list_scores([{"eventId": FINAL_EVENT}])
    known = score.update_context.update_sequence
    (same,) = alice.scores.list_scores([{"eventId": FINAL_EVENT, "lastUpdateSequenceProcessed": known}])
    tell(world, FINAL_EVENT, "ace", home={"score": 30})
    (new,) = alice.scores.list_incidents([{"eventId": FINAL_EVENT, "lastUpdateSequenceProcessed": known}])

    assert (score.values["player1PointsWon"], score.values["player1"]) == ("15", "3301")
    assert (same.response_code, same.values) == ("NO_NEW_UPDATES", None)
    ((number, incident),) = new.incidents.items()
    assert (number, incident["updateContext"]["updateType"], incident["values"]["player1PointsWon"]) == (
        str(known + 1), "ace", "30"
    )  # fmt: skip


def test_the_in_play_service_tells_a_match_as_it_is_played(follower: APIClient, world: ServedWorld) -> None:
    service = follower.in_play_service
    before = service.get_event_timeline(int(MATCH))
    tell(world, MATCH, "KickOff")
    world.advance("PT35M3S")
    tell(world, MATCH, "Goal", team="away", player="A. Striker")
    tell(world, MATCH, "YellowCard", team="home")
    (scores,) = service.get_scores([MATCH, FINAL_EVENT, RACES])
    (timeline,) = service.get_event_timelines([MATCH])
    (broadcast,) = service.get_scores_and_broadcast([MATCH])

    assert (before.event_id, before.score, before.update_detail) == (None, None, [])
    assert (scores.event_id, scores.time_elapsed, scores.match_status) == (int(MATCH), 36, "KickOff")
    assert (scores.score.home.number_of_yellow_cards, scores.score.away.score) == (1, "1")
    kick_off, goal, card = timeline.update_detail
    assert (kick_off.match_time, goal.team_name, goal.player, card.type) == (
        1, "Brook Rovers", "A. Striker", "YellowCard"
    )  # fmt: skip
    assert goal.update_time.strftime("%H:%M:%S") == "12:35:03"
    assert (broadcast.broadcasts.is_live_video_available, broadcast.broadcasts.tv) == (False, [])


def test_the_in_play_service_tells_sets_and_games(follower: APIClient, world: ServedWorld) -> None:
    sides = {
        "home": {"score": 40, "games": 3, "sets": 1, "gameSequence": [6], "isServing": True, "aces": 2},
        "away": {"score": 30, "games": 2, "sets": 0, "gameSequence": [4], "isServing": False},
    }
    tell(world, FINAL_EVENT, "point", status="InProgress", matchTime=59, **sides)
    (scores,) = follower.in_play_service.get_scores([FINAL_EVENT])

    home = scores.score.home
    assert (home.name, home.sets, home.games, home.game_sequence, home.is_serving, home.aces) == (
        "A. Durand", "1", "3", [6], True, 2
    )  # fmt: skip
    assert (scores.current_set, scores.full_time_elapsed.min, scores.status) == (2, 58, "IN_PLAY")


def test_a_race_card_is_read_with_the_key_that_the_page_shows(follower: APIClient, world: ServedWorld) -> None:
    follower.race_card.login()
    (card,) = follower.race_card.get_race_card([WIN, PLACED])

    assert (card.race.race_id_exchange, card.race.course.name, card.race.race_type.full) == (
        f"{RACES}.1300", "Ascot", "Flat"
    )  # fmt: skip
    assert [market.market_id for market in card.race.markets] == [WIN, PLACED]
    assert [runner.name for runner in card.runners] == ["Sea Fever", "Moonshot", "Old Tom"]
    assert card.runners[0].selections[0].selection_id == str(SEA_FEVER)
    assert follower.race_card.get_race_card([MATCH_ODDS]) == []
    assert follower.race_card.get_race_result([WIN]) == []

    world.control(f"markets/{WIN}/settle", {"results": [{"selectionId": MOONSHOT, "status": "WINNER"}]})
    (result,) = follower.race_card.get_race_result([WIN])
    assert [runner["status"] for runner in result["runners"]] == ["LOSER", "WINNER", "LOSER"]


def test_refusals_reach_the_client(follower: APIClient) -> None:
    follower.race_card.app_key = "another"
    for ask in (
        lambda: follower.race_card.get_race_card([WIN]),
        lambda: follower.in_play_service.get_scores([]),
        lambda: follower.in_play_service.get_event_timeline("none"),
    ):
        with pytest.raises(StatusCodeError):
            ask()
    with pytest.raises(APIError):
        follower.scores.list_scores([{"lastUpdateSequenceProcessed": 1}])

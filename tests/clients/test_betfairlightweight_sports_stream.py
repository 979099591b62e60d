"""betfairlightweight's race and cricket streams are told what the scores service says."""

import pytest
from betfairlightweight import APIClient

from tests.clients.fair import WIN
from tests.clients.library import ServedWorld
from tests.clients.streams import running

# The library asks for TLS in a way that Python would rather see no more.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated:DeprecationWarning")


def test_a_race_stream_follows_a_race_from_the_off_to_the_finish(
    secure_world: ServedWorld, secure_alice: APIClient
) -> None:
    with running(secure_alice, lambda stream: stream.subscribe_to_races()) as stream:
        stream.until(lambda: stream.stream.receive_count > 0, "the subscription is answered")
        secure_world.control(f"markets/{WIN}/race-status", {"status": "OFF"})
        stream.until(lambda: bool(stream.listener.snap([WIN])), "the race is off")
        (off,) = stream.listener.snap([WIN])
        secure_world.control(f"markets/{WIN}/race-status", {"status": "FINISHED"})
        stream.until(lambda: stream.listener.snap([WIN])[0].race_progress.gate_name == "Finish", "it is over")
        (over,) = stream.listener.snap([WIN])

    (race,) = secure_alice.scores.list_race_details(race_ids=[off.race_id])
    assert (race.race_status, off.market_id, off.race_runners) == ("FINISHED", WIN, [])
    assert (off.race_progress.running_time, over.race_progress.progress) == (0, 0)
    assert over.race_progress.feed_time == race.last_updated


def test_a_cricket_stream_is_alive_without_a_match(secure_alice: APIClient) -> None:
    with running(secure_alice, lambda stream: stream.subscribe_to_cricket_matches()) as stream:
        stream.until(lambda: stream.listener.clk is not None, "the image is there")

        assert stream.listener.snap() == []

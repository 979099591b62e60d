"""betfairlightweight's market, order and segmented streams agree with what the services over HTTP say."""

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import ListenerError

from tests.clients.fair import DRAW, HOME, MATCH_ODDS, WIN
from tests.clients.library import ServedWorld, limit, place
from tests.clients.streams import assert_shows, running, to_markets

# The library asks for TLS in a way that Python would rather see no more.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated:DeprecationWarning")


@pytest.fixture
def world(secure_world: ServedWorld) -> ServedWorld:
    return secure_world


@pytest.fixture
def alice(secure_alice: APIClient) -> APIClient:
    return secure_alice


@pytest.fixture
def bob(secure_bob: APIClient) -> APIClient:
    return secure_bob


def test_a_market_stream_shows_what_list_market_book_shows(
    world: ServedWorld, alice: APIClient, bob: APIClient
) -> None:
    with running(alice, to_markets(MATCH_ODDS, WIN)) as stream:
        assert_shows(stream, alice, MATCH_ODDS)
        place(bob, MATCH_ODDS, limit(HOME, "BACK", 2.1, 20), limit(DRAW, "LAY", 3.2, 15))
        assert_shows(stream, alice, MATCH_ODDS)
        world.control(f"markets/{MATCH_ODDS}/suspend")
        assert_shows(stream, alice, MATCH_ODDS)
        world.control(f"markets/{MATCH_ODDS}/resume")
        world.control(f"markets/{MATCH_ODDS}/turn-in-play")
        assert_shows(stream, alice, MATCH_ODDS)
        assert_shows(stream, alice, WIN)

        definition = stream.books()[MATCH_ODDS].market_definition
        assert (definition.in_play, definition.bet_delay) == (True, 5)


def test_a_segmented_stream_of_every_market_shows_all_of_them(alice: APIClient) -> None:
    with running(alice, to_markets(segmentation_enabled=True)) as stream:
        stream.until(lambda: MATCH_ODDS in stream.books() and WIN in stream.books(), "every market is there")
        assert_shows(stream, alice, MATCH_ODDS)


def test_an_order_stream_shows_what_list_current_orders_shows(alice: APIClient, bob: APIClient) -> None:
    def agrees() -> bool:
        orders = {order.bet_id: order for order in alice.betting.list_current_orders().orders}
        shown = stream.orders()
        return shown.keys() == orders.keys() and all(
            (shown[bet_id].size_matched, shown[bet_id].size_remaining, shown[bet_id].status)
            == (order.size_matched, order.size_remaining, order.status)
            for bet_id, order in orders.items()
        )

    with running(alice, lambda stream: stream.subscribe_to_orders()) as stream:
        (report,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.16, 20))
        stream.until(agrees, "the order is there")
        place(bob, MATCH_ODDS, limit(HOME, "LAY", 2.16, 5))
        stream.until(agrees, "a part of it is matched")
        alice.betting.cancel_orders(MATCH_ODDS, [filters.cancel_instruction(report.bet_id)])
        stream.until(agrees, "the rest is cancelled")
        place(bob, MATCH_ODDS, limit(HOME, "BACK", 2.16, 20))
        stream.until(agrees, "the orders of others make no difference")


def test_a_wrong_session_is_refused(alice: APIClient) -> None:
    alice.set_session_token("not a session")

    with pytest.raises(ListenerError, match="INVALID_SESSION_INFORMATION"), running(alice, to_markets(MATCH_ODDS)):
        pass

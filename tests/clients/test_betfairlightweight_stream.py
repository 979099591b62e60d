"""betfairlightweight's market, order and segmented streams agree with what the services over HTTP say."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import ListenerError

from tests.clients.fair import DRAW, FAIR, HOME, MATCH_ODDS, WIN
from tests.clients.library import ServedWorld, let_read_documents, limit, place
from tests.clients.streams import RunningStream, lead_streams_to, running
from tests.serving import WITH_TLS, Served, serving

# The library asks for TLS in a way that Python would rather see no more.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated:DeprecationWarning")

FIELDS = ["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF"]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    scenario = tmp_path_factory.mktemp("stream") / "fair.json"
    scenario.write_text(json.dumps(FAIR))
    with serving("--scenario", str(scenario), *WITH_TLS) as served:
        let_read_documents(served)
        yield served


@pytest.fixture
def world(secure: Served, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> ServedWorld:
    """The default world as it begins, with the library's streams led to it."""
    lead_streams_to(secure, monkeypatch)
    world = ServedWorld(secure, http, secure.world())
    world.control("reset")
    return world


@pytest.fixture
def alice(world: ServedWorld) -> Iterator[APIClient]:
    yield from logged_in(world, 0)


@pytest.fixture
def bob(world: ServedWorld) -> Iterator[APIClient]:
    yield from logged_in(world, 1)


def logged_in(world: ServedWorld, number: int) -> Iterator[APIClient]:
    account = world.accounts[number]
    with requests.Session() as session:
        session.trust_env, session.verify = False, world.served.ca
        client = APIClient(account.username, account.password, app_key=account.app_key, session=session)
        client.identity_uri = f"{world.served.https_url}/api/"
        client.api_uri = f"{world.served.https_url}/exchange/"
        client.login_interactive()
        yield client


def to_markets(*market_ids: str, **options: Any) -> Any:
    return lambda stream: stream.subscribe_to_markets(
        market_filter=filters.streaming_market_filter(market_ids=list(market_ids)),
        market_data_filter=filters.streaming_market_data_filter(fields=FIELDS, ladder_levels=3),
        **options,
    )


def assert_shows(stream: RunningStream, client: APIClient, market_id: str) -> None:
    """Hold the library's own book of a market, made of messages, against listMarketBook."""
    projection = filters.price_projection(price_data=["EX_ALL_OFFERS", "EX_TRADED"])
    (book,) = client.betting.list_market_book([market_id], price_projection=projection)

    def lines(runner: Any) -> Any:
        sides = (runner.ex.available_to_back, runner.ex.available_to_lay, runner.ex.traded_volume)
        return [[(line.price, line.size) for line in side] for side in sides]

    def agrees() -> bool:
        shown = stream.books().get(market_id)
        return shown is not None and (shown.status, shown.version, shown.total_matched) == (
            book.status,
            book.version,
            book.total_matched,
        ) and [lines(runner) for runner in shown.runners] == [lines(runner) for runner in book.runners]  # fmt: skip

    stream.until(agrees, f"the stream shows {market_id} as listMarketBook does")


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

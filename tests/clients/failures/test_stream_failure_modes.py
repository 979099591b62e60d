"""betfairlightweight lives through what goes wrong with streams in production: docs/failure-modes.md."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from betfairlightweight import APIClient, StreamListener, filters
from betfairlightweight.exceptions import BetfairError, ListenerError, SocketError

from tests.clients.fair import DRAW, HOME, MATCH_ODDS, WIN
from tests.clients.library import ServedWorld, limit, place
from tests.clients.streams import assert_shows, running, to_markets
from tests.serving import PATIENCE_SECONDS

# The library asks for TLS in a way that Python would rather see no more.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated:DeprecationWarning")

ON_MARKETS = "/stream/mcm"
OFTEN = {"heartbeat_ms": 500}


def order(world: ServedWorld, operation: str, do: str, **rest: Any) -> None:
    world.control("faults", {"faults": [{"operation": operation, "do": do, **rest}]})


def order_named(world: ServedWorld, failure: str) -> None:
    world.control("faults", {"failure": failure})


def bet(client: APIClient, price: float = 2.1, size: float = 20) -> str:
    (report,) = place(client, MATCH_ODDS, limit(HOME, "BACK", price, size))
    bet_id: str = report.bet_id
    return bet_id


def connect(client: APIClient, **options: Any) -> None:
    """Connect and subscribe as a user does, and hang up."""
    stream = client.streaming.create_stream(listener=StreamListener(), **options)
    try:
        to_markets(MATCH_ODDS)(stream)
        stream._receive_all()
    finally:
        stream.stop()


def to_orders(stream: Any) -> None:
    stream.subscribe_to_orders(**OFTEN)


def test_f3_the_order_stream_reports_a_bet_before_its_answer(
    secure_world: ServedWorld, secure_alice: APIClient
) -> None:
    answers: list[str] = []
    order_named(secure_world, "order-stream-first")
    with running(secure_alice, to_orders) as stream:
        placing = threading.Thread(target=lambda: answers.append(bet(secure_alice, 2.16)))
        placing.start()
        stream.until(lambda: bool(stream.orders()), "the order stream has the bet")
        told, answered = set(stream.orders()), list(answers)
        secure_world.advance("PT1S")
        placing.join(PATIENCE_SECONDS)

    assert answered == []
    assert told == set(answers)


def test_f4_the_order_stream_reports_a_bet_minutes_after_its_answer(
    secure_world: ServedWorld, secure_alice: APIClient
) -> None:
    order_named(secure_world, "order-stream-late")
    with running(secure_alice, to_orders) as stream:
        bet_id = bet(secure_alice)
        stream.until_something_came("a heartbeat")
        shown = stream.orders()
        (current,) = secure_alice.betting.list_current_orders().orders
        secure_world.advance("PT9M")
        stream.until(lambda: bet_id in stream.orders(), "the order stream has the bet at last")

    assert shown == {}
    assert (current.bet_id, current.status) == (bet_id, "EXECUTION_COMPLETE")


CONNECTING: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "it is closed without a word": ("disconnect", {}, {}),
    "it is reset": ("reset", {}, {}),
    "nothing is ever said": ("silence", {}, {"timeout": 0.5}),
    "nothing came in time": ("refuse", {"code": "TIMEOUT"}, {}),
    "the service fails": ("refuse", {"code": "CONNECTION_FAILED"}, {}),
}


@pytest.mark.parametrize(("do", "rest", "options"), CONNECTING.values(), ids=CONNECTING)
def test_f12_a_connection_fails_and_the_next_one_does_not(
    secure_world: ServedWorld, secure_alice: APIClient, do: str, rest: dict[str, Any], options: dict[str, Any]
) -> None:
    order(secure_world, "connection", do, **rest)

    with pytest.raises(BetfairError):
        connect(secure_alice, **options)

    connect(secure_alice)


@pytest.mark.parametrize("do", ["disconnect", "reset"])
def test_f13_who_was_cut_off_comes_back_with_its_tokens_and_misses_nothing(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient, do: str
) -> None:
    with running(secure_alice, to_markets(MATCH_ODDS, WIN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        order(secure_world, ON_MARKETS, do, account="alice")
        bet(secure_bob)
        assert isinstance(stream.until_cut_off(), SocketError)
        place(secure_bob, MATCH_ODDS, limit(DRAW, "LAY", 3.2, 15))

        tokens = {"initial_clk": stream.listener.initial_clk, "clk": stream.listener.clk}
        stream.connect(to_markets(MATCH_ODDS, WIN, **tokens))
        assert_shows(stream, secure_alice, MATCH_ODDS)
        assert_shows(stream, secure_alice, WIN)


def test_f13_a_missed_order_update_is_told_after_coming_back(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient
) -> None:
    with running(secure_alice, to_orders) as stream:
        bet_id = bet(secure_alice, 2.16)
        stream.until(lambda: bet_id in stream.orders(), "the order is there")
        order_named(secure_world, "stream-cut-off")
        place(secure_bob, MATCH_ODDS, limit(HOME, "LAY", 2.16, 20))
        stream.until_cut_off()
        before = stream.orders()[bet_id].status

        tokens = {"initial_clk": stream.listener.initial_clk, "clk": stream.listener.clk}
        stream.connect(lambda again: again.subscribe_to_orders(**tokens))
        stream.until(lambda: stream.orders()[bet_id].status == "EXECUTION_COMPLETE", "it is matched")

    assert before == "EXECUTABLE"


def test_f14_a_degraded_stream_says_so_and_goes_on(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient
) -> None:
    with running(secure_alice, to_markets(MATCH_ODDS, **OFTEN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        order_named(secure_world, "stream-degraded")
        stream.until(lambda: stream.listener.status == 503, "a heartbeat says that the service is degraded")
        bet(secure_bob)
        assert_shows(stream, secure_alice, MATCH_ODDS)
        secure_world.advance("PT1M")
        stream.until(lambda: stream.listener.status is None, "a heartbeat says nothing of the kind")


UNASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "F15: an image comes": ("image", {}),
    "F16: updates are conflated": ("conflate", {}),
    "F16: updates come in segments": ("segment", {}),
    "F28: an update comes twice": ("duplicate", {}),
    "F30: an update comes in pieces": ("drip", {"over": "PT0.1S", "chunks": 20}),
    "F30: several updates come at once": ("delay", {"fixed": "PT0.3S"}),
}


@pytest.mark.parametrize(("do", "rest"), UNASKED.values(), ids=UNASKED)
def test_the_librarys_book_is_right_however_it_was_told(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient, do: str, rest: dict[str, Any]
) -> None:
    with running(secure_alice, to_markets(MATCH_ODDS, WIN, **OFTEN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        order(secure_world, ON_MARKETS, do, **rest)
        bet(secure_bob)
        place(secure_bob, MATCH_ODDS, limit(DRAW, "LAY", 3.2, 15))
        assert_shows(stream, secure_alice, MATCH_ODDS)
        assert_shows(stream, secure_alice, WIN)


def test_f16_a_segmented_image_is_whole_in_the_end(secure_world: ServedWorld, secure_alice: APIClient) -> None:
    order_named(secure_world, "stream-segmented")
    with running(secure_alice, to_markets(MATCH_ODDS, WIN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        assert_shows(stream, secure_alice, WIN)


def test_f16_nothing_but_heartbeats_comes_while_nothing_happens(
    secure_world: ServedWorld, secure_alice: APIClient
) -> None:
    with running(secure_alice, to_markets(MATCH_ODDS, **OFTEN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        processed = stream.listener.updates_processed
        stream.until_something_came("a heartbeat")

        assert stream.listener.updates_processed == processed


def test_f17_a_market_without_definition_has_one_once_it_changes(
    secure_world: ServedWorld, secure_alice: APIClient
) -> None:
    order_named(secure_world, "stream-without-definition")
    with running(secure_alice, to_markets(MATCH_ODDS)) as stream:
        stream.until(lambda: MATCH_ODDS in stream.books(), "the image is there")
        without = stream.books()[MATCH_ODDS]
        secure_world.control(f"markets/{MATCH_ODDS}/suspend")
        stream.until(lambda: stream.books()[MATCH_ODDS].status == "SUSPENDED", "the definition is there")
        assert_shows(stream, secure_alice, MATCH_ODDS)

    assert (without.market_definition, without.status) == (None, None)


BY_NAME = ["stream-image-unasked", "stream-conflated", "stream-in-pieces"]


@pytest.mark.parametrize("failure", BY_NAME)
def test_the_librarys_book_is_right_after_a_failure_by_name(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient, failure: str
) -> None:
    with running(secure_alice, to_markets(MATCH_ODDS, **OFTEN)) as stream:
        assert_shows(stream, secure_alice, MATCH_ODDS)
        order_named(secure_world, failure)
        bet(secure_bob)
        assert_shows(stream, secure_alice, MATCH_ODDS)


@pytest.mark.parametrize("failure", ["stream-closed-without-a-word", "stream-connections-exceeded"])
def test_who_cannot_connect_tries_again(secure_world: ServedWorld, secure_alice: APIClient, failure: str) -> None:
    order_named(secure_world, failure)

    with pytest.raises(BetfairError):
        connect(secure_alice)

    connect(secure_alice)


LIMITS: dict[str, tuple[str, str, bool]] = {
    "connections": ("authentication", "MAX_CONNECTION_LIMIT_EXCEEDED", True),
    "requests": ("authentication", "TOO_MANY_REQUESTS", True),
    "markets": ("marketSubscription", "SUBSCRIPTION_LIMIT_EXCEEDED", False),
}


@pytest.mark.parametrize(("operation", "code", "ends"), LIMITS.values(), ids=LIMITS)
def test_f18_a_limit_is_exceeded(
    secure_world: ServedWorld, secure_alice: APIClient, operation: str, code: str, ends: bool
) -> None:
    order(secure_world, operation, "refuse", code=code)
    listener = StreamListener()
    stream = secure_alice.streaming.create_stream(listener=listener)
    subscribe: Callable[[Any], None] = to_markets(MATCH_ODDS)
    if ends:
        with pytest.raises(ListenerError, match=code):
            subscribe(stream)
        return

    subscribe(stream)
    refusal = stream._receive_all()
    subscribe(stream)
    answer = stream._receive_all()
    stream.stop()

    assert code in refusal
    assert "SUCCESS" in answer
    assert listener.connections_available == 9


def test_f28_a_fill_that_is_told_twice_counts_once(
    secure_world: ServedWorld, secure_alice: APIClient, secure_bob: APIClient
) -> None:
    with running(secure_alice, to_orders) as stream:
        bet_id = bet(secure_alice, 2.16)
        stream.until(lambda: bet_id in stream.orders(), "the order is there")
        order_named(secure_world, "stream-duplicate")
        processed = stream.listener.updates_processed
        place(secure_bob, MATCH_ODDS, limit(HOME, "LAY", 2.16, 5))
        stream.until(lambda: stream.listener.updates_processed == processed + 2, "the fill is told twice")

        assert (stream.orders()[bet_id].size_matched, stream.orders()[bet_id].size_remaining) == (5, 15)


def test_f13_the_tokens_of_another_subscription_bring_an_image(secure_alice: APIClient) -> None:
    with running(secure_alice, to_markets(WIN)) as stream:
        assert_shows(stream, secure_alice, WIN)
        stream.stop()
        tokens = {"initial_clk": stream.listener.initial_clk, "clk": stream.listener.clk}
        stream.connect(
            lambda again: again.subscribe_to_markets(
                market_filter=filters.streaming_market_filter(market_ids=[MATCH_ODDS]),
                market_data_filter=filters.streaming_market_data_filter(fields=["EX_ALL_OFFERS", "EX_MARKET_DEF"]),
                **tokens,
            )
        )
        stream.until(lambda: MATCH_ODDS in stream.books(), "the image is there")

"""What a tester orders to go wrong with a stream goes wrong, as often as was ordered, and then no more."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.orders import Side
from simulator.world.faults import Fault, Latency
from simulator.world.happened import FaultFired
from simulator.world.inputs import AdvanceClock, MeetFaults, OrderFaults, Reset
from tests.contract.stream_theatre import StreamClient, StreamTheatre, streaming, two_races

WIN, OTHER = "1.1", "1.2"
ON_MARKETS, ON_ORDERS = "/stream/mcm", "/stream/ocm"
LATE = Latency(fixed=5_000, clock="world")
"""By the clock of the world, which stands still until it is moved."""


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with streaming(two_races(2)) as theatre:
        yield theatre


@pytest.fixture
def alice(theatre: StreamTheatre) -> StreamClient:
    return theatre.client()


def order(theatre: StreamTheatre, *faults: Fault) -> None:
    theatre.do(OrderFaults(faults)).accepted()


def take(theatre: StreamTheatre, market_id: str = WIN) -> None:
    """Take ten pounds of the best offer."""
    theatre.bet("bob", market_id, Side.BACK, 200, 10_00)


def subscribe(client: StreamClient, *fields: str) -> dict[str, Any]:
    return client.subscribe_to_markets(WIN, OTHER, fields=["EX_ALL_OFFERS", *fields])


def left(update: dict[str, Any]) -> list[Any]:
    """What is left of the offer, by market."""
    return [(change["id"], change["rc"][0]["atb"], change.get("con")) for change in update["mc"]]


# Connections and requests


def test_a_connection_is_closed_without_a_word(theatre: StreamTheatre) -> None:
    order(theatre, Fault("connection", "disconnect"))

    client = theatre.connect_anyhow()

    assert client.read() == []
    assert client.is_closed
    assert theatre.connect().send(theatre.authentication("alice"))[0]["statusCode"] == "SUCCESS"


def test_a_connection_may_never_say_a_word(theatre: StreamTheatre) -> None:
    order(theatre, Fault("connection", "silence"))

    client = theatre.connect_anyhow()

    assert client.send(theatre.authentication("alice")) == []
    assert client.send_bytes(b"x" * 2_000_000) == []
    assert not client.is_closed


def test_a_connection_is_refused_after_the_greeting(theatre: StreamTheatre) -> None:
    order(theatre, Fault("connection", "refuse", code="TOO_MANY_REQUESTS"))

    client = theatre.connect_anyhow()
    greeting, refusal = client.read()

    assert greeting["op"] == "connection"
    assert (refusal["errorCode"], refusal["connectionClosed"], "id" in refusal) == ("TOO_MANY_REQUESTS", True, False)
    assert client.is_closed


def test_a_limit_that_refuses_a_connection_may_leave_it_open(theatre: StreamTheatre) -> None:
    order(theatre, Fault("connection", "refuse", code="SUBSCRIPTION_LIMIT_EXCEEDED"))

    client = theatre.connect_anyhow()
    greeting, refusal = client.read()

    assert (greeting["op"], refusal["connectionClosed"], client.is_closed) == ("connection", False, False)
    assert client.send(theatre.authentication("alice"))[0]["statusCode"] == "SUCCESS"


def test_an_authentication_without_an_id_is_refused_without_another_greeting(theatre: StreamTheatre) -> None:
    client = theatre.connect()
    order(theatre, Fault("authentication", "refuse", code="TOO_MANY_REQUESTS"))

    (refusal,) = client.send({**theatre.authentication("alice"), "id": None})

    assert (refusal["op"], refusal["errorCode"]) == ("status", "TOO_MANY_REQUESTS")


def test_who_reads_again_may_be_cut_off_with_everything_there_was_to_tell(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    subscribe(alice)
    alice.subscribe_to_orders()
    alice.fall_behind()
    theatre.bet("alice", WIN, Side.BACK, 200, 10_00)
    order(theatre, Fault("stream", "disconnect"))

    assert alice.read_on() == []
    assert alice.is_closed


REFUSED: list[tuple[str, str]] = [
    ("authentication", "MAX_CONNECTION_LIMIT_EXCEEDED"),
    ("authentication", "INVALID_SESSION_INFORMATION"),
    ("authentication", "CONNECTION_FAILED"),
    ("marketSubscription", "UNEXPECTED_ERROR"),
    ("orderSubscription", "INVALID_CLOCK"),
    ("marketSubscription", "SUBSCRIPTION_LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize(("operation", "code"), REFUSED)
def test_a_request_is_refused_with_any_code(theatre: StreamTheatre, operation: str, code: str) -> None:
    client = theatre.connect() if operation == "authentication" else theatre.client()
    order(theatre, Fault(operation, "refuse", code=code, account="alice"))
    request = theatre.authentication("alice") if operation == "authentication" else {"op": operation, "id": 1}

    (refusal,) = client.send(request)

    assert (refusal["id"], refusal["errorCode"]) == (1, code)
    assert refusal["connectionClosed"] is client.is_closed is (code != "SUBSCRIPTION_LIMIT_EXCEEDED")


def test_a_code_of_another_service_refuses_nothing_here(theatre: StreamTheatre, alice: StreamClient) -> None:
    order(theatre, Fault("*", "refuse", code="INSUFFICIENT_FUNDS"))

    assert subscribe(alice)["ct"] == "SUB_IMAGE"


def test_what_happens_to_answers_over_http_does_not_happen_to_a_stream(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    order(theatre, Fault("*", "truncate"), Fault("/stream/*", "lose-answer"))

    assert subscribe(alice)["ct"] == "SUB_IMAGE"


def test_a_request_is_never_answered(theatre: StreamTheatre, alice: StreamClient) -> None:
    order(theatre, Fault("marketSubscription", "silence"))

    assert alice.send({"op": "marketSubscription", "id": 2}) == []
    assert subscribe(alice)["ct"] == "SUB_IMAGE"


@pytest.mark.parametrize("word", ["disconnect", "reset"])
def test_a_connection_ends_instead_of_an_answer(theatre: StreamTheatre, alice: StreamClient, word: str) -> None:
    order(theatre, Fault("orderSubscription", word))

    assert alice.send({"op": "orderSubscription", "id": 3}) == []
    assert alice.is_closed


# Change messages


def test_messages_and_heartbeats_carry_the_status_while_the_service_is_degraded(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "status-503", lasts=10_000))

    take(theatre)
    (update,) = alice.read()
    (heartbeat,) = alice.beat()
    theatre.do(AdvanceClock(10_000))
    (healthy,) = alice.beat()

    assert list(update) == ["op", "id", "clk", "status", "pt", "mc"]
    assert list(heartbeat) == ["op", "id", "clk", "status", "pt", "ct"]
    assert (update["status"], heartbeat["status"], "status" in healthy) == (503, 503, False)


def test_a_silent_stream_tells_nothing_and_then_everything_at_once(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "silence", lasts=60_000))
    take(theatre)
    take(theatre)
    take(theatre, OTHER)
    assert alice.read() == []
    assert alice.beat() == []

    theatre.do(AdvanceClock(60_000))
    (update,) = alice.beat()

    assert left(update) == [(WIN, [[2, 80]], True), (OTHER, [[2, 90]], True)]
    (heartbeat,) = alice.beat()
    assert heartbeat["clk"] == update["clk"]


def test_a_stream_that_is_silent_from_the_beginning_has_its_image_later(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    order(theatre, Fault(ON_MARKETS, "silence", times=2))
    (status,) = alice.send({"op": "marketSubscription", "id": 2, "marketFilter": {"marketIds": [WIN]}})
    take(theatre)
    assert (status["statusCode"], alice.read()) == ("SUCCESS", [])

    take(theatre)
    (image,) = alice.read()

    assert (image["ct"], image["mc"][0]["img"]) == ("SUB_IMAGE", True)
    assert image["mc"][0]["rc"][0]["atb"] == [[2, 80], [1.9, 50]]


def test_updates_are_conflated_although_nobody_asked_for_it(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "conflate", times=2))
    take(theatre)
    take(theatre)
    assert alice.read() == []

    take(theatre)
    (update,) = alice.read()

    assert left(update) == [(WIN, [[2, 70]], True)]


def test_an_order_that_is_conflated_is_told_as_it_is_in_the_end(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_orders()
    order(theatre, Fault(ON_ORDERS, "conflate"))
    theatre.bet("alice", WIN, Side.BACK, 210, 20_00)
    assert alice.read() == []

    theatre.bet("bob", WIN, Side.LAY, 210, 5_00)
    (update,) = alice.read()

    (market,) = update["oc"]
    assert market["fullImage"] is True
    (told,) = market["orc"][0]["uo"]
    assert (told["sm"], told["sr"]) == (5, 15)


def test_an_image_comes_that_nobody_asked_for(theatre: StreamTheatre, alice: StreamClient) -> None:
    first = subscribe(alice)
    order(theatre, Fault(ON_MARKETS, "image"))

    take(theatre)
    (image,) = alice.read()
    take(theatre)
    (update,) = alice.read()

    assert (image["ct"], image["initialClk"] == first["initialClk"]) == ("SUB_IMAGE", False)
    assert [(change["id"], change["img"]) for change in image["mc"]] == [(WIN, True), (OTHER, True)]
    assert image["mc"][0]["rc"][0]["atb"] == [[2, 90], [1.9, 50]]
    assert left(update) == [(WIN, [[2, 80]], None)]


def test_an_image_comes_at_a_heartbeat(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("streamHeartbeat", "image"))

    (image,) = alice.beat()
    (heartbeat,) = alice.beat()

    assert (image["ct"], heartbeat["ct"]) == ("SUB_IMAGE", "HEARTBEAT")


def test_an_image_lacks_its_definitions(theatre: StreamTheatre, alice: StreamClient) -> None:
    order(theatre, Fault("marketSubscription", "no-definition"))

    image, again = subscribe(alice, "EX_MARKET_DEF"), subscribe(alice, "EX_MARKET_DEF")

    assert ["marketDefinition" in market for market in image["mc"] + again["mc"]] == [False, False, True, True]
    assert image["mc"][0]["rc"] == again["mc"][0]["rc"]


def test_an_image_comes_in_segments(theatre: StreamTheatre, alice: StreamClient) -> None:
    order(theatre, Fault("marketSubscription", "segment"))

    status, first, last = alice.send({"op": "marketSubscription", "id": 2, "marketFilter": {}})

    assert status["statusCode"] == "SUCCESS"
    assert [(part["segmentType"], part["ct"], part["clk"]) for part in (first, last)] == [
        ("SEG_START", "SUB_IMAGE", "AAAAAAAA"),
        ("SEG_END", "SUB_IMAGE", "AAAAAAAA"),
    ]
    assert [market["id"] for part in (first, last) for market in part["mc"]] == [WIN, OTHER]


def test_an_update_of_one_market_ends_with_a_segment_without_any(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "segment"))

    take(theatre)
    first, last = alice.read()

    assert (first["segmentType"], last["segmentType"], first["clk"] == last["clk"]) == ("SEG_START", "SEG_END", True)
    assert ("mc" in first, "mc" in last) == (True, False)


def test_a_message_comes_twice(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "duplicate"))

    take(theatre)
    first, second = alice.read()

    assert first == second
    take(theatre)
    assert len(alice.read()) == 1


def test_a_message_is_late_and_nothing_overtakes_it(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "delay", latency=LATE))
    take(theatre)
    take(theatre, OTHER)
    assert alice.send({"op": "heartbeat", "id": 9}) == []

    theatre.do(AdvanceClock(4_999))
    assert alice.read() == []
    theatre.do(AdvanceClock(1))

    first, second, status = alice.read_joined()
    assert (left(first), left(second), status["id"]) == ([(WIN, [[2, 90]], None)], [(OTHER, [[2, 90]], None)], 9)


def test_two_messages_that_are_late_until_the_same_time_both_come(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "delay", times=2, latency=LATE))
    take(theatre)
    take(theatre)

    theatre.do(AdvanceClock(5_000))

    assert [left(update) for update in alice.read()] == [[(WIN, [[2, 90]], None)], [(WIN, [[2, 80]], None)]]


def test_a_delay_of_nothing_delays_nothing(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "delay", latency=Latency(clock="world")))

    take(theatre)

    assert len(alice.read()) == 1


def test_an_answer_is_late(theatre: StreamTheatre, alice: StreamClient) -> None:
    order(theatre, Fault("marketSubscription", "delay", latency=LATE))
    assert alice.send({"op": "marketSubscription", "id": 2, "marketFilter": {"marketIds": [WIN]}}) == []

    theatre.do(AdvanceClock(5_000))

    assert [message["op"] for message in alice.read_joined()] == ["status", "mcm"]


def test_a_late_message_does_not_come_after_a_reset_of_its_world_has_been_told(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "delay", latency=LATE))
    take(theatre)

    theatre.do(Reset())

    update, image = alice.read_joined()
    assert (left(update), image["ct"]) == ([(WIN, [[2, 90]], None)], "SUB_IMAGE")


def test_a_message_comes_piece_by_piece(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "drip", chunks=3))

    take(theatre)
    pieces = alice.read_pieces(3)

    assert [piece.count(b"\n") for piece in pieces] == [0, 0, 1]
    assert b"".join(pieces).startswith(b'{"op":"mcm","id":2,')
    take(theatre)
    assert len(alice.read()) == 1


@pytest.mark.parametrize("word", ["disconnect", "reset"])
def test_who_is_cut_off_instead_of_a_message_hears_of_it_when_it_comes_again(
    theatre: StreamTheatre, alice: StreamClient, word: str
) -> None:
    image = subscribe(alice)
    order(theatre, Fault(ON_MARKETS, word, after=1))
    take(theatre)
    (told,) = alice.read()
    take(theatre)
    assert alice.read() == []
    assert alice.is_closed

    again = theatre.client().subscribe_to_markets(
        WIN, OTHER, fields=["EX_ALL_OFFERS"], initialClk=image["initialClk"], clk=told["clk"]
    )

    assert again["ct"] == "RESUB_DELTA"
    assert left(again) == [(WIN, [[2, 80]], True)]


def test_a_stream_fails_in_the_middle(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("streamHeartbeat", "refuse", code="UNEXPECTED_ERROR"))

    (refusal,) = alice.beat()

    assert (refusal["errorCode"], refusal["connectionClosed"], alice.is_closed) == ("UNEXPECTED_ERROR", True, True)


# Whose, how often


def test_a_fault_is_of_an_account_and_of_one_kind_of_messages(theatre: StreamTheatre, alice: StreamClient) -> None:
    bob = theatre.client("bob")
    for client in (alice, bob):
        subscribe(client)
        client.subscribe_to_orders()
    order(theatre, Fault(ON_ORDERS, "disconnect", account="bob"))

    theatre.bet("alice", WIN, Side.BACK, 200, 10_00)
    assert (alice.is_closed, bob.is_closed) == (False, False)
    take(theatre)

    assert (alice.is_closed, bob.is_closed) == (False, True)
    assert [fired.fault.do for fired in theatre.world.faults.fired] == ["disconnect"]


def test_a_stream_without_faults_tells_as_it_told_before(theatre: StreamTheatre, alice: StreamClient) -> None:
    subscribe(alice)
    order(theatre, Fault("stream", "duplicate", after=1))
    take(theatre)
    assert len(alice.read()) == 1
    take(theatre)
    assert len(alice.read()) == 2

    take(theatre)

    assert len(alice.read()) == 1
    assert theatre.worlds.faulty == set()


# Answers and order streams


def test_the_order_stream_waits_until_the_answer_is_out(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_orders()
    subscribe(alice)
    order(theatre, Fault("placeOrders", "response-before-stream", latency=LATE))

    met = theatre.do(MeetFaults("placeOrders", "alice"))
    theatre.bet("alice", WIN, Side.BACK, 210, 20_00)

    assert [event.do for event in met.events if isinstance(event, FaultFired)] == ["response-before-stream"]
    assert [message["op"] for message in alice.read()] == ["mcm"]
    theatre.do(AdvanceClock(5_000))
    assert [message["op"] for message in alice.read()] == ["ocm"]


def test_the_order_stream_of_nobody_else_waits_for_an_answer(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_orders()
    bob = theatre.client("bob")
    bob.subscribe_to_orders()
    order(theatre, Fault("placeOrders", "response-before-stream", latency=LATE))

    theatre.do(MeetFaults("placeOrders", "alice"))
    theatre.bet("alice", WIN, Side.BACK, 210, 20_00)
    theatre.bet("bob", WIN, Side.BACK, 210, 20_00)

    assert [[message["op"] for message in client.read()] for client in (alice, bob)] == [[], ["ocm"]]
    theatre.do(AdvanceClock(5_000))
    assert [[message["op"] for message in client.read()] for client in (alice, bob)] == [["ocm"], []]

"""The stream answers every request once, and tells of markets and orders as they change."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.commands import ResettleMarket, RunnerResult, SettleMarket
from simulator.exchange.orders import RunnerKey, Side
from simulator.world.inputs import AdvanceClock, Reset
from simulator.world.loading.named import builtin_scenario
from tests.contract.stream_theatre import StreamClient, StreamTheatre, streaming, two_races
from tests.sessions import log_in
from tests.unit.world_builder import subscribe_and_authorise

WIN, OTHER = "1.1", "1.2"


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with streaming(two_races()) as theatre:
        yield theatre


@pytest.fixture
def alice(theatre: StreamTheatre) -> StreamClient:
    return theatre.client()


# Answers


def test_a_first_connection_leaves_nine(theatre: StreamTheatre) -> None:
    (answer,) = theatre.connect().send(theatre.authentication("alice"))

    assert answer == {
        "op": "status",
        "id": 1,
        "statusCode": "SUCCESS",
        "connectionClosed": False,
        "connectionsAvailable": 9,
    }


def test_every_connection_of_an_account_leaves_one_less_and_who_hangs_up_leaves_one_more(
    theatre: StreamTheatre,
) -> None:
    first, second = theatre.connect(), theatre.connect()
    left = [client.send(theatre.authentication("alice"))[0]["connectionsAvailable"] for client in (first, second)]
    theatre.connect()
    (other,) = theatre.connect().send(theatre.authentication("bob"))

    first.leave()
    (again,) = theatre.connect().send(theatre.authentication("alice"))

    assert [*left, other["connectionsAvailable"], again["connectionsAvailable"]] == [9, 8, 9, 8]


def test_an_eleventh_connection_of_an_account_is_one_too_many(theatre: StreamTheatre) -> None:
    for _ in range(10):
        theatre.client()
    theatre.client("bob")
    eleventh = theatre.connect()

    (refusal,) = eleventh.send(theatre.authentication("alice"))

    assert refusal["errorCode"] == "MAX_CONNECTION_LIMIT_EXCEEDED"
    assert refusal["errorMessage"] == (
        "You have exceeded your max connection limit which is: 10 connection(s)."
        "You currently have: 11 active connection(s)."
    )
    assert eleventh.is_closed


def authentication(**changes: Any) -> dict[str, Any]:
    return {"op": "authentication", "id": 7, "appKey": "alice-live", "session": "none", **changes}


REFUSALS: dict[str, tuple[bytes | dict[str, Any], str]] = {
    "no JSON": (b"nonsense\r\n", "INVALID_INPUT"),
    "no object": (b"[1]\r\n", "INVALID_INPUT"),
    "not UTF-8": (b'{"op":"\xff"}\r\n', "INVALID_INPUT"),
    "an id that is none": ({"op": "heartbeat", "id": "one"}, "INVALID_INPUT"),
    "an id that is too large": ({"op": "heartbeat", "id": 2**31}, "INVALID_INPUT"),
    "no operation": ({"id": 1}, "INVALID_REQUEST"),
    "an unknown operation": ({"op": "fly", "id": 1}, "INVALID_REQUEST"),
    "no app key": (authentication(appKey=None), "NO_APP_KEY"),
    "an unknown app key": (authentication(appKey="nobody"), "INVALID_APP_KEY"),
    "no session": (authentication(session=None), "NO_SESSION"),
    "an unknown session": (authentication(), "INVALID_SESSION_INFORMATION"),
    "a subscription of somebody unknown": ({"op": "marketSubscription", "id": 2}, "NOT_AUTHORIZED"),
    "orders of somebody unknown": ({"op": "orderSubscription", "id": 2}, "NOT_AUTHORIZED"),
}


@pytest.mark.parametrize(("sent", "code"), REFUSALS.values(), ids=REFUSALS)
def test_an_error_is_told_once_and_ends_the_connection(
    theatre: StreamTheatre, sent: bytes | dict[str, Any], code: str
) -> None:
    client = theatre.connect()

    answers = client.send_bytes(sent) if isinstance(sent, bytes) else client.send(sent)

    assert [answer["errorCode"] for answer in answers] == [code]
    assert answers[0]["connectionClosed"] is True
    assert answers[0]["connectionId"] == "002-060626170000-1"
    assert client.is_closed
    assert client.send({"op": "heartbeat"}) == []


def test_a_vendors_app_key_lets_in_the_subscribed_and_no_vendor_on_their_behalf() -> None:
    with streaming(builtin_scenario("demo")) as demo:
        session = log_in(demo.world, "alice", "alice-password", "alice-live-key")
        assert session is not None
        own = authentication(appKey="bob-live-key", session=session.token)
        (before,) = demo.connect().send(own)
        acting = subscribe_and_authorise(demo.world)
        (after,) = demo.connect().send(own)
        (vendors,) = demo.connect().send({**own, "session": acting})

    assert before["errorCode"] == "NOT_AUTHORIZED"
    assert after["statusCode"] == "SUCCESS"
    assert vendors["errorCode"] == "INVALID_SESSION_INFORMATION"


def test_a_second_authentication_ends_the_connection(theatre: StreamTheatre, alice: StreamClient) -> None:
    (refusal,) = alice.send(theatre.authentication("alice"))

    assert refusal["errorCode"] == "INVALID_REQUEST"
    assert refusal["errorMessage"].startswith("Connection is already authenticated: {op='authentication', id=1")
    assert alice.is_closed


def test_a_line_that_never_ends_ends_the_connection(theatre: StreamTheatre) -> None:
    client = theatre.connect()

    (refusal,) = client.send_bytes(b"x" * 2_000_000)

    assert refusal["errorCode"] == "INVALID_INPUT"
    assert client.is_closed


def test_requests_may_come_in_any_pieces_and_without_ids(theatre: StreamTheatre) -> None:
    client = theatre.connect()
    assert client.send_bytes(b'{"op":"heart') == []

    answers = client.send_bytes(b'beat"}\n{"op":"heartbeat","id":0}\r\n{"op"')

    assert answers == [
        {"op": "status", "statusCode": "SUCCESS", "connectionClosed": False},
        {"op": "status", "id": 0, "statusCode": "SUCCESS", "connectionClosed": False},
    ]


IDLE = {
    "op": "status",
    "statusCode": "FAILURE",
    "errorCode": "TIMEOUT",
    "errorMessage": "Connection is not subscribed and is idle: 15000 ms",
    "connectionClosed": True,
    "connectionId": "002-060626170000-1",
}


def test_who_says_nothing_for_15_seconds_is_hung_up_on(theatre: StreamTheatre) -> None:
    client = theatre.connect()

    theatre.let_pass(14.9)
    assert client.read() == []
    theatre.let_pass(0.2)

    assert client.read() == [IDLE]
    assert client.is_closed


def test_who_has_not_subscribed_may_stay_as_long_as_there_is_something_to_say(theatre: StreamTheatre) -> None:
    client = theatre.client()
    for _ in range(3):
        theatre.let_pass(14)
        assert client.send({"op": "heartbeat"})[0]["statusCode"] == "SUCCESS"
    client.send_bytes(b'{"op":')
    theatre.let_pass(14)
    client.send_bytes(b'"heart')

    theatre.let_pass(1.1)

    assert client.read() == [IDLE]


def test_who_has_subscribed_need_not_say_anything(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_orders()
    client.send({"op": "heartbeat"})

    theatre.let_pass(60)

    assert [message["ct"] for message in client.read()] == ["HEARTBEAT"]
    assert not client.is_closed


def test_too_many_markets_are_refused_and_the_connection_stays(theatre: StreamTheatre, alice: StreamClient) -> None:
    with streaming(theatre.world.scenario, most_markets=1) as small:
        client = small.client()

        (refusal,) = client.send({"op": "marketSubscription", "id": 2, "marketFilter": {}})

        assert refusal["errorCode"] == "SUBSCRIPTION_LIMIT_EXCEEDED"
        assert refusal["connectionClosed"] is False
        assert client.subscribe_to_markets(WIN)["ct"] == "SUB_IMAGE"


# Markets


def test_an_image_shows_what_was_asked_for(alice: StreamClient) -> None:
    image = alice.subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS", "EX_TRADED_VOL"])

    (market,) = image["mc"]
    assert [image[name] for name in ("op", "id", "clk", "conflateMs", "heartbeatMs", "ct")] == [
        "mcm", 2, "AAAAAAAA", 0, 5000, "SUB_IMAGE",
    ]  # fmt: skip
    assert market == {
        "id": WIN,
        "rc": [
            {"atb": [[2, 100], [1.9, 50]], "atl": [[2.2, 80]], "tv": 0, "id": 1},
            {"tv": 0, "id": 2},
            {"tv": 0, "id": 3},
        ],
        "img": True,
        "tv": 0,
    }


def test_an_update_shows_what_has_changed(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP"])

    theatre.bet("bob", WIN, Side.BACK, 200, 30_00)

    (update,) = alice.read()
    assert list(update) == ["op", "id", "clk", "pt", "mc"]
    assert update["mc"] == [
        {
            "id": WIN,
            "rc": [{"atb": [[2, 70]], "trd": [[2, 60]], "batb": [[0, 2, 70]], "ltp": 2, "tv": 60, "id": 1}],
            "tv": 60,
        }
    ]


def test_a_level_that_is_gone_moves_those_below(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS", "EX_ALL_OFFERS"])

    theatre.bet("bob", WIN, Side.BACK, 200, 100_00)

    (update,) = alice.read()
    assert update["mc"][0]["rc"] == [{"atb": [[2, 0]], "batb": [[0, 1.9, 50], [1, 0, 0]], "id": 1}]


def test_who_has_not_subscribed_to_a_market_hears_nothing_of_it(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_markets(OTHER)

    theatre.bet("bob", WIN, Side.BACK, 200, 30_00)

    assert alice.read() == []


def test_a_client_that_falls_behind_is_told_of_everything_at_once(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"])
    alice.fall_behind()
    for _ in range(3):
        theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    assert alice.read() == []

    (update,) = alice.read_on()

    assert update["mc"] == [{"id": WIN, "rc": [{"atb": [[2, 70]], "id": 1}], "con": True}]


def test_who_comes_back_with_its_tokens_hears_what_has_changed_since(theatre: StreamTheatre) -> None:
    client = theatre.client()
    image = client.subscribe_to_markets(WIN, OTHER, fields=["EX_ALL_OFFERS"])
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    (last,) = client.read()
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    client.leave()
    theatre.bet("bob", OTHER, Side.BACK, 200, 10_00)

    again = theatre.client().subscribe_to_markets(
        WIN, OTHER, fields=["EX_ALL_OFFERS"], initialClk=image["initialClk"], clk=last["clk"]
    )

    assert again["ct"] == "RESUB_DELTA"
    assert again["initialClk"] != image["initialClk"]
    assert again["mc"] == [
        {"id": WIN, "rc": [{"atb": [[2, 80]], "id": 1}], "con": True},
        {"id": OTHER, "rc": [{"atb": [[2, 90]], "id": 1}], "con": True},
    ]


def test_tokens_of_something_else_bring_an_image(theatre: StreamTheatre) -> None:
    client = theatre.client()
    image = client.subscribe_to_markets(WIN)
    client.leave()

    again = theatre.client().subscribe_to_markets(OTHER, initialClk=image["initialClk"], clk=image["clk"])

    assert again["ct"] == "SUB_IMAGE"


def test_a_world_that_begins_again_sends_images_that_nobody_asked_for(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    first = alice.subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"])
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    alice.read()

    theatre.do(Reset())

    (image,) = alice.read()
    assert image["ct"] == "SUB_IMAGE"
    assert image["mc"] == first["mc"]


def result(*winners: int, removed: int | None = None) -> tuple[RunnerResult, ...]:
    """What settles a market."""
    void = () if removed is None else (RunnerResult(RunnerKey(removed), "REMOVED"),)
    return (*(RunnerResult(RunnerKey(winner), "WINNER") for winner in winners), *void)


def test_a_closed_market_that_is_settled_anew_has_another_definition(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    alice.subscribe_to_markets(WIN)
    theatre.do(SettleMarket(WIN, result(1))).accepted()
    (closed,) = alice.read()
    theatre.do(AdvanceClock(1000)).accepted()
    alice.read()

    theatre.do(ResettleMarket(WIN, result(2))).accepted()

    (corrected,) = alice.read()
    (before,), (after,) = closed["mc"], corrected["mc"]
    assert set(after) == {"id", "marketDefinition"}
    was, now = before["marketDefinition"], after["marketDefinition"]
    assert (was["status"], was["settledTime"]) == ("CLOSED", "2026-06-06T17:00:00.000Z")
    assert (now["status"], now["settledTime"]) == ("CLOSED", "2026-06-06T17:00:01.000Z")
    assert now["version"] == was["version"] + 1
    assert [runner["status"] for runner in now["runners"]] == ["LOSER", "WINNER", "LOSER"]


# Orders


def test_bets_that_count_again_in_a_market_that_is_settled_anew_are_told(
    theatre: StreamTheatre, alice: StreamClient
) -> None:
    bet_id = theatre.bet("alice", WIN, Side.BACK, 200, 10_00)
    alice.subscribe_to_orders()
    theatre.do(SettleMarket(WIN, result(2, removed=1))).accepted()
    (void,) = alice.read()
    assert void["oc"][0]["closed"] is True
    assert void["oc"][0]["orc"][0]["uo"][0]["sv"] == 10

    theatre.do(ResettleMarket(WIN, result(2))).accepted()

    (told,) = alice.read()
    (order,) = told["oc"][0]["orc"][0]["uo"]
    assert (order["id"], order["sm"], order["sv"]) == (str(bet_id), 10, 0)
    assert "closed" not in told["oc"][0]


def test_an_order_is_told_when_it_is_placed_matched_and_gone(theatre: StreamTheatre, alice: StreamClient) -> None:
    assert "oc" not in alice.subscribe_to_orders()

    bet_id = theatre.bet("alice", WIN, Side.BACK, 210, 20_00)
    (placed,) = alice.read()
    theatre.bet("bob", WIN, Side.LAY, 210, 5_00)
    (matched,) = alice.read()
    theatre.cancel("alice", WIN, bet_id)
    (cancelled,) = alice.read()

    (market,) = placed["oc"]
    assert (market["fullImage"], market["id"], market["orc"][0]["fullImage"]) == (True, WIN, True)
    (order,) = market["orc"][0]["uo"]
    assert order == {
        "id": str(bet_id), "p": 2.1, "s": 20, "side": "B", "status": "E", "pt": "L", "ot": "L", "pd": 1780765200000,
        "sm": 0, "sr": 20, "sl": 0, "sc": 0, "sv": 0, "rac": "", "rc": "REG_LGA", "rfo": "", "rfs": "",
    }  # fmt: skip
    (runner_change,) = matched["oc"][0]["orc"]
    assert (runner_change["mb"], "fullImage" in runner_change) == ([[2.1, 5]], False)
    assert (runner_change["uo"][0]["sm"], runner_change["uo"][0]["sr"], runner_change["uo"][0]["avp"]) == (5, 15, 2.1)
    (gone,) = cancelled["oc"][0]["orc"][0]["uo"]
    assert (gone["status"], gone["sc"], gone["sr"], gone["cd"]) == ("EC", 15, 0, 1780765200000)


def test_an_image_leaves_out_what_is_complete_and_shows_the_position(theatre: StreamTheatre) -> None:
    theatre.bet("alice", WIN, Side.BACK, 200, 10_00)
    waiting = theatre.bet("alice", WIN, Side.BACK, 210, 20_00)

    image = theatre.client().subscribe_to_orders()

    (market,) = image["oc"]
    assert "fullImage" not in market
    (on_runner,) = market["orc"]
    assert on_runner["fullImage"] is True
    assert [order["id"] for order in on_runner["uo"]] == [str(waiting)]
    assert on_runner["mb"] == [[2, 10]]


def test_others_orders_are_nobody_elses_business(theatre: StreamTheatre, alice: StreamClient) -> None:
    alice.subscribe_to_orders()

    theatre.bet("bob", WIN, Side.BACK, 210, 20_00)

    assert alice.read() == []

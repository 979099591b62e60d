"""Whatever is sent to the stream, in whatever state, has the service's answers and harms nobody else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.betfair.schema.stream import MarketField, StreamErrorCode
from simulator.betfair.stream.framing import MOST_BYTES
from simulator.exchange.orders import Side
from simulator.world.state_hash import state_hash
from tests.contract.stream_theatre import Message, StreamClient, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

MARKET = "1.1"
SCENARIO = loaded(
    scenario(event("1", "Meeting", HORSE_RACING, win(MARKET, runner(1, back=[[2.0, 100]], lay=[[2.2, 80]]), runner(2))))
)

anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20),
        st.sampled_from([2**31, 2**63, 2**64, -(2**31) - 1, 1e400, "1.1", "", "\ud83d\ude00", "AAAAAAAA"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def usually(*values: Any) -> st.SearchStrategy[Any]:
    """One of these values, or now and then anything."""
    return st.one_of(*[st.sampled_from(values)] * 4, anything)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=members)


filters = some(
    marketIds=usually([], [MARKET], ["1.999"], ["1"] * 10_000, None),
    bspMarket=usually(True, False),
    bettingTypes=usually(["ODDS"], ["LINE"]),
    eventTypeIds=usually(["7"], []),
    turnInPlayEnabled=usually(True, None),
    countryCodes=usually(["GB"]),
    raceTypes=usually(["NO_VALUE"]),
)
documents = some(
    op=usually("authentication", "marketSubscription", "orderSubscription", "heartbeat", "raceSubscription",
               "cricketSubscription", "fly", "", None),
    id=usually(1, 0, -1, None, 2**31 - 1),
    appKey=usually("alice-live", "alice-delayed", "nobody", ""),
    session=usually("none", ""),
    marketFilter=st.one_of(filters, anything),
    marketDataFilter=st.one_of(
        some(fields=usually([], [*MarketField], ["EX_LTP"], ["NONE"]), ladderLevels=usually(0, 1, 10, 99)), anything
    ),
    orderFilter=st.one_of(
        some(
            includeOverallPosition=usually(True, False),
            customerStrategyRefs=usually([], ["one"]),
            partitionMatchedByStrategyRef=usually(True),
            accountIds=usually([], [1], None),
        ),
        anything,
    ),
    segmentationEnabled=usually(True, False),
    conflateMs=usually(0, -1, 50, 2**31, 10**30),
    heartbeatMs=usually(0, 500, 10**12),
    initialClk=usually("AAAA", "", "not base64", "\u20ac", "oBze7/i+Dq4c34iDzA6lHPT518UO", "/" * 300),
    clk=usually("AAAAAAAA", "/////w==", "", "AAA", "////////////////"),
)  # fmt: skip
lines = st.one_of(
    documents.map(lambda document: json.dumps(document).encode()),
    documents.map(lambda document: json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    anything.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"\r", b"\0", b'{"op"', b"[" * 100_000, b'{"a":' * 50_000, b'{"op":"heartbeat","op":"heartbeat"}']
    ),
)
states = st.sampled_from(["new", "authenticated", "markets", "orders", "both", "behind"])

AUTHENTICATION_ONLY = {"op", "id", "statusCode", "connectionClosed", "connectionsAvailable"}
FAILURE = {"op", "id", "statusCode", "errorCode", "errorMessage", "connectionClosed", "connectionId"}


@contextmanager
def audience() -> Iterator[tuple[StreamTheatre, StreamClient]]:
    """Yield a theatre, and a client who has subscribed and wants to hear of everything."""
    with streaming(SCENARIO) as theatre:
        other = theatre.client("bob")
        other.subscribe_to_markets(MARKET, fields=["EX_ALL_OFFERS"])
        yield theatre, other


def client_in(theatre: StreamTheatre, state: str) -> StreamClient:
    client = theatre.connect()
    if state != "new":
        client.log_in()
    if state in ("markets", "both", "behind"):
        client.subscribe_to_markets(MARKET)
    if state in ("orders", "both"):
        client.subscribe_to_orders()
    if state == "behind":
        client.fall_behind()
    return client


def assert_is_an_answer(message: Message) -> None:
    if message["op"] != "status":
        assert message["op"] in ("mcm", "ocm", "rcm", "ccm")
        return
    if message["statusCode"] == "SUCCESS":
        assert set(message) <= AUTHENTICATION_ONLY
        return
    assert FAILURE - {"id"} <= set(message) <= FAILURE
    code = StreamErrorCode(message["errorCode"])
    assert message["connectionClosed"] is (code is not StreamErrorCode.SUBSCRIPTION_LIMIT_EXCEEDED)
    assert "Traceback" not in message["errorMessage"]
    assert code is not StreamErrorCode.UNEXPECTED_ERROR


def assert_goes_on(theatre: StreamTheatre, other: StreamClient) -> None:
    """Somebody else is still told of everything."""
    other.read()
    bet_id = theatre.bet("bob", MARKET, Side.BACK, 300, 2_00)
    (update,) = other.read()
    assert update["mc"][0]["rc"] == [{"atl": [[3, 2]], "id": 1}]
    theatre.cancel("bob", MARKET, bet_id)


@settings(max_examples=max(150, min(300, settings().max_examples)))
@given(state=states, sent=st.lists(lines, min_size=1, max_size=4), cut=st.integers(1, 50))
def test_whatever_is_sent_is_answered_and_nobody_else_is_harmed(state: str, sent: list[bytes], cut: int) -> None:
    with audience() as (theatre, other):
        client = client_in(theatre, state)
        before = state_hash(theatre.world)
        data = b"\r\n".join(sent) + b"\r\n"

        answers = [*client.send_bytes(data[:cut]), *client.send_bytes(data[cut:])]

        for answer in answers:
            assert_is_an_answer(answer)
        failures = [answer for answer in answers if answer.get("connectionClosed")]
        assert len(failures) <= 1
        assert client.is_closed is bool(failures)
        assert not failures or answers[-1] == failures[0]
        assert state_hash(theatre.world) == before
        assert_goes_on(theatre, other)


@pytest.mark.parametrize("state", ["new", "authenticated", "both"])
@pytest.mark.parametrize("piece", [b"x", b"\0", b"\xff\xfe"])
def test_ten_megabytes_without_an_end_are_cut_short(state: str, piece: bytes) -> None:
    with audience() as (theatre, other):
        client = client_in(theatre, state)
        answers = []
        for _ in range(40):
            answers.extend(client.send_bytes(piece * (MOST_BYTES // 4 // len(piece))))

        assert [answer["errorCode"] for answer in answers] == ["INVALID_INPUT"]
        assert client.is_closed
        assert_goes_on(theatre, other)


@pytest.mark.parametrize("state", ["new", "both", "behind"])
def test_who_hangs_up_in_the_middle_of_a_line_is_forgotten(state: str) -> None:
    with audience() as (theatre, other):
        client = client_in(theatre, state)
        client.send_bytes(b'{"op":"heart')

        client.leave()

        assert len(theatre.hub.connections) == 1
        assert_goes_on(theatre, other)
        theatre.let_pass(60)

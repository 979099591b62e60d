"""A request is answered as ever where its head has been read before, however it is cut and whatever comes with it."""

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.http_protocol import MAXIMUM_UNFINISHED_BYTES, TLS_EXTENSION
from simulator.known_heads import LONGEST_HEAD_BYTES, MOST_HEADS, MOST_SEEN, KnownHeads
from tests.contract.bettor import JSON_RPC, MATCH, REST, Bettor, back, betting, envelopes
from tests.in_memory import Connection, ServerInMemory, request
from tests.in_process import URL, Client

EVENTS = ("listEventTypes", {"filter": {}})
BOOK = ("listMarketBook", {"marketIds": [MATCH], "priceProjection": {"priceData": ["EX_BEST_OFFERS"]}})


class NoParser:
    """What a connection has instead of a parser, to which nothing may come any more."""

    def feed_data(self, data: bytes) -> None:
        raise AssertionError(f"{data!r} was parsed")


class Secure(Connection):
    """A connection with TLS, whose client has presented no certificate."""

    def get_extra_info(self, name: str) -> Any:
        return {"sslcontext": True, TLS_EXTENSION: {"client_cert_chain": ()}}.get(name)


def call(bettor: Bettor, name: str, params: dict[str, Any], *lines: str) -> bytes:
    (envelope,) = envelopes((name, params))
    return request(JSON_RPC, envelope, bettor.headers, *lines)


REQUESTS: dict[str, Callable[[Bettor], bytes]] = {
    "JSON-RPC": lambda bettor: call(bettor, *EVENTS),
    "a longer answer": lambda bettor: call(bettor, *BOOK),
    "compressed": lambda bettor: call(bettor, *BOOK, "Accept-Encoding: gzip, deflate"),
    "a batch, which waits": lambda bettor: request(JSON_RPC, envelopes(EVENTS, BOOK), bettor.headers),
    "REST": lambda bettor: request(f"{REST}/listEventTypes/", {"filter": {}}, bettor.headers),
    "an answer in XML": lambda bettor: request(f"{REST}/listEventTypes/?alt=xml", {"filter": {}}, bettor.headers),
    "as common clients say": lambda bettor: call(bettor, *EVENTS, "Connection: keep-alive", "Accept: */*"),
    "a wish for HTTP/2": lambda bettor: call(bettor, *EVENTS, "Connection: Upgrade", "Upgrade: h2c"),
    "what counts": lambda bettor: call(bettor, "listCurrentOrders", {}),
    "no JSON": lambda bettor: request(JSON_RPC, b"{", bettor.headers),
    "nothing": lambda bettor: request(f"{REST}/listEventTypes/", b"", bettor.headers),
    "no session": lambda bettor: request(
        f"{REST}/listEventTypes/", {}, {**bettor.headers, "X-Authentication": "nobody", "Content-Type": "text/plain"}
    ),
    "a wrong number": lambda bettor: call(bettor, "listEventTypes", {"filter": 3}),
}
"""Requests that change nothing, so that each is answered in the same way again; the last ones are refused."""


@pytest.fixture
def bound(client: Client) -> Callable[[Callable[[ServerInMemory], Awaitable[Any]]], Any]:
    """Runs something with a server of the world in memory."""
    app = create_app(client.worlds, Addresses(URL))

    def run(steps: Callable[[ServerInMemory], Awaitable[Any]]) -> Any:
        return client.run(lambda _: steps(ServerInMemory(app)))

    return run


Bound = Callable[[Callable[[ServerInMemory], Awaitable[Any]]], Any]


async def answer_to(server: ServerInMemory, connection: Connection, pieces: Iterable[bytes]) -> bytes:
    """What a connection answers to pieces that arrive one after the other."""
    connection.written = b""
    for piece in pieces:
        connection.protocol.data_received(piece)
    await server.answer_all()
    # What was in flight is so no longer after a turn of the loop.
    await asyncio.sleep(0)
    return connection.written


@pytest.mark.parametrize("name", REQUESTS)
def test_the_answer_is_the_same_byte_for_byte_and_nothing_is_parsed(alice: Bettor, bound: Bound, name: str) -> None:
    sent = REQUESTS[name](alice)

    async def steps(server: ServerInMemory) -> None:
        connection, other = server.connect(), server.connect()
        first = await answer_to(server, connection, [sent])
        assert first.startswith(b"HTTP/1.1 ")
        assert await answer_to(server, connection, [sent]) == first
        for each in (connection, other):
            each.protocol.parser = NoParser()
            for _ in range(2):
                assert await answer_to(server, each, [sent]) == first

    bound(steps)


@pytest.mark.parametrize("name", REQUESTS)
def test_it_does_not_matter_where_a_request_is_cut(alice: Bettor, bound: Bound, name: str) -> None:
    """Nor whether another one comes right behind it."""
    sent = REQUESTS[name](alice)
    end = sent.index(b"\r\n\r\n") + 4
    cuts = sorted({1, 20, *range(end - 5, min(end + 3, len(sent))), len(sent) - 1} - {0, len(sent)})

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        first = await answer_to(server, connection, [sent])
        assert await answer_to(server, connection, [sent]) == first
        for cut in cuts:
            assert await answer_to(server, connection, [sent[:cut], sent[cut:]]) == first, cut
            assert await answer_to(server, connection, [sent[:cut], sent[cut:] + sent]) == 2 * first, cut
        pieces = [sent[:end], sent[end : end + 1], sent[end + 1 :] + sent, sent[:end], sent[end:]]
        assert await answer_to(server, connection, [*pieces, sent + sent]) == 5 * first

    bound(steps)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_head_that_came_before_its_body_is_known_as_well(alice: Bettor, bound: Bound, name: str) -> None:
    """As common clients send it, which write twice; then nothing is parsed where it comes so again."""
    sent = REQUESTS[name](alice)
    end = sent.index(b"\r\n\r\n") + 4
    pieces = [piece for piece in (sent[:end], sent[end:]) if piece]

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        first = await answer_to(server, connection, pieces)
        assert await answer_to(server, connection, pieces) == first
        connection.protocol.parser = NoParser()
        assert await answer_to(server, connection, pieces) == first
        assert await answer_to(server, connection, [sent]) == first

    bound(steps)


@given(st.data())
@settings(max_examples=min(30, settings().max_examples))
def test_requests_are_answered_in_their_order_however_they_arrive(data: st.DataObject) -> None:
    """On several connections of a server, one behind the other, in pieces of any length."""
    with betting() as client:
        alice, app = Bettor(client), create_app(client.worlds, Addresses(URL))
        requests = {name: made(alice) for name, made in REQUESTS.items()}
        names = st.lists(st.sampled_from([name for name in REQUESTS if name != "what counts"]), min_size=1, max_size=6)

        async def steps(server: ServerInMemory) -> None:
            connections = [server.connect() for _ in range(2)]
            answers = {name: await answer_to(server, server.connect(), [requests[name]]) for name in REQUESTS}
            for _ in range(3):
                chosen = data.draw(names)
                sent = b"".join(requests[name] for name in chosen)
                cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=6).map(sorted))
                pieces = [sent[a:b] for a, b in pairwise([0, *cuts, len(sent)])]
                answered = await answer_to(server, data.draw(st.sampled_from(connections)), filter(None, pieces))
                assert answered == b"".join(answers[name] for name in chosen)

        client.run(lambda _: steps(ServerInMemory(app)))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_client_that_does_not_read_is_answered_once_it_does(alice: Bettor, bound: Bound, name: str) -> None:
    """Whether its request comes whole, or the head first."""
    sent = REQUESTS[name](alice)
    end = sent.index(b"\r\n\r\n") + 4

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        first = await answer_to(server, connection, [sent])
        assert await answer_to(server, connection, [sent]) == first
        for pieces in ([sent], [sent[:end], sent[end:]]):
            connection.protocol.pause_writing()
            connection.written = b""
            for piece in filter(None, pieces):
                connection.protocol.data_received(piece)
            for _ in range(10):
                await asyncio.sleep(0)
            assert connection.written == b""
            connection.protocol.resume_writing()
            await server.answer_all()
            assert connection.written == first

    bound(steps)


def test_empty_lines_between_requests_are_no_part_of_one_without_an_end(alice: Bettor, bound: Bound) -> None:
    """However many there are in the time of a connection."""
    sent = REQUESTS["JSON-RPC"](alice)
    empty_lines = b"\r\n" * (MAXIMUM_UNFINISHED_BYTES // 3)

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        first = await answer_to(server, connection, [sent])
        for _ in range(4):
            assert await answer_to(server, connection, [empty_lines, sent]) == first
            assert not connection.is_closing()

    bound(steps)


def test_a_login_is_judged_by_what_its_own_connection_presents(client: Client, bound: Bound) -> None:
    """The same bytes, with and without TLS, where a certificate has to be presented."""
    headers = {"X-Application": "alice-live", "Content-Type": "application/x-www-form-urlencoded"}
    sent = request("/api/certlogin", b"username=alice&password=secret", headers)

    async def steps(server: ServerInMemory) -> None:
        for _ in range(4):
            for connection, status in ((server.connect(), b"SUCCESS"), (Secure(server), b"CERT_AUTH_REQUIRED")):
                assert b'"loginStatus":"%b"' % status in await answer_to(server, connection, [sent])
        assert server.heads.find(sent[: sent.index(b"\r\n\r\n") + 4]) is not None

    bound(steps)


def test_bets_are_placed_once_each_and_are_known_under_their_own_numbers(alice: Bettor, bound: Bound) -> None:
    sent = call(alice, "placeOrders", {"marketId": MATCH, "instructions": [back(3.0, 2.0)]})

    async def steps(server: ServerInMemory) -> list[str]:
        connection = server.connect()
        answers = [await answer_to(server, connection, [sent]) for _ in range(5)]
        reports = [json.loads(answer.partition(b"\r\n\r\n")[2])["result"] for answer in answers]
        return [report["instructionReports"][0]["betId"] for report in reports]

    bet_ids = bound(steps)
    assert len(set(bet_ids)) == 5
    current = alice.ask("listCurrentOrders")["currentOrders"]
    assert [order["betId"] for order in current] == bet_ids


def test_a_client_that_is_gone_leaves_half_a_known_request_without_an_answer(alice: Bettor, bound: Bound) -> None:
    sent = REQUESTS["JSON-RPC"](alice)
    head = sent[: sent.index(b"\r\n\r\n") + 4]

    async def steps(server: ServerInMemory) -> None:
        for end in ("eof", "loss", "stop"):
            connection = server.connect()
            for _ in range(2):
                await answer_to(server, connection, [sent])
            assert connection.protocol._heads.find(head) is not None
            assert await answer_to(server, connection, [head]) == b""
            if end == "eof":
                assert not connection.protocol.eof_received()
                connection.protocol.connection_lost(None)
            elif end == "loss":
                connection.protocol.connection_lost(ConnectionResetError())
            else:
                connection.protocol.shutdown()
                assert connection.written.startswith(b"HTTP/1.1 408 ")
                assert connection.is_closing()
                connection.protocol.connection_lost(None)
            await server.answer_all()

    bound(steps)


@pytest.mark.parametrize(
    ("change", "by"),
    [
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"Content-Length", b"Connection: close\r\nContent-Length"),
        (b"Content-Length", b"Expect: 100-continue\r\nContent-Length"),
        (b"Content-Length", b"X-Long: " + b"x" * LONGEST_HEAD_BYTES + b"\r\nContent-Length"),
        (b"POST", b"\r\nPOST"),
        (b"POST", b"PUT"),
        (b"POST " + JSON_RPC.encode(), b"HEAD /exchange/plus/"),
        (JSON_RPC.encode(), b"/health"),
    ],
)
def test_these_are_parsed_every_time(alice: Bettor, bound: Bound, change: bytes, by: bytes) -> None:
    """As their connection ends, more is to be said than an answer, it has no body, or they are too long or unusual."""
    sent = REQUESTS["JSON-RPC"](alice).replace(change, by)

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        for _ in range(3):
            assert (await answer_to(server, connection, [sent])).startswith(b"HTTP/1.1 ")
            if connection.is_closing():
                connection = server.connect()
        head = sent[: sent.index(b"\r\n\r\n", 4) + 4]
        assert connection.protocol._heads.find(head) is None

    bound(steps)


def test_a_body_in_chunks_is_parsed_every_time(alice: Bettor, bound: Bound) -> None:
    whole = REQUESTS["JSON-RPC"](alice)
    head, _, body = whole.partition(b"\r\n\r\n")
    head = head.rpartition(b"\r\n")[0] + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = b"%b%x\r\n%b\r\n0\r\n\r\n" % (head, len(body), body)

    async def steps(server: ServerInMemory) -> None:
        connection = server.connect()
        answers = [await answer_to(server, connection, [each]) for each in [whole, chunked] * 3]
        assert len(set(answers)) == 1

    bound(steps)


def test_no_more_heads_are_remembered_than_there_is_room_for() -> None:
    heads, respond = KnownHeads(), cast(Any, lambda _: None)
    for number in range(MOST_HEADS + 1):
        url = b"/%d" % number
        scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"7")], "client": ("a", 1)}
        head = b"POST %b HTTP/1.1\r\nContent-Length: 7\r\n\r\n" % url
        heads.learn(head, url, scope, respond)
        assert heads.find(head) is None
        heads.learn(head, url, scope, respond)
        known = heads.find(head)
        assert known is not None
        assert (known.body_bytes, "client" in known.scope) == (7, False)
    assert heads.find(b"POST /0 HTTP/1.1\r\nContent-Length: 7\r\n\r\n") is None


def test_heads_that_come_once_are_not_kept() -> None:
    """Some clients put a number of its own into every request, and nothing is to grow by that."""
    heads, before = KnownHeads(), len(gc.get_objects())
    for number in range(3 * MOST_SEEN):
        head = b"POST / HTTP/1.1\r\nX-Request: %d\r\n\r\n" % number
        heads.learn(head, b"/", {"type": "http", "method": "POST", "headers": []}, cast(Any, lambda _: None))
        assert heads.find(head) is None
        assert len(heads._seen) <= MOST_SEEN
    assert len(gc.get_objects()) - before < 100


def test_what_may_end_elsewhere_is_not_remembered() -> None:
    """A parser that takes a lone line feed for the end of a line finds another empty line."""
    heads = KnownHeads()
    head = b"POST / HTTP/1.1\r\nContent-Length: 9\n\n{\r\n\r\n"
    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"9")]}
    for _ in range(3):
        heads.learn(head, b"/", scope, cast(Any, lambda _: None))
    assert heads.find(head) is None

"""What is no request ends a connection, and the requests that came whole before it are carried out and answered."""

from typing import Any

import pytest

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.exchange.commands import TurnInPlay
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import JSON_RPC, MATCH, Bettor, back, envelopes, world_of
from tests.in_memory import ServerInMemory, request
from tests.in_process import URL, Client

GARBAGE = [
    b"\x16\x03\x01\x02\x00",
    b"GET\r\n\r\n",
    b"POST / HTTP/9.9\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
]


def bet_of(bettor: Bettor) -> bytes:
    """A request to place an order, as it is sent."""
    (envelope,) = envelopes(("placeOrders", {"marketId": MATCH, "instructions": [back(3.0, 2.0)]}))
    return request(JSON_RPC, envelope, bettor.headers)


def statuses_in(written: bytes) -> list[bytes]:
    return [part[:3] for part in written.split(b"HTTP/1.1 ")[1:]]


async def answers_of(client: Client, *pieces: bytes) -> tuple[bytes, bool]:
    """What a connection answers to pieces that arrive one after the other, and whether it has ended."""
    server = ServerInMemory(create_app(client.worlds, Addresses(URL)))
    connection = server.connect()
    for piece in pieces:
        connection.protocol.data_received(piece)
    if connection.is_closing():
        connection.protocol.connection_lost(None)
    await server.answer_all()
    return connection.written, connection.is_closing()


def bets_of(bettor: Bettor) -> int:
    return len(bettor.ask("listCurrentOrders")["currentOrders"])


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("number", [0, 1])
def test_a_bet_before_garbage_is_answered_and_the_garbage_after_it(
    client: Client, alice: Bettor, garbage: bytes, number: int
) -> None:
    written, has_ended = client.run(lambda _: answers_of(client, bet_of(alice) * number + garbage))

    assert statuses_in(written) == [b"200"] * number + [b"400"]
    assert has_ended
    assert bets_of(alice) == number


@pytest.mark.parametrize("garbage", GARBAGE)
def test_bets_that_are_sent_ahead_are_answered_before_garbage_ends_the_connection(
    client: Client, alice: Bettor, garbage: bytes
) -> None:
    """Whatever is carried out is answered; there is no place for the refusal of what is no request."""
    written, has_ended = client.run(lambda _: answers_of(client, bet_of(alice) * 3 + garbage))

    assert statuses_in(written) == [b"200"] * 3
    assert has_ended
    assert written.count(b'"SUCCESS","marketId"') == bets_of(alice) == 3


def test_a_bet_that_waits_is_answered_after_garbage(client: Client, alice: Bettor) -> None:
    world_of(client).do(TurnInPlay(MATCH)).accepted()

    async def steps(_: Any) -> tuple[bytes, bool]:
        server = ServerInMemory(create_app(client.worlds, Addresses(URL)))
        connection = server.connect()
        connection.protocol.data_received(bet_of(alice) + GARBAGE[0])
        assert not connection.written
        world_of(client).do(AdvanceClock(5000)).accepted()
        await server.answer_all()
        return connection.written, connection.is_closing()

    written, has_ended = client.run(steps)
    assert statuses_in(written) == [b"200"]
    assert b"connection: close" in written
    assert has_ended
    assert bets_of(alice) == 1


def test_a_body_that_is_none_is_refused_and_nothing_of_it_is_carried_out(client: Client, alice: Bettor) -> None:
    """Also where a whole request came before it, which is."""
    head, _, body = bet_of(alice).partition(b"\r\n\r\n")
    chunked = head.rpartition(b"\r\n")[0] + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    written, has_ended = client.run(lambda _: answers_of(client, chunked, b"zz\r\n" + body))
    assert statuses_in(written) == [b"400"]
    assert has_ended

    written, has_ended = client.run(lambda _: answers_of(client, bet_of(alice) + chunked + b"zz\r\n" + body))
    assert statuses_in(written) == [b"200", b"400"]
    assert has_ended
    assert bets_of(alice) == 1

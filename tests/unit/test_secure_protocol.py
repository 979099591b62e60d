"""TLS on one connection: what has arrived is handed on as it is wanted, and nothing more is received before that."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import pytest
from OpenSSL import SSL

from simulator.tls import PIECE_BYTES, SecureProtocol, tls_context
from tests.client_certificates import self_signed

PIECE: Final = 16_384
"""What one record of TLS holds at most, and so what is handed on at a time."""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> SSL.Context:
    certificate, key = self_signed(tmp_path_factory.mktemp("tls"), "server")
    return tls_context(Path(certificate).read_bytes(), Path(key).read_bytes())


class Raw:
    """The connection below: whether it is read from, what was sent over it, and whether it ends."""

    def __init__(self) -> None:
        self.reads = True
        self.sent = b""
        self.ends = False

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.ends = True

    def is_closing(self) -> bool:
        return self.ends


class Inner(asyncio.Protocol):
    """The protocol inside, which does something each time that it is handed something."""

    def __init__(self) -> None:
        self.heard: list[int | str] = []
        self.goes_on = False
        self.then: Callable[[], object] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard.append(len(data))
        self.then()

    def eof_received(self) -> bool:
        self.heard.append("the end")
        return self.goes_on

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard.append("lost")


class Nobody:
    """A server's connections, of which it keeps none."""

    def add(self, connection: Any) -> None:
        pass

    def discard(self, connection: Any) -> None:
        pass


class Wire:
    """A connection between a client and the server's side, both in memory."""

    def __init__(self, context: SSL.Context) -> None:
        self.raw: Final = Raw()
        self.inner: Final = Inner()
        self.secure: Final = SecureProtocol(context, lambda: self.inner, Nobody(), 60)
        self.secure.connection_made(cast(asyncio.Transport, self.raw))
        self.client: Final = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        self.client.set_connect_state()
        with pytest.raises(SSL.WantReadError):
            self.client.do_handshake()
        self.secure.data_received(self.from_client())
        self.client.bio_write(self.raw.sent)
        self.client.do_handshake()

    def from_client(self) -> bytes:
        """What the client has ready to be sent."""
        ready = b""
        while True:
            try:
                ready += self.client.bio_read(PIECE_BYTES)
            except SSL.WantReadError:
                return ready

    def send(self, size: int) -> None:
        """Let the client send so much, with what it had ready before."""
        self.client.sendall(b"x" * size)
        self.secure.data_received(self.from_client())

    def hold_after_each(self) -> None:
        """Let the protocol inside want nothing more each time that it has been handed something."""
        self.inner.then = self.inner.transport.pause_reading


async def turn() -> None:
    await asyncio.sleep(0)


def test_what_comes_with_the_end_of_the_handshake_is_handed_on(context: SSL.Context) -> None:
    async def story() -> None:
        wire = Wire(context)
        assert wire.inner.heard == []
        wire.send(100)
        assert (wire.inner.heard, wire.raw.reads) == ([100], True)

    asyncio.run(story())


def test_nothing_is_received_before_all_that_was_is_handed_on(context: SSL.Context) -> None:
    async def story() -> None:
        wire = Wire(context)
        wire.send(1)
        wire.hold_after_each()
        wire.send(3 * PIECE)
        for handed_on in (1, 2, 3):
            assert wire.inner.heard == [1, *[PIECE] * handed_on]
            assert not wire.raw.reads
            wire.inner.transport.resume_reading()
            assert not wire.raw.reads
            await turn()
        assert wire.inner.heard == [1, *[PIECE] * 3]
        assert wire.raw.reads

    asyncio.run(story())


@pytest.mark.parametrize("first", ["protocol", "client"])
def test_nothing_is_handed_on_while_either_reason_holds(context: SSL.Context, first: str) -> None:
    """That the protocol inside does not want it, and that the client does not read."""

    async def story() -> None:
        wire = Wire(context)
        wire.send(1)
        wire.hold_after_each()
        wire.send(2 * PIECE)
        wire.secure.pause_writing()
        ends = [wire.inner.transport.resume_reading, wire.secure.resume_writing]
        one, other = ends if first == "protocol" else reversed(ends)
        one()
        await turn()
        assert (wire.inner.heard, wire.raw.reads) == ([1, PIECE], False)
        other()
        await turn()
        assert wire.inner.heard == [1, PIECE, PIECE]

    asyncio.run(story())


def test_who_does_not_read_during_the_handshake_is_read_from_again(context: SSL.Context) -> None:
    async def story() -> None:
        wire = Wire(context)
        wire.secure.pause_writing()
        assert not wire.raw.reads
        wire.secure.resume_writing()
        assert wire.raw.reads
        wire.secure.pause_writing()
        wire.send(100)
        assert wire.inner.heard == []
        wire.secure.resume_writing()
        await turn()
        assert (wire.inner.heard, wire.raw.reads) == ([100], True)

    asyncio.run(story())


def test_the_end_comes_after_what_was_said_before_it(context: SSL.Context) -> None:
    async def story() -> None:
        wire = Wire(context)
        wire.send(1)
        wire.hold_after_each()
        wire.client.sendall(b"x" * 2 * PIECE)
        wire.client.shutdown()
        wire.secure.data_received(wire.from_client())
        assert wire.inner.heard == [1, PIECE]
        for _ in range(2):
            assert not wire.raw.ends
            wire.inner.transport.resume_reading()
            await turn()
        assert wire.inner.heard == [1, PIECE, PIECE, "the end"]
        assert wire.raw.ends

    asyncio.run(story())


def test_who_says_goodbye_is_answered_what_is_still_to_come(context: SSL.Context) -> None:
    """With or without the end of the connection below, which may follow."""

    async def story() -> None:
        wire = Wire(context)
        wire.inner.goes_on = True
        wire.raw.sent = b""
        wire.send(1)
        wire.client.shutdown()
        wire.secure.data_received(wire.from_client())
        assert wire.inner.heard == [1, "the end"]
        assert wire.secure.eof_received()
        wire.inner.transport.write(b"late")
        await turn()
        wire.client.bio_write(wire.raw.sent)
        assert (wire.client.recv(PIECE), wire.raw.ends) == (b"late", False)
        wire.inner.transport.close()
        assert wire.raw.ends

    asyncio.run(story())


def test_of_a_connection_that_ends_while_it_is_held_nothing_more_is_handed_on(context: SSL.Context) -> None:
    async def story() -> None:
        wire = Wire(context)
        wire.send(1)
        wire.hold_after_each()
        wire.send(2 * PIECE)
        wire.inner.transport.resume_reading()
        wire.raw.close()
        wire.secure.connection_lost(None)
        await turn()
        wire.inner.transport.resume_reading()
        wire.secure.resume_writing()
        await turn()
        assert wire.inner.heard == [1, PIECE, "lost"]
        assert not wire.raw.reads

    asyncio.run(story())

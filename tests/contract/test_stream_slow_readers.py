"""Who does not read what the stream writes costs a bounded amount of memory, and hears of everything once it reads."""

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest

from simulator.betfair.stream import listener
from simulator.betfair.stream.listener import MOST_UNREAD_BYTES, StreamProtocol
from simulator.exchange.orders import Side
from tests.contract.stream_theatre import Message, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, account, event, loaded, runner, scenario, win

WIN = "1.1"
UNREAD_BYTES = 8 * 1024
LONGEST_MESSAGE_BYTES = 1024
CHANGES = 1_000


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    market = win(WIN, runner(1), runner(2))
    accounts = [account("alice"), account("bob", balance=1_000_000)]
    with streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, market), accounts=accounts))) as theatre:
        yield theatre


def read_all(theatre: StreamTheatre, client: socket.socket) -> list[Message]:
    """Read until nothing comes any more."""
    received = bytearray()
    while True:
        theatre.settle()
        try:
            received += client.recv(1024 * 1024)
        except BlockingIOError:
            return [json.loads(line) for line in received.split(b"\r\n") if line]


def test_what_waits_for_a_real_socket_to_be_read_stays_below_a_bound(
    theatre: StreamTheatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "UNREAD_BYTES", UNREAD_BYTES)
    protocol = StreamProtocol(theatre.hub, lambda: "002-1")
    ours, client = socket.socketpair()
    with client:
        client.setblocking(False)
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        theatre.loop.run_until_complete(theatre.loop.connect_accepted_socket(lambda: protocol, ours))
        request = {"op": "marketSubscription", "marketDataFilter": {"fields": ["EX_ALL_OFFERS"]}}
        for document in (theatre.authentication("alice"), request):
            client.send(json.dumps(document).encode() + b"\r\n")
        *_, image = read_all(theatre, client)
        assert image["ct"] == "SUB_IMAGE"

        for _ in range(CHANGES):
            theatre.bet("bob", WIN, Side.LAY, 200, 2_00)
        transport = protocol._transport
        assert isinstance(transport, asyncio.WriteTransport)
        assert UNREAD_BYTES < transport.get_write_buffer_size() < UNREAD_BYTES + LONGEST_MESSAGE_BYTES
        messages = read_all(theatre, client)

    assert len(messages) < CHANGES
    assert messages[-1]["mc"][0]["con"] is True
    assert messages[-1]["mc"][0]["rc"] == [{"atb": [[2, 2 * CHANGES]], "id": 1}]


@pytest.mark.parametrize(("unread", "is_cut_off"), [(MOST_UNREAD_BYTES, False), (MOST_UNREAD_BYTES + 1, True)])
def test_who_has_too_much_to_read_is_cut_off(theatre: StreamTheatre, unread: int, *, is_cut_off: bool) -> None:
    alice = theatre.client()
    alice.subscribe_to_markets(WIN)

    alice.leave_unread(unread)
    theatre.bet("bob", WIN, Side.LAY, 200, 2_00)

    assert len(alice.read()) == 1
    assert alice.is_closed is is_cut_off

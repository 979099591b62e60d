"""Faults on a real socket of the stream: what a client sees of a connection that ends, is reset, or comes in drips."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.serving import Served, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as server:
        yield server


def connect(server: Served) -> socket.socket:
    host, _, port = server.stream.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def test_a_connection_ends_in_order(server: Served) -> None:
    server.control("faults", {"faults": [{"operation": "connection", "do": "disconnect"}]})

    with connect(server) as connection:
        assert connection.recv(100) == b""


def test_a_connection_is_reset(server: Served) -> None:
    server.control("faults", {"faults": [{"operation": "connection", "do": "reset"}]})

    with pytest.raises(ConnectionResetError), connect(server) as connection:
        connection.recv(100)


def test_a_line_comes_in_drips(server: Served) -> None:
    server.control("faults", {"faults": [{"operation": "connection", "do": "drip", "over": "PT0.3S", "chunks": 3}]})

    begun = time.monotonic()
    with connect(server) as connection:
        pieces = []
        while not b"".join(pieces).endswith(b"\r\n"):
            pieces.append(connection.recv(1000))

    assert len(pieces) > 1
    assert time.monotonic() - begun >= 0.2
    assert json.loads(b"".join(pieces))["op"] == "connection"

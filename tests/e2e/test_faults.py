"""Faults on a real connection: what a client on a socket sees of an answer that is lost, cut off, or comes in drips."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.serving import PATIENCE_SECONDS, Served, authorities, get, post, serving

CALL = json.dumps({"jsonrpc": "2.0", "method": "SportsAPING/v1.0/listEventTypes", "params": {"filter": {}}, "id": 1})
PATH = "/exchange/betting/json-rpc/v1"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def headers(server: Served) -> dict[str, str]:
    return logged_in(server)


def logged_in(server: Served) -> dict[str, str]:
    """The headers of the first account's requests."""
    account = server.accounts()[0]
    form = {"username": account.username, "password": account.password}
    login = post(
        f"{server.url}/api/login",
        data=form,
        headers={"accept": "application/json", "x-application": account.app_key},
    )
    return {
        "content-type": "application/json",
        "x-application": account.app_key,
        "x-authentication": login.json()["token"],
    }


def order(server: Served, **fault: Any) -> None:
    answer = post(
        f"{server.url}/control/v1/worlds/default/faults", json={"faults": [{"operation": "listEventTypes", **fault}]}
    )
    assert answer.status_code == 201, answer.text


def ask(server: Served, headers: dict[str, str], timeout: float = 30) -> httpx.Response:
    return httpx.post(f"{server.url}{PATH}", content=CALL, headers=headers, timeout=timeout, verify=authorities())


def connected(server: Served) -> socket.socket:
    url = httpx.URL(server.url)
    return socket.create_connection((url.host, url.port or 80), timeout=PATIENCE_SECONDS)


def request_with(headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(CALL)}\r\n\r\n{CALL}".encode()


def received(server: Served, headers: dict[str, str]) -> bytes:
    """All that comes back on a connection until it ends, however it ends."""
    with connected(server) as connection:
        connection.sendall(request_with(headers))
        return all_from(connection)


def all_from(connection: socket.socket) -> bytes:
    heard = b""
    while part := connection.recv(65536):
        heard += part
    return heard


def test_a_connection_is_closed_without_an_answer(server: Served, headers: dict[str, str]) -> None:
    order(server, do="lose-answer", how="close")

    assert received(server, headers) == b""
    assert ask(server, headers).status_code == 200


def test_a_connection_is_reset_without_an_answer(server: Served, headers: dict[str, str]) -> None:
    order(server, do="lose-answer", how="reset")

    with pytest.raises(ConnectionResetError):
        received(server, headers)


def test_an_answer_never_comes_and_the_connection_stays(server: Served, headers: dict[str, str]) -> None:
    order(server, do="lose-answer", how="stall")

    with pytest.raises(httpx.ReadTimeout):
        ask(server, headers, timeout=0.3)
    assert get(f"{server.url}/health").status_code == 200


def test_an_answer_is_cut_off_in_the_middle(server: Served, headers: dict[str, str]) -> None:
    order(server, do="truncate")

    head, _, body = received(server, headers).partition(b"\r\n\r\n")

    announced = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
    assert 0 < len(body) < int(announced.partition(b": ")[2])


def test_an_answer_drips(server: Served, headers: dict[str, str]) -> None:
    order(server, do="drip", over="PT0.1S", chunks=3)

    assert ask(server, headers).json()["id"] == 1


@pytest.mark.parametrize("number", [1, 3])
def test_who_says_that_nothing_more_comes_is_answered_late(
    server: Served, headers: dict[str, str], number: int
) -> None:
    """And those whose turn is behind the late one, and then the connection ends."""
    order(server, do="latency", fixed="PT5M", clock="world")
    with connected(server) as connection:
        connection.sendall(request_with(headers) * number)
        connection.shutdown(socket.SHUT_WR)
        while get(f"{server.url}/control/v1/worlds/default/faults").json()["pending"]:
            pass
        server.control("clock", {"advance": "PT5M"})

        assert all_from(connection).count(b"HTTP/1.1 200 OK") == number


@pytest.mark.parametrize("fault", [{"do": "lose-answer", "how": "stall"}, {"do": "drip", "over": "PT5M"}])
def test_what_only_waits_for_the_client_to_be_gone_ends_with_what_it_sends(
    server: Served, headers: dict[str, str], fault: dict[str, str]
) -> None:
    order(server, **fault)
    with connected(server) as connection:
        connection.sendall(request_with(headers))
        connection.shutdown(socket.SHUT_WR)

        assert all_from(connection).count(b"\r\n\r\n") == (fault["do"] == "drip")


def test_half_a_request_ends_with_what_is_sent(server: Served, headers: dict[str, str]) -> None:
    with connected(server) as connection:
        connection.sendall(request_with(headers)[:-1])
        connection.shutdown(socket.SHUT_WR)

        assert all_from(connection) == b""


def test_who_sends_nothing_more_and_is_never_answered_is_not_waited_for() -> None:
    """It may be gone already, which nobody can see."""
    with serving("--idle-timeout", "0.2") as server:
        headers = logged_in(server)
        order(server, do="latency", fixed="PT5M", clock="world")
        with connected(server) as connection:
            connection.sendall(request_with(headers))
            connection.shutdown(socket.SHUT_WR)

            assert all_from(connection) == b""


def test_the_server_says_nothing_of_errors_of_its_own(server: Served, headers: dict[str, str]) -> None:
    assert ask(server, headers).status_code == 200
    assert "Traceback" not in server.errors
    assert "ASGI" not in server.errors


LATE: list[dict[str, str]] = [
    {"do": "lose-answer", "how": "stall"},
    {"do": "lose-answer", "how": "close"},
    {"do": "truncate"},
    {"do": "drip", "over": "PT5M"},
    {"do": "latency", "fixed": "PT5M"},
    {"do": "latency", "fixed": "PT5M", "when": "before"},
    {"do": "latency", "fixed": "PT5M", "clock": "world"},
    {"do": "latency", "fixed": "PT5M", "clock": "world", "when": "before"},
]


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_server_that_stops_leaves_late_answers_without_an_error(hangs_up: bool) -> None:
    """Each with a request behind it that waits for its turn; and none is left of who hung up before."""
    with serving() as server, ExitStack() as connections:
        headers = logged_in(server)
        for fault in LATE:
            order(server, **fault)
            connection = connections.enter_context(connected(server))
            connection.sendall(request_with(headers) * 2)
            while get(f"{server.url}/control/v1/worlds/default/faults").json()["pending"]:
                pass
            if hangs_up:
                connection.close()
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert not {"Traceback", "Exception", "Cancel", "DSC"} & set(re.findall(r"\w+", server.errors))

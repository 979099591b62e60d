"""A server in a thread of the test, with worlds beside each other."""

import json
import socket
import ssl
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator import serve
from simulator.testing import BetsimError, Server, World

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve("derby") as server:
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS) as http:
        yield http


def log_in(http: httpx.Client, world: World) -> dict[str, Any]:
    customer = world.account()
    answer: dict[str, Any] = http.post(
        "/api/login",
        data={"username": customer.username, "password": customer.password},
        headers={"X-Application": customer.app_key, "Accept": "application/json"},
    ).json()
    return answer


def first_line(connection: socket.socket) -> Any:
    with connection.makefile("rb") as lines:
        return json.loads(lines.readline())


def test_the_default_world_is_that_of_the_scenario(server: Server, http: httpx.Client) -> None:
    assert log_in(http, server.world)["status"] == "SUCCESS"
    assert http.get("/control/v1/worlds/default").json()["scenario"] == server.world.scenario == "derby"
    assert server.world.journal(event="SessionOpened", account="alice")


def test_further_worlds_have_credentials_of_their_own_and_are_gone_when_they_are_closed(
    server: Server, http: httpx.Client
) -> None:
    with server.new_world("derby") as world:
        assert world.account().username == "alice-2"
        assert log_in(http, world)["status"] == "SUCCESS"
        assert http.get(f"/control/v1/worlds/{world.id}").is_success
        assert world.url == server.url
    assert http.get(f"/control/v1/worlds/{world.id}").status_code == 404
    world.close()


def test_a_world_of_a_server_answers_in_process_too(server: Server) -> None:
    assert server.world.http.get("/health").json()["status"] == "ready"


def test_the_stream_is_served_beside_it(server: Server) -> None:
    with socket.create_connection(server.world.stream, timeout=PATIENCE_SECONDS) as connection:
        assert first_line(connection)["op"] == "connection"


def test_a_server_that_is_closed_leaves_its_ports_and_says_so() -> None:
    with serve("derby", stream=False) as server:
        world = server.new_world("derby")
        assert server.stream is None
        url = server.url
    server.close()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health")
    with pytest.raises(BetsimError, match="This is closed"):
        world.accounts  # noqa: B018, to ask for it is the test
    world.close()


def test_tls_is_spoken_with_certificates_for_the_customers() -> None:
    with serve("derby", tls=True) as server:
        context = ssl.create_default_context(cafile=str(server.ca))
        files = server.certificates["alice"]
        context.load_cert_chain(files.certificate, files.key)
        customer = server.world.account()
        with httpx.Client(base_url=str(server.https_url), verify=context, timeout=PATIENCE_SECONDS) as http:
            answer = http.post(
                "/api/certlogin",
                data={"username": customer.username, "password": customer.password},
                headers={"X-Application": customer.app_key},
            )
        assert answer.json()["loginStatus"] == "SUCCESS"
        with (
            socket.create_connection(server.world.stream, timeout=PATIENCE_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname="localhost") as secured,
        ):
            assert first_line(secured)["op"] == "connection"
        ca = server.ca
    assert ca is not None
    assert not ca.exists()


def test_tls_that_cannot_be_had_is_told_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simulator.secure_serving", raising=False)
    monkeypatch.setitem(sys.modules, "trustme", None)
    monkeypatch.delitem(sys.modules, "simulator.certificates", raising=False)

    with pytest.raises(BetsimError, match="TLS needs trustme and pyOpenSSL"):
        serve(tls=True)


def test_an_unknown_scenario_is_told_with_a_sentence() -> None:
    with pytest.raises(BetsimError, match="No scenario of that name ships with the package"):
        serve("nowhere")


def test_requests_from_several_threads_of_a_test_are_answered(server: Server, http: httpx.Client) -> None:
    """While the test's own thread moves the world."""
    before = server.world.now
    for _ in range(3):
        assert http.get("/health").is_success
        server.world.advance(1)

    assert (server.world.now - before).total_seconds() == 3

"""Bad input as a real server gets it: bytes on a socket, with nothing in between that would refuse to send them."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract.bad_input import EVERY_PATH, JSON_RPC_PATHS
from tests.contract.bettor import SCENARIO
from tests.serving import PATIENCE_SECONDS, Served, get, post, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    scenario: Path = tmp_path_factory.mktemp("scenario") / "bets.yaml"
    scenario.write_text(json.dumps(SCENARIO))
    with serving("--scenario", str(scenario)) as served:
        yield served


@pytest.fixture(autouse=True)
def nothing_changes(served: Served) -> Iterator[None]:
    """The world is as it was, and the server may have complained of a request but not of itself."""
    before = state_of(served)
    yield
    assert before == state_of(served)
    assert not {"Traceback", "ERROR", "Exception"} & set(re.findall(r"\w+", served.errors))


def state_of(served: Served) -> str:
    state: str = get(f"{served.control_url}/worlds/default/state-hash").json()["stateHash"]
    return state


def status_of(served: Served, head: bytes, body: bytes = b"") -> int:
    """Send a request and return the status of the answer; a server need not read a body that it does not want."""
    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head + b"\r\n\r\n")
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(body)
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


@pytest.mark.parametrize("path", EVERY_PATH)
def test_headers_of_64_kilobytes_are_refused_on_every_path(served: Served, path: str) -> None:
    """One header, many, or a name as long."""
    for method in ("GET", "POST"):
        for headers in (
            b"X-Long: " + b"x" * 65_536,
            b"\r\n".join(b"X-%d: %b" % (number, b"x" * 100) for number in range(640)),
            b"X-" + b"x" * 65_536 + b": y",
        ):
            head = b"%b %b HTTP/1.1\r\nContent-Length: 0\r\n%b" % (method.encode(), path.encode(), headers)
            assert 400 <= status_of(served, head) < 500


CLOCK = "/control/v1/worlds/default/clock"
"""Where worlds are made a snapshot may be sent, which may be longer."""


@pytest.mark.parametrize("path", [*JSON_RPC_PATHS.values(), CLOCK, "/api/login", "/view/login", "/health"])
def test_a_body_of_ten_megabytes_is_refused(served: Served, path: str) -> None:
    """Whether its length is announced or not."""
    head = b"POST %b HTTP/1.1\r\nContent-Type: application/json\r\n" % path.encode()
    piece = b"%x\r\n%b\r\n" % (65_536, b" " * 65_536)
    expected = 413 if path not in ("/view/login", "/health") else 405

    assert expected == status_of(served, head + b"Content-Length: 10000000", b" " * 10_000_000)
    assert expected == status_of(served, head + b"Transfer-Encoding: chunked", piece * 160 + b"0\r\n\r\n")


METHODS = (
    b"GET",
    b"PUT",
    b"PATCH",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"PROPFIND",
    b"BREW",
    b"post",
    b"\xff",
)


@pytest.mark.parametrize("method", METHODS)
def test_an_odd_method_is_refused(served: Served, method: bytes) -> None:
    """By the server or by whoever would have answered it."""
    for path in JSON_RPC_PATHS.values():
        assert 400 <= status_of(served, b"%b %b HTTP/1.1\r\nContent-Length: 0" % (method, path.encode())) < 500


def test_a_batch_of_five_thousand_calls_is_answered(served: Served) -> None:
    """Each with the error of a caller whom nobody knows."""
    calls = [{"method": "SportsAPING/v1.0/listEvents", "params": {"filter": {}}, "id": n} for n in range(5_000)]

    answers = post(f"{served.url}{JSON_RPC_PATHS['betting']}", json=calls).json()

    assert ["ANGX-0004"] * 5_000 == [answer["error"]["message"] for answer in answers]

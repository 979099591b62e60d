"""What a connection may make a server wait for and hold is bounded, and another protocol is not spoken.

Everything here is bytes on a socket. A server with short timeouts stands for one with long ones.
"""

import json
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from simulator.http_protocol import MAXIMUM_UNFINISHED_BYTES
from tests.contract.bettor import SCENARIO
from tests.serving import PATIENCE_SECONDS, WITH_TLS, Served, get, let_read_documents, serving

HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOGIN = b"username=alice&password=secret"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
BETTUNE = b"Authorization: Bearer a-bettune"
REQUEST_SECONDS, IDLE_SECONDS = 0.5, 0.8
FULL = (BlockingIOError, ssl.SSLWantWriteError)
"""What is raised where nothing more can be sent at once."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("scenario") / "bets.yaml"
    file.write_text(json.dumps(SCENARIO))
    return str(file)


@pytest.fixture(scope="module", params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    """What is spoken: what a connection may do is the same with TLS."""
    spoken: str = request.param
    return spoken


@pytest.fixture(scope="module")
def served(scenario: str, scheme: str) -> Iterator[Served]:
    with serving("--scenario", scenario, *WITH_TLS) as served:
        # Which take memory, and tests here measure how much a connection takes.
        let_read_documents(served)
        yield served.over(scheme)


@pytest.fixture(scope="module")
def hasty(scenario: str, scheme: str) -> Iterator[Served]:
    """A server that does not wait for long."""
    options = ("--request-timeout", str(REQUEST_SECONDS), "--idle-timeout", str(IDLE_SECONDS))
    with serving("--scenario", scenario, *options, *WITH_TLS) as served:
        yield served.over(scheme)


@pytest.fixture(autouse=True)
def nothing_breaks(served: Served, hasty: Served) -> Iterator[None]:
    """Whatever a connection does, the server has no failure of its own and goes on."""
    yield
    for each in (served, hasty):
        assert get(f"{each.url}/health").status_code == 200
        assert not {"Traceback", "Exception"} & set(re.findall(r"\w+", each.errors))


def everything_from(connection: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def answers_to(served: Served, *pieces: bytes) -> list[tuple[int, bytes]]:
    """Send pieces, the last of which asks for the connection to end, and return statuses and bodies."""
    with served.connect() as connection:
        for piece in pieces:
            connection.sendall(piece)
            # So that they are received one by one.
            time.sleep(0.01)
        return answers_in(everything_from(connection))


def answers_in(received: bytes) -> list[tuple[int, bytes]]:
    answers = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
        answers.append((int(head.split()[1]), received[:length]))
        received = received[length:]
    return answers


def post(path: bytes, body: bytes, headers: bytes = b"", *, chunked: bool = False) -> bytes:
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    return b"POST %b HTTP/1.1\r\nHost: localhost\r\n%b%b\r\n\r\n%b" % (path, headers, framing, sent)


# Another protocol


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut", [0, 5, 10**6])
def test_a_wish_for_another_protocol_is_ignored_and_the_body_is_read(served: Served, chunked: bool, cut: int) -> None:
    """Whether the body comes with the head, after it or in parts; and the connection goes on as it was."""
    wanted = b"Accept: application/json\r\nX-Application: alice-live\r\n"
    request = post(b"/api/login", LOGIN, UPGRADE + wanted, chunked=chunked)
    middle = min(request.index(b"\r\n\r\n") + 4 + cut, len(request))
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    answers = answers_to(served, request[:middle], request[middle:] + request, last)

    assert [200, 200, 200] == [status for status, _ in answers]
    assert ["SUCCESS", "SUCCESS", "ready"] == [json.loads(body)["status"] for _, body in answers]


def test_a_wish_without_a_body_is_ignored_too_and_other_options_of_the_connection_count(served: Served) -> None:
    websocket = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n")

    answers = answers_to(served, websocket + HEALTH, last + HEALTH)

    assert [200, 200, 200] == [status for status, _ in answers]


def test_curl_that_would_rather_speak_another_version_is_answered(served: Served) -> None:
    try:
        version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    except OSError:
        pytest.skip("there is no curl")
    if "HTTP2" not in version:
        pytest.skip("curl speaks no HTTP/2")
    result = subprocess.run(
        [
            *("curl", "-sS", "--http2", "-H", "Accept: application/json", "-H", "X-Application: alice-live"),
            *("-d", LOGIN.decode(), f"{served.url}/api/login"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(result.stdout)["status"] == "SUCCESS"


# An expectation


def test_who_expects_to_be_told_to_go_on_is_refused_without_the_body(served: Served) -> None:
    head, _, _ = post(b"/api/login", LOGIN, b"Expect: 100-continue\r\n").partition(LOGIN)
    with served.connect() as connection:
        connection.sendall(head)

        assert [417] == [status for status, _ in answers_in(everything_from(connection))]


def test_who_expects_to_be_told_to_go_on_is_told_where_that_is_wanted(scenario: str) -> None:
    wanted = b"Expect: 100-continue\r\nAccept: application/json\r\nX-Application: alice-live\r\nConnection: close\r\n"
    head, _, _ = post(b"/api/login", LOGIN, wanted).partition(LOGIN)
    with serving("--scenario", scenario, "--accept-expect") as served, served.connect() as connection:
        connection.sendall(head)
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(65536)
        connection.sendall(LOGIN)

        ((status, body),) = answers_in(everything_from(connection))
        assert (200, "SUCCESS") == (status, json.loads(body)["status"])


def test_who_speaks_the_version_before_is_not_told_to_go_on(scenario: str, served: Served) -> None:
    """It would be taken for the answer (RFC 9110, section 10.1.1); the same where expectations are refused."""
    wanted = b"Expect: 100-continue\r\nAccept: application/json\r\nX-Application: alice-live\r\n"
    request = post(b"/api/login", LOGIN, wanted).replace(b"HTTP/1.1", b"HTTP/1.0")
    head, _, _ = request.partition(LOGIN)
    with serving("--scenario", scenario, "--accept-expect") as accepting:
        for each in (accepting, served):
            ((status, body),) = answers_to(each, head, LOGIN)
            assert (200, "SUCCESS") == (status, json.loads(body)["status"])


# Bounds


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"GET /", 431),
        (b"GET / HTTP/1.1\r\nX-Long: ", 431),
        (b"GET / HTTP/1.1\r\nX-", 431),
        (b"POST /api/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", 400),
        (b"POST /api/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ", 400),
    ],
)
def test_what_has_no_end_is_refused_soon(served: Served, beginning: bytes, status: int) -> None:
    """Thirty megabytes later: nothing of it is kept, and it takes no longer than to throw it away."""
    before, started = memory_of(served), time.monotonic()
    with served.connect() as connection:
        connection.sendall(beginning + b"x" * MAXIMUM_UNFINISHED_BYTES)
        with suppress(ConnectionError):
            for _ in range(500):
                connection.sendall(b"x" * 65536)
        # Who sends on when the server has ended the connection may lose the answer.
        answers = answers_in(everything_from(connection))

    assert [each for each, _ in answers] in ([status], [])
    assert memory_of(served) - before < 10_000_000
    assert time.monotonic() - started < 5


def test_the_refusal_of_what_has_no_end_can_be_read(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * (MAXIMUM_UNFINISHED_BYTES + 20_000))

        assert answers_in(everything_from(connection)) == [(431, b"The request line or a header has no end.")]


def test_many_short_headers_are_as_long_as_a_long_one(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * (MAXIMUM_UNFINISHED_BYTES // 8 + 2_000))

        assert [431] == [status for status, _ in answers_in(everything_from(connection))]


def test_requests_that_are_sent_ahead_are_answered_in_order(served: Served) -> None:
    """More of them than are taken apart ahead of their answers, and the last one asks for the end."""
    number = 3_000
    requests = b"".join(b"GET /nothing/%d HTTP/1.1\r\nHost: a\r\n\r\n" % each for each in range(number))
    last = b"GET /nothing/last HTTP/1.1\r\nConnection: close\r\n\r\n"

    answers = answers_to(served, requests[:100_001], requests[100_001:] + last)

    told = [re.search(r"/nothing/(\w+)", json.loads(body)["detail"])[1] for _, body in answers]  # type: ignore[index]
    assert [*map(str, range(number)), "last"] == told


def test_a_body_among_requests_that_are_sent_ahead_is_not_lost(served: Served) -> None:
    login = post(b"/api/login", LOGIN, b"Accept: application/json\r\nX-Application: alice-live\r\n")
    padded = login.replace(b"password=secret", b"password=secret&x=" + b"y" * 20_000).replace(
        b"Content-Length: %d" % len(LOGIN), b"Content-Length: %d" % (len(LOGIN) + 3 + 20_000)
    )
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    answers = answers_to(served, HEALTH * 300 + padded + login + padded[:5_000], padded[5_000:] + HEALTH * 300 + last)

    statuses = [json.loads(body)["status"] for _, body in answers]
    assert ["ready"] * 300 + ["SUCCESS"] * 3 + ["ready"] * 301 == statuses


def test_requests_whose_answers_are_not_read_take_little_memory(served: Served) -> None:
    before = memory_of(served)
    with served.connect() as connection:
        connection.setblocking(False)
        sent = 0
        deadline = time.monotonic() + 5
        with suppress(*FULL):
            while sent < 20_000_000 and time.monotonic() < deadline:
                try:
                    sent += connection.send(HEALTH * 1_000)
                except FULL:
                    # Nothing more is taken, unless the server still has some to read.
                    time.sleep(0.2)
                    sent += connection.send(HEALTH * 1_000)

        # Without a bound it is a gigabyte and more; what the server has freed and not given back varies.
        assert memory_of(served) - before < 200_000_000
    assert sent < 20_000_000


def memory_of(served: Served) -> int:
    """Return how many bytes of memory a server has."""
    status = Path(f"/proc/{served.process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how much memory a process has")
    return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) * 1024  # type: ignore[index]


# Time


NOTHING_ASKED = {b"": 0, b"\r\n": 0, HEALTH: 1}
"""What is sent, and how many answers that has before nothing more is asked."""


def test_a_connection_on_which_nothing_is_asked_ends(hasty: Served) -> None:
    with ExitStack() as connections:
        waiting = [connections.enter_context(hasty.connect()) for _ in NOTHING_ASKED]
        for connection, sent in zip(waiting, NOTHING_ASKED, strict=True):
            connection.sendall(sent)
        started = time.monotonic()

        for connection, (sent, answers) in zip(waiting, NOTHING_ASKED.items(), strict=True):
            assert everything_from(connection).count(b"HTTP/1.1 ") == answers, sent
            assert time.monotonic() - started > IDLE_SECONDS / 2, sent


HALVES = [
    b"G",
    HEALTH[:-2],
    b"POST /api/login HTTP/1.1\r\nContent-Length: 10\r\n\r\n",
    b"POST /exchange/betting/json-rpc/v1 HTTP/1.1\r\nContent-Length: 10\r\n\r\n{",
    b"POST /control/v1/worlds HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
    b"POST /bet-tune-api/v1/predictions/search HTTP/1.1\r\nTransfer-Encoding: chunked\r\n%b\r\n\r\n5\r\nab" % BETTUNE,
    post(b"/api/login", b"", UPGRADE).replace(b"Content-Length: 0", b"Content-Length: 10"),
]


def test_half_a_request_is_not_waited_for(hasty: Served) -> None:
    with ExitStack() as connections:
        waiting = [connections.enter_context(hasty.connect()) for _ in HALVES]
        for connection, half in zip(waiting, HALVES, strict=True):
            connection.sendall(half)
        answers = {half: answers_in(everything_from(each)) for each, half in zip(waiting, HALVES, strict=True)}

    assert answers == {half: [(408, b"The request was not complete after 0.5 seconds.")] for half in HALVES}


def test_half_a_request_whose_head_is_known_is_not_waited_for(hasty: Served) -> None:
    """Nor one of whose body a part has come."""
    asked = post(b"/exchange/betting/json-rpc/v1", b"{}")
    head = asked[: -len(b"{}")]
    for half in (head, head + b"{"):
        with hasty.connect() as connection:
            for _ in range(3):
                connection.sendall(asked)
                assert [400] == [status for status, _ in answers_in(connection.recv(65536))]
            connection.sendall(half)

            refused = answers_in(everything_from(connection))
            assert refused == [(408, b"The request was not complete after 0.5 seconds.")]


def test_who_does_not_read_answers_is_not_waited_for(hasty: Served) -> None:
    """More of them than fit on the way: what has not been sent when the time is over never is."""
    number = 100
    with hasty.connect() as connection:
        connection.sendall(b"GET /specs/betfair-betting.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n" * number)
        time.sleep(3 * IDLE_SECONDS)

        with suppress(ssl.SSLEOFError):
            assert everything_from(connection).count(b"HTTP/1.1 200") < number


def test_a_request_that_drips_is_not_waited_for(hasty: Served) -> None:
    started = time.monotonic()
    with hasty.connect() as connection, suppress(ConnectionError, ssl.SSLEOFError):
        for byte in HEALTH:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)
        assert answers_in(everything_from(connection))[0][0] == 408
    assert time.monotonic() - started < 10


def test_a_request_after_another_has_its_own_time(hasty: Served) -> None:
    """Each comes in two halves, and all of them together take longer than one may."""
    with hasty.connect() as connection:
        for _ in range(4):
            connection.sendall(HEALTH[:10])
            time.sleep(REQUEST_SECONDS / 2.5)
            connection.sendall(HEALTH[10:])
            received = b""
            while b"}" not in received:
                received += connection.recv(65536)
            assert [200] == [status for status, _ in answers_in(received)]


def test_a_body_that_was_refused_already_is_not_waited_for(hasty: Served) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"POST /api/login HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n")

        assert [413] == [status for status, _ in answers_in(everything_from(connection))]


# The end of the server

INCOMPLETE = [
    b"POST /api/login HTTP/1.1\r\nContent-Length: 10\r\n\r\n{",
    b"POST /exchange/betting/rest/v1.0/listEvents/ HTTP/1.1\r\nContent-Length: 10\r\n\r\n",
    b"POST /control/v1/worlds HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /bet-tune-api/v1/predictions/search HTTP/1.1\r\nContent-Length: 5\r\n%b\r\n\r\n" % BETTUNE,
]


def test_a_server_that_stops_does_not_wait_for_half_a_request(scenario: str, scheme: str) -> None:
    """Whoever sent one is told, whoever sent less is not; and of none there is a failure."""
    with serving("--scenario", scenario, *WITH_TLS) as started, ExitStack() as connections:
        served = started.over(scheme)
        half = []
        for beginning in INCOMPLETE:
            half.append(connections.enter_context(served.connect()))
            half[-1].sendall(beginning)
        silent, begun = (connections.enter_context(served.connect()) for _ in range(2))
        begun.sendall(HEALTH[:20])
        assert get(f"{served.url}/health").status_code == 200
        served.process.send_signal(signal.SIGTERM)

        for connection in half:
            assert [408] == [status for status, _ in answers_in(everything_from(connection))]
        assert b"" == everything_from(silent) == everything_from(begun)
        assert served.process.wait(PATIENCE_SECONDS) == 0
        assert not {"Traceback", "Exception"} & set(re.findall(r"\w+", served.errors))


@pytest.mark.parametrize("signals", [1, 2, 3])
def test_a_server_that_stops_does_not_wait_long_for_a_client_that_does_not_read(
    scenario: str, scheme: str, signals: int
) -> None:
    """However often it is told to stop, it ends in order."""
    with serving("--scenario", scenario, *WITH_TLS) as served, served.over(scheme).connect() as connection:
        connection.sendall(b"GET /specs/betfair-betting.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        # The answers are on their way, and too many to be kept for somebody who does not read.
        assert connection.recv(1)
        time.sleep(0.3)
        for _ in range(signals):
            served.process.send_signal(signal.SIGINT)
            time.sleep(0.15)

        assert served.process.wait(PATIENCE_SECONDS) == 0
        assert not {"Traceback", "Exception"} & set(re.findall(r"\w+", served.errors))

"""The stream's port as a real server has it: garbage, floods and who never reads, beside one who wants to hear."""

import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any

import pytest

from tests.scenario import HORSE_RACING, event, runner, scenario, win
from tests.serving import PATIENCE_SECONDS, WITH_TLS, Served, let_read_documents, post, serving

MARKET = "1.1"
SOON_SECONDS = 2
RACE = win(MARKET, runner(1, back=[[2.0, 100]], lay=[[2.2, 80]]), runner(2))
Message = dict[str, Any]


@pytest.fixture(scope="module", params=["plain", "TLS"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("scenario") / "race.json"
    file.write_text(json.dumps(scenario(event("1", "Meeting", HORSE_RACING, RACE))))
    with serving("--scenario", str(file), *(WITH_TLS if request.param == "TLS" else ())) as served:
        let_read_documents(served)
        yield served


class Caller:
    """A client on a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._lines: IO[bytes] = connection.makefile("rb")

    def send(self, document: Message) -> None:
        self.socket.sendall(json.dumps(document).encode() + b"\r\n")

    def read(self) -> Message | None:
        """Return the next message, `None` once the server has hung up."""
        with suppress(ConnectionResetError, ssl.SSLError):
            line = self._lines.readline()
            return json.loads(line) if line else None
        return None


@contextmanager
def call(served: Served) -> Iterator[Caller]:
    host, _, port = served.stream.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        if not served.ca:
            yield Caller(connection)
            return
        context = ssl.create_default_context(cafile=served.ca)
        with context.wrap_socket(connection, server_hostname="localhost") as secured:
            yield Caller(secured)


@contextmanager
def subscriber(served: Served) -> Iterator[Caller]:
    """Yield a client who has subscribed to the market and has its image."""
    login = {"username": "alice", "password": "secret"}
    headers = {"X-Application": "alice-live", "Accept": "application/json"}
    answer = post(f"{served.url}/api/login", data=login, headers=headers)
    with call(served) as caller:
        caller.read()
        caller.send({"op": "authentication", "id": 1, "appKey": "alice-live", "session": answer.json()["token"]})
        caller.send({"op": "marketSubscription", "id": 2, "marketFilter": {"marketIds": [MARKET]}, "heartbeatMs": 500})
        statuses = [caller.read(), caller.read()]
        assert [each and each["statusCode"] for each in statuses] == ["SUCCESS", "SUCCESS"]
        image = caller.read()
        assert image is not None
        assert image["ct"] == "SUB_IMAGE"
        yield caller


@pytest.fixture(autouse=True)
def nobody_is_harmed(served: Served) -> Iterator[None]:
    """Somebody else hears of what happens, and the server complains of nothing but requests."""
    with subscriber(served) as other:
        yield
        for verb in ("suspend", "resume"):
            post(f"{served.control_url}/worlds/default/markets/{MARKET}/{verb}", json={})
            message = other.read()
            while message is not None and "mc" not in message:
                message = other.read()
            assert message is not None
    assert not {"Traceback", "ERROR", "Exception"} & set(re.findall(r"\w+", served.errors))


GARBAGE = {
    "nothing at all": b"",
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: betfair\r\n\r\n",
    "zeros": bytes(4096),
    "a TLS record that is none": b"\x16\x03\x01\xff\xff" + bytes(range(256)) * 16,
    "a line of nothing but brackets": b"[" * 200_000 + b"\r\n",
    "something that never ends": b"x" * 10_000_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_on_the_port_is_hung_up_on(served: Served, garbage: bytes) -> None:
    """Sent to a port that speaks TLS, it is not even that."""
    host, _, port = served.stream.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        with suppress(OSError):
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while connection.recv(65_536):
                pass


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_after_a_subscription_ends_the_connection(served: Served, garbage: bytes) -> None:
    with subscriber(served) as caller:
        with suppress(OSError):
            caller.socket.sendall(garbage)
            caller.socket.shutdown(socket.SHUT_RDWR)
        # What still comes over TLS cannot be read any more, but it comes to an end.
        with suppress(OSError):
            while caller.socket.recv(65_536):
                pass


def test_who_asks_and_never_reads_waits_and_the_others_are_told(served: Served) -> None:
    """Once there is enough to be read, nothing more is taken from a client: its own requests are stuck."""
    flood = b'{"op":"heartbeat","id":1}\r\n' * 1_000_000
    with call(served) as caller:
        caller.read()
        caller.socket.settimeout(SOON_SECONDS)
        with pytest.raises(TimeoutError):
            caller.socket.sendall(flood)
        with subscriber(served) as other:
            post(f"{served.control_url}/worlds/default/markets/{MARKET}/suspend", json={})
            assert (other.read() or {})["mc"][0]["marketDefinition"]["status"] == "SUSPENDED"


def test_hundreds_of_connections_are_greeted_and_let_go(served: Served) -> None:
    with ExitStack() as connections:
        callers = [connections.enter_context(call(served)) for _ in range(200)]

        greetings = [caller.read() for caller in callers]

    ids = {greeting["connectionId"] for greeting in greetings if greeting is not None}
    assert len(ids) == 200

"""`betsim serve` as a process of its own, for tests that want a real server with real clients."""

import copy
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx

from tests.documented import environment_with_documents

BETSIM = (sys.executable, "-m", "simulator.cli")
DOCUMENTED = (sys.executable, "-m", "tests.documented_server")
"""The same, and what it answers is held against the documents."""
READY = re.compile(
    r"betsim ready http=(?P<http>\S+) stream=(?P<stream>\S+) control=(?P<control>\S+)"
    r"( https=(?P<https>\S+) ca=(?P<ca>.+))?\n"
)
WITH_TLS = ("--tls", "--tls-port", "0")
PATIENCE_SECONDS = 30
CHECKOUT = Path(__file__).parent.parent


@cache
def authorities() -> ssl.SSLContext:
    """Return what httpx trusts; each of its clients would read all certificates of the system anew."""
    return httpx.create_ssl_context()


def get(address: str, **options: Any) -> httpx.Response:
    """Get an address of a server that may be slow, because much else is running."""
    return httpx.get(address, timeout=PATIENCE_SECONDS, verify=authorities(), **options)


def post(address: str, **options: Any) -> httpx.Response:
    """Post to an address of a server that may be slow."""
    return httpx.post(address, timeout=PATIENCE_SECONDS, verify=authorities(), **options)


def let_read_documents(served: "Served") -> None:
    """Wait until a server has read the documents that it holds its answers against.

    It does so once its first answer has been sent, and on a slow machine that takes longer than client libraries wait.
    """
    for _ in range(2):
        get(f"{served.url}/health")


class Account(NamedTuple):
    """What a client library needs to log in."""

    username: str
    password: str
    app_key: str
    delayed_app_key: str


class Served:
    """A server that is running."""

    def __init__(self, process: "subprocess.Popen[str]", ready_line: str, errors: IO[str]) -> None:
        match = READY.fullmatch(ready_line)
        assert match, f"this is not a ready line: {ready_line!r}"
        self.process = process
        self.ready_line = ready_line
        self.url = match["http"]
        self.stream = match["stream"]
        self.control_url = match["control"]
        self.https_url = match["https"]
        self.ca = match["ca"]
        self._speaks_tls = False
        self._errors = errors

    def over(self, scheme: str) -> "Served":
        """Return the same server, to which `connect` connects over `http` or `https`."""
        other = copy.copy(self)
        other._speaks_tls = scheme == "https"
        return other

    @contextmanager
    def connect(self) -> Iterator[socket.socket]:
        """Yield a connection, on which TLS is spoken where that was asked for."""
        port = int((self.https_url if self._speaks_tls else self.url).rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            if not self._speaks_tls:
                yield connection
                return
            context = ssl.create_default_context(cafile=self.ca)
            with context.wrap_socket(connection, server_hostname="localhost") as secured:
                yield secured

    @property
    def errors(self) -> str:
        """Return what the server has written to standard error so far."""
        self._errors.seek(0)
        return self._errors.read()

    def world(self, world_id: str = "default") -> dict[str, Any]:
        """Return the document of a world."""
        response = get(f"{self.control_url}/worlds/{world_id}")
        response.raise_for_status()
        document: dict[str, Any] = response.json()
        return document

    def accounts(self, world_id: str = "default") -> list[Account]:
        """Return the accounts of a world."""
        return [
            Account(account["username"], account["password"], account["appKey"], account["delayedAppKey"])
            for account in self.world(world_id)["betfair"]["accounts"]
        ]

    def control(self, path: str, document: object = None) -> dict[str, Any]:
        """Post to an address under the default world, such as `("clock", {"advance": "PT5S"})`; return the answer."""
        response = post(f"{self.control_url}/worlds/default/{path}", json={} if document is None else document)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def serving(*options: str, command: str = "serve") -> Iterator[Served]:
    """Yield a server on a free port that was started with a command and further options, and end it.

    Fails where it has answered anything that no document allows.
    """
    with tempfile.TemporaryFile("w+") as errors:
        with started(
            [*DOCUMENTED, command, "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=CHECKOUT,
            env=environment_with_documents(),
        ) as process:
            served = Served(process, first_line(process), errors)
            yield served
        assert "AssertionError" not in served.errors, served.errors


@contextmanager
def started(command: Sequence[str], **streams: Any) -> Iterator["subprocess.Popen[str]"]:
    """Yield a process that does not outlive the block."""
    with subprocess.Popen(command, text=True, **streams) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def first_line(process: "subprocess.Popen[str]") -> str:
    """Return the first line that a process writes; one that never writes any is killed."""
    assert process.stdout is not None
    watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()

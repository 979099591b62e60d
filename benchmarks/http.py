"""How fast the served exchange answers, beside a bare route that answers a constant of the same size in the same run.

Both servers run on one processor and the load on another, where there are two. Rounds alternate and ratios are taken
round by round, so that a machine that slows down for a moment slows both.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from benchmarks.load import Load, post, run_load

CONNECTIONS = 32
REQUESTS = 8_000
RESTING_ORDERS = 5
"""What listCurrentOrders lists."""
ROUNDS = 5
BETTING = "/exchange/betting/json-rpc/v1"
MARKET_ID = "1.113197491"
READERS = [f"reader-{number}" for number in range(CONNECTIONS)]
SCENARIO = Path(__file__).with_name("scenario.yaml")


class Server(NamedTuple):
    """A running server: its process, and the port it answers on."""

    process_id: int
    port: int


class Measured(NamedTuple):
    """One round: what the load saw, and how many microseconds of processor the server spent on a request."""

    load: Load
    microseconds: float


def run() -> None:
    """Measure and print."""
    print(f"http: keep-alive loopback, {CONNECTIONS} connections, {ROUNDS} rounds of {REQUESTS:,} requests")
    print("  the ratio is that of the requests a second; the last three columns are the server's own processor time")
    titles = ("req/s", "yardstick", "ratio", "p99 ms", "us/req", "yardstick", "ratio")
    print(f"  {'operation':<24}" + "".join(f"{title:>11}" for title in titles))
    with _servers() as (server, yardstick, requests):
        for number, (name, make) in enumerate(requests.items()):
            ours, theirs = asyncio.run(_measure(server, make, yardstick, number))
            pairs = list(zip(ours, theirs, strict=True))
            print(
                f"  {name:<24}"
                f"{median(one.load.requests_per_second for one in ours):>11,.0f}"
                f"{median(one.load.requests_per_second for one in theirs):>11,.0f}"
                f"{median(a.load.requests_per_second / b.load.requests_per_second for a, b in pairs):>11.2f}"
                f"{median(one.load.p99_milliseconds for one in ours):>11.2f}"
                f"{median(one.microseconds for one in ours):>11.0f}"
                f"{median(one.microseconds for one in theirs):>11.0f}"
                f"{median(b.microseconds / a.microseconds for a, b in pairs):>11.2f}"
            )


async def _measure(
    server: Server, make: Callable[[int], bytes], yardstick: Server, number: int
) -> tuple[list[Measured], list[Measured]]:
    body = make(0).partition(b"\r\n\r\n")[2]
    constant = post(f"/{number}", body, {"X-Application": "key", "X-Authentication": "token"})
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await _measure_round(server, make))
        theirs.append(await _measure_round(yardstick, lambda _: constant))
    return ours, theirs


async def _measure_round(server: Server, make: Callable[[int], bytes]) -> Measured:
    before = processor_seconds(server.process_id)
    load = await run_load(server.port, CONNECTIONS, REQUESTS, make)
    return Measured(load, (processor_seconds(server.process_id) - before) / REQUESTS * 1e6)


def processor_seconds(process_id: int) -> float:
    """Return how long a process has run on a processor, for itself and in the kernel."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _servers() -> Iterator[tuple[Server, Server, dict[str, Callable[[int], bytes]]]]:
    """Start both servers, log in, and yield them and a maker of requests by operation."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yaml"
        scenario.write_text(with_readers(SCENARIO.read_text()))
        with process(serve_command(str(scenario))) as (process_id, ready):
            yield from _both(process_id, ready, folder)


def _both(
    process_id: int, ready: str, folder: str
) -> Iterator[tuple[Server, Server, dict[str, Callable[[int], bytes]]]]:
    """Log in to the server, start the yardstick with its answers, and yield both."""
    port = port_of(ready)
    requests = requests_of(port)
    files = []
    for number, make in enumerate(requests.values()):
        file = Path(folder) / str(number)
        file.write_bytes(asyncio.run(_answer_of(port, make)))
        files.append(str(file))
    with process([sys.executable, "-m", "benchmarks.baseline", *files]) as (yardstick_id, line):
        if os.cpu_count() != 1:
            os.sched_setaffinity(0, {1})
        yield Server(process_id, port), Server(yardstick_id, int(line)), requests


@contextmanager
def process(command: list[str]) -> Iterator[tuple[int, str]]:
    """Run a server on the first processor, yield its id and the line it prints when ready, and stop it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        os.sched_setaffinity(process.pid, {0})
        assert process.stdout is not None
        yield process.pid, process.stdout.readline()
    finally:
        process.terminate()
        process.wait(timeout=10)


def with_readers(scenario: str) -> str:
    """Return a scenario with an account for each connection: more than three reads of one would be refused."""
    (alice,) = [line for line in scenario.splitlines() if "username: alice" in line]
    return scenario.replace(alice, "\n".join([alice, *(alice.replace("alice", name) for name in READERS)]))


def serve_command(scenario: str) -> list[str]:
    """Return the command that serves a scenario on a free port, begun as `betsim` begins."""
    return [sys.executable, "-m", "simulator.start", "serve", "--port", "0", "--scenario", scenario]


def port_of(ready: str) -> int:
    """Return the port of a server from the line with which it says that it is ready."""
    return int(ready.split("http=http://127.0.0.1:")[1].split(maxsplit=1)[0])


def log_in(port: int, username: str, app_key: str, password: str = "secret") -> dict[str, str]:
    """Return the headers of a customer who is logged in."""
    form = urlencode({"username": username, "password": password}).encode()
    login = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/login",
        form,
        {"X-Application": app_key, "Accept": "application/json"},
    )
    with urllib.request.urlopen(login) as answer:
        token = msgspec.json.decode(answer.read())["token"]
    return {"X-Application": app_key, "X-Authentication": token}


def _numbered(request: bytes, number: int) -> bytes:
    return request.replace(b"\r\n", b"\r\nX-Request-Id: %d\r\n" % number, 1)


def requests_of(port: int) -> dict[str, Callable[[int], bytes]]:
    """Log in to a server, and return what makes a request of each operation that is measured."""
    alice, *readers = [log_in(port, name, f"{name}-live") for name in ("alice", *READERS)]

    def call(operation: str, params: dict[str, object], headers: dict[str, str] = alice) -> bytes:
        envelope = {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{operation}", "params": params, "id": 1}
        return post(BETTING, msgspec.json.encode(envelope), headers)

    def order(side: str, price: float = 4.0, headers: dict[str, str] = alice) -> bytes:
        limit = {"size": 2.0, "price": price, "persistenceType": "LAPSE"}
        instruction = {
            "selectionId": 2,
            "handicap": 0,
            "side": side,
            "orderType": "LIMIT",
            "limitOrder": limit,
        }
        return call("placeOrders", {"marketId": MARKET_ID, "instructions": [instruction]}, headers)

    back, lay = order("BACK"), order("LAY")
    projection = {"priceData": ["EX_BEST_OFFERS"]}
    book, same_book = [
        call("listMarketBook", {"marketIds": [MARKET_ID], "priceProjection": wanted})
        for wanted in (projection, {**projection, "exBestOffersOverrides": {"bestPricesDepth": 3}})
    ]
    current = [call("listCurrentOrders", {}, headers) for headers in readers]
    for request in [order("BACK", 100.0, headers) for headers in readers]:
        for _ in range(RESTING_ORDERS):
            asyncio.run(_answer_of(port, lambda _, request=request: request))  # type: ignore[misc]
    numbers = count()
    return {
        "listMarketBook": lambda _: book,
        # In turns in two ways, so that the prices cannot be those which were worked out for the request before.
        "listMarketBook anew": lambda number: book if number % 2 else same_book,
        "listCurrentOrders": lambda number: current[number % len(current)],
        "placeOrders": lambda number: lay if number % 2 else back,
        # With a header of its own in each request, so that no head has been read before.
        "placeOrders, numbered": lambda number: _numbered(lay if number % 2 else back, next(numbers)),
    }


async def _answer_of(port: int, make: Callable[[int], bytes]) -> bytes:
    """Return the body of the answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(make(1))
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    return body

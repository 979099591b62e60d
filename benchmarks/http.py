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
from pathlib import Path
from statistics import median
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
SCENARIO = Path(__file__).with_name("scenario.yaml")


def run() -> None:
    """Measure and print."""
    with _servers() as (port, yardstick_port, requests):
        print(f"http: keep-alive loopback, {CONNECTIONS} connections, {ROUNDS} rounds of {REQUESTS:,} requests")
        print(f"  {'operation':<20}{'requests/s':>12}{'yardstick':>12}{'ratio':>8}{'p99 ms':>9}   (aim: 0.60, 10 ms)")
        for number, (name, make) in enumerate(requests.items()):
            ours, yardsticks = asyncio.run(_measure(port, make, yardstick_port, number))
            rate = median(load.requests_per_second for load in ours)
            yardstick = median(load.requests_per_second for load in yardsticks)
            ratio = median(a.requests_per_second / b.requests_per_second for a, b in zip(ours, yardsticks, strict=True))
            p99 = median(load.p99_milliseconds for load in ours)
            print(f"  {name:<20}{rate:>12,.0f}{yardstick:>12,.0f}{ratio:>8.2f}{p99:>9.2f}")


async def _measure(
    port: int, make: Callable[[int], bytes], yardstick_port: int, number: int
) -> tuple[list[Load], list[Load]]:
    body = make(0).partition(b"\r\n\r\n")[2]
    yardstick_request = post(f"/{number}", body, {"X-Application": "key", "X-Authentication": "token"})
    ours, yardsticks = [], []
    for _ in range(ROUNDS):
        ours.append(await run_load(port, CONNECTIONS, REQUESTS, make))
        yardsticks.append(await run_load(yardstick_port, CONNECTIONS, REQUESTS, lambda _: yardstick_request))
    return ours, yardsticks


@contextmanager
def _servers() -> Iterator[tuple[int, int, dict[str, Callable[[int], bytes]]]]:
    """Start both servers, log in, and yield their ports and a maker of requests by operation."""
    command = [sys.executable, "-m", "simulator.cli", "serve", "--port", "0", "--scenario", str(SCENARIO)]
    with _process(command) as ready, tempfile.TemporaryDirectory() as folder:
        port = int(ready.split("http=http://127.0.0.1:")[1].split()[0])
        requests = _requests(port)
        files = []
        for number, make in enumerate(requests.values()):
            file = Path(folder) / str(number)
            file.write_bytes(asyncio.run(_answer_of(port, make)))
            files.append(str(file))
        with _process([sys.executable, "-m", "benchmarks.baseline", *files]) as line:
            if os.cpu_count() != 1:
                os.sched_setaffinity(0, {1})
            yield port, int(line), requests


@contextmanager
def _process(command: list[str]) -> Iterator[str]:
    """Run a server on the first processor, yield the line it prints when ready, and stop it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        os.sched_setaffinity(process.pid, {0})
        assert process.stdout is not None
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.wait(timeout=10)


def _requests(port: int) -> dict[str, Callable[[int], bytes]]:
    form = urlencode({"username": "alice", "password": "secret"}).encode()
    login = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/login",
        form,
        {"X-Application": "alice-live", "Accept": "application/json"},
    )
    with urllib.request.urlopen(login) as answer:
        token = msgspec.json.decode(answer.read())["token"]
    headers = {"X-Application": "alice-live", "X-Authentication": token}

    def call(operation: str, params: dict[str, object]) -> bytes:
        envelope = {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{operation}", "params": params, "id": 1}
        return post(BETTING, msgspec.json.encode(envelope), headers)

    def order(side: str, price: float = 4.0) -> bytes:
        limit = {"size": 2.0, "price": price, "persistenceType": "LAPSE"}
        instruction = {
            "selectionId": 2,
            "handicap": 0,
            "side": side,
            "orderType": "LIMIT",
            "limitOrder": limit,
        }
        return call("placeOrders", {"marketId": MARKET_ID, "instructions": [instruction]})

    back, lay = order("BACK"), order("LAY")
    book = call("listMarketBook", {"marketIds": [MARKET_ID], "priceProjection": {"priceData": ["EX_BEST_OFFERS"]}})
    current = call("listCurrentOrders", {})
    for _ in range(RESTING_ORDERS):
        asyncio.run(_answer_of(port, lambda _: order("BACK", 100.0)))
    return {
        "listMarketBook": lambda _: book,
        "listCurrentOrders": lambda _: current,
        "placeOrders": lambda number: lay if number % 2 else back,
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

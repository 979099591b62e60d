"""Many worlds in one server: what they cost to make and to keep, and how fast it answers when people bet in all.

The server runs on one processor and the load on another, where there are two. Memory is what the server's process has
in use, as the system counts it; times of the server are those of its processor.
"""

import asyncio
import os
import urllib.request
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.http import SCENARIO, log_in, port_of, process, processor_seconds, serve_command
from benchmarks.load import Load, post, run_load_for

WORLDS = 100
BETTORS = 20
"""In each world."""
SECONDS = 10.0
RESTING_ORDERS = 20_000
MARKET_ID = "1.113197491"
REST = "/exchange/betting/rest/v1.0"


def run(seconds: float = SECONDS) -> None:
    """Measure and print. The load lasts so many seconds."""
    print(f"worlds: {WORLDS} in one server; load average before: {os.getloadavg()[0]:.1f}")
    with process(serve_command("demo")) as (process_id, ready):
        _idle_worlds(process_id, port_of(ready))
    with process(serve_command(str(SCENARIO))) as (process_id, ready):
        _load(process_id, port_of(ready), seconds)
    with process(serve_command(str(SCENARIO))) as (process_id, ready):
        _resting_orders(process_id, port_of(ready))
    print(f"  load average after: {os.getloadavg()[0]:.1f}")


def _idle_worlds(process_id: int, port: int) -> None:
    """Print what a world of the demo scenario costs that nobody uses."""
    # What the first one brings about is there once, and not for each.
    made = [_create(port, {"fixture": "demo"})["id"]]
    memory, processor = resident_bytes(process_id), processor_seconds(process_id)
    made += [_create(port, {"fixture": "demo"})["id"] for _ in range(WORLDS)]
    each = (resident_bytes(process_id) - memory) / WORLDS
    milliseconds = 1000 * (processor_seconds(process_id) - processor) / WORLDS
    print(f"  an idle world of the demo scenario   {each / 1024:>9,.0f} KB (aim: under 1,024)")
    print(f"  to make one, over HTTP               {milliseconds:>9.1f} ms of the processor (aim: under 20)")
    processor = processor_seconds(process_id)
    for world_id in made:
        _reset(port, world_id)
    milliseconds = 1000 * (processor_seconds(process_id) - processor) / len(made)
    print(f"  to reset one                         {milliseconds:>9.1f} ms of the processor (aim: under 5)")
    for world_id in made:
        ask(port, "DELETE", f"/control/v1/worlds/{world_id}")
    again = [_create(port, {"fixture": "demo"})["id"] for _ in range(WORLDS)]
    rest = resident_bytes(process_id) - memory - each * WORLDS
    print(f"  after deleting and making as many    {rest / 1024:>9,.0f} KB more than before")
    for world_id in again:
        ask(port, "DELETE", f"/control/v1/worlds/{world_id}")


def _load(process_id: int, port: int, seconds: float) -> None:
    """Print how fast the server answers people who bet in many worlds at once: back, lay, look, and cancel."""
    scenario = msgspec.yaml.decode(SCENARIO.read_bytes())
    (alice,) = scenario["accounts"]
    scenario["accounts"] = [
        {**alice, "username": name, "appKey": f"{name}-live", "delayedAppKey": f"{name}-delayed"}
        for name in (f"bettor-{number}" for number in range(BETTORS))
    ]
    worlds = [_create(port, scenario) for _ in range(WORLDS)]
    makers = [_requests_of(port, world) for world in worlds]
    if os.cpu_count() != 1:
        os.sched_setaffinity(0, {1})
    memory, processor = resident_bytes(process_id), processor_seconds(process_id)
    load: Load = asyncio.run(run_load_for(port, seconds, makers))
    spent = processor_seconds(process_id) - processor
    requests = load.requests_per_second * seconds
    grown = (resident_bytes(process_id) - memory) / requests
    alone = requests / spent
    print(
        f"  {WORLDS} worlds of {BETTORS} bettors, {seconds:g} s          {load.requests_per_second:>9,.0f} requests/s"
    )
    print(f"    99 of 100 are answered in          {load.p99_milliseconds:>9.1f} ms")
    print(f"    a request costs the server         {1e6 * spent / requests:>9,.0f} us of the processor,")
    print(f"    which alone would answer           {alone:>9,.0f} requests/s")
    print(f"    and leaves                         {grown:>9,.0f} bytes, in orders and journal")
    for world in worlds:
        ask(port, "DELETE", f"/control/v1/worlds/{world['id']}")


def _requests_of(port: int, world: dict[str, Any]) -> Callable[[], bytes]:
    """Return what makes the next request of the bettors of a world, who take turns."""
    bettors = [log_in(port, account["username"], account["appKey"]) for account in world["betfair"]["accounts"]]
    book = {"marketIds": [MARKET_ID], "priceProjection": {"priceData": ["EX_BEST_OFFERS"]}}
    kinds = [
        ("placeOrders", _order("BACK", 2.04)),
        ("listMarketBook", book),
        ("placeOrders", _order("LAY", 2.04)),
        ("placeOrders", _order("BACK", 900.0)),
        ("cancelOrders", {"marketId": MARKET_ID}),
    ]
    requests = [
        post(f"{REST}/{operation}/", msgspec.json.encode(params), headers)
        for operation, params in kinds
        for headers in bettors
    ]
    numbers = count()
    return lambda: requests[next(numbers) % len(requests)]


def _order(side: str, price: float, number: int = 1) -> dict[str, Any]:
    limit = {"size": 2.0, "price": price, "persistenceType": "LAPSE"}
    instruction = {"selectionId": 1, "side": side, "orderType": "LIMIT", "limitOrder": limit}
    return {"marketId": MARKET_ID, "instructions": [instruction] * number}


def _resting_orders(process_id: int, port: int) -> None:
    """Print what a bet costs that waits in the book."""
    headers = {**log_in(port, "alice", "alice-live"), "Content-Type": "application/json"}
    at_once = 200
    body = msgspec.json.encode(_order("BACK", 900.0, at_once))
    ask(port, "POST", f"{REST}/placeOrders/", body, headers)
    memory = resident_bytes(process_id)
    for _ in range(0, RESTING_ORDERS, at_once):
        ask(port, "POST", f"{REST}/placeOrders/", body, headers)
    each = (resident_bytes(process_id) - memory) / RESTING_ORDERS
    print(f"  a resting order                      {each:>9,.0f} bytes, with its entries in the journal")


def resident_bytes(process_id: int) -> int:
    """Return how much memory a process has in use."""
    return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _create(port: int, document: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    world: dict[str, Any] = msgspec.json.decode(
        ask(port, "POST", "/control/v1/worlds", msgspec.json.encode(document), headers)
    )
    return world


def _reset(port: int, world_id: str) -> None:
    ask(port, "POST", f"/control/v1/worlds/{world_id}/reset")


def ask(port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """Return the body of an answer; raise `HTTPError` for one that is none."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers or {}, method=method)
    with urllib.request.urlopen(request) as answer:
        content: bytes = answer.read()
    return content

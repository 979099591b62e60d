"""Whether the memory of a server stays flat while worlds are made, bet in, begun again and deleted, hour after hour."""

import os
from statistics import mean
from time import monotonic

import msgspec

from benchmarks.http import SCENARIO, log_in, port_of, process, serve_command
from benchmarks.worlds import MARKET_ID, REST, ask, resident_bytes

SECONDS = 20.0
WARM_UP_CYCLES = 30
"""After which what is kept once for ever is there."""
PARTS = 4


def run(seconds: float = SECONDS) -> None:
    """Measure and print: what the server has in use, in so many parts of the time."""
    with process(serve_command(str(SCENARIO))) as (process_id, ready):
        port = port_of(ready)
        for _ in range(WARM_UP_CYCLES):
            _cycle(port)
        start, cycles = monotonic(), 0
        parts: list[list[int]] = [[] for _ in range(PARTS)]
        while (elapsed := monotonic() - start) < seconds:
            _cycle(port)
            cycles += 1
            parts[int(elapsed / seconds * PARTS)].append(resident_bytes(process_id))
        _print(parts, cycles, seconds)


def _print(parts: list[list[int]], cycles: int, seconds: float) -> None:
    megabytes = [mean(each) / 1024**2 for each in parts if each]
    print(
        f"soak: {cycles:,} worlds made, bet in, reset and deleted in {seconds:g} s; load average "
        f"{os.getloadavg()[0]:.1f}"
    )
    print(
        "  memory in use, in MB, one part of the time after the other: "
        + ", ".join(f"{each:.1f}" for each in megabytes)
    )
    growth = (megabytes[-1] - megabytes[0]) * 1024 / max(1, cycles * (PARTS - 1) / PARTS)
    print(f"  that is {growth:+.2f} KB a world (aim: none)")


def _cycle(port: int) -> None:
    """Make a world, bet in it, let it begin again, bet again, and delete it."""
    json = {"Content-Type": "application/json"}
    text = msgspec.json.encode(msgspec.yaml.decode(SCENARIO.read_bytes()))
    world = msgspec.json.decode(ask(port, "POST", "/control/v1/worlds", text, json))
    (account,) = world["betfair"]["accounts"]
    address = f"/control/v1/worlds/{world['id']}"
    for _ in range(2):
        headers = {**log_in(port, account["username"], account["appKey"]), **json}
        for side, price in (("BACK", 2.04), ("LAY", 2.04), ("BACK", 900.0)):
            limit = {"size": 2.0, "price": price, "persistenceType": "LAPSE"}
            instruction = {"selectionId": 1, "side": side, "orderType": "LIMIT", "limitOrder": limit}
            order = msgspec.json.encode({"marketId": MARKET_ID, "instructions": [instruction]})
            ask(port, "POST", f"{REST}/placeOrders/", order, headers)
        ask(port, "POST", f"{address}/reset")
    ask(port, "DELETE", address)

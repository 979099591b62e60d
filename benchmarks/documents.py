"""How long other requests wait while a large document is posted to the control API, beside how long itself takes.

A server runs on one processor and its clients on another, where there are two. While the document is worked on, the
state of a small world is asked for over and over.
"""

import asyncio
import json
import os
import sys
from time import perf_counter
from typing import Any, Final, NamedTuple

import httpx
import yaml

from benchmarks.http import process

COMMAND: Final = [sys.executable, "-m", "simulator.cli", "serve", "--port", "0"]
WORLD: Final = "/control/v1/worlds/default"
START: Final = "2026-06-06T18:00:00.000Z"


class Shape(NamedTuple):
    """How large a document is: markets, runners in each, and offers on either side of each runner."""

    markets: int
    runners: int
    offers: int


SHAPES: Final = (Shape(50, 20, 10), Shape(1_000, 10, 1), Shape(1_000, 20, 0), Shape(20, 1_000, 0), Shape(10, 100, 10))


def run() -> None:
    """Measure and print."""
    print("documents: what others wait while one is worked on, in milliseconds")
    titles = ("kilobytes", "itself", "longest", "median", "ratio")
    print(f"  {'document':<44}" + "".join(f"{title:>11}" for title in titles))
    for shape in SHAPES:
        what = f"{shape.markets} x {shape.runners} runners, {2 * shape.offers} offers each"
        scenario = {"name": "large", "clock": {"now": START, "rate": 0}, "events": [_event(shape)]}
        written = {
            f"JSON, {what}": ("/control/v1/worlds", "application/json", json.dumps(scenario)),
            f"YAML, {what}": ("/control/v1/worlds", "application/yaml", yaml.dump(scenario, Dumper=yaml.CSafeDumper)),
            "the same markets, added": (
                f"{WORLD}/markets",
                "application/json",
                json.dumps({"events": scenario["events"]}),
            ),
        }
        for name, (path, media_type, text) in written.items():
            with process([*COMMAND, "--scenario", "derby"]) as (_, ready):
                if os.cpu_count() != 1:
                    os.sched_setaffinity(0, {1})
                url = ready.split("http=")[1].split()[0]
                itself, waits = asyncio.run(_measure(url, path, media_type, text))
            print(
                f"  {name:<44}{len(text) / 1024:>11,.0f}{itself * 1e3:>11,.0f}{max(waits) * 1e3:>11,.1f}"
                f"{sorted(waits)[len(waits) // 2] * 1e3:>11,.1f}{max(waits) / itself:>11.2f}"
            )


async def _measure(url: str, path: str, media_type: str, text: str) -> tuple[float, list[float]]:
    """Post a document, and return how many seconds it took, and how long each request had to wait meanwhile."""
    waits: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=120) as http:
        await http.get(WORLD)
        start = perf_counter()
        headers = {"Content-Type": media_type}
        posted = asyncio.create_task(http.post(path, content=text.encode(), headers=headers))
        while not posted.done():
            asked = perf_counter()
            (await http.get(WORLD)).raise_for_status()
            waits.append(perf_counter() - asked)
        answer = await posted
        assert answer.status_code == 201, answer.text
        return perf_counter() - start, waits


def _event(shape: Shape) -> dict[str, Any]:
    # Short prices to back and long ones to lay, so that nothing meets.
    to_back = [[1.01 + number / 100, 2] for number in range(shape.offers)]
    to_lay = [[100 + 10 * number, 2] for number in range(shape.offers)]
    runners = [
        {
            "selectionId": number,
            "name": f"Runner {number}",
            "availableToBack": [[round(price, 2), size] for price, size in to_back],
            "availableToLay": [[price, size] for price, size in to_lay],
        }
        for number in range(1, shape.runners + 1)
    ]
    markets = [
        {"id": f"1.{1_000 + number}", "name": "Win", "marketType": "WIN", "startTime": START, "runners": runners}
        for number in range(shape.markets)
    ]
    event_type = {"id": "7", "name": "Horse Racing"}
    return {"id": "5", "name": "Ascot", "eventType": event_type, "openDate": START, "markets": markets}

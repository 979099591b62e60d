"""What the stream costs: from a bet to the message of it, the image of 200 markets, and bets that nobody hears of.

A server with a thousand markets tells ten subscribers of 200 markets each, who are told of 20 bets a second. Beside it
a bare asyncio server writes the same bytes to as many. Then, in one process: a bet with nobody subscribed beside one
with no stream at all, and a change with 10 and with 1,000 markets subscribed to, and with as many orders there.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.http import process, processor_seconds
from benchmarks.load import post
from simulator.betfair.stream.connection import Connection
from simulator.betfair.stream.hub import Hub, StreamSettings
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.inputs import LogIn
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World
from simulator.world.worlds import Worlds

MARKETS = 1_000
SUBSCRIBERS = 10
SUBSCRIBED = 200
UPDATES_A_SECOND = 20
UPDATES = 200
BETTING = "/exchange/betting/json-rpc/v1"
FIELDS = ["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF"]
ROUNDS = 9
BETS_A_ROUND = 2_000


def run() -> None:
    """Measure and print."""
    print(f"stream: {MARKETS:,} markets, {SUBSCRIBERS} subscribers of {SUBSCRIBED}, {UPDATES_A_SECOND} bets a second")
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.json"
        scenario.write_text(json.dumps(_scenario(MARKETS)))
        command = [sys.executable, "-m", "simulator.cli", "serve", "--port", "0", "--scenario", str(scenario)]
        with process([*command, "--stream-port", "0"]) as (process_id, ready):
            if os.cpu_count() != 1:
                os.sched_setaffinity(0, {1})
            served = asyncio.run(_measure_served(process_id, _ports(ready)))
        line = Path(folder) / "line"
        line.write_bytes(served.line)
        with process([sys.executable, "-m", "benchmarks.stream_yardstick", str(line)]) as (process_id, ready):
            bare = asyncio.run(_measure_bare(process_id, int(ready)))
    titles = ("", "p50 ms", "p99 ms", "core %")
    print(f"  {titles[0]:<40}" + "".join(f"{title:>9}" for title in titles[1:]))
    for name, told in (("from bet to message", served.told), ("a bare server that writes as much", bare)):
        print(f"  {name:<40}{told.p50:>9.2f}{told.p99:>9.2f}{100 * told.share:>9.1f}")
    print(f"  {f'image of {SUBSCRIBED} markets over a socket, ms':<40}{served.image_milliseconds:>9.0f}")
    print(f"  {'the same with 80 offers each, written, ms':<40}{_image():>9.0f}")
    plain, heard = _unheard()
    print(f"  {'a bet that no stream hears of, us':<40}{plain:>9.1f}")
    print(f"  {'the same with a stream, nobody subscribed':<40}{heard:>9.1f}")
    for name, small, large in (
        ("change, 10 and 1,000 markets, us", _change(markets=10), _change(markets=1_000)),
        ("change, 10 and 1,000 own orders, us", _change(orders=10), _change(orders=1_000)),
    ):
        print(f"  {name:<40}{small:>9.0f}{large:>9.0f}")


# Over sockets


class _Told(NamedTuple):
    p50: float
    p99: float
    share: float


class _Served(NamedTuple):
    told: _Told
    image_milliseconds: float
    line: bytes


def _ports(ready: str) -> tuple[int, int]:
    words = dict(word.split("=", 1) for word in ready.split() if "=" in word)
    return int(words["http"].rpartition(":")[2]), int(words["stream"].rpartition(":")[2])


async def _measure_served(process_id: int, ports: tuple[int, int]) -> _Served:
    http_port, stream_port = ports
    http, to_http = await asyncio.open_connection("127.0.0.1", http_port)

    async def ask(request: bytes) -> bytes:
        to_http.write(request)
        head = await http.readuntil(b"\r\n\r\n")
        return await http.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))

    tokens = []
    for number in range(2):
        form = f"username=user-{number}&password=secret".encode()
        login = post("/api/login", form, {"X-Application": f"user-{number}-live"})
        login = login.replace(b"application/json", b"application/x-www-form-urlencoded")
        login = login.replace(b"*/*", b"application/json")
        tokens.append(json.loads(await ask(login))["token"])
    readers, writers, images = [], [], []
    for number in range(SUBSCRIBERS):
        # Everybody subscribes to the market that is bet in, and to others.
        others = [f"1.{(number * 100 + offset) % MARKETS + 1}" for offset in range(SUBSCRIBED)]
        ids = ["1.1", *[market for market in others if market != "1.1"][: SUBSCRIBED - 1]]
        reader, writer, seconds = await _subscribe(stream_port, tokens[0], ids)
        readers.append(reader)
        # A connection ends when nobody holds what writes to it any more.
        writers.append(writer)
        images.append(1000 * seconds)
    headers = {"X-Application": "user-1-live", "X-Authentication": tokens[1]}

    def place(number: int) -> bytes:
        instruction = {
            "selectionId": 1,
            "side": "LAY" if number % 2 else "BACK",
            "orderType": "LIMIT",
            "limitOrder": {"size": 2.0, "price": 3.0, "persistenceType": "LAPSE"},
        }
        params = {"marketId": "1.1", "instructions": [instruction]}
        call = {"jsonrpc": "2.0", "method": "SportsAPING/v1.0/placeOrders", "params": params, "id": 1}
        return post(BETTING, json.dumps(call).encode(), headers)

    lines: list[bytes] = []
    told = await _measure_told(process_id, readers, lambda number: ask(place(number)), lines)
    for writer in writers:
        writer.close()
    return _Served(told, median(images), lines[-1])


async def _subscribe(port: int, token: str, ids: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    await reader.readline()
    for document in (
        {"op": "authentication", "appKey": "user-0-live", "session": token},
        {
            "op": "marketSubscription",
            "marketFilter": {"marketIds": ids},
            "marketDataFilter": {"fields": FIELDS},
        },
    ):
        started = perf_counter()
        writer.write(json.dumps(document).encode() + b"\r\n")
        await reader.readline()
    await reader.readline()
    return reader, writer, perf_counter() - started


async def _measure_bare(process_id: int, port: int) -> _Told:
    readers, writers = [], []
    for _ in range(SUBSCRIBERS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(b"listen\r\n")
        readers.append(reader)
        writers.append(writer)
    asking, asker = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(0.1)

    async def ask(_: int) -> bytes:
        asker.write(b"place\r\n")
        return await asking.readline()

    told = await _measure_told(process_id, readers, ask, [])
    for writer in writers:
        writer.close()
    return told


async def _measure_told(
    process_id: int, readers: list[asyncio.StreamReader], place: Callable[[int], Any], lines: list[bytes]
) -> _Told:
    """Place bets, as many a second as wanted, and note how long it is until every subscriber has its message."""
    waits: list[float] = []
    before, start = processor_seconds(process_id), perf_counter()

    async def told(reader: asyncio.StreamReader) -> float:
        line = await reader.readline()
        while b"HEARTBEAT" in line:
            line = await reader.readline()
        assert line, "the server has hung up"
        lines.append(line)
        return perf_counter()

    for number in range(UPDATES):
        await asyncio.sleep(max(0.0, start + number / UPDATES_A_SECOND - perf_counter()))
        placed_at = perf_counter()
        *times, _ = await asyncio.gather(*(told(reader) for reader in readers), place(number))
        waits.extend(1000 * (time - placed_at) for time in times)
    seconds = perf_counter() - start
    hundredths = quantiles(waits, n=100)
    return _Told(hundredths[49], hundredths[98], (processor_seconds(process_id) - before) / seconds)


# In one process


class _Nowhere:
    """A wire that nobody is at the other end of."""

    is_behind = False

    def __init__(self) -> None:
        self.lines = 0

    def write(self, line: bytes) -> None:
        self.lines += 1

    def write_piece(self, data: bytes) -> None:
        self.lines += 1

    def close(self) -> None:
        pass

    def reset(self) -> None:
        pass


def _unheard() -> tuple[float, float]:
    """Return the microseconds of a bet in a world without a stream, and in one with a stream that nobody reads."""
    plain, heard = Worlds(), Worlds()
    Hub(heard, StreamSettings())
    worlds = [each.create(load_scenario(json.dumps(_scenario(1)), "benchmark")) for each in (plain, heard)]
    pairs = [[_seconds(world) for world in worlds] for _ in range(ROUNDS)]
    of_plain = median(first for first, _ in pairs)
    return 1e6 * of_plain / BETS_A_ROUND, 1e6 * of_plain * median(b / a for a, b in pairs) / BETS_A_ROUND


def _seconds(world: World) -> float:
    start = perf_counter()
    for number in range(BETS_A_ROUND):
        world.do(_bet(Side.LAY if number % 2 else Side.BACK))
    return perf_counter() - start


def _image() -> float:
    """Return the milliseconds until the image of markets with many offers is written."""
    worlds = Worlds()
    world = worlds.create(load_scenario(json.dumps(_scenario(SUBSCRIBED, 8)), "benchmark"))

    async def subscribe() -> float:
        connection, start = _connect(worlds, world), perf_counter()
        connection.take(_SUBSCRIPTION)
        seconds = perf_counter() - start
        connection.end()
        return seconds

    return 1000 * min(asyncio.run(subscribe()) for _ in range(3))


def _change(*, markets: int = 10, orders: int = 0) -> float:
    """Return the microseconds from a bet until it is told to whoever has subscribed to markets and to own orders."""
    worlds = Worlds()
    world = worlds.create(load_scenario(json.dumps(_scenario(markets)), "benchmark"))
    for _ in range(orders):
        world.do(_bet(Side.BACK, 100_000)).accepted()
    return asyncio.run(_tell(worlds, world))


async def _tell(worlds: Worlds, world: World) -> float:
    wire = _Nowhere()
    connection = _connect(worlds, world, wire)
    connection.take(_SUBSCRIPTION)
    connection.take(b'{"op":"orderSubscription"}')
    waits: list[float] = []
    for number in range(UPDATES):
        start, told = perf_counter(), wire.lines
        world.do(_bet(Side.LAY if number % 2 else Side.BACK)).accepted()
        while wire.lines < told + 2:
            await asyncio.sleep(0)
        waits.append(perf_counter() - start)
    connection.end()
    return 1e6 * median(waits)


_SUBSCRIPTION = json.dumps({"op": "marketSubscription", "marketDataFilter": {"fields": FIELDS}}).encode()


def _connect(worlds: Worlds, world: World, wire: _Nowhere | None = None) -> Connection:
    hub = Hub(worlds, StreamSettings(most_markets=MARKETS))
    connection = Connection(hub, wire or _Nowhere(), "benchmark")
    connection.begin()
    world.do(LogIn("user-1", "secret", "user-1-live")).accepted()
    *_, session = world.sessions
    authentication = {"op": "authentication", "appKey": "user-1-live", "session": session.token}
    connection.take(json.dumps(authentication).encode())
    return connection


def _bet(side: Side, price: int = 300) -> PlaceOrders:
    return PlaceOrders("user-1", "1.1", (PlaceInstruction(RunnerKey(1), side, OrderType.LIMIT, price, 2_00),))


def _scenario(markets: int, with_offers: int = 2) -> dict[str, Any]:
    accounts = [
        {
            "username": f"user-{number}",
            "password": "secret",
            "appKey": f"user-{number}-live",
            "balance": 100_000_000,
            "exposureLimit": None,
        }
        for number in range(2)
    ]
    return {
        "name": "stream",
        "clock": {"now": "2026-06-06T17:00:00.000Z", "rate": 0},
        "accounts": accounts,
        "events": [
            {
                "id": "1",
                "name": "Meeting",
                "eventType": {"id": "7", "name": "Horse Racing"},
                "openDate": "2026-06-06T18:00:00.000Z",
                "markets": [_market(number, with_offers) for number in range(1, markets + 1)],
            }
        ],
    }


def _market(number: int, with_offers: int) -> dict[str, Any]:
    """Return a race of eight, with five prices on either side of so many of them."""
    runners = [
        {
            "selectionId": selection_id,
            "name": f"Runner {selection_id}",
            "availableToBack": [[2.0 + level / 10, 100] for level in range(5 if selection_id <= with_offers else 0)],
            "availableToLay": [[3.5 + level / 10, 100] for level in range(5 if selection_id <= with_offers else 0)],
        }
        for selection_id in range(1, 9)
    ]
    return {
        "id": f"1.{number}",
        "name": "1m Hcap",
        "marketType": "WIN",
        "startTime": "2026-06-06T18:00:00.000Z",
        "runners": runners,
    }

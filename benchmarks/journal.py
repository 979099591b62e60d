"""What it costs that everything is written down: a placed bet without a journal, with one in memory, with one on disk.

First through the door of a world alone, then as a request to the application in this process, without a socket: a real
request costs more, and so the share of the journal in it is smaller. The ways take turns after few bets each, so that a
machine that slows down slows all of them, and processor time is counted. Images are written between the bets, and
counted by themselves.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NoReturn
from unittest.mock import patch

from benchmarks.snapshot import new_world
from simulator.app import Application, create_app
from simulator.control.worlds import Addresses
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.journal_file import JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.journal import Journal
from simulator.world.world import World
from simulator.world.worlds import Worlds

ROUNDS = 150
BETS_A_ROUND = 50


def run() -> None:
    """Measure and print."""
    bare, remembered = new_world(), new_world()
    Journal(remembered)
    with tempfile.TemporaryDirectory() as folder:
        written, on_disk = Written(Path(folder) / "of worlds"), Written(Path(folder) / "of requests")
        places: list[Callable[[int], None]] = [
            _through_the_door(bare),
            _through_the_door(remembered),
            _through_the_door(written.worlds.default),
        ]
        doors = _microseconds(places, written)
        in_memory = Worlds()
        in_memory.create(new_world().scenario)
        requests = asyncio.run(_requests([Unremembered().worlds, in_memory, on_disk.worlds], on_disk))
        written.close()
        on_disk.close()
    print("journal: what it costs that a placed bet is written down")
    print(f"  through the door of a world          {doors[0]:>7.1f} us")
    print(f"  with a journal in memory             {doors[1]:>7.1f} us, {doors[1] - doors[0]:.1f} more")
    print(f"  with one in memory and one on disk   {doors[2]:>7.1f} us, {doors[2] - doors[0]:.1f} more")
    print(f"  as a request                         {requests[0]:>7.1f} us")
    ratio = requests[1] / requests[0]
    print(f"  as a request, with one in memory     {requests[1]:>7.1f} us, ratio {ratio:.2f} (aim: at most 1.15)")
    ratio = requests[2] / requests[1]
    print(f"  as a request, with one on disk too   {requests[2]:>7.1f} us, ratio {ratio:.2f} (aim: at most 1.30)")
    print(f"  images meanwhile                     {on_disk.image_microseconds:>7.1f} us a bet")


class Unremembered:
    """Worlds without journals."""

    def __init__(self) -> None:
        self.worlds = Worlds()
        with patch("simulator.world.worlds.Journal", _Nothing):
            self.worlds.create(new_world().scenario)


class _Nothing:
    def __init__(self, world: World) -> None:
        """Remember nothing of a world."""

    def note(self, request: object) -> None:
        """Forget a request."""


class Written:
    """Worlds whose journal is on disk."""

    def __init__(self, path: Path) -> None:
        self.worlds = Worlds()
        self._later: list[Callable[[], None]] = []
        self._seconds_of_images = 0.0
        file = JournalFile(path)
        self._keeper = JournalKeeper(file, self.worlds, on_failure=_fail, call_soon=self._later.append)
        self.worlds.create(new_world().scenario)
        self.close = self._keeper.close

    def write_images(self) -> None:
        """Write the images that are due."""
        start = process_time()
        while self._later:
            self._later.pop()()
        self._seconds_of_images += process_time() - start

    @property
    def image_microseconds(self) -> float:
        """Return what the images cost, for each bet."""
        return 1e6 * self._seconds_of_images / (ROUNDS * BETS_A_ROUND)


def _fail(problem: str) -> NoReturn:
    raise SystemExit(problem)


def _microseconds(places: list[Callable[[int], None]], written: Written) -> list[float]:
    """Return what a bet costs in each way."""
    seconds: list[list[float]] = [[] for _ in places]
    for _ in range(ROUNDS):
        for taken, place in zip(seconds, places, strict=True):
            start = process_time()
            for number in range(BETS_A_ROUND):
                place(number)
            taken.append(process_time() - start)
        written.write_images()
    return [1e6 * median(taken) / BETS_A_ROUND for taken in seconds]


async def _requests(all_worlds: list[Worlds], written: Written) -> list[float]:
    clients = [_Client(worlds) for worlds in all_worlds]
    seconds: list[list[float]] = [[] for _ in clients]
    for _ in range(ROUNDS):
        for taken, client in zip(seconds, clients, strict=True):
            start = process_time()
            for number in range(BETS_A_ROUND):
                await client.place(number)
            taken.append(process_time() - start)
        written.write_images()
    return [1e6 * median(taken) / BETS_A_ROUND for taken in seconds]


def _through_the_door(world: World) -> Callable[[int], None]:
    def place(number: int) -> None:
        side, account = (Side.LAY, "bob") if number % 2 else (Side.BACK, "alice")
        instruction = PlaceInstruction(RunnerKey(1), side, OrderType.LIMIT, 200, 200)
        world.do(PlaceOrders(account, "1.1", (instruction,))).accepted()

    return place


class _Client:
    """Two customers who bet with each other."""

    def __init__(self, worlds: Worlds) -> None:
        self._app: Application = create_app(worlds, Addresses("http://127.0.0.1:8000"))
        self._requests = [_request(worlds.default, name, side) for name, side in (("alice", "BACK"), ("bob", "LAY"))]

    async def place(self, number: int) -> None:
        headers, body = self._requests[number % 2]
        scope = {"type": "http", "method": "POST", "path": "/exchange/betting/rest/v1.0/placeOrders/",
                 "query_string": b"", "headers": headers}  # fmt: skip
        answers: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            answers.append(message)

        await self._app(scope, receive, send)
        assert b'"status":"SUCCESS"' in answers[1]["body"], answers


def _request(world: World, username: str, side: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    account = world.accounts.by_username[username]
    events = world.do(LogIn(username, account.password, account.app_key)).accepted()
    token = next(event.token for event in events if isinstance(event, SessionOpened))
    limit = {"size": 2, "price": 2, "persistenceType": "LAPSE"}
    instruction = {"selectionId": 1, "side": side, "orderType": "LIMIT", "limitOrder": limit}
    headers = {"x-application": account.app_key, "x-authentication": token, "content-type": "application/json"}
    body = json.dumps({"marketId": "1.1", "instructions": [instruction]}).encode()
    return [(name.encode(), value.encode()) for name, value in headers.items()], body

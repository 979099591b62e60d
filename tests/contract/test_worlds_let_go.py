"""Of a world that is deleted nothing stays, whatever was done in it."""

import asyncio
import gc
import json
import tracemalloc
from collections import Counter
from functools import partial
from typing import Any
from weakref import ref

import httpx
import pytest

from simulator.betfair.stream.history import History
from simulator.exchange.orders import Side
from simulator.world.world import World
from tests import documented
from tests.contract.bettor import DRAW, HOME, JSON_RPC, MATCH, NEXT_MATCH, RACE, SCENARIO, envelopes
from tests.contract.stream_theatre import streaming
from tests.in_process import Client, client_of
from tests.unit.scenario_builder import load

JSON = {"Content-Type": "application/json"}
CROWDED = {**SCENARIO, "booksPerSecond": 100, "transactionCharge": {"limitPerHour": 5}}
BOOK = {"marketIds": [MATCH], "priceProjection": {"priceData": ["EX_BEST_OFFERS"]}}


@pytest.fixture(autouse=True)
def _undocumented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are not held against the documents, which do not know what only a fault answers."""
    monkeypatch.setattr(documented, "check", lambda *_: None)


class Guest:
    """Somebody who makes a world, uses all there is in it, and deletes it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        created = client.post("/control/v1/worlds", content=json.dumps(CROWDED), headers=JSON)
        assert created.status_code == 201, created.text
        self.address = created.headers["location"]
        self.world = created.json()
        self.log_in()

    def log_in(self) -> None:
        account = self.world["betfair"]["accounts"][0]
        self.headers = {"X-Application": account["appKey"], "Accept": "application/json"}
        form = {"username": account["username"], "password": account["password"]}
        self.headers["X-Authentication"] = self.client.post("/api/login", data=form, headers=self.headers).json()[
            "token"
        ]
        self.late = {**self.headers, "X-Application": account["delayedAppKey"]}

    def ask(self, operation: str, params: dict[str, Any], *, late: bool = False) -> Any:
        headers = self.late if late else self.headers
        return self.client.post(JSON_RPC, json=envelopes((operation, params)), headers=headers).json()

    def steer(self, path: str, content: Any = None) -> None:
        response = self.client.post(f"{self.address}/{path}", json=content)
        assert response.status_code < 300, response.text

    def use(self) -> None:
        """Leave something of every kind in the world."""
        order = {"size": 5, "price": 3.0, "persistenceType": "LAPSE"}
        for side, selection in (("BACK", HOME), ("LAY", HOME), ("BACK", DRAW)):
            instruction = {"selectionId": selection, "side": side, "orderType": "LIMIT", "limitOrder": order}
            report = self.ask(
                "placeOrders", {"marketId": MATCH, "instructions": [instruction], "customerRef": f"{side}{selection}"}
            )
            assert report[0]["result"]["status"] == "SUCCESS", report
        self.ask("listMarketBook", BOOK)
        self.ask("listMarketBook", BOOK, late=True)
        self.ask("listMarketCatalogue", {"filter": {"eventTypeIds": ["1"]}, "maxResults": 5})
        self.ask("listMarketProfitAndLoss", {"marketIds": [MATCH]})
        self.client.get("/exchange/betting/rest/v1/en/navigation/menu.json", headers=self.headers)
        self.client.post("/exchange/heartbeat/json-rpc/v1", json=HEARTBEAT, headers=self.headers)
        token = {"Authorization": f"Bearer {self.world['bettune']['tokens'][0]['token']}"}
        search = {"filterId": 1, "matchIds": [1]}
        self.client.post("/bet-tune-api/v1/predictions/search", json=search, headers=token)
        self.steer(f"markets/{NEXT_MATCH}/turn-in-play")
        self.steer(f"markets/{RACE}/suspend")
        self.steer("faults", {"faults": [{"operation": "*", "do": "http", "status": 503, "after": 100}]})
        self.steer("clock", {"rate": 1})
        self.client.get(f"{self.address}/journal")

    def delete_while_others_wait(self) -> None:
        """Delete the world while one waits for a bet that is held, and another for news in the journal."""
        limit = {"size": 5, "price": 3.0, "persistenceType": "LAPSE"}
        instruction = {"selectionId": HOME, "side": "BACK", "orderType": "LIMIT", "limitOrder": limit}
        call = envelopes(("placeOrders", {"marketId": NEXT_MATCH, "instructions": [instruction]}))

        async def work(http: httpx.AsyncClient) -> None:
            waiting = [
                asyncio.ensure_future(http.post(JSON_RPC, json=call, headers=self.headers)),
                asyncio.ensure_future(http.get(f"{self.address}/journal?event=MarketClosed&wait=PT30S")),
            ]
            for _ in range(20):
                await asyncio.sleep(0)
            assert not any(one.done() for one in waiting)
            assert (await http.delete(self.address)).status_code == 204
            await asyncio.wait(waiting)

        self.client.run(work)


HEARTBEAT = {
    "jsonrpc": "2.0",
    "method": "HeartbeatAPING/v1.0/heartbeat",
    "params": {"preferredTimeoutSeconds": 60},
    "id": 1,
}


def ours() -> Counter[str]:
    """How many objects of every class of ours there are."""
    gc.collect()
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in map(type, gc.get_objects())
        if str(kind.__module__).startswith("simulator.")
    )


def test_nothing_stays_of_a_world_that_is_deleted() -> None:
    with client_of(SCENARIO) as client:
        for _ in range(2):
            visit(client)
        before = ours()
        gone = [visit(client) for _ in range(3)]

        after = ours()
        assert [world() for world in gone] == [None] * 3
        assert {name: (before[name], number) for name, number in after.items() if number > before[name]} == {}


def visit(client: Client) -> "ref[World]":
    """Let a guest come and go, and return what tells whether the world is there still."""
    guest = Guest(client)
    world = ref(client.worlds.get(guest.world["id"]))
    guest.use()
    guest.steer("reset")
    guest.log_in()
    guest.use()
    guest.delete_while_others_wait()
    return world


@pytest.mark.deep
def test_memory_stays_flat_over_hundreds_of_worlds() -> None:
    """What grows is less than a kilobyte a world, which is what libraries keep of addresses for a while."""
    with client_of(SCENARIO) as client:
        for _ in range(20):
            visit(client)
        tracemalloc.start()
        try:
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(200):
                visit(client)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert after - before < 200 * 1024


@pytest.mark.parametrize("leaves_first", [True, False])
def test_the_stream_keeps_nothing_of_a_world_that_is_deleted(leaves_first: bool) -> None:
    """Of a client who stays connected either, though it is told of nothing else any more."""
    with streaming(load(SCENARIO)) as theatre:
        stays = theatre.world
        world = theatre.world = theatre.worlds.create(stays.scenario)
        gone = [ref(each) for each in (world, world.parts, theatre.worlds.journal(world.id), world.exchange.ledger)]
        client = theatre.client("alice-2")
        client.subscribe_to_markets(MATCH, fields=["EX_ALL_OFFERS"])
        client.subscribe_to_orders()
        theatre.bet("alice-2", MATCH, Side.BACK, 300, 500)
        assert [message["op"] for message in client.read()] == ["mcm", "ocm"]
        theatre.world = stays
        if leaves_first:
            client.leave()

        theatre.run(partial(theatre.worlds.delete, world.id))
        theatre.settle()
        assert client.is_closed
        del world, client
        gc.collect()

        assert [each() for each in gone] == [None] * 4
        assert [one for one in gc.get_objects() if isinstance(one, History)] == []

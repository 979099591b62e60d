"""While a large document is worked on, everybody else is answered."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx
import pytest

from simulator.control import beginnings, bettune
from simulator.control import worlds as control
from simulator.control.portions import PORTION
from simulator.world import worlds as registry
from tests.contract.control_world import DERBY, WORLD
from tests.in_process import Client, client_of

PATIENCE_SECONDS = 30
"""How long a thread waits in vain before a test fails."""
WORLDS = "/control/v1/worlds"
RUNNERS = 100
MARKETS = 5 * PORTION // RUNNERS

T = TypeVar("T")


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


class Gate:
    """Stops whoever calls a function, in another thread, until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._is_open = threading.Event()

    def before(self, function: Callable[..., T]) -> Callable[..., T]:
        def stopped(*args: Any, **kwargs: Any) -> T:
            self.reached.set()
            assert self._is_open.wait(PATIENCE_SECONDS), "nobody else was answered"
            return function(*args, **kwargs)

        return stopped

    def open(self) -> None:
        self._is_open.set()


async def answered_meanwhile(http: httpx.AsyncClient, gate: Gate, path: str, document: object) -> httpx.Response:
    """Send a document, have another request answered while it is stopped at the gate, and return its own answer."""
    posted = asyncio.create_task(http.post(path, json=document))
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
    other = await http.get(WORLD)
    assert (200, False) == (other.status_code, posted.done())
    gate.open()
    return await posted


def test_others_are_answered_while_a_scenario_is_checked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    monkeypatch.setattr(beginnings, "scenario_of_document", gate.before(beginnings.scenario_of_document))

    answer = client.run(lambda http: answered_meanwhile(http, gate, WORLDS, DERBY))

    assert 201 == answer.status_code


def test_others_are_answered_while_a_world_begins(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    monkeypatch.setattr(registry, "World", gate.before(registry.World))

    answer = client.run(lambda http: answered_meanwhile(http, gate, WORLDS, DERBY))

    assert 201 == answer.status_code
    assert "alice-2" == answer.json()["betfair"]["accounts"][0]["username"]


def test_worlds_that_begin_at_the_same_time_have_different_credentials(client: Client) -> None:
    async def create(http: httpx.AsyncClient) -> list[httpx.Response]:
        return list(await asyncio.gather(*(http.post(WORLDS, json=DERBY) for _ in range(5))))

    answers = [answer.json() for answer in client.run(create)]

    assert {f"alice-{number}" for number in range(2, 7)} == {
        answer["betfair"]["accounts"][0]["username"] for answer in answers
    }
    assert 5 == len({answer["id"] for answer in answers})


def many_markets() -> dict[str, Any]:
    """Markets of an event of their own, five portions of them, and something that is to happen in each."""
    event = json.loads(json.dumps(DERBY["events"][0])) | {"id": "5"}
    runners = [{"selectionId": number, "name": f"Runner {number}"} for number in range(RUNNERS)]
    (market,) = event["markets"]
    ids = [f"1.{100 + number}" for number in range(MARKETS)]
    event["markets"] = [market | {"id": market_id, "runners": runners} for market_id in ids]
    schedule = [{"do": "suspend", "market": market_id, "at": "+PT1H"} for market_id in ids]
    return {"events": [event], "schedule": schedule}


def test_others_are_answered_while_markets_are_added(client: Client) -> None:
    world = client.worlds.default
    seen: list[int] = []

    async def add(http: httpx.AsyncClient) -> httpx.Response:
        posted = asyncio.create_task(http.post(f"{WORLD}/markets", json=many_markets()))
        while not posted.done():
            assert 200 == (await http.get("/health")).status_code
            seen.append(len(world.exchange.markets))
            await asyncio.sleep(0)
        return posted.result()

    answer = client.run(add)

    assert (201, MARKETS) == (answer.status_code, len(answer.json()["markets"]))
    assert MARKETS + 1 == len(world.exchange.markets)
    assert MARKETS + len(DERBY["schedule"]) == len(list(world.schedule.pending))
    assert any(1 < markets < MARKETS + 1 for markets in seen)


def test_the_same_markets_sent_twice_at_once_are_added_once(client: Client) -> None:
    async def add(http: httpx.AsyncClient) -> list[httpx.Response]:
        return list(await asyncio.gather(*(http.post(f"{WORLD}/markets", json=many_markets()) for _ in range(2))))

    first, second = client.run(add)

    assert {201, 400} == {first.status_code, second.status_code}
    refused = first if first.status_code == 400 else second
    assert "$.events[0].markets[0].id" == refused.json()["path"]


def test_a_world_that_begins_again_while_markets_are_added_has_none_of_them(client: Client) -> None:
    world = client.worlds.default

    async def add(http: httpx.AsyncClient) -> httpx.Response:
        posted = asyncio.create_task(http.post(f"{WORLD}/markets", json=many_markets()))
        while len(world.exchange.markets) == 1:
            await asyncio.sleep(0)
        assert 200 == (await http.post(f"{WORLD}/reset")).status_code
        return await posted

    answer = client.run(add)

    assert (409, "This cannot be done now") == (answer.status_code, answer.json()["title"])
    assert 1 == len(world.exchange.markets)


def matches(*ids: int, event: str | None = None) -> dict[str, Any]:
    """Matches that are added to BetTune, the first of them linked to an event."""
    match = {"date": "+PT1H", "home": "Newcastle", "away": "Chelsea"}
    return {"matches": [match | {"id": number} | ({"event": event} if number == ids[0] else {}) for number in ids]}


def test_others_are_answered_while_matches_are_checked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    make_loader = bettune.loader_of_bettune_additions
    monkeypatch.setattr(bettune, "loader_of_bettune_additions", lambda *there: gate.before(make_loader(*there)))

    answer = client.run(lambda http: answered_meanwhile(http, gate, f"{WORLD}/bettune", matches(1, 2)))

    assert 201 == answer.status_code


def test_the_same_matches_sent_twice_at_once_are_added_once(client: Client) -> None:
    async def add(http: httpx.AsyncClient) -> list[httpx.Response]:
        document = matches(*range(1, 200))
        return list(await asyncio.gather(*(http.post(f"{WORLD}/bettune", json=document) for _ in range(2))))

    first, second = client.run(add)

    assert [201, 400] == sorted((first.status_code, second.status_code))
    refused = first if first.status_code == 400 else second
    assert "$.matches[0].id" == refused.json()["path"]
    assert list(range(1, 200)) == list(client.worlds.default.bettune.matches)


def test_matches_are_checked_again_where_the_world_began_again_meanwhile(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their event was added, and is gone."""
    event = json.loads(json.dumps(DERBY["events"][0])) | {"id": "5", "markets": []}
    assert 201 == client.post(f"{WORLD}/markets", json={"events": [event]}).status_code
    gate = Gate()
    make_loader = bettune.loader_of_bettune_additions
    monkeypatch.setattr(bettune, "loader_of_bettune_additions", lambda *there: gate.before(make_loader(*there)))

    async def begin_again(http: httpx.AsyncClient) -> httpx.Response:
        posted = asyncio.create_task(http.post(f"{WORLD}/bettune", json=matches(1, 2, event="5")))
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        assert 200 == (await http.post(f"{WORLD}/reset")).status_code
        gate.open()
        return await posted

    answer = client.run(begin_again)

    assert (400, "$.matches[0].event") == (answer.status_code, answer.json()["path"])
    assert {} == client.worlds.default.bettune.matches


def test_a_world_that_is_deleted_while_a_document_for_it_is_checked_is_not_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    created = client.post(WORLDS, json=DERBY).json()["id"]
    path = f"{WORLDS}/{created}"

    async def delete(http: httpx.AsyncClient) -> httpx.Response:
        monkeypatch.setattr(control, "refuse_content", gate.before(control.refuse_content))
        posted = asyncio.create_task(http.post(f"{path}/reset", json={}))
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        assert 204 == (await http.delete(path)).status_code
        gate.open()
        return await posted

    assert 404 == client.run(delete).status_code

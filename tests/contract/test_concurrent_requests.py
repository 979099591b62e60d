"""Three requests that count may be in flight of an account; a fourth is TOO_MANY_REQUESTS (manual)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.exchange.commands import TurnInPlay
from simulator.world.inputs import AdvanceClock
from tests.contract.bettor import JSON_RPC, MATCH, REST, Bettor, back, envelopes, world_of
from tests.in_memory import ServerInMemory
from tests.in_process import URL, Client

Call = tuple[str, dict[str, Any]]

ORDERS: Call = ("listCurrentOrders", {})
CLEARED: Call = ("listClearedOrders", {"betStatus": "SETTLED"})
PROFITS: Call = ("listMarketProfitAndLoss", {"marketIds": [MATCH]})
BOOK_WITH_ORDERS: Call = ("listMarketBook", {"marketIds": [MATCH], "orderProjection": "ALL"})
BOOK_WITH_MATCHES: Call = ("listMarketBook", {"marketIds": [MATCH], "matchProjection": "NO_ROLLUP"})
RUNNER: Call = ("listRunnerBook", {"marketId": MATCH, "selectionId": 1, "orderProjection": "ALL"})
BOOK: Call = ("listMarketBook", {"marketIds": [MATCH]})
EVENTS: Call = ("listEvents", {"filter": {}})

ALL_THAT_COUNT = [ORDERS, CLEARED, PROFITS, BOOK_WITH_ORDERS, BOOK_WITH_MATCHES, RUNNER]


def refused(answers: list[Any]) -> list[int]:
    """The numbers of the answers that say TOO_MANY_REQUESTS; all others are results."""
    numbers = [number for number, answer in enumerate(answers) if "error" in answer]
    assert {"ANGX-0008"} >= {answers[number]["error"]["message"] for number in numbers}
    return numbers


def at_once(client: Client, *calls: tuple[Bettor, Call]) -> list[Any]:
    """Send requests over JSON-RPC, each on a connection of its own and none after the answer to another."""

    async def send(http: httpx.AsyncClient, bettor: Bettor, call: Call) -> Any:
        (envelope,) = envelopes(call)
        return (await http.post(JSON_RPC, json=envelope, headers=bettor.headers)).json()

    async def send_all(http: httpx.AsyncClient) -> list[Any]:
        return await asyncio.gather(*(send(http, *call) for call in calls))

    return client.run(send_all)


@pytest.mark.parametrize("fourth", ALL_THAT_COUNT, ids=lambda call: str(call)[:60])
def test_the_fourth_of_a_batch_is_refused(alice: Bettor, fourth: Call) -> None:
    """The calls of a batch are in flight together, and three may be, whichever they are."""
    answers = alice.batch(ORDERS, CLEARED, PROFITS, fourth)

    assert [3] == refused(answers)
    exception = answers[3]["error"]["data"]["APINGException"]
    assert ("TOO_MANY_REQUESTS", "3 such requests of the account are in flight") == (
        exception["errorCode"],
        exception["errorDetails"],
    )


def test_what_does_not_count_is_answered(alice: Bettor) -> None:
    """Books without orders and matches, and whatever knows nothing of bets; a refusal takes nobody's place."""
    answers = alice.batch(BOOK, ORDERS, EVENTS, ORDERS, BOOK, ORDERS, ORDERS, BOOK, EVENTS, ORDERS)

    assert [6, 9] == refused(answers)


def test_after_a_batch_there_is_room_again(alice: Bettor) -> None:
    """Neither calls that were refused nor those that were answered leave anything behind."""
    for _ in range(3):
        assert [3, 4] == refused(alice.batch(*[ORDERS] * 5))
        assert [] == refused(alice.batch(ORDERS, ORDERS, ORDERS))


def test_one_after_the_other_any_number_is_answered(alice: Bettor) -> None:
    """Who waits for each answer never has two requests in flight."""
    for _ in range(10):
        assert [] == alice.orders()


def test_the_fourth_of_those_that_arrive_together_is_refused(client: Client, alice: Bettor) -> None:
    """On connections of their own; other accounts have a count of their own."""
    bob = Bettor(client, "bob")

    answers = at_once(client, *[(alice, ORDERS)] * 3, (bob, ORDERS), (alice, EVENTS), (alice, CLEARED), (bob, PROFITS))

    assert [5] == refused(answers)
    assert [] == refused(at_once(client, *[(alice, ORDERS)] * 3))


def test_over_rest_it_is_a_fault_of_the_client(client: Client, alice: Bettor) -> None:
    """ANGX-0008 with status 400, in the order of arrival."""

    async def send_all(http: httpx.AsyncClient) -> list[httpx.Response]:
        posts = (http.post(f"{REST}/listCurrentOrders/", json={}, headers=alice.headers) for _ in range(5))
        return await asyncio.gather(*posts)

    responses = client.run(send_all)

    assert [200, 200, 200, 400, 400] == [response.status_code for response in responses]
    assert "ANGX-0008" == responses[3].json()["faultstring"]


def test_reads_of_a_batch_whose_bet_waits_are_over_before_the_bet_is(client: Client, alice: Bettor) -> None:
    """A bet in play keeps its batch waiting for five seconds, in which the account may read on."""
    world_of(client).do(TurnInPlay(MATCH)).accepted()
    place: Call = ("placeOrders", {"marketId": MATCH, "instructions": [back()]})

    async def read_meanwhile(http: httpx.AsyncClient) -> tuple[Any, Any]:
        calls = envelopes(ORDERS, ORDERS, place, ORDERS)
        batch = asyncio.ensure_future(http.post(JSON_RPC, json=calls, headers=alice.headers))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not batch.done()
        (one,) = envelopes(ORDERS)
        meanwhile = (await http.post(JSON_RPC, json=one, headers=alice.headers)).json()
        world_of(client).do(AdvanceClock(5000)).accepted()
        return meanwhile, (await batch).json()

    meanwhile, answers = client.run(read_meanwhile)

    assert [] == refused([meanwhile])
    assert [] == refused(answers)
    assert "SUCCESS" == answers[2]["result"]["status"]


def test_connections_of_a_server_count_as_those_in_process_do(client: Client, alice: Bettor) -> None:
    """What is answered at once is in flight for its turn of the loop; who waits for each answer has room."""
    app = create_app(client.worlds, Addresses(URL))

    async def answers() -> list[bytes]:
        server = ServerInMemory(app)
        connections = [server.connect() for _ in range(5)]
        for connection in connections:
            connection.post(*orders_of(alice))
        for _ in range(2):
            await asyncio.sleep(0)
            connections.append(server.connect())
            connections[-1].post(*orders_of(alice))
        return [connection.written for connection in connections]

    assert [3, 4] == too_many(client.run(lambda _: answers()))


def test_who_does_not_read_has_requests_in_flight_until_the_answers_are_written(client: Client, alice: Bettor) -> None:
    """On a connection whose buffer is full an answer waits; whoever reads gets it at once."""
    app = create_app(client.worlds, Addresses(URL))

    async def answers() -> list[bytes]:
        server = ServerInMemory(app)
        connections = [server.connect() for _ in range(5)]
        *slow, fourth, fifth = connections
        for connection in slow:
            connection.protocol.pause_writing()
            connection.post(*orders_of(alice))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not any(connection.written for connection in slow)
        fourth.post(*orders_of(alice))
        for connection in slow:
            connection.protocol.resume_writing()
        await server.answer_all()
        fifth.post(*orders_of(alice))
        return [connection.written for connection in connections]

    assert [3] == too_many(client.run(lambda _: answers()))


def orders_of(bettor: Bettor) -> tuple[str, object, Mapping[str, str]]:
    """A request that counts: where to, what, and with which headers."""
    (envelope,) = envelopes(ORDERS)
    return JSON_RPC, envelope, bettor.headers


def too_many(answers: list[bytes]) -> list[int]:
    """The numbers of the answers that say TOO_MANY_REQUESTS; all others are results."""
    assert all((b'"result"' in answer) != (b"TOO_MANY_REQUESTS" in answer) for answer in answers)
    return [number for number, answer in enumerate(answers) if b"TOO_MANY_REQUESTS" in answer]

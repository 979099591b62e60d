"""Requests that wait for the bet delay, and what others do meanwhile."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from simulator.world.inputs import AdvanceClock
from simulator.world.world import World
from tests.contract.bettor import JSON_RPC, MATCH, Bettor, envelopes, world_of
from tests.in_process import Client

MORE_THAN_ANY_REQUEST_TAKES = 100
"""How often the event loop goes round until whatever does not wait is done."""


def during(
    client: Client,
    bettor: Bettor,
    calls: list[tuple[str, dict[str, Any]]],
    *acts: Callable[[httpx.AsyncClient], Awaitable[object]] | Callable[[World], object],
) -> list[Any]:
    """Send calls in one batch, let these things happen while they wait, and return their answers.

    An act is a coroutine function of a client, or a plain function of the world.
    """

    async def work(http: httpx.AsyncClient) -> Any:
        request = asyncio.ensure_future(http.post(JSON_RPC, json=envelopes(*calls), headers=bettor.headers))
        for act in acts:
            await until_all_wait()
            assert not request.done()
            if inspect.iscoroutinefunction(act):
                await act(http)
            else:
                act(world_of(client))
        return (await request).json()

    answers: list[Any] = client.run(work)
    return answers


async def until_all_wait() -> None:
    for _ in range(MORE_THAN_ANY_REQUEST_TAKES):
        await asyncio.sleep(0)


def report_during(client: Client, bettor: Bettor, operation: str, params: dict[str, Any], *acts: Any) -> Any:
    """Send one call as `during` does and return its report."""
    (answer,) = during(client, bettor, [(operation, {"marketId": MATCH, **params})], *acts)
    return answer["result"]


def post(path: str, document: object = None, headers: dict[str, str] | None = None) -> Any:
    """Something to do over HTTP: a request of somebody else's that must succeed."""

    async def request(http: httpx.AsyncClient) -> None:
        response = await http.post(path, json={} if document is None else document, headers=headers)
        assert response.is_success, response.text

    return request


def advancing(milliseconds: int) -> Callable[[World], object]:
    return lambda world: world.do(AdvanceClock(milliseconds)).accepted()


def doing(*commands: Any) -> Callable[[World], object]:
    return lambda world: [world.do(command).accepted() for command in commands]

"""The worlds of the machine over the wire: two that are served over HTTP, and their twin that is told in process.

All three are made of the same scenario and seed, and their clocks stand still until somebody moves them. Of the served
ones one is asked over JSON-RPC and the other over REST, in turns.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, Final, NamedTuple

import httpx

from simulator.world.world import World
from tests.in_process import Client, client_of
from tests.property.wire.compare import Answer, Refusal
from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    account,
    asian_handicap,
    event,
    line,
    match_odds,
    place,
    runner,
    scenario,
    sides,
    win,
    world_of,
)

MATCH, RACE, PLACES, HANDICAPS, LINE = MARKETS = ("1.101", "1.201", "1.202", "1.301", "1.302")
CONTROL: Final = "/control/v1/worlds/default"
SESSION_SECONDS: Final = 600

LIVE, DELAYED = "live", "delayed"
CUSTOMERS: Final = ("alice", "bob", "carla", "emil")
"""Who bets: with a discount, without one, with an exposure limit, and in euro."""
EUROS_A_POUND: Final = Fraction(5, 4)

MORE_THAN_ANY_REQUEST_TAKES: Final = 100
"""How often the event loop goes round until whatever does not wait is done."""


SCENARIO: Final = scenario(
    event(
        "100",
        "Town v Rovers",
        SOCCER,
        match_odds(
            MATCH,
            runner(1, back=[(1.9, 20)], lay=[(2.1, 20), (2.2, 5)]),
            runner(2, back=[(1.98, 3)]),
            runner(3),
            crossMatching=True,
            turnInPlay=True,
            betDelay=5,
        ),
    ),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(
            RACE,
            runner(1, back=[(2.0, 30)], adjustmentFactor=40),
            runner(2, lay=[(2.0, 0.5), (2.02, 7.5)], adjustmentFactor=30),
            runner(3, adjustmentFactor=28),
            runner(4, adjustmentFactor=2),
            bspMarket=True,
            turnInPlay=True,
            betDelay=1,
            baseRate=4,
        ),
        place(PLACES, "First", "Second", "Third", discountAllowed=False),
    ),
    event(
        "300", "Rangers v Celtic", SOCCER, asian_handicap(HANDICAPS, *sides("Rangers", "Celtic", -0.5, -1)), line(LINE)
    ),
    name="wire",
    now="2026-06-06T17:00:00.250Z",
    accounts=[
        account("alice", discountRate=10),
        account("bob"),
        account("carla", balance=60, exposureLimit=25),
        account("emil", currency="EUR", discountRate=25),
        account("barred", status="SUSPENDED"),
        account("closed", status="CLOSED"),
        account("asked", status="STRONG_AUTH_CODE_REQUIRED"),
    ],
    currencyRates={"EUR": float(EUROS_A_POUND)},
    sessionTimeout=f"PT{SESSION_SECONDS}S",
)

PASSWORDS: Final = {account["username"]: account["password"] for account in SCENARIO["accounts"]}
KEYS: Final = {
    account[kind]: (account["username"], kind == "delayedAppKey")
    for account in SCENARIO["accounts"]
    for kind in ("appKey", "delayedAppKey")
}
"""Whose each app key is, and whether it is the delayed one."""
MARKET_ENTRIES: Final = {market["id"]: market for event in SCENARIO["events"] for market in event["markets"]}
EVENTS_OF_MARKETS: Final = {market["id"]: event for event in SCENARIO["events"] for market in event["markets"]}


def new_twin() -> World:
    """Return a world of the scenario that nobody serves."""
    return world_of(SCENARIO)


# Asking


class Ask(NamedTuple):
    """One call of an operation: parameters that become JSON, or bytes that are sent as they are."""

    operation: str
    params: dict[str, Any] | bytes
    service: str = "betting"


INTERFACES: Final = {"betting": "SportsAPING", "account": "AccountAPING", "heartbeat": "HeartbeatAPING"}


class Request(NamedTuple):
    """A request that was sent and may have to wait."""

    response: "asyncio.Future[httpx.Response]"
    read: Callable[[httpx.Response], list[Answer]]


class Served:
    """A served world, asked over real HTTP requests, bytes in and bytes out."""

    def __init__(self, doors: ExitStack) -> None:
        self._client: Client = doors.enter_context(client_of(SCENARIO))

    @property
    def world(self) -> World:
        return self._client.worlds.default

    def state_hash(self) -> str:
        """Return the hash of the world's state as the control API tells it."""
        told: str = self.get(f"{CONTROL}/state-hash").json()["stateHash"]
        return told

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self._client.post(path, **content)

    def over_json_rpc(self, asks: Sequence[Ask], headers: dict[str, str]) -> Request:
        """Ask over JSON-RPC: several at once in a batch, one by itself. Bytes have to be asked alone."""
        bodies = [
            b'{"jsonrpc":"2.0","method":"%s/v1.0/%s","params":%s,"id":%d}'
            % (INTERFACES[ask.service].encode(), ask.operation.encode(), _body(ask), number)
            for number, ask in enumerate(asks)
        ]
        body = bodies[0] if len(bodies) == 1 else b"[" + b",".join(bodies) + b"]"
        (service,) = {ask.service for ask in asks}
        return Request(
            self._send(f"/exchange/{service}/json-rpc/v1", body, headers),
            lambda response: _json_rpc_answers(response, len(asks)),
        )

    def over_rest(self, ask: Ask, headers: dict[str, str]) -> Request:
        """Ask over REST."""
        path = f"/exchange/{ask.service}/rest/v1.0/{ask.operation}/"
        return Request(self._send(path, _body(ask), headers), lambda response: [_rest_answer(response)])

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> "asyncio.Future[httpx.Response]":
        """Send a request and go on as soon as it is answered or waits."""
        headers = {"Content-Type": "application/json", **headers}

        async def work(http: httpx.AsyncClient) -> "asyncio.Future[httpx.Response]":
            response = asyncio.ensure_future(http.post(path, content=body, headers=headers))
            await _a_while(response.done)
            return response

        return self._client.run(work)

    def give_way(self) -> None:
        """Let the requests whose wait is over be answered."""

        async def work(_: httpx.AsyncClient) -> None:
            await _a_while(lambda: False)

        self._client.run(work)


async def _a_while(enough: Callable[[], bool]) -> None:
    for _ in range(MORE_THAN_ANY_REQUEST_TAKES):
        if enough():
            return
        await asyncio.sleep(0)


def _body(ask: Ask) -> bytes:
    return ask.params if isinstance(ask.params, bytes) else json.dumps(ask.params).encode()


# Reading answers


def _json_rpc_answers(response: httpx.Response, number: int) -> list[Answer]:
    content = response.json()
    if number == 1 and "id" not in content:
        # Nobody could read so far as to the id.
        assert set(content) == {"jsonrpc", "error"}
        return [_json_rpc_error(content["error"], response.status_code)]
    contents = [content] if number == 1 else content
    assert 200 == response.status_code
    assert list(range(number)) == [each["id"] for each in contents]
    return [each["result"] if "result" in each else _json_rpc_error(each["error"], 200) for each in contents]


def _json_rpc_error(error: dict[str, Any], http_status: int) -> Answer:
    if "data" not in error:
        return ("DSC over JSON-RPC", error["message"], http_status)
    assert (-32099, 200) == (error["code"], http_status)
    return Refusal(error["message"], error["data"][error["data"]["exceptionname"]]["errorCode"])


def _rest_answer(response: httpx.Response) -> Answer:
    content = response.json()
    if 200 == response.status_code:
        return content
    assert "Client" == content["faultcode"]
    detail = content["detail"]
    if not detail:
        return ("DSC over REST", content["faultstring"], response.status_code)
    assert 400 == response.status_code
    return Refusal(content["faultstring"], detail[detail["exceptionname"]]["errorCode"])

"""A Betfair face in process, with a service of a few operations that stand for all others."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import httpx

from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.errors import BETTING_EXCEPTION, ApiError, ApiErrorCode
from simulator.betfair.operations import Call, Needs, OpenCall, Operation, Service
from simulator.betfair.schema.sports_enums import Side
from simulator.betfair.schema.types import Answer, Input, Int
from simulator.betfair.transport import BetfairFace
from simulator.world.worlds import Worlds
from tests.scenario import account, loaded, scenario
from tests.sessions import log_in

T = TypeVar("T")


class Thing(Answer, kw_only=True):
    name: str
    size: float
    side: Side
    note: str | None = None


class ThingRequest(Input, frozen=True, kw_only=True):
    name: str
    copies: Int | None = None
    note: str | None = None


class NothingRequest(Input, frozen=True, kw_only=True):
    """No parameters at all."""


class Stage:
    """What the operations of the fake service do and remember."""

    def __init__(self) -> None:
        self.calls: list[Call[Any]] = []
        self.gates: dict[str, asyncio.Future[str]] = {}

    def list_things(self, call: Call[ThingRequest]) -> list[Thing]:
        self.calls.append(call)
        thing = Thing(name=call.params.name, size=2.0, side=Side.BACK, note=call.params.note)
        return [thing] * (1 if call.params.copies is None else call.params.copies)

    def ping(self, call: Call[NothingRequest]) -> str:
        self.calls.append(call)
        return "SUCCESS"

    def tell_world(self, call: OpenCall[NothingRequest]) -> str:
        return call.world.id

    def tell_key(self, call: Call[NothingRequest]) -> str:
        return f"{call.account.username} {call.app_key} {call.delayed}"

    def refuse(self, call: Call[NothingRequest]) -> str:
        raise ApiError(ApiErrorCode.TOO_MUCH_DATA, "MaxResults must be less than or equal to 1000")

    def fail(self, call: Call[NothingRequest]) -> str:
        raise ZeroDivisionError("a bug")

    def answer_nonsense(self, call: Call[NothingRequest]) -> object:
        return object()

    def wait(self, call: Call[ThingRequest]) -> Awaitable[str] | str:
        """Answer at once or when the test opens the gate of that name."""
        self.calls.append(call)
        if call.params.copies:
            return call.params.name
        gate = self.gates[call.params.name] = asyncio.get_running_loop().create_future()
        return self._after(gate)

    async def _after(self, gate: asyncio.Future[str]) -> str:
        return await gate

    def service(self) -> Service:
        return Service(
            name="betting",
            interface="SportsAPING",
            exception=BETTING_EXCEPTION,
            operations=(
                Operation("listThings", ThingRequest, self.list_things),
                Operation("ping", NothingRequest, self.ping),
                Operation("tellWorld", NothingRequest, self.tell_world, needs=Needs.NOTHING),
                Operation("tellKey", NothingRequest, self.tell_key, needs=Needs.SESSION),
                Operation("refuse", NothingRequest, self.refuse),
                Operation("fail", NothingRequest, self.fail),
                Operation("nonsense", NothingRequest, self.answer_nonsense),
                Operation("wait", ThingRequest, self.wait, waits=True, counts=lambda params: params.note == "counts"),
            ),
        )


class Theatre:
    """Two worlds, a face over them, and a client of one of their customers, alice, who is logged in."""

    def __init__(self, settings: FaceSettings | None = None) -> None:
        self.worlds = Worlds()
        for name in ("alice", "bob"):
            accounts = [account(name), account(f"{name}-too", balance=0)]
            self.worlds.create(loaded(scenario(name=name, now="2026-06-06T17:55:00.000Z", accounts=accounts)))
        self.stage = Stage()
        self.face = BetfairFace(self.worlds, (self.stage.service(),), settings or FaceSettings())
        self.alice = self.credentials("alice")

    def credentials(self, username: str) -> dict[str, str]:
        world = self.worlds.by_username(username)
        assert world is not None
        session = log_in(world, username, "secret", "")
        assert session is not None
        return {"X-Application": session.account.app_key, "X-Authentication": session.token}

    def client(self) -> httpx.AsyncClient:
        # What the face raises the test shall see: nothing.
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.face), base_url="http://betsim")

    def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send one request, without any header of httpx's own that could matter."""

        async def send(client: httpx.AsyncClient) -> httpx.Response:
            request = client.build_request(method, path, **arguments)
            for name in ("accept", "accept-encoding"):
                if name not in {given.lower() for given in arguments.get("headers", {})}:
                    request.headers.pop(name, None)
            return await client.send(request)

        return self.run(send)

    def run(self, act: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]]) -> T:
        async def with_client() -> T:
            async with self.client() as client:
                return await act(client)

        return asyncio.run(with_client())

    def rpc(self, content: Any, path: str = "/exchange/betting/json-rpc/v1", **headers: str) -> httpx.Response:
        """Post to the JSON-RPC endpoint as alice: bytes as they are, anything else as JSON."""
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        return self.ask("POST", path, headers={**self.alice, **headers}, **body)

    def rest(self, operation: str, content: Any, **headers: str) -> httpx.Response:
        """Post to a REST endpoint as alice."""
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        path = f"/exchange/betting/rest/v1.0/{operation}/"
        return self.ask("POST", path, headers={"Content-Type": "application/json", **self.alice, **headers}, **body)


def call(method: str, params: Any = None, call_id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{method}", "params": params or {}, "id": call_id}

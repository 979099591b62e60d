"""Requests as no client library sends them, and what must hold of every answer to them.

Requests go straight to the application, without a client in between that would refuse to send what is wrong.
"""

import json
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from msgspec import inspect

from simulator.betfair.dispatch import Dispatcher, FaceSettings
from simulator.betfair.identity import identity_endpoints
from simulator.betfair.in_play_service import OPERATIONS as IN_PLAY
from simulator.betfair.operations import Operation, Service
from simulator.betfair.race_card_service import PAGE_PATHS
from simulator.betfair.race_card_service import PATHS as RACE_CARD_PATHS
from simulator.betfair.services import SERVICES
from simulator.bettune.face import PATHS, ROOT
from simulator.control.routes import control_routes
from simulator.control.worlds import Addresses
from simulator.exchange.commands import RunnerResult, SettleMarket, TurnInPlay
from simulator.exchange.orders import RunnerKey
from simulator.world.state_hash import state_hash
from simulator.world.worlds import Worlds
from tests.contract.bettor import AWAY, HOME, LINE, MATCH, NEXT_MATCH, RACE, SCENARIO, Bettor, back, lay, world_of
from tests.in_process import URL, Client, client_of
from tests.scenario import SOCCER, event, match_odds

OPERATIONS: list[tuple[Service, Operation]] = [
    (service, operation) for service in SERVICES for operation in service.operations.values()
]
JSON_RPC_PATHS = {service.name: f"/exchange/{service.name}/json-rpc/v1" for service in SERVICES}
REST_PATHS = [f"/exchange/{service.name}/rest/v1.0/{operation.name}/" for service, operation in OPERATIONS]
IDENTITY = identity_endpoints(Dispatcher(Worlds(), FaceSettings()))
IDENTITY_PATHS = [path for path in IDENTITY if not path.endswith("/")]
CONTROL_PATHS = [
    route.path.replace(":path", "").format(
        world="default",
        market=MATCH,
        selection=HOME,
        match=1,
        event="100",
        user="alice",
        filter=1,
        key="bob-delayed",
        name="begun",
        username="bob",
    )
    for route in control_routes(Worlds(), Addresses(URL), 0)
]
SITE_PATHS = [*(f"/inplayservice/v1.1/{name}" for name in IN_PLAY), *RACE_CARD_PATHS, *PAGE_PATHS]
BETTUNE_PATHS = [ROOT + path.format(filterId=1, matchId=1) for path in PATHS]
EVERY_PATH = [
    *(*JSON_RPC_PATHS.values(), *REST_PATHS, *IDENTITY_PATHS, *SITE_PATHS, *CONTROL_PATHS, *BETTUNE_PATHS),
    *("/health", "/nothing"),
]

EDITS = ("cancelOrders", "replaceOrders", "updateOrders")

STRANGER = ((b"x-application", b"alice-live"), (b"x-authentication", b"nonsense"))
SETTLED = "1.901"
LONG_AGO = event(
    "900", "Everton v Fulham", SOCCER, match_odds(SETTLED, "Everton", "Fulham"), starts="2026-06-05T18:00:00.000Z"
)


class Request(NamedTuple):
    """A request on the wire; header names are lower case. The body may come in pieces."""

    method: str
    path: str
    body: bytes | list[bytes] = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    query: bytes = b""


class Answer(NamedTuple):
    """An answer on the wire."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def content(self) -> Any:
        """Return what is in its JSON, which has no words for numbers; of lines of JSON what is in each."""
        if self.headers[b"content-type"].startswith(b"application/x-ndjson"):
            return [json.loads(line, parse_constant=_refuse_constant) for line in self.body.splitlines()]
        return json.loads(self.body, parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


@contextmanager
def besieged() -> Iterator["Siege"]:
    """Yield an application with a world in which a lot has happened: bets of every kind in markets of every state."""
    with client_of({**SCENARIO, "events": [*SCENARIO["events"], LONG_AGO]}) as client:
        alice, bob, world = Bettor(client), Bettor(client, "bob"), world_of(client)
        bob.bet(lay(3.0, 10), SETTLED)
        alice.bet(back(3.0, 10), SETTLED, customerStrategyRef="s")
        world.do(
            SettleMarket(SETTLED, (RunnerResult(RunnerKey(1), "WINNER"), RunnerResult(RunnerKey(2), "LOSER")))
        ).accepted()
        for market in (MATCH, NEXT_MATCH, RACE):
            bob.bet(lay(3.0, 10), market)
            alice.bet(back(3.0, 5), market, customerRef=f"ref-{market}")
            alice.bet({**back(4.0, 5, AWAY), "customerOrderRef": "o"}, market)
            alice.bet(lay(2.0, 5, persistenceType="PERSIST"), market)
        alice.bet(back(2.5, 5), LINE)
        world.do(TurnInPlay(NEXT_MATCH)).accepted()
        yield Siege(client, alice, Bettor(client, "careful"))


class Siege:
    """Sends requests and sees to it that every answer is sound.

    They are alice's unless they say otherwise; only the identity service, which would log her out, knows her not.
    """

    def __init__(self, client: Client, alice: Bettor, idle: Bettor) -> None:
        self.client = client
        self.world = world_of(client)
        self._known_state = ""
        """The state of the world, empty where something was sent since it was last looked at."""
        self.idle = credentials_of(idle)
        """Those of a customer who has no bets, and so none to cancel."""
        self._credentials = (*credentials_of(alice), (b"authorization", b"Bearer a-bettune"))

    def send(self, *requests: Request) -> list[Answer]:
        """Return the answers, which are sound, to requests that are sent one after the other."""

        async def all_of_them(_: object) -> list[Answer]:
            return [await self._answer(request) for request in requests]

        self._known_state = ""
        return self.client.run(all_of_them)

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        """Hold the world to the state it is in."""
        state, worlds = state_hash(self.world), list(self.client.worlds)
        yield
        assert state == state_hash(self.world)
        assert worlds == list(self.client.worlds)

    def is_still_let_in(self) -> bool:
        """Return whether alice's credentials still work."""
        service, operation = next(pair for pair in OPERATIONS if pair[1].name == "getAccountDetails")
        (answer,) = self.send(json_rpc(service, operation, {}))
        return "result" in answer.content

    def accepts(self, request: Request) -> bool:
        """Send a request and return whether it did something; one that says it did not may not have changed a thing."""
        state = self._known_state or state_hash(self.world)
        (answer,) = self.send(request)
        accepted = _did_something(answer)
        if not accepted:
            self._known_state = state_hash(self.world)
            assert state == self._known_state, (request, answer)
        return accepted

    def accepts_or_ignores(self, *requests: Request) -> None:
        """Hold requests to changing nothing unless they say they did: all at once, and one by one where any does."""
        state = self._known_state or state_hash(self.world)
        if any(map(_did_something, self.send(*requests))):
            for request in requests:
                self.accepts(request)
        else:
            self._known_state = state_hash(self.world)
            assert state == self._known_state, requests

    async def _answer(self, request: Request) -> Answer:
        pieces = [request.body] if isinstance(request.body, bytes) else list(request.body)
        waiting = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, start=1)
        ]
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        credentials = STRANGER if request.path.startswith(("/api/", "/view/")) else self._credentials
        headers = list({**dict(credentials), **dict(request.headers)}.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.path,
            "raw_path": request.path.encode("utf-8", "replace"),
            "query_string": request.query,
            "headers": headers,
        }
        await self.client.app(scope, receive, send)
        return _sound(request, sent)


def _did_something(answer: Answer) -> bool:
    return any(word in answer.body for word in (b'"status":"SUCCESS"', b'"actionPerformed"', b'"appVersions"'))


def credentials_of(bettor: Bettor) -> tuple[tuple[bytes, bytes], ...]:
    """Return the two headers that say who asks."""
    return tuple(
        (name.lower().encode(), value.encode()) for name, value in bettor.headers.items() if name.startswith("X-")
    )


def _sound(request: Request, sent: list[MutableMapping[str, Any]]) -> Answer:
    """Return the answer that was sent: one, without a fault of the server, as long and of the kind it says."""
    start, *rest = sent
    assert "http.response.start" == start["type"]
    assert ["http.response.body"] * len(rest) == [message["type"] for message in rest]
    body = b"".join(message.get("body", b"") for message in rest)
    answer = Answer(start["status"], dict(start["headers"]), body)
    assert answer.status < 500, (request, answer)
    assert int(answer.headers.get(b"content-length", b"0")) == len(body), (request, answer)
    assert b"Traceback" not in body
    kind = answer.headers.get(b"content-type", b"")
    if body and b"json" in kind:
        content = answer.content
        assert not [word for word in ("DSC-0005", "INTERNAL_ERROR") if word in str(content)], (request, answer)
    return answer


# Requests by operation


def json_rpc(service: Service, operation: Operation, params: bytes | object) -> Request:
    """Return a call over JSON-RPC; params in bytes are sent as they are."""
    written = params if isinstance(params, bytes) else json.dumps(params).encode()
    method = f"{service.interface}/v1.0/{operation.name}".encode()
    body = b'{"jsonrpc":"2.0","method":"%b","params":%b,"id":1}' % (method, written)
    return Request("POST", JSON_RPC_PATHS[service.name], body)


def rest(service: Service, operation: Operation, params: bytes | object) -> Request:
    """Return a call over REST; params in bytes are sent as they are."""
    written = params if isinstance(params, bytes) else json.dumps(params).encode()
    path = f"/exchange/{service.name}/rest/v1.0/{operation.name}/"
    return Request("POST", path, written, ((b"content-type", b"application/json"),))


def requests_of(service: Service, operation: Operation, params: bytes | object, siege: "Siege") -> list[Request]:
    """Return a call over both transports; bets are changed by somebody who has none."""
    requests = [json_rpc(service, operation, params), rest(service, operation, params)]
    if operation.name in EDITS:
        return [request._replace(headers=(*request.headers, *siege.idle)) for request in requests]
    return requests


def control(path: str, body: bytes | object, media_type: bytes = b"application/json") -> Request:
    """Return a document that is posted to our own API; bytes are sent as they are."""
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", path, written, ((b"content-type", media_type),))


# Examples made from the types of requests

TEXTS = {
    "marketId": MATCH,
    "marketIds": MATCH,
    "betId": "7",
    "betIds": "442000000003",
    "locale": "en",
    "currencyCode": "EUR",
    "textQuery": "New*",
    "marketCountries": "GB",
    "customerRef": "",
    "appName": "alice",
    "orderType": "LIMIT",
    "withOrders": "EXECUTABLE",
}
"""Texts that fit where others would be refused at once, and the name of an application that is there.

Of the others, strings are `1` and enumerations their first.
"""


class Place(NamedTuple):
    """A place in an example: the keys and positions that lead there, the type that is declared, and whether it must be.

    `kind` is one of object, array, string, integer, double, boolean, enumeration, date.
    """

    steps: tuple[str | int, ...]
    kind: str
    required: bool


_KINDS: dict[type, str] = {
    inspect.StructType: "object",
    inspect.VarTupleType: "array",
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "double",
    inspect.BoolType: "boolean",
    inspect.EnumType: "enumeration",
    inspect.CustomType: "date",
}


def _plain(info: Any) -> Any:
    """Return a type without `None` and without bounds."""
    if isinstance(info, inspect.UnionType):
        return _plain(next(member for member in info.types if not isinstance(member, inspect.NoneType)))
    return _plain(info.type) if isinstance(info, inspect.Metadata) else info


def example_of(info: Any, name: str = "") -> Any:
    """Return a value of a type with every field there is."""
    match _plain(info):
        case inspect.StructType(fields=fields):
            return {field.encode_name: example_of(field.type, field.encode_name) for field in fields}
        case inspect.VarTupleType(item_type=item):
            return [example_of(item, name)]
        case inspect.EnumType(cls=cls):
            return TEXTS.get(name, next(iter(cls)).value)
        case inspect.StrType():
            return TEXTS.get(name, "1")
        case inspect.IntType():
            return 1
        case inspect.FloatType():
            return 0.0 if name == "handicap" else 2.0
        case inspect.BoolType():
            return False
        case inspect.CustomType():
            return "2026-06-06T17:00:00.000Z"
    raise AssertionError(f"there is no example of {info}")


def places_in(info: Any, steps: tuple[str | int, ...] = (), *, required: bool = True) -> Iterator[Place]:
    """Yield every place in the example of a type."""
    plain = _plain(info)
    yield Place(steps, _KINDS[type(plain)], required)
    if isinstance(plain, inspect.StructType):
        for field in plain.fields:
            yield from places_in(field.type, (*steps, field.encode_name), required=field.required)
    elif isinstance(plain, inspect.VarTupleType):
        yield from places_in(plain.item_type, (*steps, 0), required=False)


def changed(document: Any, steps: tuple[str | int, ...], value: object) -> Any:
    """Return a document with another value at a place."""
    if not steps:
        return value
    step, *rest = steps
    copy = document.copy()
    copy[step] = changed(document[step], tuple(rest), value)
    return copy


_DATES = ("2026-06-06", "9999-12-31")
_NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\s*")
_BOUND = 2**63


def cannot_be(kind: str, value: object) -> bool:
    """Return whether a value cannot be read as a kind, however leniently (the table in `simulator.betfair.decoding`).

    Of texts only those are dates that begin as one does here.
    """
    if value is None:
        return False
    match kind:
        case "object":
            return not isinstance(value, dict)
        case "array":
            return not isinstance(value, list)
        case "string":
            return isinstance(value, bool | dict | list)
        case "integer" | "double":
            if isinstance(value, str):
                return bool(value.strip()) and not _NUMBER.fullmatch(value)
            too_large = kind == "integer" and isinstance(value, int | float) and abs(value) > _BOUND
            return isinstance(value, bool | dict | list) or too_large
        case "boolean":
            return not isinstance(value, bool) and value not in ("true", "false", "")
        case "enumeration":
            return True
        case "date":
            return not isinstance(value, str) or not (value == "" or value.startswith(_DATES))
    raise AssertionError(kind)

"""The stream in process: clients without sockets, and an event loop that is run when a test wants what is due sent."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator.betfair.stream.hub import Hub, StreamSettings
from simulator.betfair.stream.listener import StreamProtocol
from simulator.exchange.commands import CancelInstruction, CancelOrders, PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.format.scenario import Scenario
from simulator.world.happened import Happened
from simulator.world.inputs import Input
from simulator.world.sessions import Session
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win
from tests.sessions import log_in

Message = dict[str, Any]


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is moved by the test."""

    now = 0.0

    def time(self) -> float:
        return self.now


class Pipe(asyncio.Transport):
    """What stands for a socket: it keeps what is written until the client reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False
        self.unread = 0

    def write(self, data: Any) -> None:
        assert not self.is_closed
        self.pieces.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return self.unread

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True


class StreamClient:
    """A client of the stream, which sends documents and reads messages."""

    def __init__(self, theatre: "StreamTheatre", protocol: StreamProtocol, pipe: Pipe) -> None:
        self._theatre = theatre
        self._pipe = pipe
        self.protocol = protocol

    def send(self, *documents: Message) -> list[Message]:
        """Send documents in one piece, and return what comes back at once."""
        return self.send_bytes(b"".join(json.dumps(each).encode() + b"\r\n" for each in documents))

    def send_bytes(self, data: bytes) -> list[Message]:
        """Send bytes, and return what comes back at once."""
        if not self._pipe.is_closed:
            self._theatre.run(lambda: self.protocol.data_received(data))
        return self.read()

    def read(self) -> list[Message]:
        """Return the messages that have come since they were read last, each of which came in one piece."""
        self._theatre.settle()
        pieces, self._pipe.pieces = self._pipe.pieces, []
        assert all(piece.endswith(b"\r\n") and piece.count(b"\n") == 1 for piece in pieces)
        return [json.loads(piece) for piece in pieces]

    def read_joined(self) -> list[Message]:
        """Return the messages that have come in one piece."""
        self._theatre.settle()
        pieces, self._pipe.pieces = self._pipe.pieces, []
        (together,) = pieces
        return [json.loads(line) for line in together.split(b"\r\n") if line]

    def read_pieces(self, number: int) -> list[bytes]:
        """Return the pieces that have come, once there are so many."""
        while len(self._pipe.pieces) < number:
            self._theatre.settle()
        pieces, self._pipe.pieces = self._pipe.pieces, []
        return pieces

    def read_bytes(self) -> bytes:
        """Return whatever has come since, whole or not."""
        for _ in range(5):
            self._theatre.settle()
        pieces, self._pipe.pieces = self._pipe.pieces, []
        return b"".join(pieces)

    def say(self, document: Message) -> None:
        """Send a document, and do not wait for what comes back."""
        if not self._pipe.is_closed:
            line = json.dumps(document).encode() + b"\r\n"
            self._theatre.run(lambda: self.protocol.data_received(line))

    def beat(self) -> list[Message]:
        """Let it be time for a heartbeat, and return what comes."""
        self.be_beaten()
        return self.read()

    def be_beaten(self) -> None:
        """Let it be time for a heartbeat."""

        def beat() -> None:
            for running in list(self.protocol._connection._running.values()):
                running._send_beat()

        self._theatre.run(beat)

    def log_in(self, username: str = "alice") -> None:
        """Authenticate as a customer."""
        (answer,) = self.send(self._theatre.authentication(username))
        assert answer["statusCode"] == "SUCCESS"

    def subscribe_to_markets(self, *market_ids: str, fields: Any = None, **more: Any) -> Message:
        """Subscribe, and return the image."""
        document = {"op": "marketSubscription", "id": 2, "marketDataFilter": {"fields": fields}, **more}
        document.setdefault("marketFilter", {"marketIds": list(market_ids)} if market_ids else {})
        status, image = self.send(document)
        assert status["statusCode"] == "SUCCESS"
        return image

    def subscribe_to_orders(self, **order_filter: Any) -> Message:
        """Subscribe, and return the image."""
        status, image = self.send({"op": "orderSubscription", "id": 3, "orderFilter": order_filter})
        assert status["statusCode"] == "SUCCESS"
        return image

    def leave_unread(self, number: int) -> None:
        """Let so many bytes wait for the client, as far as the server can tell."""
        self._pipe.unread = number

    def fall_behind(self) -> None:
        """Stop reading, so that what is written waits."""
        self._theatre.run(self.protocol.pause_writing)

    def read_on(self) -> list[Message]:
        """Read again, and return what was told meanwhile."""
        self._theatre.run(self.protocol.resume_writing)
        return self.read()

    def leave(self) -> None:
        """Hang up."""
        self._pipe.is_closed = True
        self._theatre.run(lambda: self.protocol.connection_lost(None))

    @property
    def is_closed(self) -> bool:
        return self._pipe.is_closed


class StreamTheatre:
    """A world of a scenario, and its stream."""

    def __init__(self, scenario: Scenario, settings: StreamSettings) -> None:
        self.loop = StillLoop()
        self.worlds = Worlds()
        self.hub = Hub(self.worlds, settings)
        self.world: World = self.worlds.create(scenario)
        self._connections = 0

    def connect(self) -> StreamClient:
        """Return a client that is connected, and has read the first line."""
        client = self.connect_anyhow()
        (first,) = client.read()
        assert first == {"op": "connection", "connectionId": f"002-060626170000-{self._connections}"}
        return client

    def connect_anyhow(self) -> StreamClient:
        """Return a client that is connected, whatever it was told."""
        pipe = Pipe()
        self._connections += 1
        protocol = StreamProtocol(self.hub, lambda: f"002-060626170000-{self._connections}")
        client = StreamClient(self, protocol, pipe)
        self.run(lambda: protocol.connection_made(pipe))
        return client

    def client(self, username: str = "alice") -> StreamClient:
        """Return a client who is logged in."""
        client = self.connect()
        client.log_in(username)
        return client

    def authentication(self, username: str, *, delayed: bool = False) -> Message:
        """What a customer authenticates with."""
        account = self.world.accounts.by_username[username]
        key = account.delayed_app_key if delayed else account.app_key
        return {"op": "authentication", "id": 1, "appKey": key, "session": self.token(username)}

    def token(self, username: str) -> str:
        """Log a customer in, and return the token of the session."""
        account = self.world.accounts.by_username[username]
        opened: list[Session | None] = []
        self.run(lambda: opened.append(log_in(self.world, username, account.password, account.app_key)))
        assert opened[0] is not None
        return opened[0].token

    def do(self, one: Input) -> Happened:
        """Put an input into the world, and send what is to be told of it."""
        happened: list[Happened] = []
        self.run(lambda: happened.append(self.world.do(one)))
        self.settle()
        return happened[0]

    def bet(self, username: str, market_id: str, side: Side, price: int, size: int, selection_id: int = 1) -> int:
        """Place a bet, and return its id."""
        instruction = PlaceInstruction(
            RunnerKey(selection_id), side, OrderType.LIMIT, price, size, Persistence.LAPSE
        )  # fmt: skip
        self.do(PlaceOrders(username, market_id, (instruction,))).accepted()
        return max(self.world.exchange.orders)

    def cancel(self, username: str, market_id: str, bet_id: int) -> None:
        """Cancel what is unmatched of a bet."""
        self.do(CancelOrders(username, market_id, (CancelInstruction(bet_id),))).accepted()

    def let_pass(self, seconds: float) -> None:
        """Let real time pass, for heartbeats, conflation and whoever is idle."""
        self.loop.now += seconds
        self.settle()

    def run(self, function: Any) -> None:
        """Call a function on the loop."""

        async def call() -> None:
            function()

        self.loop.run_until_complete(call())

    def settle(self) -> None:
        """Let what is to be done soon be done."""

        async def pause() -> None:
            for _ in range(3):
                await asyncio.sleep(0)

        self.loop.run_until_complete(pause())


def meeting(*markets: dict[str, Any]) -> Scenario:
    """A scenario with races of one meeting."""
    return loaded(scenario(event("1", "Meeting", HORSE_RACING, *markets)))


def two_races(runners: int = 3) -> Scenario:
    """A scenario with the markets 1.1 and 1.2, whose first runner has offers: to back 2.0 and 1.9, to lay 2.2."""
    first = runner(1, back=[[2.0, 100], [1.9, 50]], lay=[[2.2, 80]])
    others = [runner(number) for number in range(2, runners + 1)]
    return meeting(*(win(market_id, first, *others) for market_id in ("1.1", "1.2")))


@contextmanager
def streaming(scenario: Scenario, **settings: Any) -> Iterator[StreamTheatre]:
    """Yield a world with a stream, and end it."""
    theatre = StreamTheatre(scenario, StreamSettings(**settings))
    try:
        yield theatre
    finally:
        theatre.run(lambda: [connection.end() for connection in list(theatre.hub.connections)])
        theatre.settle()
        theatre.loop.close()

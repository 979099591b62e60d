"""One connection to the stream: who is there, what they have subscribed to, and every answer to what they send.

A connection begins with a line of the server. Then come authentication and subscriptions, as fast as the client likes,
which are done strictly in order. Every request has one answer. An error ends the connection, but for a subscription to
too many markets (published: Exchange Stream API specification).
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from simulator.betfair.schema.stream import (
    Authentication,
    MarketSubscription,
    Message,
    OrderSubscription,
    SportsSubscription,
    StreamErrorCode,
    Subscription,
)
from simulator.betfair.stream.changes import Changes, Kind, Outlet, Terms
from simulator.betfair.stream.clocks import WrongToken, message_of, subscription_of
from simulator.betfair.stream.fault_effects import OF_IMAGES
from simulator.betfair.stream.faults import StreamFaults
from simulator.betfair.stream.feed import Feed, State
from simulator.betfair.stream.history import History
from simulator.betfair.stream.hub import Hub
from simulator.betfair.stream.late_wire import LateWire, Wire
from simulator.betfair.stream.publisher import Channel, Reader
from simulator.betfair.stream.race_view import cricket_selection, race_selection
from simulator.betfair.stream.running_subscription import RunningSubscription
from simulator.betfair.stream.subscriptions import Selection, market_selection, order_selection
from simulator.refusal_log import log_refusal
from simulator.world.fault_words import CONNECTION, DELAY, DISCONNECT, DRIP, DUPLICATE, REFUSE, RESET_STREAM, SILENCE
from simulator.world.faults import Fired
from simulator.world.sessions import Session
from simulator.world.world import World

LONGEST_CONFLATION: Final = 120_000
DELAYED_CONFLATION: Final = 180_000
"""What a delayed app key gets, and whoever else sees markets late, whatever is asked for."""
SHORTEST_BEAT, LONGEST_BEAT, DEFAULT_BEAT = 500, 5_000, 5_000
"""Between heartbeats, in milliseconds of the real clock."""

_encode: Final = msgspec.json.Encoder().encode
T = TypeVar("T", bound=Struct)


class StreamError(Exception):
    """A request that is refused: its code, and the sentence that comes with it."""

    def __init__(self, code: StreamErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: Final = code
        self.message: Final = message


class Connection:
    """One connection. It is told what arrives, line by line, and when the client reads again or is gone."""

    def __init__(self, hub: Hub, wire: Wire, connection_id: str) -> None:
        self._hub: Final = hub
        self._wire: Wire = wire
        self._faults: Final = StreamFaults(hub.worlds)
        self._is_mute = False
        """Nothing is ever said to the client, because a tester wants it so."""
        self._id: Final = connection_id
        self._world: World | None = None
        self._session: Session | None = None
        self._is_delayed = False
        self._running: Final[dict[Kind, RunningSubscription]] = {}
        self._has_ended = False
        self._idle: asyncio.TimerHandle | None = None
        hub.connections[self] = None
        self._operations: Final[dict[str, Callable[[bytes, Message], None]]] = {
            "authentication": self._authenticate,
            "marketSubscription": self._subscribe_to_markets,
            "orderSubscription": self._subscribe_to_orders,
            "raceSubscription": self._subscribe_to_races,
            "cricketSubscription": self._subscribe_to_cricket,
            "heartbeat": self._answer_heartbeat,
        }

    def begin(self) -> None:
        """Speak first."""
        fired = self._faults.request(CONNECTION)
        if fired is not None and fired.fault.do != REFUSE and self._comes_to_nothing(fired, None):
            self._is_mute = fired.fault.do == SILENCE
            return
        self._send({"op": "connection", "connectionId": self._id})
        if fired is not None and fired.fault.do == REFUSE:
            self._refuse(_ordered_error(fired), None)
        if self._has_ended:
            return
        self._wait_for_more()

    def is_of(self, world: World, account: str) -> bool:
        """Return whether it is a connection of an account."""
        return self._world is world and self._session is not None and self._session.account.username == account

    def history(self, number: int, criteria_of_era: object) -> History | None:
        """Return what was told since the image of this number, `None` where it is not of this connection."""
        for running in self._running.values():
            if running.changes.number == number and running.criteria_of_era == criteria_of_era:
                return running.changes.history
        return None

    def take(self, line: bytes) -> None:
        """Do what a line asks for, and answer."""
        if self._has_ended or self._is_mute:
            return
        if self._idle is not None:
            self._wait_for_more()
        request_id: int | None = None
        try:
            message = _read(line, Message)
            request_id = message.id
            operation = self._operations.get(message.op or "")
            if operation is None:
                raise StreamError(StreamErrorCode.INVALID_REQUEST, f"Unknown operation: {(message.op or '')[:80]}")
            operation(line, message)
        except StreamError as error:
            self._refuse(error, request_id)

    def refuse_line(self, sentence: str) -> None:
        """Refuse what is no line at all, and end."""
        if self._has_ended or self._is_mute:
            return
        self._refuse(StreamError(StreamErrorCode.INVALID_INPUT, sentence), None)

    def catch_up(self) -> None:
        """Go on, the client reads again."""
        # A fault may end the connection with the first of them.
        for running in list(self._running.values()):
            if not running.has_ended:
                running.changes.catch_up()

    def lost(self) -> None:
        """Note that the client is gone; what it has been told is remembered, for when it comes again."""
        self._has_ended = True
        self._hub.connections.pop(self, None)
        if self._idle is not None:
            self._idle.cancel()
        for kind in list(self._running):
            self._unsubscribe(kind)

    # Operations

    def _authenticate(self, line: bytes, message: Message) -> None:
        request = _read(line, Authentication)
        if self._session is not None:
            said = f"op='authentication', id={message.id}, appKey='{request.app_key}'"
            raise StreamError(StreamErrorCode.INVALID_REQUEST, f"Connection is already authenticated: {{{said}}}")
        if not request.app_key:
            raise StreamError(StreamErrorCode.NO_APP_KEY, "AppKey is missing")
        world = self._hub.worlds.by_app_key(request.app_key)
        if world is None:
            raise StreamError(StreamErrorCode.INVALID_APP_KEY, "AppKey is not valid")
        if not request.session:
            raise StreamError(StreamErrorCode.NO_SESSION, "Session is missing")
        world.run_due()
        session = world.session(request.session)
        self._faults.belong_to(world, "" if session is None else session.account.username)
        fired = self._faults.request("authentication")
        if fired is not None and self._comes_to_nothing(fired, message.id):
            return
        key = world.developer_apps.by_key[request.app_key]
        # A vendor who acts on a customer's behalf says so in a header, which the stream has not (chosen).
        if session is None or session.vendor:
            raise StreamError(StreamErrorCode.INVALID_SESSION_INFORMATION, "Session is not valid or has expired")
        is_served = world.vendors.lets_in(key.owner, key.key, session, world.clock.now())
        if not is_served or not key.is_active:
            raise StreamError(StreamErrorCode.NOT_AUTHORIZED, "AppKey is not configured for service")
        self._admit(world, session, is_delayed=key.is_delayed)
        self._succeed(message.id, connectionsAvailable=self._connections_available())

    def _admit(self, world: World, session: Session, *, is_delayed: bool) -> None:
        active = self._hub.connections_of(world, session.account.username) + 1
        most = self._hub.settings.most_connections
        if active > most:
            raise StreamError(
                StreamErrorCode.MAX_CONNECTION_LIMIT_EXCEEDED,
                f"You have exceeded your max connection limit which is: {most} connection(s)."
                f"You currently have: {active} active connection(s).",
            )
        self._world, self._session, self._is_delayed = world, session, is_delayed

    def _connections_available(self) -> int:
        world, session = self._identified()
        return self._hub.settings.most_connections - self._hub.connections_of(world, session.account.username)

    def _identified(self) -> tuple[World, Session]:
        if self._world is None or self._session is None:
            raise StreamError(StreamErrorCode.NOT_AUTHORIZED, "The connection is not authenticated")
        return self._world, self._session

    def _answer_heartbeat(self, _: bytes, message: Message) -> None:
        self._succeed(message.id)

    def _subscribe_to_markets(self, line: bytes, message: Message) -> None:
        world, session = self._identified()
        request = _read(line, MarketSubscription)
        username = session.account.username
        is_late = world.delayed_markets.concern(username, has_delayed_key=self._is_delayed)
        selection = market_selection(world, request, is_late=is_late)
        most = self._hub.settings.most_markets
        number = len(selection.select())
        if number > most:
            raise StreamError(
                StreamErrorCode.SUBSCRIPTION_LIMIT_EXCEEDED,
                f"Trying to subscribe to {number} markets, the limit is {most}",
            )
        self._subscribe(Kind.MARKETS, request, selection, message)

    def _subscribe_to_orders(self, line: bytes, message: Message) -> None:
        world, session = self._identified()
        request = _read(line, OrderSubscription)
        if request.order_filter is not None and request.order_filter.account_ids is not None:
            raise StreamError(StreamErrorCode.INVALID_INPUT, "accountIds are not for customers")
        selection = order_selection(world, session.account.username, request)
        self._subscribe(Kind.ORDERS, request, selection, message)

    def _subscribe_to_races(self, line: bytes, message: Message) -> None:
        world, _ = self._identified()
        request = _read(line, SportsSubscription)
        self._subscribe(Kind.RACES, request, race_selection(world, request), message)

    def _subscribe_to_cricket(self, line: bytes, message: Message) -> None:
        world, _ = self._identified()
        request = _read(line, SportsSubscription)
        self._subscribe(Kind.CRICKET, request, cricket_selection(world, request), message)

    def _subscribe(self, kind: Kind, request: Subscription, selection: Selection, message: Message) -> None:
        world, session = self._identified()
        fired = self._faults.request(message.op or "")
        if fired is not None and self._comes_to_nothing(fired, message.id):
            return
        world.run_due()
        criteria = (world.id, session.account.username, kind, selection.criteria)
        resumed = self._resumed(world, request, criteria)
        terms = self._terms(kind, request, is_told_rarely=self._is_delayed or selection.is_late)
        account = session.account.username if kind is Kind.ORDERS else None
        channel = Channel(kind, selection.projection, account, terms.conflate_milliseconds)
        running = RunningSubscription(world, channel, criteria)

        def write(written: bytes, happening: Fired | None) -> None:
            if happening is None:
                self._wire.write(written)
            else:
                self._write_as(happening, written)
            running.beat_later()

        def make_reader(feed: Feed) -> Reader:
            running.changes = Changes(terms, feed, outlet)
            return Reader(running.changes, selection.select, selection.wants, self._end_with_world)

        outlet = Outlet(
            write,
            world.clock.now,
            lambda: self._wire.is_behind,
            self._hub.next_number,
            lambda: self._hub.publisher.era(world),
            self._faults,
        )
        self._unsubscribe(kind)
        running.reader = self._hub.publisher.subscribe(
            world,
            channel,
            selection.make_view,
            make_reader,
        )
        self._running[kind] = running
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._succeed(message.id)
        of_image = fired if fired is not None and fired.fault.do in OF_IMAGES else None
        running.changes.begin(selection.select(), resumed, of_image)
        self._hub.publisher.began(world, channel)

    def _terms(self, kind: Kind, request: Subscription, *, is_told_rarely: bool) -> Terms:
        conflate = min(max(request.conflate_ms or 0, 0), LONGEST_CONFLATION)
        beat = DEFAULT_BEAT if request.heartbeat_ms is None else request.heartbeat_ms
        return Terms(
            kind=kind,
            request_id=request.id,
            conflate_milliseconds=DELAYED_CONFLATION if is_told_rarely else conflate,
            heartbeat_milliseconds=min(max(beat, SHORTEST_BEAT), LONGEST_BEAT),
            is_segmented=bool(request.segmentation_enabled),
        )

    def _resumed(self, world: World, request: Subscription, criteria: object) -> dict[str, State] | None:
        """Return what the client has been told by the tokens that it hands back, `None` where it needs an image."""
        if not request.initial_clk or not request.clk:
            return None
        try:
            number, last = subscription_of(request.initial_clk), message_of(request.clk)
        except WrongToken as error:
            raise StreamError(StreamErrorCode.INVALID_CLOCK, f"Clock is invalid: {error}") from None
        states = self._hub.told(world, number, criteria, last)
        if states is None and self._hub.settings.refuses_unknown_clocks:
            raise StreamError(StreamErrorCode.INVALID_CLOCK, "Clock is not known any more")
        return states

    def _unsubscribe(self, kind: Kind) -> None:
        running = self._running.pop(kind, None)
        if running is not None:
            running.has_ended = True
            running.stop_beating()
            changes = running.changes
            self._hub.publisher.unsubscribe(running.world, running.channel, running.reader)
            if not running.world.has_ended:
                self._hub.ended.keep(running.world.id, changes.number, running.criteria_of_era, changes.history)

    # Faults

    def _comes_to_nothing(self, fired: Fired, request_id: int | None) -> bool:
        """Let a fault happen to a request; return whether nothing else comes of it."""
        word = fired.fault.do
        if word == REFUSE:
            self._refuse(_ordered_error(fired), request_id)
        elif word == DISCONNECT:
            self.end()
        elif word == RESET_STREAM:
            self._reset()
        elif word in (DELAY, DRIP):
            self._be_late(fired)
            return False
        return word in (REFUSE, DISCONNECT, RESET_STREAM, SILENCE)

    def _write_as(self, fired: Fired, line: bytes) -> None:
        """Write a change message as a fault wants it."""
        if self._comes_to_nothing(fired, None):
            return
        self._wire.write(line)
        if fired.fault.do == DUPLICATE:
            self._wire.write(line)

    def _be_late(self, fired: Fired) -> None:
        late = self._wire if isinstance(self._wire, LateWire) else LateWire(self._wire)
        self._wire = late
        if fired.fault.do == DRIP:
            late.split_next(fired)
        else:
            self._faults.hold(late, fired)

    def _reset(self) -> None:
        if not self._has_ended:
            self.lost()
            self._wire.reset()

    # Answers

    def _succeed(self, request_id: int | None, **more: int) -> None:
        self._send({"op": "status", **_id(request_id), "statusCode": "SUCCESS", "connectionClosed": False, **more})

    def _refuse(self, error: StreamError, request_id: int | None) -> None:
        who = "" if self._session is None else self._session.account.username
        log_refusal("the stream", who, f"{error.code}: {error.message}")
        closes = error.code is not StreamErrorCode.SUBSCRIPTION_LIMIT_EXCEEDED
        self._send(
            {
                "op": "status",
                **_id(request_id),
                "statusCode": "FAILURE",
                "errorCode": error.code,
                "errorMessage": error.message,
                "connectionClosed": closes,
                "connectionId": self._id,
            }
        )
        if closes:
            self.end()

    def end(self) -> None:
        """End the connection."""
        if not self._has_ended:
            self.lost()
            self._wire.close()

    def _wait_for_more(self) -> None:
        """End the connection unless there is a request soon; who has subscribed need not say anything any more."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._hub.settings.idle_seconds, self._end_idle)

    def _end_idle(self) -> None:
        waited = round(self._hub.settings.idle_seconds * 1000)
        message = f"Connection is not subscribed and is idle: {waited} ms"
        self._refuse(StreamError(StreamErrorCode.TIMEOUT, message), None)

    def _end_with_world(self) -> None:
        # Not while the story is told: others are still to hear of the end.
        asyncio.get_running_loop().call_soon(self.end)

    def _send(self, document: dict[str, Any]) -> None:
        self._wire.write(_encode(document))


def _ordered_error(fired: Fired) -> StreamError:
    return StreamError(StreamErrorCode(fired.fault.code), f"{fired.fault.code}: fault {fired.number} was ordered")


def _id(request_id: int | None) -> dict[str, int]:
    return {} if request_id is None else {"id": request_id}


def _read(line: bytes, kind: type[T]) -> T:
    """Return a request; raise `StreamError` for what is no JSON, or has members of other types."""
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StreamError(StreamErrorCode.INVALID_INPUT, f"Unable to read the message: {error}") from None

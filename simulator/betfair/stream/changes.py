"""The change messages of one subscription: its image, its updates, its heartbeats, and how it catches up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Final, NamedTuple

from msgspec import Struct

from simulator.betfair.stream.clocks import initial_token, message_token
from simulator.betfair.stream.fault_effects import (
    DEGRADED,
    HOLDING,
    cut_everywhere,
    is_fault,
    named_segments,
    spoilt_items,
)
from simulator.betfair.stream.faults import StreamFaults
from simulator.betfair.stream.feed import Feed, State
from simulator.betfair.stream.history import History
from simulator.world.fault_words import CONFLATE, IMAGE, SEGMENT, SILENCE, STATUS_503
from simulator.world.faults import Fired

SEGMENT_BYTES: Final = 64 * 1024
"""About how much of an image one segment holds (chosen; no source says how the service cuts)."""


class Kind(Enum):
    """What a subscription is about: the name of its messages, of the list in them, and the parts of its tokens."""

    MARKETS = ("mcm", "mc", 3)
    ORDERS = ("ocm", "oc", 5)
    RACES = ("rcm", "rc", 3)
    CRICKET = ("ccm", "cc", 3)

    def __init__(self, op: str, list_name: str, parts: int) -> None:
        self.op: Final = op
        """The operation of its messages."""
        self.list_name: Final = list_name
        """The name of the list of changes."""
        self.parts: Final = parts
        """How many pairs of numbers a token has."""


class Terms(Struct, frozen=True):
    """What a subscription was granted; durations are in milliseconds of the real clock."""

    kind: Kind
    request_id: int | None
    conflate_milliseconds: int
    heartbeat_milliseconds: int
    is_segmented: bool


class Outlet(NamedTuple):
    """Where the messages of a subscription go, and what it asks about the world and the connection.

    `write` sends one line, to which a fault may have happened, `now` is the time of the world in milliseconds since
    1970, and `is_behind` says that the client does not read as fast as is written to it. `next_number` counts the
    images of the server, and `era` how often the world has begun again or gone back.
    """

    write: Callable[[bytes, Fired | None], None]
    now: Callable[[], int]
    is_behind: Callable[[], bool]
    next_number: Callable[[], int]
    era: Callable[[], int]
    faults: StreamFaults


class Changes:
    """One subscription to the changes of a feed."""

    def __init__(self, terms: Terms, feed: Feed, outlet: Outlet) -> None:
        self.terms: Final = terms
        self._names: Final = _names(terms)
        self._feed: Final = feed
        self._outlet: Final = outlet
        self._market_ids: Final[dict[str, None]] = {}
        self._pending: list[bytes] = []
        self._told: dict[str, State] = {}
        self._partly_known: Final[dict[str, State]] = {}
        """Markets of which the subscriber has not heard all that was published, as they are known to it."""
        self._left_behind: Final[dict[str, State | None]] = {}
        """Of a client that is behind: the markets that have changed since, and what was told of them last."""
        self._owes_image = False
        """An image was to be sent when the stream was silent."""
        self._message = 0
        self.number = 0
        """That of the image from which messages are counted, which makes its tokens known."""
        self.era = 0
        self.history = History({})

    # From the beginning to the end

    def begin(
        self, market_ids: Iterable[str], resumed: Mapping[str, State] | None = None, fired: Fired | None = None
    ) -> None:
        """Send the image of the markets, or what has changed since they were as `resumed` says; then go on.

        What was told before goes on to be told, also where the subscription would not take it now. `fired` is what has
        happened to the request, if anything that concerns the image.
        """
        self._market_ids.update(dict.fromkeys((*market_ids, *(resumed or ()))))
        self._send_image(resumed, fired or self._outlet.faults.message(self.terms.kind.op))

    def _send_image(self, resumed: Mapping[str, State] | None, fired: Fired | None) -> None:
        items: list[bytes] = []
        states: dict[str, State] = {}
        for market_id, state in self._feed.subscribe(self, self._market_ids).items():
            before, change = self._change_since(resumed, market_id, state)
            states[market_id] = self._known(market_id, before, state)
            if change is not None:
                items.append(change)
        self.number, self.era = self._outlet.next_number(), self._outlet.era()
        self.history = History(states)
        self._message = 0
        self._owes_image = is_fault(fired, SILENCE)
        if self._owes_image:
            return
        spoilt = spoilt_items(items, fired)
        parts = cut_everywhere(spoilt) if is_fault(fired, SEGMENT) else _segments(spoilt, self.terms.is_segmented)
        for segment, part in parts:
            self._outlet.write(self._first_line(part, segment, fired, is_resumed=resumed is not None), fired)

    def add(self, market_id: str) -> None:
        """Go on with another market, which is new in the world."""
        if market_id in self._market_ids:
            return
        self._market_ids[market_id] = None
        for state in self._feed.subscribe(self, (market_id,)).values():
            self._partly_known[market_id] = self._feed.view.nothing(market_id)
            self._take_partly_known(market_id, state)
        self.send()

    def begin_again(self, market_ids: Iterable[str]) -> None:
        """Send an image that nobody asked for: the world has begun again or gone back."""
        self._forget_what_is_untold()
        self.end()
        self._market_ids.clear()
        self.begin(market_ids)

    def _send_image_again(self, fired: Fired | None) -> None:
        """Send an image in the middle of a subscription."""
        self._forget_what_is_untold()
        self._send_image(None, fired)

    def _forget_what_is_untold(self) -> None:
        self._pending.clear()
        self._told = {}
        self._left_behind.clear()
        self._partly_known.clear()

    def end(self) -> None:
        """Take no more changes."""
        self._feed.unsubscribe(self, self._market_ids)

    def _change_since(
        self, resumed: Mapping[str, State] | None, market_id: str, state: State
    ) -> tuple[State | None, bytes | None]:
        """Return what a client knew of a market, and how the market differs from that."""
        view = self._feed.view
        if resumed is None:
            return None, view.difference(None, state)
        is_known = market_id in resumed
        before = resumed[market_id] if is_known else view.nothing(market_id)
        return before, view.difference(before, state, merged=is_known)

    def _known(self, market_id: str, before: State | None, published: State) -> State:
        """Return a market as it is known to the client once it is told how it differs from a state before."""
        known = self._feed.view.known(before, published)
        if known is published:
            self._partly_known.pop(market_id, None)
        else:
            self._partly_known[market_id] = known
        return known

    # Changes

    def take(self, market_id: str, before: State | None, after: State, change: bytes) -> None:
        """Note a change; of a client that is behind only that there is one."""
        if market_id in self._partly_known:
            self._take_partly_known(market_id, after)
        elif self._is_left_behind:
            self._left_behind.setdefault(market_id, before)
        else:
            self._pending.append(change)
            self._told[market_id] = after

    def _take_partly_known(self, market_id: str, after: State) -> None:
        """Note how a market differs from what is known of it, where that is not what was published before."""
        before = self._partly_known[market_id]
        change = self._feed.view.difference(before, after)
        if change is None:
            return
        if self._is_left_behind:
            self._left_behind.setdefault(market_id, before)
        else:
            self._pending.append(change)
            self._told[market_id] = self._known(market_id, before, after)

    @property
    def _is_left_behind(self) -> bool:
        return bool(self._left_behind) or self._outlet.is_behind()

    def send(self) -> None:
        """Send what was noted as one message, if anything was."""
        if self._is_held:
            self._send_held()
        elif self._pending:
            self._send_as(self._outlet.faults.message(self.terms.kind.op))

    @property
    def _is_held(self) -> bool:
        return bool(self._left_behind) or self._owes_image

    def _send_held(self) -> None:
        """Send what was held back, unless it is held back still."""
        if self._outlet.is_behind():
            return
        fired = self._outlet.faults.message(self.terms.kind.op)
        if fired is None or fired.fault.do not in HOLDING:
            self._gather()
            self._send_as(fired)
        else:
            self._hold()

    def _send_as(self, fired: Fired | None) -> None:
        """Send what was noted, as a fault wants it."""
        if self._owes_image or is_fault(fired, IMAGE):
            self._send_image_again(fired)
            return
        if fired is not None and fired.fault.do in HOLDING:
            self._hold()
            return
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        told, self._told = self._told, {}
        self._message += 1
        self.history.add(told)
        if fired is None:
            self._outlet.write(self._line(b"", pending), None)
            return
        parts = cut_everywhere(pending) if fired.fault.do == SEGMENT else [("", pending)]
        for segment, part in parts:
            named = b',"segmentType":"%b"' % segment.encode() if segment else b""
            self._outlet.write(self._line(named, spoilt_items(part, fired), fired.fault.do), fired)

    def _hold(self) -> None:
        """Send nothing now of what was noted: it is told with what follows."""
        self._pending.clear()
        told, self._told = self._told, {}
        before = self.history.at(self.history.last) or {}
        for market_id in told:
            was = before[market_id] if market_id in before else self._feed.view.nothing(market_id)
            self._left_behind.setdefault(market_id, was)

    def catch_up(self) -> None:
        """Tell a client that was behind, and reads again, of everything at once."""
        self.send()

    def _gather(self) -> None:
        """Note what was held back, all changes of a market as one."""
        view = self._feed.view
        left, merged = dict(self._left_behind), self._left_behind
        merged.clear()
        for market_id, before in left.items():
            after = self._feed.state(market_id)
            change = None if after is None else view.difference(before, after, merged=True)
            if change is not None:
                self._pending.append(change)
                self._told[market_id] = self._known(market_id, before, after)

    def beat(self) -> None:
        """Send a heartbeat: nothing has changed. What was held back, and is no longer, is sent instead."""
        faults = self._outlet.faults
        in_force = faults.in_force(self.terms.kind.op)
        if in_force == SILENCE:
            return
        fired = faults.heartbeat()
        if self._is_held and in_force != CONFLATE and not self._outlet.is_behind():
            self._gather()
            self._send_as(fired)
        elif is_fault(fired, IMAGE):
            self._send_image_again(fired)
        elif not is_fault(fired, SILENCE):
            word = in_force if fired is None else fired.fault.do
            self._outlet.write(self._line(b',"ct":"HEARTBEAT"', None, word), fired)

    # Lines

    def _first_line(self, items: list[bytes], segment: str, fired: Fired | None, *, is_resumed: bool) -> bytes:
        terms = self.terms
        initial = initial_token(self.number, terms.kind.parts)
        kind = "RESUB_DELTA" if is_resumed else "SUB_IMAGE"
        conditions = b'"initialClk":"%b","clk":"%b","conflateMs":%d,"heartbeatMs":%d,%b"pt":%d,"ct":"%b"' % (
            initial.encode(),
            message_token(0, terms.kind.parts).encode(),
            terms.conflate_milliseconds,
            terms.heartbeat_milliseconds,
            DEGRADED if is_fault(fired, STATUS_503) else b"",
            self._outlet.now(),
            kind.encode(),
        )
        if segment:
            conditions += b',"segmentType":"%b"' % segment.encode()
        return b"{%b,%b%b}" % (self._names, conditions, self._listed(items))

    def _line(self, rest: bytes, items: list[bytes] | None, word: str = "") -> bytes:
        clk = message_token(self._message, self.terms.kind.parts).encode()
        degraded = DEGRADED if word == STATUS_503 else b""
        listed = b"" if items is None else self._listed(items)
        return b'{%b,"clk":"%b",%b"pt":%d%b%b}' % (self._names, clk, degraded, self._outlet.now(), rest, listed)

    def _listed(self, items: list[bytes]) -> bytes:
        return b',"%b":[%b]' % (self.terms.kind.list_name.encode(), b",".join(items)) if items else b""


def _names(terms: Terms) -> bytes:
    """Return the members that all messages begin with."""
    request_id = b"" if terms.request_id is None else b',"id":%d' % terms.request_id
    return b'"op":"%b"%b' % (terms.kind.op.encode(), request_id)


def _segments(items: list[bytes], is_segmented: bool) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the parts of an image that are messages of their own, whole markets each, and what each is called."""
    parts: list[list[bytes]] = [[]]
    size = 0
    for item in items:
        if is_segmented and parts[-1] and size + len(item) > SEGMENT_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(item)
        size += len(item)
    if len(parts) == 1:
        yield "", parts[0]
        return
    yield from named_segments(parts)

"""Faults that a tester has ordered: what is to go wrong with which requests, counted and drawn from the seed.

A fault waits for requests of an operation, skips some, and is consumed by those that follow. What it does to the world
is done by `fault_handlers`; what it does to the answer is the business of the face that answers. Latencies are drawn
from the seed of the world, the number of the fault and how often it has fired.
"""

import hashlib
import math
from collections import deque
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

ANY: Final = "*"

LOSE_ANSWER, TIMEOUT_AFTER, TIMEOUT_BEFORE = "lose-answer", "timeout-after", "timeout-before"
REFUSE, LATENCY, HTTP = "refuse", "latency", "http"
MALFORMED, TRUNCATE, DRIP = "malformed", "truncate", "drip"
SESSION_LOST, SUSPEND_BEFORE, TURN_IN_PLAY_BEFORE = "session-lost", "suspend-before", "turn-in-play-before"
MATCH_BEFORE, CANCEL_RACES_MATCH = "match-before", "cancel-races-match"
SLOW_EXPOSURE, HEARTBEAT_LOST = "slow-exposure", "heartbeat-lost"
STATUS_503, SILENCE, DISCONNECT, RESET_STREAM, DELAY = "status-503", "silence", "disconnect", "reset", "delay"
DUPLICATE, SEGMENT, IMAGE, CONFLATE = "duplicate", "segment", "image", "conflate"
NO_DEFINITION = "no-definition"
STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM = "stream-before-response", "response-before-stream"

WORDS: Final = (
    LOSE_ANSWER, TIMEOUT_AFTER, TIMEOUT_BEFORE, REFUSE, LATENCY, HTTP, MALFORMED, TRUNCATE, DRIP, SESSION_LOST,
    SUSPEND_BEFORE, TURN_IN_PLAY_BEFORE, MATCH_BEFORE, CANCEL_RACES_MATCH, SLOW_EXPOSURE, HEARTBEAT_LOST, STATUS_503,
    SILENCE, DISCONNECT, RESET_STREAM, DELAY, DUPLICATE, SEGMENT, IMAGE, CONFLATE, NO_DEFINITION,
    STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM,
)  # fmt: skip
"""All that a fault can do."""
ABOUT_ORDERS: Final = frozenset({"placeOrders", "cancelOrders", "replaceOrders", "updateOrders"})
"""The operations whose answers are execution reports."""
CONNECTION, STREAM, STREAM_HEARTBEAT = "connection", "stream", "streamHeartbeat"
"""What a stream does by itself: it greets whoever connects, tells of changes, and says that there are none."""
STREAM_SUBSCRIPTIONS: Final = frozenset(
    {"marketSubscription", "orderSubscription", "raceSubscription", "cricketSubscription"}
)
STREAM_OPERATIONS: Final = STREAM_SUBSCRIPTIONS | {CONNECTION, "authentication", STREAM, STREAM_HEARTBEAT}
ON_STREAMS: Final = frozenset(
    {
        REFUSE, DRIP, STATUS_503, SILENCE, DISCONNECT, RESET_STREAM, DELAY, DUPLICATE, SEGMENT, IMAGE, CONFLATE,
        NO_DEFINITION,
    }
)  # fmt: skip
"""What can happen to a stream; nothing else can."""
IN_ORDER: Final = frozenset({STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM})
"""The faults that say which of two messages comes first; the other is late."""
TAKING_TIME: Final = IN_ORDER | {LATENCY, DRIP, DELAY}
OPERATIONS_OF: Final = {
    STATUS_503: frozenset({STREAM, STREAM_HEARTBEAT}),
    SILENCE: STREAM_OPERATIONS,
    DISCONNECT: STREAM_OPERATIONS,
    RESET_STREAM: STREAM_OPERATIONS,
    DELAY: STREAM_OPERATIONS,
    DUPLICATE: frozenset({STREAM}),
    SEGMENT: STREAM_SUBSCRIPTIONS | {STREAM},
    IMAGE: frozenset({STREAM, STREAM_HEARTBEAT}),
    CONFLATE: frozenset({STREAM}),
    NO_DEFINITION: frozenset({"marketSubscription", STREAM}),
    STREAM_BEFORE_RESPONSE: ABOUT_ORDERS,
    RESPONSE_BEFORE_STREAM: ABOUT_ORDERS,
    SUSPEND_BEFORE: ABOUT_ORDERS,
    TURN_IN_PLAY_BEFORE: ABOUT_ORDERS,
    MATCH_BEFORE: ABOUT_ORDERS,
    CANCEL_RACES_MATCH: frozenset({"cancelOrders", "replaceOrders"}),
    SLOW_EXPOSURE: frozenset({"placeOrders", "replaceOrders"}),
    HEARTBEAT_LOST: frozenset({"heartbeat"}),
}
"""The only operations that some faults can happen to."""

BEFORE, AFTER = "before", "after"
CLOSE, RESET, STALL = "close", "reset", "stall"
REAL, WORLDS = "real", "world"

MOST_PENDING: Final = 1000
"""How many faults can be pending in a world at a time: each request looks at all of them."""
MOST_FIRED: Final = 1000
"""How many of the faults that have fired are remembered."""
SHARE: Final = 1000
"""A whole of what is matched, in thousandths."""
LONGEST_LATENCY_MILLISECONDS: Final = 600_000

_UNIT: Final = 2**53


def can_happen_to(operation: str, word: str) -> bool:
    """Return whether what a word says can happen to an operation."""
    only = OPERATIONS_OF.get(word)
    if only is not None:
        return operation in only
    return operation not in STREAM_OPERATIONS or word in ON_STREAMS


class Latency(Struct, frozen=True):
    """How long an answer takes, in milliseconds: of `fixed` to `spread` more, or log-normal around a median."""

    fixed: int = 0
    spread: int = 0
    median: int = 0
    sigma_thousandths: int = 0
    clock: str = REAL

    def drawn(self, digest: bytes) -> int:
        """Return the milliseconds that a digest stands for, as often as it is asked."""
        part = (int.from_bytes(digest[:8]) >> 11) / _UNIT
        if self.median:
            from statistics import NormalDist  # noqa: PLC0415, which is slow to read and seldom needed

            deviation = NormalDist().inv_cdf(min(max(part, 1e-12), 1 - 1e-12))
            drawn = self.median * math.exp(deviation * self.sigma_thousandths / 1000)
            return round(min(drawn, LONGEST_LATENCY_MILLISECONDS))
        return self.fixed + int(part * (self.spread + 1))


class Fault(Struct, frozen=True):
    """One fault as it is ordered. Durations are in milliseconds; what does not concern its word stays as it is here.

    `after` requests are let pass first. It happens to `times` requests, or where `lasts` is given to all in that time.
    What it does to the bets of a request it does to the first `most_bets` of them, where that is given.
    """

    operation: str
    do: str
    account: str | None = None
    after: int = 0
    times: int | None = 1
    lasts: int | None = None
    when: str = AFTER
    how: str = CLOSE
    code: str = ""
    instruction_code: str = ""
    status: int = 503
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    retry_after_seconds: int | None = None
    latency: Latency = Latency()
    chunks: int = 5
    share_thousandths: int = SHARE
    most_bets: int | None = None
    within: int = 1000


class Meeting(Struct, frozen=True):
    """What a request is, as far as a fault may ask: its operation, its path, whose it is, and where it comes to."""

    operation: str
    account: str
    path: str


class Pending(Struct):
    """A fault that may still happen. `until` is when it ends at the latest, in milliseconds since 1970."""

    number: int
    fault: Fault
    to_skip: int
    left: int | None
    until: int | None
    fired: int = 0

    def concerns(self, meeting: Meeting, now: int) -> bool:
        """Return whether a request is one of those that it waits for."""
        fault = self.fault
        if self.until is not None and now >= self.until:
            return False
        if fault.account is not None and fault.account != meeting.account:
            return False
        if not can_happen_to(meeting.operation, fault.do):
            return False
        if fault.operation.startswith("/"):
            return fnmatchcase(meeting.path, fault.operation)
        return fault.operation in (ANY, meeting.operation)


class Fired(Struct, frozen=True):
    """A fault that has happened to a request. Its answer is late by `milliseconds`, and waits under a `ticket`."""

    number: int
    fault: Fault
    at: int
    operation: str
    account: str
    milliseconds: int = 0
    ticket: int = 0


class Faults:
    """The faults of a world, in the order in which they were ordered."""

    name: Final = "faults"

    def __init__(self, seed: int) -> None:
        self._seed: Final = seed
        self._ordered = 0
        self._tickets = 0
        self.pending: Final[list[Pending]] = []
        self.fired: Final[deque[Fired]] = deque(maxlen=MOST_FIRED)
        self._waiting: Final[list[tuple[int, int]]] = []
        """When answers are due that wait for the world's clock, and their tickets: a heap."""

    def has_room(self, more: int, now: int) -> bool:
        """Return whether so many more faults can be ordered; those whose time is over do not count."""
        return more + sum(each.until is None or now < each.until for each in self.pending) <= MOST_PENDING

    def order(self, fault: Fault, now: int) -> Pending:
        """Take a fault in and return it with its number."""
        self._ordered += 1
        until = None if fault.lasts is None else now + fault.lasts
        left = None if fault.lasts is not None else fault.times
        pending = Pending(self._ordered, fault, fault.after, left, until)
        self.pending.append(pending)
        return pending

    def clear(self) -> list[int]:
        """Let nothing more happen that was ordered, and return the numbers of what was to."""
        numbers = [pending.number for pending in self.pending]
        self.pending.clear()
        return numbers

    def concern(self, meeting: Meeting, now: int) -> bool:
        """Return whether any fault waits for a request like this one."""
        return any(pending.concerns(meeting, now) for pending in self.pending)

    def next_for(self, meeting: Meeting, now: int) -> Fault | None:
        """Return what would happen next to a request like this one, which does not count."""
        for pending in self.pending:
            if pending.concerns(meeting, now) and not pending.to_skip:
                return pending.fault
        return None

    def meet(self, meeting: Meeting, now: int, unfit: Collection[int] = ()) -> tuple[list[int], Fired | None]:
        """Let a request meet the faults: return those that let it pass this time, and the one that happens to it.

        Faults whose number is among `unfit` cannot happen to it now and do not count it.
        """
        passed: list[int] = []
        self.pending[:] = [each for each in self.pending if each.until is None or now < each.until]
        for pending in self.pending:
            if pending.number in unfit or not pending.concerns(meeting, now):
                continue
            if pending.to_skip:
                pending.to_skip -= 1
                passed.append(pending.number)
                continue
            return passed, self._fire(pending, meeting, now)
        return passed, None

    def _fire(self, pending: Pending, meeting: Meeting, now: int) -> Fired:
        pending.fired += 1
        if pending.left is not None:
            pending.left -= 1
            if not pending.left:
                self.pending.remove(pending)
        fault, milliseconds, ticket = pending.fault, 0, 0
        if fault.do in TAKING_TIME:
            milliseconds = fault.latency.drawn(self._digest(pending))
            if fault.latency.clock == WORLDS:
                self._tickets += 1
                ticket = self._tickets
                heappush(self._waiting, (now + milliseconds, ticket))
        fired = Fired(pending.number, fault, now, meeting.operation, meeting.account, milliseconds, ticket)
        self.fired.append(fired)
        return fired

    def _digest(self, pending: Pending) -> bytes:
        return hashlib.sha256(f"{self._seed} latency {pending.number} {pending.fired}".encode()).digest()

    @property
    def next_due(self) -> int | None:
        """Return when the first answer is due that waits for the world's clock."""
        return self._waiting[0][0] if self._waiting else None

    def release(self) -> int | None:
        """Return the ticket of the answer that is due first, and let it go."""
        return heappop(self._waiting)[1] if self._waiting else None

    def state(self) -> Iterator[object]:
        """Yield what makes a difference to what happens from now on."""
        yield self._ordered, self._tickets
        yield from self.pending
        yield from self.fired
        yield from sorted(self._waiting)

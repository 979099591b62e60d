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

from simulator.world.fault_words import AFTER, ANY, CLOSE, REAL, TAKING_TIME, WORLDS, can_happen_to
from simulator.world.format.happenings import MarketHappening

MOST_PENDING: Final = 1000
"""How many faults can be pending in a world at a time: each request looks at all of them."""
MOST_FIRED: Final = 1000
"""How many of the faults that have fired are remembered."""
SHARE: Final = 1000
"""A whole of what is matched, in thousandths."""
LONGEST_LATENCY_MILLISECONDS: Final = 600_000

_UNIT: Final = 2**53


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


class FaultHappening(Struct, frozen=True):
    """What a fault lets happen to the market of a request; what stands in `happening` as its market means nothing.

    `is_of_request` is whether the runner, too, is that of the request, so that the one in `happening` means nothing.
    """

    happening: MarketHappening
    is_of_request: bool = False


class Fault(Struct, frozen=True):
    """One fault as it is ordered. Durations are in milliseconds; what does not concern its word stays as it is here.

    `after` requests are let pass first. It happens to `times` requests, or where `lasts` is given to all in that time.
    What it does to the bets of a request it does to the first `most_bets` of them, where that is given. `passes` is how
    much time passes before a request is carried out.
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
    passes: int = 0
    happenings: tuple[FaultHappening, ...] = ()


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

"""What a tester has ordered to go wrong with a stream, as the connection that it happens to learns of it.

These are the operations of a stream for which faults can be ordered; each also has a path, for patterns:

    | operation                  | path                         | what it is                                    |
    |----------------------------|------------------------------|-----------------------------------------------|
    | connection                 | /stream/connection           | a client has connected                        |
    | authentication             | /stream/authentication       | the request has come                          |
    | marketSubscription and so  | /stream/marketSubscription   | the request has come; for orders, races and   |
    | on                         | and so on                    | cricket likewise                              |
    | stream                     | /stream/mcm, ocm, rcm or ccm | a change message is to be sent, also an image |
    | streamHeartbeat            | /stream/heartbeat            | a heartbeat is to be sent                     |

Who connects is not known yet, so that is the business of the default world, and of no account.

What happens to change messages is counted in change messages, which are as many whenever the same is done. Heartbeats
are of the real clock: a `silence` or a `status-503` of change messages concerns those that fall into it, and they do
not count.
"""

from collections.abc import Mapping
from typing import Final

from simulator.betfair.schema.stream import StreamErrorCode
from simulator.betfair.stream.late_wire import LateWire
from simulator.fault_delivery import meet
from simulator.world.fault_words import STREAM, STREAM_HEARTBEAT, STREAM_OPERATIONS
from simulator.world.faults import Fired, Meeting
from simulator.world.inputs import MeetFaults
from simulator.world.world import World
from simulator.world.worlds import Worlds

PREFIX: Final = "/stream/"
_HEARTBEAT: Final = f"{PREFIX}heartbeat"
_CODES: Final = frozenset(code.value for code in StreamErrorCode)
FAULTABLE: Final[Mapping[str, frozenset[str]]] = dict.fromkeys(sorted(STREAM_OPERATIONS), _CODES)
"""The operations for which faults can be ordered, and the codes that refuse each of them."""


class StreamFaults:
    """The faults that may happen to one connection: nobody's at first, in the default world."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds
        self._world: World | None = next(iter(worlds), None)
        self._account = ""

    def belong_to(self, world: World, account: str) -> None:
        """Know whose connection it is."""
        self._world, self._account = world, account

    def request(self, operation: str) -> Fired | None:
        """Return what happens to a request, or to a connection that has just been made."""
        return self._meet(operation, PREFIX + operation) if self._worlds.faulty else None

    def message(self, op: str) -> Fired | None:
        """Return what happens to a change message, which is an `mcm`, `ocm`, `rcm` or `ccm`."""
        return self._meet(STREAM, PREFIX + op) if self._worlds.faulty else None

    def heartbeat(self) -> Fired | None:
        """Return what happens to a heartbeat."""
        return self._meet(STREAM_HEARTBEAT, _HEARTBEAT) if self._worlds.faulty else None

    def in_force(self, op: str) -> str:
        """Return the word of the fault that the next change message will meet, empty where it will meet none."""
        if not self._worlds.faulty or self._world is None:
            return ""
        fault = self._world.faults.next_for(Meeting(STREAM, self._account, PREFIX + op), self._world.run_due())
        return "" if fault is None else fault.do

    def hold(self, wire: LateWire, fired: Fired) -> None:
        """Let what is written to a wire from now on be as late as a fault says."""
        assert self._world is not None
        wire.hold(self._world, fired)

    def _meet(self, operation: str, path: str) -> Fired | None:
        if self._world is None or self._world.has_ended:
            return None
        return meet(self._worlds, self._world, MeetFaults(operation, self._account, path), _CODES)

"""The time of a world: read, moved on, and made to run faster, slower or not at all."""

from collections.abc import Callable
from typing import Final

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body, shown
from simulator.control.problems import Impossible, WrongDocument
from simulator.control.resources import answer
from simulator.control.schema import ClockChange, ClockDocument, instant_text
from simulator.world.clock import END_OF_TIME
from simulator.world.format.document import read_document
from simulator.world.format.quantities import Unusable, duration_of, instant_of
from simulator.world.inputs import AdvanceClock, MoveToNext, SetClock, SetClockRate
from simulator.world.loading.conversion import convert
from simulator.world.world import World

FASTEST: Final = 10**9
"""As in scenarios."""


class ClockHandlers:
    """Everything under `/control/v1/worlds/{world}/clock`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def read(self, request: Request) -> Response:
        """Answer the time."""
        return answer(_describe(self._world_of(request)))

    async def change(self, request: Request) -> Response:
        """Move the clock on or change its rate, and answer the time then."""
        self._world_of(request)
        change = await loaded(await read_body(request), _change_of)
        # Asked for again: while the document was on its way the world may have been deleted.
        world = self._world_of(request)
        refusal = world.do(change).refusal
        if refusal is not None:
            raise Impossible(refusal.problem)
        return answer(_describe(world))


def _describe(world: World) -> ClockDocument:
    due = world.next_due
    # A bet that is placed in play at the end of time waits for ever.
    next_due = None if due is None or due > END_OF_TIME else instant_text(due)
    return ClockDocument(instant_text(world.clock.now()), world.clock.rate, next_due)


def _change_of(text: bytes, name: str) -> AdvanceClock | SetClock | MoveToNext | SetClockRate:
    """Return what a document wants done to a world's clock; raise `ScenarioError` and `WrongDocument`."""
    document = read_document(text, name)
    change: ClockChange = convert(document, document.members, ClockChange)
    asked = [name for name in change.__struct_fields__ if getattr(change, name) is not UNSET]
    if len(asked) != 1:
        raise WrongDocument("A clock is asked for one thing at a time: advance, set, rate or toNext.")
    if change.advance is not UNSET:
        milliseconds = _read("$.advance", duration_of, change.advance)
        if milliseconds < 0:
            raise WrongDocument("Time can't go backwards.", "$.advance", change.advance)
        return AdvanceClock(milliseconds)
    if change.set_to is not UNSET:
        return SetClock(_read("$.set", instant_of, change.set_to))
    if change.rate is not UNSET:
        rate = change.rate
        if not rate.is_finite() or not 0 <= rate <= FASTEST:
            raise WrongDocument("A clock's rate lies between 0 and a thousand million.", "$.rate", shown(rate))
        return SetClockRate(float(rate))
    if change.to_next is not True:
        raise WrongDocument("toNext is true or absent.", "$.toNext", value=False)
    return MoveToNext()


def _read(path: str, read: Callable[[str], int], text: str) -> int:
    try:
        return read(text)
    except Unusable as error:
        raise WrongDocument(str(error), path, shown(text)) from None

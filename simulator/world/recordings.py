"""Recorded markets in a world: what it asks of whoever follows them, and when they have something to say.

A world knows nothing of files. Which recordings it follows its scenario says, with a digest of each file, and who reads
them is handed to it when it is made. So the story holds no copy of what was recorded: an input says up to what time
the recordings are followed, and the same files lead to the same state.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from simulator.exchange.events import Event
from simulator.exchange.rules import BettingRules
from simulator.exchange.state import State
from simulator.world.format.scenario import RecordingsEntry
from simulator.world.inputs import FollowRecordings, Input

if TYPE_CHECKING:
    from simulator.world.parts import Parts


FOLLOW: Final = "follow"
"""What a notice calls what a recording says and what could not be done."""
READ: Final = "read"
"""What a notice calls what of a recording could not be read."""


class CannotFollow(Exception):
    """Recordings cannot be followed; the sentence names the file and says why.

    `member` is what is wrong of what was asked for, where it is not the files.
    """

    def __init__(self, problem: str, member: str = "") -> None:
        super().__init__(problem)
        self.member: Final = member


Imaged = tuple[tuple[type, frozenset[str]], ...]
"""Classes, each with the names of the attributes that no image holds because they are made anew."""


class Recordings(Protocol):
    """The recorded markets that one world follows."""

    @property
    def imaged(self) -> "Imaged":
        """Return which other classes an exchange has whose markets follow recorded ones."""

    @property
    def next_due(self) -> int | None:
        """Return when the next message was published, in milliseconds since 1970; `None` after the last one."""

    def new_state(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> State:
        """Return what an exchange remembers some of whose markets follow recorded ones."""

    def begin(self, parts: "Parts", at: int) -> None:
        """Take in what was published by the time at which a world begins, once its other parts are there."""

    def follow(self, until: int) -> list[Event]:
        """Take in what was published up to a time, and return what came of it."""

    def image(self) -> object:
        """Return what it remembers beside the exchange, as JSON has it: the files not, but how far they were read."""

    def go_on(self, parts: "Parts", image: object) -> None:
        """Go on as an image says, instead of beginning, with the parts of the world that was imaged.

        Raise `LookupError`, `TypeError` or `ValueError` where the one does not fit the other.
        """

    def read_ahead(self) -> None:
        """Read as far as the next messages, which `go_on` leaves to do; another thread may call it."""

    def reason_to_leave_alone(self, market_id: str) -> str | None:
        """Return why nobody but the recording changes a market, `None` for one of which that is not so."""

    def state(self) -> Iterator[object]:
        """Yield what is to be hashed: which files they are, how far they were read, and what we have used of them."""


OpenRecordings = Callable[[RecordingsEntry], Recordings]
"""Opens the recordings that a scenario names; raises `CannotFollow`."""


def follow_nothing(_: RecordingsEntry) -> Recordings:
    """Raise `CannotFollow`: this is for worlds of which nobody reads recordings."""
    raise CannotFollow("This world is made where no recordings are read, and cannot follow any.")


class RecordedMessages:
    """The source of the agenda that has recordings followed, message by message."""

    name: Final = "recordings"

    def __init__(self, recordings: Recordings) -> None:
        self._recordings: Final = recordings

    @property
    def next_due(self) -> int | None:
        """Return when the next message was published."""
        return self._recordings.next_due

    def run(self, due: int) -> Iterable[Input]:
        """Follow what was published by then."""
        return (FollowRecordings(due),)

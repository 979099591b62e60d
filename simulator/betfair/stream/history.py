"""What a subscriber has been told, so that who was cut off can go on from the last message that arrived."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from simulator.betfair.stream.feed import State

MOST_MESSAGES: Final = 1_000
"""How many messages back a subscriber can go on from."""
MOST_SUBSCRIPTIONS: Final = 200
"""How many subscriptions that ended are remembered, the latest ones."""


class History:
    """The states of markets as they were told, message by message. The image is message 0."""

    def __init__(self, image: Mapping[str, State]) -> None:
        self._oldest: Final = dict(image)
        self._first = 0
        """The number of the message after which the markets were as in `_oldest`."""
        self._since: Final[deque[Mapping[str, State]]] = deque()

    @property
    def last(self) -> int:
        """Return the number of the last message."""
        return self._first + len(self._since)

    def add(self, states: Mapping[str, State]) -> None:
        """Note a message that told of some markets."""
        self._since.append(states)
        if len(self._since) > MOST_MESSAGES:
            self._oldest.update(self._since.popleft())
            self._first += 1

    def at(self, message: int) -> dict[str, State] | None:
        """Return the states of markets after a message, or `None` where it is too long ago, or was never sent."""
        if not self._first <= message <= self.last:
            return None
        states = dict(self._oldest)
        for told in list(self._since)[: message - self._first]:
            states.update(told)
        return states


class Ended(NamedTuple):
    """A subscription of which the connection has ended: of which world, what was asked for, and what was told."""

    world_id: str
    criteria: object
    history: History


class EndedSubscriptions:
    """The subscriptions that can be resumed, by their numbers: those of worlds that have gone on since."""

    def __init__(self) -> None:
        self._by_number: Final[OrderedDict[int, Ended]] = OrderedDict()

    def keep(self, world_id: str, number: int, criteria: object, history: History) -> None:
        """Remember what was told since the image of this number, and forget the oldest one where there are too many."""
        self._by_number[number] = Ended(world_id, criteria, history)
        if len(self._by_number) > MOST_SUBSCRIPTIONS:
            self._by_number.popitem(last=False)

    def forget(self, world_id: str) -> None:
        """Forget what was told of a world that has ended, begun again or gone back."""
        for number in [number for number, ended in self._by_number.items() if ended.world_id == world_id]:
            del self._by_number[number]

    def states(self, number: int, criteria: object, message: int) -> dict[str, State] | None:
        """Return what whoever asked for the same had been told after a message, or `None` where that is not known."""
        ended = self._by_number.get(number)
        return None if ended is None or ended.criteria != criteria else ended.history.at(message)

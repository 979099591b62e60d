"""What the connections of one server share: its limits, the feeds, and what was told to those that are gone."""

from typing import Final, Protocol

from msgspec import Struct

from simulator.betfair.stream.feed import State
from simulator.betfair.stream.history import EndedSubscriptions, History
from simulator.betfair.stream.publisher import Publisher
from simulator.world.world import World
from simulator.world.worlds import Worlds

MOST_CONNECTIONS: Final = 10
"""Of one account."""
MOST_MARKETS: Final = 200
"""Of one subscription."""
IDLE_SECONDS: Final = 15.0
"""How long a connection without a subscription may say nothing, in real seconds."""


class StreamSettings(Struct, frozen=True, kw_only=True):
    """What is not known for certain about the real service, or is a limit of it.

    `refuses_unknown_clocks` answers INVALID_CLOCK to tokens that are not known any more, instead of a new image.
    """

    most_connections: int = MOST_CONNECTIONS
    most_markets: int = MOST_MARKETS
    idle_seconds: float = IDLE_SECONDS
    refuses_unknown_clocks: bool = False


class Member(Protocol):
    """A connection, as the others know it."""

    def is_of(self, world: World, account: str) -> bool:
        """Return whether it is a connection of an account."""

    def history(self, number: int, criteria_of_era: object) -> History | None:
        """Return what was told since the image of this number, `None` where it is not of this connection."""

    def end(self) -> None:
        """End the connection."""


class Hub:
    """What the connections of one server share."""

    def __init__(self, worlds: Worlds, settings: StreamSettings) -> None:
        self.worlds: Final = worlds
        self.settings: Final = settings
        self.publisher: Final = Publisher(worlds)
        self.ended: Final = EndedSubscriptions()
        self.connections: Final[dict[Member, None]] = {}
        self._images = 0
        worlds.at_break(lambda world: self.ended.forget(world.id))

    def connections_of(self, world: World, account: str) -> int:
        """Return how many connections an account has."""
        return sum(one.is_of(world, account) for one in self.connections)

    def next_number(self) -> int:
        """Return the number of another image."""
        self._images += 1
        return self._images

    def told(self, world: World, number: int, criteria: object, message: int) -> dict[str, State] | None:
        """Return what whoever asked for the same had been told after a message, or `None` where that is not known.

        The connection on which it was told may be there still: the server hears later than the client that it is lost.
        """
        in_this_era = (self.publisher.era(world), criteria)
        for connection in self.connections:
            history = connection.history(number, in_this_era)
            if history is not None:
                return history.at(message)
        return self.ended.states(number, in_this_era, message)

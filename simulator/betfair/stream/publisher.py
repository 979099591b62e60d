"""Everything that the stream tells of all worlds: the feeds, and what of the story they are told of.

The story only marks: which markets something has happened to, for which accounts. What there is to tell the views read
from the state, a little later, when the input that caused it is done with; all that one input changes goes out
together.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Final, NamedTuple, Protocol

from simulator.betfair.stream.changes import Kind
from simulator.betfair.stream.feed import Feed, Subscriber, View
from simulator.exchange.events import Event, MarketAdded, MarketEvent, accounts_of, bets_of
from simulator.world.fault_words import RESPONSE_BEFORE_STREAM
from simulator.world.happened import (
    AnswerReleased,
    ClockMoved,
    FaultFired,
    Happened,
    RaceStatusChanged,
    WorldClosed,
    WorldReset,
    WorldRestored,
)
from simulator.world.world import World
from simulator.world.worlds import Worlds


class Channel(NamedTuple):
    """What all who are told by one feed have in common, beside the world."""

    kind: Kind
    projection: Hashable
    account: str | None
    """Whose orders they are; `None` for markets."""
    conflate_milliseconds: int


class Follower(Subscriber, Protocol):
    """A subscriber that goes on for as long as its world does."""

    def add(self, market_id: str) -> None:
        """Go on with another market, which is new in the world."""

    def begin_again(self, market_ids: Iterable[str]) -> None:
        """Go on with these markets: the world has begun again or gone back."""

    def end(self) -> None:
        """Take no more changes."""


class Reader(NamedTuple):
    """One subscription, and how it hears of what concerns it as a whole.

    `select` tells which markets it is to have, and `wants` whether it is to have one that it does not have yet;
    `world_ended` ends the connection.
    """

    changes: Follower
    select: Callable[[], Iterable[str]]
    wants: Callable[[str], bool]
    world_ended: Callable[[], None]


class _Outgoing:
    """A feed with its readers, and when it is flushed."""

    def __init__(self, world: World, channel: Channel, view: View) -> None:
        self.world: Final = world
        self.channel: Final = channel
        self.feed: Final = Feed(view)
        self.readers: Final[dict[Follower, Reader]] = {}
        self.new_markets: Final[dict[str, None]] = {}
        self.begins_again = False
        self.has_ended = False
        self._flush: asyncio.Handle | None = None
        self._look_again: asyncio.TimerHandle | None = None
        self.ticket = 0
        """What the answer waits under before which nothing is told; 0 where there is none."""

    def mark_if_concerned(
        self, market_id: str, accounts: frozenset[str], bets: tuple[int, ...], *, is_new: bool
    ) -> None:
        """Mark a market to which something has happened, in these bets of these accounts where it names some.

        What happens to a market as a whole, without naming accounts, may have changed anybody's bets in it.
        """
        account = self.channel.account
        if account is not None and accounts and account not in accounts:
            return
        if self.feed.mark(market_id, () if account is None else bets):
            self.flush_soon()
        elif is_new if account is None else accounts:
            self.new_markets[market_id] = None
            self.flush_soon()

    def hold(self, milliseconds: int, ticket: int) -> None:
        """Tell nothing before a time: of the real clock, or of the world's where an answer of it has a ticket."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        self.ticket = ticket
        if not ticket:
            self._flush = asyncio.get_running_loop().call_later(milliseconds / 1000, self.flush)

    def release(self, ticket: int) -> None:
        """Tell again what was held until an answer of the world's clock is released."""
        if ticket == self.ticket:
            self.ticket = 0
            self.flush_soon()

    def flush_soon(self) -> None:
        if self._flush is None and not self.ticket:
            loop, delay = asyncio.get_running_loop(), self.channel.conflate_milliseconds
            self._flush = loop.call_later(delay / 1000, self.flush) if delay else loop.call_soon(self.flush)

    def flush(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        self.ticket = 0
        if self.has_ended or self.world.has_ended:
            return
        if self.begins_again:
            self.begins_again = False
            # What was new before is in the images, or was never.
            self.new_markets.clear()
            self.feed.begin_again()
            for reader in list(self.readers.values()):
                reader.changes.begin_again(reader.select())
        self.feed.flush()
        new = list(self.new_markets)
        self.new_markets.clear()
        for market_id in new:
            for reader in list(self.readers.values()):
                if reader.wants(market_id):
                    reader.changes.add(market_id)
        self.look_again_in_time()

    def look_again_in_time(self) -> None:
        """See to it that what is due by the clock of the world is looked at then."""
        if self._look_again is not None:
            self._look_again.cancel()
            self._look_again = None
        due = self.feed.next_due
        seconds = None if due is None else self.world.clock.real_seconds_until(due)
        if seconds is not None:
            self._look_again = asyncio.get_running_loop().call_later(seconds, self.look_again)

    def look_again(self) -> None:
        due = self.feed.next_due
        if due is None or self.has_ended:
            return
        now = self.world.clock.now()
        if due <= now:
            self.feed.mark_due(now)
            self.flush_soon()
        else:
            self.look_again_in_time()

    def look_again_soon(self) -> None:
        """Look again once the clock of the world, which has been moved, has arrived."""
        if self.feed.next_due is not None:
            asyncio.get_running_loop().call_soon(self.look_again)

    def begin_again_soon(self) -> None:
        """Begin again, however rarely changes are told."""
        self.begins_again = True
        asyncio.get_running_loop().call_soon(self.flush)

    def end(self) -> None:
        self.has_ended = True
        for handle in (self._flush, self._look_again):
            if handle is not None:
                handle.cancel()


class Publisher:
    """The feeds of all worlds, each there as long as somebody reads it.

    The story of a world is listened to only while there are feeds of it: bets that nobody is told of cost nothing here.
    """

    def __init__(self, worlds: Worlds) -> None:
        self._outgoing: Final[dict[str, dict[Channel, _Outgoing]]] = {}
        """By world."""
        self._stop_listening: Final[dict[str, Callable[[], None]]] = {}
        self._eras: Final[Counter[str]] = Counter()
        worlds.at_break(self._count_era)

    def subscribe(
        self, world: World, channel: Channel, make_view: Callable[[], View], make_reader: Callable[[Feed], Reader]
    ) -> Reader:
        """Let a reader read from the feed of a channel, which is made where there is none yet, and return it.

        What has happened up to now is told to the others first, so that the states of the feed are those of now.
        """
        of_world = self._outgoing.get(world.id)
        if of_world is None:
            of_world = self._outgoing[world.id] = {}
            self._stop_listening[world.id] = world.listen(partial(self._hear, world))
        outgoing = of_world.get(channel)
        if outgoing is None:
            outgoing = of_world[channel] = _Outgoing(world, channel, make_view())
        else:
            outgoing.flush()
        new = make_reader(outgoing.feed)
        outgoing.readers[new.changes] = new
        return new

    def began(self, world: World, channel: Channel) -> None:
        """Note that a reader has its image: what its markets are to be looked at for is known."""
        outgoing = self._outgoing.get(world.id, {}).get(channel)
        # A fault may have ended the connection with its image.
        if outgoing is not None:
            outgoing.look_again_in_time()

    def unsubscribe(self, world: World, channel: Channel, reader: Reader) -> None:
        """Let a reader read no more; a feed that nobody reads is gone."""
        reader.changes.end()
        of_world = self._outgoing.get(world.id, {})
        outgoing = of_world.get(channel)
        if outgoing is None:
            return
        outgoing.readers.pop(reader.changes, None)
        if not outgoing.readers:
            outgoing.end()
            del of_world[channel]
            if not of_world:
                del self._outgoing[world.id]
                self._stop_listening.pop(world.id)()

    def era(self, world: World) -> int:
        """Return how often a world has begun again or gone back since it is told of."""
        return self._eras[world.id]

    def _count_era(self, world: World) -> None:
        if world.has_ended:
            self._eras.pop(world.id, None)
        else:
            self._eras[world.id] += 1

    def _hear(self, world: World, happened: Happened) -> None:
        of_world = self._outgoing.get(world.id)
        if of_world is None:
            return
        for event in happened.events:
            self._mark(world, of_world, event)
        for outgoing in of_world.values():
            due = outgoing.feed.next_due
            if due is not None and due <= world.clock.now():
                outgoing.look_again()

    def _mark(self, world: World, of_world: dict[Channel, _Outgoing], event: Event) -> None:
        if isinstance(event, WorldClosed):
            for outgoing in list(of_world.values()):
                for reader in list(outgoing.readers.values()):
                    reader.world_ended()
        elif isinstance(event, WorldReset | WorldRestored):
            for outgoing in of_world.values():
                outgoing.begin_again_soon()
        elif isinstance(event, ClockMoved):
            for outgoing in of_world.values():
                outgoing.look_again_soon()
        elif isinstance(event, MarketEvent):
            self._mark_market(world, of_world, event)
        elif isinstance(event, FaultFired | AnswerReleased):
            _keep_order(of_world, event)

    def _mark_market(self, world: World, of_world: dict[Channel, _Outgoing], event: MarketEvent) -> None:
        accounts = frozenset(accounts_of(event))
        is_new = isinstance(event, MarketAdded)
        market_id = event.market_id
        if isinstance(event, RaceStatusChanged):
            market_id = world.races.by_id[event.race_id].market_id
        bets = bets_of(event)
        for outgoing in of_world.values():
            outgoing.mark_if_concerned(market_id, accounts, bets, is_new=is_new)


def _keep_order(of_world: dict[Channel, _Outgoing], event: FaultFired | AnswerReleased) -> None:
    """Let the order stream of an account wait where a fault wants an answer to come first, or wait no longer."""
    for channel, outgoing in of_world.items():
        if isinstance(event, AnswerReleased):
            outgoing.release(event.ticket)
        elif event.do == RESPONSE_BEFORE_STREAM and (channel.kind, channel.account) == (Kind.ORDERS, event.username):
            outgoing.hold(event.milliseconds, event.ticket)

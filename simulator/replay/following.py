"""What a world has of the recordings that it follows: `Recordings`, by the engine of backtests.

A message is taken in market by market. Where what one says cannot be done here, that market is followed no further, and
the world has a notice of it; the others go on.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Settings
from simulator.backtest.models import MODELS
from simulator.exchange.commands import Command
from simulator.exchange.events import Event
from simulator.exchange.rules import BettingRules
from simulator.exchange.state import State
from simulator.exchange.statuses import MarketStatus
from simulator.recorded.messages import Line, MarketChange
from simulator.recorded.sources import Source
from simulator.recorded.wanted import Chosen, Wanted
from simulator.replay.descriptions import describe
from simulator.replay.files import KnownDigests, opened
from simulator.replay.images import IMAGED, RecordingsImage, images_of, link
from simulator.replay.lane import WorldLane
from simulator.replay.messages import Messages
from simulator.world.format.scenario import RecordingsEntry, WantedMarkets
from simulator.world.handlers import of_race
from simulator.world.happened import Notice, RecordingFollowed
from simulator.world.parts import Parts
from simulator.world.races import FOLLOWED
from simulator.world.recordings import FOLLOW, READ, CannotFollow

ENDS: Final = "the recording ends before its result"
GOES_ON: Final = "it is recorded on in another file"
UNDEFINED: Final = "it is not there, because its file ends before it is defined"


def open_recordings(entry: RecordingsEntry, urls: Sequence[str], known: KnownDigests) -> "FollowedRecordings":
    """Open the recordings of a scenario, those elsewhere only under one of the `urls`; raise `CannotFollow`."""
    if entry.model not in MODELS:
        raise CannotFollow(f"There is no fill model {entry.model!r}; there are {', '.join(MODELS)}.")
    return FollowedRecordings(entry, opened(entry.files, urls, known))


def wanted_of(entry: WantedMarkets) -> Wanted:
    """Return which markets are wanted, as those who read recordings ask."""
    return Wanted(
        event_types=frozenset(entry.event_types),
        countries=frozenset(entry.countries),
        market_types=frozenset(entry.market_types),
        market_ids=frozenset(entry.market_ids),
        since=entry.since,
        until=entry.until,
    )


class FollowedRecordings:
    """The recorded markets of one world."""

    imaged: Final = IMAGED

    def __init__(self, entry: RecordingsEntry, sources: Sequence[Source]) -> None:
        """Begin with the files of an entry, opened in this order."""
        self._entry: Final = entry
        self._messages: Final = Messages(entry.files, sources, Chosen(wanted_of(entry.wanted)))
        settings = Settings(model=entry.model, cross_matching=entry.cross_matching)
        self._lane: Final = WorldLane(settings, self._hear)
        self._engine: Final = Engine([self._lane])
        self._left: Final[set[str]] = set()
        """The markets that are followed no further."""
        self._markets: Final[dict[int, dict[str, None]]] = {}
        """By the place of a file: the ids of the markets in it, until it ends."""
        self._events: list[Event] = []
        self._parts: Parts

    @property
    def next_due(self) -> int | None:
        """Return when the next message counts."""
        return self._messages.next_due

    def new_state(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> State:
        """Return what the exchange of the world remembers."""
        return self._lane.new_state(rules, first_bet_id, first_match_id)

    def begin(self, parts: Parts, at: int) -> None:
        """Take in what was published by a time as if it was published then."""
        self._parts = parts
        self._lane.exchange = parts.exchange
        self._engine.now = at
        self.follow(at)

    def follow(self, until: int) -> list[Event]:
        """Take in what was published up to a time, and return what came of it."""
        self._events = []
        for place, line in self._messages.until(until):
            self._take(line, self._markets.setdefault(place, {}))
        self._catch_up()
        self._note_ends()
        for problem in self._messages.problems:
            self._parts.note(Notice(self._engine.now, READ, None, None, problem))
        self._messages.problems.clear()
        return self._events

    def image(self) -> object:
        """Return what a snapshot has of it, as JSON has it. Nothing may be due."""
        image = RecordingsImage(
            positions=self._messages.positions,
            messages=self._messages.followed,
            problems=self._messages.problem_count,
            now=self._engine.now,
            markets=images_of(self._engine),
            with_books=list(self._lane.state.new_books),
            followed=list(self._lane.followed),
            left=sorted(self._left),
            unwanted=sorted(self._messages.chosen.unwanted),
            unsettled=list(self._lane.unsettled.items()),
            of_files=[(place, list(markets)) for place, markets in self._markets.items()],
        )
        return msgspec.to_builtins(image)

    def go_on(self, parts: Parts, image: object) -> None:
        """Go on as an image says; raise `LookupError`, `TypeError` or `ValueError` where it is none of these files."""
        try:
            read = msgspec.convert(image, RecordingsImage)
        except msgspec.ValidationError as error:
            # Which is a ValueError by itself in late versions only.
            raise ValueError(str(error)) from None
        self._parts = parts
        self._messages.go_on(read.positions, read.messages, read.problems)
        # A market that was defined is followed, and so wanted, whatever its next definition says.
        defined = [market.id for market in read.markets if market.definition is not None]
        self._messages.chosen.go_on([*defined, *read.followed, *read.left], read.unwanted)
        self._left.update(read.left)
        self._markets.update({place: dict.fromkeys(ids) for place, ids in read.of_files})
        link(read, parts, self._lane, self._engine)

    def read_ahead(self) -> None:
        """Read as far as the next messages; another thread may do it."""
        self._messages.read_ahead()

    def reason_to_leave_alone(self, market_id: str) -> str | None:
        """Return why nobody but the recording changes a market; one that it has not settled anybody may settle."""
        if market_id not in self._lane.followed or market_id in self._left or market_id in self._lane.unsettled:
            return None
        return f"market {market_id} follows a recording, which alone says what happens to it"

    def state(self) -> Iterator[object]:
        """Yield the files, how far they were read, and what was used of what they show."""
        yield self._entry
        yield (self._messages.followed, sorted(self._left), self._lane.unsettled)
        for followed in self._lane.followed.values():
            for book in followed.market.books():
                for offers in (book.backs, book.lays):
                    if not offers.is_idle:
                        yield (offers.taken, offers.spent, offers.ahead)

    # Messages

    def _take(self, line: Line, markets: dict[str, None]) -> None:
        markets.update((change.id, None) for change in line.changes)
        by_market: dict[str, list[MarketChange]] = {}
        for change in line.changes:
            if change.id not in self._left:
                by_market.setdefault(change.id, []).append(change)
        for market_id, changes in by_market.items():
            self._take_market(market_id, changes, line.published_at)

    def _take_market(self, market_id: str, changes: Sequence[MarketChange], published_at: int) -> None:
        unsettled = self._lane.unsettled.get(market_id)
        if unsettled == ENDS:
            del self._lane.unsettled[market_id]
            self._note(market_id, GOES_ON)
        if self._engine.postponed not in ([], [market_id]):
            self._catch_up()
        self._engine.take_changes(changes, published_at)
        self._note_how_it_stands(market_id, unsettled)
        is_defined = any(change.market_definition is not None for change in changes)
        if self._describe(market_id, is_defined=is_defined):
            self._events.append(RecordingFollowed(self._engine.now, market_id))

    def _catch_up(self) -> None:
        """Take in the definition that waited for what else is said at its time, once it is known that nothing is.

        There is one at most: before a message of another market is taken, it is taken in.
        """
        for market_id in self._engine.postponed:
            unsettled = self._lane.unsettled.get(market_id)
            self._engine.catch_up()
            self._note_how_it_stands(market_id, unsettled)
            self._describe(market_id, is_defined=True)
            self._events.append(RecordingFollowed(self._engine.now, market_id))

    def _note_how_it_stands(self, market_id: str, unsettled: str | None) -> None:
        """Note that a market is followed no further or why it is not settled as recorded, if that is new."""
        told = self._lane.unsettled.get(market_id)
        if self._engine.followed[market_id].left:
            self._leave(market_id)
        elif told is not None and told != unsettled:
            was_settled = self._lane.followed[market_id].market.status is MarketStatus.CLOSED
            self._note(market_id, told if was_settled else f"it is not settled, because {told}")

    def _leave(self, market_id: str) -> None:
        """Take note that the engine follows a market no further."""
        self._left.add(market_id)
        self._note(market_id, self._engine.followed[market_id].left)

    def _note_ends(self) -> None:
        """Note which markets of files that have ended have no result, or are none as yet: nobody knows what they are.

        Where there is no result anybody may then do something about that.
        """
        for place in self._messages.ended:
            for market_id in self._markets.pop(place, {}):
                if market_id in self._left:
                    continue
                followed = self._lane.followed.get(market_id)
                if followed is None:
                    self._note(market_id, UNDEFINED)
                elif followed.market.status is not MarketStatus.CLOSED and market_id not in self._lane.unsettled:
                    self._lane.unsettled[market_id] = ENDS
                    self._note(market_id, f"it is not settled, because {ENDS}")
        self._messages.ended.clear()

    def _note(self, market_id: str, problem: str) -> None:
        self._parts.note(Notice(self._engine.now, FOLLOW, market_id, None, problem))

    def _describe(self, market_id: str, *, is_defined: bool) -> bool:
        """List the market as it is told; return whether there is one yet, which takes a definition."""
        followed = self._lane.followed.get(market_id)
        if followed is None:
            return False
        market, recorded = followed.market, followed.recorded
        market.recorded_total_matched = recorded.total_matched
        catalogue = self._parts.catalogue
        known = catalogue.markets.get(market_id)
        if recorded.definition is not None and (known is None or is_defined):
            description = describe(market, recorded.definition, known)
            if description != known:
                catalogue.put_recorded(description)
            if known is None or description.race_id != known.race_id:
                self._parts.races.add(description, self._engine.now)
        return True

    # What came of them

    def _hear(self, command: Command, events: Sequence[Event]) -> None:
        self._events.extend(events)
        if type(command) in FOLLOWED:
            self._events.extend(of_race(self._parts, command, self._lane.now))

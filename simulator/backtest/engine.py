"""The engine: it reads a recording once, and every lane's exchange follows it.

A message is taken in as a whole, in this order: what was due before it happens; definitions change the markets; offers
and trades change the recorded books; bets that rest are filled; and then the lanes are called. What falls due at its
very time comes after those fills; but where the message brings a definition of any market, before the change in
question or in it, it meets the book as it was before the message, and then the definition comes. So a bet that a lane
places meets the book as the last message left it, and one that is on its way that of the moment at which it arrives.

A market of which a message says what cannot be done here is followed no further in any lane, and all others go on:
`FollowedByAll.left` says why. What else is raised is raised.

It costs what the messages say: a runner on which no lane has anything costs no more than to read it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from operator import itemgetter
from typing import Final

from simulator.backtest.books import RecordedBook, Watched
from simulator.backtest.followed import Followed, Venue
from simulator.backtest.starting_prices import starting_prices
from simulator.exchange.commands import SuspendMarket
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import CLOSED, OPEN
from simulator.recorded.market import RecordedMarket
from simulator.recorded.messages import Line, MarketChange, MarketDefinition
from simulator.recorded.moves import Moves
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.runner import RecordedRunner
from simulator.recorded.starting_prices import ToldPrices, told_prices

FAR_BACK_MILLISECONDS: Final = 60_000
"""How far a message has to go back behind one before it to be told of: captures are a little out of order."""


class MarketOfTwo(Exception):
    """A market is in two prepared recordings, each of which says what is other than it had itself."""


class Engine:
    """Markets as recorded, and the lanes that follow them."""

    def __init__(self, lanes: Sequence[Venue]) -> None:
        self.lanes: Final = lanes
        self.followed: Final[dict[str, FollowedByAll]] = {}
        """By market id."""
        self.now = 0
        self.went_far_back = False
        """Whether a message was published long before one that was taken in before it, so that time stood still."""
        self._postponed: list[tuple[FollowedByAll, MarketDefinition, int]] = []
        """Markets, definitions of theirs that wait for what another message may say, and when it has to say it."""

    def take(self, line: Line) -> None:
        """Take in a line of a recording; what changes no market is passed over."""
        if line.changes:
            self.take_changes(line.changes, line.published_at)

    def take_changes(self, changes: Sequence[MarketChange], published_at: int) -> None:
        """Take in what was published at a time. Time never goes backwards: what is told late is told now."""
        if self._postponed:
            told = {change.id: told_by(changes, change.id) for change in changes}
            self._define_postponed(told, published_at)
        at = self._run_until(published_at)
        if len(changes) == 1:
            self._take(changes[0], changes, at).tell()
            return
        touched: dict[str, FollowedByAll] = {}
        for change in changes:
            market = touched.get(change.id)
            if market is None:
                touched[change.id] = self._take(change, changes, at)
            else:
                # What a message says of a market twice is one update of it.
                market.recorded.go_on(change)
        for market in touched.values():
            market.tell()

    def _run_until(self, published_at: int) -> int:
        """Let happen what is due before a time, and return the time that it is then."""
        at = self.now
        if published_at > at:
            at = self.now = published_at
        elif published_at < at - FAR_BACK_MILLISECONDS:
            self.went_far_back = True
        for lane in self.lanes:
            if lane.on_their_way or lane.held_queue:
                lane.run_until(at)
            else:
                lane.now = at
        return at

    def play(self, *recordings: PreparedRecording) -> None:
        """Take in recordings that were prepared, in the order of time, to their end: `end` is still to be called.

        Raises `MarketOfTwo` where two of them have the same market.
        """
        if len(recordings) == 1:
            for changed in recordings[0].messages(self._before):
                self._follow(changed)
            return
        waiting: list[tuple[int, int, PreparedRecording, Iterator[list[RecordedMarket]]]] = []
        for number, recording in enumerate(recordings):
            messages = recording.messages(self._before, announces=True)
            if next(messages, None) is not None:
                waiting.append((recording.next_at, number, recording, messages))
        heapify(waiting)
        while waiting:
            at, number, recording, messages = waiting[0]
            if self._goes_on(messages):
                # Within a recording time never goes backwards, whatever its messages say.
                heapreplace(waiting, (max(at, recording.next_at), number, recording, messages))
            else:
                heappop(waiting)

    def _goes_on(self, messages: Iterator[list[RecordedMarket]]) -> bool:
        """Take in the message that was announced; return whether another one is."""
        for changed in messages:
            if not changed:
                return True
            self._follow(changed)
        return False

    def _follow(self, changed: list[RecordedMarket]) -> None:
        for market in changed:
            self.followed[market.market_id].tell()

    def _before(self, recorded: RecordedMarket) -> None:
        """Take in when a market is about to be changed, and what its definition is from now on."""
        if self._postponed:
            told = {market.recorded.market_id: market.recorded.told_prices for market, _, _ in self._postponed}
            self._define_postponed(told, recorded.published_at)
        self._run_until(recorded.published_at)
        market = self.followed.get(recorded.market_id)
        if market is None:
            market = self.followed[recorded.market_id] = FollowedByAll(recorded, self.lanes)
        elif market.recorded is not recorded:
            raise MarketOfTwo(recorded.market_id)
        has_new_definition = recorded.definition_before is not recorded.definition
        if has_new_definition and not market.define_as_recorded(recorded.told_prices):
            self._postpone(market)

    def _take(self, change: MarketChange, changes: Sequence[MarketChange], at: int) -> "FollowedByAll":
        """Take in the first change of a market in a message, and its definition in whatever change that is."""
        market = self.followed.get(change.id)
        if market is None:
            market = self.followed[change.id] = FollowedByAll(RecordedMarket(change.id), self.lanes)
        definition = change.market_definition if len(changes) == 1 else _defined_by(changes, change.id)
        if definition is not None and not market.define(definition, told_by(changes, change.id)):
            self._postpone(market)
        market.recorded.apply(change, at)
        return market

    def _postpone(self, market: "FollowedByAll") -> None:
        """Let the definition of a market wait for what another message at this time may say."""
        definition = market.recorded.definition
        assert definition is not None
        self._postponed.append((market, definition, self.now))

    def _define_postponed(self, told: Mapping[str, ToldPrices | None], published_at: int) -> None:
        """Take in definitions that had to wait for what this message may say, by the id of the market."""
        postponed, self._postponed = self._postponed, []
        for market, definition, at in postponed:
            prices = told.get(market.recorded.market_id) if published_at == at else None
            market.define_now(definition, prices or {})

    @property
    def postponed(self) -> list[str]:
        """Return the ids of the markets whose last definition waits for another message at the same time."""
        return [market.recorded.market_id for market, _, _ in self._postponed]

    def catch_up(self) -> None:
        """Take in what waits for another message at the same time: there is none."""
        if self._postponed:
            self._define_postponed({}, 0)

    def go_on(self, recorded: RecordedMarket) -> "FollowedByAll":
        """Go on with a recorded market, of which some messages were taken in before, and return what follows it."""
        market = self.followed[recorded.market_id] = FollowedByAll(recorded, self.lanes)
        return market

    def end(self) -> None:
        """Let happen what is still due, and note which markets have no result."""
        self.catch_up()
        for lane in self.lanes:
            lane.run_to_the_end()
            for market_id, followed in lane.followed.items():
                if followed.market.status is not CLOSED:
                    lane.unsettled.setdefault(market_id, "the recording ends before its result")


class FollowedByAll:
    """A recorded market and what follows it in every lane."""

    __slots__ = ("_lanes", "followed", "left", "recorded", "watched_books")

    def __init__(self, recorded: RecordedMarket, lanes: Sequence[Venue]) -> None:
        self.recorded: Final = recorded
        self.watched_books: Final[Watched] = {}
        """By runner: the books of lanes that do not just show what is recorded."""
        recorded.watched_runners = self.watched_books
        self.followed: Final[list[Followed]] = []
        """What follows it in each lane, nothing before its definition, and once it is left."""
        self.left = ""
        """Why it is followed no further, empty where it is followed."""
        self._lanes: Final = lanes

    def define(self, definition: MarketDefinition, told: ToldPrices | None) -> bool:
        """Bring the markets of all lanes to what a definition says, and return whether that could be done now.

        Where the starting prices are made and the message has no bets at them, the next one may have them: historic
        files tell the definition first, and the prices at the same time in a line of their own.
        """
        recorded, before = self.recorded, self.recorded.definition
        if definition == before:
            return True
        recorded.define(definition)
        return self._define_or_wait(before, definition, told)

    def define_as_recorded(self, told: ToldPrices | None) -> bool:
        """Do as `define` does with the definition that the recorded market has already."""
        recorded = self.recorded
        if recorded.definition is None:
            return True
        return self._define_or_wait(recorded.definition_before, recorded.definition, told)

    def _define_or_wait(
        self, before: MarketDefinition | None, definition: MarketDefinition, told: ToldPrices | None
    ) -> bool:
        self._begin(definition)
        is_new = definition.bsp_reconciled and not (before is not None and before.bsp_reconciled)
        if is_new and told is None:
            return False
        self.define_now(definition, told or {})
        return True

    def _begin(self, definition: MarketDefinition) -> None:
        """Let every lane follow the market from its first definition on."""
        if self.followed or self.left:
            return
        recorded = self.recorded
        try:
            for lane in self._lanes:
                followed = Followed(lane, recorded, self.watched_books)
                followed.begin(definition)
                lane.followed[recorded.market_id] = followed
                self.followed.append(followed)
        except Impossible as problem:
            self._leave(problem)

    def _leave(self, problem: Impossible) -> None:
        """Follow the market no further: nobody shall bet in a book that stands still."""
        self.left = f"it is followed no further, because {problem}"
        self.followed.clear()
        market_id = self.recorded.market_id
        for lane in self._lanes:
            market = lane.exchange.markets.get(market_id)
            if market is None or market.status is CLOSED:
                continue
            lane.unsettled[market_id] = self.left
            if market.status is OPEN:
                lane.do(SuspendMarket(market_id))

    def define_now(self, definition: MarketDefinition, told: ToldPrices) -> None:
        """Bring the markets of all lanes to what a definition says, with what is told of starting prices by now.

        Where it had to wait, a recorded market that was prepared may have the definition of the next message already.
        """
        prices: Mapping[RunnerKey, Fraction] = {}
        if definition.bsp_reconciled:
            prices = starting_prices(definition, told)
        try:
            for followed in self.followed:
                followed.define(definition, prices)
        except Impossible as problem:
            self._leave(problem)

    def tell(self) -> None:
        """Let books follow what a message has changed, fill the bets that rest in them, and call the lanes."""
        if self.recorded.noted:
            self._let_books_follow()
        definition = self.recorded.definition
        if definition is None or definition.status == CLOSED:
            return
        for followed in self.followed:
            on_update = followed.lane.on_update
            if on_update is not None:
                on_update(followed)

    def _let_books_follow(self) -> None:
        noted = self.recorded.noted
        if not self.left:
            try:
                self._let_concerned_follow(noted)
            except Impossible as problem:
                self._leave(problem)
        for moves in noted.values():
            moves.clear()
        noted.clear()

    def _let_concerned_follow(self, noted: Mapping[RecordedRunner, Moves]) -> None:
        concerned: list[tuple[RunnerKey, RecordedBook, Moves]] = []
        unconcerned: list[RecordedBook] = []
        watched = self.watched_books
        for runner, moves in noted.items():
            if self.recorded.is_image:
                # What an image says was traded before, also where the same message says it once more.
                moves.traded.clear()
            for book in watched.get(runner, ()):
                if book.is_concerned(moves):
                    concerned.append((book.key, book, moves))
                else:
                    unconcerned.append(book)
        for book in unconcerned:
            book.watch_less()
        # In an order that does not depend on the form in which the message came; of one runner, in that of the lanes.
        if len(concerned) > 1:
            concerned.sort(key=itemgetter(0))
        for _, book, moves in concerned:
            book.owner.follow(book, moves)


def told_by(changes: Iterable[MarketChange], market_id: str) -> ToldPrices | None:
    """Return what the changes of a message say of bets at the starting price in a market."""
    return told_prices(one for change in changes if change.id == market_id for one in change.rc or ())


def _defined_by(changes: Iterable[MarketChange], market_id: str) -> MarketDefinition | None:
    """Return what the changes of a message define a market as, the last of them where several do."""
    definition = None
    for change in changes:
        if change.id == market_id and change.market_definition is not None:
            definition = change.market_definition
    return definition
